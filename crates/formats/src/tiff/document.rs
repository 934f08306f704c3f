//! A TIFF document apart from the sink that it goes to.

use std::fs::File;

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use super::chain::Chain;
use super::describe;
use super::encoded::{self, EncodedPage};
use super::options::{Container, Options};
use super::page::Page;
use super::stored;
use super::verify::{self, verify};
use crate::stored::{ChunkSource, StoredPage};
use crate::{PageDone, PageOptions, Sink};

/// The state of a TIFF document under construction. The sink comes with each call, and must be the
/// same one each time; [`super::Writer`] is this together with a sink.
///
/// The calls have the meaning of those of [`crate::DocumentWriter`]. When [`Document::end_page`],
/// [`Document::write_encoded_page`] or [`Document::abandon_page`] succeeds, the position is at the
/// end of the sink.
#[derive(Debug)]
pub struct Document {
    options: Options,
    chain: Chain,
    page: Option<Page>,
}

impl Document {
    /// A document that will start at the end of the sink of the first call.
    pub fn new(options: Options) -> Document {
        Document {
            chain: Chain::new(&options),
            options,
            page: None,
        }
    }

    /// Goes on with a classic document that starts at position 0 of the sink and was written with
    /// [`Container::Classic`] and the same metadata: `page_index` pages are finished, and the last
    /// one's directory is at `previous_ifd_offset` (the members `lPage` and `lPrevIfdOffset` of the
    /// transfer context of `wiasWritePageBufToStream`). Nothing of the sink is read. The next page
    /// gets the number `page_index`; `options.container`, `page_number` and `expected_bytes` are not
    /// looked at.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when `page_index` is 0, or `previous_ifd_offset` is less than 8, odd, or no
    /// 32-bit offset.
    pub fn resume_classic(
        options: Options,
        page_index: u32,
        previous_ifd_offset: u64,
    ) -> Result<Document> {
        let valid = (8..=u64::from(u32::MAX)).contains(&previous_ifd_offset);
        if page_index == 0 || !valid || !previous_ifd_offset.is_multiple_of(2) {
            return Err(Error::invalid(format!(
                "no TIFF directory of page {page_index} can be at {previous_ifd_offset}"
            )));
        }
        let options = Options {
            container: Container::Classic,
            page_number: 0,
            ..options
        };
        let fields = describe::classic_fields(&options.metadata);
        Ok(Document {
            chain: Chain::resume(&options, page_index, previous_ifd_offset, fields),
            options,
            page: None,
        })
    }

    /// Sets what pages that begin from now on have of their own.
    pub fn set_page_options(&mut self, options: &PageOptions) {
        self.options.compression = options.compression;
        self.options.profile.clone_from(&options.profile);
        self.options.orientation = options.orientation;
    }

    /// Goes on with the document that `file` holds from its start on: ours or another program's, classic
    /// or BigTIFF, in either byte order. The sink is this file. The pages that are there stay as they
    /// are, but for the one link; the new ones count on from them. `options.container`, `page_number` and
    /// `expected_bytes` are not looked at. An empty file is a new document.
    ///
    /// A classic document of this crate with [`Container::Growing`] becomes BigTIFF when it must. In
    /// another's a page that would take it beyond 4 GiB fails with `InvalidArgument`: there is no room for
    /// the other header.
    ///
    /// # Errors
    ///
    /// `InputDamaged` and `InputUnsupported` for what is no TIFF, or has a page that is not all there;
    /// `ReadFault`.
    pub fn append(options: Options, file: &File) -> Result<Document> {
        let found = verify(file)?;
        if let Some(damage) = found.damage {
            return Err(damage);
        }
        if found.end == 0 {
            return Ok(Document::new(options));
        }
        let options = Options {
            container: Container::Growing,
            page_number: 0,
            ..options
        };
        Ok(Document {
            chain: Chain::append(&options, &found, verify::directories(file)?),
            options,
            page: None,
        })
    }

    /// Starts a page. After an error there is no unfinished page.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a layout that the compression cannot hold or while another page is
    /// unfinished; `InvalidFunction` for a sink that cannot seek; `MediumFull` for a page of known
    /// size that does not fit into [`Container::Classic`]; else what the sink says.
    pub fn begin_page(&mut self, sink: &mut dyn Sink, layout: &PageLayout) -> Result<()> {
        self.may_begin(sink)?;
        let mut page = Page::new(
            &self.options,
            self.chain.pages(),
            self.chain.order(),
            layout,
        )?;
        let ready = self
            .chain
            .open_page(sink)
            .and_then(|()| page.reserve(&mut self.chain, sink));
        if let Err(error) = ready {
            // The first failure is the one to tell.
            let _ = self.chain.drop_page(sink);
            return Err(error);
        }
        self.page = Some(page);
        Ok(())
    }

    /// Adds rows to the page.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for rows of another width, more rows than stated, or without a page;
    /// `MediumFull` when the page does not fit into [`Container::Classic`]; else what the sink says.
    pub fn rows(&mut self, sink: &mut dyn Sink, band: Band<'_>) -> Result<()> {
        match &mut self.page {
            Some(page) => page.rows(&mut self.chain, sink, band),
            None => Err(no_page()),
        }
    }

