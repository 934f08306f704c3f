//! `wiasUpdateScanRect`.

use items::AppItem;
use wia::property::*;
use wia::{Access, PropertyId, Result, ValidValues};

use crate::minidriver::service_library::*;
use crate::rig::*;

/// A bed of 8.5 by 11.7 inches.
const BED: (i32, i32) = (8500, 11700);

/// The bed's whole area at 300 dpi.
fn scanner() -> (AppItem, AppItem) {
    let (tree, item) = flatbed();
    for (id, value) in [
        (WIA_IPS_XRES, 300),
        (WIA_IPS_YRES, 300),
        (WIA_IPS_XPOS, 0),
        (WIA_IPS_YPOS, 0),
        (WIA_IPS_XEXTENT, 2550),
        (WIA_IPS_YEXTENT, 3510),
        (WIA_IPA_PIXELS_PER_LINE, 2550),
        (WIA_IPA_NUMBER_OF_LINES, 3510),
    ] {
        item.declare(id, value, info(Access::RW));
    }
    (tree, item)
}

fn write(item: &AppItem, values: &[(PropertyId, i32)]) -> Result<()> {
    let values: Vec<_> = values.iter().map(|(id, v)| (*id, (*v).into())).collect();
    application_writes(item, &values, |item, changed| {
        let mut context = create_prop_context(changed, &[]);
        update_scan_rect(item, &mut context, BED.0, BED.1)
    })
}

const XRES: PropertyId = WIA_IPS_XRES;
const YRES: PropertyId = WIA_IPS_YRES;
const XPOS: PropertyId = WIA_IPS_XPOS;
const YPOS: PropertyId = WIA_IPS_YPOS;
const XEXT: PropertyId = WIA_IPS_XEXTENT;
const YEXT: PropertyId = WIA_IPS_YEXTENT;

#[test]
fn the_rows_of_the_contract() {
    // What is written before, then what is written, then XPOS XEXTENT YPOS YEXTENT.
    type Row<'a> = (
        &'a str,
        &'a [(PropertyId, i32)],
        &'a [(PropertyId, i32)],
        [i32; 4],
    );
    let rows: &[Row<'_>] = &[
        ("nothing changes", &[], &[], [0, 2550, 0, 3510]),
        (
            "resolution scales extents",
            &[],
            &[(XRES, 600), (YRES, 600)],
            [0, 5100, 0, 7020],
        ),
        ("an axis on its own", &[], &[(YRES, 75)], [0, 2550, 0, 877]),
        (
            "resolution scales positions",
            &[(XPOS, 100), (XEXT, 1000), (YPOS, 30), (YEXT, 300)],
            &[(XRES, 150), (YRES, 600)],
            [50, 500, 60, 600],
        ),
        (
            "a written extent is not scaled",
            &[],
            &[(XRES, 600), (XEXT, 1000)],
            [0, 1000, 0, 3510],
        ),
        (
            "a written position is not scaled",
            &[(XPOS, 100), (XEXT, 1000)],
            &[(XRES, 600), (XPOS, 100)],
            [100, 2000, 0, 3510],
        ),
        (
            "a written position shrinks the extent",
            &[],
            &[(XPOS, 2000), (YPOS, 3509)],
            [2000, 550, 3509, 1],
        ),
        (
            "a position leaves an extent that fits",
            &[(XEXT, 100)],
            &[(XPOS, 2450)],
            [2450, 100, 0, 3510],
        ),
        (
            "position and extent to the edge",
            &[],
            &[(XPOS, 2549), (XEXT, 1)],
            [2549, 1, 0, 3510],
        ),
    ];
    for (name, before, written, [x, width, y, height]) in rows {
        let (_tree, item) = scanner();
        write(&item, before).unwrap();
        write(&item, written).unwrap();
        let rect = [XPOS, XEXT, YPOS, YEXT].map(|id| item.read_i32(id).unwrap());
        assert_eq!(rect, [*x, *width, *y, *height], "{name}");
        let pixels = item.read_i32(WIA_IPA_PIXELS_PER_LINE).unwrap();
        let lines = item.read_i32(WIA_IPA_NUMBER_OF_LINES).unwrap();
        assert_eq!((pixels, lines), (*width, *height), "{name}");
    }
}

#[test]
fn valid_ranges_follow() {
    let (_tree, item) = scanner();
    write(&item, &[(XRES, 600), (XPOS, 1000), (YRES, 100)]).unwrap();
    let range = |min, nominal, max| ValidValues::Range {
        min,
        nominal,
        max,
        step: 1,
    };
    // At 600 dpi the bed has 5100 pixels, at 100 dpi 1170 lines.
    for (id, valid) in [
        (XPOS, range(0, 0, 5099)),
        (XEXT, range(1, 4100, 4100)),
        (YPOS, range(0, 0, 1169)),
        (YEXT, range(1, 1170, 1170)),
    ] {
        assert_eq!(item.attributes(id).unwrap().valid, valid, "{id}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for written in [
        &[(XPOS, 2550)][..],
        &[(XPOS, -1)],
        &[(XEXT, 0)],
        &[(XEXT, 2551)],
        &[(YPOS, 1000), (YEXT, 3000)],
        &[(XRES, 150), (XEXT, 1276)],
        &[(XRES, 0)],
        &[(YRES, -300)],
    ] {
        let (_tree, item) = scanner();
        let before = item.properties();
        let message = refused(write(&item, written));
        let name = written.last().map(|(id, _)| item.property_name(*id));
        assert!(
            message.starts_with(&name.unwrap()),
            "{written:?}: {message}"
        );
        assert_eq!(item.properties(), before, "{written:?}");
    }
}

#[test]
fn changed_dependants_are_marked() {
    let (_tree, item) = scanner();
    application_writes(&item, &[(XRES, 600.into())], |item, changed| {
        let mut context = create_prop_context(changed, &[]);
        update_scan_rect(item, &mut context, BED.0, BED.1)?;
        let marked = |id| is_prop_changed(id, &context).unwrap();
        assert!(marked(XEXT) && marked(WIA_IPA_PIXELS_PER_LINE));
        assert!(!marked(XPOS) && !marked(YEXT) && !marked(WIA_IPA_NUMBER_OF_LINES));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_bed_without_a_size_is_refused() {
    let (_tree, item) = scanner();
    for (width, height) in [(0, 11700), (8500, 0), (-1, 11700)] {
        let mut context = create_prop_context(&[], &[]);
        refused(update_scan_rect(&item, &mut context, width, height));
    }
}
