use crate::table::rows;
use quire_wia::{
    Compression, DataMessage, DataType, Orientation, Photometric, TransferMessage, Tymed, constant,
};

const TABLE: &str = include_str!("../tables/choices.csv");

/// Every variant of every closed choice: type, variant, header name, number.
fn declared() -> Vec<[String; 4]> {
    macro_rules! all {
        ($($kind:ident)*) => {
            [$($kind::ALL.iter().map(|v| {
                assert_eq!($kind::from_value(v.value()), Some(*v));
                [stringify!($kind).into(), format!("{v:?}"), v.name().into(), v.value().to_string()]
            }).collect::<Vec<_>>(),)*].concat()
        };
    }
    all!(TransferMessage DataMessage Tymed Compression DataType Photometric Orientation)
}

#[test]
fn every_choice_has_its_number_and_its_header_name() {
    let expected: Vec<[String; 4]> = rows(TABLE, ["section", "type", "variant", "name", "value"])
        .into_iter()
        .map(|[_, kind, variant, name, value]| [kind, variant, name, value].map(str::to_owned))
        .collect();
    assert_eq!(declared(), expected);
}

#[test]
fn numbers_in_between_are_nothing() {
    assert_eq!(TransferMessage::from_value(0), None);
    assert_eq!(TransferMessage::from_value(4), None);
    assert_eq!(TransferMessage::from_value(7), None);
    assert_eq!(DataMessage::from_value(8), None);
    assert_eq!(Tymed::from_value(0), None);
    assert_eq!(Tymed::from_value(2 | 128), None);
    assert_eq!(Compression::from_value(9), None);
    assert_eq!(DataType::from_value(12), None);
    assert_eq!(Photometric::from_value(-1), None);
    assert_eq!(Orientation::from_value(4), None);
}

#[test]
fn tymed_says_file_or_memory_and_one_or_many() {
    let facts = |t: Tymed| (t.is_file(), t.is_multipage());
    assert_eq!(facts(Tymed::File), (true, false));
    assert_eq!(facts(Tymed::Callback), (false, false));
    assert_eq!(facts(Tymed::MultipageFile), (true, true));
    assert_eq!(facts(Tymed::MultipageCallback), (false, true));
}

#[test]
fn quarter_turns_swap_the_sides() {
    let turns = Orientation::ALL.iter().map(|o| o.swaps_sides());
    assert!(turns.eq([false, true, false, true]));
}

#[test]
fn numbers_are_found_by_name() {
    assert_eq!(constant::by_name("WIA_DATA_COLOR"), Some(3));
    assert_eq!(constant::by_name("data_color"), Some(3));
    assert_eq!(constant::by_name("Rot270"), Some(3));
    assert_eq!(constant::by_name("WIA_PAGE_A4"), Some(0));
    assert_eq!(constant::by_name("COLOR"), None);
    assert_eq!(constant::by_name(""), None);
}
