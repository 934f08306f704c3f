//! From strokes to pixels: letters drawn with a round pen, smoothed at their edges.

use std::collections::HashMap;
use std::sync::Arc;

use super::strokes;

/// A size and a weight of letters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    /// Height of a capital in thousandths of an inch.
    pub(super) capital: f32,
    /// Width of the pen in hundredths of that height.
    pub(super) pen: f32,
    /// Added between letters, in hundredths of that height.
    pub(super) spacing: f32,
}

impl Style {
    pub(super) const fn new(capital: f32, pen: f32) -> Style {
        Style {
            capital,
            pen,
            spacing: 9.0,
        }
    }

    /// The width of a text in thousandths of an inch.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    /// How far a letter moves the pen on, in thousandths of an inch.
    pub(super) fn advance(&self, letter: char) -> f32 {
        (strokes::glyph(letter).0 + self.spacing) * self.capital / 100.0
    }
}

/// Pixels of a row, of equal cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Pixels from the mask's left edge.
    pub(super) x: u32,
    pub(super) len: u32,
    /// How much of them the ink covers, 1..=255.
    pub(super) cover: u8,
}

/// A letter in pixels.
#[derive(Debug)]
pub(super) struct Mask {
    /// From the pen's position to the left edge, in pixels; right is positive.
    pub(super) left: i32,
    /// From the baseline to the first row, in pixels; down is positive.
    pub(super) top: i32,
    /// Where each row's spans end.
    ends: Vec<u32>,
    spans: Vec<Span>,
}

impl Mask {
    /// The spans of a row of the mask, none beyond it.
    pub(super) fn row(&self, y: i32) -> &[Span] {
        let Some(y) = usize::try_from(y).ok().filter(|y| *y < self.ends.len()) else {
            return &[];
        };
        let start = y.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.spans[start as usize..self.ends[y] as usize]
    }
}

/// The letters that scans at a resolution have needed so far.
#[derive(Debug, Default)]
pub(super) struct TypeCase {
    resolution: (u32, u32),
    masks: HashMap<(char, u32, u8), Arc<Mask>>,
}

impl TypeCase {
    /// A text whose pen starts at `x`, in thousandths of an inch, at a resolution: each letter and the
    /// pixel column of its pen. The letters of another resolution are forgotten.
    pub(super) fn set(
        &mut self,
        resolution: (u32, u32),
        text: &str,
        style: Style,
        x: f32,
    ) -> Vec<(Arc<Mask>, i32)> {
        if self.resolution != resolution {
            self.resolution = resolution;
            self.masks.clear();
        }
        // Where a pixel is a large part of a letter, letters stand at quarters of it too.
        let phases = if resolution.0 < 250 { 4.0 } else { 1.0 };
        let mut at = x;
        let mut line = Vec::new();
        for letter in text.chars() {
            let pixels = at * resolution.0 as f32 / 1000.0;
            let parts = (pixels * phases + 0.5).floor();
            let whole = (parts / phases).floor();
            if letter != ' ' {
                let phase = parts - whole * phases;
                let key = (letter, style.capital.to_bits(), phase as u8);
                let mask = self
                    .masks
                    .entry(key)
                    .or_insert_with(|| Arc::new(draw(letter, style, phase / phases, resolution)));
                line.push((Arc::clone(mask), whole as i32));
            }
            at += style.advance(letter);
        }
        line
    }
}

type Point = (f32, f32);

fn draw(letter: char, style: Style, shift: f32, (x_dpi, y_dpi): (u32, u32)) -> Mask {
    let unit = style.capital / 100_000.0;
    let (sx, sy) = (unit * x_dpi as f32, unit * y_dpi as f32);
    let mut lines = flatten(strokes::glyph(letter).1, sx.max(sy));
    for point in lines.iter_mut().flat_map(|(a, b)| [a, b]) {
        *point = (point.0 * sx + shift, -point.1 * sy);
    }
    // The pen is round on paper: distances are measured in rows, columns counting for their share.
    let aspect = sy / sx;
    let radius = style.pen / 2.0 * sy;
    let (reach_x, reach_y) = (radius / aspect + 1.0, radius + 1.0);
    let mut bounds = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for (x, y) in lines.iter().flat_map(|(a, b)| [a, b]) {
        bounds = (
            bounds.0.min(x - reach_x),
            bounds.1.min(y - reach_y),
            bounds.2.max(x + reach_x),
            bounds.3.max(y + reach_y),
        );
    }
    let (left, top) = (bounds.0.floor() as i32, bounds.1.floor() as i32);
    let width = (bounds.2.ceil() as i32).saturating_sub(left).max(0) as usize;
    let height = (bounds.3.ceil() as i32).saturating_sub(top).max(0) as usize;
    let mut cover = vec![0u8; width * height];
    for (a, b) in lines {
        let (a, b) = (
            (a.0 - left as f32, a.1 - top as f32),
            (b.0 - left as f32, b.1 - top as f32),
        );
        stroke(&mut cover, width, (a, b), radius, aspect);
    }
    mask_of(&cover, width, left, top)
}

