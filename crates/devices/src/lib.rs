//! Every device: its URI, how to find it, how to open it.
//!
//! A device is named by a URI ([`DeviceUri`]): a scheme that chooses the driver, what the driver finds the
//! device by, and parameters. [`list`] tells what there is, [`open`] opens one. Drivers that call code of
//! others are in a process of their own ([`host`]), so that a crash or hang of theirs is a failure like
//! others.
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
mod discovery;
pub mod host;
mod hotplug;
mod registry;
mod remote;
mod uri;

pub use config::{Config, Preset, Setting};
pub use discovery::{DeviceInfo, Found, PATIENCE, list, list_interruptibly};
pub use hotplug::{Change, watch};
pub use minidriver::Deadlines;
pub use registry::{
    Placement, has_host, needs_library, open, open_driver, open_interruptibly, open_legacy,
    open_with,
};
pub use remote::{Interrupt, set_host_program};
pub use uri::DeviceUri;
