//! The structures that drivers and applications exchange, with the names of WIA's headers.
//!
//! Pointers and strings in them belong to whom the function that takes them says; nothing is freed when one is dropped.

#![expect(
    non_camel_case_types,
    non_snake_case,
    reason = "the names are those of WIA's headers"
)]

mod extension;
mod property;
mod sti;
mod storage;
mod transfer;

pub use extension::*;
pub use property::*;
pub use sti::*;
pub use storage::*;
pub use transfer::*;
