//! `WIA_EVENT_CANCEL_IO`: heard at any moment, obeyed at once, and nothing is left behind.

use crate::rig;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::rig::{Mode, Rig, Script, decode};
use minidriver::Minidriver;
use proptest::prelude::*;
use transfer::Answer;
use wia::event::{WIA_EVENT_CANCEL_IO, WIA_EVENT_POWER_SUSPEND};
use wia::format::WIA_IMG_FMT_RAW;
use wia::{Result, Status, TransferMessage, Tymed};

/// Long enough for a loaded machine; far less than what is waited for without the cancel.
const SOON: Duration = Duration::from_secs(20);

fn feeder(query: &str, multipage: bool) -> (Arc<Rig>, items::AppItem) {
    let (rig, item) = rig::feeder(query, multipage);
    (Arc::new(rig), item)
}

/// Runs a transfer on a thread of its own. `started` hears of each message.
fn in_background(
    rig: &Arc<Rig>,
    item: &items::AppItem,
) -> (Arc<Script>, Receiver<usize>, Receiver<Result<Status>>) {
    let (said, hears) = mpsc::channel();
    let (done, result) = mpsc::channel();
    let script = Arc::new(Script::plain().on_message(move |n, _| {
        let _ = said.send(n);
        Ok(Answer::Continue)
    }));
    let (rig, item, inside) = (Arc::clone(rig), item.clone(), Arc::clone(&script));
    thread::spawn(move || {
        let _ = done.send(rig.acquire(&item, &inside));
    });
    (script, hears, result)
}

fn cancel(rig: &Rig) {
    rig.scanner.notify_pnp_event(WIA_EVENT_CANCEL_IO);
}

/// Pages that are told to be complete.
fn complete(script: &Script) -> usize {
    script.said().iter().filter(|p| p.percent == 100).count()
}

/// Cancels until the transfer is over: an idle device ignores a cancel, and the transfer may not have
/// begun.
fn cancel_from_the_start(rig: &Rig, result: &Receiver<Result<Status>>) -> Result<Status> {
    let began = Instant::now();
    loop {
        cancel(rig);
        match result.recv_timeout(Duration::from_millis(1)) {
            Ok(status) => return status,
            Err(RecvTimeoutError::Timeout) if began.elapsed() < SOON => {}
            Err(e) => panic!("the cancel is not obeyed: {e}"),
        }
    }
}

#[test]
fn a_stall_ends_with_the_cancel() {
    for (query, stalls_at) in [("stall=1", 0), ("stall=2:400", 2), ("stall=2", 1)] {
        for multipage in [false, true] {
            let (rig, item) = feeder(query, multipage);
            let (script, hears, result) = in_background(&rig, &item);
            if stalls_at == 2 {
                // Into the second page, 45 % of which comes.
                while hears.recv_timeout(SOON).is_ok() {
                    let said = script.said();
                    if said
                        .last()
                        .is_some_and(|p| p.percent >= 40 && p.percent < 50)
                        && said.iter().any(|p| p.percent == 100)
                    {
                        break;
                    }
                }
            }
            assert_eq!(
                result.recv_timeout(Duration::from_millis(50)).unwrap_err(),
                RecvTimeoutError::Timeout
            );
            let status = cancel_from_the_start(&rig, &result).unwrap();
            assert_eq!(status, Status::Cancelled, "{query}");
        }
    }
}

#[test]
fn a_pause_for_the_pace_ends_with_the_cancel() {
    // A page takes a minute.
    let (rig, item) = feeder("ppm=1", false);
    let (_, hears, result) = in_background(&rig, &item);
    hears.recv_timeout(SOON).unwrap();
    let began = Instant::now();
    cancel(&rig);
    assert_eq!(
        result.recv_timeout(SOON).unwrap().unwrap(),
        Status::Cancelled
    );
    assert!(began.elapsed() < SOON);
    // The device is idle again at once.
    let (_, hears, result) = in_background(&rig, &item);
    hears.recv_timeout(SOON).unwrap();
    cancel(&rig);
    assert_eq!(
        result.recv_timeout(SOON).unwrap().unwrap(),
        Status::Cancelled
    );
}

#[test]
fn warming_up_ends_with_the_cancel() {
    let mut options = rig::options("", "").unwrap();
    options.warm_up = Duration::from_secs(3600);
    let rig = Arc::new(Rig::new(options));
    let item = rig.feeder();
    let (script, _, result) = in_background(&rig, &item);
    // The cancel must not be lost when it comes at the very start.
    let status = cancel_from_the_start(&rig, &result).unwrap();
    assert_eq!(status, Status::Cancelled);
    let said = script.said();
    assert_eq!(script.events().len(), said.len(), "no stream is asked for");
    assert!(
        said.iter()
            .all(|p| p.message == TransferMessage::DeviceStatus)
    );
}

#[test]
fn an_idle_device_ignores_it() {
    let (rig, item) = feeder("sheets=2", false);
    cancel(&rig);
    assert_eq!(rig.download(&item).0.unwrap(), Status::Ok);
    cancel(&rig);
    rig.scanner_reload();
    assert_eq!(rig.download(&item).1.len(), 2);
}

#[test]
fn other_events_stop_nothing() {
    let (rig, item) = feeder("sheets=2&stall=2", false);
    let (_, hears, result) = in_background(&rig, &item);
    hears.recv_timeout(SOON).unwrap();
    rig.scanner.notify_pnp_event(WIA_EVENT_POWER_SUSPEND);
    let waited = result.recv_timeout(Duration::from_millis(100));
    assert_eq!(waited.unwrap_err(), RecvTimeoutError::Timeout);
    cancel(&rig);
    assert_eq!(
        result.recv_timeout(SOON).unwrap().unwrap(),
        Status::Cancelled
    );
}

