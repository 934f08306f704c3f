//! The image filters of a transfer: the driver's own first, then the application's.

use std::sync::Arc;

use ::transfer::filter::{Chain, chain};
use ::transfer::{ImageFilter, TransferCallback};
use wia::{Result, Status};

use super::{LocalTransfer, lock};
use crate::guard::guarded;

impl LocalTransfer {
    /// The filters before `callback`.
    pub(super) fn chain(&self, callback: Arc<dyn TransferCallback>) -> Chain {
        chain(&self.all_filters(), &self.item, callback)
    }

    /// The filters in order, new ones of the driver's.
    pub(super) fn all_filters(&self) -> Vec<Arc<dyn ImageFilter>> {
        if let Some(only) = lock(&self.only).as_ref() {
            return only.clone();
        }
        let driver = self.core.driver();
        // A driver that crashes here has no filter; it will crash elsewhere.
        let own = guarded(|| Ok(driver.image_filter())).unwrap_or_default();
        let mut filters: Vec<_> = own.into_iter().collect();
        filters.extend(lock(&self.filters).iter().cloned());
        if guarded(|| Ok(driver.headers_are_final())).unwrap_or_default() {
            filters.iter().for_each(|filter| filter.trust_headers());
        }
        filters
    }

    /// Ends the filters after the last message, with the transfer's result.
    pub(super) fn end_chain(&self, chain: &Chain, result: Result<Status>) -> Result<Status> {
        if matches!(result, Ok(Status::Ok | Status::EndOfMedia)) {
            let (core, item) = (&self.core, &self.item);
            chain.apply_properties(&mut |values| {
                core.gate().request(|| {
                    items::write_multiple(item, values, &mut |item, changed| {
                        core.driver().validate_item_properties(item, changed)
                    })
                })
            });
        }
        chain.finish(result)
    }
}
