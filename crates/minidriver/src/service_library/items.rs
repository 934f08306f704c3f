//! Items: making them and finding them.

use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem};
use wia::{Error, Guid, ItemFlags, Result};

/// The largest private context of a driver item, in bytes.
#[doc(alias = "WIA_MAX_CTX_SIZE")]
pub const MAX_PRIVATE_CONTEXT: usize = 16 << 20;

/// The private context of an item that [`create_drv_item`] made: memory for the driver, zeroed.
pub type PrivateContext = Mutex<Box<[u8]>>;

/// Makes a driver item with a zeroed private context of `context_bytes` bytes, outside of any tree:
/// [`DriverItem::add_to_folder`] puts it into one.
///
/// The names become `WIA_IPA_ITEM_NAME` and `WIA_IPA_FULL_ITEM_NAME`, the flags
/// `WIA_IPA_ITEM_FLAGS`. The C form leaves the category to the driver's properties; here an item has
/// one from the start. The item owns the context, which is found again with
/// `item.context_as::<PrivateContext>()`; there is none for 0 bytes. A driver in Rust rather attaches a
/// type of its own, with [`DriverItem::with_context`].
///
/// # Errors
///
/// `InvalidArgument` when `flags` has neither `FOLDER` nor `FILE`, a name is empty, or the context
/// would be larger than [`MAX_PRIVATE_CONTEXT`].
#[doc(alias = "wiasCreateDrvItem")]
pub fn create_drv_item(
    flags: ItemFlags,
    name: &str,
    full_name: &str,
    category: Guid,
    context_bytes: usize,
) -> Result<DriverItem> {
    if context_bytes > MAX_PRIVATE_CONTEXT {
        return Err(Error::invalid(format!(
            "item {full_name:?}: a private context of {context_bytes} bytes; valid: 0 to {MAX_PRIVATE_CONTEXT}"
        )));
    }
    if context_bytes == 0 {
        return DriverItem::new(flags, name, full_name, category);
    }
    let context: PrivateContext = Mutex::new(vec![0; context_bytes].into());
    DriverItem::with_context(flags, name, full_name, category, Arc::new(context))
}

/// Makes an item of the application's tree alone, below `parent`. The driver's tree does not get it.
///
/// `flags` says what it is (the documentation calls the parameter reserved in one place and puts the
/// item's type there in another); `GENERATED` is added. The full name is the parent's and `name`. The
/// item has no properties but those that the service supplies, until the driver declares them.
///
/// # Errors
///
/// `InvalidArgument` when `parent` can have no children, `name` is empty, holds a backslash or is
/// taken, or `flags` has neither `FOLDER` nor `FILE` but others; `ItemDeleted` when `parent` is gone.
#[doc(alias = "wiasCreateChildAppItem")]
pub fn create_child_app_item(parent: &AppItem, flags: ItemFlags, name: &str) -> Result<AppItem> {
    parent.add_child(flags, name, &mut |_| Ok(()))
}

/// What the item is.
#[doc(alias = "wiasGetItemType")]
pub fn get_item_type(item: &AppItem) -> ItemFlags {
    item.flags()
}

/// The driver's item that this one stands for. One that was only made for the application shares its
/// parent's; `None` when the tree is gone.
#[doc(alias = "wiasGetDrvItem")]
pub fn get_drv_item(item: &AppItem) -> Option<DriverItem> {
    item.driver_item()
}

/// The top of the item's tree.
#[doc(alias = "wiasGetRootItem")]
pub fn get_root_item(item: &AppItem) -> AppItem {
    item.root()
}

/// The item with this `WIA_IPA_FULL_ITEM_NAME`, anywhere in the tree of `item`. `None` when there is
/// none: the C form then returns `S_FALSE`.
#[doc(alias = "wiasGetContextFromName")]
pub fn get_context_from_name(item: &AppItem, full_name: &str) -> Option<AppItem> {
    item.find_by_name(full_name)
}

/// The children of an item, in the tree's order.
#[doc(alias = "wiasGetChildrenContexts")]
pub fn get_children_contexts(parent: &AppItem) -> Vec<AppItem> {
    parent.children()
}
