//! The tables of objects of a PDF, in all their versions, and the objects.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;

use flate2::read::ZlibDecoder;
use wia::{Error, ErrorKind, Result};

use super::value::{Lexer, Value};
use crate::Limits;
use crate::budget::Budget;
use crate::image::section::Section as Stretch;
use crate::image::unfilter::Unfiltered;
use crate::limits::PDF_VERSIONS;

/// What is read of an object at first.
const SOME: usize = 4096;
/// Bytes of an entry of a table.
const ENTRY: u64 = 20;
/// What tables in streams may take: so many times the bytes of the file, and so many besides.
const HELD: (u64, u64) = (16, 4 << 20);

pub(super) fn damaged(what: &str) -> Error {
    Error::new(
        ErrorKind::InputDamaged,
        format!("the PDF is damaged: {what}"),
    )
}

pub(super) fn unsupported(what: &str) -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        format!("{what} is not supported"),
    )
}

fn too_many_versions() -> Error {
    unsupported(&format!("a PDF of more than {PDF_VERSIONS} versions"))
}

/// A part of a table of objects.
#[derive(Debug)]
enum Section {
    Table {
        first: u32,
        count: u32,
        at: u64,
    },
    Stream {
        first: u32,
        count: u32,
        widths: [usize; 3],
        entries: Vec<u8>,
    },
}

/// Where an object is.
enum Place {
    At(u64),
    InStream(u32, usize),
}

/// The objects of a file.
#[derive(Debug)]
pub(super) struct Objects<'a> {
    file: &'a File,
    len: u64,
    limits: Limits,
    /// The newest first.
    sections: Vec<Section>,
    budget: Budget,
    /// Bytes that the tables take.
    held: u64,
    /// One more than the highest number of an object.
    pub(super) size: u32,
    /// The newest trailer, and whether its table is a stream.
    pub(super) trailer: Value,
    pub(super) is_stream: bool,
}

/// An object and what it was read from.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) value: Value,
    pub(super) bytes: Vec<u8>,
    /// Where the bytes behind the value are in the file, when it stands there.
    behind: Option<u64>,
}

