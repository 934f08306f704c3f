//! `quire-driver-host`: the process that a device is in. It is started by whoever opens the device, with one
//! end of a socket as its standard input, and ends with it.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match devices::host::serve_standard_input() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            // There is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "quire-driver-host: {e}");
            ExitCode::FAILURE
        }
    }
}
