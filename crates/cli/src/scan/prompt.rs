//! Waiting for Enter between the scans of a flatbed.

use std::io::{self, IsTerminal};
use std::time::Duration;

use acquire::Cancel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How often a cancel is looked for. A read of the terminal goes on after a signal, so that the wait
/// has to look by itself.
const LOOK: Duration = Duration::from_millis(100);

/// Whether there is somebody to ask.
pub(crate) fn possible() -> bool {
    io::stdin().is_terminal()
}

/// Waits for Enter. `false` when there will be none: end of input, or the scan was cancelled.
pub(crate) fn wait_for_enter(cancel: &Cancel) -> bool {
    let stdin = io::stdin();
    let look = Timespec::try_from(LOOK).ok();
    let mut line = [0; 256];
    loop {
        if cancel.is_cancelled() {
            return false;
        }
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut fds, look.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return false,
        }
        match rustix::io::read(&stdin, &mut line) {
            Ok(0) => return false,
            Ok(n) if line[..n].contains(&b'\n') => return true,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
