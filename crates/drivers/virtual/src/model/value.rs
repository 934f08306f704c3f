//! Numbers of a model file, checked while it is read, so that an error has its line.

use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::sheet::ScanRequest;

/// Declares a number that is checked while the file is read, so that the error has its line.
macro_rules! checked {
    ($($(#[$doc:meta])* $name:ident($inner:ty) from $raw:ty: $valid:expr, $unit:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
        #[serde(try_from = "TomlNumber")]
        pub struct $name($inner);

        impl $name {
            /// What a value can be.
            pub const VALID: RangeInclusive<$raw> = $valid;

            /// The number.
            pub const fn get(self) -> $inner {
                self.0
            }

            /// The number, when it is a valid one.
            pub fn new(value: $raw) -> Option<$name> {
                // Inside of the range the cast loses nothing.
                Self::VALID.contains(&value).then_some($name(value as $inner))
            }
        }

        impl TryFrom<TomlNumber> for $name {
            type Error = String;

            fn try_from(number: TomlNumber) -> Result<$name, String> {
                let (from, to) = Self::VALID.into_inner();
                let valid = || format!("valid is {from} to {to} {}", $unit);
                number.as_number().and_then($name::new).ok_or_else(valid)
            }
        }

        impl PartialEq<$inner> for $name {
            fn eq(&self, other: &$inner) -> bool {
                self.0 == *other
            }
        }
    )*};
}

checked! {
    /// A length on a bed.
    Millimetres(f64) from f64: 20.0..=1500.0, "millimetres";
    /// A number of sheets.
    SheetCount(u32) from i64: 0..=1_000_000, "sheets";
    /// A pace.
    PagesPerMinute(u32) from i64: 1..=60_000, "pages a minute";
    /// A pause.
    WarmUp(u32) from i64: 0..=30_000, "milliseconds";
    /// A resolution.
    Dpi(u32) from i64: 50..=ScanRequest::MAX_DPI as i64, "dots an inch";
}

/// Bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TomlNumber")]
pub enum Depth {
    /// 8 bits.
    Eight,
    /// 16 bits.
    Sixteen,
}

impl TryFrom<TomlNumber> for Depth {
    type Error = &'static str;

    fn try_from(number: TomlNumber) -> Result<Depth, &'static str> {
        match number {
            TomlNumber::Integer(8) => Ok(Depth::Eight),
            TomlNumber::Integer(16) => Ok(Depth::Sixteen),
            _ => Err("valid are 8 and 16"),
        }
    }
}

/// Resolutions in rising order, at least one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Vec<Dpi>")]
pub struct Resolutions(Vec<u32>);

impl Resolutions {
    /// The numbers, in dots an inch.
    pub fn get(&self) -> &[u32] {
        &self.0
    }
}

impl TryFrom<Vec<Dpi>> for Resolutions {
    type Error = &'static str;

    fn try_from(list: Vec<Dpi>) -> Result<Resolutions, &'static str> {
        let mut list: Vec<u32> = list.into_iter().map(Dpi::get).collect();
        list.sort_unstable();
        list.dedup();
        if list.is_empty() {
            return Err("at least one resolution is needed");
        }
        Ok(Resolutions(list))
    }
}

/// A number as TOML has it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged, expecting = "a number is needed")]
enum TomlNumber {
    Integer(i64),
    Float(f64),
}

/// What a checked number is made of.
trait FromToml: Sized {
    fn from_toml(number: TomlNumber) -> Option<Self>;
}

impl FromToml for i64 {
    fn from_toml(number: TomlNumber) -> Option<i64> {
        match number {
            TomlNumber::Integer(n) => Some(n),
            TomlNumber::Float(_) => None,
        }
    }
}

impl FromToml for f64 {
    fn from_toml(number: TomlNumber) -> Option<f64> {
        match number {
            TomlNumber::Integer(n) => Some(n as f64),
            TomlNumber::Float(n) => Some(n),
        }
    }
}

impl TomlNumber {
    fn as_number<T: FromToml>(self) -> Option<T> {
        T::from_toml(self)
    }
}
