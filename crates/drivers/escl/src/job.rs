//! What one transfer is asked for: an item's properties as settings of a scan job.

use escl::capabilities::{Capabilities, InputCaps, Range, Resolutions};
use escl::settings::{ColorMode, InputSource, Region, ScanSettings};
use items::{AppItem, no_data};
use minidriver::pages::{PageFormat, page_format, pixel_type};
use raster::PixelType;
use transfer::TransferContext;
use wia::category::WIA_CATEGORY_FEEDER;
use wia::property::{
    WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST, WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGES,
    WIA_IPS_THRESHOLD, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS,
    WIA_IPS_YRES,
};
use wia::{DocumentHandlingSelect, Error, Result};

/// The MIME type of JPEG, which every scanner has.
pub(crate) const JPEG: &str = "image/jpeg";
/// The MIME type of PNG.
pub(crate) const PNG: &str = "image/png";
/// The threshold of the driver at the start.
const MIDDLE: i32 = 128;

/// Everything that a transfer needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) settings: ScanSettings,
    /// Pages to take; `None` until the feeder is empty.
    pub(crate) pages: Option<u32>,
    pub(crate) feeder: bool,
    pub(crate) format: PageFormat,
    /// What rows become, whatever comes.
    pub(crate) pixel: PixelType,
    /// From which grey on a pixel is white, where the scanner has no pixels of one bit.
    pub(crate) threshold: u8,
    /// The image that is asked for, in pixels.
    pub(crate) size: (u32, u32),
    pub(crate) dpi: (u32, u32),
    /// The resolutions that the source lists.
    pub(crate) listed: Vec<Resolutions>,
}

impl Request {
    /// Reads the settings of an item and the service's context.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that names a property which makes no transfer.
    pub(crate) fn new(
        item: &AppItem,
        context: &TransferContext,
        scanner: &Capabilities,
    ) -> Result<Request> {
        let feeder = item.category() == WIA_CATEGORY_FEEDER;
        let bits = item.opt_i32(WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap_or(0);
        let duplex = feeder
            && DocumentHandlingSelect::from_bits_retain(bits)
                .contains(DocumentHandlingSelect::DUPLEX);
        let caps = source(scanner, feeder, duplex).ok_or_else(|| no_data(item))?;
        let pixel = pixel_type(item)?;
        let format = page_format(context, pixel)?;
        let threshold = item.opt_i32(WIA_IPS_THRESHOLD).unwrap_or(MIDDLE);
        let own_threshold = threshold == MIDDLE || scanner.threshold.is_some();
        let (mode, mime) = match format {
            PageFormat::Jpeg => passed(caps, pixel),
            _ => decoded(caps, pixel, own_threshold),
        }
        .ok_or_else(|| {
            Error::invalid(format!("WIA_IPA_DEPTH: the scanner has no {pixel:?} here"))
        })?;
        let number = |id| item.read_u32(id);
        let dpi = (number(WIA_IPS_XRES)?, number(WIA_IPS_YRES)?);
        check_resolution(caps, dpi)?;
        let size = (number(WIA_IPS_XEXTENT)?, number(WIA_IPS_YEXTENT)?);
        let (x, width) = span(
            number(WIA_IPS_XPOS)?,
            size.0,
            dpi.0,
            (caps.min_width, caps.max_width),
        );
        let (y, height) = span(
            number(WIA_IPS_YPOS)?,
            size.1,
            dpi.1,
            (caps.min_height, caps.max_height),
        );
        let pages = match feeder {
            true => Some(number(WIA_IPS_PAGES)?).filter(|pages| *pages > 0),
            false => Some(1),
        };
        let moved = |id, range: Option<Range>| {
            let value = item.opt_i32(id).filter(|value| *value != 0)?;
            Some(scale(value, range?))
        };
        let native_bw = mode == ColorMode::BlackAndWhite1 && threshold != MIDDLE;
        let ext = caps
            .profiles
            .iter()
            .any(|p| p.formats_ext.iter().any(|f| f == mime));
        // What is decoded is to be as good as it can be; the rest is the scanner's to choose.
        let best = scanner.compression_factor.map(|range| range.min);
        Ok(Request {
            settings: ScanSettings {
                region: Some(Region {
                    x,
                    y,
                    width,
                    height,
                }),
                source: Some(if feeder {
                    InputSource::Feeder
                } else {
                    InputSource::Platen
                }),
                color_mode: Some(mode),
                format: Some(mime.to_owned()),
                format_ext: ext.then(|| mime.to_owned()),
                x_resolution: Some(dpi.0),
                y_resolution: Some(dpi.1),
                duplex: feeder.then_some(duplex),
                compression_factor: best.filter(|_| mime == JPEG && format != PageFormat::Jpeg),
                brightness: moved(WIA_IPS_BRIGHTNESS, scanner.brightness),
                contrast: moved(WIA_IPS_CONTRAST, scanner.contrast),
                threshold: scanner.threshold.filter(|_| native_bw).map(|range| {
                    let span = range.max - range.min;
                    range.min + (span * threshold + 127) / 255
                }),
                ..ScanSettings::default()
            },
            pages,
            feeder,
            format,
            pixel,
            threshold: u8::try_from(threshold.clamp(0, 255)).unwrap_or(128),
            size,
            dpi,
            listed: caps
                .profiles
                .iter()
                .flat_map(|profile| profile.resolutions.clone())
                .collect(),
        })
    }
}

/// What a source can do.
pub(crate) fn source(scanner: &Capabilities, feeder: bool, duplex: bool) -> Option<&InputCaps> {
    let adf = scanner.adf.as_ref();
    match (feeder, duplex) {
        (false, _) => scanner.platen.as_ref(),
        (true, true) => adf?.duplex.as_ref(),
        // One that only tells of both sides can do without one.
        (true, false) => adf?.simplex.as_ref().or(adf?.duplex.as_ref()),
    }
}

/// Whether a mode can be had in a format. A scanner that lists no formats has JPEG.
fn offers(caps: &InputCaps, mode: ColorMode, mime: &str) -> bool {
    let silent = caps
        .profiles
        .iter()
        .all(|profile| profile.formats.is_empty());
    match silent {
        true => mime == JPEG && caps.color_modes().contains(&mode),
        false => caps.offers(mode, mime),
    }
}

/// The mode and format in which pixels can be had to be decoded, without loss where that can be. Pixels that the
/// scanner does not have are made of richer ones; its own black and white only where `own_threshold`.
pub(crate) fn decoded(
    caps: &InputCaps,
    pixel: PixelType,
    own_threshold: bool,
) -> Option<(ColorMode, &'static str)> {
    use ColorMode::{BlackAndWhite1, Grayscale8, Grayscale16, Rgb24, Rgb48};
    let modes: &[ColorMode] = match pixel {
        PixelType::Bw1 if own_threshold => &[BlackAndWhite1, Grayscale8, Rgb24],
        PixelType::Bw1 => &[Grayscale8, Rgb24, BlackAndWhite1],
        PixelType::Gray4 | PixelType::Gray8 => &[Grayscale8, Rgb24],
        PixelType::Gray16 => &[Grayscale16],
        PixelType::Rgb8 => &[Rgb24],
        PixelType::Rgb16 => &[Rgb48],
    };
    modes.iter().find_map(|mode| {
        let eight = matches!(mode, Grayscale8 | Rgb24);
        let formats: &[&'static str] = if eight { &[PNG, JPEG] } else { &[PNG] };
        let mime = formats.iter().find(|mime| offers(caps, *mode, mime))?;
        Some((*mode, *mime))
    })
}

/// The mode in which JPEG can be passed on as it comes.
pub(crate) fn passed(caps: &InputCaps, pixel: PixelType) -> Option<(ColorMode, &'static str)> {
    let mode = match pixel {
        PixelType::Gray8 => ColorMode::Grayscale8,
        PixelType::Rgb8 => ColorMode::Rgb24,
        _ => return None,
    };
    offers(caps, mode, JPEG).then_some((mode, JPEG))
}

fn check_resolution(caps: &InputCaps, dpi: (u32, u32)) -> Result<()> {
    // One for both directions was checked when it was written.
    let all = || {
        caps.profiles
            .iter()
            .flat_map(|profile| &profile.resolutions)
    };
    let holds = |range: &Range, dpi: u32| {
        i32::try_from(dpi).is_ok_and(|dpi| (range.min..=range.max).contains(&dpi))
    };
    let ranged = all()
        .filter_map(|r| r.range)
        .any(|(x, y)| holds(&x, dpi.0) && holds(&y, dpi.1));
    if dpi.0 == dpi.1 || ranged || all().any(|r| r.discrete.contains(&dpi)) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "WIA_IPS_YRES: {} is not valid with WIA_IPS_XRES {}; valid: the same",
        dpi.1, dpi.0
    )))
}

