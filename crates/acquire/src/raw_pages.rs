//! The application's side of a transfer with one stream a page: the bytes of RAW streams become rows, and
//! the rows go to the writer of the output's format. Pages in other formats wait for their end
//! ([`Encoded`]).

mod encoded;
mod page_stream;
mod target;

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::raw::Reader;
use formats::{DocumentFormat, DocumentWriter, WriterOptions};
use raster::{Band, PageLayout};
use service::{Answer, AppErrorHandler, NextStream, TransferCallback, TransferParams};
use wia::{Blame, Error, ErrorKind, Result, TransferMessage};

use crate::cancel::Cancel;
use crate::durable::DurablePages;
use crate::event::Event;
use crate::report::Reporter;
pub(crate) use encoded::Encoded;
use page_stream::PageStream;
use target::OwnPage;
pub(crate) use target::{Pipe, Target};

/// Where the pages go.
pub(crate) enum Pages {
    /// All into one document; in a regular file a page counts once it is synced.
    Document {
        writer: Box<dyn DocumentWriter + Send>,
        durable: Option<DurablePages>,
    },
    /// Each to a place of its own.
    Each(Target),
}

/// What became of the pages.
pub(crate) struct Finished {
    /// Complete pages.
    pub(crate) pages: u32,
    /// Bytes of the document of those pages, if it is one document.
    pub(crate) bytes: u64,
    /// Files of their own.
    pub(crate) files: Vec<PathBuf>,
    /// Why the driver's last page is not complete.
    pub(crate) unfinished: Option<Error>,
    /// Why a complete page is not where it should be.
    pub(crate) lost: Option<Error>,
    /// Why the document of all the pages is not what it should be.
    pub(crate) broken: Option<Error>,
}

/// Gives the driver a stream for each page and makes pages of them.
pub(crate) struct RawPages {
    state: Arc<Mutex<State>>,
    reporter: Arc<Reporter>,
    cancel: Cancel,
}

struct State {
    to: Pages,
    format: DocumentFormat,
    options: WriterOptions,
    /// What is known of the pages where they are not RAW.
    encoded: Option<Encoded>,
    page: Option<OpenPage>,
    pages: u32,
    bytes: u64,
    files: Vec<PathBuf>,
    unfinished: Option<Error>,
    /// Whether the unfinished page is one of which nothing was written.
    untouched: bool,
    lost: Option<Error>,
    /// Why the output did not take the last that was written.
    failure: Option<Error>,
}

/// A page under way.
#[derive(Default)]
struct OpenPage {
    reader: Reader,
    /// The driver's stream, where it is not RAW.
    spool: Option<File>,
    /// Bytes of the driver's stream.
    len: u64,
    layout: Option<PageLayout>,
    rows: u32,
    /// The page's own place, if it is not part of a document.
    own: Option<OwnPage>,
}

impl RawPages {
    pub(crate) fn new(
        to: Pages,
        format: DocumentFormat,
        options: WriterOptions,
        encoded: Option<Encoded>,
        reporter: Arc<Reporter>,
        cancel: &Cancel,
    ) -> RawPages {
        RawPages {
            state: Arc::new(Mutex::new(State {
                to,
                format,
                options,
                encoded,
                page: None,
                pages: 0,
                bytes: 0,
                files: Vec::new(),
                unfinished: None,
                untouched: false,
                lost: None,
                failure: None,
            })),
            reporter,
            cancel: cancel.clone(),
        }
    }

    /// Complete pages in the output.
    pub(crate) fn pages(&self) -> u32 {
        lock(&self.state).pages
    }

    /// Whether the output takes more.
    pub(crate) fn is_broken(&self) -> bool {
        match &lock(&self.state).to {
            Pages::Document {
                durable: Some(durable),
                ..
            } => durable.check().is_err(),
            _ => false,
        }
    }

