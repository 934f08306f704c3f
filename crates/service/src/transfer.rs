//! A transfer: the driver's thread, the wait for it, and what is done when it does not come back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ::transfer::{
    Activity, DocumentOptions, MinidrvTransferCallback, Session, TransferCallback, TransferContext,
    TransferRecord,
};
use items::AppItem;
use minidriver::Minidriver;
use wia::constant::{WIA_COMPRESSION_NONE, WIA_PHOTO_WHITE_0, WIA_PHOTO_WHITE_1};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED, WIA_IPS_PHOTOMETRIC_INTERP, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{
    Compression, Error, ErrorKind, Guid, ItemFlags, Photometric, PropertyId, Result, Status,
    TransferFlags, Tymed,
};

use crate::api::Transfer;
use crate::device::Core;
use crate::notice::Notice;

/// A transfer of one item of a device in this process.
pub(crate) struct LocalTransfer {
    core: Arc<Core>,
    item: AppItem,
    options: Mutex<DocumentOptions>,
    running: Mutex<Option<Running>>,
}

/// What `cancel` needs of a transfer that is under way.
struct Running {
    session: Arc<Session>,
    notice: Arc<Notice>,
    wake: Sender<Wake>,
}

/// Why the waiting thread wakes up.
enum Wake {
    Cancelled,
    Returned(Returned),
}

/// What the driver's thread leaves behind.
struct Returned {
    result: Result<Status>,
    page_open: bool,
}

impl LocalTransfer {
    /// A transfer of `item`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item without data.
    pub(crate) fn new(core: Arc<Core>, item: AppItem) -> Result<LocalTransfer> {
        if !item.flags().contains(ItemFlags::TRANSFER) {
            return Err(Error::invalid(format!(
                "{}: this item has no data to transfer",
                item.full_name()
            )));
        }
        Ok(LocalTransfer {
            core,
            item,
            options: Mutex::default(),
            running: Mutex::new(None),
        })
    }

    /// The context as the service fills it in before the driver is called: the description from the
    /// item's properties, no buffer and no file (`img/transfer-contexts.md`).
    fn context(&self, callback: Arc<dyn MinidrvTransferCallback>) -> Result<TransferContext> {
        let number = |id: PropertyId| self.item.read_i32(id).unwrap_or(0);
        let tymed = number(WIA_IPA_TYMED);
        let tymed = Tymed::from_value(tymed)
            .filter(|t| matches!(t, Tymed::File | Tymed::MultipageFile))
            .ok_or_else(|| {
                Error::invalid(format!(
                    "WIA_IPA_TYMED: {tymed} is not valid for a stream transfer; valid: 2 (TYMED_FILE) 256 (TYMED_MULTIPAGE_FILE)"
                ))
            })?;
        let compression = self
            .item
            .read_i32(WIA_IPA_COMPRESSION)
            .unwrap_or(WIA_COMPRESSION_NONE);
        let mut options = lock(&self.options).clone();
        if options.photometric.is_none() {
            options.photometric = match self.item.read_i32(WIA_IPS_PHOTOMETRIC_INTERP) {
                Ok(WIA_PHOTO_WHITE_1) => Some(Photometric::White1),
                Ok(WIA_PHOTO_WHITE_0) => Some(Photometric::White0),
                _ => None,
            };
        }
        Ok(TransferContext {
            width_in_pixels: number(WIA_IPA_PIXELS_PER_LINE),
            lines: number(WIA_IPA_NUMBER_OF_LINES),
            depth: number(WIA_IPA_DEPTH),
            x_res: number(WIA_IPS_XRES),
            y_res: number(WIA_IPS_YRES),
            compression: Compression::from_value(compression).ok_or_else(|| {
                Error::invalid(format!("WIA_IPA_COMPRESSION: {compression} is not valid"))
            })?,
            format: self.item.read_guid(WIA_IPA_FORMAT).unwrap_or(Guid::NULL),
            tymed,
            callback: Some(callback),
            record: Some(TransferRecord::new(options)),
            ..TransferContext::default()
        })
    }