    /// Ends the page: its last strip, its directory, the link to it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a page without a row or with fewer than stated, or without a page; else
    /// as [`Document::rows`]. After any error the page is still unfinished.
    pub fn end_page(&mut self, sink: &mut dyn Sink) -> Result<PageDone> {
        let Some(page) = &mut self.page else {
            return Err(no_page());
        };
        let (height, document_bytes) = page.end(&mut self.chain, sink)?;
        self.page = None;
        Ok(PageDone {
            height,
            document_bytes,
        })
    }

    /// Adds a page that is already encoded, as one strip: the one-call form. `layout` must have the
    /// height. [`Options::compression`] is not looked at. After an error nothing of the page is left
    /// in the document.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a layout that the compression cannot hold or that is not the JPEG
    /// stream's, an unknown height, no bytes, or while a page is unfinished; `InputDamaged` and
    /// `InputUnsupported` for a JPEG stream that is broken before its image data, or neither
    /// baseline, extended nor progressive with 8-bit samples; else as [`Document::begin_page`].
    pub fn write_encoded_page(
        &mut self,
        sink: &mut dyn Sink,
        layout: &PageLayout,
        page: EncodedPage<'_>,
    ) -> Result<PageDone> {
        self.may_begin(sink)?;
        let index = self.chain.pages();
        let (directory, height) = encoded::describe(&self.options, index, layout, &page)?;
        let written = self
            .chain
            .open_page(sink)
            .and_then(|()| encoded::write(&mut self.chain, sink, &directory, page.bytes));
        match written {
            Ok(document_bytes) => Ok(PageDone {
                height,
                document_bytes,
            }),
            Err(error) => {
                // The first failure is the one to tell.
                let _ = self.chain.drop_page(sink);
                Err(error)
            }
        }
    }

    /// Adds a page as another document stores it: its chunks become strips as they are.
    /// [`Options::compression`] is not looked at. After an error nothing of the page is left in the
    /// document.
    ///
    /// # Errors
    ///
    /// `NotImplemented` for what a TIFF does not hold like that: PNG's filters, 16-bit samples in another
    /// byte order than the document's, some kinds of JPEG; `InvalidArgument` for a page that does not fit
    /// together; `InputDamaged` when the chunks are fewer or empty; else as [`Document::begin_page`].
    pub fn stored_page(
        &mut self,
        sink: &mut dyn Sink,
        page: &StoredPage,
        chunks: &mut dyn ChunkSource,
    ) -> Result<PageDone> {
        self.may_begin(sink)?;
        let (index, order) = (self.chain.pages(), self.chain.order());
        let mut directory = stored::describe(&self.options, index, order, page)?;
        let mut written = self.chain.open_page(sink).and_then(|()| {
            let (chain, fields) = (&mut self.chain, &mut directory);
            stored::copy(chain, sink, &self.options, fields, page, chunks)
        });
        let done = written
            .as_mut()
            .map_err(|error| error.clone())
            .and_then(|strips| self.chain.add_directory(sink, &directory, strips));
        match done {
            Ok(document_bytes) => Ok(stored::done(page, document_bytes)),
            Err(error) => {
                // The first failure is the one to tell.
                let _ = self.chain.drop_page(sink);
                Err(error)
            }
        }
    }

    fn may_begin(&self, sink: &mut dyn Sink) -> Result<()> {
        if self.page.is_some() {
            return Err(Error::invalid("the page before has not ended"));
        }
        if !sink.abilities().seek {
            return Err(Error::new(
                ErrorKind::InvalidFunction,
                "a TIFF can only be written where it is possible to seek",
            ));
        }
        Ok(())
    }

    /// Takes the unfinished page back, if there is one: the sink gets the length that it had before
    /// the page. (A turn to BigTIFF stays, with the directories that it wrote.) Of a first page not
    /// even the header is left.
    ///
    /// # Errors
    ///
    /// What the sink says. There is no unfinished page then either, and the finished pages are valid:
    /// bytes that no directory links to harm no reader. Another call tries again.
    pub fn abandon_page(&mut self, sink: &mut dyn Sink) -> Result<()> {
        self.page = None;
        self.chain.drop_page(sink)
    }

    /// Completes the document. There is nothing left to write, as each page completes it; a document
    /// without a page stays empty.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` while a page is unfinished; what the sink says if a failure inside a page
    /// left something to put right.
    pub fn finish(&mut self, sink: &mut dyn Sink) -> Result<()> {
        if self.page.is_some() {
            return Err(Error::invalid("the last page has not ended"));
        }
        self.chain.finish(sink)
    }

    /// Finished pages: directories that are linked, those before [`Document::resume_classic`]
    /// included.
    pub fn pages(&self) -> u32 {
        self.chain.pages()
    }

    /// Where the TIFF starts in the sink; `None` before the first page.
    pub fn base(&self) -> Option<u64> {
        self.chain.base()
    }

    /// Whether the document is BigTIFF by now.
    pub fn is_big(&self) -> bool {
        self.chain.is_big()
    }

    /// The offset of the last finished page's directory, from [`Document::base`]; 0 when there is
    /// none. After a turn to BigTIFF that of the directory written then.
    pub fn current_ifd_offset(&self) -> u64 {
        self.chain.last_ifd()
    }

    /// The directory that the next page's is linked to: the same as
    /// [`Document::current_ifd_offset`], as the transfer context shows both members alike after a
    /// page.
    pub fn previous_ifd_offset(&self) -> u64 {
        self.chain.last_ifd()
    }
}

fn no_page() -> Error {
    Error::invalid("no page has begun")
}
