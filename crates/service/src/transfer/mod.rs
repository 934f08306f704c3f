//! A transfer: the driver's thread, the wait for it, and what is done when it does not come back.

mod children;
mod compat;
mod context;
mod driver_thread;
mod file;
mod filters;
mod memory;
mod patience;
mod source;
mod stream;

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::transfer::filter::Chain;
use ::transfer::{
    DataCallback, DataTransferInfo, DocumentOptions, ExtendedTransferInfo, ImageFilter,
    StorageMedium, Stream, TransferCallback,
};
use items::AppItem;
use minidriver::DriverModel;
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferFlags, Tymed};

use crate::api::{FileFate, Transfer};
use crate::application::Application;
use crate::device::{Core, Hurry};
use crate::item::check_connected;
use crate::legacy_view::LegacyView;
use crate::notice::Notice;

pub use file::new_file;

/// A transfer of one item of a device in this process.
pub(crate) struct LocalTransfer {
    core: Arc<Core>,
    application: Arc<Application>,
    item: AppItem,
    options: Mutex<DocumentOptions>,
    filters: Mutex<Vec<Arc<dyn ImageFilter>>>,
    /// What stands in the place of all filters, the driver's too.
    only: Mutex<Option<Vec<Arc<dyn ImageFilter>>>>,
    running: Mutex<Option<Running>>,
}

/// What the two ways to cancel need of a transfer that is under way.
struct Running {
    notice: Arc<Notice>,
    /// Answers the driver's callbacks with a cancel from now on; stream transfers only.
    refuse: Option<Box<dyn Fn() + Send>>,
    /// Tells the waiting thread that a cancel was asked for.
    wake: Hurry,
}

impl LocalTransfer {
    /// A transfer of `item`, or of what is below it.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an item that has no data and is no folder.
    pub(crate) fn new(
        core: Arc<Core>,
        application: Arc<Application>,
        item: AppItem,
    ) -> Result<LocalTransfer> {
        if !item.flags().contains(ItemFlags::FOLDER) {
            check_data(&item)?;
        }
        Ok(LocalTransfer {
            core,
            application,
            item,
            options: Mutex::default(),
            filters: Mutex::default(),
            only: Mutex::default(),
            running: Mutex::new(None),
        })
    }

    /// Has these filters and no others, not even the driver's, or again the usual ones.
    pub(crate) fn use_only(&self, filters: Option<Vec<Arc<dyn ImageFilter>>>) {
        *lock(&self.only) = filters;
    }

    fn begin(&self, running: Running) -> Hurry {
        let wake = Arc::clone(&running.wake);
        self.core.begin(&wake);
        *lock(&self.running) = Some(running);
        wake
    }

    /// The transfer that began with this has ended; another may have begun.
    fn end(&self, wake: &Hurry) {
        lock(&self.running).take_if(|now| Arc::ptr_eq(&now.wake, wake));
        self.core.end(wake);
    }

    /// A transfer of this item itself.
    fn itself(&self, run: impl FnOnce() -> Result<Status>) -> Result<Status> {
        check_data(&self.item)?;
        self.connected(run)
    }

    /// Runs a transfer of a device that is there, and learns from it that it is not any more.
    fn connected(&self, run: impl FnOnce() -> Result<Status>) -> Result<Status> {
        check_connected(&self.item)?;
        let result = run();
        if matches!(&result, Err(e) if e.kind() == ErrorKind::Disconnected) {
            self.core.disconnect();
        }
        result
    }

    fn model(&self) -> DriverModel {
        self.core.driver().model()
    }

    /// An item as the application sees it.
    fn view(&self) -> &LegacyView {
        &self.application.view
    }

    fn options(&self) -> DocumentOptions {
        lock(&self.options).clone()
    }
}

impl Transfer for LocalTransfer {
    fn set_document(&self, options: DocumentOptions) {
        *lock(&self.options) = options;
    }

    fn set_filters(&self, filters: Vec<Arc<dyn ImageFilter>>) -> Result<()> {
        *lock(&self.filters) = filters;
        Ok(())
    }

    fn filtered(&self, callback: Arc<dyn TransferCallback>) -> Chain {
        match self.model() {
            // The compatibility layer runs them.
            DriverModel::Stream => Chain::empty(callback),
            DriverModel::Legacy | DriverModel::Both => self.chain(callback),
        }
    }

    fn download(
        &self,
        flags: TransferFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        if !flags.contains(TransferFlags::ACQUIRE_CHILDREN) {
            check_data(&self.item)?;
        }
        self.connected(|| stream::download(self, flags, callback))
    }

    fn upload(
        &self,
        source: Box<dyn Stream>,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        let result = self.itself(|| stream::upload(self, source, callback));
        // A driver may make items of what it gets.
        self.core.tree_changed();
        result
    }

    fn banded_data(
        &self,
        info: DataTransferInfo,
        callback: Arc<dyn DataCallback>,
    ) -> Result<Status> {
        self.itself(|| memory::banded_data(self, info, callback))
    }

    fn file_data(
        &self,
        medium: &mut StorageMedium,
        fate: FileFate,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        self.itself(|| file::file_data(self, medium, fate, callback))
    }

    fn open_file_data(
        &self,
        tymed: Tymed,
        file: File,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        self.itself(|| file::open_file_data(self, tymed, file, callback))
    }

    fn extended_transfer_info(&self) -> ExtendedTransferInfo {
        memory::extended_transfer_info(self)
    }

    fn cancel(&self) {
        let running = lock(&self.running);
        if let Some(running) = running.as_ref() {
            if let Some(refuse) = &running.refuse {
                refuse();
            }
            running.notice.send(WIA_EVENT_CANCEL_IO);
            (running.wake)();
        }
    }
}

/// # Errors
///
/// `InvalidArgument` for an item without data.
fn check_data(item: &AppItem) -> Result<()> {
    if item.flags().contains(ItemFlags::TRANSFER) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{}: this item has no data to transfer",
        item.full_name()
    )))
}

/// What the driver's thread leaves behind.
struct Returned {
    result: Result<Status>,
    page_open: bool,
}

impl Returned {
    const fn of(result: Result<Status>) -> Returned {
        Returned {
            result,
            page_open: false,
        }
    }

    /// The driver's result for this item; success with an open page is none, and nobody cancels by
    /// pulling the cable.
    fn checked(self, item: &AppItem) -> Result<Status> {
        match self.result {
            Ok(Status::Cancelled) if item.flags().contains(ItemFlags::DISCONNECTED) => {
                Err(Error::new(ErrorKind::Disconnected, ""))
            }
            Ok(Status::Ok | Status::EndOfMedia) if self.page_open => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver returned success with an open page",
            )),
            result => result,
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
