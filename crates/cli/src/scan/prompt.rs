//! Waiting for a line of a person: between the scans of a flatbed, and when the device needs help.

use std::io::{self, IsTerminal};
use std::time::Duration;

use acquire::Cancel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};

/// How often a cancel is looked for. A read of the terminal goes on after a signal, so that the wait
/// has to look by itself.
const LOOK: Duration = Duration::from_millis(100);

/// Whether there is somebody to ask.
pub(crate) fn possible() -> bool {
    io::stdin().is_terminal()
}

/// Forgets what was typed before there was a question.
pub(crate) fn forget_typed() {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        // What cannot be forgotten is an answer.
        let _ = tcflush(&stdin, QueueSelector::IFlush);
    }
}

/// Waits for Enter. `false` when there will be none: end of input, or the scan was cancelled.
pub(crate) fn wait_for_enter(cancel: &Cancel) -> bool {
    wait_for_line(cancel).is_some()
}

/// Waits for a line and gives it without its end; of a long one, some. `None` when there will be none: end
/// of input, or the scan was cancelled.
pub(crate) fn wait_for_line(cancel: &Cancel) -> Option<String> {
    let stdin = io::stdin();
    let look = Timespec::try_from(LOOK).ok();
    let mut part = [0; 256];
    let mut line = Vec::new();
    loop {
        if cancel.is_cancelled() {
            return None;
        }
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut fds, look.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return None,
        }
        match rustix::io::read(&stdin, &mut part) {
            Ok(0) => return None,
            Ok(n) => {
                let read = &part[..n];
                if let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                    line.extend_from_slice(&read[..end]);
                    return Some(String::from_utf8_lossy(&line).trim().to_owned());
                }
                // Nobody types so much to be understood.
                if line.len() < read.len() {
                    line.extend_from_slice(read);
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}
