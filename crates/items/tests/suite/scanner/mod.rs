//! A scanner for tests: a flatbed, a feeder with its sides, a feeder of fixed pages, a film unit,
//! storage.

use quire_items::{
    AppItem, DataTypeRule, DriverItem, FeederRules, FileInfo, FormatRule, Registration,
    Resolutions, RootInfo, ScannerRules, declare_auto, declare_file, declare_folder, declare_root,
    declare_scanner_item, validate_scanner_item, write_multiple,
};
use wia::category::{
    WIA_CATEGORY_AUTO, WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT,
    WIA_CATEGORY_FILM, WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER,
    WIA_CATEGORY_ROOT,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG};
use wia::{
    AccessRights, Compression, DataType, DocumentHandlingCapabilities, DocumentHandlingSelect,
    Guid, ItemFlags, Orientation, PropertyId, PropertyValue, Result, ValueType,
};

/// Flags of a source without children.
pub(crate) const SOURCE: ItemFlags = ItemFlags::from_bits_retain(0x8_2003);

pub(crate) fn rules_of(name: &str) -> ScannerRules {
    let flatbed = ScannerRules {
        resolutions: Resolutions::List(vec![75, 100, 150, 200, 300, 600, 1200]),
        data_types: vec![
            DataTypeRule::new(DataType::Color, &[24, 48]),
            DataTypeRule::new(DataType::Grayscale, &[8, 16]),
            DataTypeRule::new(DataType::Threshold, &[1]),
            DataTypeRule::new(DataType::Auto, &[]),
        ],
        formats: vec![
            FormatRule::bmp(),
            FormatRule::raw(),
            FormatRule::tiff(&[Compression::None, Compression::G4, Compression::Jpeg]),
            FormatRule::jpeg(),
        ],
        ..ScannerRules::new((8500, 11700))
    };
    let feeder = ScannerRules {
        bed: (8500, 14000),
        registration: Registration::Centered,
        page_sizes: vec![0, 100, 2, 1, 3, 10, 11, 32768],
        own_page_sizes: vec![(32768, 3000, 5000)],
        orientations: vec![Orientation::Portrait, Orientation::Landscape],
        feeder: Some(FeederRules::duplex()),
        ..flatbed.clone()
    };
    match name {
        "Flatbed" => flatbed,
        "Feeder" | "Front" | "Back" => feeder,
        "Pages" => ScannerRules {
            registration: Registration::Right,
            page_sizes: vec![0, 11],
            feeder: Some(FeederRules {
                select: DocumentHandlingSelect::FRONT_ONLY
                    | DocumentHandlingSelect::DUPLEX
                    | DocumentHandlingSelect::ADVANCED_DUPLEX,
                max_pages: 99,
                whole_sheets: true,
            }),
            ..feeder
        },
        "Film" => ScannerRules {
            resolutions: Resolutions::Range {
                min: 1,
                max: 2400,
                step: 1,
            },
            data_types: vec![
                DataTypeRule::new(DataType::Grayscale, &[8]),
                DataTypeRule::new(DataType::Color, &[24]),
                DataTypeRule::new(DataType::Threshold, &[1]),
            ],
            ..ScannerRules::new((1420, 1420))
        },
        other => panic!("no rules for {other}"),
    }
}

