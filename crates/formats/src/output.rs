//! A document's stretch of a sink: offsets count from where the document starts.
//!
//! Of a sink that can seek, a document takes the end, and it looks for its own end again at each
//! call: who owns the sink may have moved the position meanwhile. Of one that cannot, it takes what
//! comes.

use std::io::{self, SeekFrom};

use wia::{Error, Result};

use crate::{Chunk, Sink};

/// A sink and the part of it that one document fills.
///
/// The sink may hold other bytes before the document; those are never touched.
#[derive(Debug)]
pub struct Output<S> {
    sink: S,
    start: u64,
    len: u64,
    /// A write failed, of which nobody knows how much has gone out, and it cannot be taken back.
    lost: bool,
}

impl<S: Sink> Output<S> {
    pub(crate) fn new(sink: S) -> Output<S> {
        Output {
            sink,
            start: 0,
            len: 0,
            lost: false,
        }
    }

    /// A document that fills the first `len` bytes of `sink`.
    pub(crate) fn at(sink: S, len: u64) -> Output<S> {
        Output {
            sink,
            start: 0,
            len,
            lost: false,
        }
    }

    /// Takes the sink's end as the start of the document.
    pub(crate) fn begin(&mut self) -> Result<()> {
        self.usable()?;
        let end = if self.can_seek() {
            SeekFrom::End(0)
        } else {
            SeekFrom::Current(0)
        };
        self.start = self.sink.seek(end).map_err(Error::from_write)?;
        self.len = 0;
        Ok(())
    }

    /// Goes to the document's end where the position may have been moved.
    pub(crate) fn resume(&mut self) -> Result<()> {
        if self.can_seek() {
            return self.seek_to(self.len);
        }
        Ok(())
    }

    /// Whether earlier bytes can be overwritten.
    pub(crate) fn can_seek(&self) -> bool {
        self.sink.abilities().seek
    }

    /// Bytes of the document so far.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends `data`.
    pub(crate) fn write(&mut self, data: &[u8]) -> Result<()> {
        let written = self.sink.write_all(data);
        self.wrote(data.len() as u64, written)
    }

    fn wrote(&mut self, bytes: u64, written: io::Result<()>) -> Result<()> {
        match written {
            Ok(()) => self.len += bytes,
            Err(_) => self.lost |= !self.can_seek(),
        }
        written.map_err(Error::from_write)
    }

    /// Whether what comes next can stand where it is said to be.
    fn usable(&self) -> Result<()> {
        if self.lost {
            let message = "the output has failed, and nothing can be taken back from it";
            return Err(Error::new(wia::ErrorKind::WriteFault, message));
        }
        Ok(())
    }

    /// Appends a chunk of a stored page.
    pub(crate) fn write_chunk(&mut self, chunk: Chunk<'_>) -> Result<()> {
        match chunk {
            Chunk::Bytes(data) => self.write(data),
            Chunk::InFile { file, at, bytes } => {
                let copied = self.sink.copy_from(file, at, bytes);
                self.wrote(bytes, copied)
            }
        }
    }

    /// Writes `data` at `offset` of the document and stays behind it. What lies between the
    /// document's end and `offset` is left for later calls.
    pub(crate) fn write_at(&mut self, offset: u64, data: &[u8]) -> Result<()> {
        self.seek_to(offset)?;
        self.sink.write_all(data).map_err(Error::from_write)?;
        self.len = self.len.max(offset + data.len() as u64);
        Ok(())
    }

    /// Overwrites bytes that the document has already and returns to its end.
    pub(crate) fn patch(&mut self, offset: u64, data: &[u8]) -> Result<()> {
        self.write_at(offset, data)?;
        self.resume()
    }

    /// Takes back the whole document.
    pub(crate) fn take_back(&mut self) -> Result<()> {
        self.usable()?;
        if self.len > 0 || self.can_seek() {
            self.seek_to(0)?;
            self.sink.set_len(self.start).map_err(Error::from_write)?;
        }
        self.len = 0;
        Ok(())
    }

    /// Takes back what is beyond `len` bytes of the document, and room that was set aside there.
    pub(crate) fn cut(&mut self, len: u64) -> Result<()> {
        self.seek_to(len)?;
        let end = self.start + len;
        self.sink.set_len(end).map_err(Error::from_write)?;
        self.len = len;
        Ok(())
    }

    /// Sets room aside behind the end.
    pub(crate) fn reserve(&mut self, bytes: u64) -> Result<()> {
        self.sink.reserve(bytes).map_err(Error::from_write)
    }

    fn seek_to(&mut self, offset: u64) -> Result<()> {
        let to = self.start + offset;
        let at = self
            .sink
            .seek(SeekFrom::Start(to))
            .map_err(Error::from_write)?;
        if at == to {
            return Ok(());
        }
        Err(Error::new(
            wia::ErrorKind::WriteFault,
            format!("the output went to byte {at} when asked for byte {to}"),
        ))
    }
}
