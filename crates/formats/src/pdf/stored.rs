//! Pages that another document has stored: their data are copied, not decoded.

use std::os::unix::fs::FileExt;

use raster::{PageLayout, PixelType};
use wia::{Error, ErrorKind, Result};

use super::image::flate;
use super::writer::{State, Writer, color_space};
use super::{Conformance, object};
use crate::codec::jpeg::Frame;
use crate::stored::{
    Chunk, ChunkSource, Coding, FaxGroup, JpegColor, Palette, Predictor, StoredPage,
};
use crate::{PageDone, Sink};

/// What is copied at once.
const PIECE: usize = 64 * 1024;
/// Where the headers of a JPEG stream end at the latest.
const HEADERS: u64 = 1 << 20;
/// The least that is looked at.
const SOME: u64 = 4096;

/// What is done to the bytes on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    AsTheyAre,
    /// Each byte's bits change their order.
    BitsReversed,
}

impl<S: Sink> Writer<S> {
    /// Copies a stored page.
    pub(super) fn copy(
        &mut self,
        page: &StoredPage,
        chunks: &mut dyn ChunkSource,
    ) -> Result<PageDone> {
        let Some(height) = page.layout.height.filter(|h| *h > 0) else {
            return Err(Error::invalid("a stored page has a height"));
        };
        if page.layout.width == 0 {
            return Err(Error::invalid("a page of no size"));
        }
        let archival = self.options.conformance == Conformance::A2b;
        let (filter, way) = filter(page, archival)?;
        let first = chunks.next()?.ok_or_else(breaks_off)?;
        let mut tables: &[u8] = &[];
        let mut skipped = 0;
        let mut transform = "";
        if let Coding::Jpeg {
            tables: some,
            color,
        } = &page.coding
        {
            let frame = frame(&first)?;
            fits(&frame, *color, &page.layout)?;
            if *color == JpegColor::Rgb && frame.adobe_transform.is_none() {
                transform = "/DecodeParms<</ColorTransform 0>>";
            }
            if let Some(some) = some.strip_suffix(&[0xFF, 0xD9]) {
                // The stream's own beginning is in the tables.
                tables = some;
                skipped = 2;
            }
        }
        self.open()?;
        let channels = match page.palette {
            Some(_) => 3,
            None => page.layout.pixel.channels(),
        };
        let profile = page.profile.as_ref().or(self.options.profile.as_ref());
        let profile = profile.cloned().filter(|profile| {
            page.layout.pixel != PixelType::Bw1 && profile.space().channels() == channels
        });
        let entries = |color| colors(page, color) + &filter + transform;
        let head = self.head(profile.as_ref(), entries, &page.layout)?;
        self.body.push(tables)?;
        self.chunk(&first, skipped, way)?;
        let mut copied = 1;
        while let Some(chunk) = chunks.next()? {
            self.chunk(&chunk, 0, way)?;
            copied += 1;
        }
        if copied != page.chunks {
            return Err(breaks_off());
        }
        let done = self.tail(head, &page.layout, height, page.orientation)?;
        self.state = State::Idle;
        Ok(done)
    }

    fn chunk(&mut self, chunk: &Chunk<'_>, skipped: u64, way: Way) -> Result<()> {
        let len = len(chunk);
        let mut at = skipped;
        while at < len {
            let most = usize::try_from(len - at).unwrap_or(PIECE).min(PIECE);
            let to = self.body.pending();
            let start = to.len();
            to.resize(start + most, 0);
            read(chunk, &mut to[start..], at)?;
            if way == Way::BitsReversed {
                to[start..].iter_mut().for_each(|b| *b = b.reverse_bits());
            }
            self.body.settle()?;
            at += most as u64;
        }
        Ok(())
    }
}

fn breaks_off() -> Error {
    Error::new(ErrorKind::InputDamaged, "the stored page breaks off")
}

fn otherwise(why: &str) -> Error {
    let message = format!("a PDF does not take {why} as they are stored");
    Error::new(ErrorKind::NotImplemented, message)
}

fn len(chunk: &Chunk<'_>) -> u64 {
    match chunk {
        Chunk::InFile { bytes, .. } => *bytes,
        Chunk::Bytes(bytes) => bytes.len() as u64,
    }
}

fn read(chunk: &Chunk<'_>, to: &mut [u8], from: u64) -> Result<()> {
    match chunk {
        Chunk::InFile { file, at, .. } => file.read_exact_at(to, at + from).map_err(|e| {
            if e.kind() == std::io::ErrorKind::UnexpectedEof {
                return breaks_off();
            }
            Error::from_read(e)
        }),
        Chunk::Bytes(bytes) => {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let some = bytes.get(from..).and_then(|b| b.get(..to.len()));
            to.copy_from_slice(some.ok_or_else(breaks_off)?);
            Ok(())
        }
    }
}

