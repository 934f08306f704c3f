//! The driver's item tree (`IWiaDrvItem`): one for each device, built by its driver.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use wia::{Error, Guid, ItemFlags, Result};

use crate::lock::lock;

/// Why an item leaves its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveReason {
    /// Its content was deleted (`WiaItemTypeDeleted`).
    Deleted,
    /// Its device went away (`WiaItemTypeDisconnected`).
    Disconnected,
}

impl RemoveReason {
    /// The item flag that says so.
    pub const fn flag(self) -> ItemFlags {
        match self {
            RemoveReason::Deleted => ItemFlags::DELETED,
            RemoveReason::Disconnected => ItemFlags::DISCONNECTED,
        }
    }

    /// The reason with this number, as `RemoveItemFromFolder` and `UnlinkItemTree` take it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for anything but `0x80` and `0x100`.
    pub fn from_value(value: i32) -> Result<RemoveReason> {
        [RemoveReason::Deleted, RemoveReason::Disconnected]
            .into_iter()
            .find(|r| r.flag().bits() == value)
            .ok_or_else(|| {
                Error::invalid(format!(
                    "{value:#x} is no reason to remove an item; valid: 0x80 (deleted) 0x100 (disconnected)"
                ))
            })
    }
}

/// What a driver attaches to its items: its own record of the part of the device.
pub type DriverContext = Arc<dyn Any + Send + Sync>;

/// Edits of any driver tree take this lock, so that two threads cannot build a cycle together.
/// Trees change when a device is opened and when its storage changes, so nobody waits long.
static EDIT: Mutex<()> = Mutex::new(());

/// An item of a driver's tree (`IWiaDrvItem`, made by `wiasCreateDrvItem`).
///
/// Clones are the same item. An item keeps its children alive, not its parent.
#[derive(Clone)]
pub struct DriverItem(Arc<Inner>);

struct Inner {
    name: String,
    full_name: String,
    category: Guid,
    context: Option<DriverContext>,
    links: Mutex<Links>,
}

struct Links {
    flags: ItemFlags,
    parent: Weak<Inner>,
    children: Vec<DriverItem>,
    /// The same by name: storage folders hold many.
    by_name: HashMap<String, DriverItem>,
}

impl DriverItem {
    /// A new item outside of any tree.
    ///
    /// `full_name` is the path from the root, such as `0000\Root\Flatbed`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when `flags` has neither `FOLDER` nor `FILE`, or a name is empty.
    #[doc(alias = "wiasCreateDrvItem")]
    pub fn new(
        flags: ItemFlags,
        name: &str,
        full_name: &str,
        category: Guid,
    ) -> Result<DriverItem> {
        DriverItem::create(flags, name, full_name, category, None)
    }

    /// As [`DriverItem::new`], with the driver's own record attached.
    ///
    /// # Errors
    ///
    /// As [`DriverItem::new`].
    pub fn with_context(
        flags: ItemFlags,
        name: &str,
        full_name: &str,
        category: Guid,
        context: DriverContext,
    ) -> Result<DriverItem> {
        DriverItem::create(flags, name, full_name, category, Some(context))
    }

    /// A new item added to `parent`, its full name made of the parent's and its own.
    ///
    /// # Errors
    ///
    /// As [`DriverItem::new`] and [`DriverItem::add_to_folder`].
    pub fn new_child(
        parent: &DriverItem,
        flags: ItemFlags,
        name: &str,
        category: Guid,
        context: Option<DriverContext>,
    ) -> Result<DriverItem> {
        let full_name = format!("{}\\{name}", parent.full_name());
        let item = DriverItem::create(flags, name, &full_name, category, context)?;
        item.add_to_folder(parent)?;
        Ok(item)
    }

    fn create(
        flags: ItemFlags,
        name: &str,
        full_name: &str,
        category: Guid,
        context: Option<DriverContext>,
    ) -> Result<DriverItem> {
        if !flags.intersects(ItemFlags::FOLDER | ItemFlags::FILE) {
            return Err(Error::invalid(format!(
                "item {full_name:?}: its flags must contain Folder or File"
            )));
        }
        if name.is_empty() || full_name.is_empty() {
            return Err(Error::invalid("an item needs a name and a full name"));
        }
        Ok(DriverItem(Arc::new(Inner {
            name: name.to_owned(),
            full_name: full_name.to_owned(),
            category,
            context,
            links: Mutex::new(Links {
                flags,
                parent: Weak::new(),
                children: Vec::new(),
                by_name: HashMap::new(),
            }),
        })))
    }

    /// The name (`WIA_IPA_ITEM_NAME`).
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The path from the root (`WIA_IPA_FULL_ITEM_NAME`).
    pub fn full_name(&self) -> &str {
        &self.0.full_name
    }

    /// The category (`WIA_IPA_ITEM_CATEGORY`).
    pub fn category(&self) -> Guid {
        self.0.category
    }

    /// The item's flags, with `DELETED` or `DISCONNECTED` once it has left its tree.
    pub fn flags(&self) -> ItemFlags {
        lock(&self.0.links).flags
    }

    /// What the driver attached.
    pub fn context(&self) -> Option<&DriverContext> {
        self.0.context.as_ref()
    }

