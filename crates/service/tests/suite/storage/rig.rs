//! What tests share: a driver of a storage device by script, and an application that notes what it is told.

use std::collections::VecDeque;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem, RemoveReason, RootInfo};
use minidriver::{Capability, CapabilityKind, FormatInfo, Minidriver};
use quire_service::{
    Answer, Device, DeviceOptions, Item, NextStream, Service, Stream, TransferCallback,
    TransferParams,
};
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT};
use wia::command::{WIA_CMD_DELETE_ALL_ITEMS, WIA_CMD_SYNCHRONIZE};
use wia::event::{WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED};
use wia::property::{
    WIA_IPA_ACCESS_RIGHTS, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_TRANSFER_CAPABILITIES,
};
use wia::{
    Access, AccessRights, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo, Result,
    Status, TransferFlags, TransferMessage, Tymed, ValidValues,
};

pub(crate) const FILE: ItemFlags = ItemFlags::FILE.union(ItemFlags::TRANSFER);
pub(crate) const FOLDER: ItemFlags = ItemFlags::FOLDER.union(ItemFlags::STORAGE);

/// What the next call for data does instead of the usual.
pub(crate) type Turn = Box<dyn Fn(&mut TransferContext) -> Result<Status> + Send>;

/// A device with whatever tree a test gives it.
pub(crate) struct Storage {
    pub(crate) root: DriverItem,
    pub(crate) log: Mutex<Vec<String>>,
    pub(crate) turns: Mutex<VecDeque<Turn>>,
    /// Says that it walks folders by itself.
    pub(crate) walks: bool,
    /// Fails to declare the properties of an item of this name.
    pub(crate) undeclared: Mutex<Option<&'static str>>,
    /// Gets a file `late` while the properties of the root are declared.
    pub(crate) grows: Mutex<bool>,
}

impl Storage {
    pub(crate) fn new() -> Storage {
        let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
        Storage {
            root: DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap(),
            log: Mutex::default(),
            turns: Mutex::default(),
            walks: false,
            undeclared: Mutex::default(),
            grows: Mutex::default(),
        }
    }

    pub(crate) fn child(
        parent: &DriverItem,
        flags: ItemFlags,
        name: &str,
        category: Guid,
    ) -> DriverItem {
        DriverItem::new_child(parent, flags, name, category, None).unwrap()
    }

    /// A folder with two files, and one below it with another.
    pub(crate) fn with_files() -> Storage {
        let storage = Storage::new();
        let files = Storage::child(&storage.root, FOLDER, "Files", WIA_CATEGORY_FOLDER);
        let file = WIA_CATEGORY_FINISHED_FILE;
        Storage::child(&files, FILE, "a", file);
        let inner = Storage::child(&files, FOLDER, "Inner", WIA_CATEGORY_FOLDER);
        Storage::child(&inner, FILE, "b", file);
        Storage::child(&files, FILE, "c", file);
        storage
    }

    pub(crate) fn then(
        self,
        turn: impl Fn(&mut TransferContext) -> Result<Status> + Send + 'static,
    ) -> Storage {
        self.turns.lock().unwrap().push_back(Box::new(turn));
        self
    }

    pub(crate) fn connect(self) -> (Arc<Storage>, Service, Arc<dyn Device>) {
        let driver = Arc::new(self);
        // Events go by the id, and tests run side by side.
        let id = format!("storage {:p}", Arc::as_ptr(&driver));
        let service = Service::new(driver.clone(), &id, DeviceOptions::default());
        let device = service.connect().unwrap();
        (driver, service, device)
    }

