//! The bands of a host: memory that it shares with the application's process.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use bands::{Band, Section};
use wia::{Error, ErrorKind, Result};

/// How many bands there are. Each is a credit: who has none waits for one to be read.
pub(crate) const BANDS: usize = 4;

/// Bytes of a band.
pub(crate) const BAND: usize = 1024 * 1024;

/// The host's side of the bands. What is neither free nor being filled is with the application.
pub(crate) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    free: Vec<Band>,
    away: Vec<Band>,
    /// The application is gone: no band comes back.
    ended: bool,
}

impl Pool {
    /// # Errors
    ///
    /// `InvalidArgument` for a section of another size.
    pub(crate) fn new(section: Section) -> Result<Pool> {
        Ok(Pool {
            state: Mutex::new(State {
                free: section.into_bands(BANDS, BAND)?,
                away: Vec::new(),
                ended: false,
            }),
            changed: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a band that nobody uses.
    ///
    /// # Errors
    ///
    /// `Abort` when the application has gone.
    pub(crate) fn take(&self) -> Result<Band> {
        let mut state = self.lock();
        loop {
            if state.ended {
                return Err(gone());
            }
            if let Some(band) = state.free.pop() {
                return Ok(band);
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives a band to the application.
    pub(crate) fn send(&self, band: Band) {
        self.lock().away.push(band);
    }

    /// Takes a band back that was not given away.
    pub(crate) fn put_back(&self, band: Band) {
        self.lock().free.push(band);
        self.changed.notify_all();
    }

    /// The application has read a band.
    pub(crate) fn credit(&self, number: u8) {
        let mut state = self.lock();
        let number = usize::from(number);
        if let Some(at) = state.away.iter().position(|b| b.number() == number) {
            let band = state.away.swap_remove(at);
            state.free.push(band);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Whether the application has read everything.
    pub(crate) fn is_idle(&self) -> bool {
        self.lock().away.is_empty()
    }

    /// The application has gone.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }
}

/// What a driver is told whose application has gone.
pub(crate) fn gone() -> Error {
    Error::new(ErrorKind::Abort, "the application has gone")
}
