//! Access and valid values, one by one and in arrays.

use std::ptr;

use abi::guids::guid;
use abi::memory::{Bstr, PropVariant};
use abi::results::{E_INVALIDARG, S_FALSE, S_OK};
use abi::structs::{
    WIA_FLAG_LONG, WIA_LIST_BSTR, WIA_LIST_FLOAT, WIA_LIST_GUID, WIA_LIST_LONG, WIA_NONE_LONG,
    WIA_PROPERTY_INFO, WIA_PROPERTY_INFO_VALID, WIA_RANGE_FLOAT, WIA_RANGE_LONG, vt,
};
use abi::{BSTR, GUID};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::{Access, PropertyInfo, PropertyValue, ValidValues};
use wiaservc::exports::properties::*;
use wiaservc::exports::valid_values::*;

use super::{NONE, OWN, Tree, no_contexts, refused, spec};

/// Numbers of `wiadef.h`.
mod wiadef {
    pub(super) const WIA_PROP_RW: u32 = 0x3;
    pub(super) const WIA_PROP_NONE: u32 = 0x8;
    pub(super) const WIA_PROP_RANGE: u32 = 0x10;
    pub(super) const WIA_PROP_LIST: u32 = 0x20;
    pub(super) const WIA_PROP_FLAG: u32 = 0x40;
}
use wiadef::*;

fn list(values: &[PropertyValue]) -> ValidValues {
    ValidValues::List {
        nominal: values[0].clone(),
        values: values.to_vec(),
    }
}

/// A row: a value of the property's type, its description as C has it, and what it means.
type Row = (
    PropertyValue,
    u32,
    u16,
    WIA_PROPERTY_INFO_VALID,
    ValidValues,
);

