//! An application, a filter that breaks one rule at a time, and the driver's calls.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex, PoisonError};

use items::{AppItem, DriverItem};
use quire_transfer::filter::{Chain, chain};
use quire_transfer::{
    Answer, ImageFilter, MinidrvTransferCallback, NextStream, Session, Stream, TransferCallback,
    TransferParams, write_all,
};
use raster::Area;
use wia::category::WIA_CATEGORY_ROOT;
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferMessage};

/// What was seen, in order.
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

#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<(Vec<u8>, u64)>>);

impl Memory {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().0.clone()
    }
}

pub(crate) struct MemoryStream(pub(crate) Memory, pub(crate) Log);

impl Stream for MemoryStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let (bytes, at) = &mut *self.0.0.lock().unwrap();
        let start = *at as usize;
        bytes.resize(bytes.len().max(start + data.len()), 0);
        bytes[start..start + data.len()].copy_from_slice(data);
        *at += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let (bytes, at) = &mut *self.0.0.lock().unwrap();
        *at = match to {
            SeekFrom::Start(n) => n,
            SeekFrom::End(n) => bytes.len() as u64 + n as u64,
            SeekFrom::Current(n) => *at + n as u64,
        };
        Ok(*at)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.0.lock().unwrap().0.resize(size as usize, 0);
        Ok(())
    }
}

impl Drop for MemoryStream {
    fn drop(&mut self) {
        self.1.add("released");
    }
}

type Answers = dyn Fn(&TransferParams) -> Result<Answer> + Send + Sync;

/// An application that writes down what it hears. Its streams hold `before` already.
pub(crate) struct App {
    pub(crate) log: Log,
    pub(crate) streams: Mutex<Vec<Memory>>,
    pub(crate) before: Vec<u8>,
    pub(crate) answer: Box<Answers>,
    pub(crate) gives: Box<dyn Fn() -> Option<Result<NextStream>> + Send + Sync>,
}

impl App {
    pub(crate) fn plain() -> App {
        App {
            log: Log::default(),
            streams: Mutex::default(),
            before: Vec::new(),
            answer: Box::new(|_| Ok(Answer::Continue)),
            gives: Box::new(|| None),
        }
    }

    pub(crate) fn pages(&self) -> Vec<Vec<u8>> {
        self.streams
            .lock()
            .unwrap()
            .iter()
            .map(Memory::bytes)
            .collect()
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.log.add(format!(
            "{:?} {}% {}",
            params.message, params.percent, params.transferred_bytes
        ));
        (self.answer)(params)
    }

    fn get_next_stream(&self, item: &str, full: &str) -> Result<NextStream> {
        self.log.add(format!("GetNextStream {item} {full}"));
        if let Some(answer) = (self.gives)() {
            return answer;
        }
        let memory = Memory::default();
        memory.0.lock().unwrap().0 = self.before.clone();
        self.streams.lock().unwrap().push(memory.clone());
        Ok(NextStream::Stream(Box::new(MemoryStream(
            memory,
            self.log.clone(),
        ))))
    }
}

/// Where a filter goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Nothing,
    Swallow(TransferMessage),
    Rename(TransferMessage),
    Twice(TransferMessage),
    HideCancel,
    HideSkip,
    WriteAfterEnd,
    LoseAll,
    NeverAsk,
    KeepStream,
    AskTwice,
    Fail(At),
    Panic(At),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Initialize,
    NextStream,
    NextStreamAfterAsking,
    FirstWrite,
    SecondWrite,
    Seek,
    Status,
    Flush,
    FlushAfterTelling,
    Release,
}

/// Inverts every byte; with `holds` it writes at the end only.
pub(crate) struct Inverter {
    pub(crate) wrong: Wrong,
    pub(crate) holds: bool,
    shared: Arc<Mutex<Inner>>,
    callback: Mutex<Option<Arc<dyn TransferCallback>>>,
}

#[derive(Default)]
struct Inner {
    below: Option<Box<dyn Stream>>,
    held: Vec<u8>,
    writes: u32,
}

pub(crate) fn inverter(wrong: Wrong, holds: bool) -> Arc<Inverter> {
    Arc::new(Inverter {
        wrong,
        holds,
        shared: Arc::default(),
        callback: Mutex::default(),
    })
}

impl Inverter {
    fn go_wrong(&self, at: At) -> Result<()> {
        go_wrong(self.wrong, at)
    }

    fn below(&self) -> Result<Arc<dyn TransferCallback>> {
        let none = || Error::new(ErrorKind::Unexpected, "no callback");
        self.callback.lock().unwrap().clone().ok_or_else(none)
    }
}

fn go_wrong(wrong: Wrong, at: At) -> Result<()> {
    match wrong {
        Wrong::Fail(place) if place == at => Err(Error::new(
            ErrorKind::OutOfMemory,
            "the filter's own failure",
        )),
        Wrong::Panic(place) if place == at => panic!("the filter's own panic"),
        _ => Ok(()),
    }
}

struct InverterStream {
    wrong: Wrong,
    holds: bool,
    shared: Arc<Mutex<Inner>>,
    released: bool,
}

impl Stream for InverterStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let mut inner = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        inner.writes += 1;
        match inner.writes {
            1 => go_wrong(self.wrong, At::FirstWrite)?,
            2 => go_wrong(self.wrong, At::SecondWrite)?,
            _ => {}
        }
        let inverted: Vec<u8> = data.iter().map(|b| !b).collect();
        match self.holds {
            true => inner.held.extend(inverted),
            false => write_all(inner.below.as_mut().unwrap().as_mut(), &inverted)?,
        }
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        go_wrong(self.wrong, At::Seek)?;
        let mut inner = self.shared.lock().unwrap();
        match self.holds {
            true => Ok(inner.held.len() as u64),
            false => inner.below.as_mut().unwrap().seek(to),
        }
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut inner = self.shared.lock().unwrap();
        inner.below.as_mut().unwrap().set_size(size)
    }
}

