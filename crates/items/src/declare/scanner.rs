//! Flatbeds, feeders, film units, and the item for whatever the device finds.

use wia::category::{
    WIA_CATEGORY_FEEDER, WIA_CATEGORY_FEEDER_BACK, WIA_CATEGORY_FEEDER_FRONT, WIA_CATEGORY_FILM,
    WIA_CATEGORY_FLATBED,
};
use wia::constant::{
    WIA_FILM_BW_NEGATIVE, WIA_FILM_COLOR_NEGATIVE, WIA_FILM_COLOR_SLIDE, WIA_FINAL_SCAN,
    WIA_PACKED_PIXEL, WIA_PHOTO_WHITE_1, WIA_PREVIEW_SCAN,
};
use wia::format::WIA_IMG_FMT_RAW;
use wia::{
    Access, AccessRights, DataType, DocumentHandlingSelect, Error, Guid, Intent, ItemFlags,
    PropertyValue, Result, Tymed, property,
};

use crate::app_item::AppItem;
use crate::declare::Declare;
use crate::store::PropertyStore;
use crate::validation::{
    FormatRule, PropContext, ScannerRules, describe, nearest, update_compression,
    update_format_extension, update_valid_format, validate_scanner_item,
};

/// The one colour profile that is named (`WIA_IPA_ICM_PROFILE_NAME`).
const PROFILE: &str = "sRGB Color Space Profile.icm";

/// Declares all properties of a flatbed, feeder (base item, front or back) or film item, by its
/// category: those that the category requires and those optional ones that `rules` speaks of. Values
/// at the start are the whole bed (or the first page size) at `rules.default_resolution`, the first
/// data type, BMP where it is offered, and TYMED_FILE.
///
/// # Errors
///
/// `InvalidArgument` when the item is of another category or `rules` contradicts itself: a bed or
/// resolution of no size, a smallest size that the bed cannot hold, no data types or formats, a feeder
/// without page sizes, orientations or feeder rules, and whatever makes a value at the start invalid.
pub fn declare_scanner_item(item: &AppItem, rules: &ScannerRules) -> Result<()> {
    let category = item.category();
    let feeder = matches!(
        category,
        WIA_CATEGORY_FEEDER | WIA_CATEGORY_FEEDER_FRONT | WIA_CATEGORY_FEEDER_BACK
    );
    if !feeder && !matches!(category, WIA_CATEGORY_FLATBED | WIA_CATEGORY_FILM) {
        return Err(contradiction(item, "it is no flatbed, feeder or film item"));
    }
    check(item, rules, feeder)?;
    let d = Declare(item);
    declare_transfer(&d, rules.buffer_size);
    declare_formats(&d, rules);
    declare_pixels(&d, rules);
    declare_area(&d, rules);
    declare_look(&d, rules);
    if feeder {
        declare_feeder(&d, rules);
    }
    declare_pages(&d, rules);
    if !feeder {
        d.choice(
            property::WIA_IPS_PREVIEW,
            Access::RW,
            &[WIA_FINAL_SCAN, WIA_PREVIEW_SCAN],
        );
    }
    if category == WIA_CATEGORY_FILM {
        let modes = [
            WIA_FILM_COLOR_SLIDE,
            WIA_FILM_COLOR_NEGATIVE,
            WIA_FILM_BW_NEGATIVE,
        ];
        d.choice(property::WIA_IPS_FILM_SCAN_MODE, Access::RW, &modes);
    }
    if item.flags().contains(ItemFlags::FOLDER) && !feeder {
        d.fixed(property::WIA_IPS_SUPPORTS_CHILD_ITEM_CREATION, 1);
    }
    // What follows from the values above follows by the same rules as later on.
    validate_scanner_item(item, &[], rules)
        .map_err(|e| e.context(format!("item {:?} contradicts itself", item.full_name())))?;
    item.with_store_mut(PropertyStore::remember);
    Ok(())
}

fn contradiction(item: &AppItem, what: &str) -> Error {
    Error::invalid(format!("item {:?}: {what}", item.full_name()))
}

