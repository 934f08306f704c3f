//! Page and area: millimetres to the item's positions and extents.

use service::Item;
use wia::constant::{WIA_PAGE_AUTO, page_dimensions, page_size_name};
use wia::property::{
    WIA_IPS_MAX_HORIZONTAL_SIZE, WIA_IPS_MAX_VERTICAL_SIZE, WIA_IPS_PAGE_SIZE, WIA_IPS_XEXTENT,
    WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{Error, PropertyId, Result, ValidValues};

use super::read_i32;
use super::wishes::Wishes;
use crate::settings::{AreaMm, PageSetting, Settings};

const MM_PER_INCH: f64 = 25.4;

/// A page or area may miss the bed by this much by rounding alone: beds are told in 1/1000 inch, and
/// people round to tenths of a millimetre.
const TOLERANCE_MM: f64 = 0.05;

/// Writes page size, positions and extents.
pub(super) fn write(wishes: &mut Wishes<'_>, settings: &Settings) -> Result<()> {
    let bed = bed_mm(wishes.item)?;
    let automatic = wishes.lists(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO);
    // Where the page lies on the bed, in pixels.
    let mut origin = (0, 0);
    let page = match settings.page {
        PageSetting::Auto if settings.area.is_none() && automatic => {
            return wishes.write(&[(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO.into())]);
        }
        PageSetting::Auto => bed,
        PageSetting::Named(size) => {
            let (width, height) = page_dimensions(size)
                .ok_or_else(|| Error::invalid(format!("page size {size} has no dimensions")))?;
            let mm = |thousandths: i32| f64::from(thousandths) * MM_PER_INCH / 1000.0;
            let page = (mm(width), mm(height));
            let name = page_size_name(size).unwrap_or("of this size");
            check_fits(page, bed, &format!("page {name}"))?;
            if wishes.lists(WIA_IPS_PAGE_SIZE, size) {
                wishes.write(&[(WIA_IPS_PAGE_SIZE, size.into())])?;
                if settings.area.is_none() {
                    return Ok(());
                }
                // The device knows where it lies; a part of it is no page of that size any more.
                wishes.forget(WIA_IPS_PAGE_SIZE);
                origin = (
                    read_i32(wishes.item, WIA_IPS_XPOS)?.unwrap_or(0),
                    read_i32(wishes.item, WIA_IPS_YPOS)?.unwrap_or(0),
                );
            }
            page
        }
        PageSetting::Millimetres(width, height) => {
            if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
                return Err(Error::invalid(format!(
                    "page {width}x{height} mm has no size"
                )));
            }
            check_fits((width, height), bed, "page")?;
            (width, height)
        }
    };
    let area = settings.area.unwrap_or(AreaMm {
        x: 0.0,
        y: 0.0,
        width: page.0,
        height: page.1,
    });
    check_area(&area, page)?;
    let x = HORIZONTAL.span(wishes.item, (area.x, area.width), bed.0, origin.0)?;
    let y = VERTICAL.span(wishes.item, (area.y, area.height), bed.1, origin.1)?;
    wishes.write(&[
        (WIA_IPS_XPOS, x.0.into()),
        (WIA_IPS_YPOS, y.0.into()),
        (WIA_IPS_XEXTENT, x.1.into()),
        (WIA_IPS_YEXTENT, y.1.into()),
    ])
}

/// Width and height of the selection in pixels.
pub(super) fn extents(item: &dyn Item) -> Result<(u32, u32)> {
    let one = |id: PropertyId| -> Result<u32> {
        let value = read_i32(item, id)?.unwrap_or(0);
        u32::try_from(value)
            .ok()
            .filter(|v| *v > 0)
            .ok_or_else(|| Error::invalid(format!("{id}: {value} is not valid")))
    };
    Ok((one(WIA_IPS_XEXTENT)?, one(WIA_IPS_YEXTENT)?))
}

pub(crate) fn bed_mm(item: &dyn Item) -> Result<(f64, f64)> {
    let one = |id: PropertyId| -> Result<f64> {
        let thousandths = read_i32(item, id)?.unwrap_or(0);
        Ok(f64::from(thousandths) * MM_PER_INCH / 1000.0)
    };
    Ok((
        one(WIA_IPS_MAX_HORIZONTAL_SIZE)?,
        one(WIA_IPS_MAX_VERTICAL_SIZE)?,
    ))
}

fn check_fits(page: (f64, f64), bed: (f64, f64), what: &str) -> Result<()> {
    if page.0 <= bed.0 + TOLERANCE_MM && page.1 <= bed.1 + TOLERANCE_MM {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{what}: {:.1} x {:.1} mm is larger than the device's {:.1} x {:.1} mm",
        page.0, page.1, bed.0, bed.1
    )))
}

fn check_area(area: &AreaMm, page: (f64, f64)) -> Result<()> {
    let AreaMm {
        x,
        y,
        width,
        height,
    } = *area;
    if !(width > 0.0 && height > 0.0) {
        return Err(Error::invalid(format!(
            "area {x},{y},{width},{height} mm has no size"
        )));
    }
    let inside =
        |start: f64, size: f64, page: f64| start >= 0.0 && start + size <= page + TOLERANCE_MM;
    if inside(x, width, page.0) && inside(y, height, page.1) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "area {x},{y},{width},{height} mm is not on the page of {:.1} x {:.1} mm",
        page.0, page.1
    )))
}

/// The properties of one direction.
struct Axis {
    resolution: PropertyId,
    position: PropertyId,
    extent: PropertyId,
}

const HORIZONTAL: Axis = Axis {
    resolution: WIA_IPS_XRES,
    position: WIA_IPS_XPOS,
    extent: WIA_IPS_XEXTENT,
};

const VERTICAL: Axis = Axis {
    resolution: WIA_IPS_YRES,
    position: WIA_IPS_YPOS,
    extent: WIA_IPS_YEXTENT,
};

impl Axis {
    /// Position and extent in pixels of a start and a size in millimetres, within the bed.
    fn span(
        &self,
        item: &dyn Item,
        (start, size): (f64, f64),
        bed: f64,
        origin: i32,
    ) -> Result<(i32, i32)> {
        let dpi = f64::from(read_i32(item, self.resolution)?.unwrap_or(0));
        let pixels = |mm: f64| (mm * dpi / MM_PER_INCH).round() as i32;
        let from = origin.saturating_add(pixels(start));
        let to = origin.saturating_add(pixels(start + size));
        let to = to.min(self.most(item, bed, dpi)?);
        if to <= from {
            return Err(Error::invalid(format!(
                "an area of {size} mm at {start} mm has no pixel at {dpi} dpi"
            )));
        }
        Ok((from, to - from))
    }

    /// The pixels of the whole bed: as the item says, else as it rounds its bed, from 1/1000 inch down.
    fn most(&self, item: &dyn Item, bed: f64, dpi: f64) -> Result<i32> {
        match item.attributes(self.extent).map(|info| info.valid) {
            Some(ValidValues::Range { max, .. }) => {
                let position = read_i32(item, self.position)?.unwrap_or(0);
                Ok(max.saturating_add(position))
            }
            _ => Ok((bed * dpi / MM_PER_INCH + 1e-6).floor() as i32),
        }
    }
}
