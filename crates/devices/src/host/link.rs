//! A host's transfer, as its driver meets the application: callbacks and streams that call across the
//! border.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bands::Band;
use service::{
    Answer, AppErrorHandler, DataCallback, DataParams, NextStream, Payload, Reply, StatusReport,
    Stream, TransferCallback, TransferParams, Window,
};
use wia::{Error, Result, Status};

use super::channel::Channel;
use super::message::{Answered, Call, FromHost, Heard, Piece, Place};
use super::pool::{BAND, Pool, gone};
use super::wire::{self, ErrorWire, unknown};

/// One transfer's way to the application.
pub(crate) struct Link {
    channel: Arc<Channel>,
    pool: Arc<Pool>,
    transfer: u64,
    /// Held by the call that waits.
    answers: Mutex<Receiver<Result<Answered, ErrorWire>>>,
    out: Mutex<Out>,
    /// The last failure of a write, which the driver has not heard of.
    failure: Mutex<Option<(u32, Error)>>,
}

/// What goes out.
#[derive(Default)]
struct Out {
    /// Bytes of the stream that are not sent yet, and how many.
    gathered: Option<(Band, usize)>,
    /// How many failures the driver has heard of.
    epoch: u32,
}

impl Link {
    pub(crate) fn new(
        channel: Arc<Channel>,
        pool: Arc<Pool>,
        transfer: u64,
        answers: Receiver<Result<Answered, ErrorWire>>,
    ) -> Arc<Link> {
        Arc::new(Link {
            channel,
            pool,
            transfer,
            answers: Mutex::new(answers),
            out: Mutex::default(),
            failure: Mutex::default(),
        })
    }

    /// A write of the stream has failed at the application's side.
    pub(crate) fn failed(&self, epoch: u32, error: Error) {
        *lock(&self.failure) = Some((epoch, error));
    }

    /// What of the document is complete, in its place between the writes.
    pub(crate) fn progress(&self, pages: u32, bytes: u64) {
        let mut out = lock(&self.out);
        let epoch = out.epoch;
        // Without an application nobody wants to know.
        let _ = self.flush(&mut out).and_then(|()| {
            self.say(Call::Progress {
                pages,
                bytes,
                epoch,
            })
        });
    }

    /// Sends a call that is not answered.
    fn say(&self, call: Call) -> Result<()> {
        let message = FromHost::Call {
            transfer: self.transfer,
            call,
        };
        self.channel.send(&message, None)
    }

    /// Sends a call and waits for its answer.
    fn call(&self, call: Call) -> Result<Answered> {
        let answers = lock(&self.answers);
        self.flush(&mut lock(&self.out))?;
        self.say(call)?;
        let answer = answers.recv().map_err(|_| gone())?;
        Ok(answer?)
    }

    /// Sends what has been gathered.
    fn flush(&self, out: &mut Out) -> Result<()> {
        let Some((band, len)) = out.gathered.take() else {
            return Ok(());
        };
        let piece = self.give(band, len, out.epoch);
        self.say(Call::Write(piece))
    }

    /// Gives a filled band away; its message follows.
    fn give(&self, band: Band, len: usize, epoch: u32) -> Piece {
        // Both are bounded by the pool's constants.
        let number = u8::try_from(band.number()).unwrap_or(u8::MAX);
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        self.pool.send(band);
        Piece {
            band: number,
            len,
            epoch,
        }
    }

    /// The failure of a write, if there is one: what was gathered since is lost with it.
    fn take_failure(&self, out: &mut Out) -> Result<()> {
        let Some((epoch, error)) = lock(&self.failure).take() else {
            return Ok(());
        };
        out.epoch = epoch;
        if let Some((band, _)) = out.gathered.take() {
            self.pool.put_back(band);
        }
        Err(error)
    }

    /// Gathers bytes, and sends full bands. What is left goes at once when nothing else is on its way,
    /// else with what comes next.
    fn write(&self, mut data: &[u8]) -> Result<()> {
        let mut out = lock(&self.out);
        self.take_failure(&mut out)?;
        while !data.is_empty() {
            let (mut band, filled) = match out.gathered.take() {
                Some(gathered) => gathered,
                None => (self.pool.take()?, 0),
            };
            let len = data.len().min(BAND - filled);
            let (now, later) = data.split_at(len);
            if let Some(place) = band.get_mut(filled..filled + len) {
                place.copy_from_slice(now);
            }
            data = later;
            out.gathered = Some((band, filled + len));
            if filled + len == BAND {
                self.flush(&mut out)?;
            }
        }
        if self.pool.is_idle() {
            self.flush(&mut out)?;
        }
        Ok(())
    }

    /// A call of the stream that waits, and before which all writes must have gone well.
    fn of_stream(&self, call: impl FnOnce(u32) -> Call) -> Result<Answered> {
        let epoch = {
            let mut out = lock(&self.out);
            self.take_failure(&mut out)?;
            out.epoch
        };
        let answer = self.call(call(epoch));
        // A write before it may have failed: then it was not done.
        self.take_failure(&mut lock(&self.out))?;
        answer
    }

    fn go_on(&self, call: Call) -> Result<Answer> {
        match self.call(call)? {
            Answered::GoOn(true) => Ok(Answer::Continue),
            Answered::GoOn(false) => Ok(Answer::Cancel),
            other => Err(odd(&other)),
        }
    }

