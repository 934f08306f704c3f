//! What the samples of a TIFF page mean.

use std::io::{Read, Seek};

use raster::PixelType;
use wia::Result;

use super::super::png::number;
use super::super::{damaged, unsupported};
use super::codec::{Compression, JPEG};
use super::directory::{Directory, tag};
use super::page::Picture;
use crate::Palette;

/// The stored pixels of a page and how they become canonical.
#[derive(Debug)]
pub(in crate::image) struct Pixels {
    /// Bits of a sample.
    pub(super) bits: usize,
    /// Samples of a pixel, extra ones included.
    pub(super) samples: usize,
    /// Samples that are used: the first ones.
    pub(super) used: usize,
    /// Whether each sample has a plane of its own.
    pub(super) planar: bool,
    pub(super) compression: Compression,
    pub(super) photometric: u32,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// One bit, 1 for white.
    Bits,
    /// One bit, 0 for white.
    InvertedBits,
    /// A number into a table.
    Index {
        table: Vec<[u8; 3]>,
        pixel: PixelType,
    },
    /// Whole bytes.
    Samples { invert: bool },
}

impl Pixels {
    pub(super) fn read(source: &mut (impl Read + Seek), directory: &Directory) -> Result<Pixels> {
        let samples = directory.small(source, tag::SAMPLES_PER_PIXEL, 1)? as usize;
        let all_bits = directory.some_numbers(source, tag::BITS_PER_SAMPLE, 64)?;
        let bits = all_bits.first().copied().unwrap_or(1);
        let formats = directory.some_numbers(source, tag::SAMPLE_FORMAT, 64)?;
        let compression = Compression::read(source, directory)?;
        if samples == 0 || samples > 64 {
            return Err(damaged(format!("a pixel has {samples} samples")));
        }
        if all_bits.iter().any(|b| *b != bits) || !matches!(bits, 1 | 2 | 4 | 8 | 16) {
            return Err(unsupported(format!("samples of {all_bits:?} bits")));
        }
        // 1 is whole numbers, 4 is undefined.
        if formats.iter().any(|f| !matches!(f, 1 | 4)) {
            return Err(unsupported(format!("sample format {formats:?}")));
        }
        let bits = bits as usize;
        let fax = compression.is_fax();
        let default = if fax { 0 } else { 1 };
        let photometric = directory.small(source, tag::PHOTOMETRIC, default)?;
        let (used, form) = match (photometric, bits) {
            (0, 1) => (1, Form::InvertedBits),
            (1, 1) => (1, Form::Bits),
            (0 | 1, 2 | 4) => (1, grey_table(bits, photometric == 0)),
            (0 | 1, 8 | 16) => (
                1,
                Form::Samples {
                    invert: photometric == 0,
                },
            ),
            (3, 1 | 2 | 4 | 8) => {
                let map = color_map(source, directory, bits)?;
                (1, palette(&map))
            }
            (2, 8 | 16) => (3, Form::Samples { invert: false }),
            // The JPEG decoder makes RGB of it.
            (6, 8) if compression.code == JPEG => (3, Form::Samples { invert: false }),
            _ => {
                return Err(unsupported(format!(
                    "photometric interpretation {photometric} with {bits} bits"
                )));
            }
        };
        let planar = samples > 1 && directory.small(source, tag::PLANAR, 1)? == 2;
        if samples < used {
            return Err(damaged(format!(
                "{samples} samples where {used} are needed"
            )));
        }
        if (samples > 1 && bits < 8) || (fax && (bits, samples) != (1, 1)) {
            return Err(unsupported(format!("{samples} samples of {bits} bits")));
        }
        if planar && photometric == 6 {
            return Err(unsupported("YCbCr in planes"));
        }
        Ok(Pixels {
            bits,
            samples,
            used,
            planar,
            compression,
            photometric,
            form,
        })
    }

    /// Whether their rows need no change, but for the order of 16-bit samples' bytes.
    pub(super) fn are_canonical(&self) -> bool {
        let same = matches!(self.form, Form::Bits | Form::Samples { invert: false });
        same && !self.planar && self.samples == self.used
    }

    /// What they become.
    pub(in crate::image) fn pixel(&self) -> PixelType {
        match (&self.form, self.bits, self.used) {
            (Form::Bits | Form::InvertedBits, _, _) => PixelType::Bw1,
            (Form::Index { pixel, .. }, _, _) => *pixel,
            (Form::Samples { .. }, 8, 1) => PixelType::Gray8,
            (Form::Samples { .. }, 8, _) => PixelType::Rgb8,
            (Form::Samples { .. }, _, 1) => PixelType::Gray16,
            (Form::Samples { .. }, _, _) => PixelType::Rgb16,
        }
    }

