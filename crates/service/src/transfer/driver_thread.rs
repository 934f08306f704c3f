//! The driver's thread. It owns all that it touches, so that it can be left alone.

use std::sync::Arc;
use std::thread;

use ::transfer::{TransferContext, TransferRecord};
use items::AppItem;
use minidriver::Minidriver;
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use super::{LocalTransfer, Returned};
use crate::gate::TransferToken;
use crate::guard::guarded;
use crate::notice::Notice;

/// Starts the driver. `done` gets the context and what the driver returned, once the device is free
/// again and no event of this transfer can reach the driver any more.
///
/// Without [`TransferFlags::DOWNLOAD`] and [`TransferFlags::UPLOAD`] it is a transfer of the older
/// kinds, before which the settings are committed to the hardware
/// (`img/calling-order-for-minidriver-functions.md`).
///
/// # Errors
///
/// `OutOfMemory` when there is no thread.
pub(super) fn start(
    transfer: &LocalTransfer,
    token: TransferToken,
    notice: &Arc<Notice>,
    flags: TransferFlags,
    mut context: TransferContext,
    done: impl FnOnce(TransferContext, Returned) + Send + 'static,
) -> Result<()> {
    let driver = Arc::clone(transfer.core.driver());
    let item = transfer.item.clone();
    let of_driver = Arc::clone(notice);
    let run = move || {
        let result = run(driver.as_ref(), &item, flags, &mut context, &of_driver);
        let page_open = context
            .record
            .as_ref()
            .is_some_and(TransferRecord::page_open);
        // The device is free before anybody learns that the transfer is over.
        drop(token);
        done(context, Returned { result, page_open });
    };
    let spawned = thread::Builder::new().name("acquire".into()).spawn(run);
    spawned.map(drop).map_err(|e| {
        // Nobody was told anything yet.
        drop(notice.end());
        Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread")
    })
}

fn run(
    driver: &dyn Minidriver,
    item: &AppItem,
    flags: TransferFlags,
    context: &mut TransferContext,
    notice: &Notice,
) -> Result<Status> {
    let result = guarded(|| driver.lock_device());
    if let Err(e) = result {
        drop(notice.end());
        return Err(e);
    }
    let result = guarded(|| {
        if !flags.intersects(TransferFlags::DOWNLOAD | TransferFlags::UPLOAD) {
            driver.write_item_properties(item, context)?;
        }
        driver.acquire_item_data(item, flags, context)
    });
    let told = notice.end();
    let unlocked = guarded(|| {
        driver.unlock_device();
        Ok(())
    });
    result.and_then(|status| told.and(unlocked).map(|()| status))
}
