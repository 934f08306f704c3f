//! Whether a page came in another resolution than it was asked for.

use items::AppItem;
use raster::Scale;
use wia::ValidValues;
use wia::constant::WIA_PAGE_AUTO;
use wia::property::{
    WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE, WIA_IPS_PAGE_SIZE, WIA_IPS_XRES, WIA_IPS_YRES,
};

use crate::watch::Told;

/// Two sizes are the same when they differ by so many thousandths at most: devices round lines to whole
/// bytes, words and blocks, and two resolutions of a device are far more apart.
const SAME: f64 = 0.015;

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Pixels of a line.
    width: u32,
    /// Lines; 0 when nobody knows.
    lines: u32,
    dpi: (u32, u32),
    /// The resolutions that the device has.
    valid: ValidValues,
    /// Whether each sheet has its own size.
    auto: bool,
}

/// What came instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Dots an inch of what came.
    pub(crate) dpi: (u32, u32),
    /// Dots an inch that were asked for.
    pub(crate) wanted: (u32, u32),
    /// From the pixels that came to those that were asked for.
    pub(crate) scale: (Scale, Scale),
    /// Pixels of a line that were asked for.
    pub(crate) width: u32,
    /// Lines that were asked for, if that is known.
    pub(crate) lines: Option<u32>,
}

impl Wanted {
    /// What the item's properties ask for; `None` for an item that says too little.
    pub(crate) fn of(item: &AppItem) -> Option<Wanted> {
        let number = |id| u32::try_from(item.opt_i32(id)?).ok();
        let positive = |id| number(id).filter(|n| *n > 0);
        Some(Wanted {
            width: positive(WIA_IPA_PIXELS_PER_LINE)?,
            lines: number(WIA_IPA_NUMBER_OF_LINES).unwrap_or(0),
            dpi: (positive(WIA_IPS_XRES)?, positive(WIA_IPS_YRES)?),
            valid: item
                .attributes(WIA_IPS_XRES)
                .map_or(ValidValues::None, |info| info.valid),
            auto: item.opt_i32(WIA_IPS_PAGE_SIZE) == Some(WIA_PAGE_AUTO),
        })
    }

    /// Looks at the header of a page. What fits nothing is left alone.
    pub(crate) fn compare(&self, told: &Told) -> Option<Found> {
        let found = match self.auto {
            true => self.said(told)?,
            false => self.measured(told)?,
        };
        let ratio = f64::from(found.0) / f64::from(self.dpi.0);
        let fits = !self.auto && is_near(f64::from(told.width), f64::from(self.width) * ratio);
        let known = self.lines > 0 && told.height > 0;
        let fits_lines =
            !self.auto && known && is_near(f64::from(told.height), f64::from(self.lines) * ratio);
        let scale = |came: u32, wanted: u32| Scale::between(came.into(), wanted.into());
        let by_dpi = (scale(found.0, self.dpi.0)?, scale(found.1, self.dpi.1)?);
        let x = if fits {
            scale(told.width, self.width)?
        } else {
            by_dpi.0
        };
        let y = if fits_lines {
            scale(told.height, self.lines)?
        } else {
            by_dpi.1
        };
        Some(Found {
            dpi: found,
            wanted: self.dpi,
            scale: (x, y),
            width: if fits {
                self.width
            } else {
                x.target_pixels(told.width)
            },
            lines: match fits_lines {
                true => Some(self.lines),
                false => (told.height > 0).then(|| y.target_pixels(told.height)),
            },
        })
    }

    /// Where sheets have sizes of their own, only the header can tell.
    fn said(&self, told: &Told) -> Option<(u32, u32)> {
        let other = !is_near(told.dpi.0.into(), self.dpi.0.into());
        let (x, y) = told.dpi;
        (other && self.has(x.into()) == Some(x) && y > 0).then_some((x, y))
    }

    /// Where the size is known, the pixels tell: the same rectangle in another resolution.
    fn measured(&self, told: &Told) -> Option<(u32, u32)> {
        let ratio = f64::from(told.width) / f64::from(self.width);
        if is_near(ratio, 1.0) {
            return None;
        }
        let dpi = f64::from(self.dpi.0) * ratio;
        if told.dpi.0 > 0 && told.dpi.1 > 0 && is_near(dpi, told.dpi.0.into()) {
            return Some(told.dpi);
        }
        let height = match (told.height, self.lines) {
            (0, _) | (_, 0) => None,
            (came, asked) => Some(f64::from(came) / f64::from(asked)),
        };
        let of_a_list = matches!(self.valid, ValidValues::List { .. });
        match height {
            Some(height) if !is_near(height, ratio) => return None,
            // Any width is some resolution of a range.
            None if !of_a_list => return None,
            _ => {}
        }
        let x = self.has(dpi)?;
        let y = u64::from(self.dpi.1) * u64::from(x) / u64::from(self.dpi.0);
        Some((x, u32::try_from(y).ok().filter(|y| *y > 0)?))
    }

    /// The resolution of the device that this is.
    fn has(&self, dpi: f64) -> Option<u32> {
        let nearest = match &self.valid {
            ValidValues::None => return None,
            valid => items::nearest(valid, dpi.round() as i32)?,
        };
        let nearest = u32::try_from(nearest).ok()?;
        is_near(dpi, nearest.into()).then_some(nearest)
    }
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= other * SAME
}
