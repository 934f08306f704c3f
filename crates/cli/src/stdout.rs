//! Results go to standard output, whole or with an honest failure.

use std::io::Write;

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, major, minor};
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

/// Whether the program was started without a standard output. The runtime of Rust has opened
/// `/dev/null` in its place, for reading and writing, as no shell's `>/dev/null` does; the few programs
/// that hand it on so (Python's `DEVNULL`) look the same.
pub(crate) fn is_closed() -> bool {
    const NULL: (u32, u32) = (1, 3);
    let stdout = std::io::stdout();
    let is_null = fstat(&stdout).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice
            && (major(stat.st_rdev), minor(stat.st_rdev)) == NULL
    });
    is_null && fcntl_getfl(&stdout).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR)
}

/// The failure of a document for a standard output that is closed.
pub(crate) fn closed() -> Failure {
    Failure::new(ErrorKind::BrokenPipe, "standard output is closed")
}