/// The entries for the compression of a page.
fn filter(page: &StoredPage, archival: bool) -> Result<(String, Way)> {
    let layout = &page.layout;
    let bytes_swapped = layout.pixel.bits_per_channel() == 16 && !page.big_endian;
    let plain = |filter: String| Ok((filter, Way::AsTheyAre));
    let predictor = |filter: &str, number: u32| flate(layout, number).replace("Flate", filter);
    if let Some(Palette(colors)) = &page.palette {
        let samples = !matches!(page.coding, Coding::Fax { .. } | Coding::Jpeg { .. });
        let indices =
            samples && layout.pixel.channels() == 1 && layout.pixel.bits_per_channel() <= 8;
        if colors.is_empty() || !indices {
            return Err(otherwise("palettes of this kind"));
        }
    }
    match &page.coding {
        // Rows follow rows, wherever a chunk ends.
        Coding::Raw if !bytes_swapped => return plain(String::new()),
        _ if page.chunks != 1 => return Err(otherwise("pages in pieces")),
        _ => {}
    }
    match &page.coding {
        Coding::Jpeg { .. } => plain("/Filter/DCTDecode".to_owned()),
        Coding::Fax {
            group,
            low_bit_first,
            inverted,
        } => {
            let k = match group {
                FaxGroup::G4 => "-1",
                FaxGroup::G3 { options } if options & 2 != 0 => {
                    return Err(otherwise("fax codes with uncompressed stretches"));
                }
                FaxGroup::G3 { options } if options & 1 != 0 => "4",
                FaxGroup::G3 { .. } => "0",
            };
            let (columns, rows) = (layout.width, layout.height.unwrap_or(0));
            let black = if *inverted { "/BlackIs1 true" } else { "" };
            let way = if *low_bit_first {
                Way::BitsReversed
            } else {
                Way::AsTheyAre
            };
            let filter = format!(
                "/Filter/CCITTFaxDecode/DecodeParms<</K {k}/Columns {columns}/Rows {rows}\
                 /EndOfBlock false{black}>>"
            );
            Ok((filter, way))
        }
        _ if bytes_swapped => Err(otherwise("samples with their low byte first")),
        Coding::Deflate { predictor: p } => plain(predictor(
            "Flate",
            match p {
                Predictor::None => 1,
                Predictor::Horizontal => 2,
                Predictor::Png => 15,
            },
        )),
        Coding::Lzw { .. } if archival => Err(otherwise("pages in LZW, with PDF/A,")),
        Coding::Lzw { predictor: p } => plain(predictor("LZW", if *p { 2 } else { 1 })),
        Coding::Raw | Coding::PackBits => Err(otherwise("pages in PackBits")),
    }
}

/// The entries for the colours of a page.
fn colors(page: &StoredPage, profile: Option<u32>) -> String {
    let samples = !matches!(page.coding, Coding::Fax { .. } | Coding::Jpeg { .. });
    if let Some(Palette(colors)) = &page.palette {
        let base = match profile {
            Some(number) => format!("[/ICCBased {number} 0 R]"),
            None => "/DeviceRGB".to_owned(),
        };
        let most = colors.len().min(256) - 1;
        let bytes = colors[..most + 1].iter().flatten().map(|v| (v >> 8) as u8);
        return format!("/ColorSpace[/Indexed {base} {most} {}]", object::hex(bytes));
    }
    let mut out = color_space(page.layout.pixel, profile);
    if samples && page.white_is_zero && page.layout.pixel.channels() == 1 {
        out += "/Decode[1 0]";
    }
    out
}

/// The headers of a JPEG stream, of which only as much is read as they need.
fn frame(chunk: &Chunk<'_>) -> Result<Frame> {
    let len = len(chunk);
    let mut some = SOME;
    loop {
        let mut start = vec![0; len.min(some) as usize];
        read(chunk, &mut start, 0)?;
        match Frame::parse(&start) {
            Err(_) if some < len.min(HEADERS) => some *= 8,
            parsed => return parsed,
        }
    }
}

/// Whether a PDF can hold the stream, and it is what it is said to be.
fn fits(frame: &Frame, color: JpegColor, layout: &PageLayout) -> Result<()> {
    let components = match color {
        JpegColor::Gray => 1,
        JpegColor::YCbCr | JpegColor::Rgb => 3,
    };
    if frame.process > 2 || frame.precision != 8 {
        return Err(otherwise("JPEG streams of rare kinds"));
    }
    let same = frame.width == layout.width
        && Some(frame.height) == layout.height
        && frame.components.len() == components;
    if !same {
        return Err(otherwise("JPEG streams of another size than the page"));
    }
    Ok(())
}
