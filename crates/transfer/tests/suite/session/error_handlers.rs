//! The chain of error handlers: who is asked, what the driver gets, who takes a message away.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

use wia::{Error, ErrorKind, Hresult, Result, Status};

use crate::session::application::{Application, Log, next, status, stream};
use crate::transfer::{
    Activity, Answer, AppErrorHandler, DeviceStatus, ErrorHandler, MinidrvTransferCallback,
    NextStream, Reply, Session, StatusReport, TransferParams, Window,
};

type Answers = Arc<Mutex<VecDeque<Result<Status>>>>;

/// A handler that writes down what it is told, and answers by a list; `NOT_HANDLED` behind its end.
struct Handler {
    name: &'static str,
    log: Log,
    answers: Answers,
    window: Option<Silent>,
}

struct Silent;

impl Window for Silent {
    fn ask(&self, _: &str) -> Reply {
        Reply::GoOn
    }
    fn show(&self, _: &str, _: i32) -> bool {
        true
    }
    fn clear(&self) -> bool {
        true
    }
}

fn handler(name: &'static str, log: &Log, answers: &[Result<Status>]) -> Handler {
    Handler {
        name,
        log: log.clone(),
        answers: Arc::new(Mutex::new(answers.iter().cloned().collect())),
        window: None,
    }
}

impl Handler {
    fn told(&self, report: &StatusReport<'_>) -> Result<Status> {
        let code = match report.status {
            Ok(status) => status.name().to_owned(),
            Err(e) => e.hresult().to_string(),
        };
        self.log
            .add(format!("{}: {code} {}", self.name, report.percent));
        let answer = self.answers.lock().unwrap().pop_front();
        answer.unwrap_or(Ok(Status::NotHandled))
    }
}

impl AppErrorHandler for Handler {
    fn window(&self) -> Option<&dyn Window> {
        self.window.as_ref().map(|window| window as &dyn Window)
    }

    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        self.told(report)
    }
}

impl ErrorHandler for Handler {
    fn report_status(&self, _: Option<&dyn Window>, report: &StatusReport<'_>) -> Result<Status> {
        assert_eq!(report.item, "0000\\Root\\Feeder");
        self.told(report)
    }

    fn status_description(&self, _: &str, _: &DeviceStatus) -> Option<String> {
        None
    }
}

/// An application and a driver with a handler each, which answer so.
fn chain(application: &[Result<Status>], extension: &[Result<Status>]) -> (Arc<Session>, Log) {
    let app = Application::new();
    let log = app.log.clone();
    let of_app = handler("app", &log, application);
    let of_driver = handler("ext", &log, extension);
    app.error_handler(of_app).session_with(of_driver)
}

fn device(session: &Session, status: DeviceStatus, percent: i32) -> Result<Answer> {
    session.send_message(&TransferParams::device_status(status, percent, 0))
}

fn failure(kind: ErrorKind) -> Error {
    Error::new(kind, "at sheet 7")
}

/// A failure that no default handler takes.
const PRIVATE: Hresult = Hresult(0x8021_F00D);

fn private() -> Error {
    Error::new(ErrorKind::Fail, "the private").with_code(PRIVATE)
}

#[test]
fn the_application_is_asked_first_then_the_extension_then_the_default_handler() {
    let (session, log) = chain(&[], &[]);
    let answer = device(&session, Ok(Status::WarmingUp), 30);
    assert_eq!(answer.unwrap(), Answer::Continue);
    let told = [
        "app: WIA_STATUS_WARMING_UP 30",
        "ext: WIA_STATUS_WARMING_UP 30",
    ];
    assert_eq!(log.lines(), told);
}

#[test]
fn the_first_that_takes_it_wins() {
    let (session, log) = chain(&[Ok(Status::Ok)], &[]);
    let answer = device(&session, Err(failure(ErrorKind::PaperJam)), 0);
    assert_eq!(answer.unwrap(), Answer::Continue);
    assert_eq!(log.lines(), ["app: 0x80210002 0"]);

    let (session, log) = chain(&[Ok(Status::NotHandled)], &[Ok(Status::Ok)]);
    let answer = device(&session, Err(failure(ErrorKind::PaperJam)), 0);
    assert_eq!(answer.unwrap(), Answer::Continue);
    assert_eq!(log.lines(), ["app: 0x80210002 0", "ext: 0x80210002 0"]);
}

