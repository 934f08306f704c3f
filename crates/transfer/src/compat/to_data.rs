//! A driver of streams under an application that wants bands or a file.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use items::AppItem;
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferMessage, TransferStatus};

use super::FILE_HEADER;
use super::driver_side::DriverSide;
use crate::callback::{Answer, NextStream, TransferCallback, TransferParams};
use crate::context::TransferContext;
use crate::data::lines::Lines;
use crate::data::{DataSession, MinidrvCallback};
use crate::filter::{self, ImageFilter, WriteMultiple};
use crate::session::{Refusal, Session};
use crate::stream::Stream;

/// Serves a driver of streams from a banded or file transfer.
///
/// In bands each stream is an image: what is written goes to the application at once, as `DATA` at its
/// place in the image, a bitmap's without the file header. A file has one stream, which is the file.
/// `DATA_HEADER` comes with the first stream (in a file `FILE_PREVIEW_DATA_HEADER`), `NEW_PAGE` with each
/// other.
///
/// When the application answers a band with `S_FALSE`, that write and all later ones succeed without
/// effect, and the driver learns of it from its next message or request. A failure is told at once, and
/// at every later call.
pub struct ToData {
    state: Arc<Mutex<State>>,
    chain: filter::Chain,
    driver: Arc<DriverSide>,
}

struct State {
    data: Arc<DataSession>,
    /// Buffer, file and the service's members of the transfer.
    context: TransferContext,
    /// The application of a file has given a callback.
    is_heard: bool,
    streams: i32,
    /// `NEW_PAGE` messages so far.
    pages: i32,
    percent: i32,
    refusal: Option<Refusal>,
    position: u64,
    end: u64,
    lines: Lines,
}

impl ToData {
    /// Takes everything of the transfer but its record out of `context`, which then is that of a driver of
    /// streams but for its description. The filters are put before the application, which for them is one
    /// of streams.
    pub fn new(
        data: Arc<DataSession>,
        context: &mut TransferContext,
        item: &AppItem,
        filters: &[Arc<dyn ImageFilter>],
    ) -> ToData {
        let mut taken = std::mem::take(context);
        context.record = taken.record.take();
        let state = Arc::new(Mutex::new(State {
            data: Arc::clone(&data),
            is_heard: taken.data_callback.is_some(),
            context: taken,
            streams: 0,
            pages: 0,
            percent: 0,
            refusal: None,
            position: 0,
            end: 0,
            lines: Lines::default(),
        }));
        let chain = filter::chain(filters, item, Arc::new(Application(Arc::clone(&state))));
        let session = Session::new(chain.callback());
        let driver = Arc::new(DriverSide { session, data });
        context.callback = Some(driver.clone());
        ToData {
            state,
            chain,
            driver,
        }
    }

