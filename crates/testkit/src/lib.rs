//! A conformance suite for drivers: what the documentation asks of a driver, as duties that pass or fail.
//!
//! [`check`] opens the driver anew for each duty and each item with data, plays an application that skips,
//! cancels, fails, gives odd streams and odd buffers, and looks from both sides: at what the application
//! gets, and at each call of the driver. [`duties`] is the list; the [`Report`] prints as a table.
//!
//! Each transfer goes through the service, so that a driver which hangs or crashes fails the duty and no
//! other. Not tried, because an application cannot bring it about: jams and double feeds, a device that is
//! unplugged, a service that stops in mid-transfer; and not yet: uploads, folders, film.
//!
//! ```
//! use std::sync::Arc;
//! # struct Nothing;
//! # fn my_driver() -> wia::Result<Arc<dyn minidriver::Minidriver>> {
//! #     Err(wia::Error::new(wia::ErrorKind::NoDeviceAvailable, ""))
//! # }
//!
//! match quire_testkit::check(&my_driver, quire_testkit::Faces::Both) {
//!     Ok(report) => assert_eq!(report.failed(), 0, "{report}"),
//!     Err(e) => println!("the driver cannot be opened: {e}"),
//! }
//! ```
#![forbid(unsafe_code)]

mod bands;
mod document;
mod duties;
mod recorder;
mod report;
mod rig;
mod script;

use std::sync::Arc;

use minidriver::Minidriver;
use wia::Result;

pub use duties::{Duty, duties};
pub use report::{Outcome, Report, Row};

/// Makes the driver under test. Each call gives one whose feeder, as far as that can be, is full.
pub type DriverFactory<'a> = dyn Fn() -> Result<Arc<dyn Minidriver>> + 'a;

/// Which transfers of a driver are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Faces {
    /// Streams, and the older kinds where the driver offers memory bands.
    #[default]
    Both,
    /// Streams only.
    Streams,
    /// Bands and files only, as an older driver has them.
    Older,
}

/// Runs every duty against the driver.
///
/// # Errors
///
/// Why the driver could not be opened at all.
pub fn check(driver: &DriverFactory<'_>, faces: Faces) -> Result<Report> {
    let items = rig::items(driver)?;
    let run = |duty: &'static Duty| Row::of(duty, driver, faces, &items);
    Ok(Report::new(duties().iter().map(run).collect()))
}

/// Runs one duty, for a driver that is being worked on.
///
/// # Errors
///
/// As [`check`].
pub fn check_duty(duty: &'static Duty, driver: &DriverFactory<'_>, faces: Faces) -> Result<Row> {
    Ok(Row::of(duty, driver, faces, &rig::items(driver)?))
}
