//! What each compression brings to a page: its encoder, its strips, its fields.

use raster::{Band, PageLayout, PixelType};
use wia::{Error, Result};

use super::directory::{Directory, Order, tag};
use super::options::{Compression, Container, Options, Photometric};
use crate::codec::jpeg::{Jpeg, MAX_DIMENSION, Tables};
use crate::codec::{DeflateStrip, G3, G4, Lzw, PackBits, Prepared, Stored, StripEncoder};

/// The size of strips before compression, in bytes; a strip of longer rows has one.
pub(super) const STRIP: usize = 256 * 1024;
/// That of deflate, which finds more in longer strips, and of JPEG: 64 rows of colour at A4's width
/// and 300 dpi.
const LARGE_STRIP: usize = 480 * 1024;
/// What the predictor is tried with.
const SAMPLE: usize = 128 * 1024;
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
    pub(crate) const PALETTE: u16 = 3;
    pub(crate) const YCBCR: u16 = 6;
}

/// How the rows of a page become strips.
#[derive(Debug)]
pub(super) enum Encoding {
    /// As they are.
    Plain,
    /// As they are, with every bit inverted.
    Inverted,
    /// Through an encoder.
    Encoded(Recipe),
}

/// How the encoder of a page is made.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    compression: Compression,
    layout: PageLayout,
    invert: bool,
    /// 16-bit samples get their high byte first.
    swap: bool,
    /// Open while the page is to show what is better.
    predict: Option<bool>,
    jpeg: Option<JpegShape>,
    /// Rows of a strip.
    pub(super) rows: usize,
}

#[derive(Clone, Copy, Debug)]
struct JpegShape {
    quality: u8,
    full_color: bool,
    tables: Tables,
}

impl Encoding {
    /// The encoding of a page. Its fields are put into `fields`.
    pub(super) fn new(
        options: &Options,
        order: Order,
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
        let mut recipe = Recipe {
            compression: options.compression,
            layout: *layout,
            invert,
            swap: order == Order::Big && layout.pixel.bits_per_channel() == 16,
            predict: Some(false),
            jpeg: None,
            rows: rows_of(STRIP, layout),
        };
        match options.compression {
            Compression::None => {
                scheme(fields, scheme::NONE);
                match (recipe.swap, invert) {
                    (false, false) => return Ok(Encoding::Plain),
                    (false, true) => return Ok(Encoding::Inverted),
                    (true, _) => {}
                }
            }
            Compression::PackBits => scheme(fields, scheme::PACK_BITS),
            Compression::Lzw => {
                scheme(fields, scheme::LZW);
                recipe.predict = predictor(options, layout, fields);
            }
            Compression::Deflate => {
                scheme(fields, scheme::DEFLATE);
                recipe.predict = predictor(options, layout, fields);
                recipe.rows = rows_of(LARGE_STRIP, layout);
            }
            Compression::G4 => {
                if layout.pixel != PixelType::Bw1 {
                    return Err(Error::invalid("G4 holds only bilevel pages"));
                }
                fax(fields, scheme::G4, 0);
                recipe.rows = rows_of(FAX_STRIP, layout);
            }
            Compression::G3 { two_dimensional } => {
                if layout.pixel != PixelType::Bw1 {
                    return Err(Error::invalid("G3 holds only bilevel pages"));
                }
                fax(fields, scheme::G3, two_dimensional.into());
                recipe.rows = rows_of(FAX_STRIP, layout);
            }
            Compression::Jpeg => recipe.set_jpeg(options, fields)?,
        }
        let most = layout.height.map_or(recipe.rows, |height| height as usize);
        recipe.rows = recipe.rows.min(most);
        Ok(Encoding::Encoded(recipe))
    }
}

impl Recipe {
    /// Whether [`Recipe::decide`] is to be asked before there is an encoder.
    pub(super) fn is_open(&self) -> bool {
        self.predict.is_none()
    }

