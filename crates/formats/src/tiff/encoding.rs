//! What each compression brings to a page: its encoder, its strips, its fields.

use raster::{PageLayout, PixelType};
use wia::{Error, Result};

use super::directory::{Directory, tag};
use super::options::{Compression, Container, Options, Photometric};
use crate::codec::jpeg::{Jpeg, MAX_DIMENSION, Tables};
use crate::codec::{Deflate, G4, Lzw, PackBits, Prepared, StripEncoder};

/// The size of strips before compression, in bytes; a strip of longer rows has one.
pub(super) const STRIP: usize = 256 * 1024;
/// That of G4, whose output can be six times as large.
const FAX_STRIP: usize = 128 * 1024;
/// JPEG strips are made of whole rows of blocks; a block has 8 rows.
const JPEG_ROWS: usize = 16;

/// The Compression field's numbers.
pub(super) mod scheme {
    pub(crate) const NONE: u16 = 1;
    pub(crate) const G3: u16 = 3;
    pub(crate) const G4: u16 = 4;
    pub(crate) const LZW: u16 = 5;
    pub(crate) const JPEG: u16 = 7;
    pub(crate) const DEFLATE: u16 = 8;
    pub(crate) const PACK_BITS: u16 = 32773;
}

/// The PhotometricInterpretation field's numbers.
pub(super) mod photometric {
    pub(crate) const WHITE_IS_ZERO: u16 = 0;
    pub(crate) const BLACK_IS_ZERO: u16 = 1;
    pub(crate) const RGB: u16 = 2;
    pub(crate) const YCBCR: u16 = 6;
}

/// How the rows of a page become strips.
#[derive(Debug)]
pub(super) enum Encoding {
    /// As they are.
    Plain,
    /// As they are, with every bit inverted.
    Inverted,
    /// Through an encoder, so many rows a strip.
    Encoded(Box<dyn StripEncoder>, usize),
}

impl Encoding {
    /// The encoding of a page. Its fields are put into `fields`.
    pub(super) fn new(
        options: &Options,
        layout: &PageLayout,
        fields: &mut Directory,
    ) -> Result<Encoding> {
        let (colour, invert) = match options.photometric {
            _ if layout.pixel.channels() == 3 => (photometric::RGB, false),
            Photometric::BlackIsZero => (photometric::BLACK_IS_ZERO, false),
            Photometric::WhiteIsZero => (photometric::WHITE_IS_ZERO, true),
        };
        fields.shorts(tag::PHOTOMETRIC, &[colour]);
        let scheme = |fields: &mut Directory, number| fields.shorts(tag::COMPRESSION, &[number]);
        let (encoder, rows): (Box<dyn StripEncoder>, _) = match options.compression {
            Compression::None => {
                scheme(fields, scheme::NONE);
                return Ok(if invert {
                    Encoding::Inverted
                } else {
                    Encoding::Plain
                });
            }
            Compression::PackBits => {
                scheme(fields, scheme::PACK_BITS);
                let encoder = Prepared::new(PackBits, layout.pixel, invert, false);
                (Box::new(encoder), rows_of(STRIP, layout))
            }
            Compression::Lzw => {
                scheme(fields, scheme::LZW);
                let predict = predictor(options, layout, fields);
                let encoder = Prepared::new(Lzw::new(), layout.pixel, invert, predict);
                (Box::new(encoder), rows_of(STRIP, layout))
            }
            Compression::Deflate => {
                scheme(fields, scheme::DEFLATE);
                let predict = predictor(options, layout, fields);
                let encoder = Prepared::new(Deflate::default(), layout.pixel, invert, predict);
                (Box::new(encoder), rows_of(STRIP, layout))
            }
            Compression::G4 => {
                if layout.pixel != PixelType::Bw1 {
                    return Err(Error::invalid("G4 holds only bilevel pages"));
                }
                fax(fields, scheme::G4, 0);
                (Box::new(G4::new(layout.width)), rows_of(FAX_STRIP, layout))
            }
            Compression::Jpeg => jpeg(options, layout, fields)?,
        };
        let most = layout.height.map_or(rows, |height| height as usize);
        Ok(Encoding::Encoded(encoder, rows.min(most)))
    }
}

/// The fields of fax-encoded pages. Fax codes name white runs, so white is 0.
pub(super) fn fax(fields: &mut Directory, number: u16, options: u32) {
    fields.shorts(tag::COMPRESSION, &[number]);
    fields.shorts(tag::PHOTOMETRIC, &[photometric::WHITE_IS_ZERO]);
    let tag = if number == scheme::G3 {
        tag::T4_OPTIONS
    } else {
        tag::T6_OPTIONS
    };
    fields.long(tag, options);
}

/// The fields of pages whose JPEG strips are YCbCr with one pair of colour samples for `subsampling`
/// pixels across and down.
pub(super) fn ycbcr(fields: &mut Directory, options: &Options, subsampling: (u8, u8)) {
    fields.shorts(tag::PHOTOMETRIC, &[photometric::YCBCR]);
    let (across, down) = (u16::from(subsampling.0), u16::from(subsampling.1));
    fields.shorts(tag::YCBCR_SUBSAMPLING, &[across, down]);
    if options.container == Container::Growing {
        // JPEG's range. The default of TIFF 6.0 would have colour without a sign.
        let range = [0, 255, 128, 255, 128, 255];
        fields.rationals(tag::REFERENCE_BLACK_WHITE, &range);
    }
}

fn jpeg(
    options: &Options,
    layout: &PageLayout,
    fields: &mut Directory,
) -> Result<(Box<dyn StripEncoder>, usize)> {
    // A classic directory has room for one field more than the fixed ones: with YCbCr the
    // subsampling takes it, and the tables go into the strips.
    let colour = layout.pixel.channels() == 3;
    let place = match options.container {
        Container::Classic if colour => Tables::InStrips,
        _ => Tables::Apart,
    };
    // libtiff gives no single rows of subsampled strips, which `tiffcmp` and others ask for.
    let encoder = Jpeg::new(layout.pixel, layout.width, options.quality, place)?.full_colour();
    fields.shorts(tag::COMPRESSION, &[scheme::JPEG]);
    if colour {
        ycbcr(fields, options, encoder.subsampling());
    } else {
        fields.shorts(tag::PHOTOMETRIC, &[photometric::BLACK_IS_ZERO]);
    }
    if place == Tables::Apart {
        fields.undefined(tag::JPEG_TABLES, encoder.tables());
    }
    let rows = rows_of(STRIP, layout).min(MAX_DIMENSION as usize);
    let rows = (rows / JPEG_ROWS).max(1) * JPEG_ROWS;
    Ok((Box::new(encoder), rows))
}

fn predictor(options: &Options, layout: &PageLayout, fields: &mut Directory) -> bool {
    let used = options.predictor && layout.pixel.bits_per_channel() >= 8;
    if used {
        fields.shorts(tag::PREDICTOR, &[2]);
    }
    used
}

fn rows_of(strip: usize, layout: &PageLayout) -> usize {
    (strip / layout.row_bytes()).max(1)
}
