//! Image files as sheets of paper: their sizes, resolutions and rows.
//!
//! PNG, JPEG (baseline and progressive, 8 bits), TIFF (all pages; see [`ImageFile`]), PDF of scanned
//! pages, bitmaps and RAW are read row by row into canonical rows (see [`raster`]); transparency is left out. Any bytes may be given:
//! what is damaged or of another kind is an error that names the file, never a panic and never a
//! page that only seems complete.

mod arriving;
mod fax;
mod file;
mod jpeg;
mod lines;
mod pdf;
mod png;
pub(crate) mod section;
mod stored;
mod tiff;
pub(crate) mod unfilter;

use raster::PixelType;
use wia::{Error, ErrorKind, Result};

use crate::{Limits, Orientation};

pub use arriving::ArrivingImage;
pub use file::{ImageFile, Stored};
pub(crate) use jpeg::orientation as jpeg_orientation;

/// What a page of an image file is like. Sizes, resolutions and rows are those of the pixels as they are
/// stored; nobody turns them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageInfo {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The form in which rows are delivered.
    pub pixel: PixelType,
    /// Horizontal resolution in dots an inch; `None` when the file does not tell it, or only the
    /// shape of its pixels.
    pub x_dpi: Option<f64>,
    /// Vertical resolution in dots an inch.
    pub y_dpi: Option<f64>,
    /// Which way up the page is to be shown: TIFF's Orientation, that of a JPEG file's Exif segment, or
    /// how a PDF places the image.
    pub orientation: Orientation,
}

impl ImageInfo {
    /// Bytes of a row.
    pub const fn row_bytes(&self) -> usize {
        self.pixel.row_bytes(self.width)
    }

    /// Refuses pages of no size, and such as need memory without bounds. Forgets resolutions that are
    /// no resolution: programs that know none write 1.
    fn check(mut self, limits: &Limits) -> Result<ImageInfo> {
        self.x_dpi = self.x_dpi.filter(|dpi| *dpi > 2.6);
        self.y_dpi = self.y_dpi.filter(|dpi| *dpi > 2.6);
        if self.width == 0 || self.height == 0 {
            return Err(damaged("the image has no size"));
        }
        let bits = u64::from(self.width) * u64::from(self.pixel.bits_per_pixel());
        if bits.div_ceil(8) > limits.row_bytes {
            return Err(unsupported(format!("rows of {} pixels", self.width)));
        }
        if u64::from(self.width) * u64::from(self.height) > limits.pixels {
            return Err(unsupported(format!(
                "an image of {} x {} pixels",
                self.width, self.height
            )));
        }
        Ok(self)
    }
}

/// The rows of a page, from the top.
pub trait RowReader {
    /// Writes the next row to the beginning of `row`, which has room for at least
    /// [`ImageInfo::row_bytes`]. Returns false, and writes nothing, after the last row.
    ///
    /// # Errors
    ///
    /// All name the file and the row. `InputDamaged` for a damaged file, `ReadFault` or the like when reading fails,
    /// `InvalidArgument` for too short a `row`.
    fn next_row(&mut self, row: &mut [u8]) -> Result<bool>;
}

/// How many bytes of pixels a byte of compressed data gives at most.
mod most {
    /// Three bits of 258 bytes are the shortest, and a little for what stands between.
    pub(crate) const DEFLATE: u64 = 1100;
    /// A bit for a block of each component, with sampling factors that differ as much as they can.
    pub(crate) const JPEG: u64 = 4096;
}

fn damaged(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InputDamaged, what)
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        format!("{what}: not supported"),
    )
}

/// The error for a failed read from a file or a decompressor, which says `InvalidInput` or
/// `InvalidData` for damage.
fn read_error(e: std::io::Error) -> Error {
    use std::io::ErrorKind as Io;
    match e.kind() {
        Io::UnexpectedEof => damaged("the data end early").with_source(e),
        Io::InvalidInput | Io::InvalidData => {
            let text = e.to_string();
            damaged(text).with_source(e)
        }
        _ => Error::from_read(e),
    }
}
