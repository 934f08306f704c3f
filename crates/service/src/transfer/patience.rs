//! How long a driver is waited for.

use std::time::Duration;

use ::transfer::Activity;
use wia::{Error, ErrorKind};

use crate::device::DeviceOptions;

/// A wait is not shorter than this, so that a driver that calls all the time is not looked at all the
/// time.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// The deadlines of one transfer. Only the driver's own time counts.
pub(super) struct Patience {
    options: DeviceOptions,
    /// The driver's time when it was told to stop.
    cancelled: Option<Duration>,
}

impl Patience {
    pub(super) const fn new(options: DeviceOptions) -> Patience {
        Patience {
            options,
            cancelled: None,
        }
    }

    /// A cancel was asked for or the device went away, now or before, when the driver had worked for so long.
    pub(super) fn cancelled(&mut self, driver_time: Duration) {
        self.cancelled.get_or_insert(driver_time);
    }

    /// How long to wait before it is looked again, for a driver that does this now and has worked for
    /// so long.
    ///
    /// # Errors
    ///
    /// `Deadline` when it has had all its time.
    pub(super) fn left(
        &self,
        activity: Activity,
        driver_time: Duration,
    ) -> Result<Duration, Error> {
        let silence = match activity {
            Activity::InApplication => Duration::ZERO,
            Activity::InDriver(silence) => silence,
        };
        let mut left = self.options.line_deadline.saturating_sub(silence);
        let mut what = format!(
            "the driver has said nothing for {} s and was given up",
            self.options.line_deadline.as_secs_f64()
        );
        if let Some(at) = self.cancelled {
            let since = driver_time.saturating_sub(at);
            let until = self.options.cancel_deadline.saturating_sub(since);
            if until < left {
                left = until;
                what = format!(
                    "the driver did not stop within {} s of being told to and was given up",
                    self.options.cancel_deadline.as_secs_f64()
                );
            }
        }
        if left.is_zero() {
            what.push_str("; the device stays in use");
            return Err(Error::new(ErrorKind::Deadline, what));
        }
        Ok(left.max(SHORTEST_WAIT))
    }
}
