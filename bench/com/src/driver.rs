//! The virtual scanner as a driver of C: `IStiUSD` and `IWiaMiniDrv` around it.
#![expect(unsafe_code, reason = "COM calls, and is called")]

use std::ffi::c_void;
use std::io::SeekFrom;
use std::ptr;
use std::sync::Arc;

use abi::interfaces::{
    IStiDeviceControl, IStiUSD, IStiUSD_Impl, IStream, IWiaDrvItem, IWiaMiniDrv, IWiaMiniDrv_Impl,
    IWiaMiniDrvCallBack, IWiaMiniDrvTransferCallback,
};
use abi::memory::{Bstr, read_wide};
use abi::results::E_NOTIMPL;
use abi::structs::{
    MINIDRV_TRANSFER_CONTEXT, PROPSPEC, STI_DEVICE_STATUS, STI_DIAG, STI_ERROR_INFO, STI_USD_CAPS,
    STI_VERSION_3, STINOTIFY, WIA_DEV_CAP_DRV, WIA_FORMAT_INFO, WiaTransferParams,
};
use abi::{BSTR, GUID, HANDLE, HKEY, HRESULT, LPWSTR};
use bridge::{answer, guard, status};
use driver_com::{context, drv_item};
use driver_virtual::VirtualScanner;
use minidriver::Minidriver;
use minidriver::service_library::{ImageInformationFlags, get_image_information};
use transfer::{
    Answer, MinidrvTransferCallback, NextStream, Stream, TransferContext, TransferParams,
};
use wia::{Error, Guid, PropertyId, Result, Status, TransferFlags};
use windows_core::{IUnknown, InRef, Interface as _, implement};

const S_OK: HRESULT = HRESULT(0);

/// The scanner's object.
pub(crate) fn object(scanner: Arc<VirtualScanner>) -> IStiUSD {
    ComScanner(scanner).into()
}

#[implement(IStiUSD, IWiaMiniDrv)]
struct ComScanner(Arc<VirtualScanner>);

