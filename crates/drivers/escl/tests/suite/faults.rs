//! What goes wrong with a server ends in time, with a failure that names the cause; pages that were complete stay;
//! and the next scan works.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use crate::rig::{self, Keeper, LONG, download, impatient, item, open, patient, prepare, raw};
use escl::status::{AdfState, JobState};
use escl_testserver::{Act, Kind, Server, capabilities, pages};
use raster::PixelType;
use service::{Answer, Device, Item};
use wia::format::{WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPS_PAGE_SIZE, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT};
use wia::{Error, ErrorKind, Result, Status, Tymed};

const RAW: (wia::Guid, Tymed) = (WIA_IMG_FMT_RAW, Tymed::File);
const JPEG: (wia::Guid, Tymed) = (WIA_IMG_FMT_JPEG, Tymed::File);
const TIFF: (wia::Guid, Tymed) = (WIA_IMG_FMT_TIFF, Tymed::MultipageFile);
const SIZE: (u32, u32) = (400, 300);

struct Rig {
    server: Server,
    device: Arc<dyn Device>,
}

impl Rig {
    fn new(impatiently: bool) -> Rig {
        let server = Server::start(capabilities());
        let deadlines = if impatiently { impatient() } else { patient() };
        let device = open(&server, deadlines).unwrap();
        Rig { server, device }
    }

    fn feeder(&self, kind: (wia::Guid, Tymed)) -> Arc<dyn Item> {
        feeder(&self.device, kind)
    }

    /// Scans the feeder into RAW; gives the complete pages and the result.
    fn scan(&self) -> (usize, Result<Status>) {
        let keeper = Keeper::new();
        let result = download(&*self.feeder(RAW), &keeper);
        (complete(&keeper), result)
    }

    /// After a fault: the job is gone, and the next scan works.
    fn works_again(&self) {
        assert_eq!(self.server.asked("DELETE"), self.server.asked("POST"));
        self.server.mend();
        let keeper = Keeper::new();
        // Without haste.
        let device = open(&self.server, patient()).unwrap();
        let result = download(&*feeder(&device, RAW), &keeper);
        assert_eq!((complete(&keeper), result.unwrap()), (3, Status::Ok));
        self.server.mend();
    }
}

/// The feeder in grey at 100 dpi.
fn feeder(device: &Arc<dyn Device>, kind: (wia::Guid, Tymed)) -> Arc<dyn Item> {
    let feeder = item(device, "Feeder");
    prepare(&*feeder, PixelType::Gray8, 100, kind).unwrap();
    let custom = wia::constant::WIA_PAGE_CUSTOM;
    feeder
        .write(&[
            (WIA_IPS_PAGE_SIZE, custom.into()),
            (WIA_IPS_XEXTENT, 400.into()),
            (WIA_IPS_YEXTENT, 300.into()),
        ])
        .unwrap();
    feeder
}

/// Pages of which all is there, which must be the first ones in order.
fn complete(keeper: &Keeper) -> usize {
    let streams = keeper.streams();
    let expected = |at: usize| pages::rows((at as u32 + 1) * 10, SIZE, PixelType::Gray8);
    let whole = |at: &usize| {
        let bytes = &streams[*at];
        bytes.len() > SIZE.0 as usize * SIZE.1 as usize && raw(bytes).1 == expected(*at)
    };
    (0..streams.len()).take_while(whole).count()
}

fn failure(result: Result<Status>, kind: ErrorKind, words: &str) {
    let e = result.unwrap_err();
    assert_eq!(e.kind(), kind, "{e}");
    assert!(e.to_string().contains(words), "{e}");
}

