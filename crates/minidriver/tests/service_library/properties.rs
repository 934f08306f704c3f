//! Values, names and attributes of properties.

use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF};
use wia::{Access, PropertyId, PropertyInfo, PropertyValue, ValidValues};

use crate::minidriver::service_library::*;
use crate::rig::*;

fn reading<T>(current: T, old: T) -> Reading<T> {
    Reading { current, old }
}

/// A new property that only has a name.
const NAMED: PropertyId = PropertyId(71_100);

#[test]
fn read_multiple_gives_current_and_old_values() {
    let (_tree, item) = typed();
    application_writes(&item, &[(LONG, 6.into())], |_, _| Ok(())).unwrap();
    assert_eq!(
        read_multiple(&item, &[TEXT, MISSING, LONG]),
        [
            Some(reading("old".into(), "old".into())),
            None,
            Some(reading(6.into(), (-5).into())),
        ]
    );
    assert_eq!(read_multiple(&item, &[]), []);
}

#[test]
fn read_prop_types() {
    let (_tree, item) = typed();
    let values = [
        (LONG, 6.into()),
        (FLOAT, 2.5.into()),
        (GUID, WIA_IMG_FMT_TIFF.into()),
        (TEXT, "new".into()),
        (BYTES, PropertyValue::UI1Vector(vec![3, 4, 5])),
    ];
    application_writes(&item, &values, |_, _| Ok(())).unwrap();
    for must_exist in [false, true] {
        let long = read_prop_long(&item, LONG, must_exist).unwrap();
        assert_eq!(long, Some(reading(6, -5)));
        let unsigned = read_prop_long(&item, UNSIGNED, must_exist).unwrap();
        assert_eq!(unsigned, Some(reading(5, 5)));
        let float = read_prop_float(&item, FLOAT, must_exist).unwrap();
        assert_eq!(float, Some(reading(2.5, 1.5)));
        let guid = read_prop_guid(&item, GUID, must_exist).unwrap();
        assert_eq!(guid, Some(reading(WIA_IMG_FMT_TIFF, WIA_IMG_FMT_BMP)));
        let text = read_prop_str(&item, TEXT, must_exist).unwrap();
        assert_eq!(text, Some(reading("new".into(), "old".into())));
        let bytes = read_prop_bin(&item, BYTES, must_exist).unwrap();
        assert_eq!(bytes, Some(reading(vec![3, 4, 5], vec![1, 2])));
    }
}

#[test]
fn read_prop_that_must_exist_and_does_not() {
    let (_tree, item) = typed();
    let messages = [
        refused(read_prop_long(&item, MISSING, true)),
        refused(read_prop_float(&item, MISSING, true)),
        refused(read_prop_guid(&item, MISSING, true)),
        refused(read_prop_str(&item, MISSING, true)),
        refused(read_prop_bin(&item, MISSING, true)),
    ];
    for message in messages {
        assert!(message.contains("no such property"), "{message}");
    }
}

#[test]
fn read_prop_that_may_be_missing() {
    let (_tree, item) = typed();
    assert_eq!(read_prop_long(&item, MISSING, false).unwrap(), None);
    assert_eq!(read_prop_float(&item, MISSING, false).unwrap(), None);
    assert_eq!(read_prop_guid(&item, MISSING, false).unwrap(), None);
    assert_eq!(read_prop_str(&item, MISSING, false).unwrap(), None);
    assert_eq!(read_prop_bin(&item, MISSING, false).unwrap(), None);
}

#[test]
fn read_prop_of_another_type() {
    let (_tree, item) = typed();
    for must_exist in [false, true] {
        let messages = [
            refused(read_prop_long(&item, TEXT, must_exist)),
            refused(read_prop_float(&item, LONG, must_exist)),
            refused(read_prop_guid(&item, TEXT, must_exist)),
            refused(read_prop_str(&item, GUID, must_exist)),
            refused(read_prop_bin(&item, TEXT, must_exist)),
        ];
        for message in messages {
            assert!(message.contains("the property is not "), "{message}");
        }
    }
}

