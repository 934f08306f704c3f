//! What is done with any bytes: the bodies of the fuzz targets, and the small files that they begin with.
//!
//! A reader may refuse bytes, as damaged or as unsupported. It may not panic, not blame somebody else, and
//! not take time or memory without bounds; who changes a file keeps what was in it.

#![forbid(unsafe_code)]
#![expect(
    clippy::panic,
    reason = "it panics when something is wrong: that is what it is for"
)]

mod change;
mod convert;
mod read;
pub mod seeds;

use std::fs::File;
use std::io::{Read, Seek, Write};

use formats::Limits;
use wia::{ErrorKind, Result};

/// Small enough to be reached.
const LIMITS: Limits = Limits {
    row_bytes: 1 << 20,
    held_bytes: 8 << 20,
    pixels: 1 << 22,
    pages: 64,
    objects: 1 << 12,
    value_bytes: 1 << 20,
    depth: 16,
};

/// Pages that are looked at of a file.
const PAGES: usize = 4;

/// What is done with the bytes. It panics when something is wrong.
pub type Target = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: [(&str, Target); 11] = [
    ("image_tiff", read::image_tiff),
    ("image_png", read::image_png),
    ("image_jpeg", read::image_jpeg),
    ("image_lines", read::image_lines),
    ("image_pdf", read::image_pdf),
    ("stream", read::stream),
    ("tiff_append", change::tiff_append),
    ("tiff_recover", change::tiff_recover),
    ("pdf_append", change::pdf_append),
    ("pdf_recover", change::pdf_recover),
    ("convert", convert::convert),
];

/// Runs the target of this name; nothing for a name that there is not.
pub fn run(name: &str, data: &[u8]) {
    if let Some((_, target)) = TARGETS.iter().find(|(other, _)| *other == name) {
        target(data);
    }
}

/// A file of these bytes.
fn file_of(data: &[u8]) -> Option<File> {
    let mut file = tempfile::tempfile_in("/dev/shm")
        .or_else(|_| tempfile::tempfile())
        .ok()?;
    file.write_all(data).ok()?;
    Some(file)
}

/// What is in a file now.
fn bytes_of(mut file: &File) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    assert!(read.is_ok(), "{read:?}");
    bytes
}

/// The value, or nothing for an error that blames the bytes. No other one may come.
fn known<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(e) => {
            let blame = matches!(
                e.kind(),
                ErrorKind::InputDamaged | ErrorKind::InputUnsupported
            );
            assert!(blame, "{:?}: {e}", e.kind());
            None
        }
    }
}

/// The value. No error may come.
fn sure<T>(result: Result<T>, what: &str) -> T {
    result.unwrap_or_else(|e| panic!("{what}: {:?}: {e}", e.kind()))
}
