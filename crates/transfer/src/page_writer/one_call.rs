//! The documented one-call forms: a whole page from the context's buffer.

use std::io::{SeekFrom, Write};

use formats::PageDone;
use formats::tiff::{self, Container, Document};
use raster::{Band, PageLayout, PixelType};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{Compression, Error, Photometric, Result, Tymed};

use super::{document, page_linked, photometric};
use crate::context::TransferContext;
use crate::stream::{Stream, StreamSink, write_all};

/// How the bits of a page lie in the context's buffer.
///
/// The default is the contract of the C form: no header, rows top-down, colour in R, G, B order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageBuffer {
    /// Bytes before the bits.
    pub header_len: usize,
    /// The last row comes first, as in a DIB.
    pub bottom_up: bool,
    /// Colour in B, G, R order, as in a DIB.
    pub bgr: bool,
}

/// `wiasWriteBufToFile`: writes exactly `item_size` bytes of the transfer buffer to the transfer's
/// file at its position. For any format.
///
/// # Errors
///
/// `InvalidArgument` without a file, for a negative size, or for a buffer shorter than the size;
/// `MediumFull` and others as the file system says. A size of 0 writes nothing.
pub fn write_buf_to_file(context: &mut TransferContext) -> Result<()> {
    let size =
        usize::try_from(context.item_size).map_err(|_| Error::invalid("lItemSize is negative"))?;
    let file = context
        .file
        .as_mut()
        .ok_or_else(|| Error::invalid("the transfer has no file"))?;
    let data = context
        .transfer_buffer
        .get(..size)
        .ok_or_else(|| Error::invalid("lItemSize is more than the transfer buffer holds"))?;
    file.write_all(data).map_err(Error::from_write)
}

/// `wiasWritePageBufToFile`: appends the page in the transfer buffer to the transfer's file, as
/// [`write_page_buf_to_stream`] does to a stream.
///
/// # Errors
///
/// As [`write_page_buf_to_stream`], and `InvalidArgument` without a file.
pub fn write_page_buf_to_file(context: &mut TransferContext) -> Result<()> {
    let file = context
        .file
        .as_ref()
        .ok_or_else(|| Error::invalid("the transfer has no file"))?;
    // Another handle on the same open file: they share the position.
    let mut stream = FileStream(file.try_clone().map_err(Error::from_write)?);
    write_page_buf_to_stream(context, &mut stream)
}

/// `wiasWritePageBufToStream`: appends the page in the transfer buffer to a multipage TIFF in the
/// stream.
///
/// The bits are in the transfer buffer without a header; their length is `item_size` when that is
/// more than 0, else stride times `lines`, never beyond `buffer_size` when that is set. Width, depth,
/// resolution and compression are the context's; `width_in_bytes` is the stride (0: byte-aligned
/// rows); `lines` 0 is derived from the length. Surplus bytes are ignored. With the compressions G3,
/// G4 and JPEG the buffer holds the encoded page, which becomes one strip.
///
/// `page` 0 starts a new document; otherwise the page is linked to the one before. After success
/// `page` is one more and both offset members name the new directory; after a failure they are
/// unchanged, the stream is cut to what it was, and the page may be tried again.
///
/// With a format other than TIFF and `TYMED_FILE` the first page's bytes are written as they are.
///
/// # Errors
///
/// `InvalidArgument`, nothing being written, for members that are negative or contradict each other,
/// a buffer that is too short, a format other than TIFF in a multipage transfer, a compression that
/// does not fit the depth, or, without a record, a first page in a stream that is not empty;
/// `MediumFull` without a record before a page would end past 4 GiB - 1; else what the stream says.
pub fn write_page_buf_to_stream(
    context: &mut TransferContext,
    stream: &mut dyn Stream,
) -> Result<()> {
    write_page_buf_to_stream_as(context, stream, PageBuffer::default())
}

