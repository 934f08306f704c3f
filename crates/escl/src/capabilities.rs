//! What a scanner can do (`scan:ScannerCapabilities`).

use crate::settings::ColorMode;
use crate::version::Version;
use crate::xml::{Element, Malformed, Writer};

/// A range of numbers with the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub min: i32,
    /// The most.
    pub max: i32,
    /// The usual one.
    pub normal: i32,
    /// The distance of two neighbours, at least 1.
    pub step: i32,
}

impl Range {
    fn read(element: &Element) -> Option<Range> {
        let (min, max) = (element.signed("Min")?, element.signed("Max")?);
        (min <= max).then(|| Range {
            min,
            max,
            normal: element
                .signed("Normal")
                .map_or(min, |normal| normal.clamp(min, max)),
            step: element.signed("Step").unwrap_or(1).max(1),
        })
    }

    fn write(&self, name: &'static str, w: &mut Writer) {
        w.open(name);
        w.leaf("scan:Min", self.min);
        w.leaf("scan:Max", self.max);
        w.leaf("scan:Normal", self.normal);
        w.leaf("scan:Step", self.step);
        w.close();
    }
}

/// What a scanner can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The version that it speaks.
    pub version: Version,
    /// Maker and model in one.
    pub make_and_model: Option<String>,
    /// Its serial number.
    pub serial_number: Option<String>,
    /// Its maker.
    pub manufacturer: Option<String>,
    /// What it is known by, without `urn:uuid:`.
    pub uuid: Option<String>,
    /// Its web page.
    pub admin_uri: Option<String>,
    /// A picture of it.
    pub icon_uri: Option<String>,
    /// The glass.
    pub platen: Option<InputCaps>,
    /// The sheet feeder.
    pub adf: Option<Adf>,
    /// Of `Brightness`.
    pub brightness: Option<Range>,
    /// Of `CompressionFactor`.
    pub compression_factor: Option<Range>,
    /// Of `Contrast`.
    pub contrast: Option<Range>,
    /// Of `Threshold`.
    pub threshold: Option<Range>,
}

/// A sheet feeder. One that scans both sides should have both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adf {
    /// Scanning fronts.
    pub simplex: Option<InputCaps>,
    /// Scanning both sides.
    pub duplex: Option<InputCaps>,
    /// Sheets that it holds.
    pub capacity: Option<u32>,
    /// `DetectPaperLoaded`, `SelectSinglePage`, `Duplex`.
    pub options: Vec<String>,
    /// Where narrow sheets lie across: `Left`, `Center`, `Right`.
    pub justification: Option<String>,
}

/// What one source can do. Sizes are in 1/300 inch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputCaps {
    /// Least width.
    pub min_width: u32,
    /// Greatest width.
    pub max_width: u32,
    /// Least height.
    pub min_height: u32,
    /// Greatest height.
    pub max_height: u32,
    /// Resolution of the optics across, in dots an inch.
    pub optical_x: Option<u32>,
    /// The same along.
    pub optical_y: Option<u32>,
    /// What can be scanned for, such as `Photo`.
    pub intents: Vec<String>,
    /// Sets of settings that go together.
    pub profiles: Vec<SettingProfile>,
}

/// Settings that go together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingProfile {
    /// What a pixel can be; unknown words are left out.
    pub color_modes: Vec<ColorMode>,
    /// MIME types of both kinds of elements, each once.
    pub formats: Vec<String>,
    /// Those that can be asked for with `DocumentFormatExt`.
    pub formats_ext: Vec<String>,
    /// Resolutions.
    pub resolutions: Vec<Resolutions>,
}

/// Resolutions in dots an inch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolutions {
    /// The only mode that they are for.
    pub color_mode: Option<ColorMode>,
    /// Pairs of across and along.
    pub discrete: Vec<(u32, u32)>,
    /// All of a range across and along.
    pub range: Option<(Range, Range)>,
}

