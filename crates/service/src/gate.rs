//! One request at a time: who may call the driver.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use wia::{Error, ErrorKind, Result};

/// Lets one request reach the driver at a time, and knows whether a transfer is committed.
///
/// A transfer holds the gate by a token that belongs to the driver's own thread: a driver that is
/// abandoned keeps the device busy until it really returns.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Default)]
struct GateState {
    request: bool,
    transfer: bool,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no request is in the driver.
    fn idle(&self) -> Result<MutexGuard<'_, GateState>> {
        let mut state = self.lock();
        while state.request && !state.transfer {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.transfer {
            return Err(busy());
        }
        Ok(state)
    }

    /// Runs a short request in the driver. Waits for another request.
    ///
    /// # Errors
    ///
    /// `Busy` while a transfer is committed: it may take minutes.
    pub(crate) fn request<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut state = self.idle()?;
        state.request = true;
        drop(state);
        let _done = RequestDone(self);
        call()
    }

    /// Commits a transfer.
    ///
    /// # Errors
    ///
    /// `Busy` when one is committed already.
    pub(crate) fn commit_transfer(self: &Arc<Gate>) -> Result<TransferToken> {
        let mut state = self.idle()?;
        state.transfer = true;
        Ok(TransferToken(Arc::clone(self)))
    }

    /// Whether a transfer is committed.
    pub(crate) fn is_transferring(&self) -> bool {
        self.lock().transfer
    }
}

fn busy() -> Error {
    Error::new(
        ErrorKind::Busy,
        "the device is in use: another transfer is running",
    )
}

struct RequestDone<'a>(&'a Gate);

impl Drop for RequestDone<'_> {
    fn drop(&mut self) {
        self.0.lock().request = false;
        self.0.changed.notify_all();
    }
}

/// Held while a transfer is committed on the device.
pub(crate) struct TransferToken(Arc<Gate>);

impl Drop for TransferToken {
    fn drop(&mut self) {
        self.0.lock().transfer = false;
        self.0.changed.notify_all();
    }
}
