//! Which values are valid, in code and in words.

use wia::constant::page_size_name;
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DATATYPE, WIA_IPA_TYMED, WIA_IPS_ORIENTATION, WIA_IPS_PAGE_SIZE,
    WIA_IPS_ROTATION,
};
use wia::{
    Compression, DataType, Error, Orientation, PropertyId, PropertyValue, Result, Tymed,
    ValidValues, ValueType,
};

use crate::app_item::AppItem;

/// Lists longer than this are shortened in messages.
const SHOWN: usize = 16;

/// Whether `value` is among the valid ones.
///
/// Ranges and flags hold for integers of either sign; a list holds what it holds, strings letter by
/// letter. A value of a type that the kind does not fit is not valid.
pub fn is_valid(valid: &ValidValues, value: &PropertyValue) -> bool {
    match valid {
        ValidValues::None => true,
        ValidValues::Range { min, max, step, .. } => value.as_i32().is_some_and(|v| {
            let from_min = i64::from(v) - i64::from(*min);
            *min <= v && v <= *max && from_min % i64::from((*step).max(1)) == 0
        }),
        ValidValues::RangeFloat { min, max, step, .. } => match value {
            PropertyValue::R4(v) => min <= v && v <= max && on_step(*v - *min, *step),
            _ => false,
        },
        ValidValues::List { values, .. } => values.iter().any(|v| same(v, value)),
        ValidValues::Flag { valid_bits, .. } => bits(value).is_some_and(|v| v & !valid_bits == 0),
    }
}

/// Equal, whichever integer type either has.
fn same(a: &PropertyValue, b: &PropertyValue) -> bool {
    a == b || (a.as_i32().is_some() && a.as_i32() == b.as_i32())
}

fn bits(value: &PropertyValue) -> Option<i32> {
    match value {
        PropertyValue::I4(v) => Some(*v),
        PropertyValue::UI4(v) => Some(v.cast_signed()),
        _ => None,
    }
}

/// Whether a distance is a whole number of steps, as far as floating point can tell.
fn on_step(distance: f32, step: f32) -> bool {
    if step <= 0.0 {
        return true;
    }
    let steps = distance / step;
    (steps - steps.round()).abs() < 1e-3
}

/// Whether a property of type `declared` can have such valid values: flags are integers, ranges are
/// numbers, and a list holds values of the property's own type (documentation page of
/// `wiasSetItemPropAttribs`).
pub fn suits(valid: &ValidValues, declared: ValueType) -> bool {
    let integer = matches!(declared, ValueType::I4 | ValueType::UI4);
    match valid {
        ValidValues::None => true,
        ValidValues::Flag { .. } | ValidValues::Range { .. } => integer,
        ValidValues::RangeFloat { .. } => declared == ValueType::R4,
        ValidValues::List { nominal, values } => {
            values
                .iter()
                .chain([nominal])
                .all(|v| match v.value_type() {
                    ValueType::I4 | ValueType::UI4 => integer,
                    other => other == declared,
                })
        }
    }
}

/// The valid number nearest to `value`; of two equally near ones the smaller. `None` when the valid
/// values are not integers.
pub fn nearest(valid: &ValidValues, value: i32) -> Option<i32> {
    match valid {
        ValidValues::None => Some(value),
        ValidValues::Range { min, max, step, .. } if min <= max => {
            let (min, step) = (i64::from(*min), i64::from((*step).max(1)));
            let last = (i64::from(*max) - min) / step;
            let distance = (i64::from(value) - min).clamp(0, last * step);
            // Rounding half down, so that of two neighbours the smaller wins.
            let steps = (distance + (step - 1) / 2) / step;
            i32::try_from(min + steps.min(last) * step).ok()
        }
        ValidValues::List { values, .. } => values
            .iter()
            .filter_map(PropertyValue::as_i32)
            .min_by_key(|v| (v.abs_diff(value), *v)),
        ValidValues::Flag { valid_bits, .. } => Some(value & valid_bits),
        ValidValues::Range { .. } | ValidValues::RangeFloat { .. } => None,
    }
}

