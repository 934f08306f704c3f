//! The folder device as a minidriver.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use items::{AppItem, DeviceInfo, DriverItem};
use minidriver::service_library::queue_event;
use minidriver::{Capability, CapabilityKind, FormatInfo, Minidriver};
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER};
use wia::command::WIA_CMD_SYNCHRONIZE;
use wia::event::{
    WIA_EVENT_CANCEL_IO, WIA_EVENT_DEVICE_DISCONNECTED, WIA_EVENT_ITEM_CREATED,
    WIA_EVENT_ITEM_DELETED,
};
use wia::property::{WIA_DIP_DEV_ID, WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_FORMAT};
use wia::{Error, ErrorKind, Guid, PropertyId, Result, Status, TransferFlags, Tymed};

use crate::acquire::{Job, download};
use crate::directory::{Directory, join};
use crate::options::Options;
use crate::place::Place;
use crate::temporary::sweep;
use crate::tree::{self, Change};
use crate::upload::{is_new, upload};
use crate::watch::Watch;

/// A directory as the storage of a scanner.
///
/// The tree has the items `Root` and, below it, `Files`, with an item for each file and folder.
/// `WIA_CMD_SYNCHRONIZE` reads the directory again; while somebody has the device open that happens by
/// itself once a second.
pub struct FolderDevice {
    shared: Arc<Shared>,
    /// Set by a cancel of the running transfer.
    running: Mutex<Option<Arc<AtomicBool>>>,
}

/// What the thread that looks for changes has too.
struct Shared {
    directory: Directory,
    root: DriverItem,
    files: DriverItem,
    /// The device's identity in events.
    device_id: Mutex<String>,
    /// One look at a time.
    looks: Mutex<()>,
    watch: Watch,
}

impl Shared {
    /// Makes the tree like the directory, and tells what was different.
    fn follow(&self) -> Result<()> {
        let one = lock(&self.looks);
        self.directory.check_online()?;
        let mut changes = Vec::new();
        let followed = tree::follow(&self.directory, &self.files, &mut changes);
        drop(one);
        for change in &changes {
            self.tell(change.event, Some(&change.full_name));
        }
        followed
    }

    /// Removes what uploads left that were killed.
    fn sweep(&self) {
        let mut rest = vec![(self.files.clone(), String::new())];
        while let Some((folder, place)) = rest.pop() {
            // A leftover that cannot be removed is in nobody's way.
            let _ = { self.directory.folder(&place) }.map(|folder| sweep(&folder));
            let folders = folder.children().into_iter().filter(tree::is_folder);
            rest.extend(folders.map(|child| (child.clone(), join(&place, child.name()))));
        }
    }

    fn tell(&self, event: Guid, full_name: Option<&str>) {
        let id = lock(&self.device_id).clone();
        // Without a service nobody has the device open, and there is nobody to tell.
        drop(queue_event(&id, event, full_name));
    }

    /// One look of the thread; whether there will be another.
    fn look(&self) -> bool {
        match self.follow() {
            Err(e) if e.kind() == ErrorKind::Offline => {
                self.tell(WIA_EVENT_DEVICE_DISCONNECTED, None);
                false
            }
            // What cannot be read now may be read the next time.
            _ => true,
        }
    }
}

impl FolderDevice {
    /// A device over an open directory.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when the directory cannot be read.
    pub fn new(options: &Options) -> Result<FolderDevice> {
        let (root, files) = tree::new()?;
        Ok(FolderDevice {
            shared: Arc::new(Shared {
                directory: Directory::open(&options.path)?,
                root,
                files,
                device_id: Mutex::default(),
                looks: Mutex::default(),
                watch: Watch::default(),
            }),
            running: Mutex::default(),
        })
    }

    fn directory(&self) -> &Directory {
        &self.shared.directory
    }

    /// Registers a transfer for a cancel.
    fn begin(&self) -> Result<Running<'_>> {
        let mut running = lock(&self.running);
        if running.is_some() {
            return Err(Error::new(ErrorKind::Busy, "another transfer is running"));
        }
        let cancelled = Arc::<AtomicBool>::default();
        *running = Some(Arc::clone(&cancelled));
        Ok(Running {
            device: self,
            cancelled,
        })
    }
}

impl Drop for FolderDevice {
    fn drop(&mut self) {
        self.shared.watch.end();
    }
}

/// A transfer that a cancel can reach.
struct Running<'a> {
    device: &'a FolderDevice,
    cancelled: Arc<AtomicBool>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *lock(&self.device.running) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The place of a file.
///
/// # Errors
///
/// `InvalidArgument` for an item that is no file.
fn place_of_file(item: &AppItem) -> Result<String> {
    let place = tree::place(item.full_name())?;
    place
        .filter(|_| item.category() == WIA_CATEGORY_FINISHED_FILE)
        .ok_or_else(|| Error::invalid(format!("{}: this item is no file", item.full_name())))
}

