//! A virtual scanner with one defect, named after the duty that it does not do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use driver_virtual::{Options, VirtualScanner};
use items::{AppItem, DriverItem};
use minidriver::{Capability, DriverModel, FormatInfo, Minidriver};
use transfer::{MinidrvCallback, MinidrvTransferCallback, Stream, TransferContext};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_PNG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_FILENAME_EXTENSION, WIA_IPA_FORMAT,
    WIA_IPA_ITEM_SIZE, WIA_IPA_PREFERRED_FORMAT, WIA_IPA_TYMED, WIA_IPS_BRIGHTNESS,
    WIA_IPS_CONTRAST, WIA_IPS_PAGES, WIA_IPS_XEXTENT,
};
use wia::{
    Access, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, Result, Status,
    TransferFlags, ValidValues,
};

use crate::wrong_drivers::data::WrongData;
use crate::wrong_drivers::streams::WrongStreams;

/// A stream that its wrapper may leave open.
pub(crate) type Kept = Arc<Mutex<Option<Box<dyn Stream>>>>;

/// What callback and driver of one transfer share.
#[derive(Default)]
pub(crate) struct Shared {
    /// What the transfer returns instead.
    pub(crate) result: Mutex<Option<Result<Status>>>,
    /// Streams that are kept.
    pub(crate) kept: Mutex<Vec<Kept>>,
}

impl Shared {
    pub(crate) fn result(&self, result: Result<Status>) {
        *self.result.lock().unwrap() = Some(result);
    }
}

pub(crate) struct Wrong {
    inner: VirtualScanner,
    defect: &'static str,
    shared: Arc<Shared>,
    at_work: AtomicBool,
    broken: AtomicBool,
}

/// Another driver of this kind is at work.
static AT_WORK: AtomicBool = AtomicBool::new(false);

pub(crate) fn failed(kind: ErrorKind) -> Error {
    Error::new(kind, "a wrong driver")
}

impl Wrong {
    pub(crate) fn new(defect: &'static str, model: DriverModel) -> Result<Wrong> {
        let mut options = Options::parse("", &[("sheets".into(), "3".into())])?;
        options.model = model;
        if defect.starts_with("status.") {
            options.warm_up = Duration::from_millis(1);
        }
        Ok(Wrong {
            inner: VirtualScanner::new(options)?,
            defect,
            shared: Arc::default(),
            at_work: AtomicBool::new(false),
            broken: AtomicBool::new(false),
        })
    }

    /// What the service's properties are after each change.
    fn spoil(&self, item: &AppItem) -> Result<()> {
        match self.defect {
            "format.extension" => item.write_if_present(WIA_IPA_FILENAME_EXTENSION, "dat"),
            "file.item-size" => item.write_if_present(WIA_IPA_ITEM_SIZE, 12_345),
            "property.resolution" => item.write_if_present(WIA_IPS_XEXTENT, 100),
            _ => Ok(()),
        }
    }

    fn acquire(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let streams = flags.contains(TransferFlags::DOWNLOAD);
        let memory = context.memory_transfer;
        let file = !streams && !memory;
        let (raw, tiff) = (WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF);
        let cannot = match self.defect {
            "format.streams" => streams && context.format == raw,
            "memory.formats" => memory && context.format == tiff,
            "file.formats" => file && context.format == raw,
            "file.no-callback" => file && context.data_callback.is_none(),
            "memory.buffers" => memory && context.buffer_size != 256 * 1024,
            _ => false,
        };
        if cannot || self.broken.load(Ordering::SeqCst) {
            return match self.defect {
                "cancel.idle" => Ok(Status::Cancelled),
                _ => Err(failed(ErrorKind::General)),
            };
        }
        assert_ne!(self.defect, "crash", "as this one does");
        let pages = item.opt_i32(WIA_IPS_PAGES).unwrap_or(1);
        context.callback =
            context
                .callback
                .take()
                .map(|inner| -> Arc<dyn MinidrvTransferCallback> {
                    WrongStreams::new(self.defect, inner, &self.shared, context.tymed)
                });
        context.data_callback =
            context
                .data_callback
                .take()
                .map(|inner| -> Arc<dyn MinidrvCallback> {
                    Arc::new(WrongData::new(self.defect, inner, &self.shared, memory))
                });
        let result = self.inner.acquire_item_data(item, flags, context);
        if self.defect == "stream.released-next" {
            self.shared.kept.lock().unwrap().clear();
        }
        if self.defect == "file.buffer" && !context.service_buffer {
            context.transfer_buffer.driver_memory().resize(10, 0);
        }
        let result = self.shared.result.lock().unwrap().take().unwrap_or(result);
        match (self.defect, &result) {
            ("cancel.stops", Ok(Status::Cancelled)) => Ok(Status::Ok),
            ("cancel.again" | "memory.again", Ok(Status::Cancelled))
            | ("failure.again", Err(_)) => {
                self.broken.store(true, Ordering::SeqCst);
                result
            }
            ("feeder.all", Ok(Status::Ok)) if pages == 0 => Ok(Status::EndOfMedia),
            ("feeder.count", Ok(Status::Ok)) if pages == 1 => Ok(Status::EndOfMedia),
            ("feeder.short", Ok(Status::EndOfMedia)) => Ok(Status::Ok),
            ("feeder.empty" | "memory.empty", Err(e)) if e.kind() == ErrorKind::PaperEmpty => {
                Ok(Status::EndOfMedia)
            }
            _ => result,
        }
    }
}

