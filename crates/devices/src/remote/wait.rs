//! The wait for a host that transfers: its calls, and its deadlines.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use minidriver::Deadlines;
use wia::{Error, Result, Status};

use super::device::unexpected;
use super::host::{Host, Incoming, too_late};
use crate::host::message::{Answered, Call, Piece, Reply, ToHost};
use crate::host::pool::BANDS;
use crate::host::wire;

/// How often a cancel is told that may have come before the driver began: that is without effect.
const TOLD_AGAIN: Duration = Duration::from_millis(100);

/// Calls that may be on their way when a transfer is told to stop, or are its end: a write in each band, what they
/// complete, and the last words of stream and transfer. The application's time with them is not the host's.
const ON_THEIR_WAY: usize = 4 * BANDS;

/// The application's side of a transfer: answers what the host calls.
pub(crate) trait Side {
    /// A call. Whatever fails here is answered, or else ends the host.
    ///
    /// # Errors
    ///
    /// Why the host is dead, or is to be.
    fn call(&mut self, call: Call, caller: &Caller<'_>) -> Result<()>;

    /// The host is dead: tells the application what it has still to hear.
    fn died(&mut self);
}

/// Where answers go.
pub(crate) struct Caller<'a> {
    pub(crate) host: &'a Host,
    transfer: u64,
    /// The answer to this call decides whether the transfer goes on.
    decides: bool,
    /// It was told to stop.
    stopped: Cell<bool>,
}

impl Caller<'_> {
    pub(crate) fn answer(&self, answer: Result<Answered>) -> Result<()> {
        let stops = matches!(
            answer,
            Err(_) | Ok(Answered::Cancel | Answered::GoOn(false))
        );
        self.stopped.set(self.decides && stops);
        let message = ToHost::Answer {
            transfer: self.transfer,
            answer: answer.map_err(Into::into),
        };
        self.host.send(&message, None)
    }

    pub(crate) fn credit(&self, piece: Piece) -> Result<()> {
        self.host.send(&ToHost::Credit { band: piece.band }, None)
    }

    pub(crate) fn failed(&self, epoch: u32, error: Error) -> Result<()> {
        let message = ToHost::Failed {
            transfer: self.transfer,
            epoch,
            error: error.into(),
        };
        self.host.send(&message, None)
    }
}

/// Runs the application's code; a panic is a failure like others.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|panic| Err(Error::crashed("the application", panic.as_ref())))
}

/// The wait. Its time runs while nothing of it is waited for by the application; after a cancel it runs on.
pub(crate) struct Wait<'a> {
    host: &'a Host,
    id: u64,
    heard: Receiver<Incoming>,
    deadlines: Deadlines,
    /// A cancel was asked for.
    asked: &'a AtomicBool,
    /// No line has come yet.
    first_line: bool,
    /// How long it has not been heard.
    silence: Duration,
    /// It was told to stop.
    stopping: Option<Stopping>,
}

/// The time of a host that was told to stop.
struct Stopping {
    /// From when it counts.
    since: Instant,
    /// How many calls have come since.
    calls: usize,
}

