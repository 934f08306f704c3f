//! What a minidriver has and what it is given (`wiamindr_lh.h`).

use windows_core::{GUID, HRESULT, IUnknown, InRef, interface};

use super::base::IStream;
use crate::structs::{
    MINIDRV_TRANSFER_CONTEXT, PROPSPEC, WIA_DEV_CAP_DRV, WIA_FORMAT_INFO, WiaTransferParams,
};
use crate::{BSTR, LPWSTR};

/// A minidriver. `context` is the application item; only the service knows what it points to.
#[interface("D8CDEE14-3C6C-11D2-9A35-00C04FA36145")]
pub unsafe trait IWiaMiniDrv: IUnknown {
    pub unsafe fn drvInitializeWia(
        &self,
        context: *mut u8,
        flags: i32,
        device_id: BSTR,
        root_full_name: BSTR,
        sti_device: InRef<'_, IUnknown>,
        outer: InRef<'_, IUnknown>,
        root: *mut Option<IWiaDrvItem>,
        inner: *mut Option<IUnknown>,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvAcquireItemData(
        &self,
        context: *mut u8,
        flags: i32,
        transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvInitItemProperties(
        &self,
        context: *mut u8,
        flags: i32,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvValidateItemProperties(
        &self,
        context: *mut u8,
        flags: i32,
        count: u32,
        specs: *const PROPSPEC,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvWriteItemProperties(
        &self,
        context: *mut u8,
        flags: i32,
        transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvReadItemProperties(
        &self,
        context: *mut u8,
        flags: i32,
        count: u32,
        specs: *const PROPSPEC,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvLockWiaDevice(&self, context: *mut u8, flags: i32, error: *mut i32)
    -> HRESULT;
    pub unsafe fn drvUnLockWiaDevice(
        &self,
        context: *mut u8,
        flags: i32,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvAnalyzeItem(&self, context: *mut u8, flags: i32, error: *mut i32) -> HRESULT;
    pub unsafe fn drvGetDeviceErrorStr(
        &self,
        flags: i32,
        code: i32,
        text: *mut LPWSTR,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvDeviceCommand(
        &self,
        context: *mut u8,
        flags: i32,
        command: *const GUID,
        item: *mut Option<IWiaDrvItem>,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvGetCapabilities(
        &self,
        context: *mut u8,
        flags: i32,
        count: *mut i32,
        capabilities: *mut *mut WIA_DEV_CAP_DRV,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvDeleteItem(&self, context: *mut u8, flags: i32, error: *mut i32) -> HRESULT;
    pub unsafe fn drvFreeDrvItemContext(
        &self,
        flags: i32,
        private: *mut u8,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvGetWiaFormatInfo(
        &self,
        context: *mut u8,
        flags: i32,
        count: *mut i32,
        formats: *mut *mut WIA_FORMAT_INFO,
        error: *mut i32,
    ) -> HRESULT;
    pub unsafe fn drvNotifyPnpEvent(
        &self,
        event: *const GUID,
        device_id: BSTR,
        reserved: u32,
    ) -> HRESULT;
    pub unsafe fn drvUnInitializeWia(&self, context: *mut u8) -> HRESULT;
}

/// What a minidriver tells during a transfer of the older kinds.
#[interface("33A57D5A-3DE8-11D2-9A36-00C04FA36145")]
pub unsafe trait IWiaMiniDrvCallBack: IUnknown {
    pub unsafe fn MiniDrvCallback(
        &self,
        reason: i32,
        status: i32,
        percent: i32,
        offset: i32,
        length: i32,
        transfer: *mut MINIDRV_TRANSFER_CONTEXT,
        reserved: i32,
    ) -> HRESULT;
}

/// What a minidriver asks for and tells during a transfer into streams.
#[interface("A9D2EE89-2CE5-4FF0-8ADB-C961D1D774CA")]
pub unsafe trait IWiaMiniDrvTransferCallback: IUnknown {
    pub unsafe fn GetNextStream(
        &self,
        flags: i32,
        item_name: BSTR,
        full_item_name: BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT;
    pub unsafe fn SendMessage(&self, flags: i32, params: *mut WiaTransferParams) -> HRESULT;
}

/// An item of a driver's tree.
#[interface("1F02B5C5-B00C-11D2-A094-00C04F72DC3C")]
pub unsafe trait IWiaDrvItem: IUnknown {
    pub unsafe fn GetItemFlags(&self, flags: *mut i32) -> HRESULT;
    pub unsafe fn GetDeviceSpecContext(&self, private: *mut *mut u8) -> HRESULT;
    pub unsafe fn GetFullItemName(&self, name: *mut BSTR) -> HRESULT;
    pub unsafe fn GetItemName(&self, name: *mut BSTR) -> HRESULT;
    pub unsafe fn AddItemToFolder(&self, folder: InRef<'_, IWiaDrvItem>) -> HRESULT;
    pub unsafe fn UnlinkItemTree(&self, reason: i32) -> HRESULT;
    pub unsafe fn RemoveItemFromFolder(&self, reason: i32) -> HRESULT;
    pub unsafe fn FindItemByName(
        &self,
        flags: i32,
        full_name: BSTR,
        item: *mut Option<IWiaDrvItem>,
    ) -> HRESULT;
    pub unsafe fn FindChildItemByName(&self, name: BSTR, item: *mut Option<IWiaDrvItem>)
    -> HRESULT;
    pub unsafe fn GetParentItem(&self, item: *mut Option<IWiaDrvItem>) -> HRESULT;
    pub unsafe fn GetFirstChildItem(&self, item: *mut Option<IWiaDrvItem>) -> HRESULT;
    pub unsafe fn GetNextSiblingItem(&self, item: *mut Option<IWiaDrvItem>) -> HRESULT;
    pub unsafe fn DumpItemData(&self, data: *mut BSTR) -> HRESULT;
}
