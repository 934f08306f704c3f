//! What stands where on a generated sheet. All lengths are in thousandths of an inch on A4 paper
//! (8268 by 11693), so that every resolution shows the same page.

use super::code128;
use super::ink::{Colour, rgb};
use super::lettering::Style;
use super::noise::derived;
use super::prose;

// Multiples of 40 are whole pixels at 75, 150, 300 dpi and their like.
const LEFT: f32 = 640.0;
const RIGHT: f32 = 7640.0;
const WIDTH: f32 = RIGHT - LEFT;

const INK: Colour = rgb(38, 38, 44);
const BLACK: Colour = rgb(0, 0, 0);
const FAINT: Colour = rgb(150, 146, 138);
const BLUE: Colour = rgb(12, 84, 116);
const RUST: Colour = rgb(158, 58, 26);

/// A rectangle in thousandths of an inch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

const fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

/// Something on the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// An even field.
    Fill(Rect, Colour),
    /// Upright bars: where each begins and ends, from the rectangle's left.
    Bars(Rect, Vec<(f32, f32)>, Colour),
    /// Cells of a width and a height, every other one inked, the top left one first. A cell as wide
    /// (high) as the rectangle makes lines.
    Checker(Rect, (f32, f32), Colour),
    /// Grey from black to white, in equal steps; as many as there are pixels where the number is 0.
    Wedge(Rect, u32),
    /// A line of text: where its pen starts on the baseline.
    Text(String, Style, (f32, f32), Colour),
    /// The photograph.
    Picture(Rect, u64),
}

/// What tells a side from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) seed: u64,
    /// From 1.
    pub(super) sheet: u32,
    pub(super) back: bool,
}

impl Identity {
    /// What the bar code says: `QUIRE-7-017-F` is seed 7, sheet 17, front.
    pub(super) fn code(&self) -> String {
        let side = if self.back { 'B' } else { 'F' };
        format!("QUIRE-{}-{:03}-{side}", self.seed, self.sheet)
    }

    fn page(&self) -> u64 {
        u64::from(self.sheet) * 2 - u64::from(!self.back)
    }

    /// The seed of everything on this side.
    pub(super) fn own_seed(&self) -> u64 {
        derived(self.seed, self.page())
    }
}

/// The marks of a side, from the top down, more or less.
pub(super) fn marks(identity: Identity) -> Vec<Mark> {
    let accent = if identity.back { RUST } else { BLUE };
    let mut marks = Vec::new();
    corners(&mut marks);
    head(&mut marks, identity, accent);
    columns(&mut marks, identity, accent);
    chart(&mut marks);
    ruler(&mut marks);
    let side = if identity.back { "back" } else { "front" };
    let foot = format!("{} · sheet {} {side}", identity.page(), identity.sheet);
    let style = Style::new(80.0, 9.0);
    let x = LEFT + (WIDTH - style.width(&foot)) / 2.0;
    marks.push(Mark::Text(foot, style, (x, 11_390.0), INK));
    marks
}

/// Angles near the corners of the paper, so that a cut or a shift can be seen.
fn corners(marks: &mut Vec<Mark>) {
    let (near, long, thick) = (250.0, 240.0, 8.0);
    for (x, inwards) in [(near, 0.0), (8268.0 - near, -1.0)] {
        for (y, down) in [(near, 0.0), (11_693.0 - near, -1.0)] {
            let (bar_x, bar_y) = (x + inwards * thick, y + down * thick);
            marks.push(Mark::Fill(
                rect(x + inwards * long, bar_y, long, thick),
                FAINT,
            ));
            marks.push(Mark::Fill(rect(bar_x, y + down * long, thick, long), FAINT));
        }
    }
}

fn head(marks: &mut Vec<Mark>, identity: Identity, accent: Colour) {
    marks.push(Mark::Fill(rect(LEFT, 560.0, WIDTH, 40.0), accent));
    let number = format!("SHEET {}", identity.sheet);
    let side = if identity.back { "BACK" } else { "FRONT" };
    // As large as fits beside each other: ten-digit numbers get smaller letters.
    let mut title = Style::new(440.0, 14.0);
    let all = title.width(&number) + title.width(side) + 200.0;
    title.capital *= (WIDTH / all).min(1.0);
    let side_x = RIGHT - title.width(side) + title.spacing * title.capital / 100.0;
    marks.push(Mark::Text(number, title, (LEFT - 6.0, 1190.0), INK));
    marks.push(Mark::Text(side.into(), title, (side_x, 1190.0), accent));

    let code = identity.code();
    let modules = code128::modules(&code);
    // 3 pixels a module at 150 dpi; less only for codes that would not fit on the page.
    let module = (WIDTH / modules as f32).min(20.0);
    let bars = code128::bars(&code)
        .iter()
        .map(|(a, b)| (*a as f32 * module, *b as f32 * module))
        .collect();
    let code_width = modules as f32 * module;
    marks.push(Mark::Bars(
        rect(LEFT, 1420.0, code_width, 480.0),
        bars,
        BLACK,
    ));
    let style = Style {
        spacing: 26.0,
        ..Style::new(90.0, 10.0)
    };
    marks.push(Mark::Text(code, style, (LEFT, 2050.0), INK));
    if LEFT + code_width < 4400.0 {
        let style = Style::new(92.0, 10.5);
        let facts = [
            "Quire virtual scanner".to_owned(),
            "A4, 210 × 297 mm".to_owned(),
            format!("Seed {}", identity.seed),
            format!("Page {}", identity.page()),
        ];
        for (i, fact) in facts.into_iter().enumerate() {
            let colour = if i == 0 { accent } else { INK };
            marks.push(Mark::Text(
                fact,
                style,
                (4760.0, 1508.0 + 130.0 * i as f32),
                colour,
            ));
        }
    }
    marks.push(Mark::Fill(rect(LEFT, 2200.0, WIDTH, 8.0), FAINT));
}

