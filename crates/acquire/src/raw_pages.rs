//! The application's side of a transfer with one RAW stream a page: the stream's bytes become rows,
//! and the rows go to the writer of the output's format.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::raw::Reader;
use formats::{DocumentFormat, DocumentWriter, Sink, WriterOptions, open_writer};
use raster::PageLayout;
use service::{Answer, NextStream, Stream, TransferCallback, TransferParams};
use wia::{Error, ErrorKind, Result, TransferMessage};

use crate::cancel::Cancel;
use crate::in_order::InOrder;
use crate::naming::Pattern;
use crate::partial::PartialFile;
use crate::report::{Reporter, Syncer};

/// Where the pages go.
pub(crate) enum Pages {
    /// All into one document; in a regular file a page counts once it is synced.
    Document {
        writer: Box<dyn DocumentWriter + Send>,
        syncer: Option<Syncer>,
    },
    /// Each into a regular file of its own.
    Files(Pattern),
    /// One page into one regular file.
    File(Option<PartialFile>),
    /// One page into a pipe or device.
    InOrder(Option<Box<InOrder>>),
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
    page: Option<OpenPage>,
    pages: u32,
    files: Vec<PathBuf>,
    /// Why the last page is not in the output.
    failure: Option<Error>,
}

/// A page under way.
#[derive(Default)]
struct OpenPage {
    reader: Reader,
    /// Bytes of the driver's stream.
    len: u64,
    own: Option<OwnFile>,
    begun: bool,
}

/// The file of a page that has one of its own.
struct OwnFile {
    writer: Box<dyn DocumentWriter + Send>,
    place: OwnPlace,
}

enum OwnPlace {
    Partial(PartialFile),
    /// Straight into the pipe, which the writer has.
    Direct(Option<Box<InOrder>>),
    /// The format must go back to put in the height; a pipe cannot.
    Spool(File, Box<InOrder>),
}

impl OwnPlace {
    /// What the page's writer writes to.
    fn sink(&mut self) -> Result<Box<dyn Sink + Send>> {
        Ok(match self {
            OwnPlace::Partial(partial) => Box::new(partial.handle()?),
            OwnPlace::Spool(file, _) => Box::new(file.try_clone().map_err(Error::from_write)?),
            OwnPlace::Direct(pipe) => match pipe.take() {
                Some(pipe) => pipe,
                None => return Err(Error::new(ErrorKind::Unexpected, "the output is gone")),
            },
        })
    }
}

