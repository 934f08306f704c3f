//! Results go to standard output, whole or with an honest failure.

use std::io::Write;

use wia::{Error, ErrorKind};

use crate::failure::Failure;

/// Writes a result.
///
/// # Errors
///
/// Exit code 7 when it does not arrive, such as in a pipe whose reader went away.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|e| match Error::from_write(e) {
            e if e.kind() == ErrorKind::BrokenPipe => {
                Failure::from(Error::new(ErrorKind::BrokenPipe, "").context("standard output"))
            }
            e => Failure::from(e.context("standard output")),
        })
}

/// Writes a result as JSON, for other programs.
///
/// # Errors
///
/// As [`write`].
pub(crate) fn write_json(value: &serde_json::Value) -> Result<(), Failure> {
    write(&format!("{value:#}\n"))
}