/// Text in two columns, the photograph at the top of the right one.
fn columns(marks: &mut Vec<Mark>, identity: Identity, accent: Colour) {
    let seed = identity.own_seed();
    let body = Style::new(92.0, 10.0);
    let (width, gap, pitch, last) = (3360.0, 280.0, 182.0, 7760.0);
    let right = LEFT + width + gap;
    let heading = if identity.back {
        "Overleaf"
    } else {
        "Of leaves and light"
    };
    marks.push(Mark::Text(
        heading.into(),
        Style::new(140.0, 11.0),
        (LEFT - 6.0, 2600.0),
        accent,
    ));
    let mut lines = prose::lines(prose::words(seed), body, width);
    let mut column = |x: f32, top: f32| {
        let count = ((last - top) / pitch) as u32 + 1;
        for (i, line) in (0..count).zip(&mut lines) {
            let baseline = last - pitch * (count - 1 - i) as f32;
            marks.push(Mark::Text(line, body, (x, baseline), INK));
        }
    };
    column(LEFT, 2840.0);
    column(right, 5390.0);
    let picture = rect(right, 2480.0, width, 2480.0);
    marks.push(Mark::Picture(picture, derived(seed, 1)));
    let caption = format!("Plate {}. A lake that was never there.", identity.page());
    marks.push(Mark::Text(
        caption,
        Style::new(78.0, 9.5),
        (right, 5120.0),
        INK,
    ));
}

/// Squares, lines, colours and greys.
fn chart(marks: &mut Vec<Mark>) {
    marks.push(Mark::Fill(rect(LEFT, 8000.0, WIDTH, 8.0), FAINT));
    let (top, size) = (8160.0, 1400.0);
    marks.push(Mark::Checker(
        rect(LEFT, top, size, size),
        (140.0, 140.0),
        BLACK,
    ));
    // Lines of 40, 20, 10 and 5 thousandths, upright and level.
    let x = LEFT + size + 160.0;
    for (i, line) in [40.0, 20.0, 10.0, 5.0].into_iter().enumerate() {
        let y = top + 360.0 * i as f32;
        let upright = rect(x, y, 640.0, 320.0);
        let level = rect(x + 680.0, y, 640.0, 320.0);
        marks.push(Mark::Checker(upright, (line, upright.height), BLACK));
        marks.push(Mark::Checker(level, (level.width, line), BLACK));
    }
    let colours = [
        [(208, 40, 44), (40, 148, 72), (36, 76, 170), (226, 170, 132)],
        [
            (20, 160, 200),
            (196, 40, 128),
            (244, 204, 24),
            (96, 118, 70),
        ],
        [
            (236, 128, 36),
            (112, 60, 130),
            (124, 170, 208),
            (118, 82, 60),
        ],
    ];
    let x = x + 1320.0 + 160.0;
    let (step_x, step_y, gap) = ((RIGHT - x + 40.0) / 4.0, 480.0, 40.0);
    for (row, y) in colours
        .into_iter()
        .zip([top, top + step_y, top + 2.0 * step_y])
    {
        for (i, (r, g, b)) in row.into_iter().enumerate() {
            let field = rect(x + step_x * i as f32, y, step_x - gap, step_y - gap);
            marks.push(Mark::Fill(field, rgb(r, g, b)));
        }
    }
    let (y, steps) = (9720.0, 16);
    marks.push(Mark::Wedge(rect(LEFT, y, WIDTH, 360.0), steps));
    let style = Style::new(60.0, 11.5);
    let step = WIDTH / steps as f32;
    for i in 0..steps {
        let value = (i * 17).to_string();
        let x = LEFT + step * (i as f32 + 0.5) - style.width(&value) / 2.0;
        marks.push(Mark::Text(value, style, (x, y + 460.0), INK));
    }
    marks.push(Mark::Wedge(rect(LEFT, y + 540.0, WIDTH, 260.0), 0));
}

/// Centimetres, from the left margin.
fn ruler(marks: &mut Vec<Mark>) {
    let (y, millimetre, style) = (10_740.0, 1000.0 / 25.4, Style::new(62.0, 11.5));
    let count = (WIDTH / millimetre) as u32;
    for i in 0..=count {
        let x = LEFT + i as f32 * millimetre;
        let length = match i % 10 {
            0 => 140.0,
            5 => 100.0,
            _ => 60.0,
        };
        marks.push(Mark::Fill(rect(x - 3.0, y, 6.0, length), INK));
        if i % 10 == 0 {
            let text = if i == 0 {
                "0 cm".to_owned()
            } else {
                (i / 10).to_string()
            };
            let digits = style.width(if i == 0 { "0" } else { &text });
            let start = (x - digits / 2.0, y + 240.0);
            marks.push(Mark::Text(text, style, start, INK));
        }
    }
}
