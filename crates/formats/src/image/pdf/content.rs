//! The operators of a page (ISO 32000-1, 8), as far as they show images whole and unchanged.

use wia::Result;

use super::super::{damaged, unsupported};
use super::objects::Objects;
use super::value::{Dictionary, Lexer, Stop, Value};
use crate::Orientation;

/// What a graphics state may say of the colours of an image without changing them.
const PLAIN: [(&str, &[&str]); 4] = [
    ("SMask", &["None"]),
    ("BM", &["Normal", "Compatible"]),
    ("TR", &["Identity"]),
    ("TR2", &["Identity", "Default"]),
];

/// A rectangle, in units of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) bottom: f64,
    pub(super) right: f64,
    pub(super) top: f64,
}

impl Area {
    /// Between two opposite corners.
    pub(super) fn of(a: (f64, f64), b: (f64, f64)) -> Area {
        Area {
            left: a.0.min(b.0),
            bottom: a.1.min(b.1),
            right: a.0.max(b.0),
            top: a.1.max(b.1),
        }
    }

    pub(super) fn and(self, other: Area) -> Area {
        Area {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        }
    }

    pub(super) fn has_size(self) -> bool {
        self.left < self.right && self.bottom < self.top
    }

    /// Whether `other` is inside but for `by` on each side.
    fn holds(self, other: Area, by: f64) -> bool {
        other.left >= self.left - by
            && other.bottom >= self.bottom - by
            && other.right <= self.right + by
            && other.top <= self.top + by
    }
}

/// An image on a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) number: u32,
    pub(super) left: f64,
    pub(super) bottom: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) orientation: Orientation,
}

/// How a matrix places an image; `None` when it is at an angle, or flat.
fn orientation([a, b, c, d, ..]: [f64; 6]) -> Option<Orientation> {
    let none = |n: f64| n.abs() < 0.01;
    let index = if none(b) && none(c) && a != 0.0 && d != 0.0 {
        match (a > 0.0, d > 0.0) {
            (true, true) => 1,
            (false, true) => 2,
            (false, false) => 3,
            (true, false) => 4,
        }
    } else if none(a) && none(d) && b != 0.0 && c != 0.0 {
        match (b > 0.0, c > 0.0) {
            (false, false) => 5,
            (false, true) => 6,
            (true, true) => 7,
            (true, false) => 8,
        }
    } else {
        return None;
    };
    Orientation::from_number(index)
}

pub(super) fn not_a_scan(what: &str) -> wia::Error {
    unsupported(format!("a PDF page that is no scan ({what})"))
}

/// The images that the operators show in the `visible` part of a page, which may cut off `cut` units
/// of them on each side.
pub(super) fn shown(
    objects: &Objects,
    contents: &[u8],
    resources: &Dictionary,
    visible: Area,
    cut: f64,
) -> Result<Vec<Shown>> {
    let spaces = objects.dictionary(resources.get("ColorSpace"))?;
    for key in ["DefaultGray", "DefaultRGB", "DefaultCMYK"] {
        if *spaces.get(key) != Value::Null {
            return Err(unsupported(format!("a PDF page with {key}")));
        }
    }
    let mut drawing = Drawing {
        objects,
        images: objects.dictionary(resources.get("XObject"))?,
        states: objects.dictionary(resources.get("ExtGState"))?,
        cut,
        matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        visible,
        saved: Vec::new(),
        path: Vec::new(),
        clips: false,
        shown: Vec::new(),
    };
    let mut lexer = Lexer::new(contents, objects.limits.depth);
    let mut operands = Vec::new();
    loop {
        match lexer.simple() {
            Ok(Value::Word(word)) => {
                drawing.operator(&word, &operands)?;
                operands.clear();
            }
            Ok(value) => operands.push(value),
            Err(Stop::End) => return Ok(drawing.shown),
            Err(stop) => return Err(stop.error()),
        }
    }
}

#[derive(Debug)]
struct Drawing<'a> {
    objects: &'a Objects,
    images: Dictionary,
    states: Dictionary,
    cut: f64,
    matrix: [f64; 6],
    visible: Area,
    saved: Vec<([f64; 6], Area)>,
    /// The rectangles of the path, and whether it becomes a clip.
    path: Vec<Area>,
    clips: bool,
    shown: Vec<Shown>,
}

