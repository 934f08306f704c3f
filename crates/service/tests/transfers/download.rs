//! The rules of stream downloads on the service's side: who sends what, when, and what comes of
//! each answer (`img/wia-transfer-constants.md`, `img/istream-data-transfer-driver-changes.md`).

use quire_service as service;

use std::io::SeekFrom;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use crate::scripted::*;
use minidriver::Minidriver;
use quire_service::{Answer, NextStream, TransferParams};
use wia::{Error, ErrorKind, Hresult, Status, TransferFlags, TransferMessage};

const END: &str = "END_OF_TRANSFER 0% 0";

fn asked() -> String {
    format!("GetNextStream Feeder {FEEDER}")
}

fn fail() -> Error {
    Error::new(ErrorKind::AccessDenied, "the application's own failure")
}

// ------------------------------------------------------------------ sequence

#[test]
fn lock_acquire_unlock_and_no_write_of_properties() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    assert_eq!(device.download(&Arc::new(App::new())).unwrap(), Status::Ok);
    device.driver.log.expect(&[
        "lock",
        "acquire 0000\\Root\\Feeder TransferFlags(DOWNLOAD)",
        "unlock",
    ]);
}

#[test]
fn unlock_follows_a_failure_and_a_crash() {
    let device = connect(ScriptedDriver::new(|_, _| {
        Err(Error::new(ErrorKind::PaperJam, ""))
    }));
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);
    assert_eq!(device.driver.log.lines().last().unwrap(), "unlock");

    let device = connect(ScriptedDriver::new(|_, _| panic!("out of cheese")));
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert!(e.to_string().contains("out of cheese"), "{e}");
    assert_eq!(device.driver.log.lines().last().unwrap(), "unlock");
    // The device lives on.
    assert_eq!(
        device.download(&Arc::new(App::new())).unwrap_err().kind(),
        ErrorKind::ExceptionInDriver
    );
}

#[test]
fn a_stream_carries_the_names_of_the_item_that_is_transferred() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        drop(stream(callback));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

#[test]
fn data_and_status_reach_the_application_as_they_are() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        for (percent, bytes) in [(0, 0), (40, 4), (-1, 8), (100, 10)] {
            assert_eq!(
                callback.send_message(&TransferParams::status(percent, bytes))?,
                Answer::Continue
            );
        }
        s.seek(SeekFrom::End(0))?;
        assert_eq!(s.write(b"0123456789")?, 10);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"0123456789");
    app.log.expect(&[
        &asked(),
        "STATUS 0% 0",
        "STATUS 40% 4",
        "STATUS -1% 8",
        "STATUS 100% 10",
        "END_OF_STREAM 100% 10",
        "END_OF_TRANSFER 100% 10",
    ]);
}

#[test]
fn end_of_stream_comes_with_the_next_request_and_for_the_last_with_the_return() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        drop(stream(callback));
        drop(stream(callback));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        &asked(),
        "END_OF_STREAM 0% 0",
        &asked(),
        "END_OF_STREAM 0% 0",
        END,
    ]);
}

#[test]
fn a_driver_may_not_send_the_services_messages() {
    for message in [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer] {
        let device = connect(ScriptedDriver::new(move |callback, _| {
            drop(stream(callback));
            let params = TransferParams {
                message,
                ..TransferParams::status(0, 0)
            };
            callback.send_message(&params).unwrap_err();
            // A driver that hides it does not get away with it.
            Ok(Status::Ok)
        }));
        let app = Arc::new(App::new());
        let e = device.download(&app).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
    }
}

#[test]
fn download_gives_the_drivers_status() {
    let other = Status::Other(Hresult(0x0021_0077));
    for (driver, result) in [
        (Status::Ok, Status::Ok),
        (Status::EndOfMedia, Status::EndOfMedia),
        (Status::Cancelled, Status::Cancelled),
        // The last item was skipped: nothing special.
        (Status::SkipItem, Status::Ok),
        (other, other),
    ] {
        let device = connect(ScriptedDriver::new(move |_, _| Ok(driver)));
        let app = Arc::new(App::new());
        assert_eq!(device.download(&app).unwrap(), result);
        app.log.expect(&[END]);
    }
}

#[test]
fn download_gives_the_drivers_failure_with_its_own_code() {
    let code = Hresult(0x8021_4242);
    let device = connect(ScriptedDriver::new(move |_, _| {
        Err(Error::new(ErrorKind::Fail, "private").with_code(code))
    }));
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(e.hresult(), code);
}

