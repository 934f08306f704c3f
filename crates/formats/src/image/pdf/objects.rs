//! Objects: where they are (ISO 32000-1, 7.5) and what they are.

use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::read::ZlibDecoder;
use wia::Result;

use super::super::section::Section;
use super::super::{damaged, read_error, unsupported};
use super::value::{Dictionary, Lexer, Stop, Value};
use crate::Limits;

/// What is read of an object at first.
const SOME: u64 = 1024;
/// Sections of the table of objects, one for each update.
const MOST_SECTIONS: usize = 4096;

/// Where an object is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Nowhere,
    At(u64),
    /// In a stream of objects, and which one there.
    In(u32, u32),
}

/// The objects of a file.
#[derive(Debug)]
pub(super) struct Objects {
    file: Arc<File>,
    pub(super) end: u64,
    pub(super) limits: Limits,
    places: Vec<Place>,
    pub(super) trailer: Dictionary,
    /// The stream of objects that was used last.
    unpacked: Mutex<Option<(u32, Arc<Unpacked>)>>,
}

#[derive(Debug)]
struct Unpacked {
    bytes: Vec<u8>,
    count: u64,
    first: u64,
}

/// Compressed data in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Data {
    pub(super) at: u64,
    pub(super) bytes: u64,
}

impl Objects {
    pub(super) fn read(file: &Arc<File>, limits: &Limits) -> Result<Objects> {
        let mut objects = Objects {
            file: Arc::clone(file),
            end: file.metadata().map_err(read_error)?.len(),
            limits: *limits,
            places: Vec::new(),
            trailer: Dictionary::default(),
            unpacked: Mutex::default(),
        };
        objects.tables()?;
        if *objects.trailer.get("Encrypt") != Value::Null {
            return Err(unsupported("an encrypted PDF"));
        }
        Ok(objects)
    }

    fn bytes(&self, at: u64, most: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Section::new(&self.file, at, most)
            .read_to_end(&mut bytes)
            .map_err(read_error)?;
        Ok(bytes)
    }

