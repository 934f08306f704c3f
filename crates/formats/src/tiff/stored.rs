//! Pages that are taken over from another document as they are stored there.

use raster::{PageLayout, PixelType};
use wia::{Error, ErrorKind, Result};

use super::chain::Chain;
use super::describe;
use super::directory::{Directory, Order, StripTable, tag};
use super::encoded::{fits, subsampling};
use super::encoding::{fax, photometric, scheme, ycbcr};
use super::options::Options;
use crate::codec::jpeg::Frame;
use crate::stored::{
    Chunk, ChunkSource, Coding, FaxGroup, JpegColor, Palette, Predictor, StoredPage,
};
use crate::{PageDone, Sink};

/// What is read of a JPEG chunk to find its frame; headers are rarely longer.
const HEADERS: [u64; 2] = [64 << 10, 4 << 20];

/// The directory of a stored page but for its strips, and for what its first chunk tells.
///
/// # Errors
///
/// `NotImplemented` for what a TIFF does not hold; `InvalidArgument` for what does not fit together.
pub(super) fn describe(
    options: &Options,
    index: u32,
    order: Order,
    page: &StoredPage,
) -> Result<Directory> {
    let layout = &page.layout;
    let rows = page.rows_per_chunk;
    match layout.height {
        Some(height)
            if height > 0
                && layout.width > 0
                && rows > 0
                && u64::from(height.div_ceil(rows)) == page.chunks => {}
        _ => {
            return Err(Error::invalid(
                "a stored page needs a width, a height, and chunks for all of its rows",
            ));
        }
    }
    let mut own = options.clone();
    own.profile = page.profile.clone().or(own.profile);
    own.orientation = page.orientation;
    let mut fields = describe::page(&own, index, layout);
    fields.long(tag::ROWS_PER_STRIP, rows.min(layout.height.unwrap_or(rows)));
    let other_order =
        layout.pixel.bits_per_channel() == 16 && page.big_endian != (order == Order::Big);
    let scheme = |fields: &mut Directory, number| fields.shorts(tag::COMPRESSION, &[number]);
    let predictor = |fields: &mut Directory, predictor: bool| {
        if predictor {
            fields.shorts(tag::PREDICTOR, &[2]);
        }
    };
    let grey = match (layout.pixel.channels(), page.white_is_zero) {
        (3, _) => photometric::RGB,
        (_, false) => photometric::BLACK_IS_ZERO,
        (_, true) => photometric::WHITE_IS_ZERO,
    };
    fields.shorts(tag::PHOTOMETRIC, &[grey]);
    match &page.coding {
        Coding::Raw | Coding::Lzw { .. } | Coding::Deflate { .. } | Coding::PackBits
            if other_order =>
        {
            return Err(not_held("16-bit samples in the other byte order"));
        }
        Coding::Raw => scheme(&mut fields, scheme::NONE),
        Coding::PackBits => scheme(&mut fields, scheme::PACK_BITS),
        Coding::Lzw { predictor: used } => {
            scheme(&mut fields, scheme::LZW);
            predictor(&mut fields, *used);
        }
        Coding::Deflate { predictor: used } => {
            if *used == Predictor::Png {
                return Err(not_held("rows with PNG's filters"));
            }
            scheme(&mut fields, scheme::DEFLATE);
            predictor(&mut fields, *used == Predictor::Horizontal);
        }
        Coding::Fax {
            group,
            low_bit_first,
            inverted,
        } => {
            if layout.pixel != PixelType::Bw1 {
                return Err(Error::invalid("G3 and G4 hold only bilevel pages"));
            }
            match group {
                FaxGroup::G3 { options } => fax(&mut fields, scheme::G3, *options),
                FaxGroup::G4 => fax(&mut fields, scheme::G4, 0),
            }
            if *inverted {
                fields.shorts(tag::PHOTOMETRIC, &[photometric::BLACK_IS_ZERO]);
            }
            if *low_bit_first {
                fields.shorts(tag::FILL_ORDER, &[2]);
            }
        }
        Coding::Jpeg { tables, color } => {
            scheme(&mut fields, scheme::JPEG);
            let color = match color {
                JpegColor::Gray => photometric::BLACK_IS_ZERO,
                JpegColor::YCbCr => photometric::YCBCR,
                JpegColor::Rgb => photometric::RGB,
            };
            fields.shorts(tag::PHOTOMETRIC, &[color]);
            if !tables.is_empty() {
                fields.undefined(tag::JPEG_TABLES, tables);
            }
        }
    }
    if let Some(colors) = &page.palette {
        palette(&mut fields, layout, colors)?;
    }
    describe::fill_up(&mut fields, options);
    Ok(fields)
}

