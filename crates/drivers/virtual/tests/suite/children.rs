//! Folder acquisition by the driver: regions of the glass, sides of the feeder.

use crate::rig;
use std::sync::Arc;

use crate::rig::{Mode, Rig, Script};
use items::{AppItem, CreationFlags, check_flags, check_required};
use minidriver::Minidriver;
use wia::category::{WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT};
use wia::constant::{
    WIA_PREVIEW_SCAN, WIA_TRANSFER_CHILDREN_SINGLE_SCAN, WIA_USE_SEGMENTATION_FILTER,
};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::*;
use wia::{ErrorKind, ItemFlags, Result, Status, TransferFlags, Tymed};

const REGION: ItemFlags = ItemFlags::PROGRAMMABLE_DATA_SOURCE
    .union(ItemFlags::TRANSFER)
    .union(ItemFlags::IMAGE)
    .union(ItemFlags::FILE);

fn flatbed(query: &str) -> (Rig, AppItem) {
    let rig = Rig::open("", query);
    let item = rig.flatbed();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    (rig, item)
}

fn region(rig: &Rig, flatbed: &AppItem, name: &str, area: [i32; 4]) -> AppItem {
    let copy = CreationFlags::COPY_PARENT_PROPERTY_VALUES;
    let item = flatbed
        .create_child(REGION, copy, name, &mut |item| {
            rig.scanner.init_item_properties(item)
        })
        .unwrap();
    let ids = [WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];
    let values: Vec<_> = ids.into_iter().zip(area.map(Into::into)).collect();
    rig.set(&item, &values);
    item
}

fn below(rig: &Rig, item: &AppItem, script: &Arc<Script>) -> Result<Status> {
    let mut context = rig.context(item, script);
    let flags = TransferFlags::DOWNLOAD | TransferFlags::ACQUIRE_CHILDREN;
    let result = rig.scanner.acquire_item_data(item, flags, &mut context);
    script.returned();
    result
}

/// Rows of a RAW stream, of so many bytes.
fn rows(stream: &[u8], row: usize) -> Vec<&[u8]> {
    let stride = row.next_multiple_of(4);
    let data = &stream[80..];
    let found: Vec<_> = data.chunks(stride).map(|line| &line[..row]).collect();
    assert!(data.len().is_multiple_of(stride));
    found
}

fn names(script: &Script) -> Vec<(String, String)> {
    script.names.lock().unwrap().clone()
}

fn size(stream: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_le_bytes(stream[at..at + 4].try_into().unwrap());
    (number(20), number(24))
}

#[test]
fn the_flatbed_takes_regions_and_the_feeder_has_two_sides() {
    let rig = Rig::open("", "");
    let (flatbed, feeder) = (rig.flatbed(), rig.feeder());
    let announced = Some(WIA_TRANSFER_CHILDREN_SINGLE_SCAN);
    assert!(flatbed.flags().contains(ItemFlags::FOLDER));
    assert_eq!(
        flatbed.opt_i32(WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION),
        Some(1)
    );
    let segmentation = flatbed.opt_i32(WIA_IPS_SEGMENTATION);
    assert_eq!(segmentation, Some(WIA_USE_SEGMENTATION_FILTER));
    assert_eq!(flatbed.opt_i32(WIA_IPS_TRANSFER_CAPABILITIES), announced);
    assert_eq!(feeder.opt_i32(WIA_IPS_TRANSFER_CAPABILITIES), announced);
    assert!(!feeder.has(WIA_IPS_SEGMENTATION));
    let sides: Vec<_> = feeder.children().iter().map(AppItem::category).collect();
    assert_eq!(sides, [WIA_CATEGORY_FEEDER_FRONT, WIA_CATEGORY_FEEDER_BACK]);
    // A simplex feeder has no sides and announces nothing.
    let rig = Rig::new({
        let mut options = quire_virtual::Options::default();
        options.feeder.as_mut().unwrap().duplex = false;
        options
    });
    assert!(rig.feeder().children().is_empty());
    assert!(!rig.feeder().has(WIA_IPS_TRANSFER_CAPABILITIES));
}

#[test]
fn a_region_has_the_properties_of_the_flatbed_and_its_own_rectangle() {
    let (rig, flatbed) = flatbed("");
    let item = region(&rig, &flatbed, "One", [20, 30, 100, 50]);
    assert_eq!(check_required(&item), []);
    assert_eq!(check_flags(item.category(), item.flags()), None);
    assert_eq!(item.opt_i32(WIA_IPS_XRES), Some(75));
    assert_eq!(item.opt_i32(WIA_IPA_DEPTH), Some(8));
    assert!(!item.has(WIA_IPS_SEGMENTATION) && !item.has(WIA_IPS_TRANSFER_CAPABILITIES));
    // It belongs to the application, which may delete it; the scanner's own parts stay.
    assert!(rig.scanner.delete_item(&item).is_ok());
    let e = rig.scanner.delete_item(&flatbed).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
}

