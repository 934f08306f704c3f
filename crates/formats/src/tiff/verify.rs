//! Checking a finished document: does every link lead to a page, and is all of its image there.

mod directory;
mod grow;
mod reader;

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::page_record::{PageRecord, SIZE, is_marked};
use directory::{Directory, check_directory};
pub(super) use grow::directories;
use reader::{Reader, damaged};

/// What [`verify`] found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Complete pages: linked directories, those of thumbnails and masks not counted.
    pub pages: u32,
    /// Whether it is BigTIFF.
    pub big: bool,
    /// Whether its numbers have their high byte first.
    pub big_endian: bool,
    /// The first byte behind everything that the complete directories name.
    pub end: u64,
    /// Why the walk ended before the end of the chain: `InputDamaged` or `InputUnsupported`. The
    /// pages that were found before are complete also then.
    pub damage: Option<Error>,
    /// Where the link stands that leads to the damage.
    link: u64,
    /// The first directory, and the last complete one.
    first: u64,
    last: u64,
    /// Whether a record stands behind it. Only looked at by [`verify_records`].
    pub(super) recorded: bool,
}

impl Verified {
    /// The first directory; 0 when there is none.
    pub(super) fn first_directory(&self) -> u64 {
        self.first
    }

    /// The last complete directory; 0 when there is none.
    pub(super) fn last_directory(&self) -> u64 {
        self.last
    }

    /// Where the link stands that ends the chain, or leads to the damage.
    pub(super) fn link(&self) -> u64 {
        self.link
    }

    /// Ends the chain behind the last complete directory, so that the damage is no part of the
    /// document any more. Does nothing where there is no damage.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when no complete page would be left; what the file says.
    pub fn cut_damage(&self, file: &File) -> Result<()> {
        if self.damage.is_none() {
            return Ok(());
        }
        if self.pages == 0 {
            return Err(Error::invalid("the TIFF has no complete page"));
        }
        let link: &[u8] = if self.big { &[0; 8] } else { &[0; 4] };
        file.write_all_at(link, self.link)
            .map_err(Error::from_write)
    }
}

/// Walks the directories of a classic TIFF or BigTIFF, of either byte order, that starts at byte 0 of
/// `file`, and checks that each has its strips or tiles inside the file, none of them empty. Pixels
/// are not decoded. The file's position is not touched. An empty file has no pages.
///
/// # Errors
///
/// `ReadFault` when the file cannot be read. What does not fit together is told in
/// [`Verified::damage`].
pub fn verify(file: &File) -> Result<Verified> {
    look(file, false)
}

/// [`verify`] that also compares each page with its record, where it has one.
pub(super) fn verify_records(file: &File) -> Result<Verified> {
    look(file, true)
}

fn look(file: &File, records: bool) -> Result<Verified> {
    let len = file.metadata().map_err(Error::from_read)?.len();
    let mut found = Verified {
        pages: 0,
        big: false,
        big_endian: false,
        end: 0,
        damage: None,
        link: 0,
        first: 0,
        last: 0,
        recorded: false,
    };
    if len == 0 {
        return Ok(found);
    }
    let walked = Reader::open(file, len).and_then(|reader| {
        let ended = walk(file, &reader, records, &mut found);
        if found.pages > 0 {
            unshared(file, reader, &mut found)?;
        }
        ended
    });
    match walked {
        Err(e)
            if matches!(
                e.kind(),
                ErrorKind::InputDamaged | ErrorKind::InputUnsupported
            ) =>
        {
            found.damage = Some(e);
            Ok(found)
        }
        walked => walked.map(|()| found),
    }
}

/// Whether the link that may be written is a link alone: by another one in its place a page that has its
/// values or image there would be damaged.
fn unshared(file: &File, reader: Reader<'_>, found: &mut Verified) -> Result<()> {
    let (link, mut again) = (found.link, found.clone());
    let word = reader.word();
    let reader = reader.keep_free(link..link + word);
    again.pages = 0;
    let walked = walk(file, &reader, false, &mut again);
    if (again.pages, again.link) == (found.pages, found.link) {
        return Ok(());
    }
    found.pages = 0;
    walked
}

fn walk(file: &File, reader: &Reader<'_>, records: bool, found: &mut Verified) -> Result<()> {
    found.big = reader.is_big();
    found.big_endian = reader.is_big_endian();
    found.link = reader.first_link();
    found.end = found.link + reader.word();
    let mut next = reader.number(found.link, reader.word())?;
    found.first = next;
    // A chain that comes back to a directory it has passed meets this one, which stays behind and
    // jumps to where the chain is after 1, 2, 4, 8, … steps.
    let (mut behind, mut steps, mut jump) = (0, 0_u64, 1_u64);
    while next != 0 && !reader.keeps_free(found.link) {
        if next == behind {
            // What was counted was counted more than once.
            found.pages = 0;
            return Err(damaged("its directories go in circles"));
        }
        steps += 1;
        if steps == jump {
            (behind, steps, jump) = (next, 0, jump.saturating_mul(2));
        }
        let directory = check_directory(reader, next)?;
        let record = match records {
            true => record_end(file, reader, next, &directory)?,
            false => None,
        };
        found.recorded = record.is_some();
        found.last = next;
        found.end = found.end.max(record.unwrap_or(directory.end));
        found.pages = found.pages.saturating_add(directory.is_page.into());
        found.link = directory.link;
        next = directory.next;
    }
    Ok(())
}

/// The end of the record of the page whose directory is at `at`; `None` for a page without one.
fn record_end(
    file: &File,
    reader: &Reader<'_>,
    at: u64,
    directory: &Directory,
) -> Result<Option<u64>> {
    let alignment = if reader.is_big() { 8 } else { 2 };
    let place = directory.end.next_multiple_of(alignment);
    let record = PageRecord::read(file, place)?.filter(|record| record.directory == at);
    let link = directory.link..directory.link + reader.word();
    match record {
        Some(record) if record.holds(file, place, link)? => Ok(Some(place + SIZE as u64)),
        None if !is_marked(file, at)? => Ok(None),
        _ => Err(damaged(format!(
            "the page of the directory at {at} is torn"
        ))),
    }
}
