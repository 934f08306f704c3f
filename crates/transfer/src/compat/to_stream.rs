//! A driver of bands and files under an application that gives streams.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferStatus};

use super::bitmap::MemoryBitmap;
use crate::callback::{Answer, MinidrvTransferCallback, TransferParams};
use crate::context::{DocumentProgress, TransferContext};
use crate::data::{MinidrvCallback, ServiceMembers};
use crate::session::{Refusal, Session};
use crate::stream::{Stream, write_at};

/// What a file is copied in.
const CHUNK: usize = 256 * 1024;

/// Serves one banded or file transfer of a driver from a stream transfer.
///
/// Bands are a bitmap without file header (`WiaImgFmt_MEMORYBMP`), which gets one in the stream: as soon
/// as its height is known, at the latest at its end. A file goes into the stream when the driver has
/// returned. Each band and each `STATUS` is a `STATUS` of the stream; there, as at any call of the
/// driver, a cancel of the application is told. Everything else that such a driver says is left out.
pub struct ToStream {
    session: Arc<Session>,
    state: Mutex<State>,
}

struct State {
    /// `None`: the application does not want this one.
    stream: Option<Box<dyn Stream>>,
    /// Where the stream ended before.
    start: u64,
    bitmap: MemoryBitmap,
    /// Of the stream, as `STATUS` says them.
    bytes: u64,
    percent: i32,
    refusal: Option<Refusal>,
    members: ServiceMembers,
}

impl ToStream {
    /// For one transfer of a driver with this context, which gets its callback; buffer or file are there.
    /// Without a stream the data is dropped.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn new(
        session: Arc<Session>,
        mut stream: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Arc<ToStream>> {
        let start = match &mut stream {
            Some(stream) => stream.seek(SeekFrom::End(0))?,
            None => 0,
        };
        session.measure(context);
        let to_stream = Arc::new(ToStream {
            session,
            state: Mutex::new(State {
                stream,
                start,
                bitmap: MemoryBitmap::default(),
                bytes: 0,
                percent: 0,
                refusal: None,
                members: ServiceMembers::of(context),
            }),
        });
        context.data_callback = Some(to_stream.clone());
        to_stream.lock().members = ServiceMembers::of(context);
        Ok(to_stream)
    }

    /// Ends it when the driver has returned: completes the bitmap, or copies the file that the driver was
    /// given. A document of several pages is copied as far as it is complete whatever has happened,
    /// unless the application itself wanted no more; its pages are counted in `progress` then.
    ///
    /// # Errors
    ///
    /// The application's failure, else the driver's, else what stream and file say.
    pub fn finish(
        &self,
        context: &mut TransferContext,
        progress: &DocumentProgress,
        driver: Result<Status>,
    ) -> Result<Status> {
        context.data_callback = None;
        let mut state = self.lock();
        let driver = match &state.refusal {
            Some(Refusal::Failure(e)) => Err(e.clone()),
            Some(Refusal::Cancel) => driver.map(|_| Status::Cancelled),
            None => driver,
        };
        let complete = matches!(driver, Ok(Status::Ok | Status::EndOfMedia));
        if context.memory_transfer {
            if complete {
                state.complete_bitmap()?;
            }
            return driver;
        }
        let refused = state.refusal.is_some() && !self.session.is_cancelled();
        let pages = context.tymed.is_multipage() && !refused;
        let Some(file) = context.file.take().filter(|_| complete || pages) else {
            return driver;
        };
        let copied = state.copy(file);
        // What led here is the one to tell.
        if !complete {
            if copied.is_ok() {
                count(context, progress);
            }
            return driver;
        }
        copied?;
        count(context, progress);
        if state.stream.is_none() {
            return driver;
        }
        let said = TransferParams::status(100, state.bytes);
        drop(state);
        match self.session.send_message(&said)? {
            Answer::Continue => driver,
            Answer::Cancel => Ok(Status::Cancelled),
        }
    }

    /// Whether data of an image came.
    pub fn has_data(&self) -> bool {
        let state = self.lock();
        state.bytes > 0 || !state.bitmap.is_empty()
    }