fn check(item: &AppItem, rules: &ScannerRules, feeder: bool) -> Result<()> {
    let sized = rules.bed.0 > 0 && rules.bed.1 > 0;
    let bounded = (1..=rules.bed.0).contains(&rules.min_size.0)
        && (1..=rules.bed.1).contains(&rules.min_size.1);
    for (bad, what) in [
        (!sized, "the bed has no size"),
        (
            !bounded,
            "the smallest size does not lie from 1 to the bed's",
        ),
        (rules.data_types.is_empty(), "there is no data type"),
        (rules.formats.is_empty(), "there is no format"),
        (
            feeder && rules.page_sizes.is_empty(),
            "a feeder needs page sizes",
        ),
        (
            feeder && rules.orientations.is_empty(),
            "a feeder needs orientations",
        ),
        (
            feeder && rules.feeder.is_none(),
            "a feeder needs feeder rules",
        ),
    ] {
        if bad {
            return Err(contradiction(item, what));
        }
    }
    let preferred = rules.preferred_format;
    for format in &rules.formats {
        if rules.data_types_in(format.format).is_empty() {
            let name = PropertyValue::from(format.format);
            let what = format!("the format {name} can hold none of its data types");
            return Err(contradiction(item, &what));
        }
    }
    if rules.format(preferred).is_none() {
        return Err(contradiction(
            item,
            "the preferred format is none of its formats",
        ));
    }
    let valid = rules.resolutions.valid(rules.default_resolution);
    match nearest(&valid, rules.default_resolution) {
        Some(dpi) if dpi > 0 => Ok(()),
        _ => {
            let shown = describe(property::WIA_IPS_XRES, &valid);
            Err(contradiction(
                item,
                &format!("it has no resolution: {shown}"),
            ))
        }
    }
}

/// What every item with data has.
fn declare_transfer(d: &Declare<'_>, buffer_size: i32) {
    let rights = AccessRights::READ.bits();
    let rights = if d.0.flags().contains(ItemFlags::GENERATED) {
        AccessRights::RWD.bits()
    } else {
        rights
    };
    d.flags(
        property::WIA_IPA_ACCESS_RIGHTS,
        Access::READ,
        rights,
        AccessRights::RWD.bits(),
    );
    d.fixed(property::WIA_IPA_ITEM_SIZE, 0);
    d.fixed(property::WIA_IPA_BUFFER_SIZE, buffer_size);
}

fn declare_formats(d: &Declare<'_>, rules: &ScannerRules) {
    d.fixed(property::WIA_IPA_PREFERRED_FORMAT, rules.preferred_format);
    // The lists are filled in by the validation; these are the values that it starts from.
    let bmp = wia::format::WIA_IMG_FMT_BMP;
    let first = rules.formats.first().map_or(bmp, |f| f.format);
    let format = if rules.format(bmp).is_some() {
        bmp
    } else {
        first
    };
    d.choice(property::WIA_IPA_FORMAT, Access::RW, &[format]);
    d.choice(property::WIA_IPA_TYMED, Access::RW, &[Tymed::File.value()]);
    d.choice(property::WIA_IPA_COMPRESSION, Access::RW, &[0]);
    d.fixed(property::WIA_IPA_FILENAME_EXTENSION, "");
    d.choice(
        property::WIA_IPA_PROP_STREAM_COMPAT_ID,
        Access::READ,
        &[rules.stream_id],
    );
}

fn declare_pixels(d: &Declare<'_>, rules: &ScannerRules) {
    let first = rules.data_types.first();
    let data_type = first.map_or(DataType::Color, |r| r.data_type);
    let depth = first.and_then(|r| r.depths.first()).copied().unwrap_or(0);
    d.choice(property::WIA_IPA_DATATYPE, Access::RW, &[data_type.value()]);
    d.choice(property::WIA_IPA_DEPTH, Access::RW, &[depth]);
    d.fixed(property::WIA_IPA_CHANNELS_PER_PIXEL, 0);
    d.fixed(property::WIA_IPA_BITS_PER_CHANNEL, 0);
    if rules.format(WIA_IMG_FMT_RAW).is_some() {
        d.fixed(
            property::WIA_IPA_RAW_BITS_PER_CHANNEL,
            PropertyValue::UI1Vector(Vec::new()),
        );
    }
    d.fixed(property::WIA_IPA_PLANAR, WIA_PACKED_PIXEL);
    d.fixed(property::WIA_IPA_PIXELS_PER_LINE, 0);
    d.fixed(property::WIA_IPA_NUMBER_OF_LINES, 0);
    d.fixed(property::WIA_IPA_BYTES_PER_LINE, 0);
    d.fixed(property::WIA_IPA_COLOR_PROFILE, 0);
    d.choice(property::WIA_IPA_ICM_PROFILE_NAME, Access::RW, &[PROFILE]);
}

fn declare_area(d: &Declare<'_>, rules: &ScannerRules) {
    let valid = rules.resolutions.valid(rules.default_resolution);
    let dpi = nearest(&valid, rules.default_resolution).unwrap_or(rules.default_resolution);
    let valid = rules.resolutions.valid(dpi);
    d.with(property::WIA_IPS_XRES, dpi, Access::RW, valid.clone());
    d.with(property::WIA_IPS_YRES, dpi, Access::RW, valid);
    for id in [property::WIA_IPS_XPOS, property::WIA_IPS_YPOS] {
        d.range(id, 0, 0, 0);
    }
    // As large as can be: the validation pulls them to the bed.
    for id in [property::WIA_IPS_XEXTENT, property::WIA_IPS_YEXTENT] {
        d.range(id, 1, i32::MAX, i32::MAX);
    }
    d.fixed(property::WIA_IPS_OPTICAL_XRES, rules.optical.0);
    d.fixed(property::WIA_IPS_OPTICAL_YRES, rules.optical.1);
    d.fixed(property::WIA_IPS_MAX_HORIZONTAL_SIZE, rules.bed.0);
    d.fixed(property::WIA_IPS_MAX_VERTICAL_SIZE, rules.bed.1);
    d.fixed(property::WIA_IPS_MIN_HORIZONTAL_SIZE, rules.min_size.0);
    d.fixed(property::WIA_IPS_MIN_VERTICAL_SIZE, rules.min_size.1);
}