#[test]
fn a_description_of_c_and_its_vector_say_the_same() {
    let (longs, floats, doubles) = ([1i32, 5], [0.5f32, 1.5], [0.5f64, 1.5]);
    let ids = [guid(WIA_IMG_FMT_BMP), guid(WIA_IMG_FMT_RAW)];
    let texts = [Bstr::new("a"), Bstr::new("b")];
    let raw: Vec<BSTR> = texts.iter().map(Bstr::as_raw).collect();
    let words = [1u16, 5];
    let at = |p: *const u8| p.cast_mut();
    let range = ValidValues::Range {
        min: 0,
        nominal: 2,
        max: 8,
        step: 2,
    };
    let range_float = ValidValues::RangeFloat {
        min: 0.0,
        nominal: 0.5,
        max: 1.0,
        step: 0.25,
    };
    let flag = ValidValues::Flag {
        nominal: 1,
        valid_bits: 7,
    };
    let c_range = WIA_PROPERTY_INFO_VALID {
        Range: WIA_RANGE_LONG {
            Min: 0,
            Nom: 2,
            Max: 8,
            Inc: 2,
        },
    };
    let c_float = WIA_RANGE_FLOAT {
        Min: 0.0,
        Nom: 0.5,
        Max: 1.0,
        Inc: 0.25,
    };
    let c_list = |p| WIA_PROPERTY_INFO_VALID {
        List: WIA_LIST_LONG {
            cNumList: 2,
            Nom: 1,
            pList: p,
        },
    };
    let c_floats = |p| WIA_PROPERTY_INFO_VALID {
        ListFloat: WIA_LIST_FLOAT {
            cNumList: 2,
            Nom: 0.5,
            pList: p,
        },
    };
    let rows: Vec<Row> = vec![
        (
            1.into(),
            WIA_PROP_NONE,
            vt::I4,
            WIA_PROPERTY_INFO_VALID {
                None: WIA_NONE_LONG { Dummy: 0 },
            },
            ValidValues::None,
        ),
        (2.into(), WIA_PROP_RANGE, vt::I4, c_range, range),
        (
            0.5.into(),
            WIA_PROP_RANGE,
            vt::R4,
            WIA_PROPERTY_INFO_VALID {
                RangeFloat: c_float,
            },
            range_float,
        ),
        (
            1.into(),
            WIA_PROP_FLAG,
            vt::I4,
            WIA_PROPERTY_INFO_VALID {
                Flag: WIA_FLAG_LONG {
                    Nom: 1,
                    ValidBits: 7,
                },
            },
            flag,
        ),
        (
            1.into(),
            WIA_PROP_LIST,
            vt::I4,
            c_list(at(longs.as_ptr().cast())),
            list(&[1.into(), 5.into()]),
        ),
        (
            1.into(),
            WIA_PROP_LIST,
            vt::UI2,
            c_list(at(words.as_ptr().cast())),
            list(&[1.into(), 5.into()]),
        ),
        (
            0.5.into(),
            WIA_PROP_LIST,
            vt::R4,
            c_floats(at(floats.as_ptr().cast())),
            list(&[0.5.into(), 1.5.into()]),
        ),
        (
            0.5.into(),
            WIA_PROP_LIST,
            vt::R8,
            c_floats(at(doubles.as_ptr().cast())),
            list(&[0.5.into(), 1.5.into()]),
        ),
        (
            WIA_IMG_FMT_BMP.into(),
            WIA_PROP_LIST,
            vt::CLSID,
            WIA_PROPERTY_INFO_VALID {
                ListGuid: WIA_LIST_GUID {
                    cNumList: 2,
                    Nom: ids[0],
                    pList: ids.as_ptr().cast_mut(),
                },
            },
            list(&[WIA_IMG_FMT_BMP.into(), WIA_IMG_FMT_RAW.into()]),
        ),
        (
            "a".into(),
            WIA_PROP_LIST,
            vt::BSTR,
            WIA_PROPERTY_INFO_VALID {
                ListBStr: WIA_LIST_BSTR {
                    cNumList: 2,
                    Nom: raw[0],
                    pList: raw.as_ptr().cast_mut(),
                },
            },
            list(&["a".into(), "b".into()]),
        ),
    ];
    let specs = [spec(OWN)];
    for (value, kind, vt, valid, expected) in rows {
        let tree = Tree::new();
        tree.declare(OWN, value);
        let context = tree.context();
        let info = WIA_PROPERTY_INFO {
            lAccessFlags: WIA_PROP_RW | kind,
            vt,
            ValidVal: valid,
        };
        let expected = PropertyInfo {
            access: Access::RW,
            valid: expected,
        };
        let (mut flags, mut vector) = (0, PropVariant::EMPTY);
        // SAFETY: everything is valid.
        unsafe {
            assert_eq!(
                wiasSetItemPropAttribs(context, 1, specs.as_ptr(), &info),
                S_OK,
                "{expected:?}"
            );
            assert_eq!(tree.flatbed.attributes(OWN), Some(expected.clone()));
            assert_eq!(
                wiasGetPropertyAttributes(context, 1, specs.as_ptr(), &mut flags, vector.out()),
                S_OK
            );
            assert_eq!(flags, WIA_PROP_RW | kind);
            let nothing = PropVariant::EMPTY;
            let none = WIA_PROP_RW | WIA_PROP_NONE;
            assert_eq!(
                wiasSetPropertyAttributes(context, 1, specs.as_ptr(), &none, nothing.as_raw()),
                S_OK
            );
            assert_eq!(
                wiasSetPropertyAttributes(context, 1, specs.as_ptr(), &flags, vector.as_raw()),
                S_OK
            );
        }
        assert_eq!(tree.flatbed.attributes(OWN), Some(expected));
    }
}

