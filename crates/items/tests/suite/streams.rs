//! Settings saved as bytes and restored.

use crate::scanner::{item, rules_of, values, write};
use proptest::prelude::*;
use quire_items::{AppItem, property_stream, set_property_stream, validate_scanner_item};
use wia::property::*;
use wia::{Access, ErrorKind, Guid, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues};

fn restore(item: &AppItem, bytes: &[u8]) -> Result<()> {
    set_property_stream(item, bytes, &mut |i, changed| {
        validate_scanner_item(i, changed, &rules_of(i.name()))
    })
}

fn settings(item: &AppItem) -> Vec<(PropertyId, PropertyValue)> {
    item.properties()
        .into_iter()
        .map(|p| (p.id, p.value))
        .collect()
}

#[test]
fn settings_come_back() {
    for (name, written) in [
        (
            "flatbed",
            "XRES=600;YRES=150;XPOS=100;XEXTENT=700;FORMAT=TIFF;DATATYPE=0;COMPRESSION=4",
        ),
        (
            "flatbed",
            "FORMAT=RAW;DEPTH=48;CUR_INTENT=0x20001;BRIGHTNESS=-7",
        ),
        ("flatbed", "DATATYPE=100"),
        (
            "feeder",
            "PAGE_SIZE=11;ORIENTATION=1;DOCUMENT_HANDLING_SELECT=0xC;PAGES=9",
        ),
        ("feeder", "PAGE_SIZE=100;XRES=75"),
        ("feeder", "XEXTENT=1000;YPOS=30"),
        ("pages", "DOCUMENT_HANDLING_SELECT=0x4;PAGES=8"),
        ("film", "TYMED=2;XRES=777"),
    ] {
        let (_tree, a) = item(name);
        write(&a, &values(&a, written)).unwrap();
        let (_tree, b) = item(name);
        restore(&b, &property_stream(&a)).unwrap_or_else(|e| panic!("{written}: {e}"));
        assert_eq!(settings(&a), settings(&b), "{written}");
        assert_eq!(property_stream(&a), property_stream(&b));
    }
}

/// The layout is a promise to saved files: a stream of version 1, byte by byte.
#[test]
fn the_layout_of_version_1() {
    let (_tree, item) = item("auto");
    for id in item.property_ids() {
        item.remove_property(id);
    }
    let access = Access::RW;
    let valid = ValidValues::None;
    item.declare(
        PropertyId(0x1804),
        -2,
        PropertyInfo {
            access,
            valid: valid.clone(),
        },
    );
    item.declare(
        PropertyId(7),
        "é",
        PropertyInfo {
            access,
            valid: valid.clone(),
        },
    );
    item.declare(
        PropertyId(8),
        1,
        PropertyInfo {
            access: Access::READ,
            valid,
        },
    );
    let bytes = property_stream(&item);
    let (content, crc) = bytes.split_at(bytes.len() - 4);
    let mut expected = b"QPRS\x01\x00\x02\x00".to_vec();
    expected.extend([0; 16]);
    expected.extend(b"\x04\x18\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\xFE\xFF\xFF\xFF");
    expected.extend(b"\x07\x00\x00\x00\x08\x00\x00\x00\x02\x00\x00\x00\xC3\xA9");
    assert_eq!(content, expected);
    assert_eq!(crc, crc32fast::hash(content).to_le_bytes());
}

