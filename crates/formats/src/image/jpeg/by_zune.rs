//! The decoder on zune-jpeg. It decodes the whole image before the first row.

use std::io::{BufRead, Read};

use wia::Result;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::super::{damaged, read_error, unsupported};
use super::headers::{self, Headers};
use super::{Colour, Shape};

/// The largest stream and the most pixels that are held in memory.
const LARGEST: u64 = 512 << 20;

/// Decodes the rows of one JPEG stream.
pub(in super::super) struct Decoder {
    pixels: Vec<u8>,
    at: usize,
    row_bytes: usize,
}

impl Decoder {
    /// Decodes the image.
    pub(in super::super) fn new(source: Box<dyn BufRead>, shape: Shape) -> Result<Decoder> {
        let mut stream = Vec::new();
        source
            .take(LARGEST)
            .read_to_end(&mut stream)
            .map_err(read_error)?;
        check_end(&stream)?;
        let options = DecoderOptions::default()
            .set_strict_mode(true)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX));
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(stream), options);
        decoder.decode_headers().map_err(zune_error)?;
        let Some(info) = decoder.info() else {
            return Err(damaged("the JPEG data are damaged"));
        };
        let channels = usize::from(info.components);
        let size = (u32::from(info.width), u32::from(info.height));
        shape.check(size.0, size.1, channels)?;
        let space = match (channels, shape.colour) {
            (1, _) => ColorSpace::Luma,
            (_, Colour::Picture) => ColorSpace::RGB,
            (_, Colour::Stored) => decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr),
        };
        if u64::from(size.0) * u64::from(size.1) * 3 > LARGEST {
            return Err(unsupported("a JPEG image of this size"));
        }
        decoder.set_options(options.jpeg_set_out_colorspace(space));
        Ok(Decoder {
            pixels: decoder.decode().map_err(zune_error)?,
            at: 0,
            row_bytes: size.0 as usize * channels,
        })
    }

    /// Copies the next row, which fills `row`.
    pub(in super::super) fn row(&mut self, row: &mut [u8]) -> Result<()> {
        let len = self.row_bytes;
        let from = self.pixels.get(self.at..self.at + len);
        let Some(from) = from.filter(|from| from.len() == row.len()) else {
            return Err(damaged("the JPEG data end early or are of another width"));
        };
        row.copy_from_slice(from);
        self.at += len;
        Ok(())
    }

    /// The end was looked at before the first row.
    pub(in super::super) fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The decoder takes zeros for what is missing at the end, so the end marker must be there.
fn check_end(mut stream: &[u8]) -> Result<()> {
    Headers::read(&mut stream)?;
    headers::skip_image(&mut stream)
}

fn zune_error(e: DecodeErrors) -> wia::Error {
    match e {
        DecodeErrors::Unsupported(_) => unsupported(format!("{e:?}")),
        e => damaged(format!("the JPEG data are damaged: {e:?}")),
    }
}
