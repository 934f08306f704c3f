//! The image filters of a scan.

use std::sync::Arc;

use filters::{Brightness, Contrast, Filter, Filters, Rotation};
use raster::PixelType;
use service::{ImageFilter, Item};
use wia::property::{WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST, WIA_IPS_ROTATION};
use wia::{Error, Orientation, Result};

/// An image filter, with its value or that of the item's property, which the device then does not get.
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

    fn take_value(self, item: &dyn Item) -> Result<FilterSetting> {
        let id = match self {
            FilterSetting::Brightness(None) => WIA_IPS_BRIGHTNESS,
            FilterSetting::Contrast(None) => WIA_IPS_CONTRAST,
            FilterSetting::Rotation(None) => WIA_IPS_ROTATION,
            _ => return Ok(self),
        };
        let value = item.read(&[id])?.pop().flatten();
        let Some(value) = value.and_then(|v| v.as_i32()).filter(|v| *v != 0) else {
            return Ok(self);
        };
        item.write(&[(id, 0.into())]).map_err(|e| {
            let name = item.property_name(id);
            e.context(format!(
                "filter {}: the device keeps {name} {value} to itself; give the filter a value",
                self.name()
            ))
        })?;
        Ok(match self {
            FilterSetting::Brightness(_) => FilterSetting::Brightness(Some(value)),
            FilterSetting::Contrast(_) => FilterSetting::Contrast(Some(value)),
            FilterSetting::Rotation(_) => FilterSetting::Rotation(Orientation::from_value(value)),
        })
    }

    /// Whether width and height change places.
    fn swaps_sides(self) -> bool {
        matches!(self, FilterSetting::Rotation(Some(turn)) if turn.swaps_sides())
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

/// Gives filters without a value that of their property, and sets the property back to neutral: what the
/// device or the driver's own filter does with it would be done twice.
///
/// # Errors
///
/// `InvalidArgument` when the property cannot be set back.
pub(crate) fn take_values(
    settings: &[FilterSetting],
    item: &dyn Item,
) -> Result<Vec<FilterSetting>> {
    settings.iter().map(|s| s.take_value(item)).collect()
}

/// Whether the filters together make width and height change places.
pub(crate) fn swap_sides(settings: &[FilterSetting]) -> bool {
    let turns = settings.iter().map(|setting| setting.swaps_sides());
    turns.fold(false, |swapped, swaps| swapped != swaps)
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
