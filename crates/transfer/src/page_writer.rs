//! The page writer: pages of a multipage TIFF, written by the service on a driver's behalf.
//!
//! A driver feeds a page band by band ([`begin_page`], [`rows`], [`end_page`]); the service adds
//! header, tags and links. The documented calls `wiasWritePageBufToFile` and
//! `wiasWritePageBufToStream`, which take a whole page from the context's buffer, are one-call forms
//! over it ([`write_page_buf_to_file`], [`write_page_buf_to_stream`]).
//!
//! Neither form sends `NEW_PAGE` or `STATUS`. A driver sends `NEW_PAGE` before `begin_page` of pages
//! 2 to n. Pages are counted when their directory is linked.
//!
//! # Two kinds of context
//!
//! A context that the service made carries a record ([`TransferRecord`](crate::TransferRecord)): its
//! document may start in a stream that is not empty, and grows into BigTIFF when it must. The
//! context's `LONG` members then show the offsets up to 2 GiB, and -1 beyond. A context that a driver
//! allocated itself has no record: its document is classic TIFF with an 8-byte header, the stream must
//! be empty at page 0, the members hold unsigned 32-bit offsets, and a page that would end past
//! 4 GiB - 1 fails with `MediumFull`. Only the one-call forms work without a record.

mod one_call;

pub use one_call::{
    PageBuffer, write_buf_to_file, write_page_buf_to_file, write_page_buf_to_stream,
    write_page_buf_to_stream_as,
};

use formats::PageDone;
use formats::tiff::{self, Document};
use raster::{Band, PageLayout};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{Compression, Error, ErrorKind, Photometric, Result};

use crate::context::{DocumentOptions, TransferContext, TransferRecord};
use crate::stream::{Stream, StreamSink};

/// Starts a page of the transfer's document at the end of the stream.
///
/// The first page starts the document: with the compression of the context and the options of its
/// record. The height may be open; `layout` decides, not the context's members.
///
/// # Errors
///
/// `InvalidArgument` for a context without a record, a format other than TIFF, a page that is
/// already open, or a layout that the compression cannot hold; else what the stream says.
pub fn begin_page(
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    layout: &PageLayout,
) -> Result<()> {
    if context.format != WIA_IMG_FMT_TIFF {
        return Err(Error::invalid("the page writer makes TIFF only"));
    }
    let compression = context.compression;
    let page = context.page;
    let record = record(context)?;
    if record.page_open {
        return Err(Error::invalid("the page before is not ended"));
    }
    let document = document(record, compression, page)?;
    document.begin_page(&mut StreamSink(stream), layout)?;
    record.page_open = true;
    Ok(())
}

/// Adds rows to the open page, in the canonical form.
///
/// # Errors
///
/// `InvalidArgument` without an open page or for rows that do not fit it; else what the stream says.
/// Then only [`abandon_page`] makes sense.
pub fn rows(context: &mut TransferContext, stream: &mut dyn Stream, band: Band<'_>) -> Result<()> {
    open_document(context)?.rows(&mut StreamSink(stream), band)
}

/// Ends the page: data, then directory, then link. From here on the page is in the document.
///
/// # Errors
///
/// `InvalidArgument` without an open page, or for one without rows; else what the stream says. Then
/// only [`abandon_page`] makes sense.
pub fn end_page(context: &mut TransferContext, stream: &mut dyn Stream) -> Result<PageDone> {
    let done = open_document(context)?.end_page(&mut StreamSink(stream))?;
    let record = record(context)?;
    record.page_open = false;
    page_linked(context, &done);
    Ok(done)
}

/// Takes an unfinished page back: the stream is cut to what it was before the page. Without an open
/// page it does nothing.
///
/// # Errors
///
/// What the stream says to `set_size`; the finished pages are valid also then, for unlinked bytes
/// harm no reader.
pub fn abandon_page(context: &mut TransferContext, stream: &mut dyn Stream) -> Result<()> {
    let Some(record) = context.record.as_mut().filter(|r| r.page_open) else {
        return Ok(());
    };
    record.page_open = false;
    match record.document.as_mut() {
        Some(document) => document.abandon_page(&mut StreamSink(stream)),
        None => Ok(()),
    }
}

fn record(context: &mut TransferContext) -> Result<&mut TransferRecord> {
    context.record.as_mut().ok_or_else(|| {
        Error::invalid("a context that the service did not make takes whole pages only")
    })
}

fn open_document(context: &mut TransferContext) -> Result<&mut Document> {
    record(context)?
        .document_if_open()
        .ok_or_else(|| Error::invalid("no page has been begun"))
}

impl TransferRecord {
    fn document_if_open(&mut self) -> Option<&mut Document> {
        if self.page_open {
            self.document.as_mut()
        } else {
            None
        }
    }
}

/// The record's document: a new one for page 0, else the one that the earlier pages are in.
fn document(
    record: &mut TransferRecord,
    compression: Compression,
    page: i32,
) -> Result<&mut Document> {
    if page == 0 || record.document.is_none() {
        if page != 0 {
            return Err(Error::invalid(format!(
                "lPage is {page}, but the document has no page yet"
            )));
        }
        let options = tiff_options(&record.options, compression)?;
        record.document = Some(Document::new(options));
    }
    record
        .document
        .as_mut()
        .ok_or_else(|| Error::new(ErrorKind::Unexpected, "the transfer's document is missing"))
}

fn tiff_options(options: &DocumentOptions, compression: Compression) -> Result<tiff::Options> {
    let compression = match compression {
        Compression::None => tiff::Compression::None,
        Compression::G4 => tiff::Compression::G4,
        Compression::Jpeg => tiff::Compression::Jpeg,
        other => {
            return Err(Error::invalid(format!(
                "WIA_IPA_COMPRESSION: the page writer cannot encode {other:?}; valid: None G4 Jpeg"
            )));
        }
    };
    Ok(tiff::Options {
        compression,
        quality: options.quality,
        photometric: photometric(options.photometric),
        metadata: options.metadata.clone(),
        expected_bytes: options.expected_bytes,
        classic_limit: options.classic_limit,
        ..tiff::Options::default()
    })
}

/// The numbers of WIA and TIFF are opposite: `WIA_PHOTO_WHITE_1` is BlackIsZero.
fn photometric(wia: Option<Photometric>) -> tiff::Photometric {
    match wia {
        Some(Photometric::White0) => tiff::Photometric::WhiteIsZero,
        Some(Photometric::White1) | None => tiff::Photometric::BlackIsZero,
    }
}

/// Shows in the context that a page was linked, and reports it.
fn page_linked(context: &mut TransferContext, done: &PageDone) {
    context.page = context.page.saturating_add(1);
    let Some(record) = &context.record else {
        return;
    };
    if let Some(document) = &record.document {
        let offset = i32::try_from(document.current_ifd_offset()).unwrap_or(-1);
        context.current_ifd_offset = offset;
        context.previous_ifd_offset = offset;
        record
            .options
            .progress
            .page_linked(document.base().unwrap_or(0) + done.document_bytes);
    }
}
