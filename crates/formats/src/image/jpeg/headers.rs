//! The marker segments of a JPEG file (ITU-T T.81, ITU-T T.871, Exif, ICC.1).

use std::io::{BufRead, Read};

use raster::PixelType;
use wia::Result;

use super::{damaged, read_error, tiff, unsupported};
use crate::image::ImageInfo;
use crate::{Limits, Metadata, Orientation, Profile};

const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// What stands before the first pixel.
#[derive(Debug, Default)]
pub(super) struct Headers {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Identifiers of the components, of which there are 1 or 3.
    pub(super) components: Vec<u8>,
    /// Whether the image is only complete with its last scan.
    pub(super) many_scans: bool,
    jfif: bool,
    /// Dots an inch as the JFIF header tells them.
    density: Option<(f64, f64)>,
    adobe_transform: Option<u8>,
    exif: Vec<u8>,
    /// Pieces of a colour profile, with their numbers and what each says of how many there are.
    profile: Vec<(u8, u8, Vec<u8>)>,
}

impl Headers {
    /// Reads them, and stops before the first scan's data.
    pub(super) fn read(source: &mut impl BufRead) -> Result<Headers> {
        let mut headers = Headers::default();
        loop {
            let marker = next_marker(source)?;
            let segment = segment(source, marker)?;
            match marker {
                0xE0 if segment.starts_with(b"JFIF\0") => {
                    headers.jfif = true;
                    headers.density = headers.density.or_else(|| jfif_density(&segment));
                }
                0xE1 if headers.exif.is_empty() => {
                    if let Some(exif) = segment.strip_prefix(b"Exif\0\0") {
                        headers.exif = exif.to_vec();
                    }
                }
                0xE2 if headers.profile.len() < 255 => {
                    if let Some([number, of, piece @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                        headers.profile.push((*number, *of, piece.to_vec()));
                    }
                }
                0xEE if segment.starts_with(b"Adobe") => {
                    headers.adobe_transform = segment.get(11).copied();
                }
                // Frame headers, but not DHT, JPG and DAC, which lie between them.
                0xC0..=0xCF
                    if headers.components.is_empty() && !matches!(marker, 0xC4 | 0xC8 | 0xCC) =>
                {
                    headers.frame(marker, &segment)?;
                }
                SOS if !headers.components.is_empty() => {
                    let in_scan = segment.first().copied().map(usize::from);
                    headers.many_scans |= in_scan != Some(headers.components.len());
                    return Ok(headers);
                }
                EOI | SOS => return Err(damaged("there is no picture in the JPEG file")),
                _ => {}
            }
        }
    }

    fn frame(&mut self, marker: u8, segment: &[u8]) -> Result<()> {
        if !matches!(marker, 0xC0..=0xC2) {
            return Err(unsupported(format!("JPEG process {}", marker & 15)));
        }
        let &[bits, y0, y1, x0, x1, components, ref list @ ..] = segment else {
            return Err(damaged("the frame header is too short"));
        };
        if bits != 8 {
            return Err(unsupported(format!("JPEG of {bits} bits")));
        }
        if !matches!(components, 1 | 3) {
            return Err(unsupported(format!("JPEG of {components} components")));
        }
        let height = u16::from_be_bytes([y0, y1]);
        if height == 0 {
            return Err(unsupported("JPEG that tells its height after the pixels"));
        }
        let list = list.as_chunks::<3>().0.get(..usize::from(components));
        let Some(list) = list else {
            return Err(damaged("the frame header is too short"));
        };
        self.components = list.iter().map(|[id, _, _]| *id).collect();
        self.width = u32::from(u16::from_be_bytes([x0, x1]));
        self.height = u32::from(height);
        self.many_scans = marker == 0xC2;
        Ok(())
    }

    /// What the image is like.
    pub(super) fn info(&self, limits: &Limits) -> ImageInfo {
        let density = self.density.or_else(|| self.exif(limits).1);
        let (x_dpi, y_dpi) = density.unzip();
        ImageInfo {
            width: self.width,
            height: self.height,
            pixel: match self.components.len() {
                1 => PixelType::Gray8,
                _ => PixelType::Rgb8,
            },
            x_dpi,
            y_dpi,
            orientation: self.orientation(limits).unwrap_or_default(),
        }
    }

    /// Whether three components are red, green, blue rather than YCbCr: by the rules of libjpeg, the
    /// JFIF header first, then Adobe's, then the identifiers.
    pub(super) fn is_rgb(&self) -> bool {
        !self.jfif
            && match self.adobe_transform {
                Some(transform) => transform == 0,
                None => self.components == b"RGB",
            }
    }

    /// The colour profile, when all its pieces are there and it is one.
    pub(super) fn profile(&self) -> Option<Profile> {
        let mut pieces: Vec<_> = self.profile.iter().collect();
        pieces.sort_by_key(|(number, ..)| *number);
        let whole = pieces.iter().zip(1_usize..).all(|((number, of, _), at)| {
            usize::from(*number) == at && usize::from(*of) == pieces.len()
        });
        let bytes: Vec<u8> = pieces
            .iter()
            .flat_map(|(_, _, piece)| piece)
            .copied()
            .collect();
        Profile::parse(&bytes).ok().filter(|_| whole)
    }

    /// Which way up an Exif segment says the image is; `None` when there is no such segment.
    pub(super) fn orientation(&self, limits: &Limits) -> Option<Orientation> {
        let said = || tiff::exif_orientation(&self.exif, limits).unwrap_or_default();
        (!self.exif.is_empty()).then(said)
    }

    /// What an Exif segment says, and its dots an inch.
    pub(super) fn exif(&self, limits: &Limits) -> (Metadata, Option<(f64, f64)>) {
        // Images are good without it.
        tiff::exif(&self.exif, limits).unwrap_or_default()
    }
}

/// Passes over the data of all scans, the first of which begins here, and the end of the image.
pub(super) fn skip_image(source: &mut impl BufRead) -> Result<()> {
    loop {
        let marker = skip_scan(source)?;
        if marker == EOI {
            return Ok(());
        }
        segment(source, marker)?;
        if marker != SOS {
            // Tables for the scan to come.
            loop {
                let marker = next_marker(source)?;
                segment(source, marker)?;
                match marker {
                    SOS => break,
                    EOI => return Ok(()),
                    _ => {}
                }
            }
        }
    }
}

/// Passes over coded pixels; returns the marker that ends them.
fn skip_scan(source: &mut impl BufRead) -> Result<u8> {
    loop {
        let buffer = source.fill_buf().map_err(read_error)?;
        if buffer.is_empty() {
            return Err(damaged("the data end early"));
        }
        // What is no marker by the byte after it is passed over here, a page of it in a blink.
        let mut marks = memchr::memchr_iter(0xFF, buffer);
        let stuffed = |at: usize| matches!(buffer.get(at + 1), Some(0 | 0x01 | 0xD0..=0xD7));
        let Some(at) = marks.find(|at| !stuffed(*at)) else {
            let len = buffer.len();
            source.consume(len);
            continue;
        };
        source.consume(at + 1);
        let mut marker = byte(source)?;
        while marker == 0xFF {
            marker = byte(source)?;
        }
        if !matches!(marker, 0 | 0x01 | 0xD0..=0xD7) {
            return Ok(marker);
        }
    }
}

fn byte(source: &mut impl BufRead) -> Result<u8> {
    let mut byte = [0];
    source.read_exact(&mut byte).map_err(read_error)?;
    Ok(byte[0])
}

fn next_marker(source: &mut impl BufRead) -> Result<u8> {
    // Between segments there may be any number of fill bytes.
    if byte(source)? != 0xFF {
        return Err(damaged("there is no marker where one must be"));
    }
    let mut marker = byte(source)?;
    while marker == 0xFF {
        marker = byte(source)?;
    }
    Ok(marker)
}

/// What belongs to a marker.
fn segment(source: &mut impl BufRead, marker: u8) -> Result<Vec<u8>> {
    if matches!(marker, 0x01 | 0xD0..=EOI) {
        return Ok(Vec::new());
    }
    let len = u16::from_be_bytes([byte(source)?, byte(source)?]);
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
    Ok(segment)
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
