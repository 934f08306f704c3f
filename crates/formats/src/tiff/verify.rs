//! Checking a finished document: does every link lead to a page, and is every strip there.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::directory::tag;

/// What [`verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Linked directories.
    pub pages: u32,
    /// Whether it is BigTIFF.
    pub big: bool,
    /// The first byte behind everything that the directories name.
    pub end: u64,
}

/// Walks the directories of a little-endian classic TIFF or BigTIFF that starts at byte 0 of `file`,
/// and checks that each has its strips inside the file. Pixels are not decoded. The file's position
/// is not touched. An empty file has no pages.
///
/// # Errors
///
/// `InputDamaged` saying where, for anything that does not fit together; `ReadFault` when it cannot
/// be read.
pub fn verify(file: &File) -> Result<Verified> {
    let len = file.metadata().map_err(Error::from_read)?.len();
    let reader = Reader { file, len };
    let mut found = Verified {
        pages: 0,
        big: false,
        end: 0,
    };
    if len == 0 {
        return Ok(found);
    }
    let head = reader.bytes::<4>(0)?;
    let mut next = match head {
        [b'I', b'I', 42, 0] => {
            found.end = 8;
            reader.number(4, 4)?
        }
        [b'I', b'I', 43, 0] => {
            found.big = true;
            found.end = 16;
            reader.number(8, 8)?
        }
        _ => return Err(damaged("it does not begin like a TIFF")),
    };
    // Every directory needs bytes of its own, so a chain longer than this goes in circles.
    let most = len / 6;
    while next != 0 {
        if u64::from(found.pages) >= most {
            return Err(damaged("its directories go in circles"));
        }
        let (after, end) = reader.directory(next, found.big)?;
        found.end = found.end.max(end);
        found.pages += 1;
        next = after;
    }
    Ok(found)
}

fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InputDamaged,
        format!("the TIFF is damaged: {what}"),
    )
}

struct Reader<'a> {
    file: &'a File,
    len: u64,
}

/// An entry of a directory: the type, how many values, and where they are.
struct Field {
    size: u64,
    count: u64,
    at: u64,
}

impl Reader<'_> {
    fn bytes<const N: usize>(&self, at: u64) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.inside(at, N as u64)?;
        self.file
            .read_exact_at(&mut bytes, at)
            .map_err(Error::from_read)?;
        Ok(bytes)
    }

    /// A little-endian number of 2, 4 or 8 bytes.
    fn number(&self, at: u64, size: u64) -> Result<u64> {
        Ok(match size {
            2 => u64::from(u16::from_le_bytes(self.bytes(at)?)),
            4 => u64::from(u32::from_le_bytes(self.bytes(at)?)),
            _ => u64::from_le_bytes(self.bytes(at)?),
        })
    }

    fn inside(&self, at: u64, bytes: u64) -> Result<u64> {
        match at.checked_add(bytes) {
            Some(end) if end <= self.len => Ok(end),
            _ => Err(damaged(format!(
                "{bytes} bytes at {at} are beyond its end at {}",
                self.len
            ))),
        }
    }

    /// Checks the directory at `at`; gives the next one's place and the end of all it names.
    fn directory(&self, at: u64, big: bool) -> Result<(u64, u64)> {
        let (count_size, entry_size, link_size) = if big { (8, 20, 8) } else { (2, 12, 4) };
        let entries = self.number(at, count_size)?;
        let link = entries
            .checked_mul(entry_size)
            .and_then(|n| n.checked_add(at + count_size))
            .ok_or_else(|| damaged(format!("the directory at {at} is too large")))?;
        let mut end = self.inside(link, link_size)?;
        let (mut offsets, mut counts, mut height, mut per_strip) = (None, None, None, None);
        for entry in 0..entries {
            let place = at + count_size + entry * entry_size;
            let field = self.field(place, big)?;
            end = end.max(field.at + field.size * field.count);
            match self.number(place, 2)? as u16 {
                tag::STRIP_OFFSETS => offsets = Some(field),
                tag::STRIP_BYTE_COUNTS => counts = Some(field),
                tag::IMAGE_LENGTH => height = Some(self.number(field.at, field.size)?),
                tag::ROWS_PER_STRIP => per_strip = Some(self.number(field.at, field.size)?),
                _ => {}
            }
        }
        let (Some(offsets), Some(counts), Some(height)) = (offsets, counts, height) else {
            return Err(damaged(format!("the directory at {at} lacks its strips")));
        };
        let rows = per_strip.unwrap_or(height).clamp(1, height.max(1));
        if height == 0 || offsets.count != counts.count || offsets.count != height.div_ceil(rows) {
            return Err(damaged(format!(
                "the directory at {at} has {} strips for {height} rows",
                offsets.count
            )));
        }
        for strip in 0..offsets.count {
            let from = self.number(offsets.at + strip * offsets.size, offsets.size)?;
            let bytes = self.number(counts.at + strip * counts.size, counts.size)?;
            end = end.max(self.inside(from, bytes)?);
        }
        Ok((self.number(link, link_size)?, end))
    }

    fn field(&self, entry: u64, big: bool) -> Result<Field> {
        let size = match self.number(entry + 2, 2)? {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            kind => return Err(damaged(format!("a field at {entry} has the type {kind}"))),
        };
        let (word, value) = if big { (8, entry + 12) } else { (4, entry + 8) };
        let count = self.number(entry + 4, word)?;
        let bytes = count
            .checked_mul(size)
            .ok_or_else(|| damaged(format!("a field at {entry} is too large")))?;
        let at = if bytes <= word {
            value
        } else {
            self.number(value, word)?
        };
        self.inside(at, bytes)?;
        Ok(Field { size, count, at })
    }
}
