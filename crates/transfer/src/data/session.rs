//! The session of a banded or file transfer: the driver calls on its own thread, the application is
//! called on the thread that asked for the transfer.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bands::{Filler, Next, Reader, Stopped, handover};
use wia::{DataMessage, Error, ErrorKind, Guid, Result, Status, TransferStatus};

use super::members::{ServiceMembers, belongs_to_the_service};
use super::{DataCallback, DataCallbackHeader, DataParams, MinidrvCallback, Payload};
use crate::activity::{Activity, ActivityClock};
use crate::buffer::TransferBuffer;
use crate::callback::Answer;
use crate::context::TransferContext;
use crate::session::Refusal;

type ToApplication = Filler<TransferBuffer, Message, Refusal>;
type FromDriver = Reader<TransferBuffer, Message, Refusal>;

/// A message on its way.
struct Message {
    message: DataMessage,
    status: TransferStatus,
    percent: i32,
    offset: i32,
    length: i32,
    /// `lPageCount` of the header that goes with it.
    page_count: i32,
    /// `lItemSize` when it was sent.
    item_size: i32,
}

/// The driver's side of a banded or file transfer.
pub struct DataSession {
    filler: ToApplication,
    state: Mutex<DriverState>,
    /// The rule that the driver has broken; read without the state's lock, which a driver that is inside
    /// of a call holds.
    broken: Arc<OnceLock<Error>>,
    activity: Arc<ActivityClock>,
}

struct DriverState {
    /// Members of the context that are the service's.
    members: ServiceMembers,
    /// Which buffer the driver has; 0 for none.
    active_buffer: i32,
    /// The data goes to the application's callback.
    memory: bool,
    /// `NEW_PAGE` messages so far.
    page_count: i32,
    /// It was answered a cancel.
    told: bool,
    /// The rule that the driver has broken.
    broken: Arc<OnceLock<Error>>,
}

