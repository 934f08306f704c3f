//! The pages, and what is drawn on them.

use std::rc::Rc;

use wia::Result;

use super::super::{damaged, unsupported};
use super::content::{self, Area, not_a_scan};
use super::objects::Objects;
use super::value::{Dictionary, Value};
use crate::Orientation;

/// The longest description of a page that only shows images.
const LONGEST: u64 = 64 * 1024;
/// What may be cut off an image on each side, in points: sides of pages are rounded.
const CUT: f64 = 0.5;
/// The size of a page that has none, as programs show it.
const LETTER: Area = Area {
    left: 0.0,
    bottom: 0.0,
    right: 612.0,
    top: 792.0,
};
/// The flags of annotations that are not shown: `Hidden` and `NoView`.
const HIDDEN: u64 = 1 << 1 | 1 << 5;

/// A page, and what it inherits from the nodes above it.
#[derive(Clone, Debug)]
pub(super) struct Page {
    node: Dictionary,
    inherited: Rc<Inherited>,
}

#[derive(Clone, Debug)]
struct Inherited {
    resources: Value,
    media: Value,
    crop: Value,
    rotate: Value,
}

impl Inherited {
    fn none() -> Inherited {
        Inherited {
            resources: Value::Null,
            media: Value::Null,
            crop: Value::Null,
            rotate: Value::Null,
        }
    }

    /// What the nodes below `node` inherit.
    fn below(&self, node: &Dictionary) -> Inherited {
        let own = |key, inherited: &Value| match node.get(key) {
            Value::Null => inherited.clone(),
            value => value.clone(),
        };
        Inherited {
            resources: own("Resources", &self.resources),
            media: own("MediaBox", &self.media),
            crop: own("CropBox", &self.crop),
            rotate: own("Rotate", &self.rotate),
        }
    }
}

/// The images of a page, from the top.
#[derive(Debug)]
pub(super) struct Images {
    pub(super) numbers: Box<[u32]>,
    /// Width and height of all together in inches, as their rows lie.
    pub(super) size: (f64, f64),
    pub(super) orientation: Orientation,
}

/// Calls `each` with every page, in order.
pub(super) fn each(objects: &Objects, mut each: impl FnMut(&Page) -> Result<()>) -> Result<()> {
    let root = objects.dictionary(objects.trailer.get("Root"))?;
    let limits = objects.limits;
    // Nodes that are to be looked at, the next one last; with their depth and what they inherit.
    let mut left = vec![(root.get("Pages").clone(), 0, Rc::new(Inherited::none()))];
    let mut seen = vec![false; objects.count()];
    let mut pages = 0;
    while let Some((node, depth, above)) = left.pop() {
        if let Value::Reference(number) = node
            && let Some(seen) = seen.get_mut(number as usize)
            && std::mem::replace(seen, true)
        {
            return Err(damaged(
                "a page, or a node of the pages, of the PDF is in two places",
            ));
        }
        if depth > limits.depth {
            return Err(damaged("the pages of the PDF are nested too deep"));
        }
        let node = objects.dictionary(&node)?;
        let inherited = Rc::new(above.below(&node));
        match objects.resolve(node.get("Kids"))? {
            Value::Array(kids) => {
                if left.len() as u64 + kids.len() as u64 > u64::from(limits.objects) {
                    return Err(unsupported("a PDF with so many pages"));
                }
                for kid in kids.into_iter().rev() {
                    left.push((kid, depth + 1, Rc::clone(&inherited)));
                }
            }
            _ if node.get("Type").is_name("Page") => {
                pages += 1;
                if pages > limits.pages {
                    return Err(unsupported(format!("more than {} pages", limits.pages)));
                }
                each(&Page { node, inherited })?;
            }
            _ => return Err(damaged("the tree of pages in the PDF is wrong")),
        }
    }
    Ok(())
}

/// The images that a page shows, which must be all that it shows.
pub(super) fn images(objects: &Objects, page: &Page) -> Result<Images> {
    match objects.resolve(&page.inherited.rotate)? {
        Value::Null => {}
        Value::Number(degrees) if degrees % 360.0 == 0.0 => {}
        Value::Number(_) => return Err(unsupported("a PDF page that is turned")),
        _ => return Err(damaged("a PDF page with a wrong Rotate")),
    }
    if annotation_shows(objects, page)? {
        return Err(not_a_scan("an annotation"));
    }
    let unit = match objects.resolve(page.node.get("UserUnit"))? {
        Value::Number(unit) if unit > 0.0 => unit,
        _ => 1.0,
    };
    let resources = objects.dictionary(&page.inherited.resources)?;
    let contents = contents(objects, page)?;
    let visible = visible(objects, page)?;
    let mut shown = content::shown(objects, &contents, &resources, visible, CUT / unit)?;
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
    let orientation = first.orientation;
    if shown.len() > 1 && orientation != Orientation::TopLeft {
        return Err(unsupported("turned strips on a PDF page"));
    }
    let height: f64 = shown.iter().map(|image| image.height).sum();
    let (width, height) = (first.width * unit / 72.0, height * unit / 72.0);
    Ok(Images {
        numbers: shown.iter().map(|image| image.number).collect(),
        size: match orientation.swaps_sides() {
            true => (height, width),
            false => (width, height),
        },
        orientation,
    })
}

/// What is seen of a page.
fn visible(objects: &Objects, page: &Page) -> Result<Area> {
    let media = area(objects, &page.inherited.media)?.unwrap_or(LETTER);
    let crop = area(objects, &page.inherited.crop)?;
    Ok(crop.map_or(media, |crop| crop.and(media)))
}

fn area(objects: &Objects, value: &Value) -> Result<Option<Area>> {
    let wrong = || damaged("a rectangle in the PDF is wrong");
    let list = match objects.resolve(value)? {
        Value::Null => return Ok(None),
        Value::Array(list) => <[Value; 4]>::try_from(list).map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    let mut sides = [0.0; 4];
    for (side, value) in sides.iter_mut().zip(&list) {
        let Value::Number(number) = objects.resolve(value)? else {
            return Err(wrong());
        };
        *side = number;
    }
    let [x0, y0, x1, y1] = sides;
    Ok(Some(Area::of((x0, y0), (x1, y1))))
}

/// Whether an annotation draws on the page.
fn annotation_shows(objects: &Objects, page: &Page) -> Result<bool> {
    let Value::Array(list) = objects.resolve(page.node.get("Annots"))? else {
        return Ok(false);
    };
    for annotation in &list {
        let Value::Dictionary(annotation) = objects.resolve(annotation)? else {
            continue;
        };
        let flags = objects.resolve(annotation.get("F"))?.whole().unwrap_or(0);
        let has_size = area(objects, annotation.get("Rect"))?.is_none_or(Area::has_size);
        // Others are drawn by programs where the PDF does not say how.
        let kind = objects.resolve(annotation.get("Subtype"))?;
        let invisible = ["Link", "Popup"].iter().any(|name| kind.is_name(name))
            && objects.resolve(annotation.get("AP"))? == Value::Null;
        if flags & HIDDEN == 0 && has_size && !invisible {
            return Ok(true);
        }
    }
    Ok(false)
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
