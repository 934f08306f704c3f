//! The formats and what each of them can do and needs: the one table of abilities.

use raster::{PageLayout, PixelType};
use wia::{Error, Guid, Result, format as wia_format};

/// A document format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentFormat {
    /// TIFF 6.0 or BigTIFF.
    Tiff,
    /// PNG (ISO/IEC 15948).
    Png,
    /// JPEG in a JFIF file.
    Jpeg,
    /// Windows bitmap with its file header.
    Bmp,
    /// WIA's own raw format (`WiaImgFmt_RAW`).
    Raw,
    /// PDF 1.7.
    Pdf,
    /// PDF/A-2b.
    Pdfa,
}

/// What a format can do, and what it needs to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Whether it holds more than one page.
    pub multipage: bool,
    /// Whether the height must be known before the first byte, whatever the sink can do.
    pub needs_height: bool,
    /// What it uses a seek for; decides which sinks are good enough.
    pub needs_seek: NeedsSeek,
    /// The pixels that it can hold.
    pub pixels: &'static [PixelType],
    /// What a document is after each page.
    pub after_page: AfterPage,
    /// Whether a page can say which way up it is to be shown.
    pub orientation: bool,
    /// Whether this program can write it.
    pub written: bool,
}

/// What a document under construction is when a page has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterPage {
    /// Complete: it holds one image.
    Complete,
    /// A valid document of the pages so far.
    Valid,
    /// No document yet; one can be made of what the file holds.
    Recoverable,
}

/// When a format overwrites earlier bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedsSeek {
    /// It never does.
    Never,
    /// Only to put in the height of a page that began without one.
    UnknownHeight,
    /// Always.
    Always,
}

use AfterPage::{Complete, Recoverable, Valid};
use PixelType::{Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16};

const ALL_PIXELS: &[PixelType] = &[Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16];

struct Entry {
    format: DocumentFormat,
    name: &'static str,
    endings: &'static [&'static str],
    abilities: Abilities,
}

#[rustfmt::skip]
const TABLE: [Entry; 7] = [
    entry(DocumentFormat::Tiff, "TIFF", &["tiff", "tif"], true, false, NeedsSeek::Never, ALL_PIXELS, Valid, true, true),
    entry(DocumentFormat::Png, "PNG", &["png"], false, false, NeedsSeek::UnknownHeight, ALL_PIXELS, Complete, false, true),
    entry(DocumentFormat::Jpeg, "JPEG", &["jpg", "jpeg"], false, false, NeedsSeek::UnknownHeight, &[Gray8, Rgb8], Complete, true, true),
    entry(DocumentFormat::Bmp, "BMP", &["bmp", "dib"], false, true, NeedsSeek::Always, &[Bw1, Gray4, Gray8, Rgb8], Complete, false, true),
    entry(DocumentFormat::Raw, "RAW", &["raw"], false, false, NeedsSeek::UnknownHeight, ALL_PIXELS, Complete, false, true),
    entry(DocumentFormat::Pdf, "PDF", &["pdf"], true, false, NeedsSeek::Never, ALL_PIXELS, Recoverable, true, true),
    entry(DocumentFormat::Pdfa, "PDF/A", &[], true, false, NeedsSeek::Never, ALL_PIXELS, Recoverable, true, true),
];

#[expect(clippy::too_many_arguments, reason = "a row of the table")]
const fn entry(
    format: DocumentFormat,
    name: &'static str,
    endings: &'static [&'static str],
    multipage: bool,
    needs_height: bool,
    needs_seek: NeedsSeek,
    pixels: &'static [PixelType],
    after_page: AfterPage,
    orientation: bool,
    written: bool,
) -> Entry {
    Entry {
        format,
        name,
        endings,
        abilities: Abilities {
            multipage,
            needs_height,
            needs_seek,
            pixels,
            after_page,
            orientation,
            written,
        },
    }
}