    /// Settles by the first strip of the page whether differences are compressed.
    pub(super) fn decide(&mut self, strip: &[u8], fields: &mut Directory) -> Result<()> {
        let row = self.layout.row_bytes();
        let some = strip.len().min((SAMPLE / row).max(1) * row);
        let mut size = |predict| {
            self.predict = Some(predict);
            let mut out = Vec::new();
            match Band::new(&strip[..some], row, row) {
                Some(band) => self.encoder()?.strip(band, &mut out)?,
                None => return Err(Error::invalid("a strip has whole rows")),
            }
            Ok(out.len())
        };
        let better = size(true)? < size(false)?;
        self.predict = Some(better);
        fields.shorts(tag::PREDICTOR, &[if better { 2 } else { 1 }]);
        Ok(())
    }

    /// An encoder of the page's strips.
    pub(super) fn encoder(&self) -> Result<Box<dyn StripEncoder>> {
        let predict = self.predict.unwrap_or(false);
        let compression: Box<dyn StripEncoder> = match self.compression {
            Compression::None => Box::new(Stored),
            Compression::PackBits => Box::new(PackBits),
            Compression::Lzw => Box::new(Lzw::new()),
            Compression::Deflate => Box::new(DeflateStrip::new(predict)),
            Compression::G3 { two_dimensional } => {
                return Ok(Box::new(G3::new(self.layout.width, two_dimensional)));
            }
            Compression::G4 => return Ok(Box::new(G4::new(self.layout.width))),
            Compression::Jpeg => return Ok(Box::new(self.jpeg()?)),
        };
        let encoder = Prepared::new(compression, self.layout.pixel, self.invert, predict);
        Ok(Box::new(if self.swap {
            encoder.big_endian()
        } else {
            encoder
        }))
    }

    fn jpeg(&self) -> Result<Jpeg> {
        let Some(shape) = self.jpeg else {
            return Err(Error::invalid("no JPEG page"));
        };
        let PageLayout { pixel, width, .. } = self.layout;
        let jpeg = Jpeg::new(pixel, width, shape.quality, shape.tables)?;
        Ok(if shape.full_color {
            jpeg.full_colour()
        } else {
            jpeg
        })
    }

    fn set_jpeg(&mut self, options: &Options, fields: &mut Directory) -> Result<()> {
        // A classic directory has room for one field more than the fixed ones: with YCbCr the
        // subsampling takes it, and the tables go into the strips.
        let colour = self.layout.pixel.channels() == 3;
        let tables = match options.container {
            Container::Classic if colour => Tables::InStrips,
            _ => Tables::Apart,
        };
        self.jpeg = Some(JpegShape {
            quality: options.quality,
            full_color: options.full_color,
            tables,
        });
        let encoder = self.jpeg()?;
        fields.shorts(tag::COMPRESSION, &[scheme::JPEG]);
        if colour {
            ycbcr(fields, options, encoder.subsampling());
        } else {
            fields.shorts(tag::PHOTOMETRIC, &[photometric::BLACK_IS_ZERO]);
        }
        if tables == Tables::Apart {
            fields.undefined(tag::JPEG_TABLES, encoder.tables());
        }
        let rows = rows_of(LARGE_STRIP, &self.layout).min(MAX_DIMENSION as usize);
        self.rows = (rows / JPEG_ROWS).max(1) * JPEG_ROWS;
        Ok(())
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

/// Whether differences are compressed; `None` when the page is to show it.
fn predictor(options: &Options, layout: &PageLayout, fields: &mut Directory) -> Option<bool> {
    if layout.pixel.bits_per_channel() < 8 {
        return Some(false);
    }
    match options.predictor {
        Some(false) => {}
        Some(true) => fields.shorts(tag::PREDICTOR, &[2]),
        // In its place, so that the directory does not grow.
        None => fields.shorts(tag::PREDICTOR, &[1]),
    }
    options.predictor
}

fn rows_of(strip: usize, layout: &PageLayout) -> usize {
    (strip / layout.row_bytes()).max(1)
}
