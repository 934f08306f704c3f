//! Scans from a server that does everything right: what arrives is what lies there.

use std::sync::Arc;

use crate::rig::{self, Keeper, download, item, open, patient, prepare, raw};
use escl::settings::{InputSource, Region};
use escl_testserver::{Server, capabilities, jpeg_only, pages};
use raster::PixelType;
use service::CreationFlags;
use wia::constant::WIA_USE_SEGMENTATION_FILTER;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_DPS_DOCUMENT_HANDLING_STATUS, WIA_IPA_COMPRESSION, WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST,
    WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGE_SIZE, WIA_IPS_PAGES, WIA_IPS_SEGMENTATION,
    WIA_IPS_THRESHOLD, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{
    Compression, DocumentHandlingSelect, DocumentHandlingStatus, ErrorKind, ItemFlags, Status,
    TransferMessage, Tymed,
};

const PIXELS: [PixelType; 5] = [
    PixelType::Bw1,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];
const RAW: (wia::Guid, Tymed) = (WIA_IMG_FMT_RAW, Tymed::File);

#[test]
fn every_mode_of_the_glass() {
    let server = Server::start(capabilities());
    let device = open(&server, patient()).unwrap();
    let flatbed = item(&device, "Flatbed");
    for chunked in [false, true] {
        server.lock().chunked = chunked;
        for pixel in PIXELS {
            for dpi in [75, 100, 300] {
                prepare(&*flatbed, pixel, dpi, RAW).unwrap();
                let keeper = Keeper::new();
                assert_eq!(download(&*flatbed, &keeper).unwrap(), Status::Ok);
                let streams = keeper.streams();
                assert_eq!(streams.len(), 1);
                let size = (4 * dpi as u32, 3 * dpi as u32);
                let (found, rows) = raw(&streams[0]);
                assert_eq!(found, size, "{pixel:?} {dpi}");
                assert!(rows == pages::rows(0, size, pixel), "{pixel:?} {dpi}");
            }
        }
    }
    // Each job is deleted, and nothing is asked for twice.
    assert_eq!(server.asked("DELETE"), 2 * PIXELS.len() * 3);
    assert_eq!(server.asked("GET /eSCL/ScannerCapabilities"), 1);
    let settings = server.lock().settings.last().cloned().unwrap();
    assert_eq!(settings.format_ext.as_deref(), Some("image/png"));
    assert_eq!(settings.compression_factor, None);
}

/// What a preview finds on the glass are items below it, each asked of the scanner by its own rectangle.
#[test]
fn regions_of_the_glass() {
    let server = Server::start(capabilities());
    let device = open(&server, patient()).unwrap();
    let flatbed = item(&device, "Flatbed");
    prepare(&*flatbed, PixelType::Gray8, 75, RAW).unwrap();
    let found = flatbed.read(&[WIA_IPS_SEGMENTATION]).unwrap();
    assert_eq!(found, [Some(WIA_USE_SEGMENTATION_FILTER.into())]);
    let flags = ItemFlags::IMAGE | ItemFlags::TRANSFER | ItemFlags::FILE;
    let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
    let region = flatbed.create_child(flags, copy, "Region").unwrap();
    region
        .write(&[
            (WIA_IPS_XPOS, 75.into()),
            (WIA_IPS_YPOS, 0.into()),
            (WIA_IPS_XEXTENT, 150.into()),
            (WIA_IPS_YEXTENT, 75.into()),
        ])
        .unwrap();
    let keeper = Keeper::new();
    assert_eq!(download(&*region, &keeper).unwrap(), Status::Ok);
    assert_eq!(raw(&keeper.streams()[0]).0, (150, 75));
    let asked = server.lock().settings.last().unwrap().region;
    let expected = Region {
        x: 300,
        y: 0,
        width: 600,
        height: 300,
    };
    assert_eq!(asked, Some(expected));
    region.delete().unwrap();
    let e = flatbed.delete().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
}

