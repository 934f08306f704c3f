//! The item tree and its properties: what every item must have, what can be written, what refuses.

use crate::rig;
use crate::rig::{Mode, Rig, Script};
use items::{check_required, check_tree};
use minidriver::Minidriver;
use quire_virtual::{Depth, Mode as ModelMode, Options, VirtualScanner};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED};
use wia::constant::{WIA_PAGE_AUTO, WIA_PAGE_CUSTOM, WIA_PAGE_ISO_A4};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::property::*;
use wia::{
    Compression, DataType, DocumentHandlingCapabilities, DocumentHandlingSelect,
    DocumentHandlingStatus, ErrorKind, Guid, PropertyId, PropertyValue, Tymed, ValidValues,
};

fn built_in() -> Rig {
    Rig::open("", "")
}

fn list(item: &items::AppItem, id: PropertyId) -> Vec<PropertyValue> {
    match item.attributes(id).unwrap().valid {
        ValidValues::List { values, .. } => values,
        other => panic!("{id}: {other:?}"),
    }
}

fn numbers(item: &items::AppItem, id: PropertyId) -> Vec<i32> {
    list(item, id).iter().map(|v| v.as_i32().unwrap()).collect()
}

fn refused(rig: &Rig, item: &items::AppItem, values: &[(PropertyId, PropertyValue)]) -> String {
    let before = item.properties();
    let e = rig.write(item, values).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    let name = item.property_name(values[0].0);
    assert!(e.to_string().contains(&name), "{e} does not name {name}");
    let now: Vec<_> = item
        .properties()
        .into_iter()
        .map(|p| (p.id, p.value, p.info))
        .collect();
    let before: Vec<_> = before
        .into_iter()
        .map(|p| (p.id, p.value, p.info))
        .collect();
    assert_eq!(now, before, "a refused write changes nothing");
    e.to_string()
}

#[test]
fn the_tree_obeys_the_rules_of_its_categories() {
    let rig = built_in();
    assert_eq!(check_tree(&rig.root), Vec::<String>::new());
    let names: Vec<String> = rig
        .root
        .descendants()
        .iter()
        .map(|i| i.full_name().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "0000\\Root",
            "0000\\Root\\Flatbed",
            "0000\\Root\\Feeder",
            "0000\\Root\\Feeder\\Front",
            "0000\\Root\\Feeder\\Back",
        ]
    );
    assert_eq!(rig.flatbed().category(), WIA_CATEGORY_FLATBED);
    assert_eq!(rig.feeder().category(), WIA_CATEGORY_FEEDER);
    for item in rig.root.descendants() {
        assert_eq!(check_required(&item), Vec::<PropertyId>::new(), "{item:?}");
    }
}

#[test]
fn a_model_may_have_one_source() {
    for (flatbed, names) in [(true, ["Flatbed"]), (false, ["Feeder"])] {
        let mut options = Options::default();
        if flatbed {
            options.feeder = None;
        } else {
            options.flatbed = None;
        }
        let rig = Rig::new(options);
        let children = rig.root.children();
        assert_eq!(
            children
                .iter()
                .map(|c| c.name().to_owned())
                .collect::<Vec<_>>(),
            names
        );
        assert_eq!(check_tree(&rig.root), Vec::<String>::new());
        let bits = rig
            .root
            .read_i32(WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES)
            .unwrap();
        let has = DocumentHandlingCapabilities::from_bits_retain(bits);
        assert_eq!(has.contains(DocumentHandlingCapabilities::FLAT), flatbed);
        assert_eq!(has.contains(DocumentHandlingCapabilities::FEED), !flatbed);
        assert_eq!(has.contains(DocumentHandlingCapabilities::DUP), !flatbed);
        assert_eq!(
            rig.status().contains(DocumentHandlingStatus::FLAT_READY),
            flatbed
        );
        assert_eq!(
            rig.status().contains(DocumentHandlingStatus::FEED_READY),
            !flatbed
        );
    }
}

