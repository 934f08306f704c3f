//! The application's side of a stream transfer whose driver is in a host.

use std::io::SeekFrom;
use std::sync::Arc;

use service::{
    Answer, AppErrorHandler, DocumentProgress, NextStream, Reply, StatusReport, Stream,
    TransferCallback, TransferParams, Window,
};
use wia::{Error, ErrorKind, Result, Status, TransferMessage};

use super::wait::{Caller, Side, guarded};
use crate::host::message::{Answered, Call, Heard, Piece, Place};
use crate::host::wire::{self, unknown};

pub(crate) struct StreamSide {
    callback: Arc<dyn TransferCallback>,
    /// The stream of a download that is open, or what is uploaded.
    stream: Option<Box<dyn Stream>>,
    /// The stream was asked for, and its end was not told.
    open: bool,
    upload: bool,
    /// A write that failed, which the driver has not heard of.
    failure: Option<Error>,
    /// How many have failed.
    epoch: u32,
    progress: Arc<DocumentProgress>,
    /// The last message, for those that are still to be told when the host dies.
    percent: i32,
    bytes: u64,
    ended: bool,
}

impl StreamSide {
    /// The side of a download into streams of `callback`, or of an upload of `source`.
    pub(crate) fn new(
        callback: Arc<dyn TransferCallback>,
        source: Option<Box<dyn Stream>>,
        progress: Arc<DocumentProgress>,
    ) -> StreamSide {
        StreamSide {
            callback,
            upload: source.is_some(),
            stream: source,
            open: false,
            failure: None,
            epoch: 0,
            progress,
            percent: 0,
            bytes: 0,
            ended: false,
        }
    }

    /// Whether a transfer that ended well did so by the rules: the application was told of each end, and the
    /// driver of each failure.
    ///
    /// # Errors
    ///
    /// A failure of a write that the driver never heard of; `InvalidDriverResponse` for an end that was not told,
    /// which is told now.
    pub(crate) fn all_told(&mut self) -> Result<()> {
        let failure = self.failure.take();
        if !self.open && self.ended && failure.is_none() {
            return Ok(());
        }
        self.died();
        Err(failure.unwrap_or_else(|| {
            Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver host ended a transfer without the end of its stream",
            )
        }))
    }

    /// Which handlers of a device's status the application has.
    pub(crate) fn heard(callback: &dyn TransferCallback) -> Heard {
        let handler = callback.error_handler();
        Heard {
            handler: handler.is_some(),
            window: handler.is_some_and(|h| h.window().is_some()),
        }
    }

    fn next_stream(&mut self, item: &str, full_item: &str) -> Result<Answered> {
        self.stream = None;
        let callback = Arc::clone(&self.callback);
        let answer = guarded(|| callback.get_next_stream(item, full_item))?;
        Ok(match answer {
            NextStream::Stream(stream) | NextStream::Other(Status::Ok, Some(stream)) => {
                self.stream = Some(stream);
                self.open = true;
                (self.percent, self.bytes) = (0, 0);
                Answered::Stream
            }
            NextStream::Missing => Answered::NoStream,
            NextStream::Cancel => Answered::Cancel,
            NextStream::SkipItem => Answered::SkipItem,
            // A stream beside such an answer is released.
            NextStream::Other(status, _) => Answered::Status(status.hresult().0),
        })
    }

    fn message(&mut self, params: &TransferParams) -> Result<Answered> {
        (self.percent, self.bytes) = (params.percent, params.transferred_bytes);
        let answer = self.tell(params)?;
        if params.message == TransferMessage::EndOfStream
            && let Some(failure) = self.failure.take()
        {
            // The driver has written nothing since, and so not heard of it.
            return Err(failure);
        }
        Ok(Answered::GoOn(answer == Answer::Continue))
    }

    fn tell(&mut self, params: &TransferParams) -> Result<Answer> {
        match params.message {
            TransferMessage::EndOfStream => {
                self.stream = None;
                self.open = false;
            }
            TransferMessage::EndOfTransfer => self.ended = true,
            TransferMessage::Status | TransferMessage::NewPage | TransferMessage::DeviceStatus => {}
        }
        guarded(|| self.callback.transfer_callback(params))
    }

    /// A write, straight out of the host's band.
    fn write(&mut self, piece: Piece, caller: &Caller<'_>) -> Result<()> {
        let bytes = caller.host.piece(piece)?;
        let written = match &mut self.stream {
            // What follows a failure that the driver does not know of is not to be written.
            _ if piece.epoch != self.epoch => Ok(()),
            Some(stream) if !self.upload => {
                self.failure = None;
                guarded(|| service::write_all(stream.as_mut(), bytes))
            }
            _ => Ok(()),
        };
        if let Err(e) = written {
            self.failure = Some(e.clone());
            self.epoch += 1;
            caller.failed(self.epoch, e)?;
        }
        caller.credit(piece)
    }

    /// A call of the stream that waits for its answer. After a failure that the driver has not heard of it
    /// gets that instead.
    fn of_stream(
        &mut self,
        epoch: u32,
        call: impl FnOnce(&mut dyn Stream) -> Result<Answered>,
    ) -> Result<Answered> {
        if epoch != self.epoch && !self.upload {
            let unheard = self.failure.clone();
            return Err(unheard.unwrap_or_else(|| unknown("epoch", epoch)));
        }
        self.failure = None;
        match &mut self.stream {
            Some(stream) => guarded(|| call(stream.as_mut())),
            None => Err(Error::new(ErrorKind::Reverted, "the stream has ended")),
        }
    }

    fn handler(&self) -> Option<&dyn AppErrorHandler> {
        self.callback.error_handler()
    }

    fn window<T>(&self, or: T, call: impl FnOnce(&dyn Window) -> T) -> Result<T> {
        guarded(|| Ok(self.handler().and_then(AppErrorHandler::window).map(call)))
            .map(|said| said.unwrap_or(or))
    }

    fn report(&self, item: &str, status: &Result<Status>, percent: i32) -> Result<Answered> {
        let report = StatusReport {
            item,
            status,
            percent,
        };
        let said = guarded(|| match self.handler() {
            Some(handler) => handler.report_status(&report),
            None => Ok(Status::NotHandled),
        })?;
        Ok(Answered::Status(said.hresult().0))
    }
}

