//! The C ABI of image acquisition: structures, interfaces, strings and memory as C and C++ see them.
//!
//! Names, layouts, ids and the order of methods are those of WIA's headers (`wia_lh.h`, `wiamindr_lh.h`, `sti.h`,
//! `stiusd.h`, `objidl.h`, `propidl.h`). `LONG` is `i32`, `WCHAR` is `u16`, `BOOL` is `i32` on every platform.
//! There is no logic here but that of memory: who allocates, who frees.

pub mod guids;
pub mod interfaces;
pub mod memory;
pub mod results;
pub mod structs;

use std::ffi::c_void;

pub use windows_core::{GUID, HRESULT};

/// A truth value of C: 0 is false, everything else is true.
pub type BOOL = i32;
/// A string with its length before it ([`memory::Bstr`] owns one). Null is the empty string.
pub type BSTR = *mut u16;
/// UTF-16 with a zero at the end.
pub type LPWSTR = *mut u16;
/// UTF-16 with a zero at the end, only to be read.
pub type LPCWSTR = *const u16;
/// The number of a property (`PROPID`).
pub type PROPID = u32;
/// The type of a value (`VARTYPE`).
pub type VARTYPE = u16;
/// A window; always null on Linux.
pub type HWND = *mut c_void;
/// A handle of the system.
pub type HANDLE = *mut c_void;
/// An open key of the registry, or what stands for one.
pub type HKEY = *mut c_void;
/// A loaded program or library.
pub type HINSTANCE = *mut c_void;
