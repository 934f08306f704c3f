//! Changes that others make, found by looking about once a second while somebody has the device open.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// As often as a device is polled that does not tell by itself.
const INTERVAL: Duration = Duration::from_secs(1);

/// A look may take this part of the time: large directories are looked at less often.
const PART: u32 = 20;

/// How long to wait after a look that took `look`.
fn interval(look: Duration) -> Duration {
    INTERVAL.max(look.saturating_mul(PART))
}

/// How many applications there are, and whether a thread looks for them.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    applications: usize,
    runs: bool,
}

impl Watch {
    /// One more application; whether a thread has to be started.
    pub(crate) fn enter(&self) -> bool {
        let mut state = self.lock();
        state.applications += 1;
        !std::mem::replace(&mut state.runs, true)
    }

    /// One application less.
    pub(crate) fn leave(&self) {
        let mut state = self.lock();
        state.applications = state.applications.saturating_sub(1);
        self.changed.notify_all();
    }

    /// Nobody is there any more.
    pub(crate) fn end(&self) {
        self.lock().applications = 0;
        self.changed.notify_all();
    }

    /// Calls `look` again and again until it says `false` or the last application leaves.
    pub(crate) fn run(&self, look: impl Fn() -> bool) {
        let mut state = self.lock();
        let mut took = Duration::ZERO;
        loop {
            let waited = self
                .changed
                .wait_timeout_while(state, interval(took), |s| s.applications > 0);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            let go_on = state.applications > 0 && {
                drop(state);
                let begun = Instant::now();
                let go_on = look();
                took = begun.elapsed();
                state = self.lock();
                go_on
            };
            if !go_on {
                break;
            }
        }
        state.runs = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_takes_a_small_part_of_the_time() {
        for (look, wait) in [(0, 1000), (50, 1000), (51, 1020), (400, 8000)] {
            let look = Duration::from_millis(look);
            assert_eq!(interval(look), Duration::from_millis(wait));
        }
        assert_eq!(interval(Duration::MAX), Duration::MAX);
    }
}
