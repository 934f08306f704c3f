use crate::table::rows;
use quire_wia::category::{FlagRules, flag_rules};
use quire_wia::{Guid, ItemFlags, category, command, event, format};

const IDENTIFIERS: &str = include_str!("../tables/identifiers.csv");
const FORMATS: &str = include_str!("../tables/formats.csv");
const FLAGS: &str = include_str!("../tables/category-flags.csv");

#[test]
fn categories_events_and_commands_have_their_guids() {
    let mut seen = [0; 3];
    for [_, kind, name, guid] in rows(IDENTIFIERS, ["section", "kind", "name", "guid"]) {
        let guid: Guid = guid.parse().unwrap();
        let (k, given, back) = match kind {
            "category" => (0, category::name(guid), category::by_name(name)),
            "event" => (1, event::name(guid), event::by_name(name)),
            "command" => (2, command::name(guid), command::by_name(name)),
            other => panic!("{other}"),
        };
        assert_eq!(given, Some(name));
        assert_eq!(back, Some(guid));
        seen[k] += 1;
    }
    assert_eq!(
        seen,
        [category::ALL.len(), event::ALL.len(), command::ALL.len()]
    );
}

#[test]
fn identifiers_are_found_without_their_prefix_in_any_case() {
    assert_eq!(
        category::by_name("feeder_front"),
        Some(category::WIA_CATEGORY_FEEDER_FRONT)
    );
    assert_eq!(
        event::by_name("wia_event_scan_image"),
        Some(event::WIA_EVENT_SCAN_IMAGE)
    );
    assert_eq!(
        command::by_name("Synchronize"),
        Some(command::WIA_CMD_SYNCHRONIZE)
    );
    assert_eq!(category::by_name("WIA_CATEGORY_"), None);
    assert_eq!(category::by_name(""), None);
    assert_eq!(category::name(Guid::NULL), None);
    assert_eq!(event::name(category::WIA_CATEGORY_ROOT), None);
}

#[test]
fn formats_have_their_guids_and_extensions() {
    let table = rows(FORMATS, ["section", "name", "guid", "extension"]);
    for [_, name, guid, extension] in &table {
        let guid: Guid = guid.parse().unwrap();
        assert_eq!(format::name(guid), Some(*name));
        assert_eq!(format::by_name(name), Some(guid));
        let (_, short) = name.split_once('_').unwrap();
        assert_eq!(format::by_name(&short.to_lowercase()), Some(guid));
        let expected = (*extension != "-").then_some(*extension);
        assert_eq!(format::filename_extension(guid), expected, "{name}");
    }
    assert_eq!(format::all().count(), table.len());
    assert_eq!(format::by_name("WiaImgFmt_"), None);
    assert_eq!(format::by_name("docx"), None);
    assert_eq!(format::filename_extension(Guid::NULL), None);
}

fn flags(cell: &str) -> ItemFlags {
    cell.split_whitespace()
        .map(|flag| ItemFlags::from_name(flag).unwrap())
        .collect()
}

#[test]
fn each_category_has_its_flags() {
    let table = rows(FLAGS, ["section", "category", "required", "optional"]);
    assert_eq!(table.len(), category::ALL.len());
    for (name, category) in category::ALL {
        let short = name.strip_prefix("WIA_CATEGORY_").unwrap();
        let row = table.iter().find(|r| r[1] == short);
        let [_, _, required, optional] = row.unwrap_or_else(|| panic!("no row for {name}"));
        let expected = FlagRules {
            required: flags(required),
            optional: flags(optional),
        };
        assert_eq!(flag_rules(*category), Some(expected), "{name}");
    }
    assert_eq!(flag_rules(Guid::NULL), None);
}

#[test]
fn rules_want_all_that_is_required_and_nothing_foreign() {
    let rules = flag_rules(category::WIA_CATEGORY_FINISHED_FILE).unwrap();
    assert!(rules.allow(ItemFlags::FILE | ItemFlags::TRANSFER));
    assert!(rules.allow(ItemFlags::FILE | ItemFlags::TRANSFER | ItemFlags::IMAGE));
    assert!(!rules.allow(ItemFlags::FILE | ItemFlags::IMAGE));
    assert!(!rules.allow(ItemFlags::FILE | ItemFlags::TRANSFER | ItemFlags::FOLDER));
}
