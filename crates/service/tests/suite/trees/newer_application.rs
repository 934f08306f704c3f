//! An application of streams on the tree of an older driver.

use std::sync::{Arc, Mutex};

use quire_service::{Answer, NextStream, TransferCallback, TransferParams};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::format::WIA_IMG_FMT_BMP;
use wia::property::*;
use wia::{Result, Status, TransferFlags, Tymed, ValidValues};

use crate::trees::driver::{Driver, child, int, value};

#[test]
fn names_flags_and_categories_are_the_service_s() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    for (name, of) in [
        ("FLATBED", WIA_CATEGORY_FLATBED),
        ("FEEDER", WIA_CATEGORY_FEEDER),
    ] {
        let item = child(&device, name);
        let text = |id| value(&item, id).unwrap().as_str().map(str::to_owned);
        assert_eq!(text(WIA_IPA_ITEM_NAME).unwrap(), name);
        let full_name = format!("0000\\Root\\{name}");
        assert_eq!(text(WIA_IPA_FULL_ITEM_NAME).unwrap(), full_name);
        let category = value(&item, WIA_IPA_ITEM_CATEGORY).unwrap().as_guid();
        assert_eq!(category, Some(of));
        assert_eq!(int(&item, WIA_IPA_ITEM_FLAGS), Some(0x8_2003));
        assert_eq!(item.flags().bits(), 0x8_2003);
    }
    let category = value(&device.root(), WIA_IPA_ITEM_CATEGORY);
    assert_eq!(category.unwrap().as_guid(), Some(WIA_CATEGORY_ROOT));
}

#[test]
fn only_files_are_offered_and_bitmaps_are_bmp() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    for name in ["FLATBED", "FEEDER"] {
        let item = child(&device, name);
        assert_eq!(int(&item, WIA_IPA_TYMED), Some(2));
        let valid = item.attributes(WIA_IPA_TYMED).unwrap().valid;
        let ValidValues::List { values, nominal } = valid else {
            panic!("no list");
        };
        assert_eq!(values, [2.into(), 256.into()]);
        assert_eq!(nominal, 2.into());
        for id in [WIA_IPA_FORMAT, WIA_IPA_PREFERRED_FORMAT] {
            assert_eq!(value(&item, id).unwrap().as_guid(), Some(WIA_IMG_FMT_BMP));
        }
        let formats = item.formats().unwrap();
        assert!(formats.iter().all(|info| info.tymed == Tymed::File));
        let e = item.write(&[(WIA_IPA_TYMED, 128.into())]).unwrap_err();
        assert!(
            e.to_string().starts_with("WIA_IPA_TYMED: 128 is not valid"),
            "{e}"
        );
    }
}

#[test]
fn what_the_older_driver_lacks_is_added() {
    let driver = Driver::older()
        .without("Top", WIA_IPA_PREFERRED_FORMAT)
        .without("Top", WIA_IPA_BUFFER_SIZE)
        .without("", WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES);
    let (_driver, service) = driver.service();
    let device = service.connect().unwrap();
    let item = child(&device, "FLATBED");
    let preferred = value(&item, WIA_IPA_PREFERRED_FORMAT).unwrap().as_guid();
    assert_eq!(preferred, Some(WIA_IMG_FMT_BMP));
    assert!(int(&item, WIA_IPA_BUFFER_SIZE).is_some_and(|size| size > 0));
    let id = WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES;
    assert_eq!(int(&device.root(), id), Some(2));
}

#[test]
fn of_the_capabilities_six_pass() {
    let (_driver, service) = Driver::older().service();
    let id = WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES;
    let root = service.connect().unwrap().root();
    assert_eq!(int(&root, id), Some(0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20));
}

