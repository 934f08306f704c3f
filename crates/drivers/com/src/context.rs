//! What C knows an application's item by: the `pWiasContext` of the `wias*` functions.
//!
//! It looks like an address and is a number, which never comes again: one that is made up, or of an item that is gone,
//! is found out.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock};

use items::{AppItem, WeakAppItem};
use wia::{Error, Result};

/// The next number: addresses of no memory.
static NEXT: AtomicUsize = AtomicUsize::new(FIRST);
const FIRST: usize = 0x1_0000;
/// Numbers are apart from each other as structures are.
const STEP: usize = 16;

type Items = HashMap<usize, WeakAppItem, BuildHasherDefault<Spread>>;

static ITEMS: LazyLock<RwLock<Items>> = LazyLock::new(RwLock::default);

/// An item's number, kept with the item.
struct Entry(usize);

impl Entry {
    fn new(item: &AppItem) -> Entry {
        let number = NEXT.fetch_add(STEP, Ordering::Relaxed);
        let mut items = ITEMS.write().unwrap_or_else(PoisonError::into_inner);
        items.insert(number, item.downgrade());
        Entry(number)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut items = ITEMS.write().unwrap_or_else(PoisonError::into_inner);
        items.remove(&self.0);
    }
}

/// The context of an item; the same each time.
pub fn of(item: &AppItem) -> *mut u8 {
    let entry = item.attached(|| Entry::new(item));
    entry.map_or(ptr::null_mut(), |entry| {
        ptr::without_provenance_mut(entry.0)
    })
}

/// The item of a context.
///
/// # Errors
///
/// `InvalidArgument` for what is no context, or that of an item whose tree is gone.
pub fn item(context: *const u8) -> Result<AppItem> {
    let items = ITEMS.read().unwrap_or_else(PoisonError::into_inner);
    let item = items.get(&context.addr()).and_then(WeakAppItem::upgrade);
    // What it keeps may end with it, and needs the list.
    drop(items);
    item.ok_or_else(|| Error::invalid(format!("pWiasContext: {context:p} is no item")))
}

/// Spreads numbers that are `STEP` apart.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use items::DriverItem;
    use wia::{ErrorKind, Guid, ItemFlags};

    use super::*;

    fn tree() -> AppItem {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER;
        let root = DriverItem::new(flags, "Root", "0000\\Root", Guid::NULL).unwrap();
        DriverItem::new_child(&root, ItemFlags::FILE, "Flatbed", Guid::NULL, None).unwrap();
        AppItem::from_driver_tree(&root)
    }

    #[test]
    fn an_item_is_found_by_its_context() {
        let root = tree();
        let child = root.children().remove(0);
        assert_eq!(item(of(&child)).unwrap(), child);
        assert_eq!(of(&child), of(&child));
        assert_ne!(of(&child), of(&root));
    }

    #[test]
    fn what_is_no_context_is_found_out() {
        let root = tree();
        let context = of(&root);
        for wrong in [
            ptr::null(),
            context.wrapping_add(1),
            &raw const *b"words".first().unwrap(),
        ] {
            assert_eq!(item(wrong).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }

    #[test]
    fn a_context_ends_with_its_tree_and_is_not_used_again() {
        let root = tree();
        let context = of(&root);
        drop(root);
        assert_eq!(
            item(context).unwrap_err().kind(),
            ErrorKind::InvalidArgument
        );
        assert!((0..100).all(|_| of(&tree()) != context));
    }
}
