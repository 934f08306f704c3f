//! JPEG in a JFIF file, written as the rows come (ITU-T T.81, ITU-T T.871).
//!
//! An encoder wants to know the height of an image before its first row. So the page is made of
//! groups of rows: each is encoded as an image of its own, always with the same tables, and their
//! data follow each other with a restart marker between, where a decoder begins anew anyway. So
//! several threads can encode them. The height in the frame header is put in at the end when it was
//! not known.

use std::io::{BufReader, Read};
use std::os::unix::fs::FileExt;

use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use crate::codec::jpeg::{Jpeg, MAX_DIMENSION, Tables};
use crate::codec::{Ordered, StripEncoder};
use crate::image::jpeg_orientation;
use crate::one_page::{OnePage, PageEncoder};
use crate::output::Output;
use crate::{
    Chunk, ChunkSource, Coding, DocumentFormat, JpegColor, Orientation, Profile, Sink, StoredPage,
};

/// Rows of a group: some multiple of all block heights.
const GROUP_ROWS: u32 = 128;

/// Writes one page of 8-bit grey or colour as a JPEG.
///
/// With an unknown height the frame header is corrected at the end, which needs a sink that can
/// seek.
pub type Writer<S> = OnePage<S, Encoder>;

impl<S: Sink> Writer<S> {
    /// A writer whose image begins at the end of `sink`. A `quality` that is not 1 to 100 is
    /// refused when the page begins.
    pub fn new(sink: S, quality: u8) -> Writer<S> {
        let options = Options {
            quality,
            ..Options::default()
        };
        Writer::with_options(sink, options)
    }

    /// The same with all options.
    pub fn with_options(sink: S, options: Options) -> Writer<S> {
        let encoder = Encoder {
            options,
            orientation: Orientation::TopLeft,
            page: None,
        };
        OnePage::with_encoder(sink, encoder)
    }
}

/// How a JPEG is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// 1 to 100.
    pub quality: u8,
    /// The colour profile, when the page has as many channels as it.
    pub profile: Option<Profile>,
    /// Threads that encode; 1 for none beside the caller's. The bytes are the same.
    pub workers: usize,
}

impl Default for Options {
    /// Quality 85, no profile, one thread.
    fn default() -> Options {
        Options {
            quality: 85,
            profile: None,
            workers: 1,
        }
    }
}

/// Rows to groups, groups to a stream.
#[derive(Debug)]
pub struct Encoder {
    options: Options,
    orientation: Orientation,
    page: Option<Page>,
}

#[derive(Debug)]
struct Page {
    encoders: Ordered,
    /// The present group, in bytes when it is whole.
    group: Vec<u8>,
    group_bytes: usize,
    stream: Stream,
}

/// What is written of the groups.
#[derive(Debug)]
struct Stream {
    /// Blocks (MCU) of a whole group.
    blocks: u16,
    /// The headers of the first group, and the number of the next one.
    headers: Vec<u8>,
    next: u32,
    orientation: Orientation,
    /// The profile's segments.
    profile: Vec<u8>,
    /// What is written of a group.
    bytes: Vec<u8>,
    /// Where the height stands in the document.
    height_at: u64,
}

impl PageEncoder for Encoder {
    const FORMAT: DocumentFormat = DocumentFormat::Jpeg;

    fn set_orientation(&mut self, orientation: Orientation) {
        self.orientation = orientation;
    }

