//! One open device for one duty.

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use minidriver::Minidriver;
use service::{Device, DeviceOptions, Item, Service};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FINISHED_FILE};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES, WIA_DPS_DOCUMENT_HANDLING_STATUS,
    WIA_IPA_ACCESS_RIGHTS, WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPA_FORMAT,
    WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED, WIA_IPS_PAGES, WIA_IPS_XRES,
    WIA_IPS_YRES,
};
use wia::{
    AccessRights, DataType, DocumentHandlingCapabilities, DocumentHandlingStatus, Error, ErrorKind,
    Guid, ItemFlags, PropertyId, PropertyValue, Result, Tymed, ValidValues,
};

use crate::recorder::Recorder;
use crate::script::Script;
use crate::{DriverFactory, Faces};

/// How long a driver may be silent here, and how long it may take to hear a cancel.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of a page that takes several bands and buffers.
const LONG: u64 = 2 << 20;

/// Why a duty is not passed.
#[derive(Debug)]
pub(crate) enum Stop {
    Fail(String),
    NotApplicable(String),
}

impl From<Error> for Stop {
    fn from(e: Error) -> Stop {
        Stop::Fail(e.to_string())
    }
}

pub(crate) type Verdict<T = ()> = std::result::Result<T, Stop>;

/// The end of a duty that was not done.
pub(crate) fn fail<T>(why: impl Into<String>) -> Verdict<T> {
    Err(Stop::Fail(why.into()))
}

/// The end of a duty that does not concern the device.
pub(crate) fn not_applicable<T>(why: impl Into<String>) -> Verdict<T> {
    Err(Stop::NotApplicable(why.into()))
}

/// Fails unless it is so.
pub(crate) fn ensure(so: bool, else_why: impl FnOnce() -> String) -> Verdict {
    if so { Ok(()) } else { fail(else_why()) }
}

/// What the duties are tried on.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    /// Full names of all items with data.
    pub(crate) with_data: Vec<String>,
    /// Those of the storage folders that take new files.
    pub(crate) folders: Vec<String>,
    /// Why stored files are not tried that may not be read.
    pub(crate) left_out: Vec<String>,
}

impl Subjects {
    /// # Errors
    ///
    /// Why the driver could not be opened.
    pub(crate) fn find(
        driver: &DriverFactory<'_>,
        faces: Faces,
        patience: Duration,
    ) -> Result<Subjects> {
        let device = connect(driver()?, patience)?;
        let mut subjects = Subjects::default();
        for item in all(&device.root()) {
            let flags = item.flags();
            if flags.contains(ItemFlags::STORAGE) && can_be_written(&*item) {
                subjects.folders.push(item.full_name());
            }
            if !flags.contains(ItemFlags::TRANSFER) {
                continue;
            }
            let item = item.full_name();
            let bench = Bench {
                driver,
                faces,
                patience,
                item: &item,
            };
            match bench.unreadable() {
                Some(e) => subjects.left_out.push(format!("{item}: {e}")),
                None => subjects.with_data.push(item),
            }
        }
        Ok(subjects)
    }
}

fn can_be_written(folder: &dyn Item) -> bool {
    let rights = folder.read(&[WIA_IPA_ACCESS_RIGHTS]).ok();
    let rights = rights.and_then(|values| values.first()?.as_ref()?.as_i32());
    rights
        .is_some_and(|rights| AccessRights::from_bits_retain(rights).contains(AccessRights::WRITE))
}

fn connect(driver: Arc<dyn Minidriver>, patience: Duration) -> Result<Arc<dyn Device>> {
    let options = DeviceOptions {
        line_deadline: patience,
        ..DeviceOptions::default()
    };
    Service::new(driver, "testkit", options).connect()
}

/// An item and all below it.
pub(crate) fn all(item: &Arc<dyn Item>) -> Vec<Arc<dyn Item>> {
    let below = item.children().into_iter().flat_map(|child| all(&child));
    std::iter::once(Arc::clone(item)).chain(below).collect()
}

