//! What a driver calls during a transfer, as an object of C: `IWiaMiniDrvCallBack` in memory and file transfers,
//! `IWiaMiniDrvTransferCallback` in transfers into streams.
#![expect(unsafe_code, reason = "the object is called from C")]

use std::ptr;
use std::sync::Arc;

use abi::interfaces::{
    IStream, IWiaMiniDrvCallBack, IWiaMiniDrvCallBack_Impl, IWiaMiniDrvTransferCallback,
    IWiaMiniDrvTransferCallback_Impl,
};
use abi::memory::read_wide;
use abi::structs::{MINIDRV_TRANSFER_CONTEXT, WiaTransferParams};
use abi::{BSTR, HRESULT};
use transfer::{
    MinidrvCallback, MinidrvTransferCallback, NextStream, Stream, TransferContext, TransferParams,
};
use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferMessage, TransferStatus};
use windows_core::implement;

use bridge::{from_answer, guard, status, stream_object};

use crate::border::put;
use crate::transfer::with_transfer;

/// The way back of one transfer. Whoever keeps it longer is answered that the transfer has ended.
#[implement(IWiaMiniDrvCallBack, IWiaMiniDrvTransferCallback)]
pub(crate) struct Callback {
    /// In memory and file transfers.
    pub(crate) data: Option<Arc<dyn MinidrvCallback>>,
    /// In transfers into streams.
    pub(crate) streams: Option<Arc<dyn MinidrvTransferCallback>>,
}

impl Callback {
    fn data(&self) -> Result<&Arc<dyn MinidrvCallback>> {
        let of_data = || Error::new(ErrorKind::NotImplemented, "a transfer into streams");
        self.data.as_ref().ok_or_else(of_data)
    }

    fn streams(&self) -> Result<&Arc<dyn MinidrvTransferCallback>> {
        let of_streams = || Error::new(ErrorKind::NotImplemented, "no transfer into streams");
        self.streams.as_ref().ok_or_else(of_streams)
    }
}

impl IWiaMiniDrvCallBack_Impl for Callback_Impl {
    unsafe fn MiniDrvCallback(
        &self,
        reason: i32,
        told: i32,
        percent: i32,
        offset: i32,
        length: i32,
        transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        _reserved: i32,
    ) -> HRESULT {
        guard(|| {
            let data = self.data()?;
            let message = DataMessage::from_value(reason);
            let message = message
                .ok_or_else(|| Error::invalid(format!("lReason: {reason} is no message")))?;
            let told = TransferStatus::from_bits_retain(told);
            let call = |context: Option<&mut TransferContext>| {
                data.mini_drv_callback(message, told, percent, offset, length, context)
            };
            let answer = match transfer.is_null() {
                true => call(None)?,
                // SAFETY: what the driver passes is null or a context of a transfer.
                false => unsafe { with_transfer(transfer, |context| call(Some(context))) }?,
            };
            Ok(from_answer(answer))
        })
    }
}

impl IWiaMiniDrvTransferCallback_Impl for Callback_Impl {
    unsafe fn GetNextStream(
        &self,
        flags: i32,
        item_name: BSTR,
        full_item_name: BSTR,
        out: *mut Option<IStream>,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: C gives a valid pointer or null.
            unsafe { put(out.cast::<usize>(), 0) }?;
            if flags != 0 {
                return Err(Error::invalid(format!(
                    "lFlags: {flags:#x} is not valid; valid: 0"
                )));
            }
            // SAFETY: strings, or null.
            let names = unsafe { (read_wide(item_name), read_wide(full_item_name)) };
            let next = self
                .streams()?
                .get_next_stream(&names.0.unwrap_or_default(), &names.1.unwrap_or_default())?;
            // SAFETY: `put` has found that it is not null; it is the null that was put there.
            let give =
                |stream: Box<dyn Stream>| unsafe { ptr::write(out, Some(stream_object(stream))) };
            Ok(match next {
                NextStream::Stream(stream) => {
                    give(stream);
                    Status::Ok
                }
                NextStream::Missing => Status::Ok,
                NextStream::Cancel => Status::Cancelled,
                NextStream::SkipItem => Status::SkipItem,
                NextStream::Other(status, stream) => {
                    if let Some(stream) = stream {
                        give(stream);
                    }
                    status
                }
            })
        })
    }

    unsafe fn SendMessage(&self, flags: i32, params: *mut WiaTransferParams) -> HRESULT {
        guard(|| {
            if flags != 0 {
                return Err(Error::invalid(format!(
                    "lFlags: {flags:#x} is not valid; valid: 0"
                )));
            }
            if params.is_null() {
                return Err(Error::invalid("no parameters of the message"));
            }
            // SAFETY: not null, and C gives valid ones.
            let params = unsafe { params.read() };
            Ok(from_answer(
                self.streams()?.send_message(&message(&params)?)?,
            ))
        })
    }
}

/// A message from C.
///
/// # Errors
///
/// `InvalidArgument` for one that there is not.
fn message(params: &WiaTransferParams) -> Result<TransferParams> {
    let number = params.lMessage;
    let message = TransferMessage::from_value(number);
    let message =
        message.ok_or_else(|| Error::invalid(format!("lMessage: {number} is no message")))?;
    let of_device = message == TransferMessage::DeviceStatus;
    Ok(TransferParams {
        message,
        percent: params.lPercentComplete,
        transferred_bytes: params.ulTransferredBytes,
        device_status: of_device.then(|| status(params.hrErrorStatus)),
    })
}
