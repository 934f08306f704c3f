//! What arrives is what lies on the paper: in every format and mode, whole pages and areas, exactly
//! where nothing has to change.

use crate::rig::decode::{self, Page};
use crate::rig::{Mode, Rig, images};
use minidriver::{FormatInfo, Minidriver};
use quire_virtual::sheet::{GeneratedStack, ScanRequest, Side};
use raster::{Area, PixelType};
use wia::constant::{WIA_PAGE_AUTO, WIA_PAGE_CUSTOM, WIA_PAGE_ISO_A4, WIA_PAGE_ISO_A6};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST,
    WIA_IPS_PAGE_SIZE, WIA_IPS_THRESHOLD, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES,
    WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{Compression, Guid, PropertyValue, Status, Tymed, ValidValues};

const A4_75: Area = Area::of_size(620, 877);

/// What a look at the paper itself gives.
fn on_paper(side: &Side, request: &ScanRequest) -> Page {
    let mut rows = side.scan(request).unwrap();
    let layout = rows.layout();
    let mut bytes = vec![0; layout.row_bytes() * request.area.height as usize];
    let count = rows.next_rows(&mut bytes, usize::MAX).unwrap();
    assert_eq!(count, request.area.height as usize);
    Page {
        width: layout.width,
        height: request.area.height,
        pixel: layout.pixel,
        dpi: (request.x_dpi, request.y_dpi),
        rows: bytes,
    }
}

fn front(seed: u64, sheet: u32) -> Side {
    GeneratedStack::new(seed).sheet(sheet).front
}

fn decoded(format: Guid, bytes: &[u8]) -> Page {
    match format {
        WIA_IMG_FMT_BMP => decode::bmp(bytes),
        WIA_IMG_FMT_RAW => decode::raw(bytes),
        _ => decode::tiff(bytes).remove(0),
    }
}

#[test]
fn every_format_holds_the_pixels_of_the_paper_in_every_mode() {
    for (format, tymed) in [
        (WIA_IMG_FMT_BMP, Tymed::File),
        (WIA_IMG_FMT_RAW, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
    ] {
        for mode in Mode::ALL {
            if format == WIA_IMG_FMT_BMP && matches!(mode, Mode::Gray16 | Mode::Color16) {
                continue;
            }
            let rig = Rig::open("", "sheets=1&seed=3");
            let item = rig.feeder();
            rig.prepare(&item, format, tymed, 75, mode);
            let (result, streams) = rig.download(&item);
            assert_eq!(result.unwrap(), Status::Ok);
            let page = decoded(format, &streams[0]);
            let expected = on_paper(&front(3, 1), &ScanRequest::new(75, A4_75, mode.pixel()));
            assert_eq!(page, expected, "{mode:?}");
        }
    }
}

#[test]
fn every_advertised_format_is_given_with_every_valid_setting() {
    let rig = Rig::open("", "");
    for item in rig.root.children() {
        let numbers = |id| match item.attributes(id).unwrap().valid {
            ValidValues::List { values, .. } => values,
            other => panic!("{id}: {other:?}"),
        };
        let set = |id, value: &PropertyValue| rig.set(&item, &[(id, value.clone())]);
        let mut given = 0;
        for FormatInfo { format, tymed } in rig.scanner.wia_format_info(&item).unwrap() {
            // What bands carry is compared with what streams carry elsewhere.
            if !tymed.is_file() {
                continue;
            }
            rig.prepare(&item, format, tymed, 75, Mode::Gray);
            for data_type in numbers(WIA_IPA_DATATYPE) {
                set(WIA_IPA_DATATYPE, &data_type);
                for depth in numbers(WIA_IPA_DEPTH) {
                    set(WIA_IPA_DEPTH, &depth);
                    for compression in numbers(WIA_IPA_COMPRESSION) {
                        set(WIA_IPA_COMPRESSION, &compression);
                        rig.scanner_reload();
                        let what = format!("{format} {tymed:?} {data_type} {depth} {compression}");
                        let (result, streams) = rig.download(&item);
                        assert_eq!(result.unwrap(), Status::Ok, "{what}");
                        let pages = match (item.name(), tymed) {
                            ("Feeder", Tymed::File) => 5,
                            _ => 1,
                        };
                        assert_eq!(streams.len(), pages, "{what}");
                        assert!(streams.iter().all(|s| s.len() > 100), "{what}");
                        given += 1;
                    }
                }
            }
        }
        assert!(given >= 20, "{given}");
    }
}

#[test]
fn g4_is_lossless() {
    let rig = Rig::open("", "sheets=2");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, 100, Mode::Bw);
    let (_, plain) = rig.download(&item);
    rig.scanner_reload();
    let g4 = Compression::G4.value();
    rig.set(&item, &[(WIA_IPA_COMPRESSION, g4.into())]);
    let (_, packed) = rig.download(&item);
    assert!(packed[0].len() < plain[0].len() * 2 / 3);
    assert_eq!(decode::tiff(&packed[0]), decode::tiff(&plain[0]));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let scan = |seed: &str, dpi| {
        let rig = Rig::open("", &format!("sheets=2&seed={seed}"));
        let item = rig.feeder();
        rig.duplex(&item);
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, dpi, Mode::Color);
        rig.download(&item).1
    };
    let first = scan("11", 75);
    assert_eq!(first, scan("11", 75));
    assert_eq!(first.len(), 4);
    let distinct: std::collections::HashSet<_> = first.iter().collect();
    assert_eq!(distinct.len(), 4);
    assert_ne!(first[0], scan("12", 75)[0]);
    assert_eq!(scan("11", 200), scan("11", 200));
}

