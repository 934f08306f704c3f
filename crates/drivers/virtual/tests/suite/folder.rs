//! `virtual:DIR`: which image comes when, how large the bed is, and what is wrong with a folder.

use crate::rig::decode::Page;
use crate::rig::{Mode, Rig, decode, images, options};
use std::fs;
use tempfile::TempDir;
use wia::format::{WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPS_MAX_HORIZONTAL_SIZE, WIA_IPS_MAX_VERTICAL_SIZE, WIA_IPS_PAGES};
use wia::{DocumentHandlingStatus, ErrorKind, Status, Tymed};

/// A folder of grey pages of one colour each, 100 dpi; page k is `10 k` wide and has the grey `20 k`.
fn folder(count: u8) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for k in 1..=count {
        let ending = ["png", "tif", "jpg"][usize::from(k) % 3];
        let page = images::flat(20 * k, 10 * u32::from(k), 30, 100);
        images::write(&dir.path().join(format!("{k:02}.{ending}")), &[page]);
    }
    dir
}

fn open(dir: &TempDir, query: &str, source: &str) -> (Rig, items::AppItem) {
    let rig = Rig::open(dir.path().to_str().unwrap(), query);
    let item = rig.item(source);
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 100, Mode::Gray);
    (rig, item)
}

/// Width and grey of each page.
fn seen(streams: &[Vec<u8>]) -> Vec<(u32, u8)> {
    let look = |bytes: &Vec<u8>| {
        let page: Page = decode::raw(bytes);
        assert!(page.rows.iter().all(|v| *v == page.rows[0]), "{page:?}");
        assert_eq!(page.height, 30);
        (page.width, page.rows[0])
    };
    streams.iter().map(look).collect()
}

fn expected(pages: &[u8]) -> Vec<(u32, u8)> {
    pages.iter().map(|k| (10 * u32::from(*k), 20 * k)).collect()
}

#[test]
fn simplex_sees_every_image_as_a_front_in_the_order_of_names() {
    let dir = folder(5);
    fs::write(dir.path().join("00 notes.txt"), "not an image").unwrap();
    fs::create_dir(dir.path().join("03b.png")).unwrap();
    images::fifo(&dir.path().join("03c.png"));
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("03d.tif")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path().join("03e.jpg")).unwrap();
    let (rig, item) = open(&dir, "", "Feeder");
    let (result, streams) = rig.download(&item);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(seen(&streams), expected(&[1, 2, 3, 4, 5]));
    assert_eq!(
        rig.download(&item).0.unwrap_err().kind(),
        ErrorKind::PaperEmpty
    );
}

#[test]
fn duplex_sees_two_images_a_sheet_and_a_last_back_is_blank() {
    let dir = folder(5);
    let (rig, item) = open(&dir, "", "Feeder");
    rig.duplex(&item);
    let (result, streams) = rig.download(&item);
    assert_eq!(result.unwrap(), Status::Ok);
    let mut pages = expected(&[1, 2, 3, 4, 5]);
    pages.push((50, 255));
    assert_eq!(seen(&streams), pages);
}

#[test]
fn the_flatbed_takes_the_next_image_at_each_scan_and_wraps() {
    let dir = folder(3);
    let (rig, item) = open(&dir, "", "Flatbed");
    let mut scans = Vec::new();
    for _ in 0..7 {
        scans.extend(rig.download(&item).1);
    }
    assert_eq!(seen(&scans), expected(&[1, 2, 3, 1, 2, 3, 1]));
    // The feeder is another place.
    let feeder = rig.feeder();
    rig.prepare(&feeder, WIA_IMG_FMT_RAW, Tymed::File, 100, Mode::Gray);
    assert_eq!(seen(&rig.download(&feeder).1), expected(&[1, 2, 3]));
}

#[test]
fn pages_of_a_multipage_tiff_are_images_each() {
    let dir = folder(2);
    let pages: Vec<Page> = [3, 4]
        .map(|k| images::flat(20 * k, 10 * u32::from(k), 30, 100))
        .into();
    images::write(&dir.path().join("01b.tif"), &pages);
    let (rig, item) = open(&dir, "", "Feeder");
    assert_eq!(seen(&rig.download(&item).1), expected(&[1, 3, 4, 2]));
}

#[test]
fn sheets_are_the_first_of_a_folder() {
    let dir = folder(5);
    let (rig, item) = open(&dir, "sheets=2", "Feeder");
    assert_eq!(seen(&rig.download(&item).1), expected(&[1, 2]));
    rig.scanner_reload();
    rig.duplex(&item);
    assert_eq!(seen(&rig.download(&item).1), expected(&[1, 2, 3, 4]));
    let (rig, item) = open(&dir, "sheets=0", "Feeder");
    assert_eq!(
        rig.download(&item).0.unwrap_err().kind(),
        ErrorKind::PaperEmpty
    );
    let (rig, item) = open(&dir, "sheets=99", "Feeder");
    assert_eq!(rig.download(&item).1.len(), 5);
}

