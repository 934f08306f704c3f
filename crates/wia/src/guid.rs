//! Globally unique identifiers, as WIA uses them for formats, categories, events and commands.

use std::fmt;
use std::str::FromStr;

/// A GUID in its canonical reading: `GUID(0xAAAAAAAA_BBBB_CCCC_DDDD_EEEEEEEEEEEE)`.
///
/// The memory layout of the COM structure (first three groups little-endian) is given by
/// [`Guid::to_le_bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Guid(pub u128);

impl Guid {
    /// All zero: no identifier.
    pub const NULL: Guid = Guid(0);

    /// The 16 bytes of the COM structure: `Data1`, `Data2`, `Data3` little-endian, `Data4` as it is.
    pub const fn to_le_bytes(self) -> [u8; 16] {
        let b = self.0.to_be_bytes();
        [
            b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13],
            b[14], b[15],
        ]
    }

    /// The inverse of [`Guid::to_le_bytes`].
    pub const fn from_le_bytes(b: [u8; 16]) -> Guid {
        Guid(u128::from_be_bytes([
            b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13],
            b[14], b[15],
        ]))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        write!(
            f,
            "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
            v >> 96,
            (v >> 80) & 0xFFFF,
            (v >> 64) & 0xFFFF,
            (v >> 48) & 0xFFFF,
            v & 0xFFFF_FFFF_FFFF
        )
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

/// The text is not a GUID of the form `8-4-4-4-12` hexadecimal digits, with or without braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseGuidError;

impl fmt::Display for ParseGuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a GUID (expected XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX)")
    }
}

impl std::error::Error for ParseGuidError {}

impl FromStr for Guid {
    type Err = ParseGuidError;

    fn from_str(s: &str) -> Result<Guid, ParseGuidError> {
        let s = s
            .strip_prefix('{')
            .and_then(|s| s.strip_suffix('}'))
            .unwrap_or(s);
        let groups: Vec<&str> = s.split('-').collect();
        if groups.iter().map(|g| g.len()).ne([8, 4, 4, 4, 12]) {
            return Err(ParseGuidError);
        }
        let digits = groups.concat();
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(ParseGuidError);
        }
        u128::from_str_radix(&digits, 16)
            .map(Guid)
            .map_err(|_| ParseGuidError)
    }
}
