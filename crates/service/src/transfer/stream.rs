//! Stream transfers (`IWiaTransfer::Download`).

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};

use ::transfer::filter::Chain;
use ::transfer::{ServiceMembers, Session, Stream, TransferCallback};
use items::AppItem;
use minidriver::DriverModel;
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferFlags, Tymed};

use super::driver_thread::Call;
use super::patience::Patience;
use super::source::Source;
use super::{LocalTransfer, Returned, Running, children, compat, driver_thread};
use crate::guard::guarded;
use crate::notice::Notice;

/// Why the waiting thread wakes up.
enum Wake {
    Cancelled,
    Returned(Returned),
}

/// `IWiaTransfer::Download`.
pub(super) fn download(
    transfer: &LocalTransfer,
    flags: TransferFlags,
    callback: Arc<dyn TransferCallback>,
) -> Result<Status> {
    let item = &transfer.item;
    let folder = item.flags().contains(ItemFlags::FOLDER);
    if !(folder && flags.contains(TransferFlags::ACQUIRE_CHILDREN)) {
        return run(transfer, TransferFlags::DOWNLOAD, Items::Itself, callback);
    }
    if children::driver_walks(item) && transfer.model() != DriverModel::Legacy {
        let flags = TransferFlags::DOWNLOAD | TransferFlags::ACQUIRE_CHILDREN;
        return run(transfer, flags, Items::Children, callback);
    }
    let items = Items::These(children::leaves(item));
    run(transfer, TransferFlags::DOWNLOAD, items, callback)
}

/// `IWiaTransfer::Upload`.
pub(super) fn upload(
    transfer: &LocalTransfer,
    source: Box<dyn Stream>,
    callback: Arc<dyn TransferCallback>,
) -> Result<Status> {
    let source = Source::new(source, callback);
    run(transfer, TransferFlags::UPLOAD, Items::Itself, source)
}

/// What is transferred.
enum Items {
    Itself,
    /// Everything below, which the driver finds itself.
    Children,
    /// These, one after the other.
    These(Vec<AppItem>),
}

impl Items {
    /// The driver's calls, without the callback.
    fn calls(self, transfer: &LocalTransfer) -> Result<Vec<Call>> {
        let one = |item: AppItem| {
            let kinds = [Tymed::File, Tymed::MultipageFile];
            let context = transfer.context_of(&item, "stream", kinds)?;
            Ok(Call { item, context })
        };
        match self {
            Items::Itself => Ok(vec![one(transfer.item.clone())?]),
            Items::Children => Ok(vec![Call {
                item: transfer.item.clone(),
                context: transfer.context_of_children()?,
            }]),
            Items::These(items) => items.into_iter().map(one).collect(),
        }
    }
}

/// A transfer in streams, either way.
fn run(
    transfer: &LocalTransfer,
    flags: TransferFlags,
    items: Items,
    callback: Arc<dyn TransferCallback>,
) -> Result<Status> {
    let core = &transfer.core;
    let token = core.gate().commit_transfer()?;
    let mut calls = items.calls(transfer)?;
    let handler = guarded(|| Ok(core.driver().error_handler()))?;
    let chain = Arc::new(match flags.contains(TransferFlags::UPLOAD) {
        true => Chain::empty(callback),
        false => transfer.chain(callback),
    });
    let name = transfer.item.full_name();
    let session = Session::with_error_handler(chain.callback(), name, handler);
    for call in &mut calls {
        call.context.callback = Some(session.clone());
    }
    if calls.is_empty() {
        let result = session.finish(Ok(Status::Ok));
        return transfer.end_chain(&chain, result);
    }
    let members: Vec<_> = calls
        .iter()
        .map(|call| ServiceMembers::of(&call.context))
        .collect();
    let (wake, woken) = mpsc::channel();
    let (cancelled, canceller) = (wake.clone(), Arc::clone(&session));
    let (refused, held) = (wake.clone(), Arc::clone(&chain));
    session.when_refused(move || drop(refused.send(Wake::Cancelled)));
    let notice = match Notice::new(Arc::clone(core.driver())) {
        Ok(notice) => notice,
        Err(e) => {
            let result = session.finish(Err(e));
            return transfer.end_chain(&chain, result);
        }
    };
    let begun = transfer.begin(Running {
        notice: Arc::clone(&notice),
        refuse: Some(Box::new(move || {
            canceller.cancel();
            held.cancel();
        })),
        // Nobody waits any more: then the transfer has ended, and there is nothing to wake.
        wake: Arc::new(move || drop(cancelled.send(Wake::Cancelled))),
    });
    let started = driver_thread::start(
        transfer,
        token,
        &notice,
        compat::into_streams(transfer.model(), flags, &session),
        calls,
        move |calls, mut returned| {
            for (call, members) in calls.iter().zip(&members) {
                if let Err(e) = members.check(&call.context) {
                    returned.result = Err(e);
                }
            }
            drop(calls);
            // Nobody listens any more when the driver was given up.
            drop(wake.send(Wake::Returned(returned)));
        },
    );
    let patience = Patience::new(*core.options());
    let waited = started.and_then(|()| wait(patience, &session, &woken));
    let result = match waited {
        Ok(returned) => returned.checked(&transfer.item),
        Err(e) => {
            // If it is only slow to notice, this helps it to stop and frees the device.
            notice.send(WIA_EVENT_CANCEL_IO);
            Err(e)
        }
    };
    transfer.end(&begun);
    chain.returned(&result);
    let result = session.finish(result);
    transfer.end_chain(&chain, result)
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
