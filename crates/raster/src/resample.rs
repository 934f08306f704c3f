//! Area sampling: rows at one resolution from rows at another.
//!
//! Every output pixel is the mean of the source under it, each source pixel counting by the part of
//! it that is covered (a box filter with exact coverage). All arithmetic is in integers, so that the
//! result is the exact mean, rounded to the nearest value, halves upwards. Going up in resolution the
//! box is smaller than a source pixel: an output pixel inside one source pixel takes its value
//! (nearest), one across a border mixes both. At scale one pixels are copied, bit by bit.
//!
//! What lies beyond the source is white, also under the uncovered part of a pixel at its edge.

mod kernel;

use wia::{Error, ErrorKind, Result};

use crate::{Area, Converter, PixelType, Scale, pack};
use kernel::{Divider, Kernel, Span};

/// Turns the rows of a source into the rows of a rectangle at another resolution.
///
/// It holds a row of the source, a row of sums and a row of the output, whatever the heights.
#[derive(Debug)]
pub struct Resampler {
    source_width: u32,
    source_height: u32,
    source_pixel: PixelType,
    area: Area,
    next: u32,
    source_row: SourceRow,
    way: Way,
}

/// The row of the source that was asked for last.
#[derive(Debug)]
struct SourceRow {
    index: Option<u32>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
enum Way {
    Copy,
    Sample(Box<Sampler>),
}

#[derive(Debug)]
struct Sampler {
    kernel: Kernel,
    y: Scale,
    /// Makes 8 bits of packed source rows, into `unpacked`.
    unpack: Converter,
    unpacked: Vec<u8>,
    /// The bytes of an unpacked source row that matter.
    columns: std::ops::Range<usize>,
    spans: Vec<Span>,
    sums: Vec<u32>,
    divider: Divider,
    output: Vec<u8>,
    /// The source row that alone made `output`.
    output_of: Option<u32>,
}

impl Resampler {
    /// A sampler of `area`, in pixels at the target resolution from the origin that the source shares
    /// with it, on a source of `source_width` by `source_height` pixels.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a source or an area without pixels.
    pub fn new(
        (source_width, source_height): (u32, u32),
        source_pixel: PixelType,
        (x, y): (Scale, Scale),
        area: Area,
    ) -> Result<Resampler> {
        if source_width == 0 || source_height == 0 || area.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "nothing to sample: a source and an area need pixels",
            ));
        }
        let way = if x.is_one() && y.is_one() {
            Way::Copy
        } else {
            Way::Sample(Box::new(Sampler::new(
                source_width,
                source_pixel,
                (x, y),
                area,
            )))
        };
        Ok(Resampler {
            source_width,
            source_height,
            source_pixel,
            area,
            next: 0,
            source_row: SourceRow {
                index: None,
                bytes: vec![0; source_pixel.row_bytes(source_width)],
            },
            way,
        })
    }

    /// The type of the rows that come out: the source's, but 8-bit grey for a packed source that is
    /// sampled rather than copied.
    pub fn pixel(&self) -> PixelType {
        match &self.way {
            Way::Copy => self.source_pixel,
            Way::Sample(sampler) => sampler.unpack.to(),
        }
    }

    /// Bytes of a row that comes out.
    pub fn row_bytes(&self) -> usize {
        self.pixel().row_bytes(self.area.width)
    }

    /// Whether pixels are copied and not sampled.
    pub fn is_copy(&self) -> bool {
        matches!(self.way, Way::Copy)
    }

    /// Rows that are still to come.
    pub fn rows_left(&self) -> u32 {
        self.area.height - self.next
    }

    /// Leaves out rows, so that `row` of the area is the next; rows that have been passed stay so.
    pub fn skip_to(&mut self, row: u32) {
        self.next = row.clamp(self.next, self.area.height);
    }

    /// Writes the next row into `dst` ([`Resampler::row_bytes`] long at least; of a shorter slice as
    /// much is filled as it holds), or returns `false` after the last.
    ///
    /// `source(index, row)` is called for each source row that is needed, with rising indices, each
    /// at most once; it fills the row, which has no padding.
    ///
    /// # Errors
    ///
    /// Those of `source`. The sampler cannot go on after one.
    pub fn next_row(
        &mut self,
        dst: &mut [u8],
        mut source: impl FnMut(u32, &mut [u8]) -> Result<()>,
    ) -> Result<bool> {
        if self.next == self.area.height {
            return Ok(false);
        }
        let y = u64::from(self.area.y) + u64::from(self.next);
        self.next += 1;
        match &mut self.way {
            Way::Copy if y < self.source_height.into() => {
                self.source_row.fetch(y as u32, &mut source)?;
                let dst = row_of(dst, self.source_pixel, self.area.width);
                let left = self.source_width.saturating_sub(self.area.x);
                if left < self.area.width {
                    dst.fill(0xFF);
                }
                let (x, pixels) = (self.area.x as usize, left.min(self.area.width) as usize);
                pack::copy_pixels(self.source_pixel, &self.source_row.bytes, x, dst, 0, pixels);
                pack::clear_unused_bits(self.source_pixel, dst, self.area.width);
            }
            Way::Copy => {
                let dst = row_of(dst, self.source_pixel, self.area.width);
                dst.fill(0xFF);
                pack::clear_unused_bits(self.source_pixel, dst, self.area.width);
            }
            Way::Sample(sampler) => {
                let row = sampler.row(y, self.source_height, &mut self.source_row, &mut source)?;
                let bytes = row.len().min(dst.len());
                dst[..bytes].copy_from_slice(&row[..bytes]);
            }
        }
        Ok(true)
    }
}

