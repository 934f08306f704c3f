//! A transfer of an item of a device in a host.

use std::fs::OpenOptions;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bands::{Band, Section};
use service::{
    Answer, Chain, DataCallback, DataTransferInfo, DocumentOptions, ExtendedTransferInfo, FileFate,
    ImageFilter, Item, NextStream, StorageMedium, Stream, Transfer, TransferCallback,
    TransferParams,
};
use wia::property::WIA_IPA_FILENAME_EXTENSION;
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use super::data::DataSide;
use super::device::lock;
use super::host::Host;
use super::item::RemoteItem;
use super::mirror;
use super::streams::StreamSide;
use super::wait::{Side, Wait};
use crate::host::message::{OfItem, Reply, Request};
use crate::host::wire;

/// A transfer of one item.
pub(crate) struct RemoteTransfer {
    item: RemoteItem,
    options: Mutex<DocumentOptions>,
    filters: Mutex<Vec<Arc<dyn ImageFilter>>>,
    running: Mutex<Option<Running>>,
}

/// What a cancel needs of a transfer that is under way.
struct Running {
    host: Arc<Host>,
    id: u64,
    /// A cancel was asked for.
    cancel: Arc<AtomicBool>,
    /// The filters before the application.
    chain: Option<Arc<Chain>>,
}

impl RemoteTransfer {
    pub(crate) fn new(item: RemoteItem) -> RemoteTransfer {
        RemoteTransfer {
            item,
            options: Mutex::default(),
            filters: Mutex::default(),
            running: Mutex::default(),
        }
    }

    pub(crate) const fn item(&self) -> &RemoteItem {
        &self.item
    }

    pub(crate) fn document(&self) -> wire::DocumentWire {
        wire::DocumentWire::from(&*lock(&self.options))
    }

    /// The application's filters before its callback.
    fn chain(&self, callback: Arc<dyn TransferCallback>) -> Result<Chain> {
        let filters = lock(&self.filters).clone();
        self.chain_of(&filters, &self.item.full_name(), callback)
    }

    /// Filters before a callback, for the item of this name.
    pub(crate) fn chain_of(
        &self,
        filters: &[Arc<dyn ImageFilter>],
        item: &str,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Chain> {
        if filters.is_empty() {
            return Ok(Chain::empty(callback));
        }
        let Reply::Tree {
            items,
            headers_are_final,
        } = self.item.ask(OfItem::Tree)?
        else {
            return Err(Error::new(ErrorKind::InvalidDriverResponse, "no tree"));
        };
        let item = mirror::of(&items, item)?;
        if headers_are_final {
            filters.iter().for_each(|filter| filter.trust_headers());
        }
        Ok(transfer::filter::chain(filters, &item, callback))
    }

    /// Streams, to or from the application.
    pub(crate) fn streams(
        &self,
        (host, request): (Arc<Host>, Request),
        chain: Chain,
        source: Option<Box<dyn Stream>>,
    ) -> Result<Status> {
        let progress = Arc::clone(&lock(&self.options).progress);
        let chain = Arc::new(chain);
        let mut side = StreamSide::new(chain.callback(), source, progress);
        let result = self.run(&host, request, None, Some(Arc::clone(&chain)), &mut side);
        let result = result.and_then(|status| match status {
            Status::Ok | Status::EndOfMedia => side.all_told().map(|()| status),
            _ => Ok(status),
        });
        drop(side);
        if matches!(result, Ok(Status::Ok | Status::EndOfMedia)) {
            chain.apply_properties(&mut |values| self.item.write(values));
        }
        chain.finish(result)
    }

    /// What is asked of the item, and the host that is.
    fn place(&self, what: OfItem) -> Result<(Arc<Host>, Request)> {
        let (host, item) = self.item.place()?;
        Ok((host, Request::Item { item, what }))
    }

    /// Runs a transfer in the host, and answers its calls on this thread.
    fn run(
        &self,
        host: &Arc<Host>,
        request: Request,
        fd: Option<BorrowedFd<'_>>,
        chain: Option<Arc<Chain>>,
        side: &mut dyn Side,
    ) -> Result<Status> {
        let (id, heard) = host.begin(request, fd)?;
        let cancel = Arc::<AtomicBool>::default();
        *lock(&self.running) = Some(Running {
            host: Arc::clone(host),
            id,
            cancel: Arc::clone(&cancel),
            chain,
        });
        let deadlines = self.item.shared().deadlines;
        let result = Wait::new(host, (id, heard), deadlines, &cancel).serve(side);
        *lock(&self.running) = None;
        host.forget(id);
        if host.is_dead() {
            side.died();
        }
        result
    }

    /// The file of the application's choice, or one of the service's choice; whether it is new.
    fn create(&self, medium: &mut StorageMedium) -> Result<(std::fs::File, bool)> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        if let Some(path) = &medium.file_name {
            let failed = |e| Error::from_write(e).context(path.display());
            return match options.clone().create_new(true).open(path) {
                Ok(file) => Ok((file, true)),
                Err(_) => options
                    .create(true)
                    .open(path)
                    .map(|file| (file, false))
                    .map_err(failed),
            };
        }
        let extension = self.item.read(&[WIA_IPA_FILENAME_EXTENSION])?.pop();
        let extension = extension.flatten();
        let extension = extension.as_ref().and_then(|v| v.as_str()).unwrap_or("");
        let (file, path) = service::new_file(extension)?;
        medium.file_name = Some(path);
        Ok((file, true))
    }
}

