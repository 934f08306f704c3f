//! The documented one-call forms: a whole page from the context's buffer.

use std::fs::File;
use std::io::{self, SeekFrom, Write};

use formats::tiff::{self, Container, Document};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{Compression, Error, Result, Tymed};

use super::page_buffer::{Page, PageBuffer};
use super::{clock, recorded};
use crate::activity::outside;
use crate::context::TransferContext;
use crate::stream::{Stream, StreamSink, write_all};

/// `wiasWriteBufToFile`: writes exactly `item_size` bytes of the transfer buffer to the transfer's
/// file at its position. For any format.
///
/// # Errors
///
/// `InvalidArgument` without a file, for a negative size, or for a buffer shorter than the size;
/// `MediumFull` and others as the file system says. A size of 0 writes nothing.
pub fn write_buf_to_file(context: &mut TransferContext) -> Result<()> {
    let clock = clock(context);
    let file = context.file.as_mut().ok_or_else(no_file)?;
    let data = item(context.item_size, &context.transfer_buffer)?;
    outside(clock.as_deref(), || {
        file.write_all(data).map_err(Error::from_write)
    })
}

/// `wiasWritePageBufToFile`: appends the page in the transfer buffer to the transfer's file, as
/// [`write_page_buf_to_stream`] does to a stream.
///
/// With a format other than TIFF and `TYMED_FILE` the first page's bytes are written as
/// [`write_buf_to_file`] does.
///
/// # Errors
///
/// As [`write_page_buf_to_stream`], and `InvalidArgument` without a file.
pub fn write_page_buf_to_file(context: &mut TransferContext) -> Result<()> {
    if context.format != WIA_IMG_FMT_TIFF {
        may_be_plain(context)?;
        return write_buf_to_file(context);
    }
    let mut stream = FileStream(context.file.take().ok_or_else(no_file)?);
    let result = write_page_buf_to_stream(context, &mut stream);
    context.file = Some(stream.0);
    result
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
/// With a format other than TIFF and `TYMED_FILE` the first page's bytes are written as they are, at
/// the end of the stream.
///
/// # Errors
///
/// `InvalidArgument`, nothing being written, for members that are negative or contradict each other,
/// a buffer that is too short, a format other than TIFF in a multipage transfer, a compression that
/// does not fit the depth, a later page without the place of the directory before it, or, without a
/// record, a first page in a stream that is not empty; `InputDamaged` and `InputUnsupported` for JPEG
/// bytes that TIFF cannot hold; `MediumFull` without a record before a page would end past
/// 4 GiB - 1; else what the stream says.
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
    outside(clock(context).as_deref(), || {
        write_page(context, stream, buffer)
    })
}

fn write_page(
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    buffer: PageBuffer,
) -> Result<()> {
    if context.format != WIA_IMG_FMT_TIFF {
        return write_other_format(context, stream, buffer);
    }
    let page = Page::of(context, buffer)?;
    let Some(record) = &mut context.record else {
        return write_without_record(context, stream, &page);
    };
    if record.page_open {
        return Err(Error::invalid("a page is being fed band by band"));
    }
    // Encoded pages come as they are, and other rows are not encoded.
    let (document, mut sink) = record.document(Compression::None, context.page, stream)?;
    let written = page.write(&context.transfer_buffer, document, &mut sink);
    let done = written.inspect_err(|_| {
        // Unlinked bytes harm no reader, so a failure here changes nothing.
        drop(document.abandon_page(&mut sink));
    })?;
    stream.settle()?;
    recorded::page_linked(context, &done);
    Ok(())
}

/// Into a classic TIFF of which the context's members are all that is known.
fn write_without_record(
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    page: &Page,
) -> Result<()> {
    let mut document = document_of_members(context, stream)?;
    let mut sink = StreamSink(stream);
    let written = page.write(&context.transfer_buffer, &mut document, &mut sink);
    written.inspect_err(|_| {
        // Unlinked bytes harm no reader, so a failure here changes nothing.
        drop(document.abandon_page(&mut sink));
    })?;
    // The LONG members hold unsigned offsets; a classic TIFF has no larger ones.
    let offset = document.current_ifd_offset() as u32 as i32;
    context.current_ifd_offset = offset;
    context.previous_ifd_offset = offset;
    context.page = context.page.saturating_add(1);
    Ok(())
}

fn document_of_members(context: &TransferContext, stream: &mut dyn Stream) -> Result<Document> {
    let options = tiff::Options {
        container: Container::Classic,
        photometric: recorded::photometric(None),
        ..tiff::Options::default()
    };
    let end = stream.seek(SeekFrom::End(0))?;
    if context.page == 0 {
        if end != 0 {
            return Err(Error::invalid(
                "the stream is not empty, and the context has no record of where its document starts",
            ));
        }
        return Ok(Document::new(options));
    }
    let page = u32::try_from(context.page).map_err(|_| Error::invalid("lPage is negative"))?;
    // The LONG holds an unsigned offset.
    let previous = u64::from(context.previous_ifd_offset as u32);
    if previous >= end {
        return Err(Error::invalid(format!(
            "lPrevIfdOffset is {previous}, but the stream has {end} bytes"
        )));
    }
    Document::resume_classic(options, page, previous)
}

/// Bytes of another format: as [`write_buf_to_file`] does, at the end of the stream.
fn write_other_format(
    context: &TransferContext,
    stream: &mut dyn Stream,
    buffer: PageBuffer,
) -> Result<()> {
    may_be_plain(context)?;
    let data = context.transfer_buffer.get(buffer.header_len..);
    let data = item(context.item_size, data.unwrap_or_default())?;
    if data.is_empty() {
        return Ok(());
    }
    stream.seek(SeekFrom::End(0))?;
    write_all(stream, data)
}

fn may_be_plain(context: &TransferContext) -> Result<()> {
    if context.page > 0 || context.tymed == Tymed::MultipageFile {
        return Err(Error::invalid(
            "pages of a format other than TIFF cannot be appended to each other",
        ));
    }
    Ok(())
}

/// `lItemSize` bytes of the buffer.
fn item(size: i32, buffer: &[u8]) -> Result<&[u8]> {
    let size = usize::try_from(size).map_err(|_| Error::invalid("lItemSize is negative"))?;
    buffer
        .get(..size)
        .ok_or_else(|| Error::invalid("lItemSize is more than the transfer buffer holds"))
}

fn no_file() -> Error {
    Error::invalid("the transfer has no file")
}

/// A file as a stream: the transfer's, for the band-fed page writer.
#[derive(Debug)]
pub struct FileStream(pub File);

impl Stream for FileStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0.write_all(data).map_err(Error::from_write)?;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        io::Seek::seek(&mut self.0, to).map_err(Error::from_write)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.set_len(size).map_err(Error::from_write)
    }

    fn barrier(&mut self) -> Result<()> {
        self.0.sync_data().map_err(Error::from_write)
    }
}