    /// Reads something at a place, with as many bytes as it turns out to need.
    fn parse<T>(
        &self,
        at: u64,
        read: impl Fn(&mut Lexer<'_>) -> Result<T, Stop>,
    ) -> Result<(T, u64)> {
        let mut some = SOME;
        loop {
            let bytes = self.bytes(at, some)?;
            let mut lexer = Lexer::new(&bytes, self.limits.depth);
            let result = read(&mut lexer);
            let all = (bytes.len() as u64) < some || some >= self.limits.value_bytes;
            // A word at the very end may go on.
            if all
                || (result.is_ok() && lexer.at < bytes.len())
                || matches!(result, Err(Stop::Wrong))
            {
                let value = result.map_err(Stop::error)?;
                return Ok((value, at + lexer.at as u64));
            }
            some *= 8;
        }
    }

    /// A simple value, and where it ends.
    fn word(&self, at: u64) -> Result<(Value, u64)> {
        self.parse(at, |lexer| {
            let value = lexer.simple()?;
            Ok(value)
        })
    }

    fn value(&self, at: u64) -> Result<Value> {
        let (value, _) = self.parse(at, |lexer| {
            let value = lexer.value()?;
            Ok(value)
        })?;
        Ok(value)
    }

    fn tables(&mut self) -> Result<()> {
        let tail = self.end.min(2048);
        let bytes = self.bytes(self.end - tail, tail)?;
        let key = b"startxref";
        let found = bytes.windows(key.len()).rposition(|w| w == key);
        let Some(found) = found else {
            return Err(damaged("the PDF has no end"));
        };
        let mut lexer = Lexer::new(&bytes[found + key.len()..], 1);
        let start = lexer.simple().ok().and_then(|n| n.whole());
        let mut next = start;
        let mut seen = Vec::new();
        while let Some(at) = next {
            if seen.contains(&at) || seen.len() > MOST_SECTIONS {
                return Err(damaged("the tables of the PDF are linked in a circle"));
            }
            seen.push(at);
            let is_table = self.bytes(at, 4)? == b"xref";
            let trailer = if is_table {
                self.table(at + 4)?
            } else {
                self.table_stream(at)?
            };
            next = trailer.get("Prev").whole();
            if let (true, Some(hidden)) = (is_table, trailer.get("XRefStm").whole()) {
                self.table_stream(hidden)?;
            }
            if seen.len() == 1 {
                self.trailer = trailer;
            }
        }
        match start {
            Some(_) => Ok(()),
            None => Err(damaged("the PDF does not tell where its table is")),
        }
    }

    fn set(&mut self, number: u64, place: Place) -> Result<()> {
        // More than any file of this size can have.
        if number >= u64::from(self.limits.objects) || number > self.end {
            return Err(damaged(format!("a PDF object with the number {number}")));
        }
        let number = number as usize;
        if self.places.len() <= number {
            self.places.resize(number + 1, Place::Nowhere);
        }
        // Later sections, which are read first, count.
        if matches!(self.places[number], Place::Nowhere) {
            self.places[number] = place;
        }
        Ok(())
    }

    fn table(&mut self, mut at: u64) -> Result<Dictionary> {
        loop {
            let (first, after) = self.word(at)?;
            if first.is_word("trailer") {
                return match self.value(after)? {
                    Value::Dictionary(trailer) => Ok(trailer),
                    _ => Err(damaged("the PDF has no trailer")),
                };
            }
            let (count, after) = self.word(after)?;
            let (Some(first), Some(count)) = (first.whole(), count.whole()) else {
                return Err(damaged("the table of the PDF is wrong"));
            };
            if count > self.end / 18 {
                return Err(damaged("the table of the PDF is longer than the file"));
            }
            at = after;
            let mut left = count;
            let mut number = first;
            while left > 0 {
                let some = left.min(1024);
                let bytes = self.bytes(at, some * 20 + 64)?;
                let mut lexer = Lexer::new(&bytes, 1);
                for _ in 0..some {
                    let entry = [lexer.simple(), lexer.simple(), lexer.simple()];
                    let [Ok(place), Ok(_), Ok(kind)] = entry else {
                        return Err(damaged("the table of the PDF is wrong"));
                    };
                    if let (true, Some(place)) = (kind.is_word("n"), place.whole()) {
                        self.set(number, Place::At(place))?;
                    }
                    number += 1;
                }
                at += lexer.at as u64;
                left -= some;
            }
        }
    }

    fn table_stream(&mut self, at: u64) -> Result<Dictionary> {
        let wrong = || damaged("the table of the PDF is wrong");
        let (value, data) = self.object_at(at, None)?;
        let (Value::Dictionary(dictionary), Some(data)) = (value, data) else {
            return Err(wrong());
        };
        let numbers = |value: &Value| match value {
            Value::Array(list) => list.iter().map(Value::whole).collect(),
            _ => None,
        };
        let widths: Option<Vec<u64>> = numbers(dictionary.get("W"));
        let Some(&[w0, w1, w2]) = widths.as_deref() else {
            return Err(wrong());
        };
        let size = dictionary.get("Size").whole().unwrap_or(0);
        let index = numbers(dictionary.get("Index")).unwrap_or_else(|| vec![0, size]);
        let width = w0.saturating_add(w1).saturating_add(w2);
        if w0 > 8 || w1 > 8 || w2 > 8 || width == 0 {
            return Err(wrong());
        }
        let bytes = self.unpack(&dictionary, data, 16 * self.limits.value_bytes)?;
        let mut entries = bytes.chunks_exact(width as usize);
        for part in index.as_chunks::<2>().0 {
            for number in part[0]..part[0].saturating_add(part[1]) {
                let Some(entry) = entries.next() else {
                    return Ok(dictionary);
                };
                let (kind, rest) = entry.split_at(w0 as usize);
                let (place, more) = rest.split_at(w1 as usize);
                let fold = |bytes: &[u8]| bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b));
                let kind = if w0 == 0 { 1 } else { fold(kind) };
                match kind {
                    1 => self.set(number, Place::At(fold(place)))?,
                    2 => {
                        let (stream, at) = (fold(place) as u32, fold(more) as u32);
                        self.set(number, Place::In(stream, at))?;
                    }
                    _ => {}
                }
            }
        }
        Ok(dictionary)
    }

    /// The object at a place, and its data when it is a stream.
    fn object_at(&self, at: u64, number: Option<u32>) -> Result<(Value, Option<Data>)> {
        let ((found, value, place), start) = self.parse(at, |lexer| {
            let found = lexer.simple()?;
            lexer.simple()?;
            if !lexer.simple()?.is_word("obj") {
                return Err(Stop::Wrong);
            }
            let value = lexer.value()?;
            let place = lexer.at as u64;
            let is_stream = lexer.simple()?.is_word("stream");
            Ok((found, value, is_stream.then_some(place)))
        })?;
        if number.is_some_and(|number| found.whole() != Some(number.into())) {
            return Err(damaged("the table of the PDF is wrong"));
        }
        let (Value::Dictionary(dictionary), Some(_)) = (&value, place) else {
            return Ok((value, None));
        };
        let skip = match self.bytes(start, 2)?.as_slice() {
            b"\r\n" => 2,
            _ => 1,
        };
        let at = start + skip;
        let bytes = match dictionary.get("Length") {
            Value::Reference(number) => match self.places.get(*number as usize) {
                // Not from a stream of objects, which could lead here again.
                Some(Place::At(place)) => {
                    self.parse(*place, |lexer| {
                        for _ in 0..3 {
                            lexer.simple()?;
                        }
                        lexer.simple()
                    })?
                    .0
                }
                _ => Value::Null,
            },
            length => length.clone(),
        };
        let bytes = bytes
            .whole()
            .filter(|bytes| at.checked_add(*bytes).is_some_and(|end| end <= self.end));
        let Some(bytes) = bytes else {
            return Err(damaged("a stream of the PDF ends early"));
        };
        let after = self.word(at + bytes)?.0;
        if !after.is_word("endstream") {
            return Err(damaged(
                "a stream of the PDF has another length than it says",
            ));
        }
        Ok((value, Some(Data { at, bytes })))
    }

    /// Object `number`; one that is not there is null.
    pub(super) fn object(&self, number: u32) -> Result<(Value, Option<Data>)> {
        match self.places.get(number as usize) {
            None | Some(Place::Nowhere) => Ok((Value::Null, None)),
            Some(Place::At(at)) => self.object_at(*at, Some(number)),
            Some(Place::In(stream, index)) => Ok((self.packed(*stream, *index)?, None)),
        }
    }

    fn unpacked(&self) -> MutexGuard<'_, Option<(u32, Arc<Unpacked>)>> {
        self.unpacked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn packed(&self, stream: u32, index: u32) -> Result<Value> {
        let wrong = || damaged("a stream of objects in the PDF is wrong");
        let held = self.unpacked().clone();
        let unpacked = match held {
            Some((number, unpacked)) if number == stream => unpacked,
            _ => {
                let Some(Place::At(at)) = self.places.get(stream as usize) else {
                    return Err(wrong());
                };
                let (value, data) = self.object_at(*at, Some(stream))?;
                let (Value::Dictionary(dictionary), Some(data)) = (value, data) else {
                    return Err(wrong());
                };
                let unpacked = Arc::new(Unpacked {
                    bytes: self.unpack(&dictionary, data, self.limits.value_bytes)?,
                    count: dictionary.get("N").whole().unwrap_or(0),
                    first: dictionary.get("First").whole().unwrap_or(0),
                });
                *self.unpacked() = Some((stream, Arc::clone(&unpacked)));
                unpacked
            }
        };
        if u64::from(index) >= unpacked.count {
            return Err(wrong());
        }
        let mut lexer = Lexer::new(&unpacked.bytes, 1);
        let mut place = None;
        for _ in 0..=index {
            lexer.simple().map_err(Stop::error)?;
            place = lexer.simple().map_err(Stop::error)?.whole();
        }
        let at = place.and_then(|place| place.checked_add(unpacked.first));
        let bytes = at.and_then(|at| unpacked.bytes.get(usize::try_from(at).ok()?..));
        let mut lexer = Lexer::new(bytes.ok_or_else(wrong)?, self.limits.depth);
        lexer.value().map_err(Stop::error)
    }

    /// What a value stands for, if it is a reference.
    pub(super) fn resolve(&self, value: &Value) -> Result<Value> {
        match value {
            Value::Reference(number) => Ok(self.object(*number)?.0),
            value => Ok(value.clone()),
        }
    }

    /// The dictionary that a value is or stands for; an empty one when it is none.
    pub(super) fn dictionary(&self, value: &Value) -> Result<Dictionary> {
        Ok(match self.resolve(value)? {
            Value::Dictionary(dictionary) => dictionary,
            _ => Dictionary::default(),
        })
    }

    /// The data of a stream that are not pixels, at most `most` bytes.
    pub(super) fn unpack(&self, of: &Dictionary, data: Data, most: u64) -> Result<Vec<u8>> {
        let section = Section::new(&self.file, data.at, data.bytes);
        let filter = match self.resolve(of.get("Filter"))? {
            Value::Array(mut list) if list.len() <= 1 => list.pop().unwrap_or(Value::Null),
            filter => filter,
        };
        let mut bytes = Vec::new();
        match &filter {
            Value::Null => section.take(most + 1).read_to_end(&mut bytes),
            filter if filter.is_name("FlateDecode") => ZlibDecoder::new(section.buffered())
                .take(most + 1)
                .read_to_end(&mut bytes),
            filter => return Err(unsupported(format!("a PDF with the filter {filter:?}"))),
        }
        .map_err(read_error)?;
        if bytes.len() as u64 > most {
            return Err(unsupported("a PDF with a stream of this size"));
        }
        let parms = match self.resolve(of.get("DecodeParms"))? {
            Value::Array(list) => self.dictionary(list.first().unwrap_or(&Value::Null))?,
            Value::Dictionary(parms) => parms,
            _ => return Ok(bytes),
        };
        match parms.get("Predictor").whole().unwrap_or(1) {
            1 => Ok(bytes),
            10..=15 => {
                let columns = parms.get("Columns").whole().unwrap_or(1);
                if columns == 0 || columns > self.limits.row_bytes {
                    return Err(damaged(format!("{columns} columns")));
                }
                let mut plain = Vec::with_capacity(bytes.len());
                let mut above = vec![0; columns as usize];
                for row in bytes.chunks_exact_mut(columns as usize + 1) {
                    let (filter, row) = row.split_at_mut(1);
                    super::super::unfilter::row(filter[0], 1, &above, row)?;
                    above.copy_from_slice(row);
                    plain.extend_from_slice(row);
                }
                Ok(plain)
            }
            other => Err(unsupported(format!("the PDF predictor {other}"))),
        }
    }
}
