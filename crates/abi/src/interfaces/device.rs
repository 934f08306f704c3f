//! The device managers and events (`wia_lh.h`).

use windows_core::{GUID, HRESULT, IUnknown, InRef, interface};

use super::item::{IWiaItem, IWiaItem2};
use super::property::IWiaPropertyStorage;
use crate::{BSTR, HWND};

/// Finds and opens devices.
#[interface("79C07CF1-CBDD-41EE-8EC3-F00080CADA7A")]
pub unsafe trait IWiaDevMgr2: IUnknown {
    pub unsafe fn EnumDeviceInfo(
        &self,
        flags: i32,
        devices: *mut Option<IEnumWIA_DEV_INFO>,
    ) -> HRESULT;
    pub unsafe fn CreateDevice(
        &self,
        flags: i32,
        device_id: BSTR,
        root: *mut Option<IWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn SelectDeviceDlg(
        &self,
        parent: HWND,
        device_type: i32,
        flags: i32,
        device_id: *mut BSTR,
        root: *mut Option<IWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn SelectDeviceDlgID(
        &self,
        parent: HWND,
        device_type: i32,
        flags: i32,
        device_id: *mut BSTR,
    ) -> HRESULT;
    pub unsafe fn RegisterEventCallbackInterface(
        &self,
        flags: i32,
        device_id: BSTR,
        event: *const GUID,
        callback: InRef<'_, IWiaEventCallback>,
        registration: *mut Option<IUnknown>,
    ) -> HRESULT;
    pub unsafe fn RegisterEventCallbackProgram(
        &self,
        flags: i32,
        device_id: BSTR,
        event: *const GUID,
        program: BSTR,
        arguments: BSTR,
        name: BSTR,
        description: BSTR,
        icon: BSTR,
    ) -> HRESULT;
    pub unsafe fn RegisterEventCallbackCLSID(
        &self,
        flags: i32,
        device_id: BSTR,
        event: *const GUID,
        class: *const GUID,
        name: BSTR,
        description: BSTR,
        icon: BSTR,
    ) -> HRESULT;
    pub unsafe fn GetImageDlg(
        &self,
        flags: i32,
        device_id: BSTR,
        parent: HWND,
        folder: BSTR,
        file: BSTR,
        count: *mut i32,
        paths: *mut *mut BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT;
}

/// Finds and opens devices, for applications of the older kind.
#[interface("5EB2502A-8CF1-11D1-BF92-0060081ED811")]
pub unsafe trait IWiaDevMgr: IUnknown {
    pub unsafe fn EnumDeviceInfo(
        &self,
        flags: i32,
        devices: *mut Option<IEnumWIA_DEV_INFO>,
    ) -> HRESULT;
    pub unsafe fn CreateDevice(&self, device_id: BSTR, root: *mut Option<IWiaItem>) -> HRESULT;
    pub unsafe fn SelectDeviceDlg(
        &self,
        parent: HWND,
        device_type: i32,
        flags: i32,
        device_id: *mut BSTR,
        root: *mut Option<IWiaItem>,
    ) -> HRESULT;
    pub unsafe fn SelectDeviceDlgID(
        &self,
        parent: HWND,
        device_type: i32,
        flags: i32,
        device_id: *mut BSTR,
    ) -> HRESULT;
    pub unsafe fn GetImageDlg(
        &self,
        parent: HWND,
        device_type: i32,
        flags: i32,
        intent: i32,
        root: InRef<'_, IWiaItem>,
        file: BSTR,
        format: *mut GUID,
    ) -> HRESULT;
    pub unsafe fn RegisterEventCallbackProgram(
        &self,
        flags: i32,
        device_id: BSTR,
        event: *const GUID,
        command_line: BSTR,
        name: BSTR,
        description: BSTR,
        icon: BSTR,
    ) -> HRESULT;
    pub unsafe fn RegisterEventCallbackInterface(
        &self,
        flags: i32,
        device_id: BSTR,
        event: *const GUID,
        callback: InRef<'_, IWiaEventCallback>,
        registration: *mut Option<IUnknown>,
    ) -> HRESULT;
    pub unsafe fn RegisterEventCallbackCLSID(
        &self,
        flags: i32,
        device_id: BSTR,
        event: *const GUID,
        class: *const GUID,
        name: BSTR,
        description: BSTR,
        icon: BSTR,
    ) -> HRESULT;
    pub unsafe fn AddDeviceDlg(&self, parent: HWND, flags: i32) -> HRESULT;
}

/// The properties of each device that was found.
#[interface("5E38B83C-8CF1-11D1-BF92-0060081ED811")]
pub unsafe trait IEnumWIA_DEV_INFO: IUnknown {
    pub unsafe fn Next(
        &self,
        count: u32,
        devices: *mut Option<IWiaPropertyStorage>,
        fetched: *mut u32,
    ) -> HRESULT;
    pub unsafe fn Skip(&self, count: u32) -> HRESULT;
    pub unsafe fn Reset(&self) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IEnumWIA_DEV_INFO>) -> HRESULT;
    pub unsafe fn GetCount(&self, count: *mut u32) -> HRESULT;
}

/// An application that wants to hear of events.
#[interface("AE6287B0-0084-11D2-973B-00A0C9068F2E")]
pub unsafe trait IWiaEventCallback: IUnknown {
    pub unsafe fn ImageEventCallback(
        &self,
        event: *const GUID,
        description: BSTR,
        device_id: BSTR,
        device_description: BSTR,
        device_type: u32,
        full_item_name: BSTR,
        event_type: *mut u32,
        reserved: u32,
    ) -> HRESULT;
}

/// Hears of new devices.
#[interface("70681EA0-E7BF-4291-9FB1-4E8813A3F78E")]
pub unsafe trait IWiaNotifyDevMgr: IUnknown {
    pub unsafe fn NewDeviceArrival(&self) -> HRESULT;
}
