//! Streams and class factories (`objidl.h`, `unknwn.h`).

use std::ffi::c_void;

use windows_core::{GUID, HRESULT, IUnknown, InRef, interface};

use crate::BOOL;
use crate::structs::STATSTG;

/// Reads and writes one after the other.
#[interface("0C733A30-2A1C-11CE-ADE5-00AA0044773D")]
pub unsafe trait ISequentialStream: IUnknown {
    pub unsafe fn Read(&self, buffer: *mut c_void, count: u32, done: *mut u32) -> HRESULT;
    pub unsafe fn Write(&self, buffer: *const c_void, count: u32, done: *mut u32) -> HRESULT;
}

/// Bytes with a position.
#[interface("0000000C-0000-0000-C000-000000000046")]
pub unsafe trait IStream: ISequentialStream {
    pub unsafe fn Seek(&self, offset: i64, origin: u32, position: *mut u64) -> HRESULT;
    pub unsafe fn SetSize(&self, size: u64) -> HRESULT;
    pub unsafe fn CopyTo(
        &self,
        to: InRef<'_, IStream>,
        count: u64,
        read: *mut u64,
        written: *mut u64,
    ) -> HRESULT;
    pub unsafe fn Commit(&self, flags: u32) -> HRESULT;
    pub unsafe fn Revert(&self) -> HRESULT;
    pub unsafe fn LockRegion(&self, offset: u64, count: u64, kind: u32) -> HRESULT;
    pub unsafe fn UnlockRegion(&self, offset: u64, count: u64, kind: u32) -> HRESULT;
    pub unsafe fn Stat(&self, stat: *mut STATSTG, flags: u32) -> HRESULT;
    pub unsafe fn Clone(&self, copy: *mut Option<IStream>) -> HRESULT;
}

/// Makes objects of one class.
#[interface("00000001-0000-0000-C000-000000000046")]
pub unsafe trait IClassFactory: IUnknown {
    pub unsafe fn CreateInstance(
        &self,
        outer: InRef<'_, IUnknown>,
        iid: *const GUID,
        object: *mut *mut c_void,
    ) -> HRESULT;
    pub unsafe fn LockServer(&self, lock: BOOL) -> HRESULT;
}
