//! Intent, data type, depth: what a pixel is.

use wia::property::{
    WIA_IPA_BITS_PER_CHANNEL, WIA_IPA_CHANNELS_PER_PIXEL, WIA_IPA_DATATYPE, WIA_IPA_DEPTH,
    WIA_IPA_RAW_BITS_PER_CHANNEL, WIA_IPS_CUR_INTENT, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{DataType, Intent, PropertyValue, Result, ValidValues};

use crate::app_item::AppItem;
use crate::validation::context::{PropContext, Repair};
use crate::validation::rules::{DataTypeRule, IntentResolutions, channels};
use crate::validation::valid_values::{
    invalid_value, nearest, refusal, validate_item_properties, value_text,
};

/// When the application wrote `WIA_IPS_CUR_INTENT`: presets the data type and the resolutions that it
/// did not write in the same write. Depth and extents follow in the next steps.
///
/// An intent without a kind of image leaves the data type alone, one without a weight of size against
/// quality the resolution.
///
/// # Errors
///
/// `InvalidArgument` for bits that the item does not offer, two kinds of image or two weights at
/// once, and a kind of image that the current format does not have.
pub fn update_intent(
    item: &AppItem,
    context: &mut PropContext,
    data_types: &[DataTypeRule],
    resolutions: &IntentResolutions,
) -> Result<()> {
    if !context.was_written(WIA_IPS_CUR_INTENT) {
        return Ok(());
    }
    validate_item_properties(item, &[WIA_IPS_CUR_INTENT])?;
    let value = item.read_i32(WIA_IPS_CUR_INTENT)?;
    let intent = Intent::from_bits_retain(value);
    let kind = intent & Intent::IMAGE_TYPE_MASK;
    let weight = intent & Intent::SIZE_MASK;
    if kind.bits().count_ones() > 1 || weight.bits().count_ones() > 1 {
        let valid = "one kind of image and one of size or quality";
        return Err(refusal(item, WIA_IPS_CUR_INTENT, &value.into(), valid));
    }

    let wanted: &[DataType] = match kind {
        Intent::IMAGE_TYPE_COLOR => &[DataType::Color, DataType::RawRgb],
        Intent::IMAGE_TYPE_GRAYSCALE => &[DataType::Grayscale],
        Intent::IMAGE_TYPE_TEXT => &[DataType::Threshold, DataType::Dither],
        _ => &[],
    };
    if !wanted.is_empty() && !context.was_written(WIA_IPA_DATATYPE) {
        let offered = |w: &&DataType| data_types.iter().any(|d| d.data_type == **w);
        let Some(data_type) = wanted.iter().find(offered) else {
            let valid = format!("what the data types {} allow", names(data_types));
            return Err(refusal(item, WIA_IPS_CUR_INTENT, &value.into(), &valid));
        };
        context.update(item, WIA_IPA_DATATYPE, data_type.value())?;
    }

    let dpi = match weight {
        Intent::BEST_PREVIEW => resolutions.best_preview,
        Intent::MINIMIZE_SIZE => resolutions.minimize_size,
        Intent::MAXIMIZE_QUALITY => resolutions.maximize_quality,
        _ => return Ok(()),
    };
    for id in [WIA_IPS_XRES, WIA_IPS_YRES] {
        let valid = item.attributes(id).map(|info| info.valid);
        let dpi = valid.and_then(|v| nearest(&v, dpi));
        if let Some(dpi) = dpi.filter(|_| !context.was_written(id)) {
            context.update(item, id, dpi)?;
        }
    }
    Ok(())
}

/// Brings data type, depth, channels and bits of a channel in line, `data_types` being what the
/// current format has. The lists of valid values are made anew.
///
/// A data type that is not in the list becomes its counterpart (colour and raw red, green, blue stand
/// for each other) or the recommended one. A depth that the data type does not have becomes the one
/// with as many bits a channel, else the usual one. [`DataType::Auto`] and depth 0 follow each other
/// both ways; a depth written while the data type is automatic chooses the first data type that has
/// it. `WIA_IPA_RAW_BITS_PER_CHANNEL` has one entry a channel, together the depth.
///
/// # Errors
///
/// `InvalidArgument` when the application wrote a data type or a depth that cannot be had.
pub fn update_datatype_depth(
    item: &AppItem,
    context: &mut PropContext,
    data_types: &[DataTypeRule],
) -> Result<()> {
    if !item.has(WIA_IPA_DATATYPE) {
        return Ok(());
    }
    let rule = settle_data_type(item, context, data_types)?;
    let auto = data_types.iter().any(|d| d.data_type == DataType::Auto);
    let depth = settle_depth(item, context, rule)?;
    list_depths(item, data_types, rule, auto)?;
    describe_pixel(item, context, rule.data_type, depth)
}

fn settle_data_type<'a>(
    item: &AppItem,
    context: &mut PropContext,
    data_types: &'a [DataTypeRule],
) -> Result<&'a DataTypeRule> {
    let values: Vec<i32> = data_types.iter().map(|d| d.data_type.value()).collect();
    let usual = values.first().copied().unwrap_or_default();
    item.set_valid_list(WIA_IPA_DATATYPE, usual, &values)?;

    if !context.was_written(WIA_IPA_DATATYPE) {
        let current = DataType::from_value(item.read_i32(WIA_IPA_DATATYPE)?);
        let wrote_depth = context.was_written(WIA_IPA_DEPTH);
        let depth = item.opt_i32(WIA_IPA_DEPTH).filter(|_| wrote_depth);
        let better = follow(current, depth, data_types);
        if let Some(better) = better.filter(|b| values.contains(&b.value())) {
            context.update(item, WIA_IPA_DATATYPE, better.value())?;
        }
    }
    context.settle(item, WIA_IPA_DATATYPE, Repair::Nominal)?;

    let value = item.read_i32(WIA_IPA_DATATYPE)?;
    data_types
        .iter()
        .find(|d| d.data_type.value() == value)
        .ok_or_else(|| invalid_value(item, WIA_IPA_DATATYPE, &PropertyValue::I4(value)))
}

