//! Page sizes and the selection: each changes the other.

use wia::constant::{WIA_PAGE_AUTO, WIA_PAGE_CUSTOM};
use wia::property::{
    WIA_IPS_ORIENTATION, WIA_IPS_PAGE_HEIGHT, WIA_IPS_PAGE_SIZE, WIA_IPS_PAGE_WIDTH,
};
use wia::{Orientation, PropertyId, PropertyValue, Result};

use crate::app_item::AppItem;
use crate::validation::context::{PropContext, Repair};
use crate::validation::rules::{Registration, ScannerRules};
use crate::validation::scan_rect::{
    Axis, HORIZONTAL, Limits, Span, VERTICAL, limits, scale, set_axis,
};
use crate::validation::valid_values::{is_valid, refusal, validate_item_properties, value_text};

/// Brings page size, orientation and selection in line (documentation pages of `WIA_IPS_PAGE_SIZE` and
/// "custom and auto page sizes"). Comes after [`update_scan_rect`](crate::update_scan_rect). An item
/// without `WIA_IPS_PAGE_SIZE` is left alone.
///
/// * A fixed size puts the selection on the page: at the left edge, in the middle or at the right
///   edge, as the documents lie, and at the top. Landscape swaps width and height. It follows the
///   resolution.
/// * `WIA_PAGE_AUTO` selects the whole bed.
/// * A written selection that is not that of the page makes the size `WIA_PAGE_CUSTOM`.
/// * Writing `WIA_PAGE_CUSTOM` leaves the selection as it is.
///
/// `WIA_IPS_PAGE_WIDTH` and `WIA_IPS_PAGE_HEIGHT` are those of the page as it lies, of the selection
/// for `WIA_PAGE_CUSTOM`, and of the bed for `WIA_PAGE_AUTO`, in 1/1000 inch.
///
/// # Errors
///
/// `InvalidArgument` for a size that the item does not offer, one that is too large or too small for the
/// device in this orientation, a size and another selection written together, and a selection where only
/// fixed sizes are offered.
pub fn update_page_size(
    item: &AppItem,
    context: &mut PropContext,
    rules: &ScannerRules,
) -> Result<()> {
    let Some(page) = item.opt_i32(WIA_IPS_PAGE_SIZE) else {
        return Ok(());
    };
    validate_item_properties(item, &[WIA_IPS_PAGE_SIZE])?;
    context.settle(item, WIA_IPS_ORIENTATION, Repair::Nominal)?;
    if page == WIA_PAGE_CUSTOM {
        return describe_page(item, context, selection_size(item)?);
    }

    let size = page_as_it_lies(item, context, rules, page)?;
    let across = lie(item, &HORIZONTAL, rules.bed.0, size.0, rules.registration)?;
    let along = lie(item, &VERTICAL, rules.bed.1, size.1, Registration::Left)?;
    let stray = stray(item, context, &HORIZONTAL, across)
        .or_else(|| stray(item, context, &VERTICAL, along));
    if let Some((id, wanted)) = stray {
        return leave_page(item, context, page, id, wanted);
    }
    for (axis, span) in [(&HORIZONTAL, across), (&VERTICAL, along)] {
        set_axis(item, context, axis, span)?;
    }
    describe_page(item, context, size)
}

