//! The stream that the driver writes into: bytes of a document become rows.

mod files;

use std::io::SeekFrom;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::raw::RawHeader;
use formats::{bmp, raw};
use items::AppItem;
use raster::{Band, PageLayout};
use transfer::{Held, Stream};
use wia::{Error, ErrorKind, Result};

use crate::document::{Below, Kind, Out};
use crate::rows::{Page, Rest, RowFilter, RowSink};
use files::FilePages;

/// What is taken at once while it is not clear yet what it is.
const PIECE: usize = 4096;
/// The most that is kept while it is not clear.
const HEAD: usize = 64 * 1024;

/// One stream on its way through filters.
pub(crate) struct Job {
    filters: Vec<Box<dyn RowFilter>>,
    kind: Kind,
    out: Out,
    below: Below,
    /// Whether nothing can be done before the end.
    waits: bool,
    mode: Mode,
    /// Whether rows of the page went into the filters.
    begun: bool,
    /// Bytes of the driver's document.
    len: u64,
}

enum Mode {
    /// What the header says about the page's height decides whether it is trusted.
    Doubt(Vec<u8>),
    /// The header is not complete; all bytes are kept.
    Head { reader: Reader, head: Vec<u8> },
    /// Rows flow.
    Rows(Reader),
    /// The document waits in a file.
    File(FilePages),
    /// Bytes pass as they are.
    Untouched,
}

enum Reader {
    Raw(Box<raw::Reader>),
    Bitmap(Box<bmp::Reader>),
}

/// What a page turned out to be when its first rows came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    NoRows,
    NothingToDo,
    Rows,
}

impl Job {
    /// A job for a document of `item`. With `waits` nothing of it is trusted before its end.
    pub(crate) fn new(
        filters: Vec<Box<dyn RowFilter>>,
        kind: Kind,
        item: &AppItem,
        below: Below,
        waits: bool,
    ) -> Result<Job> {
        Ok(Job {
            filters,
            kind,
            out: Out::new(below.clone(), kind, item),
            below,
            waits,
            mode: Job::start(kind, waits)?,
            begun: false,
            len: 0,
        })
    }

    fn start(kind: Kind, waits: bool) -> Result<Mode> {
        Ok(match Reader::new(kind, None) {
            Some(reader) if !waits => Mode::head(reader),
            Some(Reader::Raw(_)) => Mode::Doubt(Vec::new()),
            _ => Mode::File(FilePages::new()?),
        })
    }

    /// Bytes that reached the application's stream.
    pub(crate) fn bytes(&self) -> u64 {
        self.below.bytes()
    }

    pub(crate) fn release(&self) {
        self.below.release();
    }

    /// What is held of the bytes that were written.
    fn held(&self) -> Held {
        match &self.mode {
            Mode::File(file) => file.lend().map_or(Held::Nothing, Held::Bytes),
            _ if self.filters.iter().any(|filter| filter.holds_file()) => Held::Page,
            _ => Held::Nothing,
        }
    }

    /// Whether the bytes pass as they are.
    pub(crate) fn is_untouched(&self) -> bool {
        matches!(self.mode, Mode::Untouched)
    }

    pub(crate) fn write(&mut self, position: u64, data: &[u8]) -> Result<()> {
        self.len = self.len.max(position.saturating_add(data.len() as u64));
        let mut at = position;
        let mut rest = data;
        while !rest.is_empty() {
            let most = match &self.mode {
                Mode::Doubt(head) => RawHeader::LEN.saturating_sub(head.len()).max(1),
                Mode::Head { .. } => PIECE,
                _ => rest.len(),
            };
            let (piece, after) = rest.split_at(most.min(rest.len()));
            self.piece(at, piece)?;
            at += piece.len() as u64;
            rest = after;
        }
        Ok(())
    }

