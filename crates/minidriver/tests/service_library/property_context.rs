//! `wiasCreatePropContext` and what works on it.

use items::ChangedValue;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_TIFF};
use wia::property::*;
use wia::{PropertyId, PropertyValue, Result};

use crate::minidriver::service_library::*;
use crate::rig::*;

/// What every context holds.
const ALWAYS: [PropertyId; 13] = [
    WIA_IPA_DATATYPE,
    WIA_IPA_DEPTH,
    WIA_IPS_XRES,
    WIA_IPS_XPOS,
    WIA_IPS_XEXTENT,
    WIA_IPA_PIXELS_PER_LINE,
    WIA_IPS_YRES,
    WIA_IPS_YPOS,
    WIA_IPS_YEXTENT,
    WIA_IPA_NUMBER_OF_LINES,
    WIA_IPS_CUR_INTENT,
    WIA_IPA_TYMED,
    WIA_IPA_FORMAT,
];

#[test]
fn create_prop_context_always_holds_thirteen_properties() {
    let context = create_prop_context(&[], &[]);
    for id in ALWAYS {
        assert!(!is_prop_changed(id, &context).unwrap(), "{id}");
    }
    refused(is_prop_changed(WIA_IPS_BRIGHTNESS, &context));
}

#[test]
fn create_prop_context_holds_more() {
    let context = create_prop_context(&[WIA_IPS_BRIGHTNESS], &[WIA_IPS_BRIGHTNESS, LONG]);
    assert!(is_prop_changed(WIA_IPS_BRIGHTNESS, &context).unwrap());
    assert!(!is_prop_changed(LONG, &context).unwrap());
    for id in ALWAYS {
        assert!(!is_prop_changed(id, &context).unwrap(), "{id}");
    }
}

#[test]
fn create_prop_context_marks_what_is_written() {
    for written in ALWAYS {
        let context = create_prop_context(&[written], &[written]);
        for id in ALWAYS {
            assert_eq!(is_prop_changed(id, &context).unwrap(), id == written);
        }
    }
}

#[test]
fn a_written_property_that_the_context_does_not_hold_has_no_mark() {
    let mut context = create_prop_context(&[LONG], &[]);
    refused(is_prop_changed(LONG, &context));
    refused(set_prop_changed(LONG, &mut context, true));
}

#[test]
fn set_prop_changed_sets_and_clears() {
    let mut context = create_prop_context(&[WIA_IPS_XRES], &[LONG]);
    for (id, changed) in [(WIA_IPS_XRES, false), (LONG, true), (LONG, true)] {
        set_prop_changed(id, &mut context, changed).unwrap();
        assert_eq!(is_prop_changed(id, &context).unwrap(), changed);
    }
    refused(set_prop_changed(MISSING, &mut context, true));
}

fn changed<T>(changed: bool, old: T, current: T) -> ChangedValue<T> {
    ChangedValue {
        changed,
        old,
        current,
    }
}

/// What the four functions say during a write of `values` that marks them as written.
fn during_a_write<T>(
    values: &[(PropertyId, PropertyValue)],
    look: impl Fn(&items::AppItem, &mut items::PropContext) -> Result<T>,
) -> Result<T> {
    let (_tree, item) = typed();
    set_valid_list_long(&item, LONG, 7, &[-5, 7, 9]).unwrap();
    set_valid_range_float(&item, FLOAT, 0.0, 1.0, 2.0, 0.5).unwrap();
    let formats = [WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF];
    set_valid_list_guid(&item, GUID, WIA_IMG_FMT_BMP, &formats).unwrap();
    set_valid_list_str(&item, TEXT, "new", &["old", "new"]).unwrap();
    let mut said = None;
    application_writes(&item, values, |item, written| {
        let mut context = create_prop_context(written, &[LONG, FLOAT, GUID, TEXT]);
        said = Some(look(item, &mut context)?);
        Ok(())
    })?;
    Ok(said.unwrap())
}

