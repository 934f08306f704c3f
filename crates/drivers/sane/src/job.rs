//! What one transfer is asked for, beside what is set in the device.

use items::{AppItem, no_data};
use minidriver::pages::{PageFormat, page_format, pixel_type};
use raster::PixelType;
use transfer::TransferContext;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED};
use wia::property::{WIA_IPS_PAGES, WIA_IPS_THRESHOLD, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{Guid, Result};

use crate::source::SourceKind;

/// Everything that a transfer needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) source: SourceKind,
    /// Pages to scan; `None` until the feeder is empty.
    pub(crate) pages: Option<u32>,
    pub(crate) format: PageFormat,
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
            SourceKind::Feeder => Some(item.read_u32(WIA_IPS_PAGES)?).filter(|n| *n > 0),
            SourceKind::Flatbed | SourceKind::Film => Some(1),
        };
        let threshold = item.opt_i32(WIA_IPS_THRESHOLD).unwrap_or(128);
        Ok(Job {
            source,
            pages,
            format: page_format(context, pixel)?,
            pixel,
            x_dpi: item.read_u32(WIA_IPS_XRES)?,
            y_dpi: item.read_u32(WIA_IPS_YRES)?,
            threshold: u8::try_from(threshold.clamp(0, 255)).unwrap_or(128),
        })
    }
}