/// What each fault at the second page of three ends with, and how many pages are complete.
#[test]
fn at_the_second_page() {
    let html = b"<html><title>Oops</title></html>".to_vec();
    let header = |name, value: &str| vec![(name, value.to_owned())];
    use ErrorKind::{Deadline, DeviceCommunication};
    for (act, kind, words) in [
        (
            Act::Stall(0),
            Deadline,
            "the next line did not come within 1 s",
        ),
        (Act::Stall(5000), Deadline, "did not come"),
        (Act::Trickle(40), Deadline, "did not come"),
        (Act::Cut(5000, true), DeviceCommunication, "end early"),
        (Act::Body(html), DeviceCommunication, "no PNG and no JPEG"),
        (Act::Body(Vec::new()), DeviceCommunication, "no data"),
        (Act::Endless, DeviceCommunication, "behind the image"),
        (
            Act::Say(307, header("Location", "http://192.0.2.7/x"), vec![]),
            DeviceCommunication,
            "another host",
        ),
        (
            Act::Say(
                302,
                header("Location", "/eSCL/ScanJobs/1/NextDocument"),
                vec![],
            ),
            DeviceCommunication,
            "redirected more",
        ),
        (
            Act::Raw(b"SSH-2.0-x\r\n".to_vec()),
            DeviceCommunication,
            "NextDocument",
        ),
    ] {
        for chunked in [false, true] {
            let rig = Rig::new(true);
            rig.server.lock().chunked = chunked;
            // At every attempt.
            for n in 1..30 {
                rig.server.at(Kind::Page, n, act.clone());
            }
            let told = format!("{act:?}");
            let (pages, result) = rig.scan();
            // All rows are there when it does not end behind them.
            let endless = matches!(act, Act::Endless);
            assert!(pages == 1 || endless && pages == 2, "{told:.40}");
            // A whole page has nothing behind it when it comes in pieces.
            match (chunked, &act) {
                (true, Act::Endless) => assert!(result.is_err()),
                (true, Act::Cut(..)) => failure(result, kind, ""),
                _ => failure(result, kind, words),
            }
            rig.works_again();
        }
    }
}

/// A connection that breaks is no failure when the page comes whole then.
#[test]
fn a_page_that_breaks_off_comes_again() {
    for act in [
        Act::Reset(0),
        Act::Reset(5000),
        Act::Cut(0, false),
        Act::Cut(5000, false),
        Act::Cut(9000, false),
    ] {
        for times in 1..=3 {
            for chunked in [false, true] {
                let rig = Rig::new(false);
                rig.server.lock().chunked = chunked;
                for n in 1..=times {
                    rig.server.at(Kind::Page, n, act.clone());
                }
                let (pages, result) = rig.scan();
                match times {
                    3 => {
                        assert_eq!(pages, 1, "{act:?} {times}");
                        failure(result, ErrorKind::DeviceCommunication, "page 2, 3 times");
                    }
                    _ => assert_eq!((pages, result.unwrap()), (3, Status::Ok), "{act:?} {times}"),
                }
                rig.works_again();
            }
        }
    }
    // JPEG that is passed on, and all pages in one document.
    for kind in [JPEG, TIFF] {
        let whole = Rig::new(false);
        let keeper = Keeper::new();
        assert_eq!(download(&*whole.feeder(kind), &keeper).unwrap(), Status::Ok);
        let broken = Rig::new(false);
        broken.server.at(Kind::Page, 0, Act::Cut(700, false));
        broken.server.at(Kind::Page, 2, Act::Cut(3000, false));
        let again = Keeper::new();
        assert_eq!(download(&*broken.feeder(kind), &again).unwrap(), Status::Ok);
        // Documents tell the time; JPEG does not.
        if kind == JPEG {
            assert!(keeper.streams() == again.streams());
        } else {
            assert_eq!(keeper.streams()[0].len(), again.streams()[0].len());
        }
    }
}

/// The server has gone on to the next page: one is lost, and nobody calls that a success.
#[test]
fn a_page_that_is_lost() {
    for bytes in [3000, 9000] {
        for kind in [RAW, JPEG] {
            let rig = Rig::new(false);
            rig.server.at(Kind::Page, 1, Act::Cut(bytes, false));
            rig.server.at(Kind::Page, 2, Act::Lose);
            let keeper = Keeper::new();
            let result = download(&*rig.feeder(kind), &keeper);
            failure(result, ErrorKind::DeviceCommunication, "another page came");
            rig.works_again();
        }
    }
    // The next page is shorter than what is written, and looks like the same one.
    let small = pages::jpeg(
        &pages::rows(20, (40, 30), PixelType::Gray8),
        (40, 30),
        PixelType::Gray8,
    );
    assert!(small.len() < 9000);
    let rig = Rig::new(false);
    rig.server.at(Kind::Page, 1, Act::Cut(9000, false));
    rig.server.at(Kind::Page, 2, Act::Body(small));
    let keeper = Keeper::new();
    let result = download(&*rig.feeder(JPEG), &keeper);
    failure(result, ErrorKind::DeviceCommunication, "another page came");
    rig.works_again();
    let rig = Rig::new(false);
    rig.server.at(Kind::Page, 1, Act::Cut(9000, false));
    rig.server.at(Kind::Page, 2, Act::say(410));
    let (pages, result) = rig.scan();
    assert_eq!(pages, 1);
    failure(
        result,
        ErrorKind::DeviceCommunication,
        "does not give it again",
    );
    rig.works_again();
}

