//! Every row of the outcome table of `GetNextStream`.

use crate::transfers::scripted::*;
use quire_service::{NextStream, TransferParams};
use std::sync::{Arc, Mutex};
use wia::{Error, ErrorKind, Hresult, Status};

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
