//! Squares and lines, of which every other one is inked. A pixel across an edge is inked in part, so
//! that lines finer than pixels become grey, as a scanner sees them.

use std::ops::Range;

use super::lettering::{Span, spans_of};

/// How much of a column or a row lies in even and in odd cells; 255 is all.
pub(super) type Parts = [u8; 2];

#[derive(Debug)]
pub(super) struct Checker {
    /// The page column at which it begins.
    pub(super) x: u32,
    across: Vec<Parts>,
    down: Vec<Parts>,
    /// The row that the spans are for.
    made_for: Option<Parts>,
    cover: Vec<u8>,
    spans: Vec<Span>,
}

impl Checker {
    pub(super) fn new(x: u32, across: Vec<Parts>, down: Vec<Parts>) -> Checker {
        Checker {
            x,
            cover: vec![0; across.len()],
            across,
            down,
            made_for: None,
            spans: Vec::new(),
        }
    }

    /// What is inked on row `y`, counted from the first. Most rows are like the one before.
    pub(super) fn row(&mut self, y: u32) -> &[Span] {
        let row = self.down.get(y as usize).copied().unwrap_or_default();
        if self.made_for != Some(row) {
            self.made_for = Some(row);
            let [even, odd] = row.map(u32::from);
            for (cover, column) in self.cover.iter_mut().zip(&self.across) {
                let column = column.map(u32::from);
                *cover = ((even * column[0] + odd * column[1] + 127) / 255) as u8;
            }
            self.spans.clear();
            spans_of(&self.cover, &mut self.spans);
        }
        &self.spans
    }
}

/// For each pixel of a range the parts of it that lie in even and in odd cells of `cell` thousandths
/// of an inch, from `start` to `end`.
pub(super) fn parts(
    pixels: Range<u32>,
    dpi: u32,
    (start, end): (f32, f32),
    cell: f32,
) -> Vec<Parts> {
    let (start, end, cell) = (f64::from(start), f64::from(end), f64::from(cell));
    let pixel = 1000.0 / f64::from(dpi);
    // The length before `to` that lies in even cells, and all of it.
    let before = |to: f64| {
        let length = to.clamp(start, end) - start;
        let pairs = (length / (2.0 * cell)).floor();
        let rest = length - pairs * 2.0 * cell;
        (pairs * cell + rest.min(cell), length)
    };
    pixels
        .map(|i| {
            let from = before(f64::from(i) * pixel);
            let to = before(f64::from(i + 1) * pixel);
            let even = to.0 - from.0;
            let odd = to.1 - from.1 - even;
            [even, odd].map(|part| (part / pixel * 255.0 + 0.5) as u8)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: Parts = [255, 0];
    const ODD: Parts = [0, 255];

    #[test]
    fn pixels_across_an_edge_are_inked_in_part() {
        // Cells of one and a half pixels.
        let cells = parts(10..14, 1000, (10.0, 14.0), 1.5);
        assert_eq!(cells, [EVEN, [128, 128], ODD, EVEN]);
        // Cells of half a pixel, two and a half of them.
        let cells = parts(0..3, 1000, (0.0, 1.25), 0.5);
        assert_eq!(cells, [[128, 128], [64, 0], [0, 0]]);
    }

    #[test]
    fn even_rows_begin_with_ink_and_odd_rows_do_not() {
        let mut checker = Checker::new(0, vec![EVEN, EVEN, ODD], vec![EVEN, ODD, [51, 204]]);
        let ink = |x, len, cover| Span { x, len, cover };
        assert_eq!(checker.row(0), [ink(0, 2, 255)]);
        assert_eq!(checker.row(1), [ink(2, 1, 255)]);
        assert_eq!(checker.row(2), [ink(0, 2, 51), ink(2, 1, 204)]);
        assert_eq!(checker.row(0), [ink(0, 2, 255)]);
    }
}
