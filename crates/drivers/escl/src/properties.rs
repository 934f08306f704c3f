//! What the scanner's sources can do, in the words of item properties.

use escl::Quirks;
use escl::capabilities::{Capabilities, InputCaps};
use items::{DataTypeRule, FeederRules, FormatRule, Registration, Resolutions, ScannerRules};
use raster::PixelType;
use wia::{Compression, DataType, Guid};

use crate::job::{decoded, passed, source};

/// Settings can be exchanged between network scanners: what one lacks is refused.
const STREAM_ID: Guid = Guid(0x3F5C_9B1E_72D4_4C08_A6E3_915B_D02F_7C4A);
/// What suits: some lines, so that the first of a slow page are out soon.
const BUFFER_SIZE: i32 = 64 * 1024;

/// The rules of the flatbed or the feeder; `None` for a source that the scanner lacks, or that offers no pixels which
/// can be read.
pub(crate) fn rules(scanner: &Capabilities, feeder: bool, quirks: &Quirks) -> Option<ScannerRules> {
    let caps = source(scanner, feeder, false)?;
    let bed = (thousandths(caps.max_width), thousandths(caps.max_height));
    let data_types = data_types(caps);
    if data_types.is_empty() {
        return None;
    }
    let tiff = FormatRule::tiff(&[Compression::None, Compression::G4, Compression::Jpeg]);
    let mut formats = vec![FormatRule::bmp(), FormatRule::raw(), tiff];
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
    let mut rules = ScannerRules {
        min_size: (min(caps.min_width, bed.0), min(caps.min_height, bed.1)),
        resolutions: resolutions(caps, quirks),
        data_types,
        formats,
        registration: registration(scanner),
        brightness_contrast: scanner.brightness.is_some() && scanner.contrast.is_some(),
        feeder: feeder.then(|| match source(scanner, true, true) {
            Some(_) => FeederRules::duplex(),
            None => FeederRules::simplex(),
        }),
        stream_id: STREAM_ID,
        ..ScannerRules::new(bed)
    }
    .of_paper();
    rules.buffer_size = BUFFER_SIZE;
    rules.optical = (
        optical(caps.optical_x).unwrap_or(rules.optical.0),
        optical(caps.optical_y).unwrap_or(rules.optical.1),
    );
    Some(rules)
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
