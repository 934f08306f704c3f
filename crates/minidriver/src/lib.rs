//! What a driver author sees: the [`Minidriver`] trait and the [`service_library`].
//!
//! A minidriver describes a device as a tree of items with properties, checks what an application
//! writes, and on request fills a stream with image data. It is called by the service, one request at
//! a time; only [`Minidriver::notify_pnp_event`] comes at any time, because a cancel must reach a
//! driver that is at work.
#![forbid(unsafe_code)]

mod deadlines;
mod description;
mod driver;
pub mod pages;
pub mod service_library;

pub use deadlines::Deadlines;
pub use description::describe;
pub use driver::{Capability, CapabilityKind, DriverModel, FormatInfo, Minidriver};
pub use service_library::{Event, EventPort};
