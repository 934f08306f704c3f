//! The session: what stands between the two sides of one stream transfer.
//!
//! The driver runs on a thread of its own and calls [`MinidrvTransferCallback`] on the session; the
//! session asks the application. It sends the two messages that only the service may send, keeps the
//! order, remembers the first failure, and computes the result. It also makes a hung driver
//! harmless: [`Session::finish`] takes callback and stream away from it, whatever it does later.

mod guarded;

use std::sync::{Arc, PoisonError};

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, Ordering};
#[cfg(loom)]
use loom::sync::{Mutex, MutexGuard};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(not(loom))]
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use wia::{Error, ErrorKind, Result, Status, TransferMessage};

use crate::activity::{Activity, ActivityClock};
use crate::callback::{
    Answer, MinidrvTransferCallback, NextStream, TransferCallback, TransferParams,
};
use crate::context::TransferContext;
use crate::error_handler::{Chain, ErrorHandler};
use crate::stream::Stream;
use guarded::SessionStream;

/// One stream transfer between a driver and an application.
pub struct Session {
    me: std::sync::Weak<Session>,
    state: Mutex<State>,
    cancelled: AtomicBool,
    activity: Arc<ActivityClock>,
}

struct State {
    /// `None` when the transfer has ended.
    callback: Option<Arc<dyn TransferCallback>>,
    handlers: Chain,
    stream: Option<OpenStream>,
    streams_opened: u64,
    /// What every later call is answered with, once a call was answered so.
    refusal: Option<Refusal>,
    /// The driver sent a message after it was answered with a cancel.
    called_back: bool,
    /// Who wants to know of the first such answer.
    when_refused: Option<Box<dyn FnOnce() + Send>>,
    /// The first failed call, not taken back, of a stream that has ended.
    stream_failure: Option<Error>,
    /// A failure answered to the last `END_OF_STREAM`, which the driver does not learn of.
    flush_failure: Option<Error>,
    percent: i32,
    bytes: u64,
}

struct OpenStream {
    number: u64,
    stream: Box<dyn Stream>,
    /// The first call that failed and was not taken back by a successful `set_size`.
    failure: Option<Error>,
}

/// Why the application wants no more.
#[derive(Clone)]
pub(crate) enum Refusal {
    /// `S_FALSE`.
    Cancel,
    /// A failure.
    Failure(Error),
}

impl Refusal {
    /// The refusal that an answer is, if it is one.
    pub(crate) fn of(answer: &Result<Answer>) -> Option<Refusal> {
        match answer {
            Ok(Answer::Continue) => None,
            Ok(Answer::Cancel) => Some(Refusal::Cancel),
            Err(e) => Some(Refusal::Failure(e.clone())),
        }
    }

    /// What every later call is answered with.
    pub(crate) fn answer(&self) -> Result<Answer> {
        match self {
            Refusal::Cancel => Ok(Answer::Cancel),
            Refusal::Failure(e) => Err(e.clone()),
        }
    }
}

impl Session {
    /// A session for one transfer into the streams of `callback`.
    pub fn new(callback: Arc<dyn TransferCallback>) -> Arc<Session> {
        Session::with_error_handler(callback, "", None)
    }

    /// The same for the transfer of an item, by its full name, with the driver's own error handler.
    pub fn with_error_handler(
        callback: Arc<dyn TransferCallback>,
        item: &str,
        handler: Option<Arc<dyn ErrorHandler>>,
    ) -> Arc<Session> {
        Arc::new_cyclic(|me| Session {
            me: me.clone(),
            state: Mutex::new(State {
                callback: Some(callback),
                handlers: Chain::new(item, handler),
                stream: None,
                streams_opened: 0,
                refusal: None,
                called_back: false,
                when_refused: None,
                stream_failure: None,
                flush_failure: None,
                percent: 0,
                bytes: 0,
            }),
            cancelled: AtomicBool::new(false),
            activity: Arc::new(ActivityClock::new()),
        })
    }

    /// Sets the cancelled flag (`IWiaTransfer::Cancel`): from now on every `GetNextStream` and
    /// `SendMessage` of the driver is answered with `S_FALSE`, without asking the application. Calls
    /// of a stream that was handed out are not failed by it. May be called at any time, from any
    /// thread, also from inside a callback.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether [`Session::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Calls `tell` once when the driver was told to stop by an answer: a cancel or a failure.
    pub fn when_refused(&self, tell: impl FnOnce() + Send + 'static) {
        self.lock().when_refused = Some(Box::new(tell));
    }

    /// Whether the driver is at work, and since when it has said nothing.
    pub fn activity(&self) -> Activity {
        self.activity.activity()
    }

