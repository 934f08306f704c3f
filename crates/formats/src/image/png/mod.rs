//! Reading PNG.

mod chunks;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::sync::Arc;

use ::png::{BitDepth, ColorType, Decoder, DecodingError, Info, Transformations, Unit};
use raster::PixelType;
use wia::{Error, ErrorKind, Result};

use super::section::Section;
use super::{ImageInfo, damaged, file, most, read_error, unsupported};
use crate::{Limits, Orientation};

pub(super) use chunks::{said, stored};

/// What a PNG file says of its image.
pub(super) fn info(file: &Arc<File>, limits: &Limits) -> Result<ImageInfo> {
    let reader = open(Section::whole(file).hopping(), limits)?;
    let raw = reader.info();
    let rows = raw.raw_row_length() as u64 * u64::from(raw.height);
    let bytes = file.metadata().map_err(read_error)?.len();
    if raw.interlaced && rows > limits.held_bytes {
        return Err(unsupported(format!(
            "an interlaced image of {} x {} pixels, which takes {rows} bytes where {} are allowed",
            raw.width, raw.height, limits.held_bytes
        )));
    }
    let info = image_info(raw)?;
    limits.check_ratio(rows, bytes, most::DEFLATE)?;
    Ok(info)
}

fn open<R: BufRead + Seek>(source: R, limits: &Limits) -> Result<::png::Reader<R>> {
    let bytes = usize::try_from(limits.held_bytes).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(source, ::png::Limits { bytes });
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().map_err(png_error)
}

fn image_info(info: &Info<'_>) -> Result<ImageInfo> {
    let form = Form::new(info)?;
    let dpi = |dots: u32| Some(f64::from(dots) * 0.0254).filter(|dpi| *dpi > 0.0);
    let metre = info.pixel_dims.filter(|d| d.unit == Unit::Meter);
    Ok(ImageInfo {
        width: info.width,
        height: info.height,
        pixel: form.pixel(),
        x_dpi: metre.and_then(|d| dpi(d.xppu)),
        y_dpi: metre.and_then(|d| dpi(d.yppu)),
        orientation: Orientation::TopLeft,
    })
}

/// How the bytes of a row become canonical.
#[derive(Debug)]
enum Form {
    /// They are.
    Same(PixelType),
    /// One bit, 0 for white.
    Inverted,
    /// Palette indices, or grey of 2 or 4 bits: numbers of so many bits into a table.
    Index {
        bits: usize,
        table: Vec<[u8; 3]>,
        pixel: PixelType,
    },
    /// Samples of so many bytes: the first `keep` of each `of`, in the other byte order.
    Samples {
        bytes: usize,
        keep: usize,
        of: usize,
    },
}

impl Form {
    fn new(info: &Info<'_>) -> Result<Form> {
        let bits = info.bit_depth as usize;
        let bytes = bits / 8;
        let samples = |keep, of| Ok(Form::Samples { bytes, keep, of });
        match (info.color_type, info.bit_depth) {
            (ColorType::Grayscale, BitDepth::One) => Ok(Form::Same(PixelType::Bw1)),
            (ColorType::Grayscale, BitDepth::Two | BitDepth::Four) => {
                let most = (1 << bits) - 1;
                let table = (0..=most).map(|i| [(i * 255 / most) as u8; 3]).collect();
                Ok(Form::indexed(bits, table))
            }
            (ColorType::Grayscale, BitDepth::Eight) => Ok(Form::Same(PixelType::Gray8)),
            (ColorType::Grayscale, BitDepth::Sixteen) => samples(1, 1),
            (ColorType::GrayscaleAlpha, _) => samples(1, 2),
            (ColorType::Rgb, BitDepth::Eight) => Ok(Form::Same(PixelType::Rgb8)),
            (ColorType::Rgb, _) => samples(3, 3),
            (ColorType::Rgba, _) => samples(3, 4),
            (ColorType::Indexed, _) => {
                let Some(palette) = &info.palette else {
                    return Err(damaged("the palette is missing"));
                };
                let mut table: Vec<[u8; 3]> = palette
                    .chunks_exact(3)
                    .map(|c| [c[0], c[1], c[2]])
                    .collect();
                // Numbers beyond the palette are black, as other readers have it.
                table.resize(1 << bits, [0; 3]);
                Ok(Form::indexed(bits, table))
            }
        }
    }

    fn indexed(bits: usize, table: Vec<[u8; 3]>) -> Form {
        let grey = table.iter().all(|[r, g, b]| r == g && g == b);
        match table.as_slice() {
            [[0, 0, 0], [255, 255, 255]] => Form::Same(PixelType::Bw1),
            [[255, 255, 255], [0, 0, 0]] => Form::Inverted,
            _ => Form::Index {
                bits,
                table,
                pixel: if grey {
                    PixelType::Gray8
                } else {
                    PixelType::Rgb8
                },
            },
        }
    }

