//! The application's side of a transfer whose one stream is the document: a multipage TIFF that the
//! page writer makes.

use std::fs::File;
use std::io::{self, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::Sink;
use service::{
    Answer, AppErrorHandler, DocumentProgress, NextStream, Stream, TransferCallback, TransferParams,
};
use wia::{Error, ErrorKind, Result, TransferMessage};

use crate::cancel::Cancel;
use crate::durable::DurablePages;
use crate::report::Reporter;

/// Gives the driver the one stream, and reports the pages that the page writer has linked.
pub(crate) struct TiffStream {
    sink: Mutex<Option<Box<dyn Sink + Send>>>,
    progress: Arc<DocumentProgress>,
    reported: AtomicU32,
    /// Whether the stream has anything in it, and `NEW_PAGE` messages.
    written: Arc<AtomicBool>,
    new_pages: AtomicU32,
    failure: Arc<Mutex<Option<Error>>>,
    durable: Mutex<Option<DurablePages>>,
    reporter: Arc<Reporter>,
    cancel: Cancel,
}

impl TiffStream {
    /// For a regular file, whose pages are reported once they are durable.
    ///
    /// # Errors
    ///
    /// When the file cannot be handled.
    pub(crate) fn to_file(
        file: &File,
        progress: Arc<DocumentProgress>,
        reporter: Arc<Reporter>,
        cancel: &Cancel,
    ) -> Result<TiffStream> {
        let handle = || file.try_clone().map_err(Error::from_write);
        let durable = DurablePages::new(handle()?, Arc::clone(&reporter));
        Ok(TiffStream {
            durable: Mutex::new(Some(durable)),
            ..TiffStream::to_sink(Box::new(handle()?), progress, reporter, cancel)
        })
    }

    /// For anything else that can seek.
    pub(crate) fn to_sink(
        sink: Box<dyn Sink + Send>,
        progress: Arc<DocumentProgress>,
        reporter: Arc<Reporter>,
        cancel: &Cancel,
    ) -> TiffStream {
        TiffStream {
            sink: Mutex::new(Some(sink)),
            progress,
            reported: AtomicU32::new(0),
            written: Arc::default(),
            new_pages: AtomicU32::new(0),
            failure: Arc::default(),
            durable: Mutex::new(None),
            reporter,
            cancel: cancel.clone(),
        }
    }

    /// Reports the pages that have been linked since the last time.
    fn report_pages(&self) -> Result<()> {
        let linked = self.progress.pages();
        let bytes = self.progress.bytes();
        let mut durable = self.durable();
        while self.reported.load(Ordering::Acquire) < linked {
            let page = self.reported.fetch_add(1, Ordering::AcqRel) + 1;
            match &mut *durable {
                Some(durable) => durable.page(page, bytes)?,
                None => self.reporter.page(page, bytes, None),
            }
        }
        Ok(())
    }

    /// Makes all pages durable and reports them. Gives the pages that were counted.
    ///
    /// # Errors
    ///
    /// When the file could not be synced.
    pub(crate) fn finish(&self) -> Result<u32> {
        self.report_pages()?;
        if let Some(durable) = &*self.durable() {
            durable.check()?;
        }
        Ok(self.progress.pages())
    }

    /// Pages of a document that nobody can look at any more, when its driver did not count them: as
    /// many as its messages told of.
    pub(crate) fn pages_told(&self, ended_well: bool) -> u32 {
        let begun = match self.written.load(Ordering::Acquire) {
            true => self.new_pages.load(Ordering::Acquire).saturating_add(1),
            false => 0,
        };
        if ended_well {
            begun
        } else {
            begun.saturating_sub(1)
        }
    }

    /// Why the output did not take the last that was written. The driver may have made something else
    /// of it, or nothing.
    pub(crate) fn failure(&self) -> Option<Error> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.clone().filter(|e| e.kind() != ErrorKind::Abort)
    }

    fn durable(&self) -> MutexGuard<'_, Option<DurablePages>> {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TransferCallback for TiffStream {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.report_pages()?;
        match params.message {
            TransferMessage::Status | TransferMessage::NewPage => {
                let page = self.reported.load(Ordering::Acquire) + 1;
                if params.message == TransferMessage::Status {
                    self.reporter.progress(page, params);
                } else {
                    self.new_pages.fetch_add(1, Ordering::AcqRel);
                }
                Ok(if self.cancel.is_cancelled() {
                    Answer::Cancel
                } else {
                    Answer::Continue
                })
            }
            TransferMessage::EndOfStream
            | TransferMessage::EndOfTransfer
            | TransferMessage::DeviceStatus => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, full_item_name: &str) -> Result<NextStream> {
        if self.cancel.is_cancelled() {
            return Ok(NextStream::Cancel);
        }
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        match sink.take() {
            Some(sink) => Ok(NextStream::Stream(Box::new(SinkStream {
                sink,
                written: Arc::clone(&self.written),
                failure: Arc::clone(&self.failure),
            }))),
            None => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                format!("{full_item_name}: the driver asked for a second stream of one document"),
            )),
        }
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.reporter.error_handler()
    }
}

/// A sink as the stream that a driver writes to.
struct SinkStream {
    sink: Box<dyn Sink + Send>,
    written: Arc<AtomicBool>,
    failure: Arc<Mutex<Option<Error>>>,
}

impl Stream for SinkStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let result = self.sink.write_all(data).map_err(Error::from_write);
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = result.clone().err();
        result?;
        self.written.store(true, Ordering::Release);
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.sink.seek(to).map_err(seek_failure)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.sink.set_len(size).map_err(Error::from_write)
    }

    fn barrier(&mut self) -> Result<()> {
        self.sink.barrier().map_err(Error::from_write)
    }
}

fn seek_failure(e: io::Error) -> Error {
    Error::from_io(e, ErrorKind::InvalidFunction)
}
