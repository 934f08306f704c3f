//! Objects: where they are (ISO 32000-1, 7.5) and what they are.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::read::ZlibDecoder;
use wia::Result;

use super::super::section::Section;
use super::super::unfilter::Unfiltered;
use super::super::{damaged, read_error, unsupported};
use super::value::{Dictionary, Lexer, Stop, Value};
use crate::budget::Budget;
use crate::limits::PDF_VERSIONS;
use crate::{Limits, Profile};

/// What is read of an object at first.
const SOME: u64 = 1024;
/// Streams of objects that are held.
const HELD: usize = 8;
/// The most columns of a table.
const COLUMNS: u64 = 1 << 16;

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
    budget: Budget,
    /// The streams of objects that were used last.
    unpacked: Mutex<VecDeque<(u32, Arc<Unpacked>)>>,
    /// The profile that was used last.
    profile: Mutex<Option<(u32, Option<Profile>)>>,
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
        let end = file.metadata().map_err(read_error)?.len();
        let mut objects = Objects {
            file: Arc::clone(file),
            end,
            limits: *limits,
            places: Vec::new(),
            trailer: Dictionary::default(),
            budget: Budget::of(end),
            unpacked: Mutex::default(),
            profile: Mutex::default(),
        };
        objects.tables()?;
        if *objects.trailer.get("Encrypt") != Value::Null {
            return Err(unsupported("an encrypted PDF"));
        }
        Ok(objects)
    }

    /// All pages were looked at, and each can be looked at as often as anybody likes.
    pub(super) fn all_seen(&mut self) {
        self.budget = Budget::endless();
    }

    /// One more than the highest number.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    fn bytes(&self, at: u64, most: u64) -> Result<Vec<u8>> {
        let most = most.min(self.end.saturating_sub(at));
        let mut bytes = Vec::with_capacity(most as usize);
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
            // What was needless at first is paid when there is more.
            self.budget.take(match some {
                SOME => lexer.at as u64,
                _ => bytes.len() as u64,
            })?;
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
        let mut seen = HashSet::new();
        while let Some(at) = next {
            if !seen.insert(at) {
                return Err(damaged("the tables of the PDF are linked in a circle"));
            }
            if seen.len() > PDF_VERSIONS {
                return Err(unsupported(format!(
                    "more than {PDF_VERSIONS} versions of a PDF"
                )));
            }
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
                    let [Ok(place), Ok(generation), Ok(Value::Word(kind))] = entry else {
                        return Err(damaged("the table of the PDF is wrong"));
                    };
                    match (place.whole(), generation.whole(), kind.as_slice()) {
                        (Some(place), Some(_), b"n") => self.set(number, Place::At(place))?,
                        (Some(_), Some(_), b"f") => {}
                        _ => return Err(damaged("the table of the PDF is wrong")),
                    }
                    number += 1;
                }
                self.budget.take(lexer.at as u64)?;
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
        let mut entry = vec![0; width as usize];
        // What is behind the last entry is never looked at.
        let mut entries = self.plain(&dictionary, data)?;
        for part in index.as_chunks::<2>().0 {
            for number in part[0]..part[0].saturating_add(part[1]) {
                if let Err(e) = entries.read_exact(&mut entry) {
                    return match e.kind() {
                        std::io::ErrorKind::UnexpectedEof => Ok(dictionary),
                        _ => Err(read_error(e)),
                    };
                }
                self.budget.take(width)?;
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

    fn held(&self) -> MutexGuard<'_, VecDeque<(u32, Arc<Unpacked>)>> {
        self.unpacked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stream of objects. Those that were used last are held, as many as one may be long.
    fn unpacked(&self, stream: u32) -> Result<Arc<Unpacked>> {
        let wrong = || damaged("a stream of objects in the PDF is wrong");
        if let Some((_, unpacked)) = self.held().iter().find(|held| held.0 == stream) {
            return Ok(Arc::clone(unpacked));
        }
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
        let mut held = self.held();
        held.push_back((stream, Arc::clone(&unpacked)));
        let bytes = |held: &VecDeque<(u32, Arc<Unpacked>)>| -> usize {
            held.iter().map(|(_, unpacked)| unpacked.bytes.len()).sum()
        };
        while held.len() > 1 && (held.len() > HELD || bytes(&held) as u64 > self.limits.value_bytes)
        {
            held.pop_front();
        }
        Ok(unpacked)
    }

    fn packed(&self, stream: u32, index: u32) -> Result<Value> {
        let wrong = || damaged("a stream of objects in the PDF is wrong");
        let unpacked = self.unpacked(stream)?;
        if u64::from(index) >= unpacked.count {
            return Err(wrong());
        }
        let mut lexer = Lexer::new(&unpacked.bytes, 1);
        let mut place = None;
        for _ in 0..=index {
            lexer.simple().map_err(Stop::error)?;
            place = lexer.simple().map_err(Stop::error)?.whole();
        }
        self.budget.take(lexer.at as u64)?;
        let at = place.and_then(|place| place.checked_add(unpacked.first));
        let bytes = at.and_then(|at| unpacked.bytes.get(usize::try_from(at).ok()?..));
        let mut lexer = Lexer::new(bytes.ok_or_else(wrong)?, self.limits.depth);
        let value = lexer.value();
        self.budget.take(lexer.at as u64)?;
        value.map_err(Stop::error)
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
        let mut bytes = Vec::new();
        let result = self.plain(of, data)?.take(most + 1).read_to_end(&mut bytes);
        self.budget.take(bytes.len() as u64)?;
        result.map_err(read_error)?;
        if bytes.len() as u64 > most {
            return Err(unsupported("a PDF with a stream of this size"));
        }
        Ok(bytes)
    }

    /// The same as they come.
    fn plain(&self, of: &Dictionary, data: Data) -> Result<Box<dyn Read>> {
        let section = Section::new(&self.file, data.at, data.bytes).buffered();
        let filter = match self.resolve(of.get("Filter"))? {
            Value::Array(mut list) if list.len() <= 1 => list.pop().unwrap_or(Value::Null),
            filter => filter,
        };
        let source: Box<dyn Read> = match &filter {
            Value::Null => Box::new(section),
            filter if filter.is_name("FlateDecode") => Box::new(ZlibDecoder::new(section)),
            filter => return Err(unsupported(format!("a PDF with the filter {filter:?}"))),
        };
        let source = BufReader::new(source);
        let parms = match self.resolve(of.get("DecodeParms"))? {
            Value::Array(list) => self.dictionary(list.first().unwrap_or(&Value::Null))?,
            Value::Dictionary(parms) => parms,
            _ => return Ok(Box::new(source)),
        };
        match parms.get("Predictor").whole().unwrap_or(1) {
            1 => Ok(Box::new(source)),
            10..=15 => match parms.get("Columns").whole().unwrap_or(1) {
                columns @ 1..=COLUMNS => Ok(Box::new(Unfiltered::new(source, columns as usize))),
                columns => Err(damaged(format!("{columns} columns"))),
            },
            other => Err(unsupported(format!("the PDF predictor {other}"))),
        }
    }

    /// A colour profile. Images are good without it.
    pub(super) fn profile(&self, number: u32, of: &Dictionary, data: Data) -> Option<Profile> {
        let mut held = self.profile.lock().unwrap_or_else(PoisonError::into_inner);
        match &*held {
            Some((last, profile)) if *last == number => profile.clone(),
            _ => {
                let bytes = self.unpack(of, data, self.limits.value_bytes);
                let profile = bytes.and_then(|bytes| Profile::parse(&bytes)).ok();
                *held = Some((number, profile.clone()));
                profile
            }
        }
    }
}
