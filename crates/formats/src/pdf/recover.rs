//! Making a document of what a crash has left.

use std::fs::File;
use std::io::{self, SeekFrom};
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::body::Body;
use super::ending::{self, Base, TABLE_LIMIT};
use super::page::{NO_IDENTIFIER, Pages, identifier};
use super::record::{LONGEST, MARK, PageRecord, Record};
use super::writer::{Document, Writer};
use super::{Options, existing};
use crate::output::Output;
use crate::{DocumentWriter, Limits, Sink, SinkAbilities};

/// What is read at once.
const PIECE: usize = 64 * 1024;
/// The most objects that a document begins with, and that a page has.
const FIXED: [usize; 2] = [4, 6];
const OF_PAGE: usize = 8;
/// What a document ends with.
const END_OF_FILE: &[u8] = b"%%EOF";
/// How many such ends are looked at.
const MOST_ENDS: u32 = 16;

/// What [`recover`] made.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// Pages of the document.
    pub pages: u32,
    /// Its length; 0 when nothing could be made, and the file is as it was.
    pub end: u64,
    /// What was cut off, or why nothing could be made: `InputDamaged`.
    pub cut: Option<Error>,
}

/// Makes a document of a file that a [`Writer`] has written to and not finished: one with the pages that
/// were complete, and those that were there before when pages were added. The document begins at
/// byte 0. One that is finished stays as it is.
///
/// # Errors
///
/// `ReadFault` and what writing to the file says; the same call can be made again then.
pub fn recover(file: &File) -> Result<Recovered> {
    let len = file.metadata().map_err(Error::from_read)?.len();
    let (mut before, mut torn) = (len, false);
    while let Some((at, record)) = last(file, before, len)? {
        let found = Found::in_file(file, at, record)?;
        match found.document(file)? {
            Some(document) => return finish(file, len, &found, document, torn || found.torn),
            None => (before, torn) = (found.start, true),
        }
    }
    match existing::read(file, len, Limits::DEFAULT) {
        Ok(old) => Ok(done(old.pages, len, None)),
        Err(e) if e.kind() == ErrorKind::ReadFault => Err(e),
        Err(e) => match last_whole(file, 0, len)? {
            Some(end) => cut(file, end),
            None => Ok(nothing(
                damaged("the PDF has no complete page").with_source(e),
            )),
        },
    }
}

/// Ends a document whose pages are known.
fn finish(
    file: &File,
    len: u64,
    found: &Found,
    mut document: Document,
    torn: bool,
) -> Result<Recovered> {
    let old = document.base.old.as_ref().map_or(0, |old| old.pages);
    let pages = document.pages.count();
    if pages == 0 {
        file.set_len(found.end).map_err(Error::from_write)?;
        return Ok(done(old, found.end, Some(not_complete())));
    }
    let mut ending = Ending {
        file,
        at: found.end,
        differs: false,
    };
    let mut body = Body::new(Output::at(&mut ending, found.end));
    ending::write(&mut body, &document.base, &mut document.pages, TABLE_LIMIT)?;
    let end = body.at();
    drop(body);
    if len > end {
        // Another program may have made a new version of the document, and this one the beginning of
        // another.
        match existing::read(file, len, Limits::DEFAULT) {
            Ok(there) if existing::is_complete(file, len)? => {
                return Ok(done(there.pages, len, None));
            }
            Err(e) if e.kind() == ErrorKind::ReadFault => return Err(e),
            _ => {}
        }
        if let Some(end) = last_whole(file, end, len)? {
            return cut(file, end);
        }
    }
    let rest = torn || another_page(file, found.end, len, document.pages.next())?;
    if !ending.differs {
        if len > end {
            file.set_len(end).map_err(Error::from_write)?;
        }
        let behind = len > end || torn;
        return Ok(done(old + pages, end, behind.then(not_complete)));
    }
    file.set_len(found.end).map_err(Error::from_write)?;
    let file = file.try_clone().map_err(Error::from_write)?;
    let mut writer = Writer::resume(file, found.end, Options::default(), document);
    writer.finish()?;
    Ok(done(old + pages, writer.len(), rest.then(not_complete)))
}

