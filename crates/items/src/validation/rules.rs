//! What a source of images can do: the description that validation and declaration share.

use wia::constant::{
    CENTERED, LEFT_JUSTIFIED, RIGHT_JUSTIFIED, WIA_PAGE_BUSINESSCARD, WIA_PAGE_CUSTOM,
    WIA_PAGE_ISO_A3, WIA_PAGE_ISO_A4, WIA_PAGE_ISO_A5, WIA_PAGE_ISO_A6, WIA_PAGE_ISO_A7,
    WIA_PAGE_ISO_B5, WIA_PAGE_JIS_B5, WIA_PAGE_USLEDGER, WIA_PAGE_USLEGAL, WIA_PAGE_USLETTER,
    WIA_PAGE_USSTATEMENT, page_dimensions,
};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::{Compression, DataType, DocumentHandlingSelect, Guid, Orientation, Tymed, ValidValues};

/// What one source of images (flatbed, feeder, film unit) can do.
///
/// From it [`declare_scanner_item`](crate::declare_scanner_item) declares the item's properties, and
/// [`validate_scanner_item`](crate::validate_scanner_item) keeps them right.
#[derive(Clone, Debug, PartialEq)]
pub struct ScannerRules {
    /// Greatest width and height that can be scanned, in 1/1000 inch.
    pub bed: (i32, i32),
    /// Least width and height that can be scanned, in 1/1000 inch. No document and no selection is smaller
    /// (`WIA_IPS_MIN_HORIZONTAL_SIZE`); 1 stands for no such limit, as on a flatbed.
    pub min_size: (i32, i32),
    /// Optical resolution across and along, in dots an inch.
    pub optical: (i32, i32),
    /// The resolutions, for both directions.
    pub resolutions: Resolutions,
    /// The resolution at the start, in dots an inch; the nearest valid one is taken.
    pub default_resolution: i32,
    /// What a pixel can be; the first is the one at the start. [`DataType::Auto`] has no depths.
    pub data_types: Vec<DataTypeRule>,
    /// The formats of transfers, BMP among them.
    pub formats: Vec<FormatRule>,
    /// The format that suits the device best (`WIA_IPA_PREFERRED_FORMAT`).
    pub preferred_format: Guid,
    /// Bytes of a band that suits the device (`WIA_IPA_BUFFER_SIZE` in transfers to memory; else it is a
    /// page).
    pub buffer_size: i32,
    /// Page sizes (`WIA_PAGE_*`), the first being the one at the start; empty for a source without the
    /// property. A feeder needs some. Selections of any size need `WIA_PAGE_CUSTOM` among them.
    pub page_sizes: Vec<i32>,
    /// The device's own page sizes: number (from `WIA_PAGE_CUSTOM_BASE`), width, height in 1/1000
    /// inch.
    pub own_page_sizes: Vec<(i32, i32, i32)>,
    /// Which orientations of the document can be said, the first being the one at the start; empty for
    /// a source without the property. A feeder needs some.
    pub orientations: Vec<Orientation>,
    /// Where narrow documents lie.
    pub registration: Registration,
    /// Whether brightness and contrast can be changed (else they have the one value 0).
    pub brightness_contrast: bool,
    /// The resolutions that intents ask for.
    pub intents: IntentResolutions,
    /// What a feeder can do; `None` for other sources.
    pub feeder: Option<FeederRules>,
    /// Identifies the meaning of saved property streams (`WIA_IPA_PROP_STREAM_COMPAT_ID`): the same
    /// for devices whose settings can be exchanged.
    pub stream_id: Guid,
}

/// Where narrow documents lie (`WIA_IPS_SHEET_FEEDER_REGISTRATION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Registration {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Centered,
    /// At the right edge.
    Right,
}

impl Registration {
    /// The property's number.
    pub const fn value(self) -> i32 {
        match self {
            Registration::Left => LEFT_JUSTIFIED,
            Registration::Centered => CENTERED,
            Registration::Right => RIGHT_JUSTIFIED,
        }
    }
}

/// The resolutions of a source, in dots an inch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolutions {
    /// These alone; at least one.
    List(Vec<i32>),
    /// All from `min` to `max` in steps.
    Range {
        /// The lowest, at least 1.
        min: i32,
        /// The highest.
        max: i32,
        /// The distance of two neighbours.
        step: i32,
    },
}

impl Resolutions {
    /// The highest; 300 of an empty list.
    pub fn highest(&self) -> i32 {
        match self {
            Resolutions::List(list) => list.iter().max().copied().unwrap_or(300),
            Resolutions::Range { max, .. } => *max,
        }
    }