impl<'a> Objects<'a> {
    pub(super) fn read(
        file: &'a File,
        len: u64,
        table: u64,
        limits: Limits,
    ) -> Result<Objects<'a>> {
        let mut objects = Objects {
            file,
            len,
            limits,
            sections: Vec::new(),
            budget: Budget::of(len),
            held: 0,
            size: 0,
            trailer: Value::Other,
            is_stream: false,
        };
        let mut seen = HashSet::new();
        let mut next = vec![table];
        while let Some(at) = next.pop() {
            if !seen.insert(at) {
                return Err(damaged("its tables of objects go round in a circle"));
            }
            if seen.len() > PDF_VERSIONS {
                return Err(too_many_versions());
            }
            let newest = objects.trailer == Value::Other;
            let (trailer, is_stream) = objects.section(at)?;
            // What is looked at next comes last.
            next.extend(trailer.get("Prev").and_then(Value::number));
            next.extend(trailer.get("XRefStm").and_then(Value::number));
            let size = trailer.get("Size").and_then(Value::number).unwrap_or(0);
            objects.count(size)?;
            if newest {
                objects.trailer = trailer;
                objects.is_stream = is_stream;
            }
        }
        Ok(objects)
    }

    fn count(&mut self, size: u64) -> Result<()> {
        let most = self.limits.objects;
        match u32::try_from(size) {
            Ok(size) if size <= most => self.size = self.size.max(size),
            _ => return Err(unsupported("a PDF of more than 8,388,608 objects")),
        }
        Ok(())
    }

    fn section(&mut self, at: u64) -> Result<(Value, bool)> {
        if self.bytes(at, 4)?.starts_with(b"xref") {
            return Ok((self.table(at + 4)?, false));
        }
        let object = self.object_at(at, None)?;
        let trailer = &object.value;
        let list = |key: &str| match trailer.get(key) {
            Some(Value::Array(values, _)) => values.iter().map(Value::number).collect(),
            _ => None,
        };
        let wrong = || damaged("its table of objects");
        let widths: Vec<u64> = list("W").ok_or_else(wrong)?;
        let widths: [usize; 3] = match widths[..] {
            [a, b, c] if a <= 8 && b <= 8 && c <= 8 => [a as usize, b as usize, c as usize],
            _ => return Err(wrong()),
        };
        let entry: usize = widths.iter().sum();
        if entry == 0 {
            return Err(wrong());
        }
        let size = trailer.get("Size").and_then(Value::number).unwrap_or(0);
        let index = list("Index").unwrap_or_else(|| vec![0, size]);
        // What is behind the last entry is never looked at.
        let mut data = self.plain(&object)?;
        for pair in index.chunks_exact(2) {
            self.count(pair[0].saturating_add(pair[1]))?;
            let (first, count) = (pair[0] as u32, pair[1] as u32);
            let bytes = entry as u64 * u64::from(count);
            self.held += bytes;
            let most = self.len.saturating_mul(HELD.0).saturating_add(HELD.1);
            if self.held > most.min(self.limits.held_bytes) {
                return Err(unsupported("a table of objects of this size"));
            }
            let mut entries = vec![0; bytes as usize];
            data.read_exact(&mut entries).map_err(of_stream)?;
            self.sections.push(Section::Stream {
                first,
                count,
                widths,
                entries,
            });
        }
        Ok((object.value, true))
    }

    /// Reads the table whose first part begins at `at`; returns its trailer.
    fn table(&mut self, mut at: u64) -> Result<Value> {
        let wrong = || damaged("its table of objects");
        loop {
            let bytes = self.bytes(at, SOME)?;
            let mut lexer = Lexer::new(&bytes, 0);
            if lexer.take(b"trailer").is_some() {
                return Ok(self.value(at + lexer.at as u64)?.0);
            }
            let first: u32 = lexer.unsigned().ok_or_else(wrong)?;
            let count: u32 = lexer.unsigned().ok_or_else(wrong)?;
            lexer.skip_space();
            self.count(u64::from(first) + u64::from(count))?;
            let entries = at + lexer.at as u64;
            self.sections.push(Section::Table {
                first,
                count,
                at: entries,
            });
            if self.sections.len() > PDF_VERSIONS * 4 {
                return Err(too_many_versions());
            }
            at = entries + ENTRY * u64::from(count);
        }
    }

    /// Up to `most` bytes from `at` on.
    fn bytes(&self, at: u64, most: usize) -> Result<Vec<u8>> {
        let left = self.len.saturating_sub(at);
        let mut bytes = vec![0; usize::try_from(left).unwrap_or(most).min(most)];
        let read = self.file.read_exact_at(&mut bytes, at);
        read.map_err(Error::from_read)?;
        Ok(bytes)
    }

    /// The value at `at`, the bytes it was read from, and where it ends in them.
    fn value(&self, at: u64) -> Result<(Value, Vec<u8>, usize)> {
        self.parse(at, |lexer: &mut Lexer<'_>| lexer.value())
    }

    fn parse<T>(
        &self,
        at: u64,
        parse: impl Fn(&mut Lexer<'_>) -> Option<T>,
    ) -> Result<(T, Vec<u8>, usize)> {
        let mut most = SOME;
        loop {
            let bytes = self.bytes(at, most)?;
            let mut lexer = Lexer::new(&bytes, 0);
            let value = parse(&mut lexer);
            let end = lexer.at;
            // What was needless at first is paid when there is more.
            self.budget.take(match most {
                SOME => end as u64,
                _ => bytes.len() as u64,
            })?;
            if let Some(value) = value {
                return Ok((value, bytes, end));
            }
            if bytes.len() < most || most as u64 >= self.limits.value_bytes {
                return Err(damaged("an object"));
            }
            most *= 16;
        }
    }

    /// The decoded data of the stream of this number.
    pub(super) fn data(&self, number: u32) -> Result<Vec<u8>> {
        match self.place(number)? {
            Some(Place::At(at)) => self.whole(&self.object_at(at, Some(number))?),
            _ => Err(damaged("a stream is missing")),
        }
    }

    /// The data of a stream that are held.
    fn whole(&self, object: &Object) -> Result<Vec<u8>> {
        let most = self.limits.value_bytes;
        let mut data = Vec::new();
        let all = self.plain(object)?.take(most + 1).read_to_end(&mut data);
        self.budget.take(data.len() as u64)?;
        all.map_err(of_stream)?;
        if data.len() as u64 > most {
            return Err(unsupported("a stream of this size"));
        }
        Ok(data)
    }

    /// The data of a stream, without their compression, as they come.
    fn plain(&self, object: &Object) -> Result<Box<dyn Read + 'a>> {
        let wrong = || damaged("a stream");
        let behind = object.behind.ok_or_else(wrong)?;
        let start = self.bytes(behind, 64)?;
        let mut lexer = Lexer::new(&start, 0);
        lexer.take(b"stream").ok_or_else(wrong)?;
        let line_end = match start[lexer.at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => return Err(wrong()),
        };
        let length = match object.value.get("Length") {
            Some(Value::Reference(number, _)) => match self.place(*number)? {
                Some(Place::At(at)) => self.object_at(at, Some(*number))?.value.number(),
                // Not from a stream of objects, which could lead here again.
                _ => None,
            },
            other => other.and_then(Value::number),
        };
        let at = behind + (lexer.at + line_end) as u64;
        let fits = |length: &u64| at.checked_add(*length).is_some_and(|end| end <= self.len);
        let length = length.filter(fits).ok_or_else(wrong)?;
        let raw = Stretch::new(&self.file, at, length).buffered();
        let dictionary = &object.value;
        let one = |value: Option<&Value>| match value {
            Some(Value::Array(values, _)) if values.len() == 1 => values.first().cloned(),
            other => other.cloned(),
        };
        match one(dictionary.get("Filter")) {
            None => return Ok(Box::new(raw)),
            Some(Value::Name(name)) if name == b"FlateDecode" => {}
            _ => return Err(unsupported("the compression of a table of objects")),
        }
        let data = BufReader::new(ZlibDecoder::new(raw));
        let parameters = one(dictionary.get("DecodeParms")).unwrap_or(Value::Other);
        let number = |key, default| parameters.get(key).map_or(Some(default), Value::number);
        match number("Predictor", 1) {
            Some(1) => Ok(Box::new(data)),
            Some(10..=15)
                if number("Colors", 1) == Some(1) && number("BitsPerComponent", 8) == Some(8) =>
            {
                let columns = number("Columns", 1).filter(|c| (1..=1 << 16).contains(c));
                let columns = columns.ok_or_else(wrong)? as usize;
                Ok(Box::new(Unfiltered::new(data, columns)))
            }
            _ => Err(unsupported("the predictor of a table of objects")),
        }
    }

    fn place(&self, number: u32) -> Result<Option<Place>> {
        for section in &self.sections {
            match section {
                Section::Table { first, count, at } => {
                    let Some(i) = number.checked_sub(*first).filter(|i| i < count) else {
                        continue;
                    };
                    let entry = self.bytes(at + ENTRY * u64::from(i), ENTRY as usize)?;
                    let text = String::from_utf8_lossy(&entry);
                    let mut words = text.split_ascii_whitespace();
                    let offset = words.next().and_then(|w| w.parse().ok());
                    return match (offset, words.nth(1)) {
                        (Some(offset), Some("n")) => Ok(Some(Place::At(offset))),
                        // Hybrid files hide here what a stream tells.
                        (Some(_), Some("f")) => continue,
                        _ => Err(damaged("its table of objects")),
                    };
                }
                Section::Stream {
                    first,
                    count,
                    widths,
                    entries,
                } => {
                    let Some(i) = number.checked_sub(*first).filter(|i| i < count) else {
                        continue;
                    };
                    let size: usize = widths.iter().sum();
                    let mut entry = entries.iter().skip(i as usize * size);
                    let mut field = |width: usize, default: u64| {
                        let bytes = entry.by_ref().take(width);
                        let value = bytes.fold(0, |n: u64, b| n << 8 | u64::from(*b));
                        if width == 0 { default } else { value }
                    };
                    let (kind, a) = (field(widths[0], 1), field(widths[1], 0));
                    let b = field(widths[2], 0);
                    return Ok(match kind {
                        1 => Some(Place::At(a)),
                        2 => u32::try_from(a)
                            .ok()
                            .map(|a| Place::InStream(a, b as usize)),
                        _ => None,
                    });
                }
            }
        }
        Ok(None)
    }

    /// The object of this number.
    pub(super) fn object(&self, number: u32) -> Result<Object> {
        match self.place(number)? {
            None => Err(damaged("an object is missing")),
            Some(Place::At(at)) => self.object_at(at, Some(number)),
            Some(Place::InStream(stream, index)) => {
                let wrong = || damaged("a stream of objects");
                let Some(Place::At(at)) = self.place(stream)? else {
                    return Err(wrong());
                };
                let stream = self.object_at(at, Some(stream))?;
                let data = self.whole(&stream)?;
                let first = stream.value.get("First").and_then(Value::number);
                let first = usize::try_from(first.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
                let mut pairs = Lexer::new(&data, 0);
                for _ in 0..index {
                    pairs
                        .unsigned::<u32>()
                        .and_then(|_| pairs.unsigned::<u32>())
                        .ok_or_else(wrong)?;
                }
                let found: u32 = pairs.unsigned().ok_or_else(wrong)?;
                let offset: usize = pairs.unsigned().ok_or_else(wrong)?;
                // A value that ends with the bytes has no delimiter behind it.
                let start = first.checked_add(offset).filter(|s| *s < data.len());
                let mut bytes = data[start.ok_or_else(wrong)?..].to_vec();
                bytes.push(b' ');
                let value = Lexer::new(&bytes, 0).value().ok_or_else(wrong)?;
                if found != number {
                    return Err(wrong());
                }
                Ok(Object {
                    value,
                    bytes,
                    behind: None,
                })
            }
        }
    }

    fn object_at(&self, at: u64, number: Option<u32>) -> Result<Object> {
        let parse = |lexer: &mut Lexer<'_>| {
            let found: u32 = lexer.unsigned()?;
            lexer.unsigned::<u16>()?;
            lexer.take(b"obj")?;
            Some((found, lexer.value()?))
        };
        let ((found, value), bytes, end) = self.parse(at, parse)?;
        if number.is_some_and(|number| number != found) {
            return Err(damaged("an object is not where its table says"));
        }
        Ok(Object {
            value,
            bytes,
            behind: Some(at + end as u64),
        })
    }
}

/// The error of data that cannot be read.
fn of_stream(e: io::Error) -> Error {
    use io::ErrorKind as Io;
    match e.kind() {
        Io::UnexpectedEof | Io::InvalidInput | Io::InvalidData => damaged("a stream"),
        _ => Error::from_read(e),
    }
}
