//! `WIA_EVENT_CANCEL_IO`: heard at any moment, obeyed at once, and nothing is left behind.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod rig;

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use minidriver::Minidriver;
use proptest::prelude::*;
use rig::{Mode, Rig, Script, decode};
use transfer::Answer;
use wia::event::{WIA_EVENT_CANCEL_IO, WIA_EVENT_POWER_SUSPEND};
use wia::format::WIA_IMG_FMT_RAW;
use wia::{Result, Status, Tymed};

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
            cancel(&rig);
            let status = result.recv_timeout(SOON).expect("the cancel is not obeyed");
            assert_eq!(status.unwrap(), Status::Cancelled, "{query}");
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
    // The cancel must not be lost when it comes at the very start; an idle device ignores it.
    let waited = loop {
        cancel(&rig);
        match result.recv_timeout(Duration::from_millis(1)) {
            Err(RecvTimeoutError::Timeout) => {}
            other => break other,
        }
    };
    assert_eq!(waited.unwrap().unwrap(), Status::Cancelled);
    assert!(script.events().is_empty());
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
    let (_, _, result) = in_background(&rig, &item);
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
        let complete = said.iter().filter(|p| p.percent == 100).count();
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

    /// A cancel from another thread at a random moment.
    #[test]
    fn a_cancel_at_any_moment(micros in 0u64..30_000, multipage: bool) {
        let (rig, item) = feeder("sheets=6", multipage);
        let (script, _, result) = in_background(&rig, &item);
        thread::sleep(Duration::from_micros(micros));
        cancel(&rig);
        let status = result.recv_timeout(SOON).expect("the driver hangs").unwrap();
        prop_assert!(matches!(status, Status::Ok | Status::Cancelled));
        let complete = script.said().iter().filter(|p| p.percent == 100).count();
        if status == Status::Ok {
            prop_assert_eq!(complete, 6);
        }
        rig.scanner_reload();
        let (after, _) = rig.download(&item);
        prop_assert_eq!(after.unwrap(), Status::Ok);
    }
}
