//! What the service owes when a stream transfer is cancelled: section 5.3 of the transfer's
//! documentation, clause by clause.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use crate::transfers::scripted::*;
use quire_service::{Answer, NextStream, Transfer, TransferParams};
use transfer::MinidrvTransferCallback;
use wia::{Error, ErrorKind, Result, Status, TransferFlags, TransferMessage};

/// The transfer that runs, for what cancels it from inside.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Option<Arc<dyn Transfer>>>>);

impl Running {
    fn cancel(&self) {
        self.0.lock().unwrap().clone().unwrap().cancel();
    }

    /// Runs a transfer of this driver.
    fn download(&self, driver: ScriptedDriver, app: &Arc<App>) -> Result<Status> {
        let device = connect(driver);
        let transfer = device.item.transfer().unwrap();
        *self.0.lock().unwrap() = Some(Arc::clone(&transfer));
        let result = transfer.download(TransferFlags::empty(), app.clone());
        *self.0.lock().unwrap() = None;
        result
    }
}

/// "notify the driver on another thread": of the driver, of who cancels, and of who waits.
#[test]
fn the_driver_is_told_on_another_thread() {
    let (at_work, works) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let (heard, hears) = mpsc::channel();
    let wait = Mutex::new(wait);
    let driver = ScriptedDriver::new(move |_, _| {
        at_work.send(thread::current().id()).unwrap();
        // The event comes while the driver is at work.
        wait.lock().unwrap().recv().unwrap();
        Ok(Status::Cancelled)
    })
    .on_event(move |_| {
        heard.send(thread::current().id()).unwrap();
        go_on.send(()).unwrap();
    });
    let device = connect(driver);
    let transfer = device.item.transfer().unwrap();
    thread::scope(|scope| {
        let app = Arc::new(App::new());
        let waiting = scope.spawn(|| transfer.download(TransferFlags::empty(), app));
        let of_driver = works.recv().unwrap();
        transfer.cancel();
        let teller = hears.recv().unwrap();
        let others = [of_driver, waiting.thread().id(), thread::current().id()];
        assert!(!others.contains(&teller));
        assert_eq!(waiting.join().unwrap().unwrap(), Status::Cancelled);
    });
}

/// "afterwards every GetNextStream and SendMessage answers S_FALSE", and the application is not called.
#[test]
fn after_a_cancel_every_call_is_answered_with_s_false() {
    let running = Running::default();
    let inside = running.clone();
    let driver = ScriptedDriver::new(move |callback, _| {
        drop(stream(callback));
        inside.cancel();
        for _ in 0..3 {
            for message in [TransferParams::status(5, 1), TransferParams::new_page(0, 1)] {
                assert_eq!(callback.send_message(&message)?, Answer::Cancel);
            }
            assert!(matches!(next(callback)?, NextStream::Cancel));
        }
        Ok(Status::Cancelled)
    });
    let app = Arc::new(App::new());
    let result = running.download(driver, &app);
    // It was to stop at the first of these answers.
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("called back after"), "{e}");
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

/// "Cancel after the driver finished but before return: no effect".
#[test]
fn a_cancel_after_the_driver_has_returned_has_no_effect() {
    for message in [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer] {
        let driver = ScriptedDriver::new(|callback, _| {
            drop(stream(callback));
            Ok(Status::EndOfMedia)
        });
        let events = Log::default();
        let seen = events.clone();
        let driver = driver.on_event(move |event| seen.add(format!("{event:?}")));
        let running = Running::default();
        let inside = running.clone();
        let app = Arc::new(App::reacting(move |params| {
            if params.message == message {
                inside.cancel();
            }
            None
        }));
        let result = running.download(driver, &app);
        assert_eq!(result.unwrap(), Status::EndOfMedia);
        app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
        events.expect(&[]);
    }
}

/// How a driver learns of a cancel, if it does.
type Told = fn(&Arc<dyn MinidrvTransferCallback>);

fn by_send_message(callback: &Arc<dyn MinidrvTransferCallback>) {
    let answer = callback.send_message(&TransferParams::status(1, 1));
    assert_eq!(answer.unwrap(), Answer::Cancel);
}

fn by_get_next_stream(callback: &Arc<dyn MinidrvTransferCallback>) {
    assert!(matches!(next(callback), Ok(NextStream::Cancel)));
}

