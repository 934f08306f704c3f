//! Making a document of what a crash has left.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::Options;
use super::ending::Base;
use super::page::Pages;
use super::record::{LONGEST, MARK, PageRecord, Record};
use super::writer::{Document, Writer};
use crate::DocumentWriter;

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
/// were complete. The document begins at byte 0. A document that is finished is made again, the same.
///
/// # Errors
///
/// `ReadFault` and what writing to the file says; the same call can be made again then.
pub fn recover(file: &File) -> Result<Recovered> {
    let len = file.metadata().map_err(Error::from_read)?.len();
    let Some(found) = Found::in_file(file, len)? else {
        return Ok(nothing(damaged("the PDF has no complete page")));
    };
    let Some(document) = found.document()? else {
        return Ok(nothing(damaged(
            "the records of the PDF do not fit together",
        )));
    };
    let end = found.end;
    let rest = another_page(file, end, len, document.pages.next())?;
    file.set_len(end).map_err(Error::from_write)?;
    let pages = document.pages.count();
    let file = file.try_clone().map_err(Error::from_write)?;
    let mut writer = Writer::resume(file, end, Options::default(), document);
    writer.finish()?;
    Ok(Recovered {
        pages,
        end: writer.len(),
        cut: rest.then(|| damaged("the last page was not complete")),
    })
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
    offsets: Vec<u64>,
    fixed: Vec<u64>,
    id: u128,
    start: u64,
    /// The end of the last record.
    end: u64,
    pages: Vec<PageRecord>,
}

impl Found {
    fn in_file(file: &File, len: u64) -> Result<Option<Found>> {
        let Some((mut at, mut record)) = last(file, len)? else {
            return Ok(None);
        };
        // Of the pages only the last ones can be torn: those before were durable by then.
        let mut pages = Vec::new();
        let mut offsets = Vec::new();
        let mut end = 0;
        loop {
            match record {
                Record::Page(page) => {
                    let previous = page.previous;
                    if previous >= page.start || page.start > at {
                        return Ok(None);
                    }
                    if pages.is_empty() && checksum(file, page.start, at)? != page.checksum {
                        end = 0;
                    } else {
                        if pages.is_empty() {
                            end = at + Record::Page(page.clone()).line(at).len() as u64;
                        }
                        pages.push(page);
                        offsets.push(at);
                    }
                    at = previous;
                }
                Record::Document { id, offsets: fixed } => {
                    if pages.is_empty() {
                        return Ok(None);
                    }
                    pages.reverse();
                    offsets.reverse();
                    return Ok(Some(Found {
                        offsets,
                        fixed,
                        id,
                        start: at,
                        end,
                        pages,
                    }));
                }
                Record::Addition { .. } => return Ok(None),
            }
            let Some(before) = record_at(file, at)? else {
                return Ok(None);
            };
            record = before;
        }
    }

    /// The document as it was after its last page; `None` when the records contradict each other.
    fn document(&self) -> Result<Option<Document>> {
        if !FIXED.contains(&self.fixed.len()) {
            return Ok(None);
        }
        let base = Base {
            first: 1,
            fixed: self.fixed.clone(),
            old: None,
        };
        let next = base.first + base.fixed.len() as u32;
        let mut pages = Pages::new(next, self.id, self.start);
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
