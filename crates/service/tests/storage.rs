//! Items that come and go, uploads, device commands, and the acquisition of whole folders.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::VecDeque;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use items::{AppItem, DriverItem, RemoveReason, RootInfo};
use minidriver::service_library::queue_event;
use minidriver::{Capability, CapabilityKind, FormatInfo, Minidriver};
use quire_service::{
    Answer, CreationFlags, Device, DeviceOptions, Item, NextStream, Service, Stream,
    TransferCallback, TransferParams,
};
use transfer::TransferContext;
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT,
    WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT,
};
use wia::command::{WIA_CMD_DELETE_ALL_ITEMS, WIA_CMD_SYNCHRONIZE};
use wia::event::{WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED};
use wia::property::{
    WIA_IPA_ACCESS_RIGHTS, WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_TRANSFER_CAPABILITIES,
};
use wia::{
    Access, AccessRights, Error, ErrorKind, Guid, ItemFlags, PropertyId, PropertyInfo,
    PropertyValue, Result, Status, TransferFlags, TransferMessage, Tymed, ValidValues,
};

const FILE: ItemFlags = ItemFlags::FILE.union(ItemFlags::TRANSFER);
const FOLDER: ItemFlags = ItemFlags::FOLDER.union(ItemFlags::STORAGE);

/// What the next call for data does instead of the usual.
type Turn = Box<dyn Fn(&mut TransferContext) -> Result<Status> + Send>;

/// A device with whatever tree a test gives it.
struct Storage {
    root: DriverItem,
    log: Mutex<Vec<String>>,
    turns: Mutex<VecDeque<Turn>>,
    /// Says that it walks folders by itself.
    walks: bool,
    /// Fails to declare the properties of an item of this name.
    undeclared: Mutex<Option<&'static str>>,
    /// Gets a file `late` while the properties of the root are declared.
    grows: Mutex<bool>,
}

