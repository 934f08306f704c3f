//! Ctrl-C, SIGTERM, a closed terminal, and a limit on the size of files.

use std::fs;
use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use wia::{Error, ErrorKind};

/// Calls `each` with every signal that asks the program to end, on a thread of its own.
///
/// # Errors
///
/// When the system gives no thread or no signal handler.
pub(crate) fn on_signals(mut each: impl FnMut(i32) + Send + 'static) -> Result<(), Error> {
    let failed = |e| Error::new(ErrorKind::Unexpected, format!("signals: {e}"));
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
    if !is_ignored(SIGHUP) {
        signals.add_signal(SIGHUP).map_err(failed)?;
    }
    // Handled in any way, it lets the write fail that goes beyond the limit.
    flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || signals.forever().for_each(&mut each))
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
