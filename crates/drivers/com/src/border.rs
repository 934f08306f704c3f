//! What a driver answers.

use abi::HRESULT;
use bridge::status;
use wia::{Error, ErrorKind, Result};

/// What a number from C says, where every success is one.
///
/// # Errors
///
/// The failure that it is.
pub(crate) fn check(code: HRESULT) -> Result<()> {
    status(code).map(drop)
}

/// What a driver answered that it must not.
pub(crate) fn broken(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidDriverResponse, what)
}
