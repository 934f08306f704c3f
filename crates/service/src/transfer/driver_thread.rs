//! The driver's thread. It owns all that it touches, so that it can be left alone.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use ::transfer::{TransferContext, TransferRecord};
use items::AppItem;
use minidriver::Minidriver;
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use super::{LocalTransfer, Returned};
use crate::gate::TransferToken;
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
        // Also for a device that could not be locked.
        of_driver.end();
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
        notice.end();
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
    guarded(|| driver.lock_device())?;
    let result = guarded(|| {
        if !flags.intersects(TransferFlags::DOWNLOAD | TransferFlags::UPLOAD) {
            driver.write_item_properties(item, context)?;
        }
        driver.acquire_item_data(item, flags, context)
    });
    notice.end();
    let unlocked = guarded(|| {
        driver.unlock_device();
        Ok(())
    });
    result.and_then(|status| unlocked.map(|()| status))
}

/// Calls the driver; a crash of it is a failure like others.
fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        Err(Error::new(
            ErrorKind::ExceptionInDriver,
            format!("the driver crashed: {}", panic_text(panic.as_ref())),
        ))
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
