//! Rows of a generated side at a resolution.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use raster::PixelType;
use wia::Result;

use super::super::{PaperSize, ScanRequest, scan::Rows};
use super::checker::{self, Checker};
use super::grain::Paper;
use super::ink::{self, Ink, Row};
use super::lettering::{Mask, Style, TypeCase};
use super::page::{self, Identity, Mark, Rect};
use super::picture::Picture;

/// A side as one scan sees it.
pub(super) struct Drawing {
    pixel: PixelType,
    /// The area's left column and top row, and the paper's size, in pixels.
    origin: (u32, u32),
    size: (u32, u32),
    paper: Paper,
    letters: Arc<Mutex<TypeCase>>,
    dpi: (u32, u32),
    shapes: Vec<Shape>,
    /// The shapes on the rows of the page that `seen` says.
    on_row: Vec<usize>,
    seen: Range<u32>,
}

/// A mark in pixels of the page.
struct Shape {
    rows: Range<u32>,
    form: Form,
}

enum Form {
    /// Columns that are inked on each row.
    Bars(Vec<Range<u32>>, Ink),
    Checker(Checker, Ink),
    /// Pixels that are the same on each row, from a column.
    Strip(u32, Vec<u8>),
    /// A text that nobody has looked at yet: its style, the start of its pen and its baseline.
    Unset(String, Style, f32, i64, Ink),
    /// Letters, the column of their pens and their baseline.
    Line(Vec<(Arc<Mask>, i32)>, i64, Ink),
    Unseen(u64, Rect, (u32, u32), u32),
    Picture(Box<Picture>),
}

impl Drawing {
    /// The letters may be shared with other scans; those at the same resolution save each other work.
    pub(super) fn new(
        identity: Identity,
        letters: Arc<Mutex<TypeCase>>,
        request: &ScanRequest,
    ) -> Drawing {
        let pixel = match request.pixel {
            PixelType::Bw1 | PixelType::Gray4 => PixelType::Gray8,
            other => other,
        };
        let dpi = (request.x_dpi, request.y_dpi);
        let area = request.area;
        let grid = Grid { dpi, pixel };
        let wanted = area.y..area.y.saturating_add(area.height);
        let shapes = page::marks(identity)
            .into_iter()
            .map(|mark| grid.shape(mark))
            .filter(|s| s.rows.start < wanted.end && wanted.start < s.rows.end)
            .collect();
        Drawing {
            pixel,
            origin: (area.x, area.y),
            size: PaperSize::A4.pixels(dpi.0, dpi.1),
            paper: Paper::new(identity.own_seed(), dpi, area.x, pixel),
            letters,
            dpi,
            shapes,
            on_row: Vec::new(),
            seen: 0..0,
        }
    }

    /// The type of the rows: 8 or 16 bits a channel.
    pub(super) const fn pixel(&self) -> PixelType {
        self.pixel
    }
}

impl Rows for Drawing {
    fn row(&mut self, y: u32, dst: &mut [u8]) -> Result<()> {
        let (x, y) = (self.origin.0, y.saturating_add(self.origin.1));
        let columns = self.size.0.saturating_sub(x);
        let bytes = if y < self.size.1 {
            self.pixel.row_bytes(columns).min(dst.len())
        } else {
            0
        };
        let (paper, platen) = dst.split_at_mut(bytes);
        platen.fill(0xFF);
        if paper.is_empty() {
            return Ok(());
        }
        self.paper.row(y, paper);
        let mut row = Row {
            bytes: paper,
            pixel: self.pixel,
            x,
        };
        if !self.seen.contains(&y) {
            self.look(y);
        }
        for shape in &self.on_row {
            let shape = &mut self.shapes[*shape];
            shape.form.draw(y, y - shape.rows.start, &mut row);
        }
        Ok(())
    }
}

impl Drawing {
    /// Finds the shapes on row `y`, makes them ready, and finds the rows that have the same ones.
    fn look(&mut self, y: u32) {
        self.on_row.clear();
        self.seen = 0..u32::MAX;
        for (i, shape) in self.shapes.iter_mut().enumerate() {
            for edge in [shape.rows.start, shape.rows.end] {
                if edge <= y {
                    self.seen.start = self.seen.start.max(edge);
                } else {
                    self.seen.end = self.seen.end.min(edge);
                }
            }
            if shape.rows.contains(&y) {
                shape.form.prepare(&self.letters, self.dpi, self.pixel);
                self.on_row.push(i);
            }
        }
    }
}

impl Form {
    /// Makes what the first row needs, so that a scan's first rows do not wait for its last.
    fn prepare(&mut self, letters: &Mutex<TypeCase>, dpi: (u32, u32), pixel: PixelType) {
        match self {
            Form::Unset(text, style, x, baseline, ink) => {
                // A case that somebody left in the middle of a letter has whole letters all the same.
                let mut letters = letters.lock().unwrap_or_else(PoisonError::into_inner);
                *self = Form::Line(letters.set(dpi, text, *style, *x), *baseline, *ink);
            }
            Form::Unseen(seed, place, size, x) => {
                let wide_to_tall = place.width / place.height;
                let picture = Picture::new(*seed, *x, *size, wide_to_tall, pixel);
                *self = Form::Picture(Box::new(picture));
            }
            _ => {}
        }
    }

