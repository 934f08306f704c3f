//! Hosts that die, stop or starve: what the application gets, and that the device works again.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use service::{
    Answer, Device, DocumentOptions, DocumentProgress, FileFate, Item, StorageMedium,
    TransferCallback,
};
use tiff::decoder::Decoder;
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::format::WIA_IMG_FMT_TIFF;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{Error, ErrorKind, Result, Status, TransferFlags, TransferMessage, Tymed};

use crate::rig::{Application, FEEDER, download, item, open, set};

/// A scanner whose host is given up after 0.3 s without a sign of life.
const HASTY: &str = "virtual:?sheets=3&seed=3&deadline=0.3";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    Kill,
    Stop,
    /// No more memory from now on.
    Starve,
}

fn process(device: &dyn Device) -> Pid {
    let process = device.host().unwrap().process;
    Pid::from_raw(i32::try_from(process).unwrap()).unwrap()
}

fn strike(process: Pid, blow: Blow) {
    // It may be gone by itself.
    let _ = match blow {
        Blow::Kill => kill_process(process, Signal::KILL),
        Blow::Stop => kill_process(process, Signal::STOP),
        Blow::Starve => {
            let nothing = Rlimit {
                current: Some(0),
                maximum: Some(0),
            };
            prlimit(Some(process), Resource::Data, nothing).map(drop)
        }
    };
}

fn coarse_tiff(device: &dyn Device) -> Arc<dyn Item> {
    let feeder = item(device, FEEDER);
    // The feeder is full again.
    device.root().device_command(WIA_CMD_SYNCHRONIZE).unwrap();
    set(
        &*feeder,
        &[
            (WIA_IPS_XRES, 75.into()),
            (WIA_IPS_YRES, 75.into()),
            (WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF.into()),
            (WIA_IPA_TYMED, Tymed::MultipageFile.value().into()),
        ],
    );
    feeder
}

/// Strikes at the message of this number, from 1.
fn struck(device: &Arc<dyn Device>, blow: Blow, at: usize) -> Arc<Application> {
    let (count, process) = (AtomicUsize::new(0), process(&**device));
    Arc::new(Application {
        each: Some(Box::new(move |_| {
            if count.fetch_add(1, Ordering::Relaxed) + 1 == at {
                strike(process, blow);
            }
            Ok(Answer::Continue)
        })),
        ..Application::default()
    })
}

/// Pages that a foreign reader finds in a TIFF, each of which it can decode.
fn pages(tiff: &[u8]) -> u32 {
    if tiff.is_empty() {
        return 0;
    }
    let mut decoder = Decoder::new(Cursor::new(tiff)).unwrap();
    let mut pages = 0;
    loop {
        decoder.read_image().unwrap();
        pages += 1;
        if !decoder.more_images() {
            return pages;
        }
        decoder.next_image().unwrap();
    }
}

#[track_caller]
fn died(e: &Error) {
    let kinds = [ErrorKind::ExceptionInDriver, ErrorKind::Deadline];
    assert!(kinds.contains(&e.kind()), "{e}");
}

#[test]
fn a_host_that_is_killed_ends_its_transfer_and_no_more() {
    let device = open(HASTY).unwrap();
    let other = open("virtual:").unwrap();
    let feeder = coarse_tiff(&*device);
    let first = process(&*device);
    let application = struck(&device, Blow::Kill, 3);
    let e = download(&*feeder, &application).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert_eq!(
        e.to_string(),
        "the driver crashed: its process was ended by SIGKILL"
    );
    assert_eq!(application.count(TransferMessage::EndOfStream), 1);
    assert_eq!(application.count(TransferMessage::EndOfTransfer), 1);
    assert_eq!(
        application.told.lock().unwrap().last(),
        Some(&TransferMessage::EndOfTransfer)
    );
    // Its settings are there again, in another process.
    assert_eq!(feeder.read(&[WIA_IPS_XRES]), Ok(vec![Some(75.into())]));
    assert_ne!(process(&*device), first);
    let application = Arc::new(Application::default());
    assert_eq!(download(&*feeder, &application), Ok(Status::Ok));
    assert_eq!(pages(&application.images()[0]), 3);
    assert_eq!(other.root().children().len(), 2);
}

#[test]
fn a_host_that_stops_is_ended_by_its_deadline() {
    let device = open(HASTY).unwrap();
    let feeder = coarse_tiff(&*device);
    let application = struck(&device, Blow::Stop, 3);
    let e = download(&*feeder, &application).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    assert_eq!(
        e.to_string(),
        "the driver did not send another line within 0.3 s; its process was ended"
    );
    assert_eq!(application.count(TransferMessage::EndOfTransfer), 1);
    assert_eq!(
        download(&*feeder, &Arc::new(Application::default())),
        Ok(Status::Ok)
    );
}