#[test]
fn what_is_offered() {
    let rig = built_in();
    for item in rig.root.children() {
        let resolutions = [75, 100, 150, 200, 240, 300, 400, 600, 1200];
        assert_eq!(numbers(&item, WIA_IPS_XRES), resolutions);
        assert_eq!(numbers(&item, WIA_IPS_YRES), resolutions);
        assert_eq!(item.read_i32(WIA_IPS_XRES).unwrap(), 300);
        assert_eq!(numbers(&item, WIA_IPA_TYMED), [2, 128, 256, 512]);
        assert_eq!(item.read_guid(WIA_IPA_FORMAT).unwrap(), WIA_IMG_FMT_BMP);
        let formats: Vec<(Guid, Tymed)> = rig
            .scanner
            .wia_format_info(&item)
            .unwrap()
            .into_iter()
            .map(|f| (f.format, f.tymed))
            .collect();
        for pair in [
            (WIA_IMG_FMT_BMP, Tymed::File),
            (WIA_IMG_FMT_RAW, Tymed::File),
            (WIA_IMG_FMT_TIFF, Tymed::File),
            (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
            (WIA_IMG_FMT_MEMORYBMP, Tymed::Callback),
            (WIA_IMG_FMT_RAW, Tymed::Callback),
            (WIA_IMG_FMT_TIFF, Tymed::Callback),
            (WIA_IMG_FMT_TIFF, Tymed::MultipageCallback),
            (WIA_IMG_FMT_JPEG, Tymed::File),
            (WIA_IMG_FMT_JPEG, Tymed::Callback),
        ] {
            assert!(formats.contains(&pair), "{pair:?}");
        }
        assert_eq!(formats.len(), 10);
        let data_types = [DataType::Color, DataType::Grayscale, DataType::Threshold];
        assert_eq!(
            numbers(&item, WIA_IPA_DATATYPE),
            data_types.map(DataType::value)
        );
        let pages = numbers(&item, WIA_IPS_PAGE_SIZE);
        for page in [0, 1, WIA_PAGE_CUSTOM, WIA_PAGE_AUTO] {
            assert!(pages.contains(&page), "{page} in {pages:?}");
        }
        assert!(!pages.contains(&10), "A3 on a bed for A4");
        assert_ne!(item.read_i32(WIA_IPS_PAGE_SIZE).unwrap(), WIA_PAGE_AUTO);
    }
    let feeder = rig.feeder();
    assert!(
        numbers(&feeder, WIA_IPS_PAGE_SIZE).contains(&3),
        "legal fits the feeder"
    );
    assert!(!numbers(&rig.flatbed(), WIA_IPS_PAGE_SIZE).contains(&3));
    let e = rig.scanner.wia_format_info(&rig.root).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

/// Section 1.6: bands of a fitting size, files of one page.
#[test]
fn the_buffer_is_a_band_for_memory_and_a_page_for_files() {
    let rig = built_in();
    let item = rig.flatbed();
    let a4 = [
        (WIA_IPS_PAGE_SIZE, WIA_PAGE_ISO_A4.into()),
        (WIA_IPA_DATATYPE, DataType::Color.value().into()),
    ];
    rig.set(&item, &a4);
    for (tymed, format, size) in [
        (Tymed::File, WIA_IMG_FMT_BMP, 54 + 7440 * 3508),
        (Tymed::File, WIA_IMG_FMT_RAW, 7440 * 3508),
        (Tymed::File, WIA_IMG_FMT_JPEG, 7440 * 3508),
        (Tymed::Callback, WIA_IMG_FMT_MEMORYBMP, 256 * 1024),
        (Tymed::Callback, WIA_IMG_FMT_RAW, 256 * 1024),
        (Tymed::MultipageCallback, WIA_IMG_FMT_TIFF, 256 * 1024),
        (Tymed::MultipageFile, WIA_IMG_FMT_TIFF, 7440 * 3508),
    ] {
        let tymed = tymed.value().into();
        rig.set(
            &item,
            &[(WIA_IPA_TYMED, tymed), (WIA_IPA_FORMAT, format.into())],
        );
        assert_eq!(item.read_i32(WIA_IPA_BUFFER_SIZE).unwrap(), size);
    }
}

#[test]
fn a_page_of_2_gib_is_no_buffer() {
    let mut options = Options::default();
    let flatbed = options.flatbed.as_mut().unwrap();
    (flatbed.width, flatbed.height) = (Some(1000.0), Some(1000.0));
    let rig = Rig::new(options);
    let item = rig.flatbed();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 1200, Mode::Color16);
    assert_eq!(item.read_i32(WIA_IPA_BUFFER_SIZE).unwrap(), 256 * 1024);
}

#[test]
fn the_smallest_selection_is_a_pixel_as_is_said() {
    let rig = built_in();
    for item in rig.root.children() {
        assert_eq!(item.read_i32(WIA_IPS_MIN_HORIZONTAL_SIZE).unwrap(), 1);
        assert_eq!(item.read_i32(WIA_IPS_MIN_VERTICAL_SIZE).unwrap(), 1);
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 1200, Mode::Gray);
        rig.set(
            &item,
            &[(WIA_IPS_XEXTENT, 1.into()), (WIA_IPS_YEXTENT, 1.into())],
        );
        let page = rig::decode::raw(&rig.download(&item).1[0]);
        assert_eq!((page.width, page.height), (1, 1));
    }
}