impl Side for StreamSide {
    fn call(&mut self, call: Call, caller: &Caller<'_>) -> Result<()> {
        let answer = match call {
            Call::Write(piece) => return self.write(piece, caller),
            Call::EndStream => {
                self.stream = None;
                return Ok(());
            }
            Call::Progress {
                pages,
                bytes,
                epoch,
            } => {
                if epoch == self.epoch {
                    self.progress.follow(pages, bytes);
                }
                return Ok(());
            }
            Call::NextStream { item, full_item } => self.next_stream(&item, &full_item),
            Call::Message(params) => {
                TransferParams::try_from(params).and_then(|params| self.message(&params))
            }
            Call::Seek { to, epoch } => {
                let to = match to {
                    Place::Start(n) => SeekFrom::Start(n),
                    Place::End(n) => SeekFrom::End(n),
                    Place::Current(n) => SeekFrom::Current(n),
                };
                self.of_stream(epoch, |stream| stream.seek(to).map(Answered::Number))
            }
            Call::SetSize { size, epoch } => self.of_stream(epoch, |stream| {
                stream.set_size(size).map(|()| Answered::Done)
            }),
            Call::Settle { epoch } => {
                self.of_stream(epoch, |stream| stream.settle().map(|()| Answered::Done))
            }
            Call::Barrier { epoch } => {
                self.of_stream(epoch, |stream| stream.barrier().map(|()| Answered::Done))
            }
            Call::Read(len) => self.of_stream(self.epoch, |stream| {
                let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
                let read = stream.read(&mut bytes)?;
                bytes.truncate(read);
                Ok(Answered::Bytes(bytes))
            }),
            Call::Size => self.of_stream(self.epoch, |stream| stream.size().map(Answered::Number)),
            Call::Report {
                item,
                status,
                percent,
            } => self.report(&item, &wire::status_of_device(status), percent),
            Call::Ask(text) => self
                .window(Reply::Stop, |window| window.ask(&text))
                .map(|said| {
                    Answered::Said(match said {
                        Reply::GoOn => 0,
                        Reply::Stop => 1,
                        Reply::Cancel => 2,
                    })
                }),
            Call::Show { text, percent } => self
                .window(true, |window| window.show(&text, percent))
                .map(Answered::GoOn),
            Call::Clear => self
                .window(true, |window| window.clear())
                .map(Answered::GoOn),
            Call::Part(piece) => return caller.credit(piece),
            Call::Data { .. } => Err(unknown("call", "of bands in a stream transfer")),
        };
        caller.answer(answer)
    }

    fn died(&mut self) {
        self.stream = None;
        let ends = [
            (self.open, TransferMessage::EndOfStream),
            (!self.ended, TransferMessage::EndOfTransfer),
        ];
        for (_, message) in ends.into_iter().filter(|(due, _)| *due) {
            let params = TransferParams {
                message,
                ..TransferParams::status(self.percent, self.bytes)
            };
            // The transfer has failed already.
            drop(self.tell(&params));
        }
    }
}
