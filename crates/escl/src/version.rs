//! `pwg:Version`.

use std::fmt;

/// The version of the protocol: a decimal fraction, so that 2.62 is older than 2.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    hundredths: u32,
}

impl Version {
    /// 2.0, which every scanner understands.
    pub const V2: Version = Version { hundredths: 200 };

    /// The version of `major` and so many hundredths (0 to 99).
    pub const fn new(major: u16, hundredths: u8) -> Version {
        Version {
            hundredths: major as u32 * 100 + (hundredths % 100) as u32,
        }
    }

    /// Reads "2.62"; digits behind the second are left out. `None` for what is no number.
    pub fn parse(text: &str) -> Option<Version> {
        let (major, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let digit = |at: usize| match fraction.as_bytes().get(at) {
            None => Some(0),
            Some(b) => char::from(*b).to_digit(10),
        };
        let hundredths = u8::try_from(digit(0)? * 10 + digit(1)?).ok()?;
        Some(Version::new(major.parse().ok()?, hundredths))
    }
}

impl Default for Version {
    fn default() -> Version {
        Version::V2
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, rest) = (self.hundredths / 100, self.hundredths % 100);
        match rest % 10 {
            0 => write!(f, "{major}.{}", rest / 10),
            _ => write!(f, "{major}.{rest:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_decimal_fraction() {
        let read = |text| Version::parse(text).unwrap();
        assert!(read("2.62") < read("2.7"));
        assert_eq!(read(" 2.0 "), Version::V2);
        assert_eq!(read("2"), Version::V2);
        for text in ["2.0", "2.62", "2.9", "3.05"] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(Version::parse("two"), None);
        assert_eq!(Version::parse("2.x"), None);
    }
}
