use crate::table::{number, rows};
use proptest::prelude::*;
use quire_wia::{Access, Guid, Hresult, PropertyValue, Status, ValidValues, constant, format};

const VARTYPES: &str = include_str!("../tables/vartypes.csv");

/// A value of each type.
fn values() -> Vec<PropertyValue> {
    vec![
        PropertyValue::I4(-7),
        PropertyValue::UI4(u32::MAX),
        PropertyValue::R4(0.5),
        PropertyValue::Bstr("Flatbed".into()),
        PropertyValue::Clsid(format::WIA_IMG_FMT_BMP),
        PropertyValue::UI1Vector(vec![8, 8, 8]),
        PropertyValue::UI2Vector(vec![2026, 1]),
        PropertyValue::I4Vector(vec![-1]),
    ]
}

#[test]
fn each_type_has_its_vartype() {
    let table = rows(VARTYPES, ["section", "type", "vartype"]);
    assert_eq!(table.len(), values().len());
    for value in values() {
        let row = table
            .iter()
            .find(|r| r[1] == format!("{:?}", value.value_type()));
        let vartype = i32::from(value.value_type().vartype());
        assert_eq!(vartype, number(row.unwrap()[2]));
    }
}

#[test]
fn values_are_shown_as_people_write_them() {
    let shown: Vec<_> = values().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "-7",
            "4294967295",
            "0.5",
            "Flatbed",
            "WiaImgFmt_BMP",
            "8 8 8",
            "2026 1",
            "-1"
        ]
    );
    let unknown = PropertyValue::Clsid(Guid(1));
    assert_eq!(unknown.to_string(), "00000000-0000-0000-0000-000000000001");
}

#[test]
fn integers_are_read_from_either_sign() {
    assert_eq!(PropertyValue::I4(256).as_i32(), Some(256));
    assert_eq!(PropertyValue::UI4(256).as_i32(), Some(256));
    assert_eq!(PropertyValue::UI4(0x8000_0000).as_i32(), None);
    assert_eq!(PropertyValue::R4(1.0).as_i32(), None);
    assert_eq!(PropertyValue::from("a4").as_i32(), None);
}

#[test]
fn other_readers_answer_their_own_type_only() {
    let strings = values().iter().filter(|v| v.as_str().is_some()).count();
    let guids = values().iter().filter(|v| v.as_guid().is_some()).count();
    assert_eq!((strings, guids), (1, 1));
    assert_eq!(PropertyValue::from("x").as_str(), Some("x"));
    assert_eq!(PropertyValue::from(3), PropertyValue::I4(3));
    assert_eq!(PropertyValue::from(Guid(9)).as_guid(), Some(Guid(9)));
}

#[test]
fn access_bits_are_those_of_the_headers() {
    let bits = |access: Access| access.bits().cast_signed();
    assert_eq!(bits(Access::READ), constant::WIA_PROP_READ);
    assert_eq!(bits(Access::WRITE), constant::WIA_PROP_WRITE);
    assert_eq!(bits(Access::RW), constant::WIA_PROP_RW);
    assert_eq!(
        bits(Access::SYNC_REQUIRED),
        constant::WIA_PROP_SYNC_REQUIRED
    );
    assert_eq!(bits(Access::CACHEABLE), constant::WIA_PROP_CACHEABLE);
    assert_eq!(ValidValues::default(), ValidValues::None);
}

#[test]
fn valid_kinds_are_the_other_half_of_the_access_bits() {
    use quire_wia::property::ValidKinds;
    let bits = |kinds: ValidKinds| kinds.bits().cast_signed();
    assert_eq!(bits(ValidKinds::NONE), constant::WIA_PROP_NONE);
    assert_eq!(bits(ValidKinds::RANGE), constant::WIA_PROP_RANGE);
    assert_eq!(bits(ValidKinds::LIST), constant::WIA_PROP_LIST);
    assert_eq!(bits(ValidKinds::FLAG), constant::WIA_PROP_FLAG);
}

#[test]
fn the_bytes_of_a_guid_are_those_of_the_com_structure() {
    let guid: Guid = "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}".parse().unwrap();
    assert_eq!(
        guid.to_le_bytes(),
        [
            0xAB, 0x3C, 0x6B, 0xB9, 0x28, 0x07, 0xD3, 0x11, 0x9D, 0x7B, 0x00, 0x00, 0xF8, 0x1E,
            0xF3, 0x2E
        ]
    );
    assert_eq!(
        format!("{guid:?}"),
        "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}"
    );
    assert_eq!(Guid::default(), Guid::NULL);
}

#[test]
fn malformed_guids_are_refused() {
    for text in [
        "",
        "{}",
        "B96B3CAB072811D39D7B0000F81EF32E",
        "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E",
        "B96B3CAB-0728-11D3-9D7B-0000F81EF32",
        "B96B3CAB-0728-11D3-9D7B-0000F81EF32EE",
        "B96B3CAB-0728-11D3-9D7B-0000F81EF32G",
        "-96B3CAB-0728-11D3-9D7B-0000F81EF32E",
        "B96B3CAB-0728-11D3-9D7B0-000F81EF32E",
    ] {
        let error = text.parse::<Guid>().unwrap_err();
        assert!(error.to_string().starts_with("not a GUID"), "{text}");
    }
}

proptest! {
    #[test]
    fn guids_survive_text_and_bytes(value: u128) {
        let guid = Guid(value);
        prop_assert_eq!(guid.to_string().parse::<Guid>(), Ok(guid));
        prop_assert_eq!(format!("{guid:?}").to_lowercase().parse::<Guid>(), Ok(guid));
        prop_assert_eq!(Guid::from_le_bytes(guid.to_le_bytes()), guid);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "[{}0-9A-Fa-f\u{e9}-]{0,40}") {
        if let Ok(guid) = text.parse::<Guid>() {
            prop_assert!(text.to_uppercase().contains(&guid.to_string()));
        }
    }

    #[test]
    fn every_number_is_a_status_or_an_error_and_stays_itself(value: u32) {
        let code = Hresult(value);
        match Status::from_hresult(code) {
            Ok(status) => {
                prop_assert!(!code.is_failure());
                prop_assert_eq!(status.hresult(), code);
            }
            Err(error) => {
                prop_assert!(code.is_failure());
                prop_assert_eq!(error.hresult(), code);
            }
        }
    }
}
