//! Scanners through SANE: the back ends of `libsane.so.1`, behind the interface of a minidriver.
//!
//! The library is loaded when it is first needed; a machine without it has no SANE devices. Everything that
//! a back end returns is checked before it is believed (`ffi`), and every call of SANE is made on one
//! thread of the process (`thread`), but for `sane_cancel`, which the standard allows from anywhere.
//!
//! A device becomes items and properties (`probe`, `properties`): its option `source` becomes the items
//! `Flatbed`, `Feeder` and `Film`; mode and depth become data types; resolution, geometry, brightness,
//! contrast and threshold become the properties that WIA has for them; all other options are properties
//! under their SANE names. What an application writes is set in the device at once, and what the back end
//! made of it is read back (`settings`). A transfer (`acquire`) sets everything again, for the device may
//! have served somebody else meanwhile.
//!
//! Facts are from the SANE Standard, version 1.06, and `sane/sane.h`.
//!
//! # Threads
//!
//! The thread of SANE owns the open devices. During a transfer it reads into a few buffers
//! (`scan`), while the service's thread makes rows of them and writes these (`acquire`).
//!
//! # Idle devices
//!
//! SANE back ends lend a device to one program at a time. So a device is closed that nobody has used for
//! some seconds, and opened again when it is needed, also for a look at its buttons (`buttons`).
#![deny(unsafe_code)]

mod acquire;
mod apply;
mod buttons;
mod device;
mod discover;
mod ffi;
mod frame;
mod geometry;
mod job;
mod option;
mod options;
mod page;
mod probe;
mod properties;
mod reader;
mod scan;
mod scanner;
mod settings;
mod source;
mod status;
mod stop;
mod thread;
mod usb;
mod vendor;

pub use device::SaneDevice;
pub use discover::{Discovered, discover};
pub use options::Options;
