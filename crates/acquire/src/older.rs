//! The application's side of the older kinds of transfer: what was made for streams takes bands and
//! files as well.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use service::{
    Answer, DataCallback, DataParams, MemoryBitmap, NextStream, Payload, Stream, TransferCallback,
    TransferParams, write_all, write_at,
};
use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferMessage};

use crate::cancel::Cancel;

/// What a file is copied in.
const CHUNK: usize = 256 * 1024;

/// What comes in bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bands {
    /// An image after the other, each as a file of it is.
    Images,
    /// As images, without the file header of a bitmap (`WiaImgFmt_MEMORYBMP`), which is put in front.
    Bitmaps,
    /// A document with all pages.
    Document,
}

/// Gives an application of streams what comes in bands: an image is a stream, or with a multipage
/// kind the document is. In a file transfer only the messages pass.
pub(crate) struct FromData {
    to: Arc<dyn TransferCallback>,
    item_name: String,
    full_item_name: String,
    bands: Bands,
    cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stream: Option<Box<dyn Stream>>,
    /// Of [`Bands::Bitmaps`].
    bitmap: MemoryBitmap,
    bytes: u64,
}

impl FromData {
    pub(crate) fn new(
        to: Arc<dyn TransferCallback>,
        (item_name, full_item_name): (String, String),
        bands: Bands,
        cancel: &Cancel,
    ) -> FromData {
        FromData {
            to,
            item_name,
            full_item_name,
            bands,
            cancel: cancel.clone(),
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A band at its place in the image.
    fn band(&self, offset: i32, band: &[u8]) -> Result<Answer> {
        let mut state = self.lock();
        if state.stream.is_none() {
            state.bytes = 0;
            state.bitmap = MemoryBitmap::default();
            state.stream = self.next_stream()?;
        }
        let offset = u64::try_from(offset)
            .map_err(|_| Error::new(ErrorKind::InvalidDriverResponse, "a band before the image"))?;
        let State {
            stream,
            bitmap,
            bytes,
        } = &mut *state;
        let Some(stream) = stream else {
            return Ok(Answer::Cancel);
        };
        let mut write = |place, data: &[u8]| write_at(stream.as_mut(), place, data);
        match self.bands {
            Bands::Bitmaps => {
                bitmap.band(offset, band, write)?;
                *bytes = bitmap.len();
            }
            Bands::Images | Bands::Document => {
                write(offset, band)?;
                *bytes = (*bytes).max(offset + band.len() as u64);
            }
        }
        Ok(Answer::Continue)
    }

    /// The next stream; `None` for a cancel.
    fn next_stream(&self) -> Result<Option<Box<dyn Stream>>> {
        match self
            .to
            .get_next_stream(&self.item_name, &self.full_item_name)?
        {
            NextStream::Stream(stream) => Ok(Some(stream)),
            NextStream::Cancel => Ok(None),
            NextStream::Missing | NextStream::SkipItem | NextStream::Other(..) => {
                Err(Error::new(ErrorKind::Unexpected, "no stream for a page"))
            }
        }
    }

    /// The stream, if there is one, ends; `complete` says whether all of its data came.
    fn end_stream(&self, complete: bool) -> Result<Answer> {
        let mut state = self.lock();
        let Some(mut stream) = state.stream.take() else {
            return Ok(Answer::Continue);
        };
        if complete && self.bands == Bands::Bitmaps {
            let write = |place, data: &[u8]| write_at(stream.as_mut(), place, data);
            state.bitmap.complete(write)?;
        }
        let bytes = state.bytes;
        drop((state, stream));
        self.send(TransferMessage::EndOfStream, 0, bytes)
    }

    fn send(&self, message: TransferMessage, percent: i32, bytes: u64) -> Result<Answer> {
        self.to.transfer_callback(&TransferParams {
            message,
            percent,
            transferred_bytes: bytes,
            device_status: None,
        })
    }

    /// The image in a file that a transfer has made becomes a stream.
    ///
    /// # Errors
    ///
    /// When it cannot be read, and what the stream says.
    pub(crate) fn copy(&self, file: &Path) -> Result<Status> {
        let mut file = File::open(file).map_err(Error::from_read)?;
        let Some(mut stream) = self.next_stream()? else {
            return Ok(Status::Cancelled);
        };
        let mut chunk = vec![0; CHUNK];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut chunk).map_err(Error::from_read)?;
            if read == 0 {
                break;
            }
            write_all(stream.as_mut(), &chunk[..read])?;
            bytes += read as u64;
        }
        drop(stream);
        match self.send(TransferMessage::EndOfStream, 100, bytes)? {
            Answer::Continue => Ok(Status::Ok),
            Answer::Cancel => Ok(Status::Cancelled),
        }
    }

