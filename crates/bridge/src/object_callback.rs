//! A callback of Rust's as C's: what a filter of a driver is given.

#![expect(unsafe_code, reason = "the methods are given pointers of C")]

use std::sync::Arc;

use abi::interfaces::{
    IStream, IWiaAppErrorHandler, IWiaAppErrorHandler_Impl, IWiaItem2, IWiaPropertyStorage,
    IWiaTransferCallback, IWiaTransferCallback_Impl,
};
use abi::memory::PropVariant;
use abi::structs::{PROPSPEC, WiaTransferParams};
use abi::{BSTR, HRESULT, HWND};
use transfer::{NextStream, StatusReport, TransferCallback, TransferParams};
use wia::property::WIA_IPA_FULL_ITEM_NAME;
use wia::{Error, Result, Status, TransferMessage};
use windows_core::{InRef, Interface, implement};

use crate::guard::guard;
use crate::pointer::{Out, array, text};
use crate::results::{from_answer, status};
use crate::stream_object::stream_object;
use crate::value::from_variant;

/// A [`TransferCallback`] as an `IWiaTransferCallback`; with an `IWiaAppErrorHandler` where it has an error handler.
pub fn transfer_callback_object(callback: Arc<dyn TransferCallback>) -> IWiaTransferCallback {
    match callback.error_handler().is_some() {
        true => WithHandler(callback).into(),
        false => Plain(callback).into(),
    }
}

#[implement(IWiaTransferCallback)]
struct Plain(Arc<dyn TransferCallback>);

#[implement(IWiaTransferCallback, IWiaAppErrorHandler)]
struct WithHandler(Arc<dyn TransferCallback>);

macro_rules! implement_callback {
    ($object:ident) => {
        impl IWiaTransferCallback_Impl for $object {
            unsafe fn TransferCallback(
                &self,
                _flags: i32,
                params: *mut WiaTransferParams,
            ) -> HRESULT {
                // SAFETY: the caller gives null or a valid structure.
                guard(|| {
                    Ok(from_answer(
                        self.0.transfer_callback(&unsafe { read_params(params)? })?,
                    ))
                })
            }

            unsafe fn GetNextStream(
                &self,
                _flags: i32,
                item_name: BSTR,
                full_item_name: BSTR,
                stream: *mut Option<IStream>,
            ) -> HRESULT {
                guard(|| {
                    // SAFETY: the caller gives strings, and null or a place for the stream.
                    let (stream, name, full_name) = unsafe {
                        (
                            Out::new(stream, None)?,
                            text(item_name),
                            text(full_item_name),
                        )
                    };
                    Ok(match self.0.get_next_stream(&name, &full_name)? {
                        NextStream::Stream(next) => {
                            stream.set(Some(stream_object(next)));
                            Status::Ok
                        }
                        NextStream::Missing => Status::Ok,
                        NextStream::Cancel => Status::Cancelled,
                        NextStream::SkipItem => Status::SkipItem,
                        NextStream::Other(status, _) => status,
                    })
                })
            }
        }
    };
}

implement_callback!(Plain_Impl);
implement_callback!(WithHandler_Impl);

impl IWiaAppErrorHandler_Impl for WithHandler_Impl {
    /// There is none.
    unsafe fn GetWindow(&self, window: *mut HWND) -> HRESULT {
        // SAFETY: the caller gives null or a place for it.
        guard(|| unsafe { Out::new(window, std::ptr::null_mut()) }.map(|_| ()))
    }

    unsafe fn ReportStatus(
        &self,
        _flags: i32,
        item: InRef<'_, IWiaItem2>,
        code: HRESULT,
        percent: i32,
    ) -> HRESULT {
        guard(|| {
            let item = item
                .as_ref()
                .map(full_name)
                .transpose()?
                .unwrap_or_default();
            let status = status(code);
            let report = StatusReport {
                item: &item,
                status: &status,
                percent,
            };
            match self.0.error_handler() {
                Some(handler) => handler.report_status(&report),
                None => Ok(Status::NotHandled),
            }
        })
    }
}

/// The full name of an item of C's.
fn full_name(item: &IWiaItem2) -> Result<String> {
    let storage: IWiaPropertyStorage = item
        .cast()
        .map_err(|_| Error::invalid("the item has no IWiaPropertyStorage"))?;
    let spec = PROPSPEC::numbered(WIA_IPA_FULL_ITEM_NAME.0);
    let mut value = PropVariant::EMPTY;
    // SAFETY: the object is alive; there is one property and a place for one value, which is what its type says.
    let name = unsafe {
        let _: Status = status(storage.ReadMultiple(1, &spec, value.out()))?;
        from_variant(value.as_raw())?
    };
    Ok(name.as_str().unwrap_or_default().to_owned())
}

/// A message of C's.
///
/// # Errors
///
/// `InvalidArgument` for null and for a message that does not exist.
///
/// # Safety
///
/// `params` is null or valid.
pub unsafe fn read_params(params: *const WiaTransferParams) -> Result<TransferParams> {
    // SAFETY: the caller's promise.
    let params = &unsafe { array(params, 1, "pWiaTransferParams")? }[0];
    let message = TransferMessage::from_value(params.lMessage)
        .ok_or_else(|| Error::invalid(format!("lMessage {} is no message", params.lMessage)))?;
    let device = message == TransferMessage::DeviceStatus;
    Ok(TransferParams {
        message,
        percent: params.lPercentComplete,
        transferred_bytes: params.ulTransferredBytes,
        device_status: device.then(|| status(params.hrErrorStatus)),
    })
}
