//! An application's item tree (`IWiaItem2`): one for each application, copied from the driver's.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use wia::property::{
    WIA_IPA_FULL_ITEM_NAME, WIA_IPA_ITEM_CATEGORY, WIA_IPA_ITEM_FLAGS, WIA_IPA_ITEM_NAME,
};
use wia::{Access, Guid, ItemFlags, PropertyInfo, ValidValues};

use crate::driver_item::DriverItem;
use crate::lock::lock;
use crate::store::PropertyStore;
use crate::write::WriteGate;

/// An item of an application's tree, with properties of its own.
///
/// Clones are the same item. An item keeps its children alive, not its parent: whoever opened the
/// device keeps the root.
#[derive(Clone)]
pub struct AppItem(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) parent: Weak<Inner>,
    pub(crate) links: Mutex<Links>,
    /// Shared with snapshots, copied when it changes: taking back a write costs nothing until then.
    pub(crate) store: Mutex<Arc<PropertyStore>>,
    /// One for the whole tree.
    pub(crate) gate: Arc<WriteGate>,
    pub(crate) attached: OnceLock<Attached>,
}

/// What is kept with an item.
pub(crate) type Attached = Box<dyn Any + Send + Sync>;

pub(crate) struct Links {
    pub(crate) flags: ItemFlags,
    pub(crate) children: Vec<AppItem>,
    pub(crate) driver: Option<DriverItem>,
}

impl AppItem {
    /// Copies a driver's tree for one more application. Each item has the properties that the
    /// service supplies (name, full name, flags, category) and none of the driver's yet.
    pub fn from_driver_tree(root: &DriverItem) -> AppItem {
        let gate = Arc::new(WriteGate::default());
        let top = AppItem::copy(root, Weak::new(), &gate);
        let mut rest = vec![top.clone()];
        while let Some(item) = rest.pop() {
            let below = item.driver_item().map(|d| d.children()).unwrap_or_default();
            let copies: Vec<AppItem> = below
                .iter()
                .map(|d| AppItem::copy(d, Arc::downgrade(&item.0), &gate))
                .collect();
            rest.extend(copies.iter().cloned());
            lock(&item.0.links).children = copies;
        }
        top
    }

    pub(crate) fn copy(driver: &DriverItem, parent: Weak<Inner>, gate: &Arc<WriteGate>) -> AppItem {
        let item = AppItem(Arc::new(Inner {
            name: driver.name().to_owned(),
            full_name: driver.full_name().to_owned(),
            parent,
            links: Mutex::new(Links {
                flags: driver.flags(),
                children: Vec::new(),
                driver: Some(driver.clone()),
            }),
            store: Mutex::default(),
            gate: Arc::clone(gate),
            attached: OnceLock::new(),
        }));
        item.supply_properties(driver.category());
        item
    }

    /// The properties that the service owns.
    pub(crate) fn supply_properties(&self, category: Guid) {
        let info = || PropertyInfo {
            access: Access::READ,
            valid: ValidValues::None,
        };
        self.declare(WIA_IPA_ITEM_NAME, self.name(), info());
        self.declare(WIA_IPA_FULL_ITEM_NAME, self.full_name(), info());
        self.declare(WIA_IPA_ITEM_FLAGS, self.flags().bits(), info());
        self.declare(WIA_IPA_ITEM_CATEGORY, category, info());
    }

    /// The name (`WIA_IPA_ITEM_NAME`).
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The path from the root (`WIA_IPA_FULL_ITEM_NAME`), such as `0000\Root\Flatbed`.
    pub fn full_name(&self) -> &str {
        &self.0.full_name
    }

    /// The flags (`WIA_IPA_ITEM_FLAGS`), with `DELETED` or `DISCONNECTED` once the item is gone.
    #[doc(alias = "wiasGetItemType")]
    pub fn flags(&self) -> ItemFlags {
        lock(&self.0.links).flags
    }

    /// The category (`WIA_IPA_ITEM_CATEGORY`).
    pub fn category(&self) -> Guid {
        self.opt_guid(WIA_IPA_ITEM_CATEGORY).unwrap_or(Guid::NULL)
    }

