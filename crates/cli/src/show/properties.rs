//! The properties of an item.

use serde_json::{Value, json};
use service::Item;
use wia::{
    Access, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues, ValueType, category,
    property,
};

use super::{meaning, tree};

/// One property of an item, asked for.
struct Row {
    id: PropertyId,
    name: String,
    value: Option<PropertyValue>,
    info: Option<PropertyInfo>,
    unit: &'static str,
}

fn rows(item: &dyn Item) -> Result<Vec<Row>> {
    let ids = item.properties();
    let values = item.read(&ids)?;
    Ok(ids
        .into_iter()
        .zip(values)
        .map(|(id, value)| Row {
            id,
            name: item.property_name(id),
            value,
            info: item.attributes(id),
            unit: unit(item, id),
        })
        .collect())
}

/// What the number counts. Ids of root items collide with those of others, so that the item's kind
/// decides between two definitions.
fn unit(item: &dyn Item, id: PropertyId) -> &'static str {
    let of_root = item.category() == category::WIA_CATEGORY_ROOT;
    let device = |name: &str| name.starts_with("WIA_D");
    property::definitions(id)
        .find(|p| device(p.name) == of_root)
        .or(property::definitions(id).next())
        .map_or("", |p| p.unit.symbol())
}

/// For people: a heading, then one line a property.
pub(crate) fn text(item: &dyn Item) -> Result<String> {
    let mut table = vec![["name", "type", "access", "value", "valid"].map(str::to_owned)];
    for row in rows(item)? {
        let unit = match row.unit {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        let value = row
            .value
            .as_ref()
            .map(|v| show(row.id, v))
            .unwrap_or_default();
        table.push([
            row.name,
            row.value.as_ref().map_or("", type_name).to_owned(),
            row.info.as_ref().map_or("", access).to_owned(),
            format!("{value}{unit}"),
            row.info
                .as_ref()
                .map(|i| valid(row.id, &i.valid))
                .unwrap_or_default(),
        ]);
    }
    let mut widths = [0; 5];
    for line in &table {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = format!(
        "{} ({})\n",
        item.full_name(),
        tree::category(item.category())
    );
    for line in &table {
        let cells = line.iter().zip(widths);
        let line = cells.fold(String::new(), |line, (cell, width)| {
            line + &format!("{cell:width$}  ")
        });
        text += line.trim_end();
        text.push('\n');
    }
    Ok(text)
}

/// For programs.
pub(crate) fn json(item: &dyn Item) -> Result<Value> {
    let properties: Vec<_> = rows(item)?
        .iter()
        .map(|row| {
            json!({
                "id": row.id.0,
                "name": row.name,
                "type": row.value.as_ref().map(type_name),
                "access": row.info.as_ref().map(access),
                "value": row.value.as_ref().map(value_json),
                "valid": row.info.as_ref().map(|i| valid_json(&i.valid)),
                "unit": row.unit,
            })
        })
        .collect();
    Ok(json!({
        "name": item.name(),
        "full_name": item.full_name(),
        "category": tree::category(item.category()),
        "properties": properties,
    }))
}

fn type_name(value: &PropertyValue) -> &'static str {
    match value.value_type() {
        ValueType::I4 => "I4",
        ValueType::UI4 => "UI4",
        ValueType::R4 => "R4",
        ValueType::Bstr => "BSTR",
        ValueType::Clsid => "CLSID",
        ValueType::UI1Vector => "UI1[]",
        ValueType::UI2Vector => "UI2[]",
        ValueType::I4Vector => "I4[]",
    }
}

fn access(info: &PropertyInfo) -> &'static str {
    match (
        info.access.contains(Access::READ),
        info.access.contains(Access::WRITE),
    ) {
        (true, true) => "RW",
        (true, false) => "R",
        (false, true) => "W",
        (false, false) => "-",
    }
}

/// A value with the word for it. A long vector (a colour profile) is told by its length.
fn show(id: PropertyId, value: &PropertyValue) -> String {
    const MOST: usize = 16;
    let length = match value {
        PropertyValue::UI1Vector(v) => v.len(),
        PropertyValue::UI2Vector(v) => v.len(),
        PropertyValue::I4Vector(v) => v.len(),
        _ => 0,
    };
    if length > MOST {
        return format!("{length} values");
    }
    let word = value
        .as_i32()
        .and_then(|number| match meaning::choice(id, number) {
            Some(word) => Some(word.to_owned()),
            None => meaning::bits(id, number).map(|words| words.join(" ")),
        });
    match word {
        Some(word) if !word.is_empty() => format!("{value} ({word})"),
        _ => value.to_string(),
    }
}

fn valid(id: PropertyId, valid: &ValidValues) -> String {
    match valid {
        ValidValues::None => String::new(),
        ValidValues::Range { min, max, step, .. } => match step {
            1 => format!("{min} to {max}"),
            step => format!("{min} to {max} in steps of {step}"),
        },
        ValidValues::RangeFloat { min, max, .. } => format!("{min} to {max}"),
        ValidValues::List { values, .. } => values
            .iter()
            .map(|value| show(id, value))
            .collect::<Vec<_>>()
            .join(", "),
        ValidValues::Flag { valid_bits, .. } => match meaning::bits(id, *valid_bits) {
            Some(words) => format!("any of {}", words.join(" ")),
            None => format!("bits of {valid_bits:#x}"),
        },
    }
}

fn value_json(value: &PropertyValue) -> Value {
    match value {
        PropertyValue::I4(v) => json!(v),
        PropertyValue::UI4(v) => json!(v),
        PropertyValue::R4(v) => json!(v),
        PropertyValue::UI1Vector(v) => json!(v),
        PropertyValue::UI2Vector(v) => json!(v),
        PropertyValue::I4Vector(v) => json!(v),
        PropertyValue::Bstr(_) | PropertyValue::Clsid(_) => json!(value.to_string()),
    }
}

fn valid_json(valid: &ValidValues) -> Value {
    match valid {
        ValidValues::None => json!({ "kind": "none" }),
        ValidValues::Range {
            min,
            nominal,
            max,
            step,
        } => json!({ "kind": "range", "min": min, "nominal": nominal, "max": max, "step": step }),
        ValidValues::RangeFloat {
            min,
            nominal,
            max,
            step,
        } => json!({ "kind": "range", "min": min, "nominal": nominal, "max": max, "step": step }),
        ValidValues::List { nominal, values } => json!({
            "kind": "list",
            "nominal": value_json(nominal),
            "values": values.iter().map(value_json).collect::<Vec<_>>(),
        }),
        ValidValues::Flag {
            nominal,
            valid_bits,
        } => json!({ "kind": "flag", "nominal": nominal, "valid_bits": valid_bits }),
    }
}
