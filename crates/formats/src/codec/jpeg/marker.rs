//! The marker segments of a JPEG stream before its image data.

use std::ops::Range;

use wia::{Error, ErrorKind, Result};

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DHT: u8 = 0xC4;
const DRI: u8 = 0xDD;
const APP0: u8 = 0xE0;
const APP14: u8 = 0xEE;

/// One marker segment.
struct Segment<'a> {
    marker: u8,
    /// The whole segment in the stream, from the 0xFF on.
    range: Range<usize>,
    /// Its content without marker and length.
    data: &'a [u8],
}

/// The segments up to the start of the image data, SOS being the last. A stream that ends before
/// that, or is none, gives an error as its last item.
struct Segments<'a> {
    stream: &'a [u8],
    at: usize,
    done: bool,
}

fn segments(stream: &[u8]) -> Segments<'_> {
    Segments {
        stream,
        at: 0,
        done: false,
    }
}

impl<'a> Segments<'a> {
    fn read(&mut self) -> Option<Segment<'a>> {
        if self.at == 0 {
            self.at = 2;
            if !self.stream.starts_with(&[0xFF, SOI]) {
                return None;
            }
        }
        let start = self.at;
        if *self.stream.get(start)? != 0xFF {
            return None;
        }
        // Any number of 0xFF may stand before the marker.
        let fill = self.stream[start..].iter().position(|b| *b != 0xFF)?;
        let marker = self.stream[start + fill];
        let length = self.stream.get(start + fill + 1..start + fill + 3)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let end = start + fill + 1 + length;
        // Markers without a length (restarts, TEM, 0, another SOI or EOI) have no place here.
        if marker < 0xC0 || (0xD0..=EOI).contains(&marker) || length < 2 {
            return None;
        }
        let data = self.stream.get(start + fill + 3..end)?;
        self.at = end;
        Some(Segment {
            marker,
            range: start..end,
            data,
        })
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let segment = self.read();
        self.done = segment.as_ref().is_none_or(|s| s.marker == SOS);
        Some(segment.ok_or_else(|| damaged("the JPEG stream is damaged before its image data")))
    }
}

fn damaged(message: &str) -> Error {
    Error::new(ErrorKind::InputDamaged, message)
}

/// A component of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its identifier.
    pub id: u8,
    /// Its horizontal sampling factor, 1 to 4.
    pub horizontal: u8,
    /// Its vertical sampling factor, 1 to 4.
    pub vertical: u8,
}

/// What the headers of a JPEG stream say about its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The number of the SOF marker: 0 baseline, 1 extended, 2 progressive, others rare.
    pub process: u8,
    /// Bits of a sample.
    pub precision: u8,
    /// Pixels of a row, at least 1.
    pub width: u32,
    /// Rows; 0 when only the end of the image data tells it.
    pub height: u32,
    /// The components, in the order of the frame header; at least 1.
    pub components: Vec<Component>,
    /// Whether there is a JFIF header: then colour is YCbCr.
    pub jfif: bool,
    /// The colour transform that an Adobe header tells: 0 none, 1 YCbCr, 2 YCCK.
    pub adobe_transform: Option<u8>,
}

impl Frame {
    /// Reads the headers of `stream`.
    ///
    /// # Errors
    ///
    /// `InputDamaged` when `stream` is not JPEG, or ends or breaks before the image data.
    pub fn parse(stream: &[u8]) -> Result<Frame> {
        let mut frame = None;
        let (mut jfif, mut adobe_transform) = (false, None);
        for segment in segments(stream) {
            let segment = segment?;
            match segment.marker {
                APP0 => jfif |= segment.data.starts_with(b"JFIF\0"),
                APP14 if segment.data.starts_with(b"Adobe") => {
                    adobe_transform = segment.data.get(11).copied().or(adobe_transform);
                }
                // All others of this range begin frames; DHT, JPG and DAC stand between.
                0xC0..=0xCF if !matches!(segment.marker, DHT | 0xC8 | 0xCC) => {
                    if frame.is_some() {
                        return Err(damaged("the JPEG stream has two frames"));
                    }
                    let header = Frame::header(segment.marker & 15, segment.data);
                    frame = Some(header.ok_or_else(|| damaged("the JPEG frame is damaged"))?);
                }
                _ => {}
            }
        }
        let frame = frame.ok_or_else(|| damaged("the JPEG stream has no frame"))?;
        Ok(Frame {
            jfif,
            adobe_transform,
            ..frame
        })
    }

    fn header(process: u8, data: &[u8]) -> Option<Frame> {
        let (head, list) = data.split_at_checked(6)?;
        let components: Vec<Component> = list
            .as_chunks::<3>()
            .0
            .iter()
            .map(|c| Component {
                id: c[0],
                horizontal: c[1] >> 4,
                vertical: c[1] & 15,
            })
            .collect();
        let factors = components
            .iter()
            .all(|c| (1..=4).contains(&c.horizontal) && (1..=4).contains(&c.vertical));
        let width = u32::from(u16::from_be_bytes([head[3], head[4]]));
        let whole = list.len() == 3 * usize::from(head[5]);
        (factors && whole && width > 0 && !components.is_empty()).then_some(Frame {
            process,
            precision: head[0],
            width,
            height: u32::from(u16::from_be_bytes([head[1], head[2]])),
            components,
            jfif: false,
            adobe_transform: None,
        })
    }

    /// Whether three components are red, green, blue rather than YCbCr: by the rules of libjpeg, the
    /// JFIF header first, then Adobe's, then the identifiers.
    pub fn is_rgb(&self) -> bool {
        let ids = self.components.iter().map(|c| c.id);
        self.components.len() == 3
            && !self.jfif
            && match self.adobe_transform {
                Some(transform) => transform == 0,
                None => ids.eq(*b"RGB"),
            }
    }
}

/// A complete stream, taken apart into its tables and its image.
pub(super) struct Split<'a> {
    stream: &'a [u8],
    tables: Vec<Range<usize>>,
    image: Vec<Range<usize>>,
}

impl<'a> Split<'a> {
    pub(super) fn of(stream: &'a [u8]) -> Result<Split<'a>> {
        let (mut tables, mut image) = (Vec::new(), Vec::new());
        for segment in segments(stream) {
            let segment = segment?;
            match segment.marker {
                DQT | DHT => tables.push(segment.range),
                SOS => image.push(segment.range.start..stream.len()),
                DRI | 0xC0..=0xCF => image.push(segment.range),
                // Application data and comments: TIFF says the same in its fields.
                _ => {}
            }
        }
        Ok(Split {
            stream,
            tables,
            image,
        })
    }

    /// The tables as an abbreviated stream.
    pub(super) fn tables(&self) -> Vec<u8> {
        let mut out = vec![0xFF, SOI];
        self.copy(&self.tables, &mut out);
        out.extend_from_slice(&[0xFF, EOI]);
        out
    }

    /// Appends the image as an abbreviated stream.
    pub(super) fn write_image(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[0xFF, SOI]);
        self.copy(&self.image, out);
    }

    fn copy(&self, ranges: &[Range<usize>], out: &mut Vec<u8>) {
        for range in ranges {
            out.extend_from_slice(&self.stream[range.clone()]);
        }
    }
}