    pub(crate) fn log(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

impl Minidriver for Storage {
    fn initialize(&self, _: &str) -> Result<DriverItem> {
        Ok(self.root.clone())
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        if *self.undeclared.lock().unwrap() == Some(item.name()) {
            return Err(Error::new(ErrorKind::General, "not now"));
        }
        if item.flags().contains(ItemFlags::ROOT) {
            if std::mem::take(&mut *self.grows.lock().unwrap()) {
                Storage::child(&self.root, FILE, "late", WIA_CATEGORY_FINISHED_FILE);
            }
            items::declare_root(item, &RootInfo::default());
        }
        let info = || PropertyInfo {
            access: Access::RW,
            valid: ValidValues::None,
        };
        let rights = AccessRights::READ | AccessRights::WRITE | AccessRights::CAN_BE_DELETED;
        item.declare(WIA_IPA_ACCESS_RIGHTS, rights.bits(), info());
        if item.flags().contains(ItemFlags::TRANSFER) {
            item.declare(WIA_IPA_TYMED, Tymed::File.value(), info());
            item.declare(WIA_IPA_FORMAT, wia::format::WIA_IMG_FMT_RAW, info());
        }
        if self.walks && item.flags().contains(ItemFlags::FOLDER) {
            item.declare(WIA_IPS_TRANSFER_CAPABILITIES, 1, info());
        }
        Ok(())
    }

    fn validate_item_properties(&self, _: &AppItem, _: &[PropertyId]) -> Result<()> {
        Ok(())
    }

    fn lock_device(&self) -> Result<()> {
        self.log("lock");
        Ok(())
    }

    fn unlock_device(&self) {
        self.log("unlock");
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        self.log(format!("{} {:#x}", item.name(), flags.bits()));
        if let Some(turn) = self.turns.lock().unwrap().pop_front() {
            return turn(context);
        }
        let callback = context.callback.clone().unwrap();
        match callback.get_next_stream(item.name(), item.full_name())? {
            NextStream::Stream(mut stream) => {
                stream.write(item.name().as_bytes())?;
                Ok(Status::Ok)
            }
            NextStream::SkipItem => Ok(Status::SkipItem),
            _ => Ok(Status::Cancelled),
        }
    }

    fn wia_format_info(&self, _: &AppItem) -> Result<Vec<FormatInfo>> {
        Ok(Vec::new())
    }

    fn device_command(&self, item: &AppItem, command: Guid) -> Result<()> {
        self.log(format!("command for {}", item.name()));
        match command {
            WIA_CMD_SYNCHRONIZE => {
                let files = self.root.find_child_by_name("Files").unwrap();
                Storage::child(&files, FILE, "found", WIA_CATEGORY_FINISHED_FILE);
                Ok(())
            }
            WIA_CMD_DELETE_ALL_ITEMS => {
                let files = self.root.find_child_by_name("Files").unwrap();
                let first = files.first_child()?.unwrap();
                first.remove_from_folder(RemoveReason::Deleted)?;
                Err(Error::new(ErrorKind::General, "the second is in use"))
            }
            _ => Err(Error::invalid("no such command")),
        }
    }

    fn capabilities(&self) -> Vec<Capability> {
        let one = |id, kind| Capability {
            id,
            kind,
            name: "".into(),
            description: "".into(),
        };
        let event = CapabilityKind::Event { action: false };
        vec![
            one(WIA_CMD_SYNCHRONIZE, CapabilityKind::Command),
            one(WIA_EVENT_ITEM_CREATED, event),
            one(WIA_EVENT_ITEM_DELETED, event),
        ]
    }

    fn delete_item(&self, item: &AppItem) -> Result<()> {
        self.log(format!("delete {}", item.name()));
        if item.name() == "c" {
            return Err(Error::new(ErrorKind::AccessDenied, "the device keeps it"));
        }
        Ok(())
    }

    fn notify_pnp_event(&self, _: Guid) {}
}

/// Bytes in memory.
#[derive(Clone, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<(Vec<u8>, usize)>>);

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().0.extend(data);
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let SeekFrom::Start(to) = to else {
            return Err(Error::invalid("from the start only"));
        };
        self.0.lock().unwrap().1 = to as usize;
        Ok(to)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let (bytes, at) = &mut *self.0.lock().unwrap();
        let read = buffer.len().min(bytes.len() - *at);
        buffer[..read].copy_from_slice(&bytes[*at..*at + read]);
        *at += read;
        Ok(read)
    }

    fn size(&mut self) -> Result<u64> {
        Ok(self.0.lock().unwrap().0.len() as u64)
    }
}

/// Notes what it is told; answers the request for an item's stream.
pub(crate) struct App {
    pub(crate) log: Mutex<Vec<String>>,
    pub(crate) answer: fn(&str) -> Option<Result<NextStream>>,
}

impl App {
    pub(crate) fn new() -> Arc<App> {
        App::answering(|_| None)
    }

    pub(crate) fn answering(answer: fn(&str) -> Option<Result<NextStream>>) -> Arc<App> {
        let log = Mutex::default();
        Arc::new(App { log, answer })
    }

    #[track_caller]
    pub(crate) fn expect(&self, lines: &[&str]) {
        assert_eq!(*self.log.lock().unwrap(), lines);
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let name = match params.message {
            TransferMessage::EndOfStream => "end of stream",
            TransferMessage::EndOfTransfer => "end of transfer",
            _ => "message",
        };
        self.log.lock().unwrap().push(name.into());
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, name: &str, full_name: &str) -> Result<NextStream> {
        self.log.lock().unwrap().push(full_name.into());
        let usual = || Ok(NextStream::Stream(Box::new(Memory::default())));
        (self.answer)(name).unwrap_or_else(usual)
    }
}

pub(crate) fn names(item: &dyn Item) -> Vec<String> {
    item.children().iter().map(|c| c.name()).collect()
}

pub(crate) fn files(device: &Arc<dyn Device>) -> Arc<dyn Item> {
    device.find_item("0000\\Root\\Files").unwrap()
}
