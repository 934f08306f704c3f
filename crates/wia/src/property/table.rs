//! The shape of the property tables, and the macro that declares one.

use crate::value::{PropertyId, ValueType};

bitflags::bitflags! {
    /// Which kinds of valid values a property is documented with. More than one bit means that the
    /// driver chooses.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct ValidKinds: u32 {
        /// Nothing is said about the values.
        #[doc(alias = "WIA_PROP_NONE")]
        const NONE = 0x08;
        /// A range with a step.
        #[doc(alias = "WIA_PROP_RANGE")]
        const RANGE = 0x10;
        /// A list.
        #[doc(alias = "WIA_PROP_LIST")]
        const LIST = 0x20;
        /// A set of bits.
        #[doc(alias = "WIA_PROP_FLAG")]
        const FLAG = 0x40;
    }
}

/// What applications may do with a property, as documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclaredAccess {
    /// Read.
    ReadOnly,
    /// Read and write.
    ReadWrite,
    /// The driver chooses.
    Either,
}

/// What a property's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Nothing: a choice, a name, a plain number.
    None,
    /// Pixels at the current resolution.
    Pixels,
    /// Lines of pixels.
    Lines,
    /// Dots per inch.
    Dpi,
    /// Thousandths of an inch.
    ThousandthInch,
    /// Bytes.
    Bytes,
    /// Bits of a whole pixel.
    BitsPerPixel,
    /// Bits of one channel.
    BitsPerChannel,
    /// Hundredths of the whole.
    Percent,
    /// Sides of sheets.
    Sides,
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

impl Unit {
    /// A short form for people, empty for [`Unit::None`].
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::None => "",
            Unit::Pixels => "px",
            Unit::Lines => "lines",
            Unit::Dpi => "dpi",
            Unit::ThousandthInch => "1/1000 inch",
            Unit::Bytes => "bytes",
            Unit::BitsPerPixel => "bits/pixel",
            Unit::BitsPerChannel => "bits/channel",
            Unit::Percent => "%",
            Unit::Sides => "sides",
            Unit::Seconds => "s",
            Unit::Milliseconds => "ms",
        }
    }
}

/// What is published about a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PropertyDefinition {
    /// The number.
    pub id: PropertyId,
    /// The name in the headers, such as `"WIA_IPA_FORMAT"`.
    pub name: &'static str,
    /// The name that a property storage reports for the id (`WIA_IPA_FORMAT_STR`), such as `"Format"`.
    pub label: &'static str,
    /// The type of the value.
    pub value_type: ValueType,
    /// The kinds of valid values.
    pub valid: ValidKinds,
    /// What applications may do with it.
    pub access: DeclaredAccess,
    /// What the value counts.
    pub unit: Unit,
}

/// Declares a constant for each property of a file and the file's table:
/// `NAME = id, "label", type, kinds of valid values, access, unit;`.
macro_rules! properties {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $label:literal, $value_type:ident, $($valid:ident)|+, $access:ident, $unit:ident;)*) => {
        $($(#[$doc])* pub const $name: $crate::PropertyId = $crate::PropertyId($id);)*

        pub(super) const TABLE: &[super::PropertyDefinition] = &[$(super::PropertyDefinition {
            id: $name,
            name: stringify!($name),
            label: $label,
            value_type: $crate::ValueType::$value_type,
            valid: super::ValidKinds::empty()$(.union(super::ValidKinds::$valid))+,
            access: super::DeclaredAccess::$access,
            unit: super::Unit::$unit,
        },)*];
    };
}

pub(super) use properties;
