//! A small grey picture of a preview, and what lies apart in it.

use raster::{Area, PageLayout};

/// Pixels of a row; what is wider is made smaller.
const WIDTH: u32 = 1024;
/// How far a pixel is from the bed's grey when it belongs to something.
const DIFFERENT: u8 = 32;
/// Side of the cells, of which neighbours belong together, in millimetres.
const CELL: f64 = 2.0;
/// What is smaller both ways, in millimetres, is dust.
const SMALLEST: f64 = 5.0;
/// What is thinner, in millimetres, is a line: an edge of the bed, a scratch.
const THINNEST: f64 = 1.0;
/// The resolution of an image that does not tell one.
const USUAL_DPI: u32 = 75;

pub(super) struct Picture {
    /// Of the image.
    width: u32,
    height: u32,
    dpi: u32,
    /// Pixels of the image, each way, in one of the picture.
    shrink: u32,
    /// Pixels of a row of the picture.
    columns: usize,
    pixels: Vec<u8>,
    /// Sums of the row that is not complete.
    sums: Vec<u64>,
}

impl Picture {
    pub(super) fn new(layout: &PageLayout) -> Picture {
        let shrink = layout.width.div_ceil(WIDTH).max(1);
        let columns = layout.width.div_ceil(shrink) as usize;
        Picture {
            width: layout.width,
            height: 0,
            dpi: match layout.x_dpi {
                0 => USUAL_DPI,
                dpi => dpi,
            },
            shrink,
            columns,
            pixels: Vec::new(),
            sums: vec![0; columns],
        }
    }

    /// Width and height of the image.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// One more row of the image, in 8-bit grey.
    pub(super) fn row(&mut self, grey: &[u8]) {
        let pieces = grey.chunks(self.shrink as usize);
        for (sum, piece) in self.sums.iter_mut().zip(pieces) {
            *sum += piece.iter().map(|p| u64::from(*p)).sum::<u64>() / piece.len() as u64;
        }
        self.height += 1;
        if self.height.is_multiple_of(self.shrink) {
            self.flush(self.shrink);
        }
    }

    fn flush(&mut self, rows: u32) {
        let means = self.sums.iter().map(|sum| sum / u64::from(rows));
        self.pixels.extend(means.map(|mean| mean as u8));
        self.sums.fill(0);
    }

    /// The image is complete.
    pub(super) fn end(&mut self, bottom_up: bool) {
        match self.height % self.shrink {
            0 => {}
            rows => self.flush(rows),
        }
        if bottom_up {
            let rows: Vec<_> = self.pixels.chunks(self.columns).rev().collect();
            self.pixels = rows.concat();
        }
    }

    /// What lies apart on the bed, in pixels of the image, from the top down.
    pub(super) fn regions(&self) -> Vec<Area> {
        let mut found = merge(Cells::new(self).objects());
        let millimetre = f64::from(self.dpi) / 25.4 / f64::from(self.shrink);
        let (smallest, thinnest) = (SMALLEST * millimetre, THINNEST * millimetre);
        found.retain(|b| {
            let sides = [b.right - b.left, b.bottom - b.top].map(f64::from);
            sides[0].max(sides[1]) >= smallest && sides[0].min(sides[1]) >= thinnest
        });
        found.sort_by_key(|b| (b.top, b.left));
        let whole = Area::of_size(self.width, self.height);
        let of_image = |b: Bounds| {
            let n = self.shrink;
            let (width, height) = (b.right - b.left, b.bottom - b.top);
            Area::new(b.left * n, b.top * n, width * n, height * n).intersection(&whole)
        };
        found.into_iter().map(of_image).collect()
    }

    /// The grey of the bed: the median of the outermost pixels.
    fn bed(&self) -> u8 {
        let mut edge: Vec<u8> = Vec::new();
        let rows: Vec<_> = self.pixels.chunks_exact(self.columns).collect();
        for (y, row) in rows.iter().enumerate() {
            match row {
                row if y == 0 || y + 1 == rows.len() => edge.extend(*row),
                row => edge.extend(row.first().into_iter().chain(row.last())),
            }
        }
        let middle = edge.len() / 2;
        match edge.is_empty() {
            true => 255,
            false => *edge.select_nth_unstable(middle).1,
        }
    }
}

/// A rectangle of the picture, without its right and bottom edge.
#[derive(Clone, Copy)]
struct Bounds {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

impl Bounds {
    fn with(self, other: Bounds) -> Bounds {
        Bounds {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn meets(&self, other: &Bounds) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// The picture in cells, each with the bounds of what differs from the bed in it.
struct Cells {
    columns: usize,
    cells: Vec<Option<Bounds>>,
}

impl Cells {
    fn new(picture: &Picture) -> Cells {
        let bed = picture.bed();
        let side = CELL * f64::from(picture.dpi) / 25.4 / f64::from(picture.shrink);
        // The cast saturates.
        let side = (side.round() as u32).max(2);
        let columns = picture.columns.div_ceil(side as usize);
        let mut cells = Vec::new();
        let rows = picture.pixels.chunks_exact(picture.columns.max(1));
        for (y, row) in (0_u32..).zip(rows) {
            if y.is_multiple_of(side) {
                cells.resize(cells.len() + columns, None);
            }
            let first = cells.len() - columns;
            for (x, pixel) in (0_u32..).zip(row) {
                if pixel.abs_diff(bed) < DIFFERENT {
                    continue;
                }
                let here = Bounds {
                    left: x,
                    top: y,
                    right: x + 1,
                    bottom: y + 1,
                };
                if let Some(cell) = cells.get_mut(first + (x / side) as usize) {
                    *cell = Some(cell.map_or(here, |bounds: Bounds| bounds.with(here)));
                }
            }
        }
        Cells { columns, cells }
    }

    /// The bounds of each group of cells that touch.
    fn objects(mut self) -> Vec<Bounds> {
        let mut found = Vec::new();
        for first in 0..self.cells.len() {
            let Some(mut bounds) = self.take(first) else {
                continue;
            };
            let mut rest = vec![first];
            while let Some(at) = rest.pop() {
                for next in self.around(at) {
                    if let Some(more) = self.take(next) {
                        bounds = bounds.with(more);
                        rest.push(next);
                    }
                }
            }
            found.push(bounds);
        }
        found
    }

    fn take(&mut self, at: usize) -> Option<Bounds> {
        self.cells.get_mut(at)?.take()
    }

    /// The cells around one.
    fn around(&self, at: usize) -> impl Iterator<Item = usize> + use<> {
        let (row, column, columns) = (at / self.columns, at % self.columns, self.columns);
        let near = |n: usize| n.saturating_sub(1)..=n + 1;
        near(row).flat_map(move |row| {
            let here = near(column).filter(move |column| *column < columns);
            here.map(move |column| row * columns + column)
        })
    }
}

/// Rectangles that overlap are one.
fn merge(mut rest: Vec<Bounds>) -> Vec<Bounds> {
    let mut apart = Vec::new();
    while let Some(mut bounds) = rest.pop() {
        let before = rest.len();
        rest.retain(|other| {
            let meets = bounds.meets(other);
            if meets {
                bounds = bounds.with(*other);
            }
            !meets
        });
        match rest.len() == before {
            true => apart.push(bounds),
            // It has grown, and may meet others.
            false => {
                rest.append(&mut apart);
                rest.push(bounds);
            }
        }
    }
    apart
}
