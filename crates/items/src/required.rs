//! What items of each category must have, and whether a tree obeys.

use wia::category::{
    self, WIA_CATEGORY_AUTO, WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK,
    WIA_CATEGORY_FEEDER_FRONT, WIA_CATEGORY_FILM, WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED,
    WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT, flag_rules,
};
use wia::constant::{WIA_DATA_THRESHOLD, WIA_USE_SEGMENTATION_FILTER};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::*;
use wia::{Guid, ItemFlags, PropertyId, PropertyValue, ValidValues};

use crate::app_item::AppItem;

const NAMES: &[PropertyId] = &[
    WIA_IPA_ITEM_NAME,
    WIA_IPA_FULL_ITEM_NAME,
    WIA_IPA_ITEM_CATEGORY,
    WIA_IPA_ACCESS_RIGHTS,
];

const SELECTION: &[PropertyId] = &[WIA_IPS_XPOS, WIA_IPS_YPOS, WIA_IPS_XEXTENT, WIA_IPS_YEXTENT];

const SOURCE: &[PropertyId] = &[
    WIA_IPA_BITS_PER_CHANNEL,
    WIA_IPA_CHANNELS_PER_PIXEL,
    WIA_IPA_COMPRESSION,
    WIA_IPA_DATATYPE,
    WIA_IPA_DEPTH,
    WIA_IPA_FORMAT,
    WIA_IPA_ITEM_SIZE,
    WIA_IPA_PREFERRED_FORMAT,
    WIA_IPA_TYMED,
    WIA_IPS_BRIGHTNESS,
    WIA_IPS_CONTRAST,
    WIA_IPS_CUR_INTENT,
    WIA_IPS_MAX_HORIZONTAL_SIZE,
    WIA_IPS_MAX_VERTICAL_SIZE,
    WIA_IPS_MIN_HORIZONTAL_SIZE,
    WIA_IPS_MIN_VERTICAL_SIZE,
    WIA_IPS_OPTICAL_XRES,
    WIA_IPS_OPTICAL_YRES,
    WIA_IPS_XRES,
    WIA_IPS_YRES,
];

const FLATBED: &[PropertyId] = &[
    WIA_IPA_BUFFER_SIZE,
    WIA_IPA_COLOR_PROFILE,
    WIA_IPA_ICM_PROFILE_NAME,
    WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE,
    WIA_IPA_PLANAR,
    WIA_IPA_PROP_STREAM_COMPAT_ID,
    WIA_IPS_PREVIEW,
];

const FEEDER: &[PropertyId] = &[
    WIA_IPS_DOCUMENT_HANDLING_SELECT,
    WIA_IPS_ORIENTATION,
    WIA_IPS_PAGE_HEIGHT,
    WIA_IPS_PAGE_SIZE,
    WIA_IPS_PAGE_WIDTH,
    WIA_IPS_PAGES,
    WIA_IPS_PHOTOMETRIC_INTERP,
];

const FILM: &[PropertyId] = &[
    WIA_IPS_FILM_SCAN_MODE,
    WIA_IPS_PHOTOMETRIC_INTERP,
    WIA_IPS_PREVIEW,
];

const AUTO: &[PropertyId] = &[
    WIA_IPA_COMPRESSION,
    WIA_IPA_FORMAT,
    WIA_IPA_PREFERRED_FORMAT,
    WIA_IPA_TYMED,
];

const FILE: &[PropertyId] = &[WIA_IPA_FORMAT, WIA_IPA_PREFERRED_FORMAT, WIA_IPA_TYMED];

const ROOT: &[PropertyId] = &[
    WIA_IPA_ITEM_NAME,
    WIA_IPA_FULL_ITEM_NAME,
    WIA_IPA_ITEM_CATEGORY,
    WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES,
    WIA_DPS_DOCUMENT_HANDLING_STATUS,
];

/// The properties that an item of a category must have whatever else it has (documentation pages
/// "required properties" of each kind of item). `region` is true for the children of a flatbed or
/// film item: regions and frames. Empty for a category without a documented set.
///
/// The sides of a feeder have the feeder's set. `WIA_IPS_ORIENTATION` is required for a feeder by its
/// own page.
pub fn required_properties(category: Guid, region: bool) -> Vec<PropertyId> {
    let film_region: &[PropertyId] = &[WIA_IPA_DATATYPE, WIA_IPA_DEPTH];
    let sets: &[&[PropertyId]] = match category {
        WIA_CATEGORY_ROOT => &[ROOT],
        WIA_CATEGORY_FLATBED if region => &[NAMES, SELECTION],
        WIA_CATEGORY_FILM if region => &[NAMES, SELECTION, film_region],
        WIA_CATEGORY_FLATBED => &[NAMES, SELECTION, SOURCE, FLATBED],
        WIA_CATEGORY_FEEDER | WIA_CATEGORY_FEEDER_FRONT | WIA_CATEGORY_FEEDER_BACK => {
            &[NAMES, SELECTION, SOURCE, FEEDER]
        }
        WIA_CATEGORY_FILM => &[NAMES, SELECTION, SOURCE, FILM],
        WIA_CATEGORY_AUTO => &[NAMES, AUTO],
        WIA_CATEGORY_FOLDER => &[NAMES],
        WIA_CATEGORY_FINISHED_FILE => &[NAMES, FILE],
        _ => &[],
    };
    sets.concat()
}

