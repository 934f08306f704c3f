//! The rules for messages.

use crate::transfers::scripted::*;
use quire_service::{Answer, NextStream, TransferParams};
use std::sync::Arc;
use wia::{Error, ErrorKind, Status, TransferMessage};

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

#[test]
fn the_services_messages_have_the_last_numbers_of_their_own_stream() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        for (percent, bytes) in [(70, 7), (0, 0), (100, 9)] {
            let _held = stream(callback);
            if bytes > 0 {
                let answer = callback.send_message(&TransferParams::status(percent, bytes))?;
                assert_eq!(answer, Answer::Continue);
            }
        }
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        &asked(),
        "STATUS 70% 7",
        "END_OF_STREAM 70% 7",
        &asked(),
        "END_OF_STREAM 0% 0",
        &asked(),
        "STATUS 100% 9",
        "END_OF_STREAM 100% 9",
        "END_OF_TRANSFER 100% 9",
    ]);
}

#[test]
fn percent_is_forwarded_unmodified() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        for percent in [-1, 0, 100, 150] {
            let answer = callback.send_message(&TransferParams::status(percent, 0))?;
            assert_eq!(answer, Answer::Continue);
        }
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        "STATUS -1% 0",
        "STATUS 0% 0",
        "STATUS 100% 0",
        "STATUS 150% 0",
        "END_OF_TRANSFER 150% 0",
    ]);
}
