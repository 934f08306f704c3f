//! Decompressing strips and tiles, row by row.

use std::io::{BufRead, BufReader, Cursor, Read, Seek};

use flate2::bufread::ZlibDecoder;
use wia::Result;

use super::super::jpeg::{self, Colour};
use super::super::section::Section;
use super::super::{fax, most, read_error, unfilter, unsupported};
use super::directory::{Directory, tag};
use super::page::Scheme;
use crate::{Coding, FaxGroup, JpegColor, Limits, Predictor};

/// The number of JPEG compression.
pub(super) const JPEG: u32 = 7;

/// How strips and tiles are compressed.
#[derive(Debug)]
pub(super) struct Compression {
    pub(super) code: u32,
    t4_options: u32,
    low_bit_first: bool,
    pub(super) difference: bool,
    /// A JPEG stream of tables alone, or nothing, as before [`Compression::read_tables`].
    jpeg_tables: Vec<u8>,
    big_endian: bool,
    ycbcr: bool,
    /// Whether rows are filtered as PNG has it.
    filtered: bool,
    limits: Limits,
}

impl Compression {
    pub(super) fn read(
        source: &mut (impl Read + Seek),
        directory: &Directory,
    ) -> Result<Compression> {
        let code = directory.small(source, tag::COMPRESSION, 1)?;
        if !matches!(code, 1..=5 | JPEG | 8 | 32_773 | 32_946) {
            return Err(unsupported(format!("TIFF compression {code}")));
        }
        let low_bit_first = directory.small(source, tag::FILL_ORDER, 1)? == 2;
        if low_bit_first && matches!(code, 5 | 8 | 32_946) {
            return Err(unsupported(format!(
                "FillOrder 2 with TIFF compression {code}"
            )));
        }
        // Only LZW and deflate know the predictor.
        let difference = match code {
            5 | 8 | 32_946 => match directory.small(source, tag::PREDICTOR, 1)? {
                1 => false,
                2 => true,
                other => return Err(unsupported(format!("TIFF predictor {other}"))),
            },
            _ => false,
        };
        Ok(Compression {
            code,
            t4_options: directory.small(source, tag::T4_OPTIONS, 0)?,
            low_bit_first,
            difference,
            jpeg_tables: Vec::new(),
            big_endian: directory.style().big_endian,
            filtered: false,
            limits: *directory.limits(),
            ycbcr: directory.small(source, tag::PHOTOMETRIC, 1)? == 6,
        })
    }

    /// Reads the tables that JPEG streams leave out. Only who needs the pixels needs them.
    pub(super) fn read_tables(
        &mut self,
        source: &mut (impl Read + Seek),
        directory: &Directory,
    ) -> Result<()> {
        if self.code == JPEG {
            self.jpeg_tables = directory.bytes(source, tag::JPEG_TABLES)?;
        }
        Ok(())
    }

    /// The compression of strips of another format, whose samples have their high byte first.
    pub(super) fn of(scheme: Scheme, limits: &Limits) -> Compression {
        Compression {
            code: match scheme {
                Scheme::Raw => 1,
                Scheme::Lzw | Scheme::LzwDifferences => 5,
                Scheme::Deflate | Scheme::DeflateDifferences | Scheme::DeflatePng => 8,
                Scheme::G3 { .. } => 3,
                Scheme::G4 => 4,
                Scheme::Jpeg => JPEG,
            },
            t4_options: match scheme {
                Scheme::G3 { options } => options,
                _ => 0,
            },
            low_bit_first: false,
            difference: matches!(scheme, Scheme::LzwDifferences | Scheme::DeflateDifferences),
            jpeg_tables: Vec::new(),
            big_endian: true,
            ycbcr: true,
            filtered: scheme == Scheme::DeflatePng,
            limits: *limits,
        }
    }

    pub(super) fn is_fax(&self) -> bool {
        matches!(self.code, 2..=4)
    }

    /// Refuses `rows` rows of `row_bytes` bytes that cannot be in `stored` bytes.
    pub(super) fn check_ratio(
        &self,
        rows: u64,
        row_bytes: u64,
        stored: u64,
        limits: &Limits,
    ) -> Result<()> {
        let all = rows.saturating_mul(row_bytes);
        match self.code {
            // The last tiles may be cut.
            1 => limits.check_ratio(all, stored, 2),
            32_773 => limits.check_ratio(all, stored, 64),
            // Strings grow by a byte with each code of 9 to 12 bits.
            5 => limits.check_ratio(all, stored, 2600),
            8 | 32_946 => limits.check_ratio(all, stored, most::DEFLATE),
            JPEG => limits.check_ratio(all, stored, most::JPEG),
            // A row has at least a bit.
            _ => limits.check_ratio(rows, stored, 8),
        }
    }

