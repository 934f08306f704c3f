//! The folder device, as an application has it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

use std::fs;
use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quire_devices as devices;
use service::{
    Answer, CreationFlags, Device, Event, Item, NextStream, Stream, TransferCallback,
    TransferParams,
};
use tempfile::TempDir;
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER};
use wia::command::{WIA_CMD_DELETE_ALL_ITEMS, WIA_CMD_SYNCHRONIZE};
use wia::event::{WIA_EVENT_DEVICE_DISCONNECTED, WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED};
use wia::format::{WIA_IMG_FMT_PNG, WIA_IMG_FMT_TXT, WIA_IMG_FMT_UNDEFINED};
use wia::property::*;
use wia::{
    AccessRights, DocumentHandlingStatus, Error, ErrorKind, Guid, ItemFlags, PropertyId,
    PropertyValue, Result, Status, TransferFlags, TransferMessage,
};

const FILE: ItemFlags = ItemFlags::FILE.union(ItemFlags::TRANSFER);
const FOLDER: ItemFlags = ItemFlags::FOLDER.union(ItemFlags::STORAGE);
const PNG: &[u8] = b"\x89PNG\r\n\x1A\nrest";
/// No event takes this long.
const LIMIT: Duration = Duration::from_secs(100);

/// A directory as a device, in a folder that has something beside it.
struct Rig {
    scratch: TempDir,
    device: Arc<dyn Device>,
}

impl Rig {
    /// With a picture, a note and a folder with another.
    fn new() -> Rig {
        Rig::of(|dir| {
            fs::create_dir(dir.join("Sub")).unwrap();
            for (name, bytes) in [("a.png", PNG), ("b.TXT", b"words"), ("Sub/c", b"c")] {
                fs::write(dir.join(name), bytes).unwrap();
            }
        })
    }

    fn of(fill: impl FnOnce(&Path)) -> Rig {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("dir");
        fs::create_dir(&dir).unwrap();
        fs::write(scratch.path().join("secret"), "secret").unwrap();
        fill(&dir);
        let device = devices::open(&format!("folder:{}", dir.display())).unwrap();
        Rig { scratch, device }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join("dir").join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    #[track_caller]
    fn item(&self, name: &str) -> Arc<dyn Item> {
        let item = self.device.find_item(&format!("0000\\Root\\Files{name}"));
        item.unwrap_or_else(|| panic!("no item {name}"))
    }

    fn files(&self) -> Arc<dyn Item> {
        self.item("")
    }

    /// Reads the directory again.
    fn synchronize(&self) {
        self.device
            .root()
            .device_command(WIA_CMD_SYNCHRONIZE)
            .unwrap();
    }

    fn new_item(&self, name: &str) -> Result<Arc<dyn Item>> {
        self.files()
            .create_child(FILE, CreationFlags::empty(), name)
    }

    /// Names of everything in the directory, also what is hidden.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn names(item: &Arc<dyn Item>) -> Vec<String> {
    item.children().iter().map(|child| child.name()).collect()
}

fn read(item: &Arc<dyn Item>, id: PropertyId) -> Option<PropertyValue> {
    item.read(&[id]).unwrap().remove(0)
}

fn number(item: &Arc<dyn Item>, id: PropertyId) -> i32 {
    read(item, id).unwrap().as_i32().unwrap()
}

fn format(item: &Arc<dyn Item>) -> Guid {
    read(item, WIA_IPA_FORMAT).unwrap().as_guid().unwrap()
}

/// A stream in memory, which may do something at a call of `Read` or `Write`.
struct Memory {
    bytes: Arc<Mutex<Cursor<Vec<u8>>>>,
    meanwhile: Arc<dyn Fn() + Send + Sync>,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// `Stat` knows nothing.
    NoSize,
    /// `Stat` says more than there is.
    Short,
    Stat,
    Seek,
    Read,
    /// `Read` says more than it was asked for.
    TooMuch,
}

impl Memory {
    fn of(bytes: &[u8], fault: Fault) -> Memory {
        Memory {
            bytes: Arc::new(Mutex::new(Cursor::new(bytes.to_vec()))),
            meanwhile: Arc::new(|| {}),
            fault,
        }
    }

