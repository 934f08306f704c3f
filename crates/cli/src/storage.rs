//! The storage of a device, as the command line sees it.

use std::sync::Arc;

use service::{Device, Item};
use wia::ItemFlags;
use wia::category::WIA_CATEGORY_FOLDER;

/// The folder that holds what the device stores.
pub(crate) fn folder(device: &dyn Device) -> Option<Arc<dyn Item>> {
    let items = device.root().children().into_iter();
    { items }.find(|item| item.category() == WIA_CATEGORY_FOLDER)
}

/// Whether there is nothing that a page could come from.
pub(crate) fn is_storage_only(device: &dyn Device) -> bool {
    let items = device.root().children();
    !items.is_empty()
        && items
            .iter()
            .all(|item| item.flags().contains(ItemFlags::STORAGE))
}