/// "Compute the result".
#[test]
fn the_result_of_a_transfer_that_was_cancelled() {
    let not_told: Told = |_| ();
    let jam = || Err(Error::new(ErrorKind::PaperJam, ""));
    for (told, returned, expected) in [
        // It was told and stopped short.
        (
            by_send_message as Told,
            Ok(Status::Ok),
            Ok(Status::Cancelled),
        ),
        (
            by_send_message,
            Ok(Status::EndOfMedia),
            Ok(Status::Cancelled),
        ),
        (
            by_send_message,
            Ok(Status::Cancelled),
            Ok(Status::Cancelled),
        ),
        (by_get_next_stream, Ok(Status::Ok), Ok(Status::Cancelled)),
        (
            by_get_next_stream,
            Ok(Status::EndOfMedia),
            Ok(Status::Cancelled),
        ),
        (
            by_get_next_stream,
            Ok(Status::SkipItem),
            Ok(Status::Cancelled),
        ),
        // The cancel came after its last callback.
        (not_told, Ok(Status::Ok), Ok(Status::Ok)),
        (not_told, Ok(Status::EndOfMedia), Ok(Status::EndOfMedia)),
        (not_told, Ok(Status::Cancelled), Ok(Status::Cancelled)),
        // A failure always stands.
        (by_send_message, jam(), jam()),
        (by_get_next_stream, jam(), jam()),
        (not_told, jam(), jam()),
    ] {
        let running = Running::default();
        let inside = running.clone();
        let returns = returned.clone();
        let driver = ScriptedDriver::new(move |callback, _| {
            drop(stream(callback));
            inside.cancel();
            told(callback);
            returns.clone()
        });
        let result = running.download(driver, &Arc::new(App::new()));
        let kind = |result: Result<Status>| result.map_err(|e| e.kind());
        assert_eq!(kind(result), kind(expected), "{returned:?}");
    }
}

/// "Ordering on cancel", and "Always unlock the device".
#[test]
fn the_order_of_a_cancel() {
    let answered: &[&str] = &[
        "STATUS 1% 1",
        "the driver stops",
        "unlock",
        "END_OF_STREAM 1% 1",
        "END_OF_TRANSFER 1% 1",
        "Download returns",
    ];
    // A cancel from outside is answered without asking the application.
    let from_outside: &[&str] = &[
        "the driver stops",
        "unlock",
        "END_OF_STREAM 0% 0",
        "END_OF_TRANSFER 0% 0",
        "Download returns",
    ];
    for (outside, expected) in [(false, answered), (true, from_outside)] {
        let running = Running::default();
        let inside = running.clone();
        let log = Log::default();
        let of_driver = log.clone();
        let mut driver = ScriptedDriver::new(move |callback, _| {
            let _stream = stream(callback);
            if outside {
                inside.cancel();
            }
            by_send_message(callback);
            of_driver.add("the driver stops");
            Ok(Status::Cancelled)
        });
        driver.log = log.clone();
        let mut app = App::reacting(move |params| {
            let says = params.message == TransferMessage::Status;
            says.then_some(Ok(Answer::Cancel))
        });
        app.log = log.clone();
        let result = running.download(driver, &Arc::new(app));
        assert_eq!(result.unwrap(), Status::Cancelled);
        log.add("Download returns");
        let acquire = format!("acquire {FEEDER} TransferFlags(DOWNLOAD)");
        let lines = log.lines();
        assert_eq!(lines[..3], ["lock", &acquire, &asked()]);
        assert_eq!(lines[3..], *expected);
    }
}

/// "IStream calls on a stream already handed out are not failed by the flag".
#[test]
fn a_cancel_fails_no_call_of_a_stream() {
    let running = Running::default();
    let inside = running.clone();
    let driver = ScriptedDriver::new(move |callback, _| {
        let mut stream = stream(callback);
        inside.cancel();
        assert_eq!(stream.write(b"header")?, 6);
        assert_eq!(stream.seek(SeekFrom::Start(2))?, 2);
        stream.set_size(4)?;
        assert_eq!(stream.write(b"new")?, 3);
        by_send_message(callback);
        Ok(Status::Cancelled)
    });
    let app = Arc::new(App::new());
    let result = running.download(driver, &app);
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(app.made(0).bytes(), b"henew");
}
