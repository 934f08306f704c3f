//! What items declare, and what their categories require.

use std::collections::{BTreeMap, BTreeSet};

use crate::scanner::{SOURCE, declare, item, rules_of, tree, write};
use quire_items::{
    AppItem, CreationFlags, DataTypeRule, FormatRule, Resolutions, ScannerRules, check_flags,
    check_required, check_tree, declare_device_info, declare_scanner_item, required_properties,
    validate_item_properties,
};
use wia::category::{WIA_CATEGORY_FLATBED, by_name};
use wia::constant::{WIA_DONT_USE_SEGMENTATION_FILTER, WIA_USE_SEGMENTATION_FILTER};
use wia::format::WIA_IMG_FMT_PNG;
use wia::property::*;
use wia::{Access, DataType, ErrorKind, ItemFlags, PropertyId, PropertyInfo, Tymed, ValidValues};

#[test]
fn required_sets_are_the_documented_ones() {
    let mut expected: BTreeMap<(&str, bool), BTreeSet<PropertyId>> = BTreeMap::new();
    for row in include_str!("../fixtures/required.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let [_, category, kind, name] = cells[..] else {
            panic!("not four cells: {row}");
        };
        let id = ["WIA_IPA_", "WIA_IPS_", "WIA_DPS_"]
            .iter()
            .find_map(|p| wia::property::by_name(&format!("{p}{name}")))
            .unwrap_or_else(|| panic!("{name}"))
            .id;
        let key = (category, kind == "region");
        expected.entry(key).or_default().insert(id);
    }
    assert_eq!(expected.len(), 11);
    for ((category, region), ids) in expected {
        let found = required_properties(by_name(category).unwrap(), region);
        let found: BTreeSet<PropertyId> = found.into_iter().collect();
        assert_eq!(found, ids, "{category} region {region}");
    }
}

#[test]
fn flags_are_those_of_the_category() {
    for row in include_str!("../fixtures/flags.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let [_, category, flags, allowed] = cells[..] else {
            panic!("not four cells: {row}");
        };
        let flags = i32::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap();
        let flags = ItemFlags::from_bits_retain(flags);
        let found = check_flags(by_name(category).unwrap(), flags);
        assert_eq!(found.is_none(), allowed == "yes", "{row}: {found:?}");
    }
}

#[test]
fn a_declared_tree_obeys() {
    let tree = tree();
    assert_eq!(check_tree(&tree), [""; 0]);
    for item in tree.descendants() {
        validate_item_properties(&item, &item.property_ids()).unwrap();
        for p in item.properties() {
            assert_eq!(p.value, p.previous, "{} {}", item.name(), p.id);
        }
    }
}

