//! What follows from format and size: compression, extension, bytes of a line, of the item, of a buffer.

use wia::constant::{WIA_COMPRESSION_NONE, WIA_PAGE_AUTO};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF, filename_extension};
use wia::property::{
    WIA_IPA_BUFFER_SIZE, WIA_IPA_BYTES_PER_LINE, WIA_IPA_COMPRESSION, WIA_IPA_DEPTH,
    WIA_IPA_FILENAME_EXTENSION, WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED, WIA_IPS_PAGE_SIZE, WIA_IPS_ROTATION, WIA_IPS_XEXTENT,
    WIA_IPS_YEXTENT,
};
use wia::{Compression, Guid, Orientation, Result, Tymed};

use crate::app_item::AppItem;
use crate::validation::context::{PropContext, Repair};
use crate::validation::rules::FormatRule;
use crate::validation::valid_values::refusal;

/// Bytes of `BITMAPFILEHEADER`.
const FILE_HEADER: i64 = 14;
/// Bytes of `BITMAPINFOHEADER`.
const INFO_HEADER: i64 = 40;

/// Makes `WIA_IPA_COMPRESSION` one of those that the current format has and that the depth allows:
/// fax compressions need 1 bit a pixel, JPEG 8 a channel. The list of valid values is made anew.
///
/// # Errors
///
/// `InvalidArgument` when the application wrote a compression that cannot be had.
pub fn update_compression(
    item: &AppItem,
    context: &mut PropContext,
    formats: &[FormatRule],
) -> Result<()> {
    let Some(format) = item.opt_guid(WIA_IPA_FORMAT) else {
        return Ok(());
    };
    let Some(rule) = formats.iter().find(|f| f.format == format) else {
        return Ok(());
    };
    let Some(current) = item.opt_i32(WIA_IPA_COMPRESSION) else {
        return Ok(());
    };
    let depth = item.opt_i32(WIA_IPA_DEPTH).unwrap_or(0);
    let fits: Vec<i32> = rule
        .compressions
        .iter()
        .filter(|c| holds(**c, depth))
        .map(|c| c.value())
        .collect();
    let usual = fits.first().copied().unwrap_or(WIA_COMPRESSION_NONE);
    item.set_valid_list(WIA_IPA_COMPRESSION, usual, &fits)?;
    if fits.is_empty() {
        let valid = format!("nothing with {depth} bits a pixel in this format");
        return Err(refusal(item, WIA_IPA_COMPRESSION, &current.into(), &valid));
    }
    context.settle(item, WIA_IPA_COMPRESSION, Repair::Nominal)
}

/// Whether a compression can hold pixels of a depth (0: the device chooses).
const fn holds(compression: Compression, depth: i32) -> bool {
    match compression {
        Compression::G3 | Compression::G4 | Compression::Jbig => matches!(depth, 0 | 1),
        Compression::Jpeg => matches!(depth, 0 | 8 | 24 | 32),
        Compression::BiRle4 => depth == 4,
        Compression::BiRle8 => depth == 8,
        Compression::None | Compression::Jpeg2k | Compression::Png | Compression::Auto => true,
    }
}

/// Sets `WIA_IPA_FILENAME_EXTENSION` to that of the current format, without a dot: the rule's own, else
/// the usual one; empty for RAW.
///
/// # Errors
///
/// `InvalidArgument` when the property is no string.
pub fn update_format_extension(
    item: &AppItem,
    context: &mut PropContext,
    formats: &[FormatRule],
) -> Result<()> {
    let Some(format) = item.opt_guid(WIA_IPA_FORMAT) else {
        return Ok(());
    };
    let own = formats
        .iter()
        .find(|f| f.format == format)
        .and_then(|f| f.extension.as_deref());
    let extension = own.or_else(|| filename_extension(format)).unwrap_or("");
    context.update(item, WIA_IPA_FILENAME_EXTENSION, extension)
}

