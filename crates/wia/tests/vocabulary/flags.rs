use crate::table::{number, rows};
use quire_wia::{
    AccessRights, DocumentHandlingCapabilities, DocumentHandlingSelect, DocumentHandlingStatus,
    Intent, ItemFlags, TransferFlags, TransferStatus,
};

pub(crate) const TABLE: &str = include_str!("../tables/flags.csv");
pub(crate) const COLUMNS: [&str; 5] = ["section", "type", "flag", "name", "value"];

/// Every flag of every set: type, flag, bits.
pub(crate) fn declared() -> Vec<(&'static str, &'static str, i32)> {
    macro_rules! all {
        ($($kind:ident)*) => {
            [$({
                use bitflags::Flags;
                $kind::FLAGS.iter().map(|f| (stringify!($kind), f.name(), f.value().bits())).collect::<Vec<_>>()
            },)*].concat()
        };
    }
    all!(TransferStatus TransferFlags DocumentHandlingCapabilities DocumentHandlingStatus
        DocumentHandlingSelect ItemFlags AccessRights Intent)
}

#[test]
fn every_flag_has_its_bit() {
    let expected: Vec<_> = rows(TABLE, COLUMNS)
        .into_iter()
        .map(|[_, kind, flag, _, value]| (kind, flag, number(value)))
        .collect();
    assert_eq!(declared(), expected);
}

#[test]
fn masks_and_combinations() {
    assert_eq!(ItemFlags::MASK.bits().cast_unsigned(), 0x800F_FFFF);
    assert_eq!(AccessRights::RD.bits(), 0x81);
    assert_eq!(AccessRights::RWD.bits(), 0x83);
    assert_eq!(Intent::IMAGE_TYPE_MASK.bits(), 0xF);
    assert_eq!(Intent::SIZE_MASK.bits(), 0xF_0000);
    assert_eq!(TransferStatus::MASK.bits(), 7);
    assert_eq!(ItemFlags::default().bits(), 0);
}

#[test]
fn bits_without_a_name_are_kept() {
    let select = DocumentHandlingSelect::from_bits_retain(0x1000 | 0x20);
    assert!(select.contains(DocumentHandlingSelect::FRONT_ONLY));
    assert_eq!(select.bits(), 0x1020);
}
