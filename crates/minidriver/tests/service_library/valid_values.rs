//! `wiasSetValid…` and `wiasValidateItemProperties`.

use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_TIFF};
use wia::{Access, PropertyId, PropertyValue, Result, ValidValues};

use crate::minidriver::service_library::*;
use crate::rig::*;

type Setter = fn(&items::AppItem, PropertyId) -> Result<()>;

/// Each setter with a property that it suits, and what it sets.
fn setters() -> Vec<(Setter, PropertyId, ValidValues)> {
    let list = |values: &[PropertyValue]| ValidValues::List {
        nominal: values[1].clone(),
        values: values.to_vec(),
    };
    vec![
        (
            |i, id| set_valid_flag(i, id, 1, 6),
            LONG,
            ValidValues::Flag {
                nominal: 1,
                valid_bits: 6,
            },
        ),
        (
            |i, id| set_valid_range_long(i, id, 1, 2, 30, 4),
            LONG,
            ValidValues::Range {
                min: 1,
                nominal: 2,
                max: 30,
                step: 4,
            },
        ),
        (
            |i, id| set_valid_range_float(i, id, 1.0, 2.0, 30.0, 0.5),
            FLOAT,
            ValidValues::RangeFloat {
                min: 1.0,
                nominal: 2.0,
                max: 30.0,
                step: 0.5,
            },
        ),
        (
            |i, id| set_valid_list_long(i, id, 8, &[7, 8]),
            LONG,
            list(&[7.into(), 8.into()]),
        ),
        (
            |i, id| set_valid_list_float(i, id, 0.5, &[1.5, 0.5]),
            FLOAT,
            list(&[1.5.into(), 0.5.into()]),
        ),
        (
            |i, id| {
                set_valid_list_guid(
                    i,
                    id,
                    WIA_IMG_FMT_TIFF,
                    &[WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF],
                )
            },
            GUID,
            list(&[WIA_IMG_FMT_BMP.into(), WIA_IMG_FMT_TIFF.into()]),
        ),
        (
            |i, id| set_valid_list_str(i, id, "b", &["a", "b"]),
            TEXT,
            list(&["a".into(), "b".into()]),
        ),
    ]
}

#[test]
fn set_valid_kinds() {
    for (set, id, valid) in setters() {
        let (_tree, item) = typed();
        item.set_access(id, Access::READ).unwrap();
        set(&item, id).unwrap();
        let info = item.attributes(id).unwrap();
        assert_eq!((info.access, info.valid), (Access::READ, valid));
    }
}

#[test]
fn set_valid_refuses_a_missing_property() {
    let (_tree, item) = typed();
    for (set, _, _) in setters() {
        refused(set(&item, MISSING));
    }
}

#[test]
fn set_valid_refuses_a_property_of_another_type() {
    for (set, id, valid) in setters() {
        let (_tree, item) = typed();
        let before = item.properties();
        let wrong = if id == TEXT { LONG } else { TEXT };
        let message = refused(set(&item, wrong));
        assert!(message.contains("do not suit"), "{valid:?}: {message}");
        assert_eq!(item.properties(), before);
    }
}

#[test]
fn an_empty_list_has_no_valid_value() {
    let (_tree, item) = typed();
    set_valid_list_long(&item, LONG, 0, &[]).unwrap();
    refused(validate_item_properties(&item, &[LONG]));
}

/// Values that pass and values that do not, for valid values that a setter makes.
fn check(
    id: PropertyId,
    set: impl Fn(&items::AppItem),
    good: &[PropertyValue],
    bad: &[PropertyValue],
) {
    let (_tree, item) = typed();
    set(&item);
    for value in good {
        item.write(id, value.clone()).unwrap();
        validate_item_properties(&item, &[id]).unwrap();
    }
    for value in bad {
        item.write(id, value.clone()).unwrap();
        let message = refused(validate_item_properties(&item, &[id]));
        assert!(message.contains(" is not valid; valid: "), "{message}");
    }
}

#[test]
fn validate_flag() {
    let flag = |i: &items::AppItem| set_valid_flag(i, LONG, 1, 0b101).unwrap();
    let values = |v: &[i32]| v.iter().map(|v| (*v).into()).collect::<Vec<_>>();
    check(
        LONG,
        flag,
        &values(&[0, 1, 4, 5]),
        &values(&[2, 3, 7, 8, -1]),
    );
}

