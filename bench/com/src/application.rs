//! Two applications that do the same: one calls Rust, one COM.
#![expect(unsafe_code, reason = "COM is called, and calls")]

use std::hint::black_box;
use std::io::SeekFrom;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use abi::interfaces::{
    ISequentialStream_Impl, IStream, IStream_Impl, IWiaTransfer, IWiaTransferCallback,
    IWiaTransferCallback_Impl,
};
use abi::results::E_NOTIMPL;
use abi::structs::{STATSTG, WiaTransferParams};
use abi::{BSTR, HRESULT};
use bridge::status;
use service::{Answer, Device, Item, NextStream, Stream, TransferCallback, TransferParams};
use std::ffi::c_void;
use wia::{Error, ErrorKind, Result, Status, TransferFlags};
use windows_core::{InRef, Interface as _, implement};

const S_OK: HRESULT = HRESULT(0);

/// Looks at each byte, as an application that shows them does.
fn look(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// Downloads with Rust on both sides.
pub(crate) fn download(item: &Arc<dyn Item>) -> Result<Status> {
    item.transfer()?
        .download(TransferFlags::empty(), Arc::new(Application))
}

struct Application;

impl TransferCallback for Application {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        black_box(params.percent);
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, name: &str, _: &str) -> Result<NextStream> {
        black_box(name.len());
        Ok(NextStream::Stream(Box::new(Bytes::default())))
    }
}

#[derive(Default)]
struct Bytes {
    at: u64,
    size: u64,
    sum: u8,
}

impl Drop for Bytes {
    fn drop(&mut self) {
        black_box(self.sum);
    }
}

impl Stream for Bytes {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.sum ^= look(data);
        self.at += data.len() as u64;
        self.size = self.size.max(self.at);
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| Error::invalid("before the start"))?;
        Ok(self.at)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.size = size;
        Ok(())
    }
}

/// Downloads by the item's `IWiaTransfer`.
pub(crate) fn download_by_com(device: &Arc<dyn Device>, item: &Arc<dyn Item>) -> Result<Status> {
    let item = com::application::item_object(device, item);
    let none = |_| Error::new(ErrorKind::NotImplemented, "no IWiaTransfer");
    let transfer: IWiaTransfer = item.cast().map_err(none)?;
    let callback: IWiaTransferCallback = ComApplication.into();
    // SAFETY: two objects that live for the call.
    status(unsafe { transfer.Download(0, (&callback).into()) })
}

#[implement(IWiaTransferCallback)]
struct ComApplication;

impl IWiaTransferCallback_Impl for ComApplication_Impl {
    unsafe fn TransferCallback(&self, _: i32, params: *mut WiaTransferParams) -> HRESULT {
        // SAFETY: the service gives a valid one.
        black_box(unsafe { (*params).lPercentComplete });
        S_OK
    }

    unsafe fn GetNextStream(
        &self,
        _: i32,
        name: BSTR,
        _: BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT {
        black_box(name);
        // SAFETY: the service gives a valid pointer to null.
        unsafe { stream.write(Some(ComBytes::default().into())) };
        S_OK
    }
}

#[implement(IStream)]
#[derive(Default)]
struct ComBytes {
    at: AtomicU64,
    size: AtomicU64,
    sum: AtomicU8,
}

impl ISequentialStream_Impl for ComBytes_Impl {
    unsafe fn Read(&self, _: *mut c_void, _: u32, _: *mut u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Write(&self, data: *const c_void, count: u32, written: *mut u32) -> HRESULT {
        // SAFETY: so many bytes are there.
        let data = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), count as usize) };
        self.sum.fetch_xor(look(data), Ordering::Relaxed);
        let at = self.at.load(Ordering::Relaxed) + u64::from(count);
        self.at.store(at, Ordering::Relaxed);
        self.size.fetch_max(at, Ordering::Relaxed);
        if !written.is_null() {
            // SAFETY: not null.
            unsafe { written.write(count) };
        }
        S_OK
    }
}

impl IStream_Impl for ComBytes_Impl {
    unsafe fn Seek(&self, offset: i64, origin: u32, position: *mut u64) -> HRESULT {
        let from = match origin {
            0 => 0,
            1 => self.at.load(Ordering::Relaxed),
            _ => self.size.load(Ordering::Relaxed),
        };
        let to = from.saturating_add_signed(offset);
        self.at.store(to, Ordering::Relaxed);
        if !position.is_null() {
            // SAFETY: not null.
            unsafe { position.write(to) };
        }
        S_OK
    }

    unsafe fn SetSize(&self, size: u64) -> HRESULT {
        self.size.store(size, Ordering::Relaxed);
        S_OK
    }

    unsafe fn CopyTo(&self, _: InRef<'_, IStream>, _: u64, _: *mut u64, _: *mut u64) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Commit(&self, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Revert(&self) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn LockRegion(&self, _: u64, _: u64, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn UnlockRegion(&self, _: u64, _: u64, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Stat(&self, _: *mut STATSTG, _: u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Clone(&self, _: *mut Option<IStream>) -> HRESULT {
        E_NOTIMPL
    }
}
