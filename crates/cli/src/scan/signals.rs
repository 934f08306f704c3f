//! Ctrl-C, SIGTERM, a closed terminal, and a limit on the size of files.

use std::fs;
use std::sync::Arc;
use std::thread;

use acquire::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use wia::{Error, ErrorKind};

use super::report::Report;

/// Cancels on the first signal and exits at once on the second.
///
/// # Errors
///
/// When the system gives no thread or no signal handler.
pub(crate) fn cancel_on_signals(cancel: &Cancel, report: &Arc<Report>) -> Result<(), Error> {
    let failed = |e| Error::new(ErrorKind::Unexpected, format!("signals: {e}"));
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
    if !is_ignored(SIGHUP) {
        signals.add_signal(SIGHUP).map_err(failed)?;
    }
    // Handled in any way, it lets the write fail that goes beyond the limit.
    flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    let (cancel, report) = (cancel.clone(), Arc::clone(report));
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                // A person who insists does not want to wait for a device. Of a closed terminal the
                // system and the shell tell, each once.
                if cancel.is_cancelled() && signal != SIGHUP {
                    report.exit_at_once();
                }
                cancel.cancel();
            }
        })
        .map_err(failed)?;
    Ok(())
}

/// Whether the program was started so that it survives a signal, as `nohup` does.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}
