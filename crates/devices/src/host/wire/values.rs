//! Values of properties, and what is valid for them.

use serde::{Deserialize, Serialize};
use wia::{Access, Guid, PropertyId, PropertyInfo, PropertyValue, ValidValues};

use crate::host::list::list;

/// A [`PropertyValue`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ValueWire {
    I4(i32),
    UI4(u32),
    R4(f32),
    Bstr(String),
    Clsid(u128),
    UI1Vector(Vec<u8>),
    UI2Vector(Vec<u16>),
    I4Vector(Vec<i32>),
}

impl From<PropertyValue> for ValueWire {
    fn from(value: PropertyValue) -> ValueWire {
        match value {
            PropertyValue::I4(v) => ValueWire::I4(v),
            PropertyValue::UI4(v) => ValueWire::UI4(v),
            PropertyValue::R4(v) => ValueWire::R4(v),
            PropertyValue::Bstr(v) => ValueWire::Bstr(v),
            PropertyValue::Clsid(v) => ValueWire::Clsid(v.0),
            PropertyValue::UI1Vector(v) => ValueWire::UI1Vector(v),
            PropertyValue::UI2Vector(v) => ValueWire::UI2Vector(v),
            PropertyValue::I4Vector(v) => ValueWire::I4Vector(v),
        }
    }
}

impl From<ValueWire> for PropertyValue {
    fn from(value: ValueWire) -> PropertyValue {
        match value {
            ValueWire::I4(v) => PropertyValue::I4(v),
            ValueWire::UI4(v) => PropertyValue::UI4(v),
            ValueWire::R4(v) => PropertyValue::R4(v),
            ValueWire::Bstr(v) => PropertyValue::Bstr(v),
            ValueWire::Clsid(v) => PropertyValue::Clsid(Guid(v)),
            ValueWire::UI1Vector(v) => PropertyValue::UI1Vector(v),
            ValueWire::UI2Vector(v) => PropertyValue::UI2Vector(v),
            ValueWire::I4Vector(v) => PropertyValue::I4Vector(v),
        }
    }
}

/// A [`PropertyInfo`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AttributesWire {
    access: u32,
    valid: ValidWire,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum ValidWire {
    None,
    Range([i32; 4]),
    RangeFloat([f32; 4]),
    List {
        nominal: ValueWire,
        #[serde(deserialize_with = "list")]
        values: Vec<ValueWire>,
    },
    Flag {
        nominal: i32,
        valid_bits: i32,
    },
}

impl From<PropertyInfo> for AttributesWire {
    fn from(info: PropertyInfo) -> AttributesWire {
        let valid = match info.valid {
            ValidValues::None => ValidWire::None,
            ValidValues::Range {
                min,
                nominal,
                max,
                step,
            } => ValidWire::Range([min, nominal, max, step]),
            ValidValues::RangeFloat {
                min,
                nominal,
                max,
                step,
            } => ValidWire::RangeFloat([min, nominal, max, step]),
            ValidValues::List { nominal, values } => ValidWire::List {
                nominal: nominal.into(),
                values: values.into_iter().map(Into::into).collect(),
            },
            ValidValues::Flag {
                nominal,
                valid_bits,
            } => ValidWire::Flag {
                nominal,
                valid_bits,
            },
        };
        AttributesWire {
            access: info.access.bits(),
            valid,
        }
    }
}

impl From<AttributesWire> for PropertyInfo {
    fn from(info: AttributesWire) -> PropertyInfo {
        let valid = match info.valid {
            ValidWire::None => ValidValues::None,
            ValidWire::Range([min, nominal, max, step]) => ValidValues::Range {
                min,
                nominal,
                max,
                step,
            },
            ValidWire::RangeFloat([min, nominal, max, step]) => ValidValues::RangeFloat {
                min,
                nominal,
                max,
                step,
            },
            ValidWire::List { nominal, values } => ValidValues::List {
                nominal: nominal.into(),
                values: values.into_iter().map(Into::into).collect(),
            },
            ValidWire::Flag {
                nominal,
                valid_bits,
            } => ValidValues::Flag {
                nominal,
                valid_bits,
            },
        };
        PropertyInfo {
            access: Access::from_bits_retain(info.access),
            valid,
        }
    }
}

/// A property with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PropertyWire {
    pub(crate) id: u32,
    pub(crate) value: ValueWire,
    pub(crate) attributes: AttributesWire,
}

/// Values with their ids.
pub(crate) fn values_wire(values: &[(PropertyId, PropertyValue)]) -> Vec<(u32, ValueWire)> {
    let values = values.iter().cloned();
    values.map(|(id, v)| (id.0, v.into())).collect()
}
