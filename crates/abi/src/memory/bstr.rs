//! `BSTR`: UTF-16 with its length in bytes in the four bytes before it, and a zero behind it.

use std::fmt;

use crate::memory::task::{task_alloc, task_free};
use crate::memory::wide::wide_len;
use crate::{BSTR, LPCWSTR};

/// What stands before the text: 4 bytes that fill up, 4 bytes with the length. So the text is aligned to 8.
const HEAD: usize = 8;

/// `SysAllocStringByteLen`: a copy of `len` bytes, or zeros where `bytes` is null. Null without memory.
///
/// # Safety
///
/// `bytes` is null or has `len` bytes.
pub unsafe fn sys_alloc_string_byte_len(bytes: *const u8, len: u32) -> BSTR {
    let Some(size) = (len as usize).checked_add(HEAD + size_of::<u16>()) else {
        return std::ptr::null_mut();
    };
    // A length that is odd gets two bytes of zero as well, wherever they stand.
    let memory = task_alloc(size + (size & 1)).cast::<u8>();
    if memory.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: the memory has the head, `len` bytes and at least two more; it is new, so nothing overlaps, and aligned.
    unsafe {
        std::ptr::write_bytes(memory, 0, size + (size & 1));
        memory.add(HEAD - 4).cast::<u32>().write(len);
        if !bytes.is_null() {
            std::ptr::copy_nonoverlapping(bytes, memory.add(HEAD), len as usize);
        }
        memory.add(HEAD).cast()
    }
}

/// `SysAllocStringLen`: a copy of `len` units, or zeros where `text` is null. Null without memory, or for more than
/// 4 GiB.
///
/// # Safety
///
/// `text` is null or has `len` units.
pub unsafe fn sys_alloc_string_len(text: LPCWSTR, len: u32) -> BSTR {
    match len.checked_mul(2) {
        // SAFETY: as many bytes are there as the caller says units are.
        Some(bytes) => unsafe { sys_alloc_string_byte_len(text.cast(), bytes) },
        None => std::ptr::null_mut(),
    }
}

/// `SysAllocString`: a copy of what stands before the zero. Null for null.
///
/// # Safety
///
/// `text` is null or UTF-16 with a zero at its end.
pub unsafe fn sys_alloc_string(text: LPCWSTR) -> BSTR {
    if text.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: the caller's promise is the same, and so many units are there.
    match u32::try_from(unsafe { wide_len(text) }) {
        Ok(len) => unsafe { sys_alloc_string_len(text, len) },
        Err(_) => std::ptr::null_mut(),
    }
}

/// `SysReAllocString`: replaces `*string` by a copy of `text` and frees the old one. False without memory: then the old
/// one stays.
///
/// # Safety
///
/// `string` is valid and has null or a `BSTR`; `text` is null or UTF-16 with a zero at its end, and may be in
/// `*string`.
pub unsafe fn sys_re_alloc_string(string: *mut BSTR, text: LPCWSTR) -> bool {
    // SAFETY: as the caller says; the old string is freed after it was copied.
    unsafe {
        let new = sys_alloc_string(text);
        if new.is_null() && !text.is_null() {
            return false;
        }
        sys_free_string(std::mem::replace(&mut *string, new));
    }
    true
}

/// `SysReAllocStringLen`: as [`sys_re_alloc_string`], with `len` units of `text`.
///
/// # Safety
///
/// `string` is valid and has null or a `BSTR`; `text` is null or has `len` units, and may be in `*string`.
pub unsafe fn sys_re_alloc_string_len(string: *mut BSTR, text: LPCWSTR, len: u32) -> bool {
    // SAFETY: as the caller says; the old string is freed after it was copied.
    unsafe {
        let new = sys_alloc_string_len(text, len);
        if new.is_null() {
            return false;
        }
        sys_free_string(std::mem::replace(&mut *string, new));
    }
    true
}

/// `SysFreeString`.
///
/// # Safety
///
/// `string` is null or a `BSTR` that was not freed.
pub unsafe fn sys_free_string(string: BSTR) {
    if !string.is_null() {
        // SAFETY: the memory of a `BSTR` begins so many bytes before its text.
        unsafe { task_free(string.cast::<u8>().sub(HEAD).cast()) }
    }
}

/// `SysStringByteLen`: bytes without the zero at the end. 0 for null.
///
/// # Safety
///
/// `string` is null or a `BSTR`.
pub unsafe fn sys_string_byte_len(string: BSTR) -> u32 {
    if string.is_null() {
        return 0;
    }
    // SAFETY: the length stands there, aligned to 4.
    unsafe { string.cast::<u8>().sub(4).cast::<u32>().read() }
}

/// `SysStringLen`: units without the zero at the end. 0 for null.
///
/// # Safety
///
/// `string` is null or a `BSTR`.
pub unsafe fn sys_string_len(string: BSTR) -> u32 {
    // SAFETY: the caller's promise is the same.
    unsafe { sys_string_byte_len(string) / 2 }
}

/// A `BSTR` that is freed with it.
#[repr(transparent)]
pub struct Bstr(BSTR);

impl Bstr {
    /// A copy of a text. Aborts without memory, as `String` does.
    pub fn new(text: &str) -> Bstr {
        let units: Vec<u16> = text.encode_utf16().collect();
        // SAFETY: so many units are there.
        let string = match u32::try_from(units.len()) {
            Ok(len) => unsafe { sys_alloc_string_len(units.as_ptr(), len) },
            Err(_) => std::ptr::null_mut(),
        };
        if string.is_null() {
            std::alloc::handle_alloc_error(std::alloc::Layout::for_value(units.as_slice()));
        }
        Bstr(string)
    }

    /// No string at all: null.
    pub const fn null() -> Bstr {
        Bstr(std::ptr::null_mut())
    }

    /// Takes a string over.
    ///
    /// # Safety
    ///
    /// `string` is null or a `BSTR` that nobody else frees.
    pub unsafe fn from_raw(string: BSTR) -> Bstr {
        Bstr(string)
    }

    /// Gives the string away; the receiver frees it.
    pub fn into_raw(self) -> BSTR {
        std::mem::ManuallyDrop::new(self).0
    }

    /// The string, to be lent.
    pub fn as_raw(&self) -> BSTR {
        self.0
    }

    /// Where C puts a string for this to own. What was there is freed first.
    pub fn out(&mut self) -> *mut BSTR {
        *self = Bstr::null();
        &mut self.0
    }

    /// The units, without the zero at the end.
    pub fn units(&self) -> &[u16] {
        if self.0.is_null() {
            return &[];
        }
        // SAFETY: a `BSTR` has as many units as it says, and lives as long as `self`.
        unsafe { std::slice::from_raw_parts(self.0, sys_string_len(self.0) as usize) }
    }
}

impl Drop for Bstr {
    fn drop(&mut self) {
        // SAFETY: the string is owned.
        unsafe { sys_free_string(self.0) }
    }
}

impl Clone for Bstr {
    fn clone(&self) -> Bstr {
        if self.0.is_null() {
            Bstr::null()
        } else {
            Bstr::new(&self.to_string())
        }
    }
}

impl Default for Bstr {
    fn default() -> Bstr {
        Bstr::null()
    }
}

impl From<&str> for Bstr {
    fn from(text: &str) -> Bstr {
        Bstr::new(text)
    }
}

impl fmt::Display for Bstr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf16_lossy(self.units()))
    }
}

impl fmt::Debug for Bstr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf16_lossy(self.units()))
    }
}

impl PartialEq<str> for Bstr {
    fn eq(&self, text: &str) -> bool {
        self.units().iter().copied().eq(text.encode_utf16())
    }
}
