//! Deletion, changes by others, and the directory as a device that comes and goes.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use quire_devices as devices;
use service::Event;
use wia::category::WIA_CATEGORY_FOLDER;
use wia::command::WIA_CMD_DELETE_ALL_ITEMS;
use wia::event::{WIA_EVENT_DEVICE_DISCONNECTED, WIA_EVENT_ITEM_CREATED, WIA_EVENT_ITEM_DELETED};
use wia::format::WIA_IMG_FMT_UNDEFINED;
use wia::property::*;
use wia::{DocumentHandlingStatus, ErrorKind, Guid, Status, TransferFlags};

use crate::folder::rig::*;

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
