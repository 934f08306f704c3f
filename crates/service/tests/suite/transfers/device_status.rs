//! The device's statuses in whole downloads: who is asked, and what the download returns.

use std::sync::{Arc, Mutex};

use quire_service::{
    Answer, AppErrorHandler, NextStream, StatusReport, Transfer, TransferCallback, TransferParams,
    Window,
};
use transfer::{DeviceStatus, ErrorHandler};
use wia::{Error, ErrorKind, Hresult, Result, Status, TransferFlags};

use crate::transfers::scripted::*;

/// Reports this and returns what it was told.
fn reporting(status: DeviceStatus) -> ScriptedDriver {
    ScriptedDriver::new(move |callback, _| {
        let mut stream = stream(callback);
        let report = TransferParams::device_status(status.clone(), 7, 0);
        if callback.send_message(&report)? == Answer::Cancel {
            return Ok(Status::Cancelled);
        }
        stream.write(b"all")?;
        Ok(Status::Ok)
    })
}

type Told = Box<dyn Fn() -> Result<Status> + Send + Sync>;

/// An application with an error handler.
struct Attentive {
    app: App,
    says: Told,
}

impl Attentive {
    fn new(says: impl Fn() -> Result<Status> + Send + Sync + 'static) -> Attentive {
        Attentive {
            app: App::new(),
            says: Box::new(says),
        }
    }
}

impl TransferCallback for Attentive {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.app.transfer_callback(params)
    }

    fn get_next_stream(&self, name: &str, full_name: &str) -> Result<NextStream> {
        self.app.get_next_stream(name, full_name)
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        Some(self)
    }
}

impl AppErrorHandler for Attentive {
    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        let log = &self.app.log;
        log.add(format!("app {} {}%", report.item, report.percent));
        (self.says)()
    }
}

/// The driver's own handler, which takes everything.
struct Extension(Log);

impl ErrorHandler for Extension {
    fn report_status(&self, _: Option<&dyn Window>, report: &StatusReport<'_>) -> Result<Status> {
        self.0.add(format!("driver {}", report.item));
        Ok(Status::Ok)
    }

    fn status_description(&self, _: &str, _: &DeviceStatus) -> Option<String> {
        Some("anything".into())
    }
}

fn jam() -> DeviceStatus {
    Err(Error::new(ErrorKind::PaperJam, "at sheet 7"))
}

fn download(driver: ScriptedDriver, app: &Arc<Attentive>) -> Result<Status> {
    let transfer = connect(driver).item.transfer().unwrap();
    transfer.download(TransferFlags::empty(), app.clone())
}

#[test]
fn the_drivers_extension_is_asked_after_the_application() {
    let app = Arc::new(Attentive::new(|| Ok(Status::NotHandled)));
    let mut driver = reporting(jam());
    driver.handler = Some(Arc::new(Extension(app.app.log.clone())));
    assert_eq!(download(driver, &app).unwrap(), Status::Ok);
    let told = [format!("app {FEEDER} 7%"), format!("driver {FEEDER}")];
    assert_eq!(app.app.log.lines()[1..3], told);
    assert_eq!(app.app.made(0).bytes(), b"all");
}

#[test]
fn the_handlers_of_an_upload_are_those_of_a_download() {
    for (says, expected) in [
        (Ok(Status::NotHandled), Ok(Status::Ok)),
        (Ok(Status::Cancelled), Ok(Status::Cancelled)),
        (jam().map(|_| Status::Ok), jam().map(|_| Status::Ok)),
    ] {
        let app = Arc::new(Attentive::new(move || says.clone()));
        let mut driver = reporting(jam());
        driver.handler = Some(Arc::new(Extension(app.app.log.clone())));
        let transfer = connect(driver).item.transfer().unwrap();
        let result = transfer.upload(Box::new(Void), app.clone());
        assert_eq!(result, expected);
        assert_eq!(app.app.log.lines()[0], format!("app {FEEDER} 7%"));
        let asked = app.app.log.lines().contains(&format!("driver {FEEDER}"));
        assert_eq!(asked, expected == Ok(Status::Ok));
    }
}

#[test]
fn a_failure_that_nobody_handles_is_what_the_download_returns() {
    let private = Error::new(ErrorKind::Fail, "").with_code(Hresult(0x8021_F00D));
    for failure in [jam().unwrap_err(), private] {
        let app = Arc::new(Attentive::new(|| Ok(Status::NotHandled)));
        let e = download(reporting(Err(failure.clone())), &app).unwrap_err();
        assert_eq!(e, failure);
        let device = connect(reporting(Err(failure.clone())));
        assert_eq!(device.download(&Arc::new(App::new())).unwrap_err(), failure);
    }
}

#[test]
fn a_cancel_of_a_handler_is_the_result() {
    let app = Arc::new(Attentive::new(|| Ok(Status::Cancelled)));
    assert_eq!(download(reporting(jam()), &app).unwrap(), Status::Cancelled);
}

#[test]
fn a_handler_can_cancel_the_transfer_that_it_is_asked_about() {
    let own = Arc::<Mutex<Option<Arc<dyn Transfer>>>>::default();
    let transfer = connect(reporting(jam())).item.transfer().unwrap();
    *own.lock().unwrap() = Some(Arc::clone(&transfer));
    let app = Arc::new(Attentive::new(move || {
        own.lock().unwrap().take().unwrap().cancel();
        Ok(Status::Ok)
    }));
    let result = transfer.download(TransferFlags::empty(), app);
    assert_eq!(result.unwrap(), Status::Cancelled);
}

#[test]
fn a_handler_of_the_driver_that_crashes_is_the_drivers_crash() {
    struct Crash;
    impl ErrorHandler for Crash {
        fn report_status(&self, _: Option<&dyn Window>, _: &StatusReport<'_>) -> Result<Status> {
            panic!("as this one does");
        }
        fn status_description(&self, _: &str, _: &DeviceStatus) -> Option<String> {
            None
        }
    }
    let app = Arc::new(Attentive::new(|| Ok(Status::NotHandled)));
    let mut driver = reporting(jam());
    driver.handler = Some(Arc::new(Crash));
    let e = download(driver, &app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    // The application hears of the end all the same.
    assert_eq!(app.app.log.lines().last().unwrap(), END);
}
