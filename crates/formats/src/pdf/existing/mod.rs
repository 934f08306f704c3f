//! Documents that pages are added to: what must be known of them.

mod sections;
mod value;

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use super::ending::Old;
use crate::Limits;
use sections::{Objects, damaged, unsupported};
use value::{Lexer, Value};

/// Where the end of a document names its table, in bytes from its end.
const END: usize = 1024;

/// Reads what is needed of the PDF in the first `len` bytes of `file`.
pub(super) fn read(file: &File, len: u64, limits: Limits) -> Result<Old> {
    let mut head = [0; 5];
    let mut end = vec![0; usize::try_from(len).unwrap_or(END).min(END)];
    if end.len() < head.len() {
        return Err(damaged("too short"));
    }
    file.read_exact_at(&mut head, 0).map_err(Error::from_read)?;
    let start = len - end.len() as u64;
    file.read_exact_at(&mut end, start)
        .map_err(Error::from_read)?;
    if head != *b"%PDF-" {
        return Err(damaged("it does not begin like one"));
    }
    let table = end
        .windows(9)
        .rposition(|w| w == b"startxref")
        .and_then(|at| Lexer::new(&end, at + 9).unsigned::<u64>())
        .filter(|table| *table < len)
        .ok_or_else(|| damaged("it has no end"))?;
    let objects = Objects::read(file, len, table, limits)?;
    if objects.trailer.get("Encrypt").is_some() {
        return Err(unsupported("adding to an encrypted PDF"));
    }
    let Some(Value::Reference(catalog, generation)) = objects.trailer.get("Root") else {
        return Err(damaged("it has no catalog"));
    };
    let mut trailer = format!("/Root {catalog} {generation} R").into_bytes();
    if let Some(Value::Reference(info, generation)) = objects.trailer.get("Info") {
        trailer.extend(format!("/Info {info} {generation} R").into_bytes());
    }
    let id = match objects.trailer.get("ID") {
        Some(Value::Array(values, _)) => match values.first() {
            Some(Value::String(id)) => Some(id.clone()),
            _ => None,
        },
        _ => None,
    };
    let catalog = objects.object(*catalog)?;
    if catalog.value.get("Perms").is_some() {
        return Err(unsupported(
            "adding to a PDF that is signed against changes",
        ));
    }
    let Some(Value::Reference(root, generation)) = catalog.value.get("Pages") else {
        return Err(damaged("it has no pages"));
    };
    let root = (*root, *generation);
    let archival = match catalog.value.get("Metadata") {
        Some(Value::Reference(number, _)) => declares_archival(&objects, *number)?,
        _ => false,
    };
    let tree = objects.object(root.0)?;
    let Value::Dictionary(entries) = &tree.value else {
        return Err(damaged("its pages"));
    };
    let mut others = Vec::new();
    for (name, _, range) in entries {
        if name != b"Kids" && name != b"Count" {
            others.push(b'/');
            others.extend_from_slice(&escaped(name));
            others.push(b' ');
            others.extend_from_slice(&tree.bytes[range.clone()]);
        }
    }
    let pages = tree.value.get("Count").and_then(Value::number);
    let pages = pages.and_then(|n| u32::try_from(n).ok());
    let pages = pages.ok_or_else(|| damaged("the number of its pages"))?;
    let kids = match tree.value.get("Kids") {
        Some(Value::Array(_, range)) => tree.bytes[range.clone()].to_vec(),
        Some(Value::Reference(number, _)) => {
            let kids = objects.object(*number)?;
            match &kids.value {
                Value::Array(_, range) => kids.bytes[range.clone()].to_vec(),
                _ => return Err(damaged("its pages")),
            }
        }
        _ => return Err(damaged("its pages")),
    };
    Ok(Old {
        len,
        pages,
        archival,
        root,
        kids,
        entries: others,
        size: objects.size.max(1),
        table,
        table_is_stream: objects.is_stream,
        trailer,
        id,
    })
}

/// Whether the description of a document, the stream of this number, names a part of PDF/A. One that cannot
/// be read names none.
fn declares_archival(objects: &Objects<'_>, description: u32) -> Result<bool> {
    const PART: &[u8] = b"pdfaid:part";
    let mut text = match objects.data(description) {
        Err(e) if e.kind() == ErrorKind::ReadFault => return Err(e),
        Err(_) => return Ok(false),
        Ok(text) => text,
    };
    // It may be UTF-16.
    text.retain(|byte| *byte != 0);
    let part = |at: usize| {
        let value = text[at + PART.len()..].trim_ascii_start();
        // An element, or an attribute.
        let value = match value {
            [b'>', value @ ..] => value.trim_ascii_start(),
            [b'=', value @ ..] => match value.trim_ascii_start() {
                [b'"' | b'\'', value @ ..] => value,
                _ => return false,
            },
            _ => return false,
        };
        value
            .first()
            .is_some_and(|digit| matches!(digit, b'1'..=b'4'))
    };
    let mut names = text.windows(PART.len()).enumerate();
    Ok(names.any(|(at, name)| name == PART && part(at)))
}

/// Whether nothing but the end of a line stands behind the end of the document.
pub(super) fn is_complete(file: &File, len: u64) -> Result<bool> {
    let mut end = [0; 8];
    let some = usize::try_from(len).unwrap_or(8).min(8);
    let at = len - some as u64;
    file.read_exact_at(&mut end[..some], at)
        .map_err(Error::from_read)?;
    Ok(end[..some].trim_ascii_end().ends_with(b"%%EOF"))
}

/// A name as it is written.
fn escaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in name {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'+') {
            out.push(*byte);
        } else {
            out.extend(format!("#{byte:02X}").into_bytes());
        }
    }
    out
}