impl Drawing<'_> {
    fn operator(&mut self, word: &[u8], operands: &[Value]) -> Result<()> {
        match word {
            b"q" => self.saved.push((self.matrix, self.visible)),
            b"Q" => {
                if let Some(saved) = self.saved.pop() {
                    (self.matrix, self.visible) = saved;
                }
            }
            b"cm" => self.matrix = product(numbers(operands)?, self.matrix),
            b"re" => self.rectangle(numbers(operands)?)?,
            b"W" | b"W*" => self.clips = true,
            b"n" => self.end_path()?,
            b"gs" => self.state(&name(operands)?)?,
            b"Do" => self.show(&name(operands)?)?,
            b"BDC" if operands.first().is_some_and(|tag| tag.is_name("OC")) => {
                return Err(not_a_scan("optional content"));
            }
            // Marks and ways to draw; nothing that paints.
            b"BMC" | b"BDC" | b"EMC" | b"i" | b"ri" => {}
            other => return Err(not_a_scan(&String::from_utf8_lossy(other))),
        }
        Ok(())
    }

    fn rectangle(&mut self, [x, y, width, height]: [f64; 4]) -> Result<()> {
        let [a, b, c, d, ..] = self.matrix;
        let none = |n: f64| n.abs() < 1e-6;
        if !(none(b) && none(c) || none(a) && none(d)) {
            return Err(not_a_scan("a turned rectangle"));
        }
        let corner = |x: f64, y: f64| {
            let [.., x, y] = product([1.0, 0.0, 0.0, 1.0, x, y], self.matrix);
            (x, y)
        };
        let area = Area::of(corner(x, y), corner(x + width, y + height));
        self.path.push(area);
        Ok(())
    }

    fn end_path(&mut self) -> Result<()> {
        if self.clips {
            let [area] = self.path[..] else {
                return Err(not_a_scan("a clip that is no rectangle"));
            };
            self.visible = self.visible.and(area);
        }
        self.path.clear();
        self.clips = false;
        Ok(())
    }

    fn state(&self, name: &str) -> Result<()> {
        let Value::Dictionary(state) = self.objects.resolve(self.states.get(name))? else {
            return Err(damaged(format!(
                "a PDF page is drawn with {name}, which is not there"
            )));
        };
        let changes = |key: &str| not_a_scan(&format!("an image changed by {key}"));
        for key in ["ca", "CA"] {
            let alpha = self.objects.resolve(state.get(key))?;
            if alpha != Value::Null && alpha != Value::Number(1.0) {
                return Err(changes(key));
            }
        }
        for (key, plain) in PLAIN {
            let value = match self.objects.resolve(state.get(key))? {
                Value::Array(list) => list.into_iter().next().unwrap_or(Value::Null),
                value => value,
            };
            if value != Value::Null && !plain.iter().any(|name| value.is_name(name)) {
                return Err(changes(key));
            }
        }
        Ok(())
    }

    fn show(&mut self, name: &str) -> Result<()> {
        let &Value::Reference(number) = self.images.get(name) else {
            return Err(damaged(format!(
                "a PDF page shows {name}, which is not there"
            )));
        };
        let Some(orientation) = orientation(self.matrix) else {
            return Err(unsupported("a turned image on a PDF page"));
        };
        let [a, b, c, d, x, y] = self.matrix;
        let (across, up) = match orientation.swaps_sides() {
            true => (c, b),
            false => (a, d),
        };
        let (left, bottom) = (x + across.min(0.0), y + up.min(0.0));
        let (width, height) = (across.abs(), up.abs());
        let area = Area::of((left, bottom), (left + width, bottom + height));
        if !self.visible.holds(area, self.cut) {
            return Err(unsupported("a PDF page that cuts its image"));
        }
        self.shown.push(Shown {
            number,
            left,
            bottom,
            width,
            height,
            orientation,
        });
        Ok(())
    }
}

fn name(operands: &[Value]) -> Result<String> {
    match operands.last() {
        Some(Value::Name(name)) => Ok(String::from_utf8_lossy(name).into_owned()),
        _ => Err(damaged("an operator on a PDF page has no name")),
    }
}

fn numbers<const N: usize>(operands: &[Value]) -> Result<[f64; N]> {
    let numbers = operands.iter().filter_map(|value| match value {
        Value::Number(n) if n.is_finite() => Some(*n),
        _ => None,
    });
    let numbers = numbers.collect::<Vec<f64>>().try_into();
    numbers.map_err(|_| damaged("the numbers of an operator on a PDF page are wrong"))
}

/// The matrix that does what `a` does and then what `b` does.
fn product(a: [f64; 6], b: [f64; 6]) -> [f64; 6] {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}
