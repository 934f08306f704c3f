//! Item trees and properties between the generations: a device as an application of the other generation
//! knows it (`img/internal-compatibility-layer.md`). Transfers between them are `transfer::compat`'s.

mod change;

mod newer;
mod older;
mod table;
mod transfer;
mod translated;

use std::sync::Arc;

use minidriver::DriverModel;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED};
use wia::{Error, ErrorKind, Guid, ItemFlags, Result};

use crate::api::{Device, Item};

/// A device as an older application knows it: a root and one child. One that has neither a flatbed nor a
/// feeder at its base stays as it is, and so does the tree of an older driver.
pub(crate) fn for_older_application(device: Arc<dyn Device>) -> Arc<dyn Device> {
    let children = device.root().children();
    let find = |category: Guid| children.iter().find(|i| i.category() == category).cloned();
    let (flatbed, feeder) = (find(WIA_CATEGORY_FLATBED), find(WIA_CATEGORY_FEEDER));
    if flatbed.is_none() && feeder.is_none() {
        return device;
    }
    older::device(device, flatbed, feeder)
}

/// A device as an application of streams knows it. `again` opens it once more: each source of an older
/// driver has a tree of its own, whose root stays in the right context.
///
/// # Errors
///
/// `InvalidDriverResponse` for an older driver whose tree is neither an older nor a newer one, or that lacks
/// what an older tree must have; what the driver says.
pub(crate) fn for_newer_application(
    model: DriverModel,
    device: Arc<dyn Device>,
    again: impl FnOnce() -> Result<Arc<dyn Device>>,
) -> Result<Arc<dyn Device>> {
    if model != DriverModel::Legacy {
        return Ok(device);
    }
    let children = device.root().children();
    let older = |item: &Arc<dyn Item>| item.category() == Guid::NULL;
    match children.as_slice() {
        [child] if older(child) && child.flags().contains(ItemFlags::TRANSFER) => {
            newer::device(device, again)
        }
        items if items.iter().any(older) && !items.iter().all(older) => {
            let with = items.iter().find(|item| !older(item));
            let without = items.iter().find(|item| older(item));
            let name = |item: Option<&Arc<dyn Item>>| item.map(|i| i.full_name());
            Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                format!(
                    "the older driver's tree is half a newer one: {:?} has a category, {:?} has none \
                     (WIA_IPA_ITEM_CATEGORY); valid: a root with one child, or a category for each item",
                    name(with).unwrap_or_default(),
                    name(without).unwrap_or_default()
                ),
            ))
        }
        _ => Ok(device),
    }
}
