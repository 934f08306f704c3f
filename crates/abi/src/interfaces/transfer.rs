//! Transfers as applications see them (`wia_lh.h`).

use windows_core::{HRESULT, IUnknown, InRef, interface};

use super::base::IStream;
use crate::BSTR;
use crate::structs::{
    STGMEDIUM, WIA_DATA_TRANSFER_INFO, WIA_EXTENDED_TRANSFER_INFO, WIA_FORMAT_INFO,
    WiaTransferParams,
};

/// Transfers into streams; an `IWiaItem2` has it.
#[interface("C39D6942-2F4E-4D04-92FE-4EF4D3A1DE5A")]
pub unsafe trait IWiaTransfer: IUnknown {
    pub unsafe fn Download(&self, flags: i32, callback: InRef<'_, IWiaTransferCallback>)
    -> HRESULT;
    pub unsafe fn Upload(
        &self,
        flags: i32,
        source: InRef<'_, IStream>,
        callback: InRef<'_, IWiaTransferCallback>,
    ) -> HRESULT;
    pub unsafe fn Cancel(&self) -> HRESULT;
    pub unsafe fn EnumWIA_FORMAT_INFO(&self, formats: *mut Option<IEnumWIA_FORMAT_INFO>)
    -> HRESULT;
}

/// An application's side of a transfer into streams.
#[interface("27D4EAAF-28A6-4CA5-9AAB-E678168B9527")]
pub unsafe trait IWiaTransferCallback: IUnknown {
    pub unsafe fn TransferCallback(&self, flags: i32, params: *mut WiaTransferParams) -> HRESULT;
    pub unsafe fn GetNextStream(
        &self,
        flags: i32,
        item_name: BSTR,
        full_item_name: BSTR,
        stream: *mut Option<IStream>,
    ) -> HRESULT;
}

/// Transfers into files and memory; an `IWiaItem` has it.
#[interface("A6CEF998-A5B0-11D2-A08F-00C04F72DC3C")]
pub unsafe trait IWiaDataTransfer: IUnknown {
    pub unsafe fn idtGetData(
        &self,
        medium: *mut STGMEDIUM,
        callback: InRef<'_, IWiaDataCallback>,
    ) -> HRESULT;
    pub unsafe fn idtGetBandedData(
        &self,
        info: *mut WIA_DATA_TRANSFER_INFO,
        callback: InRef<'_, IWiaDataCallback>,
    ) -> HRESULT;
    pub unsafe fn idtQueryGetData(&self, format: *mut WIA_FORMAT_INFO) -> HRESULT;
    pub unsafe fn idtEnumWIA_FORMAT_INFO(
        &self,
        formats: *mut Option<IEnumWIA_FORMAT_INFO>,
    ) -> HRESULT;
    pub unsafe fn idtGetExtendedTransferInfo(
        &self,
        info: *mut WIA_EXTENDED_TRANSFER_INFO,
    ) -> HRESULT;
}

/// An application's side of a transfer into a file or memory.
#[interface("A558A866-A5B0-11D2-A08F-00C04F72DC3C")]
pub unsafe trait IWiaDataCallback: IUnknown {
    pub unsafe fn BandedDataCallback(
        &self,
        message: i32,
        status: i32,
        percent: i32,
        offset: i32,
        length: i32,
        reserved: i32,
        reserved_length: i32,
        buffer: *mut u8,
    ) -> HRESULT;
}

/// The formats of an item.
#[interface("81BEFC5B-656D-44F1-B24C-D41D51B4DC81")]
pub unsafe trait IEnumWIA_FORMAT_INFO: IUnknown {
    pub unsafe fn Next(
        &self,
        count: u32,
        formats: *mut WIA_FORMAT_INFO,
        fetched: *mut u32,
    ) -> HRESULT;
    pub unsafe fn Skip(&self, count: u32) -> HRESULT;
    pub unsafe fn Reset(&self) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IEnumWIA_FORMAT_INFO>) -> HRESULT;
    pub unsafe fn GetCount(&self, count: *mut u32) -> HRESULT;
}