    fn piece(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        match &mut self.mode {
            Mode::Doubt(head) => {
                if at != head.len() as u64 {
                    return self.wait_with(at, bytes);
                }
                head.extend_from_slice(bytes);
                return self.decide();
            }
            Mode::Untouched => return self.below.write_at(at, bytes),
            Mode::File(file) => return file.write_at(at, bytes),
            Mode::Rows(reader) => {
                let found =
                    reader.rows(at, bytes, &mut self.filters, &mut self.out, &mut self.begun);
                return found.map(drop);
            }
            Mode::Head { head, .. } => {
                let from = usize::try_from(at).unwrap_or(usize::MAX);
                if from > head.len() {
                    // A driver that begins somewhere else.
                    return self.wait_with(at, bytes);
                }
                let to = from + bytes.len();
                head.resize(head.len().max(to), 0);
                head[from..to].copy_from_slice(bytes);
            }
        }
        let Mode::Head { reader, head } = &mut self.mode else {
            return Ok(());
        };
        let found = match reader.rows(at, bytes, &mut self.filters, &mut self.out, &mut self.begun)
        {
            Err(e) if e.kind() == ErrorKind::InputUnsupported => Found::NothingToDo,
            other => other?,
        };
        let full = head.len() > HEAD;
        if found == Found::NothingToDo || full && reader.layout().is_none() {
            let head = std::mem::take(head);
            self.mode = Mode::Untouched;
            return self.below.write_at(0, &head);
        }
        if (found == Found::Rows || full)
            && let Mode::Head { reader, .. } = std::mem::replace(&mut self.mode, Mode::Untouched)
        {
            self.mode = Mode::Rows(reader);
        }
        Ok(())
    }

    /// A driver that leaves the height open has said what it knows; a height that is told while the page's
    /// size is being found out may be the bed's.
    fn decide(&mut self) -> Result<()> {
        let Mode::Doubt(head) = &mut self.mode else {
            return Ok(());
        };
        let Ok(header) = <&[u8; RawHeader::LEN]>::try_from(head.as_slice()) else {
            return Ok(());
        };
        let open = RawHeader::decode(header).is_ok_and(|header| header.height() == 0);
        if !open {
            return self.wait_with(RawHeader::LEN as u64, &[]);
        }
        let head = std::mem::take(head);
        self.mode = Mode::head(Reader::Raw(Box::default()));
        self.piece(0, &head)
    }

    /// From now on everything waits in a file.
    fn wait_with(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        let mut file = FilePages::new()?;
        if let Mode::Head { head, .. } | Mode::Doubt(head) = &self.mode {
            file.write_at(0, head)?;
        }
        file.write_at(at, bytes)?;
        self.mode = Mode::File(file);
        Ok(())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        if size == 0 {
            // The document is taken back.
            self.below.set_size(0)?;
            self.out.forget();
            self.begun = false;
            self.mode = Job::start(self.kind, self.waits)?;
        } else {
            match &mut self.mode {
                Mode::Untouched => self.below.set_size(size)?,
                Mode::File(file) => file.set_size(size)?,
                _ if size == self.len => {}
                _ => {
                    return Err(Error::new(
                        ErrorKind::InvalidFunction,
                        "rows that were filtered cannot be taken back",
                    ));
                }
            }
        }
        self.len = size;
        Ok(())
    }

    /// The next page begins: those before are complete.
    pub(crate) fn new_page(&mut self) -> Result<()> {
        match (&mut self.mode, self.kind) {
            (Mode::File(file), Kind::File(_)) if !self.waits => {
                file.pages(&mut self.filters, &mut self.out)
            }
            _ => Ok(()),
        }
    }

