//! Rules that a driver can break: it is told, told again, and the transfer fails.

use wia::DataMessage::{
    Data, DataHeader, FilePreviewData, FilePreviewDataHeader, Status, Termination,
};
use wia::{DataMessage, ErrorKind, Result};

use crate::data::rig::{Application, data, file, memory, plain};
use crate::transfer::{MinidrvCallback, TransferContext};

type Breaks = fn(&dyn MinidrvCallback, &mut TransferContext) -> Result<()>;

fn send(
    callback: &dyn MinidrvCallback,
    message: DataMessage,
    offset: i32,
    length: i32,
    context: Option<&mut TransferContext>,
) -> Result<()> {
    let status = wia::TransferStatus::empty();
    callback
        .mini_drv_callback(message, status, 0, offset, length, context)
        .map(drop)
}

/// Each rule, what breaks it in a memory transfer, and the words that name it.
const IN_MEMORY: &[(&str, Breaks)] = &[
    ("IT_MSG_DATA_HEADER, which only the service", |c, _| {
        plain(c, DataHeader, None).map(drop)
    }),
    ("IT_MSG_TERMINATION, which only the service", |c, _| {
        plain(c, Termination, None).map(drop)
    }),
    ("IT_MSG_DATA without the transfer context", |c, _| {
        send(c, Data, 0, 1, None)
    }),
    ("a band of 17 bytes from a buffer of 16", |c, context| {
        send(c, Data, 0, 17, Some(context))
    }),
    ("a band of -1 bytes", |c, context| {
        send(c, Data, 0, -1, Some(context))
    }),
    ("a band at offset -4", |c, context| {
        send(c, Data, -4, 1, Some(context))
    }),
    ("IT_MSG_FILE_PREVIEW_DATA in a memory", |c, context| {
        send(c, FilePreviewData, 0, 1, Some(context))
    }),
    ("IT_MSG_FILE_PREVIEW_DATA_HEADER in a memory", |c, _| {
        plain(c, FilePreviewDataHeader, None).map(drop)
    }),
    ("a buffer of its own", |c, context| {
        context.transfer_buffer = vec![0; 16].into();
        data(c, context, 1).map(drop)
    }),
    ("changed lActiveBuffer", |c, context| {
        context.active_buffer = 2;
        data(c, context, 1).map(drop)
    }),
    ("changed lNumBuffers", |c, context| {
        context.number_of_buffers = 3;
        plain(c, Status, Some(context)).map(drop)
    }),
    ("changed lBufferSize", |c, context| {
        context.buffer_size = 400;
        data(c, context, 1).map(drop)
    }),
    ("changed bTransferDataCB", |c, context| {
        context.memory_transfer = false;
        data(c, context, 1).map(drop)
    }),
    ("changed bClassDrvAllocBuf", |c, context| {
        context.service_buffer = false;
        data(c, context, 1).map(drop)
    }),
    ("changed guidFormatID", |c, context| {
        context.format = wia::format::WIA_IMG_FMT_PNG;
        data(c, context, 1).map(drop)
    }),
    ("changed tymed", |c, context| {
        context.tymed = wia::Tymed::File;
        plain(c, Status, Some(context)).map(drop)
    }),
    ("changed pIWiaMiniDrvCallBack", |c, context| {
        context.data_callback = None;
        data(c, context, 1).map(drop)
    }),
];

#[test]
fn in_a_memory_transfer() {
    for (rule, breaks) in IN_MEMORY {
        let application = Application::answering([]);
        let result = memory(2, &application, move |callback, context| {
            let e = breaks(callback, context).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse, "{rule}");
            assert!(e.to_string().contains(rule), "{rule}: {e}");
            // Nothing is forwarded any more.
            assert_eq!(
                plain(callback, Status, None).unwrap_err().to_string(),
                e.to_string()
            );
            assert!(callback.send_end_of_page(1).is_err());
            // And the driver calls that a success.
            Ok(wia::Status::Ok)
        });
        let e = result.unwrap_err();
        assert!(e.to_string().contains(rule), "{rule}: {e}");
        assert_eq!(application.messages(), [Termination], "{rule}");
    }
}

#[test]
fn a_member_changed_before_returning() {
    let application = Application::answering([]);
    let result = memory(1, &application, |_, context| {
        context.buffer_size += 1;
        Ok(wia::Status::Ok)
    });
    assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidDriverResponse);
}

#[test]
fn data_in_a_file_transfer() {
    let application = Application::answering([]);
    let result = file(&application, |callback, context| {
        context.transfer_buffer = vec![0; 8].into();
        context.buffer_size = 8;
        send(callback, Data, 0, 1, Some(context)).unwrap_err();
        Ok(wia::Status::Ok)
    });
    let e = result.unwrap_err();
    assert!(
        e.to_string().contains("IT_MSG_DATA in a file transfer"),
        "{e}"
    );
}

#[test]
fn a_call_after_the_transfer_has_ended() {
    let application = Application::answering([]);
    let mut context = crate::data::rig::context(true);
    let (session, service) =
        crate::transfer::DataSession::new(&mut context, vec![], Some(application.clone()));
    session.close();
    assert_eq!(
        service.finish(Ok(wia::Status::Ok)).unwrap(),
        wia::Status::Ok
    );
    let callback = context.data_callback.unwrap();
    let e = plain(callback.as_ref(), Status, None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert_eq!(application.messages(), [Termination]);
}
