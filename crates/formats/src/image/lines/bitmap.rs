//! Windows bitmap files.

use std::fs::File;
use std::os::unix::fs::FileExt;

use raster::PixelType;
use wia::Result;

use super::super::png::number;
use super::super::{ImageInfo, damaged, read_error, unsupported};
use super::Lines;
use crate::{Limits, Orientation};

/// Bytes before the header that tells the image.
const FILE_HEADER: u64 = 14;
/// The oldest header, of OS/2 1.x, and the usual one.
const CORE_HEADER: u32 = 12;
const INFO_HEADER: u32 = 40;
/// Uncompressed, and uncompressed with masks for the colours.
const RGB: u32 = 0;
const BITFIELDS: u32 = 3;

/// What a line is made of.
#[derive(Debug)]
pub(super) enum Form {
    /// A bit a pixel, 1 for white or black.
    Bits { invert: bool },
    /// Numbers into a table.
    Index {
        bits: usize,
        table: Vec<[u8; 3]>,
        channels: usize,
    },
    /// Blue, green, red.
    Bytes,
    /// Red, green and blue out of so many bytes.
    Masks { bytes: usize, masks: [u32; 3] },
}

/// Reads headers and palette.
pub(in super::super) fn bitmap(file: &File, limits: &Limits) -> Result<Lines> {
    let mut head = [0; 70];
    let mut have = 0;
    while have < head.len() {
        match file.read_at(&mut head[have..], have as u64) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(e) => return Err(read_error(e)),
        }
    }
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let half = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    if have < 18 {
        return Err(damaged("the data end early"));
    }
    let size = word(14);
    let core = size == CORE_HEADER;
    if !core && !(INFO_HEADER..=1024).contains(&size) {
        return Err(unsupported(format!("a bitmap header of {size} bytes")));
    }
    if (have as u64) < FILE_HEADER + u64::from(size.min(INFO_HEADER)) {
        return Err(damaged("the data end early"));
    }
    let (width, height, bits) = match core {
        true => (half(18).into(), i32::from(half(20)), half(24)),
        false => (word(18).cast_signed(), word(22).cast_signed(), half(28)),
    };
    let (compression, used) = if core { (RGB, 0) } else { (word(30), word(46)) };
    match (compression, bits) {
        (RGB, 1 | 4 | 8 | 16 | 24 | 32) | (BITFIELDS, 16 | 32) => {}
        (1 | 2, _) => return Err(unsupported("a bitmap with run lengths (RLE)")),
        (4, _) => return Err(unsupported("a JPEG in a bitmap")),
        (5, _) => return Err(unsupported("a PNG in a bitmap")),
        _ => {
            return Err(unsupported(format!(
                "a bitmap of {bits} bits with compression {compression}"
            )));
        }
    }
    let Ok(width) = u32::try_from(width) else {
        return Err(damaged(format!("a bitmap {width} pixels wide")));
    };
    let form = match bits {
        1 | 4 | 8 => {
            let entries = 1 << bits;
            let entries = if used == 0 {
                entries
            } else {
                used.min(entries)
            };
            let entry = if core { 3 } else { 4 };
            let mut palette = vec![0; entries as usize * entry];
            let at = FILE_HEADER + u64::from(size);
            file.read_exact_at(&mut palette, at).map_err(read_error)?;
            let colors = palette.chunks_exact(entry).map(|c| [c[2], c[1], c[0]]);
            indexed(bits.into(), colors.collect())
        }
        24 => Form::Bytes,
        _ => {
            let masks = match (compression, bits) {
                (BITFIELDS, _) => [word(54), word(58), word(62)],
                (_, 16) => [0x7C00, 0x03E0, 0x001F],
                _ => [0x00FF_0000, 0xFF00, 0xFF],
            };
            let bytes = usize::from(bits / 8);
            if masks.contains(&0) {
                return Err(damaged(format!("colour masks {masks:X?}")));
            }
            Form::Masks { bytes, masks }
        }
    };
    let metre = |dots: u32| Some(f64::from(dots) * 0.0254).filter(|_| !core && dots > 0);
    let line = u64::from(width) * u64::from(bits);
    Lines {
        info: ImageInfo {
            width,
            height: height.unsigned_abs(),
            pixel: form.pixel(),
            x_dpi: metre(word(38)),
            y_dpi: metre(word(42)),
            orientation: Orientation::TopLeft,
        },
        start: u64::from(word(10)),
        stride: line.div_ceil(32) * 4,
        used: line.div_ceil(8) as usize,
        bottom_up: height >= 0,
        form: super::Form::Bitmap(form),
    }
    .check(file, limits)
}

fn indexed(bits: usize, mut table: Vec<[u8; 3]>) -> Form {
    // Numbers beyond the palette are black.
    table.resize(1 << bits, [0; 3]);
    match table.as_slice() {
        [[0, 0, 0], [255, 255, 255]] => Form::Bits { invert: false },
        [[255, 255, 255], [0, 0, 0]] => Form::Bits { invert: true },
        _ => Form::Index {
            bits,
            channels: match table.iter().all(|[r, g, b]| r == g && g == b) {
                true => 1,
                false => 3,
            },
            table,
        },
    }
}

impl Form {
    fn pixel(&self) -> PixelType {
        match self {
            Form::Bits { .. } => PixelType::Bw1,
            Form::Index { channels: 1, .. } => PixelType::Gray8,
            _ => PixelType::Rgb8,
        }
    }

    /// Makes a canonical row, which fills `to`.
    pub(super) fn convert(&self, from: &[u8], to: &mut [u8]) {
        match self {
            Form::Bits { invert } => {
                let invert = if *invert { 0xFF } else { 0 };
                to.iter_mut().zip(from).for_each(|(to, b)| *to = b ^ invert);
            }
            Form::Index {
                bits,
                table,
                channels,
            } => {
                for (x, to) in to.chunks_exact_mut(*channels).enumerate() {
                    to.copy_from_slice(&table[number(from, x, *bits)][..*channels]);
                }
            }
            Form::Bytes => {
                let pixels = from.as_chunks::<3>().0;
                for ([b, g, r], to) in pixels.iter().zip(to.as_chunks_mut::<3>().0) {
                    *to = [*r, *g, *b];
                }
            }
            Form::Masks { bytes, masks } => {
                let pixels = from.chunks_exact(*bytes);
                for (from, to) in pixels.zip(to.as_chunks_mut::<3>().0) {
                    let pixel = from.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b));
                    *to = masks.map(|mask| part(pixel, mask));
                }
            }
        }
    }
}

/// The bits of a mask as 0 to 255.
fn part(pixel: u32, mask: u32) -> u8 {
    let shift = mask.trailing_zeros();
    let most = u64::from(mask >> shift);
    let value = u64::from((pixel & mask) >> shift);
    ((value * 255 + most / 2) / most) as u8
}