    /// Sends a band of any length; `None` for none.
    fn band(&self, bytes: &[u8]) -> Result<Option<Piece>> {
        let mut rest = bytes;
        loop {
            let (now, later) = rest.split_at(rest.len().min(BAND));
            let mut band = self.pool.take()?;
            if let Some(place) = band.get_mut(..now.len()) {
                place.copy_from_slice(now);
            }
            let piece = self.give(band, now.len(), 0);
            if later.is_empty() {
                return Ok(Some(piece));
            }
            self.say(Call::Part(piece))?;
            rest = later;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn odd(answer: &Answered) -> Error {
    unknown("answer", format!("{answer:?}"))
}

/// The application's callback of a stream transfer.
pub(crate) struct FarCallback {
    link: Arc<Link>,
    handler: Option<FarHandler>,
}

impl FarCallback {
    pub(crate) fn new(link: Arc<Link>, heard: Heard) -> FarCallback {
        let handler = heard.handler.then(|| FarHandler {
            link: Arc::clone(&link),
            window: heard.window,
        });
        FarCallback { link, handler }
    }
}

impl TransferCallback for FarCallback {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.link.go_on(Call::Message(params.into()))
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        let answer = self.link.call(Call::NextStream {
            item: item_name.to_owned(),
            full_item: full_item_name.to_owned(),
        })?;
        Ok(match answer {
            Answered::Stream => NextStream::Stream(Box::new(FarStream {
                link: Arc::clone(&self.link),
                ended: AtomicBool::new(false),
            })),
            Answered::NoStream => NextStream::Missing,
            Answered::Cancel => NextStream::Cancel,
            Answered::SkipItem => NextStream::SkipItem,
            Answered::Status(number) => NextStream::Other(wire::status(number)?, None),
            other => return Err(odd(&other)),
        })
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.handler.as_ref().map(|h| h as &dyn AppErrorHandler)
    }
}

/// The stream of the application that is open.
struct FarStream {
    link: Arc<Link>,
    ended: AtomicBool,
}

impl Stream for FarStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.link.write(data).map(|()| data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(n) => Place::Start(n),
            SeekFrom::End(n) => Place::End(n),
            SeekFrom::Current(n) => Place::Current(n),
        };
        match self.link.of_stream(|epoch| Call::Seek { to, epoch })? {
            Answered::Number(position) => Ok(position),
            other => Err(odd(&other)),
        }
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let call = |epoch| Call::SetSize { size, epoch };
        self.link.of_stream(call).map(drop)
    }

    fn settle(&mut self) -> Result<()> {
        self.link
            .of_stream(|epoch| Call::Settle { epoch })
            .map(drop)
    }

    fn barrier(&mut self) -> Result<()> {
        self.link
            .of_stream(|epoch| Call::Barrier { epoch })
            .map(drop)
    }
}

impl Drop for FarStream {
    fn drop(&mut self) {
        if self.ended.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut out = lock(&self.link.out);
        // What fails here is told with the end of the stream, or there is nobody left.
        let _ = self
            .link
            .flush(&mut out)
            .and_then(|()| self.link.say(Call::EndStream));
    }
}

/// What an application uploads.
pub(crate) struct FarSource(pub(crate) Arc<Link>);

impl Stream for FarSource {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(read_only())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(n) => Place::Start(n),
            SeekFrom::End(n) => Place::End(n),
            SeekFrom::Current(n) => Place::Current(n),
        };
        match self.0.call(Call::Seek { to, epoch: 0 })? {
            Answered::Number(position) => Ok(position),
            other => Err(odd(&other)),
        }
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(read_only())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let len = u32::try_from(buffer.len().min(BAND)).unwrap_or(u32::MAX);
        match self.0.call(Call::Read(len))? {
            Answered::Bytes(bytes) => match buffer.get_mut(..bytes.len()) {
                Some(place) => {
                    place.copy_from_slice(&bytes);
                    Ok(bytes.len())
                }
                None => Err(unknown("bytes", bytes.len())),
            },
            other => Err(odd(&other)),
        }
    }

    fn size(&mut self) -> Result<u64> {
        match self.0.call(Call::Size)? {
            Answered::Number(size) => Ok(size),
            other => Err(odd(&other)),
        }
    }
}

fn read_only() -> Error {
    Error::new(
        wia::ErrorKind::AccessDenied,
        "what is uploaded can only be read",
    )
}

/// The application's handler of a device's status.
struct FarHandler {
    link: Arc<Link>,
    window: bool,
}

impl AppErrorHandler for FarHandler {
    fn window(&self) -> Option<&dyn Window> {
        self.window.then_some(self as &dyn Window)
    }

    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        let answer = self.link.call(Call::Report {
            item: report.item.to_owned(),
            status: wire::device_status(report.status.clone()),
            percent: report.percent,
        })?;
        match answer {
            Answered::Status(number) => wire::status(number),
            other => Err(odd(&other)),
        }
    }
}

impl Window for FarHandler {
    fn ask(&self, text: &str) -> Reply {
        match self.link.call(Call::Ask(text.to_owned())) {
            Ok(Answered::Said(0)) => Reply::GoOn,
            Ok(Answered::Said(2)) => Reply::Cancel,
            Ok(_) | Err(_) => Reply::Stop,
        }
    }

    fn show(&self, text: &str, percent: i32) -> bool {
        let text = text.to_owned();
        // A window that cannot be reached has not cancelled.
        !matches!(
            self.link.call(Call::Show { text, percent }),
            Ok(Answered::GoOn(false))
        )
    }

    fn clear(&self) -> bool {
        !matches!(self.link.call(Call::Clear), Ok(Answered::GoOn(false)))
    }
}

/// The application's callback of the older kinds.
pub(crate) struct FarData(pub(crate) Arc<Link>);

impl DataCallback for FarData {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        let piece = match params.payload {
            Payload::Band(band) => self.0.band(band)?,
            Payload::None | Payload::Header(_) => None,
        };
        self.0.go_on(Call::Data {
            params: params.into(),
            piece,
        })
    }
}
