//! Pages that come already encoded: one strip, taken as it is.

use raster::{PageLayout, PixelType};
use wia::{Error, ErrorKind, Result};

use super::chain::Chain;
use super::describe;
use super::directory::{Directory, StripTable, tag};
use super::encoding::{fax, photometric, scheme, ycbcr};
use super::options::Options;
use crate::Sink;
use crate::codec::jpeg::Frame;

/// A whole page in encoded form.
#[derive(Clone, Copy, Debug)]
pub struct EncodedPage<'a> {
    /// What it is encoded in.
    pub compression: EncodedCompression,
    /// The bytes of the page, without any container.
    pub bytes: &'a [u8],
}

/// The compressions that a page may come in (`WIA_COMPRESSION_G3`, `_G4`, `_JPEG`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodedCompression {
    /// ITU-T T.4, bilevel.
    G3 {
        /// The T4Options field: bit 0 for two-dimensional coding, bit 1 for uncompressed mode, bit 2
        /// for fill bits before the end of line.
        t4_options: u32,
    },
    /// ITU-T T.6, bilevel.
    G4,
    /// A complete JPEG stream, 8-bit grey or colour.
    Jpeg,
}

/// Writes `page` and its directory; returns the bytes of the document. After an error the caller
/// drops what has been written.
pub(super) fn write(
    chain: &mut Chain,
    sink: &mut dyn Sink,
    directory: &Directory,
    bytes: &[u8],
) -> Result<u64> {
    let mut strips = StripTable::default();
    let at = chain.append_data(sink, bytes, |form| directory.size(form, 1))?;
    strips.push(at, bytes.len() as u64)?;
    chain.add_directory(sink, directory, &mut strips)
}

/// The directory of an encoded page, and its height.
pub(super) fn describe(
    options: &Options,
    index: u32,
    layout: &PageLayout,
    page: &EncodedPage<'_>,
) -> Result<(Directory, u32)> {
    let height = match layout.height {
        Some(height) if height > 0 && layout.width > 0 => height,
        _ => {
            return Err(Error::invalid(
                "an encoded page needs a width and a known height",
            ));
        }
    };
    if page.bytes.is_empty() {
        return Err(Error::invalid("an encoded page needs at least one byte"));
    }
    let mut fields = describe::page(options, index, layout);
    fields.long(tag::ROWS_PER_STRIP, height);
    match page.compression {
        EncodedCompression::G3 { .. } | EncodedCompression::G4
            if layout.pixel != PixelType::Bw1 =>
        {
            return Err(Error::invalid("G3 and G4 hold only bilevel pages"));
        }
        EncodedCompression::G3 { t4_options } if t4_options > 7 => {
            return Err(Error::invalid(format!(
                "T4Options has bits 0 to 2, not {t4_options:#x}"
            )));
        }
        EncodedCompression::G3 { t4_options } => fax(&mut fields, scheme::G3, t4_options),
        EncodedCompression::G4 => fax(&mut fields, scheme::G4, 0),
        EncodedCompression::Jpeg => {
            let frame = Frame::parse(page.bytes)?;
            fits(&frame, layout, height)?;
            fields.shorts(tag::COMPRESSION, &[scheme::JPEG]);
            if frame.components.len() == 1 {
                fields.shorts(tag::PHOTOMETRIC, &[photometric::BLACK_IS_ZERO]);
            } else if frame.is_rgb() {
                fields.shorts(tag::PHOTOMETRIC, &[photometric::RGB]);
            } else {
                ycbcr(&mut fields, options, subsampling(&frame)?);
            }
        }
    }
    describe::fill_up(&mut fields, options);
    Ok((fields, height))
}

/// Whether the stream holds what the caller says, in a form that readers of TIFF know.
pub(super) fn fits(frame: &Frame, layout: &PageLayout, height: u32) -> Result<()> {
    if !matches!(layout.pixel, PixelType::Gray8 | PixelType::Rgb8) {
        return Err(Error::invalid("JPEG holds only 8-bit grey and colour"));
    }
    // Baseline, extended and progressive with Huffman codes, and no height that comes later. TIFF
    // does not allow progressive streams, but libtiff reads them (with a warning), and a page that
    // the device has scanned is better kept.
    if frame.process > 2 || frame.precision != 8 || frame.height == 0 {
        return Err(unsupported());
    }
    if frame.components.len() != layout.pixel.channels() as usize {
        return Err(Error::invalid(format!(
            "a JPEG page of {} components where {} are expected",
            frame.components.len(),
            layout.pixel.channels()
        )));
    }
    if (frame.width, frame.height) != (layout.width, height) {
        return Err(Error::invalid(format!(
            "a JPEG page of {} x {} pixels where {} x {height} are expected",
            frame.width, frame.height, layout.width
        )));
    }
    Ok(())
}

/// YCbCrSubSampling: how many times the colour components have less samples.
pub(super) fn subsampling(frame: &Frame) -> Result<(u8, u8)> {
    let [y, cb, cr] = frame.components[..] else {
        return Err(unsupported());
    };
    let colour = (cb.horizontal, cb.vertical);
    let across = y.horizontal / cb.horizontal;
    let down = y.vertical / cb.vertical;
    let exact = across * cb.horizontal == y.horizontal && down * cb.vertical == y.vertical;
    if colour != (cr.horizontal, cr.vertical)
        || !exact
        || !matches!(across, 1 | 2 | 4)
        || !matches!(down, 1 | 2 | 4)
    {
        return Err(unsupported());
    }
    Ok((across, down))
}

fn unsupported() -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        "a JPEG stream of a kind that TIFF does not hold",
    )
}
