//! Item trees and properties.
//!
//! A driver describes its device as a tree of [`DriverItem`]s. Each application that opens the device
//! gets a copy, a tree of [`AppItem`]s, whose items each have properties of their own: a driver
//! declares them with values, access and valid values, and reads and writes them freely
//! ([`AppItem::write`]); an application writes through [`write_multiple`], where the driver's
//! validation has the last word and a refused write leaves no trace.
#![forbid(unsafe_code)]

mod app_item;
mod declare;
mod driver_item;
mod lock;
mod properties;
mod required;
mod store;
mod stream;
mod tree_edit;
mod validation;
mod write;

pub use app_item::{AppItem, WeakAppItem};
pub use declare::{
    DeviceInfo, FileInfo, RootInfo, declare_auto, declare_device_info, declare_file,
    declare_folder, declare_root, declare_scanner_item,
};
pub use driver_item::{DriverContext, DriverItem, RemoveReason};
pub use properties::is_called;
pub use required::{check_flags, check_required, check_tree, required_properties};
pub use store::{Property, wia_name};
pub use stream::{property_stream, property_stream_as, saved_values, set_property_stream};
pub use tree_edit::CreationFlags;
pub use validation::*;
pub use write::{MAX_VALUE_BYTES, write_multiple};
