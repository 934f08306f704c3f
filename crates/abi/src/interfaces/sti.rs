//! Drivers and devices of still images (`sti.h`, `stiusd.h`).

use std::ffi::c_void;

use windows_core::{HRESULT, IUnknown, InRef, interface};

use crate::structs::{
    STI_DEV_CAPS, STI_DEVICE_STATUS, STI_DIAG, STI_ERROR_INFO, STI_USD_CAPS, STINOTIFY,
    STISUBSCRIBE,
};
use crate::{HANDLE, HINSTANCE, HKEY, LPCWSTR, LPWSTR};

/// What every driver has. The last parameter of the four raw methods is an `OVERLAPPED`.
#[interface("0C9BB460-51AC-11D0-90EA-00AA0060F86C")]
pub unsafe trait IStiUSD: IUnknown {
    pub unsafe fn Initialize(
        &self,
        control: InRef<'_, IStiDeviceControl>,
        version: u32,
        parameters: HKEY,
    ) -> HRESULT;
    pub unsafe fn GetCapabilities(&self, capabilities: *mut STI_USD_CAPS) -> HRESULT;
    pub unsafe fn GetStatus(&self, status: *mut STI_DEVICE_STATUS) -> HRESULT;
    pub unsafe fn DeviceReset(&self) -> HRESULT;
    pub unsafe fn Diagnostic(&self, diagnostic: *mut STI_DIAG) -> HRESULT;
    pub unsafe fn Escape(
        &self,
        function: u32,
        data: *mut c_void,
        data_size: u32,
        out: *mut c_void,
        out_size: u32,
        out_actual: *mut u32,
    ) -> HRESULT;
    pub unsafe fn GetLastError(&self, error: *mut u32) -> HRESULT;
    pub unsafe fn LockDevice(&self) -> HRESULT;
    pub unsafe fn UnLockDevice(&self) -> HRESULT;
    pub unsafe fn RawReadData(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawWriteData(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawReadCommand(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawWriteCommand(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn SetNotificationHandle(&self, event: HANDLE) -> HRESULT;
    pub unsafe fn GetNotificationData(&self, notification: *mut STINOTIFY) -> HRESULT;
    pub unsafe fn GetLastErrorInfo(&self, info: *mut STI_ERROR_INFO) -> HRESULT;
}

/// A device, as a driver gets it from the service.
#[interface("6CFA5A80-2DC8-11D0-90EA-00AA0060F86C")]
pub unsafe trait IStiDevice: IUnknown {
    pub unsafe fn Initialize(
        &self,
        instance: HINSTANCE,
        name: LPCWSTR,
        version: u32,
        mode: u32,
    ) -> HRESULT;
    pub unsafe fn GetCapabilities(&self, capabilities: *mut STI_DEV_CAPS) -> HRESULT;
    pub unsafe fn GetStatus(&self, status: *mut STI_DEVICE_STATUS) -> HRESULT;
    pub unsafe fn DeviceReset(&self) -> HRESULT;
    pub unsafe fn Diagnostic(&self, diagnostic: *mut STI_DIAG) -> HRESULT;
    pub unsafe fn Escape(
        &self,
        function: u32,
        data: *mut c_void,
        data_size: u32,
        out: *mut c_void,
        out_size: u32,
        out_actual: *mut u32,
    ) -> HRESULT;
    pub unsafe fn GetLastError(&self, error: *mut u32) -> HRESULT;
    pub unsafe fn LockDevice(&self, timeout: u32) -> HRESULT;
    pub unsafe fn UnLockDevice(&self) -> HRESULT;
    pub unsafe fn RawReadData(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawWriteData(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawReadCommand(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawWriteCommand(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn Subscribe(&self, subscription: *mut STISUBSCRIBE) -> HRESULT;
    pub unsafe fn GetLastNotificationData(&self, notification: *mut STINOTIFY) -> HRESULT;
    pub unsafe fn UnSubscribe(&self) -> HRESULT;
    pub unsafe fn GetLastErrorInfo(&self, info: *mut STI_ERROR_INFO) -> HRESULT;
}

/// The port of a device, which `IStiUSD::Initialize` is given.
#[interface("128A9860-52DC-11D0-9EDF-444553540000")]
pub unsafe trait IStiDeviceControl: IUnknown {
    pub unsafe fn Initialize(
        &self,
        device_type: u32,
        mode: u32,
        port: LPCWSTR,
        flags: u32,
    ) -> HRESULT;
    pub unsafe fn RawReadData(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawWriteData(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawReadCommand(
        &self,
        buffer: *mut c_void,
        count: *mut u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawWriteCommand(
        &self,
        buffer: *mut c_void,
        count: u32,
        overlapped: *mut c_void,
    ) -> HRESULT;
    pub unsafe fn RawDeviceControl(
        &self,
        function: u32,
        data: *mut c_void,
        data_size: u32,
        out: *mut c_void,
        out_size: u32,
        out_actual: *mut u32,
    ) -> HRESULT;
    pub unsafe fn GetLastError(&self, error: *mut u32) -> HRESULT;
    pub unsafe fn GetMyDevicePortName(&self, name: LPWSTR, size: u32) -> HRESULT;
    pub unsafe fn GetMyDeviceHandle(&self, handle: *mut HANDLE) -> HRESULT;
    pub unsafe fn GetMyDeviceOpenMode(&self, mode: *mut u32) -> HRESULT;
    pub unsafe fn WriteToErrorLog(&self, kind: u32, message: LPCWSTR, code: u32) -> HRESULT;
}