impl Drop for InverterStream {
    fn drop(&mut self) {
        if !std::mem::replace(&mut self.released, true) && self.wrong == Wrong::Panic(At::Release) {
            panic!("the filter's own panic");
        }
    }
}

impl TransferCallback for Inverter {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let below = self.below()?;
        let mut params = params.clone();
        let message = params.message;
        if message == TransferMessage::Status {
            self.go_wrong(At::Status)?;
        }
        if message == TransferMessage::EndOfStream {
            self.go_wrong(At::Flush)?;
            let inner = &mut *self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let held = std::mem::take(&mut inner.held);
            if let Some(stream) = inner.below.as_mut()
                && self.wrong != Wrong::LoseAll
                && self.wrong != Wrong::WriteAfterEnd
                && !held.is_empty()
            {
                write_all(stream.as_mut(), &held)?;
            }
            inner.held = held;
        }
        match self.wrong {
            Wrong::Swallow(which) if which == message => return Ok(Answer::Continue),
            Wrong::Rename(which) if which == message => {
                params.message = TransferMessage::DeviceStatus;
            }
            Wrong::Twice(which) if which == message => drop(below.transfer_callback(&params)),
            _ => {}
        }
        let answer = below.transfer_callback(&params)?;
        if message == TransferMessage::EndOfStream {
            self.go_wrong(At::FlushAfterTelling)?;
            let inner = &mut *self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let (Wrong::WriteAfterEnd, Some(stream)) = (self.wrong, inner.below.as_mut()) {
                drop(stream.write(b"late"));
            }
            *inner = Inner::default();
        }
        match self.wrong {
            Wrong::HideCancel => Ok(Answer::Continue),
            _ => Ok(answer),
        }
    }

    fn get_next_stream(&self, item: &str, full: &str) -> Result<NextStream> {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = Inner::default();
        self.go_wrong(At::NextStream)?;
        if self.wrong == Wrong::NeverAsk {
            return Ok(NextStream::SkipItem);
        }
        let below = self.below()?;
        let answer = below.get_next_stream(item, full)?;
        self.go_wrong(At::NextStreamAfterAsking)?;
        if self.wrong == Wrong::AskTwice {
            drop(below.get_next_stream(item, full));
        }
        match answer {
            NextStream::Stream(_) if self.wrong == Wrong::KeepStream => Ok(NextStream::Missing),
            NextStream::Stream(stream) => {
                self.shared.lock().unwrap().below = Some(stream);
                Ok(NextStream::Stream(Box::new(InverterStream {
                    wrong: self.wrong,
                    holds: self.holds,
                    shared: Arc::clone(&self.shared),
                    released: false,
                })))
            }
            NextStream::SkipItem if self.wrong == Wrong::HideSkip => Ok(NextStream::Missing),
            other => Ok(other),
        }
    }
}

impl ImageFilter for Inverter {
    fn name(&self) -> &str {
        "inverter"
    }

    fn initialize_filter(&self, _: &AppItem, callback: Arc<dyn TransferCallback>) -> Result<()> {
        self.go_wrong(At::Initialize)?;
        *self.callback.lock().unwrap() = Some(callback);
        Ok(())
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        *self.callback.lock().unwrap() = callback;
        Ok(())
    }

    fn filter_preview_image(&self, _: &AppItem, _: Area, _: &mut dyn Stream) -> Result<Answer> {
        Ok(Answer::Continue)
    }
}

pub(crate) fn item() -> AppItem {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap();
    AppItem::from_driver_tree(&root)
}

pub(crate) fn filters(list: &[&Arc<Inverter>]) -> Vec<Arc<dyn ImageFilter>> {
    list.iter()
        .map(|f| Arc::clone(f) as Arc<dyn ImageFilter>)
        .collect()
}

/// Runs `driver` against an application behind filters.
pub(crate) fn run(
    list: &[&Arc<Inverter>],
    app: &Arc<App>,
    driver: impl FnOnce(&Session, &Chain) -> Result<Status>,
) -> Result<Status> {
    let chain = chain(&filters(list), &item(), app.clone());
    let session = Session::new(chain.callback());
    let result = driver(&session, &chain);
    let result = session.finish(result);
    chain.finish(result)
}

/// A driver of `pages` pages, each in pieces: "one-", "two-", "three".
pub(crate) fn pages(session: &Session, pages: u32) -> Result<Status> {
    for page in 0..pages {
        let mut stream = match session.get_next_stream("Feeder", "0000\\Root\\Feeder")? {
            NextStream::Stream(stream) => stream,
            NextStream::Cancel => return Ok(Status::Cancelled),
            NextStream::SkipItem => continue,
            NextStream::Missing | NextStream::Other(..) => {
                return Err(Error::new(ErrorKind::Unexpected, "no stream"));
            }
        };
        let mut bytes = 0;
        for (n, piece) in ["one-", "two-", "three"].into_iter().enumerate() {
            stream.seek(SeekFrom::End(0))?;
            write_all(stream.as_mut(), piece.as_bytes())?;
            bytes += piece.len() as u64;
            let percent = (n as i32 + 1) * 30;
            if session.send_message(&TransferParams::status(percent, bytes))? == Answer::Cancel {
                return Ok(Status::Cancelled);
            }
        }
        drop(stream);
        let _ = page;
    }
    Ok(Status::Ok)
}

pub(crate) const PAGE: &[u8] = b"one-two-three";

pub(crate) fn inverted(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|b| !b).collect()
}