#[test]
fn of_the_choice_the_sides_pass_and_the_front_is_the_default() {
    let (driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    let feeder = child(&device, "FEEDER");
    let id = WIA_IPS_DOCUMENT_HANDLING_SELECT;
    assert_eq!(int(&feeder, id), Some(0x20));
    let valid = feeder.attributes(id).unwrap().valid;
    let flags = ValidValues::Flag {
        nominal: 0x20,
        valid_bits: 0x7C,
    };
    assert_eq!(valid, flags);
    for sides in [0x4, 0xC, 0x14, 0x20, 0x40] {
        feeder.write(&[(id, sides.into())]).unwrap();
        assert_eq!(int(&feeder, id), Some(sides));
        let line = format!("validate Root {}", sides | 1);
        assert!(driver.log.lock().unwrap().contains(&line), "{line}");
    }
    for bad in [0x1, 0x2, 0x80, 0x100, 0x200, 0x400] {
        let e = feeder.write(&[(id, bad.into())]).unwrap_err();
        let name = format!("WIA_IPS_DOCUMENT_HANDLING_SELECT: {bad} is not valid");
        assert!(e.to_string().starts_with(&name), "{e}");
    }
    assert_eq!(value(&child(&device, "FLATBED"), id), None);
    assert_eq!(value(&device.root(), id), None);
}

#[test]
fn the_sets_of_the_sources_are_independent() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    let (flatbed, feeder) = (child(&device, "FLATBED"), child(&device, "FEEDER"));
    for id in [WIA_IPS_XRES, WIA_IPS_PREVIEW, WIA_IPA_DEPTH] {
        flatbed.write(&[(id, 1.into())]).unwrap();
        feeder.write(&[(id, 2.into())]).unwrap();
        assert_eq!((int(&flatbed, id), int(&feeder, id)), (Some(1), Some(2)));
    }
}

#[test]
fn what_is_of_the_root_is_one_for_both_sources() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    let id = WIA_DPS_PAD_COLOR;
    device.root().write(&[(id, 5.into())]).unwrap();
    assert_eq!(int(&device.root(), id), Some(5));
}

#[test]
fn all_or_nothing_is_written_also_to_two_items() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    let feeder = child(&device, "FEEDER");
    let before = int(&feeder, WIA_IPS_PAGES);
    let values = [(WIA_IPS_PAGES, 3.into()), (WIA_IPS_XRES, (-1).into())];
    let e = feeder.write(&values).unwrap_err();
    assert!(e.to_string().starts_with("WIA_IPS_XRES: -1"), "{e}");
    assert_eq!(int(&feeder, WIA_IPS_PAGES), before);
    let e = feeder
        .write(&[(WIA_IPA_ITEM_NAME, "x".into())])
        .unwrap_err();
    assert!(e.to_string().contains("read-only"), "{e}");
    let e = feeder.write(&[(WIA_IPS_LAMP, 0.into())]).unwrap_err();
    assert!(e.to_string().starts_with("WIA_IPS_LAMP: item"), "{e}");
}

/// Refuses a stream, and remembers for what.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>);

impl TransferCallback for Asked {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, name: &str, full_name: &str) -> Result<NextStream> {
        self.0.lock().unwrap().push(format!("{name} {full_name}"));
        Ok(NextStream::SkipItem)
    }
}

#[test]
fn the_root_is_in_the_right_context_for_every_call() {
    let (driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    driver.log.lock().unwrap().clear();
    for (name, select) in [("FEEDER", 0x21), ("FLATBED", 2), ("FEEDER", 0x21)] {
        let item = child(&device, name);
        let _ = int(&item, WIA_IPS_XRES);
        let small = [
            (WIA_IPS_XRES, 300.into()),
            (WIA_IPA_COMPRESSION, 0.into()),
            (WIA_IPA_DEPTH, 24.into()),
            (WIA_IPA_PIXELS_PER_LINE, 2.into()),
            (WIA_IPA_BUFFER_SIZE, 4096.into()),
            (WIA_IPA_ITEM_SIZE, 0.into()),
        ];
        item.write(&small).unwrap();
        let pages = [(WIA_IPS_PAGES, 1.into())];
        if name == "FEEDER" {
            item.write(&pages).unwrap();
        }
        let asked = Arc::new(Asked::default());
        let transfer = item.transfer().unwrap();
        let result = transfer.download(TransferFlags::empty(), asked.clone());
        assert!(matches!(result, Ok(Status::Ok)), "{result:?}");
        let names = format!("{name} 0000\\Root\\{name}");
        assert_eq!(asked.0.lock().unwrap().first(), Some(&names));
        let calls: Vec<String> = driver.log.lock().unwrap().drain(..).collect();
        assert!(!calls.is_empty());
        for call in &calls {
            assert!(call.ends_with(&format!(" {select}")), "{name}: {call}");
        }
        let acquired = calls.iter().any(|call| call.starts_with("acquire"));
        assert_eq!(
            acquired,
            name == "FEEDER",
            "a flatbed does not scan for nobody"
        );
    }
}
