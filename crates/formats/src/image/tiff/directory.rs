//! Image file directories: fields and their values (TIFF 6.0, and BigTIFF).

use std::io::{Read, Seek, SeekFrom};

use wia::Result;

use super::super::{damaged, read_error, unsupported};
use crate::Limits;

/// More entries than any directory has; a corrupt count is found by it.
const MOST_ENTRIES: u64 = 4096;
/// More bytes than all tables of a JPEG stream have.
const MOST_JPEG_TABLES: u64 = 64 * 1024;
/// Numbers of the fields that are read.
pub(super) mod tag {
    pub(crate) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(crate) const IMAGE_WIDTH: u16 = 256;
    pub(crate) const IMAGE_LENGTH: u16 = 257;
    pub(crate) const BITS_PER_SAMPLE: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const DOCUMENT_NAME: u16 = 269;
    pub(crate) const MAKE: u16 = 271;
    pub(crate) const MODEL: u16 = 272;
    pub(crate) const STRIP_OFFSETS: u16 = 273;
    pub(crate) const ORIENTATION: u16 = 274;
    pub(crate) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(crate) const ROWS_PER_STRIP: u16 = 278;
    pub(crate) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(crate) const X_RESOLUTION: u16 = 282;
    pub(crate) const Y_RESOLUTION: u16 = 283;
    pub(crate) const PLANAR: u16 = 284;
    pub(crate) const T4_OPTIONS: u16 = 292;
    pub(crate) const RESOLUTION_UNIT: u16 = 296;
    pub(crate) const SOFTWARE: u16 = 305;
    pub(crate) const DATE_TIME: u16 = 306;
    pub(crate) const ARTIST: u16 = 315;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOR_MAP: u16 = 320;
    pub(crate) const TILE_WIDTH: u16 = 322;
    pub(crate) const TILE_LENGTH: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
    pub(crate) const JPEG_TABLES: u16 = 347;
    pub(crate) const ICC_PROFILE: u16 = 34675;
}

/// How numbers are stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) big_endian: bool,
    /// BigTIFF: offsets of 8 bytes.
    big: bool,
}

impl Style {
    fn number(self, bytes: &[u8]) -> u64 {
        let fold = |n: u64, b: &u8| n << 8 | u64::from(*b);
        if self.big_endian {
            bytes.iter().fold(0, fold)
        } else {
            bytes.iter().rev().fold(0, fold)
        }
    }

    fn offset_bytes(self) -> usize {
        if self.big { 8 } else { 4 }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// The value itself, or where it is.
    value: [u8; 8],
}

/// A directory: its fields, with values still in the file.
#[derive(Debug)]
pub(super) struct Directory {
    style: Style,
    /// Where it begins.
    place: u64,
    entries: Vec<Entry>,
    limits: Limits,
}

/// Reads the file header; returns how numbers are stored and where the first directory is.
pub(super) fn header(source: &mut (impl Read + Seek)) -> Result<(Style, u64)> {
    source.seek(SeekFrom::Start(0)).map_err(read_error)?;
    let mut bytes = [0; 16];
    source.read_exact(&mut bytes[..8]).map_err(read_error)?;
    let mut style = Style {
        big_endian: bytes[0] == b'M',
        big: false,
    };
    if style.number(&bytes[2..4]) != 43 {
        return Ok((style, style.number(&bytes[4..8])));
    }
    source.read_exact(&mut bytes[8..]).map_err(read_error)?;
    if style.number(&bytes[4..6]) != 8 || style.number(&bytes[6..8]) != 0 {
        return Err(unsupported("BigTIFF with other than 8-byte offsets"));
    }
    style.big = true;
    Ok((style, style.number(&bytes[8..])))
}

/// Calls `each` with every directory of the chain that begins at `first`.
pub(super) fn chain<R: Read + Seek>(
    source: &mut R,
    style: Style,
    first: u64,
    limits: &Limits,
    mut each: impl FnMut(&mut R, u64, &Directory) -> Result<()>,
) -> Result<()> {
    let mut room = source.seek(SeekFrom::End(0)).map_err(read_error)?;
    let (mut next, mut count) = (first, 0_u32);
    // Where page 1, 2, 4, 8, ... began: a circle comes back to one of them.
    let mut landmark = 0;
    while next != 0 {
        if next == landmark {
            return Err(damaged("the pages are linked in a circle"));
        }
        if count.is_power_of_two() {
            landmark = next;
        }
        if count == limits.pages {
            return Err(unsupported(format!("more than {count} pages")));
        }
        let (directory, after) = Directory::read(source, style, next, limits)?;
        // Directories that lie over each other would take time without end, and so would their tables.
        let bytes = (directory.entries.len() * (4 + 2 * style.offset_bytes())) as u64;
        let tables = directory.count(tag::JPEG_TABLES);
        if tables > MOST_JPEG_TABLES {
            return Err(damaged(format!("JPEG tables of {tables} bytes")));
        }
        let bytes = bytes + tables;
        let Some(left) = room.checked_sub(bytes) else {
            return Err(damaged("the directories lie over each other"));
        };
        room = left;
        each(source, next, &directory)?;
        next = after;
        count += 1;
    }
    if count == 0 {
        return Err(damaged("the file has no page"));
    }
    Ok(())
}

impl Directory {
    /// Reads the directory at `offset`, and the offset of the next one.
    pub(super) fn read(
        source: &mut (impl Read + Seek),
        style: Style,
        offset: u64,
        limits: &Limits,
    ) -> Result<(Directory, u64)> {
        source.seek(SeekFrom::Start(offset)).map_err(read_error)?;
        let mut bytes = [0; 20];
        let wide = style.offset_bytes();
        let count_bytes = if style.big { 8 } else { 2 };
        let mut take = |n: usize| -> Result<[u8; 20]> {
            source.read_exact(&mut bytes[..n]).map_err(read_error)?;
            Ok(bytes)
        };
        let count = style.number(&take(count_bytes)?[..count_bytes]);
        if count == 0 || count > MOST_ENTRIES {
            return Err(damaged(format!("a directory of {count} fields")));
        }
        let mut entries = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let bytes = take(4 + 2 * wide)?;
            let mut value = [0; 8];
            value[..wide].copy_from_slice(&bytes[4 + wide..4 + 2 * wide]);
            entries.push(Entry {
                tag: style.number(&bytes[..2]) as u16,
                kind: style.number(&bytes[2..4]) as u16,
                count: style.number(&bytes[4..4 + wide]),
                value,
            });
        }
        let next = style.number(&take(wide)?[..wide]);
        let directory = Directory {
            style,
            place: offset,
            entries,
            limits: *limits,
        };
        Ok((directory, next))
    }

