//! From the rows that a side has to the rows that were asked for.

use raster::{Converter, PageLayout, PixelType, PointOperation};
use wia::Result;

use super::ScanRequest;

/// Rows of a scan, top-down, in the canonical form of `raster`.
///
/// A source stays on the thread that made it (a decoder in C may not travel); the [`Side`] that makes
/// sources can go anywhere.
///
/// [`Side`]: super::Side
pub trait RowSource {
    /// What the rows are; the height is always known.
    fn layout(&self) -> PageLayout;

    /// Rows that are still to come.
    fn rows_left(&self) -> u32;

    /// Fills the next rows into `buf`, their starts `stride` bytes apart, at most `max_rows` and at
    /// most what fits (padding after the last row may be missing). Padding becomes 0. Returns the
    /// number of rows: 0 after the last, and for a buffer or a stride smaller than a row.
    ///
    /// # Errors
    ///
    /// `InputDamaged` or `ReadFault`, naming the file, when an image turns out to be damaged. The
    /// source cannot go on then.
    fn fill(&mut self, buf: &mut [u8], stride: usize, max_rows: usize) -> Result<usize>;

    /// [`RowSource::fill`] without padding.
    ///
    /// # Errors
    ///
    /// As [`RowSource::fill`].
    fn next_rows(&mut self, buf: &mut [u8], max_rows: usize) -> Result<usize> {
        let stride = self.layout().row_bytes();
        self.fill(buf, stride, max_rows)
    }

    /// Makes `row` (counted from the top of the area) the next. Going back costs nothing on a
    /// generated sheet; an image is decoded again from its start.
    ///
    /// # Errors
    ///
    /// Those of opening the image again.
    fn seek(&mut self, row: u32) -> Result<()>;
}

/// What a kind of side does for a request: rows of its own pixel type and of the area's width.
pub(super) trait Rows {
    /// Fills row `y` of the area. Called with rising `y` between two calls of `rewind`.
    fn row(&mut self, y: u32, dst: &mut [u8]) -> Result<()>;

    /// Gets ready for rows from the top again.
    fn rewind(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The rows of a request, made from rows of type `own`.
pub(super) fn rows(
    request: &ScanRequest,
    own: PixelType,
    rows: impl Rows + 'static,
) -> Box<dyn RowSource> {
    let width = request.area.width;
    let adjusts = (request.brightness, request.contrast) != (0, 0);
    let between = match own {
        PixelType::Bw1 | PixelType::Gray4 if adjusts => PixelType::Gray8,
        _ => own,
    };
    let unpack = Converter::new(own, between, width, 0);
    let convert = Converter::new(between, request.pixel, width, request.threshold);
    let row_or_nothing = |needed: bool, pixel: PixelType| {
        let bytes = if needed { pixel.row_bytes(width) } else { 0 };
        vec![0; bytes]
    };
    Box::new(Scan {
        layout: PageLayout {
            width,
            height: Some(request.area.height),
            pixel: request.pixel,
            x_dpi: request.x_dpi,
            y_dpi: request.y_dpi,
        },
        next: 0,
        last: None,
        height: request.area.height,
        point: PointOperation::new(request.brightness, request.contrast, between),
        own_row: row_or_nothing(!unpack.is_copy(), own),
        between_row: row_or_nothing(!convert.is_copy(), between),
        unpack,
        convert,
        rows,
    })
}

struct Scan<R> {
    layout: PageLayout,
    next: u32,
    /// The row that was made last.
    last: Option<u32>,
    height: u32,
    unpack: Converter,
    point: PointOperation,
    convert: Converter,
    own_row: Vec<u8>,
    between_row: Vec<u8>,
    rows: R,
}

impl<R: Rows> RowSource for Scan<R> {
    fn layout(&self) -> PageLayout {
        self.layout
    }

    fn rows_left(&self) -> u32 {
        self.height - self.next
    }

    fn fill(&mut self, buf: &mut [u8], stride: usize, max_rows: usize) -> Result<usize> {
        let bytes = self.layout.row_bytes();
        if stride < bytes {
            return Ok(0);
        }
        let max_rows = max_rows.min(self.rows_left() as usize);
        let mut filled = 0;
        for row in buf.chunks_mut(stride).take(max_rows) {
            let Some((pixels, padding)) = row.split_at_mut_checked(bytes) else {
                break;
            };
            self.row(pixels)?;
            padding.fill(0);
            filled += 1;
        }
        Ok(filled)
    }

    fn seek(&mut self, row: u32) -> Result<()> {
        let row = row.min(self.height);
        if self.last.is_some_and(|last| row <= last) {
            self.rows.rewind()?;
            self.last = None;
        }
        self.next = row;
        Ok(())
    }
}

impl<R: Rows> Scan<R> {
    /// The next row, each stage straight into the place where the next one wants it.
    fn row(&mut self, dst: &mut [u8]) -> Result<()> {
        let between = if self.convert.is_copy() {
            &mut *dst
        } else {
            &mut self.between_row
        };
        if self.unpack.is_copy() {
            self.rows.row(self.next, between)?;
        } else {
            self.rows.row(self.next, &mut self.own_row)?;
            self.unpack.convert_row(&self.own_row, between);
        }
        self.point.apply(between);
        if !self.convert.is_copy() {
            self.convert.convert_row(&self.between_row, dst);
        }
        self.last = Some(self.next);
        self.next += 1;
        Ok(())
    }
}
