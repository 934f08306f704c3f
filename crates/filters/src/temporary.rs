//! Failures of the filters' temporary files: whose disk is full is not to be guessed.

use std::io;

use wia::Error;

/// The error for a temporary file that cannot be made or written.
pub(crate) fn failed(e: io::Error) -> Error {
    Error::from_write(e).context(name())
}

/// The error for one that cannot be read.
pub(crate) fn failed_read(e: io::Error) -> Error {
    Error::from_read(e).context(name())
}

fn name() -> String {
    let folder = std::env::temp_dir();
    format!("a temporary file for the filter in {}", folder.display())
}
