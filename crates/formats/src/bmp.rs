//! Windows bitmaps: `WiaImgFmt_BMP`, and `WiaImgFmt_MEMORYBMP` without the file header.
//!
//! Lines lie bottom-up, padded to four bytes, colour as blue, green, red. The first row of a page
//! is the last line of the file, so the height must be known; the lines are then written where they
//! belong and no page is held in memory.
//!
//! Sources: `BITMAPFILEHEADER` and `BITMAPINFOHEADER` of the Windows GDI documentation;
//! `wiasGetImageInformation` for which header goes with which format.

mod reader;

use raster::{Band, PageLayout, PixelType};
use wia::{Error, Result};

use crate::one_page::{OnePage, PageEncoder};
use crate::output::Output;
use crate::{DocumentFormat, Sink};

pub use reader::{Description, LineSink, Reader};

const FILE_HEADER: usize = 14;
const INFO_HEADER: usize = 40;
/// Lines are gathered to about so many bytes before they are written.
const GATHER: usize = 128 * 1024;

/// The sizes of a bitmap's parts, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Both headers and the palette: where the lines start.
    pub header: u32,
    /// One line with its padding.
    pub line: u32,
    /// All lines; 0 for an unknown height.
    pub image: u32,
    /// Header and lines; the header alone for an unknown height.
    pub total: u32,
}

/// The sizes of the bitmap of a page, with (`WiaImgFmt_BMP`) or without (`WiaImgFmt_MEMORYBMP`) a
/// file header.
///
/// # Errors
///
/// `InvalidArgument` for 16-bit samples, for no columns, and for a size that the headers cannot
/// tell: 2^31 pixels wide or high, 4 GiB or more.
pub fn sizes(layout: &PageLayout, file_header: bool) -> Result<Sizes> {
    let palette = match layout.pixel {
        PixelType::Bw1 => 2,
        PixelType::Gray4 => 16,
        PixelType::Gray8 => 256,
        PixelType::Rgb8 => 0,
        PixelType::Gray16 | PixelType::Rgb16 => {
            let pixel = layout.pixel;
            return Err(Error::invalid(format!("BMP cannot hold {pixel:?} pixels")));
        }
    };
    let file = if file_header { FILE_HEADER } else { 0 };
    let header = (file + INFO_HEADER + 4 * palette) as u64;
    let height = layout.height.unwrap_or(0);
    let line = layout.pixel.dword_row_bytes(layout.width) as u64;
    let total = line
        .checked_mul(u64::from(height))
        .and_then(|image| image.checked_add(header))
        .unwrap_or(u64::MAX);
    let largest = i32::MAX as u32;
    match (u32::try_from(total), u32::try_from(line)) {
        (Ok(total), Ok(line)) if (1..=largest).contains(&layout.width) && height <= largest => {
            Ok(Sizes {
                header: header as u32,
                line,
                image: total - header as u32,
                total,
            })
        }
        _ => Err(Error::invalid(format!(
            "BMP cannot hold a page of {} x {height} pixels",
            layout.width
        ))),
    }
}

/// The headers and the palette of the bitmap of a page, with (`WiaImgFmt_BMP`) or without
/// (`WiaImgFmt_MEMORYBMP`) a file header. With an unknown height the height and both sizes are 0,
/// to be put in later.
///
/// # Errors
///
/// As [`sizes`].
pub fn header(layout: &PageLayout, file_header: bool) -> Result<Vec<u8>> {
    let sizes = sizes(layout, file_header)?;
    let entries = match layout.pixel {
        PixelType::Rgb8 => 0,
        pixel => 1_u32 << pixel.bits_per_pixel(),
    };
    let mut bytes = Vec::with_capacity(sizes.header as usize);
    let mut word = |value: u32| bytes.extend_from_slice(&value.to_le_bytes());
    if file_header {
        // "BM", bfSize, two reserved words and bfOffBits make 14 bytes; the tag is put before.
        word(layout.height.map_or(0, |_| sizes.total));
        word(0);
        word(sizes.header);
    }
    word(INFO_HEADER as u32);
    word(layout.width);
    word(layout.height.unwrap_or(0));
    word(1 | layout.pixel.bits_per_pixel() << 16);
    word(0); // BI_RGB
    word(sizes.image);
    word(dots_a_metre(layout.x_dpi));
    word(dots_a_metre(layout.y_dpi));
    word(entries);
    word(0);
    for i in 0..entries {
        let grey = i * 255 / (entries - 1);
        word(grey << 16 | grey << 8 | grey);
    }
    if file_header {
        bytes.splice(0..0, *b"BM");
    }
    Ok(bytes)
}

fn dots_a_metre(dpi: u32) -> u32 {
    let dots = (u64::from(dpi) * 10_000 + 127) / 254;
    dots.min(i32::MAX as u64) as u32
}

/// Whether a bitmap begins with a `BITMAPFILEHEADER`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Container {
    /// It does: a file (`WiaImgFmt_BMP`).
    #[default]
    File,
    /// It does not: an image in memory (`WiaImgFmt_MEMORYBMP`).
    Memory,
}

/// Writes one page as a bitmap. Needs a sink that can seek and a page whose height is known.
pub type Writer<S> = OnePage<S, Encoder>;

impl<S: Sink> Writer<S> {
    /// A writer whose bitmap begins at the end of `sink`.
    pub fn new(sink: S, container: Container) -> Writer<S> {
        let encoder = Encoder {
            file_header: container == Container::File,
            lines: Vec::new(),
        };
        OnePage::with_encoder(sink, encoder)
    }
}

/// Rows to lines.
#[derive(Debug)]
pub struct Encoder {
    file_header: bool,
    lines: Vec<u8>,
}

impl PageEncoder for Encoder {
    const FORMAT: DocumentFormat = DocumentFormat::Bmp;

    fn begin<S: Sink>(&mut self, layout: &PageLayout, out: &mut Output<S>) -> Result<()> {
        out.write(&header(layout, self.file_header)?)
    }

    fn rows<S: Sink>(
        &mut self,
        layout: &PageLayout,
        first: u32,
        band: Band<'_>,
        out: &mut Output<S>,
    ) -> Result<()> {
        let sizes = sizes(layout, self.file_header)?;
        let line = sizes.line as usize;
        // The end of the line of row 0 is the end of the bitmap.
        let mut end = u64::from(sizes.total) - u64::from(first) * line as u64;
        let group = (GATHER / line).max(1);
        for from in (0..band.rows()).step_by(group) {
            self.lines.clear();
            for row in band.slice(from, from + group).iter().rev() {
                let start = self.lines.len();
                match layout.pixel {
                    PixelType::Rgb8 => {
                        for p in row.chunks_exact(3) {
                            self.lines.extend_from_slice(&[p[2], p[1], p[0]]);
                        }
                    }
                    _ => self.lines.extend_from_slice(row),
                }
                self.lines.resize(start + line, 0);
            }
            end -= self.lines.len() as u64;
            out.write_at(end, &self.lines)?;
        }
        Ok(())
    }

    fn end<S: Sink>(&mut self, _: &PageLayout, _: u32, out: &mut Output<S>) -> Result<()> {
        out.resume()
    }
}
