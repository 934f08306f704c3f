//! Items that come and go: children that applications make, deletion, changes of the driver's tree.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER};
use wia::property::{WIA_IPA_ACCESS_RIGHTS, WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION};
use wia::{AccessRights, Error, ErrorKind, ItemFlags, Result};

use crate::app_item::{AppItem, Inner, Links};
use crate::driver_item::{DriverItem, RemoveReason};
use crate::lock::lock;

bitflags::bitflags! {
    /// How an item is created (`IWiaItem2::CreateChildItem`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct CreationFlags: u32 {
        /// Every property that can be read and written gets the parent's value.
        const COPY_PARENT_PROPERTY_VALUES = 0x4000_0000;
    }
}

/// What marks an item that has left its tree.
const GONE: ItemFlags = ItemFlags::DELETED.union(ItemFlags::DISCONNECTED);

impl AppItem {
    /// Makes an item below this one for an application (`IWiaItem2::CreateChildItem`).
    ///
    /// `flags` says what it is; `GENERATED` is added. `init` declares its properties (the driver's
    /// `init_item_properties`); it sees an item whose parent does not show it yet. The child is of the
    /// parent's category, but `FOLDER` or `FINISHED_FILE` in a storage folder.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when this item can have no children, `name` is empty, holds a backslash or
    /// is taken, `flags` has neither `FOLDER` nor `FILE`, or `flags` is empty while parent values
    /// are to be copied; `AccessDenied` for a storage folder that cannot be written; `ItemDeleted` when this
    /// item is gone. An error of `init` leaves the tree as it was.
    pub fn create_child(
        &self,
        flags: ItemFlags,
        creation: CreationFlags,
        name: &str,
        init: &mut dyn FnMut(&AppItem) -> Result<()>,
    ) -> Result<AppItem> {
        self.check_application(flags, creation)?;
        self.add_child(flags, name, &mut |child| {
            init(child)?;
            if creation.contains(CreationFlags::COPY_PARENT_PROPERTY_VALUES) {
                child.copy_parent_values(self);
            }
            Ok(())
        })
    }

    /// Makes an item below this one for its driver (`wiasCreateChildAppItem`): as
    /// [`create_child`](AppItem::create_child), also where applications may not
    /// (`WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when this item can have no children, `name` is empty, holds a backslash or
    /// is taken, or `flags` has neither `FOLDER` nor `FILE` but others; `ItemDeleted` when this item is
    /// gone. An error of `init` leaves the tree as it was.
    #[doc(alias = "wiasCreateChildAppItem")]
    pub fn add_child(
        &self,
        flags: ItemFlags,
        name: &str,
        init: &mut dyn FnMut(&AppItem) -> Result<()>,
    ) -> Result<AppItem> {
        self.check_child(flags, name)?;
        let child = AppItem(Arc::new(Inner {
            name: name.to_owned(),
            full_name: format!("{}\\{name}", self.full_name()),
            parent: Arc::downgrade(&self.0),
            links: Mutex::new(Links {
                flags: flags | ItemFlags::GENERATED,
                children: Vec::new(),
                driver: None,
            }),
            store: Mutex::default(),
            gate: Arc::clone(&self.0.gate),
            attached: OnceLock::new(),
        }));
        let category = match self.category() {
            WIA_CATEGORY_FOLDER if !flags.contains(ItemFlags::FOLDER) => WIA_CATEGORY_FINISHED_FILE,
            parent => parent,
        };
        child.supply_properties(category);
        init(&child)?;
        let mut links = lock(&self.0.links);
        if links.children.iter().any(|c| c.name() == name) {
            return Err(self.name_taken(name));
        }
        links.children.push(child.clone());
        Ok(child)
    }

    fn check_application(&self, flags: ItemFlags, creation: CreationFlags) -> Result<()> {
        if self.flags().intersects(GONE) {
            return Err(self.gone());
        }
        if self.opt_i32(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION) == Some(0) {
            return Err(match self.is_read_only_storage() {
                true => Error::new(
                    ErrorKind::AccessDenied,
                    format!("{}: the folder cannot be written", self.full_name()),
                ),
                false => self.childless(),
            });
        }
        if flags.is_empty() && creation.contains(CreationFlags::COPY_PARENT_PROPERTY_VALUES) {
            return Err(Error::invalid(
                "parent values cannot be copied to an item without flags",
            ));
        }
        Ok(())
    }

    fn is_read_only_storage(&self) -> bool {
        let rights = self.opt_i32(WIA_IPA_ACCESS_RIGHTS);
        let rights = rights.map(AccessRights::from_bits_retain);
        self.flags().contains(ItemFlags::STORAGE)
            && rights.is_some_and(|rights| !rights.contains(AccessRights::WRITE))
    }