    /// The document is complete: writes what is held.
    ///
    /// # Errors
    ///
    /// When it is not complete, or cannot be read or written.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        if matches!(self.mode, Mode::Doubt(_)) {
            // The header is all that came, or not even that.
            let head = Mode::head(Reader::Raw(Box::default()));
            if let Mode::Doubt(bytes) = std::mem::replace(&mut self.mode, head) {
                self.piece(0, &bytes)?;
            }
        }
        match std::mem::replace(&mut self.mode, Mode::Untouched) {
            Mode::File(file) => self.finish_file(file),
            mode => {
                self.mode = mode;
                self.end_rows()
            }
        }
    }

    fn end_rows(&mut self) -> Result<()> {
        let (Mode::Head { reader, .. } | Mode::Rows(reader)) = &self.mode else {
            return Ok(());
        };
        reader.finish()?;
        let (filters, last) = (&mut *self.filters, &mut self.out);
        Rest { filters, last }.end()
    }

    /// Goes through a file from its start.
    fn finish_file(&mut self, mut file: FilePages) -> Result<()> {
        if let Some(reader) = Reader::new(self.kind, Some(self.len)) {
            self.mode = Mode::head(reader);
            file.chunks(|at, bytes| self.write(at, bytes))?;
            return self.end_rows();
        }
        if !file.last_pages(&mut self.filters, &mut self.out)? {
            return file.chunks(|at, bytes| self.below.write_at(at, bytes));
        }
        self.mode = Mode::File(file);
        self.out.finish()
    }
}

impl Mode {
    const fn head(reader: Reader) -> Mode {
        let head = Vec::new();
        Mode::Head { reader, head }
    }
}

impl Reader {
    fn new(kind: Kind, length: Option<u64>) -> Option<Reader> {
        match (kind, length) {
            (Kind::Raw, None) => Some(Reader::Raw(Box::default())),
            (Kind::Raw, Some(length)) => {
                Some(Reader::Raw(Box::new(raw::Reader::with_length(length))))
            }
            (Kind::Bitmap, _) => Some(Reader::Bitmap(Box::default())),
            (Kind::File(_), _) => None,
        }
    }

    fn layout(&self) -> Option<&PageLayout> {
        match self {
            Reader::Raw(reader) => reader.layout(),
            Reader::Bitmap(reader) => reader.description().map(|d| &d.layout),
        }
    }

    /// Takes bytes; whole rows go through the filters. Before the page has begun it is looked at whether
    /// there is anything to do.
    fn rows(
        &mut self,
        at: u64,
        bytes: &[u8],
        filters: &mut [Box<dyn RowFilter>],
        out: &mut Out,
        begun: &mut bool,
    ) -> Result<Found> {
        let mut found = Found::NoRows;
        let mut take = |page: &Page, band: Band<'_>, last: &mut Out| {
            if found == Found::NothingToDo {
                return Ok(());
            }
            if !*begun && !filters.iter().any(|filter| filter.changes(&page.layout)) {
                found = Found::NothingToDo;
                return Ok(());
            }
            found = Found::Rows;
            let mut rest = Rest { filters, last };
            if !*begun {
                *begun = true;
                rest.begin(page)?;
            }
            rest.rows(band)
        };
        match self {
            Reader::Raw(reader) => reader.write_at(at, bytes, &mut |layout, band| {
                let page = Page {
                    layout: *layout,
                    bottom_up: false,
                };
                take(&page, band, out)
            })?,
            Reader::Bitmap(reader) => reader.write_at(at, bytes, &mut |told, band| {
                out.container = told.container;
                let page = Page {
                    layout: told.layout,
                    bottom_up: told.bottom_up,
                };
                take(&page, band, out)
            })?,
        }
        Ok(found)
    }

    fn finish(&self) -> Result<()> {
        match self {
            Reader::Raw(reader) => reader.finish().map(drop),
            Reader::Bitmap(reader) => reader.finish().map(drop),
        }
    }
}

/// The driver's handle of a [`Job`].
pub(crate) struct RowsStream {
    pub(crate) job: Arc<Mutex<Job>>,
    pub(crate) position: u64,
}

impl RowsStream {
    fn lock(&self) -> MutexGuard<'_, Job> {
        lock(&self.job)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stream for RowsStream {
    fn held(&mut self) -> Held {
        self.lock().held()
    }

    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let position = self.position;
        self.lock().write(position, data)?;
        self.position += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(by) => self.lock().len.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidFunction,
                "a place before the start of the stream",
            )
        })?;
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.lock().set_size(size)
    }

    fn settle(&mut self) -> Result<()> {
        self.lock().below.settle()
    }

    fn barrier(&mut self) -> Result<()> {
        self.lock().below.barrier()
    }
}
