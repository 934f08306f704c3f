//! Validation and dependants: the table of cases, messages, and what always holds.

use crate::scanner;
use crate::scanner::{item, rules_of, value, values, write};
use proptest::prelude::*;
use quire_items::{
    AppItem, PropContext, Repair, changed_value, is_valid, nearest, suits, update_scan_rect,
    update_valid_format, validate_item_properties, write_multiple,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF};
use wia::property::*;
use wia::{Access, ErrorKind, PropertyId, PropertyInfo, PropertyValue, Tymed, ValidValues};

/// A fresh item; the flatbed can also turn images, which no driver here declares.
fn fresh(name: &str) -> (AppItem, AppItem) {
    let (tree, item) = item(name);
    if name == "flatbed" {
        let values = (0..4).map(PropertyValue::I4).collect();
        let nominal = PropertyValue::I4(0);
        let valid = ValidValues::List { nominal, values };
        let access = Access::RW;
        item.declare(WIA_IPS_ROTATION, 0, PropertyInfo { access, valid });
    }
    (tree, item)
}

#[test]
fn every_row_of_the_table() {
    let rows: Vec<&str> = include_str!("../fixtures/validation.csv").lines().collect();
    assert_eq!(rows[0], "rule,item,before,write,then");
    for row in &rows[1..] {
        let cells: Vec<&str> = row.split(',').collect();
        let [_, name, before, written, then] = cells[..] else {
            panic!("not five cells: {row}");
        };
        let (_tree, item) = fresh(name);
        write(&item, &values(&item, before)).unwrap_or_else(|e| panic!("{row}: before: {e}"));
        let state = item.properties();
        let result = write(&item, &values(&item, written));
        if let Some(property) = then.strip_prefix("refused ") {
            let e = result.expect_err(row);
            assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{row}");
            let name = item.property_name(scanner::id(&item, property));
            assert!(
                e.to_string().starts_with(&format!("{name}: ")),
                "{row}: {e}"
            );
            assert!(
                e.to_string().contains(" is not valid; valid: "),
                "{row}: {e}"
            );
            assert_eq!(item.properties(), state, "{row}");
            continue;
        }
        result.unwrap_or_else(|e| panic!("{row}: {e}"));
        for (id, value) in values(&item, written)
            .into_iter()
            .chain(values(&item, then))
        {
            let (now, wanted) = (item.read(id).unwrap(), value);
            let same = now == wanted || (now.as_i32().is_some() && now.as_i32() == wanted.as_i32());
            assert!(same, "{row}: {id} is {now}, not {wanted}");
        }
        everything_is_valid(&item).unwrap();
    }
}

fn everything_is_valid(item: &AppItem) -> wia::Result<()> {
    validate_item_properties(item, &item.property_ids())
}

#[test]
fn messages_name_property_value_and_what_is_valid() {
    let (_tree, flatbed) = item("flatbed");
    let (_tree2, film) = item("film");
    let (_tree3, feeder) = item("feeder");
    for (item, written, message) in [
        (
            &flatbed,
            "XRES=99999",
            "WIA_IPS_XRES: 99999 is not valid; valid: 75 100 150 200 300 600 1200",
        ),
        (
            &film,
            "YRES=0",
            "WIA_IPS_YRES: 0 is not valid; valid: 1 to 2400 in steps of 1",
        ),
        (
            &flatbed,
            "DATATYPE=7",
            "WIA_IPA_DATATYPE: 7 (WIA_DATA_RAW_BGR) is not valid; valid: 3 (WIA_DATA_COLOR) \
             2 (WIA_DATA_GRAYSCALE) 0 (WIA_DATA_THRESHOLD) 100 (WIA_DATA_AUTO)",
        ),
        (
            &flatbed,
            "DATATYPE=2;DEPTH=24",
            "WIA_IPA_DEPTH: 24 is not valid; valid: 8 (with WIA_DATA_GRAYSCALE)",
        ),
        (
            &flatbed,
            "FORMAT=BMP;TYMED=256",
            "WIA_IPA_FORMAT: WiaImgFmt_BMP is not valid; valid: WiaImgFmt_TIFF (with TYMED_MULTIPAGE_FILE)",
        ),
        (
            &feeder,
            "PAGE_SIZE=1;YEXTENT=5",
            "WIA_IPS_YEXTENT: 5 is not valid; valid: 3300 (with page size 1 (letter))",
        ),
        (
            &feeder,
            "CUR_INTENT=0x80",
            "WIA_IPS_CUR_INTENT: 128 is not valid; valid: any combination of the bits 0x70007",
        ),
    ] {
        let e = write(item, &values(item, written)).unwrap_err();
        assert_eq!(e.to_string(), message);
    }
}

