//! The property storage of one item.

use std::collections::HashMap;

use wia::category::WIA_CATEGORY_ROOT;
use wia::{Guid, PropertyId, PropertyInfo, PropertyValue, ValueType, property};

/// One property as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its number.
    pub id: PropertyId,
    /// Its value now.
    pub value: PropertyValue,
    /// Its value before the last write of an application to this item.
    pub previous: PropertyValue,
    /// Access and valid values.
    pub info: PropertyInfo,
}

/// The properties of an item, in the order in which they were declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct PropertyStore {
    properties: Vec<Property>,
    index: HashMap<PropertyId, usize>,
    names: HashMap<PropertyId, String>,
}

impl PropertyStore {
    pub(crate) fn declare(&mut self, id: PropertyId, value: PropertyValue, info: PropertyInfo) {
        let property = Property {
            id,
            previous: value.clone(),
            value,
            info,
        };
        match self.get_mut(id) {
            Some(old) => *old = property,
            None => {
                self.index.insert(id, self.properties.len());
                self.properties.push(property);
            }
        }
    }

    pub(crate) fn remove(&mut self, id: PropertyId) -> bool {
        let Some(at) = self.index.remove(&id) else {
            return false;
        };
        self.properties.remove(at);
        for later in self.index.values_mut().filter(|i| **i > at) {
            *later -= 1;
        }
        true
    }

    pub(crate) fn get(&self, id: PropertyId) -> Option<&Property> {
        self.properties.get(*self.index.get(&id)?)
    }

    pub(crate) fn get_mut(&mut self, id: PropertyId) -> Option<&mut Property> {
        self.properties.get_mut(*self.index.get(&id)?)
    }

    pub(crate) fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// Makes the values of now the previous ones: an application's write begins.
    pub(crate) fn remember(&mut self) {
        for p in &mut self.properties {
            if p.previous != p.value {
                p.previous = p.value.clone();
            }
        }
    }

    pub(crate) fn set_name(&mut self, id: PropertyId, name: &str) {
        self.names.insert(id, name.to_owned());
    }

    pub(crate) fn own_name(&self, id: PropertyId) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// The name to show: the driver's own, else WIA's for an item of this category, else the number.
    pub(crate) fn name(&self, id: PropertyId, category: Guid) -> String {
        match self.own_name(id).or(wia_name(id, category)) {
            Some(name) => name.to_owned(),
            None => id.to_string(),
        }
    }
}

/// WIA's name for a property of an item of this category. Some ids mean one thing on the root item
/// and another on the items below it.
pub fn wia_name(id: PropertyId, category: Guid) -> Option<&'static str> {
    let item = |name: &str| name.starts_with("WIA_IP");
    let at_root = category == WIA_CATEGORY_ROOT;
    let mut names = property::definitions(id).map(|d| d.name);
    names.find(|n| at_root != item(n)).or(property::name(id))
}

/// `value` as the declared type: signed and unsigned numbers stand for each other where the number
/// fits, since applications write either. `None` when it cannot be stored as that type.
pub(crate) fn coerce(value: PropertyValue, declared: ValueType) -> Option<PropertyValue> {
    match (declared, value) {
        (ValueType::I4, PropertyValue::UI4(v)) => i32::try_from(v).ok().map(PropertyValue::I4),
        (ValueType::UI4, PropertyValue::I4(v)) => u32::try_from(v).ok().map(PropertyValue::UI4),
        (ValueType::R4, PropertyValue::R4(v)) if v.is_nan() => None,
        (_, value) if value.value_type() == declared => Some(value),
        _ => None,
    }
}