#[test]
fn write_multiple_ignores_access_and_valid_values() {
    let (_tree, item) = typed();
    item.set_access(LONG, Access::READ).unwrap();
    set_valid_range_long(&item, LONG, 0, 0, 10, 1).unwrap();
    write_multiple(&item, &[(LONG, 99.into()), (TEXT, "new".into())]).unwrap();
    assert_eq!(item.read_i32(LONG).unwrap(), 99);
    assert_eq!(item.read_str(TEXT).unwrap(), "new");
    write_multiple(&item, &[]).unwrap();
}

#[test]
fn write_multiple_writes_all_or_nothing() {
    let (_tree, item) = typed();
    let before = item.properties();
    for bad in [(MISSING, 1.into()), (TEXT, 1.into())] {
        refused(write_multiple(&item, &[(LONG, 99.into()), bad]));
        assert_eq!(item.properties(), before);
    }
}

#[test]
fn write_prop_types() {
    let (_tree, item) = typed();
    write_prop_long(&item, LONG, 6).unwrap();
    write_prop_long(&item, UNSIGNED, 7).unwrap();
    write_prop_float(&item, FLOAT, 2.5).unwrap();
    write_prop_guid(&item, GUID, WIA_IMG_FMT_TIFF).unwrap();
    write_prop_str(&item, TEXT, Some("new")).unwrap();
    write_prop_bin(&item, BYTES, &[3, 4, 5]).unwrap();
    let values = [LONG, UNSIGNED, FLOAT, GUID, TEXT, BYTES].map(|id| item.read(id).unwrap());
    assert_eq!(
        values,
        [
            PropertyValue::I4(6),
            PropertyValue::UI4(7),
            PropertyValue::R4(2.5),
            PropertyValue::Clsid(WIA_IMG_FMT_TIFF),
            PropertyValue::Bstr("new".into()),
            PropertyValue::UI1Vector(vec![3, 4, 5]),
        ]
    );
    // The driver's writes are no application's: what was before that stays.
    assert_eq!(item.previous(LONG), Some(PropertyValue::I4(-5)));
}

#[test]
fn write_prop_str_without_a_string() {
    let (_tree, item) = typed();
    write_prop_str(&item, TEXT, None).unwrap();
    assert_eq!(item.read_str(TEXT).unwrap(), "");
}

#[test]
fn write_prop_bin_without_bytes() {
    let (_tree, item) = typed();
    write_prop_bin(&item, BYTES, &[]).unwrap();
    assert_eq!(item.read_bytes(BYTES).unwrap(), []);
}

#[test]
fn write_prop_refuses_missing_properties_and_other_types() {
    let (_tree, item) = typed();
    refused(write_prop_long(&item, MISSING, 1));
    refused(write_prop_long(&item, TEXT, 1));
    refused(write_prop_long(&item, UNSIGNED, -1));
    refused(write_prop_float(&item, LONG, 1.0));
    refused(write_prop_float(&item, FLOAT, f32::NAN));
    refused(write_prop_guid(&item, TEXT, WIA_IMG_FMT_BMP));
    refused(write_prop_str(&item, LONG, Some("1")));
    refused(write_prop_bin(&item, TEXT, b"text"));
}

#[test]
fn set_item_prop_names_declares_properties() {
    let (_tree, item) = flatbed();
    let other = PropertyId(71_101);
    set_item_prop_names(&item, &[(NAMED, "Gamma Curve"), (other, "Lamp Hours")]);
    assert!(!item.has(NAMED));
    assert_eq!(item.property_name(other), "Lamp Hours");

    write_prop_long(&item, NAMED, 3).unwrap();
    write_prop_str(&item, other, Some("12")).unwrap();
    assert_eq!(item.property_by_name("Gamma Curve"), Some(NAMED));
    assert_eq!(item.attributes(NAMED), Some(info(Access::READ)));
    refused(application_writes(&item, &[(NAMED, 4.into())], |_, _| {
        Ok(())
    }));

    assert_eq!(
        set_item_prop_attribs(&item, &[(NAMED, info(Access::RW))]).unwrap(),
        []
    );
    application_writes(&item, &[(NAMED, 4.into())], |_, _| Ok(())).unwrap();
}

fn list(values: &[PropertyValue]) -> ValidValues {
    ValidValues::List {
        nominal: values[0].clone(),
        values: values.to_vec(),
    }
}

