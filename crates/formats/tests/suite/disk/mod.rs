//! A disk whose calls fail when a test wants, and which knows what a power loss may leave of it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{self, SeekFrom};
use std::sync::{Arc, Mutex};

use quire_formats::{Sink, SinkAbilities};

/// What a call does when it fails, and for how long calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// This one call; nothing is done.
    Once,
    /// This one call; of a write, half is done.
    OnceShort,
    /// This call and all later ones, until there is room again.
    Forever,
    /// The same; of the first write, half is done.
    ForeverShort,
}

impl Failure {
    pub(crate) const ALL: [Failure; 4] = [
        Failure::Once,
        Failure::OnceShort,
        Failure::Forever,
        Failure::ForeverShort,
    ];

    pub(crate) fn lasts(self) -> bool {
        matches!(self, Failure::Forever | Failure::ForeverShort)
    }

    fn is_short(self) -> bool {
        matches!(self, Failure::OnceShort | Failure::ForeverShort)
    }
}

/// What happened to the bytes, in order.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Write {
        at: usize,
        data: Vec<u8>,
    },
    Len(usize),
    Barrier,
    /// The end of a page was asked for.
    Ending,
    /// So many pages were told to be durable.
    Done(usize),
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) bytes: Vec<u8>,
    position: usize,
    pub(crate) events: Vec<Event>,
    pub(crate) calls: usize,
    pub(crate) fails: Option<(usize, Failure)>,
    pub(crate) pipe: bool,
}

/// A sink. Its clones are the same disk.
#[derive(Clone, Default)]
pub(crate) struct Disk(pub Arc<Mutex<State>>);

impl Disk {
    pub(crate) fn holding(bytes: &[u8]) -> Disk {
        let disk = Disk::default();
        disk.0.lock().unwrap().bytes = bytes.to_vec();
        disk
    }

    pub(crate) fn pipe() -> Disk {
        let disk = Disk::default();
        disk.0.lock().unwrap().pipe = true;
        disk
    }

    pub(crate) fn failing(self, call: usize, failure: Failure) -> Disk {
        self.0.lock().unwrap().fails = Some((call, failure));
        self
    }

    /// No call fails any more.
    pub(crate) fn heal(&self) {
        self.0.lock().unwrap().fails = None;
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().bytes.clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    pub(crate) fn note(&self, event: Event) {
        self.0.lock().unwrap().events.push(event);
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().events.clone()
    }

    /// Whether the call that is to fail has come.
    pub(crate) fn has_failed(&self) -> bool {
        let state = self.0.lock().unwrap();
        state.fails.is_some_and(|(at, _)| state.calls > at)
    }
}

impl State {
    fn call(&mut self) -> io::Result<()> {
        let call = self.calls;
        self.calls += 1;
        match self.fails {
            Some((at, failure)) if call == at || (call > at && failure.lasts()) => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }

    fn write(&mut self, data: &[u8]) {
        let (at, end) = (self.position, self.position + data.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(data);
        self.position = end;
        let data = data.to_vec();
        self.events.push(Event::Write { at, data });
    }
}

impl Sink for Disk {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        let first = state.fails.filter(|(at, _)| *at == state.calls);
        let done = state.call();
        match (&done, first) {
            (Ok(()), _) => state.write(data),
            // The header of a BigTIFF lies in one sector and needs no room: it is written in one piece.
            (Err(_), Some(_)) if state.position == 0 && data.len() == 16 => {}
            (Err(_), Some((_, failure))) if failure.is_short() => {
                state.write(&data[..data.len() / 2]);
            }
            _ => {}
        }
        done
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut state = self.0.lock().unwrap();
        state.call()?;
        let to = match to {
            SeekFrom::Start(n) => n as usize,
            SeekFrom::End(n) => state.bytes.len().checked_add_signed(n as isize).unwrap(),
            SeekFrom::Current(n) => state.position.checked_add_signed(n as isize).unwrap(),
        };
        if state.pipe && to != state.position {
            return Err(io::ErrorKind::NotSeekable.into());
        }
        state.position = to;
        Ok(to as u64)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.call()?;
        if state.pipe {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        state.bytes.resize(len as usize, 0);
        state.events.push(Event::Len(len as usize));
        Ok(())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities {
            seek: !self.0.lock().unwrap().pipe,
        }
    }

    fn barrier(&mut self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.call()?;
        state.events.push(Event::Barrier);
        Ok(())
    }

    fn reserve(&mut self, _bytes: u64) -> io::Result<()> {
        self.0.lock().unwrap().call()
    }
}

/// Numbers that look random and are the same each time.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % end.max(1)
    }
}

/// What a power loss may leave: the durable bytes, and of what came after them any blocks, each as it was
/// at some time since; and any of the lengths.
pub(crate) fn power_loss(
    durable: &[u8],
    since: &[&Event],
    block: usize,
    numbers: &mut Numbers,
) -> Vec<u8> {
    let changes: Vec<&Event> = since
        .iter()
        .copied()
        .filter(|event| matches!(event, Event::Write { .. } | Event::Len(_)))
        .collect();
    let last = changes.len();
    // How likely a block is new, or old, of 8; else it is from between.
    let (new, old) = [(0, 7), (1, 6), (4, 4), (6, 1), (7, 0), (7, 1), (2, 2)][numbers.below(7)];
    let mut pick = || match numbers.below(8) {
        n if n < new => last,
        n if n < new + old => 0,
        _ => numbers.below(last + 1),
    };
    let longest = changes.iter().map(|event| match event {
        Event::Write { at, data } => at + data.len(),
        Event::Len(len) => *len,
        _ => 0,
    });
    let longest = longest.max().unwrap_or(0).max(durable.len());
    let blocks: Vec<usize> = (0..longest.div_ceil(block)).map(|_| pick()).collect();
    // The file has got its length with some change.
    let lengths = if numbers.below(3) == 0 {
        numbers.below(last + 1)
    } else {
        last
    };
    let mut now = durable.to_vec();
    let mut left = vec![0; longest];
    let mut len = durable.len();
    for done in 0..=last {
        if let Some(change) = done.checked_sub(1).map(|i| changes[i]) {
            match change {
                Event::Write { at, data } => {
                    now.resize(now.len().max(at + data.len()), 0);
                    now[*at..at + data.len()].copy_from_slice(data);
                }
                Event::Len(len) => now.resize(*len, 0),
                _ => {}
            }
        }
        if done == lengths {
            len = now.len();
        }
        for (i, when) in blocks.iter().enumerate() {
            let range = i * block..((i + 1) * block).min(now.len());
            if *when == done && !range.is_empty() {
                left[range.clone()].copy_from_slice(&now[range]);
            }
        }
    }
    left.truncate(len);
    left
}