impl DocumentFormat {
    /// Every format.
    pub const ALL: [DocumentFormat; 7] = [
        DocumentFormat::Tiff,
        DocumentFormat::Png,
        DocumentFormat::Jpeg,
        DocumentFormat::Bmp,
        DocumentFormat::Raw,
        DocumentFormat::Pdf,
        DocumentFormat::Pdfa,
    ];

    const fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The usual endings of file names, without a dot, the preferred one first. PDF/A has none of
    /// its own.
    pub const fn endings(self) -> &'static [&'static str] {
        self.entry().endings
    }

    /// The format that a file name's ending stands for, upper or lower case, without a dot.
    pub fn from_ending(ending: &str) -> Option<DocumentFormat> {
        TABLE
            .iter()
            .find(|e| e.endings.iter().any(|x| x.eq_ignore_ascii_case(ending)))
            .map(|e| e.format)
    }

    /// The format of a file that begins with these bytes, of which there should be at least 4.
    pub fn from_start(start: &[u8]) -> Option<DocumentFormat> {
        Some(match start {
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => DocumentFormat::Tiff,
            [0x89, b'P', b'N', b'G', ..] => DocumentFormat::Png,
            [0xFF, 0xD8, 0xFF, ..] => DocumentFormat::Jpeg,
            [b'%', b'P', b'D', b'F', ..] => DocumentFormat::Pdf,
            [b'W', b'R', b'A', b'W', ..] => DocumentFormat::Raw,
            [b'B', b'M', ..] => DocumentFormat::Bmp,
            _ => return None,
        })
    }

    /// The WIA format that it is; plain PDF has none.
    pub const fn wia_format(self) -> Option<Guid> {
        Some(match self {
            DocumentFormat::Tiff => wia_format::WIA_IMG_FMT_TIFF,
            DocumentFormat::Png => wia_format::WIA_IMG_FMT_PNG,
            DocumentFormat::Jpeg => wia_format::WIA_IMG_FMT_JPEG,
            DocumentFormat::Bmp => wia_format::WIA_IMG_FMT_BMP,
            DocumentFormat::Raw => wia_format::WIA_IMG_FMT_RAW,
            DocumentFormat::Pdf => return None,
            DocumentFormat::Pdfa => wia_format::WIA_IMG_FMT_PDFA,
        })
    }

    /// The format that a WIA format is, if it is one of these.
    pub fn from_wia_format(id: Guid) -> Option<DocumentFormat> {
        DocumentFormat::ALL
            .into_iter()
            .find(|format| format.wia_format() == Some(id))
    }

    /// What it can do and needs.
    pub const fn abilities(self) -> &'static Abilities {
        &self.entry().abilities
    }

    /// Whether a page of this layout can go to a sink that can (`seek`) or cannot overwrite earlier
    /// bytes.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that names what is missing: a pixel type the format cannot hold, no rows
    /// or columns, a sink that cannot seek, a height that is needed in advance.
    pub fn check_layout(self, layout: &PageLayout, seek: bool) -> Result<()> {
        let name = self.name();
        let needs = self.abilities();
        let refuse = |why: &str| Err(Error::invalid(format!("{name} {why}")));
        if layout.width == 0 || layout.height == Some(0) {
            return refuse("cannot hold a page of no size");
        }
        if !needs.pixels.contains(&layout.pixel) {
            let pixel = layout.pixel;
            return refuse(&format!("cannot hold {pixel:?} pixels"));
        }
        if needs.needs_height && layout.height.is_none() {
            return refuse("needs the height in advance");
        }
        if seek {
            return Ok(());
        }
        match needs.needs_seek {
            NeedsSeek::Always => refuse("needs an output that can seek"),
            NeedsSeek::UnknownHeight if layout.height.is_none() => {
                refuse("needs the height in advance, or an output that can seek")
            }
            _ => Ok(()),
        }
    }
}
