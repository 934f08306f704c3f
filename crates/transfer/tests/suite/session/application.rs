//! An application that writes down every call and does what a test tells it.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use wia::{Result, TransferMessage};

use crate::transfer::{
    Answer, AppErrorHandler, ErrorHandler, MinidrvTransferCallback, NextStream, Session, Stream,
    TransferCallback, TransferParams,
};

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

type OnMessage = dyn Fn(&TransferParams) -> Result<Answer> + Send + Sync;
type OnNextStream = dyn Fn() -> Result<NextStream> + Send + Sync;

pub(crate) struct Application {
    pub(crate) log: Log,
    on_message: Box<OnMessage>,
    on_next_stream: Box<OnNextStream>,
    error_handler: Option<Box<dyn AppErrorHandler>>,
}

impl Application {
    /// Gives empty streams and goes on.
    pub(crate) fn new() -> Application {
        Application {
            log: Log::default(),
            on_message: Box::new(|_| Ok(Answer::Continue)),
            on_next_stream: Box::new(|| Ok(NextStream::Stream(Box::<Sink>::default()))),
            error_handler: None,
        }
    }

    pub(crate) fn error_handler(mut self, handler: impl AppErrorHandler + 'static) -> Application {
        self.error_handler = Some(Box::new(handler));
        self
    }

    pub(crate) fn on_message(
        mut self,
        call: impl Fn(&TransferParams) -> Result<Answer> + Send + Sync + 'static,
    ) -> Application {
        self.on_message = Box::new(call);
        self
    }

    pub(crate) fn on_next_stream(
        mut self,
        call: impl Fn() -> Result<NextStream> + Send + Sync + 'static,
    ) -> Application {
        self.on_next_stream = Box::new(call);
        self
    }

    /// A session with it, and its log.
    pub(crate) fn session(self) -> (Arc<Session>, Log) {
        let log = self.log.clone();
        (Session::new(Arc::new(self)), log)
    }

    /// The same with a driver's error handler.
    pub(crate) fn session_with(self, handler: impl ErrorHandler + 'static) -> (Arc<Session>, Log) {
        let log = self.log.clone();
        let handler: Arc<dyn ErrorHandler> = Arc::new(handler);
        let session =
            Session::with_error_handler(Arc::new(self), "0000\\Root\\Feeder", Some(handler));
        (session, log)
    }
}

impl TransferCallback for Application {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let name = match params.message {
            TransferMessage::Status => "STATUS",
            TransferMessage::EndOfStream => "END_OF_STREAM",
            TransferMessage::EndOfTransfer => "END_OF_TRANSFER",
            TransferMessage::NewPage => "NEW_PAGE",
            TransferMessage::DeviceStatus => "DEVICE_STATUS",
        };
        let (percent, bytes) = (params.percent, params.transferred_bytes);
        self.log.add(format!("{name} {percent} {bytes}"));
        (self.on_message)(params)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        self.log.add("GetNextStream");
        (self.on_next_stream)()
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.error_handler.as_deref()
    }
}

type OnWrite = dyn FnMut(&[u8]) -> Result<usize> + Send;

/// A stream that takes everything, or does what it is told.
#[derive(Default)]
pub(crate) struct Sink {
    pub(crate) on_write: Option<Box<OnWrite>>,
    pub(crate) on_set_size: Option<Box<dyn FnMut(u64) -> Result<()> + Send>>,
    pub(crate) on_seek: Option<Box<dyn FnMut() -> Result<u64> + Send>>,
}

impl Stream for Sink {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        match &mut self.on_write {
            Some(call) => call(data),
            None => Ok(data.len()),
        }
    }

    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        self.on_seek.as_mut().map_or(Ok(0), |call| call())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.on_set_size.as_mut().map_or(Ok(()), |call| call(size))
    }
}

pub(crate) fn next(session: &Session) -> Result<NextStream> {
    session.get_next_stream("Feeder", "0000\\Root\\Feeder")
}

/// The next stream, which must come.
pub(crate) fn stream(session: &Session) -> Box<dyn Stream> {
    match next(session) {
        Ok(NextStream::Stream(stream)) => stream,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn status(session: &Session, percent: i32) -> Result<Answer> {
    session.send_message(&TransferParams::status(percent, 0))
}
