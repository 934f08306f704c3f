//! An image file directory (IFD): its fields, its size, and its bytes in both forms.

use std::io::Read;

use wia::Result;

use super::spill::{Spill, temporary};

pub(super) const ASCII: u16 = 2;
pub(super) const SHORT: u16 = 3;
pub(super) const LONG: u16 = 4;
pub(super) const RATIONAL: u16 = 5;
pub(super) const UNDEFINED: u16 = 7;
const LONG8: u16 = 16;

/// The tag numbers of TIFF 6.0 and its supplements that the writer uses.
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
    pub(crate) const PLANAR_CONFIGURATION: u16 = 284;
    pub(crate) const T4_OPTIONS: u16 = 292;
    pub(crate) const T6_OPTIONS: u16 = 293;
    pub(crate) const RESOLUTION_UNIT: u16 = 296;
    pub(crate) const PAGE_NUMBER: u16 = 297;
    pub(crate) const SOFTWARE: u16 = 305;
    pub(crate) const DATE_TIME: u16 = 306;
    pub(crate) const ARTIST: u16 = 315;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOR_MAP: u16 = 320;
    pub(crate) const TILE_WIDTH: u16 = 322;
    pub(crate) const TILE_LENGTH: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
    pub(crate) const JPEG_TABLES: u16 = 347;
    pub(crate) const YCBCR_SUBSAMPLING: u16 = 530;
    pub(crate) const REFERENCE_BLACK_WHITE: u16 = 532;
    pub(crate) const ICC_PROFILE: u16 = 34675;
}

/// Classic TIFF (32-bit offsets) or BigTIFF (64-bit offsets).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Classic,
    Big,
}

impl Form {
    /// Bytes of an offset in the file.
    pub(super) const fn offset_bytes(self) -> u64 {
        match self {
            Form::Classic => 4,
            Form::Big => 8,
        }
    }

    /// Bytes of the header.
    pub(super) const fn header_bytes(self) -> u64 {
        2 * self.offset_bytes()
    }

    /// The header of a document, low byte first.
    pub(super) fn header(self, first_ifd: u64) -> Vec<u8> {
        let mut header = match self {
            Form::Classic => b"II\x2A\0".to_vec(),
            Form::Big => b"II\x2B\0\x08\0\0\0".to_vec(),
        };
        header.extend(self.offset(first_ifd));
        header
    }

    /// What the start of a directory is a multiple of.
    const fn alignment(self) -> u64 {
        match self {
            Form::Classic => 2,
            Form::Big => 8,
        }
    }

    pub(super) const fn align(self, at: u64) -> u64 {
        at.next_multiple_of(self.alignment())
    }

    /// From the start of a directory of `fields` fields to its next-IFD field.
    pub(super) const fn next_field(self, fields: u64) -> u64 {
        match self {
            Form::Classic => 2 + 12 * fields,
            Form::Big => 8 + 20 * fields,
        }
    }

    /// `value` as an offset in this form, low byte first. The caller has made sure that it fits.
    pub(super) fn offset(self, value: u64) -> Vec<u8> {
        Order::Little.number(value, self.offset_bytes() as usize)
    }
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The lowest (`II`).
    Little,
    /// The highest (`MM`).
    Big,
}

impl Order {
    /// The lowest `size` bytes of `value`.
    pub(super) fn number(self, value: u64, size: usize) -> Vec<u8> {
        match self {
            Order::Little => value.to_le_bytes()[..size].to_vec(),
            Order::Big => value.to_be_bytes()[8 - size..].to_vec(),
        }
    }

    /// Values of `kind` that are low byte first, in this order.
    fn values(self, kind: u16, bytes: &[u8]) -> Vec<u8> {
        let size = match kind {
            SHORT => 2,
            LONG | RATIONAL => 4,
            LONG8 => 8,
            _ => 1,
        };
        match self {
            Order::Little => bytes.to_vec(),
            Order::Big => bytes
                .chunks(size)
                .flat_map(|value| value.iter().rev().copied())
                .collect(),
        }
    }
}

#[derive(Debug)]
enum Value {
    Bytes(Vec<u8>),
    StripOffsets,
    StripByteCounts,
}

#[derive(Debug)]
struct Field {
    tag: u16,
    kind: u16,
    count: u64,
    value: Value,
}

/// A field's value as its entry shows it: in place, or where it is.
enum Entry {
    Inline(Vec<u8>),
    At(u64),
}

