//! The tree of items.

use std::sync::Arc;

use serde_json::{Value, json};
use service::{Device, Item};
use wia::{Error, Guid, Result};

use crate::failure::one_line;

/// Prefix of the names of categories, which people need not see.
const CATEGORY: &str = "WIA_CATEGORY_";

/// Prefix of the names of formats.
const FORMAT: &str = "WiaImgFmt_";

/// The item and everything below it, parents before children.
pub(crate) fn all(item: &Arc<dyn Item>) -> Vec<Arc<dyn Item>> {
    let mut items = vec![Arc::clone(item)];
    for child in item.children() {
        items.extend(all(&child));
    }
    items
}

/// For people: the items, and the layers around the driver.
pub(crate) fn device_text(device: &dyn Device) -> Result<String> {
    let text = text(&device.root())?;
    Ok(match device.layers().as_slice() {
        [] => text,
        layers => format!("{text}layers: {}\n", layers.join(", ")),
    })
}

/// For programs: the root, with the layers around the driver.
pub(crate) fn device_json(device: &dyn Device) -> Result<Value> {
    let mut root = json(&device.root())?;
    root["layers"] = json!(device.layers());
    Ok(root)
}

/// One line an item, children indented.
fn text(root: &Arc<dyn Item>) -> Result<String> {
    let mut rows = Vec::new();
    collect(root, 0, &mut rows)?;
    let width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let kinds = rows
        .iter()
        .map(|(_, kind, _)| kind.len())
        .max()
        .unwrap_or(0);
    Ok(rows
        .iter()
        .fold(String::new(), |text, (name, kind, formats)| {
            let line = format!("{name:width$}  {kind:kinds$}  {formats}");
            text + line.trim_end() + "\n"
        }))
}

fn collect(
    item: &Arc<dyn Item>,
    level: usize,
    rows: &mut Vec<(String, String, String)>,
) -> Result<()> {
    let name = one_line(&item.full_name());
    let name = format!("{:indent$}{name}", "", indent = level * 2);
    rows.push((name, category(item.category()), formats(&**item)?.join(" ")));
    for child in item.children() {
        collect(&child, level + 1, rows)?;
    }
    Ok(())
}

/// An item and what is below it.
fn json(item: &Arc<dyn Item>) -> Result<Value> {
    let children: Result<Vec<_>> = item.children().iter().map(json).collect();
    Ok(json!({
        "name": item.name(),
        "full_name": item.full_name(),
        "category": category(item.category()),
        "flags": item.flags().bits(),
        "formats": formats(&**item)?,
        "children": children?,
    }))
}

/// `feeder front` for `WIA_CATEGORY_FEEDER_FRONT`.
pub(crate) fn category(id: Guid) -> String {
    match wia::category::name(id).and_then(|name| name.strip_prefix(CATEGORY)) {
        Some(name) => name.to_ascii_lowercase().replace('_', " "),
        None => id.to_string(),
    }
}

/// Each format once, as `BMP`; nothing for an item without data.
fn formats(item: &dyn Item) -> Result<Vec<String>> {
    let offered = match item.formats() {
        Ok(offered) => offered,
        Err(e) if is_without_data(&e) => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut names = Vec::new();
    for info in offered {
        let name = match wia::format::name(info.format) {
            Some(name) => name.strip_prefix(FORMAT).unwrap_or(name).to_owned(),
            None => info.format.to_string(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn is_without_data(e: &Error) -> bool {
    e.kind() == wia::ErrorKind::InvalidArgument
}
