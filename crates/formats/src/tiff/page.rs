//! The page that is being written.

use raster::{Band, PageLayout};
use wia::{Error, Result};

use super::chain::Chain;
use super::describe;
use super::directory::{Directory, Order, StripTable, tag};
use super::encoding::{Encoding, Recipe, STRIP};
use super::options::Options;
use crate::Sink;
use crate::codec::{Ordered, StripEncoder};

/// The least size of an uncompressed strip, in bytes, where it is not the whole page.
const SMALLEST_STRIP: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Page {
    layout: PageLayout,
    /// Rows taken.
    rows: u32,
    encoding: Encoding,
    /// What strips go through, from the first one on.
    coder: Option<Coder>,
    workers: usize,
    /// 0 until the first band of an uncompressed page has come.
    rows_per_strip: usize,
    directory: Directory,
    strips: StripTable,
    /// The unfinished strip: its rows where a thread is to get them, else its bytes as they will be
    /// written; and how many rows went into it.
    strip: Vec<u8>,
    strip_rows: usize,
    /// A write failed: the page can only be abandoned.
    failed: bool,
}

/// Who compresses.
#[derive(Debug)]
enum Coder {
    /// This thread, as the rows come.
    Here(Box<dyn StripEncoder>),
    /// Others, whole strips.
    Threads(Ordered),
}

impl Coder {
    fn new(recipe: &Recipe, workers: usize) -> Result<Coder> {
        if workers <= 1 {
            return Ok(Coder::Here(recipe.encoder()?));
        }
        let encoders: Result<_> = (0..workers).map(|_| recipe.encoder()).collect();
        Ok(Coder::Threads(Ordered::new(encoders?)?))
    }
}

impl Page {
    pub(super) fn new(
        options: &Options,
        index: u32,
        order: Order,
        layout: &PageLayout,
    ) -> Result<Page> {
        if layout.width == 0 || layout.height == Some(0) {
            return Err(Error::invalid("a TIFF page needs at least one pixel"));
        }
        let mut directory = describe::page(options, index, layout);
        let encoding = Encoding::new(options, order, layout, &mut directory)?;
        describe::fill_up(&mut directory, options);
        Ok(Page {
            layout: *layout,
            rows: 0,
            coder: None,
            workers: options.workers,
            rows_per_strip: match &encoding {
                Encoding::Encoded(recipe) => recipe.rows,
                Encoding::Plain | Encoding::Inverted => 0,
            },
            encoding,
            directory,
            strips: StripTable::default(),
            strip: Vec::new(),
            strip_rows: 0,
            failed: false,
        })
    }