#[test]
fn an_item_without_data_has_no_transfer() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    let Err(e) = device.device.root().transfer() else {
        panic!("the root has no data");
    };
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn the_children_flag_on_an_item_that_is_no_folder_is_ignored() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    let app = Arc::new(App::new());
    let transfer = device.item.transfer().unwrap();
    let result = transfer.download(TransferFlags::ACQUIRE_CHILDREN, app);
    assert_eq!(result.unwrap(), Status::Ok);
}

// ------------------------------------------------------------- GetNextStream

/// What the driver saw, when the application answers its first request so, and the result of a
/// driver that does what the table says.
fn answered(answer: wia::Result<NextStream>) -> (String, wia::Result<Status>, Vec<String>) {
    let seen = Arc::new(Mutex::new(String::new()));
    let note = Arc::clone(&seen);
    let device = connect(ScriptedDriver::new(move |callback, _| {
        let got = next(callback);
        *note.lock().unwrap() = match &got {
            Ok(answer) => format!("{answer:?}"),
            Err(e) => format!("{}", e.hresult()),
        };
        match got? {
            NextStream::Stream(_) => Ok(Status::Ok),
            NextStream::Missing => Err(Error::new(ErrorKind::Pointer, "no stream")),
            NextStream::Cancel => Ok(Status::Cancelled),
            NextStream::SkipItem => Ok(Status::SkipItem),
            NextStream::Other(..) => Err(Error::new(ErrorKind::Unexpected, "strange answer")),
        }
    }));
    let app = Arc::new(App::new().answer(answer));
    let result = device.download(&app);
    let seen = seen.lock().unwrap().clone();
    (seen, result, app.log.lines())
}

#[test]
fn get_next_stream_s_ok_with_a_stream() {
    let (seen, result, _) = answered(Ok(NextStream::Stream(Box::new(Void))));
    assert_eq!((seen.as_str(), result.unwrap()), ("Stream", Status::Ok));
}

#[test]
fn get_next_stream_s_ok_without_a_stream() {
    let (seen, result, log) = answered(Ok(NextStream::Missing));
    assert_eq!(seen, "Missing");
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Pointer);
    assert_eq!(log, [asked().as_str(), END]);
}

#[test]
fn get_next_stream_s_false() {
    let (seen, result, log) = answered(Ok(NextStream::Cancel));
    assert_eq!(
        (seen.as_str(), result.unwrap()),
        ("Cancel", Status::Cancelled)
    );
    assert_eq!(
        log,
        [asked().as_str(), END],
        "no END_OF_STREAM without a stream"
    );
}

#[test]
fn get_next_stream_skip_item() {
    let (seen, result, log) = answered(Ok(NextStream::SkipItem));
    assert_eq!((seen.as_str(), result.unwrap()), ("SkipItem", Status::Ok));
    assert_eq!(
        log,
        [asked().as_str(), END],
        "no END_OF_STREAM without a stream"
    );
}

#[test]
fn get_next_stream_other_success_loses_its_stream() {
    let released = MemoryStream::default();
    let handle = App::new()
        .give(&released)
        .streams
        .lock()
        .unwrap()
        .pop_front();
    let Some(Ok(NextStream::Stream(handle))) = handle else {
        unreachable!()
    };
    let code = Status::Other(Hresult(0x0021_0055));
    let (seen, result, log) = answered(Ok(NextStream::Other(code, Some(handle))));
    assert!(
        seen.contains("0x00210055") && seen.contains("false"),
        "{seen}"
    );
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Unexpected);
    assert!(released.shared.lock().unwrap().dropped);
    assert_eq!(log, [asked().as_str(), END]);
}

#[test]
fn get_next_stream_failure() {
    let (seen, result, log) = answered(Err(fail()));
    assert_eq!(seen, "0x80070005");
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(log, [asked().as_str(), END]);
}

#[test]
fn a_driver_that_turns_a_callbacks_failure_into_another_loses() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        assert!(next(callback).is_err());
        Err(Error::new(ErrorKind::Unexpected, "as one sample does"))
    }));
    let app = Arc::new(App::new().answer(Err(fail())));
    let e = device.download(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
}