#[test]
fn a_missing_extension_counts_as_not_handled() {
    let app = Application::new();
    let of_app = Handler {
        window: Some(Silent),
        ..handler("app", &app.log, &[])
    };
    let (session, log) = app.error_handler(of_app).session();
    // The default handler asks in the application's window.
    let answer = device(&session, Err(failure(ErrorKind::PaperJam)), 0);
    assert_eq!(answer.unwrap(), Answer::Continue);
    assert_eq!(log.lines(), ["app: 0x80210002 0"]);
}

#[test]
fn without_an_application_handler_no_handler_runs() {
    let app = Application::new();
    let of_driver = handler("ext", &app.log, &[Ok(Status::Ok), Ok(Status::Cancelled)]);
    let (session, log) = app.session_with(of_driver);
    let answer = device(&session, Ok(Status::WarmingUp), 10);
    assert_eq!(answer.unwrap(), Answer::Continue);
    let e = device(&session, Err(failure(ErrorKind::PaperJam)), 0).unwrap_err();
    assert_eq!(e, failure(ErrorKind::PaperJam));
    assert!(log.lines().is_empty());
}

#[test]
fn handled_is_s_ok_and_the_transfer_goes_on() {
    let (session, log) = chain(&[Ok(Status::Ok)], &[]);
    let answer = device(&session, Err(private()), 0);
    assert_eq!(answer.unwrap(), Answer::Continue);
    assert_eq!(status(&session, 50).unwrap(), Answer::Continue);
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
    // Nothing of it reaches the callback; a question that was answered needs no CLEAR.
    let told = ["app: 0x8021F00D 0", "STATUS 50 0", "END_OF_TRANSFER 50 0"];
    assert_eq!(log.lines(), told);
}

#[test]
fn a_cancel_is_allowed_for_any_status_and_is_for_good() {
    for status in [
        Ok(Status::WarmingUp),
        Err(private()),
        Ok(Status::Other(Hresult(77))),
    ] {
        for answers in [[Ok(Status::Cancelled)].as_slice(), &[]] {
            let (session, log) = chain(answers, &[Ok(Status::Cancelled)]);
            let told = device(&session, status.clone(), 0);
            assert_eq!(told.unwrap(), Answer::Cancel);
            let lines = log.lines().len();
            // It is answered so again, and nobody is asked.
            assert_eq!(device(&session, status.clone(), 0).unwrap(), Answer::Cancel);
            assert!(matches!(next(&session), Ok(NextStream::Cancel)));
            assert_eq!(log.lines().len(), lines);
            // It should not have sent it again.
            let e = session.finish(Ok(Status::Ok)).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        }
    }
}

#[test]
fn the_status_itself_or_another_failure_goes_back_to_the_driver() {
    let jam = failure(ErrorKind::PaperJam);
    for answered in [jam.clone(), failure(ErrorKind::UserIntervention), private()] {
        let (session, log) = chain(&[Err(answered.clone())], &[Ok(Status::Ok)]);
        let told = device(&session, Err(jam.clone()), 0).unwrap_err();
        assert_eq!(told, answered);
        assert_eq!(status(&session, 1).unwrap_err(), answered);
        // Also when the driver makes something else of it.
        assert_eq!(session.finish(Ok(Status::Ok)).unwrap_err(), answered);
        assert_eq!(log.lines(), ["app: 0x80210002 0", "END_OF_TRANSFER 0 0"]);
    }
}

#[test]
fn any_other_success_is_s_ok_for_the_driver() {
    for other in [
        Status::WarmingUp,
        Status::SkipItem,
        Status::EndOfMedia,
        Status::Other(Hresult(9)),
    ] {
        let (session, _) = chain(&[Ok(other)], &[Err(private())]);
        let told = device(&session, Err(failure(ErrorKind::PaperJam)), 0);
        assert_eq!(told.unwrap(), Answer::Continue, "{other}");
    }
}

#[test]
fn a_failure_that_nobody_handles_is_the_result_with_its_private_number() {
    let (session, _) = chain(&[], &[]);
    assert_eq!(device(&session, Err(private()), 0).unwrap_err(), private());
    let e = session.finish(Err(private())).unwrap_err();
    assert_eq!(e.hresult(), PRIVATE);
}

