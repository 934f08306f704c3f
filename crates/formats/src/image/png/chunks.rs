//! The chunks of a PNG file: what they say beside the pixels, and the pixels as they are stored.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use raster::PixelType;
use wia::{Error, Result};

use super::super::file::Stored;
use super::super::section::Section;
use super::super::stored::{self, Said, Stretches};
use super::super::{ImageInfo, damaged, read_error};
use crate::{Coding, Limits, Palette, Predictor, Profile, StoredPage};

/// What pixels are copied in.
const PIECE: usize = 64 * 1024;

/// The chunks, one after the other, up to IEND.
struct Chunks {
    source: BufReader<Section>,
    next: u64,
}

/// Type, place of the data and their length.
type Chunk = ([u8; 4], u64, u32);

impl Chunks {
    fn of(file: &Arc<File>) -> Chunks {
        Chunks {
            source: Section::whole(file).hopping(),
            next: 8,
        }
    }

    fn next(&mut self) -> Result<Option<Chunk>> {
        let mut head = [0; 8];
        self.seek(self.next)?;
        self.source.read_exact(&mut head).map_err(read_error)?;
        let [l0, l1, l2, l3, kind @ ..] = head;
        let bytes = u32::from_be_bytes([l0, l1, l2, l3]);
        let at = self.next + 8;
        self.next = at + u64::from(bytes) + 4;
        Ok((kind != *b"IEND").then_some((kind, at, bytes)))
    }

    fn seek(&mut self, at: u64) -> Result<()> {
        self.source.seek(SeekFrom::Start(at)).map_err(read_error)?;
        Ok(())
    }

    /// The data of a chunk, if they are not too many.
    fn data(&mut self, (_, at, bytes): Chunk, limits: &Limits) -> Result<Vec<u8>> {
        if u64::from(bytes) > limits.value_bytes {
            return Ok(Vec::new());
        }
        self.seek(at)?;
        let mut data = Vec::new();
        let mut source = (&mut self.source).take(u64::from(bytes));
        source.read_to_end(&mut data).map_err(read_error)?;
        Ok(data)
    }
}

/// What the chunks say: Title, Author, Software, Source (which is the model), tIME, and the profile.
pub(in super::super) fn said(file: &Arc<File>, limits: &Limits) -> Result<Said> {
    let mut chunks = Chunks::of(file);
    let mut said = Said::default();
    while let Some(chunk) = chunks.next()? {
        match &chunk.0 {
            b"iCCP" => said.profile = profile(&chunks.data(chunk, limits)?, limits),
            b"tEXt" | b"iTXt" => {
                let data = chunks.data(chunk, limits)?;
                let Some((keyword, text)) = text(&data, chunk.0 == *b"iTXt") else {
                    continue;
                };
                match keyword {
                    b"Title" => said.metadata.title = text,
                    b"Author" => said.metadata.author = text,
                    b"Software" => said.metadata.software = text,
                    b"Source" => said.metadata.model = text,
                    _ => {}
                }
            }
            b"tIME" => {
                if let [y0, y1, rest @ ..] = chunks.data(chunk, limits)?.as_slice()
                    && let [month, day, hour, minute, second] = *rest
                {
                    let year = i64::from(u16::from_be_bytes([*y0, *y1]));
                    let [month, day, hour, minute, second] =
                        [month, day, hour, minute, second].map(i64::from);
                    let date = stored::seconds([year, month, day, hour, minute, second]);
                    said.metadata.date = date;
                }
            }
            _ => {}
        }
    }
    Ok(said)
}

/// Keyword and text of a chunk, unless the text is compressed.
fn text(data: &[u8], international: bool) -> Option<(&[u8], String)> {
    let split = |data: &[u8]| data.iter().position(|b| *b == 0);
    let end = split(data)?;
    let (keyword, text) = (&data[..end], &data[end + 1..]);
    if !international {
        return Some((keyword, text.iter().map(|b| char::from(*b)).collect()));
    }
    // Two bytes for the compression, a language, the keyword in that language.
    let text = text.strip_prefix(&[0, 0])?;
    let text = &text[split(text)? + 1..];
    let text = &text[split(text)? + 1..];
    Some((keyword, String::from_utf8_lossy(text).into_owned()))
}