#[test]
fn after_s_false_every_further_request_gets_s_false() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        for _ in 0..3 {
            assert!(matches!(next(callback)?, NextStream::Cancel));
            let answer = callback.send_message(&TransferParams::status(1, 1))?;
            assert_eq!(answer, Answer::Cancel);
        }
        // Not even a driver that claims success turns a cancel into one.
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new().answer(Ok(NextStream::Cancel)));
    assert_eq!(device.download(&app).unwrap(), Status::Cancelled);
    app.log.expect(&[&asked(), END]);
}

#[test]
fn after_a_failure_every_further_call_gets_that_failure() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        assert!(next(callback).is_err());
        assert_eq!(next(callback).unwrap_err().kind(), ErrorKind::AccessDenied);
        let e = callback.send_message(&TransferParams::status(0, 0));
        assert_eq!(e.unwrap_err().kind(), ErrorKind::AccessDenied);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new().answer(Err(fail())));
    assert!(device.download(&app).is_err());
    app.log.expect(&[&asked(), END]);
}

#[test]
fn a_skipped_item_is_followed_by_the_next() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        assert!(matches!(next(callback)?, NextStream::SkipItem));
        drop(stream(callback));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new().answer(Ok(NextStream::SkipItem)));
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log
        .expect(&[&asked(), &asked(), "END_OF_STREAM 0% 0", END]);
}

// --------------------------------------------------------------- SendMessage

fn message_answered(answer: wia::Result<Answer>) -> (wia::Result<Status>, Vec<String>) {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        let status = match callback.send_message(&TransferParams::status(50, 5))? {
            Answer::Continue => Status::Ok,
            Answer::Cancel => Status::Cancelled,
        };
        // Streams that were handed out are not failed by a cancel.
        assert_eq!(s.write(b"x")?, 1);
        Ok(status)
    }));
    let app = Arc::new(App::reacting(move |params| {
        (params.message == TransferMessage::Status).then(|| answer.clone())
    }));
    let result = device.download(&app);
    (result, app.log.lines())
}

const AFTER_STATUS: [&str; 3] = [
    "STATUS 50% 5",
    "END_OF_STREAM 50% 5",
    "END_OF_TRANSFER 50% 5",
];

#[test]
fn send_message_s_ok() {
    let (result, log) = message_answered(Ok(Answer::Continue));
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(log[1..], AFTER_STATUS);
}

#[test]
fn send_message_s_false() {
    let (result, log) = message_answered(Ok(Answer::Cancel));
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(log[1..], AFTER_STATUS, "END_OF_STREAM also after a cancel");
}

#[test]
fn send_message_failure() {
    let (result, log) = message_answered(Err(fail()));
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(log[1..], AFTER_STATUS, "END_OF_STREAM also after a failure");
}

// ------------------------------------------------------------------- streams

#[test]
fn a_stream_answers_e_notimpl_to_what_downloads_do_not_use() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        assert_eq!(
            s.read(&mut [0]).unwrap_err().kind(),
            ErrorKind::NotImplemented
        );
        assert_eq!(s.size().unwrap_err().kind(), ErrorKind::NotImplemented);
        Ok(Status::Ok)
    }));
    assert_eq!(device.download(&Arc::new(App::new())).unwrap(), Status::Ok);
}

#[test]
fn only_the_newest_stream_is_alive() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut old = stream(callback);
        let mut new = stream(callback);
        assert_eq!(old.write(b"late").unwrap_err().kind(), ErrorKind::Reverted);
        assert_eq!(
            old.seek(SeekFrom::Start(0)).unwrap_err().kind(),
            ErrorKind::Reverted
        );
        assert_eq!(old.set_size(0).unwrap_err().kind(), ErrorKind::Reverted);
        assert_eq!(new.write(b"new")?, 3);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"");
    assert_eq!(app.made(1).bytes(), b"new");
}