    /// Writes of this context into a file are not the driver's time.
    pub fn measure(&self, context: &mut TransferContext) {
        if let Some(record) = &mut context.record {
            record.activity = Some(Arc::clone(&self.activity));
        }
    }

    /// How long the driver itself was at work: without the time that its calls took.
    pub fn driver_time(&self) -> Duration {
        self.activity.driver_time()
    }

    /// Ends the session after `acquire_item_data` returned, or the driver was given up: sends
    /// `END_OF_STREAM` for a stream that is open, then one `END_OF_TRANSFER`, releases the callback,
    /// and gives the result. Whatever the driver calls from now on is answered with a failure.
    /// Waits for a call that is inside the application.
    ///
    /// # Errors
    ///
    /// In this order: the first failure that a callback answered; the driver's failure; a stream
    /// failure that the driver kept to itself; a failure answered to the last `END_OF_STREAM`;
    /// `InvalidDriverResponse` when the driver sent a message after it was answered with a cancel.
    pub fn finish(&self, driver: Result<Status>) -> Result<Status> {
        let mut state = self.lock();
        let callback_failure = match &state.refusal {
            Some(Refusal::Failure(e)) => Some(e.clone()),
            _ => None,
        };
        let told_to_cancel = matches!(state.refusal, Some(Refusal::Cancel));
        self.in_application(|| {
            // The last stream's end comes with the driver's return. A cancel answered now is too
            // late.
            let _ = state.clear_message();
            let ended = state.end_stream();
            state.note_flush(ended);
            let params = state.service_message(TransferMessage::EndOfTransfer);
            // Nothing can be changed any more by what the application answers here.
            if let Some(callback) = state.callback.take() {
                drop(callback.transfer_callback(&params));
            }
        });

        if let Some(e) = callback_failure {
            return Err(e);
        }
        let status = driver?;
        if let Some(e) = state.stream_failure.take().or(state.flush_failure.take()) {
            return Err(e);
        }
        if state.called_back {
            return Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver called back after it was answered with a cancel",
            ));
        }
        match status {
            Status::Cancelled => Ok(Status::Cancelled),
            _ if told_to_cancel => Ok(Status::Cancelled),
            // The driver's last item was skipped; for the transfer that is nothing special.
            Status::SkipItem => Ok(Status::Ok),
            other => Ok(other),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of the application inside a call leaves nothing half-done in the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock and the application's callback for a call of the driver.
    fn driver_call(&self) -> Result<(MutexGuard<'_, State>, Arc<dyn TransferCallback>)> {
        let state = self.lock();
        let callback = state.callback.clone().ok_or_else(|| {
            Error::new(
                ErrorKind::Abort,
                "the transfer ended while the driver did not answer",
            )
        })?;
        Ok((state, callback))
    }

    /// Runs `call` in the application's time: it does not count against the driver's deadline.
    fn in_application<T>(&self, call: impl FnOnce() -> T) -> T {
        let _time = self.activity.application();
        call()
    }
}

impl State {
    /// Tells, if the driver's call was answered so that it must stop.
    fn tell_refusal(&mut self) {
        if self.refusal.is_some()
            && let Some(tell) = self.when_refused.take()
        {
            tell();
        }
    }

    /// What every call is answered with after a cancel or a failure.
    fn refused<T>(&self, cancel: T) -> Option<Result<T>> {
        self.refusal.as_ref().map(|refusal| match refusal {
            Refusal::Cancel => Ok(cancel),
            Refusal::Failure(e) => Err(e.clone()),
        })
    }

    /// Has a device's message that stands in a window taken away. A person may have cancelled there.
    fn clear_message(&mut self) -> Answer {
        match self.callback.clone() {
            Some(callback) => self.handlers.clear(callback.as_ref()),
            None => Answer::Continue,
        }
    }

    /// A message that is not for the application's callback, but for the error handlers.
    fn device_status(
        &mut self,
        callback: &dyn TransferCallback,
        params: &TransferParams,
    ) -> Result<Answer> {
        match &params.device_status {
            Some(Ok(Status::Clear)) => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver sent WIA_STATUS_CLEAR, which only the service may send",
            )),
            Some(status) => self.handlers.report(callback, status, params.percent),
            None => Ok(Answer::Continue),
        }
    }

    fn cancel(&mut self) -> Answer {
        self.refusal = Some(Refusal::Cancel);
        Answer::Cancel
    }

    fn fail<T>(&mut self, e: Error) -> Result<T> {
        self.refusal = Some(Refusal::Failure(e.clone()));
        Err(e)
    }

    fn service_message(&self, message: TransferMessage) -> TransferParams {
        TransferParams {
            message,
            percent: self.percent,
            transferred_bytes: self.bytes,
            device_status: None,
        }
    }

    /// Releases the open stream and tells the application. `None` when there is none.
    fn end_stream(&mut self) -> Option<Result<Answer>> {
        let OpenStream {
            stream, failure, ..
        } = self.stream.take()?;
        drop(stream);
        if let Some(failure) = failure {
            self.stream_failure.get_or_insert(failure);
        }
        let params = self.service_message(TransferMessage::EndOfStream);
        let callback = self.callback.as_ref()?;
        Some(callback.transfer_callback(&params))
    }

    /// Keeps what was answered to an `END_OF_STREAM` after which no other stream comes.
    fn note_flush(&mut self, ended: Option<Result<Answer>>) {
        if let Some(Err(e)) = ended {
            self.flush_failure.get_or_insert(e);
        }
    }
}

