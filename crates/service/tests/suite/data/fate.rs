//! What becomes of the file: sections 1.4(10) and 5.4 of the transfer's documentation.

use std::fs;

use crate::data::scripted::*;
use minidriver::service_library::{begin_page, end_page, rows};
use quire_service::{Answer, DeviceOptions, FileFate};
use raster::{Band, PageLayout, PixelType};
use transfer::{FileStream, TransferContext};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::property::WIA_IPA_FORMAT;
use wia::{DataMessage, Error, ErrorKind, Result, Status, Tymed};

/// What a driver returns, by its name in the headers.
fn named(name: &str) -> Result<Status> {
    match name {
        "S_OK" => Ok(Status::Ok),
        "S_FALSE" => Ok(Status::Cancelled),
        "WIA_STATUS_END_OF_MEDIA" => Ok(Status::EndOfMedia),
        "WIA_STATUS_SKIP_ITEM" => Ok(Status::SkipItem),
        name => {
            let kind = ErrorKind::ALL.iter().find(|kind| kind.name() == name);
            Err(Error::new(*kind.unwrap(), "so"))
        }
    }
}

#[test]
fn the_table_of_results() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let kinds = [Tymed::File, Tymed::MultipageFile];
    let fates = [
        FileFate::Documented,
        FileFate::DeleteCancelled,
        FileFate::Keep,
    ];
    let table = include_str!("fate.csv");
    for row in table.lines().filter(|l| !l.starts_with('#')).skip(1) {
        let (name, cells) = row.split_once(',').unwrap();
        let cells: Vec<&str> = cells.split(',').collect();
        assert_eq!(cells.len(), 6, "{row}");
        for (cell, expected) in cells.into_iter().enumerate() {
            let (tymed, fate) = (kinds[cell / 3], fates[cell % 3]);
            let result = named(name);
            let driver = Driver::new(tymed, move |_, context| {
                write(context, b"partial")?;
                result.clone()
            });
            let mut medium = medium(tymed, Some(path.clone()));
            let rig = driver.connect();
            let ended = rig.transfer.file_data(&mut medium, fate, None);
            match (ended, named(name)) {
                (Ok(status), Ok(expected)) => assert_eq!(status, expected),
                (Err(e), Err(expected)) => assert_eq!(e.kind(), expected.kind()),
                (ended, _) => panic!("{row}: {ended:?}"),
            }
            let kept = fs::read(&path).ok();
            match expected {
                "k" => assert_eq!(kept.as_deref(), Some(&b"partial"[..]), "{row} {cell}"),
                "d" => assert_eq!(kept, None, "{row} {cell}"),
                other => panic!("{row}: {other}"),
            }
        }
    }
}

#[test]
fn a_failure_of_the_application_counts_as_one() {
    for (tymed, kind, kept) in [
        (Tymed::File, ErrorKind::AccessDenied, false),
        (Tymed::MultipageFile, ErrorKind::AccessDenied, false),
        (Tymed::MultipageFile, ErrorKind::PaperJam, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scan.bmp");
        let rig = Driver::new(tymed, |_, context| {
            write(context, b"partial")?;
            done(status(context, 50)?)
        });
        let app = App::answering(DataMessage::Status, Err(Error::new(kind, "")));
        let e = rig.connect().file(&path, tymed, Some(&app)).unwrap_err();
        assert_eq!(e.kind(), kind);
        assert_eq!(path.exists(), kept, "{tymed:?} {kind:?}");
    }
}

#[test]
fn a_cancel_of_the_application_keeps_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let rig = Driver::new(Tymed::File, |_, context| {
        write(context, b"partial")?;
        done(status(context, 50)?)
    });
    let app = App::answering(DataMessage::Status, Ok(Answer::Cancel));
    let result = rig.connect().file(&path, Tymed::File, Some(&app));
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(fs::read(&path).unwrap(), b"partial");
}

#[test]
fn a_driver_that_was_given_up_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let go_on = Signal::new();
    let (wait, over) = (go_on.clone(), Signal::new());
    let ended = over.clone();
    let rig = Driver::new(Tymed::File, move |_, context| {
        wait.wait();
        // Its file is still open, but has no name any more.
        write(context, b"late")?;
        ended.give();
        Ok(Status::Ok)
    })
    .connect_with(DeviceOptions {
        line_deadline: std::time::Duration::from_millis(100),
        ..DeviceOptions::default()
    });
    let e = rig.file(&path, Tymed::File, None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    assert!(!path.exists());
    go_on.give();
    over.wait();
    assert!(!path.exists());
}

#[test]
fn a_device_that_cannot_be_locked_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    let mut driver = Driver::new(Tymed::File, |_, _| panic!("not locked"));
    driver.on_lock = Box::new(|| Err(Error::new(ErrorKind::DeviceLocked, "")));
    let rig = driver.connect();
    let e = rig.file(&path, Tymed::File, None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::DeviceLocked);
    assert!(!path.exists());
}

/// A page of 8 by 2 pixels, without its end where `end` is not set.
fn page(context: &mut TransferContext, end: bool) -> Result<()> {
    let mut file = FileStream(context.file.as_ref().unwrap().try_clone().unwrap());
    let layout = PageLayout {
        width: 8,
        height: Some(2),
        pixel: PixelType::Gray8,
        x_dpi: 300,
        y_dpi: 300,
    };
    begin_page(context, &mut file, &layout)?;
    let line = [7; 16];
    rows(context, &mut file, Band::new(&line, 8, 8).unwrap())?;
    if end {
        end_page(context, &mut file)?;
    }
    Ok(())
}

/// A document of so many complete pages that ended this way, and perhaps one page more that was begun.
fn document(pages: usize, open: bool, end: Result<Status>) -> (Result<Status>, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.tif");
    let rig = Driver::new(Tymed::MultipageFile, move |_, context| {
        for _ in 0..pages {
            page(context, true)?;
        }
        if open {
            page(context, false)?;
        }
        end.clone()
    })
    .set(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF)
    .connect();
    let result = rig.file(&path, Tymed::MultipageFile, None);
    (result, fs::read(&path).ok())
}

#[test]
fn of_a_multipage_file_the_complete_pages_are_kept_and_no_other() {
    let (result, whole) = document(2, false, Ok(Status::Ok));
    assert_eq!(result.unwrap(), Status::Ok);
    let whole = whole.unwrap();
    assert_eq!(whole[..4], *b"II*\0");
    let jam = || Err(Error::new(ErrorKind::PaperJam, ""));
    for end in [Ok(Status::Cancelled), jam()] {
        let (_, kept) = document(2, true, end);
        assert!(kept.unwrap() == whole, "the incomplete page is cut off");
    }
}

#[test]
fn success_with_an_open_page_is_a_failure() {
    for end in [Status::Ok, Status::EndOfMedia] {
        let (result, kept) = document(1, true, Ok(end));
        let e = result.unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        assert!(e.to_string().contains("open page"), "{e}");
        assert_eq!(kept, None);
    }
}

#[test]
fn only_a_file_is_deleted() {
    // A device keeps its name, whatever becomes of the transfer.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sink");
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    let rig = Driver::new(Tymed::File, |_, _| Err(fail())).connect();
    assert!(rig.file(&path, Tymed::File, None).is_err());
    assert!(fs::symlink_metadata(&path).is_ok());
}
