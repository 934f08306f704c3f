//! A device's status in a transfer of the older kinds, which has no message and no handler for it.

use std::sync::Arc;

use wia::{DataMessage, Error, ErrorKind, Status, TransferStatus};

use crate::data::rig::{Application, GO, memory};
use crate::transfer::{
    Answer, DataStreams, DeviceStatus, MinidrvTransferCallback, NextStream, TransferParams,
};

/// Sends it, ends well, and gives the messages and the result.
fn send(
    status: DeviceStatus,
    answer: wia::Result<Answer>,
) -> (Vec<DataMessage>, wia::Result<Status>, wia::Result<Answer>) {
    send_to(&Application::answering([answer]), status)
}

fn send_to(
    application: &Arc<Application>,
    status: DeviceStatus,
) -> (Vec<DataMessage>, wia::Result<Status>, wia::Result<Answer>) {
    let (tell, told) = std::sync::mpsc::channel();
    let result = memory(1, application, move |_, context| {
        let streams = DataStreams::new(context);
        let answer = streams.send_message(&TransferParams::device_status(status, 30, 0));
        tell.send(answer).unwrap();
        streams.finish(context, Ok(Status::Ok))
    });
    (application.messages(), result, told.recv().unwrap())
}

const END: DataMessage = DataMessage::Termination;

#[test]
fn warming_up_is_a_status_so_that_the_application_can_cancel() {
    let (messages, result, told) = send(Ok(Status::WarmingUp), GO);
    assert_eq!(messages, [DataMessage::Status, END]);
    assert_eq!(
        (result.unwrap(), told.unwrap()),
        (Status::Ok, Answer::Continue)
    );
    let (_, result, told) = send(Ok(Status::WarmingUp), Ok(Answer::Cancel));
    assert_eq!(
        (result.unwrap(), told.unwrap()),
        (Status::Cancelled, Answer::Cancel)
    );
}

#[test]
fn warming_up_says_that_it_is_the_devices_and_how_far_it_is() {
    let application = Application::answering([]);
    let (_, result, _) = send_to(&application, Ok(Status::WarmingUp));
    assert_eq!(result.unwrap(), Status::Ok);
    let said = application.said.lock().unwrap().first().copied();
    assert_eq!(said, Some((TransferStatus::TRANSFER_FROM_DEVICE, 30)));
}

#[test]
fn another_that_is_no_failure_goes_on_without_a_word() {
    let (messages, result, told) = send(Ok(Status::Calibrating), GO);
    assert_eq!(messages, [END]);
    assert_eq!(
        (result.unwrap(), told.unwrap()),
        (Status::Ok, Answer::Continue)
    );
}

#[test]
fn a_failure_goes_back_to_the_driver_and_is_the_result() {
    let jam = Error::new(ErrorKind::PaperJam, "at sheet 7");
    let (messages, result, told) = send(Err(jam.clone()), GO);
    assert_eq!(messages, [END]);
    assert_eq!(told.unwrap_err(), jam);
    assert_eq!(result.unwrap_err(), jam);
}

#[test]
fn what_was_written_before_a_failure_arrives() {
    let application = Application::answering([]);
    let result = memory(1, &application, |_, context| {
        let streams = DataStreams::new(context);
        let written = (|| {
            let NextStream::Stream(mut stream) = streams.get_next_stream("Item", "0000\\Item")?
            else {
                panic!("no stream");
            };
            stream.write(&[1; 4])?;
            let jam = Err(Error::new(ErrorKind::PaperJam, ""));
            drop(streams.send_message(&TransferParams::device_status(jam, 0, 4)));
            Ok(Status::Ok)
        })();
        streams.finish(context, written)
    });
    assert_eq!(result.unwrap_err().kind(), ErrorKind::PaperJam);
    let messages = [DataMessage::DataHeader, DataMessage::Data, END];
    assert_eq!(application.messages(), messages);
}
