//! The virtual scanner as a minidriver.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use items::{AppItem, DeviceInfo, DriverItem, RootInfo, ScannerRules, no_data};
use minidriver::service_library::queue_event;
use minidriver::{Capability, CapabilityKind, DriverModel, FormatInfo, Minidriver};
use transfer::TransferContext;
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT, WIA_CATEGORY_FLATBED,
    WIA_CATEGORY_ROOT,
};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::constant::{WIA_TRANSFER_CHILDREN_SINGLE_SCAN, WIA_USE_SEGMENTATION_FILTER};
use wia::event::{WIA_EVENT_CANCEL_IO, WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::property::{
    WIA_DIP_DEV_ID, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPS_SEGMENTATION,
    WIA_IPS_TRANSFER_CAPABILITIES,
};
use wia::{
    Access, DocumentHandlingCapabilities, DocumentHandlingSelect, Error, ErrorKind, Guid,
    ItemFlags, PropertyId, PropertyInfo, Result, Status, TransferFlags, ValidValues,
};

use crate::acquire::{Machine, acquire};
use crate::draw::Pace;
use crate::job::Source;
use crate::options::Options;
use crate::paper::Paper;
use crate::pool::Handover;
use crate::properties::{rules, side_rules};

/// A scanner made of software: a flatbed and a duplex feeder, or what a model file describes.
///
/// The tree has the items `Root`, `Flatbed`, on which applications make regions, and `Feeder`, with
/// `Front` and `Back` where it scans both sides. The same options give the same bytes. The
/// feeder is full at first; sheets leave it as they are fed, and `WIA_CMD_SYNCHRONIZE` fills it
/// again.
#[derive(Debug)]
pub struct VirtualScanner {
    options: Options,
    paper: Paper,
    flatbed: Option<ScannerRules>,
    feeder: Option<ScannerRules>,
    /// Of the front and the back of a duplex feeder.
    sides: Option<[ScannerRules; 2]>,
    root: DriverItem,
    /// The device's identity in events.
    device_id: Mutex<String>,
    /// Where a cancel of the running transfer goes.
    running: Mutex<Option<Arc<Handover>>>,
}

impl VirtualScanner {
    /// A scanner with a full feeder.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when a folder of images cannot be read.
    pub fn new(options: Options) -> Result<VirtualScanner> {
        let paper = Paper::new(&options)?;
        let largest = paper.largest();
        let model = options.model;
        let rules_of = |source, options: &Option<_>| {
            options
                .as_ref()
                .map(|source_options| rules(source, source_options, largest, model))
        };
        let flatbed = rules_of(Source::Flatbed, &options.flatbed);
        let feeder = rules_of(Source::Feeder, &options.feeder);
        let duplex = options.feeder.as_ref().is_some_and(|f| f.duplex);
        let sides = feeder.as_ref().filter(|_| duplex).map(|rules| {
            let sides = [
                DocumentHandlingSelect::FRONT_ONLY,
                DocumentHandlingSelect::BACK_ONLY,
            ];
            sides.map(|side| side_rules(rules, side))
        });
        Ok(VirtualScanner {
            root: tree(flatbed.is_some(), feeder.is_some(), sides.is_some())?,
            paper,
            flatbed,
            feeder,
            sides,
            options,
            device_id: Mutex::default(),
            running: Mutex::default(),
        })
    }

    /// What the scanner was made from.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The tree.
    pub(crate) fn root(&self) -> &DriverItem {
        &self.root
    }

    fn rules(&self, item: &AppItem) -> Option<&ScannerRules> {
        let [front, back] = match &self.sides {
            Some([front, back]) => [Some(front), Some(back)],
            None => [None, None],
        };
        match item.category() {
            WIA_CATEGORY_FLATBED => self.flatbed.as_ref(),
            WIA_CATEGORY_FEEDER => self.feeder.as_ref(),
            WIA_CATEGORY_FEEDER_FRONT => front,
            WIA_CATEGORY_FEEDER_BACK => back,
            _ => None,
        }
    }

    fn duplex(&self) -> bool {
        self.options.feeder.as_ref().is_some_and(|f| f.duplex)
    }

    fn status(&self) -> i32 {
        self.paper
            .status(self.flatbed.is_some(), self.feeder.is_some(), self.duplex())
            .bits()
    }

    fn declare_root(&self, item: &AppItem) {
        use DocumentHandlingCapabilities as Has;
        let mut capabilities = Has::empty();
        capabilities.set(Has::FLAT, self.flatbed.is_some());
        capabilities.set(Has::FEED | Has::DETECT_FEED, self.feeder.is_some());
        capabilities.set(Has::DUP, self.duplex());
        let info = RootInfo {
            capabilities,
            ..RootInfo::default()
        };
        items::declare_root(item, &info);
        // A service that knows the device by itself has said so before.
        if !item.has(WIA_DIP_DEV_ID) {
            let info = DeviceInfo {
                id: lock(&self.device_id).clone(),
                vendor: self.options.vendor.clone(),
                description: self.options.name.clone(),
                name: self.options.name.clone(),
                port: "virtual".into(),
                driver_version: env!("CARGO_PKG_VERSION").into(),
            };
            items::declare_device_info(item, &info);
        }
    }

    /// # Errors
    ///
    /// `NotImplemented` for a transfer that the driver's model does not have.
    fn check_model(&self, flags: TransferFlags) -> Result<()> {
        let streams = flags.intersects(TransferFlags::DOWNLOAD | TransferFlags::UPLOAD);
        let what = match self.options.model {
            DriverModel::Stream if !streams => "this driver has streams only",
            DriverModel::Legacy if streams => "this driver has bands and files only",
            _ => return Ok(()),
        };
        Err(Error::new(ErrorKind::NotImplemented, what))
    }

    /// Registers a transfer for a cancel.
    fn begin(&self) -> Result<Running<'_>> {
        let mut running = lock(&self.running);
        if running.is_some() {
            return Err(Error::new(ErrorKind::Busy, "another transfer is running"));
        }
        let handover = Arc::new(Handover::default());
        *running = Some(Arc::clone(&handover));
        Ok(Running {
            scanner: self,
            handover,
        })
    }
}