    /// The valid values of `WIA_IPS_XRES`, `nominal` being the recommended one.
    pub fn valid(&self, nominal: i32) -> ValidValues {
        match self {
            Resolutions::List(list) => ValidValues::List {
                nominal: nominal.into(),
                values: list.iter().map(|r| (*r).into()).collect(),
            },
            Resolutions::Range { min, max, step } => ValidValues::Range {
                min: *min,
                nominal,
                max: *max,
                step: *step,
            },
        }
    }
}

/// The resolutions that intents ask for, in dots an inch; the nearest valid one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntentResolutions {
    /// For `WIA_INTENT_BEST_PREVIEW`.
    pub best_preview: i32,
    /// For `WIA_INTENT_MINIMIZE_SIZE`.
    pub minimize_size: i32,
    /// For `WIA_INTENT_MAXIMIZE_QUALITY`.
    pub maximize_quality: i32,
}

impl Default for IntentResolutions {
    fn default() -> IntentResolutions {
        IntentResolutions {
            best_preview: 75,
            minimize_size: 150,
            maximize_quality: 300,
        }
    }
}

/// A data type and its depths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataTypeRule {
    /// What a pixel is.
    pub data_type: DataType,
    /// Bits of a whole pixel, the usual first; empty for [`DataType::Auto`].
    pub depths: Vec<i32>,
}

impl DataTypeRule {
    /// A data type with its depths, in bits of a whole pixel.
    pub fn new(data_type: DataType, depths: &[i32]) -> DataTypeRule {
        DataTypeRule {
            data_type,
            depths: depths.to_vec(),
        }
    }
}

/// A format and what it can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatRule {
    /// A `WiaImgFmt_*` value.
    pub format: Guid,
    /// How it can be transferred.
    pub tymeds: Vec<Tymed>,
    /// How its data can be compressed, the usual first.
    pub compressions: Vec<Compression>,
    /// Bits of a pixel that it can hold; empty for any.
    pub depths: Vec<i32>,
    /// The file name extension of a format of the device's own; `None` for the format's usual one.
    pub extension: Option<String>,
}

impl FormatRule {
    /// A format without compression that holds any depth.
    pub fn new(format: Guid, tymeds: &[Tymed]) -> FormatRule {
        FormatRule {
            format,
            tymeds: tymeds.to_vec(),
            compressions: vec![Compression::None],
            depths: Vec::new(),
            extension: None,
        }
    }

    /// BMP, one stream an image; it holds 1, 4, 8 and 24 bits a pixel.
    pub fn bmp() -> FormatRule {
        FormatRule {
            depths: vec![1, 4, 8, 24],
            ..FormatRule::new(WIA_IMG_FMT_BMP, &[Tymed::File])
        }
    }

    /// A bitmap without file header, in bands of memory.
    pub fn memory_bmp() -> FormatRule {
        FormatRule {
            depths: vec![1, 4, 8, 24],
            ..FormatRule::new(WIA_IMG_FMT_MEMORYBMP, &[Tymed::Callback])
        }
    }

    /// RAW, one stream an image.
    pub fn raw() -> FormatRule {
        FormatRule::new(WIA_IMG_FMT_RAW, &[Tymed::File])
    }

    /// TIFF, one stream an image or all images in one, with these compressions.
    pub fn tiff(compressions: &[Compression]) -> FormatRule {
        FormatRule {
            compressions: compressions.to_vec(),
            ..FormatRule::new(WIA_IMG_FMT_TIFF, &[Tymed::File, Tymed::MultipageFile])
        }
    }

    /// The same format also in transfers of these kinds.
    #[must_use]
    pub fn also(mut self, tymeds: &[Tymed]) -> FormatRule {
        self.tymeds.extend(tymeds);
        self
    }

    /// JPEG, one stream an image; it holds 8 and 24 bits a pixel.
    pub fn jpeg() -> FormatRule {
        FormatRule {
            compressions: vec![Compression::Jpeg],
            depths: vec![8, 24],
            ..FormatRule::new(WIA_IMG_FMT_JPEG, &[Tymed::File])
        }
    }

    /// Whether it can hold any of these pixels.
    fn holds_any(&self, data_types: &[DataTypeRule]) -> bool {
        let mut depths = data_types.iter().flat_map(|rule| &rule.depths);
        self.depths.is_empty() || depths.any(|depth| self.depths.contains(depth))
    }

    /// Whether the format is one of the two kinds of bitmap.
    pub(crate) fn is_bitmap(format: Guid) -> bool {
        matches!(format, WIA_IMG_FMT_BMP | WIA_IMG_FMT_MEMORYBMP)
    }
}

