//! Ctrl-C and SIGTERM.

use std::sync::Arc;
use std::thread;

use acquire::Cancel;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use wia::{Error, ErrorKind};

use super::report::Report;

/// Cancels on the first signal and exits at once on the second.
///
/// # Errors
///
/// When the system gives no thread or no signal handler.
pub(crate) fn cancel_on_signals(cancel: &Cancel, report: &Arc<Report>) -> Result<(), Error> {
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|e| Error::new(ErrorKind::Unexpected, format!("signals: {e}")))?;
    let (cancel, report) = (cancel.clone(), Arc::clone(report));
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                if cancel.is_cancelled() {
                    // A person who insists does not want to wait for a device.
                    report.exit_at_once();
                }
                cancel.cancel();
            }
        })
        .map_err(|e| Error::new(ErrorKind::Unexpected, format!("signals: {e}")))?;
    Ok(())
}