    /// Makes sure before anything is written that a page of known size has room.
    pub(super) fn reserve(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<()> {
        let data = match self.encoding {
            Encoding::Encoded(..) => 0,
            _ => {
                let row = self.layout.row_bytes() as u64;
                row.saturating_mul(self.layout.height.unwrap_or(0).into())
            }
        };
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
        match (&self.encoding, band.packed()) {
            (Encoding::Plain, Some(data)) => self.pass(chain, sink, data, band.rows())?,
            _ => self.gather(chain, sink, band)?,
        }
        self.failed = false;
        self.rows = rows;
        Ok(())
    }

    /// Writes what is left and the directory; returns the rows of the page and the bytes of the
    /// document.
    pub(super) fn end(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<(u32, u64)> {
        self.complete(chain, sink)?;
        let bytes = chain.add_directory(sink, &self.directory, &mut self.strips)?;
        Ok((self.rows, bytes))
    }

    /// Its directory and its strips, once it is complete.
    pub(super) fn into_parts(self) -> (Directory, StripTable) {
        (self.directory, self.strips)
    }

    /// Writes what is left but for the directory.
    pub(super) fn complete(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<u32> {
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
        self.drain(chain, sink)?;
        let strip = u32::try_from(self.rows_per_strip).unwrap_or(u32::MAX);
        self.directory.long(tag::IMAGE_LENGTH, self.rows);
        self.directory
            .long(tag::ROWS_PER_STRIP, strip.min(self.rows));
        Ok(self.rows)
    }

    fn usable(&self) -> Result<()> {
        if self.failed {
            return Err(Error::invalid("the page has failed and must be abandoned"));
        }
        Ok(())
    }

    /// Uncompressed rows without padding: whole strips go to the sink from where they are.
    fn pass(
        &mut self,
        chain: &mut Chain,
        sink: &mut dyn Sink,
        mut data: &[u8],
        band: usize,
    ) -> Result<()> {
        let row = self.layout.row_bytes();
        let strip = self.strip_of(band) * row;
        if !self.strip.is_empty() {
            let (head, tail) = data.split_at(data.len().min(strip - self.strip.len()));
            self.strip.extend_from_slice(head);
            self.strip_rows += head.len() / row;
            data = tail;
            if self.strip.len() == strip {
                self.flush(chain, sink)?;
            }
        }
        let (whole, tail) = data.split_at(data.len() / strip * strip);
        if !whole.is_empty() {
            let count = self.strips.len() + (whole.len() / strip) as u64;
            let at = chain.append_data(sink, whole, |form| self.directory.size(form, count))?;
            for start in (0..whole.len()).step_by(strip) {
                self.strips.push(at + start as u64, strip as u64)?;
            }
        }
        self.strip.extend_from_slice(tail);
        self.strip_rows += tail.len() / row;
        Ok(())
    }

    /// Rows that are changed on their way, strip by strip.
    fn gather(&mut self, chain: &mut Chain, sink: &mut dyn Sink, band: Band<'_>) -> Result<()> {
        let whole = self.strip_of(band.rows());
        let mut from = 0;
        while from < band.rows() {
            let to = band.rows().min(from + whole - self.strip_rows);
            let part = band.slice(from, to);
            self.coder()?;
            match (&self.encoding, &mut self.coder) {
                (Encoding::Encoded(_), Some(Coder::Here(encoder))) => {
                    encoder.rows(part, &mut self.strip)?;
                }
                (Encoding::Inverted, _) => part
                    .iter()
                    .for_each(|r| self.strip.extend(r.iter().map(|byte| !byte))),
                _ => part.iter().for_each(|r| self.strip.extend_from_slice(r)),
            }
            self.strip_rows += to - from;
            from = to;
            if self.strip_rows == whole {
                self.flush(chain, sink)?;
            }
        }
        Ok(())
    }

    /// Rows of a strip, settled by the first band where it is not yet.
    fn strip_of(&mut self, band: usize) -> usize {
        if self.rows_per_strip == 0 {
            self.rows_per_strip = rows_per_strip(&self.layout, band);
        }
        self.rows_per_strip
    }

    /// Makes the coder when a strip begins, unless its rows are to show first how.
    fn coder(&mut self) -> Result<()> {
        if let Encoding::Encoded(recipe) = &self.encoding
            && self.coder.is_none()
            && !recipe.is_open()
        {
            self.coder = Some(Coder::new(recipe, self.workers)?);
        }
        Ok(())
    }

    /// Completes and writes the unfinished strip, if there is one.
    fn flush(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<()> {
        if self.strip_rows == 0 {
            return Ok(());
        }
        self.strip_rows = 0;
        if self.coder.is_none()
            && let Encoding::Encoded(recipe) = &mut self.encoding
        {
            recipe.decide(&self.strip, &mut self.directory)?;
            self.coder()?;
            if let Some(Coder::Here(encoder)) = &mut self.coder {
                let row = self.layout.row_bytes();
                let rows = std::mem::take(&mut self.strip);
                if let Some(band) = Band::new(&rows, row, row) {
                    encoder.rows(band, &mut self.strip)?;
                }
            }
        }
        let (directory, strips) = (&self.directory, &mut self.strips);
        let mut write = |data: &[u8]| {
            let count = strips.len() + 1;
            let at = chain.append_data(sink, data, |form| directory.size(form, count))?;
            strips.push(at, data.len() as u64)
        };
        match &mut self.coder {
            Some(Coder::Threads(ordered)) => {
                let rows = std::mem::replace(&mut self.strip, ordered.buffer());
                return ordered.submit(rows, self.layout.row_bytes(), &mut write);
            }
            Some(Coder::Here(encoder)) => encoder.finish(&mut self.strip)?,
            None => {}
        }
        write(&self.strip)?;
        self.strip.clear();
        Ok(())
    }

    /// Writes the strips that threads have still.
    fn drain(&mut self, chain: &mut Chain, sink: &mut dyn Sink) -> Result<()> {
        let (directory, strips) = (&self.directory, &mut self.strips);
        if let Some(Coder::Threads(ordered)) = &mut self.coder {
            ordered.finish(&mut |data| {
                let count = strips.len() + 1;
                let at = chain.append_data(sink, data, |form| directory.size(form, count))?;
                strips.push(at, data.len() as u64)
            })?;
        }
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
