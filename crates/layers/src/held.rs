//! A side that waits for the one before it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use transfer::{Stream, write_all};
use wia::{Error, Result};

/// What is copied at once.
const PIECE: usize = 256 * 1024;

/// A page in an unnamed temporary file.
pub(crate) struct Held {
    file: File,
}

impl Held {
    /// A place for a page, and the stream into it.
    ///
    /// # Errors
    ///
    /// When there is no room for temporary files.
    pub(crate) fn new() -> Result<(Held, HeldStream)> {
        let file = tempfile::tempfile().map_err(Error::from_write)?;
        let other = file.try_clone().map_err(Error::from_write)?;
        Ok((Held { file: other }, HeldStream { file }))
    }

    /// Writes the page to where `stream` stands; gives its bytes.
    ///
    /// # Errors
    ///
    /// What the file or the stream says.
    pub(crate) fn copy_to(mut self, stream: &mut dyn Stream) -> Result<u64> {
        self.file.rewind().map_err(Error::from_read)?;
        let mut piece = vec![0; PIECE];
        let mut bytes = 0;
        loop {
            let read = self.file.read(&mut piece).map_err(Error::from_read)?;
            let Some(data) = piece.get(..read).filter(|data| !data.is_empty()) else {
                return Ok(bytes);
            };
            write_all(stream, data)?;
            bytes += read as u64;
        }
    }
}

/// The driver's stream of a page that waits.
pub(crate) struct HeldStream {
    file: File,
}

impl Stream for HeldStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.file.write_all(data).map_err(Error::from_write)?;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to).map_err(Error::from_write)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.file.set_len(size).map_err(Error::from_write)
    }
}
