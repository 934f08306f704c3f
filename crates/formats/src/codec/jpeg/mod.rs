//! Baseline JPEG (ITU-T T.81): strips that are each an image of their own.

#[cfg(feature = "mozjpeg")]
#[path = "mozjpeg.rs"]
mod backend;
#[cfg(not(feature = "mozjpeg"))]
#[path = "pure.rs"]
mod backend;
mod marker;

pub use marker::{Component, Frame};

use raster::{Band, PixelType};
use wia::{Error, Result};

use super::StripEncoder;
use marker::Split;

/// The greatest width and height of an image, in pixels (libjpeg's limit).
pub const MAX_DIMENSION: u32 = 65_500;

/// From this quality on colour has its full resolution.
const FULL_COLOUR: u8 = 90;

/// Where the quantisation and Huffman tables stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// In each strip, which then is a complete JPEG stream.
    InStrips,
    /// Only in [`Jpeg::tables`]; the strips are abbreviated streams.
    Apart,
}

/// The JPEG encoder of strips. It needs to know a strip's height before its first byte, so it keeps
/// the rows until the strip ends.
#[derive(Clone, Debug)]
pub struct Jpeg {
    shape: Shape,
    place: Tables,
    tables: Vec<u8>,
    rows: Vec<u8>,
    stream: Vec<u8>,
}

/// What all images of an encoder have in common.
#[derive(Clone, Copy, Debug)]
struct Shape {
    width: u32,
    /// 1 (grey) or 3 (red, green, blue).
    channels: usize,
    /// 1 to 100.
    quality: u8,
    /// Pixels across and down for which there is one pair of colour samples.
    subsampling: u8,
}

impl Jpeg {
    /// An encoder of rows of `width` pixels. Colour is turned into YCbCr; below quality 90 it has
    /// half the resolution in both directions, unless [`Jpeg::full_colour`] is asked for.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for another pixel than 8-bit grey or colour, a width of 0 or beyond
    /// [`MAX_DIMENSION`], a quality outside 1 to 100.
    pub fn new(pixel: PixelType, width: u32, quality: u8, place: Tables) -> Result<Jpeg> {
        if !matches!(pixel, PixelType::Gray8 | PixelType::Rgb8) {
            return Err(Error::invalid("JPEG holds only 8-bit grey and colour"));
        }
        if !(1..=MAX_DIMENSION).contains(&width) {
            return Err(Error::invalid(format!(
                "JPEG rows have 1 to {MAX_DIMENSION} pixels, not {width}"
            )));
        }
        if !(1..=100).contains(&quality) {
            return Err(Error::invalid(format!(
                "JPEG quality is 1 to 100, not {quality}"
            )));
        }
        let channels = pixel.channels() as usize;
        let half = channels == 3 && quality < FULL_COLOUR;
        let shape = Shape {
            width,
            channels,
            quality,
            subsampling: if half { 2 } else { 1 },
        };
        let mut jpeg = Jpeg {
            shape,
            place,
            tables: Vec::new(),
            rows: Vec::new(),
            stream: Vec::new(),
        };
        if place == Tables::Apart {
            // The tables follow from the quality alone: those of one pixel are those of all.
            let pixel = Shape { width: 1, ..shape };
            backend::encode(&pixel, 1, &[0; 3][..channels], &mut jpeg.stream)?;
            jpeg.tables = Split::of(&jpeg.stream)?.tables();
        }
        Ok(jpeg)
    }

    /// The same encoder with colour in full resolution at every quality.
    #[must_use]
    pub fn full_colour(mut self) -> Jpeg {
        // The tables do not depend on it.
        self.shape.subsampling = 1;
        self
    }

    /// The tables as an abbreviated stream (TIFF's JPEGTables); empty with [`Tables::InStrips`].
    pub fn tables(&self) -> &[u8] {
        &self.tables
    }

    /// Pixels for which there is one pair of colour samples, across and down: 1 or 2.
    pub fn subsampling(&self) -> (u8, u8) {
        (self.shape.subsampling, self.shape.subsampling)
    }
}

impl StripEncoder for Jpeg {
    fn rows(&mut self, band: Band<'_>, _out: &mut Vec<u8>) -> Result<()> {
        for row in band.iter() {
            self.rows.extend_from_slice(row);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let mut rows = std::mem::take(&mut self.rows);
        let done = self.encode(&rows, out);
        rows.clear();
        self.rows = rows;
        done
    }

    fn strip(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        match band.packed() {
            Some(rows) if self.rows.is_empty() => self.encode(rows, out),
            _ => {
                self.rows(band, out)?;
                self.finish(out)
            }
        }
    }
}

impl Jpeg {
    fn encode(&mut self, rows: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let row = self.shape.width as usize * self.shape.channels;
        let height = rows.len() / row;
        let valid =
            rows.len().is_multiple_of(row) && (1..=MAX_DIMENSION as usize).contains(&height);
        if !valid {
            return Err(Error::invalid(format!(
                "JPEG images have 1 to {MAX_DIMENSION} whole rows"
            )));
        }
        match self.place {
            Tables::InStrips => backend::encode(&self.shape, height, rows, out)?,
            Tables::Apart => {
                self.stream.clear();
                backend::encode(&self.shape, height, rows, &mut self.stream)?;
                let split = Split::of(&self.stream)?;
                if split.tables() == self.tables {
                    split.write_image(out);
                } else {
                    // A strip with tables of its own overrides the common ones.
                    out.extend_from_slice(&self.stream);
                }
            }
        }
        Ok(())
    }
}
