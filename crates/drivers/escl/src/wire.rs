//! The one connection of a scanner, and how it is cut: by deadlines, and by a cancel from another thread.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wia::{Error, ErrorKind, Result};

/// The longest time that the answer about a new job may be late.
const LATE: Duration = Duration::from_secs(1);

/// What is waited for, until when, and over which socket.
#[derive(Debug)]
pub(crate) struct Wire {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    cancelled: bool,
    /// The last words with the scanner are not cancelled.
    closing: bool,
    /// A job is being made: how long its answer is waited for after a cancel.
    making: Option<Duration>,
    /// The request for the job is on its way.
    sent: bool,
    until: Instant,
    allowed: Duration,
    what: &'static str,
    socket: Option<Arc<TcpStream>>,
}

impl State {
    /// How much longer than its deadline a job that is asked for is waited for: else nobody knew what to delete.
    fn grace(&self) -> Duration {
        self.patience()
            .map_or(Duration::ZERO, |_| (self.allowed / 20).min(LATE))
    }

    /// How long a cancel waits for a job that is asked for.
    fn patience(&self) -> Option<Duration> {
        self.making.filter(|_| self.sent)
    }
}

impl Wire {
    pub(crate) fn new() -> Wire {
        Wire {
            state: Mutex::new(State {
                cancelled: false,
                closing: false,
                making: None,
                sent: false,
                until: Instant::now(),
                allowed: Duration::ZERO,
                what: "",
                socket: None,
            }),
            changed: Condvar::new(),
        }
    }

    /// A new transfer: no cancel of an older one counts.
    pub(crate) fn begin(&self) {
        let mut state = self.lock();
        state.cancelled = false;
        state.closing = false;
        state.making = None;
    }

    /// From now on `what` must come within so long.
    pub(crate) fn expect(&self, what: &'static str, within: Duration) {
        let mut state = self.lock();
        state.what = what;
        state.allowed = within;
        state.until = Instant::now() + within;
    }

    /// The same for the last words, which a cancel does not interrupt.
    pub(crate) fn close(&self, within: Duration) {
        self.lock().closing = true;
        self.expect("the end of the job", within);
    }

    /// A job is being made, up to [`Wire::made`]. Once the request is on its way, a cancel does not cut it off but
    /// waits so long for the answer: else nobody knew what to delete.
    pub(crate) fn make(&self, patience: Duration) {
        let mut state = self.lock();
        state.making = Some(patience);
        state.sent = false;
    }

    /// The request is on its way from now on.
    pub(crate) fn sent(&self) {
        self.lock().sent = true;
    }

    /// The answer is there, or will not come.
    pub(crate) fn made(&self) {
        self.lock().making = None;
    }

    /// Whether the time that is left may become shorter on the way.
    pub(crate) fn is_making(&self) -> bool {
        self.lock().making.is_some()
    }

    /// The deadline begins anew: something has come.
    pub(crate) fn came(&self) {
        let mut state = self.lock();
        state.until = Instant::now() + state.allowed;
    }

    /// Stops whatever waits.
    pub(crate) fn cancel(&self) {
        let mut state = self.lock();
        let first = !state.cancelled;
        state.cancelled = true;
        if let Some(patience) = state.patience() {
            if first {
                state.until = state.until.min(Instant::now() + patience);
            }
        } else if !state.closing
            && let Some(socket) = &state.socket
        {
            // One that is not connected any more needs no shutting down.
            drop(socket.shutdown(Shutdown::Both));
        }
        self.changed.notify_all();
    }

    /// Whether the transfer was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// The time that is left.
    ///
    /// # Errors
    ///
    /// `Deadline` when there is none, `Abort` after a cancel.
    pub(crate) fn left(&self) -> Result<Duration> {
        let state = self.lock();
        if state.cancelled && !state.closing && state.patience().is_none() {
            return Err(Error::new(ErrorKind::Abort, "the transfer was cancelled"));
        }
        let until = match state.cancelled {
            true => state.until,
            false => state.until + state.grace(),
        };
        let left = until.saturating_duration_since(Instant::now());
        drop(state);
        match left.is_zero() {
            true => Err(self.late()),
            false => Ok(left),
        }
    }

    /// What is said when the time is over.
    pub(crate) fn late(&self) -> Error {
        let state = self.lock();
        let (what, allowed) = (state.what, state.allowed.as_secs_f64());
        let what = format!("{what} did not come within {allowed} s");
        Error::new(ErrorKind::Deadline, what)
    }

    /// Waits.
    ///
    /// # Errors
    ///
    /// As [`Wire::left`], also on the way.
    pub(crate) fn wait(&self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            let left = self.left()?;
            let rest = end.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(());
            }
            let state = self.lock();
            if !state.cancelled || state.closing {
                let waited = self.changed.wait_timeout(state, rest.min(left));
                drop(waited.unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    /// The socket that is used from now on; a cancel shuts it down.
    pub(crate) fn attach(&self, socket: &Arc<TcpStream>) {
        self.lock().socket = Some(Arc::clone(socket));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_and_cancels() {
        let wire = Wire::new();
        let kind = || wire.left().unwrap_err().kind();
        assert_eq!(kind(), ErrorKind::Deadline);
        wire.expect("a word", Duration::from_secs(3600));
        assert!(wire.wait(Duration::from_millis(1)).is_ok());
        wire.cancel();
        assert_eq!(kind(), ErrorKind::Abort);
        wire.close(Duration::from_secs(3600));
        wire.cancel();
        assert!(wire.left().is_ok());
        wire.begin();
        assert!(!wire.is_cancelled());
        // A job that is asked for is waited for, and not longer when it is cancelled again.
        wire.make(Duration::from_secs(3000));
        wire.sent();
        wire.cancel();
        assert!(wire.left().unwrap() <= Duration::from_secs(3000));
        wire.made();
        assert_eq!(kind(), ErrorKind::Abort);
        wire.begin();
        wire.make(Duration::ZERO);
        wire.cancel();
        assert_eq!(kind(), ErrorKind::Abort);
        wire.begin();
        wire.make(Duration::ZERO);
        wire.sent();
        wire.cancel();
        assert_eq!(kind(), ErrorKind::Deadline);
        // Without a cancel a little more than the deadline, for the job alone.
        wire.begin();
        wire.expect("a job", Duration::from_secs(3600));
        wire.make(Duration::ZERO);
        wire.sent();
        wire.lock().until = Instant::now();
        assert!(wire.left().unwrap() <= LATE);
        wire.made();
        assert_eq!(kind(), ErrorKind::Deadline);
        wire.begin();
        wire.expect("a word", Duration::from_secs(3600));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| wire.wait(Duration::from_secs(3000)));
            wire.cancel();
            assert_eq!(
                waiting.join().unwrap().unwrap_err().kind(),
                ErrorKind::Abort
            );
        });
    }
}
