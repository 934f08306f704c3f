//! The objects of a page, and the list of the pages that are finished.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use raster::PageLayout;
use tempfile::SpooledTempFile;
use wia::{Error, ErrorKind, Result};

use super::body::Body;
use super::object::number;
use super::record::PageRecord;
use crate::{Orientation, Sink};

/// Pages under a node of the tree.
pub(super) const PAGES_OF_NODE: u32 = 64;
/// The most objects of a document that PDF/A-2 allows.
const MOST_OBJECTS: u32 = 8_388_607;
/// The most objects of a page.
const OBJECTS_OF_PAGE: usize = 8;
/// What of the list is held in memory.
const IN_MEMORY: usize = 64 * 1024;
/// The sides of a page that PDF/A-2 allows, in ten-thousandths of a unit.
const SHORTEST: u64 = 3 * 10_000;
const LONGEST: u64 = 14_400 * 10_000;

/// The objects of a page: their numbers follow each other.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    first: u32,
    offsets: Vec<u64>,
}

impl Objects {
    /// The number of the object that begins next.
    pub(super) fn next(&self) -> u32 {
        self.first + self.offsets.len() as u32
    }

    /// Begins an object.
    pub(super) fn begin<S: Sink>(&mut self, body: &mut Body<S>) -> Result<()> {
        let number = self.next();
        self.offsets.push(body.at());
        body.push(format!("{number} 0 obj\n"))
    }

    /// Writes what draws the image, and the page.
    pub(super) fn page<S: Sink>(
        &mut self,
        body: &mut Body<S>,
        layout: &PageLayout,
        height: u32,
        orientation: Orientation,
        image: u32,
        node: u32,
    ) -> Result<()> {
        let size = Size::of(layout, height).shown(orientation);
        let (right, top) = (size.width.max(SHORTEST), size.height.max(SHORTEST));
        let matrix = size.matrix(orientation, top - size.height);
        let (right, top) = (number(right), number(top));
        let content = self.next();
        self.begin(body)?;
        let drawn = format!("q {matrix} cm /Im0 Do Q");
        let length = drawn.len();
        body.push(format!(
            "<</Length {length}>>\nstream\n{drawn}\nendstream\nendobj\n"
        ))?;
        self.begin(body)?;
        let unit = match size.unit {
            1 => String::new(),
            unit => format!("/UserUnit {unit}"),
        };
        // Nothing is inherited from a tree that somebody else made.
        body.push(format!(
            "<</Type/Page/Parent {node} 0 R/MediaBox[0 0 {right} {top}]\
             /CropBox[0 0 {right} {top}]/Rotate 0{unit}\
             /Resources<</XObject<</Im0 {image} 0 R>>>>/Contents {content} 0 R>>\nendobj\n"
        ))
    }
}

/// The size of an image on its page, in ten-thousandths of a unit.
#[derive(Debug, PartialEq, Eq)]
struct Size {
    width: u64,
    height: u64,
    /// Points of a unit.
    unit: u64,
}

impl Size {
    fn of(layout: &PageLayout, height: u32) -> Size {
        let dpi = match (layout.x_dpi, layout.y_dpi) {
            (0, _) | (_, 0) => (72, 72),
            known => known,
        };
        let side = |pixels: u32, dpi: u32| u64::from(pixels) * 720_000 / u64::from(dpi);
        let (width, height) = (side(layout.width, dpi.0), side(height, dpi.1));
        let unit = width.max(height).div_ceil(LONGEST).max(1);
        Size {
            width: (width / unit).max(1),
            height: (height / unit).max(1),
            unit,
        }
    }
}

impl Size {
    /// The size as the page is to be shown.
    fn shown(self, orientation: Orientation) -> Size {
        if !orientation.swaps_sides() {
            return self;
        }
        Size {
            width: self.height,
            height: self.width,
            ..self
        }
    }

    /// What places the image, which is one unit wide and high, its first row at the top, on an area of this
    /// size, as it is shown, that begins `below` above the page's end.
    fn matrix(&self, orientation: Orientation, below: u64) -> String {
        use Orientation::{
            BottomLeft, BottomRight, LeftBottom, LeftTop, RightBottom, RightTop, TopLeft, TopRight,
        };
        let (w, h) = (number(self.width), number(self.height));
        let (low, high) = (number(below), number(below + self.height));
        match orientation {
            TopLeft => format!("{w} 0 0 {h} 0 {low}"),
            TopRight => format!("-{w} 0 0 {h} {w} {low}"),
            BottomRight => format!("-{w} 0 0 -{h} {w} {high}"),
            BottomLeft => format!("{w} 0 0 -{h} 0 {high}"),
            LeftTop => format!("0 -{h} -{w} 0 {w} {high}"),
            RightTop => format!("0 -{h} {w} 0 0 {high}"),
            RightBottom => format!("0 {h} {w} 0 0 {low}"),
            LeftBottom => format!("0 {h} -{w} 0 {w} {low}"),
        }
    }
}

/// The pages that are finished.
#[derive(Debug)]
pub(super) struct Pages {
    count: u32,
    /// The number of the next object.
    next: u32,
    /// The nodes of the tree, which are written at the end.
    nodes: Vec<u32>,
    /// Of each page: how many objects, the number of the first, the offsets of all.
    list: SpooledTempFile,
    list_len: u64,
    /// The identifier so far.
    id: u128,
    /// Where the last record stands.
    record: u64,
}

