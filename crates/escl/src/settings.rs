//! What a job is asked for (`scan:ScanSettings`).

use std::fmt;

use crate::version::Version;
use crate::xml::{Element, Malformed, Writer, truth};

/// What a pixel is (`scan:ColorMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColorMode {
    /// One bit.
    BlackAndWhite1,
    /// Grey of 8 bits.
    Grayscale8,
    /// Grey of 16 bits.
    Grayscale16,
    /// Colour of 8 bits a channel.
    Rgb24,
    /// Colour of 16 bits a channel.
    Rgb48,
}

impl ColorMode {
    /// Every mode.
    pub const ALL: [ColorMode; 5] = [
        ColorMode::BlackAndWhite1,
        ColorMode::Grayscale8,
        ColorMode::Grayscale16,
        ColorMode::Rgb24,
        ColorMode::Rgb48,
    ];

    /// The protocol's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            ColorMode::BlackAndWhite1 => "BlackAndWhite1",
            ColorMode::Grayscale8 => "Grayscale8",
            ColorMode::Grayscale16 => "Grayscale16",
            ColorMode::Rgb24 => "RGB24",
            ColorMode::Rgb48 => "RGB48",
        }
    }

    /// The mode of a word; `None` for unknown ones.
    pub fn parse(text: &str) -> Option<ColorMode> {
        ColorMode::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for ColorMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where the paper is (`pwg:InputSource`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputSource {
    /// The glass.
    Platen,
    /// The sheet feeder.
    Feeder,
    /// A camera.
    Camera,
}

impl InputSource {
    /// Every source.
    pub const ALL: [InputSource; 3] = [
        InputSource::Platen,
        InputSource::Feeder,
        InputSource::Camera,
    ];

    /// The protocol's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            InputSource::Platen => "Platen",
            InputSource::Feeder => "Feeder",
            InputSource::Camera => "Camera",
        }
    }

    /// The source of a word; `None` for unknown ones.
    pub fn parse(text: &str) -> Option<InputSource> {
        InputSource::ALL
            .into_iter()
            .find(|source| source.name().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for InputSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rectangle in 1/300 inch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// To the right.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// What a job is asked for. What is `None` is the scanner's to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanSettings {
    /// The version that it is written for.
    pub version: Version,
    /// `Document`, `Photo`, …
    pub intent: Option<String>,
    /// What is to be scanned.
    pub region: Option<Region>,
    /// Whether the region must not be changed.
    pub must_honor: bool,
    /// Where the paper is.
    pub source: Option<InputSource>,
    /// What a pixel is.
    pub color_mode: Option<ColorMode>,
    /// A MIME type (`pwg:DocumentFormat`).
    pub format: Option<String>,
    /// A MIME type (`scan:DocumentFormatExt`), which has the last word.
    pub format_ext: Option<String>,
    /// Dots an inch across.
    pub x_resolution: Option<u32>,
    /// Dots an inch along.
    pub y_resolution: Option<u32>,
    /// Whether both sides of a sheet are scanned.
    pub duplex: Option<bool>,
    /// How much data are compressed: lower is better.
    pub compression_factor: Option<i32>,
    /// In the scanner's own range, as those below.
    pub brightness: Option<i32>,
    /// Contrast.
    pub contrast: Option<i32>,
    /// Threshold of black and white.
    pub threshold: Option<i32>,
}

impl ScanSettings {
    /// Reads what a client asks for.
    ///
    /// # Errors
    ///
    /// When it is no `ScanSettings`.
    pub fn parse(bytes: &[u8]) -> Result<ScanSettings, Malformed> {
        let root = Element::parse(bytes, "ScanSettings")?;
        let text = |name| root.text(name).map(str::to_owned);
        let regions = root.child("ScanRegions");
        let region = root
            .at(&["ScanRegions", "ScanRegion"])
            .map(|region| Region {
                x: region.unsigned("XOffset").unwrap_or(0),
                y: region.unsigned("YOffset").unwrap_or(0),
                width: region.unsigned("Width").unwrap_or(0),
                height: region.unsigned("Height").unwrap_or(0),
            });
        let honor = regions.and_then(|regions| regions.attribute("MustHonor"));
        Ok(ScanSettings {
            version: root
                .text("Version")
                .and_then(Version::parse)
                .unwrap_or_default(),
            intent: text("Intent"),
            region,
            must_honor: honor.and_then(truth).unwrap_or(false),
            source: root.text("InputSource").and_then(InputSource::parse),
            color_mode: root.text("ColorMode").and_then(ColorMode::parse),
            format: text("DocumentFormat"),
            format_ext: text("DocumentFormatExt"),
            x_resolution: root.unsigned("XResolution"),
            y_resolution: root.unsigned("YResolution"),
            duplex: root.truth("Duplex"),
            compression_factor: root.signed("CompressionFactor"),
            brightness: root.signed("Brightness"),
            contrast: root.signed("Contrast"),
            threshold: root.signed("Threshold"),
        })
    }

    /// The document, with the elements in the order in which a well-tried client (sane-airscan) has them.
    pub fn to_xml(&self) -> String {
        let mut w = Writer::new("scan:ScanSettings");
        w.leaf("pwg:Version", self.version);
        w.leaf_if("scan:Intent", self.intent.as_ref());
        if let Some(region) = self.region {
            let honor = if self.must_honor {
                " pwg:MustHonor=\"true\""
            } else {
                ""
            };
            w.open_with("pwg:ScanRegions", honor);
            w.open("pwg:ScanRegion");
            w.leaf("pwg:ContentRegionUnits", "escl:ThreeHundredthsOfInches");
            w.leaf("pwg:XOffset", region.x);
            w.leaf("pwg:YOffset", region.y);
            w.leaf("pwg:Width", region.width);
            w.leaf("pwg:Height", region.height);
            w.close();
            w.close();
        }
        w.leaf_if("pwg:InputSource", self.source);
        w.leaf_if("scan:CompressionFactor", self.compression_factor);
        w.leaf_if("scan:ColorMode", self.color_mode);
        w.leaf_if("pwg:DocumentFormat", self.format.as_ref());
        w.leaf_if("scan:DocumentFormatExt", self.format_ext.as_ref());
        w.leaf_if("scan:XResolution", self.x_resolution);
        w.leaf_if("scan:YResolution", self.y_resolution);
        w.leaf_if("scan:Duplex", self.duplex);
        w.leaf_if("scan:Brightness", self.brightness);
        w.leaf_if("scan:Contrast", self.contrast);
        w.leaf_if("scan:Threshold", self.threshold);
        w.finish()
    }
}
