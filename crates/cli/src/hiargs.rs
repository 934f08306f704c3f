//! What is meant: what was typed, checked and turned into the settings of a scan.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use acquire::{AreaMm, Compression, FilterSetting, Mode, Output, Settings, Source, TransferMode};
use formats::DocumentFormat;
use wia::Orientation;

use crate::failure::Failure;
use crate::lowargs::{CompressionName, FormatName, ModeName, ScanArgs, SourceName, TransferName};
use crate::page_size;

/// A scan that is meant.
#[derive(Debug)]
pub(crate) struct ScanRequest {
    /// URI of the device.
    pub(crate) device: String,
    /// What is wanted of it.
    pub(crate) settings: Settings,
}

impl ScanRequest {
    /// Gives every option its meaning. `source_date_epoch` is the environment variable of that name.
    ///
    /// # Errors
    ///
    /// Exit code 2, naming the option and what is valid.
    pub(crate) fn new(
        args: &ScanArgs,
        source_date_epoch: Option<&OsStr>,
    ) -> Result<ScanRequest, Failure> {
        let (output, format) = output_of(&args.output, args.format, args.append)?;
        let mut settings = Settings::new(output);
        settings.source = match args.source {
            SourceName::Auto => Source::Auto,
            SourceName::Flatbed => Source::Flatbed,
            SourceName::Feeder => Source::Feeder,
            SourceName::Duplex => Source::Duplex,
            SourceName::Film => Source::Film,
        };
        settings.mode = match args.mode {
            ModeName::Color => Mode::Color,
            ModeName::Gray => Mode::Gray,
            ModeName::Bw => Mode::Bw,
        };
        settings.resolution = args.resolution;
        settings.depth = depth(args)?;
        settings.page = page_size::parse(&args.page).map_err(|e| Failure::invalid(&e))?;
        settings.area = args.area.as_deref().map(area).transpose()?;
        settings.pages = args.pages;
        settings.transfer = match args.transfer {
            TransferName::Stream => TransferMode::Stream,
            TransferName::File => TransferMode::File,
            TransferName::Memory => TransferMode::Memory,
        };
        settings.format = format;
        settings.append = args.append;
        settings.compression = compression(args.compression);
        settings.quality = args.quality;
        settings.set = args
            .set
            .iter()
            .map(|text| property(text))
            .collect::<Result<_, _>>()?;
        settings.filters = args
            .filter
            .iter()
            .map(|text| filter(text))
            .collect::<Result<_, _>>()?;
        settings.title = args.title.clone();
        settings.author = args.author.clone();
        settings.date = source_date_epoch.map(date).transpose()?;
        Ok(ScanRequest {
            device: args.device.clone().unwrap_or_default(),
            settings,
        })
    }
}

/// Whether there is a file with anything in it.
fn holds_something(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > 0)
}

/// Where pages go, and the format that is asked for, if any.
pub(crate) fn output_of(
    path: &Path,
    named: Option<FormatName>,
    append: bool,
) -> Result<(Output, Option<DocumentFormat>), Failure> {
    // `-` is standard output, whatever there is of that name.
    if append && path.as_os_str() != "-" && holds_something(path) {
        // The document that is there is what it is, whatever its name.
        return Ok((Output::Path(path.to_owned()), named.map(format)));
    }
    let (output, format) = output(path, named)?;
    Ok((output, Some(format)))
}

/// Where a document goes, and in which format.
pub(crate) fn output(
    path: &Path,
    named: Option<FormatName>,
) -> Result<(Output, DocumentFormat), Failure> {
    let format = named.map(format);
    if path.as_os_str() == "-" {
        return match format {
            Some(format) => Ok((Output::Stdout, format)),
            None => Err(Failure::invalid(
                "-o - has no ending that tells a format: choose one with -f (tiff, pdf, pdfa, jpeg, png, bmp, raw)",
            )),
        };
    }
    if path.as_os_str().as_bytes().ends_with(b"/") {
        return Err(Failure::invalid(&format!(
            "-o {}: the name of a directory, not of a file",
            path.display()
        )));
    }
    let format = match format {
        Some(format) => format,
        None => format_of_ending(path)?,
    };
    Ok((Output::Path(path.to_owned()), format))
}