#[test]
fn after_the_drivers_return_its_stream_is_dead() {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let device = connect(ScriptedDriver::new(move |callback, _| {
        *keep.lock().unwrap() = Some((stream(callback), Arc::clone(callback)));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    let (mut late, callback) = kept.lock().unwrap().take().unwrap();
    assert!(late.write(b"late").is_err());
    assert!(next(&callback).is_err());
    assert!(
        callback
            .send_message(&TransferParams::status(0, 0))
            .is_err()
    );
    assert_eq!(app.made(0).bytes(), b"");
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

#[test]
fn the_stream_is_released_before_its_end_of_stream() {
    let given = MemoryStream::default();
    let seen = given.clone();
    let device = connect(ScriptedDriver::new(|callback, _| {
        let _held = stream(callback);
        Ok(Status::Ok)
    }));
    let app = App::reacting(move |params| {
        assert!(seen.shared.lock().unwrap().dropped, "{params:?}");
        None
    });
    assert_eq!(
        device.download(&Arc::new(app.give(&given))).unwrap(),
        Status::Ok
    );
}

#[test]
fn a_header_can_be_written_again_in_a_stream_that_was_not_empty() {
    let given = MemoryStream::with(b"earlier", 3);
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        let start = s.seek(SeekFrom::End(0))?;
        assert_eq!(s.write(b"????")? + s.write(b"rows")?, 8);
        s.seek(SeekFrom::Start(start))?;
        assert_eq!(s.write(b"HEAD")?, 4);
        s.seek(SeekFrom::End(0))?;
        assert_eq!(s.write(b"end")?, 3);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new().give(&given));
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(given.bytes(), b"earlierHEADrowsend");
    let calls = given.shared.lock().unwrap().calls.clone();
    assert!(
        calls
            .iter()
            .all(|c| ["write", "seek", "set_size"].contains(c))
    );
}

#[test]
fn a_failed_stream_call_cannot_be_hidden() {
    let given = MemoryStream::default();
    given.shared.lock().unwrap().writes_left = Some(0);
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        assert!(s.write(b"lost").is_err());
        Ok(Status::Ok)
    }));
    let e = device
        .download(&Arc::new(App::new().give(&given)))
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}

#[test]
fn a_page_that_was_taken_back_after_a_failed_write_may_be_tried_again() {
    let given = MemoryStream::default();
    given.shared.lock().unwrap().writes_left = Some(0);
    let more = given.clone();
    let device = connect(ScriptedDriver::new(move |callback, _| {
        let mut s = stream(callback);
        assert!(s.write(b"lost").is_err());
        s.set_size(0)?;
        more.shared.lock().unwrap().writes_left = None;
        assert_eq!(s.write(b"kept")?, 4);
        Ok(Status::Ok)
    }));
    let result = device.download(&Arc::new(App::new().give(&given)));
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(given.bytes(), b"kept");
}

// ------------------------------------------------------------------ messages

#[test]
fn new_page_reaches_the_application_without_an_end_of_stream() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let _held = stream(callback);
        for params in [
            TransferParams::status(100, 10),
            TransferParams::new_page(0, 10),
            TransferParams::status(100, 20),
        ] {
            assert_eq!(callback.send_message(&params)?, Answer::Continue);
        }
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        &asked(),
        "STATUS 100% 10",
        "NEW_PAGE 0% 10",
        "STATUS 100% 20",
        "END_OF_STREAM 100% 20",
        "END_OF_TRANSFER 100% 20",
    ]);
}

#[test]
fn numbers_of_the_service_messages_are_numbers_of_the_headers() {
    for (message, value) in [
        (TransferMessage::Status, 1),
        (TransferMessage::EndOfStream, 2),
        (TransferMessage::EndOfTransfer, 3),
        (TransferMessage::DeviceStatus, 5),
        (TransferMessage::NewPage, 6),
    ] {
        assert_eq!(message.value(), value);
        assert_eq!(TransferMessage::from_value(value), Some(message));
    }
    assert_eq!(
        TransferMessage::from_value(4),
        None,
        "WIA_TRANSFER_MSG_ERROR is nobody's"
    );
}

