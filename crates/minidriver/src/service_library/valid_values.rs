//! Valid values of single properties. The access stays as it is.

use items::AppItem;
use wia::{Guid, PropertyId, PropertyValue, Result, ValidValues};

use super::properties::check_kind;

/// Checks the current values of properties against their valid values. It never repairs: an
/// application's write that fails here is taken back whole by the service.
#[doc(alias = "wiasValidateItemProperties")]
pub use items::validate_item_properties;

/// Makes any combination of `valid_bits` valid.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no integer.
#[doc(alias = "wiasSetValidFlag")]
pub fn set_valid_flag(item: &AppItem, id: PropertyId, nominal: i32, valid_bits: i32) -> Result<()> {
    let valid = ValidValues::Flag {
        nominal,
        valid_bits,
    };
    set(item, id, valid)
}

/// Makes `min`, `min + step`, … up to `max` valid.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no integer.
#[doc(alias = "wiasSetValidRangeLong")]
pub fn set_valid_range_long(
    item: &AppItem,
    id: PropertyId,
    min: i32,
    nominal: i32,
    max: i32,
    step: i32,
) -> Result<()> {
    let valid = ValidValues::Range {
        min,
        nominal,
        max,
        step,
    };
    set(item, id, valid)
}

/// Makes `min`, `min + step`, … up to `max` valid; with a step of 0 all between them.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no floating point number.
#[doc(alias = "wiasSetValidRangeFloat")]
pub fn set_valid_range_float(
    item: &AppItem,
    id: PropertyId,
    min: f32,
    nominal: f32,
    max: f32,
    step: f32,
) -> Result<()> {
    let valid = ValidValues::RangeFloat {
        min,
        nominal,
        max,
        step,
    };
    set(item, id, valid)
}

/// Makes these integers valid.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no integer.
#[doc(alias = "wiasSetValidListLong")]
pub fn set_valid_list_long(
    item: &AppItem,
    id: PropertyId,
    nominal: i32,
    values: &[i32],
) -> Result<()> {
    set_list(item, id, nominal, values)
}

/// Makes these floating point numbers valid.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no floating point number.
#[doc(alias = "wiasSetValidListFloat")]
pub fn set_valid_list_float(
    item: &AppItem,
    id: PropertyId,
    nominal: f32,
    values: &[f32],
) -> Result<()> {
    set_list(item, id, nominal, values)
}

/// Makes these GUIDs valid.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no GUID.
#[doc(alias = "wiasSetValidListGuid")]
pub fn set_valid_list_guid(
    item: &AppItem,
    id: PropertyId,
    nominal: Guid,
    values: &[Guid],
) -> Result<()> {
    set_list(item, id, nominal, values)
}

/// Makes these strings valid, letter by letter.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, or it is no string.
#[doc(alias = "wiasSetValidListStr")]
pub fn set_valid_list_str(
    item: &AppItem,
    id: PropertyId,
    nominal: &str,
    values: &[&str],
) -> Result<()> {
    set_list(item, id, nominal, values)
}

fn set_list<T: Copy + Into<PropertyValue>>(
    item: &AppItem,
    id: PropertyId,
    nominal: T,
    values: &[T],
) -> Result<()> {
    let valid = ValidValues::List {
        nominal: nominal.into(),
        values: values.iter().map(|v| (*v).into()).collect(),
    };
    set(item, id, valid)
}

fn set(item: &AppItem, id: PropertyId, valid: ValidValues) -> Result<()> {
    check_kind(item, id, &valid)?;
    item.set_valid(id, valid)
}
