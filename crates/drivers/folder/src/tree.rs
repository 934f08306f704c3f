//! The item tree, and how it follows the directory.

use std::collections::HashMap;

use items::{DriverItem, RemoveReason};
use rustix::io::Errno;
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT};
use wia::event::{WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED};
use wia::{ErrorKind, Guid, ItemFlags, Result};

use crate::contents;
use crate::directory::{Directory, Found, check_name, join};

/// Full name of the item of the directory.
const FILES: &str = "0000\\Root\\Files";

const FOLDER: ItemFlags = ItemFlags::FOLDER.union(ItemFlags::STORAGE);

/// Something that the applications have to be told.
pub(crate) struct Change {
    pub(crate) event: Guid,
    pub(crate) full_name: String,
}

impl Change {
    pub(crate) fn deleted(item: &DriverItem) -> Change {
        Change {
            event: WIA_EVENT_ITEM_DELETED,
            full_name: item.full_name().to_owned(),
        }
    }
}

/// A root with one empty folder.
pub(crate) fn new() -> Result<(DriverItem, DriverItem)> {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
    let files = DriverItem::new_child(&root, FOLDER, "Files", WIA_CATEGORY_FOLDER, None)?;
    Ok((root, files))
}

/// The place of an item below the folder; `None` for one that is not there.
///
/// # Errors
///
/// `InvalidArgument` for a name that no item of this device can have.
pub(crate) fn place(full_name: &str) -> Result<Option<String>> {
    let Some(below) = full_name.strip_prefix(FILES) else {
        return Ok(None);
    };
    let mut place = String::new();
    for name in below.split('\\').skip(1) {
        check_name(name)?;
        place = join(&place, name);
    }
    Ok(below.is_empty().then(String::new).or(Some(place)))
}

/// Makes the tree like the directory. What was changed is in `changes`, also when it fails half-way.
///
/// # Errors
///
/// Why the directory cannot be read. What is below it and cannot be read stays as it is.
pub(crate) fn follow(
    directory: &Directory,
    files: &DriverItem,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let mut rest = vec![(files.clone(), String::new())];
    while let Some((folder, place)) = rest.pop() {
        let found = match directory.list(&place) {
            Ok(found) => found,
            Err(e) if place.is_empty() => return Err(directory.lost("", e, ErrorKind::ReadFault)),
            // The next look at the folder above shows what became of it.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => Vec::new(),
            Err(_) => continue,
        };
        let mut known = HashMap::new();
        for child in folder.children() {
            let at = found.binary_search_by(|found| found.name.as_str().cmp(child.name()));
            let there = at.ok().and_then(|at| found.get(at));
            match there {
                Some(there) if there.is_folder == is_folder(&child) => {
                    known.insert(child.name().to_owned(), child);
                }
                _ => remove(&child, changes)?,
            }
        }
        for found in found {
            let place = join(&place, &found.name);
            let child = match known.remove(&found.name) {
                Some(child) => child,
                None => add(directory, &folder, &found, &place, changes)?,
            };
            if found.is_folder {
                rest.push((child, place));
            }
        }
    }
    Ok(())
}

pub(crate) fn is_folder(item: &DriverItem) -> bool {
    item.flags().contains(ItemFlags::FOLDER)
}

fn add(
    directory: &Directory,
    folder: &DriverItem,
    found: &Found,
    place: &str,
    changes: &mut Vec<Change>,
) -> Result<DriverItem> {
    let (flags, category) = match found.is_folder {
        true => (FOLDER, WIA_CATEGORY_FOLDER),
        false => (directory.flags(place), WIA_CATEGORY_FINISHED_FILE),
    };
    let item = DriverItem::new_child(folder, flags, &found.name, category, None)?;
    changes.push(Change {
        event: WIA_EVENT_ITEM_CREATED,
        full_name: item.full_name().to_owned(),
    });
    Ok(item)
}

/// Takes an item out of the tree, what is below it first.
pub(crate) fn remove(item: &DriverItem, changes: &mut Vec<Change>) -> Result<()> {
    let mut all = vec![item.clone()];
    let mut at = 0;
    while let Some(item) = all.get(at) {
        let below = item.children();
        all.extend(below);
        at += 1;
    }
    for item in all.into_iter().rev() {
        item.remove_from_folder(RemoveReason::Deleted)?;
        changes.push(Change::deleted(&item));
    }
    Ok(())
}

impl Directory {
    fn flags(&self, place: &str) -> ItemFlags {
        let mut flags = ItemFlags::FILE | ItemFlags::TRANSFER;
        let format = self.format(place);
        flags.set(ItemFlags::IMAGE, contents::is_image(format));
        flags.set(ItemFlags::AUDIO, contents::is_audio(format));
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_items() {
        let at = |below: &str| place(&format!("0000\\Root{below}"));
        assert_eq!(at("").unwrap(), None);
        assert_eq!(at("\\Files").unwrap(), Some(String::new()));
        assert_eq!(at("\\Files\\a\\b.c").unwrap(), Some("a/b.c".to_owned()));
        for bad in [
            "\\Files\\..",
            "\\Files\\a\\..\\b",
            "\\Files\\a/b",
            "\\Files\\",
            "\\Files\\.a",
        ] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }
}
