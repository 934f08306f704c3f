//! An application's callback for bands and files.

use std::sync::{Arc, Mutex};

use abi::HRESULT;
use abi::guids::guid;
use abi::interfaces::{IWiaDataCallback, IWiaDataCallback_Impl};
use abi::results::{E_FAIL, S_FALSE, S_OK};
use abi::structs::WIA_DATA_CALLBACK_HEADER;
use quire_bridge::ComDataCallback;
use transfer::{Answer, DataCallback, DataCallbackHeader, DataParams, Payload};
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::{DataMessage, TransferStatus};
use windows_core::implement;

/// What an application was told: message, status, percent, offset, length, and what was in the buffer.
type Heard = (i32, i32, i32, i32, i32, Buffer);

#[derive(Debug, PartialEq)]
enum Buffer {
    Null,
    Bytes(Vec<u8>),
    Header(WIA_DATA_CALLBACK_HEADER),
}

#[implement(IWiaDataCallback)]
struct Application(HRESULT, Arc<Mutex<Vec<Heard>>>);

impl IWiaDataCallback_Impl for Application_Impl {
    unsafe fn BandedDataCallback(
        &self,
        message: i32,
        status: i32,
        percent: i32,
        offset: i32,
        length: i32,
        _reserved: i32,
        _reserved_length: i32,
        buffer: *mut u8,
    ) -> HRESULT {
        // SAFETY: the documentation says what is there: a header with messages 1, 5 and 7, bytes with 2 and 6.
        let buffer = unsafe {
            match message {
                1 | 5 | 7 => {
                    Buffer::Header(buffer.cast::<WIA_DATA_CALLBACK_HEADER>().read_unaligned())
                }
                2 | 6 => {
                    Buffer::Bytes(std::slice::from_raw_parts(buffer, length as usize).to_vec())
                }
                _ => {
                    assert!(buffer.is_null());
                    Buffer::Null
                }
            }
        };
        let heard = (message, status, percent, offset, length, buffer);
        self.1.lock().expect("a list").push(heard);
        self.0
    }
}

fn params(message: DataMessage, payload: Payload<'_>) -> DataParams<'_> {
    DataParams {
        message,
        status: TransferStatus::TRANSFER_TO_CLIENT,
        percent: 50,
        offset: 100,
        length: match payload {
            Payload::Band(band) => band.len() as i32,
            _ => 0,
        },
        payload,
    }
}

#[test]
fn each_message_has_its_buffer() {
    let list = Arc::new(Mutex::new(Vec::new()));
    let callback = ComDataCallback::new(Application(S_OK, Arc::clone(&list)).into());
    let header = DataCallbackHeader {
        format: WIA_IMG_FMT_MEMORYBMP,
        buffer_size: 9,
        page_count: 2,
    };
    let c_header = WIA_DATA_CALLBACK_HEADER {
        lSize: 28,
        guidFormatID: guid(WIA_IMG_FMT_MEMORYBMP),
        lBufferSize: 9,
        lPageCount: 2,
    };
    let messages = [
        params(DataMessage::DataHeader, Payload::Header(header)),
        params(DataMessage::Data, Payload::Band(b"band")),
        params(DataMessage::NewPage, Payload::Header(header)),
        params(DataMessage::Status, Payload::None),
        params(DataMessage::Termination, Payload::None),
    ];
    for message in &messages {
        assert_eq!(callback.banded_data_callback(message), Ok(Answer::Continue));
    }
    let expected = [
        (1, 4, 50, 100, 0, Buffer::Header(c_header)),
        (2, 4, 50, 100, 4, Buffer::Bytes(b"band".to_vec())),
        (5, 4, 50, 100, 0, Buffer::Header(c_header)),
        (3, 4, 50, 100, 0, Buffer::Null),
        (4, 4, 50, 100, 0, Buffer::Null),
    ];
    assert_eq!(*list.lock().expect("a list"), expected);
}

#[test]
fn answers_cross() {
    let answer = |code| {
        let callback = ComDataCallback::new(Application(code, Arc::default()).into());
        callback.banded_data_callback(&params(DataMessage::Status, Payload::None))
    };
    assert_eq!(answer(S_FALSE), Ok(Answer::Cancel));
    assert_eq!(answer(HRESULT(7)), Ok(Answer::Continue));
    let failure = answer(E_FAIL).map_err(|e| e.hresult().0);
    assert_eq!(failure, Err(E_FAIL.0.cast_unsigned()));
}
