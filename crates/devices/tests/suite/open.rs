//! Which devices there are, and how opening one fails.

use std::path::Path;

use quire_devices::{self as devices, Placement};
use wia::property::WIA_DIP_DEV_ID;
use wia::{Error, ErrorKind};

fn failure(uri: &str) -> Error {
    match devices::open(uri) {
        Ok(_) => panic!("{uri} was opened"),
        Err(e) => e,
    }
}

#[track_caller]
fn check(uri: &str, kind: ErrorKind, part: &str) {
    let e = failure(uri);
    assert_eq!(e.kind(), kind, "{uri}: {e}");
    assert!(e.to_string().contains(part), "{uri}: {e}");
}

#[test]
fn what_is_listed_can_be_opened() {
    let config = devices::Config {
        discovery: Some(Vec::new()),
        ..devices::Config::default()
    };
    let list = devices::list(&config, devices::PATIENCE).devices;
    let last = list.last().unwrap();
    assert_eq!((last.uri.as_str(), last.built_in), ("virtual:", true));
    let found = driver_virtual::discover().pop().unwrap();
    assert_eq!(
        (&last.vendor, &last.model, &last.description),
        (&found.vendor, &found.model, &found.description)
    );
    for device in list {
        let opened = devices::open(&device.uri).unwrap();
        assert!(!opened.root().children().is_empty());
    }
}

#[test]
fn unknown_schemes_are_no_device() {
    check("twain:x", ErrorKind::NoDeviceAvailable, "twain:");
    check("virtual", ErrorKind::NoDeviceAvailable, "virtual:");
}

#[test]
fn a_driver_in_cpp_cannot_be_in_this_process() {
    let opened = devices::open_with("com:x.so", Placement::InProcess);
    let error = opened.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotImplemented);
    assert!(error.to_string().contains("libwiaservc.so"), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_no_device() {
    check(
        "virtual:/nowhere/at/all",
        ErrorKind::NoDeviceAvailable,
        "/nowhere/at/all",
    );
}

#[test]
fn parameters_are_checked() {
    check(
        "virtual:?seed=1&colour=red",
        ErrorKind::InvalidArgument,
        "device virtual:?seed=1&colour=red: there is no parameter colour; valid are sheets, seed, ppm, \
         lateheight, model, tree, jam, double, cover, out, disconnect, stall, layers, deadline",
    );
    check("virtual:?sheets=many", ErrorKind::InvalidArgument, "sheets");
}

#[test]
fn the_deadline_is_a_number_of_seconds() {
    for good in ["0.5", "1", "3600", "1e2"] {
        devices::open(&format!("virtual:?deadline={good}")).unwrap();
    }
    for bad in ["0", "-1", "3600.1", "inf", "nan", "1s", "", "1e-300"] {
        check(
            &format!("virtual:?deadline={bad}"),
            ErrorKind::InvalidArgument,
            "up to 3600",
        );
    }
}

#[test]
fn a_bare_question_mark_asks_for_nothing() {
    let device = devices::open("virtual:?").unwrap();
    let id = device.root().read(&[WIA_DIP_DEV_ID]).unwrap();
    assert_eq!(id, [Some("virtual:".into())]);
}

#[test]
fn every_opening_has_settings_of_its_own() {
    let device = devices::open("virtual:").unwrap();
    let other = devices::open("virtual:").unwrap();
    let feeder = |d: &dyn service::Device| d.root().children().pop().unwrap();
    let (one, two) = (feeder(&*device), feeder(&*other));
    let xres = wia::property::WIA_IPS_XRES;
    let before = two.read(&[xres]).unwrap();
    one.write(&[(xres, 150.into())]).unwrap();
    assert_eq!(two.read(&[xres]).unwrap(), before);
    assert_ne!(one.read(&[xres]).unwrap(), before);
}

#[test]
fn a_relative_folder_counts_from_the_working_directory() {
    assert!(Path::new("src").is_dir());
    // There is a folder, and no image in it: it opens, and only a scan finds that it is empty.
    devices::open("virtual:src").unwrap();
}

#[test]
fn layers_are_switched_by_the_uri() {
    let layers = |uri: &str| devices::open(uri).unwrap().layers().join(",");
    let usual = "one-page-flatbed,late-empty,true-height,true-resolution";
    assert_eq!(layers("virtual:"), usual);
    assert_eq!(
        layers("virtual:?layers=none,side-order&seed=1"),
        "side-order"
    );
    assert_eq!(layers("virtual:?model=legacy"), "");
    assert_eq!(layers("folder:src"), "");
    check(
        "virtual:?layers=all",
        ErrorKind::InvalidArgument,
        "side-order",
    );
    check(
        "virtual:?layers=all&model=legacy&tree=legacy",
        ErrorKind::InvalidArgument,
        "side-order",
    );
    check(
        "folder:src?layers=none",
        ErrorKind::InvalidArgument,
        "layers",
    );
}
