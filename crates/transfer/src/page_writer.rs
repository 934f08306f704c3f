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
mod page_buffer;
mod recorded;

pub use one_call::{
    FileStream, write_buf_to_file, write_page_buf_to_file, write_page_buf_to_stream,
    write_page_buf_to_stream_as,
};
pub use page_buffer::PageBuffer;

use std::sync::Arc;

use formats::PageDone;
use raster::{Band, PageLayout};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{Error, Result};

use crate::activity::{ActivityClock, outside};
use crate::context::{TransferContext, TransferRecord};
use crate::stream::Stream;

/// Starts a page of the transfer's document at the end of the stream.
///
/// The first page starts the document: with the compression of the context, which the pages after it
/// must keep, and the options of its record. The height may be open; `layout` decides, not the
/// context's members.
///
/// # Errors
///
/// `InvalidArgument` for a context without a record, a format other than TIFF, a page that is
/// already open, a layout that the compression cannot hold, a compression other than the document's,
/// or an `lPage` that is not 0 when the document has no page yet; else what the stream says.
pub fn begin_page(
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    layout: &PageLayout,
) -> Result<()> {
    if context.format != WIA_IMG_FMT_TIFF {
        return Err(Error::invalid("the page writer makes TIFF only"));
    }
    let (compression, page) = (context.compression, context.page);
    outside(clock(context).as_deref(), || {
        let record = record(context)?;
        if record.page_open {
            return Err(Error::invalid("the page before is not ended"));
        }
        let (document, mut sink) = record.document(compression, page, stream)?;
        document.begin_page(&mut sink, layout)?;
        record.page_open = true;
        Ok(())
    })
}

/// Adds rows to the open page, in the canonical form.
///
/// # Errors
///
/// `InvalidArgument` without an open page or for rows that do not fit it; else what the stream says.
/// Then only [`abandon_page`] makes sense.
pub fn rows(context: &mut TransferContext, stream: &mut dyn Stream, band: Band<'_>) -> Result<()> {
    outside(clock(context).as_deref(), || {
        let (document, mut sink) = record(context)?.open_document(stream)?;
        document.rows(&mut sink, band)
    })
}

/// Ends the page: data, then directory, then link. From here on the page is in the document.
///
/// # Errors
///
/// `InvalidArgument` without an open page, or for one without rows; else what the stream says. Then
/// only [`abandon_page`] makes sense.
pub fn end_page(context: &mut TransferContext, stream: &mut dyn Stream) -> Result<PageDone> {
    outside(clock(context).as_deref(), || {
        let record = record(context)?;
        let (document, mut sink) = record.open_document(stream)?;
        let done = document.end_page(&mut sink)?;
        record.page_open = false;
        stream.settle()?;
        recorded::page_linked(context, &done);
        Ok(done)
    })
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
    let (document, mut sink) = record.open_document(stream)?;
    let cut = document.abandon_page(&mut sink);
    record.page_open = false;
    cut
}

/// The clock of a transfer of the older kinds; in stream transfers the streams' calls are seen.
fn clock(context: &TransferContext) -> Option<Arc<ActivityClock>> {
    context.record.as_ref()?.activity.clone()
}

fn record(context: &mut TransferContext) -> Result<&mut TransferRecord> {
    context.record.as_mut().ok_or_else(|| {
        Error::invalid("a context that the service did not make takes whole pages only")
    })
}