impl<'a> Wait<'a> {
    /// The wait for the request of this number.
    pub(crate) fn new(
        host: &'a Host,
        (id, heard): (u64, Receiver<Incoming>),
        deadlines: Deadlines,
        asked: &'a AtomicBool,
    ) -> Wait<'a> {
        Wait {
            host,
            id,
            heard,
            deadlines,
            asked,
            first_line: true,
            silence: Duration::ZERO,
            stopping: None,
        }
    }

    /// Answers calls until the transfer has ended or the host has died.
    ///
    /// # Errors
    ///
    /// What the driver says; why the host is dead.
    pub(crate) fn serve(mut self, side: &mut dyn Side) -> Result<Status> {
        loop {
            let left = self.left();
            if left.is_zero() {
                self.host.give_up(self.overrun());
                return Err(self.host.death());
            }
            let slice = match self.stopping {
                Some(_) => left.min(TOLD_AGAIN),
                None => left,
            };
            let since = Instant::now();
            let incoming = self.heard.recv_timeout(slice);
            self.silence += since.elapsed();
            // Before what came: there may be much of it.
            if self.is_asked() && self.stopping.is_none() {
                self.stop();
                self.tell_cancel();
            }
            match incoming {
                Ok(Incoming::Call(call)) => self.call(call, side),
                Ok(Incoming::Reply(Ok(Reply::Ended { status }))) => return wire::status(status),
                Ok(Incoming::Reply(Ok(other))) => {
                    self.host.give_up(unexpected(&other));
                    return Err(self.host.death());
                }
                Ok(Incoming::Reply(Err(e))) => return Err(e),
                Ok(Incoming::Woken) | Err(RecvTimeoutError::Timeout) => self.tell_cancel(),
                Err(RecvTimeoutError::Disconnected) => return Err(self.host.death()),
            }
        }
    }

    /// Has a call answered.
    fn call(&mut self, call: Call, side: &mut dyn Side) {
        self.silence = Duration::ZERO;
        self.first_line &= !is_line(&call);
        let caller = Caller {
            host: self.host,
            transfer: self.id,
            decides: matches!(
                call,
                Call::NextStream { .. } | Call::Message(_) | Call::Data { .. }
            ),
            stopped: Cell::new(false),
        };
        let begun = Instant::now();
        let done = match call {
            // Who wants to stop is not asked what to do.
            Call::Ask(_) if self.stopping.is_some() => caller.answer(Ok(Answered::Said(2))),
            call => side.call(call, &caller),
        };
        // What fails has killed the host, or is the reason to.
        if let Err(e) = done {
            self.host.give_up(e);
        }
        if let Some(stopping) = &mut self.stopping {
            stopping.calls += 1;
            if stopping.calls <= ON_THEIR_WAY {
                stopping.since += begun.elapsed();
            }
        }
        if caller.stopped.get() {
            self.stop();
        }
    }

    /// It has been told to stop, or is about to be.
    fn stop(&mut self) {
        self.stopping.get_or_insert_with(|| Stopping {
            since: Instant::now(),
            calls: 0,
        });
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// Tells the host to cancel, again if it was told before.
    fn tell_cancel(&self) {
        if !self.is_asked() {
            // An answer said so, which is told once.
            return;
        }
        let message = ToHost::Cancel { transfer: self.id };
        // A dead host is noticed by what it does not say.
        let _ = self.host.send(&message, None);
    }

    /// What is left of the deadlines.
    fn left(&self) -> Duration {
        let line = self.line_deadline().saturating_sub(self.silence);
        match &self.stopping {
            Some(stopping) => line.min(self.left_to_stop(stopping)),
            None => line,
        }
    }

    fn left_to_stop(&self, stopping: &Stopping) -> Duration {
        self.deadlines
            .cancel
            .saturating_sub(stopping.since.elapsed())
    }

    const fn line_deadline(&self) -> Duration {
        match self.first_line {
            true => self.deadlines.first_line,
            false => self.deadlines.line,
        }
    }

    /// Which deadline has passed.
    fn overrun(&self) -> Error {
        match &self.stopping {
            Some(stopping) if self.left_to_stop(stopping).is_zero() => {
                too_late("stop after a cancel", self.deadlines.cancel)
            }
            _ if self.first_line => too_late("send a first line", self.deadlines.first_line),
            _ => too_late("send another line", self.deadlines.line),
        }
    }
}

/// Whether a call shows that the device has begun to give lines.
fn is_line(call: &Call) -> bool {
    matches!(
        call,
        Call::Write(_)
            | Call::Part(_)
            | Call::Data { piece: Some(_), .. }
            | Call::Progress { .. }
            | Call::Read(_)
    )
}