impl MinidrvTransferCallback for Session {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let (mut state, callback) = self.driver_call()?;
        let answer = self.in_application(|| {
            let cleared = state.clear_message();
            // Asking for a stream ends the one before, whatever comes of the asking.
            let ended = state.end_stream();
            if (self.is_cancelled() || cleared == Answer::Cancel) && state.refusal.is_none() {
                state.refusal = Some(Refusal::Cancel);
            }
            if let Some(answer) = state.refused(NextStream::Cancel) {
                state.note_flush(ended);
                return answer;
            }
            match ended {
                Some(Err(e)) => return state.fail(e),
                Some(Ok(Answer::Cancel)) => {
                    state.refusal = Some(Refusal::Cancel);
                    return Ok(NextStream::Cancel);
                }
                Some(Ok(Answer::Continue)) | None => {}
            }
            let answer = callback.get_next_stream(item_name, full_item_name);
            match answer.map(by_its_own_name) {
                Ok(NextStream::Stream(stream)) => {
                    state.streams_opened += 1;
                    let number = state.streams_opened;
                    state.stream = Some(OpenStream {
                        number,
                        stream,
                        failure: None,
                    });
                    state.percent = 0;
                    state.bytes = 0;
                    Ok(NextStream::Stream(Box::new(SessionStream {
                        session: self.me.clone(),
                        number,
                    })))
                }
                Ok(NextStream::Cancel) => {
                    state.refusal = Some(Refusal::Cancel);
                    Ok(NextStream::Cancel)
                }
                // A stream beside such an answer is released here.
                Ok(NextStream::Other(status, _)) => Ok(NextStream::Other(status, None)),
                Ok(answer @ (NextStream::SkipItem | NextStream::Missing)) => Ok(answer),
                Err(e) => state.fail(e),
            }
        });
        state.tell_refusal();
        answer
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let (mut state, callback) = self.driver_call()?;
        let answer = self.in_application(|| {
            if let Some(answer) = state.refused(Answer::Cancel) {
                state.called_back |= answer.is_ok();
                return answer;
            }
            if self.is_cancelled() {
                state.refusal = Some(Refusal::Cancel);
                return Ok(Answer::Cancel);
            }
            match params.message {
                TransferMessage::EndOfStream | TransferMessage::EndOfTransfer => {
                    let e = Error::new(
                        ErrorKind::InvalidDriverResponse,
                        "the driver sent END_OF_STREAM or END_OF_TRANSFER, which only the service may send",
                    );
                    return state.fail(e);
                }
                TransferMessage::DeviceStatus => {
                    let answer = state.device_status(callback.as_ref(), params);
                    // Whoever had to wait for a person has time to be cancelled.
                    return match answer {
                        Ok(_) if self.is_cancelled() => Ok(state.cancel()),
                        Ok(Answer::Cancel) => Ok(state.cancel()),
                        Ok(Answer::Continue) => Ok(Answer::Continue),
                        Err(e) => state.fail(e),
                    };
                }
                TransferMessage::Status => {
                    if state.clear_message() == Answer::Cancel {
                        return Ok(state.cancel());
                    }
                }
                TransferMessage::NewPage => {}
            }
            state.percent = params.percent;
            state.bytes = params.transferred_bytes;
            match callback.transfer_callback(params) {
                Ok(Answer::Continue) => Ok(Answer::Continue),
                Ok(Answer::Cancel) => {
                    state.refusal = Some(Refusal::Cancel);
                    Ok(Answer::Cancel)
                }
                Err(e) => state.fail(e),
            }
        });
        state.tell_refusal();
        answer
    }
}

/// A status that has an answer of its own, in case an application gives it as another.
pub(crate) fn by_its_own_name(answer: NextStream) -> NextStream {
    match answer {
        NextStream::Other(Status::Ok, Some(stream)) => NextStream::Stream(stream),
        NextStream::Other(Status::Ok, None) => NextStream::Missing,
        NextStream::Other(Status::Cancelled, _) => NextStream::Cancel,
        NextStream::Other(Status::SkipItem, _) => NextStream::SkipItem,
        other => other,
    }
}
