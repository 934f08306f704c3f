//! The network scanner as a minidriver.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use escl::job::{Host, Method, Request};
use escl::status::AdfState;
use escl::{Capabilities, Quirks, ScannerStatus};
use items::{AppItem, DeviceInfo, DriverItem, RootInfo, ScannerRules, no_data};
use minidriver::{Capability, CapabilityKind, Deadlines, DriverModel, FormatInfo, Minidriver};
use transfer::TransferContext;
use ureq::http::header::SERVER;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::constant::WIA_USE_SEGMENTATION_FILTER;
use wia::event::{WIA_EVENT_CANCEL_IO, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::property::{WIA_DIP_DEV_ID, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPS_SEGMENTATION};
use wia::{
    Access, DocumentHandlingCapabilities, DocumentHandlingStatus, Error, ErrorKind, Guid,
    ItemFlags, PropertyId, PropertyInfo, Result, Status, TransferFlags, ValidValues,
};

use crate::acquire::acquire;
use crate::client::{Base, Client, Reply};
use crate::discover::find;
use crate::options::{Address, Options};
use crate::properties::rules;
use crate::trust::is_known;
use crate::wire::Wire;

/// A scanner on the network.
///
/// The tree has the items `Root`, and `Flatbed` and `Feeder` as the scanner has them. What it can do is asked
/// once, when it is made; whether paper is in the feeder, each time that somebody reads it.
pub struct EsclScanner {
    scanner: Scanner,
    flatbed: Option<ScannerRules>,
    feeder: Option<ScannerRules>,
    root: DriverItem,
    /// The device's identity in events.
    device_id: Mutex<String>,
    /// Whether a transfer runs.
    running: Mutex<bool>,
}

/// What a transfer needs of its scanner.
pub(crate) struct Scanner {
    pub(crate) capabilities: Capabilities,
    pub(crate) quirks: Quirks,
    /// What its paths begin with.
    pub(crate) root: String,
    pub(crate) deadlines: Deadlines,
    pub(crate) client: Client,
    pub(crate) wire: Arc<Wire>,
}

impl Scanner {
    fn open(options: &Options) -> Result<Scanner> {
        let wire = Arc::new(Wire::new());
        wire.expect("the scanner's answer", options.deadlines.open);
        let certificates = options.certificates.as_deref();
        let address = match &options.address {
            Address::Uuid(uuid) => {
                let pinned = certificates.is_some_and(|file| is_known(file, uuid));
                find(uuid, pinned, options.deadlines.open)?
            }
            address => address.clone(),
        };
        let Address::Url {
            https,
            authority,
            root,
        } = address
        else {
            return Err(Error::new(
                ErrorKind::Unexpected,
                "a scanner without an address",
            ));
        };
        // What is remembered of a scanner stays with it when its address changes.
        let name = match &options.address {
            Address::Uuid(uuid) => uuid.clone(),
            Address::Url { .. } => authority.clone(),
        };
        let base = Base { https, authority };
        let client = Client::new(base, &wire, &name, certificates)?;
        let path = format!("{root}/ScannerCapabilities");
        let mut reply = get(&client, &path)?;
        let server = reply.header(&SERVER).unwrap_or_default().to_owned();
        let capabilities = Capabilities::parse(&reply.text()?)
            .map_err(|e| Error::from(e).context(client.url(&path)))?;
        let model = capabilities.make_and_model.clone().unwrap_or_default();
        Ok(Scanner {
            quirks: Quirks::of(&model, &server, &options.without),
            capabilities,
            root,
            deadlines: options.deadlines,
            client,
            wire,
        })
    }

    /// The scanner's state now.
    fn status(&self) -> Result<ScannerStatus> {
        self.wire.begin();
        self.wire.expect("the scanner's state", self.deadlines.open);
        let path = format!("{}/ScannerStatus", self.root);
        let text = get(&self.client, &path)?.text()?;
        ScannerStatus::parse(&text).map_err(|e| Error::from(e).context(self.client.url(&path)))
    }
}

/// Before it has said what it can do, whatever is there is no scanner that can be reached.
fn unreachable(e: Error) -> Error {
    match e.kind() {
        ErrorKind::DeviceCommunication | ErrorKind::Deadline => {
            Error::new(ErrorKind::Offline, e.to_string()).with_source(e)
        }
        _ => e,
    }
}

/// Asks for a document.
fn get(client: &Client, path: &str) -> Result<Reply> {
    let reply = client.send(&Request {
        method: Method::Get,
        path: path.to_owned(),
        body: None,
        host: Host::Usual,
        for_page: false,
    })?;
    match reply.status {
        200 => Ok(reply),
        503 => Err(Error::new(
            ErrorKind::Busy,
            format!("{}: the scanner is busy", reply.url),
        )),
        status @ (401 | 403) => {
            let what = format!(
                "{}: the scanner lets nobody in (HTTP status {status})",
                reply.url
            );
            Err(Error::new(ErrorKind::Offline, what))
        }
        status => {
            let what = format!("{}: HTTP status {status}", reply.url);
            Err(Error::new(ErrorKind::DeviceCommunication, what))
        }
    }
}

impl EsclScanner {
    /// A scanner that has said what it can do.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when nobody on the network calls itself so; `Busy` for a scanner that says so; `Offline`
    /// when the address does not answer, or not in time, lets nobody in (401, 403), shows another certificate than
    /// before, or says what cannot be understood.
    pub fn new(options: &Options) -> Result<EsclScanner> {
        let scanner = Scanner::open(options).map_err(unreachable)?;
        let flatbed = rules(&scanner.capabilities, false, &scanner.quirks);
        let feeder = rules(&scanner.capabilities, true, &scanner.quirks);
        if flatbed.is_none() && feeder.is_none() {
            let url = scanner.client.url(&scanner.root);
            let what = format!("{url}: the scanner has no source with JPEG or PNG images");
            return Err(Error::new(ErrorKind::NotImplemented, what));
        }
        Ok(EsclScanner {
            root: tree(flatbed.is_some(), feeder.is_some())?,
            scanner,
            flatbed,
            feeder,
            device_id: Mutex::default(),
            running: Mutex::default(),
        })
    }

    /// What the scanner says of itself.
    pub fn capabilities_of_scanner(&self) -> &Capabilities {
        &self.scanner.capabilities
    }

    /// The layers of quirks that are on.
    pub fn quirks(&self) -> &Quirks {
        &self.scanner.quirks
    }

    fn rules(&self, item: &AppItem) -> Option<&ScannerRules> {
        match item.category() {
            WIA_CATEGORY_FLATBED => self.flatbed.as_ref(),
            WIA_CATEGORY_FEEDER => self.feeder.as_ref(),
            _ => None,
        }
    }

    fn duplex(&self) -> bool {
        let adf = self.scanner.capabilities.adf.as_ref();
        self.feeder.is_some() && adf.is_some_and(|adf| adf.duplex.is_some())
    }

    /// `WIA_DPS_DOCUMENT_HANDLING_STATUS`. A scanner that says nothing of its feeder may have paper in it.
    fn status(&self) -> i32 {
        use DocumentHandlingStatus as Is;
        let mut status = Is::empty();
        status.set(Is::FLAT_READY, self.flatbed.is_some());
        if self.feeder.is_some() {
            let adf = self.scanner.status().map(|status| status.adf);
            match adf {
                Ok(Some(AdfState::Empty)) => {}
                Ok(Some(AdfState::Jam | AdfState::Mispick)) => status |= Is::PAPER_JAM,
                Ok(Some(AdfState::HatchOpen | AdfState::DoorOpen)) => status |= Is::PATH_COVER_UP,
                Ok(_) => status |= Is::FEED_READY,
                Err(e) => tracing::warn!("the feeder's state is not known: {e}"),
            }
            status.set(
                Is::DUP_READY,
                self.duplex() && status.contains(Is::FEED_READY),
            );
        }
        status.bits()
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
            let told = &self.scanner.capabilities;
            let model = told
                .make_and_model
                .clone()
                .unwrap_or_else(|| "Network scanner".into());
            let maker = model.split(' ').next().unwrap_or_default().to_owned();
            let info = DeviceInfo {
                id: lock(&self.device_id).clone(),
                vendor: told.manufacturer.clone().unwrap_or(maker),
                description: model.clone(),
                name: model,
                port: self.scanner.client.url(&self.scanner.root),
                driver_version: env!("CARGO_PKG_VERSION").into(),
            };
            items::declare_device_info(item, &info);
        }
    }
}

