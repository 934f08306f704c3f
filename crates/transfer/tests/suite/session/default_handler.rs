//! The default handler: which codes it takes, and how it shows them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use wia::{Error, ErrorKind, Hresult, Result, Status};

use crate::transfer::{
    DefaultErrorHandler, DeviceStatus, ErrorHandler, Reply, StatusReport, Window,
};

/// A window that writes down what is shown, and a person who agrees or does not.
struct Screen {
    agrees: AtomicBool,
    shown: Mutex<Vec<String>>,
}

impl Screen {
    fn new(agrees: bool) -> Screen {
        Screen {
            agrees: AtomicBool::new(agrees),
            shown: Mutex::default(),
        }
    }

    fn put(&self, line: String) -> bool {
        self.shown.lock().unwrap().push(line);
        self.agrees.load(Ordering::Relaxed)
    }
}

impl Window for Screen {
    fn ask(&self, text: &str) -> Reply {
        match self.put(format!("ask: {text}")) {
            true => Reply::GoOn,
            false => Reply::Stop,
        }
    }
    fn show(&self, text: &str, percent: i32) -> bool {
        self.put(format!("show: {text} {percent}"))
    }
    fn clear(&self) -> bool {
        self.put("clear".into())
    }
}

fn report(window: Option<&dyn Window>, status: &DeviceStatus) -> Result<Status> {
    let report = StatusReport {
        item: "0000\\Root\\Feeder",
        status,
        percent: 30,
    };
    DefaultErrorHandler.report_status(window, &report)
}

/// The page "WIA Device Messages": what is shown while one waits.
const STATUSES: [Status; 4] = [
    Status::WarmingUp,
    Status::Calibrating,
    Status::ReservingNetworkDevice,
    Status::NetworkDeviceReserved,
];

/// The same page: what is asked about.
const FAILURES: [ErrorKind; 7] = [
    ErrorKind::PaperJam,
    ErrorKind::DeviceLocked,
    ErrorKind::NetworkReservationFailed,
    ErrorKind::CoverOpen,
    ErrorKind::LampOff,
    ErrorKind::Destination,
    ErrorKind::PaperEmpty,
];

#[test]
fn a_success_is_shown_without_waiting_and_can_be_cancelled() {
    for status in STATUSES {
        let screen = Screen::new(true);
        assert_eq!(report(Some(&screen), &Ok(status)).unwrap(), Status::Ok);
        let shown = screen.shown.lock().unwrap().join("\n");
        assert!(
            shown.starts_with("show: the ") && shown.ends_with(" 30"),
            "{shown}"
        );
        let screen = Screen::new(false);
        assert_eq!(
            report(Some(&screen), &Ok(status)).unwrap(),
            Status::Cancelled
        );
    }
}

#[test]
fn a_failure_is_asked_about_and_comes_back_when_the_answer_is_no() {
    for kind in FAILURES {
        let failure = Error::new(kind, "trouble at sheet 7");
        let screen = Screen::new(true);
        let answer = report(Some(&screen), &Err(failure.clone()));
        assert_eq!(answer.unwrap(), Status::Ok);
        let shown = screen.shown.lock().unwrap().join("\n");
        assert!(shown.starts_with("ask: trouble at sheet 7: "), "{shown}");
        let answer = report(Some(&Screen::new(false)), &Err(failure.clone()));
        assert_eq!(answer.unwrap_err(), failure);
    }
}

/// A person who cancels whatever is asked.
struct Leaving;

impl Window for Leaving {
    fn ask(&self, _: &str) -> Reply {
        Reply::Cancel
    }
    fn show(&self, _: &str, _: i32) -> bool {
        false
    }
    fn clear(&self) -> bool {
        false
    }
}

#[test]
fn a_cancel_is_s_false_also_where_a_failure_was_asked_about() {
    for kind in FAILURES {
        let answer = report(Some(&Leaving), &Err(Error::new(kind, "")));
        assert_eq!(answer.unwrap(), Status::Cancelled);
    }
}

#[test]
fn without_a_window_nothing_is_shown() {
    for status in STATUSES {
        assert_eq!(report(None, &Ok(status)).unwrap(), Status::Ok);
    }
    for kind in FAILURES {
        let failure = Error::new(kind, "");
        assert_eq!(report(None, &Err(failure.clone())).unwrap_err(), failure);
    }
    assert_eq!(report(None, &Ok(Status::Clear)).unwrap(), Status::Ok);
}

#[test]
fn clear_takes_the_message_away_and_s_ok_is_tolerated() {
    for status in [Status::Clear, Status::Ok] {
        let screen = Screen::new(true);
        assert_eq!(report(Some(&screen), &Ok(status)).unwrap(), Status::Ok);
        assert_eq!(*screen.shown.lock().unwrap(), ["clear"]);
        let screen = Screen::new(false);
        assert_eq!(
            report(Some(&screen), &Ok(status)).unwrap(),
            Status::Cancelled
        );
    }
}

#[test]
fn every_other_code_is_not_handled_with_and_without_a_window() {
    let screen = Screen::new(true);
    let failures = ErrorKind::ALL
        .iter()
        .filter(|kind| !FAILURES.contains(kind));
    let failures = failures.map(|kind| Err(Error::new(*kind, "")));
    let private = Error::new(ErrorKind::PaperJam, "").with_code(Hresult(0x8021_F00D));
    let statuses = [
        Status::EndOfMedia,
        Status::SkipItem,
        Status::Other(Hresult(0x0021_F00D)),
    ];
    let others = failures.chain([Err(private)]).chain(statuses.map(Ok));
    for status in others {
        for window in [Some(&screen as &dyn Window), None] {
            assert_eq!(
                report(window, &status).unwrap(),
                Status::NotHandled,
                "{status:?}"
            );
        }
        assert_eq!(DefaultErrorHandler.status_description("", &status), None);
    }
    assert!(screen.shown.lock().unwrap().is_empty());
}

#[test]
fn each_code_that_it_takes_has_a_description() {
    let failures = FAILURES.map(|kind| Err(Error::new(kind, "")));
    for status in STATUSES.map(Ok).into_iter().chain(failures) {
        let text = DefaultErrorHandler.status_description("", &status);
        assert!(text.is_some_and(|text| !text.is_empty()), "{status:?}");
    }
}