    /// Where it begins.
    pub(super) fn place(&self) -> u64 {
        self.place
    }

    /// How many values a field has.
    fn count(&self, tag: u16) -> u64 {
        let field = self.entries.iter().find(|e| e.tag == tag);
        field.map_or(0, |entry| entry.count)
    }

    pub(super) fn style(&self) -> Style {
        self.style
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The bytes of a field's first `most` elements as they are stored, and the size of one.
    fn stored(
        &self,
        source: &mut (impl Read + Seek),
        tag: u16,
        most: u64,
    ) -> Result<Option<(Entry, Vec<u8>, usize)>> {
        let Some(entry) = self.entries.iter().find(|e| e.tag == tag).copied() else {
            return Ok(None);
        };
        let size = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            kind => return Err(damaged(format!("field {tag} has the type {kind}"))),
        };
        let len = entry.count.min(most).saturating_mul(size);
        if len > self.limits.value_bytes {
            return Err(damaged(format!("field {tag} has {len} bytes")));
        }
        let wide = self.style.offset_bytes();
        let mut bytes = Vec::new();
        if entry.count.saturating_mul(size) <= wide as u64 {
            bytes.extend_from_slice(&entry.value[..len as usize]);
        } else {
            let at = self.style.number(&entry.value[..wide]);
            source.seek(SeekFrom::Start(at)).map_err(read_error)?;
            source
                .take(len)
                .read_to_end(&mut bytes)
                .map_err(read_error)?;
            if (bytes.len() as u64) < len {
                return Err(damaged(format!("field {tag} ends early")));
            }
        }
        Ok(Some((entry, bytes, size as usize)))
    }

    /// A field's value as whole numbers, of which there may be any number; empty when the field is
    /// absent.
    pub(super) fn numbers(&self, source: &mut (impl Read + Seek), tag: u16) -> Result<Vec<u64>> {
        self.some_numbers(source, tag, u64::MAX)
    }

    /// The first `most` whole numbers of a field.
    pub(super) fn some_numbers(
        &self,
        source: &mut (impl Read + Seek),
        tag: u16,
        most: u64,
    ) -> Result<Vec<u64>> {
        let Some((entry, bytes, size)) = self.stored(source, tag, most)? else {
            return Ok(Vec::new());
        };
        if !matches!(entry.kind, 1 | 3 | 4 | 13 | 16 | 18) {
            return Err(damaged(format!("field {tag} holds no whole numbers")));
        }
        let numbers = bytes.chunks_exact(size);
        Ok(numbers.map(|n| self.style.number(n)).collect())
    }

    /// The only, or first, number of a field.
    pub(super) fn number(&self, source: &mut (impl Read + Seek), tag: u16) -> Result<Option<u64>> {
        Ok(self.some_numbers(source, tag, 1)?.first().copied())
    }

    /// As [`Directory::number`], for numbers of up to 32 bits with a default.
    pub(super) fn small(
        &self,
        source: &mut (impl Read + Seek),
        tag: u16,
        default: u32,
    ) -> Result<u32> {
        match self.number(source, tag)? {
            None => Ok(default),
            Some(n) => u32::try_from(n).map_err(|_| damaged(format!("field {tag} is {n}"))),
        }
    }

    /// A field's bytes; empty when it is absent.
    pub(super) fn bytes(&self, source: &mut (impl Read + Seek), tag: u16) -> Result<Vec<u8>> {
        Ok(self
            .stored(source, tag, u64::MAX)?
            .map_or(Vec::new(), |(_, bytes, _)| bytes))
    }

    /// A text up to its first zero byte, or nothing.
    pub(super) fn text(&self, source: &mut (impl Read + Seek), tag: u16) -> Result<String> {
        let bytes = self.bytes(source, tag)?;
        let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(text).trim().to_owned())
    }

    /// A rational number, when it is one and has a positive finite value.
    pub(super) fn rational(
        &self,
        source: &mut (impl Read + Seek),
        tag: u16,
    ) -> Result<Option<f64>> {
        let Some((Entry { kind: 5, .. }, bytes, _)) = self.stored(source, tag, 1)? else {
            return Ok(None);
        };
        let Some(bytes) = bytes.get(..8) else {
            return Ok(None);
        };
        let over = self.style.number(&bytes[..4]) as f64;
        let under = self.style.number(&bytes[4..]) as f64;
        Ok(Some(over / under).filter(|n| n.is_finite() && *n > 0.0))
    }
}
