//! The least width and height that a device can scan bound what can be selected.

use crate::scanner::{item, rules_of, values};
use quire_items::{
    AppItem, ScannerRules, declare_scanner_item, validate_item_properties, validate_scanner_item,
    write_multiple,
};
use wia::PropertyId;

/// At 300 dpi the smallest selection is 600 by 900 pixels on a bed of 2550 by 4200.
#[test]
fn nothing_smaller_than_the_smallest_size_can_be_selected() {
    let (_tree, item) = item("feeder");
    let rules = ScannerRules {
        min_size: (2000, 3000),
        own_page_sizes: vec![(32768, 1500, 5000)],
        ..rules_of("Feeder")
    };
    let driver =
        &mut |i: &AppItem, changed: &[PropertyId]| validate_scanner_item(i, changed, &rules);
    declare_scanner_item(&item, &rules).unwrap();
    write_multiple(&item, &values(&item, "PAGE_SIZE=2"), driver).unwrap();
    for (written, then) in [
        ("XEXTENT=600;YEXTENT=900", "XEXTENT=600;YEXTENT=900"),
        ("XPOS=1950;YPOS=3300", "XEXTENT=600;YEXTENT=900"),
        ("XPOS=0;YPOS=0;XRES=75;YRES=75", "XEXTENT=150;YEXTENT=225"),
        (
            "XEXTENT=150;YEXTENT=225",
            "PAGE_WIDTH=2000;PAGE_HEIGHT=3000",
        ),
        ("XRES=300;YRES=300", "XEXTENT=600;YEXTENT=900"),
    ] {
        write_multiple(&item, &values(&item, written), driver).unwrap();
        for (id, value) in values(&item, then) {
            assert_eq!(item.read(id).unwrap(), value, "{written}: {id}");
        }
        validate_item_properties(&item, &item.property_ids()).unwrap();
    }
    for (written, message) in [
        (
            "XEXTENT=599",
            "WIA_IPS_XEXTENT: 599 is not valid; valid: 600 to 2550 in steps of 1",
        ),
        (
            "YEXTENT=899",
            "WIA_IPS_YEXTENT: 899 is not valid; valid: 900 to 4200 in steps of 1",
        ),
        (
            "XPOS=1951",
            "WIA_IPS_XPOS: 1951 is not valid; valid: 0 to 1950 in steps of 1",
        ),
        (
            "PAGE_SIZE=32768",
            "WIA_IPS_PAGE_SIZE: 32768 is not valid; valid: a page of 2000 to 8500 by 3000 to 14000 thousandths of \
             an inch (this one would lie 1500 by 5000)",
        ),
    ] {
        let e = write_multiple(&item, &values(&item, written), driver).unwrap_err();
        assert_eq!(e.to_string(), message);
    }
}

#[test]
fn a_smallest_size_beyond_the_bed_is_a_contradiction() {
    let (_tree, item) = item("feeder");
    for min_size in [(8501, 1), (1, 14001), (0, 1), (1, -1)] {
        let rules = ScannerRules {
            min_size,
            ..rules_of("Feeder")
        };
        let e = declare_scanner_item(&item, &rules).unwrap_err();
        assert!(e.to_string().contains("smallest size"), "{e}");
    }
}
