//! Multipage TIFF 6.0 and BigTIFF, written as the rows come.
//!
//! # Order of writing
//!
//! Each page writes its strips, then its directory (IFD) with the values that do not fit into it,
//! then the link to it: the header's first-IFD field for the first page, the next-IFD field of the
//! previous directory for every other. So the document is valid after every page, whatever happens
//! later. Besides writing and seeking, a sink is cut ([`Sink::set_len`]) after a failure, and gets a
//! [`Sink::barrier`] at the turn to BigTIFF; nothing is read back. The sink may hold something already: the TIFF starts at its end, and all
//! offsets count from there. Somebody else may move the position between any two calls, and even
//! append; only what the document holds must stay.
//!
//! A sink must be able to overwrite ([`crate::SinkAbilities::seek`]) and must tell its true length;
//! one that throws the bytes away has to count them.
//!
//! # Documents beyond 4 GiB
//!
//! Classic TIFF ends at 4 GiB - 1. A document whose size is known to be beyond that is BigTIFF from
//! the start. Else it begins as classic TIFF with 16 bytes reserved for the header, and before a
//! page could pass the limit all finished directories are written once more in BigTIFF's form at
//! the end (the strips stay where they are); the header is switched last, in one write of 16 bytes.
//! Before the switch the classic chain is valid, after it the BigTIFF chain.
//!
//! # Memory
//!
//! Bounded for each document, whatever the number of pages, their heights, and whether these are
//! known in advance:
//!
//! * one strip: 256 KiB of rows (480 KiB with deflate and JPEG, 128 KiB with G4), or one row where a
//!   row is longer (with JPEG 16 rows, at most 3.2 MiB); uncompressed rows without padding pass without
//!   being kept;
//! * its encoded form and the encoder's state: at most 3 MiB for such a strip, reached by noise at
//!   JPEG's highest quality; for longer JPEG strips 6 times the strip;
//! * with threads ([`Options::workers`]), two strips and their encoded forms for each, and its encoder;
//! * the strip offsets of the page and the finished directories: 256 KiB each, beyond which they go
//!   on in temporary files without a name;
//! * 64 KiB of the directory that is being written.
//!
//! Altogether at most 4.5 MiB on one thread for colour rows of up to 5400 pixels (A4 at 600 dpi).

mod chain;
mod describe;
mod directory;
mod document;
mod encoded;
mod encoding;
mod forward;
mod options;
mod page;
mod page_record;
mod record;
mod recover;
mod spill;
mod stored;
mod verify;

/// Bits of `NewSubfileType`: a smaller version of another page, and a mask. Neither is a page.
pub(crate) const NO_PAGE: u64 = 1 | 4;

pub use document::Document;
pub use encoded::{EncodedCompression, EncodedPage};
pub use forward::Forward;
pub use options::{Compression, Container, Options, Photometric};
pub use recover::recover;
pub use verify::{Verified, verify};

use raster::{Band, PageLayout};
use wia::Result;

use crate::stored::{ChunkSource, StoredPage};
use crate::{DocumentWriter, PageDone, PageOptions, Sink};

/// A [`Document`] together with the sink that it goes to.
#[derive(Debug)]
pub struct Writer<S> {
    sink: S,
    document: Document,
}

impl<S: Sink> Writer<S> {
    /// A document that will start at the end of `sink`. Nothing is written before the first page.
    pub fn new(sink: S, options: Options) -> Writer<S> {
        Writer {
            sink,
            document: Document::new(options),
        }
    }

    /// Goes on with a classic document: see [`Document::resume_classic`].
    ///
    /// # Errors
    ///
    /// As [`Document::resume_classic`].
    pub fn resume_classic(
        sink: S,
        options: Options,
        page_index: u32,
        previous_ifd_offset: u64,
    ) -> Result<Writer<S>> {
        Ok(Writer {
            sink,
            document: Document::resume_classic(options, page_index, previous_ifd_offset)?,
        })
    }

    /// Goes on with the document in `sink`: see [`Document::append`].
    ///
    /// # Errors
    ///
    /// As [`Document::append`].
    pub fn append(sink: S, options: Options, file: &std::fs::File) -> Result<Writer<S>> {
        Ok(Writer {
            sink,
            document: Document::append(options, file)?,
        })
    }

    /// Adds a page that is already encoded: see [`Document::write_encoded_page`].
    ///
    /// # Errors
    ///
    /// As [`Document::write_encoded_page`].
    pub fn write_encoded_page(
        &mut self,
        layout: &PageLayout,
        page: EncodedPage<'_>,
    ) -> Result<PageDone> {
        self.document
            .write_encoded_page(&mut self.sink, layout, page)
    }

    /// The document's state: pages, offsets, form.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The sink.
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// The sink, to use it in between: the writer looks for its end again at each call.
    pub fn sink_mut(&mut self) -> &mut S {
        &mut self.sink
    }

    /// A document and its sink.
    pub fn from_parts(sink: S, document: Document) -> Writer<S> {
        Writer { sink, document }
    }

    /// The two parts.
    pub fn into_parts(self) -> (S, Document) {
        (self.sink, self.document)
    }
}

impl<S: Sink> DocumentWriter for Writer<S> {
    fn set_page_options(&mut self, options: &PageOptions) {
        self.document.set_page_options(options);
    }

    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        self.document.begin_page(&mut self.sink, layout)
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        self.document.rows(&mut self.sink, band)
    }

    fn end_page(&mut self) -> Result<PageDone> {
        self.document.end_page(&mut self.sink)
    }

    fn stored_page(&mut self, page: &StoredPage, chunks: &mut dyn ChunkSource) -> Result<PageDone> {
        self.document.stored_page(&mut self.sink, page, chunks)
    }

    fn abandon_page(&mut self) -> Result<()> {
        self.document.abandon_page(&mut self.sink)
    }

    fn finish(&mut self) -> Result<()> {
        self.document.finish(&mut self.sink)
    }
}
