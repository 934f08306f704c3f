//! What a document ends with: the tree of its pages, the table of its objects, the trailer.

use std::fmt::Write;

use wia::Result;

use super::body::Body;
use super::page::{PAGES_OF_NODE, Pages};
use super::{object, prologue};
use crate::Sink;

/// The largest offset in a table: ten digits. Beyond, the table is a stream.
pub(super) const TABLE_LIMIT: u64 = 9_999_999_999;

/// What a document has besides the pages that were written to it.
#[derive(Debug)]
pub(super) struct Base {
    /// The number of the first object of this program.
    pub(super) first: u32,
    /// The offsets of the objects from there on that are no page's; 0 for the node that all pages are
    /// under, which comes at the end.
    pub(super) fixed: Vec<u64>,
    /// The document that pages are added to.
    pub(super) old: Option<Old>,
}

/// What must be known of a document to add pages to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Old {
    /// Its length.
    pub(super) len: u64,
    /// Its pages.
    pub(super) pages: u32,
    /// Whether it says that it is PDF/A, of whatever part.
    pub(super) archival: bool,
    /// The number and generation of the root of its pages.
    pub(super) root: (u32, u16),
    /// What stands between the brackets of the root's `Kids`.
    pub(super) kids: Vec<u8>,
    /// The root's other entries, but for `Count`.
    pub(super) entries: Vec<u8>,
    /// One more than its highest object number.
    pub(super) size: u32,
    /// Where its table of objects is.
    pub(super) table: u64,
    /// Whether that is a stream.
    pub(super) table_is_stream: bool,
    /// The entries `Root` and `Info` of its trailer.
    pub(super) trailer: Vec<u8>,
    /// The first part of its identifier, as it is written there.
    pub(super) id: Option<Vec<u8>>,
}

impl Base {
    /// Pages that are added to `old`: the first object is the node that they are under.
    pub(super) fn addition(old: Old) -> Base {
        Base {
            first: old.size,
            fixed: vec![0],
            old: Some(old),
        }
    }

    /// The number of the node that all pages are under.
    fn top(&self) -> u32 {
        match self.old {
            Some(_) => self.first,
            None => prologue::ROOT,
        }
    }
}

/// Writes the ending.
pub(super) fn write<S: Sink>(
    body: &mut Body<S>,
    base: &Base,
    pages: &mut Pages,
    table_limit: u64,
) -> Result<()> {
    let tree = Tree::write(body, base, pages)?;
    let table = body.at();
    let stream = table > table_limit || base.old.as_ref().is_some_and(|old| old.table_is_stream);
    // The stream is an object too, the last one.
    let end = pages.next() + u32::from(stream);
    let mut sections = Vec::new();
    match &tree.root {
        Some((number, _)) => sections.extend([(*number, 1), (base.first, end - base.first)]),
        None => sections.push((0, end)),
    }
    let id = pages.id().to_be_bytes();
    let trailer = trailer(base, end, id);
    if stream {
        let count: u32 = sections.iter().map(|(_, count)| count).sum();
        let mut index = String::new();
        for (first, count) in &sections {
            let _ = write!(index, "{first} {count} ");
        }
        let number = pages.next();
        body.push(format!(
            "{number} 0 obj\n<</Type/XRef/W[1 8 2]/Index[{}]/Length {}{trailer}>>\nstream\n",
            index.trim_end(),
            u64::from(count) * 11
        ))?;
        let mut entry = |kind: u8, offset: u64, generation: u16| {
            let mut bytes = vec![kind];
            bytes.extend_from_slice(&offset.to_be_bytes());
            bytes.extend_from_slice(&generation.to_be_bytes());
            body.push(bytes)
        };
        match tree.root {
            Some((_, offset)) => entry(1, offset, base.old.as_ref().map_or(0, |o| o.root.1))?,
            None => entry(0, 0, u16::MAX)?,
        }
        tree.offsets(base, pages, |offset| entry(1, offset, 0))?;
        entry(1, table, 0)?;
        body.push("\nendstream\nendobj\n")?;
    } else {
        body.push("xref\n")?;
        let mut heads = sections
            .iter()
            .map(|(first, count)| format!("{first} {count}\n"));
        body.push(heads.next().unwrap_or_default())?;
        match tree.root {
            Some((_, offset)) => {
                let generation = base.old.as_ref().map_or(0, |o| o.root.1);
                body.push(format!("{offset:010} {generation:05} n \n"))?;
            }
            None => body.push("0000000000 65535 f \n")?,
        }
        body.push(heads.next().unwrap_or_default())?;
        tree.offsets(base, pages, |offset| {
            body.push(format!("{offset:010} 00000 n \n"))
        })?;
        body.push(format!("trailer\n<<{}>>\n", trailer.trim_start()))?;
    }
    body.push(format!("startxref\n{table}\n%%EOF\n"))?;
    body.flush()
}