/// The strips of one page, in order.
#[derive(Debug, Default)]
pub(super) struct StripTable {
    all: Spill,
    first: Vec<(u64, u64)>,
    count: u64,
}

impl StripTable {
    pub(super) fn push(&mut self, offset: u64, bytes: u64) -> Result<()> {
        let mut record = [0; 16];
        record[..8].copy_from_slice(&offset.to_le_bytes());
        record[8..].copy_from_slice(&bytes.to_le_bytes());
        self.all.append(&record)?;
        // Up to two values stand in the entry itself.
        if self.first.len() < 2 {
            self.first.push((offset, bytes));
        }
        self.count += 1;
        Ok(())
    }

    pub(super) fn len(&self) -> u64 {
        self.count
    }

    /// The strips, each moved by `by` bytes.
    pub(super) fn moved(mut self, by: u64) -> Result<StripTable> {
        let mut moved = StripTable::default();
        self.for_each(|at, bytes| moved.push(at.wrapping_add(by), bytes))?;
        Ok(moved)
    }

    /// Calls `each` with offset and byte count of every strip.
    fn for_each(&mut self, mut each: impl FnMut(u64, u64) -> Result<()>) -> Result<()> {
        let count = self.count;
        let mut reader = self.all.reader()?;
        for _ in 0..count {
            let mut offset = [0; 8];
            let mut bytes = [0; 8];
            reader.read_exact(&mut offset).map_err(temporary)?;
            reader.read_exact(&mut bytes).map_err(temporary)?;
            each(u64::from_le_bytes(offset), u64::from_le_bytes(bytes))?;
        }
        Ok(())
    }
}

/// The fields of one directory.
#[derive(Debug, Default)]
pub(super) struct Directory {
    fields: Vec<Field>,
}

impl Directory {
    fn put(&mut self, tag: u16, kind: u16, count: u64, value: Value) {
        let field = Field {
            tag,
            kind,
            count,
            value,
        };
        // Ascending by tag; a field that is there already is replaced.
        match self.fields.binary_search_by_key(&tag, |f| f.tag) {
            Ok(at) => self.fields[at] = field,
            Err(at) => self.fields.insert(at, field),
        }
    }

    pub(super) fn shorts(&mut self, tag: u16, values: &[u16]) {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.put(tag, SHORT, values.len() as u64, Value::Bytes(bytes));
    }

    pub(super) fn long(&mut self, tag: u16, value: u32) {
        self.put(tag, LONG, 1, Value::Bytes(value.to_le_bytes().to_vec()));
    }

    /// Fractions, each over 1.
    pub(super) fn rationals(&mut self, tag: u16, values: &[u32]) {
        let bytes = values
            .iter()
            .flat_map(|v| [*v, 1])
            .flat_map(u32::to_le_bytes)
            .collect();
        self.put(tag, RATIONAL, values.len() as u64, Value::Bytes(bytes));
    }

    /// A text; nothing at all when it is empty.
    pub(super) fn text(&mut self, tag: u16, text: &str) {
        let mut bytes: Vec<u8> = text.bytes().filter(|b| *b != 0).collect();
        if !bytes.is_empty() {
            bytes.push(0);
            self.put(tag, ASCII, bytes.len() as u64, Value::Bytes(bytes));
        }
    }

    pub(super) fn undefined(&mut self, tag: u16, bytes: &[u8]) {
        let value = Value::Bytes(bytes.to_vec());
        self.put(tag, UNDEFINED, bytes.len() as u64, value);
    }

    /// StripOffsets and StripByteCounts, filled in when the directory is written.
    pub(super) fn strips(&mut self) {
        self.put(tag::STRIP_OFFSETS, LONG, 0, Value::StripOffsets);
        self.put(tag::STRIP_BYTE_COUNTS, LONG, 0, Value::StripByteCounts);
    }

    /// The number of fields.
    pub(super) fn len(&self) -> u64 {
        self.fields.len() as u64
    }

    /// Bytes from the start of the directory to the end of its values, with `strips` strips.
    pub(super) fn size(&self, form: Form, strips: u64) -> u64 {
        self.place(form, 0, strips).1
    }