/// What a feeder can do besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeederRules {
    /// The bits that `WIA_IPS_DOCUMENT_HANDLING_SELECT` may have.
    pub select: DocumentHandlingSelect,
    /// Greatest number of sides of one transfer.
    pub max_pages: i32,
    /// Whether a duplex scan always gives both sides, so that `WIA_IPS_PAGES` goes in steps of 2.
    pub whole_sheets: bool,
}

impl FeederRules {
    /// A feeder that scans fronts only.
    pub fn simplex() -> FeederRules {
        FeederRules {
            select: DocumentHandlingSelect::FRONT_ONLY,
            max_pages: i32::MAX,
            whole_sheets: false,
        }
    }

    /// A feeder that scans fronts, or both sides with the front first.
    pub fn duplex() -> FeederRules {
        FeederRules {
            select: DocumentHandlingSelect::FRONT_ONLY
                | DocumentHandlingSelect::DUPLEX
                | DocumentHandlingSelect::FRONT_FIRST,
            ..FeederRules::simplex()
        }
    }
}

impl ScannerRules {
    /// A source of this size (1/1000 inch): 300 dpi alone, colour, grey and black and white at the usual
    /// depths, BMP and RAW. Everything can be changed afterwards.
    pub fn new(bed: (i32, i32)) -> ScannerRules {
        ScannerRules {
            bed,
            min_size: (1, 1),
            optical: (300, 300),
            resolutions: Resolutions::List(vec![300]),
            default_resolution: 300,
            data_types: vec![
                DataTypeRule::new(DataType::Color, &[24]),
                DataTypeRule::new(DataType::Grayscale, &[8]),
                DataTypeRule::new(DataType::Threshold, &[1]),
            ],
            formats: vec![FormatRule::bmp(), FormatRule::raw()],
            preferred_format: WIA_IMG_FMT_BMP,
            buffer_size: 0x1_0000,
            page_sizes: Vec::new(),
            own_page_sizes: Vec::new(),
            orientations: Vec::new(),
            registration: Registration::Left,
            brightness_contrast: true,
            intents: IntentResolutions::default(),
            feeder: None,
            stream_id: DEFAULT_STREAM_ID,
        }
    }

    /// The same for a scanner of paper, with the usual answers to what follows from the rest: the highest
    /// resolution is the optical one, the formats are those that can hold what there is, BMP the preferred one
    /// (else RAW), bands have 256 KiB, and documents can lie upright and across. A flatbed starts with the whole
    /// glass, a feeder with A4; of the standard page sizes those are offered that fit.
    #[must_use]
    pub fn of_paper(mut self) -> ScannerRules {
        let highest = self.resolutions.highest();
        self.optical = (highest, highest);
        let data_types = &self.data_types;
        self.formats.retain(|format| format.holds_any(data_types));
        let bmp = self.format(WIA_IMG_FMT_BMP).is_some();
        self.preferred_format = if bmp {
            WIA_IMG_FMT_BMP
        } else {
            WIA_IMG_FMT_RAW
        };
        self.buffer_size = 256 * 1024;
        self.orientations = vec![Orientation::Portrait, Orientation::Landscape];
        let (width, height) = self.bed;
        let fits =
            |page: &i32| page_dimensions(*page).is_some_and(|(w, h)| w <= width && h <= height);
        self.page_sizes = PAGE_SIZES.into_iter().filter(fits).collect();
        match self.feeder {
            None => self.page_sizes.insert(0, WIA_PAGE_CUSTOM),
            Some(_) => self.page_sizes.push(WIA_PAGE_CUSTOM),
        }
        self
    }

    /// The pairs of format and kind of transfer (`drvGetWiaFormatInfo`).
    pub fn format_pairs(&self) -> Vec<(Guid, Tymed)> {
        self.formats
            .iter()
            .flat_map(|f| f.tymeds.iter().map(|t| (f.format, *t)))
            .collect()
    }

    /// The rule of a format.
    pub fn format(&self, format: Guid) -> Option<&FormatRule> {
        self.formats.iter().find(|f| f.format == format)
    }