#[test]
fn a_success_that_nobody_handles_is_s_ok() {
    let (session, log) = chain(&[], &[]);
    let told = device(&session, Ok(Status::Other(Hresult(0x0021_F00D))), 0);
    assert_eq!(told.unwrap(), Answer::Continue);
    assert_eq!(status(&session, 1).unwrap(), Answer::Continue);
    // Nobody shows a message, so there is nobody to take it away.
    assert_eq!(log.lines().len(), 3, "{:?}", log.lines());
}

#[test]
fn the_percent_is_the_drivers_unchanged() {
    let (session, log) = chain(&[], &[]);
    for percent in [-1, 0, 42, 100, 4711] {
        let _ = device(&session, Ok(Status::Calibrating), percent);
    }
    let app: Vec<_> = log
        .lines()
        .into_iter()
        .filter(|l| l.starts_with("app"))
        .collect();
    let wanted = [-1, 0, 42, 100, 4711].map(|n| format!("app: WIA_STATUS_CALIBRATING {n}"));
    assert_eq!(app, wanted);
}

/// A message of the extension stands there.
fn shown(answers: &[Result<Status>]) -> (Arc<Session>, Log) {
    let mut all = vec![Ok(Status::Ok)];
    all.extend_from_slice(answers);
    let (session, log) = chain(&[], &all);
    let told = device(&session, Ok(Status::WarmingUp), 20);
    assert_eq!(told.unwrap(), Answer::Continue);
    (session, log)
}

const CLEAR: &str = "ext: WIA_STATUS_CLEAR 20";

fn lines(log: &Log) -> Vec<String> {
    log.lines().split_off(2)
}

#[test]
fn a_different_device_status_clears_the_message_first() {
    let (session, log) = shown(&[Ok(Status::Ok), Ok(Status::Ok)]);
    let _ = device(&session, Err(failure(ErrorKind::CoverOpen)), 0);
    let told = [CLEAR, "app: 0x80210010 0", "ext: 0x80210010 0"];
    assert_eq!(lines(&log), told);
    // A question leaves nothing behind.
    let _ = status(&session, 1);
    assert_eq!(lines(&log)[3..], ["STATUS 1 0"]);
}

#[test]
fn a_status_message_clears_the_message_once() {
    let (session, log) = shown(&[]);
    let _ = status(&session, 1);
    let _ = status(&session, 2);
    assert_eq!(lines(&log), [CLEAR, "STATUS 1 0", "STATUS 2 0"]);
}

#[test]
fn a_request_for_a_stream_clears_the_message() {
    let (session, log) = shown(&[]);
    drop(stream(&session));
    assert_eq!(lines(&log), [CLEAR, "GetNextStream"]);
}

#[test]
fn the_end_of_stream_and_transfer_clears_the_message() {
    let (session, log) = shown(&[Ok(Status::Cancelled)]);
    // What is answered at the end comes too late.
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
    assert_eq!(lines(&log), [CLEAR, "END_OF_TRANSFER 0 0"]);

    let app = Application::new();
    let of_app = handler("app", &app.log, &[Ok(Status::Ok)]);
    let (session, log) = app.error_handler(of_app).session();
    drop(stream(&session));
    let _ = device(&session, Ok(Status::Calibrating), 5);
    drop(stream(&session));
    let told = [
        "app: WIA_STATUS_CLEAR 5",
        "END_OF_STREAM 0 0",
        "GetNextStream",
    ];
    assert_eq!(log.lines()[2..], told);
}

#[test]
fn a_new_page_clears_nothing() {
    let (session, log) = shown(&[]);
    let _ = session.send_message(&TransferParams::new_page(0, 0));
    assert_eq!(lines(&log), ["NEW_PAGE 0 0"]);
}

#[test]
fn a_cancel_in_the_message_cancels_the_call_in_progress() {
    let cancelled = [Ok(Status::Cancelled)];
    let (session, log) = shown(&cancelled);
    assert_eq!(status(&session, 1).unwrap(), Answer::Cancel);
    assert_eq!(lines(&log), [CLEAR], "the application is not asked");
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Cancelled);

    let (session, log) = shown(&cancelled);
    assert!(matches!(next(&session), Ok(NextStream::Cancel)));
    assert_eq!(lines(&log), [CLEAR]);

    let (session, log) = shown(&cancelled);
    let told = device(&session, Err(failure(ErrorKind::PaperJam)), 0);
    assert_eq!(told.unwrap(), Answer::Cancel);
    assert_eq!(lines(&log), [CLEAR]);
}