    /// What the driver attached, if it is a `T`.
    pub fn context_as<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0
            .context
            .as_ref()
            .and_then(|c| Arc::clone(c).downcast::<T>().ok())
    }

    /// Puts this item, with everything below it, under `parent`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when `parent` is no folder, lies below this item or is this item, already
    /// has a child of this name, or when this item has a parent or is a root.
    #[doc(alias = "AddItemToFolder")]
    pub fn add_to_folder(&self, parent: &DriverItem) -> Result<()> {
        let _edit = lock(&EDIT);
        let refuse = |why: &str| {
            Err(Error::invalid(format!(
                "item {:?} cannot be added to {:?}: {why}",
                self.full_name(),
                parent.full_name()
            )))
        };
        if !parent.flags().contains(ItemFlags::FOLDER) {
            return refuse("that is no folder");
        }
        if self.flags().contains(ItemFlags::ROOT) {
            return refuse("a root stays at the top");
        }
        if self.parent().is_some() {
            return refuse("it is in a folder already");
        }
        if std::iter::successors(Some(parent.clone()), DriverItem::parent).any(|i| i == *self) {
            return refuse("that lies below it");
        }
        if parent.find_child_by_name(self.name()).is_some() {
            return refuse("that has a child of this name");
        }
        lock(&self.0.links).parent = Arc::downgrade(&parent.0);
        let mut links = lock(&parent.0.links);
        links.children.push(self.clone());
        links.by_name.insert(self.name().to_owned(), self.clone());
        Ok(())
    }

    /// Takes this item out of its folder and marks it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the item still has children or is in no folder.
    #[doc(alias = "RemoveItemFromFolder")]
    pub fn remove_from_folder(&self, reason: RemoveReason) -> Result<()> {
        let _edit = lock(&EDIT);
        if !lock(&self.0.links).children.is_empty() {
            return Err(Error::invalid(format!(
                "item {:?} has children and cannot be removed",
                self.full_name()
            )));
        }
        let Some(parent) = self.parent() else {
            return Err(Error::invalid(format!(
                "item {:?} is in no folder",
                self.full_name()
            )));
        };
        {
            let mut links = lock(&parent.0.links);
            links.children.retain(|c| c != self);
            links.by_name.remove(self.name());
        }
        self.leave(reason);
        Ok(())
    }

    /// Takes the whole tree apart and marks every item of it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when this item is no root.
    #[doc(alias = "UnlinkItemTree")]
    pub fn unlink_tree(&self, reason: RemoveReason) -> Result<()> {
        // What a driver attached ends without the lock: that is the driver's code.
        let mut gone = Vec::new();
        let _edit = lock(&EDIT);
        if !self.flags().contains(ItemFlags::ROOT) {
            return Err(Error::invalid(format!(
                "item {:?} is no root, so its tree cannot be unlinked",
                self.full_name()
            )));
        }
        let mut rest = vec![self.clone()];
        while let Some(item) = rest.pop() {
            {
                let mut links = lock(&item.0.links);
                rest.append(&mut links.children);
                links.by_name.clear();
            }
            item.leave(reason);
            gone.push(item);
        }
        Ok(())
    }

    fn leave(&self, reason: RemoveReason) {
        let mut links = lock(&self.0.links);
        links.flags |= reason.flag();
        links.parent = Weak::new();
    }

    /// This item or the one below it with this full name.
    #[doc(alias = "FindItemByName")]
    pub fn find_by_name(&self, full_name: &str) -> Option<DriverItem> {
        let mut rest = vec![self.clone()];
        while let Some(item) = rest.pop() {
            if item.full_name() == full_name {
                return Some(item);
            }
            rest.extend(item.children());
        }
        None
    }

    /// The direct child with this name.
    #[doc(alias = "FindChildItemByName")]
    pub fn find_child_by_name(&self, name: &str) -> Option<DriverItem> {
        lock(&self.0.links).by_name.get(name).cloned()
    }

    /// The folder that holds this item; `None` for a root and for an item outside of any tree.
    #[doc(alias = "GetParentItem")]
    pub fn parent(&self) -> Option<DriverItem> {
        lock(&self.0.links).parent.upgrade().map(DriverItem)
    }

    /// The children in the order in which they were added; none for a file.
    pub fn children(&self) -> Vec<DriverItem> {
        lock(&self.0.links).children.clone()
    }

    /// The first child, if there is one.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when this item is no folder.
    #[doc(alias = "GetFirstChildItem")]
    pub fn first_child(&self) -> Result<Option<DriverItem>> {
        let links = lock(&self.0.links);
        if !links.flags.contains(ItemFlags::FOLDER) {
            return Err(Error::invalid(format!(
                "item {:?} is no folder",
                self.full_name()
            )));
        }
        Ok(links.children.first().cloned())
    }

    /// The child of the same parent that follows this item.
    #[doc(alias = "GetNextSiblingItem")]
    pub fn next_sibling(&self) -> Option<DriverItem> {
        let parent = self.parent()?;
        let links = lock(&parent.0.links);
        let at = links.children.iter().position(|c| c == self)?;
        links.children.get(at + 1).cloned()
    }
}

/// Two handles are equal when they are the same item.
impl PartialEq for DriverItem {
    fn eq(&self, other: &DriverItem) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for DriverItem {}

impl fmt::Debug for DriverItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriverItem")
            .field("full_name", &self.full_name())
            .field("flags", &self.flags())
            .finish_non_exhaustive()
    }
}