    /// Draws row `y` of the page, row `own` of the shape.
    fn draw(&mut self, y: u32, own: u32, row: &mut Row<'_>) {
        match self {
            Form::Bars(bars, ink) => {
                for bar in bars {
                    row.fill(bar.clone(), ink);
                }
            }
            Form::Checker(checker, ink) => {
                let x = checker.x.into();
                row.spans(x, checker.row(own), ink);
            }
            Form::Strip(x, pixels) => row.copy(*x, pixels),
            Form::Line(letters, baseline, ink) => {
                for (mask, pen) in letters {
                    let spans = mask.row((i64::from(y) - *baseline) as i32 - mask.top);
                    row.spans(i64::from(*pen) + i64::from(mask.left), spans, ink);
                }
            }
            Form::Picture(picture) => picture.print(own, row),
            Form::Unset(..) | Form::Unseen(..) => {}
        }
    }
}

/// From thousandths of an inch to pixels.
struct Grid {
    dpi: (u32, u32),
    pixel: PixelType,
}

impl Grid {
    /// The pixel edge nearest to a length.
    fn x(&self, thousandths: f32) -> u32 {
        edge(thousandths, self.dpi.0)
    }

    fn y(&self, thousandths: f32) -> u32 {
        edge(thousandths, self.dpi.1)
    }

    /// At least one pixel, however thin.
    fn columns(&self, x: f32, width: f32) -> Range<u32> {
        let start = self.x(x);
        start..self.x(x + width).max(start + 1)
    }

    fn rows(&self, r: &Rect) -> Range<u32> {
        let start = self.y(r.y);
        start..self.y(r.y + r.height).max(start + 1)
    }

    fn shape(&self, mark: Mark) -> Shape {
        let ink = |colour| Ink::new(colour, self.pixel);
        match mark {
            Mark::Fill(r, colour) => Shape {
                rows: self.rows(&r),
                form: Form::Bars(vec![self.columns(r.x, r.width)], ink(colour)),
            },
            Mark::Bars(r, bars, colour) => {
                let columns = bars.iter().map(|(a, b)| self.columns(r.x + a, b - a));
                Shape {
                    rows: self.rows(&r),
                    form: Form::Bars(columns.collect(), ink(colour)),
                }
            }
            Mark::Checker(r, cell, colour) => self.checker(&r, cell, ink(colour)),
            Mark::Wedge(r, steps) => self.wedge(&r, steps),
            Mark::Text(text, style, (x, baseline), colour) => {
                let above = self.y(baseline - style.capital * 1.3);
                let below = self.y(baseline + style.capital * 0.5) + 2;
                let baseline = self.y(baseline).into();
                Shape {
                    rows: above.saturating_sub(2)..below,
                    form: Form::Unset(text, style, x, baseline, ink(colour)),
                }
            }
            Mark::Picture(r, seed) => {
                let (columns, rows) = (self.columns(r.x, r.width), self.rows(&r));
                let size = (columns.end - columns.start, rows.end - rows.start);
                Shape {
                    rows,
                    form: Form::Unseen(seed, r, size, columns.start),
                }
            }
        }
    }

    fn checker(&self, r: &Rect, (width, height): (f32, f32), ink: Ink) -> Shape {
        let (columns, rows) = (self.columns(r.x, r.width), self.rows(r));
        let x = columns.start;
        let across = checker::parts(columns, self.dpi.0, (r.x, r.x + r.width), width);
        let down = checker::parts(rows.clone(), self.dpi.1, (r.y, r.y + r.height), height);
        Shape {
            rows,
            form: Form::Checker(Checker::new(x, across, down), ink),
        }
    }

    fn wedge(&self, r: &Rect, steps: u32) -> Shape {
        let columns = self.columns(r.x, r.width);
        let width = columns.end - columns.start;
        let steps = if steps == 0 { width } else { steps }.max(2);
        let grey = |x: u32| {
            let step = u64::from(x) * u64::from(steps) / u64::from(width);
            [(step * 65535 / u64::from(steps - 1)).min(65535) as u16; 3]
        };
        let colours: Vec<_> = (0..width).map(grey).collect();
        let mut pixels = vec![0; self.pixel.row_bytes(width)];
        ink::colours_to(&colours, self.pixel, &mut pixels);
        Shape {
            rows: self.rows(r),
            form: Form::Strip(columns.start, pixels),
        }
    }
}

fn edge(thousandths: f32, dpi: u32) -> u32 {
    (f64::from(thousandths) * f64::from(dpi) / 1000.0 + 0.5).floor() as u32
}