#[test]
fn a_device_that_ignores_a_cancel_hears_only_the_callback() {
    let mut options = rig::options("", "sheets=3").unwrap();
    options.quirks.ignores_cancel = true;
    let rig = Arc::new(Rig::new(options));
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    let scanner = Arc::clone(&rig.scanner);
    let script = Script::plain().on_message(move |_, _| {
        scanner.notify_pnp_event(WIA_EVENT_CANCEL_IO);
        Ok(Answer::Continue)
    });
    let script = Arc::new(script);
    assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Ok);
    assert_eq!(script.bytes().len(), 3);

    let mut options = rig::options("", "stall=1").unwrap();
    options.quirks.ignores_cancel = true;
    let rig = Arc::new(Rig::new(options));
    let (_, _, result) = in_background(&rig, &rig.feeder());
    for _ in 0..20 {
        cancel(&rig);
        let waited = result.recv_timeout(Duration::from_millis(5));
        assert_eq!(waited.unwrap_err(), RecvTimeoutError::Timeout);
    }
    // The stalled thread is left alone; it ends with the process.
}

#[test]
fn a_transfer_is_refused_while_another_runs() {
    let (rig, item) = feeder("stall=1:2", false);
    let (_, hears, result) = in_background(&rig, &item);
    hears.recv_timeout(SOON).unwrap();
    let e = rig.download(&rig.flatbed()).0.unwrap_err();
    assert_eq!(e.kind(), wia::ErrorKind::Busy);
    cancel(&rig);
    assert_eq!(
        result.recv_timeout(SOON).unwrap().unwrap(),
        Status::Cancelled
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// A cancel inside any message: nothing is called after it, finished pages stand, and the next
    /// transfer goes on with the sheet after the one that was in the feeder.
    #[test]
    fn a_cancel_inside_any_message(at in 0usize..90, multipage: bool, duplex: bool) {
        let (rig, item) = feeder("sheets=3", multipage);
        if duplex {
            rig.duplex(&item);
        }
        let scanner = Arc::clone(&rig.scanner);
        let script = Arc::new(Script::plain().on_message(move |n, _| {
            if n == at {
                scanner.notify_pnp_event(WIA_EVENT_CANCEL_IO);
            }
            assert!(n <= at + 1, "a message long after the cancel");
            Ok(Answer::Continue)
        }));
        let result = rig.acquire(&item, &script).unwrap();
        let said = script.said();
        let complete = complete(&script);
        let sides = if duplex { 6 } else { 3 };
        if result == Status::Ok {
            prop_assert_eq!(complete, sides);
        } else {
            prop_assert_eq!(result, Status::Cancelled);
            let begun = said.iter().filter(|p| p.percent == 0).count();
            let next = if duplex { begun.div_ceil(2) } else { begun };
            let rest = rig.download(&item);
            let rest = match (multipage, rest.1.first()) {
                (_, None) => 0,
                (true, Some(bytes)) => decode::tiff(bytes).len(),
                (false, Some(_)) => rest.1.len(),
            };
            prop_assert_eq!(rest, (3 - next) * if duplex { 2 } else { 1 });
        }
    }

    /// A cancel from another thread while the driver is inside any of its calls: it ends as cancelled
    /// unless it has made fewer calls, and the finished pages stand.
    #[test]
    fn a_cancel_from_another_thread_inside_any_call(at in 0usize..75, multipage: bool) {
        let (rig, item) = feeder("sheets=3", multipage);
        let calls = Arc::new(AtomicUsize::new(0));
        let (count, scanner) = (Arc::clone(&calls), Arc::clone(&rig.scanner));
        let call = move || {
            if count.fetch_add(1, Ordering::SeqCst) == at {
                let scanner = Arc::clone(&scanner);
                let other = thread::spawn(move || scanner.notify_pnp_event(WIA_EVENT_CANCEL_IO));
                other.join().unwrap();
            }
        };
        let message = call.clone();
        let script = Script::plain().on_next(move |_| {
            call();
            None
        });
        let script = Arc::new(script.on_message(move |_, _| {
            message();
            Ok(Answer::Continue)
        }));
        let status = rig.acquire(&item, &script).unwrap();
        let calls = calls.load(Ordering::SeqCst);
        prop_assert!(calls <= at + 2, "calls long after the cancel");
        let complete = complete(&script);
        if calls <= at {
            prop_assert_eq!(status, Status::Ok);
            prop_assert_eq!(complete, 3);
        } else {
            prop_assert_eq!(status, Status::Cancelled);
        }
        if multipage && complete > 0 {
            prop_assert_eq!(decode::tiff(&script.bytes()[0]).len(), complete);
        }
        rig.scanner_reload();
        prop_assert_eq!(rig.download(&item).0.unwrap(), Status::Ok);
    }

    /// A cancel from another thread while the device stands still at any line of any sheet, or is on its
    /// way there.
    #[test]
    fn a_cancel_at_any_line(sheet in 1usize..=3, line in 1u32..900, multipage: bool) {
        let (rig, item) = feeder(&format!("sheets=3&stall={sheet}:{line}"), multipage);
        let (script, hears, result) = in_background(&rig, &item);
        // The sheets before it are through.
        hears.recv_timeout(SOON).unwrap();
        while complete(&script) < sheet - 1 {
            hears.recv_timeout(SOON).unwrap();
        }
        cancel(&rig);
        let status = result.recv_timeout(SOON).expect("the driver hangs").unwrap();
        prop_assert_eq!(status, Status::Cancelled);
        prop_assert_eq!(complete(&script), sheet - 1);
    }
}