    fn fails(&self, fault: Fault) -> Result<()> {
        match self.fault == fault {
            true => Err(Error::new(ErrorKind::ReadFault, "it fails here")),
            false => Ok(()),
        }
    }
}

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        (self.meanwhile)();
        self.bytes.lock().unwrap().write_all(data).unwrap();
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.fails(Fault::Seek)?;
        Ok(self.bytes.lock().unwrap().seek(to).unwrap())
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Err(Error::new(ErrorKind::NotImplemented, ""))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.fails(Fault::Read)?;
        (self.meanwhile)();
        if self.fault == Fault::TooMuch {
            return Ok(buffer.len() + 1);
        }
        Ok(self.bytes.lock().unwrap().read(buffer).unwrap())
    }

    fn size(&mut self) -> Result<u64> {
        self.fails(Fault::Stat)?;
        let size = self.bytes.lock().unwrap().get_ref().len() as u64;
        match self.fault {
            Fault::NoSize => Err(Error::new(ErrorKind::NotImplemented, "")),
            Fault::Short => Ok(size + 1),
            _ => Ok(size),
        }
    }
}

/// Notes how far it is, and cancels at the message of a number.
#[derive(Default)]
struct App {
    percents: Mutex<Vec<i32>>,
    cancel_at: Option<usize>,
    stream: Arc<Mutex<Cursor<Vec<u8>>>>,
    streams: AtomicUsize,
    meanwhile: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        if params.message != TransferMessage::Status {
            return Ok(Answer::Continue);
        }
        let mut percents = self.percents.lock().unwrap();
        percents.push(params.percent);
        match self.cancel_at == Some(percents.len()) {
            true => Ok(Answer::Cancel),
            false => Ok(Answer::Continue),
        }
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Ok(NextStream::Stream(Box::new(Memory {
            bytes: Arc::clone(&self.stream),
            meanwhile: self.meanwhile.clone().unwrap_or_else(|| Arc::new(|| {})),
            fault: Fault::None,
        })))
    }
}

fn download(item: &Arc<dyn Item>, app: &Arc<App>) -> Result<Status> {
    let transfer = item.transfer()?;
    transfer.download(TransferFlags::empty(), app.clone())
}

fn upload_with(item: &Arc<dyn Item>, source: Memory, app: &Arc<App>) -> Result<Status> {
    item.transfer()?.upload(Box::new(source), app.clone())
}

fn upload(item: &Arc<dyn Item>, bytes: &[u8]) -> Result<Status> {
    upload_with(item, Memory::of(bytes, Fault::None), &Arc::default())
}

fn kind<T>(result: Result<T>) -> ErrorKind {
    result.err().unwrap().kind()
}

#[test]
fn the_tree_is_the_directory() {
    let rig = Rig::new();
    let files = rig.files();
    assert_eq!(files.category(), WIA_CATEGORY_FOLDER);
    assert_eq!(names(&files), ["Sub", "a.png", "b.TXT"]);
    assert_eq!(rig.item("\\Sub").category(), WIA_CATEGORY_FOLDER);
    assert_eq!(names(&rig.item("\\Sub")), ["c"]);
    let png = rig.item("\\a.png");
    assert_eq!(png.category(), WIA_CATEGORY_FINISHED_FILE);
    assert!(png.flags().contains(FILE | ItemFlags::IMAGE));
    assert_eq!(format(&png), WIA_IMG_FMT_PNG);
    assert_eq!(number(&png, WIA_IPA_ITEM_SIZE), PNG.len() as i32);
    let rights = number(&png, WIA_IPA_ACCESS_RIGHTS);
    assert_eq!(rights, AccessRights::RWD.bits());
    assert!(read(&png, WIA_IPA_ITEM_TIME).is_some());
    assert_eq!(format(&rig.item("\\b.TXT")), WIA_IMG_FMT_TXT);
    assert_eq!(format(&rig.item("\\Sub\\c")), WIA_IMG_FMT_UNDEFINED);
    let ending = read(&rig.item("\\b.TXT"), WIA_IPA_FILENAME_EXTENSION);
    assert_eq!(ending, Some("txt".into()));
}