/// The same where pages have no names, and nothing of the page is written: the counts tell.
#[test]
fn a_page_that_is_lost_without_a_trace() {
    for bytes in [0, 100] {
        let rig = Rig::new(false);
        rig.server.lock().unnamed = true;
        rig.server.at(Kind::Page, 1, Act::CutLost(bytes));
        let (pages, result) = rig.scan();
        assert_eq!(pages, 1);
        failure(result, ErrorKind::DeviceCommunication, "gone on");
        rig.works_again();
    }
}

#[test]
fn half_a_jpeg_that_is_passed_on() {
    let rig = Rig::new(false);
    for n in 1..9 {
        rig.server.at(Kind::Page, n, Act::Cut(2000, true));
    }
    let keeper = Keeper::new();
    let result = download(&*rig.feeder(JPEG), &keeper);
    failure(
        result,
        ErrorKind::DeviceCommunication,
        "the JPEG data end early",
    );
    rig.works_again();
}

#[test]
fn busy_and_not_ready() {
    let rig = Rig::new(false);
    let later = || Act::Say(503, vec![("Retry-After", "0".into())], Vec::new());
    for n in 0..3 {
        rig.server.at(Kind::Create, n, later());
        rig.server.at(Kind::Page, n * 2, later());
    }
    let (pages, result) = rig.scan();
    assert_eq!((pages, result.unwrap()), (3, Status::Ok));
    rig.server.mend();
    rig.server.always(Kind::Create, later());
    let (pages, result) = rig.scan();
    assert_eq!(pages, 0);
    failure(result, ErrorKind::Busy, "10 times");
    // For ever, up to the deadline.
    let server = Server::start(capabilities());
    let deadlines = quire_driver_escl::Deadlines {
        first_line: rig::SHORT,
        ..patient()
    };
    let device = open(&server, deadlines).unwrap();
    let rig = Rig { server, device };
    rig.server.always(Kind::Page, later());
    let (pages, result) = rig.scan();
    assert_eq!(pages, 0);
    failure(
        result,
        ErrorKind::Deadline,
        "the first line did not come within 1 s",
    );
    rig.works_again();
}

#[test]
fn the_end_that_comes_early() {
    let rig = Rig::new(false);
    // The job is over, with sheets left: the scanner says so itself.
    rig.server.at(Kind::Page, 1, Act::say(404));
    rig.server.lock().job_state = Some(JobState::Aborted);
    let (pages, result) = rig.scan();
    assert_eq!(pages, 1);
    failure(result, ErrorKind::DeviceCommunication, "gave up");
    rig.works_again();
    rig.server.at(Kind::Page, 1, Act::say(410));
    rig.server.lock().job_state = Some(JobState::Canceled);
    let (pages, result) = rig.scan();
    assert_eq!(pages, 1);
    failure(
        result,
        ErrorKind::UserIntervention,
        "cancelled at the scanner",
    );
    rig.works_again();
    // It is alive, and only a little early.
    rig.server.at(Kind::Page, 1, Act::say(404));
    let (pages, result) = rig.scan();
    assert_eq!((pages, result.unwrap()), (3, Status::Ok));
    rig.works_again();
}

#[test]
fn trouble_with_the_paper() {
    for (code, state, kind) in [
        (409, AdfState::Jam, ErrorKind::PaperJam),
        (503, AdfState::HatchOpen, ErrorKind::CoverOpen),
        (500, AdfState::MultipickDetected, ErrorKind::MultiFeed),
    ] {
        let rig = Rig::new(false);
        let server = Arc::clone(&rig.server.scanner);
        rig.server.at(Kind::Page, 1, Act::say(code));
        // The second page jams.
        let keeper = Keeper::with(move |params| {
            if params.percent == 100 {
                server.lock().unwrap().adf = Some(state);
            }
            match &params.device_status {
                Some(Err(e)) => Err(e.clone()),
                _ => Ok(Answer::Continue),
            }
        });
        let result = download(&*rig.feeder(RAW), &keeper);
        failure(result, kind, state.name());
        assert_eq!(complete(&keeper), 1);
        rig.works_again();
    }
}

