//! Property storage, and what an application writes.

use quire_items::{AppItem, DriverItem, MAX_VALUE_BYTES, RemoveReason, write_multiple};
use wia::category::{WIA_CATEGORY_FLATBED, WIA_CATEGORY_ROOT};
use wia::property::*;
use wia::{
    Access, Error, ErrorKind, ItemFlags, PropertyId, PropertyInfo, PropertyValue, ValidValues,
};

const GAMMA: PropertyId = PropertyId(71683);
const COUNTER: PropertyId = PropertyId(71684);
const TITLE: PropertyId = PropertyId(71685);

fn info(access: Access) -> PropertyInfo {
    PropertyInfo {
        access,
        valid: ValidValues::None,
    }
}

fn flatbed() -> (AppItem, AppItem) {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER;
    let root = DriverItem::new(flags, "Root", r"0000\Root", WIA_CATEGORY_ROOT).unwrap();
    DriverItem::new_child(
        &root,
        ItemFlags::FILE,
        "Flatbed",
        WIA_CATEGORY_FLATBED,
        None,
    )
    .unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let item = tree.children().remove(0);
    item.declare(WIA_IPS_XRES, 300, info(Access::RW));
    item.declare(WIA_IPS_XEXTENT, 2480, info(Access::RW));
    item.declare(WIA_IPA_ITEM_SIZE, 77, info(Access::READ));
    item.declare(GAMMA, PropertyValue::R4(1.0), info(Access::RW));
    item.declare(COUNTER, PropertyValue::UI4(5), info(Access::RW));
    item.declare(TITLE, "", info(Access::RW));
    item.set_item_prop_names(&[(GAMMA, "gamma value")]);
    (tree, item)
}

