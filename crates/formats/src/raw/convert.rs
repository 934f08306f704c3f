//! From the pixels of a RAW stream to canonical rows.

use raster::PixelType;
use wia::{Compression, DataType, Error, ErrorKind, Photometric, Result};

use super::RawHeader;
use super::header::wrong;

/// How the pixels of a stream become canonical ones.
#[derive(Debug)]
pub(crate) struct Form {
    /// What they become.
    pub(super) pixel: PixelType,
    change: Change,
}

#[derive(Debug)]
enum Change {
    /// They are canonical as they come.
    None,
    /// 0 is white.
    Invert,
    /// Blue, green, red; the number is the bytes of a sample.
    Reverse(usize),
    /// Indices of so many bits into a table of grey or colour.
    Index { bits: u32, table: Vec<[u8; 3]> },
}

impl Form {
    /// The form that a header and its palette (empty when there is none) describe.
    pub(crate) fn new(header: &RawHeader, palette: &[u8]) -> Result<Form> {
        let compression = header.compression;
        if compression != Compression::None.value() as u32 {
            return Err(unsupported(format!("compression {compression}")));
        }
        if palette.is_empty() {
            plain(header)
        } else {
            indexed(header, palette)
        }
    }

    /// What they become.
    pub(crate) fn pixel(&self) -> PixelType {
        self.pixel
    }

    /// Whether rows can be handed on without being touched.
    pub(super) fn is_direct(&self) -> bool {
        matches!(self.change, Change::None)
    }

    /// Appends the canonical form of `row`, which has no padding, to `to`.
    pub(crate) fn convert(&self, width: u32, row: &[u8], to: &mut Vec<u8>) {
        match &self.change {
            Change::None => to.extend_from_slice(row),
            Change::Invert => to.extend(row.iter().map(|b| !b)),
            Change::Reverse(1) => {
                for p in row.chunks_exact(3) {
                    to.extend_from_slice(&[p[2], p[1], p[0]]);
                }
            }
            Change::Reverse(_) => {
                for p in row.chunks_exact(6) {
                    to.extend_from_slice(&[p[4], p[5], p[2], p[3], p[0], p[1]]);
                }
            }
            Change::Index { bits, table } => {
                let grey = self.pixel == PixelType::Gray8;
                let used = if grey { 1 } else { 3 };
                for x in 0..width as usize {
                    to.extend_from_slice(&table[index(row, x, *bits)][..used]);
                }
            }
        }
    }
}

fn index(row: &[u8], x: usize, bits: u32) -> usize {
    let bits = bits as usize;
    let per_byte = 8 / bits;
    let shift = 8 - bits - (x % per_byte) * bits;
    (usize::from(row[x / per_byte]) >> shift) & ((1 << bits) - 1)
}

fn plain(header: &RawHeader) -> Result<Form> {
    let channels = header.channels_per_pixel as usize;
    let bits = header.bits_per_channel.get(..channels).unwrap_or(&[]);
    let sum: u32 = bits.iter().map(|&b| u32::from(b)).sum();
    if sum != header.bits_per_pixel || sum == 0 {
        return Err(wrong(format!(
            "{channels} channels of {bits:?} bits do not make {} bits a pixel",
            header.bits_per_pixel
        )));
    }
    let grey = match photometric(header) {
        Some(Photometric::White1) => Change::None,
        Some(Photometric::White0) => Change::Invert,
        None if channels == 1 => {
            let number = header.photometric;
            return Err(wrong(format!("PhotometricInterp is {number}")));
        }
        None => Change::None,
    };
    use DataType::{Color, Dither, Grayscale, RawBgr, RawRgb, Threshold};
    let (pixel, change) = match (data_type(header), bits) {
        (Some(Threshold | Dither | Grayscale), [1]) => (PixelType::Bw1, grey),
        (Some(Grayscale), [4]) => (PixelType::Gray4, grey),
        (Some(Grayscale), [8]) => (PixelType::Gray8, grey),
        (Some(Grayscale), [16]) => (PixelType::Gray16, grey),
        // Colour without an order of its own is red first, as in RAWRGB.
        (Some(Color | RawRgb), [8, 8, 8]) => (PixelType::Rgb8, Change::None),
        (Some(Color | RawRgb), [16, 16, 16]) => (PixelType::Rgb16, Change::None),
        (Some(RawBgr), [8, 8, 8]) => (PixelType::Rgb8, Change::Reverse(1)),
        (Some(RawBgr), [16, 16, 16]) => (PixelType::Rgb16, Change::Reverse(2)),
        (_, bits) => {
            let number = header.data_type;
            return Err(unsupported(format!(
                "data type {number} with channels of {bits:?} bits"
            )));
        }
    };
    Ok(Form { pixel, change })
}

fn data_type(header: &RawHeader) -> Option<DataType> {
    DataType::from_value(header.data_type.cast_signed())
}

fn photometric(header: &RawHeader) -> Option<Photometric> {
    Photometric::from_value(header.photometric.cast_signed())
}

/// A palette of 2^bits entries of one byte (grey), three (in the order of the data type) or four
/// (blue, green, red, 0, as a bitmap has it).
fn indexed(header: &RawHeader, palette: &[u8]) -> Result<Form> {
    let bits = header.bits_per_pixel;
    if !matches!(bits, 1 | 4 | 8) {
        return Err(unsupported(format!("a palette for {bits}-bit pixels")));
    }
    let entries = 1_usize << bits;
    let size = palette.len() / entries;
    if !palette.len().is_multiple_of(entries) || !matches!(size, 1 | 3 | 4) {
        return Err(unsupported(format!(
            "a palette of {} bytes for {entries} colours",
            palette.len()
        )));
    }
    if size != 4 && header.bits_per_channel[..size].iter().any(|&b| b != 8) {
        return Err(unsupported("a palette whose channels have not 8 bits"));
    }
    let reversed = size == 4 || data_type(header) == Some(DataType::RawBgr);
    let table: Vec<[u8; 3]> = palette
        .chunks_exact(size)
        .map(|e| match *e {
            [grey] => [grey; 3],
            [b, g, r, ..] if reversed => [r, g, b],
            [r, g, b, ..] => [r, g, b],
            _ => [0; 3],
        })
        .collect();
    let (pixel, change) = match table.as_slice() {
        [[0, 0, 0], [255, 255, 255]] => (PixelType::Bw1, Change::None),
        [[255, 255, 255], [0, 0, 0]] => (PixelType::Bw1, Change::Invert),
        _ if table.iter().all(|[r, g, b]| r == g && g == b) => {
            (PixelType::Gray8, Change::Index { bits, table })
        }
        _ => (PixelType::Rgb8, Change::Index { bits, table }),
    };
    Ok(Form { pixel, change })
}

/// The error for a stream that is right but of a kind that is not read.
pub(super) fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        format!("a RAW stream with {what} is not supported"),
    )
}
