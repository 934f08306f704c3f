//! The options that WIA has no property for, as properties under their SANE names.
//!
//! A switch is `yes` or `no`, as `scanimage` writes it; a button is pressed by a 1; a list of numbers with a
//! point is one of words, of which 65536 is one.

use items::AppItem;
use wia::property::WIA_PRIVATE_ITEMPROP;
use wia::{Access, PropertyId, PropertyInfo, PropertyValue, Result, ValidValues};

use crate::option::{Constraint, Kind, SaneOption, Table, Value, yes_no};
use crate::probe::Probed;
use crate::source::Choice;

/// The property of an option.
pub(crate) fn id(option: &SaneOption) -> PropertyId {
    let number = u32::try_from(option.index).unwrap_or(0);
    PropertyId(WIA_PRIVATE_ITEMPROP.0.saturating_add(number))
}

/// The options that become properties of their own.
fn options<'a>(probed: &'a Probed, table: &'a Table) -> impl Iterator<Item = &'a SaneOption> {
    let own =
        |option: &&SaneOption| option.kind != Kind::Group && !probed.mapped.contains(&option.name);
    table.0.iter().filter(own)
}

/// Declares a property for each.
pub(crate) fn declare(item: &AppItem, probed: &Probed) {
    for option in options(probed, &probed.table) {
        let id = id(option);
        item.set_item_prop_names(&[(id, &option.name)]);
        let value = option
            .value
            .as_ref()
            .map(|value| property_value(option, value));
        let value = value.unwrap_or_else(|| no_value(option));
        item.declare(id, value.clone(), info(option, &value));
    }
}

/// Brings values, access and valid values up to date with the device.
///
/// # Errors
///
/// When a property cannot be written.
pub(crate) fn refresh(item: &AppItem, probed: &Probed, table: &Table) -> Result<()> {
    for option in options(probed, table) {
        let id = id(option);
        let Some(before) = item.read(id) else {
            continue;
        };
        let value = match &option.value {
            Some(value) => property_value(option, value),
            None if option.kind == Kind::Button => PropertyValue::I4(0),
            // What cannot be read now keeps what was wanted, for when it can be set again.
            None => before,
        };
        // The size of a list or the kind of an option may have changed with others.
        if item.write(id, value.clone()).is_ok() {
            item.set_attributes(id, info(option, &value))?;
        }
    }
    Ok(())
}

/// The properties whose values only the device changes.
pub(crate) fn sensors(probed: &Probed) -> impl Iterator<Item = PropertyId> {
    let sensors = options(probed, &probed.table).filter(|option| option.is_sensor());
    sensors.map(id)
}

/// Brings those up to date.
pub(crate) fn refresh_sensors(item: &AppItem, probed: &Probed, table: &Table) {
    for option in options(probed, table).filter(|option| option.is_sensor()) {
        if let Some(value) = &option.value {
            // Of a list that has another length now the old one stays.
            let _ = item.write_if_present(id(option), property_value(option, value));
        }
    }
}

/// What has to be set so that the device is as the item says. Buttons are pressed that were written.
pub(crate) fn wanted(
    item: &AppItem,
    probed: &Probed,
    table: &Table,
    pressed: &[PropertyId],
) -> Choice {
    let mut choice = Choice::new();
    for option in options(probed, table) {
        let id = id(option);
        // What could not be written is not wanted: its value is that of an option at rest.
        let Some(property) = item.property(id).filter(|p| p.info.access == Access::RW) else {
            continue;
        };
        let wanted = property.value;
        if option.kind == Kind::Button {
            if pressed.contains(&id) && wanted.as_i32() == Some(1) {
                choice.push((option.name.clone(), Value::Words(Vec::new())));
            }
            continue;
        }
        let now = option.value.as_ref();
        // The very value that it has, which a property may show rounded.
        let same = now.filter(|value| property_value(option, value) == wanted);
        let value = same.cloned().or_else(|| value_of(option, &wanted));
        choice.extend(value.map(|value| (option.name.clone(), value)));
    }
    choice
}