#[test]
fn validate_range() {
    let range = |i: &items::AppItem| set_valid_range_long(i, LONG, -5, 0, 8, 4).unwrap();
    let values = |v: &[i32]| v.iter().map(|v| (*v).into()).collect::<Vec<_>>();
    let bad = [-6, -4, 0, 4, 8, 9, i32::MIN, i32::MAX];
    check(LONG, range, &values(&[-5, -1, 3, 7]), &values(&bad));
}

#[test]
fn validate_range_without_a_step() {
    let range = |i: &items::AppItem| set_valid_range_long(i, LONG, 1, 1, 3, 0).unwrap();
    let values = |v: &[i32]| v.iter().map(|v| (*v).into()).collect::<Vec<_>>();
    check(LONG, range, &values(&[1, 2, 3]), &values(&[0, 4]));
}

#[test]
fn validate_float_range() {
    let stepped =
        |i: &items::AppItem| set_valid_range_float(i, FLOAT, 0.5, 1.0, 2.0, 0.25).unwrap();
    let values = |v: &[f32]| v.iter().map(|v| (*v).into()).collect::<Vec<_>>();
    check(
        FLOAT,
        stepped,
        &values(&[0.5, 0.75, 2.0]),
        &values(&[0.25, 0.6, 2.25]),
    );
    let any = |i: &items::AppItem| set_valid_range_float(i, FLOAT, 0.5, 1.0, 2.0, 0.0).unwrap();
    check(FLOAT, any, &values(&[0.5, 0.6, 2.0]), &values(&[0.4, 2.1]));
}

#[test]
fn validate_lists() {
    let longs = |i: &items::AppItem| set_valid_list_long(i, LONG, 75, &[75, 300]).unwrap();
    check(
        LONG,
        longs,
        &[75.into(), 300.into()],
        &[0.into(), 76.into()],
    );
    let unsigned = |i: &items::AppItem| set_valid_list_long(i, UNSIGNED, 75, &[75]).unwrap();
    check(UNSIGNED, unsigned, &[75.into()], &[76.into()]);
    let floats = |i: &items::AppItem| set_valid_list_float(i, FLOAT, 0.5, &[0.5]).unwrap();
    check(FLOAT, floats, &[0.5.into()], &[0.25.into()]);
    let formats = [WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF];
    let guids = |i: &items::AppItem| set_valid_list_guid(i, GUID, formats[0], &formats).unwrap();
    check(
        GUID,
        guids,
        &[WIA_IMG_FMT_TIFF.into()],
        &[WIA_IMG_FMT_JPEG.into()],
    );
}

#[test]
fn validate_strings_letter_by_letter() {
    let strings = |i: &items::AppItem| set_valid_list_str(i, TEXT, "Left", &["Left", ""]).unwrap();
    check(
        TEXT,
        strings,
        &["Left".into(), "".into()],
        &["left".into(), "Left ".into()],
    );
}

#[test]
fn validate_refuses_a_missing_property() {
    let (_tree, item) = typed();
    refused(validate_item_properties(&item, &[LONG, MISSING]));
    validate_item_properties(&item, &[]).unwrap();
}

#[test]
fn validate_looks_at_the_listed_properties_alone() {
    let (_tree, item) = typed();
    set_valid_list_long(&item, LONG, 75, &[75]).unwrap();
    validate_item_properties(&item, &[TEXT, FLOAT]).unwrap();
    refused(validate_item_properties(&item, &[TEXT, LONG]));
}

#[test]
fn a_refused_write_gives_the_previous_values_back() {
    let (_tree, item) = typed();
    set_valid_list_long(&item, LONG, 75, &[75, -5]).unwrap();
    let before = item.properties();
    let values = [(TEXT, "new".into()), (LONG, 76.into())];
    refused(application_writes(&item, &values, |item, changed| {
        write_prop_float(item, FLOAT, 9.0)?;
        validate_item_properties(item, changed)
    }));
    let now = item.properties();
    assert_eq!(now, before);
}
