//! Ctrl-C and SIGTERM.

use std::thread;

use acquire::Cancel;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use wia::{Error, ErrorKind};

/// Exit code of a scan that was stopped.
const CANCELLED: i32 = 130;

/// Cancels on the first signal and exits at once on the second.
///
/// # Errors
///
/// When the system gives no thread or no signal handler.
pub(crate) fn cancel_on_signals(cancel: &Cancel) -> Result<(), Error> {
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|e| Error::new(ErrorKind::Unexpected, format!("signals: {e}")))?;
    let cancel = cancel.clone();
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                if cancel.is_cancelled() {
                    // A person who insists does not want to wait for a device. The pages so far are in
                    // the partial file, which opens as it is.
                    low_level::exit(CANCELLED);
                }
                cancel.cancel();
            }
        })
        .map_err(|e| Error::new(ErrorKind::Unexpected, format!("signals: {e}")))?;
    Ok(())
}