#[test]
fn locations_of_other_hosts_and_none() {
    let rig = Rig::new(false);
    for location in [
        "http://192.0.2.9/eSCL/ScanJobs/1",
        "http://[fe80::1/eSCL/ScanJobs/2",
        "/eSCL/ScanJobs/3",
    ] {
        rig.server.lock().sheets = (1..=3).collect();
        rig.server.at(
            Kind::Create,
            rig.server.asked("POST"),
            Act::Location(location.into()),
        );
        let (pages, result) = rig.scan();
        assert_eq!((pages, result.unwrap()), (3, Status::Ok), "{location}");
    }
    let rig = Rig::new(false);
    rig.server.at(Kind::Create, 0, Act::Location(String::new()));
    failure(rig.scan().1, ErrorKind::DeviceCommunication, "Location");
    rig.server.mend();
    rig.server.at(Kind::Create, 0, Act::say(409));
    failure(rig.scan().1, ErrorKind::InvalidArgument, "409");
    rig.server.mend();
    rig.server.at(Kind::Create, 0, Act::Raw(Vec::new()));
    failure(rig.scan().1, ErrorKind::DeviceCommunication, "ScanJobs");
}

/// The state is only asked for on the way: a scanner that makes a mess of it scans all the same.
#[test]
fn states_that_cannot_be_understood() {
    for act in [
        Act::Body(b"<a><b></a>".to_vec()),
        Act::say(500),
        Act::Body(b"<html></html>".to_vec()),
    ] {
        let rig = Rig::new(false);
        rig.server.always(Kind::Status, act);
        let (pages, result) = rig.scan();
        assert_eq!((pages, result.unwrap()), (3, Status::Ok));
    }
}

/// Cancels while the nth request of a kind waits for its answer, then does what is to follow.
fn cancel_at(rig: &Rig, kind: Kind, n: usize, then: impl FnOnce()) {
    let feeder = rig.feeder(RAW);
    let transfer = feeder.transfer().unwrap();
    let (said, over) = mpsc::channel();
    let keeper = Keeper::new();
    let (inside, running) = (Arc::clone(&keeper), Arc::clone(&transfer));
    thread::spawn(move || {
        let result = running.download(wia::TransferFlags::empty(), inside);
        said.send(result).unwrap();
    });
    let request = match kind {
        Kind::Status => "GET /eSCL/ScannerStatus",
        Kind::Create => "POST",
        _ => "NextDocument",
    };
    let waits = |log: &[String]| log.iter().filter(|line| line.contains(request)).count() > n;
    while !waits(&rig.server.lock().log) {
        thread::yield_now();
    }
    transfer.cancel();
    then();
    let result = over.recv_timeout(LONG).unwrap();
    assert_eq!(result.unwrap(), Status::Cancelled, "{kind:?} {n}");
}

/// A cancel is heard while the scanner is silent.
#[test]
fn a_cancel_cuts_the_connection() {
    for (kind, n) in [(Kind::Status, 0), (Kind::Page, 0), (Kind::Page, 1)] {
        for act in [Act::Silence, Act::Stall(5000)] {
            if kind != Kind::Page && !matches!(act, Act::Silence) {
                // Shorter.
                continue;
            }
            let rig = Rig::new(false);
            rig.server.at(kind, n, act);
            cancel_at(&rig, kind, n, || {});
            rig.works_again();
        }
    }
}

/// A job that is being made is waited for, and deleted.
#[test]
fn a_cancel_while_the_job_is_made() {
    let rig = Rig::new(false);
    rig.server.lock().held = true;
    rig.server.at(Kind::Create, 0, Act::Hold);
    cancel_at(&rig, Kind::Create, 0, || rig.server.lock().held = false);
    assert_eq!(rig.server.asked("POST"), 1);
    rig.works_again();
    // Not for ever, when it is never heard of.
    let server = Server::start(capabilities());
    let deadlines = quire_driver_escl::Deadlines {
        cancel: rig::SHORT,
        ..patient()
    };
    let device = open(&server, deadlines).unwrap();
    let rig = Rig { server, device };
    rig.server.at(Kind::Create, 0, Act::Silence);
    cancel_at(&rig, Kind::Create, 0, || {});
    assert_eq!(rig.server.asked("DELETE"), 0);
    rig.server.mend();
    rig.works_again();
}

/// Answers of the application end the job as well.
#[test]
fn a_cancel_by_an_answer() {
    let rig = Rig::new(false);
    let count = Mutex::new(0);
    let keeper = Keeper::with(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        Ok(if *count > 8 {
            Answer::Cancel
        } else {
            Answer::Continue
        })
    });
    assert_eq!(
        download(&*rig.feeder(RAW), &keeper).unwrap(),
        Status::Cancelled
    );
    rig.works_again();
    let full = || Error::new(ErrorKind::MediumFull, "full");
    let keeper = Keeper::with(move |_| Err(full()));
    let result = download(&*rig.feeder(RAW), &keeper);
    failure(result, ErrorKind::MediumFull, "full");
    rig.works_again();
}
