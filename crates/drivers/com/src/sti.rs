//! What a driver is given of its device: the port (`IStiDeviceControl`), and the device as others see it (`IStiDevice`).
#![expect(unsafe_code, reason = "the objects are called from C")]

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use abi::interfaces::{
    IStiDevice, IStiDevice_Impl, IStiDeviceControl, IStiDeviceControl_Impl, IStiUSD,
};
use abi::memory::read_wide;
use abi::results::{E_NOTIMPL, S_OK, STIERR_DEVICE_NOTREADY};
use abi::structs::{
    STI_DEV_CAPS, STI_DEVICE_CREATE_DATA, STI_DEVICE_CREATE_STATUS, STI_DEVICE_STATUS, STI_DIAG,
    STI_ERROR_INFO, STINOTIFY, STISUBSCRIBE,
};
use abi::{HANDLE, HINSTANCE, HRESULT, LPCWSTR, LPWSTR};
use bridge::{Out, guard};
use wia::{Error, ErrorKind};
use windows_core::implement;

use crate::load::Shared;

/// The driver behind a device, until the service lets go of it: the driver holds its device, which must not hold it.
pub(crate) type Behind = Arc<Mutex<Option<Shared<IStiUSD>>>>;

/// The port of a device. There is none: a driver reaches its device by itself.
#[implement(IStiDeviceControl)]
pub(crate) struct Port {
    /// What `GetMyDevicePortName` gives.
    pub(crate) name: Vec<u16>,
}

impl IStiDeviceControl_Impl for Port_Impl {
    unsafe fn Initialize(
        &self,
        _device_type: u32,
        _mode: u32,
        _port: LPCWSTR,
        _flags: u32,
    ) -> HRESULT {
        S_OK
    }

    unsafe fn RawReadData(
        &self,
        _buffer: *mut c_void,
        _count: *mut u32,
        _overlapped: *mut c_void,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawWriteData(
        &self,
        _buffer: *mut c_void,
        _count: u32,
        _overlapped: *mut c_void,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawReadCommand(
        &self,
        _buffer: *mut c_void,
        _count: *mut u32,
        _overlapped: *mut c_void,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawWriteCommand(
        &self,
        _buffer: *mut c_void,
        _count: u32,
        _overlapped: *mut c_void,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn RawDeviceControl(
        &self,
        _function: u32,
        _data: *mut c_void,
        _data_size: u32,
        _out: *mut c_void,
        _out_size: u32,
        _out_actual: *mut u32,
    ) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn GetLastError(&self, error: *mut u32) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { Out::new(error, 0) }.map(drop))
    }

    /// `size` is in UTF-16 units, the zero at the end included.
    unsafe fn GetMyDevicePortName(&self, name: LPWSTR, size: u32) -> HRESULT {
        guard(|| {
            let fits = usize::try_from(size).is_ok_and(|size| self.name.len() <= size);
            if name.is_null() || !fits {
                let needed = self.name.len();
                return Err(Error::invalid(format!(
                    "the port's name needs {needed} units"
                )));
            }
            // SAFETY: not null, and C says that there is room for so many units.
            unsafe { ptr::copy_nonoverlapping(self.name.as_ptr(), name, self.name.len()) };
            Ok(())
        })
    }

    unsafe fn GetMyDeviceHandle(&self, handle: *mut HANDLE) -> HRESULT {
        guard(|| {
            // SAFETY: C gives a valid pointer or null.
            unsafe { Out::new(handle, ptr::null_mut()) }?;
            let none = "a device has no handle here";
            Err::<(), _>(Error::new(ErrorKind::NotImplemented, none))
        })
    }

    unsafe fn GetMyDeviceOpenMode(&self, mode: *mut u32) -> HRESULT {
        let both = STI_DEVICE_CREATE_STATUS | STI_DEVICE_CREATE_DATA;
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { Out::new(mode, both) }.map(drop))
    }

    unsafe fn WriteToErrorLog(&self, kind: u32, message: LPCWSTR, code: u32) -> HRESULT {
        guard(|| {
            // SAFETY: a string, or null.
            let message = unsafe { read_wide(message) }.unwrap_or_default();
            tracing::warn!("the driver says ({kind}, {code:#x}): {message}");
            Ok(())
        })
    }
}

/// The device as the driver gets it (`drvInitializeWia`): calls go to its own `IStiUSD`.
#[implement(IStiDevice)]
pub(crate) struct StiDevice {
    pub(crate) driver: Behind,
}

impl StiDevice {
    /// Calls the driver, unless it is gone.
    fn driver(&self, call: impl FnOnce(&IStiUSD) -> HRESULT) -> HRESULT {
        // A copy: the driver may be asked for more meanwhile.
        let driver = self
            .driver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        driver.map_or(STIERR_DEVICE_NOTREADY, |driver| call(driver.get()))
    }
}

// What is passed on is as C gave it, and the driver's to check.
impl IStiDevice_Impl for StiDevice_Impl {
    unsafe fn Initialize(
        &self,
        _instance: HINSTANCE,
        _name: LPCWSTR,
        _version: u32,
        _mode: u32,
    ) -> HRESULT {
        S_OK
    }

    unsafe fn GetCapabilities(&self, capabilities: *mut STI_DEV_CAPS) -> HRESULT {
        // SAFETY: C gives a valid pointer or null.
        guard(|| unsafe { Out::new(capabilities, STI_DEV_CAPS::default()) }.map(drop))
    }

    unsafe fn GetStatus(&self, status: *mut STI_DEVICE_STATUS) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.GetStatus(status) })
    }

    unsafe fn DeviceReset(&self) -> HRESULT {
        // SAFETY: it takes nothing.
        self.driver(|driver| unsafe { driver.DeviceReset() })
    }

    unsafe fn Diagnostic(&self, diagnostic: *mut STI_DIAG) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.Diagnostic(diagnostic) })
    }

    unsafe fn Escape(
        &self,
        function: u32,
        data: *mut c_void,
        data_size: u32,
        out: *mut c_void,
        out_size: u32,
        out_actual: *mut u32,
    ) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe {
            driver.Escape(function, data, data_size, out, out_size, out_actual)
        })
    }

    unsafe fn GetLastError(&self, error: *mut u32) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.GetLastError(error) })
    }

    unsafe fn LockDevice(&self, _timeout: u32) -> HRESULT {
        // SAFETY: it takes nothing.
        self.driver(|driver| unsafe { driver.LockDevice() })
    }

    unsafe fn UnLockDevice(&self) -> HRESULT {
        // SAFETY: it takes nothing.
        self.driver(|driver| unsafe { driver.UnLockDevice() })
    }

    unsafe fn RawReadData(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.RawReadData(buffer, count, overlapped) })
    }

    unsafe fn RawWriteData(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.RawWriteData(buffer, count, overlapped) })
    }

    unsafe fn RawReadCommand(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.RawReadCommand(buffer, count, overlapped) })
    }

    unsafe fn RawWriteCommand(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.RawWriteCommand(buffer, count, overlapped) })
    }

    unsafe fn Subscribe(&self, _subscription: *mut STISUBSCRIBE) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn GetLastNotificationData(&self, notification: *mut STINOTIFY) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.GetNotificationData(notification) })
    }

    unsafe fn UnSubscribe(&self) -> HRESULT {
        E_NOTIMPL
    }

    unsafe fn GetLastErrorInfo(&self, info: *mut STI_ERROR_INFO) -> HRESULT {
        // SAFETY: passed on.
        self.driver(|driver| unsafe { driver.GetLastErrorInfo(info) })
    }
}
