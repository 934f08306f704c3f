//! Properties (`wia_lh.h`, `propidl.h`).

use windows_core::{GUID, HRESULT, IUnknown, InRef, interface};

use super::base::IStream;
use crate::structs::{FILETIME, PROPSPEC, PROPVARIANT, STATPROPSETSTG, STATPROPSTG};
use crate::{LPCWSTR, LPWSTR, PROPID};

/// The properties of an item.
#[interface("98B5E8A0-29CC-491A-AAC0-E6DB4FDCCEB6")]
pub unsafe trait IWiaPropertyStorage: IUnknown {
    pub unsafe fn ReadMultiple(
        &self,
        count: u32,
        specs: *const PROPSPEC,
        values: *mut PROPVARIANT,
    ) -> HRESULT;
    pub unsafe fn WriteMultiple(
        &self,
        count: u32,
        specs: *const PROPSPEC,
        values: *const PROPVARIANT,
        first_name: PROPID,
    ) -> HRESULT;
    pub unsafe fn DeleteMultiple(&self, count: u32, specs: *const PROPSPEC) -> HRESULT;
    pub unsafe fn ReadPropertyNames(
        &self,
        count: u32,
        ids: *const PROPID,
        names: *mut LPWSTR,
    ) -> HRESULT;
    pub unsafe fn WritePropertyNames(
        &self,
        count: u32,
        ids: *const PROPID,
        names: *const LPCWSTR,
    ) -> HRESULT;
    pub unsafe fn DeletePropertyNames(&self, count: u32, ids: *const PROPID) -> HRESULT;
    pub unsafe fn Commit(&self, flags: u32) -> HRESULT;
    pub unsafe fn Revert(&self) -> HRESULT;
    pub unsafe fn Enum(&self, properties: *mut Option<IEnumSTATPROPSTG>) -> HRESULT;
    pub unsafe fn SetTimes(
        &self,
        created: *const FILETIME,
        accessed: *const FILETIME,
        modified: *const FILETIME,
    ) -> HRESULT;
    pub unsafe fn SetClass(&self, class: *const GUID) -> HRESULT;
    pub unsafe fn Stat(&self, stat: *mut STATPROPSETSTG) -> HRESULT;
    pub unsafe fn GetPropertyAttributes(
        &self,
        count: u32,
        specs: *const PROPSPEC,
        flags: *mut u32,
        valid: *mut PROPVARIANT,
    ) -> HRESULT;
    pub unsafe fn GetCount(&self, count: *mut u32) -> HRESULT;
    pub unsafe fn GetPropertyStream(
        &self,
        compatibility: *mut GUID,
        stream: *mut Option<IStream>,
    ) -> HRESULT;
    pub unsafe fn SetPropertyStream(
        &self,
        compatibility: *mut GUID,
        stream: InRef<'_, IStream>,
    ) -> HRESULT;
}

/// The numbers, names and types of properties.
#[interface("00000139-0000-0000-C000-000000000046")]
pub unsafe trait IEnumSTATPROPSTG: IUnknown {
    pub unsafe fn Next(
        &self,
        count: u32,
        properties: *mut STATPROPSTG,
        fetched: *mut u32,
    ) -> HRESULT;
    pub unsafe fn Skip(&self, count: u32) -> HRESULT;
    pub unsafe fn Reset(&self) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IEnumSTATPROPSTG>) -> HRESULT;
}
