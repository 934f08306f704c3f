//! `quire-driver-host`: the process that a device is in. It is started by whoever opens the device, with one
//! end of a socket as its standard input, and ends with it.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let in_library = std::env::args_os().any(|arg| arg == driver_com::library::ARGUMENT);
    match devices::host::serve_program(in_library) {
        Ok(code) => ExitCode::from(code),
        Err(e) => {
            // There is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "quire-driver-host: {e}");
            ExitCode::FAILURE
        }
    }
}
