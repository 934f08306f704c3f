//! Options of a device, in checked form: descriptors, values, constraints.

use std::fmt;

/// What an option's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    /// A number with 16 bits behind the point.
    Fixed,
    Text,
    /// Something to press.
    Button,
    /// A heading.
    Group,
}

/// What an option counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Millimetres,
    Pixels,
    Other,
}

/// Which values are valid. Words are as SANE has them: of a fixed option with 16 bits behind the point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    None,
    Range { min: i32, max: i32, quant: i32 },
    Words(Vec<i32>),
    Texts(Vec<String>),
}

/// A value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A bool, integers or fixed numbers; at least one.
    Words(Vec<i32>),
    Text(String),
}

impl Value {
    pub(crate) fn word(word: i32) -> Value {
        Value::Words(vec![word])
    }

    pub(crate) fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    /// The first word.
    pub(crate) fn as_word(&self) -> Option<i32> {
        match self {
            Value::Words(words) => words.first().copied(),
            Value::Text(_) => None,
        }
    }
}

/// `SANE_CAP_*`.
pub(crate) mod cap {
    pub(crate) const SOFT_SELECT: i32 = 1;
    #[cfg(test)]
    pub(crate) const HARD_SELECT: i32 = 2;
    pub(crate) const SOFT_DETECT: i32 = 4;
    pub(crate) const INACTIVE: i32 = 32;
}

/// An option of a device as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaneOption {
    /// Its number in the device.
    pub(crate) index: i32,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    /// Bytes of a value.
    pub(crate) size: usize,
    pub(crate) caps: i32,
    pub(crate) constraint: Constraint,
    /// Whether its texts are in Latin-1, as SANE has it; most back ends that leave ASCII have UTF-8.
    pub(crate) latin1: bool,
    /// Its value, where it is active and can be read.
    pub(crate) value: Option<Value>,
}

impl SaneOption {
    pub(crate) fn active(&self) -> bool {
        self.caps & cap::INACTIVE == 0
    }

    /// Whether the program can set it now.
    pub(crate) fn settable(&self) -> bool {
        self.active() && self.caps & cap::SOFT_SELECT != 0
    }

    /// Whether the program can read it now.
    pub(crate) fn readable(&self) -> bool {
        let kind = !matches!(self.kind, Kind::Button | Kind::Group);
        kind && self.active() && self.caps & cap::SOFT_DETECT != 0
    }

    /// Whether only a person at the device, or the device itself, changes it.
    pub(crate) fn is_sensor(&self) -> bool {
        self.caps & cap::SOFT_SELECT == 0 && self.caps & cap::SOFT_DETECT != 0
    }

    /// Whether it has one number.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Int | Kind::Fixed) && self.size == 4
    }

    pub(crate) fn texts(&self) -> &[String] {
        match &self.constraint {
            Constraint::Texts(texts) => texts,
            _ => &[],
        }
    }

    /// A text as the back end has it.
    pub(crate) fn encoded(&self, text: &str) -> Vec<u8> {
        let latin1 = || {
            text.chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect()
        };
        let bytes: Option<Vec<u8>> = if self.latin1 { latin1() } else { None };
        bytes.unwrap_or_else(|| text.as_bytes().to_vec())
    }

    /// A word of this option as a number.
    pub(crate) fn number(&self, word: i32) -> f64 {
        match self.kind {
            Kind::Fixed => f64::from(word) / 65536.0,
            _ => f64::from(word),
        }
    }

    /// A number as a word of this option, rounded to the nearest.
    pub(crate) fn word(&self, number: f64) -> i32 {
        match self.kind {
            Kind::Fixed => (number * 65536.0).round() as i32,
            _ => number.round() as i32,
        }
    }

    /// The number of the value now.
    pub(crate) fn now(&self) -> Option<f64> {
        let word = self.value.as_ref()?.as_word()?;
        self.is_number().then(|| self.number(word))
    }

    /// Lowest, highest and distance of the valid numbers, where they are a range that is one.
    pub(crate) fn range(&self) -> Option<(f64, f64, f64)> {
        match self.constraint {
            Constraint::Range { min, max, quant } if min <= max => {
                let quant = self.number(quant).max(0.0);
                Some((self.number(min), self.number(max), quant))
            }
            _ => None,
        }
    }

    /// The valid words in words.
    pub(crate) fn valid(&self) -> String {
        let shown = |word: &i32| self.shown(&Value::word(*word));
        match &self.constraint {
            Constraint::None => "any value".to_owned(),
            Constraint::Range { min, max, quant } => {
                let step = if *quant > 0 {
                    format!(" in steps of {}", shown(quant))
                } else {
                    String::new()
                };
                format!("{} to {}{step}", shown(min), shown(max))
            }
            Constraint::Words(words) => words.iter().map(shown).collect::<Vec<_>>().join(" "),
            Constraint::Texts(texts) => {
                let quoted = texts.iter().map(|text| format!("{text:?}"));
                quoted.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// A value for people.
    pub(crate) fn shown(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => format!("{text:?}"),
            Value::Words(words) => {
                let one = |word: &i32| match self.kind {
                    Kind::Bool => yes_no(*word != 0).to_owned(),
                    _ => self.number(*word).to_string(),
                };
                words.iter().map(one).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// How a switch is written, here and by `scanimage`.
pub(crate) const fn yes_no(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

/// All options of a device, as they are at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table(pub(crate) Vec<SaneOption>);

impl Table {
    /// The option of this name, active or not.
    pub(crate) fn get(&self, name: &str) -> Option<&SaneOption> {
        self.0.iter().find(|option| option.name == name)
    }

    /// The option of this name, if it can be set now.
    pub(crate) fn settable(&self, name: &str) -> Option<&SaneOption> {
        self.get(name).filter(|option| option.settable())
    }
}

/// What `sane_get_parameters` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) frame: FrameKind,
    pub(crate) last_frame: bool,
    pub(crate) bytes_per_line: i32,
    pub(crate) pixels_per_line: i32,
    /// -1 when it is not known.
    pub(crate) lines: i32,
    pub(crate) depth: i32,
}

/// `SANE_Frame`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Gray,
    Rgb,
    /// One of three passes: 0 is red, 1 green, 2 blue.
    Pass(usize),
    /// A number that is none, or of a format that is not read here.
    Unknown(i32),
}

impl FrameKind {
    pub(crate) const fn from_number(number: i32) -> FrameKind {
        match number {
            0 => FrameKind::Gray,
            1 => FrameKind::Rgb,
            2 => FrameKind::Pass(0),
            3 => FrameKind::Pass(1),
            4 => FrameKind::Pass(2),
            other => FrameKind::Unknown(other),
        }
    }
}

impl fmt::Display for FrameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameKind::Gray => f.write_str("gray"),
            FrameKind::Rgb => f.write_str("RGB"),
            FrameKind::Pass(0) => f.write_str("red"),
            FrameKind::Pass(1) => f.write_str("green"),
            FrameKind::Pass(_) => f.write_str("blue"),
            FrameKind::Unknown(number) => write!(f, "frame format {number}"),
        }
    }
}