#[test]
fn an_area_and_what_is_asked_of_the_scanner() {
    let server = Server::start(capabilities());
    let device = open(&server, patient()).unwrap();
    let flatbed = item(&device, "Flatbed");
    prepare(&*flatbed, PixelType::Gray8, 150, RAW).unwrap();
    flatbed
        .write(&[
            (WIA_IPS_XPOS, 150.into()),
            (WIA_IPS_YPOS, 75.into()),
            (WIA_IPS_XEXTENT, 101.into()),
            (WIA_IPS_YEXTENT, 50.into()),
            (WIA_IPS_BRIGHTNESS, 500.into()),
            (WIA_IPS_CONTRAST, (-1000).into()),
        ])
        .unwrap();
    let keeper = Keeper::new();
    assert_eq!(download(&*flatbed, &keeper).unwrap(), Status::Ok);
    let (size, rows) = raw(&keeper.streams()[0]);
    assert_eq!(size, (101, 50));
    assert!(rows == pages::rows(0, size, PixelType::Gray8));
    let settings = server.lock().settings[0].clone();
    let region = Region {
        x: 300,
        y: 150,
        width: 202,
        height: 100,
    };
    assert_eq!(settings.region, Some(region));
    assert_eq!(
        (settings.brightness, settings.contrast),
        (Some(50), Some(0))
    );
    assert_eq!(settings.source, Some(InputSource::Platen));
    assert_eq!(settings.duplex, None);
    // One resolution for both directions.
    let mut asked = vec![(WIA_IPS_YRES, 75.into())];
    flatbed.write(&asked).unwrap();
    let refused = download(&*flatbed, &Keeper::new()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    assert_eq!(server.asked("POST"), 1);
    asked[0].1 = 33.into();
    assert_eq!(
        flatbed.write(&asked).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn sheets_of_the_feeder() {
    let server = Server::start(capabilities());
    let device = open(&server, patient()).unwrap();
    let feeder = item(&device, "Feeder");
    let select =
        |bits: DocumentHandlingSelect| (WIA_IPS_DOCUMENT_HANDLING_SELECT, bits.bits().into());
    let front = DocumentHandlingSelect::FRONT_ONLY;
    for (side, wanted, expected, status) in [
        (front, 0, vec![10, 20, 30], Status::Ok),
        (front, 2, vec![10, 20], Status::Ok),
        (front, 5, vec![10, 20, 30], Status::EndOfMedia),
        (
            DocumentHandlingSelect::DUPLEX,
            0,
            vec![10, 11, 20, 21, 30, 31],
            Status::Ok,
        ),
        (
            DocumentHandlingSelect::DUPLEX,
            3,
            vec![10, 11, 20],
            Status::Ok,
        ),
    ] {
        for multipage in [false, true] {
            server.mend();
            let kind = match multipage {
                true => (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
                false => RAW,
            };
            prepare(&*feeder, PixelType::Gray8, 75, kind).unwrap();
            let custom = wia::constant::WIA_PAGE_CUSTOM;
            feeder
                .write(&[
                    select(side),
                    (WIA_IPS_PAGES, wanted.into()),
                    (WIA_IPS_PAGE_SIZE, custom.into()),
                    (WIA_IPS_XEXTENT, 300.into()),
                    (WIA_IPS_YEXTENT, 225.into()),
                ])
                .unwrap();
            let keeper = Keeper::new();
            assert_eq!(download(&*feeder, &keeper).unwrap(), status);
            let streams = keeper.streams();
            let found: Vec<Vec<u8>> = match multipage {
                true => tiff_pages(&streams[0]),
                false => streams.iter().map(|stream| raw(stream).1).collect(),
            };
            let page = |page: &u32| pages::rows(*page, (300, 225), PixelType::Gray8);
            let expected: Vec<Vec<u8>> = expected.iter().map(page).collect();
            assert!(
                found == expected,
                "{side:?} {wanted}: {} pages",
                found.len()
            );
            assert_eq!(server.asked("DELETE"), 1);
            let messages = keeper.messages.lock().unwrap().clone();
            let new = messages
                .iter()
                .filter(|m| **m == TransferMessage::NewPage)
                .count();
            assert_eq!(new, if multipage { expected.len() - 1 } else { 0 });
        }
    }
    // Empty: told before a job is made.
    server.lock().sheets.clear();
    server.lock().log.clear();
    let e = download(&*feeder, &Keeper::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperEmpty);
    assert_eq!(server.asked("POST"), 0);
}

fn tiff_pages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = tiff::decoder::Decoder::new(std::io::Cursor::new(bytes)).unwrap();
    let mut pages = Vec::new();
    loop {
        match decoder.read_image().unwrap() {
            tiff::decoder::DecodingResult::U8(rows) => pages.push(rows),
            _ => unreachable!("8 bits"),
        }
        if !decoder.more_images() {
            return pages;
        }
        decoder.next_image().unwrap();
    }
}

#[test]
fn whether_paper_is_in_the_feeder() {
    let server = Server::start(capabilities());
    let device = open(&server, patient()).unwrap();
    let ready = || {
        let values = device
            .root()
            .read(&[WIA_DPS_DOCUMENT_HANDLING_STATUS])
            .unwrap();
        let bits = values[0].as_ref().unwrap().as_i32().unwrap();
        DocumentHandlingStatus::from_bits_retain(bits).contains(DocumentHandlingStatus::FEED_READY)
    };
    assert!(ready());
    server.lock().sheets.clear();
    assert!(!ready());
}

#[test]
fn jpeg_goes_through_untouched() {
    for caps in [capabilities(), jpeg_only(capabilities())] {
        let server = Server::start(caps);
        let device = open(&server, patient()).unwrap();
        let feeder = item(&device, "Feeder");
        for pixel in [PixelType::Gray8, PixelType::Rgb8] {
            server.mend();
            server.lock().settings.clear();
            prepare(&*feeder, pixel, 100, (WIA_IMG_FMT_JPEG, Tymed::File)).unwrap();
            let keeper = Keeper::new();
            assert_eq!(download(&*feeder, &keeper).unwrap(), Status::Ok);
            let settings = server.lock().settings[0].clone();
            let expected: Vec<Vec<u8>> = [10, 20, 30]
                .map(|page| pages::encoded(&settings, page))
                .into();
            assert!(keeper.streams() == expected);
            assert_eq!(settings.format.as_deref(), Some("image/jpeg"));
            assert_eq!(settings.compression_factor, None);
        }
        let refused = prepare(
            &*feeder,
            PixelType::Bw1,
            100,
            (WIA_IMG_FMT_JPEG, Tymed::File),
        );
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn a_scanner_with_jpeg_alone() {
    let server = Server::start(jpeg_only(capabilities()));
    let device = open(&server, patient()).unwrap();
    let flatbed = item(&device, "Flatbed");
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        prepare(&*flatbed, pixel, 100, RAW).unwrap();
        let keeper = Keeper::new();
        assert_eq!(download(&*flatbed, &keeper).unwrap(), Status::Ok);
        let settings = server.lock().settings.last().cloned().unwrap();
        // The best that it has, since it is not the last.
        assert_eq!(settings.compression_factor, Some(1));
        let expected = rig::djpeg(&pages::encoded(&settings, 0));
        assert!(raw(&keeper.streams()[0]).1 == expected, "{pixel:?}");
    }
    // Black and white is made here, of grey.
    for threshold in [128, 40] {
        prepare(&*flatbed, PixelType::Bw1, 100, RAW).unwrap();
        flatbed
            .write(&[(WIA_IPS_THRESHOLD, threshold.into())])
            .unwrap();
        let keeper = Keeper::new();
        assert_eq!(download(&*flatbed, &keeper).unwrap(), Status::Ok);
        let settings = server.lock().settings.last().cloned().unwrap();
        let gray = rig::djpeg(&pages::encoded(&settings, 0));
        let (size, rows) = raw(&keeper.streams()[0]);
        assert_eq!(size, (400, 300));
        let white = |at: usize| rows[at / 400 * 50 + at % 400 / 8] >> (7 - at % 8) & 1 == 1;
        let wrong = gray
            .iter()
            .enumerate()
            .filter(|(at, g)| white(*at) != (i32::from(**g) >= threshold));
        assert_eq!(wrong.count(), 0, "{threshold}");
    }
    // It has no pixels of 16 bits.
    let refused = prepare(&*flatbed, PixelType::Gray16, 100, RAW).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn bitmaps_and_one_page_tiffs() {
    let server = Server::start(capabilities());
    let device = open(&server, patient()).unwrap();
    let flatbed = item(&device, "Flatbed");
    for compression in [Compression::None, Compression::G4] {
        prepare(
            &*flatbed,
            PixelType::Bw1,
            100,
            (WIA_IMG_FMT_TIFF, Tymed::File),
        )
        .unwrap();
        flatbed
            .write(&[(WIA_IPA_COMPRESSION, compression.value().into())])
            .unwrap();
        let keeper = Keeper::new();
        assert_eq!(download(&*flatbed, &keeper).unwrap(), Status::Ok);
        let expected = pages::rows(0, (400, 300), PixelType::Bw1);
        assert!(
            tiff_pages(&keeper.streams()[0]) == [expected],
            "{compression:?}"
        );
    }
    prepare(
        &*flatbed,
        PixelType::Rgb8,
        75,
        (WIA_IMG_FMT_BMP, Tymed::File),
    )
    .unwrap();
    let keeper = Keeper::new();
    assert_eq!(download(&*flatbed, &keeper).unwrap(), Status::Ok);
    let bmp = keeper.streams().remove(0);
    // 54 bytes, then lines from the bottom in the order of blue, green, red: 300 x 225 pixels without padding.
    let lines: Vec<u8> = bmp[54..].chunks(900).rev().flatten().copied().collect();
    let swapped: Vec<u8> = lines.chunks(3).flat_map(|p| [p[2], p[1], p[0]]).collect();
    assert!(swapped == pages::rows(0, (300, 225), PixelType::Rgb8));
}

/// The first line is out while the rest of the page is held back.
#[test]
fn a_page_is_decoded_while_it_arrives() {
    use escl_testserver::{Act, Kind};
    for caps in [capabilities(), jpeg_only(capabilities())] {
        let server = Server::start(caps);
        // Most of the page comes, and then nothing.
        server.at(Kind::Page, 0, Act::Stall(200_000));
        let deadlines = quire_driver_escl::Deadlines {
            line: rig::SHORT,
            ..patient()
        };
        let device = open(&server, deadlines).unwrap();
        let flatbed = item(&device, "Flatbed");
        prepare(&*flatbed, PixelType::Rgb8, 300, RAW).unwrap();
        let keeper = Keeper::new();
        let e = download(&*flatbed, &keeper).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Deadline);
        let streams = keeper.streams();
        assert!(streams[0].len() > 10 * 1200 * 3, "{}", streams[0].len());
        let lines = &streams[0][streams[0].len() % (1200 * 3)..];
        let header = streams[0].len() - lines.len();
        let same = pages::rows(0, (1200, 900), PixelType::Rgb8).starts_with(lines);
        let lossless = server.lock().settings[0].format.as_deref() == Some("image/png");
        assert!(same || !lossless, "{header}");
        assert_eq!(server.asked("DELETE"), 1);
        let after = Keeper::new();
        server.mend();
        assert_eq!(download(&*flatbed, &after).unwrap(), Status::Ok);
    }
}

#[test]
fn what_the_scanner_says_of_itself() {
    let server = Server::start(capabilities());
    let driver = Arc::new(rig::driver(&server, patient()).unwrap());
    let told = driver.capabilities_of_scanner();
    assert_eq!(told, &capabilities());
    assert_eq!(driver.quirks().layers().len(), 1);
}
