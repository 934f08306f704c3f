//! Values of properties as PROPVARIANT.

use abi::memory::PropVariant;
use abi::structs::{PROPVARIANT, PROPVARIANT_VALUE, PROPVARIANT_VECTOR, vt};
use proptest::prelude::*;
use quire_bridge::{from_variant, to_variant};
use wia::{ErrorKind, Guid, PropertyValue};

fn value() -> impl Strategy<Value = PropertyValue> {
    prop_oneof![
        any::<i32>().prop_map(PropertyValue::I4),
        any::<u32>().prop_map(PropertyValue::UI4),
        (-1e6f32..1e6).prop_map(PropertyValue::R4),
        ".*".prop_map(PropertyValue::Bstr),
        any::<u128>().prop_map(|id| PropertyValue::Clsid(Guid(id))),
        any::<Vec<u8>>().prop_map(PropertyValue::UI1Vector),
        any::<Vec<u16>>().prop_map(PropertyValue::UI2Vector),
        any::<Vec<i32>>().prop_map(PropertyValue::I4Vector),
    ]
}

proptest! {
    #[test]
    fn a_value_comes_back(value in value()) {
        let variant = to_variant(&value);
        prop_assert_eq!(variant.vartype(), value.value_type().vartype());
        // SAFETY: the value is what it says.
        prop_assert_eq!(unsafe { from_variant(variant.as_raw()) }, Ok(value));
    }
}

fn raw(vt: u16, value: PROPVARIANT_VALUE) -> PROPVARIANT {
    PROPVARIANT {
        vt,
        value,
        ..PropVariant::EMPTY.into_raw()
    }
}

#[test]
fn types_that_no_property_has_become_their_nearest_one() {
    let text = PropVariant::lpwstr("text");
    let rows: [(PROPVARIANT, PropertyValue); 12] = [
        (
            raw(vt::I1, PROPVARIANT_VALUE { cVal: -1 }),
            PropertyValue::I4(-1),
        ),
        (
            raw(vt::UI1, PROPVARIANT_VALUE { bVal: 255 }),
            PropertyValue::I4(255),
        ),
        (
            raw(vt::I2, PROPVARIANT_VALUE { iVal: -2 }),
            PropertyValue::I4(-2),
        ),
        (
            raw(vt::UI2, PROPVARIANT_VALUE { uiVal: 65535 }),
            PropertyValue::I4(65535),
        ),
        (
            raw(vt::BOOL, PROPVARIANT_VALUE { boolVal: -1 }),
            PropertyValue::I4(1),
        ),
        (
            raw(vt::I8, PROPVARIANT_VALUE { hVal: -3 }),
            PropertyValue::I4(-3),
        ),
        (
            raw(vt::UI8, PROPVARIANT_VALUE { uhVal: 1 << 31 }),
            PropertyValue::UI4(1 << 31),
        ),
        (
            raw(vt::R8, PROPVARIANT_VALUE { dblVal: 0.5 }),
            PropertyValue::R4(0.5),
        ),
        (
            raw(vt::INT, PROPVARIANT_VALUE { lVal: 4 }),
            PropertyValue::I4(4),
        ),
        (
            raw(vt::UINT, PROPVARIANT_VALUE { ulVal: 4 }),
            PropertyValue::UI4(4),
        ),
        (*text.as_raw(), PropertyValue::Bstr("text".to_owned())),
        (
            raw(
                vt::BSTR,
                PROPVARIANT_VALUE {
                    bstrVal: std::ptr::null_mut(),
                },
            ),
            PropertyValue::Bstr(String::new()),
        ),
    ];
    for (variant, expected) in rows {
        // SAFETY: the values are what they say.
        assert_eq!(unsafe { from_variant(&variant) }, Ok(expected));
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let null = PROPVARIANT_VALUE {
        puuid: std::ptr::null_mut(),
    };
    let vector = |number| PROPVARIANT_VALUE {
        ca: PROPVARIANT_VECTOR {
            cElems: number,
            pElems: std::ptr::null_mut(),
        },
    };
    let rows = [
        raw(vt::EMPTY, null),
        raw(vt::NULL, null),
        raw(vt::CLSID, null),
        raw(vt::LPWSTR, null),
        raw(vt::LPSTR, null),
        raw(vt::VECTOR | vt::UI1, vector(1)),
        raw(vt::VECTOR | vt::BSTR, vector(0)),
        raw(vt::UNKNOWN, null),
        raw(0x4003, null),
        raw(vt::I8, PROPVARIANT_VALUE { hVal: i64::MAX }),
        raw(vt::I8, PROPVARIANT_VALUE { hVal: i64::MIN }),
    ];
    for variant in rows {
        // SAFETY: nothing is read behind null.
        let kind = unsafe { from_variant(&variant) }.map_err(|e| e.kind());
        assert_eq!(kind, Err(ErrorKind::InvalidArgument), "{:#x}", variant.vt);
    }
    // SAFETY: a vector of nothing needs no memory.
    let none = unsafe { from_variant(&raw(vt::VECTOR | vt::I4, vector(0))) };
    assert_eq!(none, Ok(PropertyValue::I4Vector(Vec::new())));
}
