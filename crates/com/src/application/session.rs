//! What all objects of one open device share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use service::{Device, Item, Transfer};
use wia::{Result, Status};

use super::document;

/// A device that an application has opened. It stays open as long as one of its items is held.
pub(crate) struct Session {
    device: Arc<dyn Device>,
    /// Transfers that are under way, with the full names of their items.
    running: Mutex<Vec<(String, Arc<dyn Transfer>)>>,
    /// The sentence of the last failure; empty when there was none.
    last_error: Mutex<String>,
}

impl Session {
    pub(crate) fn new(device: Arc<dyn Device>) -> Arc<Session> {
        Arc::new(Session {
            device,
            running: Mutex::default(),
            last_error: Mutex::default(),
        })
    }

    pub(crate) fn device(&self) -> &Arc<dyn Device> {
        &self.device
    }

    /// Keeps the sentence of a failure for `IWiaItemExtras::GetExtendedErrorInfo`.
    pub(crate) fn note<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(e) = &result {
            *lock(&self.last_error) = e.to_string();
        }
        result
    }

    /// The sentence of the last failure; `None` when there was none.
    pub(crate) fn last_error(&self) -> Option<String> {
        let text = lock(&self.last_error).clone();
        Some(text).filter(|text| !text.is_empty())
    }

    /// A transfer of an item, which the other objects of the item can cancel while it runs.
    ///
    /// # Errors
    ///
    /// As [`Item::transfer`], and what the transfer says.
    pub(crate) fn transfer(
        &self,
        item: &dyn Item,
        run: impl FnOnce(&dyn Transfer) -> Result<Status>,
    ) -> Result<Status> {
        let transfer = item.transfer()?;
        transfer.set_document(document::options(self.device.root().as_ref(), item));
        self.run(item, &transfer, || run(transfer.as_ref()))
    }

    /// The same with a transfer that is there already: a preview's.
    ///
    /// # Errors
    ///
    /// What `run` says.
    pub(crate) fn run(
        &self,
        item: &dyn Item,
        transfer: &Arc<dyn Transfer>,
        run: impl FnOnce() -> Result<Status>,
    ) -> Result<Status> {
        let entry = (item.full_name(), Arc::clone(transfer));
        lock(&self.running).push(entry);
        let _ended = Ended(self, transfer);
        run()
    }

    /// Cancels the transfers of an item, or all of them. Nobody waits for their ends.
    pub(crate) fn cancel(&self, full_name: Option<&str>) {
        // A copy: a cancel may end a transfer at once.
        let running = lock(&self.running).clone();
        for (name, transfer) in running {
            if full_name.is_none_or(|full_name| full_name == name) {
                transfer.cancel();
            }
        }
    }
}

/// Takes a transfer off the list, also when it panics.
struct Ended<'a>(&'a Session, &'a Arc<dyn Transfer>);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let mut running = lock(&self.0.running);
        running.retain(|(_, transfer)| !Arc::ptr_eq(transfer, self.1));
    }
}

pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