fn kinds() -> [(&'static str, ValidValues); 8] {
    [
        ("none", ValidValues::None),
        (
            "flag",
            ValidValues::Flag {
                nominal: 1,
                valid_bits: 3,
            },
        ),
        (
            "range",
            ValidValues::Range {
                min: 0,
                nominal: 1,
                max: 2,
                step: 1,
            },
        ),
        (
            "range of floats",
            ValidValues::RangeFloat {
                min: 0.0,
                nominal: 1.0,
                max: 2.0,
                step: 0.5,
            },
        ),
        ("list of integers", list(&[1.into(), 2.into()])),
        ("list of floats", list(&[1.5.into()])),
        ("list of strings", list(&["a".into()])),
        ("list of GUIDs", list(&[WIA_IMG_FMT_BMP.into()])),
    ]
}

#[test]
fn set_item_prop_attribs_takes_the_kinds_that_suit_the_type() {
    let suited = [
        (LONG, "none|flag|range|list of integers"),
        (UNSIGNED, "none|flag|range|list of integers"),
        (FLOAT, "none|range of floats|list of floats"),
        (GUID, "none|list of GUIDs"),
        (TEXT, "none|list of strings"),
        (BYTES, "none"),
    ];
    for (id, suited) in suited {
        let (_tree, item) = typed();
        let mut taken = Vec::new();
        for (name, valid) in kinds() {
            let attributes = PropertyInfo {
                access: Access::RW,
                valid,
            };
            let before = item.attributes(id);
            match set_item_prop_attribs(&item, &[(id, attributes.clone())]) {
                Ok(missing) => {
                    assert_eq!(missing, []);
                    assert_eq!(item.attributes(id), Some(attributes));
                    taken.push(name);
                }
                Err(e) => {
                    assert!(e.to_string().contains("do not suit"), "{e}");
                    assert_eq!(item.attributes(id), before);
                }
            }
        }
        assert_eq!(taken.join("|"), suited, "{id:?}");
    }
}

#[test]
fn set_item_prop_attribs_tells_missing_properties_and_sets_the_others() {
    let (_tree, item) = typed();
    let read = info(Access::READ);
    let attributes = [
        (LONG, read.clone()),
        (MISSING, read.clone()),
        (TEXT, read.clone()),
    ];
    assert_eq!(
        set_item_prop_attribs(&item, &attributes).unwrap(),
        [MISSING]
    );
    assert_eq!(item.attributes(LONG), Some(read.clone()));
    assert_eq!(item.attributes(TEXT), Some(read));
}

#[test]
fn set_item_prop_attribs_sets_nothing_when_one_does_not_suit() {
    let (_tree, item) = typed();
    let before = item.properties();
    let flag = PropertyInfo {
        access: Access::RW,
        valid: kinds()[1].1.clone(),
    };
    let attributes = [(LONG, flag.clone()), (TEXT, flag)];
    refused(set_item_prop_attribs(&item, &attributes));
    assert_eq!(item.properties(), before);
}

#[test]
fn set_property_attributes_takes_complex_properties() {
    let (_tree, item) = typed();
    let vectors = [vec![1, 2], vec![3]].map(PropertyValue::UI1Vector);
    let attributes = PropertyInfo {
        access: Access::RW | Access::CACHEABLE,
        valid: list(&vectors),
    };
    set_property_attributes(&item, &[(BYTES, attributes.clone())]).unwrap();
    assert_eq!(item.attributes(BYTES), Some(attributes));
    validate_item_properties(&item, &[BYTES]).unwrap();
    write_prop_bin(&item, BYTES, &[9]).unwrap();
    refused(validate_item_properties(&item, &[BYTES]));
}

#[test]
fn set_property_attributes_refuses_missing_properties() {
    let (_tree, item) = typed();
    let before = item.properties();
    let read = info(Access::READ);
    let attributes = [(LONG, read.clone()), (MISSING, read)];
    refused(set_property_attributes(&item, &attributes));
    assert_eq!(item.properties(), before);
}

#[test]
fn get_property_attributes_gives_what_was_set() {
    let (_tree, item) = typed();
    set_valid_flag(&item, LONG, 1, 7).unwrap();
    let flag = PropertyInfo {
        access: Access::RW,
        valid: ValidValues::Flag {
            nominal: 1,
            valid_bits: 7,
        },
    };
    assert_eq!(
        get_property_attributes(&item, &[TEXT, MISSING, LONG]),
        [Some(info(Access::RW)), None, Some(flag)]
    );
}
