//! What a transfer's pages are, from the item's properties and the service's context.

use items::AppItem;
use raster::PixelType;
use transfer::TransferContext;
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF,
};
use wia::property::{WIA_IPA_DATATYPE, WIA_IPA_DEPTH};
use wia::{Compression, DataType, Error, Result, Tymed};

/// What a transfer's streams hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    /// Rows behind WIA's raw header.
    Raw,
    /// A bitmap file.
    Bmp,
    /// A bitmap without file header.
    MemoryBmp,
    /// One page or several.
    Tiff,
    /// One image.
    Jpeg,
}

/// The canonical pixels of the item's data type and depth.
///
/// # Errors
///
/// `InvalidArgument` for those that do not go together, and for an item without these properties.
pub fn pixel_type(item: &AppItem) -> Result<PixelType> {
    let data_type = item.read_i32(WIA_IPA_DATATYPE)?;
    let depth = item.read_i32(WIA_IPA_DEPTH)?;
    match (DataType::from_value(data_type), depth) {
        (Some(DataType::Threshold | DataType::Dither), 1) => Ok(PixelType::Bw1),
        (Some(DataType::Grayscale), 8) => Ok(PixelType::Gray8),
        (Some(DataType::Grayscale), 16) => Ok(PixelType::Gray16),
        // The RAW format has a name of its own for colour.
        (Some(DataType::Color | DataType::RawRgb), 24) => Ok(PixelType::Rgb8),
        (Some(DataType::Color | DataType::RawRgb), 48) => Ok(PixelType::Rgb16),
        _ => Err(Error::invalid(format!(
            "WIA_IPA_DATATYPE {data_type} with WIA_IPA_DEPTH {depth} is not valid; valid: 0 or 1 with 1, \
             2 with 8 or 16, 3 or 6 with 24 or 48"
        ))),
    }
}

/// The format that a context asks for, in which pages of `pixel` can be had with its compression.
///
/// # Errors
///
/// `InvalidArgument` naming the property for anything else.
pub fn page_format(context: &TransferContext, pixel: PixelType) -> Result<PageFormat> {
    let format = match (context.format, context.tymed) {
        (WIA_IMG_FMT_TIFF, Tymed::File | Tymed::MultipageFile) => PageFormat::Tiff,
        (WIA_IMG_FMT_RAW, Tymed::File) => PageFormat::Raw,
        (WIA_IMG_FMT_JPEG, Tymed::File) => PageFormat::Jpeg,
        (WIA_IMG_FMT_BMP, Tymed::File) if !context.memory_transfer => PageFormat::Bmp,
        (WIA_IMG_FMT_MEMORYBMP, Tymed::File) if context.memory_transfer => PageFormat::MemoryBmp,
        (other, tymed) => {
            let name = wia::format::name(other).map_or_else(|| other.to_string(), str::to_owned);
            return Err(Error::invalid(format!(
                "WIA_IPA_FORMAT {name} with WIA_IPA_TYMED {tymed:?} is not valid; valid: BMP, RAW, \
                 TIFF and JPEG with TYMED_FILE, TIFF with TYMED_MULTIPAGE_FILE, MEMORYBMP, RAW, \
                 TIFF and JPEG with TYMED_CALLBACK, TIFF with TYMED_MULTIPAGE_CALLBACK"
            )));
        }
    };
    let fits = match context.compression {
        Compression::None => format != PageFormat::Jpeg,
        Compression::G4 => format == PageFormat::Tiff && pixel == PixelType::Bw1,
        Compression::Jpeg => {
            let holds = matches!(format, PageFormat::Tiff | PageFormat::Jpeg);
            holds && matches!(pixel, PixelType::Gray8 | PixelType::Rgb8)
        }
        _ => false,
    };
    if !fits {
        return Err(Error::invalid(format!(
            "WIA_IPA_COMPRESSION {:?} is not valid here; valid: None, in TIFF G4 for 1 bit a \
             pixel, and in TIFF and JPEG Jpeg for 8 bits a channel",
            context.compression
        )));
    }
    let bitmap = matches!(format, PageFormat::Bmp | PageFormat::MemoryBmp);
    if bitmap && pixel.bits_per_channel() > 8 {
        return Err(Error::invalid(
            "WIA_IPA_FORMAT: BMP holds at most 8 bits a channel; valid: RAW, TIFF",
        ));
    }
    Ok(format)
}