    /// Completes the document, after the last transfer. A driver that found itself `out_of_paper` may
    /// have asked for a stream before it knew.
    pub(crate) fn finish(&self, out_of_paper: bool) -> Finished {
        let state = &mut *lock(&self.state);
        if state.untouched && out_of_paper {
            state.unfinished = None;
        }
        let mut broken = None;
        match &mut state.to {
            Pages::Document { writer, durable } => {
                let synced = durable.as_ref().map_or(Ok(()), DurablePages::check);
                let finished = match state.pages {
                    0 => Ok(()),
                    _ => writer.finish(),
                };
                broken = synced.and(finished).err();
            }
            Pages::Each(target) => target.discard(),
        }
        Finished {
            pages: state.pages,
            bytes: state.bytes,
            files: std::mem::take(&mut state.files),
            unfinished: state.unfinished.take(),
            lost: state.lost.take().or(state.failure.take()),
            broken,
        }
    }
}

impl TransferCallback for RawPages {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        match params.message {
            TransferMessage::Status | TransferMessage::NewPage => {
                let page = self.pages() + 1;
                if params.message == TransferMessage::Status {
                    self.reporter.progress(page, params);
                }
                if self.cancel.is_cancelled() {
                    return Ok(Answer::Cancel);
                }
            }
            TransferMessage::EndOfStream => lock(&self.state).end_page(&self.reporter)?,
            TransferMessage::EndOfTransfer | TransferMessage::DeviceStatus => {}
        }
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        if self.cancel.is_cancelled() {
            return Ok(NextStream::Cancel);
        }
        let mut state = lock(&self.state);
        if let Some(e) = state.lost.as_ref().or(state.unfinished.as_ref()) {
            return Err(e.clone());
        }
        state.page = Some(OpenPage::default());
        let stream = PageStream::new(Arc::clone(&self.state));
        Ok(NextStream::Stream(Box::new(stream)))
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.reporter.error_handler()
    }
}

impl State {
    /// Takes bytes of the driver's stream.
    fn write(&mut self, position: u64, data: &[u8]) -> Result<()> {
        if self.encoded.is_some() {
            return self.spool(position, data);
        }
        let mut page = self.page.take().unwrap_or_default();
        let mut reader = std::mem::take(&mut page.reader);
        let result = reader.write_at(position, data, &mut |layout, band| {
            self.rows(&mut page, layout, band)
        });
        page.reader = reader;
        page.len = page.len.max(position.saturating_add(data.len() as u64));
        self.page = Some(page);
        let result = result.map_err(by_driver);
        // A driver may make something else of it, or take its page back as if nothing had happened.
        self.failure = result
            .clone()
            .err()
            .filter(|e| matches!(e.kind().blame(), Blame::Output | Blame::Neighbour));
        result
    }

    fn rows(&mut self, page: &mut OpenPage, layout: &PageLayout, band: Band<'_>) -> Result<()> {
        if page.layout.is_none() {
            self.begin_page(page, layout)?;
        }
        let rows = u32::try_from(band.rows()).unwrap_or(u32::MAX);
        self.writer(page)?.rows(band)?;
        page.rows = page.rows.saturating_add(rows);
        Ok(())
    }