/// Each declared property has the type, access and kind of valid values of its documentation page.
#[test]
fn declarations_follow_the_documentation() {
    use wia::property::{DeclaredAccess, ValidKinds};
    use wia::{Access, ValidValues};
    let tree = tree();
    declare_device_info(&tree, &Default::default());
    for item in tree.descendants() {
        for p in item.properties() {
            let shown = format!("{} {}", item.name(), item.property_name(p.id));
            let name = item.property_name(p.id);
            let page = wia::property::by_name(&name).unwrap_or_else(|| panic!("{shown}"));
            assert_eq!(page.value_type, p.value.value_type(), "{shown}");
            let access = match page.access {
                DeclaredAccess::ReadOnly => p.info.access == Access::READ,
                DeclaredAccess::ReadWrite => p.info.access == Access::RW,
                DeclaredAccess::Either => true,
            };
            assert!(access, "{shown}: {:?}", p.info.access);
            let kind = match p.info.valid {
                ValidValues::None => ValidKinds::NONE,
                ValidValues::Range { .. } | ValidValues::RangeFloat { .. } => ValidKinds::RANGE,
                ValidValues::List { .. } => ValidKinds::LIST,
                ValidValues::Flag { .. } => ValidKinds::FLAG,
            };
            assert!(page.valid.contains(kind), "{shown}: {kind:?}");
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    let (tree, flatbed) = item("flatbed");
    for id in [
        WIA_IPS_XRES,
        WIA_IPA_RAW_BITS_PER_CHANNEL,
        WIA_IPS_THRESHOLD,
    ] {
        flatbed.remove_property(id);
        assert_eq!(check_required(&flatbed), [id]);
        assert_eq!(check_tree(&tree).len(), 1);
        declare(&flatbed).unwrap();
        assert!(check_required(&flatbed).is_empty());
    }
}

#[test]
fn an_item_with_the_segmentation_filter_must_support_the_creation_of_children() {
    for (segmentation, creation, missing) in [
        (WIA_USE_SEGMENTATION_FILTER, None, true),
        (WIA_USE_SEGMENTATION_FILTER, Some(0), true),
        (WIA_USE_SEGMENTATION_FILTER, Some(1), false),
        (WIA_DONT_USE_SEGMENTATION_FILTER, None, false),
    ] {
        let (_tree, flatbed) = item("flatbed");
        let info = || PropertyInfo {
            access: Access::READ,
            valid: ValidValues::None,
        };
        flatbed.declare(WIA_IPS_SEGMENTATION, segmentation, info());
        flatbed.remove_property(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION);
        if let Some(creation) = creation {
            flatbed.declare(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION, creation, info());
        }
        let expected: &[PropertyId] = match missing {
            true => &[WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION],
            false => &[],
        };
        assert_eq!(
            check_required(&flatbed),
            expected,
            "{segmentation} {creation:?}"
        );
    }
}

#[test]
fn the_flatbed_comes_first_and_auto_is_not_alone() {
    let tree = tree();
    tree.children()[0].remove(quire_items::RemoveReason::Deleted);
    assert!(check_tree(&tree).is_empty());
    let root = tree.clone();
    let nothing = &mut |_: &AppItem| Ok(());
    let late = root
        .create_child(SOURCE, CreationFlags::empty(), "Flatbed", nothing)
        .unwrap();
    late.write(WIA_IPA_ITEM_CATEGORY, WIA_CATEGORY_FLATBED)
        .unwrap();
    declare_scanner_item(&late, &rules_of("Flatbed")).unwrap();
    let found = check_tree(&tree);
    assert_eq!(found, ["the flatbed must be the first item below the root"]);
    for child in tree.children() {
        if child.name() != "Auto" {
            child.remove(quire_items::RemoveReason::Deleted);
        }
    }
    let found = check_tree(&tree);
    assert_eq!(
        found,
        ["an automatic item needs a flatbed, feeder or film item beside it"]
    );
}

#[test]
fn the_start_is_the_whole_bed_at_the_default_resolution() {
    let (_tree, flatbed) = item("flatbed");
    for (id, value) in [
        (WIA_IPS_XRES, 300),
        (WIA_IPS_YRES, 300),
        (WIA_IPS_XPOS, 0),
        (WIA_IPS_XEXTENT, 2550),
        (WIA_IPS_YEXTENT, 3510),
        (WIA_IPA_PIXELS_PER_LINE, 2550),
        (WIA_IPA_DATATYPE, 3),
        (WIA_IPA_DEPTH, 24),
        (WIA_IPA_TYMED, 2),
        (WIA_IPA_COMPRESSION, 0),
        (WIA_IPS_CUR_INTENT, 0),
        (WIA_IPA_ITEM_SIZE, 26_858_574),
        (WIA_IPA_ACCESS_RIGHTS, 1),
    ] {
        assert_eq!(flatbed.read_i32(id).unwrap(), value, "{id}");
    }
    assert_eq!(
        flatbed.read_guid(WIA_IPA_FORMAT).unwrap(),
        wia::format::WIA_IMG_FMT_BMP
    );
    assert_eq!(flatbed.read_str(WIA_IPA_FILENAME_EXTENSION).unwrap(), "bmp");
    let (_tree, feeder) = item("feeder");
    assert_eq!(
        feeder.read_i32(WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap(),
        0x20
    );
    assert_eq!(feeder.read_i32(WIA_IPS_PAGES).unwrap(), 0);
    assert_eq!(
        feeder.read_i32(WIA_IPS_SHEET_FEEDER_REGISTRATION).unwrap(),
        1
    );
}

#[test]
fn rules_that_contradict_themselves_are_refused() {
    let (tree, flatbed) = item("flatbed");
    let feeder = tree.find_by_name(r"0000\Root\Feeder").unwrap();
    let base = || rules_of("Flatbed");
    let gray16 = DataTypeRule::new(DataType::Grayscale, &[16]);
    let cases: Vec<(&str, &AppItem, ScannerRules)> = vec![
        ("root", &tree, base()),
        (
            "no width",
            &flatbed,
            ScannerRules {
                bed: (0, 1),
                ..base()
            },
        ),
        (
            "no data types",
            &flatbed,
            ScannerRules {
                data_types: vec![],
                ..base()
            },
        ),
        (
            "no formats",
            &flatbed,
            ScannerRules {
                formats: vec![],
                ..base()
            },
        ),
        (
            "no resolutions",
            &flatbed,
            ScannerRules {
                resolutions: Resolutions::List(vec![]),
                ..base()
            },
        ),
        (
            "0 dpi",
            &flatbed,
            ScannerRules {
                resolutions: Resolutions::List(vec![0]),
                ..base()
            },
        ),
        (
            "preferred",
            &flatbed,
            ScannerRules {
                preferred_format: WIA_IMG_FMT_PNG,
                ..base()
            },
        ),
        (
            "16 bits in BMP",
            &flatbed,
            ScannerRules {
                data_types: vec![gray16],
                ..base()
            },
        ),
        (
            "a format without TYMED",
            &flatbed,
            ScannerRules {
                formats: vec![FormatRule {
                    tymeds: vec![],
                    ..FormatRule::bmp()
                }],
                ..base()
            },
        ),
        ("no page sizes", &feeder, base()),
        (
            "no feeder rules",
            &feeder,
            ScannerRules {
                feeder: None,
                ..rules_of("Feeder")
            },
        ),
        (
            "no orientations",
            &feeder,
            ScannerRules {
                orientations: vec![],
                ..rules_of("Feeder")
            },
        ),
        (
            "first page too large",
            &feeder,
            ScannerRules {
                page_sizes: vec![10],
                ..rules_of("Feeder")
            },
        ),
    ];
    for (case, item, rules) in cases {
        let e = declare_scanner_item(item, &rules).expect_err(case);
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{case}: {e}");
    }
}

#[test]
fn regions_are_made_with_the_flatbeds_values() {
    let (_tree, flatbed) = item("flatbed");
    write(
        &flatbed,
        &[(WIA_IPS_XRES, 600.into()), (WIA_IPA_DATATYPE, 2.into())],
    )
    .unwrap();
    let init = &mut |i: &AppItem| declare_scanner_item(i, &rules_of("Flatbed"));
    let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
    let region = flatbed.create_child(SOURCE, copy, "Flatbed", init).unwrap();
    assert!(check_required(&region).is_empty());
    for id in [
        WIA_IPS_XRES,
        WIA_IPA_DATATYPE,
        WIA_IPS_XEXTENT,
        WIA_IPA_CHANNELS_PER_PIXEL,
    ] {
        assert_eq!(region.read(id), flatbed.read(id), "{id}");
    }
    let area = [(WIA_IPS_XPOS, 100.into()), (WIA_IPS_XEXTENT, 200.into())];
    write(&region, &area).unwrap();
    assert_eq!(flatbed.read_i32(WIA_IPS_XEXTENT).unwrap(), 5100);
    assert_eq!(region.read_i32(WIA_IPA_ACCESS_RIGHTS).unwrap(), 0x83);
    region.delete(&mut |_| Ok(())).unwrap();
}

#[test]
fn a_region_without_a_resolution_has_its_parents() {
    let (_tree, flatbed) = item("flatbed");
    let init = &mut |i: &AppItem| {
        declare_scanner_item(i, &rules_of("Flatbed"))?;
        i.remove_property(WIA_IPS_XRES);
        i.remove_property(WIA_IPS_YRES);
        Ok(())
    };
    let none = CreationFlags::empty();
    let region = flatbed.create_child(SOURCE, none, "Flatbed", init).unwrap();
    write(&flatbed, &[(WIA_IPS_XRES, 600.into())]).unwrap();
    write(&region, &[(WIA_IPS_XEXTENT, 5100.into())]).unwrap();
    assert!(write(&region, &[(WIA_IPS_XEXTENT, 5101.into())]).is_err());
    assert!(write(&region, &[(WIA_IPS_YEXTENT, 3511.into())]).is_err());
}

#[test]
fn own_formats_have_their_own_extension() {
    let (_tree, flatbed) = item("flatbed");
    let own = wia::Guid(0x1234);
    let mut rules = rules_of("Flatbed");
    rules.formats.push(FormatRule {
        extension: Some("xyz".to_owned()),
        ..FormatRule::new(own, &[Tymed::File])
    });
    declare_scanner_item(&flatbed, &rules).unwrap();
    let written = [(WIA_IPA_FORMAT, own.into())];
    quire_items::write_multiple(&flatbed, &written, &mut |i, c| {
        quire_items::validate_scanner_item(i, c, &rules)
    })
    .unwrap();
    assert_eq!(flatbed.read_str(WIA_IPA_FILENAME_EXTENSION).unwrap(), "xyz");
}
