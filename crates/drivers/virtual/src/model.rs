//! The model file: a scanner described in TOML.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::Deserialize;
use wia::{Error, Result};

use crate::faults::FaultKind;

/// A model file (`virtual:FILE.toml`).
///
/// Every table and every key may be left out; unknown ones are errors. A file with only one of
/// `[flatbed]` and `[feeder]` describes a scanner that has only that source, one with neither has both
/// as the built-in scanner has them.
///
/// | table | key | value | default |
/// |---|---|---|---|
/// | | `name` | text | `Virtual Scanner` |
/// | | `vendor` | text | `Quire` |
/// | `flatbed`, `feeder` | `width`, `height` | millimetres, 20 to 1500 | the built-in scanner's; with a folder its largest image |
/// | | `resolutions` | dots an inch, each 50 to 9600 | 75 to 1200 |
/// | | `modes` | of `color`, `gray`, `bw` | all |
/// | | `depths` | of 8, 16: bits a channel of colour and grey | both |
/// | `feeder` | `duplex` | `true` or `false` | `true` |
/// | `sheets` | `folder` | a folder of images, relative to the file | built-in sheets |
/// | | `count` | sheets in the feeder, 0 to 1000000; of a folder only the first | 5; all of the folder |
/// | | `seed` | number from 0, for built-in sheets | 0 |
/// | `timing` | `ppm` | pages a minute, 1 to 60000 | as fast as it can |
/// | | `warm-up` | milliseconds before the first line, 0 to 30000 | 0 |
/// | `faults` | `jam`, `double`, `cover`, `out`, `disconnect`, `stall` | a list as in a device URI | none |
/// | `quirks` | `late-height` | the height in a page's header is 0 until the page ends | `false` |
/// | | `ignores-cancel` | the device does not hear a cancel | `false` |
///
/// ```
/// let model = quire_virtual::Model::parse(
///     r#"
///     name = "Office 60"
///     vendor = "Example"
///
///     [flatbed]
///     width = 216.0
///     height = 297.2
///     resolutions = [75, 150, 300, 600]
///
///     [feeder]
///     height = 356.0
///     resolutions = [150, 300]
///     modes = ["gray", "bw"]
///     depths = [8]
///     duplex = true
///
///     [sheets]
///     count = 50
///     seed = 7
///
///     [timing]
///     ppm = 60
///     warm-up = 250
///
///     [faults]
///     jam = "7,31:1200"
///     double = "40"
///
///     [quirks]
///     late-height = true
///     "#,
/// )?;
/// assert_eq!(model.sheets.count.map(|c| c.get()), Some(50));
/// # Ok::<(), wia::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// What people call it.
    pub name: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// The glass.
    pub flatbed: Option<FlatbedModel>,
    /// The sheet feeder.
    pub feeder: Option<FeederModel>,
    /// What is scanned.
    pub sheets: SheetsModel,
    /// How fast.
    pub timing: TimingModel,
    /// What goes wrong.
    pub faults: FaultsModel,
    /// How it differs from a good driver.
    pub quirks: Quirks,
}

/// The table `[flatbed]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FlatbedModel {
    /// Width in millimetres.
    pub width: Option<Millimetres>,
    /// Height in millimetres.
    pub height: Option<Millimetres>,
    /// Dots an inch.
    pub resolutions: Option<Resolutions>,
    /// What a pixel can tell.
    pub modes: Option<Vec<Mode>>,
    /// Bits a channel.
    pub depths: Option<Vec<Depth>>,
}

/// The table `[feeder]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeederModel {
    /// Width in millimetres.
    pub width: Option<Millimetres>,
    /// Height in millimetres.
    pub height: Option<Millimetres>,
    /// Dots an inch.
    pub resolutions: Option<Resolutions>,
    /// What a pixel can tell.
    pub modes: Option<Vec<Mode>>,
    /// Bits a channel.
    pub depths: Option<Vec<Depth>>,
    /// Whether both sides can be scanned.
    pub duplex: Option<bool>,
}

/// The table `[sheets]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SheetsModel {
    /// A folder of images; a relative path starts at the model file's folder.
    pub folder: Option<PathBuf>,
    /// How many sheets the feeder holds.
    pub count: Option<SheetCount>,
    /// Seed of the built-in sheets.
    pub seed: u64,
}

/// The table `[timing]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimingModel {
    /// Pages a minute.
    pub ppm: Option<PagesPerMinute>,
    /// Milliseconds before the first line of a transfer.
    #[serde(rename = "warm-up")]
    pub warm_up: WarmUp,
}

/// The table `[faults]`: lists as in a device URI.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultsModel {
    /// Jams.
    pub jam: String,
    /// Double feeds.
    pub double: String,
    /// Open covers.
    pub cover: String,
    /// The end of the paper.
    pub out: String,
    /// The cable pulled.
    pub disconnect: String,
    /// Nothing comes any more.
    pub stall: String,
}

impl FaultsModel {
    /// The list of one kind.
    pub fn of(&self, kind: FaultKind) -> &str {
        match kind {
            FaultKind::Jam => &self.jam,
            FaultKind::Double => &self.double,
            FaultKind::Cover => &self.cover,
            FaultKind::Out => &self.out,
            FaultKind::Disconnect => &self.disconnect,
            FaultKind::Stall => &self.stall,
        }
    }
}