fn tree(flatbed: bool, feeder: bool, sides: bool) -> Result<DriverItem> {
    let root = DriverItem::new(
        ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE,
        "Root",
        "0000\\Root",
        WIA_CATEGORY_ROOT,
    )?;
    let source = ItemFlags::PROGRAMMABLE_DATA_SOURCE
        | ItemFlags::TRANSFER
        | ItemFlags::IMAGE
        | ItemFlags::FILE;
    if flatbed {
        let flags = source | ItemFlags::FOLDER;
        DriverItem::new_child(&root, flags, "Flatbed", WIA_CATEGORY_FLATBED, None)?;
    }
    if feeder {
        let mut flags = source;
        flags.set(ItemFlags::FOLDER, sides);
        let feeder = DriverItem::new_child(&root, flags, "Feeder", WIA_CATEGORY_FEEDER, None)?;
        if sides {
            // The data comes off the feeder.
            let side = source - ItemFlags::TRANSFER;
            DriverItem::new_child(&feeder, side, "Front", WIA_CATEGORY_FEEDER_FRONT, None)?;
            DriverItem::new_child(&feeder, side, "Back", WIA_CATEGORY_FEEDER_BACK, None)?;
        }
    }
    Ok(root)
}

/// What an item with others below it has besides.
fn declare_children(item: &AppItem) {
    if !item.flags().contains(ItemFlags::FOLDER) {
        return;
    }
    let info = || PropertyInfo {
        access: Access::READ,
        valid: ValidValues::None,
    };
    let all = WIA_TRANSFER_CHILDREN_SINGLE_SCAN;
    item.declare(WIA_IPS_TRANSFER_CAPABILITIES, all, info());
    if item.category() == WIA_CATEGORY_FLATBED {
        item.declare(WIA_IPS_SEGMENTATION, WIA_USE_SEGMENTATION_FILTER, info());
    }
}