/// [`write_page_buf_to_stream`] for a buffer that is not laid out as the C form wants it.
///
/// # Errors
///
/// As [`write_page_buf_to_stream`].
pub fn write_page_buf_to_stream_as(
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    buffer: PageBuffer,
) -> Result<()> {
    if context.format != WIA_IMG_FMT_TIFF {
        return write_other_format(context, stream, buffer);
    }
    if context.record.as_ref().is_some_and(|r| r.page_open) {
        return Err(Error::invalid("a page is being fed band by band"));
    }
    let page = Page::of(context, buffer)?;
    let fresh = context.record.is_none();
    let mut own = if fresh {
        Some(recordless_document(context, stream)?)
    } else {
        None
    };
    let (compression, number) = (document_compression(context.compression), context.page);
    let bits = &context.transfer_buffer[page.bits.clone()];
    let target = match (&mut own, &mut context.record) {
        (Some(own), _) => own,
        (None, Some(record)) => document(record, compression, number)?,
        (None, None) => return Err(Error::invalid("the context has no record")),
    };
    let done = match page.write(bits, target, stream) {
        Ok(done) => done,
        Err(e) => {
            // Unlinked bytes harm no reader, so a failure here changes nothing.
            drop(target.abandon_page(&mut StreamSink(stream)));
            return Err(e);
        }
    };
    match own {
        Some(own) => {
            // LONG members that hold unsigned 32-bit offsets; a classic TIFF has no others.
            let offset = own.current_ifd_offset() as u32 as i32;
            context.current_ifd_offset = offset;
            context.previous_ifd_offset = offset;
            context.page = context.page.saturating_add(1);
        }
        None => page_linked(context, &done),
    }
    Ok(())
}

/// Already encoded pages come as they are; the document itself then encodes nothing.
fn document_compression(compression: Compression) -> Compression {
    match compression {
        Compression::G3 => Compression::None,
        other => other,
    }
}

fn recordless_document(context: &TransferContext, stream: &mut dyn Stream) -> Result<Document> {
    let options = tiff::Options {
        container: Container::Classic,
        photometric: photometric(None),
        ..tiff::Options::default()
    };
    if context.page == 0 {
        if stream.seek(SeekFrom::End(0))? != 0 {
            return Err(Error::invalid(
                "the stream is not empty, and the context has no record of where its document starts",
            ));
        }
        return Ok(Document::new(options));
    }
    let page = u32::try_from(context.page).map_err(|_| Error::invalid("lPage is negative"))?;
    // The LONG holds an unsigned offset.
    let previous = u64::from(context.previous_ifd_offset as u32);
    Document::resume_classic(options, page, previous)
}

fn write_other_format(
    context: &TransferContext,
    stream: &mut dyn Stream,
    buffer: PageBuffer,
) -> Result<()> {
    if context.page > 0 || context.tymed == Tymed::MultipageFile {
        return Err(Error::invalid(
            "pages of a format other than TIFF cannot be appended to each other",
        ));
    }
    let size =
        usize::try_from(context.item_size).map_err(|_| Error::invalid("lItemSize is negative"))?;
    let data = context
        .transfer_buffer
        .get(buffer.header_len..)
        .and_then(|bits| bits.get(..size))
        .ok_or_else(|| Error::invalid("lItemSize is more than the transfer buffer holds"))?;
    stream.seek(SeekFrom::End(0))?;
    write_all(stream, data)
}

/// A page in the context's buffer, checked.
struct Page {
    layout: PageLayout,
    compression: Compression,
    bits: std::ops::Range<usize>,
    stride: usize,
    buffer: PageBuffer,
    /// The samples are stored inverted (`WIA_PHOTO_WHITE_0`).
    white_is_zero: bool,
}

