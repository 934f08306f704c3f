//! The pages, and what is drawn on them.

use wia::Result;

use super::super::{damaged, unsupported};
use super::objects::Objects;
use super::value::{Dictionary, Lexer, Stop, Value};

/// The longest description of a page that only shows images.
const LONGEST: u64 = 64 * 1024;

/// What a page inherits from the nodes above it.
#[derive(Clone, Debug)]
pub(super) struct Page {
    node: Dictionary,
    resources: Value,
    rotate: Value,
}

/// The images of a page, from the top.
#[derive(Debug)]
pub(super) struct Images {
    pub(super) numbers: Box<[u32]>,
    /// Width and height of all together in inches.
    pub(super) size: (f64, f64),
}

/// Calls `each` with every page, in order.
pub(super) fn each(objects: &Objects, mut each: impl FnMut(&Page) -> Result<()>) -> Result<()> {
    let root = objects.dictionary(objects.trailer.get("Root"))?;
    let limits = objects.limits;
    // Nodes that are to be looked at, the next one last; with their depth and what they inherit.
    let mut left = vec![(root.get("Pages").clone(), 0, Value::Null, Value::Null)];
    let (mut pages, mut nodes) = (0, 0_u64);
    while let Some((node, depth, resources, rotate)) = left.pop() {
        let node = objects.dictionary(&node)?;
        nodes += 1;
        // Each has some bytes of its own, but for packed ones; circles go deep.
        if depth > limits.depth || nodes > objects.end {
            return Err(damaged("the pages of the PDF are linked in a circle"));
        }
        let own = |key, inherited: Value| match node.get(key) {
            Value::Null => inherited,
            value => value.clone(),
        };
        let (resources, rotate) = (own("Resources", resources), own("Rotate", rotate));
        match objects.resolve(node.get("Kids"))? {
            Value::Array(kids) => {
                if left.len() as u64 + kids.len() as u64 > u64::from(limits.objects) {
                    return Err(unsupported("a PDF with so many pages"));
                }
                for kid in kids.into_iter().rev() {
                    left.push((kid, depth + 1, resources.clone(), rotate.clone()));
                }
            }
            _ if node.get("Type").is_name("Page") => {
                pages += 1;
                if pages > limits.pages {
                    return Err(unsupported(format!("more than {} pages", limits.pages)));
                }
                each(&Page {
                    node,
                    resources,
                    rotate,
                })?;
            }
            _ => return Err(damaged("the tree of pages in the PDF is wrong")),
        }
    }
    Ok(())
}

/// The images that a page shows, which must be all that it shows.
pub(super) fn images(objects: &Objects, page: &Page) -> Result<Images> {
    if objects.resolve(&page.rotate)?.whole().unwrap_or(0) % 360 != 0 {
        return Err(unsupported("a PDF page that is turned"));
    }
    let unit = match objects.resolve(page.node.get("UserUnit"))? {
        Value::Number(unit) if unit > 0.0 => unit,
        _ => 1.0,
    };
    let resources = objects.dictionary(&page.resources)?;
    let known = objects.dictionary(resources.get("XObject"))?;
    let contents = contents(objects, page)?;
    let mut shown = shown(&contents, &known, objects.limits.depth)?;
    let Some(first) = shown.first().copied() else {
        return Err(unsupported("a PDF page without an image"));
    };
    // From the top; each begins where the one above it ends.
    shown.sort_by(|a, b| b.bottom.total_cmp(&a.bottom));
    let near = |a: f64, b: f64| (a - b).abs() < 0.5;
    for pair in shown.windows(2) {
        let touch = near(pair[1].bottom + pair[1].height, pair[0].bottom);
        if !touch || !near(pair[1].left, first.left) || !near(pair[1].width, first.width) {
            return Err(not_a_scan("several images that are not strips of one"));
        }
    }
    let height: f64 = shown.iter().map(|image| image.height).sum();
    Ok(Images {
        numbers: shown.iter().map(|image| image.number).collect(),
        size: (first.width * unit / 72.0, height * unit / 72.0),
    })
}

fn not_a_scan(what: &str) -> wia::Error {
    unsupported(format!("a PDF page that is no scan ({what})"))
}

fn contents(objects: &Objects, page: &Page) -> Result<Vec<u8>> {
    let one = |value: &Value| -> Result<Vec<u8>> {
        let Value::Reference(number) = value else {
            return Err(damaged("a PDF page has no content"));
        };
        match objects.object(*number)? {
            (Value::Dictionary(of), Some(data)) => objects.unpack(&of, data, LONGEST),
            _ => Err(damaged("a PDF page has no content")),
        }
    };
    match page.node.get("Contents") {
        Value::Null => Ok(Vec::new()),
        value => match objects.resolve(value)? {
            Value::Array(list) => {
                let mut all = Vec::new();
                for value in &list {
                    all.extend(one(value)?);
                    all.push(b'\n');
                    if all.len() as u64 > LONGEST {
                        return Err(not_a_scan("a long description"));
                    }
                }
                Ok(all)
            }
            _ => one(value),
        },
    }
}

/// An image on a page, in points.
#[derive(Clone, Copy, Debug)]
struct Shown {
    number: u32,
    left: f64,
    bottom: f64,
    width: f64,
    height: f64,
}

/// Goes through the operators of a page.
fn shown(contents: &[u8], known: &Dictionary, depth: u32) -> Result<Vec<Shown>> {
    let mut lexer = Lexer::new(contents, depth);
    let mut operands = Vec::new();
    let (mut matrix, mut saved) = ([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], Vec::new());
    let mut shown = Vec::new();
    loop {
        let word = match lexer.simple() {
            Ok(Value::Word(word)) => word,
            Ok(value) => {
                operands.push(value);
                continue;
            }
            Err(Stop::End) => return Ok(shown),
            Err(stop) => return Err(stop.error()),
        };
        match word.as_slice() {
            b"q" => saved.push(matrix),
            b"Q" => matrix = saved.pop().unwrap_or(matrix),
            b"cm" => {
                let numbers: Vec<f64> = operands
                    .iter()
                    .filter_map(|value| match value {
                        Value::Number(n) => Some(*n),
                        _ => None,
                    })
                    .collect();
                let Ok(by) = <[f64; 6]>::try_from(numbers) else {
                    return Err(damaged("a matrix on a PDF page is wrong"));
                };
                matrix = product(by, matrix);
            }
            b"Do" => {
                let name = match operands.last() {
                    Some(Value::Name(name)) => String::from_utf8_lossy(name).into_owned(),
                    _ => return Err(damaged("a PDF page shows nothing")),
                };
                let &Value::Reference(number) = known.get(&name) else {
                    return Err(damaged(format!(
                        "a PDF page shows {name}, which is not there"
                    )));
                };
                let [a, b, c, d, left, bottom] = matrix;
                let upright = b.abs() < 0.01 && c.abs() < 0.01 && a > 0.0 && d > 0.0;
                if !upright {
                    return Err(unsupported("a turned image on a PDF page"));
                }
                shown.push(Shown {
                    number,
                    left,
                    bottom,
                    width: a,
                    height: d,
                });
            }
            // Clips, states and marks; nothing that paints.
            b"re" | b"W" | b"W*" | b"n" | b"gs" | b"BMC" | b"BDC" | b"EMC" | b"i" | b"ri" => {}
            other => return Err(not_a_scan(&String::from_utf8_lossy(other))),
        }
        operands.clear();
    }
}

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
