//! Which document, packed how, in which place: what goes together and what does not.

use std::fs;

use formats::{DocumentFormat, codec};
use raster::PixelType;
use wia::{Error, ErrorKind, Result};

use crate::naming::{Place, ending, resolve};
use crate::partial::{PartialFile, sync_directory};
use crate::settings::{Compression, Output, Settings};

/// The format that is asked for, or that the output's ending stands for.
pub(crate) fn format(wanted: Option<DocumentFormat>, output: &Output) -> Result<DocumentFormat> {
    const KNOWN: &str = "valid: tiff pdf pdfa jpeg png bmp raw";
    match (wanted, output) {
        (Some(format), _) => Ok(format),
        (None, Output::Stdout) => Err(Error::invalid(format!(
            "standard output needs a format (-f); {KNOWN}"
        ))),
        (None, Output::Path(path)) => {
            let ending = ending(path).ok_or_else(|| {
                Error::invalid(format!(
                    "{}: the name has no ending that tells the format; {KNOWN}",
                    path.display()
                ))
            })?;
            DocumentFormat::from_ending(&ending).ok_or_else(|| {
                Error::invalid(format!(
                    "{}: .{ending} is no format that can be written; {KNOWN}",
                    path.display()
                ))
            })
        }
    }
}

/// Whether it is a quality that JPEG has.
pub(crate) fn check_quality(quality: u8) -> Result<()> {
    if (1..=100).contains(&quality) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "quality {quality} is not valid; valid: 1 to 100"
    )))
}

/// The compression that is asked for, or the usual one.
pub(super) fn compression(
    settings: &Settings,
    format: DocumentFormat,
    pixel: PixelType,
) -> Result<Compression> {
    use DocumentFormat::{Bmp, Jpeg, Pdf, Pdfa, Png, Raw, Tiff};
    let compression = settings.compression.unwrap_or(match (format, pixel) {
        (Tiff | Pdf | Pdfa, PixelType::Bw1) => Compression::G4,
        (Tiff | Png, _) => Compression::Deflate,
        (Jpeg | Pdf | Pdfa, _) => Compression::Jpeg,
        (Bmp | Raw, _) => Compression::None,
    });
    check_pixels(format, compression, pixel)?;
    Ok(compression)
}

/// Whether pages of these pixels can be stored so.
pub(crate) fn check_pixels(
    format: DocumentFormat,
    compression: Compression,
    pixel: PixelType,
) -> Result<()> {
    let name = format.name();
    let valid: &[Compression] = match format {
        DocumentFormat::Png => &[Compression::Deflate],
        DocumentFormat::Jpeg => &[Compression::Jpeg],
        DocumentFormat::Bmp | DocumentFormat::Raw => &[Compression::None],
        DocumentFormat::Pdf | DocumentFormat::Pdfa => &[
            Compression::None,
            Compression::Deflate,
            Compression::G4,
            Compression::Jpeg,
        ],
        DocumentFormat::Tiff => &[
            Compression::None,
            Compression::PackBits,
            Compression::Lzw,
            Compression::Deflate,
            Compression::G3,
            Compression::G3TwoDimensional,
            Compression::G4,
            Compression::Jpeg,
        ],
    };
    if !valid.contains(&compression) {
        let valid: Vec<_> = valid.iter().map(|c| c.name()).collect();
        return Err(Error::invalid(format!(
            "compression {} is not valid in {name}; valid: {}",
            compression.name(),
            valid.join(" ")
        )));
    }
    if !format.abilities().pixels.contains(&pixel) {
        return Err(Error::invalid(format!(
            "{name} cannot hold {}; use another mode, depth or format",
            pixel_name(pixel)
        )));
    }
    let fits = match compression {
        Compression::G3 | Compression::G3TwoDimensional | Compression::G4 => {
            pixel == PixelType::Bw1
        }
        Compression::Jpeg => matches!(pixel, PixelType::Gray8 | PixelType::Rgb8),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "compression {} cannot hold {}; use another mode, depth or compression",
        compression.name(),
        pixel_name(pixel)
    )))
}

