//! Filters in a row before a callback.

use std::sync::Arc;

use items::AppItem;
use wia::{Error, Result, Status};

use super::guard::Guard;
use super::{ImageFilter, WriteMultiple};
use crate::callback::TransferCallback;

/// Filters in a row before an application's callback, for one transfer.
pub struct Chain {
    top: Arc<dyn TransferCallback>,
    guards: Vec<Arc<Guard>>,
}

/// Puts `filters` before `callback`; the first gets the driver's data first. Each is initialized with
/// `item` and the callback below it. One that refuses is left out, and [`Chain::finish`] says so.
pub fn chain(
    filters: &[Arc<dyn ImageFilter>],
    item: &AppItem,
    callback: Arc<dyn TransferCallback>,
) -> Chain {
    let mut top = callback;
    let mut guards = Vec::with_capacity(filters.len());
    for filter in filters.iter().rev() {
        let guard = Guard::new(Arc::clone(filter), top);
        guard.initialize(item);
        top = guard.clone();
        guards.push(guard);
    }
    guards.reverse();
    Chain { top, guards }
}

impl Chain {
    /// No filter before `callback`.
    pub fn empty(callback: Arc<dyn TransferCallback>) -> Chain {
        Chain {
            top: callback,
            guards: Vec::new(),
        }
    }

    /// What the driver's side calls in the place of the application's callback.
    pub fn callback(&self) -> Arc<dyn TransferCallback> {
        Arc::clone(&self.top)
    }

    /// The transfer was cancelled by another way than an answer: what the filters hold is dropped when
    /// the stream ends. May be called from any thread.
    pub fn cancel(&self) {
        self.guards.iter().for_each(|guard| guard.cancel());
    }

    /// The driver has returned, and the stream ends next. A cancel of its own, as by a button of the device,
    /// is a [cancel](Chain::cancel) like others.
    pub fn returned(&self, driver: &Result<Status>) {
        if matches!(driver, Ok(Status::Cancelled)) {
            self.cancel();
        }
    }

    /// The first failure of a filter, or rule that one broke.
    pub fn failure(&self) -> Option<Error> {
        self.guards.iter().find_map(|guard| guard.failure())
    }

    /// Lets the filters write properties back (`IWiaImageFilter::ApplyProperties`), after a transfer
    /// that went well and before [`Chain::finish`].
    pub fn apply_properties(&self, write: &mut WriteMultiple<'_>) {
        self.guards
            .iter()
            .for_each(|guard| guard.apply_properties(write));
    }

    /// Ends the chain after the last message: the filters release their callbacks.
    ///
    /// # Errors
    ///
    /// The transfer's own failure; else that of a filter, for the pages are not what was asked for.
    pub fn finish(&self, transfer: Result<Status>) -> Result<Status> {
        self.guards.iter().for_each(|guard| guard.release());
        match (transfer, self.failure()) {
            (Ok(status), Some(e)) if status != Status::Cancelled => Err(e),
            (result, _) => result,
        }
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.guards.iter().map(|guard| guard.name());
        f.debug_list().entries(names).finish()
    }
}