impl Page {
    fn of(context: &TransferContext, buffer: PageBuffer) -> Result<Page> {
        let member = |value: i32, name: &str| {
            usize::try_from(value).map_err(|_| Error::invalid(format!("{name} is negative")))
        };
        let width = member(context.width_in_pixels, "lWidthInPixels")?;
        let lines = member(context.lines, "lLines")?;
        let stated = member(context.item_size, "lItemSize")?;
        let limit = member(context.buffer_size, "lBufferSize")?;
        let stride = member(context.width_in_bytes, "cbWidthInBytes")?;
        let x_dpi = member(context.x_res, "lXRes")? as u32;
        let y_dpi = member(context.y_res, "lYRes")? as u32;
        member(context.page, "lPage")?;
        let pixel = match context.depth {
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
        };
        if width == 0 {
            return Err(Error::invalid("lWidthInPixels is 0"));
        }
        let row_bytes = pixel.row_bytes(width as u32);
        let encoded = match (context.compression, pixel) {
            (Compression::None, _) => false,
            (Compression::G3 | Compression::G4, PixelType::Bw1)
            | (Compression::Jpeg, PixelType::Gray8 | PixelType::Rgb8) => true,
            (compression, _) => {
                return Err(Error::invalid(format!(
                    "lCompression: {compression:?} is not valid with lDepth {}",
                    context.depth
                )));
            }
        };
        let stride = if stride == 0 { row_bytes } else { stride };
        if !encoded && stride < row_bytes {
            return Err(Error::invalid(format!(
                "cbWidthInBytes is {stride}, but a row has {row_bytes} bytes"
            )));
        }
        let length = match (stated, encoded) {
            (0, true) => return Err(Error::invalid("lItemSize is 0 with encoded data")),
            (0, false) => stride
                .checked_mul(lines)
                .ok_or_else(|| Error::invalid("the page is too large"))?,
            (stated, _) => stated,
        };
        let lines = match (lines, encoded) {
            (0, true) => return Err(Error::invalid("lLines is 0 with encoded data")),
            (0, false) => length / stride,
            (lines, _) => lines,
        };
        if lines == 0 {
            return Err(Error::invalid("the page has no line"));
        }
        if limit > 0 && length > limit {
            return Err(Error::invalid(format!(
                "the page has {length} bytes, lBufferSize is {limit}"
            )));
        }
        let used = if encoded {
            length
        } else {
            // The last row's padding may be missing.
            let needed = stride
                .checked_mul(lines - 1)
                .and_then(|n| n.checked_add(stride))
                .ok_or_else(|| Error::invalid("the page is too large"))?;
            if length < needed {
                return Err(Error::invalid(format!(
                    "{lines} lines of {stride} bytes need {needed} bytes, there are {length}"
                )));
            }
            needed
        };
        let end = buffer.header_len.checked_add(used);
        let bits = match end {
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
                height: Some(lines as u32),
                pixel,
                x_dpi,
                y_dpi,
            },
            compression: context.compression,
            bits,
            stride,
            buffer,
            white_is_zero: white == Some(Photometric::White0) && pixel.channels() == 1,
        })
    }

    fn write(
        &self,
        bits: &[u8],
        document: &mut Document,
        stream: &mut dyn Stream,
    ) -> Result<PageDone> {
        let mut sink = StreamSink(stream);
        let row_bytes = self.layout.row_bytes();
        document.begin_page(&mut sink, &self.layout)?;
        let wrong = || Error::invalid("the rows do not fit the page");
        let whole = Band::new(bits, self.stride, row_bytes).ok_or_else(wrong)?;
        let swap = self.buffer.bgr && self.layout.pixel.channels() == 3;
        if !self.buffer.bottom_up && !swap && !self.white_is_zero {
            document.rows(&mut sink, whole)?;
        } else {
            let per_band = (64 * 1024 / row_bytes).max(1);
            let mut band = Vec::with_capacity(per_band.min(whole.rows()) * row_bytes);
            for first in (0..whole.rows()).step_by(per_band) {
                band.clear();
                let last = (first + per_band).min(whole.rows());
                let (from, to) = if self.buffer.bottom_up {
                    (whole.rows() - last, whole.rows() - first)
                } else {
                    (first, last)
                };
                let part = whole.slice(from, to);
                if self.buffer.bottom_up {
                    part.iter()
                        .rev()
                        .for_each(|row| band.extend_from_slice(row));
                } else {
                    part.iter().for_each(|row| band.extend_from_slice(row));
                }
                self.make_canonical(&mut band, swap);
                let part = Band::new(&band, row_bytes, row_bytes).ok_or_else(wrong)?;
                document.rows(&mut sink, part)?;
            }
        }
        document.end_page(&mut sink)
    }

    fn make_canonical(&self, rows: &mut [u8], swap: bool) {
        if swap {
            let sample = self.layout.pixel.bits_per_channel() as usize / 8;
            for pixel in rows.chunks_exact_mut(3 * sample) {
                let (first, rest) = pixel.split_at_mut(sample);
                first.swap_with_slice(&mut rest[sample..]);
            }
        }
        if self.white_is_zero {
            // The document inverts again: what is in the buffer is what stands in the file.
            rows.iter_mut().for_each(|byte| *byte = !*byte);
        }
    }
}

/// A file as a stream.
struct FileStream(std::fs::File);

impl Stream for FileStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0.write_all(data).map_err(Error::from_write)?;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        std::io::Seek::seek(&mut self.0, to).map_err(Error::from_write)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.set_len(size).map_err(Error::from_write)
    }
}
