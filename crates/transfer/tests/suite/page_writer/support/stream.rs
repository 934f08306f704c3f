//! A stream that remembers what was done to it, fails when it is told to, and holds gigabytes of
//! nothing without needing memory for them.

use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex, MutexGuard};

use wia::{Error, ErrorKind, Result};

use crate::transfer::Stream;

const BLOCK: u64 = 4096;

/// A call of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Write(usize),
    Seek(SeekFrom),
    SetSize(u64),
    Barrier,
    Read,
    Size,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// With an error; of a write nothing has been done.
    Nothing,
    /// With an error; of a write half has been done.
    Half,
    /// With an error, though a write has been done.
    Done,
    /// A write takes half, and says so; other calls fail with an error.
    Short,
}

impl Fault {
    pub(crate) const ALL: [Fault; 4] = [Fault::Nothing, Fault::Half, Fault::Done, Fault::Short];
}

type Watcher = dyn Fn(&Recorder) + Send + Sync;

#[derive(Default)]
struct State {
    blocks: BTreeMap<u64, Vec<u8>>,
    len: u64,
    position: u64,
    calls: Vec<Call>,
    /// The number of the call that fails, counted from 0, and how.
    fail_at: Option<(usize, Fault)>,
    set_size_fails: bool,
    /// Called after each call that changed something.
    watcher: Option<Arc<Watcher>>,
}

/// A handle on the stream; its clones are the same stream.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<State>>);

impl Recorder {
    /// A stream that holds `bytes` and stands at its start.
    pub(crate) fn holding(bytes: &[u8]) -> Recorder {
        let stream = Recorder::default();
        stream.state().put(bytes);
        stream.state().position = 0;
        stream
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn len(&self) -> u64 {
        self.state().len
    }

    /// What another writer does: the stream gets longer, by bytes that are 0.
    pub(crate) fn extend_to(&self, len: u64) {
        let mut state = self.state();
        assert!(len >= state.len);
        state.len = len;
    }

    /// What the application, a filter or a callback may do.
    pub(crate) fn move_to(&self, position: u64) {
        self.state().position = position;
    }

    pub(crate) fn position(&self) -> u64 {
        self.state().position
    }

    /// All of it. Only for small ones.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let state = self.state();
        assert!(state.len < 64 << 20);
        state.get(0, state.len)
    }

    pub(crate) fn part(&self, at: u64, len: u64) -> Vec<u8> {
        let state = self.state();
        assert!(at + len <= state.len, "{len} bytes at {at}");
        state.get(at, len)
    }

    /// The bytes that are not 0, in blocks, for a copy that is as sparse.
    pub(crate) fn blocks(&self) -> BTreeMap<u64, Vec<u8>> {
        self.state().blocks.clone()
    }

    /// The calls since the last time.
    pub(crate) fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state().calls)
    }

    /// The call so many calls from now fails.
    pub(crate) fn fail_after(&self, calls: usize, fault: Fault) {
        let mut state = self.state();
        state.fail_at = Some((state.calls.len() + calls, fault));
    }

    pub(crate) fn heal(&self) {
        let mut state = self.state();
        state.fail_at = None;
        state.set_size_fails = false;
    }

    pub(crate) fn set_size_fails(&self) {
        self.state().set_size_fails = true;
    }

    pub(crate) fn watch(&self, watcher: impl Fn(&Recorder) + Send + Sync + 'static) {
        self.state().watcher = Some(Arc::new(watcher));
    }

    /// Notes the call; how it is to fail, if it is.
    fn call(&self, call: Call) -> Option<Fault> {
        let mut state = self.state();
        let number = state.calls.len();
        state.calls.push(call);
        let fault = state.fail_at.filter(|(at, _)| *at == number);
        fault.map(|(_, fault)| fault)
    }

    fn changed(&self) {
        let watcher = self.state().watcher.clone();
        if let Some(watcher) = watcher {
            watcher(self);
        }
    }
}

impl State {
    fn get(&self, mut at: u64, len: u64) -> Vec<u8> {
        let end = at + len;
        let mut bytes = Vec::with_capacity(len as usize);
        while at < end {
            let from = (at % BLOCK) as usize;
            let some = (BLOCK as usize - from).min((end - at) as usize);
            match self.blocks.get(&(at / BLOCK)) {
                Some(block) => bytes.extend_from_slice(&block[from..from + some]),
                None => bytes.resize(bytes.len() + some, 0),
            }
            at += some as u64;
        }
        bytes
    }

    fn put(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let from = (self.position % BLOCK) as usize;
            let (some, rest) = data.split_at(data.len().min(BLOCK as usize - from));
            let block = self.blocks.entry(self.position / BLOCK);
            let block = block.or_insert_with(|| vec![0; BLOCK as usize]);
            block[from..from + some.len()].copy_from_slice(some);
            self.position += some.len() as u64;
            data = rest;
        }
        self.len = self.len.max(self.position);
    }

    fn cut(&mut self, size: u64) {
        self.blocks.retain(|number, _| number * BLOCK < size);
        if let Some(last) = self.blocks.get_mut(&(size / BLOCK)) {
            last[(size % BLOCK) as usize..].fill(0);
        }
        self.len = size;
    }
}

fn full() -> Error {
    Error::new(ErrorKind::MediumFull, "told to fail")
}

impl Stream for Recorder {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let failing = self.call(Call::Write(data.len()));
        let taken = match failing {
            None | Some(Fault::Done) => data,
            Some(Fault::Half | Fault::Short) => &data[..data.len() / 2],
            Some(Fault::Nothing) => &[],
        };
        self.state().put(taken);
        self.changed();
        match failing {
            None | Some(Fault::Short) => Ok(taken.len()),
            Some(_) => Err(full()),
        }
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        if self.call(Call::Seek(to)).is_some() {
            return Err(full());
        }
        let mut state = self.state();
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => state.len.checked_add_signed(distance),
            SeekFrom::Current(distance) => state.position.checked_add_signed(distance),
        };
        state.position = position.unwrap();
        Ok(state.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        if self.call(Call::SetSize(size)).is_some() || self.state().set_size_fails {
            return Err(Error::new(ErrorKind::NotImplemented, "told to fail"));
        }
        self.state().cut(size);
        self.changed();
        Ok(())
    }

    fn barrier(&mut self) -> Result<()> {
        match self.call(Call::Barrier) {
            Some(_) => Err(full()),
            None => Ok(()),
        }
    }

    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        self.call(Call::Read);
        Err(Error::new(ErrorKind::NotImplemented, ""))
    }

    fn size(&mut self) -> Result<u64> {
        self.call(Call::Size);
        Err(Error::new(ErrorKind::NotImplemented, ""))
    }
}
