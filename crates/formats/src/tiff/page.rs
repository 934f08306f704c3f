//! The page that is being written.

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use super::chain::Chain;
use super::describe;
use super::directory::{Directory, StripTable, tag};
use super::options::{Compression, Options, Photometric};
use crate::Sink;

/// The size that uncompressed strips are brought to, in bytes, and the least and the most that is
/// taken when it suits the bands that come.
const STRIP: usize = 256 * 1024;
const SMALLEST_STRIP: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Page {
    layout: PageLayout,
    /// Rows taken.
    rows: u32,
    /// 0 until the first band has come.
    rows_per_strip: usize,
    invert: bool,
    directory: Directory,
    strips: StripTable,
    /// The unfinished strip.
    buffer: Vec<u8>,
    /// A write failed: the page can only be abandoned.
    failed: bool,
}

impl Page {
    pub(super) fn new(options: &Options, index: u32, layout: &PageLayout) -> Result<Page> {
        if layout.width == 0 || layout.height == Some(0) {
            return Err(Error::invalid("a TIFF page needs at least one pixel"));
        }
        if options.compression != Compression::None {
            return Err(Error::new(ErrorKind::NotImplemented, "TIFF compression"));
        }
        let mut directory = describe::page(options, index, layout);
        describe::fill_up(&mut directory, options);
        Ok(Page {
            layout: *layout,
            rows: 0,
            rows_per_strip: 0,
            invert: options.photometric == Photometric::WhiteIsZero && layout.pixel.channels() == 1,
            directory,
            strips: StripTable::default(),
            buffer: Vec::new(),
            failed: false,
        })
    }

    /// Makes sure before anything is written that a page of known size has room.
    pub(super) fn reserve(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<()> {
        let data = self.layout.page_bytes().unwrap_or(0);
        chain
            .make_room(sink, data, |form| self.directory.size(form, 1))
            .map(|_| ())
    }

    pub(super) fn rows(
        &mut self,
        chain: &mut Chain,
        sink: &mut dyn Sink,
        band: Band<'_>,
    ) -> Result<()> {
        self.usable()?;
        if band.row_bytes() != self.layout.row_bytes() {
            return Err(Error::invalid(format!(
                "rows of {} bytes for a page with rows of {}",
                band.row_bytes(),
                self.layout.row_bytes()
            )));
        }
        let most = self.layout.height.unwrap_or(u32::MAX);
        let rows = u32::try_from(band.rows())
            .ok()
            .and_then(|more| self.rows.checked_add(more))
            .filter(|rows| *rows <= most)
            .ok_or_else(|| Error::invalid(format!("more than the page's {most} rows")))?;
        if band.rows() == 0 {
            return Ok(());
        }
        self.failed = true;
        self.plain_rows(chain, sink, band)?;
        self.failed = false;
        self.rows = rows;
        Ok(())
    }

    /// Writes what is left and the directory; returns the rows of the page and the bytes of the
    /// document.
    pub(super) fn end(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<(u32, u64)> {
        self.usable()?;
        if self.rows == 0 || self.layout.height.is_some_and(|h| h != self.rows) {
            return Err(Error::invalid(format!(
                "a page of {} rows ended after {}",
                self.layout
                    .height
                    .map_or("some".to_owned(), |h| h.to_string()),
                self.rows
            )));
        }
        self.failed = true;
        self.flush(chain, sink)?;
        let strip = u32::try_from(self.rows_per_strip).unwrap_or(u32::MAX);
        self.directory.long(tag::IMAGE_LENGTH, self.rows);
        self.directory
            .long(tag::ROWS_PER_STRIP, strip.min(self.rows));
        let bytes = chain.add_directory(sink, &self.directory, &mut self.strips)?;
        Ok((self.rows, bytes))
    }

    fn usable(&self) -> Result<()> {
        if self.failed {
            return Err(Error::invalid("the page has failed and must be abandoned"));
        }
        Ok(())
    }

    /// Uncompressed rows: whole strips go to the sink from where they are.
    fn plain_rows(&mut self, chain: &mut Chain, sink: &mut dyn Sink, band: Band<'_>) -> Result<()> {
        if self.rows_per_strip == 0 {
            self.rows_per_strip = rows_per_strip(&self.layout, band.rows());
        }
        let strip = self.rows_per_strip * self.layout.row_bytes();
        let (Some(mut data), false) = (band.packed(), self.invert) else {
            for row in band.iter() {
                if self.invert {
                    self.buffer.extend(row.iter().map(|byte| !byte));
                } else {
                    self.buffer.extend_from_slice(row);
                }
                if self.buffer.len() >= strip {
                    self.flush(chain, sink)?;
                }
            }
            return Ok(());
        };
        if !self.buffer.is_empty() {
            let (head, tail) = data.split_at(data.len().min(strip - self.buffer.len()));
            self.buffer.extend_from_slice(head);
            data = tail;
            if self.buffer.len() == strip {
                self.flush(chain, sink)?;
            }
        }
        let (whole, tail) = data.split_at(data.len() / strip * strip);
        if !whole.is_empty() {
            let count = self.strips.len() + (whole.len() / strip) as u64;
            let at = chain.append(sink, whole, |form| self.directory.size(form, count))?;
            for start in (0..whole.len()).step_by(strip) {
                self.strips.push(at + start as u64, strip as u64)?;
            }
        }
        self.buffer.extend_from_slice(tail);
        Ok(())
    }

    /// Writes the strip in the buffer, if there is one.
    fn flush(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let count = self.strips.len() + 1;
        let at = chain.append(sink, &self.buffer, |form| self.directory.size(form, count))?;
        self.strips.push(at, self.buffer.len() as u64)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Rows of an uncompressed strip, when the first band has `band` rows: most drivers fill bands of
/// one size, which then pass as whole strips without being copied.
fn rows_per_strip(layout: &PageLayout, band: usize) -> usize {
    let row = layout.row_bytes();
    let suits = |rows: &usize| (SMALLEST_STRIP..=STRIP).contains(&(rows * row));
    let default = (STRIP / row).max(1);
    let rows = if band * row < SMALLEST_STRIP {
        // Some bands together.
        (default / band).max(1) * band
    } else {
        // A part of the band; of a whole page the last strip may be shorter.
        let parts = (1..=band).map(|parts| band.div_ceil(parts));
        let exact = parts.take_while(|rows| rows * row >= SMALLEST_STRIP);
        exact
            .filter(suits)
            .find(|rows| band.is_multiple_of(*rows))
            .unwrap_or(default)
    };
    layout
        .height
        .map_or(rows, |height| rows.min(height as usize))
}
