//! How a transfer is stopped from outside.

use std::os::fd::OwnedFd;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};
use rustix::io::write;
use wia::{Error, ErrorKind, Result};

use crate::ffi::Canceller;

/// A back end that is reading has so long to come back by itself. After that `sane_cancel` is called from
/// here, which the standard allows, and which not every back end takes well.
const GRACE: Duration = Duration::from_millis(50);

/// The way from a cancel to the thread of SANE.
#[derive(Debug)]
pub(crate) struct Stop {
    state: Mutex<State>,
    changed: Condvar,
    /// Becomes readable with the cancel.
    wake: OwnedFd,
}

#[derive(Default)]
struct State {
    asked: bool,
    /// While the back end is at work for the transfer.
    canceller: Option<Canceller>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.asked, self.canceller.is_some())
    }
}

impl Stop {
    /// # Errors
    ///
    /// `OutOfMemory` when the process has too many descriptors.
    pub(crate) fn new() -> Result<Stop> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let wake = eventfd(0, flags);
        Ok(Stop {
            state: Mutex::default(),
            changed: Condvar::new(),
            wake: wake.map_err(|e| Error::from_io(e.into(), ErrorKind::OutOfMemory))?,
        })
    }

    /// Asks the thread of SANE to stop; does not wait for more than a moment.
    pub(crate) fn ask(&self) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.asked, true) {
            return;
        }
        // It is empty, so that there is room.
        let _ = write(&self.wake, &1_u64.to_ne_bytes());
        let waited = self
            .changed
            .wait_timeout_while(state, GRACE, |state| state.canceller.is_some());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(canceller) = &state.canceller {
            canceller.cancel();
        }
    }

    /// Whether a stop was asked for.
    pub(crate) fn asked(&self) -> bool {
        self.lock().asked
    }

    /// Becomes readable with the cancel.
    pub(crate) fn wake(&self) -> &OwnedFd {
        &self.wake
    }

    /// The back end is called from now on, until what this gives is dropped. Only then can the device be closed.
    pub(crate) fn attach(&self, canceller: Canceller) -> Attached<'_> {
        self.lock().canceller = Some(canceller);
        Attached(self)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While the back end is called. Its end is told however that ends.
pub(crate) struct Attached<'a>(&'a Stop);

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.0.lock().canceller = None;
        self.0.changed.notify_all();
    }
}
