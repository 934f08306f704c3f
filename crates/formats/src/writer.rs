//! What every document writer can do.

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use crate::stored::{ChunkSource, StoredPage};
use crate::{Orientation, Profile, tiff};

/// What a document says about itself. Empty strings are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Title of the document.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// The program that made it.
    pub software: String,
    /// Maker of the device.
    pub make: String,
    /// Model of the device.
    pub model: String,
    /// When it was made, as seconds since 1970-01-01 00:00:00 UTC.
    pub date: Option<i64>,
}

/// What [`DocumentWriter::end_page`] reports of a finished page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageDone {
    /// Rows of the page.
    pub height: u32,
    /// Bytes that the document has now, this page and its links included.
    pub document_bytes: u64,
}

/// What a page can have of its own in a document of pages that differ.
#[derive(Clone, Debug)]
pub struct PageOptions {
    /// How it is compressed.
    pub compression: tiff::Compression,
    /// Its colour profile.
    pub profile: Option<Profile>,
    /// Which way up it is; for formats that can say so ([`crate::Abilities::orientation`]).
    pub orientation: Orientation,
}

/// A document under construction.
///
/// `begin_page`, `rows` any number of times, `end_page`, for each page; then `finish`. After
/// `end_page` of a multipage format the document is valid as it stands, or can be made so from what
/// the sink holds ([`crate::AfterPage`]). After an error inside a page, `abandon_page` takes back what
/// the page has written; then another page may begin or the document be finished.
pub trait DocumentWriter {
    /// Sets what the pages that begin from now on have of their own; at first it is what the document was
    /// opened with. A format that has no choice does nothing.
    fn set_page_options(&mut self, options: &PageOptions) {
        let _ = options;
    }

    /// Starts a page.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a layout that the format cannot hold, a second page of a one-image
    /// format, or an unknown height where the format and the sink need one; else what the sink says.
    fn begin_page(&mut self, layout: &PageLayout) -> Result<()>;

    /// Adds rows to the page, top-down.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for rows of another width, or more than the stated height; else what the
    /// sink says.
    fn rows(&mut self, band: Band<'_>) -> Result<()>;

    /// Ends the page.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a page without a row, or with fewer rows than the stated height; else
    /// what the sink says.
    fn end_page(&mut self) -> Result<PageDone>;

    /// Adds a whole page as another document stores it, without decoding it.
    ///
    /// # Errors
    ///
    /// `NotImplemented`, with nothing written, for pages that the format cannot take like that: their
    /// rows are the way then. Else as [`DocumentWriter::end_page`], and what `chunks` says.
    fn stored_page(&mut self, page: &StoredPage, chunks: &mut dyn ChunkSource) -> Result<PageDone> {
        let _ = (page, chunks);
        Err(Error::new(
            ErrorKind::NotImplemented,
            "the format takes no stored pages",
        ))
    }

    /// Takes back the unfinished page, if there is one.
    ///
    /// # Errors
    ///
    /// What the sink says; the document's finished pages are valid also then.
    fn abandon_page(&mut self) -> Result<()>;

    /// Completes the document.
    ///
    /// # Errors
    ///
    /// What the sink says.
    fn finish(&mut self) -> Result<()>;
}
