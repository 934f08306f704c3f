//! Uploads to new and to existing files, and bad names and sources.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use quire_devices as devices;
use service::CreationFlags;
use wia::event::WIA_EVENT_ITEM_CREATED;
use wia::format::WIA_IMG_FMT_PNG;
use wia::property::*;
use wia::{ErrorKind, Status};

use crate::folder::rig::*;

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
