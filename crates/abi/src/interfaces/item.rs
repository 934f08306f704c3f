//! Items as applications see them (`wia_lh.h`).

use std::ffi::c_void;

use windows_core::{GUID, HRESULT, IUnknown, interface};

use super::extension::IWiaPreview;
use crate::structs::WIA_DEV_CAP;
use crate::{BOOL, BSTR, HWND};

/// An item of the tree that stream drivers have.
#[interface("6CBA0075-1287-407D-9B77-CF0E030435CC")]
pub unsafe trait IWiaItem2: IUnknown {
    pub unsafe fn CreateChildItem(
        &self,
        item_flags: i32,
        creation_flags: i32,
        name: BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn DeleteItem(&self, flags: i32) -> HRESULT;
    pub unsafe fn EnumChildItems(
        &self,
        category: *const GUID,
        items: *mut Option<IEnumWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn FindItemByName(
        &self,
        flags: i32,
        full_name: BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn GetItemCategory(&self, category: *mut GUID) -> HRESULT;
    pub unsafe fn GetItemType(&self, flags: *mut i32) -> HRESULT;
    pub unsafe fn DeviceDlg(
        &self,
        flags: i32,
        parent: HWND,
        folder: BSTR,
        file: BSTR,
        count: *mut i32,
        paths: *mut *mut BSTR,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn DeviceCommand(
        &self,
        flags: i32,
        command: *const GUID,
        item: *mut Option<IWiaItem2>,
    ) -> HRESULT;
    pub unsafe fn EnumDeviceCapabilities(
        &self,
        flags: i32,
        capabilities: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT;
    pub unsafe fn CheckExtension(
        &self,
        flags: i32,
        name: BSTR,
        iid: *const GUID,
        exists: *mut BOOL,
    ) -> HRESULT;
    pub unsafe fn GetExtension(
        &self,
        flags: i32,
        name: BSTR,
        iid: *const GUID,
        object: *mut *mut c_void,
    ) -> HRESULT;
    pub unsafe fn GetParentItem(&self, item: *mut Option<IWiaItem2>) -> HRESULT;
    pub unsafe fn GetRootItem(&self, item: *mut Option<IWiaItem2>) -> HRESULT;
    pub unsafe fn GetPreviewComponent(
        &self,
        flags: i32,
        preview: *mut Option<IWiaPreview>,
    ) -> HRESULT;
    pub unsafe fn EnumRegisterEventInfo(
        &self,
        flags: i32,
        event: *const GUID,
        handlers: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT;
    pub unsafe fn Diagnostic(&self, size: u32, buffer: *mut u8) -> HRESULT;
}

/// The children of an `IWiaItem2`.
#[interface("59970AF4-CD0D-44D9-AB24-52295630E582")]
pub unsafe trait IEnumWiaItem2: IUnknown {
    pub unsafe fn Next(
        &self,
        count: u32,
        items: *mut Option<IWiaItem2>,
        fetched: *mut u32,
    ) -> HRESULT;
    pub unsafe fn Skip(&self, count: u32) -> HRESULT;
    pub unsafe fn Reset(&self) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IEnumWiaItem2>) -> HRESULT;
    pub unsafe fn GetCount(&self, count: *mut u32) -> HRESULT;
}

/// An item of the tree that drivers of the older kind have.
#[interface("4DB1AD10-3391-11D2-9A33-00C04FA36145")]
pub unsafe trait IWiaItem: IUnknown {
    pub unsafe fn GetItemType(&self, flags: *mut i32) -> HRESULT;
    pub unsafe fn AnalyzeItem(&self, flags: i32) -> HRESULT;
    pub unsafe fn EnumChildItems(&self, items: *mut Option<IEnumWiaItem>) -> HRESULT;
    pub unsafe fn DeleteItem(&self, flags: i32) -> HRESULT;
    pub unsafe fn CreateChildItem(
        &self,
        flags: i32,
        name: BSTR,
        full_name: BSTR,
        item: *mut Option<IWiaItem>,
    ) -> HRESULT;
    pub unsafe fn EnumRegisterEventInfo(
        &self,
        flags: i32,
        event: *const GUID,
        handlers: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT;
    pub unsafe fn FindItemByName(
        &self,
        flags: i32,
        full_name: BSTR,
        item: *mut Option<IWiaItem>,
    ) -> HRESULT;
    pub unsafe fn DeviceDlg(
        &self,
        parent: HWND,
        flags: i32,
        intent: i32,
        count: *mut i32,
        items: *mut *mut Option<IWiaItem>,
    ) -> HRESULT;
    pub unsafe fn DeviceCommand(
        &self,
        flags: i32,
        command: *const GUID,
        item: *mut Option<IWiaItem>,
    ) -> HRESULT;
    pub unsafe fn GetRootItem(&self, item: *mut Option<IWiaItem>) -> HRESULT;
    pub unsafe fn EnumDeviceCapabilities(
        &self,
        flags: i32,
        capabilities: *mut Option<IEnumWIA_DEV_CAPS>,
    ) -> HRESULT;
    pub unsafe fn DumpItemData(&self, data: *mut BSTR) -> HRESULT;
    pub unsafe fn DumpDrvItemData(&self, data: *mut BSTR) -> HRESULT;
    pub unsafe fn DumpTreeItemData(&self, data: *mut BSTR) -> HRESULT;
    pub unsafe fn Diagnostic(&self, size: u32, buffer: *mut u8) -> HRESULT;
}

/// The children of an `IWiaItem`.
#[interface("5E8383FC-3391-11D2-9A33-00C04FA36145")]
pub unsafe trait IEnumWiaItem: IUnknown {
    pub unsafe fn Next(
        &self,
        count: u32,
        items: *mut Option<IWiaItem>,
        fetched: *mut u32,
    ) -> HRESULT;
    pub unsafe fn Skip(&self, count: u32) -> HRESULT;
    pub unsafe fn Reset(&self) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IEnumWiaItem>) -> HRESULT;
    pub unsafe fn GetCount(&self, count: *mut u32) -> HRESULT;
}

/// What an item can do besides.
#[interface("6291EF2C-36EF-4532-876A-8E132593778D")]
pub unsafe trait IWiaItemExtras: IUnknown {
    pub unsafe fn GetExtendedErrorInfo(&self, text: *mut BSTR) -> HRESULT;
    pub unsafe fn Escape(
        &self,
        code: u32,
        data: *mut u8,
        data_size: u32,
        out: *mut u8,
        out_size: u32,
        out_actual: *mut u32,
    ) -> HRESULT;
    pub unsafe fn CancelPendingIO(&self) -> HRESULT;
}

/// Commands, events, or the handlers of events.
#[interface("1FCC4287-ACA6-11D2-A093-00C04F72DC3C")]
pub unsafe trait IEnumWIA_DEV_CAPS: IUnknown {
    pub unsafe fn Next(
        &self,
        count: u32,
        capabilities: *mut WIA_DEV_CAP,
        fetched: *mut u32,
    ) -> HRESULT;
    pub unsafe fn Skip(&self, count: u32) -> HRESULT;
    pub unsafe fn Reset(&self) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IEnumWIA_DEV_CAPS>) -> HRESULT;
    pub unsafe fn GetCount(&self, count: *mut u32) -> HRESULT;
}
