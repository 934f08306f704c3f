//! The scan rectangle: extents and positions follow the resolution (`wiasUpdateScanRect`).

use wia::property::{
    WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE, WIA_IPS_MIN_HORIZONTAL_SIZE,
    WIA_IPS_MIN_VERTICAL_SIZE, WIA_IPS_PAGE_SIZE, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES,
    WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{Error, PropertyId, PropertyValue, Result};

use crate::app_item::AppItem;
use crate::validation::context::PropContext;
use crate::validation::valid_values::refusal;

/// The properties of one direction.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    pub(crate) resolution: PropertyId,
    pub(crate) position: PropertyId,
    pub(crate) extent: PropertyId,
    smallest: PropertyId,
    line: PropertyId,
}

/// A selection in one direction with what bounds it, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) position: i32,
    pub(crate) extent: i32,
    pub(crate) limits: Limits,
}

/// The least extent, at least 1, and the bed, which is no smaller. In pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) min: i32,
    pub(crate) max: i32,
}

pub(crate) const HORIZONTAL: Axis = Axis {
    resolution: WIA_IPS_XRES,
    position: WIA_IPS_XPOS,
    extent: WIA_IPS_XEXTENT,
    smallest: WIA_IPS_MIN_HORIZONTAL_SIZE,
    line: WIA_IPA_PIXELS_PER_LINE,
};

pub(crate) const VERTICAL: Axis = Axis {
    resolution: WIA_IPS_YRES,
    position: WIA_IPS_YPOS,
    extent: WIA_IPS_YEXTENT,
    smallest: WIA_IPS_MIN_VERTICAL_SIZE,
    line: WIA_IPA_NUMBER_OF_LINES,
};

/// Brings positions, extents and their valid ranges in line with the resolution and the bed
/// (`wiasUpdateScanRect`). `width` and `height` of the bed are in 1/1000 inch.
///
/// In each direction `max` is the bed in pixels at the current resolution, and `min` the least width or
/// height (`WIA_IPS_MIN_HORIZONTAL_SIZE`, `WIA_IPS_MIN_VERTICAL_SIZE`), or 1 where that is 1/1000 inch or
/// nothing. When the resolution changed, a position or extent that the application did not write is
/// scaled with it. A position goes from 0 to `max - min`, an extent from `min` to `max - position`; what
/// the application did not write is pulled into its range. A position that it wrote alone shrinks the
/// extent; with a written extent that then does not fit, the write fails. An item with page sizes
/// ([`WIA_IPS_PAGE_SIZE`]) has its position pulled back instead when only the extent was written. At
/// last `WIA_IPA_PIXELS_PER_LINE` and `WIA_IPA_NUMBER_OF_LINES` become the extents.
///
/// An item without a resolution or least size of its own (a region on the glass) takes its parent's.
///
/// # Errors
///
/// `InvalidArgument` when the application wrote a resolution, position or extent that is impossible,
/// or the bed has no size.
#[doc(alias = "wiasUpdateScanRect")]
pub fn update_scan_rect(
    item: &AppItem,
    context: &mut PropContext,
    width: i32,
    height: i32,
) -> Result<()> {
    update_axis(item, context, &HORIZONTAL, width)?;
    update_axis(item, context, &VERTICAL, height)
}

fn update_axis(item: &AppItem, context: &mut PropContext, axis: &Axis, bed: i32) -> Result<()> {
    let (Some(position), Some(extent)) = (item.opt_i32(axis.position), item.opt_i32(axis.extent))
    else {
        return Ok(());
    };
    let (old, new) = resolutions(item, axis)?;
    let limits = limits(item, axis, bed, new)?;
    let Limits { min, max } = limits;
    let wrote_position = context.was_written(axis.position);
    let wrote_extent = context.was_written(axis.extent);

    let follow = |value: i32, written: bool| {
        if written || old == new {
            value
        } else {
            scale(value, new, old)
        }
    };
    let mut position = follow(position, wrote_position);
    let mut extent = follow(extent, wrote_extent);

    if wrote_position && !(0..=max - min).contains(&position) {
        let valid = format!("0 to {} in steps of 1", max - min);
        return Err(refusal(item, axis.position, &position.into(), &valid));
    }
    position = position.clamp(0, max - min);
    // A position that is only following may move further, so that a written extent fits.
    if wrote_extent && !wrote_position && (old != new || item.has(WIA_IPS_PAGE_SIZE)) {
        position = position.min(max.saturating_sub(extent)).max(0);
    }
    if wrote_extent && !(min..=max - position).contains(&extent) {
        let valid = format!("{min} to {} in steps of 1", max - position);
        return Err(refusal(item, axis.extent, &extent.into(), &valid));
    }
    extent = extent.clamp(min, max - position);
    let span = Span {
        position,
        extent,
        limits,
    };
    set_axis(item, context, axis, span)
}

/// The item and those above it.
fn with_parents(item: &AppItem) -> impl Iterator<Item = AppItem> {
    std::iter::successors(Some(item.clone()), AppItem::parent)
}

/// The resolution before the write and now.
fn resolutions(item: &AppItem, axis: &Axis) -> Result<(i32, i32)> {
    let holder = with_parents(item)
        .find(|i| i.has(axis.resolution))
        .ok_or_else(|| item.missing(axis.resolution))?;
    let new = holder.read_i32(axis.resolution)?;
    if new < 1 {
        let value = PropertyValue::I4(new);
        return Err(refusal(item, axis.resolution, &value, "1 or more"));
    }
    let old = if holder == *item {
        holder.previous_i32(axis.resolution)
    } else {
        None
    };
    Ok((old.filter(|r| *r > 0).unwrap_or(new), new))
}

/// The limits of a selection on a bed, which is in 1/1000 inch.
pub(crate) fn limits(item: &AppItem, axis: &Axis, bed: i32, resolution: i32) -> Result<Limits> {
    if bed < 1 {
        return Err(Error::invalid(format!(
            "a bed of {bed}/1000 inch cannot be scanned"
        )));
    }
    let pixels = i64::from(bed) * i64::from(resolution) / 1000;
    let max = i32::try_from(pixels).unwrap_or(i32::MAX).max(1);
    let smallest = with_parents(item).find_map(|i| i.opt_i32(axis.smallest));
    let min = match smallest {
        Some(size) if size > 1 => scale(size, resolution, 1000).clamp(1, max),
        _ => 1,
    };
    Ok(Limits { min, max })
}

/// `value * numerator / denominator`, rounded to the nearest. `denominator` is positive.
pub(crate) fn scale(value: i32, numerator: i32, denominator: i32) -> i32 {
    let product = 2 * i64::from(value) * i64::from(numerator) + i64::from(denominator);
    let scaled = product.div_euclid(2 * i64::from(denominator));
    i32::try_from(scaled).unwrap_or(if scaled < 0 { i32::MIN } else { i32::MAX })
}

/// Stores a position and extent with their ranges and the count of pixels that follows.
pub(crate) fn set_axis(
    item: &AppItem,
    context: &mut PropContext,
    axis: &Axis,
    span: Span,
) -> Result<()> {
    let Limits { min, max } = span.limits;
    let most = max - span.position;
    item.set_valid_range(axis.position, 0, 0, max - min, 1)?;
    item.set_valid_range(axis.extent, min, most, most, 1)?;
    context.update(item, axis.position, span.position)?;
    context.update(item, axis.extent, span.extent)?;
    context.update(item, axis.line, span.extent)
}
