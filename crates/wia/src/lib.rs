//! The vocabulary of Windows Image Acquisition, portable.
//!
//! Numbers and names only: property ids, formats, categories, flags, messages, status codes and
//! the one error type. No I/O, no threads, no pixels.

#![forbid(unsafe_code)]

pub mod category;
pub mod command;
pub mod constant;
mod error;
pub mod event;
pub mod flags;
pub mod format;
mod guid;
mod identifiers;
mod image;
mod message;
mod numbered;
pub mod property;
mod status;
mod value;

pub use error::{Blame, Error, ErrorKind, Result, Retry};
pub use flags::{
    AccessRights, DocumentHandlingCapabilities, DocumentHandlingSelect, DocumentHandlingStatus,
    Intent, ItemFlags, TransferFlags, TransferStatus,
};
pub use guid::{Guid, ParseGuidError};
pub use image::{Compression, DataType, Orientation, Photometric};
pub use message::{DataMessage, TransferMessage, Tymed};
pub use status::{Hresult, Status};
pub use value::{Access, PropertyId, PropertyInfo, PropertyValue, ValidValues, ValueType};
