//! Transfers of the items of translated trees: those of the driver's items.

use std::fs::File;
use std::sync::Arc;

use ::transfer::filter::Chain;
use ::transfer::{
    Answer, AppErrorHandler, DataCallback, DataTransferInfo, DocumentOptions, ExtendedTransferInfo,
    ImageFilter, NextStream, StorageMedium, Stream, TransferCallback, TransferParams,
};
use wia::{Error, Result, Status, TransferFlags, Tymed};

use super::older::Tree;
use super::table::Source;
use crate::api::{FileFate, Transfer};

/// A transfer of an older child: of the item that is chosen when it begins.
pub(super) struct Chosen {
    tree: Arc<Tree>,
    first: Arc<dyn Transfer>,
    /// Of the feeder beside a flatbed.
    feeder: Option<Arc<dyn Transfer>>,
}

impl Chosen {
    pub(super) fn new(tree: &Arc<Tree>) -> Result<Chosen> {
        let of = |source| tree.item_of(source).map(|item| item.transfer()).transpose();
        let (flatbed, feeder) = (of(Source::Flatbed)?, of(Source::Feeder)?);
        let (first, feeder) = match (flatbed, feeder) {
            (Some(flatbed), feeder) => (flatbed, feeder),
            (None, Some(feeder)) => (feeder, None),
            (None, None) => return Err(Error::invalid("there is neither flatbed nor feeder")),
        };
        Ok(Chosen {
            tree: Arc::clone(tree),
            first,
            feeder,
        })
    }

    fn now(&self) -> &dyn Transfer {
        match &self.feeder {
            Some(feeder) if self.tree.source() == Source::Feeder => &**feeder,
            _ => &*self.first,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn Transfer>> {
        std::iter::once(&self.first).chain(&self.feeder)
    }
}

impl Transfer for Chosen {
    fn set_document(&self, options: DocumentOptions) {
        for transfer in self.all() {
            transfer.set_document(options.clone());
        }
    }

    fn set_filters(&self, filters: Vec<Arc<dyn ImageFilter>>) -> Result<()> {
        self.all()
            .try_for_each(|transfer| transfer.set_filters(filters.clone()))
    }

    fn filtered(&self, callback: Arc<dyn TransferCallback>) -> Chain {
        self.now().filtered(callback)
    }

    fn download(
        &self,
        flags: TransferFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        self.now().download(flags, callback)
    }

    fn upload(
        &self,
        source: Box<dyn Stream>,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        self.now().upload(source, callback)
    }

    fn banded_data(
        &self,
        info: DataTransferInfo,
        callback: Arc<dyn DataCallback>,
    ) -> Result<Status> {
        self.now().banded_data(info, callback)
    }

    fn file_data(
        &self,
        medium: &mut StorageMedium,
        fate: FileFate,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        self.now().file_data(medium, fate, callback)
    }

    fn open_file_data(
        &self,
        tymed: Tymed,
        file: File,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        self.now().open_file_data(tymed, file, callback)
    }

    fn extended_transfer_info(&self) -> ExtendedTransferInfo {
        self.now().extended_transfer_info()
    }

    fn cancel(&self) {
        // Only one of them can run.
        for transfer in self.all() {
            transfer.cancel();
        }
    }
}

/// A transfer of an older child for an application that knows it under another name.
pub(super) struct Renamed {
    pub(super) real: Arc<dyn Transfer>,
    pub(super) name: String,
    pub(super) full_name: String,
}

impl Renamed {
    fn callback(&self, callback: Arc<dyn TransferCallback>) -> Arc<dyn TransferCallback> {
        Arc::new(RenamedCallback {
            callback,
            name: self.name.clone(),
            full_name: self.full_name.clone(),
        })
    }
}

impl Transfer for Renamed {
    fn set_document(&self, options: DocumentOptions) {
        self.real.set_document(options);
    }

    fn set_filters(&self, filters: Vec<Arc<dyn ImageFilter>>) -> Result<()> {
        self.real.set_filters(filters)
    }

    fn filtered(&self, callback: Arc<dyn TransferCallback>) -> Chain {
        self.real.filtered(callback)
    }

    fn download(
        &self,
        flags: TransferFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        self.real.download(flags, self.callback(callback))
    }

    fn upload(
        &self,
        source: Box<dyn Stream>,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        self.real.upload(source, self.callback(callback))
    }

    fn banded_data(
        &self,
        info: DataTransferInfo,
        callback: Arc<dyn DataCallback>,
    ) -> Result<Status> {
        self.real.banded_data(info, callback)
    }

    fn file_data(
        &self,
        medium: &mut StorageMedium,
        fate: FileFate,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        self.real.file_data(medium, fate, callback)
    }

    fn open_file_data(
        &self,
        tymed: Tymed,
        file: File,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        self.real.open_file_data(tymed, file, callback)
    }

    fn extended_transfer_info(&self) -> ExtendedTransferInfo {
        self.real.extended_transfer_info()
    }

    fn cancel(&self) {
        self.real.cancel();
    }
}

struct RenamedCallback {
    callback: Arc<dyn TransferCallback>,
    name: String,
    full_name: String,
}

impl TransferCallback for RenamedCallback {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.callback.transfer_callback(params)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        self.callback.get_next_stream(&self.name, &self.full_name)
    }

    fn error_handler(&self) -> Option<&dyn AppErrorHandler> {
        self.callback.error_handler()
    }
}
