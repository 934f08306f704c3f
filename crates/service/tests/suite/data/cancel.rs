//! Every way to cancel that the older kinds have: sections 5.1 and 5.3 of the transfer's documentation.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use crate::data::scripted::*;
use quire_service::{Answer, Transfer};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{DataMessage, Error, ErrorKind, Guid, Result, Status, Tymed};

/// What a driver was told, and itself, for a driver that cancels its own transfer.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<Guid>>>);

impl Events {
    fn seen(&self) -> Vec<Guid> {
        self.0.lock().unwrap().clone()
    }

    fn listen(&self, driver: &mut Driver) {
        let seen = Arc::clone(&self.0);
        driver.on_event = Box::new(move |event| seen.lock().unwrap().push(event));
    }
}

/// The transfer that runs, for what cancels it from inside.
type Running = Arc<Mutex<Option<Arc<dyn Transfer>>>>;

fn cancel(running: &Running) {
    running.lock().unwrap().clone().unwrap().cancel();
}

/// Row 1: the application returns `S_FALSE` from its callback.
#[test]
fn the_application_answers_s_false() {
    let events = Events::default();
    let mut driver = Driver::new(Tymed::Callback, |_, context| {
        assert_eq!(band(context, b"data")?, Answer::Cancel);
        Ok(Status::Cancelled)
    });
    events.listen(&mut driver);
    let rig = driver.connect();
    let app = App::answering(DataMessage::Data, Ok(Answer::Cancel));
    assert_eq!(rig.bands(&app).unwrap(), Status::Cancelled);
    app.log
        .expect(&["DATA_HEADER 0 bytes, page 0", "DATA 10% 0+4", "TERMINATION"]);
    assert_eq!(events.seen(), [], "the two paths are not connected");
    assert_eq!(rig.driver.log.lines().last().unwrap(), "unlock");
}

/// Row 1, for each message that can be answered.
#[test]
fn s_false_can_answer_each_message() {
    for (message, reached) in [
        (DataMessage::DataHeader, "DATA_HEADER 0 bytes, page 0"),
        (DataMessage::Data, "DATA 10% 0+4"),
        (DataMessage::NewPage, "NEW_PAGE 0 bytes, page 1"),
        (DataMessage::Status, "STATUS 9% 4"),
    ] {
        let rig = Driver::new(Tymed::Callback, |_, context| {
            if band(context, b"data")? == Answer::Cancel {
                return Ok(Status::Cancelled);
            }
            let callback = context.data_callback.clone().unwrap();
            if callback.send_end_of_page(1)? == Answer::Cancel {
                return Ok(Status::Cancelled);
            }
            done(status(context, 9)?)
        });
        let app = App::answering(message, Ok(Answer::Cancel));
        assert_eq!(rig.connect().bands(&app).unwrap(), Status::Cancelled);
        let lines = app.log.lines();
        assert_eq!(lines[lines.len() - 2..], [reached, "TERMINATION"]);
    }
}

/// Row 1: what the driver calls afterwards does not reach the application.
#[test]
fn after_s_false_every_call_is_answered_with_it() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        for _ in 0..3 {
            assert_eq!(band(context, b"data")?, Answer::Cancel);
            assert_eq!(status(context, 5)?, Answer::Cancel);
            assert!(!context.transfer_buffer.is_empty());
        }
        Ok(Status::Ok)
    });
    let app = App::answering(DataMessage::Data, Ok(Answer::Cancel));
    // It was to stop at the first of these answers.
    let e = rig.connect().bands(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("called back after"), "{e}");
    app.log
        .expect(&["DATA_HEADER 0 bytes, page 0", "DATA 10% 0+4", "TERMINATION"]);
}

#[test]
fn a_driver_that_was_told_cannot_call_it_success() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        assert_eq!(band(context, b"data")?, Answer::Cancel);
        Ok(Status::Ok)
    });
    let app = App::answering(DataMessage::Data, Ok(Answer::Cancel));
    assert_eq!(rig.connect().bands(&app).unwrap(), Status::Cancelled);
}

