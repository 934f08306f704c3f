//! Events for a driver while its transfer runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use minidriver::Minidriver;
use wia::{Guid, Result};

use crate::guard::guarded;

/// Tells the driver of events of one transfer (`drvNotifyPnpEvent`), and never of one when the transfer
/// is over: the next transfer would take it for its own.
pub(crate) struct Notice {
    driver: Arc<dyn Minidriver>,
    state: Mutex<State>,
}

struct State {
    over: bool,
    /// What became of the events so far: a crash of the driver in one of them.
    outcome: Result<()>,
}

impl Notice {
    /// For a transfer that begins.
    pub(crate) fn new(driver: Arc<dyn Minidriver>) -> Arc<Notice> {
        Arc::new(Notice {
            driver,
            state: Mutex::new(State {
                over: false,
                outcome: Ok(()),
            }),
        })
    }

    /// Sends the driver an event from a thread of its own: nobody waits for what it does with it, but
    /// the end of the transfer.
    pub(crate) fn send(self: &Arc<Notice>, event: Guid) {
        let me = Arc::clone(self);
        let spawned = thread::Builder::new()
            .name("notify".into())
            .spawn(move || me.tell(event));
        if spawned.is_err() {
            // Better late than never: without a thread it is told from here.
            self.tell(event);
        }
    }

    fn tell(&self, event: Guid) {
        let mut state = self.lock();
        if state.over {
            return;
        }
        let told = guarded(|| {
            self.driver.notify_pnp_event(event);
            Ok(())
        });
        if state.outcome.is_ok() {
            state.outcome = told;
        }
    }

    /// The driver has returned. Waits until it has heard what it is being told.
    ///
    /// # Errors
    ///
    /// `ExceptionInDriver` when it crashed while it was told.
    pub(crate) fn end(&self) -> Result<()> {
        let mut state = self.lock();
        state.over = true;
        state.outcome.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