impl Capabilities {
    /// Reads what a scanner says.
    ///
    /// # Errors
    ///
    /// When it is no `ScannerCapabilities`, or tells of no source that has a size and a profile.
    pub fn parse(bytes: &[u8]) -> Result<Capabilities, Malformed> {
        let root = Element::parse(bytes, "ScannerCapabilities")?;
        let text = |name| root.text(name).map(str::to_owned);
        let named = root.all(&["SettingProfiles", "SettingProfile"]);
        let caps = |path: &[&str]| root.at(path).and_then(|caps| InputCaps::read(caps, &named));
        let range = |name| root.child(name).and_then(Range::read);
        let adf = root.child("Adf").map(|adf| Adf {
            simplex: caps(&["Adf", "AdfSimplexInputCaps"]),
            duplex: caps(&["Adf", "AdfDuplexInputCaps"]),
            capacity: adf.unsigned("FeederCapacity"),
            options: adf.texts(&["AdfOptions", "AdfOption"]),
            justification: { adf.child("Justification") }
                .and_then(|at| at.text("XImagePosition"))
                .map(str::to_owned),
        });
        let uuid = text("UUID");
        let capabilities = Capabilities {
            version: root
                .text("Version")
                .and_then(Version::parse)
                .unwrap_or_default(),
            make_and_model: text("MakeAndModel"),
            serial_number: text("SerialNumber"),
            manufacturer: text("Manufacturer"),
            uuid: uuid.map(|uuid| uuid.trim_start_matches("urn:uuid:").to_owned()),
            admin_uri: text("AdminURI"),
            icon_uri: text("IconURI"),
            platen: caps(&["Platen", "PlatenInputCaps"]),
            adf: adf.filter(|adf| adf.simplex.is_some() || adf.duplex.is_some()),
            brightness: range("BrightnessSupport"),
            compression_factor: range("CompressionFactorSupport"),
            contrast: range("ContrastSupport"),
            threshold: range("ThresholdSupport"),
        };
        if capabilities.platen.is_none() && capabilities.adf.is_none() {
            let what = "ScannerCapabilities without a source that has a size and settings";
            return Err(Malformed::new(what));
        }
        Ok(capabilities)
    }

    /// The document.
    pub fn to_xml(&self) -> String {
        let mut w = Writer::new("scan:ScannerCapabilities");
        w.leaf("pwg:Version", self.version);
        w.leaf_if("pwg:MakeAndModel", self.make_and_model.as_ref());
        w.leaf_if("pwg:SerialNumber", self.serial_number.as_ref());
        w.leaf_if("scan:Manufacturer", self.manufacturer.as_ref());
        w.leaf_if("scan:UUID", self.uuid.as_ref());
        w.leaf_if("scan:AdminURI", self.admin_uri.as_ref());
        w.leaf_if("scan:IconURI", self.icon_uri.as_ref());
        if let Some(platen) = &self.platen {
            w.open("scan:Platen");
            platen.write("scan:PlatenInputCaps", &mut w);
            w.close();
        }
        if let Some(adf) = &self.adf {
            adf.write(&mut w);
        }
        for (name, range) in [
            ("scan:BrightnessSupport", self.brightness),
            ("scan:CompressionFactorSupport", self.compression_factor),
            ("scan:ContrastSupport", self.contrast),
            ("scan:ThresholdSupport", self.threshold),
        ] {
            if let Some(range) = range {
                range.write(name, &mut w);
            }
        }
        w.finish()
    }
}

impl Adf {
    fn write(&self, w: &mut Writer) {
        w.open("scan:Adf");
        if let Some(simplex) = &self.simplex {
            simplex.write("scan:AdfSimplexInputCaps", w);
        }
        if let Some(duplex) = &self.duplex {
            duplex.write("scan:AdfDuplexInputCaps", w);
        }
        w.leaf_if("scan:FeederCapacity", self.capacity);
        w.list("scan:AdfOptions", "scan:AdfOption", &self.options);
        if let Some(x) = &self.justification {
            w.open("scan:Justification");
            w.leaf("pwg:XImagePosition", x);
            w.leaf("pwg:YImagePosition", "Top");
            w.close();
        }
        w.close();
    }
}

impl InputCaps {
    /// `None` without a size or a profile. `named` are profiles that others can refer to.
    fn read(element: &Element, named: &[&Element]) -> Option<InputCaps> {
        let profiles = element
            .all(&["SettingProfiles", "SettingProfile"])
            .into_iter();
        let profiles = profiles.map(|profile| {
            let meant = profile.attribute("ref").and_then(|name| {
                named
                    .iter()
                    .copied()
                    .find(|other| other.attribute("name") == Some(name))
            });
            SettingProfile::read(meant.unwrap_or(profile))
        });
        let profiles: Vec<SettingProfile> = profiles.filter(SettingProfile::is_whole).collect();
        let mut intents = element.texts(&["SupportedIntents", "Intent"]);
        intents.extend(element.texts(&["SupportedIntents", "SupportedIntent"]));
        let caps = InputCaps {
            min_width: element.unsigned("MinWidth").unwrap_or(1).max(1),
            max_width: element.unsigned("MaxWidth")?,
            min_height: element.unsigned("MinHeight").unwrap_or(1).max(1),
            max_height: element.unsigned("MaxHeight")?,
            optical_x: element.unsigned("MaxOpticalXResolution"),
            optical_y: element.unsigned("MaxOpticalYResolution"),
            intents,
            profiles,
        };
        let sized = caps.max_width >= caps.min_width && caps.max_height >= caps.min_height;
        (sized && !caps.profiles.is_empty()).then_some(caps)
    }

