//! A SANE device as a minidriver.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread as threads;
use std::time::Duration;

use items::{AppItem, DeviceInfo, DriverItem, RootInfo, ScannerRules, no_data, refusal};
use minidriver::service_library::{events_are_listened_to, queue_event};
use minidriver::{Capability, CapabilityKind, FormatInfo, Minidriver};
use transfer::TransferContext;
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT,
};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::constant::WIA_USE_SEGMENTATION_FILTER;
use wia::event::{WIA_EVENT_CANCEL_IO, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::property::{
    WIA_DIP_DEV_ID, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPS_SEGMENTATION, WIA_IPS_XRES,
    WIA_IPS_YRES,
};
use wia::{
    Access, DocumentHandlingCapabilities, DocumentHandlingStatus, Error, ErrorKind, Guid,
    ItemFlags, PropertyId, PropertyInfo, Result, Status, TransferFlags, ValidValues,
};

use crate::acquire::{Machine, acquire};
use crate::apply::sync;
use crate::buttons::{self, Watch};
use crate::discover::{type_of, vendor_and_model};
use crate::job::source_of;
use crate::option::Table;
use crate::options::Options;
use crate::probe::{Probed, paper, probe};
use crate::properties::{adapt, rules};
use crate::source::{SourceKind, Way};
use crate::stop::Stop;
use crate::thread::{self, Instance};
use crate::vendor;

/// A back end that takes longer to close its device is not waited for.
const CLOSING: Duration = Duration::from_secs(5);

/// A device of one of SANE's back ends.
///
/// The tree has the items `Root` and `Flatbed`, `Feeder` and `Film` as far as the device has them. It is
/// opened when the first application comes, and what it can do is found out then.
pub struct SaneDevice {
    shared: Arc<Shared>,
    /// How long the device may warm up before a page.
    warm_up: Duration,
    /// Where a cancel of the running transfer goes.
    running: Mutex<Option<Arc<Stop>>>,
}

/// What the thread that looks at buttons has too.
struct Shared {
    device: Instance,
    /// What was found out, once the device was open.
    known: Mutex<Option<Arc<Known>>>,
    /// The device's identity in events.
    device_id: Mutex<String>,
    /// Without a sensor: whether the feeder has not said that it is empty.
    loaded: AtomicBool,
    /// During a transfer the device is not asked for its buttons.
    busy: AtomicBool,
    watch: Watch,
}

/// What a device has and can do.
struct Known {
    sources: Vec<KnownSource>,
    root: DriverItem,
    /// Whether the feeder has a sensor.
    senses_paper: bool,
    /// What is known of buttons.
    has_buttons: bool,
}

struct KnownSource {
    probed: Probed,
    rules: ScannerRules,
}

impl SaneDevice {
    /// A device by its name. It is not opened yet.
    ///
    /// # Errors
    ///
    /// None so far.
    pub fn new(options: Options) -> Result<SaneDevice> {
        Ok(SaneDevice {
            shared: Arc::new(Shared {
                device: Instance::new(options.name),
                known: Mutex::default(),
                device_id: Mutex::default(),
                loaded: AtomicBool::new(true),
                busy: AtomicBool::new(false),
                watch: Watch::default(),
            }),
            warm_up: options.warm_up,
            running: Mutex::default(),
        })
    }

    fn device(&self) -> &Instance {
        &self.shared.device
    }

    /// What the device can do; it is opened for that at the first time.
    fn known(&self) -> Result<Arc<Known>> {
        if let Some(known) = lock(&self.shared.known).as_ref() {
            return Ok(Arc::clone(known));
        }
        let device = self.device().clone();
        let device_type = type_of(&device.name);
        let sources = thread::run(move |hub| probe(hub.scanner(&device)?, &device_type))?;
        let known = Arc::new(Known::new(sources)?);
        *lock(&self.shared.known) = Some(Arc::clone(&known));
        Ok(known)
    }

    fn capabilities_of(known: &Known) -> DocumentHandlingCapabilities {
        use DocumentHandlingCapabilities as Has;
        let feeder = known.of(SourceKind::Feeder);
        let mut has = Has::empty();
        has.set(Has::FLAT, known.of(SourceKind::Flatbed).is_some());
        has.set(Has::FILM_TPA, known.of(SourceKind::Film).is_some());
        has.set(Has::FEED, feeder.is_some());
        has.set(Has::DETECT_FEED, feeder.is_some() && known.senses_paper);
        let both = feeder.is_some_and(|f| f.probed.source.way(Way::Both).is_some());
        has.set(Has::DUP, both);
        has
    }

    /// The state of glass and feeder.
    fn status(&self, known: &Known) -> DocumentHandlingStatus {
        use DocumentHandlingStatus as Is;
        let mut is = Is::empty();
        is.set(Is::FLAT_READY, known.of(SourceKind::Flatbed).is_some());
        if known.of(SourceKind::Feeder).is_some() {
            let sensed = match known.senses_paper {
                true => self.sensors().ok().and_then(|table| paper(&table)),
                false => None,
            };
            let loaded = sensed.unwrap_or_else(|| self.shared.loaded.load(Ordering::Relaxed));
            is.set(Is::FEED_READY, loaded);
        }
        is
    }

    /// The options with what the device's sensors say now.
    fn sensors(&self) -> Result<Table> {
        let device = self.device().clone();
        thread::run(move |hub| {
            let scanner = hub.scanner(&device)?;
            scanner.read_sensors();
            Ok(scanner.table().clone())
        })
    }

    fn declare_root(&self, item: &AppItem, known: &Known) {
        let info = RootInfo {
            capabilities: SaneDevice::capabilities_of(known),
            status: self.status(known),
            ..RootInfo::default()
        };
        items::declare_root(item, &info);
        if !item.has(WIA_DIP_DEV_ID) {
            let (vendor, model) = vendor_and_model(&self.device().name);
            let info = DeviceInfo {
                id: lock(&self.shared.device_id).clone(),
                vendor,
                description: model.clone(),
                name: model,
                port: self.device().name.clone(),
                driver_version: env!("CARGO_PKG_VERSION").into(),
            };
            items::declare_device_info(item, &info);
        }
    }

    /// Registers a transfer for a cancel.
    fn begin(&self) -> Result<Running<'_>> {
        let mut running = lock(&self.running);
        if running.is_some() {
            return Err(Error::new(ErrorKind::Busy, "another transfer is running"));
        }
        let stop = Arc::new(Stop::new()?);
        *running = Some(Arc::clone(&stop));
        self.shared.busy.store(true, Ordering::Relaxed);
        Ok(Running { device: self, stop })
    }

    /// Looks at the buttons while somebody listens, on a thread of its own.
    fn watch(&self) {
        if !self.shared.watch.enter() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let look = move || shared.watch.run(|| shared.look());
        // Without a thread there are no events, and everything else works.
        drop(threads::Builder::new().name("buttons".into()).spawn(look));
    }
}

