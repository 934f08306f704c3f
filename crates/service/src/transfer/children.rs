//! Folder acquisition: the items below a folder, each in a stream of its own
//! (`img/multipage-istream-transfers.md`).

use items::AppItem;
use wia::ItemFlags;
use wia::category::{WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT};
use wia::constant::WIA_TRANSFER_CHILDREN_SINGLE_SCAN;
use wia::property::WIA_IPS_TRANSFER_CAPABILITIES;

/// Whether the driver transfers the children of this item by itself (`WIA_IPS_TRANSFER_CAPABILITIES`).
pub(super) fn driver_walks(item: &AppItem) -> bool {
    let capabilities = item.opt_i32(WIA_IPS_TRANSFER_CAPABILITIES).unwrap_or(0);
    capabilities & WIA_TRANSFER_CHILDREN_SINGLE_SCAN != 0
}

/// The items below this one that have data and nothing below them, in the tree's order. A feeder stands
/// for its front and back: its data comes off itself only.
pub(super) fn leaves(item: &AppItem) -> Vec<AppItem> {
    if has_sides(item) {
        return vec![item.clone()];
    }
    let mut leaves = Vec::new();
    for child in item.children() {
        if has_sides(&child) || child.children().is_empty() {
            if child.flags().contains(ItemFlags::TRANSFER) {
                leaves.push(child);
            }
        } else {
            leaves.append(&mut self::leaves(&child));
        }
    }
    leaves
}

/// Whether it is a feeder with items for its sides.
fn has_sides(item: &AppItem) -> bool {
    let sides = [WIA_CATEGORY_FEEDER_FRONT, WIA_CATEGORY_FEEDER_BACK];
    let children = item.children();
    children.iter().any(|c| sides.contains(&c.category()))
}