impl Transfer for RemoteTransfer {
    fn set_document(&self, options: DocumentOptions) {
        *lock(&self.options) = options;
    }

    fn set_filters(&self, filters: Vec<Arc<dyn ImageFilter>>) -> Result<()> {
        *lock(&self.filters) = filters;
        Ok(())
    }

    /// The application's own filters; the driver's are in the host. Bands and files of a device in a host
    /// go through them nowhere else.
    fn filtered(&self, callback: Arc<dyn TransferCallback>) -> Chain {
        self.chain(callback)
            .unwrap_or_else(|e| Chain::empty(Arc::new(Refusing(e))))
    }

    fn download(
        &self,
        flags: TransferFlags,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        let what = OfItem::Download {
            flags: flags.bits(),
            document: self.document(),
            heard: StreamSide::heard(callback.as_ref()),
        };
        self.streams(self.place(what)?, self.chain(callback)?, None)
    }

    fn upload(
        &self,
        source: Box<dyn Stream>,
        callback: Arc<dyn TransferCallback>,
    ) -> Result<Status> {
        let what = OfItem::Upload {
            document: self.document(),
            heard: StreamSide::heard(callback.as_ref()),
        };
        self.streams(self.place(what)?, Chain::empty(callback), Some(source))
    }

    fn banded_data(
        &self,
        info: DataTransferInfo,
        callback: Arc<dyn DataCallback>,
    ) -> Result<Status> {
        let bands = match info.section {
            Some(section) => own_bands(section, info.buffer_size, info.double_buffer)?,
            None => Vec::new(),
        };
        let what = OfItem::Bands {
            document: self.document(),
            buffer_size: info.buffer_size,
            double_buffer: info.double_buffer,
        };
        let progress = Arc::clone(&lock(&self.options).progress);
        let mut side = DataSide::new(Some(callback), bands, info.buffer_size, progress);
        let (host, request) = self.place(what)?;
        self.run(&host, request, None, None, &mut side)
    }

    fn file_data(
        &self,
        medium: &mut StorageMedium,
        fate: FileFate,
        callback: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        let what = OfItem::File {
            document: self.document(),
            tymed: medium.tymed.value(),
        };
        // Without a device no file is touched.
        let (host, request) = self.place(what)?;
        let (file, new) = self.create(medium)?;
        let regular = file.metadata().is_ok_and(|m| m.is_file());
        let progress = Arc::clone(&lock(&self.options).progress);
        let mut side = DataSide::new(callback, Vec::new(), 0, progress);
        let result = self.run(&host, request, Some(file.as_fd()), None, &mut side);
        // What was refused has not touched a file that was there before.
        let refused = matches!(&result, Err(e) if matches!(e.kind(), ErrorKind::InvalidArgument | ErrorKind::Busy));
        let kept = match refused {
            true => !new,
            false => fate.keeps(&result, medium.tymed),
        };
        if regular
            && !kept
            && let Some(path) = &medium.file_name
        {
            // It may be gone already; there is nobody to tell.
            drop(std::fs::remove_file(path));
        }
        result
    }

    fn extended_transfer_info(&self) -> ExtendedTransferInfo {
        let [least, best, most] = match self.item.ask(OfItem::ExtendedTransferInfo) {
            Ok(Reply::Sizes(sizes)) => sizes,
            _ => [0; 3],
        };
        ExtendedTransferInfo {
            min_buffer_size: least,
            optimal_buffer_size: best,
            max_buffer_size: most,
        }
    }

    fn cancel(&self) {
        let running = lock(&self.running);
        if let Some(running) = running.as_ref() {
            if let Some(chain) = &running.chain {
                chain.cancel();
            }
            running.cancel.store(true, Ordering::Release);
            running.host.wake(running.id);
        }
    }
}

/// In the place of filters that cannot be had: pages without them are not what was asked for.
struct Refusing(Error);

impl TransferCallback for Refusing {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Err(self.0.clone())
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Err(self.0.clone())
    }
}

/// The application's own memory as one or two buffers (`ulSection`).
fn own_bands(section: Section, asked: u32, double_buffer: bool) -> Result<Vec<Band>> {
    let asked = usize::try_from(asked).unwrap_or(usize::MAX);
    let (count, each) = match double_buffer {
        true => (2, asked / 2 / 4 * 4),
        false => (1, asked),
    };
    section.into_bands(count, each)
}
