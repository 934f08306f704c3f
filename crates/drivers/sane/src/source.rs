//! Where the paper is: the names that back ends give their sources.

use crate::option::{Kind, SaneOption, Table, Value};

/// The item that a source belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    Flatbed,
    Feeder,
    Film,
}

/// Which sides of a sheet a source gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Front,
    Back,
    Both,
}

/// Options with the values that choose something, to be set in this order.
pub(crate) type Choice = Vec<(String, Value)>;

/// A source of the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) kind: SourceKind,
    /// What chooses each way that it has.
    pub(crate) ways: Vec<(Way, Choice)>,
}

impl Source {
    /// What chooses a way.
    pub(crate) fn way(&self, way: Way) -> Option<&Choice> {
        self.ways.iter().find(|(w, _)| *w == way).map(|(_, c)| c)
    }

    /// What chooses the source at first.
    pub(crate) fn first(&self) -> &[(String, Value)] {
        self.ways.first().map_or(&[], |(_, choice)| choice)
    }
}

/// The option that chooses the source.
pub(crate) const SOURCE: &str = "source";
/// Options that choose both sides where the source does not.
const SIDES: [&str; 3] = ["adf-mode", "adf_mode", "duplex"];

/// The item and the sides that a back end's name of a source stands for; `None` for one that chooses by
/// itself or is not known.
fn classify(name: &str) -> Option<(SourceKind, Way)> {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let way = if has(&["duplex", "both sides", "double"]) {
        Way::Both
    } else if has(&["back", "rear", "reverse"]) {
        Way::Back
    } else {
        Way::Front
    };
    if has(&[
        "transparen",
        "film",
        "slide",
        "negative",
        "tpu",
        "tma",
        "xpa",
    ]) {
        return Some((SourceKind::Film, Way::Front));
    }
    if has(&[
        "flatbed",
        "flat bed",
        "platen",
        "glass",
        "table",
        "normal",
        "document table",
    ]) || name == "fb"
    {
        return Some((SourceKind::Flatbed, Way::Front));
    }
    let feeder = [
        "adf", "feeder", "sheet", "simplex", "duplex", "paper", "card", "front", "back",
    ];
    has(&feeder).then_some((SourceKind::Feeder, way))
}

/// Options that only devices have through which sheets are drawn: a sensor, and the size of the paper.
const SHEETS: [&str; 4] = ["page-loaded", "paper-loaded", "page-width", "page-height"];

/// The sources of a device: flatbed, feeder, film, in this order; at least one. A device that does not
/// speak of sources has one: a flatbed, unless its type (`SANE_Device`, where it is known) or its options say
/// that it draws sheets in.
pub(crate) fn sources(table: &Table, device_type: &str) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    let option = table.settable(SOURCE);
    let names = option.map(SaneOption::texts).unwrap_or_default();
    for name in names {
        let Some((kind, way)) = classify(name) else {
            continue;
        };
        let choice = vec![(SOURCE.to_owned(), Value::text(name))];
        match sources.iter_mut().find(|source| source.kind == kind) {
            None => sources.push(Source {
                kind,
                ways: vec![(way, choice)],
            }),
            // Of several with the same meaning the first is the usual one.
            Some(source) if source.way(way).is_none() => source.ways.push((way, choice)),
            Some(_) => {}
        }
    }
    if sources.is_empty() {
        sources.push(Source {
            kind: match draws_sheets(table, device_type) {
                true => SourceKind::Feeder,
                false => SourceKind::Flatbed,
            },
            ways: vec![(Way::Front, Choice::new())],
        });
    }
    let order = [SourceKind::Flatbed, SourceKind::Feeder, SourceKind::Film];
    sources.sort_by_key(|source| order.iter().position(|kind| *kind == source.kind));
    for source in &mut sources {
        let order = [Way::Front, Way::Both, Way::Back];
        source
            .ways
            .sort_by_key(|(way, _)| order.iter().position(|w| w == way));
    }
    sources
}

fn draws_sheets(table: &Table, device_type: &str) -> bool {
    let has = |name: &&str| table.get(name).is_some_and(SaneOption::active);
    device_type.to_lowercase().contains("sheet") || SHEETS.iter().any(has)
}