    /// What a stored page says of it, given the number of samples; `None` when it cannot.
    pub(super) fn coding(&self, photometric: u32, samples: usize) -> Option<Coding> {
        let predictor = self.difference;
        Some(match self.code {
            1 | 32_773 if self.low_bit_first => return None,
            1 => Coding::Raw,
            32_773 => Coding::PackBits,
            5 => Coding::Lzw { predictor },
            8 | 32_946 => Coding::Deflate {
                predictor: if self.filtered {
                    Predictor::Png
                } else if predictor {
                    Predictor::Horizontal
                } else {
                    Predictor::None
                },
            },
            JPEG => Coding::Jpeg {
                tables: self.jpeg_tables.clone(),
                color: match (photometric, samples) {
                    (6, 3) => JpegColor::YCbCr,
                    (2, 3) => JpegColor::Rgb,
                    (1, 1) => JpegColor::Gray,
                    _ => return None,
                },
            },
            3 | 4 => Coding::Fax {
                group: if self.code == 4 {
                    FaxGroup::G4
                } else {
                    FaxGroup::G3 {
                        options: self.t4_options & 7,
                    }
                },
                low_bit_first: self.low_bit_first,
                inverted: photometric != 0,
            },
            _ => return None,
        })
    }

    /// Decompresses one strip or tile of rows of `shape`.
    pub(super) fn open(&self, section: Section, shape: Shape) -> Result<ChunkRows> {
        let bytes = section.buffered();
        let decoder: Source = match self.code {
            1 => self.in_order(bytes),
            32_773 => Source::Bytes(Box::new(PackBits::new(self.bit_order(bytes)))),
            5 => Source::Bytes(Box::new(Lzw::new(bytes)?)),
            8 | 32_946 => Source::Bytes(Box::new(ZlibDecoder::new(bytes))),
            JPEG => Source::Jpeg(self.jpeg(bytes, shape)?),
            _ => {
                let coding = match self.code {
                    2 => fax::Coding::RunLengths,
                    3 => fax::Coding::Group3 {
                        two_dimensional: self.t4_options & 1 != 0,
                    },
                    _ => fax::Coding::Group4,
                };
                let width = shape.pixels;
                let source = Box::new(bytes);
                let decoder = fax::Decoder::new(source, coding, width, self.low_bit_first)?;
                Source::Fax(decoder)
            }
        };
        Ok(ChunkRows {
            decoder,
            swap: self.big_endian && shape.bits == 16,
            difference: self.difference.then_some(shape),
            above: self.filtered.then(Vec::new),
            step: (shape.samples * shape.bits).div_ceil(8),
        })
    }

    fn in_order(&self, bytes: BufReader<Section>) -> Source {
        Source::Bytes(self.bit_order(bytes))
    }

    fn bit_order(&self, bytes: BufReader<Section>) -> Box<dyn Read> {
        if self.low_bit_first {
            Box::new(Reversed(bytes))
        } else {
            Box::new(bytes)
        }
    }

    fn jpeg(&self, mut bytes: BufReader<Section>, shape: Shape) -> Result<jpeg::Decoder> {
        let colour = if self.ycbcr {
            Colour::Picture
        } else {
            Colour::Stored
        };
        let source: Box<dyn BufRead> = match self.jpeg_tables.strip_suffix(&[0xFF, 0xD9]) {
            None => Box::new(bytes),
            // Two streams become one: the tables without their end, the pixels without their start.
            Some(tables) => {
                bytes.read_exact(&mut [0; 2]).map_err(read_error)?;
                Box::new(Cursor::new(tables.to_vec()).chain(bytes))
            }
        };
        jpeg::check_held(shape.pixels, shape.rows, shape.samples, &self.limits)?;
        let shape = jpeg::Shape {
            width: shape.pixels,
            least_height: 1,
            // Some writers count the rows that fill the last blocks.
            most_height: shape.rows.saturating_add(63),
            channels: shape.samples,
            colour,
        };
        jpeg::Decoder::new(source, shape)
    }
}

/// Whether LZW data, of which these are the first bytes, are of before TIFF 6.0: some programs wrote
/// the lowest bit first then; the first code, 256, tells.
pub(super) fn is_old_lzw(first: &[u8]) -> bool {
    matches!(first, [0, second, ..] if second & 1 != 0)
}

/// What a strip or tile is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) pixels: u32,
    /// Rows of a whole strip or tile.
    pub(super) rows: u32,
    /// Samples of a pixel in this strip or tile.
    pub(super) samples: usize,
    pub(super) bits: usize,
}

enum Source {
    Bytes(Box<dyn Read>),
    Fax(fax::Decoder),
    Jpeg(jpeg::Decoder),
}