/// Width and height of the page in its orientation, in 1/1000 inch; the bed for an automatic size.
fn page_as_it_lies(
    item: &AppItem,
    context: &PropContext,
    rules: &ScannerRules,
    page: i32,
) -> Result<(i32, i32)> {
    let Some((width, height)) = rules.page_dimensions(page) else {
        return Ok(rules.bed);
    };
    let orientation = item
        .opt_i32(WIA_IPS_ORIENTATION)
        .and_then(Orientation::from_value)
        .unwrap_or(Orientation::Portrait);
    let (width, height) = if orientation.swaps_sides() {
        (height, width)
    } else {
        (width, height)
    };
    let (least, most) = (rules.min_size, rules.bed);
    if !(least.0..=most.0).contains(&width) || !(least.1..=most.1).contains(&height) {
        let id = if context.was_written(WIA_IPS_ORIENTATION) {
            WIA_IPS_ORIENTATION
        } else {
            WIA_IPS_PAGE_SIZE
        };
        let value = item.read(id).unwrap_or(PropertyValue::I4(page));
        let valid = format!(
            "a page of {} to {} by {} to {} thousandths of an inch (this one would lie {width} by {height})",
            least.0, most.0, least.1, most.1
        );
        return Err(refusal(item, id, &value, &valid));
    }
    Ok((width, height))
}

/// Where a page of `size` lies on the bed (both in 1/1000 inch), in pixels.
fn lie(
    item: &AppItem,
    axis: &Axis,
    bed: i32,
    size: i32,
    registration: Registration,
) -> Result<Span> {
    let resolution = item.read_i32(axis.resolution)?;
    let limits = limits(item, axis, bed, resolution)?;
    let Limits { min, max } = limits;
    let extent = if size == bed {
        max
    } else {
        scale(size, resolution, 1000).clamp(min, max)
    };
    let free = max - extent;
    let position = match registration {
        Registration::Left => 0,
        Registration::Right => free,
        Registration::Centered => {
            let middle = i64::from(bed - size) * i64::from(resolution) / 2000;
            i32::try_from(middle).unwrap_or(free).clamp(0, free)
        }
    };
    Ok(Span {
        position,
        extent,
        limits,
    })
}

/// The written position or extent that is not the page's, with what the page has.
fn stray(
    item: &AppItem,
    context: &PropContext,
    axis: &Axis,
    span: Span,
) -> Option<(PropertyId, i32)> {
    [(axis.position, span.position), (axis.extent, span.extent)]
        .into_iter()
        .find(|(id, wanted)| context.was_written(*id) && item.opt_i32(*id) != Some(*wanted))
}

/// The application selected something else than the page: the size becomes custom.
fn leave_page(
    item: &AppItem,
    context: &mut PropContext,
    page: i32,
    id: PropertyId,
    wanted: i32,
) -> Result<()> {
    let custom = PropertyValue::I4(WIA_PAGE_CUSTOM);
    let offered = item
        .attributes(WIA_IPS_PAGE_SIZE)
        .is_some_and(|info| is_valid(&info.valid, &custom));
    if context.was_written(WIA_IPS_PAGE_SIZE) || !offered {
        let value = item.read(id).unwrap_or(PropertyValue::I4(wanted));
        let page = value_text(WIA_IPS_PAGE_SIZE, &page.into());
        let valid = format!("{wanted} (with page size {page})");
        return Err(refusal(item, id, &value, &valid));
    }
    context.update(item, WIA_IPS_PAGE_SIZE, custom)?;
    describe_page(item, context, selection_size(item)?)
}

/// Width and height of the selection in 1/1000 inch.
fn selection_size(item: &AppItem) -> Result<(i32, i32)> {
    let size = |axis: &Axis| {
        let resolution = item.read_i32(axis.resolution)?.max(1);
        Ok(scale(item.read_i32(axis.extent)?, 1000, resolution))
    };
    Ok((size(&HORIZONTAL)?, size(&VERTICAL)?))
}

fn describe_page(item: &AppItem, context: &mut PropContext, size: (i32, i32)) -> Result<()> {
    context.update(item, WIA_IPS_PAGE_WIDTH, size.0)?;
    context.update(item, WIA_IPS_PAGE_HEIGHT, size.1)
}

/// Whether the device finds the size of each sheet itself.
pub fn is_page_size_auto(item: &AppItem) -> bool {
    item.opt_i32(WIA_IPS_PAGE_SIZE) == Some(WIA_PAGE_AUTO)
}