    fn begin<S: Sink>(&mut self, layout: &PageLayout, _: &mut Output<S>) -> Result<()> {
        check_height(layout.height.unwrap_or(1))?;
        let Options {
            quality, workers, ..
        } = self.options;
        let codec = Jpeg::new(layout.pixel, layout.width, quality, Tables::InStrips)?;
        let (across, down) = codec.subsampling();
        let block_rows = 8 * u32::from(down);
        let blocks_across = layout.width.div_ceil(8 * u32::from(across));
        // The number of blocks between restarts has 16 bits.
        let high = (u32::from(u16::MAX) / blocks_across).clamp(1, GROUP_ROWS / block_rows);
        let encoders =
            (0..workers.max(1)).map(|_| Box::new(codec.clone()) as Box<dyn StripEncoder>);
        self.page = Some(Page {
            encoders: Ordered::new(encoders.collect())?,
            group: Vec::new(),
            group_bytes: (high * block_rows) as usize * layout.row_bytes(),
            stream: Stream {
                blocks: u16::try_from(high * blocks_across).map_err(|_| too_large())?,
                headers: Vec::new(),
                next: 0,
                orientation: self.orientation,
                profile: profile_segments(self.options.profile.as_ref(), layout),
                bytes: Vec::new(),
                height_at: 0,
            },
        });
        Ok(())
    }

    fn rows<S: Sink>(
        &mut self,
        layout: &PageLayout,
        first: u32,
        band: Band<'_>,
        out: &mut Output<S>,
    ) -> Result<()> {
        check_height(first.saturating_add(band.rows() as u32))?;
        let Some(page) = &mut self.page else {
            return Ok(());
        };
        for row in band.iter() {
            page.group.extend_from_slice(row);
            if page.group.len() == page.group_bytes {
                page.submit(layout, out)?;
            }
        }
        Ok(())
    }

    fn end<S: Sink>(
        &mut self,
        layout: &PageLayout,
        height: u32,
        out: &mut Output<S>,
    ) -> Result<()> {
        let Some(mut page) = self.page.take() else {
            return Ok(());
        };
        if !page.group.is_empty() {
            page.submit(layout, out)?;
        }
        let Page {
            encoders, stream, ..
        } = &mut page;
        encoders.finish(&mut |group| stream.write(group, layout, out))?;
        out.write(&[0xFF, 0xD9])?;
        if layout.height.is_some() {
            return Ok(());
        }
        out.patch(stream.height_at, &(height as u16).to_be_bytes())
    }

    /// A stream of its own is taken as it is, with all that its file says. One that leaves out its tables
    /// or has no segment of a file (in a TIFF) gets them, and one that does not say which way up it is, and
    /// must, gets that.
    fn stored<S: Sink>(
        &mut self,
        page: &StoredPage,
        chunks: &mut dyn ChunkSource,
        out: &mut Output<S>,
    ) -> Result<()> {
        let other = |why| Err(Error::new(ErrorKind::NotImplemented, why));
        let Coding::Jpeg { tables, color } = &page.coding else {
            return other("not JPEG");
        };
        if page.chunks != 1 {
            return other("more than one stream");
        }
        let Some(chunk) = chunks.next()? else {
            return Err(breaks_off());
        };
        let start: [u8; 4] = start_of(chunk)?;
        if start[..3] != [0xFF, 0xD8, 0xFF] {
            return Err(breaks_off());
        }
        let is_file = matches!(start[3], 0xE0 | 0xE1 | 0xEE);
        let wanted = page.orientation;
        let own = jpeg_orientation(&mut BufReader::new(chunk.reader()));
        if own.unwrap_or_default() != wanted && own.is_some() {
            return other("the stream says that it is another way up");
        }
        if tables.is_empty() && is_file {
            if own.unwrap_or_default() == wanted {
                return out.write_chunk(chunk);
            }
            let (head, rest) = split(chunk, start[3])?;
            out.write(&head)?;
            out.write(&orientation_segment(wanted))?;
            return out.write_chunk(rest);
        }
        if *color == JpegColor::Rgb {
            return other("the file format knows no RGB");
        }
        let mut head = Vec::new();
        append_start(&mut head, &page.layout, wanted);
        let profile = page.profile.as_ref();
        head.extend(profile_segments(profile, &page.layout));
        if let Some(tables) = tables.strip_prefix(&[0xFF, 0xD8]) {
            head.extend_from_slice(tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables));
        }
        out.write(&head)?;
        out.write_chunk(behind(chunk, 2)?)
    }
}

