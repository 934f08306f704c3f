//! Standard error, which may be full because nobody reads it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use acquire::Cancel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How often a wait looks for a cancel.
const LOOK: Duration = Duration::from_millis(20);
/// Looks after a cancel: a second, in which a reader that is only slow reads a little.
const LOOKS_AFTER_CANCEL: u32 = 50;
/// What a writable pipe takes without blocking: `PIPE_BUF` of Linux.
const OF_PIPE: usize = 4096;
/// What a writable terminal takes without blocking: its buffer grows in such pieces.
const OF_TERMINAL: usize = 256;

/// Standard error of a scan. A line waits until it can be written, but not for long once the scan is
/// cancelled.
pub(crate) struct Stderr {
    cancel: Cancel,
    /// Nobody reads. Nothing more is written, not behind half a line.
    given_up: bool,
}

impl Stderr {
    pub(crate) fn new(cancel: Cancel) -> Stderr {
        Stderr {
            cancel,
            given_up: false,
        }
    }

    /// Whether a line can be written without waiting.
    pub(crate) fn is_ready(&self) -> bool {
        !self.given_up && has_room(Duration::ZERO)
    }

    /// Waits until something can be written. `false` when the scan was cancelled and nobody reads.
    pub(crate) fn wait(&mut self) -> bool {
        let mut looks = LOOKS_AFTER_CANCEL;
        while !self.given_up && !has_room(LOOK) {
            if self.cancel.is_cancelled() {
                looks -= 1;
                self.given_up = looks == 0;
            }
        }
        !self.given_up
    }

    /// Writes a line, with its line break. A reader that went away does not stop the scan: the document
    /// counts.
    pub(crate) fn write(&mut self, line: &[u8]) {
        let mut stderr = io::stderr();
        let most = if stderr.is_terminal() {
            OF_TERMINAL
        } else {
            OF_PIPE
        };
        for part in line.chunks(most) {
            if !self.wait() || stderr.write_all(part).is_err() {
                return;
            }
        }
    }
}

/// Waits for room. A pipe without a reader has it, too: writing says what is wrong.
fn has_room(wait: Duration) -> bool {
    let stderr = io::stderr();
    let mut fds = [PollFd::new(&stderr, PollFlags::OUT)];
    match poll(&mut fds, Timespec::try_from(wait).ok().as_ref()) {
        Ok(0) | Err(Errno::INTR) => false,
        Ok(_) | Err(_) => true,
    }
}
