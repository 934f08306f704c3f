//! Pages as a document stores them: the way from document to document without decoding.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use raster::PageLayout;
use wia::Result;

use crate::{Orientation, Profile};

/// A page in the form in which a document holds it. Its compressed data come in chunks
/// ([`ChunkSource`]), each with whole rows that can be decoded alone (strips of a TIFF).
#[derive(Clone, Debug)]
pub struct StoredPage {
    /// The page, with its height. For palette pages the pixels are the indices.
    pub layout: PageLayout,
    /// How the chunks are compressed.
    pub coding: Coding,
    /// Rows of each chunk but the last.
    pub rows_per_chunk: u32,
    /// How many chunks there are, at least 1.
    pub chunks: u64,
    /// Whether bilevel and grey samples have 0 for white. Not looked at for fax and JPEG.
    pub white_is_zero: bool,
    /// Whether 16-bit samples have their high byte first.
    pub big_endian: bool,
    /// The colours that indices stand for, from 0 up.
    pub palette: Option<Palette>,
    /// The colour profile that the document gives the page.
    pub profile: Option<Profile>,
    /// Which way up the document shows it, whatever the compressed data say.
    pub orientation: Orientation,
}

/// Colours of a palette: red, green, blue of each index, 65535 the most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette(pub Vec<[u16; 3]>);

/// How a stored page is compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Not at all: rows without padding.
    Raw,
    /// PackBits run lengths.
    PackBits,
    /// LZW as TIFF has it, with or without horizontal differencing.
    Lzw {
        /// Differences of neighbours.
        predictor: bool,
    },
    /// Deflate in zlib's container.
    Deflate {
        /// What was done before.
        predictor: Predictor,
    },
    /// Fax codes, white runs first.
    Fax {
        /// Which of them.
        group: FaxGroup,
        /// Whether the codes fill each byte from its lowest bit (`FillOrder` 2).
        low_bit_first: bool,
        /// Whether the runs that are called white are black (`PhotometricInterpretation` 1).
        inverted: bool,
    },
    /// JPEG. Each chunk is a stream of its own.
    Jpeg {
        /// Tables that the streams leave out, as a stream of tables alone; empty when they leave out
        /// none.
        tables: Vec<u8>,
        /// What the three components are.
        color: JpegColor,
    },
}

/// What is done to rows before deflate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predictor {
    /// Nothing.
    None,
    /// TIFF's horizontal differencing (2).
    Horizontal,
    /// PNG's filters, a byte for them before each row (PDF's 10 to 15).
    Png,
}

/// Fax codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaxGroup {
    /// ITU-T T.4, with the bits of TIFF's `T4Options`: 1 two-dimensional, 2 uncompressed mode, 4 fill
    /// bits before each end of line.
    G3 {
        /// These bits.
        options: u32,
    },
    /// ITU-T T.6.
    G4,
}

/// The components of a JPEG stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JpegColor {
    /// One.
    Gray,
    /// Luminance and two of colour.
    YCbCr,
    /// Red, green, blue.
    Rgb,
}

/// A chunk of a stored page.
#[derive(Clone, Copy, Debug)]
pub enum Chunk<'a> {
    /// A stretch of a file.
    InFile {
        /// The file.
        file: &'a File,
        /// Where it begins.
        at: u64,
        /// Its length.
        bytes: u64,
    },
    /// In memory.
    Bytes(&'a [u8]),
}

impl<'a> Chunk<'a> {
    /// Its bytes, from the first on.
    pub(crate) fn reader(self) -> ChunkReader<'a> {
        ChunkReader {
            chunk: self,
            done: 0,
        }
    }
}

/// Reads a chunk.
pub(crate) struct ChunkReader<'a> {
    chunk: Chunk<'a>,
    done: u64,
}

impl Read for ChunkReader<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = match self.chunk {
            Chunk::InFile { file, at, bytes } => {
                let left = usize::try_from(bytes.saturating_sub(self.done)).unwrap_or(usize::MAX);
                let most = left.min(to.len());
                file.read_at(&mut to[..most], at.saturating_add(self.done))?
            }
            Chunk::Bytes(bytes) => {
                let done = usize::try_from(self.done).unwrap_or(usize::MAX);
                bytes.get(done..).unwrap_or_default().read(to)?
            }
        };
        self.done += n as u64;
        Ok(n)
    }
}

/// The chunks of a stored page, from the top.
pub trait ChunkSource {
    /// The next chunk; `None` after the last.
    ///
    /// # Errors
    ///
    /// `InputDamaged` when the page breaks off; `ReadFault` and the like.
    fn next(&mut self) -> Result<Option<Chunk<'_>>>;
}
