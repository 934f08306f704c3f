//! What lies on the virtual scanner's glass or in its feeder.
//!
//! A [`Sheet`] has two [`Side`]s, each of a true physical size: an image laid on paper
//! ([`ImageStack`]), a page drawn by the program ([`GeneratedStack`]), or nothing. The scanner looks
//! at a side through a [`ScanRequest`] and reads rows from a [`RowSource`], a few at a time; no side
//! is ever in memory as a whole.
//!
//! The origin of all pixels is the top left corner of the paper. What lies beyond the paper is the
//! platen, and white.

mod generated;
mod image;
mod scan;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use raster::{Area, PixelType, geometry};
use wia::{Error, Result};

pub use generated::GeneratedStack;
pub use image::ImageStack;
pub use scan::RowSource;

/// The size of a sheet in inches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaperSize {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

impl PaperSize {
    /// 210 by 297 mm.
    pub const A4: PaperSize = PaperSize {
        width: 210.0 / 25.4,
        height: 297.0 / 25.4,
    };

    /// The nearest number of pixels each way, at least 1. For an image at its own resolution this is
    /// the image's size.
    pub fn pixels(&self, x_dpi: u32, y_dpi: u32) -> (u32, u32) {
        (
            geometry::inches_to_pixels(self.width, x_dpi).max(1),
            geometry::inches_to_pixels(self.height, y_dpi).max(1),
        )
    }

    /// Width and height in thousandths of an inch, as WIA has sizes; nearest, at least 1.
    pub fn thousandths(&self) -> (u32, u32) {
        self.pixels(1000, 1000)
    }
}

/// What a scanner is asked to see of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanRequest {
    /// Horizontal resolution in dots an inch, at least 1.
    pub x_dpi: u32,
    /// Vertical resolution in dots an inch, at least 1.
    pub y_dpi: u32,
    /// The pixels at that resolution, from the corner of the paper. It may reach beyond the paper.
    pub area: Area,
    /// The type of the rows.
    pub pixel: PixelType,
    /// The least 8-bit grey that is white in bilevel rows (`WIA_IPS_THRESHOLD`).
    pub threshold: u8,
    /// -1000..=1000, 0 as it is (`WIA_IPS_BRIGHTNESS`).
    pub brightness: i32,
    /// -1000..=1000, 0 as it is (`WIA_IPS_CONTRAST`).
    pub contrast: i32,
}

impl ScanRequest {
    /// The most pixels of a row.
    pub const MAX_WIDTH: u32 = 1 << 20;
    /// The highest resolution in dots an inch.
    pub const MAX_DPI: u32 = 4800;

    /// A request without adjustments, its threshold in the middle.
    pub const fn new(dpi: u32, area: Area, pixel: PixelType) -> ScanRequest {
        ScanRequest {
            x_dpi: dpi,
            y_dpi: dpi,
            area,
            pixel,
            threshold: 128,
            brightness: 0,
            contrast: 0,
        }
    }

    fn check(&self) -> Result<()> {
        let dpi = 1..=ScanRequest::MAX_DPI;
        if !dpi.contains(&self.x_dpi) || !dpi.contains(&self.y_dpi) {
            return Err(Error::invalid(format!(
                "{} x {} dpi: a resolution is 1 to {}",
                self.x_dpi,
                self.y_dpi,
                ScanRequest::MAX_DPI
            )));
        }
        let ends_too_far =
            self.area.right() > u32::MAX.into() || self.area.bottom() > u32::MAX.into();
        if self.area.is_empty() || ends_too_far || self.area.width > ScanRequest::MAX_WIDTH {
            return Err(Error::invalid(format!(
                "an area of {} x {} pixels: it needs pixels, and at most {} in a row",
                self.area.width,
                self.area.height,
                ScanRequest::MAX_WIDTH
            )));
        }
        Ok(())
    }
}

/// What a kind of side has to know. The kinds: generated, image, blank.
trait Face: fmt::Debug + Send + Sync {
    fn size(&self) -> Result<PaperSize>;
    fn scan(&self, request: &ScanRequest) -> Result<Box<dyn RowSource>>;
}

/// One side of a sheet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Side(Arc<dyn Face>);

impl Side {
    /// White paper of a size.
    pub fn blank(size: PaperSize) -> Side {
        Side(Arc::new(Blank(Ok(size))))
    }

    /// The size of the paper.
    ///
    /// # Errors
    ///
    /// For an image: `InputDamaged`, `InputUnsupported` or `ReadFault`, naming the file.
    pub fn size(&self) -> Result<PaperSize> {
        self.0.size()
    }

    /// Starts to read rows. The same request gives the same bytes every time, however the rows are
    /// cut up when they are read, and the same as a cut from a larger area.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a request out of range; for an image those of [`Side::size`].
    pub fn scan(&self, request: &ScanRequest) -> Result<Box<dyn RowSource>> {
        request.check()?;
        self.0.scan(request)
    }
}

/// A sheet of paper.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The side that a feeder without duplex, or the glass, sees.
    pub front: Side,
    /// The other one.
    pub back: Side,
}

/// White paper, or what is wrong with the size of its other side.
#[derive(Debug)]
struct Blank(Result<PaperSize>);

impl Face for Blank {
    fn size(&self) -> Result<PaperSize> {
        self.0.clone()
    }

    fn scan(&self, request: &ScanRequest) -> Result<Box<dyn RowSource>> {
        self.size()?;
        let mut white = vec![0xFF; request.pixel.row_bytes(request.area.width)];
        raster::pack::clear_unused_bits(request.pixel, &mut white, request.area.width);
        Ok(scan::rows(request, request.pixel, BlankRows(white)))
    }
}

struct BlankRows(Vec<u8>);

impl scan::Rows for BlankRows {
    fn row(&mut self, _: u32, dst: &mut [u8]) -> Result<()> {
        dst.copy_from_slice(&self.0);
        Ok(())
    }
}
