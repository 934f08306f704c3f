//! Filters, error handlers, previews and dialogs (`wia_lh.h`).

use windows_core::{HRESULT, IUnknown, InRef, interface};

use super::base::IStream;
use super::item::IWiaItem2;
use super::property::IWiaPropertyStorage;
use super::transfer::IWiaTransferCallback;
use crate::structs::{DEVICEDIALOGDATA, DEVICEDIALOGDATA2, RECT};
use crate::{BSTR, HANDLE, HWND};

/// An image processing filter; the same object has `IWiaTransferCallback`.
#[interface("A8A79FFA-450B-41F1-8F87-849CCD94EBF6")]
pub unsafe trait IWiaImageFilter: IUnknown {
    pub unsafe fn InitializeFilter(
        &self,
        item: InRef<'_, IWiaItem2>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT;
    pub unsafe fn SetNewCallback(&self, callback: InRef<'_, IWiaTransferCallback>) -> HRESULT;
    pub unsafe fn FilterPreviewImage(
        &self,
        flags: i32,
        child: InRef<'_, IWiaItem2>,
        extents: RECT,
        input: InRef<'_, IStream>,
    ) -> HRESULT;
    pub unsafe fn ApplyProperties(&self, properties: InRef<'_, IWiaPropertyStorage>) -> HRESULT;
}

/// A filter that finds the regions of a preview.
#[interface("EC46A697-AC04-4447-8F65-FF63D5154B21")]
pub unsafe trait IWiaSegmentationFilter: IUnknown {
    pub unsafe fn DetectRegions(
        &self,
        flags: i32,
        preview: InRef<'_, IStream>,
        item: InRef<'_, IWiaItem2>,
    ) -> HRESULT;
}

/// An application's error handler; the object of the transfer's callback has it.
#[interface("6C16186C-D0A6-400C-80F4-D26986A0E734")]
pub unsafe trait IWiaAppErrorHandler: IUnknown {
    pub unsafe fn GetWindow(&self, window: *mut HWND) -> HRESULT;
    pub unsafe fn ReportStatus(
        &self,
        flags: i32,
        item: InRef<'_, IWiaItem2>,
        status: HRESULT,
        percent: i32,
    ) -> HRESULT;
}

/// A driver's error handler.
#[interface("0E4A51B1-BC1F-443D-A835-72E890759EF3")]
pub unsafe trait IWiaErrorHandler: IUnknown {
    pub unsafe fn ReportStatus(
        &self,
        flags: i32,
        parent: HWND,
        item: InRef<'_, IWiaItem2>,
        status: HRESULT,
        percent: i32,
    ) -> HRESULT;
    pub unsafe fn GetStatusDescription(
        &self,
        flags: i32,
        item: InRef<'_, IWiaItem2>,
        status: HRESULT,
        description: *mut BSTR,
    ) -> HRESULT;
}

/// The preview component.
#[interface("95C2B4FD-33F2-4D86-AD40-9431F0DF08F7")]
pub unsafe trait IWiaPreview: IUnknown {
    pub unsafe fn GetNewPreview(
        &self,
        flags: i32,
        item: InRef<'_, IWiaItem2>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT;
    pub unsafe fn UpdatePreview(
        &self,
        flags: i32,
        child: InRef<'_, IWiaItem2>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT;
    pub unsafe fn DetectRegions(&self, flags: i32) -> HRESULT;
    pub unsafe fn Clear(&self) -> HRESULT;
}

/// A driver's dialogs, of the older kind. The icon and the logo are handles of Windows.
#[interface("DA319113-50EE-4C80-B460-57D005D44A2C")]
pub unsafe trait IWiaUIExtension: IUnknown {
    pub unsafe fn DeviceDialog(&self, data: *mut DEVICEDIALOGDATA) -> HRESULT;
    pub unsafe fn GetDeviceIcon(&self, device_id: BSTR, icon: *mut HANDLE, size: u32) -> HRESULT;
    pub unsafe fn GetDeviceBitmapLogo(
        &self,
        device_id: BSTR,
        logo: *mut HANDLE,
        width: u32,
        height: u32,
    ) -> HRESULT;
}

/// A driver's dialogs. The icon is a handle of Windows.
#[interface("305600D7-5088-46D7-9A15-B77B09CDBA7A")]
pub unsafe trait IWiaUIExtension2: IUnknown {
    pub unsafe fn DeviceDialog(&self, data: *mut DEVICEDIALOGDATA2) -> HRESULT;
    pub unsafe fn GetDeviceIcon(&self, device_id: BSTR, icon: *mut HANDLE, size: u32) -> HRESULT;
}