/// Whether the names in the output's folder can be made durable. Other trouble shows when the file is made.
pub(super) fn name_is_durable(place: &Place) -> bool {
    let synced = match place {
        Place::File(target) => sync_directory(target),
        Place::Files(pattern) => sync_directory(&pattern.name(1)),
        Place::Null(_) | Place::Pipe(_) | Place::Stdout => Ok(true),
    };
    synced.unwrap_or(true)
}

fn pixel_name(pixel: PixelType) -> &'static str {
    match pixel {
        PixelType::Bw1 => "bw pages",
        PixelType::Gray4 => "4-bit gray pages",
        PixelType::Gray8 => "gray pages",
        PixelType::Gray16 => "16-bit gray pages",
        PixelType::Rgb8 => "color pages",
        PixelType::Rgb16 => "16-bit color pages",
    }
}

/// Whether a page of this size can be stored. A sheet of its own size may be smaller.
pub(crate) fn check_size(
    format: DocumentFormat,
    compression: Compression,
    pixel: PixelType,
    width: u32,
    height: u32,
) -> Result<()> {
    // What the formats' headers can tell.
    const JPEG: u32 = codec::jpeg::MAX_DIMENSION;
    const PNG: u32 = i32::MAX.unsigned_abs();
    let raw = |rows: u32| pixel.dword_row_bytes(width) as u64 * u64::from(rows);
    let (fits, most) = match (format, compression) {
        (DocumentFormat::Jpeg, _)
        | (DocumentFormat::Pdf | DocumentFormat::Pdfa, Compression::Jpeg) => {
            (width.max(height) <= JPEG, format!("{JPEG} pixels each way"))
        }
        // A strip is an image of its own.
        (DocumentFormat::Tiff, Compression::Jpeg) => {
            (width <= JPEG, format!("{JPEG} pixels in a row"))
        }
        (DocumentFormat::Png, _) => (width.max(height) <= PNG, format!("{PNG} pixels each way")),
        (DocumentFormat::Bmp | DocumentFormat::Raw, _) => (
            // Beside the headers.
            u32::try_from(raw(height).saturating_add(2048)).is_ok(),
            "4 GiB of pixels".to_owned(),
        ),
        _ => (true, String::new()),
    };
    if fits {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{} cannot hold {width} x {height} pixels, at most {most}; use a lower resolution, a smaller area or another format",
        format.name()
    )))
}

/// Whether every file that will be made can be made, as far as that can be seen, and nothing stands
/// in its way: another scan, what a crash left, a directory where a page is to go.
pub(crate) fn check_free(place: &Place, pages: Option<u32>) -> Result<()> {
    let pattern = match place {
        Place::File(target) => return PartialFile::check(target),
        Place::Files(pattern) => pattern,
        Place::Null(_) | Place::Pipe(_) | Place::Stdout => return Ok(()),
    };
    PartialFile::check(&resolve(&pattern.name(1))?)?;
    for page in pattern.pages_there() {
        if pages.is_some_and(|pages| page > pages) {
            break;
        }
        let target = resolve(&pattern.name(page))?;
        if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
            return Err(Error::new(
                ErrorKind::WriteFault,
                format!("{}: is not a file", target.display()),
            ));
        }
        PartialFile::check(&target)?;
    }
    Ok(())
}

/// A format of one image needs `%d`, unless there can be only one page.
pub(super) fn check_page_count(
    format: DocumentFormat,
    place: &Place,
    pages: Option<u32>,
) -> Result<()> {
    if format.abilities().multipage || pages == Some(1) || matches!(place, Place::Files(_)) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{} holds one page: put %d into the output's name for one file a page, or ask for one page (-n 1)",
        format.name()
    )))
}
