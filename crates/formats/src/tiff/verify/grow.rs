//! Whether a finished classic document can become BigTIFF where it is.

use std::fs::File;

use wia::{Error, Result};

use super::reader::Reader;
use crate::tiff::directory::{Form, tag};
use crate::tiff::record::Record;

/// Room that [`super::super::Container::Growing`] leaves for the header of a BigTIFF.
const HEADER: u64 = Form::Big.header_bytes();
/// Fields that lead to directories of their own, which would have to change too.
const OTHER_DIRECTORIES: [u16; 3] = [330, 34665, 34853];
/// Offsets are looked at in groups of so many.
const GROUP: u64 = 4096;

/// The directories of a document that [`super::verify`] has found whole, in BigTIFF's form. `None` when
/// it is not of the kind that this crate writes: little-endian classic TIFF with room for the other header.
///
/// # Errors
///
/// `ReadFault`, and `InputDamaged` for what is not there any more.
pub(in crate::tiff) fn directories(file: &File) -> Result<Option<Record>> {
    let len = file.metadata().map_err(Error::from_read)?.len();
    let reader = Reader::open(file, len)?;
    let header = Form::Classic.header_bytes();
    if reader.is_big() || reader.is_big_endian() || len < HEADER {
        return Ok(None);
    }
    let room = reader.bytes(header, HEADER - header)?;
    let mut record = Record::default();
    let mut next = reader.number(reader.first_link(), 4)?;
    while next != 0 {
        let fields = reader.number(next, 2)?;
        let link = next + Form::Classic.next_field(fields);
        let entries = reader.bytes(next + 2, 12 * fields)?;
        let mut big = fields.to_le_bytes().to_vec();
        for entry in entries.chunks_exact(12) {
            match big_entry(&reader, entry)? {
                Some(entry) => big.extend(entry),
                None => return Ok(None),
            }
        }
        record.add(&big);
        next = reader.number(link, 4)?;
    }
    Ok(room.iter().all(|byte| *byte == 0).then_some(record))
}

/// A field in BigTIFF's form, its values where they are; `None` for one that cannot be had so.
fn big_entry(reader: &Reader<'_>, entry: &[u8]) -> Result<Option<[u8; 20]>> {
    let tag = reader.integer(&entry[..2]) as u16;
    let size = match reader.integer(&entry[2..4]) {
        1 | 2 | 7 => 1,
        3 => 2,
        4 => 4,
        5 => 8,
        _ => return Ok(None),
    };
    let count = reader.integer(&entry[4..8]);
    let (bytes, value) = (count * size, reader.integer(&entry[8..]));
    let outside = bytes > Form::Classic.offset_bytes();
    let leads_elsewhere = OTHER_DIRECTORIES.contains(&tag) || (outside && value < HEADER);
    if leads_elsewhere || !strips_are_behind(reader, tag, size, count, value, outside)? {
        return Ok(None);
    }
    let mut big = [0; 20];
    big[..4].copy_from_slice(&entry[..4]);
    big[4..12].copy_from_slice(&count.to_le_bytes());
    if outside && bytes <= Form::Big.offset_bytes() {
        // Values that BigTIFF has in the field itself.
        let values = reader.bytes(value, bytes)?;
        big[12..12 + values.len()].copy_from_slice(&values);
    } else {
        big[12..16].copy_from_slice(&entry[8..]);
    }
    Ok(Some(big))
}

/// Whether the strips or tiles that the field leads to, if it does, are behind the header's room.
fn strips_are_behind(
    reader: &Reader<'_>,
    tag: u16,
    size: u64,
    count: u64,
    value: u64,
    outside: bool,
) -> Result<bool> {
    if ![tag::STRIP_OFFSETS, tag::TILE_OFFSETS].contains(&tag) {
        return Ok(true);
    }
    if !outside {
        // One long, or up to two shorts, of which none is 0.
        let low = if size == 2 { value & 0xFFFF } else { value };
        return Ok(low >= HEADER && (size != 2 || count < 2 || value >> 16 >= HEADER));
    }
    for from in (0..count).step_by(GROUP as usize) {
        let n = GROUP.min(count - from);
        let offsets = reader.bytes(value + from * size, n * size)?;
        let mut offsets = offsets.chunks_exact(size as usize);
        if offsets.any(|offset| reader.integer(offset) < HEADER) {
            return Ok(false);
        }
    }
    Ok(true)
}