#[test]
fn a_region_is_cut_out_of_what_the_flatbed_sees() {
    let (rig, flatbed) = flatbed("");
    let one = region(&rig, &flatbed, "One", [20, 30, 100, 50]);
    let (result, cut) = rig.download(&one);
    assert_eq!(result.unwrap(), Status::Ok);
    // The sheet lies there still.
    let (result, whole) = rig.download(&flatbed);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(size(&cut[0]), (100, 50));
    let width = size(&whole[0]).0 as usize;
    let (cut, whole) = (rows(&cut[0], 100), rows(&whole[0], width));
    for (y, row) in cut.iter().enumerate() {
        assert!(*row == &whole[30 + y][20..120], "row {y}");
    }
}

#[test]
fn all_regions_come_in_one_call_each_in_a_stream_of_its_name() {
    let (rig, flatbed) = flatbed("");
    region(&rig, &flatbed, "One", [20, 30, 100, 50]);
    region(&rig, &flatbed, "Two", [0, 0, 40, 44]);
    let script = Script::new();
    assert_eq!(below(&rig, &flatbed, &script).unwrap(), Status::Ok);
    let streams = script.bytes();
    let sizes: Vec<_> = streams.iter().map(|stream| size(stream)).collect();
    assert_eq!(sizes, [(100, 50), (40, 44)]);
    let wanted = ["One", "Two"].map(|n| (n.to_owned(), format!("0000\\Root\\Flatbed\\{n}")));
    assert_eq!(names(&script), wanted);
    // Alone they look the same.
    for (item, together) in flatbed.children().iter().zip(&streams) {
        assert!(rig.download(item).1[0] == *together);
    }
}

#[test]
fn a_flatbed_without_regions_has_nothing_to_give() {
    let (rig, flatbed) = flatbed("");
    let script = Script::new();
    assert_eq!(below(&rig, &flatbed, &script).unwrap(), Status::Ok);
    assert!(script.bytes().is_empty());
}

#[test]
fn a_preview_leaves_the_sheet_where_it_lies() {
    let (rig, flatbed) = flatbed("");
    rig.set(&flatbed, &[(WIA_IPS_PREVIEW, WIA_PREVIEW_SCAN.into())]);
    let preview = rig.download(&flatbed).1;
    rig.set(&flatbed, &[(WIA_IPS_PREVIEW, 0.into())]);
    let scan = rig.download(&flatbed).1;
    let next = rig.download(&flatbed).1;
    assert!(preview == scan);
    assert!(scan != next);
}

/// A feeder whose sides are of different resolutions.
fn sides(query: &str) -> (Rig, AppItem) {
    let (rig, feeder) = rig::feeder(query, false);
    rig.duplex(&feeder);
    for (side, dpi) in feeder.children().iter().zip([75, 100]) {
        rig.prepare(side, WIA_IMG_FMT_RAW, Tymed::File, dpi, Mode::Gray);
    }
    (rig, feeder)
}

#[test]
fn the_sides_of_a_sheet_are_scanned_by_their_own_settings() {
    let (rig, feeder) = sides("sheets=2");
    let script = Script::new();
    assert_eq!(below(&rig, &feeder, &script).unwrap(), Status::Ok);
    let sizes: Vec<_> = script.bytes().iter().map(|stream| size(stream)).collect();
    let (front, back) = ((620, 877), (827, 1169));
    assert_eq!(sizes, [front, back, front, back]);
    let names: Vec<_> = names(&script).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Front", "Back", "Front", "Back"]);
    // The fronts are those of the feeder with the same settings.
    rig.scanner_reload();
    let plain = rig.download(&feeder).1;
    assert!(plain[0] == script.bytes()[0] && plain[2] == script.bytes()[2]);
    let e = below(&rig, &feeder, &Script::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperEmpty);
}

#[test]
fn the_feeder_says_how_many_sides_and_which() {
    let (rig, feeder) = sides("sheets=3");
    rig.set(&feeder, &[(WIA_IPS_PAGES, 3.into())]);
    let script = Script::new();
    assert_eq!(below(&rig, &feeder, &script).unwrap(), Status::Ok);
    assert_eq!(script.bytes().len(), 3);
    // The rest of the third sheet is through; one sheet is left, and two sides are too few.
    let script = Script::new();
    assert_eq!(below(&rig, &feeder, &script).unwrap(), Status::EndOfMedia);
    assert_eq!(script.bytes().len(), 2);
    rig.scanner_reload();
    let back = wia::DocumentHandlingSelect::BACK_ONLY.bits();
    let values = [
        (WIA_IPS_DOCUMENT_HANDLING_SELECT, back.into()),
        (WIA_IPS_PAGES, 0.into()),
    ];
    rig.set(&feeder, &values);
    let script = Script::new();
    assert_eq!(below(&rig, &feeder, &script).unwrap(), Status::Ok);
    assert_eq!(script.bytes().len(), 3);
    assert!(names(&script).iter().all(|(name, _)| name == "Back"));
}
