//! Checking a finished document: does every link lead to a page, and is all of its image there.

mod directory;
mod reader;

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use directory::check_directory;
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
    /// The last complete directory, and the end of what it names.
    last: (u64, u64),
    /// What was found before it: pages, the end of what they name, and the link to it.
    before: (u32, u64, u64),
}

impl Verified {
    /// The last complete directory; 0 when there is none.
    pub(super) fn last_directory(&self) -> u64 {
        self.last.0
    }

    /// Where the record of the last page is, if it has one.
    pub(super) fn record_at(&self) -> u64 {
        self.last.1.next_multiple_of(if self.big { 8 } else { 2 })
    }

    /// The bytes of that link.
    pub(super) fn link_bytes(&self) -> std::ops::Range<u64> {
        self.link..self.link + if self.big { 8 } else { 4 }
    }

    /// Where the link stands that ends the chain, or leads to the damage.
    pub(super) fn link(&self) -> u64 {
        self.link
    }

    /// The same without its last page, which is not what was written.
    pub(super) fn torn(&self) -> Verified {
        let (pages, end, link) = self.before;
        let at = self.last.0;
        Verified {
            pages,
            end,
            link,
            damage: Some(damaged(format!(
                "the page of the directory at {at} is torn"
            ))),
            ..self.clone()
        }
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
    let len = file.metadata().map_err(Error::from_read)?.len();
    let mut found = Verified {
        pages: 0,
        big: false,
        big_endian: false,
        end: 0,
        damage: None,
        link: 0,
        last: (0, 0),
        before: (0, 0, 0),
    };
    if len == 0 {
        return Ok(found);
    }
    match walk(file, len, &mut found) {
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

fn walk(file: &File, len: u64, found: &mut Verified) -> Result<()> {
    let reader = Reader::open(file, len)?;
    found.big = reader.is_big();
    found.big_endian = reader.is_big_endian();
    found.link = reader.first_link();
    found.end = found.link + reader.word();
    let mut next = reader.number(found.link, reader.word())?;
    // A chain that comes back to a directory it has passed meets this one, which stays behind and
    // jumps to where the chain is after 1, 2, 4, 8, … steps.
    let (mut behind, mut steps, mut jump) = (0, 0_u64, 1_u64);
    while next != 0 {
        if next == behind {
            // What was counted was counted more than once.
            found.pages = 0;
            return Err(damaged("its directories go in circles"));
        }
        steps += 1;
        if steps == jump {
            (behind, steps, jump) = (next, 0, jump.saturating_mul(2));
        }
        let directory = check_directory(&reader, next)?;
        found.before = (found.pages, found.end, found.link);
        found.last = (next, directory.end);
        found.end = found.end.max(directory.end);
        found.pages = found.pages.saturating_add(directory.is_page.into());
        found.link = directory.link;
        next = directory.next;
    }
    Ok(())
}