/// Row 1, with two buffers: the answer to a band comes with a later call, or with the result.
#[test]
fn with_two_buffers_s_false_is_heard_later() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let mut calls = 0;
        while band(context, b"data")? == Answer::Continue {
            calls += 1;
            assert!(calls <= 2, "there are only two buffers");
        }
        Ok(Status::Cancelled)
    })
    .connect();
    let app = App::answering(DataMessage::Data, Ok(Answer::Cancel));
    assert_eq!(rig.two_buffers(&app).unwrap(), Status::Cancelled);
    app.log
        .expect(&["DATA_HEADER 0 bytes, page 0", "DATA 10% 0+4", "TERMINATION"]);

    let rig = Driver::new(Tymed::Callback, |_, context| {
        let _ = band(context, b"the only one")?;
        Ok(Status::Ok)
    })
    .connect();
    let app = App::answering(DataMessage::Data, Ok(Answer::Cancel));
    assert_eq!(rig.two_buffers(&app).unwrap(), Status::Cancelled);
}

/// Row 1, in a file transfer.
#[test]
fn the_application_answers_s_false_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let rig = Driver::new(Tymed::File, |_, context| {
        assert_eq!(status(context, 5)?, Answer::Cancel);
        Ok(Status::Cancelled)
    })
    .connect();
    let app = App::answering(DataMessage::Status, Ok(Answer::Cancel));
    let path = folder.path().join("scan.bmp");
    let result = rig.file(&path, Tymed::File, Some(&app));
    assert_eq!(result.unwrap(), Status::Cancelled);
    app.log.expect(&["STATUS 5% 4", "TERMINATION"]);
}

/// Row 2: the driver of such a transfer; it cancels itself, waits for the event, goes on calling, and
/// returns what it likes.
fn asynchronously(tymed: Tymed, end: Result<Status>) -> (Rig, Running, Events) {
    let running = Running::default();
    let (inside, told) = (Arc::clone(&running), Signal::new());
    let heard = told.clone();
    let mut driver = Driver::new(tymed, move |_, context| {
        cancel(&inside);
        heard.wait();
        // Nothing of it is in the answers.
        assert_eq!(status(context, 5)?, Answer::Continue);
        assert_eq!(status(context, 6)?, Answer::Continue);
        end.clone()
    });
    let events = Events::default();
    let seen = events.clone();
    driver.on_event = Box::new(move |event| {
        seen.0.lock().unwrap().push(event);
        told.give();
    });
    let rig = driver.connect();
    *running.lock().unwrap() = Some(Arc::clone(&rig.transfer));
    (rig, running, events)
}

/// Row 2: `CancelPendingIO` is heard by the driver only; the two paths are not connected.
#[test]
fn cancel_pending_io_is_an_event_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    for end in [
        Ok(Status::Cancelled),
        Ok(Status::Ok),
        Ok(Status::EndOfMedia),
    ] {
        let expected = end.clone().unwrap();
        let lines = ["STATUS 5% 4", "STATUS 6% 4", "TERMINATION"];

        let (rig, _, events) = asynchronously(Tymed::Callback, end.clone());
        let app = App::new();
        assert_eq!(
            rig.bands(&app).unwrap(),
            expected,
            "the driver's word stands"
        );
        app.log.expect(&lines);
        assert_eq!(events.seen(), [WIA_EVENT_CANCEL_IO]);

        let (rig, _, events) = asynchronously(Tymed::File, end);
        let app = App::new();
        let result = rig.file(&path, Tymed::File, Some(&app));
        assert_eq!(result.unwrap(), expected);
        app.log.expect(&lines);
        assert_eq!(events.seen(), [WIA_EVENT_CANCEL_IO]);
    }
}

/// Row 2: "so the application should also return `S_FALSE`".
#[test]
fn cancel_pending_io_and_s_false_together() {
    let running = Running::default();
    let inside = Arc::clone(&running);
    let mut driver = Driver::new(Tymed::Callback, |_, context| done(status(context, 5)?));
    let events = Events::default();
    events.listen(&mut driver);
    let rig = driver.connect();
    *running.lock().unwrap() = Some(Arc::clone(&rig.transfer));
    let app = App::reacting(move |params| {
        (params.message == DataMessage::Status).then(|| {
            cancel(&inside);
            Ok(Answer::Cancel)
        })
    });
    assert_eq!(rig.bands(&app).unwrap(), Status::Cancelled);
    // The driver may have been gone before it was told.
    assert!(events.seen().len() <= 1);
}

