use crate::table::rows;
use quire_wia::property::{self, DeclaredAccess, PROPERTIES, Unit, ValidKinds};
use quire_wia::{PropertyId, ValueType};

const TABLE: &str = include_str!("../tables/properties.csv");
const COLUMNS: [&str; 6] = ["section", "name", "id", "type", "valid", "access"];

fn value_type(cell: &str) -> ValueType {
    match cell {
        "I4" => ValueType::I4,
        "UI4" => ValueType::UI4,
        "BSTR" => ValueType::Bstr,
        "CLSID" => ValueType::Clsid,
        "UI1 vec" => ValueType::UI1Vector,
        "UI2 vec" => ValueType::UI2Vector,
        "I4 vec" => ValueType::I4Vector,
        other => panic!("{other}"),
    }
}

fn access(cell: &str) -> DeclaredAccess {
    match cell {
        "R" => DeclaredAccess::ReadOnly,
        "RW" => DeclaredAccess::ReadWrite,
        "RW or R" => DeclaredAccess::Either,
        other => panic!("{other}"),
    }
}

#[test]
fn every_property_has_its_id_type_valid_values_and_access() {
    let mut documented = 0;
    for [_, name, id, kind, valid, rights] in rows(TABLE, COLUMNS) {
        // A page without a number: nothing to declare.
        if id == "-" {
            assert_eq!(property::by_name(name), None);
            continue;
        }
        documented += 1;
        let found = property::by_name(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(found.name, name);
        assert_eq!(found.id, PropertyId(id.parse().unwrap()), "{name}");
        assert_eq!(found.value_type, value_type(kind), "{name}");
        let kinds: ValidKinds = valid
            .split('/')
            .map(|k| ValidKinds::from_name(k).unwrap())
            .collect();
        assert_eq!(found.valid, kinds, "{name}");
        assert_eq!(found.access, access(rights), "{name}");
    }
    assert_eq!(documented, PROPERTIES.len());
}

#[test]
fn names_are_found_without_their_prefix_in_any_case() {
    let format = property::by_name("WIA_IPA_FORMAT").unwrap();
    assert_eq!(format.id, property::WIA_IPA_FORMAT);
    assert_eq!(property::by_name("wia_ipa_format"), Some(format));
    assert_eq!(property::by_name("IPA_FORMAT"), Some(format));
    assert_eq!(property::by_name("ipa_format"), Some(format));
    for unknown in [
        "",
        "WIA_",
        "FORMAT",
        "WIA_IPA_FORMAT_STR",
        "WIA_WIA_IPA_FORMAT",
    ] {
        assert_eq!(property::by_name(unknown), None, "{unknown:?}");
    }
}

#[test]
fn the_item_s_name_is_preferred_where_ids_collide() {
    let names = |id| -> Vec<_> {
        property::definitions(PropertyId(id))
            .map(|p| p.name)
            .collect()
    };
    assert_eq!(
        names(3104),
        [
            "WIA_IPS_FILM_SCAN_MODE",
            "WIA_DPS_MIN_HORIZONTAL_SHEET_FEED_SIZE"
        ]
    );
    assert_eq!(names(3096), ["WIA_IPS_PAGES", "WIA_DPS_PAGES"]);
    assert_eq!(
        names(4118),
        ["WIA_IPA_BUFFER_SIZE", "WIA_IPA_MIN_BUFFER_SIZE"]
    );
    assert!(names(0).is_empty());
    for p in PROPERTIES {
        let name = property::name(p.id).unwrap();
        assert_eq!(
            name.starts_with("WIA_D"),
            names(p.id.0).iter().all(|n| n.starts_with("WIA_D")),
            "{name}"
        );
    }
}

#[test]
fn names_are_unique_and_first_usable_id_is_two() {
    let mut names: Vec<_> = PROPERTIES.iter().map(|p| p.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PROPERTIES.len());
    assert!(PROPERTIES.iter().all(|p| p.id.0 >= 2));
    assert!(
        PROPERTIES
            .iter()
            .all(|p| p.id < property::WIA_PRIVATE_DEVPROP)
    );
}

#[test]
fn private_numbers_have_no_name() {
    assert_eq!(property::name(property::WIA_PRIVATE_DEVPROP), None);
    assert_eq!(property::name(property::WIA_PRIVATE_ITEMPROP), None);
    assert_eq!(property::wsd::ALL[0].0, property::WIA_PRIVATE_DEVPROP);
}

#[test]
fn units_of_the_settings_that_people_write() {
    let unit = |name| property::by_name(name).unwrap().unit;
    assert_eq!(unit("IPS_XRES"), Unit::Dpi);
    assert_eq!(unit("IPS_YEXTENT"), Unit::Pixels);
    assert_eq!(unit("IPS_PAGES"), Unit::Sides);
    assert_eq!(unit("IPS_PAGE_WIDTH"), Unit::ThousandthInch);
    assert_eq!(unit("DPS_VERTICAL_BED_SIZE"), Unit::ThousandthInch);
    assert_eq!(unit("IPS_LAMP_AUTO_OFF"), Unit::Seconds);
    assert_eq!(unit("IPS_WARM_UP_TIME"), Unit::Milliseconds);
    assert_eq!(unit("DPS_MAX_SCAN_TIME"), Unit::Milliseconds);
    assert_eq!(unit("IPS_XSCALING"), Unit::Percent);
    assert_eq!(unit("IPA_DEPTH"), Unit::BitsPerPixel);
    assert_eq!(unit("IPA_BYTES_PER_LINE"), Unit::Bytes);
    assert_eq!(unit("IPA_NUMBER_OF_LINES"), Unit::Lines);
    assert_eq!(unit("IPA_RAW_BITS_PER_CHANNEL"), Unit::BitsPerChannel);
    assert_eq!(unit("IPA_FORMAT"), Unit::None);
    assert_eq!(Unit::None.symbol(), "");
    assert_eq!(Unit::ThousandthInch.symbol(), "1/1000 inch");
}

#[test]
fn an_id_shows_its_name() {
    assert_eq!(property::WIA_IPS_XRES.to_string(), "WIA_IPS_XRES");
    assert_eq!(format!("{:?}", PropertyId(12345)), "property 12345");
}
