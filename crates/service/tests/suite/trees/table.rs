//! Every row of the tables of properties, both ways.

use wia::property::WIA_DPS_DOCUMENT_HANDLING_SELECT;

use crate::trees::driver::{Driver, FEEDER, FLATBED, ROOT, child, int, number, rows, value};

#[test]
fn an_older_application_finds_each_property_of_a_newer_driver_in_its_place() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let root = device.root();
    for (select, base) in [(2, FLATBED), (1, FEEDER), (2, FLATBED)] {
        root.write(&[(WIA_DPS_DOCUMENT_HANDLING_SELECT, select.into())])
            .unwrap();
        let top = child(&device, "Top");
        for row in rows() {
            let what = format!("{} {} in {select}", row.section, row.name);
            let id = row.newer_id;
            let expected = match row.newer.as_str() {
                "root" => ROOT,
                "flatbed" => FLATBED,
                "feeder" => FEEDER,
                _ => base,
            };
            match (row.how.as_str(), row.older.as_str()) {
                ("value", "root") => {
                    assert_eq!(
                        int(&root, row.older_id),
                        Some(number(expected, id)),
                        "{what}"
                    );
                }
                ("value", "child") => {
                    assert_eq!(
                        int(&top, row.older_id),
                        Some(number(expected, id)),
                        "{what}"
                    );
                }
                ("special", "root") => assert!(value(&root, row.older_id).is_some(), "{what}"),
                ("special", "child") => assert!(value(&top, row.older_id).is_some(), "{what}"),
                ("dropped", _) => {
                    assert_eq!(value(&top, id), None, "{what}");
                    // The root's own property of this id is the feeder's.
                    let at_root = match id.0 {
                        3104 => Some(number(FEEDER, wia::PropertyId(6167))),
                        3105 => Some(number(FEEDER, wia::PropertyId(6168))),
                        _ => None,
                    };
                    assert_eq!(int(&root, id), at_root, "{what}");
                }
                ("constant 1" | "special", "none") => {
                    assert_eq!(value(&top, id), None, "{what}");
                    assert_eq!(value(&root, id), None, "{what}");
                }
                other => panic!("{what}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_newer_application_finds_each_property_of_an_older_driver_in_its_place() {
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    let root = device.root();
    for (source, name, base) in [
        ("flatbed", "FLATBED", FLATBED),
        ("feeder", "FEEDER", FEEDER),
    ] {
        let item = child(&device, name);
        for row in rows() {
            let what = format!("{} {} on {name}", row.section, row.name);
            let id = row.older_id;
            let here = row.newer == source || row.newer == "both";
            let from = if row.older == "root" { ROOT } else { base };
            match row.how.as_str() {
                "value" if row.newer == "root" => {
                    assert_eq!(int(&root, row.newer_id), Some(number(ROOT, id)), "{what}");
                }
                "value" if here => {
                    assert_eq!(int(&item, row.newer_id), Some(number(from, id)), "{what}");
                }
                "constant 1" if here => assert_eq!(int(&item, row.newer_id), Some(1), "{what}"),
                "special" if here => assert!(value(&item, row.newer_id).is_some(), "{what}"),
                "special" if row.newer == "root" => {
                    assert!(value(&root, row.newer_id).is_some(), "{what}");
                }
                "dropped" => {
                    assert_eq!(value(&item, row.newer_id), None, "{what}");
                    assert_eq!(value(&root, row.newer_id), None, "{what}");
                }
                "value" | "special" | "constant 1" if row.older_id != row.newer_id => {}
                "value" | "special" => assert_eq!(value(&item, id), None, "{what}"),
                other => panic!("{what}: {other:?}"),
            }
        }
    }
}

#[test]
fn writes_go_the_same_way_as_reads() {
    let (_driver, service) = Driver::newer().service();
    let device = service.connect_legacy().unwrap();
    let newer = service.connect().unwrap();
    drop(newer);
    for row in rows().iter().filter(|row| row.how == "value") {
        let of_feeder = row.newer == "feeder";
        let select = if of_feeder { 1 } else { 2 };
        let root = device.root();
        let choice = (WIA_DPS_DOCUMENT_HANDLING_SELECT, select.into());
        root.write(&[choice]).unwrap();
        let item = if row.older == "root" {
            root
        } else {
            child(&device, "Top")
        };
        item.write(&[(row.older_id, 7.into())]).unwrap();
        assert_eq!(int(&item, row.older_id), Some(7), "{}", row.name);
        // The driver refuses -1, and says it of the property that was written.
        let e = item.write(&[(row.older_id, (-1).into())]).unwrap_err();
        let name = format!("{}: -1", item.property_name(row.older_id));
        assert!(e.to_string().starts_with(&name), "{}: {e}", row.name);
        assert_eq!(int(&item, row.older_id), Some(7), "{}", row.name);
    }
    let (_driver, service) = Driver::older().service();
    let device = service.connect().unwrap();
    for row in rows().iter().filter(|row| row.how == "value") {
        let item = match row.newer.as_str() {
            "root" => device.root(),
            "feeder" => child(&device, "FEEDER"),
            _ => child(&device, "FLATBED"),
        };
        item.write(&[(row.newer_id, 7.into())]).unwrap();
        assert_eq!(int(&item, row.newer_id), Some(7), "{}", row.name);
        let e = item.write(&[(row.newer_id, (-1).into())]).unwrap_err();
        let name = format!("{}: -1", item.property_name(row.newer_id));
        assert!(e.to_string().starts_with(&name), "{}: {e}", row.name);
        assert_eq!(int(&item, row.newer_id), Some(7), "{}", row.name);
    }
}