/// The rows of a strip or tile.
pub(super) struct ChunkRows {
    decoder: Source,
    swap: bool,
    difference: Option<Shape>,
    /// The row above when rows are filtered, and the bytes of a pixel.
    above: Option<Vec<u8>>,
    step: usize,
}

impl ChunkRows {
    /// The next row, which fills `row`; 16-bit samples become little-endian.
    pub(super) fn row(&mut self, row: &mut [u8]) -> Result<()> {
        let mut filter = [0];
        if let (Some(_), Source::Bytes(bytes)) = (&self.above, &mut self.decoder) {
            bytes.read_exact(&mut filter).map_err(read_error)?;
        }
        match &mut self.decoder {
            Source::Bytes(bytes) => bytes.read_exact(row).map_err(read_error)?,
            Source::Fax(fax) => fax.row(row)?,
            Source::Jpeg(jpeg) => jpeg.row(row)?,
        }
        if let Some(above) = &mut self.above {
            above.resize(row.len(), 0);
            unfilter::row(filter[0], self.step, above, row)?;
            above.copy_from_slice(row);
        }
        if self.swap {
            row.chunks_exact_mut(2).for_each(<[u8]>::reverse);
        }
        if let Some(shape) = self.difference {
            add_up(row, shape)?;
        }
        Ok(())
    }
}

/// Undoes horizontal differencing (predictor 2).
fn add_up(row: &mut [u8], shape: Shape) -> Result<()> {
    let step = shape.samples * shape.bits / 8;
    match shape.bits {
        8 => {
            for i in step..row.len() {
                row[i] = row[i].wrapping_add(row[i - step]);
            }
        }
        16 => {
            for i in (step..row.len().saturating_sub(1)).step_by(2) {
                let left = u16::from_le_bytes([row[i - step], row[i - step + 1]]);
                let this = u16::from_le_bytes([row[i], row[i + 1]]);
                row[i..i + 2].copy_from_slice(&this.wrapping_add(left).to_le_bytes());
            }
        }
        bits => return Err(unsupported(format!("the predictor with {bits} bits"))),
    }
    Ok(())
}

/// Bytes with their bits in the other order.
struct Reversed<R>(R);

impl<R: Read> Read for Reversed<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.read(to)?;
        to[..n].iter_mut().for_each(|b| *b = b.reverse_bits());
        Ok(n)
    }
}

/// PackBits: a count, then so many bytes, or one byte so many times.
struct PackBits<R> {
    source: R,
    /// Bytes of the present piece that are to come, and the byte that is repeated.
    left: usize,
    repeated: Option<u8>,
}

impl<R: Read> PackBits<R> {
    fn new(source: R) -> PackBits<R> {
        PackBits {
            source,
            left: 0,
            repeated: None,
        }
    }

    fn byte(&mut self) -> std::io::Result<u8> {
        let mut byte = [0];
        self.source.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

impl<R: Read> Read for PackBits<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        while self.left == 0 {
            let count = self.byte()?;
            (self.left, self.repeated) = match count {
                0..=127 => (usize::from(count) + 1, None),
                128 => (0, None),
                129.. => (257 - usize::from(count), Some(self.byte()?)),
            };
        }
        let n = self.left.min(to.len());
        match self.repeated {
            Some(byte) => to[..n].fill(byte),
            None => self.source.read_exact(&mut to[..n])?,
        }
        self.left -= n;
        Ok(n)
    }
}

/// LZW with the highest bit first, as TIFF 6.0 has it.
struct Lzw<R> {
    source: R,
    decoder: weezl::decode::Decoder,
}

impl<R: BufRead> Lzw<R> {
    fn new(mut source: R) -> Result<Lzw<R>> {
        if is_old_lzw(source.fill_buf().map_err(read_error)?) {
            return Err(unsupported("LZW of before TIFF 6.0"));
        }
        let decoder = weezl::decode::Configuration::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
            .with_yield_on_full_buffer(true)
            .build();
        Ok(Lzw { source, decoder })
    }
}

impl<R: BufRead> Read for Lzw<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        use std::io::{Error, ErrorKind};
        while !to.is_empty() {
            let input = self.source.fill_buf()?;
            let at_end = input.is_empty();
            let result = self.decoder.decode_bytes(input, to);
            self.source.consume(result.consumed_in);
            let status = result
                .status
                .map_err(|e| Error::new(ErrorKind::InvalidData, e.to_string()))?;
            let ended = matches!(status, weezl::LzwStatus::Done)
                || (at_end && matches!(status, weezl::LzwStatus::NoProgress));
            if result.consumed_out > 0 || ended {
                return Ok(result.consumed_out);
            }
        }
        Ok(0)
    }
}
