//! Whether the driver is alive, seen from outside.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Whether the driver is alive, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The application is at work in a callback or a stream; the driver waits for it.
    InApplication,
    /// The driver is at work; its last call was this long ago.
    InDriver(Duration),
}

/// Remembers the last call of the driver without a lock, so that a watcher never waits.
pub(super) struct ActivityClock {
    start: Instant,
    /// Milliseconds since `start` of the last call's end, or [`ActivityClock::BUSY`].
    last: AtomicU64,
}

impl ActivityClock {
    const BUSY: u64 = u64::MAX;

    pub(super) fn new() -> ActivityClock {
        ActivityClock {
            start: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    /// From now until the guard is dropped it is the application's time.
    pub(super) fn application(&self) -> ApplicationTime<'_> {
        self.last.store(Self::BUSY, Ordering::Relaxed);
        ApplicationTime(self)
    }

    pub(super) fn read(&self) -> Activity {
        match self.last.load(Ordering::Relaxed) {
            Self::BUSY => Activity::InApplication,
            last => Activity::InDriver(
                self.start
                    .elapsed()
                    .saturating_sub(Duration::from_millis(last)),
            ),
        }
    }
}

/// The application's time; it ends also when the application panics.
pub(super) struct ApplicationTime<'a>(&'a ActivityClock);

impl Drop for ApplicationTime<'_> {
    fn drop(&mut self) {
        let clock = self.0;
        let now = u64::try_from(clock.start.elapsed().as_millis());
        let now = now.unwrap_or(ActivityClock::BUSY - 1);
        clock.last.store(now, Ordering::Relaxed);
    }
}
