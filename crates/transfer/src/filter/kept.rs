//! The driver's bytes, kept until the filter has written something of its own.

use std::io::{Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;
use wia::{Error, Result};

use crate::stream::{Stream, write_all};

/// What is kept in memory before a temporary file is used.
const IN_MEMORY: usize = 64 * 1024;

/// The bytes of a stream from its first position on.
pub(super) struct Kept {
    file: SpooledTempFile,
    /// The position of the first byte as the driver knows it.
    pub(super) base: u64,
}

impl Kept {
    pub(super) fn new(base: u64) -> Kept {
        Kept {
            file: SpooledTempFile::new(IN_MEMORY),
            base,
        }
    }

    /// Keeps bytes that were written at `position`; `None` when they cannot be kept.
    pub(super) fn write_at(mut self, position: u64, data: &[u8]) -> Option<Kept> {
        let at = position.checked_sub(self.base)?;
        self.file.seek(SeekFrom::Start(at)).ok()?;
        self.file.write_all(data).ok()?;
        Some(self)
    }

    pub(super) fn set_size(mut self, size: u64) -> Option<Kept> {
        self.file.set_len(size.checked_sub(self.base)?).ok()?;
        Some(self)
    }

    /// Writes all of it to where `stream` stands.
    pub(super) fn replay(&mut self, stream: &mut dyn Stream) -> Result<()> {
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(Error::from_read)?;
        let mut chunk = vec![0; IN_MEMORY];
        loop {
            let read = self.file.read(&mut chunk).map_err(Error::from_read)?;
            let Some(data) = chunk.get(..read).filter(|data| !data.is_empty()) else {
                return Ok(());
            };
            write_all(stream, data)?;
        }
    }
}
