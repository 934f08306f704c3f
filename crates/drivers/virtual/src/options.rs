//! What a device URI says about a virtual scanner.

use std::fmt::Display;
use std::fs;
use std::io::Read as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use minidriver::DriverModel;
use wia::{Error, ErrorKind, Result};

use crate::faults::{FaultKind, FaultPlan};
use crate::model::{
    Depth, Millimetres, Mode, Model, PagesPerMinute, Quirks, SheetCount, SourceModel,
};

/// A virtual scanner, described: by a device URI (`virtual:[PATH][?NAME=VALUE&…]`) and the model file
/// that it may name.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What people call it (`WIA_DIP_DEV_NAME`).
    pub name: String,
    /// Who makes it (`WIA_DIP_VEND_DESC`).
    pub vendor: String,
    /// The glass, if it has one.
    pub flatbed: Option<SourceOptions>,
    /// The sheet feeder, if it has one.
    pub feeder: Option<SourceOptions>,
    /// What is scanned.
    pub sheets: Sheets,
    /// Seed of the built-in sheets.
    pub seed: u64,
    /// Pages (sides) a minute; `None` for as fast as it can.
    pub ppm: Option<u32>,
    /// Pause before the first line of a transfer.
    pub warm_up: Duration,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// How it differs from a good driver.
    pub quirks: Quirks,
    /// Which transfers its driver knows.
    pub model: DriverModel,
    /// Whether the tree is that of an older driver ([`OlderScanner`](crate::OlderScanner)).
    pub older_tree: bool,
}

/// One source of images.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceOptions {
    /// Width of the bed in millimetres; `None` for the usual one, or the largest image of a folder.
    pub width: Option<f64>,
    /// Height of the bed in millimetres; `None` as with `width`.
    pub height: Option<f64>,
    /// Resolutions in dots an inch, rising, at least one.
    pub resolutions: Vec<u32>,
    /// What a pixel can tell; at least one.
    pub modes: Vec<Mode>,
    /// Bits a channel of colour and grey; at least one.
    pub depths: Vec<Depth>,
    /// Whether both sides can be scanned; never on a flatbed.
    pub duplex: bool,
}

/// Where sheets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sheets {
    /// Drawn by the scanner itself; so many are in the feeder at first.
    BuiltIn(u32),
    /// The images of a folder, at most `limit` sheets of them.
    Folder {
        /// The folder.
        path: PathBuf,
        /// How many sheets of it; `None` for all.
        limit: Option<u32>,
    },
}

/// Resolutions of the built-in scanner.
const RESOLUTIONS: [u32; 9] = [75, 100, 150, 200, 240, 300, 400, 600, 1200];
/// Sheets in the feeder of the built-in scanner.
const SHEETS: u32 = 5;
/// A model file longer than this is none.
const MODEL_FILE_LIMIT: u64 = 1 << 20;

impl Default for SourceOptions {
    fn default() -> SourceOptions {
        SourceOptions {
            width: None,
            height: None,
            resolutions: RESOLUTIONS.to_vec(),
            modes: vec![Mode::Color, Mode::Gray, Mode::Bw],
            depths: vec![Depth::Eight, Depth::Sixteen],
            duplex: false,
        }
    }
}

impl Default for Options {
    /// The built-in scanner (`virtual:`).
    fn default() -> Options {
        Options {
            name: "Virtual Scanner".into(),
            vendor: "Quire".into(),
            flatbed: Some(SourceOptions::default()),
            feeder: Some(SourceOptions {
                duplex: true,
                ..SourceOptions::default()
            }),
            sheets: Sheets::BuiltIn(SHEETS),
            seed: 0,
            ppm: None,
            warm_up: Duration::ZERO,
            faults: FaultPlan::default(),
            quirks: Quirks::default(),
            model: DriverModel::Both,
            older_tree: false,
        }
    }
}

impl Options {
    /// The names of all parameters of a device URI: the scanner's own, then the faults.
    pub const PARAMETERS: [&str; 12] = [
        "sheets",
        "seed",
        "ppm",
        "lateheight",
        "model",
        "tree",
        "jam",
        "double",
        "cover",
        "out",
        "disconnect",
        "stall",
    ];

    /// The scanner of a URI `virtual:PATH?PARAMS`, both already decoded. `path` is empty for the
    /// built-in scanner, a folder of images (whatever its name), or a model file: a regular file that ends
    /// in `.toml`. A parameter goes before the model file.
    ///
    /// [Parameters](Options::PARAMETERS): `sheets` (how many the feeder holds), `seed`, `ppm`,
    /// `lateheight` (0 or 1), `model` (`stream`, `legacy` or `both`), `tree` (`items`, or
    /// `legacy` for a root with one child, with `model=legacy`), and a list for each [`FaultKind`].
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for an unknown parameter, a bad value or a bad model file, with what is valid;
    /// `NoDeviceAvailable` when the folder or file is missing, cannot be read, or is a pipe, a device or
    /// another special file.
    pub fn parse(path: &str, params: &[(String, String)]) -> Result<Options> {
        let mut options = Options::at_path(path)?;
        for (i, (name, value)) in params.iter().enumerate() {
            if params[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(Error::invalid(format!("{name} is given twice")));
            }
            options.set(name, value)?;
        }
        if options.older_tree && options.model != DriverModel::Legacy {
            return Err(Error::invalid("tree=legacy: valid only with model=legacy"));
        }
        Ok(options)
    }