#[test]
fn settings_of_another_kind_of_device_are_refused() {
    let (_tree, a) = item("flatbed");
    let (_tree, b) = item("flatbed");
    b.write(WIA_IPA_PROP_STREAM_COMPAT_ID, Guid(7)).unwrap();
    let before = settings(&b);
    let e = restore(&b, &property_stream(&a)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(e.to_string().contains("another kind of device"), "{e}");
    assert_eq!(settings(&b), before);
}

#[test]
fn what_the_item_cannot_take_refuses_or_is_left_out() {
    let (_tree, a) = item("flatbed");
    write(&a, &values(&a, "XRES=600;BRIGHTNESS=5")).unwrap();
    let bytes = property_stream(&a);

    let (_tree, b) = item("flatbed");
    b.remove_property(WIA_IPS_BRIGHTNESS);
    b.set_access(WIA_IPS_CONTRAST, Access::READ).unwrap();
    restore(&b, &bytes).unwrap();
    assert_eq!(b.read_i32(WIA_IPS_XRES).unwrap(), 600);

    let (_tree, c) = item("flatbed");
    c.set_valid_list(WIA_IPS_XRES, 300, &[150, 300]).unwrap();
    let before = settings(&c);
    let e = restore(&c, &bytes).unwrap_err();
    assert!(
        e.to_string().starts_with("WIA_IPS_XRES: 600 is not valid"),
        "{e}"
    );
    assert_eq!(settings(&c), before);

    let (_tree, d) = item("flatbed");
    let access = Access::RW;
    d.declare(
        WIA_IPS_XRES,
        "text",
        PropertyInfo {
            access,
            valid: ValidValues::None,
        },
    );
    assert_eq!(
        restore(&d, &bytes).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn every_cut_is_refused() {
    let (_tree, item) = item("flatbed");
    let bytes = property_stream(&item);
    let before = settings(&item);
    for end in 0..bytes.len() {
        let e = restore(&item, &bytes[..end]).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{end}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(restore(&item, &longer).is_err());
    assert_eq!(settings(&item), before);
}

/// Puts the right checksum under content that was made up.
fn sealed(mut content: Vec<u8>) -> Vec<u8> {
    let crc = crc32fast::hash(&content);
    content.extend(crc.to_le_bytes());
    content
}

#[test]
fn other_versions_and_bad_lengths_are_refused() {
    let (_tree, item) = item("flatbed");
    let good = property_stream(&item);
    let content = &good[..good.len() - 4];
    let mut other = content.to_vec();
    other[4] = 2;
    let e = restore(&item, &sealed(other)).unwrap_err();
    assert!(e.to_string().contains("version 2"), "{e}");
    // The length of the first value, its type, the count.
    for (at, value) in [(32, 0xFF), (35, 0xFF), (28, 99), (30, 1), (6, 0xFF)] {
        let mut bad = content.to_vec();
        bad[at] = value;
        let e = restore(&item, &sealed(bad)).unwrap_err();
        assert_eq!(e.to_string(), "the saved settings are damaged", "{at}");
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (_tree, item) = item("film");
        let before = settings(&item);
        prop_assert!(restore(&item, &bytes).is_err());
        let headed = [b"QPRS\x01\x00", &bytes[..]].concat();
        let _ = restore(&item, &sealed(headed));
        prop_assert_eq!(settings(&item).len(), before.len());
    }

    #[test]
    fn a_flipped_bit_is_refused(at in any::<proptest::sample::Index>(), bit in 0u8..8) {
        let (_tree, item) = item("flatbed");
        let mut bytes = property_stream(&item);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let before = settings(&item);
        let e = restore(&item, &bytes).unwrap_err();
        prop_assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        prop_assert_eq!(settings(&item), before);
    }

    /// A saved stream whose values were changed, with the right checksum, is an application's write
    /// like any other: it is taken whole and valid or refused without a trace.
    #[test]
    fn changed_values_are_validated(
        at in any::<proptest::sample::Index>(), byte in any::<u8>(),
    ) {
        let (_tree, item) = item("feeder");
        let bytes = property_stream(&item);
        let mut content = bytes[..bytes.len() - 4].to_vec();
        let at = 24 + at.index(content.len() - 24);
        content[at] = byte;
        let before = settings(&item);
        match restore(&item, &sealed(content)) {
            Ok(()) => quire_items::validate_item_properties(&item, &item.property_ids()).unwrap(),
            Err(_) => prop_assert_eq!(settings(&item), before),
        }
    }

    #[test]
    fn values_of_every_type_come_back(
        number in any::<i32>(), unsigned in any::<u32>(), float in -1e30f32..1e30, text in ".{0,40}",
        guid in any::<u128>(), bytes in proptest::collection::vec(any::<u8>(), 0..40),
        words in proptest::collection::vec(any::<u16>(), 0..40),
        numbers in proptest::collection::vec(any::<i32>(), 0..40),
    ) {
        let all = [
            PropertyValue::I4(number), PropertyValue::UI4(unsigned), PropertyValue::R4(float),
            PropertyValue::Bstr(text), PropertyValue::Clsid(Guid(guid)),
            PropertyValue::UI1Vector(bytes), PropertyValue::UI2Vector(words),
            PropertyValue::I4Vector(numbers),
        ];
        let blank = [
            PropertyValue::I4(0), PropertyValue::UI4(0), PropertyValue::R4(0.0), "".into(),
            Guid::NULL.into(), PropertyValue::UI1Vector(vec![]), PropertyValue::UI2Vector(vec![]),
            PropertyValue::I4Vector(vec![]),
        ];
        let (_tree, a) = item("auto");
        let (_tree, b) = item("auto");
        for (i, (value, blank)) in all.iter().zip(blank).enumerate() {
            let id = PropertyId(71682 + i as u32);
            let info = PropertyInfo { access: Access::RW, valid: ValidValues::None };
            a.declare(id, value.clone(), info.clone());
            b.declare(id, blank, info);
        }
        set_property_stream(&b, &property_stream(&a), &mut |_, _| Ok(())).unwrap();
        prop_assert_eq!(settings(&b), settings(&a));
    }
}
