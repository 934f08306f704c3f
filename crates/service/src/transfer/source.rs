//! The application of an upload, as the driver meets it.

use std::sync::{Arc, Mutex, PoisonError};

use ::transfer::{Answer, AppErrorHandler, NextStream, Stream, TransferCallback, TransferParams};
use wia::{Error, ErrorKind, Result};

/// Gives the driver the stream that the application has handed in; it is not asked for one. Messages
/// pass.
pub(super) struct Source {
    stream: Mutex<Option<Box<dyn Stream>>>,
    application: Arc<dyn TransferCallback>,
}

impl Source {
    pub(super) fn new(
        stream: Box<dyn Stream>,
        application: Arc<dyn TransferCallback>,
    ) -> Arc<Source> {
        Arc::new(Source {
            stream: Mutex::new(Some(stream)),
            application,
        })
    }
}

impl TransferCallback for Source {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.application.transfer_callback(params)
    }

    fn get_next_stream(&self, item_name: &str, _: &str) -> Result<NextStream> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.take().map(NextStream::Stream).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidDriverResponse,
                format!("the driver asked for a second stream while {item_name} was uploaded"),
            )
        })
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.application.error_handler()
    }
}