    /// Ends the driver's transfer, puts everything back, and gives the result. After a transfer that went
    /// well the filters write properties back through `write`.
    ///
    /// # Errors
    ///
    /// As [`Session::finish`]; a filter's failure.
    pub fn finish(
        self,
        context: &mut TransferContext,
        driver: Result<Status>,
        write: &mut WriteMultiple<'_>,
    ) -> Result<Status> {
        self.chain.returned(&driver);
        let result = self.driver.session.finish(driver);
        let refused = lock(&self.state).refusal.is_some();
        if !refused && matches!(result, Ok(Status::Ok | Status::EndOfMedia)) {
            self.chain.apply_properties(write);
        }
        let result = self.chain.finish(result);
        let mut state = lock(&self.state);
        let record = context.record.take();
        *context = std::mem::take(&mut state.context);
        context.record = record;
        match &state.refusal {
            // Data was dropped, whatever the driver thinks.
            Some(Refusal::Cancel) => result.map(|_| Status::Cancelled),
            Some(Refusal::Failure(e)) => Err(e.clone()),
            None => result,
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn is_bitmap(&self) -> bool {
        self.context.format == WIA_IMG_FMT_MEMORYBMP
    }

    fn status(&mut self, status: TransferStatus) -> Result<Answer> {
        self.say(DataMessage::Status, status, 0)
    }

    /// A message without a band, if somebody hears it.
    fn say(&mut self, message: DataMessage, status: TransferStatus, length: i32) -> Result<Answer> {
        if !self.is_heard {
            return Ok(Answer::Continue);
        }
        let data = Arc::clone(&self.data);
        let answer = data.mini_drv_callback(message, status, self.percent, 0, length, None);
        self.note(answer)
    }

    fn new_page(&mut self) -> Result<Answer> {
        self.pages = self.pages.saturating_add(1);
        if !self.is_heard {
            return Ok(Answer::Continue);
        }
        let answer = self.data.send_end_of_page(self.pages);
        self.note(answer)
    }

    /// What the application hears of a stream that is asked for.
    fn announce_stream(&mut self, full_item_name: &str) -> Result<Answer> {
        let first = self.streams == 0;
        let size = self.context.item_size;
        match (self.context.memory_transfer, first) {
            (true, true) => {
                let answer = self.data.send_header(size);
                self.note(answer)
            }
            (true, false) => self.new_page(),
            (false, true) => {
                let none = TransferStatus::empty();
                self.say(DataMessage::FilePreviewDataHeader, none, size)
            }
            (false, false) => Err(Error::new(
                ErrorKind::General,
                format!("{full_item_name}: a second stream, but a file transfer has one"),
            )),
        }
    }

    fn write(&mut self, data: &[u8]) -> Result<()> {
        match &self.refusal {
            // Dropped, but the driver finds its places.
            Some(Refusal::Cancel) => {}
            Some(Refusal::Failure(e)) => return Err(e.clone()),
            None if self.context.memory_transfer => self.send(data)?,
            None => {
                if let Some(file) = &mut self.context.file {
                    file.seek(SeekFrom::Start(self.position))
                        .and_then(|_| file.write_all(data))
                        .map_err(Error::from_write)?;
                }
            }
        }
        self.position += data.len() as u64;
        self.end = self.end.max(self.position);
        Ok(())
    }

    /// `DATA`, in as many bands as the buffer makes necessary.
    fn send(&mut self, data: &[u8]) -> Result<()> {
        let before = if self.is_bitmap() { FILE_HEADER } else { 0 };
        let skipped = usize::try_from(before.saturating_sub(self.position)).unwrap_or(0);
        let mut data = data.get(skipped..).unwrap_or_default();
        let mut start = self.position.saturating_sub(before);
        if start == 0 && !data.is_empty() {
            self.lines = Lines::of(self.context.format, data);
        }
        while !data.is_empty() {
            let buffer = &mut self.context.transfer_buffer;
            let size = usize::try_from(self.context.buffer_size).unwrap_or(0);
            let size = self.lines.capacity(start, size.min(buffer.len()));
            let (band, rest) = data.split_at(size.min(data.len()));
            let place = buffer.get_mut(..band.len()).filter(|p| !p.is_empty());
            let place = place
                .ok_or_else(|| Error::new(ErrorKind::OutOfMemory, "the transfer has no buffer"))?;
            place.copy_from_slice(band);
            match self.band(start, band.len())? {
                Answer::Continue => {}
                Answer::Cancel => return Ok(()),
            }
            start += band.len() as u64;
            data = rest;
        }
        Ok(())
    }

    fn band(&mut self, start: u64, length: usize) -> Result<Answer> {
        let too_far = |_| Error::invalid("an image of more than 2 GiB - 1 in a banded transfer");
        let offset = i32::try_from(start).map_err(too_far)?;
        let length = i32::try_from(length).map_err(too_far)?;
        let to_client = TransferStatus::TRANSFER_TO_CLIENT;
        self.context.offset = offset;
        let answer = self.data.mini_drv_callback(
            DataMessage::Data,
            to_client,
            self.percent,
            offset,
            length,
            Some(&mut self.context),
        );
        self.note(answer)
    }
}

/// The application of bands or a file, as one of streams.
struct Application(Arc<Mutex<State>>);

impl TransferCallback for Application {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let mut state = lock(&self.0);
        // The page's end is known from the next stream, the transfer's end from the driver's return.
        let ends = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
        if ends.contains(&params.message) {
            return Ok(Answer::Continue);
        }
        if let Some(answer) = state.refused() {
            return answer;
        }
        match params.message {
            TransferMessage::Status => {
                state.percent = params.percent;
                state.status(match params.device_status {
                    Some(_) => TransferStatus::TRANSFER_FROM_DEVICE,
                    None => TransferStatus::TRANSFER_TO_CLIENT,
                })
            }
            TransferMessage::NewPage if !state.context.memory_transfer => state.new_page(),
            _ => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, full_item_name: &str) -> Result<NextStream> {
        let mut state = lock(&self.0);
        let answer = match state.refused() {
            Some(answer) => answer,
            None => state.announce_stream(full_item_name),
        };
        match answer? {
            Answer::Cancel => return Ok(NextStream::Cancel),
            Answer::Continue => {}
        }
        state.streams = state.streams.saturating_add(1);
        (state.position, state.end) = (0, 0);
        state.lines = Lines::default();
        Ok(NextStream::Stream(Box::new(DataStream(Arc::clone(
            &self.0,
        )))))
    }
}

/// One image, or the file.
struct DataStream(Arc<Mutex<State>>);

impl Stream for DataStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        lock(&self.0).write(data).map(|()| data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let mut state = lock(&self.0);
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(by) => state.end.checked_add_signed(by),
            SeekFrom::Current(by) => state.position.checked_add_signed(by),
        };
        state.position = target
            .ok_or_else(|| Error::new(ErrorKind::InvalidFunction, "a place before the start"))?;
        Ok(state.position)
    }

    /// A file is cut; bands that were sent cannot be taken back, but their place is written anew.
    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut state = lock(&self.0);
        if let Some(file) = &state.context.file {
            file.set_len(size).map_err(Error::from_write)?;
        }
        state.end = size;
        Ok(())
    }

    /// With two buffers the answer to a band comes with a later call: a `STATUS` waits for it.
    fn settle(&mut self) -> Result<()> {
        let mut state = lock(&self.0);
        if state.refusal.is_none()
            && state.context.memory_transfer
            && state.context.number_of_buffers > 1
        {
            let _ = state.status(TransferStatus::TRANSFER_TO_CLIENT)?;
        }
        match &state.refusal {
            // What is dropped needs no waiting for.
            None | Some(Refusal::Cancel) => Ok(()),
            Some(Refusal::Failure(e)) => Err(e.clone()),
        }
    }
}
