//! The image filters of a scan.

use std::sync::Arc;

use filters::{Brightness, Contrast, Filter, Filters, Rotation};
use raster::PixelType;
use service::{ImageFilter, Item};
use wia::property::WIA_IPS_ROTATION;
use wia::{Error, Orientation, Result};

/// An image filter, with its value or that of the item's property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterSetting {
    /// -1000 (black) to 1000 (white); `WIA_IPS_BRIGHTNESS`.
    Brightness(Option<i32>),
    /// -1000 (grey) to 1000 (black and white only); `WIA_IPS_CONTRAST`.
    Contrast(Option<i32>),
    /// Counter-clockwise; `WIA_IPS_ROTATION`.
    Rotation(Option<Orientation>),
}

impl FilterSetting {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            FilterSetting::Brightness(_) => "brightness",
            FilterSetting::Contrast(_) => "contrast",
            FilterSetting::Rotation(_) => "rotation",
        }
    }

    fn filter(self) -> Box<dyn Filter> {
        match self {
            FilterSetting::Brightness(value) => Box::new(Brightness(value)),
            FilterSetting::Contrast(value) => Box::new(Contrast(value)),
            FilterSetting::Rotation(turn) => Box::new(Rotation(turn)),
        }
    }

    /// Whether width and height change places.
    fn swaps_sides(self, item: &dyn Item) -> Result<bool> {
        let FilterSetting::Rotation(turn) = self else {
            return Ok(false);
        };
        let of_item = || {
            let value = item.read(&[WIA_IPS_ROTATION])?.pop().flatten();
            Ok(value.and_then(|v| Orientation::from_value(v.as_i32()?)))
        };
        let turn = turn.map_or_else(of_item, |turn| Ok(Some(turn)))?;
        Ok(turn.is_some_and(Orientation::swaps_sides))
    }
}

/// Formatted as on the command line: `brightness=100`, `rotation=90`, `contrast`.
impl std::fmt::Display for FilterSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = match *self {
            FilterSetting::Brightness(value) | FilterSetting::Contrast(value) => value,
            FilterSetting::Rotation(turn) => turn.map(|turn| 90 * turn.value()),
        };
        f.write_str(self.name())?;
        value.map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

/// One image filter of all, for a transfer.
pub(crate) fn image_filters(settings: &[FilterSetting]) -> Vec<Arc<dyn ImageFilter>> {
    if settings.is_empty() {
        return Vec::new();
    }
    vec![one_filter(settings)]
}

/// The same as one filter, which may have nothing to do.
pub(crate) fn one_filter(settings: &[FilterSetting]) -> Arc<dyn ImageFilter> {
    let filters = settings.iter().map(|setting| setting.filter()).collect();
    Arc::new(Filters::new(filters))
}

/// Whether the filters together make width and height change places.
pub(crate) fn swap_sides(settings: &[FilterSetting], item: &dyn Item) -> Result<bool> {
    settings.iter().try_fold(false, |swapped, setting| {
        Ok(swapped != setting.swaps_sides(item)?)
    })
}

/// # Errors
///
/// `InvalidArgument` for a filter that can do nothing for such pixels.
pub(crate) fn check(settings: &[FilterSetting], pixel: PixelType) -> Result<()> {
    let idle = |setting: &&FilterSetting| !matches!(setting, FilterSetting::Rotation(_));
    match settings.iter().find(idle) {
        Some(setting) if pixel == PixelType::Bw1 => Err(Error::invalid(format!(
            "filter {}: black and white pages have no shades to change; use gray or color",
            setting.name()
        ))),
        _ => Ok(()),
    }
}