fn write(item: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<(), Error> {
    write_multiple(item, values, &mut |_, _| Ok(()))
}

fn message(result: Result<(), Error>) -> String {
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    e.to_string()
}

#[test]
fn typed_reads_name_what_is_wrong() {
    let (_, item) = flatbed();
    assert_eq!(item.read_i32(WIA_IPS_XRES).unwrap(), 300);
    assert_eq!(item.read_i32(COUNTER).unwrap(), 5);
    assert_eq!(item.read_f32(GAMMA).unwrap(), 1.0);
    assert_eq!(item.opt_i32(WIA_IPS_YRES), None);
    let e = item.read_i32(WIA_IPS_YRES).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(e.to_string().contains("WIA_IPS_YRES"), "{e}");
    assert!(
        item.read_guid(WIA_IPS_XRES)
            .unwrap_err()
            .to_string()
            .contains("not a GUID")
    );
    assert!(item.read_bytes(TITLE).is_err());
}

#[test]
fn the_driver_writes_several_at_once_or_none() {
    let (_, item) = flatbed();
    let named = PropertyId(80000);
    item.set_item_prop_names(&[(named, "named only")]);
    let all = |values: &[(PropertyId, PropertyValue)]| item.write_all(values);

    let before = item.properties();
    let stranger = (WIA_IPS_YRES, 1.into());
    let mistyped = (TITLE, 1.into());
    for bad in [stranger, mistyped] {
        let values = [(WIA_IPS_XRES, 600.into()), (named, 7.into()), bad];
        assert_eq!(all(&values).unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert_eq!(item.properties(), before);
    }
    let two_types = [(named, 7.into()), (named, "seven".into())];
    assert!(all(&two_types).is_err());
    assert!(!item.has(named));

    let size = (WIA_IPA_ITEM_SIZE, PropertyValue::UI4(99));
    all(&[size, (named, 7.into()), (named, 8.into())]).unwrap();
    assert_eq!(item.read(WIA_IPA_ITEM_SIZE), Some(PropertyValue::I4(99)));
    assert_eq!(item.read_i32(named).unwrap(), 8);
    assert_eq!(item.attributes(named), Some(info(Access::READ)));
}

#[test]
fn the_driver_writes_what_applications_cannot() {
    let (_, item) = flatbed();
    item.write(WIA_IPA_ITEM_SIZE, 99).unwrap();
    assert_eq!(item.read_i32(WIA_IPA_ITEM_SIZE).unwrap(), 99);
    assert_eq!(item.previous_i32(WIA_IPA_ITEM_SIZE), Some(77));
    assert!(item.write(WIA_IPS_YRES, 1).is_err());
    assert!(item.write(WIA_IPA_ITEM_SIZE, "x").is_err());
    item.write_if_present(WIA_IPS_YRES, 1).unwrap();
    assert!(!item.has(WIA_IPS_YRES));
    let refused = message(write(&item, &[(WIA_IPA_ITEM_SIZE, 1.into())]));
    assert!(
        refused.contains("WIA_IPA_ITEM_SIZE") && refused.contains("read-only"),
        "{refused}"
    );
}

#[test]
fn integers_are_stored_in_the_declared_type() {
    let (_, item) = flatbed();
    write(
        &item,
        &[(WIA_IPS_XRES, PropertyValue::UI4(600)), (COUNTER, 7.into())],
    )
    .unwrap();
    assert_eq!(item.read(WIA_IPS_XRES), Some(PropertyValue::I4(600)));
    assert_eq!(item.read(COUNTER), Some(PropertyValue::UI4(7)));
    let e = message(write(
        &item,
        &[(WIA_IPS_XRES, PropertyValue::UI4(u32::MAX))],
    ));
    assert!(e.contains("WIA_IPS_XRES: 4294967295 is not valid"), "{e}");
    let e = message(write(&item, &[(COUNTER, (-1).into())]));
    assert!(e.contains("an integer from 0 to 4294967295"), "{e}");
    let e = message(write(&item, &[(GAMMA, 2.into())]));
    assert!(e.starts_with("gamma value: 2 is not valid"), "{e}");
    assert!(write(&item, &[(GAMMA, PropertyValue::R4(f32::NAN))]).is_err());
    assert!(
        write(
            &item,
            &[(TITLE, "x".repeat(MAX_VALUE_BYTES).as_str().into())]
        )
        .is_ok()
    );
    assert!(
        write(
            &item,
            &[(TITLE, "x".repeat(MAX_VALUE_BYTES + 1).as_str().into())]
        )
        .is_err()
    );
}

#[test]
fn a_bad_value_keeps_its_good_neighbours_out() {
    let (_, item) = flatbed();
    let before = item.properties();
    for bad in [
        (WIA_IPS_XEXTENT, PropertyValue::from("wide")),
        (WIA_IPS_YRES, 1.into()),
        (WIA_IPA_ITEM_SIZE, 1.into()),
    ] {
        let never = &mut |_: &AppItem, _: &[PropertyId]| panic!("the driver is not asked");
        let result = write_multiple(&item, &[(WIA_IPS_XRES, 600.into()), bad], never);
        assert!(result.is_err());
        assert_eq!(item.properties(), before);
    }
}

#[test]
fn the_driver_sees_the_new_and_the_previous_value() {
    let (_, item) = flatbed();
    let values = [
        (WIA_IPS_XRES, 150.into()),
        (TITLE, "a".into()),
        (WIA_IPS_XRES, 600.into()),
    ];
    let mut seen = Vec::new();
    write_multiple(&item, &values, &mut |i, changed| {
        seen = changed.to_vec();
        assert_eq!(i.read_i32(WIA_IPS_XRES)?, 600);
        assert_eq!(i.previous_i32(WIA_IPS_XRES), Some(300));
        i.write(WIA_IPS_XEXTENT, 4960)?;
        assert_eq!(i.previous_i32(WIA_IPS_XEXTENT), Some(2480));
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [WIA_IPS_XRES, TITLE]);
    assert_eq!(item.read_i32(WIA_IPS_XEXTENT).unwrap(), 4960);
    write(&item, &[]).unwrap();
    assert_eq!(item.previous_i32(WIA_IPS_XRES), Some(600));
}

#[test]
fn a_refused_write_leaves_no_trace_in_the_whole_tree() {
    let (root, item) = flatbed();
    root.declare(WIA_DPS_DOCUMENT_HANDLING_STATUS, 1, info(Access::READ));
    let before = (root.properties(), item.properties());
    let refuse = &mut |i: &AppItem, _: &[PropertyId]| {
        i.write(WIA_IPA_ITEM_SIZE, 1)?;
        i.set_valid_range(WIA_IPS_XEXTENT, 1, 1, 9, 1)?;
        i.declare(WIA_IPS_YRES, 1, info(Access::RW));
        i.root().write(WIA_DPS_DOCUMENT_HANDLING_STATUS, 2)?;
        Err(Error::invalid("no"))
    };
    assert!(write_multiple(&item, &[(WIA_IPS_XRES, 600.into())], refuse).is_err());
    assert_eq!((root.properties(), item.properties()), before);

    let crash = std::panic::AssertUnwindSafe(|| {
        let panics = &mut |_: &AppItem, _: &[PropertyId]| panic!("driver bug");
        write_multiple(&item, &[(WIA_IPS_XRES, 600.into())], panics)
    });
    assert!(std::panic::catch_unwind(crash).is_err());
    assert_eq!((root.properties(), item.properties()), before);
    write(&item, &[(WIA_IPS_XRES, 600.into())]).unwrap();
}

#[test]
fn an_item_that_goes_during_a_write_stays_gone() {
    let (root, item) = flatbed();
    let goes = &mut |i: &AppItem, _: &[PropertyId]| {
        i.remove(RemoveReason::Disconnected);
        Err(Error::invalid("no"))
    };
    assert!(write_multiple(&item, &[(WIA_IPS_XRES, 600.into())], goes).is_err());
    assert!(root.children().is_empty());
    assert_eq!(item.read_i32(WIA_IPS_XRES).unwrap(), 300);
    assert_eq!(
        item.read_i32(WIA_IPA_ITEM_FLAGS).unwrap(),
        item.flags().bits()
    );
    assert!(item.flags().contains(ItemFlags::DISCONNECTED));
}

#[test]
fn a_driver_cannot_write_as_an_application_while_it_validates() {
    let (_, item) = flatbed();
    let again = &mut |i: &AppItem, _: &[PropertyId]| write(i, &[(TITLE, "x".into())]);
    let e = write_multiple(&item, &[(WIA_IPS_XRES, 600.into())], again).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unexpected);
}

#[test]
fn writes_of_several_threads_do_not_undo_each_other() {
    let (_, item) = flatbed();
    std::thread::scope(|s| {
        for t in 0..4u32 {
            let item = &item;
            s.spawn(move || {
                for n in 0..200u32 {
                    let _ = write_multiple(item, &[(COUNTER, 0.into())], &mut |i, _| {
                        let seen = i.previous_i32(COUNTER).unwrap_or(0);
                        i.write(COUNTER, seen + 1)?;
                        if (n + t) % 2 == 0 {
                            Err(Error::invalid("no"))
                        } else {
                            Ok(())
                        }
                    });
                }
            });
        }
    });
    assert_eq!(item.read_i32(COUNTER).unwrap(), 5 + 4 * 100);
}

#[test]
fn properties_have_names() {
    let (root, item) = flatbed();
    root.declare(
        WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE,
        1,
        info(Access::READ),
    );
    item.declare(WIA_IPS_FILM_SCAN_MODE, 1, info(Access::RW));
    let id = PropertyId(3104);
    assert_eq!(
        root.property_name(id),
        "WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE"
    );
    assert_eq!(item.property_name(id), "WIA_IPS_FILM_SCAN_MODE");
    assert_eq!(item.property_name(GAMMA), "gamma value");
    for name in [
        "WIA_IPS_XRES",
        "wia_ips_xres",
        "IPS_XRES",
        "xres",
        "6147",
        "0x1803",
    ] {
        assert_eq!(item.property_by_name(name), Some(WIA_IPS_XRES), "{name}");
    }
    assert_eq!(item.property_by_name("gamma value"), Some(GAMMA));
    assert_eq!(item.property_by_name("71683"), Some(GAMMA));
    for name in ["", "6148", "WIA_IPS_YRES", "Gamma Value", "res", "-1", "0x"] {
        assert_eq!(item.property_by_name(name), None, "{name}");
    }
}

#[test]
fn declared_order_stays() {
    let (_, item) = flatbed();
    let ids = item.property_ids();
    assert_eq!(
        ids[4..],
        [
            WIA_IPS_XRES,
            WIA_IPS_XEXTENT,
            WIA_IPA_ITEM_SIZE,
            GAMMA,
            COUNTER,
            TITLE
        ]
    );
    assert!(item.remove_property(WIA_IPA_ITEM_SIZE));
    assert!(!item.remove_property(WIA_IPA_ITEM_SIZE));
    item.declare(WIA_IPS_XRES, 75, info(Access::RW));
    assert_eq!(
        item.property_ids()[4..],
        [WIA_IPS_XRES, WIA_IPS_XEXTENT, GAMMA, COUNTER, TITLE]
    );
    assert_eq!(item.read_i32(COUNTER).unwrap(), 5);
    assert_eq!(item.read_i32(WIA_IPS_XRES).unwrap(), 75);
}
