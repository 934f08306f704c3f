//! Every name of the vocabulary against the published metadata, and the metadata against the
//! vocabulary: nothing has a wrong value, nothing is forgotten.

use std::collections::BTreeMap;

use crate::table::rows;
use crate::{errors, flags, statuses};
use quire_wia::{
    Compression, DataMessage, DataType, Hresult, Intent, ItemFlags, Orientation, Photometric,
    TransferMessage, TransferStatus, Tymed, category, command, constant, event, format, property,
};

const METADATA: &str = include_str!("../tables/constants.csv");
const LEFT_OUT: &str = include_str!("../tables/left-out.csv");
const VALUES: &str = include_str!("../tables/values.csv");

/// Header name to value, written as in the metadata.
#[derive(Default)]
struct Vocabulary(BTreeMap<String, String>);

impl Vocabulary {
    fn add(&mut self, name: &str, value: &impl ToString) {
        let value = value.to_string();
        if let Some(other) = self.0.insert(name.to_owned(), value.clone()) {
            assert_eq!(other, value, "{name} is declared twice");
        }
    }
}

fn vocabulary() -> Vocabulary {
    let mut v = Vocabulary::default();
    for p in property::PROPERTIES {
        v.add(p.name, &p.id.0);
        v.add(&format!("{}_STR", p.name), &p.label);
    }
    for (id, name, label) in property::wsd::ALL {
        v.add(name, &id.0);
        v.add(&format!("{name}_STR"), &label);
    }
    v.add("WIA_PRIVATE_DEVPROP", &property::WIA_PRIVATE_DEVPROP.0);
    v.add("WIA_PRIVATE_ITEMPROP", &property::WIA_PRIVATE_ITEMPROP.0);
    for (name, value) in constant::all() {
        v.add(name, &value);
    }
    for (name, id) in format::all() {
        v.add(name, &id);
    }
    for (name, id) in [category::ALL, event::ALL, command::ALL].concat() {
        v.add(name, &id);
    }
    macro_rules! choices {
        ($($kind:ident)*) => { $(for c in $kind::ALL { v.add(c.name(), &c.value()); })* };
    }
    choices!(TransferMessage DataMessage Tymed Compression DataType Photometric Orientation);
    add_flags(&mut v);
    add_tokens(&mut v);
    for [_, value, name, ..] in rows(statuses::TABLE, statuses::COLUMNS) {
        let code = Hresult(u32::from_str_radix(&value[2..], 16).unwrap());
        assert_eq!(code.name(), Some(name));
        v.add(name, &code);
    }
    for [_, _, hresult, name, ..] in rows(errors::TABLE, errors::COLUMNS) {
        v.add(name, &hresult);
    }
    v
}

/// The flags under their header names; bits as unsigned numbers, as the metadata has them.
fn add_flags(v: &mut Vocabulary) {
    for [_, kind, flag, name, _] in rows(flags::TABLE, flags::COLUMNS) {
        let declared = flags::declared();
        let (_, _, bits) = declared
            .iter()
            .find(|(k, f, _)| (*k, *f) == (kind, flag))
            .unwrap();
        v.add(name, &bits.cast_unsigned());
    }
    v.add("WiaItemTypeFree", &ItemFlags::empty().bits());
    v.add("WiaItemTypeMask", &ItemFlags::MASK.bits().cast_unsigned());
    v.add("WIA_INTENT_NONE", &Intent::empty().bits());
    v.add(
        "WIA_INTENT_IMAGE_TYPE_MASK",
        &Intent::IMAGE_TYPE_MASK.bits(),
    );
    v.add("WIA_INTENT_SIZE_MASK", &Intent::SIZE_MASK.bits());
    v.add("IT_STATUS_MASK", &TransferStatus::MASK.bits());
}

fn add_tokens(v: &mut Vocabulary) {
    v.add("WIA_ENDORSER_TOK_DATE", &constant::WIA_ENDORSER_TOK_DATE);
    v.add("WIA_ENDORSER_TOK_DAY", &constant::WIA_ENDORSER_TOK_DAY);
    v.add("WIA_ENDORSER_TOK_MONTH", &constant::WIA_ENDORSER_TOK_MONTH);
    v.add(
        "WIA_ENDORSER_TOK_PAGE_COUNT",
        &constant::WIA_ENDORSER_TOK_PAGE_COUNT,
    );
    v.add("WIA_ENDORSER_TOK_TIME", &constant::WIA_ENDORSER_TOK_TIME);
    v.add("WIA_ENDORSER_TOK_YEAR", &constant::WIA_ENDORSER_TOK_YEAR);
}

#[test]
fn the_metadata_is_in_the_vocabulary_with_the_same_values() {
    let vocabulary = vocabulary().0;
    let left_out = rows(LEFT_OUT, ["reason", "name"]);
    let metadata = rows(METADATA, ["name", "kind", "value"]);
    for [name, _, value] in &metadata {
        let excused = left_out.iter().any(|[_, n]| n == name);
        match vocabulary.get(*name) {
            Some(ours) => assert_eq!(ours, value, "{name}"),
            None => assert!(excused, "{name} is missing"),
        }
        assert!(
            !(excused & vocabulary.contains_key(*name)),
            "{name} is present and excused"
        );
    }
    for [_, name] in left_out {
        assert!(
            metadata.iter().any(|[n, ..]| *n == name),
            "{name} is excused but does not exist"
        );
    }
}

/// Names that the metadata lacks are those of the COM and Windows headers, and the few that only the
/// documentation has.
#[test]
fn the_vocabulary_is_in_the_metadata_or_accounted_for() {
    let metadata = rows(METADATA, ["name", "kind", "value"]);
    let values = rows(VALUES, ["section", "name", "value"]);
    let elsewhere = |name: &str| {
        let com = ["E_", "S_", "STG_E_", "HRESULT_FROM_WIN32("];
        com.iter().any(|prefix| name.starts_with(prefix))
            || name.starts_with("WIA_MINIDRV_TRANSFER_")
            || name.contains("_PATCH_CODES_PER_PAGE")
            || name.contains("_PATCH_CODE_SEARCH_")
    };
    for (name, value) in vocabulary().0 {
        if let Some([_, _, expected]) = values.iter().find(|[_, n, _]| *n == name) {
            assert_eq!(value, *expected, "{name}");
        } else if !metadata.iter().any(|[n, ..]| *n == name) {
            assert!(elsewhere(&name), "{name} is in no table");
        }
    }
    for [_, name, _] in values {
        assert!(
            constant::by_name(name).is_some(),
            "{name} is not a constant"
        );
    }
}
