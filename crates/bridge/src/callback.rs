//! An application's `IWiaTransferCallback`, or a filter's, as Rust's.

#![expect(unsafe_code, reason = "a callback of C is called")]

use abi::HRESULT;
use abi::interfaces::{IStream, IWiaAppErrorHandler, IWiaItem2, IWiaTransferCallback};
use abi::memory::Bstr;
use abi::structs::WiaTransferParams;
use transfer::{Answer, AppErrorHandler, NextStream, Stream, TransferCallback, TransferParams};
use wia::{Result, Status};
use windows_core::Interface;

use crate::error_handler::ComErrorHandler;
use crate::results::{answer, hresult, status};
use crate::stream::ComStream;

/// An `IWiaTransferCallback` as a [`TransferCallback`], with its error handler where the object has an
/// `IWiaAppErrorHandler`. Both are released with this.
pub struct ComTransferCallback {
    callback: IWiaTransferCallback,
    handler: Option<ComErrorHandler>,
}

// SAFETY: WIA calls the callback of a transfer from the transfer's own thread, wherever it was made, and so do we.
unsafe impl Send for ComTransferCallback {}
// SAFETY: there is one call at a time, as `TransferCallback` promises.
unsafe impl Sync for ComTransferCallback {}

impl ComTransferCallback {
    /// Takes over a reference. `item` gives the object of an item by its full name, which error handlers are told;
    /// `None` where there is none.
    pub fn new(
        callback: IWiaTransferCallback,
        item: impl Fn(&str) -> Option<IWiaItem2> + Send + Sync + 'static,
    ) -> ComTransferCallback {
        let handler = callback.cast::<IWiaAppErrorHandler>().ok();
        ComTransferCallback {
            handler: handler.map(|h| ComErrorHandler::new(h, Box::new(item))),
            callback,
        }
    }
}

impl TransferCallback for ComTransferCallback {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let mut params = c_params(params);
        // SAFETY: the object is alive, and so is the structure.
        answer(unsafe { self.callback.TransferCallback(0, &mut params) })
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let (name, full_name) = (Bstr::new(item_name), Bstr::new(full_item_name));
        let mut stream: Option<IStream> = None;
        // SAFETY: the object is alive; the strings are lent for the call, and the place for the stream has none.
        let result = unsafe {
            self.callback
                .GetNextStream(0, name.as_raw(), full_name.as_raw(), &mut stream)
        };
        let stream = stream.map(|s| Box::new(ComStream::new(s)) as Box<dyn Stream>);
        Ok(match (status(result)?, stream) {
            (Status::Ok, Some(stream)) => NextStream::Stream(stream),
            (Status::Ok, None) => NextStream::Missing,
            (Status::Cancelled, _) => NextStream::Cancel,
            (Status::SkipItem, _) => NextStream::SkipItem,
            (other, stream) => NextStream::Other(other, stream),
        })
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.handler.as_ref().map(|h| h as &dyn AppErrorHandler)
    }
}

/// A message as C has it.
pub(crate) fn c_params(params: &TransferParams) -> WiaTransferParams {
    WiaTransferParams {
        lMessage: params.message.value(),
        lPercentComplete: params.percent,
        ulTransferredBytes: params.transferred_bytes,
        hrErrorStatus: params.device_status.as_ref().map_or(HRESULT(0), hresult),
    }
}