#[test]
fn the_vectors_are_laid_out_as_documented() {
    let tree = Tree::new();
    tree.declare(OWN, 1);
    let read = || {
        let (mut flags, mut vector) = (0, PropVariant::EMPTY);
        // SAFETY: everything is valid; the vector has as many numbers as it says.
        unsafe {
            wiasGetPropertyAttributes(tree.context(), 1, &spec(OWN), &mut flags, vector.out())
                .unwrap();
            assert_eq!(vector.vartype(), vt::VECTOR | vt::I4);
            let ca = vector.as_raw().value.ca;
            std::slice::from_raw_parts(ca.pElems.cast::<i32>(), ca.cElems as usize).to_vec()
        }
    };
    // SAFETY: the list is as long as it says.
    unsafe {
        assert_eq!(
            wiasSetValidRangeLong(tree.context(), OWN.0, 0, 4, 8, 2),
            S_OK
        );
        assert_eq!(read(), [0, 4, 8, 2], "minimum, nominal, maximum, step");
        assert_eq!(
            wiasSetValidListLong(tree.context(), OWN.0, 3, 5, [1, 5, 9].as_ptr()),
            S_OK
        );
        assert_eq!(read(), [3, 5, 1, 5, 9], "number, nominal, values");
        assert_eq!(
            wiasSetValidFlag(tree.context(), OWN.0, 1, 0x8000_0001),
            S_OK
        );
        assert_eq!(read(), [1, 0x8000_0001_u32.cast_signed()], "nominal, bits");
    }
}

#[test]
fn descriptions_that_do_not_fit_are_refused() {
    let tree = Tree::new();
    tree.declare(OWN, 1);
    let context = tree.context();
    let set = |flags, vt, valid| {
        let info = WIA_PROPERTY_INFO {
            lAccessFlags: flags,
            vt,
            ValidVal: valid,
        };
        // SAFETY: what is not null is valid.
        unsafe { wiasSetItemPropAttribs(context, 1, &spec(OWN), &info) }
    };
    let range = WIA_PROPERTY_INFO_VALID {
        Range: WIA_RANGE_LONG {
            Min: 0,
            Nom: 0,
            Max: 1,
            Inc: 1,
        },
    };
    let list = |number| WIA_PROPERTY_INFO_VALID {
        List: WIA_LIST_LONG {
            cNumList: number,
            Nom: 1,
            pList: ptr::null_mut(),
        },
    };
    refused(&[
        set(WIA_PROP_RANGE | WIA_PROP_LIST, vt::I4, range),
        set(WIA_PROP_RANGE, vt::BSTR, range),
        set(WIA_PROP_FLAG, vt::R4, range),
        set(WIA_PROP_LIST, vt::VECTOR | vt::UI1, list(0)),
        set(WIA_PROP_LIST, vt::I4, list(-1)),
        set(WIA_PROP_LIST, vt::I4, list(2)),
        // Not the type of the property's value.
        set(WIA_PROP_LIST, vt::CLSID, list(0)),
    ]);
    let short = PropVariant::vector(&[1, 2]);
    let text = PropVariant::bstr("text");
    // SAFETY: everything is valid.
    unsafe {
        refused(&[
            wiasSetPropertyAttributes(context, 1, &spec(OWN), &WIA_PROP_RANGE, short.as_raw()),
            wiasSetPropertyAttributes(context, 1, &spec(OWN), &WIA_PROP_FLAG, text.as_raw()),
            wiasSetPropertyAttributes(context, 1, &spec(NONE), &WIA_PROP_NONE, short.as_raw()),
        ]);
        let none = WIA_PROPERTY_INFO {
            lAccessFlags: 1,
            vt: vt::I4,
            ValidVal: range,
        };
        assert_eq!(
            wiasSetItemPropAttribs(context, 1, &spec(NONE), &none),
            S_FALSE,
            "it does not exist"
        );
        let (mut flags, mut vector) = (7, PropVariant::EMPTY);
        let result = wiasGetPropertyAttributes(context, 1, &spec(NONE), &mut flags, vector.out());
        assert_eq!((result, flags, vector.vartype()), (S_FALSE, 0, vt::EMPTY));
    }
}

