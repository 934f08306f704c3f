//! What the scanner's sources can do, in the words of item properties.

use items::{DataTypeRule, FeederRules, FormatRule, Resolutions, ScannerRules};
use minidriver::DriverModel;
use raster::geometry::mm_to_thousandths;
use wia::constant::WIA_PAGE_AUTO;
use wia::{Compression, DataType, DocumentHandlingSelect, Guid, Tymed};

use crate::job::Source;
use crate::model::{Depth, Mode};
use crate::options::SourceOptions;
use crate::sheet::PaperSize;

/// Settings can be exchanged between virtual scanners: what one lacks is refused.
const STREAM_ID: Guid = Guid(0x8D4B_31C6_0F52_4E7A_B1D9_6A73_C05E_2F18);
/// Width of the built-in beds in millimetres: A4 and letter fit.
const BED_WIDTH: f64 = 216.0;
/// Height of the built-in flatbed: A4 and letter fit.
const FLATBED_HEIGHT: f64 = 297.2;
/// Height of the built-in feeder: legal fits.
const FEEDER_HEIGHT: f64 = 356.0;
/// How much larger a bed is than the image that it must hold completely: PNG has resolutions in whole
/// dots a metre, so that an image may look up to 1/4000 smaller than it is at 50 dpi and more.
const FOR_ROUNDED_DPI: f64 = 1.000_25;

/// The rules of one source; `largest` is the largest image of a folder. A driver of streams offers no bands.
pub(crate) fn rules(
    source: Source,
    options: &SourceOptions,
    largest: Option<PaperSize>,
    model: DriverModel,
) -> ScannerRules {
    let bed = bed(source, options, largest);
    let data_types: Vec<DataTypeRule> = options
        .modes
        .iter()
        .map(|mode| data_type(*mode, &options.depths))
        .collect();
    let dpi = |d: &u32| i32::try_from(*d).unwrap_or(i32::MAX);
    let tiff = FormatRule::tiff(&[Compression::None, Compression::G4, Compression::Jpeg]);
    let mut formats = vec![
        FormatRule::bmp(),
        FormatRule::raw().also(&[Tymed::Callback]),
        tiff.also(&[Tymed::Callback, Tymed::MultipageCallback]),
        FormatRule::jpeg().also(&[Tymed::Callback]),
        FormatRule::memory_bmp(),
    ];
    if model == DriverModel::Stream {
        for format in &mut formats {
            format
                .tymeds
                .retain(|t| matches!(t, Tymed::File | Tymed::MultipageFile));
        }
        formats.retain(|format| !format.tymeds.is_empty());
    }
    let feeder = source == Source::Feeder;
    let mut rules = ScannerRules {
        resolutions: Resolutions::List(options.resolutions.iter().map(dpi).collect()),
        data_types,
        formats,
        feeder: feeder.then(|| feeder_rules(options.duplex)),
        stream_id: STREAM_ID,
        ..ScannerRules::new(bed)
    }
    .of_paper();
    rules.page_sizes.push(WIA_PAGE_AUTO);
    rules
}

/// The rules of one side of a duplex feeder: one stream a page, and no choice of sides.
pub(crate) fn side_rules(feeder: &ScannerRules, side: DocumentHandlingSelect) -> ScannerRules {
    let mut rules = feeder.clone();
    for format in &mut rules.formats {
        format.tymeds.retain(|tymed| *tymed == Tymed::File);
    }
    rules.formats.retain(|format| !format.tymeds.is_empty());
    rules.feeder = Some(FeederRules {
        select: side,
        ..FeederRules::simplex()
    });
    rules
}

/// Width and height of the bed in 1/1000 inch.
fn bed(source: Source, options: &SourceOptions, largest: Option<PaperSize>) -> (i32, i32) {
    let usual_height = match source {
        Source::Flatbed => FLATBED_HEIGHT,
        Source::Feeder => FEEDER_HEIGHT,
    };
    let side = |given: Option<f64>, image: Option<f64>, usual: f64| {
        let size = match (given, image) {
            (Some(mm), _) => mm_to_thousandths(mm),
            (None, Some(inches)) => (inches * 1000.0 * FOR_ROUNDED_DPI).ceil() as u32,
            (None, None) => mm_to_thousandths(usual),
        };
        i32::try_from(size).unwrap_or(i32::MAX).max(1)
    };
    (
        side(options.width, largest.map(|s| s.width), BED_WIDTH),
        side(options.height, largest.map(|s| s.height), usual_height),
    )
}

fn data_type(mode: Mode, depths: &[Depth]) -> DataTypeRule {
    let (data_type, channels) = match mode {
        Mode::Color => (DataType::Color, 3),
        Mode::Gray => (DataType::Grayscale, 1),
        Mode::Bw => return DataTypeRule::new(DataType::Threshold, &[1]),
    };
    let bits = depths.iter().map(|depth| match depth {
        Depth::Eight => 8 * channels,
        Depth::Sixteen => 16 * channels,
    });
    DataTypeRule::new(data_type, &bits.collect::<Vec<_>>())
}

fn feeder_rules(duplex: bool) -> FeederRules {
    if !duplex {
        return FeederRules::simplex();
    }
    let rules = FeederRules::duplex();
    FeederRules {
        select: rules.select | DocumentHandlingSelect::BACK_ONLY,
        ..rules
    }
}
