//! The stream that a page really goes into.

use std::io::{self, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::{Sink, SinkAbilities};
use transfer::{Stream, write_all};
use wia::{Error, ErrorKind, Result};

/// The application's stream, or one that holds a page for it. Clones are the same stream.
#[derive(Clone)]
pub(crate) struct Below(Arc<Mutex<Option<Box<dyn Stream>>>>);

impl Below {
    pub(crate) fn new(stream: Box<dyn Stream>) -> Below {
        Below(Arc::new(Mutex::new(Some(stream))))
    }

    /// Releases the stream.
    pub(crate) fn release(&self) {
        let stream = self.lock().take();
        drop(stream);
    }

    pub(crate) fn call<T>(&self, call: impl FnOnce(&mut dyn Stream) -> Result<T>) -> Result<T> {
        match self.lock().as_mut() {
            Some(stream) => call(stream.as_mut()),
            None => Err(Error::new(ErrorKind::Reverted, "the stream has ended")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<dyn Stream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Below {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        Ok(self.call(|stream| write_all(stream, data))?)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Ok(self.call(|stream| stream.seek(to))?)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        Ok(self.call(|stream| stream.set_size(len))?)
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }

    fn barrier(&mut self) -> io::Result<()> {
        Ok(self.call(|stream| stream.barrier())?)
    }
}