#[test]
fn compressions_follow_format_and_depth() {
    let rig = built_in();
    let item = rig.feeder();
    let (none, g4, jpeg) = (0, Compression::G4.value(), Compression::Jpeg.value());
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 300, Mode::Bw);
    assert_eq!(numbers(&item, WIA_IPA_COMPRESSION), [none]);
    for (mode, expected) in [
        (Mode::Bw, vec![none, g4]),
        (Mode::Gray, vec![none, jpeg]),
        (Mode::Gray16, vec![none]),
        (Mode::Color, vec![none, jpeg]),
        (Mode::Color16, vec![none]),
    ] {
        rig.prepare(&item, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, 300, mode);
        assert_eq!(numbers(&item, WIA_IPA_COMPRESSION), expected, "{mode:?}");
    }
    rig.prepare(&item, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, 300, Mode::Bw);
    refused(&rig, &item, &[(WIA_IPA_COMPRESSION, jpeg.into())]);
    // What was chosen and does not fit any more is repaired.
    rig.set(&item, &[(WIA_IPA_COMPRESSION, g4.into())]);
    rig.set(&item, &[(WIA_IPA_DATATYPE, DataType::Color.value().into())]);
    assert_eq!(item.read_i32(WIA_IPA_COMPRESSION).unwrap(), none);
    let (bw, both) = (DataType::Threshold.value(), Compression::Jpeg.value());
    let e = rig.write(
        &item,
        &[
            (WIA_IPA_DATATYPE, bw.into()),
            (WIA_IPA_COMPRESSION, both.into()),
        ],
    );
    assert_eq!(e.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn bitmaps_hold_no_16_bit_samples() {
    let rig = built_in();
    let item = rig.flatbed();
    assert_eq!(numbers(&item, WIA_IPA_DEPTH), [24]);
    refused(&rig, &item, &[(WIA_IPA_DEPTH, 48.into())]);
    rig.set(&item, &[(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into())]);
    assert_eq!(numbers(&item, WIA_IPA_DEPTH), [24, 48]);
    assert_eq!(
        item.read_i32(WIA_IPA_DATATYPE).unwrap(),
        DataType::RawRgb.value()
    );
    rig.set(&item, &[(WIA_IPA_DEPTH, 48.into())]);
    assert_eq!(
        item.read_bytes(WIA_IPA_RAW_BITS_PER_CHANNEL).unwrap(),
        [16, 16, 16]
    );
}

#[test]
fn bad_values_are_refused_with_what_is_valid() {
    let rig = built_in();
    let item = rig.feeder();
    for dpi in [0, 99_999, -300, 301] {
        let text = refused(&rig, &item, &[(WIA_IPS_XRES, dpi.into())]);
        assert!(text.contains("1200"), "{text}");
    }
    // 216 mm at 300 dpi.
    refused(&rig, &item, &[(WIA_IPS_XPOS, 2551.into())]);
    refused(&rig, &item, &[(WIA_IPS_XEXTENT, 2552.into())]);
    refused(&rig, &item, &[(WIA_IPS_XEXTENT, 0.into())]);
    refused(&rig, &item, &[(WIA_IPS_YEXTENT, (-1).into())]);
    refused(&rig, &item, &[(WIA_IPS_PAGE_SIZE, 10.into())]);
    refused(&rig, &item, &[(WIA_IPS_PAGES, (-1).into())]);
    refused(&rig, &item, &[(WIA_IPS_THRESHOLD, 256.into())]);
    refused(&rig, &item, &[(WIA_IPS_BRIGHTNESS, 1001.into())]);
    refused(&rig, &item, &[(WIA_IPA_DATATYPE, 42.into())]);
    refused(&rig, &item, &[(WIA_IPA_TYMED, 4.into())]);
    let both = DocumentHandlingSelect::DUPLEX | DocumentHandlingSelect::FRONT_ONLY;
    refused(
        &rig,
        &item,
        &[(WIA_IPS_DOCUMENT_HANDLING_SELECT, both.bits().into())],
    );
    refused(&rig, &item, &[(WIA_IPA_ITEM_SIZE, 3.into())]);
}

#[test]
fn a_feeder_without_duplex_refuses_it() {
    let mut options = Options::default();
    if let Some(feeder) = &mut options.feeder {
        feeder.duplex = false;
    }
    let rig = Rig::new(options);
    let duplex = DocumentHandlingSelect::DUPLEX.bits();
    let feeder = rig.feeder();
    refused(
        &rig,
        &feeder,
        &[(WIA_IPS_DOCUMENT_HANDLING_SELECT, duplex.into())],
    );
    assert!(!rig.status().contains(DocumentHandlingStatus::DUP_READY));
}

#[test]
fn models_limit_modes_and_depths() {
    let mut options = Options::default();
    if let Some(flatbed) = &mut options.flatbed {
        flatbed.modes = vec![ModelMode::Gray];
        flatbed.depths = vec![Depth::Sixteen];
        flatbed.resolutions = vec![120];
        (flatbed.width, flatbed.height) = (Some(50.8), Some(25.4));
    }
    let rig = Rig::new(options);
    let item = rig.flatbed();
    assert_eq!(check_required(&item), Vec::<PropertyId>::new());
    assert_eq!(numbers(&item, WIA_IPA_DEPTH), [16]);
    assert_eq!(numbers(&item, WIA_IPS_XRES), [120]);
    assert_eq!(item.read_i32(WIA_IPS_XEXTENT).unwrap(), 240);
    assert_eq!(item.read_i32(WIA_IPS_YEXTENT).unwrap(), 120);
    // A bitmap cannot hold that, so it is not offered.
    assert!(!list(&item, WIA_IPA_FORMAT).contains(&WIA_IMG_FMT_BMP.into()));
    let (result, streams) = rig.download(&item);
    assert_eq!(result.unwrap(), wia::Status::Ok);
    let page = rig::decode::raw(&streams[0]);
    assert_eq!(
        (page.width, page.height, page.pixel),
        (240, 120, raster::PixelType::Gray16)
    );
}

#[test]
fn a_sheet_that_is_larger_than_the_bed_is_cut_off() {
    let mut options = Options::default();
    if let Some(feeder) = &mut options.feeder {
        (feeder.width, feeder.height) = (Some(101.6), Some(152.4));
    }
    let rig = Rig::new(options);
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    let page = rig::decode::raw(&rig.download(&item).1[0]);
    assert_eq!((page.width, page.height), (300, 450));
}

#[test]
fn the_status_is_live() {
    let rig = Rig::open("", "sheets=1");
    let ready = DocumentHandlingStatus::FEED_READY
        | DocumentHandlingStatus::DUP_READY
        | DocumentHandlingStatus::FLAT_READY;
    assert_eq!(
        rig.root.read_i32(WIA_DPS_DOCUMENT_HANDLING_STATUS).unwrap(),
        ready.bits()
    );
    assert_eq!(rig.status(), ready);
    rig.complete(&rig.feeder(), &Script::new());
    assert_eq!(rig.status(), DocumentHandlingStatus::FLAT_READY);
    rig.scanner_reload();
    assert_eq!(rig.status(), ready);
}

#[test]
fn a_new_application_gets_a_tree_of_its_own_with_the_state_of_now() {
    let rig = Rig::open("", "sheets=1");
    rig.set(&rig.feeder(), &[(WIA_IPS_XRES, 75.into())]);
    rig.complete(&rig.flatbed(), &Script::new());
    rig.complete(&rig.feeder(), &Script::new());
    let tree = rig.scanner.initialize("second").unwrap();
    let root = items::AppItem::from_driver_tree(&tree);
    for item in root.descendants() {
        rig.scanner.init_item_properties(&item).unwrap();
    }
    let status = root.read_i32(WIA_DPS_DOCUMENT_HANDLING_STATUS).unwrap();
    assert_eq!(status, DocumentHandlingStatus::FLAT_READY.bits());
    let feeder = root.children().pop().unwrap();
    assert_eq!(feeder.read_i32(WIA_IPS_XRES).unwrap(), 300);
    assert_eq!(root.read_str(WIA_DIP_DEV_ID).unwrap(), "second");
}

#[test]
fn commands_and_events() {
    let rig = built_in();
    let unknown = wia::command::WIA_CMD_TAKE_PICTURE;
    let e = rig.scanner.device_command(&rig.root, unknown).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    let ids: Vec<Guid> = rig.scanner.capabilities().iter().map(|c| c.id).collect();
    assert!(ids.contains(&wia::command::WIA_CMD_SYNCHRONIZE));
    assert!(ids.contains(&wia::event::WIA_EVENT_DEVICE_DISCONNECTED));
}

#[test]
fn the_name_and_maker_are_the_options() {
    let options = Options {
        name: "Office 60".into(),
        vendor: "Example".into(),
        ..Options::default()
    };
    let rig = Rig::new(options.clone());
    assert_eq!(rig.root.read_str(WIA_DIP_DEV_NAME).unwrap(), "Office 60");
    assert_eq!(rig.root.read_str(WIA_DIP_VEND_DESC).unwrap(), "Example");
    assert_eq!(
        VirtualScanner::new(options.clone()).unwrap().options(),
        &options
    );
}
