//! A whole page in the context's buffer: what its members say, checked, and its way into a document.

use std::ops::Range;

use formats::tiff::{Document, EncodedCompression, EncodedPage};
use formats::{PageDone, Sink};
use raster::{Band, PageLayout, PixelType};
use wia::{Compression, Error, Photometric, Result};

use crate::context::TransferContext;

/// Strips of uncompressed pages have so many bytes, rounded up to whole rows, of which there is an
/// even number: so each strip begins on a word boundary.
const STRIP: usize = 64 * 1024;

/// How the bits of a page lie in the context's buffer.
///
/// The default is the contract of the C form: no header, rows top-down, colour in R, G, B order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageBuffer {
    /// Bytes before the bits.
    pub header_len: usize,
    /// The last row comes first, as in a DIB. Not for encoded pages.
    pub bottom_up: bool,
    /// Colour in B, G, R order, as in a DIB. Not for encoded pages.
    pub bgr: bool,
    /// A page in G3 is coded in two dimensions.
    pub g3_two_dimensional: bool,
}

/// A page in the context's buffer, checked.
pub(super) struct Page {
    layout: PageLayout,
    encoded: Option<EncodedCompression>,
    bits: Range<usize>,
    stride: usize,
    buffer: PageBuffer,
    /// The samples are stored inverted (`WIA_PHOTO_WHITE_0`).
    white_is_zero: bool,
}

fn member(value: i32, name: &str) -> Result<usize> {
    usize::try_from(value).map_err(|_| Error::invalid(format!("{name} is negative")))
}

fn too_large() -> Error {
    Error::invalid("the page is too large")
}

impl Page {
    /// # Errors
    ///
    /// `InvalidArgument` for all that contradicts itself or the buffer.
    pub(super) fn of(context: &TransferContext, buffer: PageBuffer) -> Result<Page> {
        let width = member(context.width_in_pixels, "lWidthInPixels")?;
        let x_dpi = member(context.x_res, "lXRes")?;
        let y_dpi = member(context.y_res, "lYRes")?;
        member(context.page, "lPage")?;
        if context.page > 0 && context.previous_ifd_offset == 0 {
            return Err(Error::invalid(format!(
                "lPage is {}, but lPrevIfdOffset is 0",
                context.page
            )));
        }
        if width == 0 {
            return Err(Error::invalid("lWidthInPixels is 0"));
        }
        let pixel = pixel_type(context.depth)?;
        let encoded = encoding(context.compression, pixel, buffer)?;
        let row_bytes = pixel.row_bytes(width as u32);
        let stride = match member(context.width_in_bytes, "cbWidthInBytes")? {
            0 => row_bytes,
            stride if stride < row_bytes && encoded.is_none() => {
                return Err(Error::invalid(format!(
                    "cbWidthInBytes is {stride}, but a row has {row_bytes} bytes"
                )));
            }
            stride => stride,
        };
        let (lines, used) = extent(context, encoded.is_some(), stride, buffer.header_len)?;
        let bits = match buffer.header_len.checked_add(used) {
            Some(end) if end <= context.transfer_buffer.len() => buffer.header_len..end,
            _ => {
                return Err(Error::invalid(format!(
                    "the transfer buffer has {} bytes, the page needs {used} behind a header of {}",
                    context.transfer_buffer.len(),
                    buffer.header_len
                )));
            }
        };
        let white = context.record.as_ref().and_then(|r| r.options.photometric);
        Ok(Page {
            layout: PageLayout {
                width: width as u32,
                height: Some(lines),
                pixel,
                x_dpi: x_dpi as u32,
                y_dpi: y_dpi as u32,
            },
            encoded,
            bits,
            stride,
            buffer,
            white_is_zero: white == Some(Photometric::White0) && pixel.channels() == 1,
        })
    }

    /// Adds the page, whose bits are in `transfer_buffer`, to the document.
    pub(super) fn write(
        &self,
        transfer_buffer: &[u8],
        document: &mut Document,
        sink: &mut dyn Sink,
    ) -> Result<PageDone> {
        let bytes = &transfer_buffer[self.bits.clone()];
        if let Some(compression) = self.encoded {
            let page = EncodedPage { compression, bytes };
            return document.write_encoded_page(sink, &self.layout, page);
        }
        let row_bytes = self.layout.row_bytes();
        let rows = Band::new(bytes, self.stride, row_bytes).ok_or_else(too_large)?;
        document.begin_page(sink, &self.layout)?;
        let strip = STRIP.div_ceil(row_bytes).next_multiple_of(2);
        if !self.buffer.bottom_up && !self.swaps() && !self.white_is_zero {
            // The first band tells the document how many rows its strips are to have.
            document.rows(sink, rows.slice(0, strip))?;
            document.rows(sink, rows.slice(strip, rows.rows()))?;
        } else {
            let mut scratch = Vec::with_capacity(strip.min(rows.rows()) * row_bytes);
            for first in (0..rows.rows()).step_by(strip) {
                scratch.clear();
                self.take_rows(rows, first, first + strip, &mut scratch);
                let band = Band::new(&scratch, row_bytes, row_bytes).ok_or_else(too_large)?;
                document.rows(sink, band)?;
            }
        }
        document.end_page(sink)
    }