/// The data type that a written depth asks for, or that stands for one that the format does not have.
fn follow(
    current: Option<DataType>,
    written_depth: Option<i32>,
    data_types: &[DataTypeRule],
) -> Option<DataType> {
    if written_depth == Some(0) {
        return Some(DataType::Auto);
    }
    if let (Some(depth), Some(DataType::Auto)) = (written_depth, current) {
        let has = data_types.iter().find(|d| d.depths.contains(&depth));
        return has.map(|d| d.data_type);
    }
    if data_types.iter().any(|d| Some(d.data_type) == current) {
        return None;
    }
    match current {
        Some(DataType::Color) => Some(DataType::RawRgb),
        Some(DataType::RawRgb) => Some(DataType::Color),
        _ => None,
    }
}

/// The depth that goes with the data type, stored.
fn settle_depth(item: &AppItem, context: &mut PropContext, rule: &DataTypeRule) -> Result<i32> {
    let auto = [0];
    let depths = match rule.data_type {
        DataType::Auto => &auto[..],
        _ => &rule.depths,
    };
    let usual = depths.first().copied().unwrap_or_default();
    let Some(current) = item.opt_i32(WIA_IPA_DEPTH) else {
        return Ok(usual);
    };
    if depths.contains(&current) {
        return Ok(current);
    }
    if context.was_written(WIA_IPA_DEPTH) {
        let list: Vec<String> = depths.iter().map(i32::to_string).collect();
        let data_type = rule.data_type.name();
        let valid = format!("{} (with {data_type})", list.join(" "));
        return Err(refusal(item, WIA_IPA_DEPTH, &current.into(), &valid));
    }
    let bits = item.opt_i32(WIA_IPA_BITS_PER_CHANNEL).unwrap_or(0);
    let channels = channels(rule.data_type);
    let as_fine = |d: &&i32| i64::from(**d) == i64::from(bits) * i64::from(channels);
    let depth = depths.iter().find(as_fine).copied().unwrap_or(usual);
    context.update(item, WIA_IPA_DEPTH, depth)?;
    Ok(depth)
}

/// The depths that an application may write next. While the device chooses, any depth of any data
/// type is one; and where the device can choose, 0 is one.
fn list_depths(
    item: &AppItem,
    data_types: &[DataTypeRule],
    rule: &DataTypeRule,
    auto: bool,
) -> Result<()> {
    if !item.has(WIA_IPA_DEPTH) {
        return Ok(());
    }
    let mut values: Vec<i32> = Vec::new();
    if rule.data_type == DataType::Auto {
        values.push(0);
        values.extend(data_types.iter().flat_map(|d| &d.depths));
    } else {
        values.extend(&rule.depths);
        values.extend(auto.then_some(0));
    }
    let nominal = values.first().copied().unwrap_or_default();
    let mut seen = Vec::new();
    values.retain(|v| {
        !seen.contains(v) && {
            seen.push(*v);
            true
        }
    });
    let values = values.into_iter().map(PropertyValue::I4).collect();
    let valid = ValidValues::List {
        nominal: nominal.into(),
        values,
    };
    item.set_valid(WIA_IPA_DEPTH, valid)
}

fn describe_pixel(
    item: &AppItem,
    context: &mut PropContext,
    data_type: DataType,
    depth: i32,
) -> Result<()> {
    let channels = channels(data_type);
    let bits = if channels > 0 { depth / channels } else { 0 };
    context.update(item, WIA_IPA_CHANNELS_PER_PIXEL, channels)?;
    context.update(item, WIA_IPA_BITS_PER_CHANNEL, bits)?;
    let entry = u8::try_from(bits).unwrap_or(u8::MAX);
    let entries = vec![entry; usize::try_from(channels).unwrap_or(0)];
    context.update(
        item,
        WIA_IPA_RAW_BITS_PER_CHANNEL,
        PropertyValue::UI1Vector(entries),
    )
}

fn names(data_types: &[DataTypeRule]) -> String {
    let text = |d: &DataTypeRule| value_text(WIA_IPA_DATATYPE, &d.data_type.value().into());
    data_types.iter().map(text).collect::<Vec<_>>().join(" ")
}