#[test]
fn resolutions_may_differ_across_and_along() {
    let rig = Rig::open("", "sheets=1");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    rig.set(
        &item,
        &[(WIA_IPS_XRES, 150.into()), (WIA_IPS_YRES, 75.into())],
    );
    rig.set(&item, &[(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO.into())]);
    let page = decode::raw(&rig.download(&item).1[0]);
    let request = ScanRequest {
        x_dpi: 150,
        ..ScanRequest::new(75, Area::of_size(1240, 877), PixelType::Gray8)
    };
    assert_eq!(page, on_paper(&front(0, 1), &request));
}

#[test]
fn an_area_is_the_cut_from_the_page() {
    for source in ["Flatbed", "Feeder"] {
        let rig = Rig::open("", "sheets=1");
        let item = rig.item(source);
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 150, Mode::Bw);
        rig.set(
            &item,
            &[
                (WIA_IPS_XPOS, 101.into()),
                (WIA_IPS_YPOS, 203.into()),
                (WIA_IPS_XEXTENT, 333.into()),
                (WIA_IPS_YEXTENT, 77.into()),
            ],
        );
        assert_eq!(item.read_i32(WIA_IPS_PAGE_SIZE).unwrap(), WIA_PAGE_CUSTOM);
        let page = decode::raw(&rig.download(&item).1[0]);
        let area = Area::new(101, 203, 333, 77);
        let request = ScanRequest::new(150, area, PixelType::Bw1);
        assert_eq!(page, on_paper(&front(0, 1), &request), "{source}");
    }
}