/// Row 8: a cancel at the device.
#[test]
fn the_driver_cancels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let _ = band(context, b"data")?;
        Ok(Status::Cancelled)
    });
    let app = App::new();
    assert_eq!(rig.connect().bands(&app).unwrap(), Status::Cancelled);
    assert_eq!(app.log.lines().last().unwrap(), "TERMINATION");

    let rig = Driver::new(Tymed::File, |_, context| {
        write(context, b"partial")?;
        Ok(Status::Cancelled)
    });
    let result = rig.connect().file(&path, Tymed::File, None);
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(std::fs::read(&path).unwrap(), b"partial");
}

/// Row 9: the application's error is seen by the driver and is the result, whatever the driver returns.
#[test]
fn the_application_answers_an_error() {
    for message in [
        DataMessage::DataHeader,
        DataMessage::Data,
        DataMessage::NewPage,
        DataMessage::Status,
    ] {
        for obeys in [true, false] {
            let rig = Driver::new(Tymed::Callback, move |_, context| {
                let answer = band(context, b"data")
                    .and_then(|_| {
                        let callback = context.data_callback.clone().unwrap();
                        callback.send_end_of_page(1)
                    })
                    .and_then(|_| status(context, 5));
                let e = answer.unwrap_err();
                assert_eq!(e.kind(), ErrorKind::AccessDenied);
                // It stays so.
                assert!(status(context, 6).is_err());
                if obeys { Err(e) } else { Ok(Status::Ok) }
            });
            let app = App::answering(message, Err(fail()));
            let e = rig.connect().bands(&app).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::AccessDenied, "{message:?}");
            assert_eq!(e.to_string(), fail().to_string());
            assert_eq!(app.log.lines().last().unwrap(), "TERMINATION");
        }
    }
}

/// Row 10: the device is unplugged; the driver fails its transfer, and the service goes on.
#[test]
fn the_device_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let gone = || Err(Error::new(ErrorKind::Offline, "unplugged"));
    let rig = Driver::new(Tymed::Callback, move |_, context| {
        let _ = band(context, b"data")?;
        gone()
    })
    .connect();
    for _ in 0..2 {
        let app = App::new();
        assert_eq!(rig.bands(&app).unwrap_err().kind(), ErrorKind::Offline);
        assert_eq!(app.log.lines().last().unwrap(), "TERMINATION");
    }
    let rig = Driver::new(Tymed::File, move |_, context| {
        write(context, b"partial")?;
        gone()
    });
    let e = rig.connect().file(&path, Tymed::File, None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Offline);
    assert!(!path.exists());
}

#[test]
fn a_failure_stands_whoever_cancels() {
    let jam = || Err(Error::new(ErrorKind::PaperJam, ""));
    let (rig, _, _) = asynchronously(Tymed::Callback, jam());
    let e = rig.bands(&App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);

    let rig = Driver::new(Tymed::Callback, move |_, context| {
        assert_eq!(status(context, 5)?, Answer::Cancel);
        jam()
    });
    let app = App::answering(DataMessage::Status, Ok(Answer::Cancel));
    let e = rig.connect().bands(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);
}

#[test]
fn cancel_without_a_transfer_has_no_effect() {
    let events = Events::default();
    let mut driver = Driver::new(Tymed::Callback, |_, context| done(status(context, 5)?));
    events.listen(&mut driver);
    let rig = driver.connect();
    rig.transfer.cancel();
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
    rig.transfer.cancel();
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
    assert_eq!(events.seen(), []);
}

#[test]
fn what_is_answered_to_termination_changes_nothing() {
    for answer in [Ok(Answer::Cancel), Err(fail())] {
        let rig = Driver::new(Tymed::Callback, |_, _| Ok(Status::Ok)).connect();
        let app = App::answering(DataMessage::Termination, answer);
        assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    }
}

