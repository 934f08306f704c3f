//! Folder acquisition: the service walks, or the driver.

use std::sync::Arc;

use quire_service::{Item, NextStream};
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT,
    WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER,
};
use wia::{Error, ErrorKind, ItemFlags, Result, Status, TransferFlags};

use crate::storage::rig::*;

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