/// The first bytes of a chunk.
fn start_of(chunk: Chunk<'_>) -> Result<[u8; 4]> {
    let mut start = [0; 4];
    match chunk {
        Chunk::Bytes(bytes) => {
            start = bytes.first_chunk().copied().ok_or_else(breaks_off)?;
        }
        Chunk::InFile { bytes, .. } if bytes < 4 => return Err(breaks_off()),
        Chunk::InFile { file, at, .. } => {
            file.read_exact_at(&mut start, at)
                .map_err(Error::from_read)?;
        }
    }
    Ok(start)
}

/// What follows the first bytes of a chunk.
fn behind(chunk: Chunk<'_>, first: u64) -> Result<Chunk<'_>> {
    Ok(match chunk {
        Chunk::Bytes(bytes) => Chunk::Bytes(bytes.get(first as usize..).ok_or_else(breaks_off)?),
        Chunk::InFile { file, at, bytes } => Chunk::InFile {
            file,
            at: at + first,
            bytes: bytes.checked_sub(first).ok_or_else(breaks_off)?,
        },
    })
}

/// Parts a stream where a segment can be put in: behind its start, and behind the JFIF segment, which must
/// be the first, where the first segment is that.
fn split(chunk: Chunk<'_>, first: u8) -> Result<(Vec<u8>, Chunk<'_>)> {
    let mut head = vec![0; 6];
    let mut reader = chunk.reader();
    reader.read_exact(&mut head).map_err(|_| breaks_off())?;
    let len = match first {
        0xE0 => 4 + usize::from(u16::from_be_bytes([head[4], head[5]])),
        _ => 2,
    };
    head.resize(len, 0);
    if let Some(rest) = head.get_mut(6..) {
        reader.read_exact(rest).map_err(|_| breaks_off())?;
    }
    Ok((head, behind(chunk, len as u64)?))
}

/// An Exif segment (APP1) that says which way up the image is, and nothing else; none for images that are
/// as they are.
fn orientation_segment(orientation: Orientation) -> Vec<u8> {
    if orientation == Orientation::TopLeft {
        return Vec::new();
    }
    let mut segment =
        b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    segment.push(orientation.number());
    segment.extend_from_slice(&[0; 6]);
    segment
}

fn breaks_off() -> Error {
    Error::new(ErrorKind::InputDamaged, "the JPEG data break off")
}

impl Page {
    /// Gives the present group to an encoder, and writes what is ready.
    fn submit<S: Sink>(&mut self, layout: &PageLayout, out: &mut Output<S>) -> Result<()> {
        let group = std::mem::replace(&mut self.group, self.encoders.buffer());
        let stream = &mut self.stream;
        let mut write = |group: &[u8]| stream.write(group, layout, out);
        self.encoders.submit(group, layout.row_bytes(), &mut write)
    }
}

impl Stream {
    /// Writes the data of the next group, which is an image of its own.
    fn write<S: Sink>(
        &mut self,
        group: &[u8],
        layout: &PageLayout,
        out: &mut Output<S>,
    ) -> Result<()> {
        let Some(image) = Image::of(group) else {
            return Err(Error::new(
                ErrorKind::Fail,
                "the JPEG encoder gave no sequential image of one scan",
            ));
        };
        let mut headers = image.headers.to_vec();
        let height = layout.height.unwrap_or(0) as u16;
        headers[image.height_at..][..2].copy_from_slice(&height.to_be_bytes());
        self.bytes.clear();
        if self.next == 0 {
            append_start(&mut self.bytes, layout, self.orientation);
            self.bytes.extend_from_slice(&self.profile);
            self.height_at = out.len() + (self.bytes.len() + image.height_at) as u64;
            self.bytes.extend_from_slice(&headers);
            self.bytes.extend_from_slice(&[0xFF, 0xDD, 0, 4]);
            self.bytes.extend_from_slice(&self.blocks.to_be_bytes());
            self.bytes.extend_from_slice(image.scan_header);
            self.headers = headers;
        } else {
            if headers != self.headers {
                let message = "the JPEG encoder changed its tables within a page";
                return Err(Error::new(ErrorKind::Fail, message));
            }
            let restart = 0xD0 | ((self.next - 1) % 8) as u8;
            self.bytes.extend_from_slice(&[0xFF, restart]);
        }
        self.bytes.extend_from_slice(image.data);
        self.next += 1;
        out.write(&self.bytes)
    }
}

/// The parts of an encoded group.
struct Image<'a> {
    /// Tables and frame header.
    headers: &'a [u8],
    /// Where the height stands in `headers`.
    height_at: usize,
    scan_header: &'a [u8],
    data: &'a [u8],
}