    fn pixel(&self) -> PixelType {
        match self {
            Form::Same(pixel) | Form::Index { pixel, .. } => *pixel,
            Form::Inverted => PixelType::Bw1,
            Form::Samples { bytes: 1, keep, .. } if *keep == 1 => PixelType::Gray8,
            Form::Samples { bytes: 1, .. } => PixelType::Rgb8,
            Form::Samples { keep, .. } if *keep == 1 => PixelType::Gray16,
            Form::Samples { .. } => PixelType::Rgb16,
        }
    }

    fn convert(&self, from: &[u8], to: &mut [u8]) {
        match self {
            Form::Same(_) => to.copy_from_slice(&from[..to.len()]),
            Form::Inverted => to.iter_mut().zip(from).for_each(|(to, from)| *to = !from),
            Form::Index { bits, table, pixel } => {
                let channels = pixel.channels() as usize;
                for (x, to) in to.chunks_exact_mut(channels).enumerate() {
                    to.copy_from_slice(&table[number(from, x, *bits)][..channels]);
                }
            }
            Form::Samples { bytes, keep, of } => {
                let pixels = from.chunks_exact(bytes * of);
                for (from, to) in pixels.zip(to.chunks_exact_mut(bytes * keep)) {
                    to.copy_from_slice(&from[..bytes * keep]);
                    to.chunks_exact_mut(*bytes).for_each(<[u8]>::reverse);
                }
            }
        }
    }
}

/// The number of `bits` bits at place `x` of a row.
pub(super) fn number(row: &[u8], x: usize, bits: usize) -> usize {
    let bit = x * bits;
    let byte = usize::from(row[bit / 8]);
    (byte >> (8 - bits - bit % 8)) & ((1 << bits) - 1)
}

/// The rows of a PNG file, or of one that arrives.
pub(super) struct Rows<R: BufRead + Seek = BufReader<Section>> {
    reader: ::png::Reader<R>,
    form: Form,
    /// The whole image when it is interlaced, the place of the next row and a row's length.
    interlaced: Option<(Vec<u8>, usize, usize)>,
}

impl Rows {
    pub(super) fn new(file: &Arc<File>, expected: &ImageInfo, limits: &Limits) -> Result<Rows> {
        let reader = open(Section::whole(file).buffered(), limits)?;
        if image_info(reader.info())?.check(limits)? != *expected {
            return Err(Error::new(ErrorKind::ReadFault, "the file has changed"));
        }
        Rows::of(reader, limits)
    }
}

impl Rows<Forward> {
    /// Of a file that arrives, up to the first pixel.
    pub(super) fn arriving(
        source: Box<dyn BufRead>,
        limits: &Limits,
    ) -> Result<(ImageInfo, Rows<Forward>)> {
        let reader = open(Forward(source), limits)?;
        let info = image_info(reader.info())?.check(limits)?;
        Ok((info, Rows::of(reader, limits)?))
    }

    /// Reads what stands behind the last row.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.reader.finish().map_err(png_error)
    }
}

impl<R: BufRead + Seek> Rows<R> {
    fn of(mut reader: ::png::Reader<R>, limits: &Limits) -> Result<Rows<R>> {
        let form = Form::new(reader.info())?;
        let interlaced = if reader.info().interlaced {
            let size = reader.output_buffer_size();
            let Some(size) = size.filter(|size| *size as u64 <= limits.held_bytes) else {
                return Err(unsupported("an interlaced image of this size"));
            };
            let mut image = vec![0; size];
            let frame = reader.next_frame(&mut image).map_err(png_error)?;
            Some((image, 0, frame.line_size))
        } else {
            None
        };
        Ok(Rows {
            reader,
            form,
            interlaced,
        })
    }
}

impl<R: BufRead + Seek> file::Rows for Rows<R> {
    fn row(&mut self, row: &mut [u8]) -> Result<()> {
        let ends_early = || damaged("the data end early");
        match &mut self.interlaced {
            Some((image, at, len)) => {
                let from = image.get(*at..*at + *len).ok_or_else(ends_early)?;
                *at += *len;
                self.form.convert(from, row);
            }
            None => {
                let from = self.reader.next_row().map_err(png_error)?;
                self.form.convert(from.ok_or_else(ends_early)?.data(), row);
            }
        }
        Ok(())
    }
}

/// Bytes that come once. The decoder asks for more than it uses: of an image without animation it goes nowhere.
pub(super) struct Forward(Box<dyn BufRead>);

impl io::Read for Forward {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.read(to)
    }
}

impl BufRead for Forward {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.0.consume(bytes);
    }
}

impl Seek for Forward {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn png_error(e: DecodingError) -> Error {
    match e {
        DecodingError::IoError(e) => read_error(e),
        DecodingError::LimitsExceeded => unsupported("an image of this size"),
        DecodingError::Format(_) | DecodingError::Parameter(_) => damaged(e.to_string()),
    }
}
