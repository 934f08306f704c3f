//! What one transfer is asked for, beside what is set in the device.

use items::AppItem;
use raster::PixelType;
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPS_PAGES, WIA_IPS_THRESHOLD, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{Compression, DataType, Error, Guid, PropertyId, Result, Tymed};

use crate::source::SourceKind;

/// What a transfer's streams hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageFormat {
    Raw,
    Bmp,
    Tiff,
    Jpeg,
}

/// Everything that a transfer needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) source: SourceKind,
    /// Pages to scan; `None` until the feeder is empty.
    pub(crate) pages: Option<u32>,
    pub(crate) format: PageFormat,
    /// Whether all pages go into one stream.
    pub(crate) multipage: bool,
    pub(crate) pixel: PixelType,
    pub(crate) x_dpi: u32,
    pub(crate) y_dpi: u32,
    /// For a device that delivers grey where black and white was asked for.
    pub(crate) threshold: u8,
}

/// The source that an item stands for.
pub(crate) fn source_of(category: Guid) -> Option<SourceKind> {
    match category {
        WIA_CATEGORY_FLATBED => Some(SourceKind::Flatbed),
        WIA_CATEGORY_FEEDER => Some(SourceKind::Feeder),
        WIA_CATEGORY_FILM => Some(SourceKind::Film),
        _ => None,
    }
}

impl Job {
    /// Reads the settings of an item and the service's context.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` that names a property which makes no transfer.
    pub(crate) fn new(item: &AppItem, context: &TransferContext) -> Result<Job> {
        let source = source_of(item.category()).ok_or_else(|| no_data(item))?;
        let pixel = pixel_type(item)?;
        let pages = match source {
            SourceKind::Feeder => Some(unsigned(item, WIA_IPS_PAGES)?).filter(|n| *n > 0),
            SourceKind::Flatbed | SourceKind::Film => Some(1),
        };
        let threshold = item.opt_i32(WIA_IPS_THRESHOLD).unwrap_or(128);
        Ok(Job {
            source,
            pages,
            format: page_format(context, pixel)?,
            multipage: context.tymed == Tymed::MultipageFile,
            pixel,
            x_dpi: unsigned(item, WIA_IPS_XRES)?,
            y_dpi: unsigned(item, WIA_IPS_YRES)?,
            threshold: u8::try_from(threshold.clamp(0, 255)).unwrap_or(128),
        })
    }
}

/// The refusal of an item that cannot be transferred.
pub(crate) fn no_data(item: &AppItem) -> Error {
    Error::invalid(format!("{}: this item has no data", item.full_name()))
}

fn unsigned(item: &AppItem, id: PropertyId) -> Result<u32> {
    let value = item.read_i32(id)?;
    u32::try_from(value).map_err(|_| {
        let name = item.property_name(id);
        Error::invalid(format!("{name}: {value} is not valid; valid: 0 and more"))
    })
}

/// The canonical pixels of the item's data type and depth.
fn pixel_type(item: &AppItem) -> Result<PixelType> {
    let data_type = item.read_i32(WIA_IPA_DATATYPE)?;
    let depth = item.read_i32(WIA_IPA_DEPTH)?;
    match (DataType::from_value(data_type), depth) {
        (Some(DataType::Threshold | DataType::Dither), 1) => Ok(PixelType::Bw1),
        (Some(DataType::Grayscale), 8) => Ok(PixelType::Gray8),
        (Some(DataType::Grayscale), 16) => Ok(PixelType::Gray16),
        (Some(DataType::Color | DataType::RawRgb), 24) => Ok(PixelType::Rgb8),
        (Some(DataType::Color | DataType::RawRgb), 48) => Ok(PixelType::Rgb16),
        _ => Err(Error::invalid(format!(
            "WIA_IPA_DATATYPE {data_type} with WIA_IPA_DEPTH {depth} is not valid; valid: 0 or 1 with 1, \
             2 with 8 or 16, 3 or 6 with 24 or 48"
        ))),
    }
}

fn page_format(context: &TransferContext, pixel: PixelType) -> Result<PageFormat> {
    let format = match (context.format, context.tymed) {
        (WIA_IMG_FMT_TIFF, Tymed::File | Tymed::MultipageFile) => PageFormat::Tiff,
        (WIA_IMG_FMT_RAW, Tymed::File) => PageFormat::Raw,
        (WIA_IMG_FMT_JPEG, Tymed::File) => PageFormat::Jpeg,
        (WIA_IMG_FMT_BMP, Tymed::File) => PageFormat::Bmp,
        (other, tymed) => {
            let name = wia::format::name(other).map_or_else(|| other.to_string(), str::to_owned);
            return Err(Error::invalid(format!(
                "WIA_IPA_FORMAT {name} with WIA_IPA_TYMED {tymed:?} is not valid; valid: BMP, RAW, TIFF \
                 and JPEG with TYMED_FILE, TIFF with TYMED_MULTIPAGE_FILE"
            )));
        }
    };
    let eight = matches!(pixel, PixelType::Gray8 | PixelType::Rgb8);
    let fits = match context.compression {
        Compression::None => format != PageFormat::Jpeg,
        Compression::G4 => format == PageFormat::Tiff && pixel == PixelType::Bw1,
        Compression::Jpeg => matches!(format, PageFormat::Tiff | PageFormat::Jpeg) && eight,
        _ => false,
    };
    if !fits {
        return Err(Error::invalid(format!(
            "WIA_IPA_COMPRESSION {:?} is not valid here; valid: None, in TIFF G4 for 1 bit a pixel, and in \
             TIFF and JPEG Jpeg for 8 bits a channel",
            context.compression
        )));
    }
    if format == PageFormat::Bmp && pixel.bits_per_channel() > 8 {
        return Err(Error::invalid(
            "WIA_IPA_FORMAT: BMP holds at most 8 bits a channel; valid: RAW, TIFF",
        ));
    }
    Ok(format)
}