fn declare_look(d: &Declare<'_>, rules: &ScannerRules) {
    let has = |t: DataType| rules.data_types.iter().any(|r| r.data_type == t);
    let mut kinds = Intent::empty();
    kinds.set(Intent::IMAGE_TYPE_COLOR, has(DataType::Color));
    kinds.set(Intent::IMAGE_TYPE_GRAYSCALE, has(DataType::Grayscale));
    let text = has(DataType::Threshold) || has(DataType::Dither);
    kinds.set(Intent::IMAGE_TYPE_TEXT, text);
    let weights = Intent::MINIMIZE_SIZE | Intent::MAXIMIZE_QUALITY | Intent::BEST_PREVIEW;
    d.flags(
        property::WIA_IPS_CUR_INTENT,
        Access::RW,
        0,
        (kinds | weights).bits(),
    );
    let most = if rules.brightness_contrast { 1000 } else { 0 };
    d.range(property::WIA_IPS_BRIGHTNESS, -most, 0, most);
    d.range(property::WIA_IPS_CONTRAST, -most, 0, most);
    d.choice(
        property::WIA_IPS_PHOTOMETRIC_INTERP,
        Access::RW,
        &[WIA_PHOTO_WHITE_1],
    );
    if has(DataType::Threshold) {
        d.range(property::WIA_IPS_THRESHOLD, 0, 128, 255);
    }
}

fn declare_feeder(d: &Declare<'_>, rules: &ScannerRules) {
    let Some(feeder) = &rules.feeder else { return };
    let front = DocumentHandlingSelect::FRONT_ONLY;
    let start = if feeder.select.contains(front) {
        front
    } else {
        feeder.select
    };
    let id = property::WIA_IPS_DOCUMENT_HANDLING_SELECT;
    d.flags(id, Access::RW, start.bits(), feeder.select.bits());
    d.range(property::WIA_IPS_PAGES, 0, 0, feeder.max_pages);
    d.fixed(
        property::WIA_IPS_SHEET_FEEDER_REGISTRATION,
        rules.registration.value(),
    );
}

fn declare_pages(d: &Declare<'_>, rules: &ScannerRules) {
    if rules.page_sizes.is_empty() {
        return;
    }
    d.choice(property::WIA_IPS_PAGE_SIZE, Access::RW, &rules.page_sizes);
    d.fixed(property::WIA_IPS_PAGE_WIDTH, 0);
    d.fixed(property::WIA_IPS_PAGE_HEIGHT, 0);
    let orientations: Vec<i32> = rules.orientations.iter().map(|o| o.value()).collect();
    d.choice(property::WIA_IPS_ORIENTATION, Access::RW, &orientations);
}

/// Declares the properties of an item that lets the device choose the source (`WIA_CATEGORY_AUTO`).
/// The file format is the application's choice all the same.
///
/// # Errors
///
/// `InvalidArgument` when `formats` is empty or does not hold `preferred`.
pub fn declare_auto(item: &AppItem, formats: &[FormatRule], preferred: Guid) -> Result<()> {
    if !formats.iter().any(|f| f.format == preferred) {
        return Err(contradiction(
            item,
            "the preferred format is none of its formats",
        ));
    }
    let d = Declare(item);
    d.flags(
        property::WIA_IPA_ACCESS_RIGHTS,
        Access::READ,
        AccessRights::READ.bits(),
        AccessRights::RWD.bits(),
    );
    d.fixed(property::WIA_IPA_PREFERRED_FORMAT, preferred);
    d.choice(property::WIA_IPA_FORMAT, Access::RW, &[preferred]);
    d.choice(property::WIA_IPA_TYMED, Access::RW, &[Tymed::File.value()]);
    d.choice(property::WIA_IPA_COMPRESSION, Access::RW, &[0]);
    d.fixed(property::WIA_IPA_FILENAME_EXTENSION, "");
    d.fixed(property::WIA_IPA_COLOR_PROFILE, 0);
    let mut context = PropContext::new(&[], &[]);
    let pairs: Vec<(Guid, Tymed)> = formats
        .iter()
        .flat_map(|f| f.tymeds.iter().map(|t| (f.format, *t)))
        .collect();
    update_valid_format(item, &mut context, &pairs)?;
    update_compression(item, &mut context, formats)?;
    update_format_extension(item, &mut context, formats)?;
    item.with_store_mut(PropertyStore::remember);
    Ok(())
}
