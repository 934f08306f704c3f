//! Properties: values, names, attributes.
//!
//! A driver in Rust has the same with fewer words as methods of [`AppItem`].

use items::{AppItem, suits};
use wia::{Error, Guid, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues};

/// The value of a property now, and before the last write of an application.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<T = PropertyValue> {
    /// The value now.
    pub current: T,
    /// The value before.
    pub old: T,
}

/// Reads several properties. `None` stands for one that the item does not have (`VT_EMPTY` in the C
/// form).
#[doc(alias = "wiasReadMultiple")]
pub fn read_multiple(item: &AppItem, ids: &[PropertyId]) -> Vec<Option<Reading>> {
    ids.iter().map(|id| read(item, *id)).collect()
}

fn read(item: &AppItem, id: PropertyId) -> Option<Reading> {
    // Without the valid values, which can be a long list.
    Some(Reading {
        current: item.read(id)?,
        old: item.previous(id)?,
    })
}

/// Reads an integer property.
///
/// `None` stands for a property that the item does not have, where the C form returns `S_FALSE`; with
/// `must_exist` that is an error.
///
/// # Errors
///
/// `InvalidArgument` for a property that must exist and does not, and for one of another type.
#[doc(alias = "wiasReadPropLong")]
pub fn read_prop_long(
    item: &AppItem,
    id: PropertyId,
    must_exist: bool,
) -> Result<Option<Reading<i32>>> {
    read_prop(item, id, must_exist, "an integer", |v| v.as_i32())
}

/// Reads a floating point property, as [`read_prop_long`] does.
///
/// # Errors
///
/// As [`read_prop_long`].
#[doc(alias = "wiasReadPropFloat")]
pub fn read_prop_float(
    item: &AppItem,
    id: PropertyId,
    must_exist: bool,
) -> Result<Option<Reading<f32>>> {
    read_prop(
        item,
        id,
        must_exist,
        "a floating point number",
        |v| match v {
            PropertyValue::R4(v) => Some(v),
            _ => None,
        },
    )
}

/// Reads a GUID, as [`read_prop_long`] does.
///
/// # Errors
///
/// As [`read_prop_long`].
#[doc(alias = "wiasReadPropGuid")]
pub fn read_prop_guid(
    item: &AppItem,
    id: PropertyId,
    must_exist: bool,
) -> Result<Option<Reading<Guid>>> {
    read_prop(item, id, must_exist, "a GUID", |v| v.as_guid())
}

/// Reads a string, as [`read_prop_long`] does.
///
/// # Errors
///
/// As [`read_prop_long`].
#[doc(alias = "wiasReadPropStr")]
pub fn read_prop_str(
    item: &AppItem,
    id: PropertyId,
    must_exist: bool,
) -> Result<Option<Reading<String>>> {
    read_prop(item, id, must_exist, "a string", |v| match v {
        PropertyValue::Bstr(v) => Some(v),
        _ => None,
    })
}

/// Reads a row of bytes (`VT_VECTOR | VT_UI1`), as [`read_prop_long`] does.
///
/// # Errors
///
/// As [`read_prop_long`].
#[doc(alias = "wiasReadPropBin")]
pub fn read_prop_bin(
    item: &AppItem,
    id: PropertyId,
    must_exist: bool,
) -> Result<Option<Reading<Vec<u8>>>> {
    read_prop(item, id, must_exist, "a row of bytes", |v| match v {
        PropertyValue::UI1Vector(v) => Some(v),
        _ => None,
    })
}

fn read_prop<T>(
    item: &AppItem,
    id: PropertyId,
    must_exist: bool,
    what: &str,
    pick: impl Fn(PropertyValue) -> Option<T>,
) -> Result<Option<Reading<T>>> {
    let Some(reading) = read(item, id) else {
        return if must_exist {
            Err(item.missing(id))
        } else {
            Ok(None)
        };
    };
    match (pick(reading.current), pick(reading.old)) {
        (Some(current), Some(old)) => Ok(Some(Reading { current, old })),
        _ => Err(Error::invalid(format!(
            "{}: the property is not {what}",
            item.property_name(id)
        ))),
    }
}

/// Writes several properties as the driver, all or none: read-only ones too, and without validation.
/// A property that only has a name so far ([`set_item_prop_names`]) begins to exist, read-only for
/// applications.
///
/// # Errors
///
/// `InvalidArgument` for a property that the item neither has nor names, and for one of another type.
#[doc(alias = "wiasWriteMultiple")]
pub fn write_multiple(item: &AppItem, values: &[(PropertyId, PropertyValue)]) -> Result<()> {
    item.write_all(values)
}