    /// Where each field's value is when the directory starts at `at` (`None`: in its entry), and
    /// the first byte after the last value.
    fn place(&self, form: Form, at: u64, strips: u64) -> (Vec<Option<u64>>, u64) {
        let mut next = at + form.next_field(self.len()) + form.offset_bytes();
        let mut places = vec![None; self.fields.len()];
        // The strip arrays come last: they are streamed.
        for pass in 0..2 {
            for (field, place) in self.fields.iter().zip(&mut places) {
                let (array, bytes) = match &field.value {
                    Value::Bytes(bytes) => (0, bytes.len() as u64),
                    _ => (1, strips * form.offset_bytes()),
                };
                if array == pass && bytes > form.offset_bytes() {
                    *place = Some(next);
                    next = form.align(next + bytes);
                }
            }
        }
        (places, next)
    }

    /// Writes the directory, which starts at the offset `at` (aligned) and is followed by the one at
    /// `following`, and its values.
    ///
    /// Returns the same directory in BigTIFF's form, its values being those just written, without
    /// its next-IFD field: what is needed to turn a classic document into BigTIFF later.
    pub(super) fn write(
        &self,
        form: Form,
        order: Order,
        at: u64,
        following: u64,
        strips: &mut StripTable,
        out: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let (places, end) = self.place(form, at, strips.len());
        let offset = |value| order.number(value, form.offset_bytes() as usize);
        out(&self.entries(form, form, order, &places, strips))?;
        out(&offset(following))?;
        let mut done = at + form.next_field(self.len()) + form.offset_bytes();
        let mut pad = |to: u64, out: &mut dyn FnMut(&[u8]) -> Result<()>, bytes: u64| {
            out(&[0; 8][..(to - done) as usize])?;
            done = to + bytes;
            Ok(())
        };
        for (field, place) in self.fields.iter().zip(&places) {
            if let (Value::Bytes(bytes), Some(place)) = (&field.value, place) {
                pad(*place, out, bytes.len() as u64)?;
                out(&order.values(field.kind, bytes))?;
            }
        }
        let array = strips.len() * form.offset_bytes();
        for (field, place) in self.fields.iter().zip(&places) {
            let Some(place) = place else { continue };
            let offsets = match field.value {
                Value::Bytes(_) => continue,
                Value::StripOffsets => true,
                Value::StripByteCounts => false,
            };
            pad(*place, out, array)?;
            strips.for_each(|at, bytes| out(&offset(if offsets { at } else { bytes })))?;
        }
        pad(end, out, 0)?;
        Ok(self.entries(Form::Big, form, order, &places, strips))
    }

    /// The directory in `form` up to its next-IFD field, its values having been written in the form
    /// `values`.
    fn entries(
        &self,
        form: Form,
        values: Form,
        order: Order,
        places: &[Option<u64>],
        strips: &StripTable,
    ) -> Vec<u8> {
        let offset = |value| order.number(value, form.offset_bytes() as usize);
        let mut bytes = Vec::with_capacity(form.next_field(self.len()) as usize);
        match form {
            Form::Classic => bytes.extend(order.number(self.len(), 2)),
            Form::Big => bytes.extend(order.number(self.len(), 8)),
        }
        for (field, place) in self.fields.iter().zip(places) {
            let (kind, count) = match field.value {
                Value::Bytes(_) => (field.kind, field.count),
                _ if values == Form::Big => (LONG8, strips.len()),
                _ => (LONG, strips.len()),
            };
            bytes.extend(order.number(field.tag.into(), 2));
            bytes.extend(order.number(kind.into(), 2));
            bytes.extend(offset(count));
            let mut value = match field.entry(form, values, *place, strips) {
                Entry::Inline(value) => order.values(kind, &value),
                Entry::At(at) => offset(at),
            };
            value.resize(form.offset_bytes() as usize, 0);
            bytes.extend_from_slice(&value);
        }
        bytes
    }
}

impl Field {
    fn entry(&self, form: Form, values: Form, place: Option<u64>, strips: &StripTable) -> Entry {
        let array = |pick: fn(&(u64, u64)) -> u64| -> Vec<u8> {
            let first = strips.first.iter().map(pick);
            first.flat_map(|v| values.offset(v)).collect()
        };
        let (bytes, len) = match &self.value {
            Value::Bytes(bytes) => (bytes.clone(), bytes.len() as u64),
            Value::StripOffsets => (array(|s| s.0), strips.len() * values.offset_bytes()),
            Value::StripByteCounts => (array(|s| s.1), strips.len() * values.offset_bytes()),
        };
        match place {
            Some(offset) if len > form.offset_bytes() => Entry::At(offset),
            _ => Entry::Inline(bytes),
        }
    }
}

#[cfg(test)]
mod tests;