/// The table `[quirks]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Quirks {
    /// The height in a page's header is 0 until the page ends, as with a device that finds a sheet's
    /// end only when it is there. Not with BMP, whose lines come bottom-up and so need it.
    pub late_height: bool,
    /// The device does not hear `WIA_EVENT_CANCEL_IO`: a stall never ends, and a cancel waits for the
    /// next answer of a callback.
    pub ignores_cancel: bool,
}

/// What a pixel can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Red, green, blue.
    Color,
    /// Grey.
    Gray,
    /// Black or white.
    Bw,
}

/// Declares a number that is checked while the file is read, so that the error has its line.
macro_rules! checked {
    ($($(#[$doc:meta])* $name:ident($inner:ty) from $raw:ty: $valid:expr, $text:literal;)*) => {$(
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
            type Error = &'static str;

            fn try_from(number: TomlNumber) -> Result<$name, &'static str> {
                number.as_number().and_then($name::new).ok_or(concat!("valid is ", $text))
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
    Millimetres(f64) from f64: 20.0..=1500.0, "20 to 1500 millimetres";
    /// A number of sheets.
    SheetCount(u32) from i64: 0..=1_000_000, "0 to 1000000 sheets";
    /// A pace.
    PagesPerMinute(u32) from i64: 1..=60_000, "1 to 60000 pages a minute";
    /// A pause.
    WarmUp(u32) from i64: 0..=30_000, "0 to 30000 milliseconds";
    /// A resolution.
    Dpi(u32) from i64: 50..=9600, "50 to 9600 dots an inch";
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

impl Model {
    /// Reads the text of a model file.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` with the line and what is wrong there.
    pub fn parse(text: &str) -> Result<Model> {
        let model: Model = toml::from_str(text).map_err(|e| {
            let at = e.span().map_or(0, |span| span.start).min(text.len());
            let line = 1 + text.as_bytes()[..at]
                .iter()
                .filter(|b| **b == b'\n')
                .count();
            // Without the excerpt that the error's own text has: one line is enough.
            let what = e.message().lines().next().unwrap_or_default();
            Error::invalid(format!("line {line}: {what}"))
        })?;
        for (modes, depths) in [
            model.flatbed.as_ref().map(|s| (&s.modes, &s.depths)),
            model.feeder.as_ref().map(|s| (&s.modes, &s.depths)),
        ]
        .into_iter()
        .flatten()
        {
            if modes.as_ref().is_some_and(Vec::is_empty) {
                return Err(Error::invalid(
                    "modes: at least one of color, gray, bw is needed",
                ));
            }
            if depths.as_ref().is_some_and(Vec::is_empty) {
                return Err(Error::invalid("depths: at least one of 8, 16 is needed"));
            }
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        Model::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn empty_is_all_defaults() {
        assert_eq!(Model::parse("").unwrap(), Model::default());
        assert_eq!(
            Model::parse("[flatbed]\n").unwrap().flatbed,
            Some(FlatbedModel::default())
        );
    }

    #[test]
    fn whole_numbers_are_lengths_too() {
        let model = Model::parse("[flatbed]\nwidth = 216\nheight = 297.2").unwrap();
        let bed = model.flatbed.unwrap();
        assert_eq!(bed.width.unwrap(), 216.0);
        assert_eq!(bed.height.unwrap(), 297.2);
    }

    #[test]
    fn resolutions_are_sorted() {
        let model = Model::parse("[feeder]\nresolutions = [600, 300, 300, 75]").unwrap();
        assert_eq!(
            model.feeder.unwrap().resolutions.unwrap().get(),
            [75, 300, 600]
        );
    }

    #[test]
    fn complaints_have_the_line() {
        assert_eq!(
            complaint("[flatbed]\n\nwidth = 5\n"),
            "line 3: valid is 20 to 1500 millimetres"
        );
        assert!(complaint("name = \"x\"\n[feedr]\n").starts_with("line 2: unknown field `feedr`"));
        assert!(complaint("[quirks]\nlateheight = true").starts_with("line 2: unknown field"));
        assert!(complaint("a = = 3").starts_with("line 1: "));
        assert_eq!(
            complaint("[timing]\nppm = 0"),
            "line 2: valid is 1 to 60000 pages a minute"
        );
        assert_eq!(
            complaint("[timing]\nppm = 1.5"),
            "line 2: valid is 1 to 60000 pages a minute"
        );
        assert_eq!(
            complaint("\n[feeder]\ndepths = [8, 12]"),
            "line 3: valid are 8 and 16"
        );
        assert_eq!(
            complaint("[feeder]\nresolutions = []"),
            "line 2: at least one resolution is needed"
        );
        assert!(complaint("[feeder]\nmodes = [\"sepia\"]").starts_with("line 2: unknown variant"));
        assert!(complaint("[feeder]\nmodes = []").starts_with("modes: "));
        assert!(complaint("[flatbed]\ndepths = []").starts_with("depths: "));
        assert!(complaint("[timing]\nppm = \"x\"").starts_with("line 2: a number is needed"));
    }

    #[test]
    fn no_text_makes_it_panic() {
        use proptest::prelude::*;
        proptest!(|(text in "(?s).{0,200}")| {
            let _ = Model::parse(&text);
        });
    }
}
