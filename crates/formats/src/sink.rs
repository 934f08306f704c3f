//! Where a document goes.

use std::io::{self, SeekFrom};

/// What a sink can do besides taking bytes in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinkAbilities {
    /// Earlier bytes can be overwritten.
    pub seek: bool,
}

/// The place that a document's bytes go to: a file, a pipe, a transfer's stream.
///
/// Writers use nothing but these calls, and never read back.
pub trait Sink {
    /// Writes all of `data` at the current position and moves it on. A short write is an error.
    ///
    /// # Errors
    ///
    /// Whatever the place says; a `wia::Error` travels inside `io::Error`.
    fn write_all(&mut self, data: &[u8]) -> io::Result<()>;

    /// Moves the position and returns it, counted from the start.
    ///
    /// # Errors
    ///
    /// Whatever the place says. A sink without [`SinkAbilities::seek`] answers only a seek to where
    /// it stands.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64>;

    /// Cuts (or extends) the place to `len` bytes. Used only after a failure.
    ///
    /// # Errors
    ///
    /// Whatever the place says.
    fn set_len(&mut self, len: u64) -> io::Result<()>;

    /// What else it can do.
    fn abilities(&self) -> SinkAbilities;
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        (**self).write_all(data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (**self).seek(to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        (**self).set_len(len)
    }
    fn abilities(&self) -> SinkAbilities {
        (**self).abilities()
    }
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        (**self).write_all(data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (**self).seek(to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        (**self).set_len(len)
    }
    fn abilities(&self) -> SinkAbilities {
        (**self).abilities()
    }
}

impl Sink for std::fs::File {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        io::Write::write_all(self, data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        io::Seek::seek(self, to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        std::fs::File::set_len(self, len)
    }
    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }
}

impl Sink for io::Cursor<Vec<u8>> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        io::Write::write_all(self, data)
    }
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        io::Seek::seek(self, to)
    }
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.get_mut().resize(len as usize, 0);
        Ok(())
    }
    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }
}
