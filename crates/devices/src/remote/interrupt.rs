//! The end of a wait for a device that is being opened, or looked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use wia::{Error, ErrorKind, Result};

use super::host::Host;

/// Ends what is asked of a device before its first transfer, from any thread: the process that it is in is
/// killed, whatever it does just then. Devices in this process do not hear it.
#[derive(Clone, Default)]
pub struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    interrupted: bool,
    /// Transfers have cancels of their own.
    over: bool,
    hosts: Vec<Weak<Host>>,
}

impl Interrupt {
    /// Ends the wait: who waits gets `Abort`, now and later.
    pub fn interrupt(&self) {
        let mut state = self.lock();
        if state.over {
            return;
        }
        state.interrupted = true;
        let hosts = std::mem::take(&mut state.hosts);
        drop(state);
        for host in hosts.iter().filter_map(Weak::upgrade) {
            host.give_up(interrupted());
        }
    }

    /// From now on it is without effect.
    pub fn disarm(&self) {
        let mut state = self.lock();
        state.over = true;
        state.hosts.clear();
    }

    /// Whether there was one in time.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.lock().interrupted
    }

    /// A host that is about to be waited for.
    ///
    /// # Errors
    ///
    /// `Abort` after an interrupt.
    pub(super) fn minds(&self, host: &Arc<Host>) -> Result<()> {
        let mut state = self.lock();
        if state.interrupted {
            return Err(interrupted());
        }
        if !state.over {
            state.hosts.retain(|host| host.strong_count() > 0);
            state.hosts.push(Arc::downgrade(host));
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn interrupted() -> Error {
    Error::new(ErrorKind::Abort, "cancelled")
}