impl Shared {
    /// One look at the buttons.
    fn look(&self) {
        let has_buttons = lock(&self.known).as_ref().is_some_and(|k| k.has_buttons);
        let id = lock(&self.device_id).clone();
        if !has_buttons || self.busy.load(Ordering::Relaxed) || !events_are_listened_to(&id) {
            return;
        }
        let device = self.device.clone();
        let table = thread::run(move |hub| {
            let was_open = hub.is_open(&device);
            let scanner = hub.scanner_untouched(&device)?;
            scanner.read_sensors();
            let table = scanner.table().clone();
            if !was_open {
                hub.close(&device);
            }
            Ok(table)
        });
        // Another program has it, or it is gone: the next look may be luckier.
        let Ok(table) = table else { return };
        for event in self.watch.changes(&table) {
            // Nobody has the device open any more.
            drop(queue_event(&id, event, None));
        }
    }
}

impl Known {
    fn new(sources: Vec<Probed>) -> Result<Known> {
        let root = DriverItem::new(
            ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE,
            "Root",
            "0000\\Root",
            WIA_CATEGORY_ROOT,
        )?;
        let flags = ItemFlags::PROGRAMMABLE_DATA_SOURCE
            | ItemFlags::TRANSFER
            | ItemFlags::IMAGE
            | ItemFlags::FILE;
        for probed in &sources {
            let (name, category, flags) = match probed.source.kind {
                // Applications make regions on it.
                SourceKind::Flatbed => ("Flatbed", WIA_CATEGORY_FLATBED, flags | ItemFlags::FOLDER),
                SourceKind::Feeder => ("Feeder", WIA_CATEGORY_FEEDER, flags),
                SourceKind::Film => ("Film", WIA_CATEGORY_FILM, flags),
            };
            DriverItem::new_child(&root, flags, name, category, None)?;
        }
        let table = sources.first().map(|probed| &probed.table);
        Ok(Known {
            senses_paper: table.is_some_and(|table| paper(table).is_some()),
            has_buttons: table.is_some_and(buttons::any),
            root,
            sources: { sources.into_iter() }
                .map(|probed| KnownSource {
                    rules: rules(&probed),
                    probed,
                })
                .collect(),
        })
    }