fn property_value(option: &SaneOption, value: &Value) -> PropertyValue {
    match (option.kind, value) {
        (_, Value::Text(text)) => PropertyValue::Bstr(text.clone()),
        (Kind::Bool, Value::Words(words)) => {
            let on = words.first().is_some_and(|word| *word != 0);
            PropertyValue::Bstr(yes_no(on).to_owned())
        }
        (Kind::Fixed, Value::Words(words)) if option.size == 4 => {
            PropertyValue::R4(option.number(words.first().copied().unwrap_or(0)) as f32)
        }
        (_, Value::Words(words)) if option.size == 4 => {
            PropertyValue::I4(words.first().copied().unwrap_or(0))
        }
        (_, Value::Words(words)) => PropertyValue::I4Vector(words.clone()),
    }
}

/// Of an option that cannot be read.
fn no_value(option: &SaneOption) -> PropertyValue {
    match option.kind {
        Kind::Text => PropertyValue::Bstr(String::new()),
        Kind::Button => PropertyValue::I4(0),
        _ => property_value(option, &Value::Words(vec![0; option.size / 4])),
    }
}

fn value_of(option: &SaneOption, value: &PropertyValue) -> Option<Value> {
    Some(match (option.kind, value) {
        (Kind::Bool, PropertyValue::Bstr(text)) => Value::word(i32::from(text == "yes")),
        (Kind::Text, PropertyValue::Bstr(text)) => Value::Text(text.clone()),
        (Kind::Fixed, PropertyValue::R4(number)) => Value::word(option.word(f64::from(*number))),
        (Kind::Int, PropertyValue::I4(number)) => Value::word(*number),
        (_, PropertyValue::I4Vector(words)) => Value::Words(words.clone()),
        _ => return None,
    })
}

/// Access and valid values; any value where the device's own is not valid.
fn info(option: &SaneOption, value: &PropertyValue) -> PropertyInfo {
    let writable = option.settable() && option.value.is_some() || option.kind == Kind::Button;
    let access = match writable && option.active() {
        true => Access::RW,
        false => Access::READ,
    };
    let valid = match access == Access::RW {
        true => valid(option, value),
        false => ValidValues::None,
    };
    let fits = items::suits(&valid, value.value_type()) && items::is_valid(&valid, value);
    PropertyInfo {
        access,
        valid: if fits { valid } else { ValidValues::None },
    }
}

fn valid(option: &SaneOption, value: &PropertyValue) -> ValidValues {
    let list = |values: Vec<PropertyValue>| ValidValues::List {
        nominal: value.clone(),
        values,
    };
    let number = |word: i32| property_value(option, &Value::word(word));
    match (option.kind, &option.constraint) {
        (Kind::Bool, _) => list(vec!["no".into(), "yes".into()]),
        (Kind::Button, _) => list(vec![0.into(), 1.into()]),
        (_, _) if option.size != 4 && option.kind != Kind::Text => ValidValues::None,
        (Kind::Int, Constraint::Range { min, max, quant }) => ValidValues::Range {
            min: *min,
            nominal: value.as_i32().unwrap_or(*min),
            max: *max,
            step: (*quant).max(1),
        },
        (Kind::Fixed, Constraint::Range { min, max, quant }) => {
            let float = |word: i32| option.number(word) as f32;
            ValidValues::RangeFloat {
                min: float(*min),
                nominal: match value {
                    PropertyValue::R4(value) => *value,
                    _ => float(*min),
                },
                max: float(*max),
                step: float(*quant),
            }
        }
        (_, Constraint::Words(words)) => list(words.iter().map(|w| number(*w)).collect()),
        (Kind::Text, Constraint::Texts(texts)) => {
            list(texts.iter().map(|text| text.as_str().into()).collect())
        }
        _ => ValidValues::None,
    }
}
