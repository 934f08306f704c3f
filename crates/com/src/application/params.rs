//! What methods are given, and where they put their results.

use abi::guids::wia_guid;
use abi::{GUID, HRESULT};
use bridge::Out;
use wia::{Error, ErrorKind, Guid, Result, Status};
use windows_core::Interface;

use super::session::Session;

/// Runs a method, and keeps the sentence of its failure.
#[track_caller]
pub(crate) fn answer(session: &Session, call: impl FnOnce() -> Result<Status>) -> HRESULT {
    bridge::guard(|| session.note(call()))
}

/// As [`answer`], where there is no success but `S_OK`.
#[track_caller]
pub(crate) fn done(session: &Session, call: impl FnOnce() -> Result<()>) -> HRESULT {
    bridge::guard(|| session.note(call()))
}

/// Where a method puts an object, whose reference becomes the caller's.
///
/// # Safety
///
/// As for [`Out::new`].
///
/// # Errors
///
/// `Pointer` for null.
pub(crate) unsafe fn object<I: Interface>(to: *mut Option<I>) -> Result<Out<Option<I>>> {
    // SAFETY: the caller's promise.
    unsafe { Out::new(to, None) }
}

/// What is null.
pub(crate) fn missing(what: &str) -> Error {
    Error::new(ErrorKind::Pointer, format!("{what} is a null pointer"))
}

/// What is not there.
pub(crate) fn not_implemented(what: &str) -> Error {
    Error::new(ErrorKind::NotImplemented, format!("{what} is not here"))
}

/// An object that the caller gives.
///
/// # Errors
///
/// `InvalidArgument` for null.
pub(crate) fn given<T>(object: Option<T>, what: &str) -> Result<T> {
    object.ok_or_else(|| Error::invalid(format!("{what} is a null pointer")))
}

/// A GUID that the caller gives.
///
/// # Safety
///
/// `guid` is null, or points to a GUID.
///
/// # Errors
///
/// `InvalidArgument` for null.
pub(crate) unsafe fn guid(guid: *const GUID, what: &str) -> Result<Guid> {
    // SAFETY: the caller's promise.
    let guid = unsafe { guid.as_ref() };
    let guid = guid.ok_or_else(|| Error::invalid(format!("{what} is a null pointer")))?;
    Ok(wia_guid(*guid))
}
