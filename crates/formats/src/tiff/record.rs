//! The finished directories of a classic document, kept for the turn to BigTIFF.

use std::io::Read;

use wia::{Error, ErrorKind, Result};

use super::directory::Form;
use super::spill::{Spill, temporary};

/// Directories in BigTIFF's form, one after the other, without their next-IFD fields.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Spill,
    pages: u64,
    /// A directory could not be kept: the document can no longer be turned.
    lost: Option<Error>,
}

impl Record {
    /// Adds a directory. That it could not be kept is told when it is needed: the page is complete
    /// and linked by now, and most documents are never turned.
    pub(super) fn add(&mut self, directory: &[u8]) {
        if self.lost.is_none() {
            self.lost = self.bytes.append(directory).err();
            self.pages += 1;
        }
    }

    /// Writes all directories as a chain that starts at `first`; returns where the last is and how
    /// many fields it has.
    pub(super) fn write(
        &mut self,
        first: u64,
        out: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<(u64, u64)> {
        if let Some(lost) = &self.lost {
            return Err(Error::new(
                ErrorKind::MediumFull,
                "the document cannot become BigTIFF: its directories could not be kept",
            )
            .with_source(lost.clone()));
        }
        let mut reader = self.bytes.reader()?;
        let mut at = first;
        let mut last = (first, 0);
        let mut entries = Vec::new();
        for page in 0..self.pages {
            let mut count = [0; 8];
            reader.read_exact(&mut count).map_err(temporary)?;
            let fields = u64::from_le_bytes(count);
            entries.clear();
            (&mut reader)
                .take(20 * fields)
                .read_to_end(&mut entries)
                .map_err(temporary)?;
            let end = at + Form::Big.next_field(fields) + Form::Big.offset_bytes();
            let next = Form::Big.align(end);
            let is_last = page + 1 == self.pages;
            out(&count)?;
            out(&entries)?;
            out(&Form::Big.offset(if is_last { 0 } else { next }))?;
            out(&[0; 8][..(next - end) as usize])?;
            last = (at, fields);
            at = next;
        }
        Ok(last)
    }
}
