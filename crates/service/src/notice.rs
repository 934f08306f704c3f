//! Events for a driver while its transfer runs.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use minidriver::Minidriver;
use wia::{Error, ErrorKind, Guid, Result};

use crate::guard::guarded;

/// Tells the driver of events of one transfer (`drvNotifyPnpEvent`), and never of one when the transfer
/// is over: the next transfer would take it for its own.
///
/// Its thread is there from the transfer's beginning and sleeps: a new one would have to wait for a
/// processor while the driver is at work.
pub(crate) struct Notice {
    state: Arc<Mutex<State>>,
    events: Sender<Guid>,
}

struct State {
    over: bool,
    /// What became of the events so far: a crash of the driver in one of them.
    outcome: Result<()>,
}

impl Notice {
    /// For a transfer that begins.
    ///
    /// # Errors
    ///
    /// `OutOfMemory` when there is no thread.
    pub(crate) fn new(driver: Arc<dyn Minidriver>) -> Result<Arc<Notice>> {
        let state = Arc::new(Mutex::new(State {
            over: false,
            outcome: Ok(()),
        }));
        let (events, hears) = mpsc::channel();
        let told = Arc::clone(&state);
        // It ends with the last of those who can send.
        let run = move || {
            hears
                .iter()
                .for_each(|event| tell(driver.as_ref(), &told, event));
        };
        thread::Builder::new()
            .name("notify".into())
            .spawn(run)
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))?;
        Ok(Arc::new(Notice { state, events }))
    }

    /// Sends the driver an event: nobody waits for what it does with it, but the end of the transfer.
    pub(crate) fn send(&self, event: Guid) {
        // The thread hears for as long as this lives.
        let _ = self.events.send(event);
    }

    /// The driver has returned. Waits until it has heard what it is being told.
    ///
    /// # Errors
    ///
    /// `ExceptionInDriver` when it crashed while it was told.
    pub(crate) fn end(&self) -> Result<()> {
        let mut state = lock(&self.state);
        state.over = true;
        state.outcome.clone()
    }
}

fn tell(driver: &dyn Minidriver, state: &Mutex<State>, event: Guid) {
    let mut state = lock(state);
    if state.over {
        return;
    }
    let told = guarded(|| {
        driver.notify_pnp_event(event);
        Ok(())
    });
    if state.outcome.is_ok() {
        state.outcome = told;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
