//! The driver's thread. It owns all that it touches, so that it can be left alone.

use std::sync::Arc;
use std::thread;

use ::transfer::{TransferContext, TransferRecord};
use items::AppItem;
use minidriver::Minidriver;
use wia::{Error, ErrorKind, Result, Status};

use super::compat::Acquire;
use super::{LocalTransfer, Returned};
use crate::gate::TransferToken;
use crate::guard::guarded;
use crate::notice::Notice;

/// A call of the driver: what it transfers, and the context for it.
pub(super) struct Call {
    pub(super) item: AppItem,
    pub(super) context: TransferContext,
}

/// Starts the driver: calls it for one item after the other, until one is cancelled or fails. `done`
/// gets the calls back and what the driver returned, once the device is free again and no event of this
/// transfer can reach the driver any more.
///
/// How it is called, `acquire` says; the device is locked meanwhile
/// (`img/calling-order-for-minidriver-functions.md`).
///
/// # Errors
///
/// `OutOfMemory` when there is no thread.
pub(super) fn start(
    transfer: &LocalTransfer,
    token: TransferToken,
    notice: &Arc<Notice>,
    acquire: Acquire,
    mut calls: Vec<Call>,
    done: impl FnOnce(Vec<Call>, Returned) + Send + 'static,
) -> Result<()> {
    let driver = Arc::clone(transfer.core.driver());
    let of_driver = Arc::clone(notice);
    let run = move || {
        let returned = run(driver.as_ref(), &acquire, &mut calls, &of_driver);
        // The device is free before anybody learns that the transfer is over.
        drop(token);
        done(calls, returned);
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
    acquire: &Acquire,
    calls: &mut [Call],
    notice: &Notice,
) -> Returned {
    if let Err(e) = guarded(|| driver.lock_device()) {
        drop(notice.end());
        return Returned::of(Err(e));
    }
    let mut returned = Returned::of(Ok(Status::Ok));
    for call in calls {
        let before = returned.result;
        returned = one(driver, acquire, call);
        match (&before, &returned.result) {
            // Fewer pages than were asked for, of whichever item.
            (Ok(Status::EndOfMedia), Ok(Status::Ok | Status::SkipItem)) => {
                returned.result = before;
            }
            (_, Ok(Status::Ok | Status::SkipItem | Status::EndOfMedia)) => {}
            (_, Ok(_) | Err(_)) => break,
        }
        if returned.page_open {
            break;
        }
    }
    let told = notice.end();
    let unlocked = guarded(|| {
        driver.unlock_device();
        Ok(())
    });
    returned.result = returned
        .result
        .and_then(|status| told.and(unlocked).map(|()| status));
    returned
}

fn one(driver: &dyn Minidriver, acquire: &Acquire, call: &mut Call) -> Returned {
    let Call { item, context } = call;
    let result = guarded(|| acquire(driver, item, context));
    let page_open = context
        .record
        .as_ref()
        .is_some_and(TransferRecord::page_open);
    Returned { result, page_open }
}
