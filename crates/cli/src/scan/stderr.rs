//! Standard error, which may be full because nobody reads it.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use acquire::Cancel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, fstat};

/// How often a wait looks for room and for a cancel.
const LOOK: Duration = Duration::from_millis(20);
/// Looks after a cancel: a second, in which a reader that is only slow reads a little.
const LOOKS_AFTER_CANCEL: u32 = 50;
/// What a pipe or socket with room takes at once: `PIPE_BUF` of Linux.
const AT_ONCE: usize = 4096;

/// Standard error of a scan.
pub(crate) struct Stderr {
    cancel: Cancel,
    lines: Mutex<Lines>,
}

struct Lines {
    /// Standard error, opened anew so that writing never waits. The open file that the program was given
    /// is shared with programs that do not expect that.
    own: Option<File>,
    /// What of a line could not be written yet.
    rest: Vec<u8>,
    /// Nobody reads: nothing more is written, not behind half a line.
    given_up: bool,
}

impl Stderr {
    pub(crate) fn new(cancel: &Cancel) -> Stderr {
        Stderr {
            cancel: cancel.clone(),
            lines: Mutex::new(Lines {
                own: open_anew(),
                rest: Vec::new(),
                given_up: false,
            }),
        }
    }

    /// Writes text if there is room for some of it now; else it is dropped.
    pub(crate) fn offer(&self, text: &[u8]) {
        let mut lines = self.lock();
        lines.push();
        if lines.rest.is_empty() && !lines.given_up {
            lines.rest.extend_from_slice(text);
            lines.push();
            if lines.rest.len() == text.len() {
                lines.rest.clear();
            }
        }
    }

    /// Writes text and waits until it is written, but not for long once the scan is cancelled. A reader
    /// that went away does not stop the scan: the document counts.
    pub(crate) fn write(&self, text: &[u8]) {
        let mut lines = self.lock();
        if lines.given_up {
            return;
        }
        lines.rest.extend_from_slice(text);
        let mut looks = 0;
        lines.push();
        while !lines.rest.is_empty() {
            looks += u32::from(self.cancel.is_cancelled());
            if looks > LOOKS_AFTER_CANCEL {
                lines.given_up = true;
                return;
            }
            thread::sleep(LOOK);
            lines.push();
        }
    }

    /// Whether there is room now.
    pub(crate) fn has_room(&self) -> bool {
        let mut lines = self.lock();
        lines.push();
        lines.rest.is_empty() && !lines.given_up && has_room()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Writes what there is room for.
    fn push(&mut self) {
        while !self.rest.is_empty() && !self.given_up {
            let written = match &mut self.own {
                Some(own) => own.write(&self.rest),
                None if !has_room() => return,
                None => io::stderr().write(&self.rest[..self.rest.len().min(AT_ONCE)]),
            };
            match written {
                Ok(n) => drop(self.rest.drain(..n)),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.rest.clear(),
            }
        }
    }
}

/// A pipe or terminal. A file would be written from its beginning, and a socket cannot be opened.
fn open_anew() -> Option<File> {
    let stderr = io::stderr();
    let is_pipe = |mode| FileType::from_raw_mode(mode) == FileType::Fifo;
    if !stderr.is_terminal() && !fstat(&stderr).is_ok_and(|stat| is_pipe(stat.st_mode)) {
        return None;
    }
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new()
        .write(true)
        .custom_flags(flags.bits().cast_signed())
        .open("/proc/self/fd/2")
        .ok()
}

/// Also a pipe without a reader has room: writing says what is wrong.
fn has_room() -> bool {
    let stderr = io::stderr();
    let mut fds = [PollFd::new(&stderr, PollFlags::OUT)];
    !matches!(poll(&mut fds, Some(&Timespec::default())), Ok(0))
}