/// The part of `dst` that a row fills.
fn row_of(dst: &mut [u8], pixel: PixelType, width: u32) -> &mut [u8] {
    let bytes = pixel.row_bytes(width).min(dst.len());
    &mut dst[..bytes]
}

impl SourceRow {
    /// Gets a row if it is not the one that is here; says whether it had to.
    fn fetch(
        &mut self,
        index: u32,
        source: &mut impl FnMut(u32, &mut [u8]) -> Result<()>,
    ) -> Result<bool> {
        let new = self.index != Some(index);
        if new {
            source(index, &mut self.bytes)?;
            self.index = Some(index);
        }
        Ok(new)
    }
}

impl Sampler {
    fn new(width: u32, pixel: PixelType, (x, y): (Scale, Scale), area: Area) -> Sampler {
        let sampled = match pixel {
            PixelType::Bw1 | PixelType::Gray4 => PixelType::Gray8,
            other => other,
        };
        let (columns, spans) = kernel::spans(width, x, area);
        let unpack = Converter::new(pixel, sampled, width, 0);
        let unpacked = if unpack.is_copy() {
            Vec::new()
        } else {
            vec![0; sampled.row_bytes(width)]
        };
        let pixel_bytes = (sampled.bits_per_pixel() / 8) as usize;
        Sampler {
            kernel: Kernel::new(sampled),
            y,
            unpack,
            unpacked,
            sums: vec![0; columns.len() * sampled.channels() as usize],
            columns: columns.start * pixel_bytes..columns.end * pixel_bytes,
            spans,
            divider: Divider::new(u64::from(x.source()) * u64::from(y.source())),
            output: vec![0; sampled.row_bytes(area.width)],
            output_of: None,
        }
    }

    /// Output row `y` of a source of `height` rows.
    fn row(
        &mut self,
        y: u64,
        height: u32,
        row: &mut SourceRow,
        source: &mut impl FnMut(u32, &mut [u8]) -> Result<()>,
    ) -> Result<&[u8]> {
        let (size, parts) = (u64::from(self.y.source()), u64::from(self.y.target()));
        let (top, bottom) = (y * size, (y + 1) * size);
        let rows = top / parts..bottom.div_ceil(parts).min(height.into());
        // The source row, if it is only one, and covers the output row.
        let only = (rows.end - rows.start.min(rows.end) == 1 && bottom <= rows.end * parts)
            .then_some(rows.start as u32);
        if only.is_some() && only == self.output_of {
            return Ok(&self.output);
        }
        self.sums.fill(0);
        let mut uncovered = size;
        for index in rows {
            let weight = bottom.min((index + 1) * parts) - top.max(index * parts);
            let new = row.fetch(index as u32, source)?;
            // Not more than the parts of a source pixel, 65535.
            self.add_row(&row.bytes, new, weight as u16);
            uncovered -= weight;
        }
        self.kernel.add_white(&mut self.sums, uncovered as u32);
        let white_column = self.kernel.white() * size;
        self.kernel.across(
            &self.sums,
            &self.spans,
            white_column,
            self.divider,
            &mut self.output,
        );
        self.output_of = only;
        Ok(&self.output)
    }

    /// Adds a source row to the sums; `new` says that it is not the one of the last call.
    fn add_row(&mut self, row: &[u8], new: bool, weight: u16) {
        let row = if self.unpack.is_copy() {
            row
        } else {
            if new {
                self.unpack.convert_row(row, &mut self.unpacked);
            }
            &self.unpacked
        };
        let columns = row.get(self.columns.clone()).unwrap_or_default();
        self.kernel.add(&mut self.sums, columns, weight);
    }
}