/// Covers the pixels within `radius` of a line from `a` to `b`.
fn stroke(cover: &mut [u8], width: usize, (a, b): (Point, Point), radius: f32, aspect: f32) {
    let (reach_x, reach_y) = (radius / aspect + 1.0, radius + 1.0);
    let low = |p: f32, q: f32, reach: f32| (p.min(q) - reach).max(0.0) as usize;
    let high = |p: f32, q: f32, reach: f32| (p.max(q) + reach + 1.0).max(0.0) as usize;
    let (dx, dy) = ((b.0 - a.0) * aspect, b.1 - a.1);
    let length = (dx * dx + dy * dy).max(1e-6);
    let rows = cover.chunks_exact_mut(width.max(1)).enumerate();
    let (first, last) = (low(a.1, b.1, reach_y), high(a.1, b.1, reach_y));
    for (y, row) in rows.skip(first).take(last.saturating_sub(first)) {
        let py = y as f32 + 0.5 - a.1;
        let (start, end) = (low(a.0, b.0, reach_x), high(a.0, b.0, reach_x).min(width));
        for (x, pixel) in row.iter_mut().enumerate().take(end).skip(start) {
            let px = (x as f32 + 0.5 - a.0) * aspect;
            let t = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
            let (ex, ey) = (px - t * dx, py - t * dy);
            // A pen finer than a pixel covers less of it.
            let away = (ex * ex + ey * ey).sqrt();
            let inked = (radius + 0.5 - away).clamp(0.0, (2.0 * radius).min(1.0));
            *pixel = (*pixel).max((inked * 255.0 + 0.5) as u8);
        }
    }
}

fn mask_of(cover: &[u8], width: usize, left: i32, top: i32) -> Mask {
    let (mut ends, mut spans) = (Vec::new(), Vec::<Span>::new());
    for row in cover.chunks_exact(width.max(1)) {
        spans_of(row, &mut spans);
        ends.push(spans.len() as u32);
    }
    Mask {
        left,
        top,
        ends,
        spans,
    }
}

/// Appends the spans of a row.
pub(super) fn spans_of(row: &[u8], spans: &mut Vec<Span>) {
    let begin = spans.len();
    for (x, &cover) in (0..).zip(row) {
        match spans[begin..].last_mut() {
            _ if cover == 0 => {}
            Some(last) if last.cover == cover && last.x + last.len == x => last.len += 1,
            _ => spans.push(Span { x, len: 1, cover }),
        }
    }
}

/// The lines of a path; curves are cut finely enough for `scale` pixels a unit.
fn flatten(path: &str, scale: f32) -> Vec<(Point, Point)> {
    let mut lines = Vec::new();
    let mut pen = (0.0, 0.0);
    let mut words = path.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        let (command, first) = word.split_at(1);
        let mut numbers = vec![first];
        while let Some(number) = words.next_if(|w| !w.starts_with(char::is_alphabetic)) {
            numbers.push(number);
        }
        let points: Vec<Point> = numbers
            .chunks_exact(2)
            .map(|p| (p[0].parse().unwrap_or(0.0), p[1].parse().unwrap_or(0.0)))
            .collect();
        let Some(&to) = points.last() else { continue };
        match (command, &points[..]) {
            ("L", _) => lines.push((pen, to)),
            ("Q", &[control, to]) => {
                let third = |p: Point| {
                    (
                        p.0 + (control.0 - p.0) * 2.0 / 3.0,
                        p.1 + (control.1 - p.1) * 2.0 / 3.0,
                    )
                };
                curve(&mut lines, [pen, third(pen), third(to), to], scale);
            }
            ("R", _) => {
                let from = (pen.0 + (to.0 - pen.0) * QUARTER, pen.1);
                let towards = (to.0, to.1 - (to.1 - pen.1) * QUARTER);
                curve(&mut lines, [pen, from, towards, to], scale);
            }
            ("V", _) => {
                let from = (pen.0, pen.1 + (to.1 - pen.1) * QUARTER);
                let towards = (to.0 - (to.0 - pen.0) * QUARTER, to.1);
                curve(&mut lines, [pen, from, towards, to], scale);
            }
            _ => {}
        }
        pen = to;
    }
    lines
}

/// How far the control points of a cubic lie along the sides of a quarter ellipse.
const QUARTER: f32 = 0.5523;

fn curve(lines: &mut Vec<(Point, Point)>, [a, b, c, d]: [Point; 4], scale: f32) {
    let pixels = ((d.0 - a.0).abs() + (d.1 - a.1).abs()) * scale;
    let steps = (pixels / 6.0).clamp(4.0, 32.0) as u32;
    let mut from = a;
    for step in 1..=steps {
        let t = step as f32 / steps as f32;
        let s = 1.0 - t;
        let (wa, wb, wc, wd) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
        let to = (
            wa * a.0 + wb * b.0 + wc * c.0 + wd * d.0,
            wa * a.1 + wb * b.1 + wc * c.1 + wd * d.1,
        );
        lines.push((from, to));
        from = to;
    }
}