/// Cuts off what is behind the whole document in the first `end` bytes.
fn cut(file: &File, end: u64) -> Result<Recovered> {
    let there = existing::read(file, end, Limits::DEFAULT)?;
    file.set_len(end).map_err(Error::from_write)?;
    Ok(done(there.pages, end, Some(not_complete())))
}

fn done(pages: u32, end: u64, cut: Option<Error>) -> Recovered {
    Recovered { pages, end, cut }
}

fn nothing(error: Error) -> Recovered {
    Recovered {
        pages: 0,
        end: 0,
        cut: Some(error),
    }
}

fn damaged(message: &str) -> Error {
    Error::new(ErrorKind::InputDamaged, message)
}

fn not_complete() -> Error {
    damaged("the last page was not complete")
}

/// Compares what is written with what the file has.
struct Ending<'a> {
    file: &'a File,
    at: u64,
    differs: bool,
}

impl Sink for Ending<'_> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let mut there = vec![0; data.len()];
        match self.file.read_exact_at(&mut there, self.at) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => self.differs = true,
            read => {
                read?;
                self.differs |= there != data;
            }
        }
        self.at += data.len() as u64;
        Ok(())
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) => self.at = at,
            _ => return Err(io::ErrorKind::Unsupported.into()),
        }
        Ok(self.at)
    }

    fn set_len(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }
}

/// The end of the last document between `from` and `len` that is whole, its last line included.
fn last_whole(file: &File, from: u64, len: u64) -> Result<Option<u64>> {
    let (mut end, mut tries) = (len, 0);
    let mut window = Vec::new();
    while end > from {
        let start = end.saturating_sub(PIECE as u64).max(from);
        // The mark that begins in this piece may end behind it.
        let until = len.min(end + END_OF_FILE.len() as u64 + 1);
        window.resize((until - start) as usize, 0);
        read(file, &mut window, start)?;
        for i in (0..(end - start) as usize).rev() {
            let Some(rest) = window[i..].strip_prefix(END_OF_FILE) else {
                continue;
            };
            tries += 1;
            if tries > MOST_ENDS {
                return Ok(None);
            }
            let line = match rest {
                [b'\r', b'\n', ..] => 2,
                [b'\r' | b'\n', ..] => 1,
                _ => 0,
            };
            let end = start + (i + END_OF_FILE.len() + line) as u64;
            match existing::read(file, end, Limits::DEFAULT) {
                Ok(_) => return Ok(Some(end)),
                Err(e) if e.kind() == ErrorKind::ReadFault => return Err(e),
                Err(_) => {}
            }
        }
        end = start;
    }
    Ok(None)
}

/// Whether another page begins at `end`: by a new object. The ending begins with a node of the tree, whose
/// number was set aside before.
fn another_page(file: &File, end: u64, len: u64, next: u32) -> Result<bool> {
    let mut start = [0; 16];
    let most = usize::try_from(len - end).unwrap_or(16).min(16);
    read(file, &mut start[..most], end)?;
    let text = String::from_utf8_lossy(&start[..most]);
    let number = text.split_once(" 0 obj\n").map(|(n, _)| n.parse::<u32>());
    Ok(number.is_some_and(|number| number.is_ok_and(|n| n >= next)))
}

/// The records of a document, from its last whole page back.
struct Found {
    pages: Vec<PageRecord>,
    /// Where they stand.
    offsets: Vec<u64>,
    /// What the document began with; `None` where the records do not lead to it.
    head: Option<Record>,
    /// Where that stands, or the records end.
    start: u64,
    /// Where the document ends for now.
    end: u64,
    /// There were pages behind the last one here that are not whole.
    torn: bool,
}