/// A transfer that a cancel can reach.
struct Running<'a> {
    scanner: &'a VirtualScanner,
    handover: Arc<Handover>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(&self.scanner.running) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Minidriver for VirtualScanner {
    fn model(&self) -> DriverModel {
        self.options.model
    }

    fn headers_are_final(&self) -> bool {
        true
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        self.paper.check_online()?;
        device_id.clone_into(&mut lock(&self.device_id));
        Ok(self.root.clone())
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.paper.check_online()?;
        match self.rules(item) {
            Some(rules) => {
                items::declare_scanner_item(item, rules)?;
                declare_children(item);
                Ok(())
            }
            None => {
                self.declare_root(item);
                item.write(WIA_DPS_DOCUMENT_HANDLING_STATUS, self.status())
            }
        }
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.paper.check_online()?;
        match self.rules(item) {
            Some(rules) => items::validate_scanner_item(item, changed, rules),
            None => items::validate_item_properties(item, changed),
        }
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        self.paper.check_online()?;
        let status = WIA_DPS_DOCUMENT_HANDLING_STATUS;
        if ids.contains(&status) && item.category() == WIA_CATEGORY_ROOT {
            item.write_if_present(status, self.status())?;
        }
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        self.check_model(flags)?;
        let running = self.begin()?;
        let machine = Machine {
            paper: &self.paper,
            pace: Pace::new(self.options.warm_up, self.options.ppm),
            late_height: self.options.quirks.late_height,
            handover: &running.handover,
        };
        let result = acquire(&machine, item, flags, context);
        if self.paper.check_online().is_ok() {
            return result;
        }
        match result {
            // The service pulled the cable, and knows it.
            Ok(Status::Cancelled) => Err(Error::new(ErrorKind::Disconnected, "")),
            Err(e) if e.kind() == ErrorKind::Disconnected => {
                let id = lock(&self.device_id).clone();
                // Without a service nobody has the device open, and there is nobody to tell.
                drop(queue_event(&id, WIA_EVENT_DEVICE_DISCONNECTED, None));
                Err(e)
            }
            result => result,
        }
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let rules = self.rules(item).ok_or_else(|| no_data(item))?;
        Ok(FormatInfo::all_of(rules))
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

    fn lock_device(&self) -> Result<()> {
        self.paper.check_online()
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        self.paper.check_online()?;
        if command != WIA_CMD_SYNCHRONIZE {
            return Err(Error::invalid(format!(
                "{}: the device has no command {command}; valid: WIA_CMD_SYNCHRONIZE",
                item.full_name()
            )));
        }
        self.paper.load();
        Ok(())
    }

    fn capabilities(&self) -> Vec<Capability> {
        let event = CapabilityKind::Event { action: false };
        vec![
            Capability {
                id: WIA_CMD_SYNCHRONIZE,
                kind: CapabilityKind::Command,
                name: "Synchronize".into(),
                description: "Load the feeder again".into(),
            },
            Capability {
                id: WIA_EVENT_DEVICE_CONNECTED,
                kind: event,
                name: "Device connected".into(),
                description: "The scanner was connected".into(),
            },
            Capability {
                id: WIA_EVENT_DEVICE_DISCONNECTED,
                kind: event,
                name: "Device disconnected".into(),
                description: "The scanner was disconnected".into(),
            },
        ]
    }

    fn notify_pnp_event(&self, event: Guid) {
        match event {
            WIA_EVENT_CANCEL_IO if self.options.quirks.ignores_cancel => return,
            WIA_EVENT_CANCEL_IO => {}
            WIA_EVENT_DEVICE_DISCONNECTED => self.paper.plug(false),
            WIA_EVENT_DEVICE_CONNECTED => return self.paper.plug(true),
            _ => return,
        }
        if let Some(handover) = lock(&self.running).as_ref() {
            handover.cancel();
        }
    }
}
