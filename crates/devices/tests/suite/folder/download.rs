//! The tree of a directory, and downloads from it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use service::CreationFlags;
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER};
use wia::format::{WIA_IMG_FMT_PNG, WIA_IMG_FMT_TXT, WIA_IMG_FMT_UNDEFINED};
use wia::property::*;
use wia::{AccessRights, ErrorKind, ItemFlags, Status};

use crate::folder::rig::*;

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
