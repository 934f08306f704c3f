//! Streams over a transfer of the older kinds: what a driver writes into them becomes bands, or goes
//! into the file.

use std::io::{Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferMessage, TransferStatus, Tymed};

use crate::callback::{Answer, MinidrvTransferCallback, NextStream, TransferParams};
use crate::context::{TransferContext, TransferRecord};
use crate::data::lines::Lines;
use crate::page_writer::write_buf_to_file;
use crate::session::Refusal;
use crate::stream::Stream;

/// Bytes that are gathered for a file. A larger buffer of the service's, which may have room for a page,
/// is used so far only: the rest of it costs no memory then.
const OWN_BUFFER: usize = 64 * 1024;

/// Serves a driver that asks for streams from a banded or file transfer.
///
/// Each stream is an image or, with a multipage `WIA_IPA_TYMED`, the document. In a banded transfer
/// what is written is sent in bands: the header alone, then whole lines, at the offset of the image
/// where they were written. Asking for the next stream sends `NEW_PAGE`, and offsets begin at 0
/// again. A file holds one stream. `STATUS` and `NEW_PAGE` of the driver are translated.
pub struct DataStreams {
    state: Arc<Mutex<State>>,
}

struct State {
    /// Buffer, file, callback and the service's members of the transfer's context.
    context: TransferContext,
    tymed: Tymed,
    /// Streams that were given.
    streams: i32,
    /// `NEW_PAGE` messages so far.
    pages: i32,
    percent: i32,
    /// Why the application wants no more.
    refusal: Option<Refusal>,
    image: Image,
}

/// The image or document that is being written.
#[derive(Default)]
struct Image {
    position: u64,
    /// Bytes that it has.
    end: u64,
    /// Where the bytes in the transfer buffer belong, and how many there are.
    start: u64,
    filled: usize,
    lines: Lines,
}

impl DataStreams {
    /// Takes buffer, file and callback out of the context of a banded or file transfer. What is left
    /// looks like that of a stream transfer, with its record.
    pub fn new(context: &mut TransferContext) -> Arc<DataStreams> {
        let tymed = context.tymed;
        let taken = TransferContext {
            format: context.format,
            tymed,
            buffer_size: context.buffer_size,
            active_buffer: context.active_buffer,
            number_of_buffers: context.number_of_buffers,
            memory_transfer: context.memory_transfer,
            service_buffer: context.service_buffer,
            transfer_buffer: std::mem::take(&mut context.transfer_buffer),
            file: context.file.take(),
            data_callback: context.data_callback.take(),
            item_size: context.item_size,
            record: context.record.as_ref().map(|record| TransferRecord {
                activity: record.activity.clone(),
                ..TransferRecord::default()
            }),
            ..TransferContext::default()
        };
        context.tymed = match tymed {
            Tymed::Callback | Tymed::File => Tymed::File,
            Tymed::MultipageCallback | Tymed::MultipageFile => Tymed::MultipageFile,
        };
        Arc::new(DataStreams {
            state: Arc::new(Mutex::new(State {
                context: taken,
                tymed,
                streams: 0,
                pages: 0,
                percent: 0,
                refusal: None,
                image: Image::default(),
            })),
        })
    }

