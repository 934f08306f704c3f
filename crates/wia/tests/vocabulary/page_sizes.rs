use crate::table::{number, rows};
use quire_wia::constant::{
    WIA_PAGE_CUSTOM_BASE, page_dimensions, page_size_by_name, page_size_name,
};

const TABLE: &str = include_str!("../tables/page-sizes.csv");

#[test]
fn every_page_size_has_its_number_names_and_dimensions() {
    for [_, name, value, short, width, height] in rows(
        TABLE,
        ["section", "name", "value", "short", "width", "height"],
    ) {
        let value = number(value);
        assert_eq!(page_size_name(value), Some(short));
        for asked in [
            short,
            name,
            &format!("WIA_PAGE_{name}"),
            &short.to_uppercase(),
        ] {
            assert_eq!(page_size_by_name(asked), Some(value), "{asked}");
        }
        let size = (width != "-").then(|| (number(width), number(height)));
        assert_eq!(page_dimensions(value), size, "{name}");
    }
}

#[test]
fn no_other_number_is_a_page_size() {
    let known = rows(
        TABLE,
        ["section", "name", "value", "short", "width", "height"],
    )
    .len();
    let named = (-1..=WIA_PAGE_CUSTOM_BASE + 1).filter(|v| page_size_name(*v).is_some());
    assert_eq!(named.count(), known);
    for value in [-1, 54, 99, 101, WIA_PAGE_CUSTOM_BASE, i32::MAX, i32::MIN] {
        assert_eq!(page_dimensions(value), None);
    }
}

#[test]
fn names_are_read_generously() {
    assert_eq!(page_size_by_name("A4"), Some(0));
    assert_eq!(page_size_by_name("JIS B5"), Some(44));
    assert_eq!(page_size_by_name("jisb5"), Some(44));
    assert_eq!(page_size_by_name("b5"), Some(22));
    assert_eq!(page_size_by_name("tabloid"), Some(4));
    assert_eq!(page_size_by_name("business-card"), Some(6));
    for unknown in ["", "a", "a11", "a44", "wia_page_", "210x297"] {
        assert_eq!(page_size_by_name(unknown), None, "{unknown:?}");
    }
}
