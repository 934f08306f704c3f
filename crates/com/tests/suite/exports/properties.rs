//! Properties: values, names, attributes.

use std::ptr;

use abi::GUID;
use abi::guids::guid;
use abi::memory::{Bstr, PropVariant, task_free, wide};
use abi::results::{E_INVALIDARG, S_FALSE, S_OK};
use abi::structs::{PROPSPEC, vt};
use bridge::from_variant;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_ITEM_NAME, WIA_IPS_XRES};
use wia::{PropertyId, PropertyValue};
use wiaservc::exports::properties::*;

use super::{NONE, OWN, Tree, no_contexts, refused, spec};

/// Writes as an application does, so that there is a value from before.
fn write(tree: &Tree, id: PropertyId, value: PropertyValue) {
    ::items::write_multiple(&tree.flatbed, &[(id, value)], &mut |_, _| Ok(())).expect("a write");
}

#[test]
fn what_is_no_context_is_refused_everywhere() {
    let specs = [spec(OWN)];
    let text = Bstr::new("text");
    for context in no_contexts() {
        let (mut long, mut float, mut id, mut string, mut bytes) = (
            1,
            1.0,
            guid(WIA_IMG_FMT_BMP),
            ptr::null_mut(),
            ptr::null_mut(),
        );
        let (mut value, valid) = (PropVariant::EMPTY, PropVariant::i4(1));
        let (mut flags, name) = (0, wide("Own"));
        // SAFETY: the context is none; everything else is valid.
        unsafe {
            refused(&[
                wiasReadPropLong(context, OWN.0, &mut long, ptr::null_mut(), 0),
                wiasReadPropFloat(context, OWN.0, &mut float, ptr::null_mut(), 0),
                wiasReadPropGuid(context, OWN.0, &mut id, ptr::null_mut(), 0),
                wiasReadPropStr(context, OWN.0, &mut string, ptr::null_mut(), 0),
                wiasReadPropBin(context, OWN.0, &mut bytes, ptr::null_mut(), 0),
                wiasReadMultiple(context, 1, specs.as_ptr(), value.out(), ptr::null_mut()),
                wiasWritePropLong(context, OWN.0, 1),
                wiasWritePropFloat(context, OWN.0, 1.0),
                wiasWritePropGuid(context, OWN.0, id),
                wiasWritePropStr(context, OWN.0, text.as_raw()),
                wiasWritePropBin(context, OWN.0, 1, [1].as_ptr()),
                wiasWriteMultiple(context, 1, specs.as_ptr(), valid.as_raw()),
                wiasSetItemPropNames(context, 1, &OWN.0, &name.as_ptr()),
                wiasSetPropertyAttributes(context, 1, specs.as_ptr(), &1, valid.as_raw()),
                wiasGetPropertyAttributes(context, 1, specs.as_ptr(), &mut flags, value.out()),
            ]);
        }
        assert_eq!(
            (long, float, id),
            (0, 0.0, GUID::zeroed()),
            "what is given out is emptied"
        );
        assert!(string.is_null() && bytes.is_null());
    }
}

#[test]
fn null_and_negative_numbers_are_refused() {
    let tree = Tree::new();
    tree.declare(OWN, 1);
    let (context, specs, null) = (tree.context(), [spec(OWN)], ptr::null_mut());
    let (mut value, mut flags) = (PropVariant::EMPTY, 0);
    let names = [ptr::null()];
    // SAFETY: what is not null is valid.
    unsafe {
        refused(&[
            wiasReadPropLong(context, OWN.0, ptr::null_mut(), ptr::null_mut(), 0),
            wiasReadPropFloat(context, OWN.0, ptr::null_mut(), ptr::null_mut(), 0),
            wiasReadPropGuid(context, OWN.0, ptr::null_mut(), ptr::null_mut(), 0),
            wiasReadPropStr(context, OWN.0, ptr::null_mut(), ptr::null_mut(), 0),
            wiasReadPropBin(context, OWN.0, ptr::null_mut(), ptr::null_mut(), 0),
            wiasReadMultiple(context, 1, ptr::null(), value.out(), null),
            wiasReadMultiple(context, 1, specs.as_ptr(), ptr::null_mut(), null),
            wiasWriteMultiple(context, 1, specs.as_ptr(), ptr::null()),
            wiasWriteMultiple(context, 1, ptr::null(), value.as_raw()),
            wiasWritePropBin(context, OWN.0, -1, ptr::null()),
            wiasWritePropBin(context, OWN.0, 1, ptr::null()),
            wiasSetItemPropNames(context, -1, &OWN.0, names.as_ptr()),
            wiasSetItemPropNames(context, 1, ptr::null(), names.as_ptr()),
            wiasSetItemPropNames(context, 1, &OWN.0, names.as_ptr()),
            wiasSetItemPropAttribs(context, 1, specs.as_ptr(), ptr::null()),
            wiasSetItemPropAttribs(context, -1, specs.as_ptr(), ptr::null()),
            wiasSetPropertyAttributes(context, 1, specs.as_ptr(), ptr::null(), value.as_raw()),
            wiasSetPropertyAttributes(context, -1, specs.as_ptr(), &1, value.as_raw()),
            wiasGetPropertyAttributes(context, -1, specs.as_ptr(), &mut flags, value.out()),
            wiasGetPropertyAttributes(context, 1, specs.as_ptr(), ptr::null_mut(), value.out()),
            wiasGetPropertyAttributes(context, 1, ptr::null(), &mut flags, value.out()),
        ]);
    }
}