    fn writer<'a>(
        &'a mut self,
        page: &'a mut OpenPage,
    ) -> Result<&'a mut (dyn DocumentWriter + Send)> {
        match (&mut page.own, &mut self.to) {
            (Some(own), _) => Ok(own.writer.as_mut()),
            (None, Pages::Document { writer, .. }) => Ok(writer.as_mut()),
            (None, Pages::Each(_)) => {
                Err(Error::new(ErrorKind::Unexpected, "the page has no place"))
            }
        }
    }

    /// Starts a page in the document, or in a place of its own.
    fn begin_page(&mut self, page: &mut OpenPage, told: &PageLayout) -> Result<()> {
        self.open_place(page, told)?;
        // The height may still change. What can be corrected later does not rely on it.
        let layout = PageLayout {
            height: page.own.as_ref().and_then(|own| own.promised),
            ..*told
        };
        page.layout = Some(layout);
        self.writer(page)?.begin_page(&layout)
    }

    /// Opens the page's own place, if it is not part of a document.
    fn open_place(&mut self, page: &mut OpenPage, told: &PageLayout) -> Result<()> {
        if let Pages::Each(target) = &mut self.to {
            let number = self.pages.saturating_add(1);
            let own = OwnPage::open(target, number, told, self.format, &self.options)?;
            // Links can lead from two names to one file.
            if let Some(file) = own.file().filter(|file| file.exists())
                && self.files.iter().any(|other| other == file)
            {
                let taken = format!("{}: is the file of another page already", file.display());
                own.take_back(target)?;
                return Err(Error::new(ErrorKind::WriteFault, taken));
            }
            page.own = Some(own);
        }
        Ok(())
    }

    /// The driver's stream has ended: the page is complete, or it is taken back.
    fn end_page(&mut self, reporter: &Reporter) -> Result<()> {
        let Some(mut page) = self.page.take() else {
            return Ok(());
        };
        if self.encoded.is_some() {
            return self.end_encoded(page, reporter);
        }
        if let Err(e) = page.reader.finish() {
            // Whether that is a failure is for the end of the transfer to say: a cancel leaves
            // such a page, too.
            self.unfinished = Some(by_driver(e));
            self.untouched = page.len == 0;
            drop(self.take_back(&mut page));
            return Ok(());
        }
        let kept = match self.fill_up(&mut page, reporter) {
            Ok(bytes) => self.keep_page(page.own, bytes, reporter),
            Err(e) => {
                drop(self.take_back(&mut page));
                Err(by_driver(e))
            }
        };
        kept.inspect_err(|e| self.note(e))
    }

    /// Remembers why a page whose rows all came is not there. The driver may have failed by then, and
    /// its failure would hide this one.
    fn note(&mut self, e: &Error) {
        match e.kind() {
            ErrorKind::InvalidDriverResponse => self.unfinished = Some(e.clone()),
            // A cancel while the output is waited for.
            ErrorKind::Abort => {}
            _ => self.lost = Some(e.clone()),
        }
    }

    /// Completes the page in its document; gives the document's bytes.
    fn fill_up(&mut self, page: &mut OpenPage, reporter: &Reporter) -> Result<u64> {
        let promised = page.own.as_ref().and_then(|own| own.promised);
        let rows = page.rows;
        if let (Some(promised), Some(layout)) = (promised, page.layout)
            && rows < promised
        {
            // The height in a pipe cannot be corrected; the sheet was only shorter.
            let row = layout.row_bytes();
            let white = vec![0xFF; row];
            let writer = self.writer(page)?;
            for _ in rows..promised {
                if let Some(band) = Band::new(&white, row, row) {
                    writer.rows(band)?;
                }
            }
            reporter.event(&Event::Status {
                text: format!(
                    "page {}: the device promised {promised} rows and sent {rows}; the rest is white",
                    self.pages + 1
                ),
            });
        }
        Ok(self.writer(page)?.end_page()?.document_bytes)
    }

    /// Gives a page that is written its name, and reports it.
    fn keep_page(&mut self, own: Option<OwnPage>, bytes: u64, reporter: &Reporter) -> Result<()> {
        let number = self.pages.saturating_add(1);
        match own {
            Some(own) => {
                let committed = own.complete()?;
                let (file, result) = committed.map_or((None, Ok(())), |c| (c.file, c.result));
                if file.is_some() || result.is_ok() {
                    self.pages = number;
                    self.files.extend(file.clone());
                }
                result?;
                reporter.page(number, bytes, file);
            }
            None => {
                self.pages = number;
                self.bytes = bytes;
                match &mut self.to {
                    Pages::Document {
                        durable: Some(durable),
                        ..
                    } => durable.page(number, bytes)?,
                    _ => reporter.page(number, bytes, None),
                }
            }
        }
        Ok(())
    }

    /// Removes what there is of an unfinished page.
    fn take_back(&mut self, page: &mut OpenPage) -> Result<()> {
        match (page.own.take(), &mut self.to) {
            (Some(own), Pages::Each(target)) => own.take_back(target),
            (None, Pages::Document { writer, .. }) if page.layout.is_some() => {
                // Bytes that no directory links to harm no reader.
                drop(writer.abandon_page());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The settings were checked before: what does not fit them now, or cannot be read, came from the
/// driver.
fn by_driver(e: Error) -> Error {
    match e.kind() {
        ErrorKind::InvalidArgument | ErrorKind::InputUnsupported => Error::new(
            ErrorKind::InvalidDriverResponse,
            format!("the driver sent a page that does not fit: {e}"),
        ),
        _ => e,
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
