//! Every row of the outcomes of `SendMessage`.

use crate::transfers::scripted::*;
use quire_service::{Answer, TransferParams};
use std::sync::Arc;
use wia::{ErrorKind, Status, TransferMessage};

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