impl DataSession {
    /// The two sides of a transfer. `context` has everything of the service's but the buffer and the
    /// callback; `buffers` are one or two of the service's, of which the first becomes the transfer
    /// buffer. The driver gets the callback only when there is an application to call.
    pub fn new(
        context: &mut TransferContext,
        buffers: Vec<TransferBuffer>,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> (Arc<DataSession>, ServiceSide) {
        let mut buffers = buffers.into_iter();
        if let Some(first) = buffers.next() {
            context.active_buffer = number(&first);
            context.transfer_buffer = first;
        }
        let (filler, reader) = handover(buffers);
        let activity = Arc::new(ActivityClock::new());
        if let Some(record) = &mut context.record {
            // What the service does for the driver is not the driver's time.
            record.activity = Some(Arc::clone(&activity));
        }
        let broken = Arc::<OnceLock<Error>>::default();
        let session = Arc::new(DataSession {
            filler,
            broken: Arc::clone(&broken),
            state: Mutex::new(DriverState {
                members: ServiceMembers::of(context),
                active_buffer: context.active_buffer,
                memory: context.memory_transfer,
                page_count: 0,
                told: false,
                broken,
            }),
            activity,
        });
        if callback.is_some() {
            context.data_callback = Some(session.clone());
        }
        session.lock().members = ServiceMembers::of(context);
        let service = ServiceSide {
            reader,
            callback,
            format: context.format,
            header_sent: false,
            refusal: None,
            session: Arc::clone(&session),
        };
        (session, service)
    }

    /// The driver has returned: it can send no more.
    pub fn close(&self) {
        self.activity.end();
        self.filler.close();
    }

    /// Sends `DATA_HEADER` for data that is not there yet, which the compatibility layer does.
    ///
    /// # Errors
    ///
    /// A failure that the application answered.
    pub(crate) fn send_header(&self, item_size: i32) -> Result<Answer> {
        let _time = self.activity.application();
        self.tell(Message {
            message: DataMessage::DataHeader,
            status: TransferStatus::empty(),
            percent: 0,
            offset: 0,
            length: 0,
            page_count: 0,
            item_size,
        })
    }

    /// What measures the driver's time.
    pub(crate) fn clock(&self) -> &ActivityClock {
        &self.activity
    }

    /// Makes the service look up: something else has happened.
    pub fn wake(&self) {
        self.filler.wake_reader();
    }

    /// Whether the driver is at work, and since when it has said nothing.
    pub fn activity(&self) -> Activity {
        self.activity.activity()
    }

    /// How long the driver itself was at work, without the time that its calls took; 0 when it has
    /// returned.
    pub fn driver_time(&self) -> Duration {
        self.activity.driver_time()
    }

    /// Checks the context when the driver gives it back.
    pub fn check_returned(&self, context: &TransferContext) {
        // What is wrong is kept in the state.
        drop(self.lock().check(context));
    }

    fn lock(&self) -> MutexGuard<'_, DriverState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message that has no band, and waits for its answer.
    fn tell(&self, message: Message) -> Result<Answer> {
        if let Err((stopped, _)) = self.filler.send(message, None) {
            return answer(stopped);
        }
        match self.filler.settle() {
            Ok(()) => Ok(Answer::Continue),
            Err(stopped) => answer(stopped),
        }
    }

    /// Sends the transfer buffer, and waits until there is one again.
    fn pass(
        &self,
        message: Message,
        context: &mut TransferContext,
        state: &mut DriverState,
    ) -> Result<Answer> {
        let buffer = std::mem::take(&mut context.transfer_buffer);
        if let Err((stopped, buffer)) = self.filler.send(message, Some(buffer)) {
            context.transfer_buffer = buffer.unwrap_or_default();
            return answer(stopped);
        }
        let (buffer, answer) = match self.filler.band() {
            Ok(buffer) => (buffer, Ok(Answer::Continue)),
            // It may still touch its buffer.
            Err(stopped) => (self.filler.free_band().unwrap_or_default(), answer(stopped)),
        };
        if state.memory {
            context.active_buffer = number(&buffer);
            state.active_buffer = context.active_buffer;
        }
        context.transfer_buffer = buffer;
        answer
    }
}

fn number(buffer: &TransferBuffer) -> i32 {
    i32::try_from(buffer.number()).unwrap_or(i32::MAX)
}

fn answer(stopped: Stopped<Refusal>) -> Result<Answer> {
    match stopped {
        Stopped::Refused(Refusal::Cancel) => Ok(Answer::Cancel),
        Stopped::Refused(Refusal::Failure(e)) => Err(e),
        Stopped::Gone => Err(Error::new(
            ErrorKind::InvalidDriverResponse,
            "the driver called back after its transfer had ended",
        )),
    }
}

impl DriverState {
    /// The driver has broken a rule: it is told now and whenever it calls again, and the transfer
    /// fails.
    fn breaks(&mut self, rule: impl Into<String>) -> Error {
        let broken = || Error::new(ErrorKind::InvalidDriverResponse, rule);
        self.broken.get_or_init(broken).clone()
    }

    /// The driver was answered a cancel, and calls again: it gets the same answer, and its transfer
    /// fails.
    fn calls_back(&mut self) -> Answer {
        drop(self.breaks("the driver called back after it was answered with a cancel"));
        Answer::Cancel
    }

    fn check(&mut self, context: &TransferContext) -> Result<()> {
        if let Some(e) = self.broken.get() {
            return Err(e.clone());
        }
        let changed = self.members.check(context).and_then(|()| {
            if context.active_buffer == self.active_buffer {
                Ok(())
            } else {
                Err(belongs_to_the_service("lActiveBuffer"))
            }
        });
        if let Err(e) = changed {
            return Err(self.broken.get_or_init(|| e).clone());
        }
        if context.service_buffer && number(&context.transfer_buffer) != self.active_buffer {
            return Err(self.breaks("the driver put a buffer of its own in the service's place"));
        }
        Ok(())
    }