#[test]
fn long_lists_are_shortened_in_messages() {
    let (_tree, item) = item("flatbed");
    let dpi: Vec<i32> = (1..=40).map(|n| n * 50).collect();
    item.set_valid_list(WIA_IPS_XRES, 300, &dpi).unwrap();
    item.write(WIA_IPS_XRES, 7).unwrap();
    let e = validate_item_properties(&item, &[WIA_IPS_XRES]).unwrap_err();
    let text = e.to_string();
    assert!(
        text.contains("valid: 50 100 150") && text.ends_with(" 750 … 2000"),
        "{text}"
    );
}

#[test]
fn the_context_holds_thirteen_properties_and_more() {
    let mut c = PropContext::new(&[WIA_IPS_XRES, WIA_IPS_PAGES], &[WIA_IPS_PAGE_SIZE]);
    assert!(c.is_prop_changed(WIA_IPS_XRES).unwrap());
    assert!(!c.is_prop_changed(WIA_IPS_PAGE_SIZE).unwrap());
    c.set_prop_changed(WIA_IPS_PAGE_SIZE, true).unwrap();
    c.set_prop_changed(WIA_IPS_XRES, false).unwrap();
    assert!(c.is_prop_changed(WIA_IPS_PAGE_SIZE).unwrap());
    assert!(!c.is_prop_changed(WIA_IPS_XRES).unwrap());
    // What the application wrote stays known, marked or not, held or not.
    assert!(c.was_written(WIA_IPS_XRES) && c.was_written(WIA_IPS_PAGES));
    assert!(!c.was_written(WIA_IPS_PAGE_SIZE));
    let held = [
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
        WIA_IPS_PAGE_SIZE,
    ];
    for definition in wia::property::PROPERTIES {
        let id = definition.id;
        assert_eq!(c.is_prop_changed(id).is_ok(), held.contains(&id), "{id}");
        assert_eq!(
            c.set_prop_changed(id, true).is_ok(),
            held.contains(&id),
            "{id}"
        );
    }
}

#[test]
fn kinds_of_valid_values_suit_types() {
    let list = |v: PropertyValue| ValidValues::List {
        nominal: v.clone(),
        values: vec![v],
    };
    let range = ValidValues::Range {
        min: 0,
        nominal: 0,
        max: 1,
        step: 1,
    };
    let float = ValidValues::RangeFloat {
        min: 0.0,
        nominal: 0.0,
        max: 1.0,
        step: 0.5,
    };
    let flag = ValidValues::Flag {
        nominal: 0,
        valid_bits: 1,
    };
    let guid = list(WIA_IMG_FMT_BMP.into());
    // Which of I4, UI4, R4, Bstr, Clsid, UI1Vector each suits.
    for (valid, expected) in [
        (ValidValues::None, "yes yes yes yes yes yes"),
        (flag, "yes yes no no no no"),
        (range, "yes yes no no no no"),
        (float, "no no yes no no no"),
        (list(1.into()), "yes yes no no no no"),
        (list(1.5.into()), "no no yes no no no"),
        (list("a".into()), "no no no yes no no"),
        (guid, "no no no no yes no"),
    ] {
        use wia::ValueType::*;
        let answers = [I4, UI4, R4, Bstr, Clsid, UI1Vector]
            .map(|t| if suits(&valid, t) { "yes" } else { "no" });
        assert_eq!(answers.join(" "), expected, "{valid:?}");
    }
}

