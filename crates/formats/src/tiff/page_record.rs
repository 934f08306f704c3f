//! What stands around each directory of a document under construction, so that its pages can be checked
//! after a crash. Nothing links to it.
//!
//! The mark before a directory says that a record has to be behind it. Both begin in the same sector, so
//! that a power loss that leaves the one leaves the other.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use wia::{Error, Result};

/// Bytes of a record.
pub(super) const SIZE: usize = 40;

/// What stands before a directory that has a record.
pub(super) const MARK: &[u8; 8] = b"QuireDir";

const MAGIC: &[u8; 8] = b"QuirePg1";
/// What a disk writes wholly or not at all.
const SECTOR: u64 = 512;
/// What is read at once.
const PIECE: usize = 256 * 1024;

/// The most bytes that a mark takes with the room before it.
pub(super) const MARK_ROOM: u64 = 16;

/// The first place from `at` on where a directory with a mark can be. `at` is aligned as directories are.
pub(super) fn marked_place(at: u64) -> u64 {
    let mark = MARK.len() as u64;
    let place = at + mark;
    if place % SECTOR < mark {
        return place + mark;
    }
    place
}

/// Whether a mark stands before the directory at `at`.
///
/// # Errors
///
/// `ReadFault`.
pub(super) fn is_marked(file: &File, at: u64) -> Result<bool> {
    let mut mark = [0; MARK.len()];
    let Some(before) = at.checked_sub(MARK.len() as u64) else {
        return Ok(false);
    };
    file.read_exact_at(&mut mark, before)
        .map_err(Error::from_read)?;
    Ok(mark == *MARK)
}

/// A page as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageRecord {
    /// Its number, from 1.
    pub(super) page: u32,
    /// Where its directory is.
    pub(super) directory: u64,
    /// Where the bytes begin that the sum is of; they end with the record.
    pub(super) start: u64,
    /// CRC-32 of them, the link of the directory being 0.
    pub(super) sum: u32,
}

impl PageRecord {
    pub(super) fn bytes(&self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.directory.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.start.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.page.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.sum.to_le_bytes());
        let own = crc32fast::hash(&bytes[..32]);
        bytes[32..36].copy_from_slice(&own.to_le_bytes());
        bytes
    }

    /// The record at `at` of `file`, if there is one.
    ///
    /// # Errors
    ///
    /// `ReadFault`.
    pub(super) fn read(file: &File, at: u64) -> Result<Option<PageRecord>> {
        let mut bytes = [0; SIZE];
        match file.read_exact_at(&mut bytes, at) {
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read.map_err(Error::from_read)?,
        }
        let long = |at: usize| {
            let (eight, _) = bytes[at..].as_chunks::<8>();
            u64::from_le_bytes(eight[0])
        };
        let record = PageRecord {
            page: long(24) as u32,
            directory: long(8),
            start: long(16),
            sum: (long(24) >> 32) as u32,
        };
        Ok((record.bytes() == bytes).then_some(record))
    }

    /// Whether `file` holds the bytes of the page whose record is at `at`, those of `link` taken as 0:
    /// so they were when the page was complete.
    ///
    /// # Errors
    ///
    /// `ReadFault`.
    pub(super) fn holds(&self, file: &File, at: u64, link: Range<u64>) -> Result<bool> {
        let mut sum = crc32fast::Hasher::new();
        let mut from = self.start;
        let mut buffer = vec![0; PIECE];
        while from < at {
            let piece = usize::try_from(at - from).map_or(PIECE, |left| left.min(PIECE));
            let piece = &mut buffer[..piece];
            file.read_exact_at(piece, from).map_err(Error::from_read)?;
            let end = from + piece.len() as u64;
            let zero = link.start.clamp(from, end)..link.end.clamp(from, end);
            piece[(zero.start - from) as usize..(zero.end - from) as usize].fill(0);
            sum.update(piece);
            from = end;
        }
        Ok(self.start <= self.directory && self.directory < at && sum.finalize() == self.sum)
    }
}
