//! The property context: what an application's write has changed so far.

use items::{AppItem, ChangedValue, PropContext, changed_value};
use wia::{Error, Guid, PropertyId, PropertyValue, Result};

/// A context for a write of `changed`. It holds the thirteen properties of
/// [`items::CONTEXT_PROPERTIES`] and `extra`; those in `changed` are marked. Dropping it frees it
/// (`wiasFreePropContext`).
#[doc(alias("wiasCreatePropContext", "wiasFreePropContext"))]
pub fn create_prop_context(changed: &[PropertyId], extra: &[PropertyId]) -> PropContext {
    PropContext::new(changed, extra)
}

/// Whether a property is marked as changed.
///
/// # Errors
///
/// `InvalidArgument` for a property that the context does not hold.
#[doc(alias = "wiasIsPropChanged")]
pub fn is_prop_changed(id: PropertyId, context: &PropContext) -> Result<bool> {
    context.is_prop_changed(id)
}

/// Sets or clears the mark of a property.
///
/// # Errors
///
/// `InvalidArgument` for a property that the context does not hold.
#[doc(alias = "wiasSetPropChanged")]
pub fn set_prop_changed(id: PropertyId, context: &mut PropContext, changed: bool) -> Result<()> {
    context.set_prop_changed(id, changed)
}

/// How an integer property changed in the current write of an application.
///
/// Unless `no_validation` is set the value must be valid. One that is not is refused when the
/// application wrote it, else repaired: to the nearest valid number, or to the recommended value.
///
/// # Errors
///
/// `InvalidArgument` when the item has no such property, it is of another type, or the application
/// wrote a value that is not valid.
#[doc(alias = "wiasGetChangedValueLong")]
pub fn get_changed_value_long(
    item: &AppItem,
    context: &mut PropContext,
    no_validation: bool,
    id: PropertyId,
) -> Result<ChangedValue<i32>> {
    let pick = |v: PropertyValue| v.as_i32();
    changed(item, context, no_validation, id, "an integer", pick)
}

/// How a floating point property changed, as [`get_changed_value_long`] tells it.
///
/// # Errors
///
/// As [`get_changed_value_long`].
#[doc(alias = "wiasGetChangedValueFloat")]
pub fn get_changed_value_float(
    item: &AppItem,
    context: &mut PropContext,
    no_validation: bool,
    id: PropertyId,
) -> Result<ChangedValue<f32>> {
    let pick = |v| match v {
        PropertyValue::R4(v) => Some(v),
        _ => None,
    };
    let what = "a floating point number";
    changed(item, context, no_validation, id, what, pick)
}

/// How a GUID changed, as [`get_changed_value_long`] tells it.
///
/// # Errors
///
/// As [`get_changed_value_long`].
#[doc(alias = "wiasGetChangedValueGuid")]
pub fn get_changed_value_guid(
    item: &AppItem,
    context: &mut PropContext,
    no_validation: bool,
    id: PropertyId,
) -> Result<ChangedValue<Guid>> {
    let pick = |v: PropertyValue| v.as_guid();
    changed(item, context, no_validation, id, "a GUID", pick)
}

/// How a string changed, as [`get_changed_value_long`] tells it.
///
/// # Errors
///
/// As [`get_changed_value_long`].
#[doc(alias = "wiasGetChangedValueStr")]
pub fn get_changed_value_str(
    item: &AppItem,
    context: &mut PropContext,
    no_validation: bool,
    id: PropertyId,
) -> Result<ChangedValue<String>> {
    let pick = |v| match v {
        PropertyValue::Bstr(v) => Some(v),
        _ => None,
    };
    changed(item, context, no_validation, id, "a string", pick)
}

fn changed<T>(
    item: &AppItem,
    context: &mut PropContext,
    no_validation: bool,
    id: PropertyId,
    what: &str,
    pick: impl Fn(PropertyValue) -> Option<T>,
) -> Result<ChangedValue<T>> {
    let wrong_type = || {
        let name = item.property_name(id);
        Error::invalid(format!("{name}: the property is not {what}"))
    };
    // A property of another type is not repaired on the way.
    let value = item.read(id).ok_or_else(|| item.missing(id))?;
    pick(value).ok_or_else(wrong_type)?;
    let value = changed_value(item, context, no_validation, id)?;
    Ok(ChangedValue {
        changed: value.changed,
        old: pick(value.old).ok_or_else(wrong_type)?,
        current: pick(value.current).ok_or_else(wrong_type)?,
    })
}