    fn swaps(&self) -> bool {
        self.buffer.bgr && self.layout.pixel.channels() == 3
    }

    /// Appends rows `from..to` of the page, counted from its top, in the canonical form.
    fn take_rows(&self, rows: Band<'_>, from: usize, to: usize, out: &mut Vec<u8>) {
        let to = to.min(rows.rows());
        if self.buffer.bottom_up {
            let part = rows.slice(rows.rows() - to, rows.rows() - from);
            part.iter().rev().for_each(|row| out.extend_from_slice(row));
        } else {
            let part = rows.slice(from, to);
            part.iter().for_each(|row| out.extend_from_slice(row));
        }
        if self.swaps() {
            let sample = self.layout.pixel.bits_per_channel() as usize / 8;
            for pixel in out.chunks_exact_mut(3 * sample) {
                let (first, rest) = pixel.split_at_mut(sample);
                first.swap_with_slice(&mut rest[sample..]);
            }
        }
        if self.white_is_zero {
            // The document inverts again: what is in the buffer is what stands in the file.
            out.iter_mut().for_each(|byte| *byte = !*byte);
        }
    }
}

fn pixel_type(depth: i32) -> Result<PixelType> {
    Ok(match depth {
        1 => PixelType::Bw1,
        4 => PixelType::Gray4,
        8 => PixelType::Gray8,
        16 => PixelType::Gray16,
        24 => PixelType::Rgb8,
        48 => PixelType::Rgb16,
        depth => {
            return Err(Error::invalid(format!(
                "lDepth: {depth} is not valid; valid: 1 4 8 16 24 48"
            )));
        }
    })
}

/// What the page is already encoded in; `None` for plain rows.
fn encoding(
    compression: Compression,
    pixel: PixelType,
    buffer: PageBuffer,
) -> Result<Option<EncodedCompression>> {
    let encoded = match (compression, pixel) {
        (Compression::None, _) => return Ok(None),
        (Compression::G3, PixelType::Bw1) => EncodedCompression::G3 {
            t4_options: u32::from(buffer.g3_two_dimensional),
        },
        (Compression::G4, PixelType::Bw1) => EncodedCompression::G4,
        (Compression::Jpeg, PixelType::Gray8 | PixelType::Rgb8) => EncodedCompression::Jpeg,
        (compression, pixel) => {
            return Err(Error::invalid(format!(
                "lCompression: {compression:?} is not valid with lDepth {}",
                pixel.bits_per_pixel()
            )));
        }
    };
    if buffer.bottom_up || buffer.bgr {
        return Err(Error::invalid(
            "the rows of an encoded page cannot be turned over, nor its colours",
        ));
    }
    Ok(Some(encoded))
}

/// The lines of the page, and how many bytes of the buffer they are.
fn extent(
    context: &TransferContext,
    encoded: bool,
    stride: usize,
    header: usize,
) -> Result<(u32, usize)> {
    let lines = member(context.lines, "lLines")?;
    let stated = member(context.item_size, "lItemSize")?;
    let limit = member(context.buffer_size, "lBufferSize")?;
    let (lines, length, used) = if encoded {
        if stated == 0 || lines == 0 {
            return Err(Error::invalid(
                "an encoded page needs lItemSize and lLines, and one of them is 0",
            ));
        }
        (lines, stated, stated)
    } else {
        let lines = if lines == 0 { stated / stride } else { lines };
        if lines == 0 {
            return Err(Error::invalid("the page has no line"));
        }
        let needed = stride.checked_mul(lines).ok_or_else(too_large)?;
        let length = if stated == 0 { needed } else { stated };
        if length < needed {
            return Err(Error::invalid(format!(
                "{lines} lines of {stride} bytes need {needed} bytes, there are {length}"
            )));
        }
        (lines, length, needed)
    };
    if limit > 0 && length.checked_add(header).is_none_or(|end| end > limit) {
        return Err(Error::invalid(format!(
            "the page has {length} bytes behind a header of {header}, lBufferSize is {limit}"
        )));
    }
    let lines = u32::try_from(lines).map_err(|_| too_large())?;
    Ok((lines, used))
}