    /// Checks what a message with a band says of it.
    fn check_band(&mut self, offset: i32, length: i32, context: &TransferContext) -> Result<()> {
        if offset < 0 {
            return Err(self.breaks(format!("a band at offset {offset}")));
        }
        let fits = usize::try_from(length)
            .is_ok_and(|n| length <= context.buffer_size && n <= context.transfer_buffer.len());
        if !fits {
            return Err(self.breaks(format!(
                "a band of {length} bytes from a buffer of {} bytes",
                context.buffer_size
            )));
        }
        Ok(())
    }
}

impl MinidrvCallback for DataSession {
    fn mini_drv_callback(
        &self,
        message: DataMessage,
        status: TransferStatus,
        percent: i32,
        offset: i32,
        length: i32,
        context: Option<&mut TransferContext>,
    ) -> Result<Answer> {
        let _time = self.activity.application();
        let mut state = self.lock();
        // The service has no message of it, and waits no longer than after a cancel.
        let _looks_up = Broken(self);
        if state.told {
            return Ok(state.calls_back());
        }
        if let Some(context) = context.as_deref() {
            state.check(context)?;
        } else if let Some(e) = state.broken.get() {
            return Err(e.clone());
        }
        let mut call = Message {
            message,
            status,
            percent,
            offset,
            length,
            page_count: state.page_count,
            item_size: context.as_deref().map_or(0, |c| c.item_size),
        };
        let memory = state.memory;
        let answer = match (message, context) {
            (DataMessage::Status, _) => self.tell(call),
            (DataMessage::NewPage, _) => {
                state.page_count = state.page_count.saturating_add(1);
                call.page_count = state.page_count;
                self.tell(call)
            }
            (DataMessage::Data, Some(context)) if memory => {
                state.check_band(offset, length, context)?;
                self.pass(call, context, &mut state)
            }
            (DataMessage::FilePreviewData, Some(context)) if !memory => {
                state.check_band(offset, length, context)?;
                self.pass(call, context, &mut state)
            }
            (DataMessage::FilePreviewDataHeader, _) if !memory => self.tell(call),
            (DataMessage::Data | DataMessage::FilePreviewData, None) => {
                Err(state.breaks(format!("{} without the transfer context", message.name())))
            }
            (DataMessage::Data, Some(_)) => Err(state.breaks("IT_MSG_DATA in a file transfer")),
            (DataMessage::FilePreviewData | DataMessage::FilePreviewDataHeader, _) => {
                Err(state.breaks(format!("{} in a memory transfer", message.name())))
            }
            (DataMessage::DataHeader | DataMessage::Termination, _) => Err(state.breaks(format!(
                "the driver sent {}, which only the service may send",
                message.name()
            ))),
        };
        state.told = matches!(answer, Ok(Answer::Cancel));
        answer
    }

    fn send_end_of_page(&self, page_count: i32) -> Result<Answer> {
        let _time = self.activity.application();
        let mut state = self.lock();
        let _looks_up = Broken(self);
        if state.told {
            return Ok(state.calls_back());
        }
        if let Some(e) = state.broken.get() {
            return Err(e.clone());
        }
        state.page_count = page_count;
        let answer = self.tell(Message {
            message: DataMessage::NewPage,
            status: TransferStatus::empty(),
            percent: 0,
            offset: 0,
            length: 0,
            page_count,
            item_size: 0,
        });
        state.told = matches!(answer, Ok(Answer::Cancel));
        answer
    }
}

/// At the end of a call in which the driver broke a rule, makes the service look up.
struct Broken<'a>(&'a DataSession);

impl Drop for Broken<'_> {
    fn drop(&mut self) {
        if self.0.broken.get().is_some() {
            self.0.wake();
        }
    }
}

/// What the service heard of the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A message, which the application got.
    Message,
    /// It has returned, and everything that it sent was forwarded.
    Returned,
    /// Nothing in that time.
    Silence,
    /// Nothing, but [`DataSession::wake`] was called.
    Woken,
}

