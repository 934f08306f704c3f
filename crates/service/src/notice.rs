//! Events for a driver while its transfer runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use minidriver::Minidriver;
use wia::Guid;

/// Tells the driver of events of one transfer (`drvNotifyPnpEvent`), and never of one when the transfer
/// is over: the next transfer would take it for its own.
pub(crate) struct Notice {
    driver: Arc<dyn Minidriver>,
    over: Mutex<bool>,
}

impl Notice {
    /// For a transfer that begins.
    pub(crate) fn new(driver: Arc<dyn Minidriver>) -> Arc<Notice> {
        Arc::new(Notice {
            driver,
            over: Mutex::new(false),
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
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        if !*over {
            self.driver.notify_pnp_event(event);
        }
    }

    /// The driver has returned. Waits until it has heard what it is being told.
    pub(crate) fn end(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}
