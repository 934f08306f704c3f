//! What the scanner's sources can do, in the words of item properties.

use escl::Quirks;
use escl::capabilities::{Capabilities, InputCaps};
use items::{
    DataTypeRule, FeederRules, FormatRule, IntentResolutions, Registration, Resolutions,
    ScannerRules,
};
use raster::PixelType;
use wia::constant::{
    WIA_PAGE_BUSINESSCARD, WIA_PAGE_CUSTOM, WIA_PAGE_ISO_A3, WIA_PAGE_ISO_A4, WIA_PAGE_ISO_A5,
    WIA_PAGE_ISO_A6, WIA_PAGE_ISO_A7, WIA_PAGE_ISO_B5, WIA_PAGE_JIS_B5, WIA_PAGE_USLEDGER,
    WIA_PAGE_USLEGAL, WIA_PAGE_USLETTER, WIA_PAGE_USSTATEMENT, page_dimensions,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::{Compression, DataType, Guid, Orientation};

use crate::job::{decoded, passed, source};

/// Settings can be exchanged between network scanners: what one lacks is refused.
const STREAM_ID: Guid = Guid(0x3F5C_9B1E_72D4_4C08_A6E3_915B_D02F_7C4A);
/// What suits: some bands of a page.
const BUFFER_SIZE: i32 = 256 * 1024;

/// Page sizes that are offered where they fit.
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

/// The rules of the flatbed or the feeder; `None` for a source that the scanner lacks, or that offers no pixels which
/// can be read.
pub(crate) fn rules(scanner: &Capabilities, feeder: bool, quirks: &Quirks) -> Option<ScannerRules> {
    let caps = source(scanner, feeder, false)?;
    let bed = (thousandths(caps.max_width), thousandths(caps.max_height));
    let data_types = data_types(caps);
    if data_types.is_empty() {
        return None;
    }
    let holds = |depth: &i32| data_types.iter().any(|rule| rule.depths.contains(depth));
    let tiff = FormatRule::tiff(&[Compression::None, Compression::G4, Compression::Jpeg]);
    let mut formats = vec![FormatRule::raw(), tiff];
    let bmp = FormatRule::bmp();
    let bmp_fits = bmp.depths.iter().any(holds);
    if bmp_fits {
        formats.insert(0, bmp);
    }
    let passes: Vec<i32> = [(8, PixelType::Gray8), (24, PixelType::Rgb8)]
        .into_iter()
        .filter(|(_, pixel)| passed(caps, *pixel).is_some())
        .map(|(depth, _)| depth)
        .collect();
    if !passes.is_empty() {
        formats.push(FormatRule {
            depths: passes,
            ..FormatRule::jpeg()
        });
    }
    let resolutions = resolutions(caps, quirks);
    let highest = match &resolutions {
        Resolutions::List(list) => list.iter().max().copied().unwrap_or(300),
        Resolutions::Range { max, .. } => *max,
    };
    let optical = |dpi: Option<u32>| {
        dpi.and_then(|dpi| i32::try_from(dpi).ok())
            .filter(|dpi| *dpi > 0)
    };
    // Less cannot be asked for; a pixel or so is no limit.
    let min = |size: u32, most: i32| match size {
        0..=1 => 1,
        _ => i32::try_from((u64::from(size) * 10).div_ceil(3))
            .unwrap_or(most)
            .clamp(1, most),
    };
    Some(ScannerRules {
        min_size: (min(caps.min_width, bed.0), min(caps.min_height, bed.1)),
        optical: (
            optical(caps.optical_x).unwrap_or(highest),
            optical(caps.optical_y).unwrap_or(highest),
        ),
        resolutions,
        default_resolution: 300,
        data_types,
        formats,
        preferred_format: if bmp_fits {
            WIA_IMG_FMT_BMP
        } else {
            WIA_IMG_FMT_RAW
        },
        buffer_size: BUFFER_SIZE,
        page_sizes: page_sizes(feeder, bed),
        orientations: vec![Orientation::Portrait, Orientation::Landscape],
        registration: registration(scanner),
        brightness_contrast: scanner.brightness.is_some() && scanner.contrast.is_some(),
        intents: IntentResolutions::default(),
        feeder: feeder.then(|| match source(scanner, true, true) {
            Some(_) => FeederRules::duplex(),
            None => FeederRules::simplex(),
        }),
        stream_id: STREAM_ID,
        ..ScannerRules::new(bed)
    })
}

/// 1/300 inch as 1/1000 inch, no more than there is.
fn thousandths(size: u32) -> i32 {
    i32::try_from(u64::from(size) * 10 / 3)
        .unwrap_or(i32::MAX)
        .max(1)
}

fn data_types(caps: &InputCaps) -> Vec<DataTypeRule> {
    let all: [(DataType, &[(i32, PixelType)]); 3] = [
        (
            DataType::Color,
            &[(24, PixelType::Rgb8), (48, PixelType::Rgb16)],
        ),
        (
            DataType::Grayscale,
            &[(8, PixelType::Gray8), (16, PixelType::Gray16)],
        ),
        (DataType::Threshold, &[(1, PixelType::Bw1)]),
    ];
    let rules = all.into_iter().map(|(data_type, depths)| {
        let can = |(_, pixel): &&(i32, PixelType)| decoded(caps, *pixel, true).is_some();
        let depths: Vec<i32> = depths.iter().filter(can).map(|(depth, _)| *depth).collect();
        DataTypeRule::new(data_type, &depths)
    });
    rules.filter(|rule| !rule.depths.is_empty()).collect()
}

/// The resolutions that are the same in both directions; a list has the word where there is one.
fn resolutions(caps: &InputCaps, quirks: &Quirks) -> Resolutions {
    let most = quirks.highest_resolution().unwrap_or(u32::MAX);
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    let all = || {
        caps.profiles
            .iter()
            .flat_map(|profile| &profile.resolutions)
    };
    let same = all().flat_map(|r| &r.discrete).filter(|(x, y)| x == y);
    let mut list: Vec<i32> = same.filter_map(|(x, _)| i32::try_from(*x).ok()).collect();
    if list.is_empty() {
        if let Some((x, y)) = all().find_map(|r| r.range) {
            let (min, max) = (x.min.max(y.min), x.max.min(y.max).min(most));
            if min <= max {
                let step = x.step.max(y.step);
                return Resolutions::Range { min, max, step };
            }
        }
        let across = all().flat_map(|r| &r.discrete);
        list.extend(across.filter_map(|(x, _)| i32::try_from(*x).ok()));
    }
    if list.iter().any(|dpi| *dpi <= most) {
        list.retain(|dpi| *dpi <= most);
    }
    if list.is_empty() {
        list.push(300);
    }
    list.sort_unstable();
    list.dedup();
    Resolutions::List(list)
}

/// The flatbed starts with the whole glass, the feeder with A4 where that fits.
fn page_sizes(feeder: bool, bed: (i32, i32)) -> Vec<i32> {
    let fits = |page: &i32| page_dimensions(*page).is_some_and(|(w, h)| w <= bed.0 && h <= bed.1);
    let mut sizes: Vec<i32> = PAGE_SIZES.into_iter().filter(fits).collect();
    match feeder {
        false => sizes.insert(0, WIA_PAGE_CUSTOM),
        true => sizes.push(WIA_PAGE_CUSTOM),
    }
    sizes
}

fn registration(scanner: &Capabilities) -> Registration {
    let told = scanner
        .adf
        .as_ref()
        .and_then(|adf| adf.justification.as_deref());
    match told {
        Some("Center") => Registration::Centered,
        Some("Right") => Registration::Right,
        _ => Registration::Left,
    }
}
