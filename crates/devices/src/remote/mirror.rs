//! The tree of a host as image filters see it: a copy with the values of this moment.

use items::{AppItem, DriverItem};
use wia::{Error, ErrorKind, Guid, ItemFlags, PropertyId, Result};

use crate::host::message::TreeItem;

/// The item of this name in a copy of the tree.
///
/// # Errors
///
/// `InvalidDriverResponse` for a tree that is none, or does not have the item.
pub(crate) fn of(items: &[TreeItem], full_name: &str) -> Result<AppItem> {
    let mut made: Vec<DriverItem> = Vec::with_capacity(items.len());
    for item in items {
        let flags = ItemFlags::from_bits_retain(item.flags);
        let (name, category) = (item.name.as_str(), Guid(item.category));
        let copy = DriverItem::new(flags, name, &item.full_name, category)?;
        let parent = item.parent.and_then(|n| usize::try_from(n).ok());
        if let Some(parent) = parent.and_then(|n| made.get(n)) {
            copy.add_to_folder(parent)?;
        }
        made.push(copy);
    }
    let none = || {
        Error::new(
            ErrorKind::InvalidDriverResponse,
            format!("the driver host's tree does not have {full_name}"),
        )
    };
    let root = AppItem::from_driver_tree(made.first().ok_or_else(none)?);
    for copy in root.descendants() {
        let original = items.iter().find(|i| i.full_name == copy.full_name());
        for property in original.into_iter().flat_map(|i| &i.properties) {
            let info = property.attributes.clone().into();
            copy.declare(PropertyId(property.id), property.value.clone(), info);
        }
    }
    let found = root.descendants().into_iter();
    { found }
        .find(|i| i.full_name() == full_name)
        .ok_or_else(none)
}