    /// The item that holds this one; `None` for the root, and when the tree has been dropped.
    pub fn parent(&self) -> Option<AppItem> {
        self.0.parent.upgrade().map(AppItem)
    }

    /// The children in the tree's order.
    #[doc(alias = "wiasGetChildrenContexts")]
    pub fn children(&self) -> Vec<AppItem> {
        lock(&self.0.links).children.clone()
    }

    /// The top of the tree: this item itself when it has no parent.
    #[doc(alias = "wiasGetRootItem")]
    pub fn root(&self) -> AppItem {
        let mut top = self.clone();
        while let Some(parent) = top.parent() {
            top = parent;
        }
        top
    }

    /// The item of this tree with this full name. It may lie anywhere in the tree.
    #[doc(alias = "wiasGetContextFromName")]
    pub fn find_by_name(&self, full_name: &str) -> Option<AppItem> {
        self.root()
            .descendants()
            .into_iter()
            .find(|i| i.full_name() == full_name)
    }

    /// This item and everything below it, parents before their children.
    pub fn descendants(&self) -> Vec<AppItem> {
        let mut found = vec![self.clone()];
        let mut at = 0;
        while let Some(item) = found.get(at) {
            let children = item.children();
            found.extend(children);
            at += 1;
        }
        found
    }

    /// The driver's item that this one stands for. An item that an application made shares its
    /// parent's until it gets one of its own.
    #[doc(alias = "wiasGetDrvItem")]
    pub fn driver_item(&self) -> Option<DriverItem> {
        let own = lock(&self.0.links).driver.clone();
        own.or_else(|| self.parent().and_then(|p| p.driver_item()))
    }

    /// Links an item that an application made with the driver's item for it (after an upload).
    pub fn set_driver_item(&self, driver: DriverItem) {
        lock(&self.0.links).driver = Some(driver);
    }

    /// The same item without keeping it alive.
    pub fn downgrade(&self) -> WeakAppItem {
        WeakAppItem(Arc::downgrade(&self.0))
    }

    /// What one border of the service keeps with the item: made when it is first asked for, dropped with the item.
    /// `None` when what is kept is no `T`.
    pub fn attached<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<&T> {
        self.0
            .attached
            .get_or_init(|| Box::new(make()))
            .downcast_ref()
    }

    /// Puts the flags that the item has now into its property.
    pub(crate) fn show_flags(&self) {
        let bits = self.flags().bits();
        if self.opt_i32(WIA_IPA_ITEM_FLAGS) == Some(bits) {
            return;
        }
        self.with_store_mut(|s| {
            if let Some(p) = s.get_mut(WIA_IPA_ITEM_FLAGS) {
                p.value = bits.into();
            }
        });
    }

    pub(crate) fn gate(&self) -> &WriteGate {
        &self.0.gate
    }

    pub(crate) fn snapshot(&self) -> Arc<PropertyStore> {
        Arc::clone(&lock(&self.0.store))
    }

    /// Puts a snapshot back. Flags are not part of what a write can undo.
    pub(crate) fn restore(&self, snapshot: Arc<PropertyStore>) {
        *lock(&self.0.store) = snapshot;
        self.show_flags();
    }

    pub(crate) fn with_store<T>(&self, read: impl FnOnce(&PropertyStore) -> T) -> T {
        read(&lock(&self.0.store))
    }

    pub(crate) fn with_store_mut<T>(&self, change: impl FnOnce(&mut PropertyStore) -> T) -> T {
        change(Arc::make_mut(&mut lock(&self.0.store)))
    }
}

/// An [`AppItem`] that may be gone.
#[derive(Clone)]
pub struct WeakAppItem(Weak<Inner>);

impl WeakAppItem {
    /// The item, while somebody keeps it.
    pub fn upgrade(&self) -> Option<AppItem> {
        self.0.upgrade().map(AppItem)
    }
}

impl fmt::Debug for WeakAppItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WeakAppItem").field(&self.upgrade()).finish()
    }
}

/// Two handles are equal when they are the same item.
impl PartialEq for AppItem {
    fn eq(&self, other: &AppItem) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for AppItem {}

impl fmt::Debug for AppItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppItem")
            .field("full_name", &self.full_name())
            .field("flags", &self.flags())
            .finish_non_exhaustive()
    }
}
