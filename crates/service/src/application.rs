//! What the service keeps of one application that has the device open.

use std::sync::atomic::{AtomicBool, Ordering};

use items::{AppItem, RemoveReason};
use minidriver::Minidriver;
use minidriver::service_library::EventPort;
use wia::event::{
    WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED, WIA_EVENT_STORAGE_CREATED,
    WIA_EVENT_STORAGE_DELETED, WIA_EVENT_TREE_UPDATED,
};
use wia::{Guid, ItemFlags, Result};

use crate::legacy_view::LegacyView;

/// One application: its tree and its events.
pub(crate) struct Application {
    pub(crate) root: AppItem,
    pub(crate) events: EventPort,
    pub(crate) view: LegacyView,
    /// The driver's tree has changed, and this one has not yet followed.
    behind: AtomicBool,
}

/// Events after which an application has to look at its tree again.
const OF_THE_TREE: [Guid; 5] = [
    WIA_EVENT_ITEM_CREATED,
    WIA_EVENT_ITEM_DELETED,
    WIA_EVENT_TREE_UPDATED,
    WIA_EVENT_STORAGE_CREATED,
    WIA_EVENT_STORAGE_DELETED,
];

impl Application {
    pub(crate) fn new(root: AppItem, events: EventPort, view: LegacyView) -> Application {
        Application {
            root,
            events,
            view,
            behind: AtomicBool::new(false),
        }
    }

    /// Whether this event says that the driver's tree has changed.
    pub(crate) fn is_of_the_tree(event: Guid) -> bool {
        OF_THE_TREE.contains(&event)
    }

    /// The driver's tree has changed: this one follows before it is looked at again. It cannot do so at
    /// once, since the driver is inside of a call and would have to be called for the properties of what
    /// is new.
    pub(crate) fn fall_behind(&self) {
        self.behind.store(true, Ordering::Release);
    }

    pub(crate) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// Makes the tree like the driver's. An item whose properties the driver cannot declare does not
    /// appear; it is tried again the next time.
    ///
    /// # Errors
    ///
    /// The first failure of the driver.
    pub(crate) fn follow(&self, driver: &dyn Minidriver) -> Result<()> {
        if !self.behind.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let mut result = Ok(());
        for item in self.root.follow_driver_tree() {
            if item.flags().contains(ItemFlags::DISCONNECTED) {
                // It is below one that was taken back.
                continue;
            }
            if let Err(e) = driver.init_item_properties(&item) {
                item.remove(RemoveReason::Disconnected);
                self.fall_behind();
                result = result.and(Err(e));
            }
        }
        result
    }

    /// The device went away: marks the items; whether that is new.
    pub(crate) fn disconnect(&self) -> bool {
        let new = !self.root.flags().contains(ItemFlags::DISCONNECTED);
        if new {
            self.root.remove(RemoveReason::Disconnected);
        }
        new
    }
}
