//! The log of drivers (`wia_lh.h`).

use windows_core::{HRESULT, IUnknown, interface};

use crate::BSTR;

/// A log, of the older kind.
#[interface("A00C10B6-82A1-452F-8B6C-86062AAD6890")]
pub unsafe trait IWiaLog: IUnknown {
    pub unsafe fn InitializeLog(&self, instance: i32) -> HRESULT;
    pub unsafe fn hResult(&self, result: HRESULT) -> HRESULT;
    pub unsafe fn Log(&self, flags: i32, resource: i32, detail: i32, text: BSTR) -> HRESULT;
}

/// A log (`wiasCreateLogInstance`).
#[interface("AF1F22AC-7A40-4787-B421-AEB47A1FBD0B")]
pub unsafe trait IWiaLogEx: IUnknown {
    pub unsafe fn InitializeLogEx(&self, instance: *mut u8) -> HRESULT;
    pub unsafe fn hResult(&self, result: HRESULT) -> HRESULT;
    pub unsafe fn Log(&self, flags: i32, resource: i32, detail: i32, text: BSTR) -> HRESULT;
    pub unsafe fn hResultEx(&self, method: i32, result: HRESULT) -> HRESULT;
    pub unsafe fn LogEx(
        &self,
        method: i32,
        flags: i32,
        resource: i32,
        detail: i32,
        text: BSTR,
    ) -> HRESULT;
}
