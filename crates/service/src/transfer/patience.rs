//! How long a driver is waited for.

use std::time::{Duration, Instant};

use wia::{Error, ErrorKind};

use crate::device::DeviceOptions;

/// The deadlines of one transfer.
pub(super) struct Patience {
    options: DeviceOptions,
    cancelled: Option<Instant>,
}

impl Patience {
    pub(super) const fn new(options: DeviceOptions) -> Patience {
        Patience {
            options,
            cancelled: None,
        }
    }

    /// A cancel was asked for, now or before.
    pub(super) fn cancelled(&mut self) {
        self.cancelled.get_or_insert_with(Instant::now);
    }

    /// How much longer the driver is waited for, when its last call was this long ago.
    ///
    /// # Errors
    ///
    /// `Deadline` when it has had all its time.
    pub(super) fn left(&self, silence: Duration) -> Result<Duration, Error> {
        let mut left = self.options.line_deadline.saturating_sub(silence);
        let mut what = format!(
            "the driver has said nothing for {} s and was given up",
            self.options.line_deadline.as_secs_f64()
        );
        if let Some(at) = self.cancelled {
            let since = Instant::now().saturating_duration_since(at);
            let until = self
                .options
                .cancel_deadline
                .saturating_sub(since.min(silence));
            if until < left {
                left = until;
                what = format!(
                    "the driver did not stop within {} s of the cancel and was given up",
                    self.options.cancel_deadline.as_secs_f64()
                );
            }
        }
        if left.is_zero() {
            what.push_str("; the device stays in use");
            return Err(Error::new(ErrorKind::Deadline, what));
        }
        Ok(left)
    }
}