fn format(name: FormatName) -> DocumentFormat {
    match name {
        FormatName::Tiff => DocumentFormat::Tiff,
        FormatName::Pdf => DocumentFormat::Pdf,
        FormatName::Pdfa => DocumentFormat::Pdfa,
        FormatName::Jpeg => DocumentFormat::Jpeg,
        FormatName::Png => DocumentFormat::Png,
        FormatName::Bmp => DocumentFormat::Bmp,
        FormatName::Raw => DocumentFormat::Raw,
    }
}

fn format_of_ending(path: &Path) -> Result<DocumentFormat, Failure> {
    let ending = path.extension().map(OsStr::to_string_lossy);
    let format = ending.as_deref().and_then(DocumentFormat::from_ending);
    format.ok_or_else(|| {
        Failure::invalid(&format!(
            "-o {}: the ending tells no format (.tiff .tif .pdf .jpg .jpeg .png .bmp .raw); choose one with -f",
            path.display()
        ))
    })
}

/// How a document is packed.
pub(crate) fn compression(named: Option<CompressionName>) -> Option<Compression> {
    Some(match named? {
        CompressionName::None => Compression::None,
        CompressionName::Packbits => Compression::PackBits,
        CompressionName::Lzw => Compression::Lzw,
        CompressionName::Deflate => Compression::Deflate,
        CompressionName::G3 => Compression::G3,
        CompressionName::G3TwoDimensional => Compression::G3TwoDimensional,
        CompressionName::G4 => Compression::G4,
        CompressionName::Jpeg => Compression::Jpeg,
    })
}

fn depth(args: &ScanArgs) -> Result<Option<u32>, Failure> {
    match args.depth {
        None | Some(8 | 16) => Ok(args.depth),
        Some(other) => Err(Failure::invalid(&format!(
            "--depth {other}: a channel has 8 or 16 bits"
        ))),
    }
}

fn area(text: &str) -> Result<AreaMm, Failure> {
    let wrong = |why: &str| Failure::invalid(&format!("-a {text}: {why}"));
    let numbers = text
        .split(',')
        .map(|part| part.trim().parse().ok().filter(|mm: &f64| mm.is_finite()))
        .collect::<Option<Vec<f64>>>();
    let Some(&[x, y, width, height]) = numbers.as_deref() else {
        return Err(wrong("not four numbers X,Y,W,H in millimetres"));
    };
    if x < 0.0 || y < 0.0 {
        return Err(wrong("X and Y begin at 0, the top left of the page"));
    }
    if width <= 0.0 || height <= 0.0 {
        return Err(wrong(
            "the area has no size; W and H must be more than 0 mm",
        ));
    }
    Ok(AreaMm {
        x,
        y,
        width,
        height,
    })
}

fn property(text: &str) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(Failure::invalid(&format!("--set {text}: not NAME=VALUE"))),
    }
}

fn filter(text: &str) -> Result<FilterSetting, Failure> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let wrong = |valid: &str| Failure::invalid(&format!("--filter {text}: {valid}"));
    let shade = || {
        let parsed = value.map(|v| v.parse().ok().filter(|v| (-1000..=1000).contains(v)));
        match parsed {
            Some(None) => Err(wrong("the value is a whole number from -1000 to 1000")),
            Some(value) => Ok(value),
            None => Ok(None),
        }
    };
    match name {
        "brightness" => Ok(FilterSetting::Brightness(shade()?)),
        "contrast" => Ok(FilterSetting::Contrast(shade()?)),
        "rotation" => Ok(FilterSetting::Rotation(match value {
            None => None,
            Some("0") => Some(Orientation::Portrait),
            Some("90") => Some(Orientation::Landscape),
            Some("180") => Some(Orientation::Rot180),
            Some("270") => Some(Orientation::Rot270),
            Some(_) => return Err(wrong("the value is 0, 90, 180 or 270, counter-clockwise")),
        })),
        _ => Err(wrong("no such filter; valid: brightness contrast rotation")),
    }
}

/// The date that `SOURCE_DATE_EPOCH` gives.
pub(crate) fn date(text: &OsStr) -> Result<i64, Failure> {
    text.to_str()
        .and_then(|t| t.parse::<u64>().ok())
        .and_then(|seconds| i64::try_from(seconds).ok())
        .ok_or_else(|| {
            Failure::invalid(&format!(
                "SOURCE_DATE_EPOCH={}: not a whole number of seconds since 1970",
                text.to_string_lossy()
            ))
        })
}

#[cfg(test)]
mod tests;