/// The value that a device recommends; the first of a list whose recommendation is not in it.
pub fn nominal(valid: &ValidValues) -> Option<PropertyValue> {
    match valid {
        ValidValues::None => None,
        ValidValues::Range { nominal, .. } | ValidValues::Flag { nominal, .. } => {
            Some(PropertyValue::I4(*nominal))
        }
        ValidValues::RangeFloat { nominal, .. } => Some(PropertyValue::R4(*nominal)),
        ValidValues::List { nominal, values } => values
            .iter()
            .find(|v| same(v, nominal))
            .or(values.first())
            .cloned(),
    }
}

/// The valid values in words, such as `75 100 300` or `1 to 1200 in steps of 1`.
pub fn describe(id: PropertyId, valid: &ValidValues) -> String {
    match valid {
        ValidValues::None => "any value".to_owned(),
        ValidValues::Range { min, max, step, .. } => {
            format!("{min} to {max} in steps of {}", (*step).max(1))
        }
        ValidValues::RangeFloat { min, max, step, .. } if *step > 0.0 => {
            format!("{min} to {max} in steps of {step}")
        }
        ValidValues::RangeFloat { min, max, .. } => format!("{min} to {max}"),
        ValidValues::List { values, .. } if values.is_empty() => "nothing".to_owned(),
        ValidValues::List { values, .. } if values.len() > SHOWN => {
            let (first, last) = values.split_at(SHOWN - 1);
            let first: Vec<_> = first.iter().map(|v| value_text(id, v)).collect();
            let last = last.last().map(|v| value_text(id, v)).unwrap_or_default();
            format!("{} … {last}", first.join(" "))
        }
        ValidValues::List { values, .. } => {
            let all: Vec<_> = values.iter().map(|v| value_text(id, v)).collect();
            all.join(" ")
        }
        ValidValues::Flag { valid_bits, .. } => {
            format!("any combination of the bits {valid_bits:#x}")
        }
    }
}

/// A value in words: `3 (WIA_DATA_COLOR)` where the number has a name, `"text"` for strings.
pub(crate) fn value_text(id: PropertyId, value: &PropertyValue) -> String {
    let name = value.as_i32().and_then(|v| match id {
        WIA_IPA_DATATYPE => DataType::from_value(v).map(DataType::name),
        WIA_IPA_COMPRESSION => Compression::from_value(v).map(Compression::name),
        WIA_IPA_TYMED => Tymed::from_value(v).map(Tymed::name),
        WIA_IPS_ORIENTATION | WIA_IPS_ROTATION => Orientation::from_value(v).map(Orientation::name),
        WIA_IPS_PAGE_SIZE => page_size_name(v),
        _ => None,
    });
    match (name, value) {
        (Some(name), value) => format!("{value} ({name})"),
        (None, PropertyValue::Bstr(text)) => format!("{text:?}"),
        (None, value) => value.to_string(),
    }
}

/// The refusal of `value` for a property, saying what is valid for it now.
pub fn invalid_value(item: &AppItem, id: PropertyId, value: &PropertyValue) -> Error {
    let valid = match item.attributes(id) {
        Some(info) => describe(id, &info.valid),
        None => return item.missing(id),
    };
    refusal(item, id, value, &valid)
}

/// The refusal of `value` for a property in a form that every message has; `valid` says what would
/// do.
pub fn refusal(item: &AppItem, id: PropertyId, value: &PropertyValue, valid: &str) -> Error {
    Error::invalid(format!(
        "{}: {} is not valid; valid: {valid}",
        item.property_name(id),
        value_text(id, value)
    ))
}

/// The refusal to transfer an item that has no data.
pub fn no_data(item: &AppItem) -> Error {
    Error::invalid(format!("{}: this item has no data", item.full_name()))
}

/// Checks the current values of properties against their valid values
/// (`wiasValidateItemProperties`): a flag has only valid bits, a number lies in the range and on a
/// step, a list holds the number, GUID or string.
///
/// # Errors
///
/// `InvalidArgument` for the first property that the item does not have or whose value is not valid.
#[doc(alias = "wiasValidateItemProperties")]
pub fn validate_item_properties(item: &AppItem, ids: &[PropertyId]) -> Result<()> {
    for &id in ids {
        let Some(property) = item.property(id) else {
            return Err(item.missing(id));
        };
        if !is_valid(&property.info.valid, &property.value) {
            return Err(invalid_value(item, id, &property.value));
        }
    }
    Ok(())
}
