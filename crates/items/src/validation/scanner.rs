//! The whole validation of an item that scans, for drivers that need no more.

use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_FORMAT, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_ORIENTATION,
    WIA_IPS_PAGE_SIZE, WIA_IPS_PAGES, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{DocumentHandlingSelect, PropertyId, PropertyValue, Result};

use crate::app_item::AppItem;
use crate::validation::context::{PropContext, Repair};
use crate::validation::data_type::{update_datatype_depth, update_intent};
use crate::validation::image_size::{
    update_buffer_size, update_compression, update_format_extension, update_item_size,
};
use crate::validation::page_size::update_page_size;
use crate::validation::rules::{FeederRules, ScannerRules};
use crate::validation::scan_rect::update_scan_rect;
use crate::validation::valid_format::update_valid_format;
use crate::validation::valid_values::{refusal, validate_item_properties};

/// The validation of a flatbed, feeder or film item (`drvValidateItemProperties`): what depends on the
/// properties in `changed` follows, then everything that the application wrote is checked.
///
/// Order: kind of transfer → format → data types; intent → data type, resolution; data type → depth →
/// channels, compression; format → extension; resolution → positions, extents → page size; sides →
/// pages; then the check; then the sizes of line, item and buffer. What the application wrote and cannot be had
/// refuses the write; what it did not write and cannot stay is repaired.
///
/// A driver with rules of its own calls the parts in this order instead and adds its own.
///
/// # Errors
///
/// `InvalidArgument` that names the property, its value and what is valid.
pub fn validate_scanner_item(
    item: &AppItem,
    changed: &[PropertyId],
    rules: &ScannerRules,
) -> Result<()> {
    let extra = [
        WIA_IPA_COMPRESSION,
        WIA_IPS_PAGE_SIZE,
        WIA_IPS_ORIENTATION,
        WIA_IPS_DOCUMENT_HANDLING_SELECT,
        WIA_IPS_PAGES,
    ];
    let mut context = PropContext::new(changed, &extra);
    let context = &mut context;

    update_valid_format(item, context, &rules.format_pairs())?;
    let format = item.opt_guid(WIA_IPA_FORMAT).unwrap_or_default();
    let data_types = rules.data_types_in(format);
    update_intent(item, context, &data_types, &rules.intents)?;
    update_datatype_depth(item, context, &data_types)?;
    update_compression(item, context, &rules.formats)?;
    update_format_extension(item, context, &rules.formats)?;

    context.settle(item, WIA_IPS_XRES, Repair::Nearest)?;
    context.settle(item, WIA_IPS_YRES, Repair::Nearest)?;
    update_scan_rect(item, context, rules.bed.0, rules.bed.1)?;
    update_page_size(item, context, rules)?;

    if let Some(feeder) = &rules.feeder {
        update_sides(item, context, feeder)?;
    }
    validate_item_properties(item, changed)?;
    update_item_size(item, context)?;
    update_buffer_size(item, context, rules.buffer_size)
}

/// Checks the choice of sides, and keeps `WIA_IPS_PAGES` whole sheets where the feeder gives no less.
///
/// # Errors
///
/// `InvalidArgument` when the application wrote bits that the feeder does not have or that exclude each
/// other, or an odd number of sides of whole sheets.
pub fn update_sides(item: &AppItem, context: &mut PropContext, rules: &FeederRules) -> Result<()> {
    use DocumentHandlingSelect as Select;
    let id = WIA_IPS_DOCUMENT_HANDLING_SELECT;
    let Some(value) = item.opt_i32(id) else {
        return Ok(());
    };
    context.settle(item, id, Repair::Nominal)?;
    let select = Select::from_bits_retain(item.read_i32(id)?);
    let duplex = Select::DUPLEX | Select::ADVANCED_DUPLEX;
    let ways = Select::FRONT_ONLY | Select::BACK_ONLY | duplex;
    let orders = Select::FRONT_FIRST | Select::BACK_FIRST;
    let one_way = (select & ways).bits().count_ones() <= 1;
    let one_order = (select & orders).bits().count_ones() <= 1;
    if !one_way || !one_order {
        let valid = format!(
            "one of FRONT_ONLY, BACK_ONLY, DUPLEX and ADVANCED_DUPLEX, with at most one of FRONT_FIRST and \
             BACK_FIRST, among the bits {:#x}",
            rules.select.bits()
        );
        return Err(refusal(item, id, &PropertyValue::I4(value), &valid));
    }

    if !item.has(WIA_IPS_PAGES) {
        return Ok(());
    }
    let step = if rules.whole_sheets && select.intersects(duplex) {
        2
    } else {
        1
    };
    item.set_valid_range(WIA_IPS_PAGES, 0, 0, rules.max_pages / step * step, step)?;
    context.settle(item, WIA_IPS_PAGES, Repair::Nearest)
}