#[test]
fn each_type_is_read_with_its_value_from_before() {
    let tree = Tree::new();
    let context = tree.context();
    let ids: Vec<PropertyId> = (0..3).map(|i| PropertyId(OWN.0 + 10 + i)).collect();
    let write_all = |float: f32, text: &str, bytes: &[u8]| {
        let info = wia::PropertyInfo {
            access: wia::Access::RW,
            valid: wia::ValidValues::None,
        };
        let values = [
            float.into(),
            text.into(),
            PropertyValue::UI1Vector(bytes.to_vec()),
        ];
        for (id, value) in ids.iter().zip(values) {
            match tree.flatbed.has(*id) {
                true => write(&tree, *id, value),
                false => tree.flatbed.declare(*id, value, info.clone()),
            }
        }
    };
    write_all(0.5, "before", b"old");
    write_all(1.5, "after", b"newer");
    write(&tree, WIA_IPS_XRES, 150.into());
    write(&tree, WIA_IPS_XRES, 300.into());
    let (mut long, mut long_old, mut float, mut float_old) = (0, 0, 0.0, 0.0);
    let (mut string, mut string_old) = (Bstr::null(), Bstr::null());
    let (mut bytes, mut bytes_old): (*mut u8, *mut u8) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: everything is valid, and the rows of bytes are as long as they were written.
    unsafe {
        assert_eq!(
            wiasReadPropLong(context, WIA_IPS_XRES.0, &mut long, &mut long_old, 1),
            S_OK
        );
        assert_eq!((long, long_old), (300, 150));
        assert_eq!(
            wiasReadPropFloat(context, ids[0].0, &mut float, &mut float_old, 1),
            S_OK
        );
        assert_eq!(float, 1.5);
        assert_eq!(
            wiasReadPropStr(context, ids[1].0, string.out(), string_old.out(), 1),
            S_OK
        );
        assert_eq!(string.to_string(), "after");
        assert_eq!(
            wiasReadPropBin(context, ids[2].0, &mut bytes, &mut bytes_old, 1),
            S_OK
        );
        assert_eq!(std::slice::from_raw_parts(bytes, 5), b"newer");
        task_free(bytes.cast());
        task_free(bytes_old.cast());
        let mut id = GUID::zeroed();
        assert_eq!(
            wiasReadPropGuid(context, WIA_IPA_FORMAT.0, &mut id, ptr::null_mut(), 1),
            S_OK
        );
        assert_eq!(
            Some(abi::guids::wia_guid(id)),
            tree.flatbed.opt_guid(WIA_IPA_FORMAT)
        );
    }
}

#[test]
fn a_property_that_is_missing_is_an_error_if_it_must_exist() {
    let tree = Tree::new();
    let context = tree.context();
    let (mut long, mut string) = (5, ptr::without_provenance_mut(8));
    // SAFETY: everything is valid.
    unsafe {
        assert_eq!(
            wiasReadPropLong(context, NONE.0, &mut long, ptr::null_mut(), 0),
            S_FALSE
        );
        assert_eq!(long, 0);
        assert_eq!(
            wiasReadPropStr(context, NONE.0, &mut string, ptr::null_mut(), 0),
            S_FALSE
        );
        assert!(string.is_null());
        refused(&[
            wiasReadPropLong(context, NONE.0, &mut long, ptr::null_mut(), 1),
            wiasReadPropStr(context, NONE.0, &mut string, ptr::null_mut(), 1),
            // Of another type.
            wiasReadPropLong(context, WIA_IPA_ITEM_NAME.0, &mut long, ptr::null_mut(), 0),
            wiasReadPropStr(context, WIA_IPS_XRES.0, &mut string, ptr::null_mut(), 0),
        ]);
    }
}

