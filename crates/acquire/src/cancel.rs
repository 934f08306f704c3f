//! Cancelling from outside.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use service::Transfer;
use wia::{Error, ErrorKind, Result, Status};

/// How long a transfer that was cancelled may take before it is told again, the first time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// No pause is longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A handle that stops a running scan from any thread.
#[derive(Clone, Default)]
pub struct Cancel {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    /// A transfer that has not ended.
    running: bool,
}

impl Cancel {
    /// Stops the scan, or the one that begins next. Does not wait. It can be called from anywhere,
    /// also from inside an [`Observer`](crate::Observer).
    pub fn cancel(&self) {
        self.lock().cancelled = true;
        self.shared.changed.notify_all();
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// Goes on unless it was stopped.
    ///
    /// # Errors
    ///
    /// `Abort`.
    pub(crate) fn check(&self) -> Result<()> {
        match self.is_cancelled() {
            true => Err(Error::new(ErrorKind::Abort, "cancelled")),
            false => Ok(()),
        }
    }

    /// Runs `download`, the download of `transfer`, and cancels it when the scan is stopped. A scan
    /// that is stopped already does not begin: no paper moves.
    ///
    /// # Errors
    ///
    /// What `download` says; `OutOfMemory` when there is no thread.
    pub(crate) fn watch(
        &self,
        transfer: &dyn Transfer,
        download: impl FnOnce() -> Result<Status>,
    ) -> Result<Status> {
        {
            let mut state = self.lock();
            if state.cancelled {
                return Ok(Status::Cancelled);
            }
            state.running = true;
        }
        thread::scope(|scope| {
            let ended = Ended(self);
            thread::Builder::new()
                .name("cancel".into())
                .spawn_scoped(scope, || self.cancel_when_asked(transfer))
                .map_err(|e| {
                    Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread")
                })?;
            let result = download();
            drop(ended);
            result
        })
    }

    /// Waits for the scan to be stopped, or to end.
    fn cancel_when_asked(&self, transfer: &dyn Transfer) {
        let wait = |state| {
            let woken = self.shared.changed.wait(state);
            woken.unwrap_or_else(PoisonError::into_inner)
        };
        let mut state = self.lock();
        while state.running && !state.cancelled {
            state = wait(state);
        }
        // A cancel that comes before the transfer has really begun is without effect, and nobody
        // can know from outside when it has: so it is told until it ends.
        let mut pause = FIRST_PAUSE;
        while state.running {
            drop(state);
            transfer.cancel();
            let woken = self
                .shared
                .changed
                .wait_timeout_while(self.lock(), pause, |state| state.running);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            pause = LONGEST_PAUSE.min(pause * 4);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that the transfer has ended, also when it ends in a panic.
struct Ended<'a>(&'a Cancel);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.lock().running = false;
        self.0.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests;
