//! An older application on the tree of a driver of streams.

use quire_service::{DataCallback, DataParams, DataTransferInfo};
use std::sync::Arc;
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::property::*;
use wia::{Guid, Result, Tymed, ValidValues};

use crate::trees::driver::{Driver, FEEDER, FLATBED, child, int, number, value};

const SELECT: wia::PropertyId = WIA_DPS_DOCUMENT_HANDLING_SELECT;

#[test]
fn the_tree_is_a_root_and_one_child_with_names_of_the_service() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let children = device.root().children();
    assert_eq!(children.len(), 1);
    let top = child(&device, "Top");
    assert_eq!(top.category(), Guid::NULL);
    let text = |id| value(&top, id).unwrap().as_str().map(str::to_owned);
    assert_eq!(text(WIA_IPA_ITEM_NAME).unwrap(), "Top");
    assert_eq!(text(WIA_IPA_FULL_ITEM_NAME).unwrap(), "0000\\Root\\Top");
    assert_eq!(int(&top, WIA_IPA_ITEM_FLAGS), Some(0x2043));
    assert!(device.find_item("0000\\Root\\Flatbed").is_none());
}

#[test]
fn the_choice_on_the_root_is_the_source_and_the_sides() {
    let (driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let root = device.root();
    assert_eq!(int(&root, SELECT), Some(2));
    let flags = ValidValues::Flag {
        nominal: 2,
        valid_bits: 0x7F,
    };
    assert_eq!(root.attributes(SELECT).unwrap().valid, flags);
    for (written, read) in [(1, 0x21), (5, 5), (0x41, 0x41), (0x21, 0x21), (2, 2)] {
        root.write(&[(SELECT, written.into())]).unwrap();
        assert_eq!(int(&root, SELECT), Some(read), "{written:#x}");
    }
    for bad in [0, 3, 4, 6, 0x81, 0x101, 0x401] {
        let e = root.write(&[(SELECT, bad.into())]).unwrap_err();
        let name = format!("WIA_DPS_DOCUMENT_HANDLING_SELECT: {bad} is not valid");
        assert!(e.to_string().starts_with(&name), "{e}");
        assert_eq!(int(&root, SELECT), Some(2));
    }
    assert_eq!(
        root.property_name(SELECT),
        "WIA_DPS_DOCUMENT_HANDLING_SELECT"
    );
    assert_eq!(
        root.property_by_name("DOCUMENT_HANDLING_SELECT"),
        Some(SELECT)
    );
    drop(driver);
}

#[test]
fn every_change_of_the_context_shows_the_chosen_item_s_set_and_leaves_the_other() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let (root, top) = (device.root(), child(&device, "Top"));
    let ids = [WIA_IPS_XRES, WIA_IPA_DEPTH];
    for id in ids {
        top.write(&[(id, 1.into())]).unwrap();
    }
    root.write(&[(WIA_DPS_PREVIEW, 1.into())]).unwrap();
    root.write(&[(SELECT, 1.into())]).unwrap();
    for id in ids {
        assert_eq!(int(&top, id), Some(number(FEEDER, id)));
    }
    assert_eq!(
        int(&root, WIA_DPS_PREVIEW),
        Some(number(FEEDER, WIA_DPS_PREVIEW))
    );
    root.write(&[(SELECT, 2.into())]).unwrap();
    for id in ids {
        assert_eq!(int(&top, id), Some(1));
    }
    assert_eq!(int(&root, WIA_DPS_PREVIEW), Some(1));
}

#[test]
fn values_beside_the_choice_are_those_of_the_new_context_and_all_or_nothing() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let root = device.root();
    let before = int(&root, WIA_DPS_PAGES);
    let bad = [
        (WIA_DPS_PAGES, 3.into()),
        (SELECT, 5.into()),
        (WIA_DPS_PAD_COLOR, (-1).into()),
    ];
    let e = root.write(&bad).unwrap_err();
    assert!(e.to_string().starts_with("WIA_DPS_PAD_COLOR: -1"), "{e}");
    assert_eq!(int(&root, WIA_DPS_PAGES), before);
    assert_eq!(int(&root, SELECT), Some(2));
    let good = [(WIA_DPS_PREVIEW, 3.into()), (SELECT, 5.into())];
    root.write(&good).unwrap();
    assert_eq!(int(&root, WIA_DPS_PREVIEW), Some(3));
    root.write(&[(SELECT, 2.into())]).unwrap();
    assert_eq!(
        int(&root, WIA_DPS_PREVIEW),
        Some(number(FLATBED, WIA_DPS_PREVIEW))
    );
}