#[test]
fn a_host_that_stops_while_nothing_runs_is_ended_by_the_next_request() {
    let device = open(HASTY).unwrap();
    let feeder = coarse_tiff(&*device);
    strike(process(&*device), Blow::Stop);
    let e = feeder.read(&[WIA_IPS_XRES]).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline, "{e}");
    assert_eq!(feeder.read(&[WIA_IPS_XRES]), Ok(vec![Some(75.into())]));
    strike(process(&*device), Blow::Kill);
    // Whether it is noticed before or in the middle of this.
    if let Err(e) = feeder.read(&[WIA_IPS_XRES]) {
        died(&e);
    }
    assert_eq!(feeder.read(&[WIA_IPS_XRES]), Ok(vec![Some(75.into())]));
}

#[test]
fn a_host_that_does_not_hear_a_cancel_has_the_time_of_one() {
    let device = open("virtual:?sheets=3&cancel-deadline=0.2").unwrap();
    let feeder = coarse_tiff(&*device);
    let transfer = feeder.transfer().unwrap();
    let cancelled = Arc::clone(&transfer);
    let application = struck(&device, Blow::Stop, 3);
    let result = std::thread::scope(|scope| {
        let told = Arc::clone(&application);
        scope.spawn(move || {
            while told.told.lock().unwrap().len() < 3 {
                std::thread::yield_now();
            }
            cancelled.cancel();
        });
        transfer.download(TransferFlags::empty(), application.clone())
    });
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline, "{e}");
    assert_eq!(
        e.to_string(),
        "the driver did not stop after a cancel within 0.2 s; its process was ended"
    );
    assert!(feeder.read(&[WIA_IPS_PAGES]).is_ok());
}

fn children() -> BTreeSet<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let lists = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("children")));
    let lists: Vec<_> = lists.map(Result::unwrap_or_default).collect();
    lists
        .iter()
        .flat_map(|l| l.split_whitespace())
        .map(str::to_owned)
        .collect()
}

fn descriptors() -> usize {
    Path::new("/proc/self/fd").read_dir().unwrap().count()
}

#[test]
fn nothing_is_left_of_a_host() {
    // What a process opens once.
    drop(open(HASTY).unwrap());
    let (before, open_before) = (children(), descriptors());
    for blow in [None, Some(Blow::Kill), Some(Blow::Stop)] {
        let device = open(HASTY).unwrap();
        assert_eq!(children().len(), before.len() + 1);
        if let Some(blow) = blow {
            strike(process(&*device), blow);
            drop(device.root().read(&[WIA_IPS_XRES]));
            assert!(device.root().children().len() == 2);
        }
        drop(device);
        assert_eq!(children(), before, "{blow:?}");
        assert_eq!(descriptors(), open_before, "{blow:?}");
    }
}

#[test]
fn a_host_ends_with_its_application() {
    use std::process::{Command, Stdio};
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut host = Command::new(env!("CARGO_BIN_EXE_quire-driver-host"))
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
        .spawn()
        .unwrap();
    drop(ours);
    // A test that hangs is ended by the runner.
    host.wait().unwrap();
}

/// What the system says of a process, under a name.
fn said_of(process: Pid, file: &str, name: &str) -> String {
    let path = format!("/proc/{}/{file}", process.as_raw_pid());
    let all = std::fs::read_to_string(path).unwrap();
    let line = all.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim().to_owned()
}

#[test]
fn a_host_is_kept_from_harm_and_says_so() {
    let device = open(HASTY).unwrap();
    let process = process(&*device);
    let limit = said_of(process, "limits", "Max data size");
    assert!(limit.starts_with("2147483648"), "{limit}");
    let said = device.host().unwrap().sandbox;
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        said[0].starts_with("memory: at most 2048 MiB; "),
        "{said:?}"
    );
    // Filter mode, unless it says that there is none.
    let filtered = said_of(process, "status", "Seccomp:") == "2";
    assert_eq!(filtered, said[2].ends_with("(seccomp)"), "{said:?}");
}