/// What a duty is tried on.
pub(crate) struct Bench<'a> {
    pub(crate) driver: &'a DriverFactory<'a>,
    pub(crate) faces: Faces,
    pub(crate) patience: Duration,
    pub(crate) item: &'a str,
}

impl Bench<'_> {
    /// The device, opened anew.
    pub(crate) fn open(&self) -> Verdict<Rig> {
        let driver = Arc::new(Recorder::new((self.driver)()?));
        let device = connect(driver.clone(), self.patience)?;
        let item = device.find_item(self.item);
        Ok(Rig {
            item: item.ok_or_else(|| Stop::Fail("the item is gone".to_owned()))?,
            device,
            driver,
        })
    }

    /// Why a stored file may not be read. No driver can do anything about it.
    fn unreadable(&self) -> Option<Error> {
        let rig = self.open().ok()?;
        let is_file = rig.item.category() == WIA_CATEGORY_FINISHED_FILE;
        if !is_file || self.faces == Faces::Older {
            return None;
        }
        let result = rig.download(Script::default()).ok()?.result;
        result.err().filter(|e| e.kind() == ErrorKind::AccessDenied)
    }

    /// Whether the device can be opened while it is open.
    pub(crate) fn lets_in_another(&self) -> Verdict<bool> {
        let driver = (self.driver)()?;
        match connect(driver, self.patience) {
            Ok(_) => Ok(true),
            Err(e) if matches!(e.kind(), ErrorKind::Busy | ErrorKind::DeviceLocked) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// The device, set up for a transfer, with something to scan.
    pub(crate) fn ready(&self, (format, tymed): (Guid, Tymed)) -> Verdict<Rig> {
        let rig = self.open()?;
        if rig.is_feeder() && !rig.feed_ready()? {
            return not_applicable("the feeder holds no paper");
        }
        rig.set_up(format, tymed)?;
        Ok(rig)
    }

    /// The same with pages that are not over before anybody can stop them.
    pub(crate) fn ready_for_long(&self, kind: (Guid, Tymed)) -> Verdict<Rig> {
        let rig = self.ready(kind)?;
        rig.enlarge()?;
        Ok(rig)
    }

    /// What is offered with one of these kinds, as the driver's own list says it.
    pub(crate) fn offers(&self, kinds: [Tymed; 2]) -> Verdict<Vec<(Guid, Tymed)>> {
        let formats = self.open()?.item.formats()?.into_iter();
        let offers = formats.filter(|info| kinds.contains(&info.tymed));
        Ok(offers.map(|info| (info.format, info.tymed)).collect())
    }

    /// Everything for streams.
    pub(crate) fn all_for_streams(&self) -> Verdict<Vec<(Guid, Tymed)>> {
        if self.faces == Faces::Older {
            return not_applicable("streams are not tried");
        }
        self.offers([Tymed::File, Tymed::MultipageFile])
    }

    /// A format of one image a stream and one for all, where they are.
    pub(crate) fn for_streams(&self) -> Verdict<Vec<(Guid, Tymed)>> {
        Ok(one_of_each(&self.all_for_streams()?))
    }

    /// What can be transferred with this kind in streams.
    pub(crate) fn for_stream_of(&self, tymed: Tymed) -> Verdict<(Guid, Tymed)> {
        let kinds = self.for_streams()?;
        match kinds.into_iter().find(|kind| kind.1 == tymed) {
            Some(kind) => Ok(kind),
            None => not_applicable(format!("no format has {}", tymed.name())),
        }
    }

    /// Everything for bands.
    pub(crate) fn all_for_bands(&self) -> Verdict<Vec<(Guid, Tymed)>> {
        let kinds = match self.faces {
            Faces::Streams => Vec::new(),
            _ => self.offers([Tymed::Callback, Tymed::MultipageCallback])?,
        };
        match kinds.is_empty() {
            true => not_applicable("no transfers of the older kinds"),
            false => Ok(kinds),
        }
    }

    /// As [`Bench::for_streams`].
    pub(crate) fn for_bands(&self) -> Verdict<Vec<(Guid, Tymed)>> {
        Ok(one_of_each(&self.all_for_bands()?))
    }

    /// Everything for files, of a driver that offers bands or is taken for an older one.
    pub(crate) fn all_for_files(&self) -> Verdict<Vec<(Guid, Tymed)>> {
        if self.faces != Faces::Older {
            self.all_for_bands()?;
        }
        self.offers([Tymed::File, Tymed::MultipageFile])
    }

    /// As [`Bench::for_streams`].
    pub(crate) fn for_files(&self) -> Verdict<Vec<(Guid, Tymed)>> {
        Ok(one_of_each(&self.all_for_files()?))
    }

    /// Goes on only for what is scanned: a stored file is as it is.
    pub(crate) fn scanned_only(&self) -> Verdict {
        match self.open()?.item.category() == WIA_CATEGORY_FINISHED_FILE {
            true => not_applicable("a stored file has the format that it has"),
            false => Ok(()),
        }
    }

    /// Goes on only for a feeder.
    pub(crate) fn feeder_only(&self) -> Verdict {
        match self.open()?.is_feeder() {
            true => Ok(()),
            false => not_applicable("the device has no feeder"),
        }
    }
}

/// The first format of each kind, those that can be looked into first.
fn one_of_each(offers: &[(Guid, Tymed)]) -> Vec<(Guid, Tymed)> {
    let best = [
        WIA_IMG_FMT_BMP,
        WIA_IMG_FMT_MEMORYBMP,
        WIA_IMG_FMT_TIFF,
        WIA_IMG_FMT_RAW,
    ];
    let rank = |format: &Guid| best.iter().position(|b| b == format).unwrap_or(best.len());
    let kinds: BTreeSet<i32> = offers.iter().map(|offer| offer.1.value()).collect();
    let first = |kind: i32| {
        let of_kind = offers.iter().filter(|offer| offer.1.value() == kind);
        of_kind.min_by_key(|offer| rank(&offer.0)).copied()
    };
    kinds.into_iter().filter_map(first).collect()
}

/// An open device whose driver is overheard.
pub(crate) struct Rig {
    pub(crate) item: Arc<dyn Item>,
    pub(crate) device: Arc<dyn Device>,
    pub(crate) driver: Arc<Recorder>,
}

impl Rig {
    pub(crate) fn is_feeder(&self) -> bool {
        self.item.category() == WIA_CATEGORY_FEEDER
    }

    /// Whether the device says that there is paper.
    pub(crate) fn feed_ready(&self) -> Verdict<bool> {
        let values = self
            .device
            .root()
            .read(&[WIA_DPS_DOCUMENT_HANDLING_STATUS])?;
        let bits = values.first().and_then(|v| v.as_ref()?.as_i32());
        let status = DocumentHandlingStatus::from_bits_retain(bits.unwrap_or(0));
        Ok(status.contains(DocumentHandlingStatus::FEED_READY))
    }

    /// Whether the device knows by itself that there is paper.
    pub(crate) fn senses_paper(&self) -> Verdict<bool> {
        let root = self.device.root();
        let values = root.read(&[WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES])?;
        let bits = values.first().and_then(|v| v.as_ref()?.as_i32());
        let has = DocumentHandlingCapabilities::from_bits_retain(bits.unwrap_or(0));
        Ok(has.contains(DocumentHandlingCapabilities::DETECT_FEED))
    }

    pub(crate) fn read(&self, id: PropertyId) -> Verdict<Option<PropertyValue>> {
        Ok(self.item.read(&[id])?.pop().flatten())
    }

    pub(crate) fn number(&self, id: PropertyId) -> Verdict<Option<i32>> {
        Ok(self.read(id)?.and_then(|value| value.as_i32()))
    }

    pub(crate) fn write(&self, id: PropertyId, value: impl Into<PropertyValue>) -> Verdict {
        Ok(self.item.write(&[(id, value.into())])?)
    }

    /// The format, and the smallest amount of data that the item has for it: grey, lowest resolution,
    /// two pages.
    fn set_up(&self, format: Guid, tymed: Tymed) -> Verdict {
        self.item.write(&[
            (WIA_IPA_TYMED, tymed.value().into()),
            (WIA_IPA_FORMAT, format.into()),
        ])?;
        let gray = PropertyValue::from(DataType::Grayscale.value());
        if self.valid(WIA_IPA_DATATYPE).contains(&gray) {
            self.write(WIA_IPA_DATATYPE, gray)?;
        }
        for id in [WIA_IPS_XRES, WIA_IPS_YRES] {
            if let Some(lowest) = self.resolutions(id).first() {
                self.set_resolution(id, *lowest)?;
            }
        }
        if self.is_feeder() {
            self.write(WIA_IPS_PAGES, 2)?;
        }
        Ok(())
    }

    /// The lowest resolution with which a page has [`LONG`] bytes, else the highest.
    fn enlarge(&self) -> Verdict {
        let along = self.resolutions(WIA_IPS_YRES);
        for dpi in self.resolutions(WIA_IPS_XRES) {
            if self.page_bytes()?.is_none_or(|bytes| bytes >= LONG) {
                break;
            }
            self.set_resolution(WIA_IPS_XRES, dpi)?;
            if along.contains(&dpi) {
                self.set_resolution(WIA_IPS_YRES, dpi)?;
            }
        }
        Ok(())
    }

    /// Bytes of a page without compression, where the item says.
    fn page_bytes(&self) -> Verdict<Option<u64>> {
        let mut bits = 1_u64;
        for id in [
            WIA_IPA_PIXELS_PER_LINE,
            WIA_IPA_NUMBER_OF_LINES,
            WIA_IPA_DEPTH,
        ] {
            match self.number(id)?.map(u64::try_from) {
                Some(Ok(number)) if number > 0 => bits = bits.saturating_mul(number),
                _ => return Ok(None),
            }
        }
        Ok(Some(bits / 8))
    }

    /// Resolutions from the lowest to the highest; of a range some.
    fn resolutions(&self, id: PropertyId) -> Vec<i32> {
        let mut all = match self.item.attributes(id).map(|info| info.valid) {
            Some(ValidValues::Range { min, max, step, .. }) => {
                let step = step.max(1);
                let twice = |dpi: &i32| {
                    let more = (dpi / step).max(1).checked_mul(step)?;
                    dpi.checked_add(more).filter(|dpi| *dpi <= max)
                };
                std::iter::successors(Some(min), twice).collect()
            }
            Some(ValidValues::List { values, .. }) => {
                values.iter().filter_map(PropertyValue::as_i32).collect()
            }
            _ => Vec::new(),
        };
        all.sort_unstable();
        all
    }

    fn set_resolution(&self, id: PropertyId, dpi: i32) -> Verdict {
        // Resolutions can depend on each other.
        if self.number(id)?.is_some_and(|now| now != dpi) {
            self.write(id, dpi)?;
        }
        Ok(())
    }

    /// The values of a list.
    pub(crate) fn valid(&self, id: PropertyId) -> Vec<PropertyValue> {
        match self.item.attributes(id).map(|info| info.valid) {
            Some(ValidValues::List { values, .. }) => values,
            _ => Vec::new(),
        }
    }
}

/// Tells the driver to cancel, from another thread as the service does, and waits until it was told.
pub(crate) fn cancel_io(driver: &Arc<Recorder>) {
    let driver = Arc::clone(driver);
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        driver.notify_pnp_event(WIA_EVENT_CANCEL_IO);
        let _ = told.send(());
    });
    // A driver that hangs here will not end its transfer either.
    let _ = heard.recv_timeout(PATIENCE);
}
