//! Making a document of what a crash has left.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::ending::Base;
use super::page::Pages;
use super::record::{LONGEST, MARK, PageRecord, Record};
use super::writer::{Document, Writer};
use super::{Options, existing};
use crate::{DocumentWriter, Limits};

/// What is read at once.
const PIECE: usize = 64 * 1024;
/// The most objects that a document begins with, and that a page has.
const FIXED: [usize; 2] = [4, 6];
const OF_PAGE: usize = 8;

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
    let last = last(file, len)?;
    if last.is_none() || existing::is_complete(file, len)? {
        match existing::read(file, len, Limits::DEFAULT) {
            Ok(old) => return Ok(done(old.pages, len, None)),
            Err(e) if last.is_none() => {
                return Ok(nothing(
                    damaged("the PDF has no complete page").with_source(e),
                ));
            }
            Err(_) => {}
        }
    }
    let found = match last {
        Some((at, record)) => Found::in_file(file, at, record)?,
        None => None,
    };
    let Some(found) = found else {
        return Ok(nothing(damaged("the PDF has no complete page")));
    };
    let Some(document) = found.document(file)? else {
        return Ok(nothing(damaged(
            "the records of the PDF do not fit together",
        )));
    };
    let old = document.base.old.as_ref().map_or(0, |old| old.pages);
    let pages = document.pages.count();
    let not_complete = || damaged("the last page was not complete");
    if pages == 0 {
        file.set_len(found.end).map_err(Error::from_write)?;
        return Ok(done(old, found.end, Some(not_complete())));
    }
    let rest = another_page(file, found.end, len, document.pages.next())?;
    file.set_len(found.end).map_err(Error::from_write)?;
    let file = file.try_clone().map_err(Error::from_write)?;
    let mut writer = Writer::resume(file, found.end, Options::default(), document);
    writer.finish()?;
    Ok(done(old + pages, writer.len(), rest.then(not_complete)))
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
    /// What the document began with, and where that stands.
    head: Record,
    start: u64,
    /// Where the document ends for now.
    end: u64,
}

impl Found {
    /// Goes back from `record`, which stands at `at`.
    fn in_file(file: &File, mut at: u64, mut record: Record) -> Result<Option<Found>> {
        let (mut pages, mut offsets, mut end) = (Vec::new(), Vec::new(), 0);
        while let Record::Page(page) = record {
            let previous = page.previous;
            if previous >= page.start || page.start > at {
                return Ok(None);
            }
            // Only the last pages can be torn: those before were durable by then.
            if !pages.is_empty() || checksum(file, page.start, at)? == page.checksum {
                if pages.is_empty() {
                    end = at + Record::Page(page.clone()).line(at).len() as u64;
                }
                pages.push(page);
                offsets.push(at);
            }
            at = previous;
            let Some(before) = record_at(file, at)? else {
                return Ok(None);
            };
            record = before;
        }
        if pages.is_empty() {
            match record {
                // The line that ends the document before is the addition's.
                Record::Addition { .. } => end = at.saturating_sub(1),
                _ => return Ok(None),
            }
        }
        pages.reverse();
        offsets.reverse();
        Ok(Some(Found {
            pages,
            offsets,
            head: record,
            start: at,
            end,
        }))
    }

    /// The document as it was after its last page; `None` when the records contradict each other.
    fn document(&self, file: &File) -> Result<Option<Document>> {
        let (base, id) = match &self.head {
            Record::Document { id, offsets } if FIXED.contains(&offsets.len()) => {
                let base = Base {
                    first: 1,
                    fixed: offsets.clone(),
                    old: None,
                };
                (base, *id)
            }
            Record::Addition { id } => {
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

/// The last whole record and where it stands.
fn last(file: &File, len: u64) -> Result<Option<(u64, Record)>> {
    let mut end = len;
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
