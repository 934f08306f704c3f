//! Sizes and headers of images (`wiasGetImageInformation`, section 3.3 of its documentation in the
//! driver kit: `wiasGetImageInformation function`).

use formats::bmp;
use raster::{PageLayout, PixelType};
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_RAWRGB, WIA_IMG_FMT_TIFF,
};
use wia::{Compression, Error, Photometric, Result};

use crate::context::TransferContext;

/// What follows from the description in a transfer context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageInformation {
    /// Bytes of a line (`cbWidthInBytes`), aligned as the format asks.
    pub width_in_bytes: i32,
    /// Bytes of a page without compression (`lImageSize`); 0 for an unknown height.
    pub image_size: i32,
    /// Bytes of the header (`lHeaderSize`); 0 for formats whose header is not the service's to make.
    pub header_size: i32,
    /// Header and image (`lItemSize`); 0 when that is not known beforehand.
    pub item_size: i32,
    /// The header itself, `header_size` bytes.
    pub header: Vec<u8>,
}

/// The sizes of the image that a context describes, and its header.
///
/// `context.item_size` is what the item's `WIA_IPA_ITEM_SIZE` says. Lines are padded to four bytes,
/// but in TIFF to whole bytes. Only bitmaps have a header here: `WiaImgFmt_BMP` with, and
/// `WiaImgFmt_MEMORYBMP` without a file header; a height of 0 is unknown and is put in later.
///
/// # Errors
///
/// `InvalidArgument` for negative members, a bitmap of a depth other than 1, 4, 8 and 24, and an image
/// of more than 2^31 - 1 bytes.
pub fn image_information(context: &TransferContext) -> Result<ImageInformation> {
    let member = |name: &str, value: i32| {
        u32::try_from(value).map_err(|_| Error::invalid(format!("{name}: {value} is not valid")))
    };
    let width = member("lWidthInPixels", context.width_in_pixels)?;
    let lines = member("lLines", context.lines)?;
    let depth = member("lDepth", context.depth)?;
    let bits = u64::from(width) * u64::from(depth);
    let aligned = bits.div_ceil(32) * 4;
    let uncompressed = context.compression == Compression::None;
    let (line, header, item) = match context.format {
        WIA_IMG_FMT_BMP | WIA_IMG_FMT_MEMORYBMP => {
            let header = bitmap_header(context, width, lines, depth)?;
            let image = aligned * u64::from(lines);
            let known = uncompressed && lines > 0;
            let item = if known {
                header.len() as u64 + image
            } else {
                0
            };
            (aligned, header, item)
        }
        WIA_IMG_FMT_TIFF => {
            let known = uncompressed && !context.tymed.is_multipage();
            let item = if known {
                member("lItemSize", context.item_size)?
            } else {
                0
            };
            (bits.div_ceil(8), Vec::new(), u64::from(item))
        }
        WIA_IMG_FMT_RAW | WIA_IMG_FMT_RAWRGB => (aligned, Vec::new(), 0),
        _ => {
            let item = if uncompressed {
                member("lItemSize", context.item_size)?
            } else {
                0
            };
            (aligned, Vec::new(), u64::from(item))
        }
    };
    let long = |name: &str, value: u64| {
        i32::try_from(value)
            .map_err(|_| Error::invalid(format!("{name}: {value} bytes are more than 2 GiB - 1")))
    };
    Ok(ImageInformation {
        width_in_bytes: long("cbWidthInBytes", line)?,
        image_size: long("lImageSize", line.saturating_mul(u64::from(lines)))?,
        header_size: long("lHeaderSize", header.len() as u64)?,
        item_size: long("lItemSize", item)?,
        header,
    })
}

fn bitmap_header(context: &TransferContext, width: u32, lines: u32, depth: u32) -> Result<Vec<u8>> {
    let pixel = match depth {
        1 => PixelType::Bw1,
        4 => PixelType::Gray4,
        8 => PixelType::Gray8,
        24 => PixelType::Rgb8,
        _ => {
            return Err(Error::invalid(format!(
                "lDepth: {depth} is not valid for a bitmap; valid: 1 4 8 24"
            )));
        }
    };
    let dpi = |value: i32| u32::try_from(value).unwrap_or(0);
    let layout = PageLayout {
        width,
        height: Some(lines).filter(|n| *n > 0),
        pixel,
        x_dpi: dpi(context.x_res),
        y_dpi: dpi(context.y_res),
    };
    let file = context.format == WIA_IMG_FMT_BMP;
    let mut header = bmp::header(&layout, file)?;
    let info = if file { 14 } else { 0 };
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = header.get_mut(info + at..info + at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    // biCompression: BI_RLE8 and BI_RLE4.
    match context.compression {
        Compression::BiRle8 => put(16, &1u32.to_le_bytes()),
        Compression::BiRle4 => put(16, &2u32.to_le_bytes()),
        _ => {}
    }
    let photometric = context.record.as_ref().and_then(|r| r.options.photometric);
    if depth == 1 && photometric == Some(Photometric::White0) {
        // The palette's entry 0 is white, 1 is black.
        put(40, &[0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0]);
    }
    Ok(header)
}
