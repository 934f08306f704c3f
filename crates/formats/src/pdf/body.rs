//! The bytes of a document on their way to the sink.

use crc32fast::Hasher;
use wia::{Error, ErrorKind, Result};

use crate::Sink;
use crate::output::Output;

/// What is gathered before it is written.
const PIECE: usize = 64 * 1024;

/// The end of a document: what is written, and what is about to be.
#[derive(Debug)]
pub(super) struct Body<S> {
    out: Output<S>,
    pending: Vec<u8>,
    /// Of what was written since it was last asked for.
    crc: Hasher,
    /// Room behind the end was set aside.
    set_aside: bool,
    /// A write failed, so nobody knows where the sink stands.
    failed: bool,
}

impl<S: Sink> Body<S> {
    pub(super) fn new(out: Output<S>) -> Body<S> {
        Body {
            out,
            pending: Vec::new(),
            crc: Hasher::new(),
            set_aside: false,
            failed: false,
        }
    }

    /// Whether what comes next can be at the offset that it is said to be.
    pub(super) fn usable(&self) -> Result<()> {
        if self.failed {
            let message = "the output has failed, and nothing can be taken back from it";
            return Err(Error::new(ErrorKind::WriteFault, message));
        }
        Ok(())
    }

    /// Starts the document where the sink's end is now.
    pub(super) fn begin(&mut self) -> Result<()> {
        self.pending.clear();
        self.crc.reset();
        self.out.begin()
    }

    /// The offset of the next byte.
    pub(super) fn at(&self) -> u64 {
        self.out.len() + self.pending.len() as u64
    }

    pub(super) fn can_cut(&self) -> bool {
        self.out.can_seek()
    }

    /// Appends.
    pub(super) fn push(&mut self, data: impl AsRef<[u8]>) -> Result<()> {
        self.pending.extend_from_slice(data.as_ref());
        self.settle()
    }

    /// Where encoders append; [`Body::settle`] comes after.
    pub(super) fn pending(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    /// Writes what is gathered when it is enough.
    pub(super) fn settle(&mut self) -> Result<()> {
        if self.pending.len() < PIECE {
            return Ok(());
        }
        self.flush()
    }

    /// Writes what is gathered.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.failed = true;
        self.out.resume()?;
        self.out.write(&self.pending)?;
        self.failed = false;
        self.crc.update(&self.pending);
        self.pending.clear();
        Ok(())
    }

    /// Writes what is gathered; returns the checksum of all bytes since this was last called.
    pub(super) fn checksum(&mut self) -> Result<u32> {
        self.flush()?;
        Ok(std::mem::take(&mut self.crc).finalize())
    }

    /// Takes back everything from `at` on. Bytes that are in a pipe stay there and belong to nothing.
    pub(super) fn cut(&mut self, at: u64) -> Result<()> {
        self.crc.reset();
        self.pending.clear();
        self.set_aside = false;
        if self.can_cut() {
            self.out.cut(at)?;
            self.failed = false;
        }
        Ok(())
    }

    /// Sets room aside behind the end.
    pub(super) fn reserve(&mut self, bytes: u64) -> Result<()> {
        self.flush()?;
        self.set_aside = true;
        self.out.reserve(bytes)
    }

    /// Gives back the room that was not used.
    pub(super) fn release(&mut self) -> Result<()> {
        if std::mem::take(&mut self.set_aside) && self.can_cut() {
            self.out.cut(self.out.len())?;
        }
        Ok(())
    }
}