/// The fields of a page whose pixels are indices.
fn palette(fields: &mut Directory, layout: &PageLayout, palette: &Palette) -> Result<()> {
    let bits = layout.pixel.bits_per_pixel();
    let places = 1 << bits.min(16);
    if layout.pixel.channels() != 1 || bits > 8 || palette.0.len() > places {
        return Err(Error::invalid(format!(
            "a palette of {} colours for pixels of {bits} bits",
            palette.0.len()
        )));
    }
    let channel = |channel: usize| {
        let colors = palette.0.iter().map(move |color| color[channel]);
        colors.chain(std::iter::repeat(0)).take(places)
    };
    let map: Vec<u16> = (0..3).flat_map(channel).collect();
    fields.shorts(tag::PHOTOMETRIC, &[photometric::PALETTE]);
    fields.shorts(tag::COLOR_MAP, &map);
    Ok(())
}

/// Appends the chunks of `page` as strips. After an error the caller drops what has been written.
pub(super) fn copy(
    chain: &mut Chain,
    sink: &mut dyn Sink,
    options: &Options,
    directory: &mut Directory,
    page: &StoredPage,
    chunks: &mut dyn ChunkSource,
) -> Result<StripTable> {
    let mut strips = StripTable::default();
    while let Some(chunk) = chunks.next()? {
        let count = strips.len() + 1;
        if count == 1
            && let Coding::Jpeg { color, .. } = &page.coding
        {
            jpeg_fields(directory, options, page, *color, &chunk)?;
        }
        if count > page.chunks {
            return Err(damaged("a stored page has more data than it needs"));
        }
        let bytes = match chunk {
            Chunk::InFile { bytes, .. } => bytes,
            Chunk::Bytes(data) => data.len() as u64,
        };
        if bytes == 0 {
            return Err(damaged("a piece of a stored page is empty"));
        }
        let size = |form| directory.size(form, count);
        let at = match chunk {
            Chunk::InFile { file, at, bytes } => chain.append_from(sink, file, at, bytes, size)?,
            Chunk::Bytes(data) => chain.append_data(sink, data, size)?,
        };
        strips.push(at, bytes)?;
    }
    if strips.len() < page.chunks {
        return Err(damaged("a stored page breaks off"));
    }
    Ok(strips)
}

/// The report of a page of `height` rows.
pub(super) fn done(page: &StoredPage, document_bytes: u64) -> PageDone {
    PageDone {
        height: page.layout.height.unwrap_or(0),
        document_bytes,
    }
}

/// Checks the first stream, and puts in what only it tells.
fn jpeg_fields(
    fields: &mut Directory,
    options: &Options,
    page: &StoredPage,
    color: JpegColor,
    chunk: &Chunk<'_>,
) -> Result<()> {
    let frame = match chunk {
        Chunk::Bytes(data) => Frame::parse(data)?,
        Chunk::InFile { file, at, bytes } => {
            let some = |most: u64| {
                let mut head = vec![0; most.min(*bytes) as usize];
                std::os::unix::fs::FileExt::read_exact_at(*file, &mut head, *at)
                    .map_err(Error::from_read)?;
                Frame::parse(&head)
            };
            some(HEADERS[0]).or_else(|_| some(HEADERS[1]))?
        }
    };
    let rows = page.layout.height.unwrap_or(0).min(page.rows_per_chunk);
    fits(&frame, &page.layout, rows).map_err(|e| match e.kind() {
        ErrorKind::InputUnsupported => not_held("this kind of JPEG"),
        _ => e,
    })?;
    if color == JpegColor::YCbCr {
        let subsampling = subsampling(&frame).map_err(|_| not_held("this subsampling"))?;
        ycbcr(fields, options, subsampling);
    }
    Ok(())
}

fn not_held(what: &str) -> Error {
    Error::new(
        ErrorKind::NotImplemented,
        format!("a TIFF does not take {what} as stored"),
    )
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::InputDamaged, what)
}