    fn of(&self, kind: SourceKind) -> Option<&KnownSource> {
        self.sources.iter().find(|s| s.probed.source.kind == kind)
    }

    /// The source of an item.
    fn source(&self, item: &AppItem) -> Option<&KnownSource> {
        self.of(source_of(item.category())?)
    }
}

/// Where one resolution serves both directions they follow each other.
fn couple_resolutions(item: &AppItem, probed: &Probed, changed: &[PropertyId]) -> Result<()> {
    if probed.y_resolutions.is_some() {
        return Ok(());
    }
    let wrote = |id| changed.contains(&id);
    match (wrote(WIA_IPS_XRES), wrote(WIA_IPS_YRES)) {
        (false, false) => Ok(()),
        (true, false) => item.write(WIA_IPS_YRES, item.read_i32(WIA_IPS_XRES)?),
        (false, true) => item.write(WIA_IPS_XRES, item.read_i32(WIA_IPS_YRES)?),
        (true, true) => {
            let (x, y) = (item.read_i32(WIA_IPS_XRES)?, item.read_i32(WIA_IPS_YRES)?);
            if x == y {
                return Ok(());
            }
            let valid = format!("{x}: the device has one resolution for both directions");
            Err(refusal(item, WIA_IPS_YRES, &y.into(), &valid))
        }
    }
}

/// A transfer that a cancel can reach.
struct Running<'a> {
    device: &'a SaneDevice,
    stop: Arc<Stop>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.device.shared.busy.store(false, Ordering::Relaxed);
        *lock(&self.device.running) = None;
    }
}