/// Lets a feeder scan both sides by an option of its own, where its source has no name for that. `table`
/// is that of the chosen feeder.
pub(crate) fn add_both_sides(source: &mut Source, table: &Table) {
    if source.kind != SourceKind::Feeder || source.way(Way::Both).is_some() {
        return;
    }
    let Some((_, front)) = source.ways.first().cloned() else {
        return;
    };
    for name in SIDES {
        let Some(option) = table.settable(name) else {
            continue;
        };
        let values = match option.kind {
            Kind::Bool => Some((Value::word(0), Value::word(1))),
            Kind::Text => {
                let with = |word| {
                    let mut texts = option.texts().iter();
                    texts.find(|text| text.to_lowercase().contains(word))
                };
                match (with("simplex"), with("duplex")) {
                    (Some(one), Some(both)) => Some((Value::text(one), Value::text(both))),
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some((one, both)) = values {
            let with = |value| {
                let mut choice = front.clone();
                choice.push((name.to_owned(), value));
                choice
            };
            source.ways = vec![(Way::Front, with(one)), (Way::Both, with(both))];
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::{Constraint, Unit, cap};

    /// Names of sources in the manual pages of Debian's back ends, with what they are by hand.
    const NAMES: [(&str, Option<(SourceKind, Way)>); 24] = [
        ("Flatbed", Some((SourceKind::Flatbed, Way::Front))),
        ("FB", Some((SourceKind::Flatbed, Way::Front))),
        ("Normal", Some((SourceKind::Flatbed, Way::Front))),
        ("Document Table", Some((SourceKind::Flatbed, Way::Front))),
        ("ADF", Some((SourceKind::Feeder, Way::Front))),
        ("ADF Front", Some((SourceKind::Feeder, Way::Front))),
        ("ADF Back", Some((SourceKind::Feeder, Way::Back))),
        ("ADF Duplex", Some((SourceKind::Feeder, Way::Both))),
        ("ADF Simplex", Some((SourceKind::Feeder, Way::Front))),
        (
            "Automatic Document Feeder",
            Some((SourceKind::Feeder, Way::Front)),
        ),
        (
            "Automatic Document Feeder(left aligned,Duplex)",
            Some((SourceKind::Feeder, Way::Both)),
        ),
        ("Feeder", Some((SourceKind::Feeder, Way::Front))),
        ("ADF Rear", Some((SourceKind::Feeder, Way::Back))),
        ("Duplex", Some((SourceKind::Feeder, Way::Both))),
        ("Card Front", Some((SourceKind::Feeder, Way::Front))),
        ("Card Back", Some((SourceKind::Feeder, Way::Back))),
        ("Card Duplex", Some((SourceKind::Feeder, Way::Both))),
        ("Transparency Unit", Some((SourceKind::Film, Way::Front))),
        ("Transparency Adapter", Some((SourceKind::Film, Way::Front))),
        ("TMA Slides", Some((SourceKind::Film, Way::Front))),
        ("Slide(s)", Some((SourceKind::Film, Way::Front))),
        ("Negative Film", Some((SourceKind::Film, Way::Front))),
        ("TPU8x10", Some((SourceKind::Film, Way::Front))),
        ("Auto", None),
    ];

    #[test]
    fn names_of_many_vendors() {
        for (name, expected) in NAMES {
            assert_eq!(classify(name), expected, "{name}");
        }
    }

    fn texts(name: &str, texts: &[&str]) -> SaneOption {
        SaneOption {
            index: 1,
            name: name.into(),
            kind: Kind::Text,
            unit: Unit::Other,
            size: 64,
            caps: cap::SOFT_SELECT | cap::SOFT_DETECT,
            constraint: Constraint::Texts(texts.iter().map(|t| (*t).to_owned()).collect()),
            latin1: false,
            value: None,
        }
    }

    #[test]
    fn sources_become_items_in_order() {
        let table = Table(vec![texts(
            SOURCE,
            &["ADF Duplex", "Auto", "ADF Front", "Flatbed"],
        )]);
        let found = sources(&table, "");
        let kinds: Vec<_> = found.iter().map(|s| s.kind).collect();
        assert_eq!(kinds, [SourceKind::Flatbed, SourceKind::Feeder]);
        let ways: Vec<_> = found[1].ways.iter().map(|(way, _)| *way).collect();
        assert_eq!(ways, [Way::Front, Way::Both]);
        // What it speaks of counts, whatever it calls itself.
        let kinds: Vec<_> = sources(&table, "sheetfed scanner")
            .iter()
            .map(|s| s.kind)
            .collect();
        assert_eq!(kinds, [SourceKind::Flatbed, SourceKind::Feeder]);
    }

    #[test]
    fn a_device_without_sources() {
        let only = |table: &Table, device_type| {
            let found = sources(table, device_type);
            assert_eq!(found.len(), 1);
            found[0].kind
        };
        let none = Table::default();
        for (device_type, kind) in [
            ("", SourceKind::Flatbed),
            ("flatbed scanner", SourceKind::Flatbed),
            ("multi-function peripheral", SourceKind::Flatbed),
            ("sheetfed scanner", SourceKind::Feeder),
            ("Sheet-fed scanner", SourceKind::Feeder),
        ] {
            assert_eq!(only(&none, device_type), kind, "{device_type}");
        }
        let mut sensor = texts("page-loaded", &[]);
        assert_eq!(only(&Table(vec![sensor.clone()]), ""), SourceKind::Feeder);
        // A back end has it for all its models, and this one does not use it.
        sensor.caps |= cap::INACTIVE;
        assert_eq!(only(&Table(vec![sensor]), ""), SourceKind::Flatbed);
        let automatic = Table(vec![texts(SOURCE, &["Auto"]), texts("page-width", &[])]);
        assert_eq!(only(&automatic, ""), SourceKind::Feeder);
    }

    #[test]
    fn both_sides_by_another_option() {
        let table = Table(vec![
            texts(SOURCE, &["Flatbed", "ADF"]),
            texts("adf-mode", &["Simplex", "Duplex"]),
        ]);
        let mut found = sources(&table, "");
        for source in &mut found {
            add_both_sides(source, &table);
        }
        assert_eq!(found[0].way(Way::Both), None);
        let both = found[1].way(Way::Both).unwrap();
        assert_eq!(both[1], ("adf-mode".to_owned(), Value::text("Duplex")));
    }
}
