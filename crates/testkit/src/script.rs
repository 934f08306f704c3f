//! An application that takes streams, and does what a script says.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minidriver::{DriverModel, Minidriver as _};
use service::{
    Answer, AppErrorHandler, NextStream, StatusReport, Stream, Transfer, TransferCallback,
    TransferParams,
};
use wia::{Error, ErrorKind, Result, Status, TransferFlags, TransferMessage};

use crate::judged::Judged;
use crate::recorder::{Call, Log, Recorder, Told};
use crate::rig::{Rig, Verdict, cancel_io, fail};

/// What the application fails with, to be known again.
pub(crate) const FAILURE: ErrorKind = ErrorKind::MediumFull;

/// The answer to a request for a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Missing,
    Cancel,
    Skip,
    /// A success without a meaning.
    Other,
    Fail,
}

/// The answer to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Cancel,
    Fail,
    /// Goes on, and cancels the transfer by its `Cancel`.
    CancelTransfer,
    /// Goes on, and has only the driver told to cancel.
    CancelIo,
}

/// Which call of a stream goes wrong, of all calls of its kind from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Write(usize),
    /// A write that takes one byte less than offered.
    Short(usize),
    Seek(usize),
}

/// What the application does other than take everything.
#[derive(Clone, Default)]
pub(crate) struct Script {
    /// Answers to the first requests.
    pub(crate) next: Vec<Option<Next>>,
    /// The answer to each later request.
    pub(crate) then: Option<Next>,
    /// The answer to the `STATUS` of this number.
    pub(crate) reply: Option<(usize, Reply)>,
    /// What the application's error handler says of a status of the device; without it there is none.
    pub(crate) device_status: Option<Reply>,
    /// What each stream holds at first.
    pub(crate) before: Vec<u8>,
    /// Moves the position of the stream in each callback.
    pub(crate) wander: bool,
    pub(crate) fault: Option<Fault>,
    /// Done once, in the middle of the transfer.
    pub(crate) meanwhile: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// How a transfer went.
pub(crate) struct StreamRun {
    pub(crate) result: Result<Status>,
    pub(crate) judged: Judged,
    pub(crate) streams: Vec<Vec<u8>>,
    /// What the stream held at each `NEW_PAGE`.
    pub(crate) at_new_page: Vec<Vec<u8>>,
    /// A byte that was not taken is missing.
    pub(crate) has_hole: bool,
}

impl StreamRun {
    /// Fails unless the transfer ended well.
    pub(crate) fn complete(self) -> Verdict<StreamRun> {
        match &self.result {
            Ok(Status::Ok | Status::EndOfMedia) if !self.streams.is_empty() => Ok(self),
            Ok(Status::Ok | Status::EndOfMedia) => fail("it gave no image"),
            Ok(other) => fail(format!("the transfer ended with {other}")),
            Err(e) => fail(format!("the transfer failed: {e}")),
        }
    }

    /// Bytes that the driver wrote.
    pub(crate) fn written(&self) -> u64 {
        let bytes = |call: &Call| match call {
            Call::Write { bytes, .. } => *bytes,
            _ => 0,
        };
        self.judged.calls.iter().map(bytes).sum()
    }

    /// Whether the driver wrote all there was at once, so that nothing could come in between.
    pub(crate) fn is_one_write(&self) -> bool {
        let writes = self.judged.calls.iter();
        writes
            .filter(|call| matches!(call, Call::Write { .. }))
            .count()
            <= 1
    }
}

impl Rig {
    /// A download.
    pub(crate) fn download(&self, script: Script) -> Verdict<StreamRun> {
        let transfer = self.item.transfer()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let heard = Log::default();
        let app = Arc::new(App {
            script,
            heard: heard.clone(),
            seen: Arc::clone(&seen),
            transfer: Arc::clone(&transfer),
            driver: Arc::clone(&self.driver),
        });
        drop(self.driver.take());
        let result = transfer.download(TransferFlags::empty(), app);
        let layer = self.driver.model() == DriverModel::Legacy;
        let judged = Judged::of(&self.driver, layer.then_some(&heard), &result)?;
        let mut seen = lock(&seen);
        let streams = seen.streams.iter().map(|s| lock(s).bytes.clone()).collect();
        let has_hole = seen.streams.iter().any(|s| lock(s).hole.is_some());
        Ok(StreamRun {
            has_hole,
            result,
            judged,
            streams,
            at_new_page: std::mem::take(&mut seen.at_new_page),
        })
    }
}

#[derive(Default)]
struct Seen {
    requests: usize,
    statuses: usize,
    streams: Vec<Arc<Mutex<Store>>>,
    at_new_page: Vec<Vec<u8>>,
    counts: Arc<Mutex<Counts>>,
}

/// Calls of all streams.
#[derive(Default)]
struct Counts {
    writes: usize,
    seeks: usize,
}

#[derive(Default)]
struct Store {
    bytes: Vec<u8>,
    position: u64,
    /// Where a byte was offered and not taken, and nothing was written since.
    hole: Option<usize>,
}

struct App {
    script: Script,
    heard: Log,
    seen: Arc<Mutex<Seen>>,
    transfer: Arc<dyn Transfer>,
    driver: Arc<Recorder>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn failure() -> Error {
    Error::new(FAILURE, "the application fails here")
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let answer = self.answer(params);
        // The ends are the service's.
        let ends = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
        if !ends.contains(&params.message) {
            self.heard.note(Call::Message {
                params: params.clone(),
                told: Told::answer(&answer),
            });
        }
        answer
    }