    fn write(&self, name: &'static str, w: &mut Writer) {
        w.open(name);
        w.leaf("scan:MinWidth", self.min_width);
        w.leaf("scan:MaxWidth", self.max_width);
        w.leaf("scan:MinHeight", self.min_height);
        w.leaf("scan:MaxHeight", self.max_height);
        w.leaf("scan:MaxScanRegions", 1);
        w.open("scan:SettingProfiles");
        for profile in &self.profiles {
            profile.write(w);
        }
        w.close();
        w.list("scan:SupportedIntents", "scan:Intent", &self.intents);
        w.leaf_if("scan:MaxOpticalXResolution", self.optical_x);
        w.leaf_if("scan:MaxOpticalYResolution", self.optical_y);
        w.close();
    }

    /// The modes of all profiles, each once.
    pub fn color_modes(&self) -> Vec<ColorMode> {
        let offered = |mode: &ColorMode| self.profiles.iter().any(|p| p.color_modes.contains(mode));
        ColorMode::ALL.into_iter().filter(offered).collect()
    }

    /// Whether a mode can be had in a format (a MIME type).
    pub fn offers(&self, mode: ColorMode, format: &str) -> bool {
        let has = |p: &SettingProfile| p.color_modes.contains(&mode) && p.has_format(format);
        self.profiles.iter().any(has)
    }
}

impl SettingProfile {
    fn read(element: &Element) -> SettingProfile {
        let words = element.texts(&["ColorModes", "ColorMode"]);
        let mut color_modes: Vec<ColorMode> = Vec::new();
        for mode in words.iter().filter_map(|word| ColorMode::parse(word)) {
            if !color_modes.contains(&mode) {
                color_modes.push(mode);
            }
        }
        let formats_ext = element.texts(&["DocumentFormats", "DocumentFormatExt"]);
        let mut formats: Vec<String> = Vec::new();
        let plain = element.texts(&["DocumentFormats", "DocumentFormat"]);
        for format in plain.into_iter().chain(formats_ext.iter().cloned()) {
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        let resolutions = element.all(&["SupportedResolutions"]).into_iter();
        SettingProfile {
            color_modes,
            formats,
            formats_ext,
            resolutions: resolutions.map(Resolutions::read).collect(),
        }
    }

    fn write(&self, w: &mut Writer) {
        w.open("scan:SettingProfile");
        w.list("scan:ColorModes", "scan:ColorMode", &self.color_modes);
        if !self.formats.is_empty() {
            w.open("scan:DocumentFormats");
            for format in &self.formats {
                w.leaf("pwg:DocumentFormat", format);
            }
            for format in &self.formats_ext {
                w.leaf("scan:DocumentFormatExt", format);
            }
            w.close();
        }
        for resolutions in &self.resolutions {
            resolutions.write(w);
        }
        w.close();
    }

    fn is_whole(&self) -> bool {
        !self.color_modes.is_empty() && self.resolutions.iter().any(Resolutions::has_some)
    }

    /// Whether it lists a MIME type.
    pub fn has_format(&self, format: &str) -> bool {
        self.formats
            .iter()
            .any(|own| own.eq_ignore_ascii_case(format))
    }
}

impl Resolutions {
    fn read(element: &Element) -> Resolutions {
        let pairs = element.all(&["DiscreteResolutions", "DiscreteResolution"]);
        let pair =
            |pair: &Element| Some((pair.unsigned("XResolution")?, pair.unsigned("YResolution")?));
        let discrete = pairs
            .into_iter()
            .filter_map(pair)
            .filter(|(x, y)| *x > 0 && *y > 0);
        let range = element.child("ResolutionRange").and_then(|range| {
            let x = range.child("XResolutionRange").and_then(Range::read)?;
            let y = range.child("YResolutionRange").and_then(Range::read)?;
            (x.min > 0 && y.min > 0).then_some((x, y))
        });
        Resolutions {
            color_mode: element.text("ColorMode").and_then(ColorMode::parse),
            discrete: discrete.collect(),
            range,
        }
    }

    fn write(&self, w: &mut Writer) {
        w.open("scan:SupportedResolutions");
        w.leaf_if("scan:ColorMode", self.color_mode);
        if !self.discrete.is_empty() {
            w.open("scan:DiscreteResolutions");
            for (x, y) in &self.discrete {
                w.open("scan:DiscreteResolution");
                w.leaf("scan:XResolution", x);
                w.leaf("scan:YResolution", y);
                w.close();
            }
            w.close();
        }
        if let Some((x, y)) = &self.range {
            w.open("scan:ResolutionRange");
            x.write("scan:XResolutionRange", w);
            y.write("scan:YResolutionRange", w);
            w.close();
        }
        w.close();
    }

    fn has_some(&self) -> bool {
        !self.discrete.is_empty() || self.range.is_some()
    }
}