impl Found {
    /// Goes back from `record`, which stands at `at`.
    fn in_file(file: &File, mut at: u64, mut record: Record) -> Result<Found> {
        let mut found = Found {
            pages: Vec::new(),
            offsets: Vec::new(),
            head: None,
            start: at,
            end: 0,
            torn: false,
        };
        while let Record::Page(page) = record {
            found.start = at;
            let previous = page.previous;
            if previous >= page.start || page.start > at {
                return Ok(found);
            }
            if checksum(file, page.start, at)? == page.checksum {
                if found.pages.is_empty() {
                    found.end = at + Record::Page(page.clone()).line(at).len() as u64;
                }
                found.pages.push(page);
                found.offsets.push(at);
            } else {
                // Those behind it may be whole, and were not durable either.
                found.pages.clear();
                found.offsets.clear();
                found.torn = true;
            }
            at = previous;
            let Some(before) = record_at(file, at)? else {
                return Ok(found);
            };
            record = before;
        }
        found.start = at;
        if found.pages.is_empty() {
            // The line that ends the document before is the addition's.
            found.end = at.saturating_sub(1);
        }
        found.pages.reverse();
        found.offsets.reverse();
        found.head = Some(record);
        Ok(found)
    }

    /// The document as it was after its last page; `None` when the records contradict each other.
    fn document(&self, file: &File) -> Result<Option<Document>> {
        let (base, id) = match &self.head {
            Some(Record::Document { id, offsets }) if FIXED.contains(&offsets.len()) => {
                let sum = checksum(file, 0, self.start)?;
                let known = identifier(NO_IDENTIFIER, &[sum.into(), self.start]);
                if self.pages.is_empty() || *id != known {
                    return Ok(None);
                }
                let base = Base {
                    first: 1,
                    fixed: offsets.clone(),
                    old: None,
                };
                (base, *id)
            }
            Some(Record::Addition { id }) => {
                let len = self.start.saturating_sub(1);
                match existing::read(file, len, Limits::DEFAULT) {
                    Ok(old) => (Base::addition(old), *id),
                    Err(e) if e.kind() == ErrorKind::ReadFault => return Err(e),
                    Err(_) => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let next = base.first + base.fixed.len() as u32;
        let mut pages = Pages::new(next, id, self.start);
        for (page, at) in self.pages.iter().zip(&self.offsets) {
            let inside = |offset: &u64| (page.start..*at).contains(offset);
            let fits = page.number == pages.count() + 1
                && page.first == pages.begin()?.next()
                && (1..=OF_PAGE).contains(&page.offsets.len())
                && page.offsets.iter().all(inside);
            if !fits {
                return Ok(None);
            }
            pages.add(page, *at)?;
        }
        Ok(Some(Document {
            base,
            pages,
            profile: None,
        }))
    }
}

/// The last whole record that begins before `end`, and where it stands.
fn last(file: &File, mut end: u64, len: u64) -> Result<Option<(u64, Record)>> {
    let mut window = Vec::new();
    while end > 0 {
        // A record that begins in this piece may end behind it.
        let start = end.saturating_sub(PIECE as u64);
        let until = len.min(end + LONGEST as u64);
        window.resize((until - start) as usize, 0);
        read(file, &mut window, start)?;
        let most = (end - start) as usize;
        let begins =
            |i: &usize| window[*i..].starts_with(MARK) && (*i == 0 || window[*i - 1] == b'\n');
        for i in (0..most).rev().filter(begins) {
            if let Some(record) = Record::parse(&window[i..], start + i as u64) {
                return Ok(Some((start + i as u64, record)));
            }
        }
        end = start;
    }
    Ok(None)
}

/// The record at `at`.
fn record_at(file: &File, at: u64) -> Result<Option<Record>> {
    let mut line = vec![0; LONGEST];
    let mut filled = 0;
    while filled < LONGEST {
        let n = file
            .read_at(&mut line[filled..], at + filled as u64)
            .map_err(Error::from_read)?;
        if n == 0 {
            break;
        }
        filled += n;
    }
    Ok(Record::parse(&line[..filled], at))
}

fn checksum(file: &File, from: u64, to: u64) -> Result<u32> {
    let mut sum = crc32fast::Hasher::new();
    let mut piece = vec![0; PIECE];
    let mut at = from;
    while at < to {
        let most = usize::try_from(to - at).unwrap_or(PIECE).min(PIECE);
        read(file, &mut piece[..most], at)?;
        sum.update(&piece[..most]);
        at += most as u64;
    }
    Ok(sum.finalize())
}

fn read(file: &File, to: &mut [u8], at: u64) -> Result<()> {
    file.read_exact_at(to, at).map_err(Error::from_read)
}
