//! The COM interfaces of image acquisition: ids, order of methods, signatures.
//!
//! A parameter that is an interface comes as [`InRef`](windows_core::InRef), which may be null; one that goes out is a
//! `*mut Option<I>`, which may be null as well. All other pointers are as C has them. Whoever implements a method
//! checks them; whoever calls one has to keep them valid for the call.

#![expect(
    clippy::too_many_arguments,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    reason = "names and parameters are those of the headers, where they are documented too"
)]

mod base;
mod device;
mod extension;
mod item;
mod log;
mod minidriver;
mod property;
mod sti;
mod transfer;
mod video;

pub use base::*;
pub use device::*;
pub use extension::*;
pub use item::*;
pub use log::*;
pub use minidriver::*;
pub use property::*;
pub use sti::*;
pub use transfer::*;
pub use video::*;
