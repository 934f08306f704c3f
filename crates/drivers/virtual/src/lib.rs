//! The virtual scanner: a driver whose device is made of software.
//!
//! [`VirtualScanner`] is a [`Minidriver`](minidriver::Minidriver) like that of any other device; only
//! its sheets are drawn by the program or taken from image files. It exists so that everything above
//! it can be tried without hardware: the same [`Options`] always give the same bytes, and what goes
//! wrong with paper and cables goes wrong by a [`FaultPlan`].
//!
//! ```
//! use minidriver::Minidriver;
//! use quire_virtual::{Options, VirtualScanner};
//!
//! let scanner = VirtualScanner::new(Options::parse("", &[("seed".into(), "7".into())])?)?;
//! let root = scanner.initialize("virtual:?seed=7")?;
//! assert!(root.find_child_by_name("Feeder").is_some());
//! # Ok::<(), wia::Error>(())
//! ```
//!
//! # Threads
//!
//! A transfer has two: one draws bands of rows, at the device's pace and with its faults, into a fixed
//! pool of buffers; the other, the service's, writes them into the application's streams. The feeder
//! counts a sheet as fed when its first page comes to the writing side, however far the drawing is
//! ahead.
#![forbid(unsafe_code)]

mod acquire;
mod children;
mod device;
mod discover;
mod draw;
mod faults;
mod feed;
mod job;
mod model;
mod older;
mod options;
mod page;
mod paper;
mod pool;
mod properties;
pub mod sheet;

pub use device::VirtualScanner;
pub use discover::{Discovered, discover};
pub use faults::{Fault, FaultKind, FaultPlan};
pub use model::{
    Depth, Dpi, FaultsModel, Millimetres, Mode, Model, PagesPerMinute, Quirks, Resolutions,
    SheetCount, SheetsModel, SourceModel, TimingModel, WarmUp,
};
pub use older::OlderScanner;
pub use options::{Options, Sheets, SourceOptions};