/// Section 5.3: after the driver's end a cancel has no effect, although the transfer has not returned.
#[test]
fn a_cancel_after_the_driver_has_returned_has_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    for tymed in [Tymed::Callback, Tymed::File] {
        let mut driver = Driver::new(tymed, |_, _| Ok(Status::EndOfMedia));
        let events = Events::default();
        events.listen(&mut driver);
        let rig = driver.connect();
        let transfer = Arc::clone(&rig.transfer);
        let app = App::reacting(move |params| {
            assert_eq!(params.message, DataMessage::Termination);
            transfer.cancel();
            None
        });
        let result = match tymed {
            Tymed::Callback => rig.bands(&app),
            _ => rig.file(&path, tymed, Some(&app)),
        };
        assert_eq!(result.unwrap(), Status::EndOfMedia);
        app.log.expect(&["TERMINATION"]);
        assert_eq!(events.seen(), []);
    }
}

/// Section 5.3: the driver is told on a thread that is not its own, nor that of who cancels or waits.
#[test]
fn the_driver_is_told_on_another_thread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    for tymed in [Tymed::Callback, Tymed::File] {
        let (at_work, works) = mpsc::channel();
        let (heard, hears) = mpsc::channel();
        let told = Signal::new();
        let wait = told.clone();
        let mut driver = Driver::new(tymed, move |_, _| {
            at_work.send(thread::current().id()).unwrap();
            // The event comes while the driver is at work.
            wait.wait();
            Ok(Status::Cancelled)
        });
        driver.on_event = Box::new(move |_| {
            heard.send(thread::current().id()).unwrap();
            told.give();
        });
        let rig = driver.connect();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| match tymed {
                Tymed::Callback => rig.bands(&App::new()),
                _ => rig.file(&path, tymed, None),
            });
            let of_driver = works.recv().unwrap();
            rig.transfer.cancel();
            let teller = hears.recv().unwrap();
            let others = [of_driver, waiting.thread().id(), thread::current().id()];
            assert!(!others.contains(&teller));
            assert_eq!(waiting.join().unwrap().unwrap(), Status::Cancelled);
        });
    }
}

/// Section 5.3: the driver stops, the device is unlocked, the application hears of the end, the transfer
/// returns.
#[test]
fn the_order_of_a_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    for (tymed, write) in [
        (Tymed::Callback, "write TYMED_CALLBACK"),
        (Tymed::File, "write TYMED_FILE"),
    ] {
        let app = App::answering(DataMessage::Status, Ok(Answer::Cancel));
        let log = app.log.clone();
        let of_driver = log.clone();
        let mut driver = Driver::new(tymed, move |_, context| {
            assert_eq!(status(context, 5)?, Answer::Cancel);
            of_driver.add("the driver stops");
            Ok(Status::Cancelled)
        });
        driver.log = log.clone();
        let rig = driver.connect();
        let result = match tymed {
            Tymed::Callback => rig.bands(&app),
            _ => rig.file(&path, tymed, Some(&app)),
        };
        assert_eq!(result.unwrap(), Status::Cancelled);
        log.add("returns");
        log.expect(&[
            "lock",
            write,
            "acquire 0",
            "STATUS 5% 4",
            "the driver stops",
            "unlock",
            "TERMINATION",
            "returns",
        ]);
    }
}

/// Section 5.3: what the driver still sends and writes after a cancel from outside arrives.
#[test]
fn a_cancel_from_outside_fails_no_band_and_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    for tymed in [Tymed::Callback, Tymed::File] {
        let running = Running::default();
        let inside = Arc::clone(&running);
        let rig = Driver::new(tymed, move |_, context| {
            cancel(&inside);
            match tymed {
                Tymed::Callback => assert_eq!(band(context, b"late")?, Answer::Continue),
                _ => write(context, b"late")?,
            }
            Ok(Status::Cancelled)
        })
        .connect();
        *running.lock().unwrap() = Some(Arc::clone(&rig.transfer));
        let app = App::new();
        let (result, arrived) = match tymed {
            Tymed::Callback => (rig.bands(&app), app.image()),
            _ => {
                let result = rig.file(&path, tymed, Some(&app));
                (result, std::fs::read(&path).unwrap())
            }
        };
        assert_eq!(result.unwrap(), Status::Cancelled);
        assert_eq!(arrived, b"late");
    }
}
