//! The callbacks of applications.

use std::sync::Arc;

use abi::interfaces::IWiaTransferCallback;
use bridge::ComTransferCallback;
use service::TransferCallback;

use super::handle::Handle;
use super::item2::Item2;

/// An application's callback for a transfer of the device's. Its error handler, if it has one, is told the item that
/// is transferred.
pub(crate) fn transfer(
    handle: &Handle,
    callback: IWiaTransferCallback,
) -> Arc<dyn TransferCallback> {
    let handle = handle.clone();
    Arc::new(ComTransferCallback::new(callback, move |full_name| {
        let found = handle.session.device().find_item(full_name)?;
        Some(Item2::object(&handle.other(found)))
    }))
}
