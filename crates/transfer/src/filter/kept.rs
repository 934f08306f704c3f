//! The driver's bytes, kept until the filter has written something of its own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;

use tempfile::SpooledTempFile;
use wia::{Error, Result};

use crate::stream::{Stream, write_all};

/// What is kept in memory before a temporary file is used.
const IN_MEMORY: usize = 64 * 1024;

/// The bytes of a stream from its first position on.
pub(super) struct Kept {
    place: Place,
    /// The position of the first byte as the driver knows it.
    pub(super) base: u64,
}

enum Place {
    Own(SpooledTempFile),
    /// The filter's file, and how much of it was written.
    Lent(File, u64),
}

impl Kept {
    pub(super) fn new(base: u64) -> Kept {
        Kept {
            place: Place::Own(SpooledTempFile::new(IN_MEMORY)),
            base,
        }
    }

    /// Whether the filter could keep the bytes instead.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.place, Place::Own(_)) && self.base == 0
    }

    /// The filter keeps the bytes, `size` so far.
    pub(super) fn lent(file: File, size: u64) -> Kept {
        Kept {
            place: Place::Lent(file, size),
            base: 0,
        }
    }

    /// Keeps bytes that were written at `position`; `None` when they cannot be kept.
    pub(super) fn write_at(mut self, position: u64, data: &[u8]) -> Option<Kept> {
        let at = position.checked_sub(self.base)?;
        match &mut self.place {
            Place::Own(file) => {
                file.seek(SeekFrom::Start(at)).ok()?;
                file.write_all(data).ok()?;
            }
            Place::Lent(_, size) => *size = at.checked_add(data.len() as u64)?.max(*size),
        }
        Some(self)
    }

    pub(super) fn set_size(mut self, to: u64) -> Option<Kept> {
        let to = to.checked_sub(self.base)?;
        match &mut self.place {
            Place::Own(file) => file.set_len(to).ok()?,
            // The filter may begin another file.
            Place::Lent(..) if to == 0 => return Some(Kept::new(0)),
            Place::Lent(_, size) => *size = to,
        }
        Some(self)
    }

    /// Writes all of it to where `stream` stands.
    pub(super) fn replay(&mut self, stream: &mut dyn Stream) -> Result<()> {
        if let Place::Own(file) = &mut self.place {
            file.seek(SeekFrom::Start(0)).map_err(Error::from_read)?;
        }
        let mut chunk = vec![0; IN_MEMORY];
        let mut at = 0_u64;
        loop {
            let read = match &mut self.place {
                Place::Own(file) => file.read(&mut chunk),
                Place::Lent(file, size) => {
                    let left = usize::try_from(*size - at).unwrap_or(IN_MEMORY);
                    let some = chunk.get_mut(..left.min(IN_MEMORY));
                    file.read_at(some.unwrap_or_default(), at)
                }
            };
            let read = read.map_err(Error::from_read)?;
            let Some(data) = chunk.get(..read).filter(|data| !data.is_empty()) else {
                return Ok(());
            };
            write_all(stream, data)?;
            at += read as u64;
        }
    }
}
