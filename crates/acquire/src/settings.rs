//! What is wanted, in the words of a person.

use std::path::PathBuf;

use formats::{DocumentFormat, tiff};

use crate::filtering::FilterSetting;

/// Where the sheets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Source {
    /// The feeder if it holds paper, else the flatbed.
    #[default]
    Auto,
    /// The glass.
    Flatbed,
    /// The feeder, front sides only.
    Feeder,
    /// The feeder, both sides.
    Duplex,
    /// A film unit.
    Film,
}

/// What a pixel tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Red, green, blue.
    #[default]
    Color,
    /// Grey.
    Gray,
    /// Black or white.
    Bw,
}

/// How large a page is.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum PageSetting {
    /// Each sheet's own size where the device finds it, else the bed's.
    #[default]
    Auto,
    /// A size of WIA's list (`WIA_PAGE_*`).
    Named(i32),
    /// Width and height in millimetres, each more than 0.
    Millimetres(f64, f64),
}

/// A rectangle in millimetres from the top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AreaMm {
    /// Distance from the left edge.
    pub x: f64,
    /// Distance from the top edge.
    pub y: f64,
    /// Width, more than 0.
    pub width: f64,
    /// Height, more than 0.
    pub height: f64,
}

/// Where the document goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A path; with `%d` (or `%03d`) one file a page.
    Path(PathBuf),
    /// Standard output.
    Stdout,
}

/// How the data comes from the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TransferMode {
    /// Into a stream (`IWiaTransfer::Download`).
    #[default]
    Stream,
    /// Into a file that the service creates (`IWiaDataTransfer::idtGetData`).
    File,
    /// In bands of memory, two in turn (`IWiaDataTransfer::idtGetBandedData`).
    Memory,
}

/// How a document's bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// PackBits.
    PackBits,
    /// LZW.
    Lzw,
    /// Deflate.
    Deflate,
    /// ITU-T T.4 in one dimension, which every fax machine reads.
    G3,
    /// ITU-T T.4 in two dimensions.
    G3TwoDimensional,
    /// ITU-T T.6.
    G4,
    /// JPEG.
    Jpeg,
}

impl Compression {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::PackBits => "packbits",
            Compression::Lzw => "lzw",
            Compression::Deflate => "deflate",
            Compression::G3 => "g3",
            Compression::G3TwoDimensional => "g3-2d",
            Compression::G4 => "g4",
            Compression::Jpeg => "jpeg",
        }
    }

    /// What the writers of documents call it.
    pub(crate) const fn of_writer(self) -> tiff::Compression {
        match self {
            Compression::None => tiff::Compression::None,
            Compression::PackBits => tiff::Compression::PackBits,
            Compression::Lzw => tiff::Compression::Lzw,
            Compression::Deflate => tiff::Compression::Deflate,
            Compression::G3 => tiff::Compression::G3 {
                two_dimensional: false,
            },
            Compression::G3TwoDimensional => tiff::Compression::G3 {
                two_dimensional: true,
            },
            Compression::G4 => tiff::Compression::G4,
            Compression::Jpeg => tiff::Compression::Jpeg,
        }
    }
}

/// Everything that can be asked of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where the sheets come from.
    pub source: Source,
    /// Dots an inch.
    pub resolution: u32,
    /// What a pixel tells.
    pub mode: Mode,
    /// Bits a channel: 8 or 16; `None` for what the mode usually has.
    pub depth: Option<u32>,
    /// How large a page is.
    pub page: PageSetting,
    /// Part of the page; `None` for all of it.
    pub area: Option<AreaMm>,
    /// Sides to scan; 0 until the feeder is empty; `None` for the source's usual number.
    pub pages: Option<u32>,
    /// Where the document goes.
    pub output: Output,
    /// The document's format; `None` to take it from the output's ending.
    pub format: Option<DocumentFormat>,
    /// How its bytes are packed; `None` for what the format and mode usually have.
    pub compression: Option<Compression>,
    /// Quality of JPEG data, 1..=100.
    pub quality: u8,
    /// How the data comes from the device. It makes no difference to the document.
    pub transfer: TransferMode,
    /// Image filters, in order.
    pub filters: Vec<FilterSetting>,
    /// Whether the pages are added to the document that is there; a new one is begun where there is none.
    pub append: bool,
    /// Title of the document.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// Properties by name and value, written last and in this order.
    pub set: Vec<(String, String)>,
    /// Seconds since 1970 to write as the date into documents; `None` for now.
    pub date: Option<i64>,
}

impl Settings {
    /// The defaults of the command line, for an output.
    pub fn new(output: Output) -> Settings {
        Settings {
            source: Source::Auto,
            resolution: 300,
            mode: Mode::Color,
            depth: None,
            page: PageSetting::Auto,
            area: None,
            pages: None,
            output,
            format: None,
            compression: None,
            quality: 75,
            transfer: TransferMode::Stream,
            filters: Vec::new(),
            append: false,
            title: String::new(),
            author: String::new(),
            set: Vec::new(),
            date: None,
        }
    }
}