    /// The transfer is over: ends its last stream, which waits for that, for how a stream ends depends on
    /// how its transfer did. Gives the result of both.
    ///
    /// # Errors
    ///
    /// The transfer's, else what was answered to the end of one that is complete: what a cancel leaves of a page need
    /// not be an image.
    pub(crate) fn finish(&self, transfer: Result<Status>) -> Result<Status> {
        let complete = matches!(transfer, Ok(Status::Ok | Status::EndOfMedia));
        let ended = self.end_stream(complete);
        let bytes = self.lock().bytes;
        let told = self.send(TransferMessage::EndOfTransfer, 0, bytes);
        let status = transfer?;
        match complete {
            true => ended.and(told).map(|_| status),
            false => Ok(status),
        }
    }
}

impl DataCallback for FromData {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        if self.cancel.is_cancelled() && params.message != DataMessage::Termination {
            return Ok(Answer::Cancel);
        }
        let bytes = self.lock().bytes;
        match (params.message, params.payload) {
            (DataMessage::Data, Payload::Band(band)) => self.band(params.offset, band),
            (DataMessage::Status, _) => self.send(TransferMessage::Status, params.percent, bytes),
            (DataMessage::NewPage, _) if self.bands == Bands::Document => {
                self.send(TransferMessage::NewPage, 0, bytes)
            }
            (DataMessage::NewPage, _) => self.end_stream(true),
            (
                DataMessage::Data
                | DataMessage::DataHeader
                | DataMessage::FilePreviewData
                | DataMessage::FilePreviewDataHeader
                | DataMessage::Termination,
                _,
            ) => Ok(Answer::Continue),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::SeekFrom;

    use super::*;

    /// Writes down what it is told, and takes any bytes.
    #[derive(Default)]
    struct Log(Mutex<Vec<TransferMessage>>);

    impl TransferCallback for Log {
        fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
            self.0.lock().unwrap().push(params.message);
            Ok(Answer::Continue)
        }

        fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
            Ok(NextStream::Stream(Box::new(Nowhere)))
        }
    }

    struct Nowhere;

    impl Stream for Nowhere {
        fn write(&mut self, data: &[u8]) -> Result<usize> {
            Ok(data.len())
        }

        fn seek(&mut self, _: SeekFrom) -> Result<u64> {
            Ok(0)
        }

        fn set_size(&mut self, _: u64) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_last_stream_ends_when_the_result_of_the_transfer_is_known() {
        let log = Arc::new(Log::default());
        let names = ("Feeder".to_owned(), "0000\\Root\\Feeder".to_owned());
        let data = FromData::new(log.clone(), names, Bands::Images, &Cancel::default());
        assert_eq!(data.band(0, b"half a page"), Ok(Answer::Continue));
        let termination = DataParams {
            message: DataMessage::Termination,
            status: wia::TransferStatus::empty(),
            percent: 0,
            offset: 0,
            length: 0,
            payload: Payload::None,
        };
        let answer = data.banded_data_callback(&termination);
        assert_eq!(answer, Ok(Answer::Continue));
        assert_eq!(*log.0.lock().unwrap(), []);
        let cancelled = Ok(Status::Cancelled);
        assert_eq!(data.finish(cancelled.clone()), cancelled);
        let ends = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
        assert_eq!(*log.0.lock().unwrap(), ends);
    }
}
