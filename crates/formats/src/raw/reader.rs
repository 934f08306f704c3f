//! Reading a RAW stream while it is being written.

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use super::RawHeader;
use super::lines::Lines;

const LEN: usize = RawHeader::LEN;

/// The fields that a second writing of the header may change: `YExtent` and `RawDataSize`.
const MAY_CHANGE: [std::ops::Range<usize>; 2] = [24..28, 68..72];

/// Takes the bytes of a RAW stream in the order in which a driver writes them and hands on whole
/// rows as they become complete.
///
/// Bytes are appended in pieces of any size; the header may be written again at any time, whole or
/// in part, with another height and data size. One that leaves both open takes back a height that was too
/// small, and more lines may follow. Memory is bounded by a row and a few hundred bytes; bottom-up lines
/// wait in an unnamed temporary file until their number is known.
#[derive(Debug)]
pub struct Reader {
    length: Option<u64>,
    /// The header's bytes as they stand now, and how many there are.
    header: [u8; LEN],
    have: usize,
    /// The header's bytes as the lines were understood with.
    first: [u8; LEN],
    /// The next position to be appended at.
    end: u64,
    lines: Option<Lines>,
    failed: Option<Error>,
}

/// How a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// Rows of the page.
    pub height: u32,
}

/// Where whole rows go, with the page's layout as it was known at the first of them.
pub type RowSink<'a> = dyn FnMut(&PageLayout, Band<'_>) -> Result<()> + 'a;

impl Default for Reader {
    fn default() -> Reader {
        Reader::new()
    }
}

impl Reader {
    /// A reader for a stream of unknown length.
    pub fn new() -> Reader {
        Reader {
            length: None,
            header: [0; LEN],
            have: 0,
            first: [0; LEN],
            end: 0,
            lines: None,
            failed: None,
        }
    }

    /// A reader for a stream of `length` bytes, which helps to understand
    /// [`RawHeader::raw_data_offset`].
    pub fn with_length(length: u64) -> Reader {
        Reader {
            length: Some(length),
            ..Reader::new()
        }
    }

    /// The page's layout, once header and palette have arrived. The height is `None` while the
    /// header does not tell it together with a fitting data size.
    pub fn layout(&self) -> Option<&PageLayout> {
        self.lines.as_ref().and_then(Lines::layout)
    }

    /// The header as it stands now, once it has arrived.
    pub fn header(&self) -> Option<RawHeader> {
        (self.have == LEN)
            .then(|| RawHeader::decode(&self.header).ok())
            .flatten()
    }

    /// Takes `bytes` that were written at `position`, counted from the start of the header, and
    /// calls `rows` with the rows that became whole.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for a header that is wrong or is changed in more than its height and
    /// data size, for a gap, for a second writing of the lines, for more lines than the height that
    /// the layout told; `InputUnsupported` for compressed data and pixels that have no canonical
    /// form; what `rows` says; `MediumFull` or `WriteFault` when bottom-up lines cannot be kept.
    /// After an error each further call gives the same error.
    pub fn write_at(&mut self, position: u64, bytes: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        if let Some(e) = &self.failed {
            return Err(e.clone());
        }
        let result = self.take(position, bytes, rows);
        if let Err(e) = &result {
            self.failed = Some(e.clone());
        }
        result
    }

    fn take(&mut self, position: u64, bytes: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let Some(back) = self.end.checked_sub(position) else {
            let end = self.end;
            return Err(broken(format!(
                "bytes were written at {position} while the stream ended at {end}"
            )));
        };
        let old = usize::try_from(back).map_or(bytes.len(), |back| back.min(bytes.len()));
        let (again, new) = bytes.split_at(old);
        self.rewrite(position, again, rows)?;
        self.append(new, rows)
    }

    /// Takes bytes that stand in the place of earlier ones.
    fn rewrite(&mut self, position: u64, bytes: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let end = position + bytes.len() as u64;
        let header_end = self.lines.as_ref().map_or(LEN as u64, Lines::header_end);
        if end > header_end {
            return Err(broken(format!(
                "bytes {position} to {end} were written a second time"
            )));
        }
        // What a longer header holds beyond the known fields is not looked at.
        let from = (position as usize).min(LEN);
        let known = bytes.len().min(LEN - from);
        self.header[from..from + known].copy_from_slice(&bytes[..known]);
        let Some(lines) = &mut self.lines else {
            return Ok(());
        };
        let differs = |at: &usize| self.header[*at] != self.first[*at];
        let changed = (0..LEN)
            .filter(|at| !MAY_CHANGE.iter().any(|field| field.contains(at)))
            .find(differs);
        if let Some(at) = changed {
            return Err(broken(format!(
                "byte {at} of the header was changed after the first line"
            )));
        }
        lines.header_changed(&RawHeader::decode(&self.header)?, rows)
    }

    fn append(&mut self, mut bytes: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        if self.have < LEN {
            let n = bytes.len().min(LEN - self.have);
            self.header[self.have..self.have + n].copy_from_slice(&bytes[..n]);
            self.have += n;
            self.end += n as u64;
            bytes = &bytes[n..];
            if self.have == LEN {
                let header = RawHeader::decode(&self.header)?;
                self.first = self.header;
                self.lines = Some(Lines::new(header, self.length)?);
            }
        }
        match &mut self.lines {
            Some(lines) => {
                lines.append(bytes, rows)?;
                self.end += bytes.len() as u64;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Ends the stream: checks that the page is whole.
    ///
    /// # Errors
    ///
    /// The error of an earlier call; `InvalidDriverResponse` that names the numbers when the header
    /// or a line is incomplete, or the header's height or data size is not that of the lines that
    /// came.
    pub fn finish(&self) -> Result<PageEnd> {
        if let Some(e) = &self.failed {
            return Err(e.clone());
        }
        let Some(lines) = &self.lines else {
            let have = self.have;
            return Err(broken(format!(
                "it ended after {have} of {LEN} header bytes"
            )));
        };
        lines.finish(&RawHeader::decode(&self.header)?)
    }
}

/// The error for a stream that breaks a rule.
pub(super) fn broken(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("the RAW stream is wrong: {what}"),
    )
}