#[test]
fn the_size_of_the_feeder_is_refused_under_its_older_name() {
    let (_driver, service) = Driver::newer().service();
    let root = service.connect_legacy().unwrap().root();
    let id = WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE;
    let e = root.write(&[(id, (-1).into())]).unwrap_err();
    let name = "WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE: -1 is not valid";
    assert!(e.to_string().starts_with(name), "{e}");
}

#[test]
fn the_page_sizes_of_the_feeder_are_on_the_child_as_well() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let (root, top) = (device.root(), child(&device, "Top"));
    let ids = [WIA_IPS_PAGE_SIZE, WIA_IPS_PAGE_WIDTH, WIA_IPS_PAGE_HEIGHT];
    for id in ids {
        assert_eq!(value(&top, id), None);
    }
    root.write(&[(SELECT, 1.into())]).unwrap();
    for id in ids {
        assert_eq!(int(&top, id), Some(number(FEEDER, id)));
    }
}

#[test]
fn bands_of_memory_bitmaps_are_added() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let top = child(&device, "Top");
    let ValidValues::List { values, .. } = top.attributes(WIA_IPA_TYMED).unwrap().valid else {
        panic!("no list");
    };
    assert!(values.contains(&128.into()));
    top.write(&[
        (WIA_IPA_TYMED, 128.into()),
        (WIA_IPA_FORMAT, WIA_IMG_FMT_MEMORYBMP.into()),
    ])
    .unwrap();
    let format = value(&top, WIA_IPA_FORMAT).unwrap().as_guid();
    assert_eq!(format, Some(WIA_IMG_FMT_MEMORYBMP));
    let formats = top.formats().unwrap();
    let bands = |info: &quire_service::FormatInfo| info.tymed == Tymed::Callback;
    assert!(formats.iter().any(bands));
}

#[test]
fn what_a_newer_driver_may_leave_out_is_estimated() {
    let sizes = [
        (WIA_IPA_PIXELS_PER_LINE, 101),
        (WIA_IPA_BYTES_PER_LINE, 304),
        (WIA_IPA_NUMBER_OF_LINES, 50),
    ];
    let mut driver = Driver::newer()
        .with("Flatbed", WIA_IPS_XEXTENT, 101)
        .with("Flatbed", WIA_IPS_YEXTENT, 50)
        .with("Flatbed", WIA_IPA_DEPTH, 24)
        .without("Flatbed", WIA_IPA_BUFFER_SIZE)
        .without("Flatbed", WIA_IPA_PREFERRED_FORMAT)
        .without("", WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES);
    for (id, _) in sizes {
        driver = driver.without("Flatbed", id);
    }
    let (_driver, service) = driver.service();
    let device = service.connect_legacy().unwrap();
    let top = child(&device, "Top");
    for (id, expected) in sizes {
        assert_eq!(int(&top, id), Some(expected), "{id}");
    }
    assert!(int(&top, WIA_IPA_BUFFER_SIZE).is_some());
    assert!(value(&top, WIA_IPA_PREFERRED_FORMAT).is_some());
    let capabilities = int(&device.root(), WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES);
    assert_eq!(capabilities, Some(1 | 2 | 4));
}

struct Ignored;

impl DataCallback for Ignored {
    fn banded_data_callback(&self, _: &DataParams<'_>) -> Result<quire_service::Answer> {
        Ok(quire_service::Answer::Continue)
    }
}

#[test]
fn a_transfer_of_the_child_is_one_of_the_chosen_item() {
    let (driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let (root, top) = (device.root(), child(&device, "Top"));
    let transfer = top.transfer().unwrap();
    for (select, name) in [(1, "Feeder"), (2, "Flatbed")] {
        root.write(&[(SELECT, select.into())]).unwrap();
        if select == 1 {
            root.write(&[(WIA_DPS_PAGES, 1.into())]).unwrap();
        }
        top.write(&[
            (WIA_IPA_TYMED, 128.into()),
            (WIA_IPA_COMPRESSION, 0.into()),
            (WIA_IPA_DEPTH, 24.into()),
            (WIA_IPA_PIXELS_PER_LINE, 2.into()),
            (WIA_IPA_BUFFER_SIZE, 4096.into()),
            (WIA_IPA_ITEM_SIZE, 0.into()),
        ])
        .unwrap();
        driver.log.lock().unwrap().clear();
        let result = transfer.banded_data(DataTransferInfo::default(), Arc::new(Ignored));
        assert!(result.is_ok(), "{result:?}");
        let log = driver.log.lock().unwrap();
        let line = format!("acquire {name} 0");
        assert!(log.contains(&line), "{log:?}");
    }
}
