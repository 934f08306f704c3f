//! Streams for applications, over files, descriptors and memory.

use std::ffi::{CStr, OsStr, c_char};
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use abi::HRESULT;
use abi::interfaces::IStream;
use bridge::{MemoryStream, guard, stream_object, stream_on_descriptor, stream_on_file};
use wia::Error;

use super::arguments::out;

/// A stream over the file of a name.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCreateStreamOnFile(
    path: *const c_char,
    grfMode: u32,
    ppstm: *mut Option<IStream>,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(ppstm, None)? };
        if path.is_null() {
            return Err(Error::invalid("path is a null pointer"));
        }
        // SAFETY: the caller's promise.
        let path = unsafe { CStr::from_ptr(path) };
        let path = Path::new(OsStr::from_bytes(path.to_bytes()));
        to.set(Some(stream_object(stream_on_file(path, grfMode)?)));
        Ok(())
    })
}

/// A stream over a descriptor, which is duplicated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCreateStreamOnDescriptor(
    fd: i32,
    ppstm: *mut Option<IStream>,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(ppstm, None)? };
        if fd < 0 {
            return Err(Error::invalid(format!(
                "fd: {fd} is not valid; valid: 0 and more"
            )));
        }
        // SAFETY: it is not -1, and lent for the duplication alone, which fails where it is no open descriptor.
        let descriptor = unsafe { BorrowedFd::borrow_raw(fd) };
        to.set(Some(stream_object(stream_on_descriptor(descriptor)?)));
        Ok(())
    })
}

/// A stream over memory of its own, empty at first.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaCreateStreamOnMemory(ppstm: *mut Option<IStream>) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(ppstm, None)? };
        to.set(Some(stream_object(Box::<MemoryStream>::default())));
        Ok(())
    })
}