#[test]
fn get_changed_value_tells_old_and_current() {
    for no_validation in [false, true] {
        let long = during_a_write(&[(LONG, 9.into())], |i, c| {
            get_changed_value_long(i, c, no_validation, LONG)
        });
        assert_eq!(long.unwrap(), changed(true, -5, 9));
        let float = during_a_write(&[(FLOAT, 0.5.into())], |i, c| {
            get_changed_value_float(i, c, no_validation, FLOAT)
        });
        assert_eq!(float.unwrap(), changed(true, 1.5, 0.5));
        let guid = during_a_write(&[(GUID, WIA_IMG_FMT_TIFF.into())], |i, c| {
            get_changed_value_guid(i, c, no_validation, GUID)
        });
        let expected = changed(true, WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF);
        assert_eq!(guid.unwrap(), expected);
        let text = during_a_write(&[(TEXT, "new".into())], |i, c| {
            get_changed_value_str(i, c, no_validation, TEXT)
        });
        let expected = changed(true, "old".to_owned(), "new".to_owned());
        assert_eq!(text.unwrap(), expected);
    }
}

#[test]
fn get_changed_value_of_what_stays_the_same() {
    for values in [vec![], vec![(LONG, (-5).into())]] {
        let long = during_a_write(&values, |i, c| get_changed_value_long(i, c, false, LONG));
        assert_eq!(long.unwrap(), changed(false, -5, -5));
    }
}

#[test]
fn get_changed_value_refuses_what_the_application_wrote_wrong() {
    refused(during_a_write(&[(LONG, 8.into())], |i, c| {
        get_changed_value_long(i, c, false, LONG)
    }));
    refused(during_a_write(&[(FLOAT, 0.6.into())], |i, c| {
        get_changed_value_float(i, c, false, FLOAT)
    }));
    refused(during_a_write(
        &[(GUID, WIA_IMG_FMT_JPEG.into())],
        |i, c| get_changed_value_guid(i, c, false, GUID),
    ));
    refused(during_a_write(&[(TEXT, "New".into())], |i, c| {
        get_changed_value_str(i, c, false, TEXT)
    }));
}

#[test]
fn get_changed_value_without_validation_takes_anything() {
    let long = during_a_write(&[(LONG, 8.into())], |i, c| {
        get_changed_value_long(i, c, true, LONG)
    });
    assert_eq!(long.unwrap(), changed(true, -5, 8));
}

#[test]
fn get_changed_value_repairs_what_the_application_did_not_write() {
    let repaired = during_a_write(&[(TEXT, "new".into())], |item, context| {
        set_valid_list_long(item, LONG, 7, &[7, 9])?;
        let value = get_changed_value_long(item, context, false, LONG)?;
        Ok((value, is_prop_changed(LONG, context)?, item.read_i32(LONG)?))
    });
    assert_eq!(repaired.unwrap(), (changed(true, -5, 7), true, 7));
}

#[test]
fn get_changed_value_repairs_nothing_of_another_type() {
    let value = during_a_write(&[], |item, context| {
        set_valid_list_str(item, TEXT, "new", &["new"])?;
        refused(get_changed_value_long(item, context, false, TEXT));
        item.read_str(TEXT)
    });
    assert_eq!(value.unwrap(), "old");
}

#[test]
fn get_changed_value_of_a_missing_property_or_another_type() {
    for no_validation in [false, true] {
        for id in [MISSING, TEXT] {
            refused(during_a_write(&[], |i, c| {
                get_changed_value_long(i, c, no_validation, id)
            }));
        }
        refused(during_a_write(&[], |i, c| {
            get_changed_value_float(i, c, no_validation, LONG)
        }));
        refused(during_a_write(&[], |i, c| {
            get_changed_value_guid(i, c, no_validation, TEXT)
        }));
        refused(during_a_write(&[], |i, c| {
            get_changed_value_str(i, c, no_validation, GUID)
        }));
    }
}
