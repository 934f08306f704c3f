//! Colours laid on a row of pixels.

use std::ops::Range;

use raster::{Converter, PixelType};

use super::lettering::Span;

/// A colour of 16 bits a channel.
pub(super) type Colour = [u16; 3];

/// A colour from 8 bits a channel.
pub(super) const fn rgb(red: u8, green: u8, blue: u8) -> Colour {
    [red as u16 * 257, green as u16 * 257, blue as u16 * 257]
}

/// A colour in the pixel type of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    bytes: [u8; 6],
}

impl Ink {
    /// `pixel` has 8 or 16 bits a channel.
    pub(super) fn new(colour: Colour, pixel: PixelType) -> Ink {
        let mut bytes = [0; 6];
        colours_to(&[colour], pixel, &mut bytes);
        Ink { bytes }
    }
}

/// Converts a run of colours into pixels.
pub(super) fn colours_to(colours: &[Colour], pixel: PixelType, dst: &mut [u8]) {
    let bytes: Vec<u8> = colours
        .iter()
        .flatten()
        .flat_map(|c| c.to_le_bytes())
        .collect();
    Converter::new(PixelType::Rgb16, pixel, colours.len() as u32, 0).convert_row(&bytes, dst);
}

/// A row of pixels of 8 or 16 bits a channel; `x` is the column of the page that it begins at.
pub(super) struct Row<'a> {
    pub(super) bytes: &'a mut [u8],
    pub(super) pixel: PixelType,
    pub(super) x: u32,
}

impl Row<'_> {
    /// The bytes of a range of page columns, clipped, and how many columns were cut on the left.
    pub(super) fn columns(&mut self, columns: Range<i64>) -> (&mut [u8], usize) {
        let pixel_bytes = (self.pixel.bits_per_pixel() / 8) as usize;
        let origin = i64::from(self.x);
        let width = (self.bytes.len() / pixel_bytes) as i64;
        let start = (columns.start - origin).clamp(0, width);
        let end = (columns.end - origin).clamp(start, width);
        let cut = (start + origin - columns.start).max(0) as usize;
        let bytes = start as usize * pixel_bytes..end as usize * pixel_bytes;
        (&mut self.bytes[bytes], cut)
    }

    /// Covers a range of page columns.
    pub(super) fn fill(&mut self, columns: Range<u32>, ink: &Ink) {
        let pixel = self.pixel;
        let (bytes, _) = self.columns(columns.start.into()..columns.end.into());
        match pixel {
            PixelType::Rgb16 => fill(bytes, ink.bytes),
            PixelType::Rgb8 => fill(bytes, first::<3>(ink)),
            PixelType::Gray16 => fill(bytes, first::<2>(ink)),
            _ => bytes.fill(ink.bytes[0]),
        }
    }

    /// Copies prepared pixels to page columns from `x`.
    pub(super) fn copy(&mut self, x: u32, pixels: &[u8]) {
        let pixel_bytes = (self.pixel.bits_per_pixel() / 8) as usize;
        let end = i64::from(x) + (pixels.len() / pixel_bytes) as i64;
        let (bytes, cut) = self.columns(x.into()..end);
        let from = pixels.get(cut * pixel_bytes..).unwrap_or_default();
        let len = bytes.len().min(from.len());
        bytes[..len].copy_from_slice(&from[..len]);
    }

    /// Lays spans, counted from page column `x`: a row of a letter.
    pub(super) fn spans(&mut self, x: i64, spans: &[Span], ink: &Ink) {
        let x = x - i64::from(self.x);
        match self.pixel {
            PixelType::Rgb16 => lay::<6, 2>(self.bytes, x, spans, first(ink)),
            PixelType::Gray16 => lay::<2, 2>(self.bytes, x, spans, first(ink)),
            PixelType::Rgb8 => lay::<3, 1>(self.bytes, x, spans, first(ink)),
            _ => lay::<1, 1>(self.bytes, x, spans, first(ink)),
        }
    }
}

/// Lays spans on pixels of `N` bytes, `SAMPLE` of them a sample.
fn lay<const N: usize, const SAMPLE: usize>(
    bytes: &mut [u8],
    x: i64,
    spans: &[Span],
    ink: [u8; N],
) {
    let pixels = bytes.as_chunks_mut::<N>().0;
    let width = pixels.len() as i64;
    for span in spans {
        let start = x + i64::from(span.x);
        let (from, to) = (start.max(0), (start + i64::from(span.len)).min(width));
        if from >= to {
            continue;
        }
        let under = &mut pixels[from as usize..to as usize];
        if span.cover == 255 {
            under.fill(ink);
            continue;
        }
        for pixel in under {
            let samples = pixel.as_chunks_mut::<SAMPLE>().0.iter_mut();
            for (p, i) in samples.zip(ink.as_chunks::<SAMPLE>().0) {
                let value = mixed(sample(p), sample(i), span.cover);
                p.copy_from_slice(&value.to_le_bytes()[..SAMPLE]);
            }
        }
    }
}

/// A sample of one or two bytes.
fn sample<const SAMPLE: usize>(bytes: &[u8; SAMPLE]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn first<const N: usize>(ink: &Ink) -> [u8; N] {
    std::array::from_fn(|i| ink.bytes[i])
}

fn fill<const N: usize>(bytes: &mut [u8], ink: [u8; N]) {
    for pixel in bytes.as_chunks_mut::<N>().0 {
        *pixel = ink;
    }
}

fn mixed(paper: u32, ink: u32, cover: u8) -> u32 {
    let cover = u32::from(cover);
    (paper * (255 - cover) + ink * cover + 127) / 255
}
