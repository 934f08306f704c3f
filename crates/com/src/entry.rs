//! Where a program enters the library that has nothing to do but to hold a device whose driver calls the library.
#![expect(unsafe_code, reason = "symbols are exported")]

use std::ffi::{CStr, c_char, c_int};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wia::{Error, ErrorKind, Result};

/// What a program returns that has failed.
const FAILED: c_int = 1;

/// Serves as a driver host, with the socket that is the standard input, until the application has gone. The exit code.
#[unsafe(no_mangle)]
pub extern "C" fn WiaServeDriverHost() -> c_int {
    serve("quire-driver-host", devices::host::serve_standard_input)
}

/// Does the duties of `quire check` from one on and tells of them on the standard output. The arguments are the device's
/// URI and the duty's id. The exit code.
///
/// # Safety
///
/// `argv` has `argc` strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WiaServeCheck(argc: c_int, argv: *const *const c_char) -> c_int {
    serve("quire check", || {
        let count = usize::try_from(argc).unwrap_or(0);
        // SAFETY: the caller's promise is the same.
        let words = (0..count).map(|i| unsafe { CStr::from_ptr(*argv.add(i)) });
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        let Some(device) = words.first() else {
            return Err(Error::new(ErrorKind::InvalidArgument, "no device to check"));
        };
        let first = words.get(1).map(AsRef::as_ref).unwrap_or_default();
        testkit::tell_duties(first, &|| devices::open_driver(device))
    })
}

fn serve(program: &str, run: impl FnOnce() -> Result<()>) -> c_int {
    driver_com::library::enter();
    let said = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return 0,
        Ok(Err(e)) => e.to_string(),
        Err(_) => "a panic".to_owned(),
    };
    // There is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "{program}: {said}");
    FAILED
}