#[test]
fn several_are_read_at_once_by_number_and_by_name() {
    let tree = Tree::new();
    let mut name = wide("WIA_IPA_ITEM_NAME");
    let mut unknown = wide("no such property");
    let specs = [
        spec(WIA_IPS_XRES),
        PROPSPEC::named(name.as_mut_ptr()),
        spec(NONE),
        PROPSPEC::named(unknown.as_mut_ptr()),
    ];
    let mut values: [PropVariant; 4] = Default::default();
    let mut olds: [PropVariant; 4] = Default::default();
    // SAFETY: there are as many places as properties; a `PropVariant` is one of C's; values are what they say.
    unsafe {
        let (to, old) = (values.as_mut_ptr().cast(), olds.as_mut_ptr().cast());
        assert_eq!(
            wiasReadMultiple(tree.context(), 4, specs.as_ptr(), to, old),
            S_OK
        );
        let xres = tree.flatbed.read(WIA_IPS_XRES);
        assert_eq!(from_variant(values[0].as_raw()).ok(), xres);
        assert_eq!(
            from_variant(values[1].as_raw()).ok(),
            Some("Flatbed".into())
        );
        let kinds = [&values[2], &values[3], &olds[2]].map(PropVariant::vartype);
        assert_eq!(kinds, [vt::EMPTY; 3]);
        assert_eq!(olds[1].vartype(), vt::BSTR);
        let result = wiasReadMultiple(
            tree.context(),
            1,
            &specs[2],
            values[0].out(),
            ptr::null_mut(),
        );
        assert_eq!(result, S_FALSE, "none of them exists");
        assert_eq!(
            wiasReadMultiple(
                tree.context(),
                0,
                ptr::null(),
                ptr::null_mut(),
                ptr::null_mut()
            ),
            S_OK
        );
        let odd = PROPSPEC {
            ulKind: 2,
            ..specs[0]
        };
        let result = wiasReadMultiple(tree.context(), 1, &odd, values[0].out(), ptr::null_mut());
        assert_eq!(result, E_INVALIDARG);
    }
}

#[test]
fn several_are_written_or_none() {
    let tree = Tree::new();
    tree.declare(OWN, 1);
    let specs = [spec(OWN), spec(WIA_IPA_FORMAT)];
    let good = [
        PropVariant::ui4(2),
        PropVariant::clsid(guid(WIA_IMG_FMT_RAW)),
    ];
    let wrong = [PropVariant::i4(3), PropVariant::i4(4)];
    let context = tree.context();
    // SAFETY: there are as many values as properties, and a `PropVariant` is one of C's.
    unsafe {
        assert_eq!(
            wiasWriteMultiple(context, 2, specs.as_ptr(), good.as_ptr().cast()),
            S_OK
        );
        assert_eq!(
            wiasWriteMultiple(context, 2, specs.as_ptr(), wrong.as_ptr().cast()),
            E_INVALIDARG
        );
    }
    assert_eq!(
        tree.flatbed.opt_i32(OWN),
        Some(2),
        "read-only for applications alone"
    );
    assert_eq!(tree.flatbed.opt_guid(WIA_IPA_FORMAT), Some(WIA_IMG_FMT_RAW));
}

#[test]
fn a_property_begins_with_a_name_and_a_value() {
    let tree = Tree::new();
    let (context, name) = (tree.context(), wide("Own"));
    let text = Bstr::new("text");
    // SAFETY: everything is valid.
    unsafe {
        assert_eq!(
            wiasWritePropLong(context, OWN.0, 1),
            E_INVALIDARG,
            "it has no name yet"
        );
        assert_eq!(
            wiasSetItemPropNames(context, 1, &OWN.0, &name.as_ptr()),
            S_OK
        );
        assert_eq!(wiasWritePropStr(context, OWN.0, text.as_raw()), S_OK);
        assert_eq!(
            wiasWritePropLong(context, OWN.0, 1),
            E_INVALIDARG,
            "it is a text"
        );
        assert_eq!(wiasWritePropStr(context, OWN.0, ptr::null_mut()), S_OK);
    }
    assert_eq!(
        tree.flatbed.opt_str(OWN),
        Some(String::new()),
        "null is the empty text"
    );
    assert_eq!(tree.flatbed.property_name(OWN), "Own");
}
