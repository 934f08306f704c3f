//! Property values, their types, access and valid values.

use std::fmt;

use crate::guid::Guid;

/// The number of a property inside an item (`PROPID`).
///
/// Ids collide inside the 32-bit space (3104 is a root property and a film property), so an id
/// identifies a property only together with the category of its item.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropertyId(pub u32);

impl fmt::Debug for PropertyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match crate::property::name(*self) {
            Some(name) => write!(f, "{name}"),
            None => write!(f, "property {}", self.0),
        }
    }
}

impl fmt::Display for PropertyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The type of a property's value (`VARTYPE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `VT_I4`: 32-bit signed.
    I4,
    /// `VT_UI4`: 32-bit unsigned.
    UI4,
    /// `VT_R4`: 32-bit floating point.
    R4,
    /// `VT_BSTR`: a string.
    Bstr,
    /// `VT_CLSID`: a GUID.
    Clsid,
    /// `VT_VECTOR | VT_UI1`: bytes.
    UI1Vector,
    /// `VT_VECTOR | VT_UI2`: 16-bit words.
    UI2Vector,
    /// `VT_VECTOR | VT_I4`: 32-bit signed numbers.
    I4Vector,
}

impl ValueType {
    /// The `VARTYPE` number.
    pub const fn vartype(self) -> u16 {
        match self {
            ValueType::I4 => 3,
            ValueType::UI4 => 19,
            ValueType::R4 => 4,
            ValueType::Bstr => 8,
            ValueType::Clsid => 72,
            ValueType::UI1Vector => 0x1000 | 17,
            ValueType::UI2Vector => 0x1000 | 18,
            ValueType::I4Vector => 0x1000 | 3,
        }
    }
}

/// The value of a property (`PROPVARIANT`, the types that WIA uses).
#[derive(Clone, Debug, PartialEq)]
pub enum PropertyValue {
    /// `VT_I4`.
    I4(i32),
    /// `VT_UI4`.
    UI4(u32),
    /// `VT_R4`.
    R4(f32),
    /// `VT_BSTR`.
    Bstr(String),
    /// `VT_CLSID`.
    Clsid(Guid),
    /// `VT_VECTOR | VT_UI1`.
    UI1Vector(Vec<u8>),
    /// `VT_VECTOR | VT_UI2`.
    UI2Vector(Vec<u16>),
    /// `VT_VECTOR | VT_I4`.
    I4Vector(Vec<i32>),
}

impl PropertyValue {
    /// The value's type.
    pub const fn value_type(&self) -> ValueType {
        match self {
            PropertyValue::I4(_) => ValueType::I4,
            PropertyValue::UI4(_) => ValueType::UI4,
            PropertyValue::R4(_) => ValueType::R4,
            PropertyValue::Bstr(_) => ValueType::Bstr,
            PropertyValue::Clsid(_) => ValueType::Clsid,
            PropertyValue::UI1Vector(_) => ValueType::UI1Vector,
            PropertyValue::UI2Vector(_) => ValueType::UI2Vector,
            PropertyValue::I4Vector(_) => ValueType::I4Vector,
        }
    }

    /// The number of an integer value, signed or unsigned (applications may write either).
    pub fn as_i32(&self) -> Option<i32> {
        match self {
            PropertyValue::I4(v) => Some(*v),
            PropertyValue::UI4(v) => i32::try_from(*v).ok(),
            _ => None,
        }
    }

    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            PropertyValue::Bstr(s) => Some(s),
            _ => None,
        }
    }

    /// The GUID of a `VT_CLSID` value.
    pub const fn as_guid(&self) -> Option<Guid> {
        match self {
            PropertyValue::Clsid(g) => Some(*g),
            _ => None,
        }
    }
}

impl fmt::Display for PropertyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, v: &[T]) -> fmt::Result {
            for (i, x) in v.iter().enumerate() {
                write!(f, "{}{x}", if i == 0 { "" } else { " " })?;
            }
            Ok(())
        }
        match self {
            PropertyValue::I4(v) => write!(f, "{v}"),
            PropertyValue::UI4(v) => write!(f, "{v}"),
            PropertyValue::R4(v) => write!(f, "{v}"),
            PropertyValue::Bstr(v) => f.write_str(v),
            PropertyValue::Clsid(v) => {
                match crate::format::name(*v).or(crate::category::name(*v)) {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{v}"),
                }
            }
            PropertyValue::UI1Vector(v) => list(f, v),
            PropertyValue::UI2Vector(v) => list(f, v),
            PropertyValue::I4Vector(v) => list(f, v),
        }
    }
}

impl From<i32> for PropertyValue {
    fn from(v: i32) -> PropertyValue {
        PropertyValue::I4(v)
    }
}

impl From<f32> for PropertyValue {
    fn from(v: f32) -> PropertyValue {
        PropertyValue::R4(v)
    }
}

impl From<Guid> for PropertyValue {
    fn from(v: Guid) -> PropertyValue {
        PropertyValue::Clsid(v)
    }
}

impl From<&str> for PropertyValue {
    fn from(v: &str) -> PropertyValue {
        PropertyValue::Bstr(v.to_owned())
    }
}

/// Which values a property can take (`WIA_PROP_NONE`, `RANGE`, `LIST`, `FLAG`).
#[derive(Clone, Debug, PartialEq, Default)]
pub enum ValidValues {
    /// Nothing is said.
    #[default]
    None,
    /// `min <= value <= max` and `(value - min) % step == 0`, for integers.
    Range {
        /// Smallest value.
        min: i32,
        /// The value that a device recommends.
        nominal: i32,
        /// Largest value.
        max: i32,
        /// Distance of two neighbouring values, at least 1.
        step: i32,
    },
    /// `min <= value <= max` for floating point.
    RangeFloat {
        /// Smallest value.
        min: f32,
        /// The value that a device recommends.
        nominal: f32,
        /// Largest value.
        max: f32,
        /// Distance of two neighbouring values; 0 for any.
        step: f32,
    },
    /// One of these.
    List {
        /// The value that a device recommends.
        nominal: PropertyValue,
        /// All valid values.
        values: Vec<PropertyValue>,
    },
    /// A combination of these bits.
    Flag {
        /// The value that a device recommends.
        nominal: i32,
        /// Every bit that may be set.
        valid_bits: i32,
    },
}

bitflags::bitflags! {
    /// What may be done with a property (`WIA_PROP_*`, the access half; the kind of valid values is
    /// [`ValidValues`]).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Access: u32 {
        /// Can be read.
        const READ = 0x1;
        /// Can be written by applications.
        const WRITE = 0x2;
        /// The device must be asked.
        const SYNC_REQUIRED = 0x4;
        /// The value can be cached.
        const CACHEABLE = 0x1_0000;
    }
}

impl Access {
    /// Read and write (`WIA_PROP_RW`).
    pub const RW: Access = Access::READ.union(Access::WRITE);
}

/// Access and valid values of a property (`WIA_PROPERTY_INFO`).
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyInfo {
    /// What may be done with it.
    pub access: Access,
    /// Which values it takes.
    pub valid: ValidValues,
}