impl Storage {
    fn new() -> Storage {
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

    fn child(parent: &DriverItem, flags: ItemFlags, name: &str, category: Guid) -> DriverItem {
        DriverItem::new_child(parent, flags, name, category, None).unwrap()
    }

    /// A folder with two files, and one below it with another.
    fn with_files() -> Storage {
        let storage = Storage::new();
        let files = Storage::child(&storage.root, FOLDER, "Files", WIA_CATEGORY_FOLDER);
        let file = WIA_CATEGORY_FINISHED_FILE;
        Storage::child(&files, FILE, "a", file);
        let inner = Storage::child(&files, FOLDER, "Inner", WIA_CATEGORY_FOLDER);
        Storage::child(&inner, FILE, "b", file);
        Storage::child(&files, FILE, "c", file);
        storage
    }

    fn then(
        self,
        turn: impl Fn(&mut TransferContext) -> Result<Status> + Send + 'static,
    ) -> Storage {
        self.turns.lock().unwrap().push_back(Box::new(turn));
        self
    }

    fn connect(self) -> (Arc<Storage>, Service, Arc<dyn Device>) {
        let driver = Arc::new(self);
        // Events go by the id, and tests run side by side.
        let id = format!("storage {:p}", Arc::as_ptr(&driver));
        let service = Service::new(driver.clone(), &id, DeviceOptions::default());
        let device = service.connect().unwrap();
        (driver, service, device)
    }

    fn log(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    fn lines(&self) -> Vec<String> {
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
            name: "",
            description: "",
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
struct Memory(Arc<Mutex<(Vec<u8>, usize)>>);

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
struct App {
    log: Mutex<Vec<String>>,
    answer: fn(&str) -> Option<Result<NextStream>>,
}

impl App {
    fn new() -> Arc<App> {
        App::answering(|_| None)
    }

    fn answering(answer: fn(&str) -> Option<Result<NextStream>>) -> Arc<App> {
        let log = Mutex::default();
        Arc::new(App { log, answer })
    }

    #[track_caller]
    fn expect(&self, lines: &[&str]) {
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

fn names(item: &dyn Item) -> Vec<String> {
    item.children().iter().map(|c| c.name()).collect()
}

fn files(device: &Arc<dyn Device>) -> Arc<dyn Item> {
    device.find_item("0000\\Root\\Files").unwrap()
}

/// The tree was copied already, and nobody hears of events yet.
#[test]
fn what_changes_while_an_application_connects_is_not_missed() {
    let storage = Storage::with_files();
    *storage.grows.lock().unwrap() = true;
    let (_driver, _service, device) = storage.connect();
    assert!(device.find_item("0000\\Root\\late").is_some());
}

#[test]
fn a_child_is_made_for_one_application_and_deleted_again() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    let files = files(&device);
    let make = |name| files.create_child(FILE, CreationFlags::empty(), name);
    let made = make("new").unwrap();
    assert_eq!(made.full_name(), "0000\\Root\\Files\\new");
    assert_eq!(made.category(), WIA_CATEGORY_FINISHED_FILE);
    assert!(made.flags().contains(ItemFlags::GENERATED));
    assert_eq!(made.read(&[WIA_IPA_TYMED]).unwrap(), [Some(2.into())]);
    assert_eq!(names(files.as_ref()), ["a", "Inner", "c", "new"]);
    assert_eq!(names(self::files(&other).as_ref()), ["a", "Inner", "c"]);
    for bad in ["new", "", "a\\b"] {
        assert_eq!(make(bad).err().unwrap().kind(), ErrorKind::InvalidArgument);
    }
    *driver.undeclared.lock().unwrap() = Some("odd");
    assert_eq!(make("odd").err().unwrap().kind(), ErrorKind::General);
    assert_eq!(names(files.as_ref()).len(), 4);
    made.delete().unwrap();
    assert_eq!(driver.lines(), ["delete new"]);
    assert!(made.flags().contains(ItemFlags::DELETED));
    assert_eq!(made.delete().unwrap_err().kind(), ErrorKind::ItemDeleted);
    assert_eq!(names(files.as_ref()), ["a", "Inner", "c"]);
}

#[test]
fn what_one_application_deletes_is_gone_for_all() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    let theirs = other.find_item("0000\\Root\\Files\\a").unwrap();
    device
        .find_item("0000\\Root\\Files\\a")
        .unwrap()
        .delete()
        .unwrap();
    assert!(other.find_item("0000\\Root\\Files\\a").is_none());
    assert!(theirs.flags().contains(ItemFlags::DELETED));
    // What the driver refuses stays, and so does what may not be deleted.
    let kept = device.find_item("0000\\Root\\Files\\c").unwrap();
    assert_eq!(kept.delete().unwrap_err().kind(), ErrorKind::AccessDenied);
    let folder = files(&device);
    assert_eq!(
        folder.delete().unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(names(folder.as_ref()), ["Inner", "c"]);
    assert_eq!(driver.lines(), ["delete a", "delete c"]);
}

#[test]
fn a_command_changes_every_tree_also_when_it_fails() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    assert_eq!(device.capabilities().len(), 3);
    let root = device.root();
    root.device_command(WIA_CMD_SYNCHRONIZE).unwrap();
    let e = root.device_command(WIA_CMD_DELETE_ALL_ITEMS).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::General);
    for device in [&device, &other] {
        assert_eq!(names(files(device).as_ref()), ["Inner", "c", "found"]);
    }
    // It has properties as all have.
    let found = other.find_item("0000\\Root\\Files\\found").unwrap();
    assert_eq!(found.read(&[WIA_IPA_TYMED]).unwrap(), [Some(2.into())]);
    let e = root.device_command(WIA_EVENT_ITEM_CREATED).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert_eq!(driver.lines(), ["command for Root"; 3]);
}

#[test]
fn a_listener_sees_what_an_event_tells_of() {
    let (driver, service, device) = Storage::with_files().connect();
    let other = service.connect().unwrap();
    let listeners = [device.listen(), other.listen()];
    let folder = driver.root.find_child_by_name("Files").unwrap();
    Storage::child(&folder, FILE, "late", WIA_CATEGORY_FINISHED_FILE);
    let id = device.id().to_owned();
    let name = "0000\\Root\\Files\\late";
    queue_event(&id, WIA_EVENT_ITEM_CREATED, Some(name)).unwrap();
    for (listener, device) in listeners.iter().zip([&device, &other]) {
        let event = listener.recv().unwrap();
        assert_eq!(event.full_item_name.as_deref(), Some(name));
        assert!(device.find_item(name).is_some());
    }
    let late = folder.find_child_by_name("late").unwrap();
    late.remove_from_folder(RemoveReason::Deleted).unwrap();
    queue_event(&id, WIA_EVENT_ITEM_DELETED, Some(name)).unwrap();
    for device in [&device, &other] {
        assert!(device.find_item(name).is_none());
    }
}

/// An item that could not be declared comes when it can.
#[test]
fn an_item_without_properties_does_not_appear() {
    let (driver, _, device) = Storage::with_files().connect();
    *driver.undeclared.lock().unwrap() = Some("found");
    device.root().device_command(WIA_CMD_SYNCHRONIZE).unwrap();
    assert_eq!(names(files(&device).as_ref()), ["a", "Inner", "c"]);
    *driver.undeclared.lock().unwrap() = None;
    assert_eq!(names(files(&device).as_ref()), ["a", "Inner", "c", "found"]);
}

fn children(item: &dyn Item, app: &Arc<App>) -> Result<Status> {
    let transfer = item.transfer().unwrap();
    transfer.download(TransferFlags::ACQUIRE_CHILDREN, app.clone())
}

/// The service walks: every leaf with data, in the tree's order, under its own name, in one transfer.
#[test]
fn the_service_walks_a_folder() {
    let (driver, _, device) = Storage::with_files().connect();
    let app = App::new();
    assert_eq!(children(files(&device).as_ref(), &app).unwrap(), Status::Ok);
    assert_eq!(
        driver.lines(),
        ["lock", "a 0x2", "b 0x2", "c 0x2", "unlock"]
    );
    app.expect(&[
        "0000\\Root\\Files\\a",
        "end of stream",
        "0000\\Root\\Files\\Inner\\b",
        "end of stream",
        "0000\\Root\\Files\\c",
        "end of stream",
        "end of transfer",
    ]);
}

#[test]
fn a_driver_that_walks_is_called_once() {
    let mut storage = Storage::with_files();
    storage.walks = true;
    let (driver, _, device) = storage.connect();
    let app = App::new();
    assert_eq!(children(files(&device).as_ref(), &app).unwrap(), Status::Ok);
    assert_eq!(driver.lines(), ["lock", "Files 0x3", "unlock"]);
}

#[test]
fn a_skipped_item_does_not_stop_the_walk_and_a_cancel_or_failure_does() {
    let (driver, _, device) = Storage::with_files().connect();
    let folder = files(&device);
    let app = App::answering(|name| (name == "a").then_some(Ok(NextStream::SkipItem)));
    assert_eq!(children(folder.as_ref(), &app).unwrap(), Status::Ok);
    assert_eq!(driver.lines().len(), 5);
    let app = App::answering(|name| (name == "b").then_some(Ok(NextStream::Cancel)));
    assert_eq!(children(folder.as_ref(), &app).unwrap(), Status::Cancelled);
    assert_eq!(driver.lines(), ["lock", "a 0x2", "b 0x2", "unlock"]);
    let failure = || Err(Error::new(ErrorKind::AccessDenied, ""));
    let app = App::answering(|name| (name == "b").then(|| Err(Error::new(ErrorKind::Fail, ""))));
    let e = children(folder.as_ref(), &app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Fail);
    assert_eq!(driver.lines(), ["lock", "a 0x2", "b 0x2", "unlock"]);
    drop(folder);

    let (driver, _, device) = Storage::with_files().then(move |_| failure()).connect();
    let e = children(files(&device).as_ref(), &App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
    assert_eq!(driver.lines(), ["lock", "a 0x2", "unlock"]);
}

/// One item with fewer pages than were asked for makes the whole such a transfer.
#[test]
fn end_of_media_is_kept_to_the_end_of_the_walk() {
    let (driver, _, device) = Storage::with_files()
        .then(|_| Ok(Status::EndOfMedia))
        .connect();
    let status = children(files(&device).as_ref(), &App::new()).unwrap();
    assert_eq!(status, Status::EndOfMedia);
    assert_eq!(driver.lines().len(), 5);
}

#[test]
fn an_empty_folder_is_a_success() {
    let storage = Storage::new();
    Storage::child(&storage.root, FOLDER, "Files", WIA_CATEGORY_FOLDER);
    let (driver, _, device) = storage.connect();
    let app = App::new();
    assert_eq!(children(files(&device).as_ref(), &app).unwrap(), Status::Ok);
    app.expect(&["end of transfer"]);
    assert_eq!(driver.lines(), [""; 0]);
}

/// Without the flag a folder has no data of its own; what is neither folder nor data has no transfer.
#[test]
fn a_folder_without_the_flag_is_refused() {
    let storage = Storage::with_files();
    let attached = ItemFlags::FILE | ItemFlags::IMAGE;
    let category = WIA_CATEGORY_FINISHED_FILE;
    Storage::child(&storage.root, attached, "Note", category);
    let (driver, _, device) = storage.connect();
    let note = device.find_item("0000\\Root\\Note").unwrap();
    let e = note.transfer().err().unwrap();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    let transfer = files(&device).transfer().unwrap();
    let e = transfer
        .download(TransferFlags::empty(), App::new())
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert_eq!(driver.lines(), [""; 0]);
}

/// A flatbed with regions is not scanned as a whole; a feeder is, instead of its sides.
#[test]
fn regions_are_walked_and_sides_are_not() {
    let storage = Storage::new();
    let both = FILE | ItemFlags::FOLDER;
    let flatbed = Storage::child(&storage.root, both, "Flatbed", WIA_CATEGORY_FLATBED);
    Storage::child(&flatbed, FILE, "Region", WIA_CATEGORY_FLATBED);
    let feeder = Storage::child(&storage.root, both, "Feeder", WIA_CATEGORY_FEEDER);
    Storage::child(&feeder, FILE, "Front", WIA_CATEGORY_FEEDER_FRONT);
    Storage::child(&feeder, FILE, "Back", WIA_CATEGORY_FEEDER_BACK);
    let (driver, _, device) = storage.connect();
    let root = device.root();
    assert_eq!(children(root.as_ref(), &App::new()).unwrap(), Status::Ok);
    assert_eq!(
        driver.lines(),
        ["lock", "Region 0x2", "Feeder 0x2", "unlock"]
    );
    let feeder = device.find_item("0000\\Root\\Feeder").unwrap();
    assert_eq!(children(feeder.as_ref(), &App::new()).unwrap(), Status::Ok);
    assert_eq!(driver.lines(), ["lock", "Feeder 0x2", "unlock"]);
    // Without the flag the flatbed is one image.
    let flatbed = device.find_item("0000\\Root\\Flatbed").unwrap();
    let transfer = flatbed.transfer().unwrap();
    let status = transfer.download(TransferFlags::empty(), App::new());
    assert_eq!(status.unwrap(), Status::Ok);
    assert_eq!(driver.lines(), ["lock", "Flatbed 0x2", "unlock"]);
}

fn upload(device: &Arc<dyn Device>, bytes: &[u8], app: &Arc<App>) -> Result<Status> {
    let item = device.find_item("0000\\Root\\Files\\a").unwrap();
    let source = Memory(Arc::new(Mutex::new((bytes.to_vec(), 0))));
    item.transfer()
        .unwrap()
        .upload(Box::new(source), app.clone())
}

/// The driver asks for the stream as for any other, and gets the application's source.
#[test]
fn an_upload_gives_the_driver_the_source() {
    let got = Arc::new(Mutex::new(Vec::new()));
    let gets = Arc::clone(&got);
    let (driver, _, device) = Storage::with_files()
        .then(move |context| {
            let callback = context.callback.clone().unwrap();
            let NextStream::Stream(mut stream) = callback.get_next_stream("a", "")? else {
                return Err(Error::new(ErrorKind::Fail, ""));
            };
            let mut bytes = vec![0; stream.size()? as usize];
            stream.seek(SeekFrom::Start(0))?;
            assert_eq!(stream.read(&mut bytes)?, 5);
            *gets.lock().unwrap() = bytes;
            Ok(Status::Ok)
        })
        .connect();
    let app = App::new();
    assert_eq!(upload(&device, b"paper", &app).unwrap(), Status::Ok);
    assert_eq!(*got.lock().unwrap(), b"paper");
    assert_eq!(driver.lines(), ["lock", "a 0x4", "unlock"]);
    app.expect(&["end of stream", "end of transfer"]);
}

#[test]
fn an_upload_has_one_stream() {
    let (_, _, device) = Storage::with_files()
        .then(|context| {
            let callback = context.callback.clone().unwrap();
            drop(callback.get_next_stream("a", "")?);
            drop(callback.get_next_stream("a", ""));
            Ok(Status::Ok)
        })
        .connect();
    let e = upload(&device, b"", &App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("a second stream"), "{e}");
}

/// What a driver makes of what it got is in every tree.
#[test]
fn an_upload_may_make_items() {
    let storage = Storage::with_files();
    let folder = storage.root.find_child_by_name("Files").unwrap();
    let (_, service, device) = storage
        .then(move |_| {
            Storage::child(&folder, FILE, "made", WIA_CATEGORY_FINISHED_FILE);
            Ok(Status::Ok)
        })
        .connect();
    let other = service.connect().unwrap();
    assert_eq!(upload(&device, b"", &App::new()).unwrap(), Status::Ok);
    assert!(other.find_item("0000\\Root\\Files\\made").is_some());
}

/// The values here are properties that nobody tests elsewhere.
#[test]
fn parent_values_are_copied_when_they_are_asked_for() {
    let storage = Storage::new();
    let both = FILE | ItemFlags::FOLDER;
    Storage::child(&storage.root, both, "Flatbed", WIA_CATEGORY_FLATBED);
    let (_, _, device) = storage.connect();
    let flatbed = device.find_item("0000\\Root\\Flatbed").unwrap();
    let multipage: PropertyValue = Tymed::MultipageFile.value().into();
    flatbed
        .write(&[(WIA_IPA_TYMED, multipage.clone())])
        .unwrap();
    let copied = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
    let region = flatbed.create_child(FILE, copied, "1").unwrap();
    assert_eq!(region.read(&[WIA_IPA_TYMED]).unwrap(), [Some(multipage)]);
    assert_eq!(region.category(), WIA_CATEGORY_FLATBED);
}