    /// Waits until the driver's thread returns; `Err` when it is given up.
    fn wait(&self, session: &Session, wake: &Receiver<Wake>) -> Result<Returned, Error> {
        let options = self.core.options();
        let mut cancelled_at = None;
        loop {
            let silence = match session.activity() {
                Activity::InApplication => Duration::ZERO,
                Activity::InDriver(silence) => silence,
            };
            let mut left = options.line_deadline.saturating_sub(silence);
            let mut what = format!(
                "the driver has said nothing for {} s and was given up",
                options.line_deadline.as_secs_f64()
            );
            if let Some(at) = cancelled_at {
                let since: Duration = Instant::now().saturating_duration_since(at);
                let until = options.cancel_deadline.saturating_sub(since.min(silence));
                if until < left {
                    left = until;
                    what = format!(
                        "the driver did not stop within {} s of the cancel and was given up",
                        options.cancel_deadline.as_secs_f64()
                    );
                }
            }
            if left.is_zero() {
                what.push_str("; the device stays in use");
                return Err(Error::new(ErrorKind::Deadline, what));
            }
            match wake.recv_timeout(left) {
                Ok(Wake::Returned(returned)) => return Ok(returned),
                Ok(Wake::Cancelled) => {
                    cancelled_at.get_or_insert_with(Instant::now);
                }
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
}

impl Transfer for LocalTransfer {
    fn set_document(&self, options: DocumentOptions) {
        *lock(&self.options) = options;
    }

    fn download(
        &self,
        flags: TransferFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        if flags.contains(TransferFlags::ACQUIRE_CHILDREN)
            && self.item.flags().contains(ItemFlags::FOLDER)
            && !self.item.children().is_empty()
        {
            return Err(Error::new(
                ErrorKind::NotImplemented,
                "WIA_TRANSFER_ACQUIRE_CHILDREN: not in this version",
            ));
        }
        let token = self.core.gate().commit_transfer()?;
        let session = Session::new(callback);
        let context = self.context(session.clone())?;
        let driver = Arc::clone(self.core.driver());
        let notice = Notice::new(Arc::clone(&driver));
        let (wake_sender, wake) = mpsc::channel();
        *lock(&self.running) = Some(Running {
            session: Arc::clone(&session),
            notice: Arc::clone(&notice),
            wake: wake_sender.clone(),
        });
        let of_driver = Arc::clone(&notice);
        let item = self.item.clone();
        let spawned = thread::Builder::new()
            .name("acquire".into())
            .spawn(move || {
                let returned = run_driver(driver.as_ref(), &item, context, &of_driver);
                // The device is free before anybody learns that the transfer is over.
                drop(token);
                // Nobody listens any more when the driver was given up.
                drop(wake_sender.send(Wake::Returned(returned)));
            });
        let waited = match spawned {
            Ok(_) => self.wait(&session, &wake),
            Err(e) => {
                notice.end();
                Err(Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))
            }
        };
        let driver_result = match waited {
            Ok(Returned { result, page_open }) => match result {
                Ok(Status::Ok | Status::EndOfMedia) if page_open => Err(Error::new(
                    ErrorKind::InvalidDriverResponse,
                    "the driver returned success with an open page",
                )),
                result => result,
            },
            Err(e) => {
                // If it is only slow to notice, this helps it to stop and frees the device.
                notice.send(WIA_EVENT_CANCEL_IO);
                Err(e)
            }
        };
        *lock(&self.running) = None;
        session.finish(driver_result)
    }

    fn cancel(&self) {
        let running = lock(&self.running);
        if let Some(running) = running.as_ref() {
            running.session.cancel();
            running.notice.send(WIA_EVENT_CANCEL_IO);
            // Nobody waits any more: then the transfer has ended, and there is nothing to wake.
            drop(running.wake.send(Wake::Cancelled));
        }
    }
}

/// The driver's thread. It owns all that it touches, so that it can be left alone.
fn run_driver(
    driver: &dyn Minidriver,
    item: &AppItem,
    mut context: TransferContext,
    notice: &Notice,
) -> Returned {
    let result = driver.lock_device().and_then(|()| {
        let result = catch_unwind(AssertUnwindSafe(|| {
            driver.acquire_item_data(item, TransferFlags::DOWNLOAD, &mut context)
        }));
        notice.end();
        driver.unlock_device();
        result.unwrap_or_else(|panic| {
            Err(Error::new(
                ErrorKind::ExceptionInDriver,
                format!("the driver crashed: {}", panic_text(panic.as_ref())),
            ))
        })
    });
    // Also for a device that could not be locked.
    notice.end();
    let page_open = context
        .record
        .as_ref()
        .is_some_and(TransferRecord::page_open);
    Returned { result, page_open }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
