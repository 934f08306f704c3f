//! The vocabulary of Windows Image Acquisition, portable.
//!
//! Numbers and names only: property ids, formats, categories, flags, messages, status codes and
//! the one error type. No I/O, no threads, no pixels.

mod error;
mod guid;
mod status;
mod value;

pub use error::{Blame, Error, ErrorKind, Result, Retry};
pub use guid::{Guid, ParseGuidError};
pub use status::{Hresult, Status};
pub use value::{Access, PropertyId, PropertyInfo, PropertyValue, ValidValues, ValueType};

pub mod property {
    //! stub
    /// n
    pub fn name(_: crate::PropertyId) -> Option<&'static str> {
        None
    }
}
pub mod format {
    //! stub
    /// n
    pub fn name(_: crate::Guid) -> Option<&'static str> {
        None
    }
}
pub mod category {
    //! stub
    /// n
    pub fn name(_: crate::Guid) -> Option<&'static str> {
        None
    }
}