    /// Sends what is left, puts back what [`DataStreams::new`] has taken, and turns the driver's result
    /// into that of the transfer: a cancel or a failure of the application comes first.
    ///
    /// # Errors
    ///
    /// The application's failure, else the driver's.
    pub fn finish(&self, context: &mut TransferContext, driver: Result<Status>) -> Result<Status> {
        let mut state = lock(&self.state);
        let flushed = state.flush();
        let taken = &mut state.context;
        context.tymed = taken.tymed;
        context.buffer_size = taken.buffer_size;
        context.active_buffer = taken.active_buffer;
        context.transfer_buffer = std::mem::take(&mut taken.transfer_buffer);
        context.file = taken.file.take();
        context.data_callback = taken.data_callback.take();
        context.offset = taken.offset;
        if !context.service_buffer {
            // The driver frees what it has allocated.
            context.buffer_size = 0;
            context.transfer_buffer = Vec::new().into();
        }
        match &state.refusal {
            Some(Refusal::Cancel) => Ok(Status::Cancelled),
            Some(Refusal::Failure(e)) => Err(e.clone()),
            None => driver.and_then(|status| flushed.map(|()| status)),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a stream call says after a cancel or a failure of the application, which the transfer's end
/// tells in full.
fn refused() -> Error {
    Error::new(ErrorKind::Abort, "the application wants no more")
}

impl State {
    /// Keeps an answer that ends the transfer.
    fn note(&mut self, answer: Result<Answer>) -> Result<Answer> {
        self.refusal = Refusal::of(&answer).or(self.refusal.take());
        answer
    }

    fn refused_answer(&self) -> Option<Result<Answer>> {
        self.refusal.as_ref().map(Refusal::answer)
    }

    /// `NEW_PAGE`.
    fn end_of_page(&mut self) -> Result<Answer> {
        self.pages = self.pages.saturating_add(1);
        let answer = match &self.context.data_callback {
            Some(callback) => callback.send_end_of_page(self.pages),
            None => Ok(Answer::Continue),
        };
        self.note(answer)
    }

    /// `STATUS`.
    fn status(&mut self, status: TransferStatus, percent: i32) -> Result<Answer> {
        let Some(callback) = self.context.data_callback.clone() else {
            return Ok(Answer::Continue);
        };
        let answer = callback.mini_drv_callback(DataMessage::Status, status, percent, 0, 0, None);
        self.note(answer)
    }

    /// How many bytes a band or piece of the file may have that starts here.
    fn capacity(&self) -> usize {
        let size = usize::try_from(self.context.buffer_size).unwrap_or(0);
        let size = size.min(self.context.transfer_buffer.len());
        if !self.context.memory_transfer {
            return size.min(OWN_BUFFER);
        }
        self.image.lines.capacity(self.image.start, size)
    }

    fn write(&mut self, data: &[u8]) -> Result<()> {
        if self.refusal.is_some() {
            return Err(refused());
        }
        if !self.context.service_buffer && self.context.transfer_buffer.is_empty() {
            let memory = self.context.transfer_buffer.driver_memory();
            memory.resize(OWN_BUFFER, 0);
            self.context.buffer_size = OWN_BUFFER as i32;
        }
        let mut data = data;
        while !data.is_empty() {
            let image = &self.image;
            if image.filled > 0 && image.position != image.start + image.filled as u64 {
                self.flush()?;
            }
            if self.image.filled == 0 {
                self.image.start = self.image.position;
                self.learn(data);
            }
            let (filled, capacity) = (self.image.filled, self.capacity());
            let taken = data.len().min(capacity.saturating_sub(filled));
            let place = self.context.transfer_buffer.get_mut(filled..filled + taken);
            let Some(place) = place.filter(|place| !place.is_empty()) else {
                return Err(Error::new(
                    ErrorKind::OutOfMemory,
                    "the transfer has no buffer",
                ));
            };
            place.copy_from_slice(&data[..taken]);
            self.image.filled += taken;
            self.image.position += taken as u64;
            self.image.end = self.image.end.max(self.image.position);
            if self.image.filled == capacity {
                self.flush()?;
            }
            data = &data[taken..];
        }
        Ok(())
    }

    /// Reads from the header what a line has. Headers are written at once.
    fn learn(&mut self, data: &[u8]) {
        if self.image.position != 0 || !self.context.memory_transfer {
            return;
        }
        self.image.lines = Lines::of(self.context.format, data);
    }

    /// Sends or writes what is in the buffer.
    fn flush(&mut self) -> Result<()> {
        let filled = std::mem::take(&mut self.image.filled);
        if filled == 0 {
            return Ok(());
        }
        if self.refusal.is_some() {
            return Err(refused());
        }
        let too_far = || Error::invalid("an image of more than 2 GiB - 1 in a banded transfer");
        let length = i32::try_from(filled).map_err(|_| too_far())?;
        let context = &mut self.context;
        if !context.memory_transfer {
            if let Some(file) = &mut context.file {
                let place = SeekFrom::Start(self.image.start);
                file.seek(place).map_err(Error::from_write)?;
            }
            context.item_size = length;
            return write_buf_to_file(context);
        }
        let offset = i32::try_from(self.image.start).map_err(|_| too_far())?;
        let callback = context.data_callback.clone().ok_or_else(|| {
            Error::new(ErrorKind::Pointer, "a banded transfer without a callback")
        })?;
        context.offset = offset;
        let answer = callback.mini_drv_callback(
            DataMessage::Data,
            TransferStatus::TRANSFER_TO_CLIENT,
            self.percent,
            offset,
            length,
            Some(context),
        );
        context.offset = offset.saturating_add(length);
        match self.note(answer)? {
            Answer::Continue => Ok(()),
            Answer::Cancel => Err(refused()),
        }
    }
}

impl MinidrvTransferCallback for DataStreams {
    fn get_next_stream(&self, _: &str, full_item_name: &str) -> Result<NextStream> {
        let mut state = lock(&self.state);
        match state.refused_answer() {
            Some(Ok(_)) => return Ok(NextStream::Cancel),
            Some(Err(e)) => return Err(e),
            None => {}
        }
        if state.streams > 0 {
            if state.tymed != Tymed::Callback {
                return Err(Error::new(
                    ErrorKind::InvalidDriverResponse,
                    format!(
                        "{full_item_name}: the driver asked for a second stream of one document"
                    ),
                ));
            }
            if let Err(e) = state.flush() {
                return match state.refused_answer() {
                    Some(Ok(_)) => Ok(NextStream::Cancel),
                    _ => Err(e),
                };
            }
            if state.end_of_page()? == Answer::Cancel {
                return Ok(NextStream::Cancel);
            }
        }
        state.streams = state.streams.saturating_add(1);
        state.image = Image::default();
        Ok(NextStream::Stream(Box::new(DataStream {
            state: Arc::clone(&self.state),
            number: state.streams,
        })))
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let mut state = lock(&self.state);
        if let Some(answer) = state.refused_answer() {
            return answer;
        }
        match params.message {
            TransferMessage::NewPage => state.end_of_page(),
            TransferMessage::Status => {
                state.percent = params.percent;
                state.status(TransferStatus::TRANSFER_TO_CLIENT, params.percent)
            }
            // The older kinds have no message for it and no handlers: warming up is a status, so that
            // the application can cancel, and a failure goes back to the driver.
            TransferMessage::DeviceStatus => match &params.device_status {
                Some(Ok(Status::WarmingUp)) => {
                    state.status(TransferStatus::TRANSFER_FROM_DEVICE, params.percent)
                }
                Some(Err(e)) => {
                    // What was written before it is the application's.
                    let flushed = state.flush();
                    match state.refused_answer() {
                        Some(answer) => answer,
                        None => state.note(flushed.and(Err(e.clone()))),
                    }
                }
                Some(Ok(_)) | None => Ok(Answer::Continue),
            },
            TransferMessage::EndOfStream | TransferMessage::EndOfTransfer => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver sent END_OF_STREAM or END_OF_TRANSFER, which only the service may send",
            )),
        }
    }
}

/// One image or document. Dead after the next was asked for.
struct DataStream {
    state: Arc<Mutex<State>>,
    number: i32,
}

impl DataStream {
    fn alive(&self) -> Result<MutexGuard<'_, State>> {
        let state = lock(&self.state);
        if state.streams == self.number {
            return Ok(state);
        }
        Err(Error::new(ErrorKind::Reverted, "the stream has ended"))
    }
}

