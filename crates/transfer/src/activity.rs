//! Whether the driver is alive, seen from outside.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Whether the driver is alive, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The application or the service is at work in a callback, a stream or a file; the driver waits
    /// for it, or has returned.
    InApplication,
    /// The driver is at work; its last call was this long ago.
    InDriver(Duration),
}

/// Measures the driver's own time. It is locked for moments only, so that a watcher never waits.
pub(crate) struct ActivityClock(Mutex<Times>);

struct Times {
    /// What the driver has had before `since`.
    own: Duration,
    /// When the driver's last call ended.
    since: Instant,
    /// Calls that it is in; the page writer's call streams.
    calls: u32,
}

impl Times {
    fn silence(&self) -> Option<Duration> {
        (self.calls == 0).then(|| self.since.elapsed())
    }
}

impl ActivityClock {
    /// The driver's time begins.
    pub(crate) fn new() -> ActivityClock {
        ActivityClock(Mutex::new(Times {
            own: Duration::ZERO,
            since: Instant::now(),
            calls: 0,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now until the guard is dropped it is not the driver's time.
    pub(crate) fn application(&self) -> ApplicationTime<'_> {
        let mut times = self.lock();
        let worked = times.silence().unwrap_or_default();
        times.own += worked;
        times.calls = times.calls.saturating_add(1);
        ApplicationTime(self)
    }

    /// The driver has returned: its time does not count any more.
    pub(crate) fn end(&self) {
        let mut times = self.lock();
        times.own = Duration::ZERO;
        times.calls = times.calls.saturating_add(1);
    }

    pub(crate) fn activity(&self) -> Activity {
        let silence = self.lock().silence();
        silence.map_or(Activity::InApplication, Activity::InDriver)
    }

    /// How long the driver itself was at work.
    pub(crate) fn driver_time(&self) -> Duration {
        let times = self.lock();
        times.own + times.silence().unwrap_or_default()
    }
}

/// The application's time; it ends also when the application panics.
pub(crate) struct ApplicationTime<'a>(&'a ActivityClock);

impl Drop for ApplicationTime<'_> {
    fn drop(&mut self) {
        let mut times = self.0.lock();
        times.calls = times.calls.saturating_sub(1);
        times.since = Instant::now();
    }
}

/// Runs the service's work for a driver, if there is a clock, outside of the driver's time.
pub(crate) fn outside<T>(clock: Option<&ActivityClock>, call: impl FnOnce() -> T) -> T {
    let _time = clock.map(ActivityClock::application);
    call()
}
