//! A page on its way from the resolution that it has to the one that was asked for.

use std::collections::VecDeque;

use formats::{bmp, in_order, raw};
use raster::{Area, Band, Converter, PageLayout, Resampler, Scale};
use wia::{Error, ErrorKind, Result};

use crate::below::Below;
use crate::resolution::Found;
use crate::watch::Kind;

/// Of what is darker than this in grey, a page of black and white has black.
const THRESHOLD: u8 = 128;

/// Takes the bytes of a RAW page or bitmap, and writes one at another resolution.
pub(crate) struct Rescale {
    reader: Reader,
    page: PageOut,
}

enum Reader {
    Raw(Box<raw::Reader>),
    Bitmap(Box<bmp::Reader>),
}

impl Rescale {
    /// `below` stands where the page goes: at its end.
    pub(crate) fn new(kind: Kind, found: Found, below: Below) -> Rescale {
        Rescale {
            reader: match kind {
                Kind::Bitmap => Reader::Bitmap(Box::default()),
                _ => Reader::Raw(Box::default()),
            },
            page: PageOut {
                found,
                below,
                open: None,
            },
        }
    }

    /// Takes bytes of the driver's document.
    ///
    /// # Errors
    ///
    /// As the readers of both formats; what the stream says.
    pub(crate) fn write_at(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        let page = &mut self.page;
        match &mut self.reader {
            Reader::Raw(reader) => reader.write_at(at, bytes, &mut |layout, band| {
                page.rows(layout, in_order::Form::Raw, band)
            }),
            Reader::Bitmap(reader) => reader.write_at(at, bytes, &mut |told, band| {
                let form = in_order::Form::Bitmap {
                    container: told.container,
                    bottom_up: told.bottom_up,
                };
                page.rows(&told.layout, form, band)
            }),
        }
    }

    /// Completes the page, if the driver has.
    ///
    /// # Errors
    ///
    /// When it is not complete; what the stream says.
    pub(crate) fn end(self) -> Result<()> {
        match &self.reader {
            Reader::Raw(reader) => reader.finish().map(drop)?,
            Reader::Bitmap(reader) => reader.finish().map(drop)?,
        }
        self.page.end()
    }
}

struct PageOut {
    found: Found,
    below: Below,
    open: Option<OpenPage>,
}

struct OpenPage {
    rows: Rows,
    back: Converter,
    converted: Vec<u8>,
    writer: in_order::Writer<Below>,
}

impl PageOut {
    fn rows(&mut self, layout: &PageLayout, form: in_order::Form, band: Band<'_>) -> Result<()> {
        if self.open.is_none() {
            self.open = Some(self.begin(layout, form)?);
        }
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        for row in band.iter() {
            open.rows.push(row);
            while open.rows.can_make() {
                open.make()?;
            }
        }
        Ok(())
    }

    fn begin(&self, layout: &PageLayout, form: in_order::Form) -> Result<OpenPage> {
        let found = &self.found;
        let target = PageLayout {
            width: found.width,
            height: layout.height.and(found.lines),
            pixel: layout.pixel,
            x_dpi: found.wanted.0,
            y_dpi: found.wanted.1,
        };
        let rows = Rows::new(layout, found)?;
        let sampled = rows.resampler.pixel();
        Ok(OpenPage {
            back: Converter::new(sampled, target.pixel, target.width, THRESHOLD),
            converted: vec![0; target.row_bytes()],
            rows,
            writer: in_order::Writer::begin(self.below.clone(), form, &target)?,
        })
    }

    fn end(self) -> Result<()> {
        let Some(mut open) = self.open else {
            return Err(Error::invalid("a page without a row"));
        };
        open.rows.end();
        while open.rows.can_make() {
            open.make()?;
        }
        open.writer.end()
    }
}

impl OpenPage {
    /// The next row of the target.
    fn make(&mut self) -> Result<()> {
        let row = self.rows.make()?;
        self.back.convert_row(row, &mut self.converted);
        let bytes = self.converted.len();
        match Band::new(&self.converted, bytes, bytes) {
            Some(band) => self.writer.rows(band),
            None => Ok(()),
        }
    }
}

/// Source rows as they come, and the target rows that they make.
struct Rows {
    resampler: Resampler,
    y: Scale,
    /// Source rows that are still needed.
    waiting: VecDeque<Vec<u8>>,
    /// The number of the first of them.
    first: u64,
    /// Target rows that were made.
    made: u64,
    /// Target rows that there will be, where that is known.
    all: Option<u64>,
    ended: bool,
    row: Vec<u8>,
}

impl Rows {
    fn new(layout: &PageLayout, found: &Found) -> Result<Rows> {
        // Neither height matters: rows are made when theirs have come.
        let resampler = Resampler::new(
            (layout.width, u32::MAX),
            layout.pixel,
            found.scale,
            Area::of_size(found.width, u32::MAX),
        )?;
        Ok(Rows {
            row: vec![0; resampler.row_bytes()],
            resampler,
            y: found.scale.1,
            waiting: VecDeque::new(),
            first: 0,
            made: 0,
            all: layout.height.and(found.lines).map(u64::from),
            ended: false,
        })
    }

    fn push(&mut self, row: &[u8]) {
        self.waiting.push_back(row.to_vec());
    }

    /// The source has ended.
    fn end(&mut self) {
        self.ended = true;
        let came = self.first + self.waiting.len() as u64;
        let came = u32::try_from(came).unwrap_or(u32::MAX);
        let all = u64::from(self.y.target_pixels(came));
        self.all = Some(
            self.all
                .filter(|told| told.abs_diff(all) <= 1)
                .unwrap_or(all),
        );
    }

    /// Whether the next row can be made.
    fn can_make(&self) -> bool {
        if self.all.is_some_and(|all| self.made >= all) {
            return false;
        }
        let came = self.first + self.waiting.len() as u64;
        let (source, target) = (u64::from(self.y.source()), u64::from(self.y.target()));
        let needed = ((self.made + 1) * source).div_ceil(target);
        (self.ended && came > 0) || needed <= came
    }

    fn make(&mut self) -> Result<&[u8]> {
        let (first, waiting) = (self.first, &self.waiting);
        self.resampler.next_row(&mut self.row, |index, row| {
            // Behind the last row, under a part of a pixel, lies another one like it.
            let place = u64::from(index).saturating_sub(first);
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            let source = waiting.get(place).or(waiting.back());
            let source = source.ok_or_else(|| {
                Error::new(ErrorKind::Unexpected, "a row that has not come is needed")
            })?;
            row.copy_from_slice(source);
            Ok(())
        })?;
        self.made += 1;
        self.forget();
        Ok(&self.row)
    }

    /// Drops the source rows that no later row needs; the last one stays.
    fn forget(&mut self) {
        let (source, target) = (u64::from(self.y.source()), u64::from(self.y.target()));
        let needed = self.made * source / target;
        while self.first < needed && self.waiting.len() > 1 {
            self.waiting.pop_front();
            self.first += 1;
        }
    }
}