/// The required properties that an item lacks, those among them that follow from what it offers:
/// `WIA_IPA_RAW_BITS_PER_CHANNEL` with the RAW format, `WIA_IPS_THRESHOLD` with black and white by a
/// threshold, `WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION`, which must be true, with the segmentation filter.
pub fn check_required(item: &AppItem) -> Vec<PropertyId> {
    let category = item.category();
    let region = item.parent().is_some_and(|p| p.category() == category);
    let mut required = required_properties(category, region);
    // An automatic item and a stored file do not choose their pixels.
    let raw = offers(item, WIA_IPA_FORMAT, &WIA_IMG_FMT_RAW.into());
    if raw && item.has(WIA_IPA_DATATYPE) {
        required.push(WIA_IPA_RAW_BITS_PER_CHANNEL);
    }
    if offers(item, WIA_IPA_DATATYPE, &WIA_DATA_THRESHOLD.into()) {
        required.push(WIA_IPS_THRESHOLD);
    }
    required.retain(|id| !item.has(*id));
    // A segmentation filter makes an item of each region.
    let creation = WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION;
    let segmented = item.opt_i32(WIA_IPS_SEGMENTATION) == Some(WIA_USE_SEGMENTATION_FILTER);
    if segmented && !region && item.opt_i32(creation).unwrap_or(0) == 0 {
        required.push(creation);
    }
    required
}

/// Whether the value is in the property's list, or is its value.
fn offers(item: &AppItem, id: PropertyId, value: &PropertyValue) -> bool {
    item.property(id).is_some_and(|p| {
        let listed = match &p.info.valid {
            ValidValues::List { values, .. } => values.contains(value),
            _ => false,
        };
        listed || p.value == *value
    })
}

/// What is wrong with the flags of an item of this category (documentation page of
/// `WIA_IPA_ITEM_CATEGORY`), in words; `None` when they obey. Marks of made, deleted and
/// disconnected items, and the flag of attachments, belong to every category.
pub fn check_flags(category: Guid, flags: ItemFlags) -> Option<String> {
    if flags.contains(ItemFlags::IMAGE) && !flags.contains(ItemFlags::FILE) {
        return Some("Image is valid only together with File".to_owned());
    }
    let Some(rules) = flag_rules(category) else {
        return Some(format!("the category {category} is not known"));
    };
    let everywhere = ItemFlags::GENERATED
        | ItemFlags::DELETED
        | ItemFlags::DISCONNECTED
        | ItemFlags::REMOVED
        | ItemFlags::HAS_ATTACHMENTS;
    let missing = rules.required.difference(flags);
    let extra = flags.difference(rules.required | rules.optional | everywhere);
    if missing.is_empty() && extra.is_empty() {
        return None;
    }
    let name = category::name(category).unwrap_or("this category");
    Some(format!(
        "{name}: missing flags {:#x}, flags that do not belong {:#x}",
        missing.bits(),
        extra.bits()
    ))
}

/// Everything that is wrong with a tree whose properties are declared, a sentence each: flags,
/// required properties, the order and company of the items below the root.
pub fn check_tree(root: &AppItem) -> Vec<String> {
    let mut found = Vec::new();
    for item in root.descendants() {
        let name = item.full_name();
        if let Some(what) = check_flags(item.category(), item.flags()) {
            found.push(format!("{name}: {what}"));
        }
        for id in check_required(&item) {
            found.push(format!("{name}: {} is missing", item.property_name(id)));
        }
    }
    let categories: Vec<Guid> = root.children().iter().map(AppItem::category).collect();
    let flatbed = categories.iter().position(|c| *c == WIA_CATEGORY_FLATBED);
    if flatbed.is_some_and(|at| at > 0) {
        found.push("the flatbed must be the first item below the root".to_owned());
    }
    let source = [WIA_CATEGORY_FLATBED, WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM];
    let auto = categories.contains(&WIA_CATEGORY_AUTO);
    if auto && !categories.iter().any(|c| source.contains(c)) {
        found.push("an automatic item needs a flatbed, feeder or film item beside it".to_owned());
    }
    found
}