/// A tree of a flatbed and a feeder.
fn tree(order: [&str; 2], flatbed: ItemFlags) -> Result<DriverItem> {
    let root_flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(root_flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT)?;
    let source = ItemFlags::PROGRAMMABLE_DATA_SOURCE
        | ItemFlags::TRANSFER
        | ItemFlags::IMAGE
        | ItemFlags::FILE;
    for name in order {
        let (flags, category) = match name {
            "Flatbed" => (source | flatbed, WIA_CATEGORY_FLATBED),
            _ => (source, WIA_CATEGORY_FEEDER),
        };
        DriverItem::new_child(&root, flags, name, category, None)?;
    }
    Ok(root)
}

impl Minidriver for Wrong {
    fn model(&self) -> DriverModel {
        self.inner.model()
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        let right = self.inner.initialize(device_id)?;
        match self.defect {
            "tree.flags" => tree(["Flatbed", "Feeder"], ItemFlags::STORAGE),
            "tree.order" => tree(["Feeder", "Flatbed"], ItemFlags::empty()),
            _ => Ok(right),
        }
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.inner.init_item_properties(item)?;
        if item.category() == WIA_CATEGORY_ROOT {
            return Ok(());
        }
        match self.defect {
            "format.default" => item.write(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF)?,
            "format.preferred" => item.write(WIA_IPA_PREFERRED_FORMAT, WIA_IMG_FMT_PNG)?,
            "property.required" => {
                item.remove_property(WIA_IPS_CONTRAST);
            }
            "property.type" => item.declare(
                WIA_IPS_BRIGHTNESS,
                "bright",
                PropertyInfo {
                    access: Access::RW,
                    valid: ValidValues::None,
                },
            ),
            "property.access" => item.set_access(WIA_IPA_ITEM_SIZE, Access::RW)?,
            "property.kind" => item.set_valid_list(WIA_IPS_BRIGHTNESS, 0, &[0, 1])?,
            "property.value" => item.write(WIA_IPS_BRIGHTNESS, 5000)?,
            _ => {}
        }
        self.spoil(item)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        if self.defect == "format.unsigned-tymed" && changed.contains(&WIA_IPA_TYMED) {
            return Err(failed(ErrorKind::InvalidArgument));
        }
        if self.defect == "property.refused" {
            return Ok(());
        }
        self.inner.validate_item_properties(item, changed)?;
        self.spoil(item)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        self.inner.read_item_properties(item, ids)?;
        if self.defect == "feeder.ready" && item.category() == WIA_CATEGORY_ROOT {
            item.write_if_present(WIA_DPS_DOCUMENT_HANDLING_STATUS, 1)?;
        }
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let alone = self.defect == "stream.two-devices";
        if alone && AT_WORK.swap(true, Ordering::SeqCst) {
            return Err(failed(ErrorKind::General));
        }
        self.at_work.store(true, Ordering::SeqCst);
        let result = self.acquire(item, flags, context);
        self.at_work.store(false, Ordering::SeqCst);
        if alone {
            AT_WORK.store(false, Ordering::SeqCst);
        }
        result
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let mut formats = self.inner.wia_format_info(item)?;
        match self.defect {
            "format.lists" => drop(formats.pop()),
            "format.bmp" => formats.retain(|info| info.format != WIA_IMG_FMT_BMP),
            _ => {}
        }
        Ok(formats)
    }

    fn capabilities(&self) -> Vec<Capability> {
        match self.defect {
            "tree.synchronize" => Vec::new(),
            _ => self.inner.capabilities(),
        }
    }

    fn notify_pnp_event(&self, event: Guid) {
        if event == WIA_EVENT_CANCEL_IO {
            let at_work = self.at_work.load(Ordering::SeqCst);
            match self.defect {
                "cancel.event" | "memory.event" | "cancel.sooner" => return,
                "cancel.idle" if !at_work => self.broken.store(true, Ordering::SeqCst),
                _ => {}
            }
        }
        self.inner.notify_pnp_event(event);
    }
}