#[test]
fn a_change_of_sides_in_mid_stack_goes_on_with_the_next_image() {
    let dir = folder(6);
    let (rig, item) = open(&dir, "", "Feeder");
    rig.set(&item, &[(WIA_IPS_PAGES, 1.into())]);
    assert_eq!(seen(&rig.download(&item).1), expected(&[1]));
    rig.duplex(&item);
    rig.set(&item, &[(WIA_IPS_PAGES, 3.into())]);
    assert_eq!(seen(&rig.download(&item).1), expected(&[2, 3, 4]));
    rig.set(&item, &[(WIA_IPS_PAGES, 0.into())]);
    let mut rest = expected(&[6]);
    rest.push((60, 255));
    assert_eq!(seen(&rig.download(&item).1), rest);
}

#[test]
fn no_image_is_no_device_for_the_flatbed_and_no_paper_for_the_feeder() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("README"), "nothing to see").unwrap();
    let rig = Rig::open(dir.path().to_str().unwrap(), "");
    let e = rig.download(&rig.flatbed()).0.unwrap_err();
    assert_eq!(
        (e.kind(), e.kind().exit_code()),
        (ErrorKind::NoDeviceAvailable, 3)
    );
    let e = rig.download(&rig.feeder()).0.unwrap_err();
    assert_eq!((e.kind(), e.kind().exit_code()), (ErrorKind::PaperEmpty, 5));
    assert!(!rig.status().contains(DocumentHandlingStatus::FEED_READY));
}

#[test]
fn the_bed_takes_the_largest_image() {
    let dir = tempfile::tempdir().unwrap();
    images::write(
        &dir.path().join("wide.png"),
        &[images::flat(9, 701, 40, 100)],
    );
    images::write(
        &dir.path().join("high.png"),
        &[images::flat(9, 30, 1807, 300)],
    );
    let rig = Rig::open(dir.path().to_str().unwrap(), "");
    for source in ["Flatbed", "Feeder"] {
        let item = rig.item(source);
        let size = |id| item.read_i32(id).unwrap();
        // 7.01 and 6.0233 inches, and a little more: every pixel of the image lies on the bed.
        assert!((7010..=7013).contains(&size(WIA_IPS_MAX_HORIZONTAL_SIZE)));
        assert!((6024..=6027).contains(&size(WIA_IPS_MAX_VERTICAL_SIZE)));
    }
}

#[test]
fn a_damaged_image_is_an_error_when_it_is_its_turn() {
    for multipage in [false, true] {
        let dir = folder(2);
        fs::write(dir.path().join("01b.png"), b"\x89PNG\r\n\x1a\nnothing").unwrap();
        let rig = Rig::open(dir.path().to_str().unwrap(), "");
        let item = rig.feeder();
        let (format, tymed) = match multipage {
            true => (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
            false => (WIA_IMG_FMT_RAW, Tymed::File),
        };
        rig.prepare(&item, format, tymed, 100, Mode::Gray);
        let (result, streams) = rig.download(&item);
        let e = result.unwrap_err();
        assert_eq!(
            (e.kind(), e.kind().exit_code()),
            (ErrorKind::InputDamaged, 9)
        );
        let text = e.to_string();
        assert!(
            text.starts_with("sheet 2: ") && text.contains("01b.png"),
            "{text}"
        );
        assert_eq!(streams.len(), 1);
        match multipage {
            true => assert_eq!(decode::tiff(&streams[0]).len(), 1),
            false => assert_eq!(seen(&streams), expected(&[1])),
        }
        // It is out of the way: the next transfer goes on.
        let (result, streams) = rig.download(&item);
        assert_eq!((result.unwrap(), streams.len()), (Status::Ok, 1));
    }
}

#[test]
fn an_image_cut_off_in_the_middle_keeps_the_pages_before_it() {
    let dir = folder(1);
    let path = dir.path().join("02.png");
    let noise = images::page(7, 400, 400, raster::PixelType::Gray8, 100);
    images::write(&path, &[noise]);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let rig = Rig::open(dir.path().to_str().unwrap(), "");
    let item = rig.feeder();
    rig.prepare(
        &item,
        WIA_IMG_FMT_TIFF,
        Tymed::MultipageFile,
        100,
        Mode::Gray,
    );
    let (result, streams) = rig.download(&item);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::InputDamaged);
    assert_eq!(decode::tiff(&streams[0]).len(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_no_device() {
    let e = options("/nonexistent/folder", "").unwrap_err();
    assert_eq!(
        (e.kind(), e.kind().exit_code()),
        (ErrorKind::NoDeviceAvailable, 3)
    );
    assert!(e.to_string().contains("/nonexistent/folder"), "{e}");
}
