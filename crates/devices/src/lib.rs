//! Every device: its URI, how to find it, how to open it.
//!
//! A device is named by a URI ([`DeviceUri`]): a scheme that chooses the driver, what the driver finds the
//! device by, and parameters. [`list`] tells what there is, [`open`] opens one.
//!
//! ```
//! use quire_devices as devices;
//!
//! let device = devices::open("virtual:?sheets=2&seed=7")?;
//! assert!(device.root().children().len() >= 2);
//! # Ok::<(), wia::Error>(())
//! ```
#![forbid(unsafe_code)]

mod config;
mod deadline;
mod discovery;
mod registry;
mod uri;

pub use config::{Config, Preset, Setting};
pub use discovery::{DeviceInfo, list};
pub use registry::{open, open_driver};
pub use uri::DeviceUri;
