//! How a wrong driver calls the application in a stream transfer.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use transfer::{Answer, MinidrvTransferCallback, NextStream, Stream, TransferParams};
use wia::{ErrorKind, Result, Status, TransferMessage, Tymed};

use crate::wrong_drivers::driver::{Kept, Shared, failed};

pub(crate) struct WrongStreams {
    defect: &'static str,
    inner: Arc<dyn MinidrvTransferCallback>,
    shared: Arc<Shared>,
    tymed: Tymed,
    requests: AtomicUsize,
}

impl WrongStreams {
    pub(crate) fn new(
        defect: &'static str,
        inner: Arc<dyn MinidrvTransferCallback>,
        shared: &Arc<Shared>,
        tymed: Tymed,
    ) -> Arc<WrongStreams> {
        Arc::new(WrongStreams {
            defect,
            inner,
            shared: Arc::clone(shared),
            tymed,
            requests: AtomicUsize::new(0),
        })
    }

    fn stream(&self, mut inner: Box<dyn Stream>) -> Result<Box<dyn Stream>> {
        match self.defect {
            "stream.append" => inner.set_size(0)?,
            "stream.calls" => drop(inner.size()),
            _ => {}
        }
        let inner = Arc::new(Mutex::new(Some(inner)));
        if self.defect.starts_with("stream.released") {
            self.shared.kept.lock().unwrap().push(Arc::clone(&inner));
        }
        Ok(Box::new(WrongStream {
            defect: self.defect,
            inner,
            position: None,
            end: 0,
        }))
    }
}

impl MinidrvTransferCallback for WrongStreams {
    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let item_name = match self.defect {
            "stream.names" => full_item_name,
            _ => item_name,
        };
        let twice = match self.defect {
            "stream.one-per-image" => self.tymed == Tymed::File,
            "stream.one-for-all" => self.tymed == Tymed::MultipageFile,
            _ => false,
        };
        if twice {
            drop(self.inner.get_next_stream(item_name, full_item_name));
        }
        let request = self.requests.fetch_add(1, Ordering::SeqCst);
        let answer = self.inner.get_next_stream(item_name, full_item_name);
        let unexpected = || Err(failed(ErrorKind::Unexpected));
        match (self.defect, &answer) {
            ("next.missing", Ok(NextStream::Missing))
            | ("next.other", Ok(NextStream::Other(..))) => self.shared.result(Ok(Status::Ok)),
            ("next.cancel", Ok(NextStream::Cancel)) => {
                self.shared.result(Err(failed(ErrorKind::Abort)));
            }
            ("next.cancel-later", Ok(NextStream::Cancel)) if request > 0 => {
                self.shared.result(Ok(Status::Ok));
            }
            ("next.skip-one", Ok(NextStream::SkipItem)) => return Ok(NextStream::Cancel),
            ("next.skip-all", Ok(NextStream::SkipItem)) => self.shared.result(unexpected()),
            ("next.failure", Err(_)) => self.shared.result(unexpected()),
            _ => {}
        }
        match answer? {
            NextStream::Stream(stream) => Ok(NextStream::Stream(self.stream(stream)?)),
            other => Ok(other),
        }
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        let mut params = params.clone();
        let (first, last) = (params.percent == 0, params.percent == 100);
        let status = params.message == TransferMessage::Status;
        match self.defect {
            "message.percent" => params.percent += 1,
            "message.bytes" => params.transferred_bytes += 1,
            "message.first" if status && first => return Ok(Answer::Continue),
            "message.last" if status && last => return Ok(Answer::Continue),
            "file.status" if status => return Ok(Answer::Continue),
            "message.new-page" if !status => return Ok(Answer::Continue),
            "message.no-new-page" if last => {
                let bytes = params.transferred_bytes;
                let _ = self
                    .inner
                    .send_message(&TransferParams::new_page(0, bytes))?;
            }
            "status.clear" if last => {
                let clear = TransferParams::device_status(Ok(Status::Clear), 100, 0);
                let _ = self.inner.send_message(&clear)?;
            }
            "message.service-only" if last => params.message = TransferMessage::EndOfStream,
            _ => {}
        }
        let answer = self.inner.send_message(&params);
        let of_device = params.message == TransferMessage::DeviceStatus;
        match (self.defect, &answer) {
            ("status.cancel", Ok(Answer::Cancel)) if of_device => {
                self.shared.result(Err(failed(ErrorKind::Abort)));
            }
            ("status.failure", Err(_)) if of_device => return Ok(Answer::Continue),
            ("message.cancel", Ok(Answer::Cancel)) => {
                self.shared.result(Err(failed(ErrorKind::Abort)));
            }
            ("message.failure", Err(_)) => self.shared.result(Ok(Status::Cancelled)),
            ("message.silence", Ok(Answer::Cancel) | Err(_)) => {
                drop(self.inner.send_message(&params));
            }
            ("cancel.sooner", Ok(Answer::Cancel)) => {
                self.shared.result(Ok(Status::Cancelled));
                return Ok(Answer::Continue);
            }
            _ => {}
        }
        answer
    }
}

struct WrongStream {
    defect: &'static str,
    inner: Kept,
    /// Where it believes to be.
    position: Option<u64>,
    end: u64,
}

impl WrongStream {
    fn with<T>(&self, call: impl FnOnce(&mut dyn Stream) -> Result<T>) -> Result<T> {
        match self.inner.lock().unwrap().as_mut() {
            Some(stream) => call(stream.as_mut()),
            None => Err(failed(ErrorKind::Reverted)),
        }
    }
}

impl Stream for WrongStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let taken = match (self.defect, self.with(|stream| stream.write(data))) {
            ("stream.write-fails", Err(_)) | ("stream.short-write", Ok(_)) => Ok(data.len()),
            (_, taken) => taken,
        };
        if let (Ok(taken), Some(position)) = (&taken, &mut self.position) {
            *position += *taken as u64;
            self.end = self.end.max(*position);
        }
        taken
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        if let ("stream.position", Some(position)) = (self.defect, self.position) {
            let there = match to {
                SeekFrom::Start(place) => place == position,
                SeekFrom::End(by) => by == 0 && self.end == position,
                SeekFrom::Current(by) => by == 0,
            };
            if there {
                return Ok(position);
            }
        }
        let position = match (self.defect, self.with(|stream| stream.seek(to))) {
            ("stream.seek-fails", Err(_)) => self.position.unwrap_or(0),
            (_, position) => position?,
        };
        self.end = self.end.max(position);
        self.position = Some(position);
        Ok(position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.end = size;
        self.with(|stream| stream.set_size(size))
    }

    fn settle(&mut self) -> Result<()> {
        self.with(|stream| stream.settle())
    }
}

impl Drop for WrongStream {
    fn drop(&mut self) {
        if !self.defect.starts_with("stream.released") {
            self.inner.lock().unwrap().take();
        }
    }
}
