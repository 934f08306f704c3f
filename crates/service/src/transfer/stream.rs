//! Stream transfers (`IWiaTransfer::Download`).

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};

use ::transfer::{ServiceMembers, Session, TransferCallback};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferFlags, Tymed};

use super::patience::Patience;
use super::{LocalTransfer, Returned, Running, driver_thread};
use crate::guard::guarded;
use crate::notice::Notice;

/// Why the waiting thread wakes up.
enum Wake {
    Cancelled,
    Returned(Returned),
}

pub(super) fn download(
    transfer: &LocalTransfer,
    flags: TransferFlags,
    callback: Arc<dyn TransferCallback>,
) -> Result<Status> {
    let (core, item) = (&transfer.core, &transfer.item);
    if flags.contains(TransferFlags::ACQUIRE_CHILDREN)
        && item.flags().contains(ItemFlags::FOLDER)
        && !item.children().is_empty()
    {
        return Err(Error::new(
            ErrorKind::NotImplemented,
            "WIA_TRANSFER_ACQUIRE_CHILDREN: not in this version",
        ));
    }
    let token = core.gate().commit_transfer()?;
    let handler = guarded(|| Ok(core.driver().error_handler()))?;
    let session = Session::with_error_handler(callback, item.full_name(), handler);
    let mut context = transfer.context("stream", [Tymed::File, Tymed::MultipageFile])?;
    context.callback = Some(session.clone());
    let members = ServiceMembers::of(&context);
    let (wake, woken) = mpsc::channel();
    let (cancelled, canceller) = (wake.clone(), Arc::clone(&session));
    let refused = wake.clone();
    session.when_refused(move || drop(refused.send(Wake::Cancelled)));
    let notice = Notice::new(Arc::clone(core.driver()));
    let begun = transfer.begin(Running {
        notice: Arc::clone(&notice),
        refuse: Some(Box::new(move || canceller.cancel())),
        // Nobody waits any more: then the transfer has ended, and there is nothing to wake.
        wake: Arc::new(move || drop(cancelled.send(Wake::Cancelled))),
    });
    let started = driver_thread::start(
        transfer,
        token,
        &notice,
        TransferFlags::DOWNLOAD,
        context,
        move |context, mut returned| {
            if let Err(e) = members.check(&context) {
                returned.result = Err(e);
            }
            drop(context);
            // Nobody listens any more when the driver was given up.
            drop(wake.send(Wake::Returned(returned)));
        },
    );
    let patience = Patience::new(*core.options());
    let waited = started.and_then(|()| wait(patience, &session, &woken));
    let result = match waited {
        Ok(returned) => returned.checked(item),
        Err(e) => {
            // If it is only slow to notice, this helps it to stop and frees the device.
            notice.send(WIA_EVENT_CANCEL_IO);
            Err(e)
        }
    };
    transfer.end(&begun);
    session.finish(result)
}

/// Waits until the driver's thread returns; `Err` when it is given up.
fn wait(mut patience: Patience, session: &Session, wake: &Receiver<Wake>) -> Result<Returned> {
    loop {
        let left = patience.left(session.activity(), session.driver_time())?;
        match wake.recv_timeout(left) {
            Ok(Wake::Returned(returned)) => return Ok(returned),
            Ok(Wake::Cancelled) => patience.cancelled(session.driver_time()),
            Err(RecvTimeoutError::Timeout) => {}
            // The thread holds the sender until it has sent; it cannot have gone without.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(
                    ErrorKind::ExceptionInDriver,
                    "the driver's thread ended without a result",
                ));
            }
        }
    }
}