#[test]
fn changed_values_are_checked_or_repaired() {
    let (_tree, item) = item("flatbed");
    let look = |written: &'static [PropertyId], no_validation| {
        let mut found = None;
        let result = write_multiple(&item, &[(WIA_IPS_XRES, 310.into())], &mut |i, _| {
            let mut c = PropContext::new(written, &[]);
            found = Some(changed_value(i, &mut c, no_validation, WIA_IPS_XRES)?);
            Err(wia::Error::new(ErrorKind::Abort, "enough"))
        });
        (found, result.unwrap_err().kind())
    };
    let (found, _) = look(&[WIA_IPS_XRES], true);
    let found = found.unwrap();
    assert_eq!((found.changed, found.old.as_i32()), (true, Some(300)));
    assert_eq!(found.current.as_i32(), Some(310));
    assert_eq!(
        look(&[WIA_IPS_XRES], false),
        (None, ErrorKind::InvalidArgument)
    );
    let repaired = look(&[], false).0.unwrap();
    assert_eq!(
        (repaired.changed, repaired.current.as_i32()),
        (false, Some(300))
    );
    let mut c = PropContext::new(&[], &[]);
    assert!(changed_value(&item, &mut c, true, WIA_IPS_ROTATION).is_err());
}

#[test]
fn updates_mark_what_they_change() {
    let (_tree, item) = item("flatbed");
    let mut c = PropContext::new(&[WIA_IPA_TYMED], &[]);
    item.write(WIA_IPA_TYMED, Tymed::MultipageFile.value())
        .unwrap();
    let formats = [
        (WIA_IMG_FMT_BMP, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
    ];
    update_valid_format(&item, &mut c, &formats).unwrap();
    assert!(c.is_prop_changed(WIA_IPA_FORMAT).unwrap());
    assert!(!c.is_prop_changed(WIA_IPA_DATATYPE).unwrap());
    item.write(WIA_IPS_XPOS, 5000).unwrap();
    assert!(c.settle(&item, WIA_IPS_XPOS, Repair::Nearest).is_ok());
    assert_eq!(item.read_i32(WIA_IPS_XPOS).unwrap(), 2549);
    assert!(c.is_prop_changed(WIA_IPS_XPOS).unwrap());
}

#[test]
fn whole_sheets_are_counted_in_steps_of_two() {
    let (_tree, item) = item("pages");
    write(&item, &values(&item, "DOCUMENT_HANDLING_SELECT=0x4")).unwrap();
    let range = |max, step| ValidValues::Range {
        min: 0,
        nominal: 0,
        max,
        step,
    };
    assert_eq!(item.attributes(WIA_IPS_PAGES).unwrap().valid, range(98, 2));
    write(&item, &values(&item, "DOCUMENT_HANDLING_SELECT=0x20")).unwrap();
    assert_eq!(item.attributes(WIA_IPS_PAGES).unwrap().valid, range(99, 1));
}

#[test]
fn kinds_of_valid_values() {
    let range = |min, max, step| ValidValues::Range {
        min,
        nominal: min,
        max,
        step,
    };
    let list = |values: &[PropertyValue]| ValidValues::List {
        nominal: values[0].clone(),
        values: values.to_vec(),
    };
    let flag = ValidValues::Flag {
        nominal: 0,
        valid_bits: 0x5,
    };
    let float = |step| ValidValues::RangeFloat {
        min: 0.5,
        nominal: 1.0,
        max: 2.5,
        step,
    };
    let strings = list(&["a".into(), "b".into()]);
    let guids = list(&[WIA_IMG_FMT_BMP.into()]);
    let unsigned = list(&[PropertyValue::UI4(7)]);
    for (valid, value, expected) in [
        (&range(-10, 10, 5), PropertyValue::I4(-5), true),
        (&range(-10, 10, 5), PropertyValue::I4(-4), false),
        (&range(-10, 11, 5), PropertyValue::I4(11), false),
        (
            &range(i32::MIN, i32::MAX, i32::MAX),
            PropertyValue::I4(-1),
            true,
        ),
        (&range(0, 9, 0), PropertyValue::UI4(9), true),
        (&range(0, 9, 1), PropertyValue::UI4(u32::MAX), false),
        (&range(0, 9, 1), "3".into(), false),
        (&flag, PropertyValue::I4(0), true),
        (&flag, PropertyValue::UI4(5), true),
        (&flag, PropertyValue::I4(2), false),
        (&flag, PropertyValue::UI4(0x8000_0000), false),
        (&strings, "b".into(), true),
        (&strings, "B".into(), false),
        (&guids, WIA_IMG_FMT_BMP.into(), true),
        (&guids, WIA_IMG_FMT_TIFF.into(), false),
        (&unsigned, PropertyValue::I4(7), true),
        (&float(0.0), PropertyValue::R4(0.7), true),
        (&float(0.1), PropertyValue::R4(0.7), true),
        (&float(0.5), PropertyValue::R4(0.7), false),
        (&float(0.0), PropertyValue::R4(2.6), false),
        (&float(0.0), PropertyValue::R4(f32::NAN), false),
        (&float(0.0), PropertyValue::I4(1), false),
        (&ValidValues::None, "anything".into(), true),
    ] {
        assert_eq!(is_valid(valid, &value), expected, "{valid:?} {value:?}");
    }
    assert_eq!(nearest(&range(1, 10, 4), 7), Some(5));
    assert_eq!(nearest(&range(1, 10, 4), 8), Some(9));
    assert_eq!(nearest(&range(1, 10, 4), i32::MAX), Some(9));
    assert_eq!(nearest(&list(&[600.into(), 300.into()]), 450), Some(300));
    assert_eq!(nearest(&range(5, 4, 1), 4), None);
}

proptest! {
    #[test]
    fn nearest_is_valid_and_nothing_is_nearer(
        min in -50i32..50, span in 0i32..60, step in 1i32..20, value in -200i32..200,
    ) {
        let valid = ValidValues::Range { min, nominal: min, max: min + span, step };
        let found = nearest(&valid, value).unwrap();
        prop_assert!(is_valid(&valid, &found.into()));
        for other in min..=min + span {
            if is_valid(&valid, &other.into()) {
                prop_assert!(found.abs_diff(value) <= other.abs_diff(value));
            }
        }
    }

    /// Whatever is written, the selection lies on the bed, or the write is refused for a reason and
    /// leaves no trace.
    #[test]
    fn the_scan_rectangle_lies_on_the_bed(
        bed in 1i32..50_000,
        before in (1i32..2400, 0i32..200_000, 1i32..200_000),
        after in (
            proptest::option::of(1i32..2400),
            proptest::option::of(prop_oneof![-5i32..60_000, any::<i32>()]),
            proptest::option::of(prop_oneof![-5i32..60_000, any::<i32>()]),
        ),
    ) {
        let (_tree, item) = item("film");
        let driver = &mut |i: &AppItem, changed: &[PropertyId]| {
            let mut c = PropContext::new(changed, &[]);
            update_scan_rect(i, &mut c, bed, bed)
        };
        // A state that holds: nothing counts as written by the application.
        for (id, v) in [(WIA_IPS_XRES, before.0), (WIA_IPS_XPOS, before.1), (WIA_IPS_XEXTENT, before.2)] {
            item.write(id, v).unwrap();
        }
        write_multiple(&item, &[], driver).unwrap();
        let old = |id| item.read_i32(id).unwrap();
        let (dpi, pos, ext) = (old(WIA_IPS_XRES), old(WIA_IPS_XPOS), old(WIA_IPS_XEXTENT));
        let max = |dpi: i32| (i64::from(dpi) * i64::from(bed) / 1000).max(1);
        prop_assert!(pos >= 0 && ext >= 1 && i64::from(pos) + i64::from(ext) <= max(dpi));

        let state = item.properties();
        let written: Vec<(PropertyId, PropertyValue)> =
            [(WIA_IPS_XRES, after.0), (WIA_IPS_XPOS, after.1), (WIA_IPS_XEXTENT, after.2)]
                .into_iter()
                .filter_map(|(id, v)| Some((id, v?.into())))
                .collect();
        let result = write_multiple(&item, &written, driver);
        let max = max(after.0.unwrap_or(dpi));
        if result.is_err() {
            prop_assert_eq!(item.properties(), state);
            // Only what was written can be the reason: a position off the bed, or an extent that does
            // not fit behind the position.
            let bad_pos = after.1.is_some_and(|p| p < 0 || i64::from(p) >= max);
            let fits = |e: i32| e >= 1 && i64::from(e) + i64::from(after.1.unwrap_or(pos)) <= max;
            prop_assert!(bad_pos || after.2.is_some_and(|e| !fits(e)));
            return Ok(());
        }
        let (pos, ext) = (old(WIA_IPS_XPOS), old(WIA_IPS_XEXTENT));
        prop_assert!(pos >= 0 && ext >= 1 && i64::from(pos) + i64::from(ext) <= max);
        prop_assert_eq!(old(WIA_IPA_PIXELS_PER_LINE), ext);
        prop_assert_eq!(after.2.unwrap_or(ext), ext);
        prop_assert_eq!(after.1.unwrap_or(pos), pos);
        let range = |id| item.attributes(id).unwrap().valid;
        let to = |v: i64| i32::try_from(v).unwrap();
        let (first, last) = (0, to(max - 1));
        prop_assert_eq!(
            range(WIA_IPS_XPOS),
            ValidValues::Range { min: first, nominal: 0, max: last, step: 1 }
        );
        let most = to(max) - pos;
        prop_assert_eq!(
            range(WIA_IPS_XEXTENT),
            ValidValues::Range { min: 1, nominal: most, max: most, step: 1 }
        );
    }

    /// Any writes in any order leave a state in which everything is valid.
    #[test]
    fn any_writes_leave_everything_valid(
        name in prop_oneof![Just("flatbed"), Just("feeder"), Just("pages"), Just("film")],
        writes in proptest::collection::vec(
            proptest::collection::vec((0usize..20, 0usize..8), 1..4), 1..12),
    ) {
        let choices: [(&str, &[&str]); 20] = [
            ("XRES", &["75", "150", "300", "600", "1200", "301", "0"]),
            ("YRES", &["75", "150", "300", "600", "1200"]),
            ("XPOS", &["0", "10", "500", "2000", "-1"]),
            ("YPOS", &["0", "10", "500", "2000"]),
            ("XEXTENT", &["1", "100", "425", "1000", "2550"]),
            ("YEXTENT", &["1", "100", "1000", "3510"]),
            ("CUR_INTENT", &["1", "2", "4", "0x20001", "0x10004", "0x40002"]),
            ("DATATYPE", &["0", "2", "3", "6", "100"]),
            ("DEPTH", &["0", "1", "8", "16", "24", "48"]),
            ("FORMAT", &["BMP", "RAW", "TIFF", "JPEG"]),
            ("TYMED", &["2", "256"]),
            ("COMPRESSION", &["0", "4", "5"]),
            ("PAGE_SIZE", &["0", "1", "2", "3", "11", "100", "32768"]),
            ("ORIENTATION", &["0", "1"]),
            ("DOCUMENT_HANDLING_SELECT", &["0x20", "0x4", "0xC"]),
            ("PAGES", &["0", "1", "2", "7"]),
            ("BRIGHTNESS", &["-1000", "0", "2000"]),
            ("THRESHOLD", &["0", "255"]),
            ("PREVIEW", &["0", "1"]),
            ("CONTRAST", &["5"]),
        ];
        let (_tree, item) = item(name);
        for w in writes {
            let mut written = Vec::new();
            for (property, choice) in w {
                let (property, texts) = choices[property];
                if let Some(id) = item.property_by_name(property) {
                    let text = texts[choice % texts.len()];
                    written.push((id, value(&item, id, text)));
                }
            }
            let state = item.properties();
            if write(&item, &written).is_err() {
                prop_assert_eq!(item.properties(), state);
                continue;
            }
            everything_is_valid(&item).unwrap();
            for id in [WIA_IPS_XEXTENT, WIA_IPS_YEXTENT] {
                prop_assert!(item.read_i32(id).unwrap() >= 1);
            }
            let channels = item.read_i32(WIA_IPA_CHANNELS_PER_PIXEL).unwrap();
            let bits = item.read_i32(WIA_IPA_BITS_PER_CHANNEL).unwrap();
            prop_assert_eq!(channels * bits, item.read_i32(WIA_IPA_DEPTH).unwrap());
            let raw = item.read_bytes(WIA_IPA_RAW_BITS_PER_CHANNEL).unwrap();
            let sum: i32 = raw.iter().map(|b| i32::from(*b)).sum();
            prop_assert_eq!(sum, item.read_i32(WIA_IPA_DEPTH).unwrap());
            // The same again changes nothing.
            let state: Vec<_> = item.properties().into_iter().map(|p| (p.id, p.value)).collect();
            write(&item, &[]).unwrap();
            let again: Vec<_> = item.properties().into_iter().map(|p| (p.id, p.value)).collect();
            prop_assert_eq!(again, state);
        }
        let rules = rules_of(item.name());
        prop_assert_eq!(item.read_i32(WIA_IPS_MAX_HORIZONTAL_SIZE).unwrap(), rules.bed.0);
    }
}
