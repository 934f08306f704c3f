//! What a driver calls during a transfer, as an object of C: `IWiaMiniDrvCallBack` in memory and file transfers,
//! `IWiaMiniDrvTransferCallback` in transfers into streams.
#![expect(unsafe_code, reason = "the object is called from C")]

use std::sync::Arc;

use abi::interfaces::{
    IStream, IWiaMiniDrvCallBack, IWiaMiniDrvCallBack_Impl, IWiaMiniDrvTransferCallback,
    IWiaMiniDrvTransferCallback_Impl,
};
use abi::structs::{MINIDRV_TRANSFER_CONTEXT, WiaTransferParams};
use abi::{BSTR, HRESULT};
use transfer::{MinidrvCallback, MinidrvTransferCallback, NextStream, TransferContext};
use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferStatus};
use windows_core::implement;

use bridge::{Out, from_answer, guard, read_params, stream_object, text};

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
            // SAFETY: C gives null or a place for the stream, and strings or null.
            let (stream, name, full_name) = unsafe {
                let stream = Out::new(out, None)?;
                (stream, text(item_name), text(full_item_name))
            };
            check_flags(flags)?;
            Ok(match self.streams()?.get_next_stream(&name, &full_name)? {
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

    unsafe fn SendMessage(&self, flags: i32, params: *mut WiaTransferParams) -> HRESULT {
        guard(|| {
            check_flags(flags)?;
            // SAFETY: C gives valid parameters, or null.
            let params = unsafe { read_params(params) }?;
            Ok(from_answer(self.streams()?.send_message(&params)?))
        })
    }
}

/// # Errors
///
/// `InvalidArgument` for flags, of which there are none.
fn check_flags(flags: i32) -> Result<()> {
    match flags {
        0 => Ok(()),
        other => Err(Error::invalid(format!(
            "lFlags: {other:#x} is not valid; valid: 0"
        ))),
    }
}