/// A small generator (Steele and Vigna's SplitMix64), so that a seed says what happened.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// Takes everything, and strikes at random.
fn one_blow(device: &Arc<dyn Device>, random: &mut Random, want: &[u8]) {
    let blow = [Blow::Kill, Blow::Stop, Blow::Starve][usize::try_from(random.below(3)).unwrap()];
    let into_file = random.below(3) == 0;
    let after = Duration::from_micros(random.below(60_000));
    let what = format!("{blow:?} after {after:?}, into a file: {into_file}");
    let feeder = coarse_tiff(&**device);
    let victim = process(&**device);
    let progress = Arc::<DocumentProgress>::default();
    let transfer = feeder.transfer().unwrap();
    transfer.set_document(DocumentOptions {
        progress: Arc::clone(&progress),
        ..DocumentOptions::default()
    });
    let application = Arc::new(Application::default());
    let ended = AtomicBool::new(false);
    let (result, bytes) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let begun = std::time::Instant::now();
            while begun.elapsed() < after && !ended.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            strike(victim, blow);
        });
        let file = tempfile::NamedTempFile::new().unwrap();
        let result = if into_file {
            let mut medium = StorageMedium {
                tymed: Tymed::MultipageFile,
                file_name: Some(file.path().to_owned()),
            };
            transfer.file_data(&mut medium, FileFate::Keep, None)
        } else {
            transfer.download(TransferFlags::empty(), application.clone())
        };
        ended.store(true, Ordering::Release);
        let bytes = match into_file {
            true => std::fs::read(file.path()).unwrap(),
            false => application.images().pop().unwrap_or_default(),
        };
        (result, bytes)
    });
    match result {
        Ok(status) => {
            assert_eq!(status, Status::Ok, "{what}");
            assert!(bytes == want, "{what}: the document differs");
        }
        Err(e) => {
            let kinds = [
                ErrorKind::ExceptionInDriver,
                ErrorKind::Deadline,
                ErrorKind::OutOfMemory,
            ];
            assert!(kinds.contains(&e.kind()), "{what}: {e}");
            // Every page that was counted is there, and nothing leads beyond.
            let kept = usize::try_from(progress.bytes()).unwrap().min(bytes.len());
            if progress.pages() > 0 {
                // One may be linked and not counted yet.
                let counted = progress.pages()..=progress.pages() + 1;
                let kept = pages(&bytes[..kept]);
                assert!(
                    counted.contains(&kept),
                    "{what}: {e}: {kept} of {counted:?}"
                );
            }
        }
    }
    // A host that only starves may live: it is of no use any more.
    strike(victim, Blow::Kill);
    let application = Arc::new(Application::default());
    let mut again = download(&*coarse_again(device), &application);
    if matches!(&again, Err(e) if e.kind() == ErrorKind::ExceptionInDriver) {
        // The blow came too late for the transfer before, and was noticed in this one.
        let application = Arc::new(Application::default());
        again = download(&*coarse_again(device), &application);
    }
    assert_eq!(again, Ok(Status::Ok), "{what}: the next scan");
}

/// The full feeder of a device whose host may just be found dead.
fn coarse_again(device: &Arc<dyn Device>) -> Arc<dyn Item> {
    let full = device.root().device_command(WIA_CMD_SYNCHRONIZE);
    full.or_else(|_| device.root().device_command(WIA_CMD_SYNCHRONIZE))
        .unwrap();
    device.find_item(FEEDER).unwrap()
}

#[test]
fn whatever_happens_to_a_host_the_next_scan_works() {
    let long = std::env::var_os("QUIRE_LONG").is_some();
    let device = open(HASTY).unwrap();
    let whole = Arc::new(Application::default());
    assert_eq!(download(&*coarse_tiff(&*device), &whole), Ok(Status::Ok));
    let want = whole.images().pop().unwrap();
    assert_eq!(pages(&want), 3);
    let mut random = Random(6);
    for _ in 0..if long { 500 } else { 30 } {
        one_blow(&device, &mut random, &want);
    }
}

#[test]
fn the_time_of_the_application_is_not_the_drivers() {
    // Whoever waits for a person takes longer than any deadline.
    let device = open(HASTY).unwrap();
    let feeder = coarse_tiff(&*device);
    let (entered, left) = std::sync::mpsc::channel();
    let (entered, waited) = (Mutex::new(Some(entered)), Mutex::new(false));
    let waited = Arc::new(waited);
    let waits = Arc::clone(&waited);
    let application = Arc::new(Application {
        each: Some(Box::new(move |_| {
            if let Some(entered) = entered.lock().unwrap().take() {
                // Three deadlines without a sign: nobody sends anything here.
                let (_never, nothing) = std::sync::mpsc::channel::<()>();
                let silence = nothing.recv_timeout(Duration::from_millis(900));
                assert!(silence.is_err());
                *waits.lock().unwrap() = true;
                entered.send(()).unwrap();
            }
            Ok(Answer::Continue)
        })),
        ..Application::default()
    });
    let callback: Arc<dyn TransferCallback> = application.clone();
    let transfer = feeder.transfer().unwrap();
    let result = transfer.download(TransferFlags::empty(), callback);
    assert_eq!(result, Ok(Status::Ok));
    left.recv().unwrap();
    assert!(*waited.lock().unwrap());
}
