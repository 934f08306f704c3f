//! The kinds of transfer, which make no difference to what becomes of the pages.

use std::path::Path;
use std::sync::Arc;

use service::{Chain, DataTransferInfo, FileFate, StorageMedium, Transfer, TransferCallback};
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::{Error, ErrorKind, Result, Status, TransferFlags, Tymed};

use crate::cancel::Cancel;
use crate::event::Event;
use crate::filtering;
use crate::older::{Bands, FromData};
use crate::plan::{Plan, TransferKind};
use crate::report::Reporter;
use crate::settings::TransferMode;

/// One transfer of a plan.
pub(crate) struct Transport<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) transfer: &'a dyn Transfer,
    pub(crate) reporter: &'a Reporter,
    pub(crate) cancel: &'a Cancel,
    /// Whether the observer is told that a transfer begins.
    pub(crate) told: bool,
}

impl Transport<'_> {
    /// Transfers into the streams of `callback`. A document of several pages can go into `file`
    /// straight away, which then holds it, instead of a stream.
    ///
    /// # Errors
    ///
    /// What the transfer says.
    pub(crate) fn run(
        &self,
        callback: Arc<dyn TransferCallback>,
        file: Option<&Path>,
    ) -> Result<Status> {
        self.transfer
            .set_filters(filtering::image_filters(&self.plan.filters))?;
        self.cancel.watch(self.transfer, || {
            if self.told {
                self.reporter.event(&Event::Start {
                    item: self.plan.item_name.clone(),
                    pages: self.plan.pages,
                });
            }
            match self.plan.mode {
                TransferMode::Stream => match &self.plan.preview {
                    Some(preview) => preview.get_new_preview(callback),
                    None => self.transfer.download(TransferFlags::empty(), callback),
                },
                TransferMode::Memory => self.bands(callback),
                TransferMode::File => self.file(callback, file),
            }
        })
    }

    /// The application of streams behind bands or a file, and the filters before it.
    fn older(&self, callback: Arc<dyn TransferCallback>) -> (Arc<FromData>, Chain) {
        let chain = self.transfer.filtered(callback);
        let names = (self.plan.item.name(), self.plan.item.full_name());
        let bands = match self.plan.transfer {
            TransferKind::MultipageTiff => Bands::Document,
            TransferKind::EncodedPerPage(WIA_IMG_FMT_MEMORYBMP) => Bands::Bitmaps,
            TransferKind::RawPerPage | TransferKind::EncodedPerPage(_) => Bands::Images,
        };
        let data = FromData::new(chain.callback(), names, bands, self.cancel);
        (Arc::new(data), chain)
    }

    /// Two bands in turn, so that the next is filled while one is taken.
    fn bands(&self, callback: Arc<dyn TransferCallback>) -> Result<Status> {
        let (data, chain) = self.older(callback);
        let info = DataTransferInfo {
            double_buffer: true,
            ..DataTransferInfo::default()
        };
        let result = self.transfer.banded_data(info, data.clone());
        chain.returned(&result);
        chain.finish(data.finish(result))
    }

    fn file(&self, callback: Arc<dyn TransferCallback>, file: Option<&Path>) -> Result<Status> {
        let (data, chain) = self.older(callback);
        let result = self.file_of(&data, file);
        chain.returned(&result);
        chain.finish(data.finish(result))
    }

    fn file_of(&self, data: &Arc<FromData>, file: Option<&Path>) -> Result<Status> {
        let tymed: Tymed = self.plan.transfer.tymed(TransferMode::File);
        let into = |path: &Path, fate: FileFate| {
            let mut medium = StorageMedium {
                tymed,
                file_name: Some(path.to_owned()),
            };
            self.transfer
                .file_data(&mut medium, fate, Some(data.clone()))
        };
        if let Some(file) = file {
            // What is kept of it is decided by whoever made it.
            return into(file, FileFate::Keep);
        }
        let temporary = tempfile::NamedTempFile::new()
            .map_err(|e| Error::from_write(e).context("a file for the pages on their way"))?;
        // Whose disk is full is not to be guessed.
        let full = |e: Error| match e.kind() {
            ErrorKind::MediumFull | ErrorKind::WriteFault => {
                e.context(format!("a temporary file, {}", temporary.path().display()))
            }
            _ => e,
        };
        match into(temporary.path(), FileFate::Keep).map_err(full)? {
            status @ (Status::Ok | Status::EndOfMedia) => match data.copy(temporary.path())? {
                Status::Ok => Ok(status),
                other => Ok(other),
            },
            other => Ok(other),
        }
    }
}