/// Estimates pixels of a line, lines, bytes of a line and bytes of the item from extents, depth,
/// rotation, format and compression.
///
/// `WIA_IPA_ITEM_SIZE` is exact for an uncompressed bitmap of a known size and 0 (not known in
/// advance) for everything else, RAW among it.
///
/// # Errors
///
/// `InvalidArgument` when one of the properties is of another type.
pub fn update_item_size(item: &AppItem, context: &mut PropContext) -> Result<()> {
    let (Some(width), Some(height)) =
        (item.opt_i32(WIA_IPS_XEXTENT), item.opt_i32(WIA_IPS_YEXTENT))
    else {
        return Ok(());
    };
    let turned = item
        .opt_i32(WIA_IPS_ROTATION)
        .and_then(Orientation::from_value)
        .is_some_and(Orientation::swaps_sides);
    let (width, height) = if turned {
        (height, width)
    } else {
        (width, height)
    };
    context.update(item, WIA_IPA_PIXELS_PER_LINE, width)?;
    context.update(item, WIA_IPA_NUMBER_OF_LINES, height)?;

    let Some(depth) = item.opt_i32(WIA_IPA_DEPTH) else {
        return Ok(());
    };
    let format = item.opt_guid(WIA_IPA_FORMAT).unwrap_or_default();
    let bits = i64::from(width) * i64::from(depth);
    let line = if format == WIA_IMG_FMT_TIFF {
        (bits + 7) / 8
    } else {
        (bits + 31) / 32 * 4
    };
    context.update(
        item,
        WIA_IPA_BYTES_PER_LINE,
        i32::try_from(line).unwrap_or(0),
    )?;

    let plain = item.opt_i32(WIA_IPA_COMPRESSION).unwrap_or(0) == WIA_COMPRESSION_NONE;
    let sized = depth > 0 && item.opt_i32(WIA_IPS_PAGE_SIZE) != Some(WIA_PAGE_AUTO);
    let bytes = if FormatRule::is_bitmap(format) && plain && sized {
        header(format, depth) + line * i64::from(height)
    } else {
        0
    };
    context.update(item, WIA_IPA_ITEM_SIZE, i32::try_from(bytes).unwrap_or(0))
}

/// Sets `WIA_IPA_BUFFER_SIZE` for the current kind of transfer: `band` for bands of memory, the bytes of
/// one page for files and streams (documentation page of `WIA_IPA_MIN_BUFFER_SIZE`).
///
/// A page is counted without compression, with a bitmap's header, and as large as the selection, which
/// an automatic size does not exceed. Where that is not known, or is 2 GiB and more, it is `band` too.
/// To be called after [`update_item_size`].
///
/// # Errors
///
/// `InvalidArgument` when the property is no integer.
pub fn update_buffer_size(item: &AppItem, context: &mut PropContext, band: i32) -> Result<()> {
    let number = |id| item.opt_i32(id).unwrap_or(0);
    let to_file = Tymed::from_value(number(WIA_IPA_TYMED)).is_some_and(Tymed::is_file);
    let lines =
        i64::from(number(WIA_IPA_BYTES_PER_LINE)) * i64::from(number(WIA_IPA_NUMBER_OF_LINES));
    let bytes = if to_file && lines > 0 {
        let format = item.opt_guid(WIA_IPA_FORMAT).unwrap_or_default();
        i32::try_from(header(format, number(WIA_IPA_DEPTH)) + lines).unwrap_or(band)
    } else {
        band
    };
    context.update(item, WIA_IPA_BUFFER_SIZE, bytes)
}

/// Bytes before the lines of a bitmap; 0 for other formats.
fn header(format: Guid, depth: i32) -> i64 {
    if !FormatRule::is_bitmap(format) {
        return 0;
    }
    let file = if format == WIA_IMG_FMT_BMP {
        FILE_HEADER
    } else {
        0
    };
    let palette = if depth <= 8 { 4 << depth } else { 0 };
    file + INFO_HEADER + palette
}