    /// The pixels of picture elements of another format.
    pub(super) fn of(picture: &Picture, compression: Compression) -> Result<Pixels> {
        let Picture {
            samples, invert, ..
        } = *picture;
        let bits = picture.bits as usize;
        let fax = compression.is_fax();
        let jpeg = compression.code == JPEG;
        let (photometric, form) = match (&picture.palette, samples, bits) {
            (Some(map), 1, 1 | 2 | 4 | 8) if !fax && !jpeg => {
                let mut map = map.clone();
                map.resize(1 << bits, [0; 3]);
                (3, palette(&map))
            }
            (None, 1, 1) => match invert ^ fax {
                true => (0, Form::InvertedBits),
                false => (1, Form::Bits),
            },
            (None, 1, 2 | 4) if !fax => (u32::from(!invert), grey_table(bits, invert)),
            (None, 1, 8 | 16) if !(jpeg && invert) => {
                (u32::from(!invert), Form::Samples { invert })
            }
            (None, 3, 8) if jpeg => (6, Form::Samples { invert: false }),
            (None, 3, 8 | 16) => (2, Form::Samples { invert: false }),
            _ => return Err(unsupported(format!("an image of {samples} x {bits} bits"))),
        };
        Ok(Pixels {
            bits,
            samples,
            used: samples,
            planar: false,
            compression,
            photometric,
            form,
        })
    }

    pub(super) fn stored_pixel(&self) -> Option<PixelType> {
        Some(match (self.bits, self.used) {
            (1, 1) => PixelType::Bw1,
            (4, 1) => PixelType::Gray4,
            (8, 1) => PixelType::Gray8,
            (16, 1) => PixelType::Gray16,
            (8, 3) => PixelType::Rgb8,
            (16, 3) => PixelType::Rgb16,
            _ => return None,
        })
    }

    /// What they are as the file stores them, with white as 0 or not, and the colours that they are
    /// indices of; `None` when no stored page can say that.
    pub(super) fn stored(
        &self,
        source: &mut (impl Read + Seek),
        directory: &Directory,
    ) -> Result<Option<(PixelType, bool, Option<Palette>)>> {
        if self.planar || self.samples != self.used {
            return Ok(None);
        }
        let Some(pixel) = self.stored_pixel() else {
            return Ok(None);
        };
        let palette = match self.photometric {
            3 => Some(Palette(color_map(source, directory, self.bits)?)),
            _ => None,
        };
        Ok(Some((pixel, self.photometric == 0, palette)))
    }

    /// Makes a canonical row, which fills `to`, of the packed pixels in `from`, each of `samples`
    /// samples, 16-bit ones little-endian.
    pub(super) fn convert(&self, from: &[u8], samples: usize, to: &mut [u8]) {
        match &self.form {
            Form::Bits => to.copy_from_slice(&from[..to.len()]),
            Form::InvertedBits => copy_inverted(from, to),
            Form::Index { table, pixel } => {
                let channels = pixel.channels() as usize;
                for (x, to) in to.chunks_exact_mut(channels).enumerate() {
                    to.copy_from_slice(&table[number(from, x, self.bits)][..channels]);
                }
            }
            Form::Samples { invert } => {
                let bytes = self.bits / 8;
                let used = bytes * self.used;
                if samples == self.used {
                    to.copy_from_slice(&from[..to.len()]);
                } else {
                    let pixels = from.chunks_exact(bytes * samples);
                    for (from, to) in pixels.zip(to.chunks_exact_mut(used)) {
                        to.copy_from_slice(&from[..used]);
                    }
                }
                if *invert {
                    to.iter_mut().for_each(|b| *b = !*b);
                }
            }
        }
    }
}

fn copy_inverted(from: &[u8], to: &mut [u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = !from);
}

fn grey_table(bits: usize, invert: bool) -> Form {
    let most = (1 << bits) - 1;
    let grey = |i: usize| (i * 255 / most) as u8;
    let table = (0..=most).map(|i| [grey(if invert { most - i } else { i }); 3]);
    Form::Index {
        table: table.collect(),
        pixel: PixelType::Gray8,
    }
}

/// The colours of a palette. Some writers put 8 bits where there are to be 16.
fn color_map(
    source: &mut (impl Read + Seek),
    directory: &Directory,
    bits: usize,
) -> Result<Vec<[u16; 3]>> {
    let entries = 1 << bits;
    let map = directory.some_numbers(source, tag::COLOR_MAP, 3 * entries as u64)?;
    if map.len() < 3 * entries {
        return Err(damaged(format!("a palette of {} numbers", map.len())));
    }
    let scale = if map.iter().all(|n| *n < 256) { 257 } else { 1 };
    // All reds, all greens, all blues.
    let channel = |c: usize, i: usize| (map[c * entries + i] * scale) as u16;
    Ok((0..entries)
        .map(|i| [channel(0, i), channel(1, i), channel(2, i)])
        .collect())
}

fn palette(map: &[[u16; 3]]) -> Form {
    let table: Vec<[u8; 3]> = map
        .iter()
        .map(|color| color.map(|c| (c >> 8) as u8))
        .collect();
    match table.as_slice() {
        [[0, 0, 0], [255, 255, 255]] => Form::Bits,
        [[255, 255, 255], [0, 0, 0]] => Form::InvertedBits,
        _ => {
            let grey = table.iter().all(|[r, g, b]| r == g && g == b);
            let pixel = if grey {
                PixelType::Gray8
            } else {
                PixelType::Rgb8
            };
            Form::Index { table, pixel }
        }
    }
}
