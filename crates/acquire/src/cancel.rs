//! Cancelling from outside.

use std::sync::{Arc, Mutex, PoisonError};

type Hook = Box<dyn Fn() + Send>;

/// A handle that stops a running scan from any thread.
#[derive(Clone, Default)]
pub struct Cancel {
    shared: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    hook: Option<Hook>,
}

impl Cancel {
    /// Stops the scan, or the one that begins next. Does not wait.
    pub fn cancel(&self) {
        let mut state = self.lock();
        state.cancelled = true;
        if let Some(hook) = &state.hook {
            hook();
        }
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// Calls `hook` when the scan is stopped, and at once if it already is. One hook at a time.
    pub(crate) fn set_hook(&self, hook: Option<Hook>) {
        let mut state = self.lock();
        if let (true, Some(hook)) = (state.cancelled, &hook) {
            hook();
        }
        state.hook = hook;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