impl RawPages {
    pub(crate) fn new(
        to: Pages,
        format: DocumentFormat,
        options: WriterOptions,
        reporter: Arc<Reporter>,
        cancel: &Cancel,
    ) -> RawPages {
        RawPages {
            state: Arc::new(Mutex::new(State {
                to,
                format,
                options,
                page: None,
                pages: 0,
                files: Vec::new(),
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

    /// Completes the document, after the last transfer. Gives the pages, the files of their own, and
    /// why a page is missing, if one is.
    ///
    /// # Errors
    ///
    /// When the document cannot be completed or synced.
    pub(crate) fn finish(&self) -> Result<(u32, Vec<PathBuf>, Option<Error>)> {
        let state = &mut *lock(&self.state);
        if let Pages::Document { writer, syncer } = &mut state.to {
            if let Some(syncer) = syncer {
                syncer.finish()?;
            }
            if state.pages > 0 {
                writer.finish()?;
            }
        }
        // A file that never got a page.
        if let Pages::File(partial) = &mut state.to
            && let Some(partial) = partial.take()
        {
            partial.discard();
        }
        Ok((
            state.pages,
            std::mem::take(&mut state.files),
            state.failure.take(),
        ))
    }
}

impl TransferCallback for RawPages {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let mut state = lock(&self.state);
        match params.message {
            TransferMessage::Status => {
                let page = state.pages + 1;
                drop(state);
                self.reporter.progress(page, params);
                Ok(if self.cancel.is_cancelled() {
                    Answer::Cancel
                } else {
                    Answer::Continue
                })
            }
            TransferMessage::EndOfStream => {
                state.end_page(&self.reporter)?;
                Ok(Answer::Continue)
            }
            TransferMessage::NewPage
            | TransferMessage::EndOfTransfer
            | TransferMessage::DeviceStatus => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        if self.cancel.is_cancelled() {
            return Ok(NextStream::Cancel);
        }
        let mut state = lock(&self.state);
        if let Some(e) = &state.failure {
            return Err(e.clone());
        }
        state.page = Some(OpenPage::default());
        Ok(NextStream::Stream(Box::new(PageStream {
            state: Arc::clone(&self.state),
            position: 0,
        })))
    }
}

impl State {
    /// Takes bytes of the driver's stream.
    fn write(&mut self, position: u64, data: &[u8]) -> Result<()> {
        let mut page = self.page.take().unwrap_or_default();
        let mut reader = std::mem::take(&mut page.reader);
        let result = reader.write_at(position, data, &mut |layout, band| {
            if !page.begun {
                self.begin_page(&mut page, layout)?;
                page.begun = true;
            }
            self.writer(&mut page)?.rows(band)
        });
        page.reader = reader;
        page.len = page.len.max(position + data.len() as u64);
        self.page = Some(page);
        result
    }

    fn writer<'a>(
        &'a mut self,
        page: &'a mut OpenPage,
    ) -> Result<&'a mut (dyn DocumentWriter + Send)> {
        match (&mut page.own, &mut self.to) {
            (Some(own), _) => Ok(own.writer.as_mut()),
            (None, Pages::Document { writer, .. }) => Ok(writer.as_mut()),
            (None, _) => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver sent a second image where one was asked for",
            )),
        }
    }

    /// Starts a page in the document, or in a file of its own.
    fn begin_page(&mut self, page: &mut OpenPage, told: &PageLayout) -> Result<()> {
        // The height may still change. What can be corrected later does not rely on it.
        let mut layout = PageLayout {
            height: None,
            ..*told
        };
        let place = match &mut self.to {
            Pages::Document { .. } => None,
            Pages::Files(pattern) => {
                let target = crate::naming::resolve(&pattern.name(self.pages + 1))?;
                Some(OwnPlace::Partial(PartialFile::create(&target)?))
            }
            Pages::File(partial) => partial.take().map(OwnPlace::Partial),
            Pages::InOrder(pipe) => match pipe.take() {
                None => None,
                Some(pipe) if pipe.pretends_to_seek() => Some(OwnPlace::Direct(Some(pipe))),
                Some(pipe) if told.height.is_some() => {
                    layout.height = told.height;
                    Some(OwnPlace::Direct(Some(pipe)))
                }
                Some(pipe) => {
                    let spool = tempfile::tempfile().map_err(Error::from_write)?;
                    Some(OwnPlace::Spool(spool, pipe))
                }
            },
        };
        if let Some(mut place) = place {
            let sink = place.sink()?;
            page.own = Some(OwnFile {
                writer: open_writer(self.format, sink, &self.options)?,
                place,
            });
        }
        self.writer(page)?.begin_page(&layout)
    }

    /// The driver's stream has ended: the page is complete, or it is taken back.
    fn end_page(&mut self, reporter: &Reporter) -> Result<()> {
        let Some(mut page) = self.page.take() else {
            return Ok(());
        };
        let complete = page.reader.finish();
        let result = match complete {
            Ok(_) => self.complete_page(&mut page, reporter),
            Err(e) => {
                // Whether that is a failure is for the end of the transfer to say: a cancel leaves
                // such a page, too.
                self.failure = Some(e);
                self.take_back(&mut page);
                return Ok(());
            }
        };
        result.inspect_err(|_| self.take_back(&mut page))
    }

    fn complete_page(&mut self, page: &mut OpenPage, reporter: &Reporter) -> Result<()> {
        let done = self.writer(page)?.end_page()?;
        let number = self.pages + 1;
        match page.own.take() {
            None => match &self.to {
                Pages::Document {
                    syncer: Some(syncer),
                    ..
                } => syncer.page(number, done.document_bytes)?,
                _ => reporter.page(number, done.document_bytes, None),
            },
            Some(mut own) => {
                own.writer.finish()?;
                let file = match own.place {
                    OwnPlace::Partial(partial) => Some(partial.commit()?),
                    OwnPlace::Direct(_) => None,
                    OwnPlace::Spool(file, mut pipe) => {
                        copy(file, pipe.as_mut())?;
                        None
                    }
                };
                self.files.extend(file.clone());
                reporter.page(number, done.document_bytes, file);
            }
        }
        self.pages = number;
        Ok(())
    }

    /// Removes what there is of an unfinished page. The failure that led here has been told.
    fn take_back(&mut self, page: &mut OpenPage) {
        match page.own.take() {
            Some(OwnFile {
                place: OwnPlace::Partial(partial),
                ..
            }) => partial.discard(),
            Some(_) => {}
            None => {
                if let Pages::Document { writer, .. } = &mut self.to
                    && page.begun
                {
                    // Unlinked bytes harm no reader.
                    drop(writer.abandon_page());
                }
            }
        }
        page.begun = false;
    }
}

fn copy(mut file: File, pipe: &mut InOrder) -> Result<()> {
    file.rewind().map_err(Error::from_read)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => pipe.write_all(&buffer[..n]).map_err(Error::from_write)?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::from_read(e)),
        }
    }
}

/// The stream of one page as the driver holds it.
struct PageStream {
    state: Arc<Mutex<State>>,
    position: u64,
}

impl Stream for PageStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        lock(&self.state).write(self.position, data)?;
        self.position += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let end = lock(&self.state).page.as_ref().map_or(0, |p| p.len);
        let wanted = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => end.checked_add_signed(n),
            SeekFrom::Current(n) => self.position.checked_add_signed(n),
        };
        self.position = wanted.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidFunction,
                "a place before the stream's start",
            )
        })?;
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut state = lock(&self.state);
        let mut page = state.page.take().unwrap_or_default();
        if size == 0 {
            // The driver takes its page back.
            state.take_back(&mut page);
            page = OpenPage::default();
        }
        let fits = size == page.len;
        state.page = Some(page);
        if fits {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidFunction,
            "a page that is being read can only be taken back whole",
        ))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
