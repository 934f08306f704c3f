//! What is said across the border in numbers: results, identifiers, pointers that may be null.
#![expect(unsafe_code, reason = "results are put where C wants them")]

use abi::{GUID, HRESULT};
use bridge::status;
use wia::{Error, ErrorKind, Guid, Result};

/// What a number from C says, where every success is one.
///
/// # Errors
///
/// The failure that it is.
pub(crate) fn check(code: HRESULT) -> Result<()> {
    status(code).map(drop)
}

/// Puts a value where C wants it.
///
/// # Errors
///
/// `InvalidArgument` for null.
///
/// # Safety
///
/// `out` is null or valid for a write; what was there is not dropped.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> Result<()> {
    if out.is_null() {
        return Err(Error::invalid("a pointer for a result is null"));
    }
    // SAFETY: the caller's promise is the same, and it is not null.
    unsafe { out.write(value) };
    Ok(())
}

pub(crate) const fn guid(id: Guid) -> GUID {
    GUID::from_u128(id.0)
}

pub(crate) fn guid_of(id: &GUID) -> Guid {
    Guid(id.to_u128())
}

/// What a driver answered that it must not.
pub(crate) fn broken(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidDriverResponse, what)
}
