//! The COM objects of applications, over `devices` and `service`.
//!
//! A device's id is its URI. An `IWiaItem2` is an `Arc<dyn Item>` of a device that was opened for an application of
//! streams, an `IWiaItem` one of a device that was opened for an older one; each has its properties and transfers as
//! further interfaces of the same object.

#![expect(unsafe_code, reason = "methods of objects are given pointers of C")]

mod callback;
pub mod class;
mod data;
mod device_info;
mod dialog;
mod document;
mod enumerators;
mod events;
mod extras;
mod files;
mod handle;
mod item;
mod item2;
mod manager;
mod open;
mod params;
mod preview;
mod registration;
mod session;
mod storage;

pub use item2::item_object;