/// The result when END_OF_STREAM is answered so; the driver asks for a second stream or returns.
fn end_of_stream_answered(
    answer: fn() -> wia::Result<Answer>,
    second: bool,
) -> (wia::Result<Status>, Vec<String>) {
    let device = connect(ScriptedDriver::new(move |callback, _| {
        drop(stream(callback));
        if second {
            match next(callback)? {
                NextStream::Cancel => return Ok(Status::Cancelled),
                other => panic!("{other:?}"),
            }
        }
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::reacting(move |params| {
        (params.message == TransferMessage::EndOfStream).then(answer)
    }));
    let result = device.download(&app);
    (result, app.log.lines())
}

const ONE_STREAM: [&str; 2] = ["END_OF_STREAM 0% 0", END];

#[test]
fn s_false_to_end_of_stream_on_a_change_cancels_without_asking_for_a_stream() {
    let (result, log) = end_of_stream_answered(|| Ok(Answer::Cancel), true);
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(log[1..], ONE_STREAM);
}

#[test]
fn a_failure_to_end_of_stream_on_a_change_fails_without_asking_for_a_stream() {
    let (result, log) = end_of_stream_answered(|| Err(fail()), true);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(log[1..], ONE_STREAM);
}

#[test]
fn a_failure_to_the_last_end_of_stream_is_the_result() {
    let (result, log) = end_of_stream_answered(|| Err(fail()), false);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(log[1..], ONE_STREAM);
}

#[test]
fn s_false_to_the_last_end_of_stream_changes_nothing() {
    let (result, log) = end_of_stream_answered(|| Ok(Answer::Cancel), false);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(log[1..], ONE_STREAM);
}

#[test]
fn no_answer_to_end_of_transfer_changes_anything() {
    for answer in [Ok(Answer::Cancel), Err(fail())] {
        let device = connect(ScriptedDriver::new(|_, _| Ok(Status::EndOfMedia)));
        let app = Arc::new(App::reacting(move |_| Some(answer.clone())));
        assert_eq!(device.download(&app).unwrap(), Status::EndOfMedia);
        app.log.expect(&[END]);
    }
}

#[test]
fn end_of_stream_once_for_each_stream_also_when_the_driver_fails() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let _held = stream(callback);
        Err(Error::new(ErrorKind::PaperJam, ""))
    }));
    let app = Arc::new(App::new());
    assert_eq!(
        device.download(&app).unwrap_err().kind(),
        ErrorKind::PaperJam
    );
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

// ---------------------------------------------------- several applications

#[test]
fn a_second_transfer_gets_busy_and_the_device_is_free_afterwards() {
    let (started, wait_started) = mpsc::channel();
    let (go_on, wait_go_on) = mpsc::channel();
    let wait_go_on = Mutex::new(wait_go_on);
    let device = connect(ScriptedDriver::new(move |_, _| {
        started.send(()).unwrap();
        wait_go_on.lock().unwrap().recv().unwrap();
        Ok(Status::Ok)
    }));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| device.download(&Arc::new(App::new())));
        wait_started.recv().unwrap();
        let other = device.service.connect();
        assert_eq!(other.err().unwrap().kind(), ErrorKind::Busy);
        let e = device.download(&Arc::new(App::new())).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Busy);
        assert_eq!(e.hresult(), Hresult(0x8021_0006));
        go_on.send(()).unwrap();
        assert_eq!(first.join().unwrap().unwrap(), Status::Ok);
    });
    go_on.send(()).unwrap();
    let again = device.download(&Arc::new(App::new()));
    assert_eq!(again.unwrap(), Status::Ok);
}

#[test]
fn two_devices_transfer_at_the_same_time() {
    let barrier = Arc::new(std::sync::Barrier::new(2));
    let device = |barrier: Arc<std::sync::Barrier>| {
        connect(ScriptedDriver::new(move |_, _| {
            barrier.wait();
            Ok(Status::Ok)
        }))
    };
    let (one, two) = (device(Arc::clone(&barrier)), device(barrier));
    std::thread::scope(|scope| {
        let one = scope.spawn(move || one.download(&Arc::new(App::new())));
        assert_eq!(two.download(&Arc::new(App::new())).unwrap(), Status::Ok);
        assert_eq!(one.join().unwrap().unwrap(), Status::Ok);
    });
}

#[test]
fn every_application_has_properties_of_its_own() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    let other = device.service.connect().unwrap().find_item(FEEDER).unwrap();
    let xres = wia::property::WIA_IPS_XRES;
    other.write(&[(xres, 600.into())]).unwrap();
    assert_eq!(device.item.read(&[xres]).unwrap(), [Some(300.into())]);
    assert_eq!(other.read(&[xres]).unwrap(), [Some(600.into())]);
    assert!(device.driver.device_error_string(1).is_none());
}

/// A stream that takes anything.
struct Void;

impl service::Stream for Void {
    fn write(&mut self, data: &[u8]) -> wia::Result<usize> {
        Ok(data.len())
    }
    fn seek(&mut self, _: SeekFrom) -> wia::Result<u64> {
        Ok(0)
    }
    fn set_size(&mut self, _: u64) -> wia::Result<()> {
        Ok(())
    }
}