/// A profile: its name, a byte for the compression, the compressed bytes. Images are good without it.
fn profile(data: &[u8], limits: &Limits) -> Option<Profile> {
    let end = data.iter().position(|b| *b == 0)?;
    let compressed = data[end + 1..].strip_prefix(&[0])?;
    let mut bytes = Vec::new();
    let mut plain = ZlibDecoder::new(compressed).take(limits.value_bytes);
    plain.read_to_end(&mut bytes).ok()?;
    Profile::parse(&bytes).ok()
}

/// The image as it is stored, when it is not interlaced and has no alpha channel. Its IDAT chunks become
/// one, in a temporary file when they are several; their check sums are looked at.
pub(in super::super) fn stored(
    file: &Arc<File>,
    info: &ImageInfo,
    limits: &Limits,
) -> Result<Option<Stored>> {
    let mut chunks = Chunks::of(file);
    let (mut header, mut palette, mut data, mut count) = (Vec::new(), Vec::new(), None, 0_u64);
    while let Some(chunk) = chunks.next()? {
        match &chunk.0 {
            b"IHDR" => header = chunks.data(chunk, limits)?,
            b"PLTE" => palette = chunks.data(chunk, limits)?,
            b"IDAT" => {
                data = Some(chunk);
                count += 1;
            }
            _ => {}
        }
    }
    // Width and height, bits, colour, two methods of which there is one each, interlace.
    let Some([bits, colour, _, _, 0]) = header.get(8..13) else {
        return Ok(None);
    };
    let pixel = match (colour, bits) {
        (0 | 3, 1) => PixelType::Bw1,
        (0 | 3, 4) => PixelType::Gray4,
        (0 | 3, 8) => PixelType::Gray8,
        (0, 16) => PixelType::Gray16,
        (2, 8) => PixelType::Rgb8,
        (2, 16) => PixelType::Rgb16,
        _ => return Ok(None),
    };
    let palette = (*colour == 3).then(|| {
        let mut colours: Vec<[u16; 3]> = palette
            .as_chunks::<3>()
            .0
            .iter()
            .map(|colour| colour.map(|c| u16::from(c) * 257))
            .collect();
        colours.resize(1 << bits, [0; 3]);
        Palette(colours)
    });
    let channels = match palette {
        Some(_) => 3,
        None => pixel.channels(),
    };
    let page = StoredPage {
        layout: stored::layout(info, pixel),
        coding: Coding::Deflate {
            predictor: Predictor::Png,
        },
        rows_per_chunk: info.height,
        chunks: 1,
        white_is_zero: false,
        big_endian: *bits == 16,
        palette,
        profile: stored::fitting(said(file, limits)?.profile, channels),
        orientation: info.orientation,
    };
    let Some(last) = data else {
        return Err(damaged("there is no picture in the PNG file"));
    };
    if count == 1 {
        copy(file, last, &mut std::io::sink())?;
        let (_, at, bytes) = last;
        return Ok(Some((page, Stretches::new(file, vec![(at, bytes.into())]))));
    }
    let mut joined = tempfile::tempfile().map_err(Error::from_write)?;
    let mut all = 0;
    chunks.next = 8;
    while let Some(chunk) = chunks.next()? {
        if chunk.0 == *b"IDAT" {
            copy(file, chunk, &mut joined)?;
            all += u64::from(chunk.2);
        }
    }
    let chunks = Stretches::new(&Arc::new(joined), vec![(0, all)]);
    Ok(Some((page, chunks)))
}

/// Copies the data of a chunk, and looks at its check sum.
fn copy(file: &Arc<File>, (kind, at, bytes): Chunk, to: &mut impl Write) -> Result<()> {
    let mut source = Section::new(file, at, u64::from(bytes) + 4);
    let mut sum = crc32fast::Hasher::new();
    sum.update(&kind);
    let mut left = bytes as usize;
    let mut piece = vec![0; PIECE.min(left)];
    while left > 0 {
        let n = left.min(PIECE);
        source.read_exact(&mut piece[..n]).map_err(read_error)?;
        sum.update(&piece[..n]);
        to.write_all(&piece[..n]).map_err(Error::from_write)?;
        left -= n;
    }
    let mut told = [0; 4];
    source.read_exact(&mut told).map_err(read_error)?;
    if u32::from_be_bytes(told) != sum.finalize() {
        return Err(damaged("a check sum in the PNG file is wrong"));
    }
    Ok(())
}
