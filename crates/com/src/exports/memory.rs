//! Strings, task memory and values, under names of their own: other libraries may have the usual ones.

use std::ffi::c_void;

use abi::memory::{self, PropVariant};
use abi::results::{E_INVALIDARG, S_OK};
use abi::structs::PROPVARIANT;
use abi::{BSTR, HRESULT, LPCWSTR};

/// `SysAllocString`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysAllocString(psz: LPCWSTR) -> BSTR {
    // SAFETY: the caller's promise.
    unsafe { memory::sys_alloc_string(psz) }
}

/// `SysAllocStringLen`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysAllocStringLen(strIn: LPCWSTR, ui: u32) -> BSTR {
    // SAFETY: the caller's promise.
    unsafe { memory::sys_alloc_string_len(strIn, ui) }
}

/// `SysAllocStringByteLen`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysAllocStringByteLen(psz: *const u8, len: u32) -> BSTR {
    // SAFETY: the caller's promise.
    unsafe { memory::sys_alloc_string_byte_len(psz, len) }
}

/// `SysReAllocString`: 0 without memory.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysReAllocString(pbstr: *mut BSTR, psz: LPCWSTR) -> i32 {
    // SAFETY: the caller's promise, and null is looked for.
    (!pbstr.is_null() && unsafe { memory::sys_re_alloc_string(pbstr, psz) }).into()
}

/// `SysReAllocStringLen`: 0 without memory.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysReAllocStringLen(
    pbstr: *mut BSTR,
    psz: LPCWSTR,
    len: u32,
) -> i32 {
    // SAFETY: the caller's promise, and null is looked for.
    (!pbstr.is_null() && unsafe { memory::sys_re_alloc_string_len(pbstr, psz, len) }).into()
}

/// `SysFreeString`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysFreeString(bstr: BSTR) {
    // SAFETY: the caller's promise.
    unsafe { memory::sys_free_string(bstr) }
}

/// `SysStringLen`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysStringLen(bstr: BSTR) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { memory::sys_string_len(bstr) }
}

/// `SysStringByteLen`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaSysStringByteLen(bstr: BSTR) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { memory::sys_string_byte_len(bstr) }
}

/// `CoTaskMemAlloc`.
#[unsafe(no_mangle)]
pub extern "system" fn WiaCoTaskMemAlloc(cb: usize) -> *mut c_void {
    memory::task_alloc(cb)
}

/// `CoTaskMemRealloc`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCoTaskMemRealloc(pv: *mut c_void, cb: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { memory::task_realloc(pv, cb) }
}

/// `CoTaskMemFree`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCoTaskMemFree(pv: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { memory::task_free(pv) }
}

/// `PropVariantClear`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaPropVariantClear(pvar: *mut PROPVARIANT) -> HRESULT {
    // SAFETY: the caller's promise.
    unsafe { memory::prop_variant_clear(pvar) }
}

/// `PropVariantCopy`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaPropVariantCopy(
    pvarDest: *mut PROPVARIANT,
    pvarSrc: *const PROPVARIANT,
) -> HRESULT {
    // SAFETY: the caller's promise.
    unsafe { memory::prop_variant_copy(pvarDest, pvarSrc) }
}

/// `FreePropVariantArray`: clears all of them, also behind one that cannot be, and gives the first failure.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaFreePropVariantArray(
    cVariants: u32,
    rgvars: *mut PROPVARIANT,
) -> HRESULT {
    if rgvars.is_null() && cVariants > 0 {
        return E_INVALIDARG;
    }
    let mut result = S_OK;
    for i in 0..cVariants as usize {
        // SAFETY: the caller's promise: there are so many.
        let cleared = unsafe { memory::prop_variant_clear(rgvars.add(i)) };
        if cleared != S_OK {
            // SAFETY: as before; what cannot be freed is forgotten.
            unsafe { rgvars.add(i).write(PropVariant::EMPTY.into_raw()) };
            result = if result == S_OK { cleared } else { result };
        }
    }
    result
}