pub(crate) fn driver_tree() -> DriverItem {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", r"0000\Root", WIA_CATEGORY_ROOT).unwrap();
    let folder = SOURCE | ItemFlags::FOLDER;
    let add = |parent: &DriverItem, name, flags, category: Guid| {
        DriverItem::new_child(parent, flags, name, category, None).unwrap()
    };
    add(&root, "Flatbed", folder, WIA_CATEGORY_FLATBED);
    let feeder = add(&root, "Feeder", folder, WIA_CATEGORY_FEEDER);
    add(&feeder, "Front", SOURCE, WIA_CATEGORY_FEEDER_FRONT);
    add(&feeder, "Back", SOURCE, WIA_CATEGORY_FEEDER_BACK);
    add(&root, "Pages", SOURCE, WIA_CATEGORY_FEEDER);
    add(&root, "Film", folder, WIA_CATEGORY_FILM);
    add(&root, "Auto", SOURCE, WIA_CATEGORY_AUTO);
    let storage = ItemFlags::STORAGE | ItemFlags::FOLDER;
    let storage = add(&root, "Storage", storage, WIA_CATEGORY_FOLDER);
    let file = ItemFlags::FILE | ItemFlags::TRANSFER | ItemFlags::IMAGE;
    add(&storage, "photo", file, WIA_CATEGORY_FINISHED_FILE);
    root
}

/// What a driver's `init_item_properties` does.
pub(crate) fn declare(item: &AppItem) -> Result<()> {
    match item.name() {
        "Root" => {
            let capabilities = DocumentHandlingCapabilities::FEED;
            declare_root(
                item,
                &RootInfo {
                    capabilities,
                    ..RootInfo::default()
                },
            );
        }
        "Auto" => declare_auto(item, &rules_of("Flatbed").formats, WIA_IMG_FMT_BMP)?,
        "Storage" => declare_folder(item, AccessRights::READ | AccessRights::WRITE),
        "photo" => declare_file(
            item,
            &FileInfo {
                rights: AccessRights::RD,
                format: WIA_IMG_FMT_JPEG,
                extension: "jpg".to_owned(),
                size: 1000,
                time: Some([2024, 2, 4, 29, 12, 30, 0, 0]),
                buffer_size: 4096,
            },
        ),
        name => declare_scanner_item(item, &rules_of(name))?,
    }
    Ok(())
}

/// An application's tree with all properties.
pub(crate) fn tree() -> AppItem {
    let tree = AppItem::from_driver_tree(&driver_tree());
    for item in tree.descendants() {
        declare(&item).unwrap();
    }
    tree
}

/// An item of a tree of its own. The tree must be kept.
pub(crate) fn item(name: &str) -> (AppItem, AppItem) {
    let tree = tree();
    let item = tree
        .descendants()
        .into_iter()
        .find(|i| i.name().eq_ignore_ascii_case(name))
        .unwrap();
    (tree, item)
}

/// An application's write with the driver's validation.
pub(crate) fn write(item: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
    write_multiple(item, values, &mut |i, changed| {
        validate_scanner_item(i, changed, &rules_of(i.name()))
    })
}

/// The property of a short name.
pub(crate) fn id(item: &AppItem, name: &str) -> PropertyId {
    let found = item.property_by_name(name);
    found.unwrap_or_else(|| panic!("{} has no {name}", item.name()))
}

/// A value as the fixtures write it, for a property of the item.
pub(crate) fn value(item: &AppItem, id: PropertyId, text: &str) -> PropertyValue {
    match item.read(id).unwrap().value_type() {
        ValueType::Clsid => wia::format::by_name(text).unwrap().into(),
        ValueType::Bstr => text.into(),
        ValueType::UI1Vector => {
            let numbers = text.split_whitespace().map(|n| n.parse().unwrap());
            PropertyValue::UI1Vector(numbers.collect())
        }
        _ => match (text.strip_suffix('u'), text.strip_prefix("0x")) {
            (Some(unsigned), _) => PropertyValue::UI4(unsigned.parse().unwrap()),
            (_, Some(hex)) => PropertyValue::I4(i32::from_str_radix(hex, 16).unwrap()),
            _ => PropertyValue::I4(text.parse().unwrap()),
        },
    }
}

/// `NAME=VALUE;NAME=VALUE` as values of the item.
pub(crate) fn values(item: &AppItem, cell: &str) -> Vec<(PropertyId, PropertyValue)> {
    cell.split(';')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, text) = part.split_once('=').unwrap();
            let id = id(item, name);
            (id, value(item, id, text))
        })
        .collect()
}