    /// Whether the driver has begun an image: data of it came, or progress was made.
    pub fn has_begun(&self) -> bool {
        self.has_data() || self.lock().percent > 0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `STATUS` of the stream; for one that nobody wants only a cancel counts.
    fn status(&self, state: &mut State) -> Result<Answer> {
        let answer = match &state.stream {
            Some(_) => {
                let params = TransferParams::status(state.percent, state.bytes);
                self.session.send_message(&params)
            }
            None if self.session.is_cancelled() => Ok(Answer::Cancel),
            None => Ok(Answer::Continue),
        };
        state.note(answer)
    }
}

/// The pages of the driver's file have arrived.
fn count(context: &TransferContext, progress: &DocumentProgress) {
    let Some(record) = &context.record else {
        return;
    };
    let own = &record.options.progress;
    for _ in 0..own.pages() {
        progress.page_linked(own.bytes());
    }
}

impl State {
    /// Keeps an answer that ends the transfer.
    fn note(&mut self, answer: Result<Answer>) -> Result<Answer> {
        self.refusal = Refusal::of(&answer).or(self.refusal.take());
        answer
    }

    fn refused(&self) -> Option<Result<Answer>> {
        self.refusal.as_ref().map(Refusal::answer)
    }

    /// A band of the bitmap, and its file header when that is due.
    fn band(&mut self, offset: u64, band: &[u8]) -> Result<()> {
        let (stream, start) = (&mut self.stream, self.start);
        let write = |place: u64, data: &[u8]| match stream {
            Some(stream) => write_at(stream.as_mut(), start + place, data),
            None => Ok(()),
        };
        self.bitmap.band(offset, band, write)?;
        self.bytes = self.bitmap.len();
        Ok(())
    }

    /// Puts in what was not known before, and the file header as the header is now.
    fn complete_bitmap(&mut self) -> Result<()> {
        let (stream, start) = (&mut self.stream, self.start);
        let write = |place: u64, data: &[u8]| match stream {
            Some(stream) => write_at(stream.as_mut(), start + place, data),
            None => Ok(()),
        };
        self.bitmap.complete(write)?;
        match &mut self.stream {
            Some(stream) if !self.bitmap.is_empty() => stream.seek(SeekFrom::End(0)).map(drop),
            _ => Ok(()),
        }
    }

    /// The file that the driver has made, to where the stream ended before.
    fn copy(&mut self, mut file: File) -> Result<()> {
        file.seek(SeekFrom::Start(0)).map_err(Error::from_read)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk).map_err(Error::from_read)?;
            if read == 0 {
                return Ok(());
            }
            if let Some(stream) = &mut self.stream {
                let read = chunk.get(..read).unwrap_or_default();
                write_at(stream.as_mut(), self.start + self.bytes, read)?;
            }
            self.bytes += read as u64;
        }
    }

    /// # Errors
    ///
    /// `InvalidDriverResponse` that names the rule which the driver has broken.
    fn check(&self, offset: i32, length: i32, context: &TransferContext) -> Result<(u64, usize)> {
        self.members.check(context)?;
        let rule = |what: String| Error::new(ErrorKind::InvalidDriverResponse, what);
        let offset =
            u64::try_from(offset).map_err(|_| rule(format!("a band at offset {offset}")))?;
        let fits = usize::try_from(length)
            .ok()
            .filter(|n| length <= context.buffer_size && *n <= context.transfer_buffer.len());
        let length = fits.ok_or_else(|| {
            rule(format!(
                "a band of {length} bytes from a buffer of {} bytes",
                context.buffer_size
            ))
        })?;
        Ok((offset, length))
    }
}

impl MinidrvCallback for ToStream {
    fn mini_drv_callback(
        &self,
        message: DataMessage,
        _: TransferStatus,
        percent: i32,
        offset: i32,
        length: i32,
        context: Option<&mut TransferContext>,
    ) -> Result<Answer> {
        let mut state = self.lock();
        if let Some(answer) = state.refused() {
            return answer;
        }
        match (message, context) {
            (DataMessage::Status, _) => {}
            (DataMessage::Data, Some(context)) if context.memory_transfer => {
                let written = state.check(offset, length, context);
                let written = written.and_then(|(offset, length)| {
                    let band = context.transfer_buffer.get(..length);
                    state.band(offset, band.unwrap_or_default())
                });
                if let Err(e) = written {
                    return state.note(Err(e));
                }
            }
            // Data of files and previews, ends of pages, and what is the service's: nothing of it has
            // a place in a stream.
            _ => return Ok(Answer::Continue),
        }
        state.percent = percent;
        self.status(&mut state)
    }

    fn send_end_of_page(&self, _: i32) -> Result<Answer> {
        self.lock().refused().unwrap_or(Ok(Answer::Continue))
    }
}