    fn check_child(&self, flags: ItemFlags, name: &str) -> Result<()> {
        let parent_flags = self.flags();
        if parent_flags.intersects(GONE) {
            return Err(self.gone());
        }
        if !parent_flags.intersects(ItemFlags::FOLDER | ItemFlags::HAS_ATTACHMENTS) {
            return Err(self.childless());
        }
        if !flags.is_empty() && !flags.intersects(ItemFlags::FOLDER | ItemFlags::FILE) {
            return Err(Error::invalid(format!(
                "item {name:?}: its flags must contain Folder or File"
            )));
        }
        if name.is_empty() || name.contains('\\') {
            return Err(Error::invalid(format!(
                "{name:?} is no name for an item: it must not be empty or hold a backslash"
            )));
        }
        if self.children().iter().any(|c| c.name() == name) {
            return Err(self.name_taken(name));
        }
        Ok(())
    }

    fn childless(&self) -> Error {
        Error::invalid(format!("item {:?} can have no children", self.full_name()))
    }

    fn name_taken(&self, name: &str) -> Error {
        Error::invalid(format!(
            "item {:?} has a child {name:?} already",
            self.full_name()
        ))
    }

    fn gone(&self) -> Error {
        Error::new(
            ErrorKind::ItemDeleted,
            format!("item {:?} is gone", self.full_name()),
        )
    }

    /// Whether an application may delete the item (`IWiaItem2::DeleteItem`).
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a root and for an item with children; `AccessDenied` when
    /// `WIA_IPA_ACCESS_RIGHTS` does not allow it (an item without that property can be deleted when
    /// an application made it); `ItemDeleted` when it is gone already.
    pub fn check_deletable(&self) -> Result<()> {
        let refuse = |why| Err(Error::invalid(format!("item {:?} {why}", self.full_name())));
        let flags = self.flags();
        if flags.intersects(GONE) {
            return Err(self.gone());
        }
        if flags.contains(ItemFlags::ROOT) || self.0.parent.strong_count() == 0 {
            return refuse("is a root and cannot be deleted");
        }
        if !lock(&self.0.links).children.is_empty() {
            return refuse("has children and cannot be deleted");
        }
        let allowed = match self.opt_i32(WIA_IPA_ACCESS_RIGHTS) {
            Some(rights) => {
                AccessRights::from_bits_retain(rights).contains(AccessRights::CAN_BE_DELETED)
            }
            None => flags.contains(ItemFlags::GENERATED),
        };
        if !allowed {
            return Err(Error::new(
                ErrorKind::AccessDenied,
                format!("item {:?} may not be deleted", self.full_name()),
            ));
        }
        Ok(())
    }

    /// Deletes the item: `driver` removes its content (`drvDeleteItem`), then it leaves this tree,
    /// and the driver's tree if it has an item of its own there.
    ///
    /// # Errors
    ///
    /// As [`AppItem::check_deletable`], and what `driver` says; then nothing has changed.
    pub fn delete(&self, driver: &mut dyn FnMut(&AppItem) -> Result<()>) -> Result<()> {
        self.check_deletable()?;
        driver(self)?;
        let own = lock(&self.0.links).driver.clone();
        if let Some(own) = own.filter(|d| d.parent().is_some()) {
            own.remove_from_folder(RemoveReason::Deleted)?;
        }
        self.remove(RemoveReason::Deleted);
        Ok(())
    }

    /// Marks this item and everything below it as gone, and takes it out of its parent.
    pub fn remove(&self, reason: RemoveReason) {
        for item in self.descendants() {
            lock(&item.0.links).flags |= reason.flag();
            item.show_flags();
        }
        if let Some(parent) = self.parent() {
            lock(&parent.0.links).children.retain(|c| c != self);
        }
    }

    /// Follows changes of the driver's tree: items that left it are marked and removed, new ones are
    /// added and returned, parents first, for the driver to declare their properties.
    pub fn follow_driver_tree(&self) -> Vec<AppItem> {
        let own = |item: &AppItem| lock(&item.0.links).driver.clone();
        // What is gone goes first: something new may have its name.
        for item in self.root().descendants() {
            let Some(driver) = own(&item).filter(|d| d.flags().intersects(GONE)) else {
                continue;
            };
            if item.flags().intersects(GONE) {
                continue;
            }
            let reason = if driver.flags().contains(ItemFlags::DELETED) {
                RemoveReason::Deleted
            } else {
                RemoveReason::Disconnected
            };
            item.remove(reason);
        }
        let mut added = Vec::new();
        for item in self.root().descendants() {
            if item.flags().intersects(GONE) {
                continue;
            }
            if let Some(driver) = own(&item) {
                item.follow_children(&driver, &mut added);
            }
        }
        added
    }

    fn follow_children(&self, driver: &DriverItem, added: &mut Vec<AppItem>) {
        let mut rest = vec![(self.clone(), driver.clone())];
        while let Some((parent, driver)) = rest.pop() {
            let children = parent.children();
            let known: HashMap<&str, &AppItem> = children.iter().map(|c| (c.name(), c)).collect();
            for below in driver.children() {
                if let Some(known) = known.get(below.name()) {
                    // An item that an application made and uploaded has a counterpart from now on.
                    lock(&known.0.links).driver.get_or_insert(below);
                    continue;
                }
                let item = AppItem::copy(&below, Arc::downgrade(&parent.0), &self.0.gate);
                lock(&parent.0.links).children.push(item.clone());
                rest.push((item.clone(), below));
                added.push(item);
            }
        }
    }
}
