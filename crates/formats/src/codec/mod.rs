//! Compressions of strips: rows in, bytes out.
//!
//! A strip is a number of whole rows that can be decoded without any other. TIFF and PDF are made of
//! them.

mod bits;
mod deflate;
mod fax;
pub mod jpeg;
mod lzw;
mod ordered;
mod packbits;
mod sample;

pub use deflate::{Deflate, DeflateStrip};
pub use fax::{G3, G4};
pub use lzw::Lzw;
pub use ordered::Ordered;
pub use packbits::PackBits;
pub use sample::Prepared;

use std::fmt::Debug;

use raster::Band;
use wia::Result;

/// Compresses strips one after the other.
///
/// Rows are canonical (see [`raster`]). Output is appended to `out`, as soon or as late as the
/// compression likes; what stands there already is not looked at. After an error the encoder is not
/// to be used any more.
pub trait StripEncoder: Debug + Send {
    /// Adds rows to the strip.
    ///
    /// # Errors
    ///
    /// When the compressing library fails.
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()>;

    /// Completes the strip; the next rows begin another.
    ///
    /// # Errors
    ///
    /// When the compressing library fails.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()>;

    /// A whole strip at once: the same as its rows and its end.
    ///
    /// # Errors
    ///
    /// When the compressing library fails.
    fn strip(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.rows(band, out)?;
        self.finish(out)
    }
}

impl<E: StripEncoder + ?Sized> StripEncoder for Box<E> {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        (**self).rows(band, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        (**self).finish(out)
    }

    fn strip(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        (**self).strip(band, out)
    }
}

/// No compression.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stored;

impl StripEncoder for Stored {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        pieces(band, |data| {
            out.extend_from_slice(data);
            Ok(())
        })
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }
}

/// Calls `each` with the rows of `band`, as few pieces as there can be.
fn pieces<'a>(band: Band<'a>, mut each: impl FnMut(&'a [u8]) -> Result<()>) -> Result<()> {
    match band.packed() {
        Some(data) => each(data),
        None => band.iter().try_for_each(each),
    }
}
