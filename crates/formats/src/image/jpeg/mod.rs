//! Reading JPEG: what the file says before its pixels, and the rows.
//!
//! The rows come from mozjpeg, a few at a time, or in a build without C from zune-jpeg, which decodes
//! the whole image at once.

#[cfg(feature = "mozjpeg")]
#[path = "by_mozjpeg.rs"]
mod decoder;
#[cfg(not(feature = "mozjpeg"))]
#[path = "by_zune.rs"]
mod decoder;

use std::io::{BufRead, Read};

use raster::PixelType;
use wia::Result;

use super::{ImageInfo, damaged, file, read_error, unsupported};

pub(super) use decoder::Decoder;

/// The most memory for an image that is only complete with its last scan.
const LARGEST_HELD: u64 = 1 << 30;

/// What colour the decoder is to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// Grey, or RGB made from whatever three components mean.
    Picture,
    /// The components as they are stored.
    Stored,
}

/// What a JPEG stream is to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) width: u32,
    pub(super) least_height: u32,
    pub(super) most_height: u32,
    /// 1 or 3.
    pub(super) channels: usize,
    pub(super) colour: Colour,
}

impl Shape {
    /// Refuses a stream of another shape before memory is taken for it.
    fn check(&self, width: u32, height: u32, components: usize) -> Result<()> {
        let heights = self.least_height..=self.most_height;
        if (width, components) == (self.width, self.channels) && heights.contains(&height) {
            return Ok(());
        }
        Err(damaged(format!(
            "a JPEG stream of {width} x {height} pixels of {components} components, not {} x {} of {}",
            self.width, self.most_height, self.channels
        )))
    }
}

/// What a JPEG file says of its image.
pub(super) fn info(source: &mut impl BufRead) -> Result<ImageInfo> {
    let mut density = None;
    let mut found: Option<Frame> = None;
    loop {
        let (marker, segment) = next_segment(source)?;
        match (marker, &found) {
            (0xE0, _) => density = density.or_else(|| jfif_density(&segment)),
            // Frame headers, but not DHT, JPG and DAC, which lie between them.
            (0xC0..=0xCF, None) if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                found = Some(frame(marker, &segment)?);
            }
            (0xDA, Some(frame)) => {
                let one_scan = segment.first() == Some(&frame.components);
                if frame.progressive || !one_scan {
                    check_held(frame.width, frame.height, frame.components.into())?;
                }
                let (x_dpi, y_dpi) = density.unzip();
                return Ok(ImageInfo {
                    width: frame.width,
                    height: frame.height,
                    pixel: frame.pixel,
                    x_dpi,
                    y_dpi,
                });
            }
            (0xD9 | 0xDA, _) => return Err(damaged("there is no picture in the JPEG file")),
            _ => {}
        }
    }
}

/// Refuses an image whose coefficients, all held until the last scan, are too many.
pub(super) fn check_held(width: u32, height: u32, components: u64) -> Result<()> {
    let bytes = u64::from(width) * u64::from(height) * components * 2;
    if bytes > LARGEST_HELD {
        return Err(unsupported(format!(
            "a JPEG image of {width} x {height} pixels in several scans"
        )));
    }
    Ok(())
}

/// The next marker and what belongs to it.
fn next_segment(source: &mut impl BufRead) -> Result<(u8, Vec<u8>)> {
    let mut byte = || -> Result<u8> {
        let mut byte = [0];
        source.read_exact(&mut byte).map_err(read_error)?;
        Ok(byte[0])
    };
    // Between segments there may be any number of fill bytes.
    if byte()? != 0xFF {
        return Err(damaged("there is no marker where one must be"));
    }
    let mut marker = byte()?;
    while marker == 0xFF {
        marker = byte()?;
    }
    if matches!(marker, 0x01 | 0xD0..=0xD9) {
        return Ok((marker, Vec::new()));
    }
    let len = u16::from_be_bytes([byte()?, byte()?]);
    let Some(len) = len.checked_sub(2) else {
        return Err(damaged("a segment has no length"));
    };
    let mut segment = Vec::new();
    source
        .take(u64::from(len))
        .read_to_end(&mut segment)
        .map_err(read_error)?;
    if segment.len() < usize::from(len) {
        return Err(damaged("the data end early"));
    }
    Ok((marker, segment))
}

/// Dots an inch in both directions from a JFIF segment that tells them.
fn jfif_density(segment: &[u8]) -> Option<(f64, f64)> {
    let &[b'J', b'F', b'I', b'F', 0, _, _, unit, x0, x1, y0, y1, ..] = segment else {
        return None;
    };
    let inch = match unit {
        1 => 1.0,
        2 => 2.54,
        // Only the ratio.
        _ => return None,
    };
    let dpi = |high, low| f64::from(u16::from_be_bytes([high, low])) * inch;
    Some((dpi(x0, x1), dpi(y0, y1)))
}

struct Frame {
    width: u32,
    height: u32,
    components: u8,
    pixel: PixelType,
    progressive: bool,
}

fn frame(marker: u8, segment: &[u8]) -> Result<Frame> {
    if !matches!(marker, 0xC0..=0xC2) {
        return Err(unsupported(format!("JPEG process {}", marker & 15)));
    }
    let &[bits, y0, y1, x0, x1, components, ..] = segment else {
        return Err(damaged("the frame header is too short"));
    };
    if bits != 8 {
        return Err(unsupported(format!("JPEG of {bits} bits")));
    }
    let pixel = match components {
        1 => PixelType::Gray8,
        3 => PixelType::Rgb8,
        _ => return Err(unsupported(format!("JPEG of {components} components"))),
    };
    let height = u16::from_be_bytes([y0, y1]);
    if height == 0 {
        return Err(unsupported("JPEG that tells its height after the pixels"));
    }
    let width = u16::from_be_bytes([x0, x1]);
    Ok(Frame {
        width: u32::from(width),
        height: u32::from(height),
        components,
        pixel,
        progressive: marker == 0xC2,
    })
}

/// The rows of a JPEG file.
pub(super) struct Rows {
    decoder: Decoder,
}

impl Rows {
    pub(super) fn new(source: impl BufRead + 'static, expected: &ImageInfo) -> Result<Rows> {
        let shape = Shape {
            width: expected.width,
            least_height: expected.height,
            most_height: expected.height,
            channels: expected.pixel.channels() as usize,
            colour: Colour::Picture,
        };
        let decoder = Decoder::new(Box::new(source), shape)?;
        Ok(Rows { decoder })
    }
}

impl file::Rows for Rows {
    fn row(&mut self, row: &mut [u8]) -> Result<()> {
        self.decoder.row(row)
    }
}
