//! The service core of one device: its lock, its transfers, its trees.
//!
//! [`Device`], [`Item`] and [`Transfer`] are what an application works with. [`Service`]
//! implements them over a [`Minidriver`](minidriver::Minidriver) in this process; a device in a child
//! process can implement the same traits.
#![forbid(unsafe_code)]

mod api;
mod application;
mod compat;
mod device;
mod gate;
mod guard;
mod item;
mod legacy_view;
pub mod manual;
mod notice;
mod preview;
mod transfer;

pub use crate::transfer::new_file;
pub use ::transfer::compat::MemoryBitmap;
pub use ::transfer::filter::Chain;
pub use ::transfer::{
    Answer, AppErrorHandler, DataCallback, DataParams, DataTransferInfo, DocumentOptions,
    DocumentProgress, ExtendedTransferInfo, ImageFilter, NextStream, Payload, Reply, StatusReport,
    StorageMedium, Stream, TransferCallback, TransferParams, Window, ask_for_help, write_all,
    write_at,
};
pub use api::{Device, FileFate, HostInfo, Item, Preview, Transfer, UpdateFlags};
pub use device::{DeviceOptions, Service};
pub use items::CreationFlags;
pub use minidriver::service_library::Event;
pub use minidriver::{Capability, CapabilityKind, DriverModel, FormatInfo};