#[test]
fn each_kind_is_set_by_its_own_function() {
    let rows: [(PropertyValue, ValidValues); 4] = [
        (
            0.5.into(),
            ValidValues::RangeFloat {
                min: 0.0,
                nominal: 0.5,
                max: 1.0,
                step: 0.5,
            },
        ),
        (1.5.into(), list(&[1.5.into(), 0.5.into()])),
        (
            WIA_IMG_FMT_BMP.into(),
            list(&[WIA_IMG_FMT_BMP.into(), WIA_IMG_FMT_RAW.into()]),
        ),
        ("a".into(), list(&["a".into(), "b".into()])),
    ];
    let ids: [GUID; 2] = [guid(WIA_IMG_FMT_BMP), guid(WIA_IMG_FMT_RAW)];
    let texts = [Bstr::new("a"), Bstr::new("b")];
    let raw = [texts[0].as_raw(), texts[1].as_raw()];
    for (i, (value, expected)) in rows.into_iter().enumerate() {
        let tree = Tree::new();
        tree.declare(OWN, value);
        let set = |context: *mut u8| {
            // SAFETY: the lists are as long as they say.
            unsafe {
                match i {
                    0 => wiasSetValidRangeFloat(context, OWN.0, 0.0, 0.5, 1.0, 0.5),
                    1 => wiasSetValidListFloat(context, OWN.0, 2, 1.5, [1.5, 0.5].as_ptr()),
                    2 => wiasSetValidListGuid(context, OWN.0, 2, ids[0], ids.as_ptr()),
                    _ => wiasSetValidListStr(context, OWN.0, 2, raw[0], raw.as_ptr()),
                }
            }
        };
        assert_eq!(set(tree.context()), S_OK);
        assert_eq!(
            tree.flatbed.attributes(OWN).map(|info| info.valid),
            Some(expected)
        );
        refused(&no_contexts().map(set));
        tree.declare(OWN, 1);
        assert_eq!(
            set(tree.context()),
            E_INVALIDARG,
            "a property of another type"
        );
    }
}

#[test]
fn lists_that_are_null_and_properties_that_are_missing_are_refused() {
    let tree = Tree::new();
    tree.declare(OWN, 1);
    let context = tree.context();
    // SAFETY: what is not null is valid.
    unsafe {
        refused(&[
            wiasSetValidListLong(context, OWN.0, 1, 0, ptr::null()),
            wiasSetValidListFloat(context, OWN.0, 1, 0.0, ptr::null()),
            wiasSetValidListGuid(context, OWN.0, 1, GUID::zeroed(), ptr::null()),
            wiasSetValidListStr(context, OWN.0, 1, ptr::null_mut(), ptr::null()),
            wiasSetValidFlag(context, NONE.0, 0, 1),
            wiasSetValidRangeLong(context, NONE.0, 0, 0, 1, 1),
            wiasSetValidFlag(ptr::null(), OWN.0, 0, 1),
            wiasSetValidRangeLong(ptr::null(), OWN.0, 0, 0, 1, 1),
            wiasSetValidListLong(ptr::null(), OWN.0, 0, 0, ptr::null()),
        ]);
    }
}

#[test]
fn values_are_checked_against_what_is_valid() {
    let tree = Tree::new();
    tree.declare(OWN, 3);
    let context = tree.context();
    let own = spec(OWN);
    // SAFETY: everything that is not null is valid.
    unsafe {
        assert_eq!(wiasSetValidRangeLong(context, OWN.0, 1, 1, 9, 2), S_OK);
        assert_eq!(wiasValidateItemProperties(context, 1, &own), S_OK);
        assert_eq!(
            wiasWritePropLong(context, OWN.0, 4),
            S_OK,
            "a driver writes what it likes"
        );
        refused(&[
            wiasValidateItemProperties(context, 1, &own),
            wiasValidateItemProperties(context, 1, ptr::null()),
            wiasValidateItemProperties(ptr::null(), 1, &own),
        ]);
        assert_eq!(wiasValidateItemProperties(context, 0, ptr::null()), S_OK);
    }
}