    fn get_next_stream(&self, item_name: &str, full_item_name: &str) -> Result<NextStream> {
        { &self.heard }.next_stream([item_name, full_item_name], self.next())
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.script.device_status?;
        Some(self)
    }
}

impl App {
    fn answer(&self, params: &TransferParams) -> Result<Answer> {
        let reply = {
            let mut seen = lock(&self.seen);
            if let Some(stream) = seen.streams.last().cloned() {
                let mut store = lock(&stream);
                if self.script.wander {
                    // Somewhere in what is there.
                    store.position = store.bytes.len() as u64 / 3;
                }
                if params.message == TransferMessage::NewPage {
                    seen.at_new_page.push(store.bytes.clone());
                }
            }
            if params.message != TransferMessage::Status {
                return Ok(Answer::Continue);
            }
            seen.statuses += 1;
            if let Some(meanwhile) = self
                .script
                .meanwhile
                .as_ref()
                .filter(|_| seen.statuses == 1)
            {
                meanwhile();
            }
            let due = self.script.reply.filter(|(n, _)| n + 1 == seen.statuses);
            due.map(|(_, reply)| reply)
        };
        match reply {
            Some(Reply::Cancel) => return Ok(Answer::Cancel),
            Some(Reply::Fail) => return Err(failure()),
            Some(Reply::CancelTransfer) => self.transfer.cancel(),
            Some(Reply::CancelIo) => cancel_io(&self.driver),
            None => {}
        }
        Ok(Answer::Continue)
    }

    fn next(&self) -> Result<NextStream> {
        let mut seen = lock(&self.seen);
        let planned = self.script.next.get(seen.requests);
        let next = planned.copied().unwrap_or(self.script.then);
        seen.requests += 1;
        match next {
            None => {}
            Some(Next::Missing) => return Ok(NextStream::Missing),
            Some(Next::Cancel) => return Ok(NextStream::Cancel),
            Some(Next::Skip) => return Ok(NextStream::SkipItem),
            Some(Next::Other) => return Ok(NextStream::Other(Status::NotHandled, None)),
            Some(Next::Fail) => return Err(failure()),
        }
        let store = Arc::new(Mutex::new(Store {
            bytes: self.script.before.clone(),
            position: 0,
            hole: None,
        }));
        seen.streams.push(Arc::clone(&store));
        Ok(NextStream::Stream(Box::new(Memory {
            store,
            fault: self.script.fault,
            counts: Arc::clone(&seen.counts),
        })))
    }
}

impl AppErrorHandler for App {
    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        match (report.status, self.script.device_status) {
            (Ok(Status::Clear), _) => Ok(Status::Ok),
            (_, Some(Reply::Cancel)) => Ok(Status::Cancelled),
            (_, Some(Reply::Fail)) => Err(failure()),
            _ => Ok(Status::NotHandled),
        }
    }
}

struct Memory {
    store: Arc<Mutex<Store>>,
    fault: Option<Fault>,
    counts: Arc<Mutex<Counts>>,
}

/// The number of a call, which is counted.
fn number(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let n = number(&mut lock(&self.counts).writes);
        let short = self.fault == Some(Fault::Short(n));
        let data = match self.fault {
            Some(Fault::Write(at)) if at == n => return Err(failure()),
            _ if short => &data[..data.len().saturating_sub(1)],
            _ => data,
        };
        let mut store = lock(&self.store);
        let start = usize::try_from(store.position).map_err(|_| failure())?;
        let end = start + data.len();
        if store.bytes.len() < end {
            store.bytes.resize(end, 0);
        }
        store.bytes[start..end].copy_from_slice(data);
        store.position = end as u64;
        store.hole = match store.hole {
            None if short => Some(end),
            Some(hole) if (start..end).contains(&hole) => None,
            other => other,
        };
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let n = number(&mut lock(&self.counts).seeks);
        if self.fault == Some(Fault::Seek(n)) {
            return Err(failure());
        }
        let mut store = lock(&self.store);
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => (store.bytes.len() as u64).checked_add_signed(by),
            SeekFrom::Current(by) => store.position.checked_add_signed(by),
        };
        store.position = place
            .ok_or_else(|| Error::new(ErrorKind::InvalidFunction, "a place before the start"))?;
        Ok(store.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let size = usize::try_from(size).map_err(|_| failure())?;
        lock(&self.store).bytes.resize(size, 0);
        Ok(())
    }
}