fn tree(flatbed: bool, feeder: bool) -> Result<DriverItem> {
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
        // Applications make regions on it.
        let flags = source | ItemFlags::FOLDER;
        DriverItem::new_child(&root, flags, "Flatbed", WIA_CATEGORY_FLATBED, None)?;
    }
    if feeder {
        DriverItem::new_child(&root, source, "Feeder", WIA_CATEGORY_FEEDER, None)?;
    }
    Ok(root)
}

/// A transfer that runs.
struct Running<'a>(&'a Mutex<bool>);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(self.0) = false;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Minidriver for EsclScanner {
    fn model(&self) -> DriverModel {
        DriverModel::Stream
    }

    fn layers(&self) -> Vec<String> {
        let layers = self.scanner.quirks.layers().iter();
        layers.map(|layer| layer.name.to_owned()).collect()
    }

    fn headers_are_final(&self) -> bool {
        true
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        device_id.clone_into(&mut lock(&self.device_id));
        Ok(self.root.clone())
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let Some(rules) = self.rules(item) else {
            self.declare_root(item);
            return Ok(());
        };
        items::declare_scanner_item(item, rules)?;
        if item.flags().contains(ItemFlags::FOLDER) {
            let info = PropertyInfo {
                access: Access::READ,
                valid: ValidValues::None,
            };
            item.declare(WIA_IPS_SEGMENTATION, WIA_USE_SEGMENTATION_FILTER, info);
        }
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        match self.rules(item) {
            Some(rules) => items::validate_scanner_item(item, changed, rules),
            None => items::validate_item_properties(item, changed),
        }
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
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
        {
            let mut running = lock(&self.running);
            if *running {
                return Err(Error::new(ErrorKind::Busy, "another transfer is running"));
            }
            *running = true;
            self.scanner.wire.begin();
        }
        let _running = Running(&self.running);
        acquire(&self.scanner, item, flags, context)
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        let rules = self.rules(item).ok_or_else(|| no_data(item))?;
        Ok(FormatInfo::all_of(rules))
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        let region =
            item.category() == WIA_CATEGORY_FLATBED && item.flags().contains(ItemFlags::GENERATED);
        if region {
            // There is nothing of it in the scanner.
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::AccessDenied,
            format!("{}: a part of the scanner stays", item.full_name()),
        ))
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        match command {
            // Nothing is kept that could be old.
            WIA_CMD_SYNCHRONIZE => Ok(()),
            _ => Err(Error::invalid(format!(
                "{}: the device has no command {command}; valid: WIA_CMD_SYNCHRONIZE",
                item.full_name()
            ))),
        }
    }

    fn capabilities(&self) -> Vec<Capability> {
        vec![Capability {
            id: WIA_CMD_SYNCHRONIZE,
            kind: CapabilityKind::Command,
            name: "Synchronize".into(),
            description: "Ask the scanner for its state".into(),
        }]
    }

    fn notify_pnp_event(&self, event: Guid) {
        let stops = matches!(event, WIA_EVENT_CANCEL_IO | WIA_EVENT_DEVICE_DISCONNECTED);
        let running = lock(&self.running);
        if stops && *running {
            self.scanner.wire.cancel();
        }
    }
}
