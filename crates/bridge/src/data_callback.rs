//! An application's `IWiaDataCallback`.

#![expect(unsafe_code, reason = "a callback of C is called")]

use abi::guids::guid;
use abi::interfaces::IWiaDataCallback;
use abi::structs::WIA_DATA_CALLBACK_HEADER;
use transfer::{Answer, DataCallback, DataCallbackHeader, DataParams, Payload};
use wia::Result;

use crate::results::answer;

/// An `IWiaDataCallback` as a [`DataCallback`]. It is released with this.
#[derive(Debug)]
pub struct ComDataCallback(IWiaDataCallback);

// SAFETY: the calls come on the thread that asked for the transfer; only the release can come on another one, after it.
unsafe impl Send for ComDataCallback {}
// SAFETY: as above: there is one call at a time.
unsafe impl Sync for ComDataCallback {}

impl ComDataCallback {
    /// Takes over a reference.
    pub fn new(callback: IWiaDataCallback) -> ComDataCallback {
        ComDataCallback(callback)
    }
}

impl DataCallback for ComDataCallback {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let mut header: WIA_DATA_CALLBACK_HEADER;
        let buffer: *mut u8 = match params.payload {
            Payload::None => std::ptr::null_mut(),
            // The callback may write into it no more than into any buffer that it is lent; WIA's type says nothing
            // else.
            Payload::Band(band) => band.as_ptr().cast_mut(),
            Payload::Header(h) => {
                header = c_header(&h);
                (&raw mut header).cast()
            }
        };
        // SAFETY: the object is alive; the buffer is valid for the call and as long as `length` or the header says.
        answer(unsafe {
            self.0.BandedDataCallback(
                params.message.value(),
                params.status.bits(),
                params.percent,
                params.offset,
                params.length,
                0,
                0,
                buffer,
            )
        })
    }
}

fn c_header(header: &DataCallbackHeader) -> WIA_DATA_CALLBACK_HEADER {
    WIA_DATA_CALLBACK_HEADER {
        lSize: size_of::<WIA_DATA_CALLBACK_HEADER>() as i32,
        guidFormatID: guid(header.format),
        lBufferSize: header.buffer_size,
        lPageCount: header.page_count,
    }
}