/// Writes one integer property, as [`write_multiple`] does.
///
/// # Errors
///
/// As [`write_multiple`].
#[doc(alias = "wiasWritePropLong")]
pub fn write_prop_long(item: &AppItem, id: PropertyId, value: i32) -> Result<()> {
    item.write_all(&[(id, value.into())])
}

/// Writes one floating point property, as [`write_multiple`] does.
///
/// # Errors
///
/// As [`write_multiple`]; also for a value that is not a number.
#[doc(alias = "wiasWritePropFloat")]
pub fn write_prop_float(item: &AppItem, id: PropertyId, value: f32) -> Result<()> {
    item.write_all(&[(id, value.into())])
}

/// Writes one GUID, as [`write_multiple`] does.
///
/// # Errors
///
/// As [`write_multiple`].
#[doc(alias = "wiasWritePropGuid")]
pub fn write_prop_guid(item: &AppItem, id: PropertyId, value: Guid) -> Result<()> {
    item.write_all(&[(id, value.into())])
}

/// Writes one string, as [`write_multiple`] does. `None` (the C form's NULL) writes an empty one.
///
/// # Errors
///
/// As [`write_multiple`].
#[doc(alias = "wiasWritePropStr")]
pub fn write_prop_str(item: &AppItem, id: PropertyId, value: Option<&str>) -> Result<()> {
    item.write_all(&[(id, value.unwrap_or_default().into())])
}

/// Writes one row of bytes, as [`write_multiple`] does.
///
/// # Errors
///
/// As [`write_multiple`].
#[doc(alias = "wiasWritePropBin")]
pub fn write_prop_bin(item: &AppItem, id: PropertyId, value: &[u8]) -> Result<()> {
    item.write_all(&[(id, PropertyValue::UI1Vector(value.to_vec()))])
}

/// Names the properties that the item is going to have: the first step of `drvInitItemProperties`.
/// They exist from their first value on ([`write_multiple`]), and are read-only for applications until
/// their attributes are set.
#[doc(alias = "wiasSetItemPropNames")]
pub fn set_item_prop_names(item: &AppItem, names: &[(PropertyId, &str)]) {
    item.set_item_prop_names(names);
}

/// Sets access and valid values of simple properties: flags for integers, ranges for numbers, lists
/// for numbers, strings and GUIDs.
///
/// Gives the properties that the item does not have; the others are set. Where there are any the C
/// form returns `S_FALSE`.
///
/// # Errors
///
/// `InvalidArgument` for valid values that do not suit the property's type; then nothing is set.
#[doc(alias = "wiasSetItemPropAttribs")]
pub fn set_item_prop_attribs(
    item: &AppItem,
    attributes: &[(PropertyId, PropertyInfo)],
) -> Result<Vec<PropertyId>> {
    for (id, info) in attributes {
        check_kind(item, *id, &info.valid)?;
    }
    let mut missing = Vec::new();
    for (id, info) in attributes {
        if item.has(*id) {
            item.set_attributes(*id, info.clone())?;
        } else {
            missing.push(*id);
        }
    }
    Ok(missing)
}

/// Refuses valid values that do not suit the type of the property, if the item has it.
pub(super) fn check_kind(item: &AppItem, id: PropertyId, valid: &ValidValues) -> Result<()> {
    match item.read(id) {
        Some(value) if !suits(valid, value.value_type()) => Err(Error::invalid(format!(
            "{}: such valid values do not suit a property of type {:?}",
            item.property_name(id),
            value.value_type()
        ))),
        _ => Ok(()),
    }
}

/// Sets access and valid values of properties of any type, vectors too, all or none.
///
/// # Errors
///
/// `InvalidArgument` for a property that the item does not have.
#[doc(alias = "wiasSetPropertyAttributes")]
pub fn set_property_attributes(
    item: &AppItem,
    attributes: &[(PropertyId, PropertyInfo)],
) -> Result<()> {
    if let Some((id, _)) = attributes.iter().find(|(id, _)| !item.has(*id)) {
        return Err(item.missing(*id));
    }
    for (id, info) in attributes {
        item.set_attributes(*id, info.clone())?;
    }
    Ok(())
}

/// Access and valid values of several properties; `None` for one that the item does not have.
#[doc(alias = "wiasGetPropertyAttributes")]
pub fn get_property_attributes(item: &AppItem, ids: &[PropertyId]) -> Vec<Option<PropertyInfo>> {
    ids.iter().map(|id| item.attributes(*id)).collect()
}