/// The entries of the trailer.
fn trailer(base: &Base, size: u32, id: [u8; 16]) -> String {
    let id = object::hex(id);
    match &base.old {
        None => {
            let info = prologue::INFO;
            format!("/Size {size}/Root 1 0 R/Info {info} 0 R/ID[{id}{id}]")
        }
        Some(old) => format!(
            "/Size {size}{}/ID[{}{id}]/Prev {}",
            String::from_utf8_lossy(&old.trailer),
            old.id
                .as_ref()
                .map_or_else(|| id.clone(), |id| object::hex(id.iter().copied())),
            old.table
        ),
    }
}

/// Where the nodes of the tree stand.
struct Tree {
    nodes: Vec<u64>,
    top: u64,
    /// The root of a document that pages were added to: its number, and where its new version stands.
    root: Option<(u32, u64)>,
}

impl Tree {
    fn write<S: Sink>(body: &mut Body<S>, base: &Base, pages: &mut Pages) -> Result<Tree> {
        let top = base.top();
        let count = pages.count();
        let numbers = pages.nodes().to_vec();
        let mut nodes = Vec::with_capacity(numbers.len());
        let mut kids = String::new();
        pages.each(|place, first, offsets| {
            let page = first + offsets.len() as u32 - 1;
            let _ = write!(kids, "{page} 0 R ");
            let full = place % PAGES_OF_NODE + 1;
            if full < PAGES_OF_NODE && place + 1 < count {
                return Ok(());
            }
            nodes.push(body.at());
            let node = numbers[(place / PAGES_OF_NODE) as usize];
            body.push(format!(
                "{node} 0 obj\n<</Type/Pages/Parent {top} 0 R/Count {full}/Kids[{}]>>\nendobj\n",
                kids.trim_end()
            ))?;
            kids.clear();
            Ok(())
        })?;
        let offset = body.at();
        body.push(format!("{top} 0 obj\n<</Type/Pages/Count {count}"))?;
        if let Some(old) = &base.old {
            body.push(format!("/Parent {} {} R", old.root.0, old.root.1))?;
        }
        body.push("/Kids[")?;
        for (i, node) in numbers.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            body.push(format!("{space}{node} 0 R"))?;
        }
        body.push("]>>\nendobj\n")?;
        let mut tree = Tree {
            nodes,
            top: offset,
            root: None,
        };
        if let Some(old) = &base.old {
            let (number, generation) = old.root;
            tree.root = Some((number, body.at()));
            body.push(format!("{number} {generation} obj\n<<"))?;
            body.push(&old.entries)?;
            body.push(format!(
                "/Count {}/Kids[",
                u64::from(old.pages) + u64::from(count)
            ))?;
            body.push(&old.kids)?;
            body.push(format!(" {top} 0 R]>>\nendobj\n"))?;
        }
        Ok(tree)
    }

    /// Calls `each` with the offsets of all objects from the first one on, in their order.
    fn offsets(
        &self,
        base: &Base,
        pages: &mut Pages,
        mut each: impl FnMut(u64) -> Result<()>,
    ) -> Result<()> {
        for offset in &base.fixed {
            each(if *offset == 0 { self.top } else { *offset })?;
        }
        pages.each(|place, _, offsets| {
            if place % PAGES_OF_NODE == 0 {
                each(self.nodes[(place / PAGES_OF_NODE) as usize])?;
            }
            offsets.iter().try_for_each(|offset| each(*offset))
        })
    }
}
