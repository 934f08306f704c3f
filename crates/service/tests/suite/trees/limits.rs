//! What is translated, and what is not (the clauses of
//! `img/mapping-wia-properties-that-need-no-changes---special-cases.md`).

use minidriver::DriverModel;
use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER,
};
use wia::property::*;
use wia::{ErrorKind, Guid, PropertyId};

use crate::trees::driver::{Driver, child, int, value};

fn names(items: &[std::sync::Arc<dyn quire_service::Item>]) -> Vec<String> {
    items.iter().map(|item| item.name()).collect()
}

#[test]
fn a_flatbed_or_a_feeder_is_enough_for_an_older_application() {
    for (name, category, select) in [
        ("Flatbed", WIA_CATEGORY_FLATBED, 2),
        ("Feeder", WIA_CATEGORY_FEEDER, 0x21),
    ] {
        let items = [("Film", WIA_CATEGORY_FILM), (name, category)];
        let (_driver, service) = Driver::newer().items(&items).service();
        let device = service.connect_legacy().unwrap();
        assert_eq!(names(&device.root().children()), ["Top"]);
        let id = WIA_DPS_DOCUMENT_HANDLING_SELECT;
        assert_eq!(int(&device.root(), id), Some(select));
        let other = if select == 2 { 1 } else { 2 };
        let e = device.root().write(&[(id, other.into())]).unwrap_err();
        let name = format!("WIA_DPS_DOCUMENT_HANDLING_SELECT: {other} is not valid");
        assert!(e.to_string().starts_with(&name), "{e}");
    }
}

#[test]
fn a_driver_of_film_or_storage_alone_stays_as_it_is() {
    for (name, category) in [("Film", WIA_CATEGORY_FILM), ("Files", WIA_CATEGORY_FOLDER)] {
        let (_driver, service) = Driver::newer().items(&[(name, category)]).service();
        let device = service.connect_legacy().unwrap();
        assert_eq!(names(&device.root().children()), [name]);
    }
}

#[test]
fn pairs_of_one_generation_are_untouched() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect().unwrap();
    assert_eq!(names(&device.root().children()), ["Flatbed", "Feeder"]);
    let (_driver, service) = Driver::older().service();
    let device = service.connect_legacy().unwrap();
    assert_eq!(names(&device.root().children()), ["Top"]);
    assert_eq!(child(&device, "Top").category(), Guid::NULL);
    assert_eq!(int(&child(&device, "Top"), WIA_IPA_TYMED), Some(128));
}

#[test]
fn an_older_root_with_one_child_is_translated() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    let items = device.root().children();
    assert_eq!(names(&items), ["FLATBED", "FEEDER"]);
    let categories: Vec<Guid> = items.iter().map(|item| item.category()).collect();
    assert_eq!(categories, [WIA_CATEGORY_FLATBED, WIA_CATEGORY_FEEDER]);
}

#[test]
fn a_driver_of_streams_is_never_taken_for_an_older_one() {
    let (_driver, service) = Driver::older().model(DriverModel::Stream).service();
    let device = service.connect().unwrap();
    assert_eq!(names(&device.root().children()), ["Top"]);
}

#[test]
fn half_a_newer_tree_fails_the_session() {
    let items = [("Top", Guid::NULL), ("Feeder", WIA_CATEGORY_FEEDER)];
    let (_driver, service) = Driver::older().items(&items).service();
    let e = service.connect().err().unwrap();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    let text = e.to_string();
    assert!(text.contains("half a newer one"), "{text}");
    assert!(text.contains("\"0000\\\\Root\\\\Top\" has none"), "{text}");
}

#[test]
fn a_required_property_that_is_missing_or_no_number_fails_the_session_by_name() {
    for (of, id, name) in [
        (
            "",
            WIA_DPS_HORIZONTAL_BED_SIZE,
            "WIA_DPS_HORIZONTAL_BED_SIZE",
        ),
        ("", WIA_DPS_VERTICAL_BED_SIZE, "WIA_DPS_VERTICAL_BED_SIZE"),
        (
            "",
            WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE,
            "WIA_DPS_HORIZONTAL_SHEET_FEED_SIZE",
        ),
        (
            "",
            WIA_DPS_VERTICAL_SHEET_FEED_SIZE,
            "WIA_DPS_VERTICAL_SHEET_FEED_SIZE",
        ),
        ("", WIA_DPS_OPTICAL_XRES, "WIA_DPS_OPTICAL_XRES"),
        ("", WIA_DPS_PAGES, "WIA_DPS_PAGES"),
        ("Top", WIA_IPS_XRES, "WIA_IPS_XRES"),
        ("Top", WIA_IPA_DATATYPE, "WIA_IPA_DATATYPE"),
        ("Top", WIA_IPA_FORMAT, "WIA_IPA_FORMAT"),
    ] {
        let (_driver, service) = Driver::older().without(of, id).service();
        let e = service.connect().err().unwrap();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        assert!(e.to_string().ends_with(&format!("lacks {name}")), "{e}");
        if id != WIA_IPA_FORMAT {
            let (_driver, service) = Driver::older().with(of, id, "corrupt").service();
            let e = service.connect().err().unwrap();
            assert!(
                e.to_string().ends_with(&format!("{name} is no integer")),
                "{e}"
            );
        }
    }
}

#[test]
fn without_select_or_capabilities_there_is_a_flatbed_only() {
    for id in [
        WIA_DPS_DOCUMENT_HANDLING_SELECT,
        WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES,
    ] {
        let (_driver, service) = Driver::older().without("", id).service();
        let device = service.connect().unwrap();
        assert_eq!(names(&device.root().children()), ["FLATBED"]);
        let capabilities = int(&device.root(), WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES);
        assert!(capabilities.is_some_and(|bits| bits & 2 != 0));
    }
}

#[test]
fn what_the_feeder_may_lack_is_not_made_up() {
    let ids: [PropertyId; 4] = [
        WIA_IPS_ORIENTATION,
        WIA_IPS_PAGE_SIZE,
        WIA_IPS_PAGE_WIDTH,
        WIA_IPS_PAGE_HEIGHT,
    ];
    let mut driver = Driver::older().without("Top", WIA_IPS_ORIENTATION);
    for id in ids {
        driver = driver.without("", id);
    }
    let (_driver, service) = driver.service();
    let feeder = child(&service.connect().unwrap(), "FEEDER");
    for id in ids {
        assert_eq!(value(&feeder, id), None, "{id}");
    }
    // The page sizes can be the child's as well.
    let mut driver = Driver::older();
    for id in ids.into_iter().skip(1) {
        driver = driver.without("", id).with("Top", id, 5);
    }
    let (_driver, service) = driver.service();
    let device = service.connect().unwrap();
    for id in ids.into_iter().skip(1) {
        assert_eq!(int(&child(&device, "FEEDER"), id), Some(5), "{id}");
        assert_eq!(value(&child(&device, "FLATBED"), id), None, "{id}");
    }
}