impl Stream for DataStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.alive()?.write(data).map(|()| data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let mut state = self.alive()?;
        let image = &mut state.image;
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(by) => image.end.checked_add_signed(by),
            SeekFrom::Current(by) => image.position.checked_add_signed(by),
        };
        image.position = target
            .ok_or_else(|| Error::new(ErrorKind::InvalidFunction, "a place before the start"))?;
        Ok(image.position)
    }

    /// With two buffers the answer to a band comes with a later call: a `STATUS` waits for it.
    fn settle(&mut self) -> Result<()> {
        let mut state = self.alive()?;
        state.flush()?;
        if state.context.memory_transfer && state.context.number_of_buffers > 1 {
            let percent = state.percent;
            return match state.status(TransferStatus::TRANSFER_TO_CLIENT, percent)? {
                Answer::Continue => Ok(()),
                Answer::Cancel => Err(refused()),
            };
        }
        Ok(())
    }

    /// A file is cut; bands that were sent cannot be taken back, but their place is written anew.
    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut state = self.alive()?;
        state.flush()?;
        if let Some(file) = &state.context.file {
            file.set_len(size).map_err(Error::from_write)?;
        }
        state.image.end = size;
        Ok(())
    }
}

impl Drop for DataStream {
    fn drop(&mut self) {
        // A failure here is found again when the transfer ends, by the refusal that it left.
        let Ok(mut state) = self.alive() else {
            return;
        };
        if let Err(e) = state.flush() {
            state.refusal.get_or_insert(Refusal::Failure(e));
        }
    }
}