impl<'a> Image<'a> {
    /// Takes a stream apart; `None` for one that is no sequential image of a single scan.
    fn of(stream: &'a [u8]) -> Option<Image<'a>> {
        let segment = |stream: &[u8], at: usize| -> Option<(u8, usize)> {
            let head = stream.get(at..at + 4)?;
            let len = usize::from(u16::from_be_bytes([head[2], head[3]]));
            (head[0] == 0xFF).then_some((head[1], at + 2 + len))
        };
        let mut at = 2;
        // What the encoder says of the file is replaced.
        while let (0xE0..=0xEF | 0xFE, end) = segment(stream, at)? {
            at = end;
        }
        let start = at;
        let (mut height_at, mut components) = (None, 0);
        let scan_end = loop {
            let (marker, end) = segment(stream, at)?;
            match marker {
                // Below quality 25 the quantisation tables need 16 bits: "extended", else the same.
                0xC0 | 0xC1 => {
                    height_at = Some(at + 5);
                    components = *stream.get(at + 9)?;
                }
                0xDB | 0xC4 => {}
                0xDA => break end,
                _ => return None,
            }
            at = end;
        };
        let height_at = height_at?;
        if *stream.get(at + 4)? != components {
            return None;
        }
        Some(Image {
            headers: stream.get(start..at)?,
            height_at: height_at - start,
            scan_header: stream.get(at..scan_end)?,
            data: stream.get(scan_end..)?.strip_suffix(&[0xFF, 0xD9])?,
        })
    }
}

/// Appends the start of the stream, its JFIF segment, and an Exif segment where the image is turned.
fn append_start(to: &mut Vec<u8>, layout: &PageLayout, orientation: Orientation) {
    let dpi = |dpi| u16::try_from(dpi).ok().filter(|dpi| *dpi > 0);
    let (unit, x, y) = match dpi(layout.x_dpi).zip(dpi(layout.y_dpi)) {
        Some((x, y)) => (1, x, y),
        // Square pixels, as far as one knows.
        None => (0, 1, 1),
    };
    to.extend_from_slice(b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x02");
    to.push(unit);
    to.extend_from_slice(&x.to_be_bytes());
    to.extend_from_slice(&y.to_be_bytes());
    to.extend_from_slice(&[0, 0]);
    to.extend(orientation_segment(orientation));
}

/// The APP2 segments of a profile (ICC.1, annex B.4), when the page is of its colours.
fn profile_segments(profile: Option<&Profile>, layout: &PageLayout) -> Vec<u8> {
    // What a segment has beside its marker, its length and its name.
    const MOST: usize = 65_535 - 2 - 14;
    let mut segments = Vec::new();
    let Some(profile) = profile.filter(|profile| profile.fits(layout.pixel)) else {
        return segments;
    };
    let pieces = profile.bytes().chunks(MOST);
    let Ok(count) = u8::try_from(pieces.len()) else {
        return segments;
    };
    for (number, piece) in (1_u8..).zip(pieces) {
        segments.extend_from_slice(&[0xFF, 0xE2]);
        segments.extend_from_slice(&(piece.len() as u16 + 16).to_be_bytes());
        segments.extend_from_slice(b"ICC_PROFILE\0");
        segments.extend_from_slice(&[number, count]);
        segments.extend_from_slice(piece);
    }
    segments
}

fn check_height(height: u32) -> Result<()> {
    if height > MAX_DIMENSION {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Error {
    Error::invalid(format!(
        "JPEG cannot hold more than {MAX_DIMENSION} columns or rows"
    ))
}