impl IWiaMiniDrv_Impl for ComScanner_Impl {
    unsafe fn drvInitializeWia(
        &self,
        _: *mut u8,
        _: i32,
        device_id: BSTR,
        _: BSTR,
        _: InRef<'_, IUnknown>,
        _: InRef<'_, IUnknown>,
        root: *mut Option<IWiaDrvItem>,
        _: *mut Option<IUnknown>,
        _: *mut i32,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the service gives a string, and a pointer to null.
            unsafe {
                let id = read_wide(device_id).unwrap_or_default();
                root.write(Some(drv_item::object(self.0.initialize(&id)?)));
            }
            Ok(Status::Ok)
        })
    }

    unsafe fn drvAcquireItemData(
        &self,
        context: *mut u8,
        flags: i32,
        transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        _: *mut i32,
    ) -> HRESULT {
        guard(|| {
            let item = context::item(context)?;
            let mut own = TransferContext::default();
            get_image_information(&item, ImageInformationFlags::INIT_CONTEXT, &mut own)?;
            // SAFETY: the service gives a structure whose member is an object.
            let callback = unsafe {
                let callback = (*transfer).pIWiaMiniDrvCallBack;
                IWiaMiniDrvCallBack::from_raw_borrowed(&callback).cloned()
            };
            let callback: IWiaMiniDrvTransferCallback = callback
                .and_then(|callback| callback.cast().ok())
                .ok_or_else(|| Error::invalid("no IWiaMiniDrvTransferCallback"))?;
            own.callback = Some(Arc::new(Service(callback)));
            let flags = TransferFlags::from_bits_retain(flags);
            self.0.acquire_item_data(&item, flags, &mut own)
        })
    }

    unsafe fn drvInitItemProperties(&self, context: *mut u8, _: i32, _: *mut i32) -> HRESULT {
        guard(|| {
            self.0.init_item_properties(&context::item(context)?)?;
            Ok(Status::Ok)
        })
    }

    unsafe fn drvValidateItemProperties(
        &self,
        context: *mut u8,
        _: i32,
        count: u32,
        specs: *const PROPSPEC,
        _: *mut i32,
    ) -> HRESULT {
        guard(|| {
            // SAFETY: the service gives so many, all with numbers.
            let ids: Vec<_> = unsafe {
                let specs = std::slice::from_raw_parts(specs, count as usize).iter();
                specs.map(|spec| PropertyId(spec.value.propid)).collect()
            };
            let item = context::item(context)?;
            self.0.validate_item_properties(&item, &ids)?;
            Ok(Status::Ok)
        })
    }

    unsafe fn drvGetWiaFormatInfo(
        &self,
        context: *mut u8,
        _: i32,
        count: *mut i32,
        formats: *mut *mut WIA_FORMAT_INFO,
        _: *mut i32,
    ) -> HRESULT {
        guard(|| {
            let known = self.0.wia_format_info(&context::item(context)?)?;
            let known: Vec<_> = known
                .iter()
                .map(|info| WIA_FORMAT_INFO {
                    guidFormatID: GUID::from_u128(info.format.0),
                    lTymed: info.tymed.value(),
                })
                .collect();
            // SAFETY: valid pointers. The array is the driver's for good, in a process that ends soon.
            unsafe {
                count.write(i32::try_from(known.len()).unwrap_or(i32::MAX));
                formats.write(Box::leak(known.into_boxed_slice()).as_mut_ptr());
            }
            Ok(Status::Ok)
        })
    }

    unsafe fn drvNotifyPnpEvent(&self, event: *const GUID, _: BSTR, _: u32) -> HRESULT {
        // SAFETY: the service gives one.
        self.0.notify_pnp_event(Guid(unsafe { (*event).to_u128() }));
        S_OK
    }

    unsafe fn drvUnInitializeWia(&self, _: *mut u8) -> HRESULT {
        self.0.un_initialize();
        S_OK
    }

    unsafe fn drvWriteItemProperties(
        &self,
        _: *mut u8,
        _: i32,
        _: *mut MINIDRV_TRANSFER_CONTEXT,
        _: *mut i32,
    ) -> HRESULT {
        S_OK
    }

    unsafe fn drvReadItemProperties(
        &self,
        _: *mut u8,
        _: i32,
        _: u32,
        _: *const PROPSPEC,
        _: *mut i32,
    ) -> HRESULT {
        S_OK
    }

    unsafe fn drvLockWiaDevice(&self, _: *mut u8, _: i32, _: *mut i32) -> HRESULT {
        S_OK
    }

    unsafe fn drvUnLockWiaDevice(&self, _: *mut u8, _: i32, _: *mut i32) -> HRESULT {
        S_OK
    }

    unsafe fn drvAnalyzeItem(&self, _: *mut u8, _: i32, _: *mut i32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvGetDeviceErrorStr(&self, _: i32, _: i32, _: *mut LPWSTR, _: *mut i32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvDeviceCommand(
        &self,
        _: *mut u8,
        _: i32,
        _: *const GUID,
        _: *mut Option<IWiaDrvItem>,
        _: *mut i32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvGetCapabilities(
        &self,
        _: *mut u8,
        _: i32,
        count: *mut i32,
        capabilities: *mut *mut WIA_DEV_CAP_DRV,
        _: *mut i32,
    ) -> HRESULT {
        // SAFETY: valid pointers.
        unsafe {
            count.write(0);
            capabilities.write(ptr::null_mut());
        }
        S_OK
    }

    unsafe fn drvDeleteItem(&self, _: *mut u8, _: i32, _: *mut i32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn drvFreeDrvItemContext(&self, _: i32, _: *mut u8, _: *mut i32) -> HRESULT {
        S_OK
    }
}

impl IStiUSD_Impl for ComScanner_Impl {
    unsafe fn Initialize(&self, _: InRef<'_, IStiDeviceControl>, _: u32, _: HKEY) -> HRESULT {
        S_OK
    }

    unsafe fn GetCapabilities(&self, capabilities: *mut STI_USD_CAPS) -> HRESULT {
        // SAFETY: a valid pointer.
        unsafe { (*capabilities).dwVersion = STI_VERSION_3 };
        S_OK
    }

    unsafe fn LockDevice(&self) -> HRESULT {
        S_OK
    }

    unsafe fn UnLockDevice(&self) -> HRESULT {
        S_OK
    }

    unsafe fn GetStatus(&self, _: *mut STI_DEVICE_STATUS) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn DeviceReset(&self) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Diagnostic(&self, _: *mut STI_DIAG) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn Escape(
        &self,
        _: u32,
        _: *mut c_void,
        _: u32,
        _: *mut c_void,
        _: u32,
        _: *mut u32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn GetLastError(&self, _: *mut u32) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawReadData(&self, _: *mut c_void, _: *mut u32, _: *mut c_void) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawWriteData(&self, _: *mut c_void, _: u32, _: *mut c_void) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawReadCommand(&self, _: *mut c_void, _: *mut u32, _: *mut c_void) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawWriteCommand(&self, _: *mut c_void, _: u32, _: *mut c_void) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn SetNotificationHandle(&self, _: HANDLE) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn GetNotificationData(&self, _: *mut STINOTIFY) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn GetLastErrorInfo(&self, _: *mut STI_ERROR_INFO) -> HRESULT {
        E_NOTIMPL
    }
}

/// The service, as a driver of C calls it.
struct Service(IWiaMiniDrvTransferCallback);

// SAFETY: objects of the service can be called on any thread.
unsafe impl Send for Service {}
// SAFETY: as before.
unsafe impl Sync for Service {}

impl MinidrvTransferCallback for Service {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let (name, full_name) = (Bstr::new(item_name), Bstr::new(full_item_name));
        let mut stream = None;
        // SAFETY: strings that live for the call, and a valid pointer.
        let got = unsafe {
            self.0
                .GetNextStream(0, name.as_raw(), full_name.as_raw(), &raw mut stream)
        };
        Ok(match (status(got)?, stream) {
            (Status::Ok, Some(stream)) => NextStream::Stream(Box::new(ServiceStream(stream))),
            (Status::Ok, None) => NextStream::Missing,
            (Status::Cancelled, _) => NextStream::Cancel,
            (Status::SkipItem, _) => NextStream::SkipItem,
            (other, _) => NextStream::Other(other, None),
        })
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let mut params = WiaTransferParams {
            lMessage: params.message.value(),
            lPercentComplete: params.percent,
            ulTransferredBytes: params.transferred_bytes,
            hrErrorStatus: S_OK,
        };
        // SAFETY: a valid pointer.
        answer(unsafe { self.0.SendMessage(0, &raw mut params) })
    }
}

/// A stream of the service. `bridge` would find out that it is none of C; here each call crosses.
struct ServiceStream(IStream);

// SAFETY: objects of the service can be called on any thread.
unsafe impl Send for ServiceStream {}

impl Stream for ServiceStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let (mut written, len) = (0, u32::try_from(data.len()).unwrap_or(u32::MAX));
        // SAFETY: so many bytes are there, and a valid pointer.
        status(unsafe { self.0.Write(data.as_ptr().cast(), len, &raw mut written) }).map(drop)?;
        Ok(written as usize)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (offset, origin) = match to {
            SeekFrom::Start(to) => (i64::try_from(to).unwrap_or(i64::MAX), 0),
            SeekFrom::Current(by) => (by, 1),
            SeekFrom::End(by) => (by, 2),
        };
        let mut position = 0;
        // SAFETY: a valid pointer.
        status(unsafe { self.0.Seek(offset, origin, &raw mut position) }).map(drop)?;
        Ok(position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        // SAFETY: it takes a number.
        status(unsafe { self.0.SetSize(size) }).map(drop)
    }
}