impl Drop for SaneDevice {
    fn drop(&mut self) {
        self.shared.watch.end();
        let device = self.device().clone();
        // Without the thread nothing is open.
        drop(thread::give(move |hub| hub.close(&device)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Minidriver for SaneDevice {
    fn headers_are_final(&self) -> bool {
        true
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        device_id.clone_into(&mut lock(&self.shared.device_id));
        let root = self.known()?.root.clone();
        self.shared.loaded.store(true, Ordering::Relaxed);
        self.watch();
        Ok(root)
    }

    fn un_initialize(&self) {
        if self.shared.watch.leave() {
            let device = self.device().clone();
            // Whoever comes next opens it again.
            thread::run_at_most(CLOSING, move |hub| hub.close(&device));
        }
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let known = self.known()?;
        let Some(source) = known.source(item) else {
            self.declare_root(item, &known);
            return Ok(());
        };
        items::declare_scanner_item(item, &source.rules)?;
        adapt(item, &source.probed)?;
        if item.flags().contains(ItemFlags::FOLDER) {
            let info = PropertyInfo {
                access: Access::READ,
                valid: ValidValues::None,
            };
            item.declare(WIA_IPS_SEGMENTATION, WIA_USE_SEGMENTATION_FILTER, info);
        }
        vendor::declare(item, &source.probed);
        sync(self.device(), item, &source.probed, &[])
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        let known = self.known()?;
        let Some(source) = known.source(item) else {
            return items::validate_item_properties(item, changed);
        };
        couple_resolutions(item, &source.probed, changed)?;
        items::validate_scanner_item(item, changed, &source.rules)?;
        sync(self.device(), item, &source.probed, changed)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        let known = self.known()?;
        let Some(source) = known.source(item) else {
            let status = WIA_DPS_DOCUMENT_HANDLING_STATUS;
            if ids.contains(&status) {
                item.write_if_present(status, self.status(&known).bits())?;
            }
            return Ok(());
        };
        let asked = vendor::sensors(&source.probed).any(|id| ids.contains(&id));
        if asked && !self.shared.busy.load(Ordering::Relaxed) {
            vendor::refresh_sensors(item, &source.probed, &self.sensors()?);
        }
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        if flags.contains(TransferFlags::UPLOAD) {
            return Err(Error::invalid("nothing can be uploaded to a scanner"));
        }
        if !flags.contains(TransferFlags::DOWNLOAD) {
            let what = "this driver has streams only";
            return Err(Error::new(ErrorKind::NotImplemented, what));
        }
        let known = self.known()?;
        let source = known.source(item).ok_or_else(|| no_data(item))?;
        let running = self.begin()?;
        let loaded = |loaded| self.shared.loaded.store(loaded, Ordering::Relaxed);
        let machine = Machine {
            device: self.device(),
            probed: &source.probed,
            stop: &running.stop,
            warm_up: self.warm_up,
            loaded: &loaded,
        };
        acquire(&machine, item, context)
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let known = self.known()?;
        let source = known.source(item).ok_or_else(|| no_data(item))?;
        Ok(FormatInfo::all_of(&source.rules))
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        let region =
            item.category() == WIA_CATEGORY_FLATBED && item.flags().contains(ItemFlags::GENERATED);
        if region {
            // There is nothing of it in the device.
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::AccessDenied,
            format!("{}: a part of the scanner stays", item.full_name()),
        ))
    }

    /// Opens the device if it was idle: another program may have it.
    fn lock_device(&self) -> Result<()> {
        let device = self.device().clone();
        thread::run(move |hub| hub.scanner(&device).map(drop))
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        if command != WIA_CMD_SYNCHRONIZE {
            return Err(Error::invalid(format!(
                "{}: the device has no command {command}; valid: WIA_CMD_SYNCHRONIZE",
                item.full_name()
            )));
        }
        self.shared.loaded.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn capabilities(&self) -> Vec<Capability> {
        let event = |id, name: &'static str, description: &'static str, action| Capability {
            id,
            kind: CapabilityKind::Event { action },
            name: name.into(),
            description: description.into(),
        };
        let mut all = vec![
            Capability {
                id: WIA_CMD_SYNCHRONIZE,
                kind: CapabilityKind::Command,
                name: "Synchronize".into(),
                description: "Expect paper in the feeder again".into(),
            },
            event(
                WIA_EVENT_DEVICE_DISCONNECTED,
                "Device disconnected",
                "The scanner was disconnected",
                false,
            ),
        ];
        let of_buttons = buttons::EVENTS.into_iter();
        all.extend(of_buttons.map(|e| event(e.id, e.name, e.description, e.action)));
        all
    }

    fn notify_pnp_event(&self, id: Guid) {
        if !matches!(id, WIA_EVENT_CANCEL_IO | WIA_EVENT_DEVICE_DISCONNECTED) {
            return;
        }
        let stop = lock(&self.running).clone();
        if let Some(stop) = stop {
            stop.ask();
        }
    }
}
