//! An application's error handler, here and there.

#![expect(unsafe_code, reason = "a handler of C is called")]

use abi::interfaces::{IWiaAppErrorHandler, IWiaItem2};
use transfer::{AppErrorHandler, StatusReport};
use wia::{Result, Status};
use windows_core::InRef;

use crate::results::{hresult, status};

/// The object of an item, by its full name.
pub(crate) type ItemOf = Box<dyn Fn(&str) -> Option<IWiaItem2> + Send + Sync>;

/// An `IWiaAppErrorHandler` as an [`AppErrorHandler`]. It has no window: there is none that other handlers could show
/// something in, so that they show nothing.
pub(crate) struct ComErrorHandler {
    handler: IWiaAppErrorHandler,
    item: ItemOf,
}

// SAFETY: the handler is the object of a transfer's callback, which is called from the transfer's own thread.
unsafe impl Send for ComErrorHandler {}
// SAFETY: there is one call at a time, as for the callback.
unsafe impl Sync for ComErrorHandler {}

impl ComErrorHandler {
    pub(crate) fn new(handler: IWiaAppErrorHandler, item: ItemOf) -> ComErrorHandler {
        ComErrorHandler { handler, item }
    }
}

impl AppErrorHandler for ComErrorHandler {
    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        let item = (self.item)(report.item);
        let code = hresult(report.status);
        // SAFETY: the object is alive, and the item is lent for the call.
        let result = unsafe {
            self.handler
                .ReportStatus(0, InRef::from(&item), code, report.percent)
        };
        match report.status {
            // The failure itself comes back with the driver's sentence about it.
            Err(e) if result == code => Err(e.clone()),
            _ => status(result),
        }
    }
}