impl Pages {
    /// No page yet: objects are numbered from `next` on, the record of the document stands at `record`.
    pub(super) fn new(next: u32, id: u128, record: u64) -> Pages {
        Pages {
            count: 0,
            next,
            nodes: Vec::new(),
            list: SpooledTempFile::new(IN_MEMORY),
            list_len: 0,
            id,
            record,
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn next(&self) -> u32 {
        self.next
    }

    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    pub(super) fn id(&self) -> u128 {
        self.id
    }

    /// The node that the next page belongs to, and whether it is new.
    fn next_node(&self) -> (u32, bool) {
        match self.nodes.last() {
            Some(node) if !self.count.is_multiple_of(PAGES_OF_NODE) => (*node, false),
            _ => (self.next, true),
        }
    }

    /// The node that the next page belongs to.
    pub(super) fn node(&self) -> u32 {
        self.next_node().0
    }

    /// The objects of the next page.
    pub(super) fn begin(&self) -> Result<Objects> {
        let first = self.next + u32::from(self.next_node().1);
        if first > MOST_OBJECTS - OBJECTS_OF_PAGE as u32 - 4 {
            return Err(Error::new(
                ErrorKind::MediumFull,
                format!("a PDF has at most {MOST_OBJECTS} objects"),
            ));
        }
        Ok(Objects {
            first,
            offsets: Vec::with_capacity(OBJECTS_OF_PAGE),
        })
    }

    /// The record of a page that began at `start` and ends at `at`.
    pub(super) fn record(&self, objects: &Objects, start: u64, at: u64, sum: u32) -> PageRecord {
        PageRecord {
            number: self.count + 1,
            start,
            checksum: sum,
            first: objects.first,
            offsets: objects.offsets.clone(),
            previous: self.record,
            id: identifier(self.id, &[u64::from(sum), at - start]),
        }
    }

    /// Adds a page whose record stands at `at`.
    pub(super) fn add(&mut self, page: &PageRecord, at: u64) -> Result<()> {
        let (node, new) = self.next_node();
        let mut entry = (page.offsets.len() as u32).to_le_bytes().to_vec();
        entry.extend_from_slice(&page.first.to_le_bytes());
        entry.extend(page.offsets.iter().flat_map(|o| o.to_le_bytes()));
        // What an attempt that failed has left is overwritten.
        let done = self.list.seek(SeekFrom::Start(self.list_len));
        done.and_then(|_| self.list.write_all(&entry))
            .map_err(temporary)?;
        self.list_len += entry.len() as u64;
        if new {
            self.nodes.push(node);
        }
        self.count += 1;
        self.next = page.first + page.offsets.len() as u32;
        self.id = page.id;
        self.record = at;
        Ok(())
    }

    /// Calls `each` with the place of every page, the number of its first object, and the offsets of all.
    pub(super) fn each(
        &mut self,
        mut each: impl FnMut(u32, u32, &[u64]) -> Result<()>,
    ) -> Result<()> {
        self.list.rewind().map_err(temporary)?;
        let mut list = BufReader::new(&mut self.list);
        let mut offsets = Vec::new();
        for place in 0..self.count {
            let objects = u32::from_le_bytes(next(&mut list)?);
            let first = u32::from_le_bytes(next(&mut list)?);
            offsets.clear();
            for _ in 0..objects {
                offsets.push(u64::from_le_bytes(next(&mut list)?));
            }
            each(place, first, &offsets)?;
        }
        Ok(())
    }

    /// Bytes that the ending has at most, and some more.
    pub(super) fn ending_room(&self) -> u64 {
        let objects = u64::from(self.next);
        let pages = u64::from(self.count);
        8192 + 20 * objects + 12 * pages + 128 * self.nodes.len() as u64
    }
}

fn next<const N: usize>(list: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    list.read_exact(&mut bytes).map_err(temporary)?;
    Ok(bytes)
}

/// The error for a failure of the temporary file.
fn temporary(e: io::Error) -> Error {
    Error::from_write(e).context("temporary file of the PDF writer")
}

/// The identifier `before` with more said (FNV-1a of 128 bits).
pub(super) fn identifier(before: u128, more: &[u64]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    let bytes = more.iter().flat_map(|n| n.to_le_bytes());
    bytes.fold(before, |id, byte| {
        (id ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

/// The identifier of nothing.
pub(super) const NO_IDENTIFIER: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;

#[cfg(test)]
mod tests {
    use super::*;
    use raster::PixelType;

    #[test]
    fn sizes() {
        let size = |width, height, x_dpi, y_dpi| {
            let layout = PageLayout {
                width,
                height: None,
                pixel: PixelType::Bw1,
                x_dpi,
                y_dpi,
            };
            let size = Size::of(&layout, height);
            (size.width, size.height, size.unit)
        };
        assert_eq!(size(2480, 3508, 300, 300), (5_952_000, 8_419_200, 1));
        assert_eq!(size(100, 100, 0, 300), (1_000_000, 1_000_000, 1));
        assert_eq!(size(1728, 1000, 204, 98), (6_098_823, 7_346_938, 1));
        assert_eq!(size(20_000, 30_000, 0, 0), (66_666_666, 100_000_000, 3));
        assert_eq!(size(1, 1, 10_000_000, 10_000_000), (1, 1, 1));
        assert_eq!(size(u32::MAX, 1, 1, 1).0 / 10_000, 14_399);
    }
}
