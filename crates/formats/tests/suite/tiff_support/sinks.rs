//! Sinks that go wrong, or that remember every step.

use std::cell::RefCell;
use std::io::{self, Cursor, SeekFrom};
use std::rc::Rc;

use quire_formats::{Sink, SinkAbilities};

/// A sink whose content after each write and seek is looked at.
pub(crate) struct Steps<F> {
    inner: Cursor<Vec<u8>>,
    look: F,
}

impl<F: FnMut(&[u8])> Steps<F> {
    pub(crate) fn new(look: F) -> Steps<F> {
        Steps {
            inner: Cursor::new(Vec::new()),
            look,
        }
    }
}

impl<F: FnMut(&[u8])> Sink for Steps<F> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        Sink::write_all(&mut self.inner, data)?;
        (self.look)(self.inner.get_ref());
        Ok(())
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = Sink::seek(&mut self.inner, to)?;
        (self.look)(self.inner.get_ref());
        Ok(at)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn abilities(&self) -> SinkAbilities {
        self.inner.abilities()
    }
}

/// What a failing call does before it fails, and for how long calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// This one call; nothing is done.
    Once,
    /// This one call; of a write, half is done.
    OnceTorn,
    /// This call and all later ones; nothing is done.
    Forever,
}

/// A sink whose call number `at` (of all kinds, from 0) fails.
pub(crate) struct Failing {
    pub(crate) inner: Cursor<Vec<u8>>,
    pub(crate) at: usize,
    pub(crate) failure: Failure,
    pub(crate) calls: usize,
}

impl Failing {
    pub(crate) fn new(start: &[u8], at: usize, failure: Failure) -> Failing {
        Failing {
            inner: Cursor::new(start.to_vec()),
            at,
            failure,
            calls: 0,
        }
    }

    fn call(&mut self) -> io::Result<()> {
        let call = self.calls;
        self.calls += 1;
        let fails = match self.failure {
            Failure::Forever => call >= self.at,
            _ => call == self.at,
        };
        if fails {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl Sink for Failing {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let done = self.call();
        if done.is_err() && self.failure == Failure::OnceTorn {
            Sink::write_all(&mut self.inner, &data[..data.len() / 2])?;
        }
        done?;
        Sink::write_all(&mut self.inner, data)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.call()?;
        Sink::seek(&mut self.inner, to)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.call()?;
        self.inner.set_len(len)
    }

    fn abilities(&self) -> SinkAbilities {
        self.inner.abilities()
    }
}

/// The kinds of calls that a sink has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Write(usize),
    Seek(SeekFrom),
    SetLen(u64),
}

/// A sink that writes down what it is asked.
#[derive(Clone, Default)]
pub(crate) struct Listing {
    pub(crate) calls: Rc<RefCell<Vec<Call>>>,
    inner: Cursor<Vec<u8>>,
}

impl Sink for Listing {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.calls.borrow_mut().push(Call::Write(data.len()));
        Sink::write_all(&mut self.inner, data)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.calls.borrow_mut().push(Call::Seek(to));
        Sink::seek(&mut self.inner, to)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.calls.borrow_mut().push(Call::SetLen(len));
        self.inner.set_len(len)
    }

    fn abilities(&self) -> SinkAbilities {
        self.inner.abilities()
    }
}