    fn at_path(path: &str) -> Result<Options> {
        if path.is_empty() {
            return Ok(Options::default());
        }
        let file = Path::new(path);
        let missing = |e: std::io::Error| {
            Error::new(ErrorKind::NoDeviceAvailable, format!("virtual:{path}: {e}")).with_source(e)
        };
        let kind = fs::metadata(file).map_err(missing)?.file_type();
        if kind.is_dir() {
            fs::read_dir(file).map_err(missing)?;
            return Ok(Options {
                sheets: Sheets::Folder {
                    path: file.into(),
                    limit: None,
                },
                ..Options::default()
            });
        }
        if !file
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("toml"))
        {
            return Err(Error::invalid(format!(
                "virtual:{path}: valid is a folder of images or a model file that ends in .toml"
            )));
        }
        // A pipe that nobody writes to would never end.
        if !kind.is_file() {
            return Err(Error::new(
                ErrorKind::NoDeviceAvailable,
                format!("virtual:{path}: this is no regular file"),
            ));
        }
        let mut text = String::new();
        let mut reader = fs::File::open(file)
            .map_err(missing)?
            .take(MODEL_FILE_LIMIT);
        match reader.read_to_string(&mut text) {
            Ok(_) if reader.limit() > 0 => {}
            Err(e) if e.kind() != std::io::ErrorKind::InvalidData => return Err(missing(e)),
            Ok(_) | Err(_) => {
                return Err(Error::invalid(format!(
                    "{path} is no model file: it is not TOML text"
                )));
            }
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        Model::parse(&text)
            .and_then(|model| Options::from_model(&model, folder))
            .map_err(|e| e.context(path))
    }

    /// The scanner of a model; a relative path in it starts at `folder`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a bad list of faults; `NoDeviceAvailable` for a folder of sheets that
    /// cannot be read.
    pub fn from_model(model: &Model, folder: &Path) -> Result<Options> {
        let usual = Options::default();
        let both = model.flatbed.is_none() && model.feeder.is_none();
        let count = model.sheets.count.map(SheetCount::get);
        let sheets = match &model.sheets.folder {
            Some(path) => {
                let path = folder.join(path);
                fs::read_dir(&path).map_err(|e| {
                    let what = format!("sheets: {}: {e}", path.display());
                    Error::new(ErrorKind::NoDeviceAvailable, what).with_source(e)
                })?;
                Sheets::Folder { path, limit: count }
            }
            None => Sheets::BuiltIn(count.unwrap_or(SHEETS)),
        };
        let mut faults = FaultPlan::default();
        for kind in FaultKind::ALL {
            faults.set(kind, model.faults.of(kind))?;
        }
        Ok(Options {
            name: model.name.clone().unwrap_or(usual.name),
            vendor: model.vendor.clone().unwrap_or(usual.vendor),
            flatbed: match &model.flatbed {
                Some(model) => Some(source(model, false)),
                None => usual.flatbed.filter(|_| both),
            },
            feeder: match &model.feeder {
                Some(model) => Some(source(model, model.duplex.unwrap_or(true))),
                None => usual.feeder.filter(|_| both),
            },
            sheets,
            seed: model.sheets.seed,
            ppm: model.timing.ppm.map(PagesPerMinute::get),
            warm_up: Duration::from_millis(model.timing.warm_up.get().into()),
            faults,
            quirks: model.quirks,
            model: usual.model,
            older_tree: usual.older_tree,
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "sheets" => {
                let n = number(name, value, SheetCount::VALID)?;
                let n = u32::try_from(n).unwrap_or(u32::MAX);
                match &mut self.sheets {
                    Sheets::BuiltIn(count) => *count = n,
                    Sheets::Folder { limit, .. } => *limit = Some(n),
                }
            }
            "seed" => self.seed = number(name, value, 0..=u64::MAX)?,
            "ppm" => {
                let n = number(name, value, PagesPerMinute::VALID)?;
                self.ppm = u32::try_from(n).ok();
            }
            "lateheight" => self.quirks.late_height = number(name, value, 0..=1)? == 1,
            "model" => {
                let models = [
                    ("stream", DriverModel::Stream),
                    ("legacy", DriverModel::Legacy),
                    ("both", DriverModel::Both),
                ];
                let model = models.into_iter().find(|(name, _)| *name == value);
                let (_, model) = model.ok_or_else(|| {
                    Error::invalid(format!("model={value}: valid are stream, legacy, both"))
                })?;
                self.model = model;
            }
            "tree" => {
                self.older_tree = match value {
                    "legacy" => true,
                    "items" => false,
                    _ => {
                        return Err(Error::invalid(format!(
                            "tree={value}: valid are items, legacy"
                        )));
                    }
                };
            }
            _ => match FaultKind::ALL.into_iter().find(|kind| kind.name() == name) {
                Some(kind) => self.faults.set(kind, value)?,
                None => {
                    return Err(Error::invalid(format!(
                        "the virtual scanner has no parameter {name}; valid are {}",
                        Options::PARAMETERS.join(", ")
                    )));
                }
            },
        }
        Ok(())
    }
}

fn number<T: std::str::FromStr + PartialOrd + Display>(
    name: &str,
    value: &str,
    valid: RangeInclusive<T>,
) -> Result<T> {
    value
        .parse()
        .ok()
        .filter(|n| valid.contains(n))
        .ok_or_else(|| {
            let (from, to) = valid.into_inner();
            Error::invalid(format!(
                "{name}={value}: valid is a number from {from} to {to}"
            ))
        })
}

fn source(model: &SourceModel, duplex: bool) -> SourceOptions {
    let usual = SourceOptions::default();
    SourceOptions {
        width: model.width.map(Millimetres::get),
        height: model.height.map(Millimetres::get),
        resolutions: match &model.resolutions {
            Some(own) => own.get().to_vec(),
            None => usual.resolutions,
        },
        modes: model.modes.clone().unwrap_or(usual.modes),
        depths: model.depths.clone().unwrap_or(usual.depths),
        duplex,
    }
}