impl Minidriver for FolderDevice {
    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        let shared = &self.shared;
        device_id.clone_into(&mut lock(&shared.device_id));
        shared.follow()?;
        shared.sweep();
        if shared.watch.enter() {
            let watched = Arc::clone(shared);
            let look = move || watched.watch.run(|| watched.look());
            // Without a thread there is still the command to look.
            drop(thread::Builder::new().name("folder".into()).spawn(look));
        }
        Ok(shared.root.clone())
    }

    fn un_initialize(&self) {
        self.shared.watch.leave();
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        let place = tree::place(item.full_name())?;
        self.directory().declare(item, place.as_deref())?;
        if place.is_none() && !item.has(WIA_DIP_DEV_ID) {
            let name = self.directory().shown("");
            let info = DeviceInfo {
                id: lock(&self.shared.device_id).clone(),
                vendor: "Quire".into(),
                description: "Folder".into(),
                name,
                port: "folder".into(),
                driver_version: env!("CARGO_PKG_VERSION").into(),
            };
            items::declare_device_info(item, &info);
        }
        Ok(())
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        items::validate_item_properties(item, changed)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        let status = WIA_DPS_DOCUMENT_HANDLING_STATUS;
        if ids.contains(&status) {
            item.write_if_present(status, self.directory().status().bits())?;
        }
        if let Ok(place) = place_of_file(item)
            && !is_new(item)
        {
            self.directory().renew(item, &place);
        }
        Ok(())
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        let place = place_of_file(item)?;
        let callback = context
            .callback
            .clone()
            .ok_or_else(|| Error::new(ErrorKind::NotImplemented, "this driver has streams only"))?;
        let running = self.begin()?;
        let job = Job {
            directory: self.directory(),
            item,
            place: &place,
            callback,
            cancelled: &running.cancelled,
        };
        if !flags.contains(TransferFlags::UPLOAD) {
            return download(&job);
        }
        let status = upload(&job)?;
        if status == Status::Ok {
            // It is there, whatever the rest of the directory says.
            let _ = self.shared.follow();
            self.directory().renew(item, &place);
        }
        Ok(status)
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        place_of_file(item)?;
        let format = item.opt_guid(WIA_IPA_FORMAT).unwrap_or(Guid::NULL);
        let tymed = Tymed::File;
        Ok(vec![FormatInfo { format, tymed }])
    }

    fn lock_device(&self) -> Result<()> {
        self.directory().check_online()
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        if command != WIA_CMD_SYNCHRONIZE {
            return Err(Error::invalid(format!(
                "{}: the device has no command {command}; valid: WIA_CMD_SYNCHRONIZE",
                item.full_name()
            )));
        }
        self.shared.follow()
    }

    fn capabilities(&self) -> Vec<Capability> {
        let event = CapabilityKind::Event { action: false };
        let row = |id, kind, name: &'static str, description: &'static str| Capability {
            id,
            kind,
            name: name.into(),
            description: description.into(),
        };
        vec![
            row(
                WIA_CMD_SYNCHRONIZE,
                CapabilityKind::Command,
                "Synchronize",
                "Read the directory again",
            ),
            row(
                WIA_EVENT_ITEM_CREATED,
                event,
                "Item created",
                "A file or folder has come",
            ),
            row(
                WIA_EVENT_ITEM_DELETED,
                event,
                "Item deleted",
                "A file or folder has gone",
            ),
            row(
                WIA_EVENT_DEVICE_DISCONNECTED,
                event,
                "Device disconnected",
                "The directory was deleted",
            ),
        ]
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        let place = tree::place(item.full_name())?.filter(|place| !place.is_empty());
        let place = place.ok_or_else(|| {
            let why = format!("{}: this item cannot be deleted", item.full_name());
            Error::new(ErrorKind::AccessDenied, why)
        })?;
        if is_new(item) && item.category() == WIA_CATEGORY_FINISHED_FILE {
            return Ok(());
        }
        let one = lock(&self.shared.looks);
        let is_folder = item.category() == WIA_CATEGORY_FOLDER;
        match Place::open(self.directory(), &place) {
            Ok(there) => there.remove(is_folder)?,
            Err(e) if e.kind() == ErrorKind::ItemDeleted => {}
            Err(e) => return Err(e),
        }
        let mut changes: Vec<Change> = Vec::new();
        if let Some(own) = self.shared.files.find_by_name(item.full_name()) {
            tree::remove(&own, &mut changes)?;
        }
        drop(one);
        for change in &changes {
            self.shared.tell(change.event, Some(&change.full_name));
        }
        Ok(())
    }

    fn notify_pnp_event(&self, event: Guid) {
        if event == WIA_EVENT_CANCEL_IO
            && let Some(cancelled) = lock(&self.running).as_ref()
        {
            cancelled.store(true, Ordering::Release);
        }
    }
}
