//! Numbers and identifiers against the tables of the metadata.

use quire_abi::guids::{
    CLSID_WIA_DEFAULT_SEG_FILTER, CLSID_WIA_DEV_MGR, CLSID_WIA_DEV_MGR2, guid, wia_guid,
};
use quire_abi::results;

use crate::table;

#[test]
fn results_have_the_published_numbers() {
    let expected: Vec<(&str, u32)> = table::rows(include_str!("../fixtures/results.csv"))
        .map(|row| {
            let number = row[1].strip_prefix("0x").expect("a hexadecimal number");
            (row[0], u32::from_str_radix(number, 16).expect("a number"))
        })
        .collect();
    let actual: Vec<(&str, u32)> = results::ALL
        .iter()
        .map(|(name, r)| (*name, r.0 as u32))
        .collect();
    assert_eq!(actual, expected);
}

#[test]
fn classes_have_the_published_ids() {
    let text = |id| wia_guid(id).to_string();
    assert_eq!(
        text(CLSID_WIA_DEV_MGR2),
        "B6C292BC-7C88-41EE-8B54-8EC92617E599"
    );
    assert_eq!(
        text(CLSID_WIA_DEV_MGR),
        "A1F4E726-8CF1-11D1-BF92-0060081ED811"
    );
    let constants = include_str!("../../../wia/tests/tables/constants.csv");
    let filter = table::rows(constants)
        .find(|row| row[0] == "CLSID_WiaDefaultSegFilter")
        .expect("the row");
    assert_eq!(text(CLSID_WIA_DEFAULT_SEG_FILTER), filter[2]);
}

#[test]
fn identifiers_have_the_bytes_of_c() {
    let id = wia::category::WIA_CATEGORY_FLATBED;
    let c = guid(id);
    let bytes: Vec<u8> = [
        c.data1.to_le_bytes().as_slice(),
        &c.data2.to_le_bytes(),
        &c.data3.to_le_bytes(),
        &c.data4,
    ]
    .concat();
    assert_eq!(bytes, id.to_le_bytes());
    assert_eq!(wia_guid(c), id);
}