/// The service's side of a banded or file transfer: it calls the application.
pub struct ServiceSide {
    reader: FromDriver,
    callback: Option<Arc<dyn DataCallback>>,
    format: Guid,
    header_sent: bool,
    refusal: Option<Refusal>,
    session: Arc<DataSession>,
}

impl ServiceSide {
    /// Waits for the driver's next message, at most so long, and forwards it. The time that the
    /// application takes does not count.
    pub fn serve(&mut self, timeout: Duration) -> Heard {
        match self.reader.next(timeout) {
            Next::Message(message, buffer) => {
                let answer = self.forward(&message, buffer.as_deref());
                let refusal = Refusal::of(&answer);
                self.refusal = self.refusal.take().or(refusal.clone());
                self.reader.answer(buffer, refusal);
                Heard::Message
            }
            Next::Ended => Heard::Returned,
            Next::TimedOut => Heard::Silence,
            Next::Woken => Heard::Woken,
        }
    }

    /// Whether the driver was told to stop: by an answer of the application, or because it broke a rule.
    pub fn is_told_to_stop(&self) -> bool {
        self.refusal.is_some() || self.session.broken.get().is_some()
    }

    fn forward(&mut self, message: &Message, buffer: Option<&[u8]>) -> Result<Answer> {
        let Some(callback) = &self.callback else {
            return Ok(Answer::Continue);
        };
        let header = DataCallbackHeader {
            format: self.format,
            buffer_size: message.item_size,
            page_count: message.page_count,
        };
        let first = matches!(message.message, DataMessage::Data | DataMessage::DataHeader);
        if first && !std::mem::replace(&mut self.header_sent, true) {
            let params = DataParams {
                message: DataMessage::DataHeader,
                status: TransferStatus::empty(),
                percent: 0,
                offset: 0,
                length: 0,
                payload: Payload::Header(header),
            };
            let answer = callback.banded_data_callback(&params)?;
            if answer == Answer::Cancel || message.message == DataMessage::DataHeader {
                return Ok(answer);
            }
        }
        let length = usize::try_from(message.length).unwrap_or(0);
        let payload = match message.message {
            DataMessage::Data | DataMessage::FilePreviewData => {
                let band = buffer.and_then(|buffer| buffer.get(..length));
                Payload::Band(band.unwrap_or_default())
            }
            DataMessage::NewPage => Payload::Header(header),
            DataMessage::FilePreviewDataHeader => Payload::Header(DataCallbackHeader {
                buffer_size: message.length,
                ..header
            }),
            DataMessage::Status | DataMessage::DataHeader | DataMessage::Termination => {
                Payload::None
            }
        };
        callback.banded_data_callback(&DataParams {
            message: message.message,
            status: message.status,
            percent: message.percent,
            offset: message.offset,
            length: message.length,
            payload,
        })
    }

    /// Ends the transfer after the driver has returned or was given up: sends `TERMINATION`, releases
    /// the callback, and gives the result. Whatever the driver calls from now on is answered with a
    /// failure.
    ///
    /// # Errors
    ///
    /// In this order: a failure that the application answered, the rule that the driver broke, the
    /// driver's failure.
    pub fn finish(self, driver: Result<Status>) -> Result<Status> {
        if let Some(callback) = self.callback {
            // Nothing can be changed any more by what the application answers here.
            drop(callback.banded_data_callback(&DataParams {
                message: DataMessage::Termination,
                status: TransferStatus::empty(),
                percent: 0,
                offset: 0,
                length: 0,
                payload: Payload::None,
            }));
        }
        drop(self.reader);
        if let Some(Refusal::Failure(e)) = self.refusal {
            return Err(e);
        }
        if let Some(e) = self.session.broken.get() {
            return Err(e.clone());
        }
        let status = driver?;
        // The application said so, whether or not the driver was still there to hear it.
        match (self.refusal, status) {
            (Some(Refusal::Cancel), Status::Ok | Status::EndOfMedia) => Ok(Status::Cancelled),
            (_, status) => Ok(status),
        }
    }
}
