//! What a document that is read may ask for.

use wia::{Error, ErrorKind, Result};

/// The most versions of a PDF.
pub(crate) const PDF_VERSIONS: usize = 1 << 16;

/// Bounds on what is believed of a file, before memory or time is spent on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a row.
    pub row_bytes: u64,
    /// Bytes that are held at once for an image that cannot be read row by row.
    pub held_bytes: u64,
    /// Pixels of a page.
    pub pixels: u64,
    /// Pages of a document.
    pub pages: u32,
    /// Objects of a PDF.
    pub objects: u32,
    /// Bytes of one value: an array, a string, a profile.
    pub value_bytes: u64,
    /// Nesting.
    pub depth: u32,
}

impl Limits {
    /// Enough for anything that is scanned.
    pub const DEFAULT: Limits = Limits {
        row_bytes: 8 << 20,
        held_bytes: 256 << 20,
        pixels: 1 << 32,
        pages: 1 << 20,
        objects: 1 << 23,
        value_bytes: 16 << 20,
        depth: 32,
    };

    /// Refuses an image whose data cannot be as much as it says: `declared` bytes of rows from
    /// `stored` bytes, of which each gives at most `most`.
    ///
    /// # Errors
    ///
    /// `InputDamaged`.
    pub fn check_ratio(&self, declared: u64, stored: u64, most: u64) -> Result<()> {
        if declared > stored.saturating_mul(most) {
            return Err(Error::new(
                ErrorKind::InputDamaged,
                format!("{declared} bytes of pixels cannot be in {stored} bytes of data"),
            ));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}