    /// The data types and depths that can be had in a format. RAW has its own name for colour
    /// (documentation page of `WIA_IPA_DATATYPE`) and nothing automatic.
    pub fn data_types_in(&self, format: Guid) -> Vec<DataTypeRule> {
        let raw = format == WIA_IMG_FMT_RAW;
        let holds = self.format(format).map_or(&[][..], |f| &f.depths);
        self.data_types
            .iter()
            .filter_map(|rule| {
                let data_type = match rule.data_type {
                    DataType::Color if raw => DataType::RawRgb,
                    DataType::Auto | DataType::ColorThreshold | DataType::ColorDither if raw => {
                        return None;
                    }
                    t if !raw && is_raw(t) => return None,
                    t => t,
                };
                let fits = |d: &&i32| holds.is_empty() || holds.contains(d);
                let depths: Vec<i32> = rule.depths.iter().filter(fits).copied().collect();
                (!depths.is_empty() || data_type == DataType::Auto)
                    .then_some(DataTypeRule { data_type, depths })
            })
            .collect()
    }

    /// Width and height of a page size, upright, in 1/1000 inch; `None` for `WIA_PAGE_AUTO` and
    /// `WIA_PAGE_CUSTOM`.
    pub fn page_dimensions(&self, page: i32) -> Option<(i32, i32)> {
        self.own_page_sizes
            .iter()
            .find(|(own, _, _)| *own == page)
            .map(|(_, width, height)| (*width, *height))
            .or_else(|| page_dimensions(page))
    }
}

/// The page sizes of scanners of paper, the usual first.
const PAGE_SIZES: [i32; 12] = [
    WIA_PAGE_ISO_A4,
    WIA_PAGE_USLETTER,
    WIA_PAGE_USLEGAL,
    WIA_PAGE_USLEDGER,
    WIA_PAGE_USSTATEMENT,
    WIA_PAGE_ISO_A3,
    WIA_PAGE_ISO_A5,
    WIA_PAGE_ISO_A6,
    WIA_PAGE_ISO_A7,
    WIA_PAGE_ISO_B5,
    WIA_PAGE_JIS_B5,
    WIA_PAGE_BUSINESSCARD,
];

/// The id of property streams of devices that have none of their own.
const DEFAULT_STREAM_ID: Guid = Guid(0x5E1D_37A2_8C64_4F0B_9A51_7D20_6B3F_C8E4);

/// Whether the data type belongs to the RAW format alone.
pub(crate) const fn is_raw(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::RawRgb
            | DataType::RawBgr
            | DataType::RawYuv
            | DataType::RawYuvk
            | DataType::RawCmy
            | DataType::RawCmyk
    )
}

/// Channels of a pixel (`WIA_IPA_CHANNELS_PER_PIXEL`); 0 when the device chooses.
pub const fn channels(data_type: DataType) -> i32 {
    match data_type {
        DataType::Threshold | DataType::Dither | DataType::Grayscale => 1,
        DataType::RawYuvk | DataType::RawCmyk => 4,
        DataType::Auto => 0,
        DataType::Color
        | DataType::ColorThreshold
        | DataType::ColorDither
        | DataType::RawRgb
        | DataType::RawBgr
        | DataType::RawYuv
        | DataType::RawCmy => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_of_paper() {
        let rules = |bed, depths: &[i32], feeder| {
            let tiff = FormatRule::tiff(&[Compression::None]);
            ScannerRules {
                resolutions: Resolutions::List(vec![75, 600, 300]),
                data_types: vec![DataTypeRule::new(DataType::Color, depths)],
                formats: vec![FormatRule::bmp(), FormatRule::raw(), tiff],
                feeder,
                ..ScannerRules::new(bed)
            }
            .of_paper()
        };
        let formats = |rules: &ScannerRules| -> Vec<Guid> {
            rules.formats.iter().map(|format| format.format).collect()
        };
        // Hardly larger than A5 (148 by 210 mm).
        let glass = rules((5830, 8270), &[24, 48], None);
        #[rustfmt::skip]
        assert_eq!(glass.page_sizes, [
            WIA_PAGE_CUSTOM, WIA_PAGE_ISO_A5, WIA_PAGE_ISO_A6, WIA_PAGE_ISO_A7, WIA_PAGE_BUSINESSCARD,
        ]);
        assert_eq!(glass.optical, (600, 600));
        assert_eq!(glass.preferred_format, WIA_IMG_FMT_BMP);
        assert_eq!(
            formats(&glass),
            [WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF]
        );
        let deep = rules((5830, 8270), &[48], Some(FeederRules::simplex()));
        #[rustfmt::skip]
        assert_eq!(deep.page_sizes, [
            WIA_PAGE_ISO_A5, WIA_PAGE_ISO_A6, WIA_PAGE_ISO_A7, WIA_PAGE_BUSINESSCARD, WIA_PAGE_CUSTOM,
        ]);
        assert_eq!(deep.preferred_format, WIA_IMG_FMT_RAW);
        assert_eq!(formats(&deep), [WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF]);
    }
}