#[test]
fn what_is_no_file_of_the_directory_is_not_shown() {
    let rig = Rig::of(|dir| {
        fs::write(dir.join("good"), "good").unwrap();
        fs::write(dir.join(".hidden"), "").unwrap();
        fs::write(dir.join("a\\b"), "").unwrap();
        symlink("good", dir.join("inside")).unwrap();
        symlink("../secret", dir.join("outside")).unwrap();
        symlink("/etc/passwd", dir.join("absolute")).unwrap();
        symlink("..", dir.join("up")).unwrap();
        symlink(".", dir.join("loop")).unwrap();
        symlink("nothing", dir.join("dangling")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            dir.join("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
    });
    assert_eq!(names(&rig.files()), ["good", "inside"]);
    let app = Arc::default();
    assert_eq!(download(&rig.item("\\inside"), &app).unwrap(), Status::Ok);
    assert_eq!(app.stream.lock().unwrap().get_ref(), b"good");
    // A link is not replaced by a file.
    let e = upload(&rig.item("\\inside"), b"new").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
    assert_eq!(rig.text("good"), "good");
}

#[test]
fn a_download_gives_the_file_as_it_is() {
    let rig = Rig::new();
    let bytes: Vec<u8> = (0..1_000_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 7) as u8)
        .collect();
    fs::write(rig.path("a.png"), &bytes).unwrap();
    let app: Arc<App> = Arc::default();
    app.stream.lock().unwrap().write_all(b"before").unwrap();
    assert_eq!(download(&rig.item("\\a.png"), &app).unwrap(), Status::Ok);
    let expected = [&b"before"[..], &bytes].concat();
    assert!(*app.stream.lock().unwrap().get_ref() == expected);
    assert_eq!(*app.percents.lock().unwrap(), [0, 26, 52, 78, 99, 100]);
    assert_eq!(app.streams.load(Ordering::Relaxed), 1);
    // The properties follow the file.
    let item = rig.item("\\a.png");
    assert_eq!(number(&item, WIA_IPA_ITEM_SIZE), 1_000_000);
    assert_eq!(format(&item), WIA_IMG_FMT_UNDEFINED);
}

#[test]
fn a_download_can_be_cancelled_at_each_message() {
    let rig = Rig::new();
    for n in 1..=3 {
        let app = Arc::new(App {
            cancel_at: Some(n),
            ..App::default()
        });
        let status = download(&rig.item("\\a.png"), &app).unwrap();
        assert_eq!(status, Status::Cancelled, "{n}");
        assert_eq!(app.percents.lock().unwrap().len(), n);
    }
}

#[test]
fn a_file_that_is_gone_is_an_honest_failure() {
    let rig = Rig::new();
    let item = rig.item("\\a.png");
    fs::remove_file(rig.path("a.png")).unwrap();
    let e = download(&item, &Arc::default()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ItemDeleted, "{e}");
    assert!(e.to_string().contains("a.png"), "{e}");
    assert_eq!(kind(upload(&item, b"new")), ErrorKind::ItemDeleted);
    assert_eq!(rig.left(), ["Sub", "b.TXT"]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_a_failure() {
    let longer = |path: PathBuf| {
        let mut file = fs::File::options().append(true).open(path).unwrap();
        file.write_all(b"more").unwrap();
    };
    let shorter = |path: PathBuf| {
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(3)
            .unwrap();
    };
    let changes: [fn(PathBuf); 2] = [longer, shorter];
    for change in changes {
        let rig = Rig::new();
        fs::write(rig.path("a.png"), vec![0; 600_000]).unwrap();
        let path = rig.path("a.png");
        let app = Arc::new(App {
            meanwhile: Some(Arc::new(move || change(path.clone()))),
            ..App::default()
        });
        let e = download(&rig.item("\\a.png"), &app).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::ReadFault);
        assert!(e.to_string().contains("was changed"), "{e}");
    }
}

/// A link that takes the place of a file or folder between two looks leads nowhere.
#[test]
fn swapped_links_do_not_lead_out() {
    let rig = Rig::new();
    let (file, below) = (rig.item("\\a.png"), rig.item("\\Sub\\c"));
    let new = rig
        .item("\\Sub")
        .create_child(FILE, CreationFlags::empty(), "new")
        .unwrap();
    fs::remove_file(rig.path("a.png")).unwrap();
    symlink("../secret", rig.path("a.png")).unwrap();
    fs::remove_dir_all(rig.path("Sub")).unwrap();
    let outside = rig.scratch.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("c"), "outside").unwrap();
    symlink("../outside", rig.path("Sub")).unwrap();
    for item in [&file, &below] {
        let app: Arc<App> = Arc::default();
        let e = download(item, &app).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::ItemDeleted, "{e}");
        assert!(app.stream.lock().unwrap().get_ref().is_empty());
    }
    assert_eq!(kind(upload(&file, b"new")), ErrorKind::AccessDenied);
    assert_eq!(kind(upload(&below, b"new")), ErrorKind::ItemDeleted);
    assert_eq!(kind(upload(&new, b"new")), ErrorKind::ItemDeleted);
    below.delete().unwrap();
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    assert_eq!(text(&rig.scratch.path().join("secret")), "secret");
    assert_eq!(text(&outside.join("c")), "outside");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn an_upload_makes_a_new_file() {
    let rig = Rig::new();
    let other = devices::open(rig.device.id()).unwrap();
    let events = rig.device.listen();
    let item = rig.new_item("new.png").unwrap();
    assert_eq!(format(&item), WIA_IMG_FMT_PNG);
    item.write(&[(WIA_IPA_UPLOAD_ITEM_SIZE, 12.into())])
        .unwrap();
    assert!(!rig.path("new.png").exists());
    let app = Arc::default();
    let source = Memory::of(PNG, Fault::None);
    assert_eq!(upload_with(&item, source, &app).unwrap(), Status::Ok);
    assert_eq!(fs::read(rig.path("new.png")).unwrap(), PNG);
    assert_eq!(*app.percents.lock().unwrap(), [0, 99, 100]);
    assert_eq!(app.streams.load(Ordering::Relaxed), 0);
    assert_eq!(rig.left(), ["Sub", "a.png", "b.TXT", "new.png"]);
    let event = events.recv_timeout(LIMIT).unwrap();
    let name = Some("0000\\Root\\Files\\new.png".to_owned());
    assert_eq!(
        (event.event, event.full_item_name),
        (WIA_EVENT_ITEM_CREATED, name)
    );
    assert_eq!(number(&item, WIA_IPA_ITEM_SIZE), 12);
    // The application's own value stays.
    assert_eq!(number(&item, WIA_IPA_UPLOAD_ITEM_SIZE), 12);
    // From now on it is a file like others, and can be replaced.
    assert_eq!(upload(&item, b"other").unwrap(), Status::Ok);
    assert_eq!(rig.text("new.png"), "other");
    drop(other);
}

#[test]
fn an_upload_replaces_a_file() {
    let rig = Rig::new();
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(rig.path("a.png"), mode(0o604)).unwrap();
    let item = rig.item("\\a.png");
    assert_eq!(upload(&item, b"new").unwrap(), Status::Ok);
    assert_eq!(rig.text("a.png"), "new");
    let now = fs::metadata(rig.path("a.png")).unwrap().permissions();
    assert_eq!(now.mode() & 0o777, 0o604);
    assert_eq!(number(&item, WIA_IPA_ITEM_SIZE), 3);
    assert_eq!(rig.left(), ["Sub", "a.png", "b.TXT"]);
}

/// A new folder exists from the first file in it.
#[test]
fn an_upload_into_a_new_folder() {
    let rig = Rig::new();
    let none = CreationFlags::empty();
    let folder = rig.files().create_child(FOLDER, none, "2026").unwrap();
    let below = folder.create_child(FOLDER, none, "05").unwrap();
    assert!(!rig.path("2026").exists());
    let item = below.create_child(FILE, none, "page").unwrap();
    assert_eq!(upload(&item, b"page").unwrap(), Status::Ok);
    assert_eq!(rig.text("2026/05/page"), "page");
    item.delete().unwrap();
    below.delete().unwrap();
    folder.delete().unwrap();
    assert!(!rig.path("2026").exists());
}

#[test]
fn bad_sources_change_nothing() {
    let rows: [(&[u8], Fault, ErrorKind); 6] = [
        (b"", Fault::None, ErrorKind::Fail),
        (b"new", Fault::Short, ErrorKind::ReadFault),
        (b"new", Fault::Stat, ErrorKind::ReadFault),
        (b"new", Fault::Seek, ErrorKind::ReadFault),
        (b"new", Fault::Read, ErrorKind::ReadFault),
        (b"new", Fault::TooMuch, ErrorKind::Fail),
    ];
    let rig = Rig::new();
    for (bytes, fault, expected) in rows {
        for item in [rig.item("\\b.TXT"), rig.new_item("new").unwrap()] {
            let source = Memory::of(bytes, fault);
            let e = upload_with(&item, source, &Arc::default()).unwrap_err();
            assert_eq!(e.kind(), expected, "{e}");
            assert_eq!(rig.left(), ["Sub", "a.png", "b.TXT"]);
            assert_eq!(rig.text("b.TXT"), "words");
            if item.name() == "new" {
                item.delete().unwrap();
            }
        }
    }
}

#[test]
fn a_source_without_a_size_is_no_bad_one() {
    let rig = Rig::new();
    let item = rig.new_item("new").unwrap();
    let app = Arc::default();
    let source = Memory::of(b"new", Fault::NoSize);
    assert_eq!(upload_with(&item, source, &app).unwrap(), Status::Ok);
    assert_eq!(*app.percents.lock().unwrap(), [0, 0, 100]);
    // What was announced is as good.
    item.write(&[(WIA_IPA_UPLOAD_ITEM_SIZE, 6.into())]).unwrap();
    let app = Arc::default();
    let source = Memory::of(b"new", Fault::NoSize);
    assert_eq!(upload_with(&item, source, &app).unwrap(), Status::Ok);
    assert_eq!(*app.percents.lock().unwrap(), [0, 50, 100]);
}

#[test]
fn a_cancel_at_any_message_leaves_the_old_file() {
    let rig = Rig::new();
    for n in 1..=3 {
        let app = Arc::new(App {
            cancel_at: Some(n),
            ..App::default()
        });
        let source = Memory::of(b"new", Fault::None);
        let status = upload_with(&rig.item("\\b.TXT"), source, &app).unwrap();
        assert_eq!(status, Status::Cancelled, "{n}");
        assert_eq!(rig.text("b.TXT"), "words");
        assert_eq!(rig.left(), ["Sub", "a.png", "b.TXT"]);
    }
}

/// The old file is there, and whole, at each moment of an upload.
#[test]
fn the_old_file_is_there_until_the_new_one_is() {
    let rig = Rig::new();
    let path = rig.path("b.TXT");
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let mut source = Memory::of(&vec![7; 600_000], Fault::None);
    source.meanwhile = Arc::new(move || {
        assert_eq!(fs::read(&path).unwrap(), b"words");
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let item = rig.item("\\b.TXT");
    assert_eq!(
        upload_with(&item, source, &Arc::default()).unwrap(),
        Status::Ok
    );
    assert_eq!(looks.load(Ordering::Relaxed), 4);
    assert_eq!(fs::read(rig.path("b.TXT")).unwrap(), vec![7; 600_000]);
}

#[test]
fn a_new_file_does_not_replace_one_that_came_meanwhile() {
    let rig = Rig::new();
    let item = rig.new_item("new").unwrap();
    let path = rig.path("new");
    let mut source = Memory::of(b"mine", Fault::None);
    source.meanwhile = Arc::new(move || fs::write(&path, "theirs").unwrap());
    let e = upload_with(&item, source, &Arc::default()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{e}");
    assert_eq!(rig.text("new"), "theirs");
    assert_eq!(kind(upload(&item, b"mine")), ErrorKind::InvalidArgument);
    assert_eq!(rig.left(), ["Sub", "a.png", "b.TXT", "new"]);
}

#[test]
fn bad_names_are_refused() {
    let rig = Rig::new();
    let long = "x".repeat(10_000);
    let over = "x".repeat(256);
    let (root, absolute) = (rig.device.root(), rig.path("abs").display().to_string());
    for name in [
        "../x", "..", ".", "", "/", "a/b", "/x", "Sub/x", "a\0b", "a\\b", "..\\x", ".hidden",
        "a.png", "Sub", &long, &over, &absolute,
    ] {
        for flags in [FILE, FOLDER] {
            let made = rig
                .files()
                .create_child(flags, CreationFlags::empty(), name);
            let e = made.err().unwrap_or_else(|| panic!("{name:?} was made"));
            assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{name:?}: {e}");
            assert!(e.to_string().len() < 400, "{e}");
        }
    }
    let e = rig.new_item("../x").err().unwrap().to_string();
    assert!(
        e.contains("\"../x\"") && e.contains("valid are 1 to 255 bytes"),
        "{e}"
    );
    let e = root
        .create_child(FILE, CreationFlags::empty(), "x")
        .err()
        .unwrap();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{e}");
    assert_eq!(rig.left(), ["Sub", "a.png", "b.TXT"]);
    assert_eq!(fs::read_dir(rig.scratch.path()).unwrap().count(), 2);
    let longest = "x".repeat(255);
    let item = rig.new_item(&longest).unwrap();
    assert_eq!(upload(&item, b"new").unwrap(), Status::Ok);
    assert_eq!(rig.text(&longest), "new");
}

#[test]
fn files_and_empty_folders_are_deleted() {
    let rig = Rig::new();
    let other = devices::open(rig.device.id()).unwrap();
    let events = rig.device.listen();
    let folder = rig.item("\\Sub");
    assert_eq!(kind(folder.delete()), ErrorKind::InvalidArgument);
    rig.item("\\Sub\\c").delete().unwrap();
    folder.delete().unwrap();
    assert_eq!(rig.left(), ["a.png", "b.TXT"]);
    assert_eq!(names(&rig.files()), ["a.png", "b.TXT"]);
    for name in ["\\Sub\\c", "\\Sub"] {
        let event = events.recv_timeout(LIMIT).unwrap();
        assert_eq!(event.event, WIA_EVENT_ITEM_DELETED);
        assert_eq!(
            event.full_item_name,
            Some(format!("0000\\Root\\Files{name}"))
        );
    }
    assert!(rig.files().delete().is_err());
    drop(other);
}

/// The next event, which has to be of this kind.
#[track_caller]
fn expect(events: &Receiver<Event>, event: Guid, name: &str) {
    let next = events.recv_timeout(LIMIT).unwrap();
    let full_name = format!("0000\\Root\\Files\\{name}");
    assert_eq!((next.event, next.full_item_name), (event, Some(full_name)));
}

#[test]
fn synchronize_reads_the_directory_again() {
    let rig = Rig::new();
    let events = rig.device.listen();
    fs::remove_dir_all(rig.path("Sub")).unwrap();
    fs::write(rig.path("late"), "late").unwrap();
    // A file becomes a folder.
    fs::remove_file(rig.path("a.png")).unwrap();
    fs::create_dir(rig.path("a.png")).unwrap();
    rig.synchronize();
    assert_eq!(names(&rig.files()), ["b.TXT", "a.png", "late"]);
    assert_eq!(rig.item("\\a.png").category(), WIA_CATEGORY_FOLDER);
    expect(&events, WIA_EVENT_ITEM_DELETED, "Sub\\c");
    expect(&events, WIA_EVENT_ITEM_DELETED, "Sub");
    expect(&events, WIA_EVENT_ITEM_DELETED, "a.png");
    expect(&events, WIA_EVENT_ITEM_CREATED, "a.png");
    expect(&events, WIA_EVENT_ITEM_CREATED, "late");
    let root = rig.device.root();
    let e = root.device_command(WIA_CMD_DELETE_ALL_ITEMS).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn what_others_change_is_found_and_told() {
    let rig = Rig::new();
    let events = rig.device.listen();
    fs::write(rig.path("Sub/late"), "late").unwrap();
    expect(&events, WIA_EVENT_ITEM_CREATED, "Sub\\late");
    assert_eq!(format(&rig.item("\\Sub\\late")), WIA_IMG_FMT_UNDEFINED);
    fs::remove_file(rig.path("Sub/late")).unwrap();
    expect(&events, WIA_EVENT_ITEM_DELETED, "Sub\\late");
    assert_eq!(names(&rig.item("\\Sub")), ["c"]);
}

#[test]
fn a_directory_that_is_deleted_is_a_device_that_is_gone() {
    let rig = Rig::of(|_| {});
    let events = rig.device.listen();
    fs::remove_dir(rig.path("")).unwrap();
    let event = events.recv_timeout(LIMIT).unwrap();
    assert_eq!(event.event, WIA_EVENT_DEVICE_DISCONNECTED);
    let e = rig.new_item("a").err().unwrap();
    assert_eq!(e.kind(), ErrorKind::Offline);
}

#[test]
fn the_device_says_whether_there_is_room() {
    let rig = Rig::new();
    let root = rig.device.root();
    let status = number(&root, WIA_DPS_DOCUMENT_HANDLING_STATUS);
    let status = DocumentHandlingStatus::from_bits_retain(status);
    assert_eq!(status, DocumentHandlingStatus::STORAGE_READY);
}

#[test]
fn a_folder_acquisition_gives_every_file() {
    let rig = Rig::new();
    let app: Arc<App> = Arc::default();
    let transfer = rig.files().transfer().unwrap();
    let status = transfer.download(TransferFlags::ACQUIRE_CHILDREN, app.clone());
    assert_eq!(status.unwrap(), Status::Ok);
    assert_eq!(app.streams.load(Ordering::Relaxed), 3);
}

#[test]
fn a_directory_that_is_not_there_is_no_device() {
    let open = |uri: &str| devices::open(uri).err().unwrap();
    let e = open("folder:/nowhere/at/all");
    assert_eq!(e.kind(), ErrorKind::NoDeviceAvailable);
    assert!(
        e.to_string().contains("/nowhere/at/all: No such file"),
        "{e}"
    );
    assert_eq!(
        open("folder:/etc/passwd").kind(),
        ErrorKind::NoDeviceAvailable
    );
    assert_eq!(open("folder:").kind(), ErrorKind::InvalidArgument);
    let e = open("folder:/tmp?sheets=2");
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(e.to_string().contains("valid are deadline"), "{e}");
}
