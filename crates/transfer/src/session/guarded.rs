//! The application's stream as the driver holds it.

use std::io::SeekFrom;
use std::sync::Weak;

use wia::{Error, ErrorKind, Result};

use super::{OpenStream, Session};
use crate::stream::Stream;

/// A stream that was handed to the driver. Dead after the next `GetNextStream`, after the driver's
/// return, and when the driver is abandoned.
pub(super) struct SessionStream {
    pub(super) session: Weak<Session>,
    pub(super) number: u64,
}

impl SessionStream {
    fn with<T>(&self, call: impl FnOnce(&mut OpenStream) -> Result<T>) -> Result<T> {
        let reverted = || Error::new(ErrorKind::Reverted, "the stream has ended");
        let session = self.session.upgrade().ok_or_else(reverted)?;
        let (mut state, _) = session.driver_call()?;
        match &mut state.stream {
            Some(open) if open.number == self.number => session.in_application(|| call(open)),
            _ => Err(reverted()),
        }
    }
}

impl OpenStream {
    /// The first failure is the one to tell; what comes after it mostly comes of it.
    fn note(&mut self, failure: &Error) {
        self.failure.get_or_insert_with(|| failure.clone());
    }
}

impl Stream for SessionStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.with(|open| {
            let result = open.stream.write(data);
            match &result {
                Ok(taken) if *taken < data.len() => {
                    open.note(&Error::new(ErrorKind::MediumFull, "the stream is full"));
                }
                Ok(_) => {}
                Err(e) => open.note(e),
            }
            result
        })
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.with(|open| {
            let result = open.stream.seek(to);
            result.inspect_err(|e| open.note(e))
        })
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.with(|open| {
            open.stream.set_size(size)?;
            // The documented way to take a failed page back: then nothing false is left behind.
            open.failure = None;
            Ok(())
        })
    }

    fn settle(&mut self) -> Result<()> {
        self.with(|open| open.stream.settle().inspect_err(|e| open.note(e)))
    }

    fn barrier(&mut self) -> Result<()> {
        self.with(|open| open.stream.barrier().inspect_err(|e| open.note(e)))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.with(|open| open.stream.read(buffer))
    }

    fn size(&mut self) -> Result<u64> {
        self.with(|open| open.stream.size())
    }
}