/// Start and length in 1/300 inch of some pixels, as large as the source allows.
fn span(from: u32, pixels: u32, dpi: u32, (least, most): (u32, u32)) -> (u32, u32) {
    let dpi = u64::from(dpi.max(1));
    let start = (u64::from(from) * 300 / dpi).min(u64::from(most.saturating_sub(1)));
    let len = (u64::from(pixels) * 300).div_ceil(dpi);
    let len = len
        .max(u64::from(least))
        .min(u64::from(most) - start)
        .max(1);
    let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    (small(start), small(len))
}

/// From -1000..=1000 with 0 in the middle to a range with its usual value there.
fn scale(value: i32, range: Range) -> i32 {
    let (value, normal) = (i64::from(value.clamp(-1000, 1000)), i64::from(range.normal));
    let end = i64::from(if value < 0 { range.min } else { range.max });
    let moved = normal + (end - normal).abs() * value / 1000;
    i32::try_from(moved)
        .unwrap_or(range.normal)
        .clamp(range.min, range.max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_in_three_hundredths() {
        // Start, pixels, dpi, least and most; start and length.
        for (asked, expected) in [
            ((0, 2550, 300, (1, 2550)), (0, 2550)),
            ((0, 637, 75, (1, 2550)), (0, 2548)),
            ((600, 5, 1200, (1, 2550)), (150, 2)),
            ((0, 5, 1200, (16, 2550)), (0, 16)),
            ((0, 9999, 300, (16, 2550)), (0, 2550)),
            ((9999, 1, 300, (16, 2550)), (2549, 1)),
        ] {
            let (from, pixels, dpi, limits) = asked;
            assert_eq!(span(from, pixels, dpi, limits), expected, "{asked:?}");
        }
    }

    #[test]
    fn brightness_in_the_scanner_s_range() {
        let range = |min, max, normal| Range {
            min,
            max,
            normal,
            step: 1,
        };
        for (value, range, expected) in [
            (0, range(-100, 100, 0), 0),
            (500, range(-100, 100, 0), 50),
            (-1000, range(0, 255, 128), 0),
            (1000, range(0, 255, 128), 255),
            (-500, range(0, 200, 100), 50),
        ] {
            assert_eq!(scale(value, range), expected, "{value} in {range:?}");
        }
    }
}