#[test]
fn a_message_that_cannot_be_taken_away_stops_nothing() {
    let (session, log) = shown(&[Err(private())]);
    assert_eq!(status(&session, 1).unwrap(), Answer::Continue);
    assert_eq!(lines(&log), [CLEAR, "STATUS 1 0"]);
}

#[test]
fn a_repeated_status_goes_to_its_handler_without_a_clear() {
    let ok = Ok(Status::Ok);
    let (session, log) = shown(&[ok.clone(), ok, Ok(Status::Cancelled)]);
    for percent in [40, 60] {
        let told = device(&session, Ok(Status::WarmingUp), percent);
        assert_eq!(told.unwrap(), Answer::Continue);
    }
    // So a person can cancel while the device makes them wait.
    let told = device(&session, Ok(Status::WarmingUp), 80);
    assert_eq!(told.unwrap(), Answer::Cancel);
    let ext: Vec<_> = lines(&log)
        .into_iter()
        .filter(|l| l.starts_with("ext"))
        .collect();
    assert_eq!(
        ext,
        [40, 60, 80].map(|n| format!("ext: WIA_STATUS_WARMING_UP {n}"))
    );
}

/// The rule is the handlers' own. Where one breaks it there is still one message, and one CLEAR each.
#[test]
fn a_handler_that_takes_over_leaves_one_message() {
    let ok = Ok(Status::Ok);
    let (session, log) = chain(&[Ok(Status::NotHandled), ok.clone()], &[ok.clone(), ok]);
    let _ = device(&session, Ok(Status::WarmingUp), 20);
    let _ = device(&session, Ok(Status::WarmingUp), 40);
    let _ = status(&session, 1);
    let told = [
        "app: WIA_STATUS_WARMING_UP 40",
        CLEAR,
        "app: WIA_STATUS_CLEAR 40",
        "STATUS 1 0",
    ];
    assert_eq!(lines(&log), told);
}

#[test]
fn s_ok_from_a_driver_takes_the_message_away_and_is_not_passed_on() {
    let (session, log) = shown(&[]);
    let told = device(&session, Ok(Status::Ok), 0);
    assert_eq!(told.unwrap(), Answer::Continue);
    assert_eq!(lines(&log), [CLEAR]);
}

#[test]
fn clear_is_never_a_drivers_to_send() {
    let (session, log) = shown(&[]);
    let e = device(&session, Ok(Status::Clear), 0).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(lines(&log).is_empty());
    let e = session.finish(Ok(Status::Ok)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert_eq!(lines(&log), [CLEAR, "END_OF_TRANSFER 0 0"]);
}

#[test]
fn after_a_cancel_no_handler_is_asked() {
    let (session, log) = chain(&[], &[]);
    session.cancel();
    let told = device(&session, Err(private()), 0);
    assert_eq!(told.unwrap(), Answer::Cancel);
    assert!(log.lines().is_empty());
}

/// What a handler does that is asked: it may cancel, and its time is the application's.
struct Busy(Arc<Mutex<Weak<Session>>>);

impl AppErrorHandler for Busy {
    fn report_status(&self, _: &StatusReport<'_>) -> Result<Status> {
        let session = self.0.lock().unwrap().upgrade().unwrap();
        assert_eq!(session.activity(), Activity::InApplication);
        session.cancel();
        assert!(session.is_cancelled());
        Ok(Status::Ok)
    }
}

#[test]
fn a_cancel_from_inside_of_a_handler_is_heard_by_the_call_in_progress() {
    let own = Arc::<Mutex<Weak<Session>>>::default();
    let (session, _) = Application::new()
        .error_handler(Busy(own.clone()))
        .session();
    *own.lock().unwrap() = Arc::downgrade(&session);
    let told = device(&session, Err(failure(ErrorKind::PaperJam)), 0);
    assert_eq!(told.unwrap(), Answer::Cancel);
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Cancelled);
}
