//! Properties by name and value, as a person writes them.

use service::Item;
use wia::{Error, PropertyId, PropertyValue, Result, ValueType, format};

use super::wishes::Wishes;

/// Writes the properties in their order; what the item does not have is looked for on the root.
pub(super) fn write(
    wishes: &mut Wishes<'_>,
    root: &dyn Item,
    set: &[(String, String)],
) -> Result<()> {
    for (name, text) in set {
        if let Some(id) = wishes.item.property_by_name(name) {
            let value = value(wishes.item, id, text)?;
            wishes.write(&[(id, value)])?;
        } else if let Some(id) = root.property_by_name(name) {
            let value = value(root, id, text)?;
            wishes.write_to_root(id, value)?;
        } else {
            return Err(Error::invalid(format!(
                "{name}: the item {} has no such property",
                wishes.item.full_name()
            )));
        }
    }
    Ok(())
}

/// The text as a value of the property's type.
fn value(item: &dyn Item, id: PropertyId, text: &str) -> Result<PropertyValue> {
    let now = item.read(&[id])?.into_iter().next().flatten();
    let kind = now.map_or(ValueType::I4, |v| v.value_type());
    let parsed = match kind {
        ValueType::I4 => integer(text)
            .and_then(|n| i32::try_from(n).ok())
            .map(PropertyValue::I4),
        ValueType::UI4 => integer(text)
            .and_then(|n| u32::try_from(n).ok())
            .map(PropertyValue::UI4),
        ValueType::R4 => text.parse().ok().map(PropertyValue::R4),
        ValueType::Bstr => Some(PropertyValue::Bstr(text.to_owned())),
        ValueType::Clsid => format::by_name(text)
            .or_else(|| text.parse().ok())
            .map(PropertyValue::Clsid),
        ValueType::UI1Vector => list(text).map(PropertyValue::UI1Vector),
        ValueType::UI2Vector => list(text).map(PropertyValue::UI2Vector),
        ValueType::I4Vector => list(text).map(PropertyValue::I4Vector),
    };
    parsed.ok_or_else(|| {
        Error::invalid(format!(
            "{}: \"{text}\" is not a value of its type ({kind:?})",
            item.property_name(id)
        ))
    })
}

fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

fn list<T: TryFrom<i64>>(text: &str) -> Option<Vec<T>> {
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| integer(part).and_then(|n| T::try_from(n).ok()))
        .collect()
}
