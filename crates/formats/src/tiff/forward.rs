//! TIFF for a sink that cannot overwrite: a pipe.

use std::fs::File;

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use super::chain::Chain;
use super::directory::{Directory, Form, Order, StripTable};
use super::options::{CLASSIC_LIMIT, Container, Options};
use super::page::Page;
use super::spill::temporary;
use super::stored;
use crate::stored::{ChunkSource, StoredPage};
use crate::{DocumentWriter, PageDone, PageOptions, Sink};

/// Where the strips of a page begin in its temporary file.
const STRIPS: u64 = 16;
/// What is put together before it is written.
const CHUNK: usize = 64 * 1024;

/// A TIFF document that is only ever appended to. A page's strips go to a temporary file without a
/// name; its directory is written before them, and leads to the next page, which is complete by then.
/// So a page is written when the next has ended, the last one at [`DocumentWriter::finish`]. At most two
/// pages wait on the disk.
///
/// It is classic TIFF, or BigTIFF where [`Options::expected_bytes`] says so from the start. The
/// container and the page records of the options are not looked at.
#[derive(Debug)]
pub struct Forward<S> {
    sink: S,
    options: Options,
    form: Form,
    limit: u64,
    /// Bytes written; `None` after a failure to write.
    sent: Option<u64>,
    pages: u32,
    page: Option<Open>,
    waiting: Option<Waiting>,
    finished: bool,
}

/// The page under way, with a chain of its own in its temporary file.
#[derive(Debug)]
struct Open {
    page: Page,
    chain: Chain,
    file: File,
}

/// A complete page that has not been written.
#[derive(Debug)]
struct Waiting {
    directory: Directory,
    strips: StripTable,
    file: File,
    /// Where its directory is to be, where its strips, and where it ends.
    at: u64,
    data: u64,
    end: u64,
}

impl<S: Sink> Forward<S> {
    /// A document that begins where `sink` stands. Nothing is written before the second page, or the
    /// end.
    pub fn new(sink: S, options: Options) -> Forward<S> {
        let limit = options.classic_limit.min(CLASSIC_LIMIT);
        let big = options.expected_bytes.is_some_and(|bytes| bytes > limit);
        Forward {
            sink,
            options: Options {
                container: Container::Growing,
                expected_bytes: None,
                records: false,
                ..options
            },
            form: if big { Form::Big } else { Form::Classic },
            limit,
            sent: Some(0),
            pages: 0,
            page: None,
            waiting: None,
            finished: false,
        }
    }

    /// The sink.
    pub fn into_sink(self) -> S {
        self.sink
    }

    fn may_begin(&self) -> Result<()> {
        if self.page.is_some() {
            return Err(Error::invalid("the page before has not ended"));
        }
        if self.finished {
            return Err(Error::invalid("the document is finished"));
        }
        self.sent().map(|_| ())
    }

    fn sent(&self) -> Result<u64> {
        let failed = || Error::new(ErrorKind::WriteFault, "writing has failed before");
        self.sent.ok_or_else(failed)
    }

    /// An empty temporary file and a chain in it.
    fn open(&self) -> Result<(Chain, File)> {
        let mut file = tempfile::tempfile().map_err(temporary)?;
        let mut chain = Chain::new(&Options {
            classic_limit: CLASSIC_LIMIT,
            ..self.options.clone()
        });
        chain.open_page(&mut file)?;
        Ok((chain, file))
    }

    /// Takes a complete page: the one before it can be written now.
    fn add(&mut self, directory: Directory, strips: StripTable, file: File) -> Result<u64> {
        let bytes = file
            .metadata()
            .map_err(temporary)?
            .len()
            .saturating_sub(STRIPS);
        let before = match &self.waiting {
            Some(waiting) => waiting.end,
            None => self.form.header_bytes(),
        };
        let at = self.form.align(before);
        let data = at + directory.size(self.form, strips.len());
        let end = data.saturating_add(bytes);
        if self.form == Form::Classic && end > self.limit {
            return Err(Error::new(
                ErrorKind::MediumFull,
                "the TIFF would become larger than 4 GiB, which must be known in advance where it \
                 cannot be overwritten",
            ));
        }
        let waiting = Waiting {
            directory,
            strips,
            file,
            at,
            data,
            end,
        };
        if let Some(before) = self.waiting.replace(waiting) {
            self.send(before, at)?;
        }
        self.pages = self.pages.saturating_add(1);
        Ok(end)
    }

    /// Writes a page that is followed by the directory at `following`.
    fn send(&mut self, page: Waiting, following: u64) -> Result<()> {
        let sent = self.sent()?;
        // Until it has succeeded.
        self.sent = None;
        let form = self.form;
        let mut out = if sent == 0 {
            form.header(page.at)
        } else {
            vec![0; (page.at - sent) as usize]
        };
        let sink = &mut self.sink;
        let mut strips = page.strips.moved(page.data.wrapping_sub(STRIPS))?;
        let mut put = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            if out.len() >= CHUNK {
                sink.write_all(&out).map_err(Error::from_write)?;
                out.clear();
            }
            Ok(())
        };
        let (directory, order) = (&page.directory, Order::Little);
        directory.write(form, order, page.at, following, &mut strips, &mut put)?;
        self.sink.write_all(&out).map_err(Error::from_write)?;
        self.sink
            .copy_from(&page.file, STRIPS, page.end - page.data)
            .map_err(Error::from_write)?;
        self.sent = Some(page.end);
        Ok(())
    }
}

impl<S: Sink> DocumentWriter for Forward<S> {
    fn set_page_options(&mut self, options: &PageOptions) {
        self.options.compression = options.compression;
        self.options.profile.clone_from(&options.profile);
        self.options.orientation = options.orientation;
    }

    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        self.may_begin()?;
        let page = Page::new(&self.options, self.pages, Order::Little, layout)?;
        let (chain, file) = self.open()?;
        self.page = Some(Open { page, chain, file });
        Ok(())
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        match &mut self.page {
            Some(open) => open.page.rows(&mut open.chain, &mut open.file, band),
            None => Err(Error::invalid("no page has begun")),
        }
    }

    fn end_page(&mut self) -> Result<PageDone> {
        let Some(open) = &mut self.page else {
            return Err(Error::invalid("no page has begun"));
        };
        let height = open.page.complete(&mut open.chain, &mut open.file)?;
        let Some(Open { page, file, .. }) = self.page.take() else {
            return Err(Error::invalid("no page has begun"));
        };
        let (directory, strips) = page.into_parts();
        Ok(PageDone {
            height,
            document_bytes: self.add(directory, strips, file)?,
        })
    }

    fn stored_page(&mut self, page: &StoredPage, chunks: &mut dyn ChunkSource) -> Result<PageDone> {
        self.may_begin()?;
        let options = &self.options;
        let mut directory = stored::describe(options, self.pages, Order::Little, page)?;
        let (mut chain, mut file) = self.open()?;
        let fields = &mut directory;
        let strips = stored::copy(&mut chain, &mut file, options, fields, page, chunks)?;
        let bytes = self.add(directory, strips, file)?;
        Ok(stored::done(page, bytes))
    }

    fn abandon_page(&mut self) -> Result<()> {
        self.page = None;
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        if self.page.is_some() {
            return Err(Error::invalid("the last page has not ended"));
        }
        self.sent()?;
        if let Some(last) = self.waiting.take() {
            self.send(last, 0)?;
            self.finished = true;
        }
        Ok(())
    }
}
