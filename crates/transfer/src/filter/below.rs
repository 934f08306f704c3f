//! The application as a filter sees it.

use std::io::SeekFrom;
use std::sync::Arc;

use wia::{Error, ErrorKind, Result, Status, TransferMessage};

use super::guard::{Rule, Shared};
use super::kept::Kept;
use crate::callback::{Answer, NextStream, TransferCallback, TransferParams};
use crate::error_handler::AppErrorHandler;
use crate::session::by_its_own_name;
use crate::stream::Stream;

/// What the callback below answered to `get_next_stream`.
pub(super) enum Asked {
    Stream,
    Missing,
    Cancel,
    Skip,
    Other(Status),
    Failed(Error),
}

/// The callback that a filter is given.
pub(super) struct Below(pub(super) Arc<Shared>);

impl TransferCallback for Below {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let shared = &self.0;
        let (given, answered) = {
            let state = shared.lock();
            (state.given, state.answered.clone())
        };
        if let Some(answered) = answered {
            shared.broke(Rule::Once);
            return answered;
        }
        let Some(given) = given else {
            // Progress that the filter tells by itself does no harm.
            if params.message == TransferMessage::Status {
                return shared.tell_below(params);
            }
            shared.broke(Rule::Once);
            return Ok(Answer::Continue);
        };
        if given != params.message {
            shared.broke(Rule::SameMessage);
        }
        let params = TransferParams {
            message: given,
            ..params.clone()
        };
        let answer = self.pass(&params);
        shared.lock().answered = Some(answer.clone());
        answer
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let shared = &self.0;
        if shared.lock().asked.is_some() {
            shared.broke(Rule::Once);
            return Err(Error::new(
                ErrorKind::Unexpected,
                "a stream was asked for already",
            ));
        }
        let answer = shared.in_below(|| shared.below.get_next_stream(item_name, full_item_name));
        let (asked, answer) = match answer.map(by_its_own_name) {
            Ok(NextStream::Stream(stream)) => {
                *shared.stream() = Some(OpenStream::new(stream));
                let stream = StreamBelow(Arc::clone(shared));
                (Asked::Stream, Ok(NextStream::Stream(Box::new(stream))))
            }
            Ok(NextStream::Missing) => (Asked::Missing, Ok(NextStream::Missing)),
            Ok(NextStream::Cancel) => {
                shared.cancel();
                (Asked::Cancel, Ok(NextStream::Cancel))
            }
            Ok(NextStream::SkipItem) => (Asked::Skip, Ok(NextStream::SkipItem)),
            Ok(NextStream::Other(status, _)) => {
                (Asked::Other(status), Ok(NextStream::Other(status, None)))
            }
            Err(e) => (Asked::Failed(e.clone()), Err(e)),
        };
        shared.lock().asked = Some(asked);
        answer
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.0.below.error_handler()
    }
}

impl Below {
    fn pass(&self, params: &TransferParams) -> Result<Answer> {
        let shared = &self.0;
        if params.message == TransferMessage::EndOfStream {
            shared.rescue()?;
        }
        shared.tell_below(params)
    }
}

/// The stream of the callback below, and how far it was written.
pub(super) struct OpenStream {
    stream: Box<dyn Stream>,
    /// Where the first byte was written, once one was.
    start: Option<u64>,
    position: Option<u64>,
    end: u64,
    /// The last call that the stream itself failed.
    failure: Option<Error>,
}

impl OpenStream {
    fn new(stream: Box<dyn Stream>) -> OpenStream {
        OpenStream {
            stream,
            start: None,
            position: None,
            end: 0,
            failure: None,
        }
    }

    /// Bytes that were written.
    pub(super) fn bytes(&self) -> u64 {
        self.start.map_or(0, |start| self.end.saturating_sub(start))
    }

    /// Whether nothing was written.
    pub(super) fn untouched(&self) -> bool {
        self.start.is_none()
    }

    /// The failure of the last call, when it was the stream's own.
    pub(super) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Takes back what was written and writes what was kept instead. Gives where that begins: at the
    /// end of what the stream held before.
    pub(super) fn start_again(&mut self, kept: Option<&mut Kept>) -> Result<u64> {
        let start = match self.start {
            Some(start) => {
                self.set_size(start)?;
                self.seek(SeekFrom::Start(start))?
            }
            None => self.seek(SeekFrom::End(0))?,
        };
        if let Some(kept) = kept {
            kept.replay(self)?;
        }
        Ok(start)
    }

    fn noted<T>(&mut self, result: Result<T>) -> Result<T> {
        self.failure = result.as_ref().err().cloned();
        result
    }
}

impl Stream for OpenStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let position = match self.position {
            Some(position) => position,
            None => self.seek(SeekFrom::Current(0))?,
        };
        if self.start.is_none() && !data.is_empty() {
            self.start = Some(position);
        }
        let result = self.stream.write(data);
        let taken = self.noted(result)?;
        if taken < data.len() {
            self.failure = Some(Error::new(ErrorKind::MediumFull, "the stream is full"));
        }
        let position = position + taken as u64;
        self.position = Some(position);
        self.end = self.end.max(position);
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let result = self.stream.seek(to);
        let position = self.noted(result)?;
        self.position = Some(position);
        Ok(position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let result = self.stream.set_size(size);
        self.noted(result)?;
        self.end = self.end.min(size);
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        let result = self.stream.settle();
        self.noted(result)
    }

    fn barrier(&mut self) -> Result<()> {
        let result = self.stream.barrier();
        self.noted(result)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.stream.read(buffer)
    }

    fn size(&mut self) -> Result<u64> {
        self.stream.size()
    }
}

/// The stream that a filter is given.
struct StreamBelow(Arc<Shared>);

impl StreamBelow {
    fn with<T>(&self, call: impl FnOnce(&mut OpenStream) -> Result<T>) -> Result<T> {
        let shared = &self.0;
        match shared.stream().as_mut() {
            Some(open) => shared.in_below(|| call(open)),
            None => Err(Error::new(ErrorKind::Reverted, "the stream has ended")),
        }
    }
}

impl Stream for StreamBelow {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let result = self.with(|open| open.write(data));
        let ended = matches!(&result, Err(e) if e.kind() == ErrorKind::Reverted);
        if ended && !self.0.is_cancelled() && self.0.stream().is_none() {
            self.0.broke(Rule::NothingAfterEnd);
        }
        result
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.with(|open| open.seek(to))
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.with(|open| open.set_size(size))
    }

    fn settle(&mut self) -> Result<()> {
        self.with(OpenStream::settle)
    }

    fn barrier(&mut self) -> Result<()> {
        self.with(OpenStream::barrier)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.with(|open| open.read(buffer))
    }

    fn size(&mut self) -> Result<u64> {
        self.with(OpenStream::size)
    }
}
