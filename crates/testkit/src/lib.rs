//! A conformance suite for drivers: what the documentation asks of a driver, as duties that pass or fail.
//!
//! [`check`] opens the driver anew for each duty and each item with data, plays an application that skips,
//! cancels, fails, gives odd streams and odd buffers, and looks from both sides: at what the application
//! gets, and at each call of the driver. [`duties`] is the list; the [`Report`] prints as a table.
//!
//! A driver of streams is tried by an application of bands and files too, and the other way round. The
//! compatibility layer is between them then, and driver and layer are looked at as one: the calls that reach
//! the application, and the transfer's result. What the layer makes up for is no failure.
//!
//! Each transfer goes through the service, so that a driver which hangs or crashes fails the duty and no
//! other. Not tried, because an application cannot bring it about: jams and double feeds, a device that is
//! unplugged, a service that stops in mid-transfer; and not yet: folders as a whole, film.
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
mod judged;
mod recorder;
mod report;
mod rig;
mod script;
mod told;

use std::sync::Arc;
use std::time::{Duration, Instant};

use minidriver::Minidriver;
use rig::Subjects;
use wia::Result;

pub use duties::{Duty, duties};
pub use report::{Outcome, Report, Row};
pub use told::{Word, tell_duties, told_row};

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

/// Duties in which the driver may hang.
const HANGS: u32 = 3;

/// What is tried, and how.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    driver: &'a DriverFactory<'a>,
    faces: Faces,
    /// How long the driver may be silent, and how long it may take to hear a cancel.
    patience: Duration,
}

/// Runs every duty against the driver.
///
/// # Errors
///
/// Why the driver could not be opened at all.
pub fn check(driver: &DriverFactory<'_>, faces: Faces) -> Result<Report> {
    check_each(driver, faces, &mut |_| true)
}

/// Runs every duty against the driver, and tells `each` what came of it as soon as it is known, until
/// that says `false`.
///
/// A driver that hangs costs half a minute with each item of each duty. After three duties that failed so, the
/// rest fail untried.
///
/// # Errors
///
/// As [`check`].
pub fn check_each(
    driver: &DriverFactory<'_>,
    faces: Faces,
    each: &mut dyn FnMut(&Row) -> bool,
) -> Result<Report> {
    check_with(duties(), driver, faces, rig::PATIENCE, each)
}

/// The same from the duty of this id on; all where there is none of this id.
///
/// # Errors
///
/// As [`check`].
pub fn check_from(
    first: &str,
    driver: &DriverFactory<'_>,
    faces: Faces,
    each: &mut dyn FnMut(&Row) -> bool,
) -> Result<Report> {
    let place = duties().iter().position(|duty| duty.id == first);
    let some = &duties()[place.unwrap_or(0)..];
    check_with(some, driver, faces, rig::PATIENCE, each)
}

fn check_with(
    duties: &'static [Duty],
    driver: &DriverFactory<'_>,
    faces: Faces,
    patience: Duration,
    each: &mut dyn FnMut(&Row) -> bool,
) -> Result<Report> {
    let subjects = Subjects::find(driver, faces, patience)?;
    let mut rows = Vec::new();
    let mut hung = 0;
    for duty in duties {
        let begun = Instant::now();
        let mut row = if hung < HANGS {
            let subject = Subject {
                driver,
                faces,
                patience,
            };
            Row::of(duty, &subject, &subjects)
        } else {
            Row::untried(duty)
        };
        let failed = row.outcome.word() == "fail";
        row.hung = failed && begun.elapsed() >= patience;
        hung += u32::from(row.hung);
        let go_on = each(&row);
        rows.push(row);
        if !go_on {
            break;
        }
    }
    Ok(Report::new(rows, &subjects.left_out))
}

/// Runs one duty, for a driver that is being worked on.
///
/// # Errors
///
/// As [`check`].
pub fn check_duty(duty: &'static Duty, driver: &DriverFactory<'_>, faces: Faces) -> Result<Row> {
    let patience = rig::PATIENCE;
    let subject = Subject {
        driver,
        faces,
        patience,
    };
    let subjects = Subjects::find(driver, faces, patience)?;
    Ok(Row::of(duty, &subject, &subjects))
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_virtual::{Options, VirtualScanner};

    #[test]
    fn a_driver_that_hangs_is_not_tried_for_ever() {
        let open = || -> Result<Arc<dyn Minidriver>> {
            let options = Options::parse("", &[("stall".into(), "1".into())])?;
            Ok(Arc::new(VirtualScanner::new(options)?))
        };
        let mut told = 0;
        let mut each = |_: &Row| {
            told += 1;
            true
        };
        let patience = Duration::from_millis(100);
        let report = check_with(duties(), &open, Faces::Both, patience, &mut each).unwrap();
        assert_eq!(told, duties().len());
        let why = |row: &&Row| row.outcome.why().contains("not tried");
        let untried = report.rows().iter().filter(why).count();
        assert!(untried > 0 && untried < told, "{report}");
        let last = report.rows().last().unwrap();
        assert!(last.outcome.why().contains("the driver hung"), "{report}");
    }

    #[test]
    fn whoever_listens_can_end_it() {
        let open = || -> Result<Arc<dyn Minidriver>> {
            Ok(Arc::new(VirtualScanner::new(Options::parse("", &[])?)?))
        };
        let report = check_each(&open, Faces::Both, &mut |_| false).unwrap();
        assert_eq!(report.rows().len(), 1);
    }

    #[test]
    fn it_can_begin_in_the_middle() {
        let open = || -> Result<Arc<dyn Minidriver>> {
            Ok(Arc::new(VirtualScanner::new(Options::parse("", &[])?)?))
        };
        let report = check_from("format.extension", &open, Faces::Both, &mut |_| false).unwrap();
        let rows = report.rows();
        assert_eq!((rows.len(), rows[0].duty.id), (1, "format.extension"));
        assert_eq!(rows[0].outcome.word(), "pass");
    }
}
