//! The model file: a scanner described in TOML.

mod value;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::Deserialize;
use wia::{Error, Result};

use crate::faults::FaultKind;

pub use value::{Depth, Dpi, Millimetres, PagesPerMinute, Resolutions, SheetCount, WarmUp};

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
/// | | `resolutions` | dots an inch, each 50 to 4800 | 75 to 1200 |
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
    pub flatbed: Option<SourceModel>,
    /// The sheet feeder.
    pub feeder: Option<SourceModel>,
    /// What is scanned.
    pub sheets: SheetsModel,
    /// How fast.
    pub timing: TimingModel,
    /// What goes wrong.
    pub faults: FaultsModel,
    /// How it differs from a good driver.
    pub quirks: Quirks,
}

/// The tables `[flatbed]` and `[feeder]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceModel {
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
    /// Whether both sides can be scanned; of a feeder only.
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
        if model.flatbed.as_ref().is_some_and(|s| s.duplex.is_some()) {
            return Err(Error::invalid(
                "duplex: only a feeder has it, not the flatbed",
            ));
        }
        for source in model.flatbed.iter().chain(&model.feeder) {
            if source.modes.as_ref().is_some_and(Vec::is_empty) {
                return Err(Error::invalid(
                    "modes: at least one of color, gray, bw is needed",
                ));
            }
            if source.depths.as_ref().is_some_and(Vec::is_empty) {
                return Err(Error::invalid("depths: at least one of 8, 16 is needed"));
            }
        }
        Ok(model)
    }
}