#[test]
fn page_size_auto_is_the_sheets_and_others_are_what_they_say() {
    let dir = tempfile::tempdir().unwrap();
    images::write(
        &dir.path().join("a.png"),
        &[images::page(1, 300, 200, PixelType::Gray8, 75)],
    );
    images::write(
        &dir.path().join("b.png"),
        &[images::page(2, 150, 450, PixelType::Gray8, 75)],
    );
    images::write(
        &dir.path().join("c.png"),
        &[images::page(3, 620, 877, PixelType::Gray8, 75)],
    );
    let scan = |size| {
        let rig = Rig::open(dir.path().to_str().unwrap(), "");
        let item = rig.feeder();
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
        rig.set(&item, &[(WIA_IPS_PAGE_SIZE, size)]);
        let streams = rig.download(&item).1;
        streams.iter().map(|s| decode::raw(s)).collect::<Vec<_>>()
    };
    let sizes = |pages: &[Page]| {
        pages
            .iter()
            .map(|p| (p.width, p.height))
            .collect::<Vec<_>>()
    };
    let auto = scan(WIA_PAGE_AUTO.into());
    assert_eq!(sizes(&auto), [(300, 200), (150, 450), (620, 877)]);
    let a6 = scan(WIA_PAGE_ISO_A6.into());
    assert_eq!(sizes(&a6), [(310, 437); 3]);
    // Beyond the paper is white.
    assert_eq!(a6[0].row(0)[..300], *auto[0].row(0));
    assert!(a6[0].row(0)[300..].iter().all(|v| *v == 255));
    assert!(a6[0].row(200).iter().all(|v| *v == 255));
    assert_eq!(a6[1].row(400)[..150], *auto[1].row(400));
    // The bed is just as large as the largest sheet.
    let a4 = scan(WIA_PAGE_CUSTOM.into());
    assert_eq!(sizes(&a4), [(620, 877); 3]);
    assert_eq!(a4[2], auto[2]);
}

#[test]
fn the_built_in_beds_hold_a4_and_letter() {
    let rig = Rig::open("", "sheets=1");
    for source in ["Flatbed", "Feeder"] {
        let item = rig.item(source);
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 100, Mode::Bw);
        for (size, pixels) in [(WIA_PAGE_ISO_A4, (827, 1169)), (1, (850, 1100))] {
            rig.set(&item, &[(WIA_IPS_PAGE_SIZE, size.into())]);
            rig.scanner_reload();
            let page = decode::raw(&rig.download(&item).1[0]);
            assert_eq!((page.width, page.height), pixels, "{source}");
        }
    }
}

#[test]
fn a_bilevel_original_is_copied_exactly() {
    let dir = tempfile::tempdir().unwrap();
    // Odd sizes, so that no row ends on a byte.
    let pages = [
        images::page(1, 1237, 401, PixelType::Bw1, 300),
        images::page(2, 1001, 333, PixelType::Bw1, 300),
    ];
    images::write(&dir.path().join("1.tif"), &pages[..1]);
    images::write(&dir.path().join("2.png"), &pages[1..]);
    for compression in [Compression::None, Compression::G4] {
        let rig = Rig::open(dir.path().to_str().unwrap(), "");
        let item = rig.feeder();
        rig.prepare(&item, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, 300, Mode::Bw);
        rig.set(&item, &[(WIA_IPA_COMPRESSION, compression.value().into())]);
        let (result, streams) = rig.download(&item);
        assert_eq!(result.unwrap(), Status::Ok);
        assert_eq!(decode::tiff(&streams[0]), pages);
    }
}

#[test]
fn threshold_brightness_and_contrast_are_heard() {
    let rig = Rig::open("", "sheets=1");
    let item = rig.flatbed();
    let look = |mode, threshold: i32, brightness: i32, contrast: i32| {
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, mode);
        rig.set(
            &item,
            &[
                (WIA_IPS_THRESHOLD, threshold.into()),
                (WIA_IPS_BRIGHTNESS, brightness.into()),
                (WIA_IPS_CONTRAST, contrast.into()),
            ],
        );
        decode::raw(&rig.download(&item).1[0])
    };
    let mut sheet = 0;
    for (mode, threshold, brightness, contrast) in [
        (Mode::Bw, 128, 0, 0),
        (Mode::Bw, 200, 0, 0),
        (Mode::Gray, 128, 400, 0),
        (Mode::Color, 128, 0, -500),
        (Mode::Bw, 60, -300, 700),
    ] {
        sheet += 1;
        let request = ScanRequest {
            threshold: threshold as u8,
            brightness,
            contrast,
            ..ScanRequest::new(75, A4_75, mode.pixel())
        };
        let expected = on_paper(&front(0, sheet), &request);
        assert_eq!(look(mode, threshold, brightness, contrast), expected);
    }
}
