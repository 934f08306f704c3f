//! Page and area: millimetres to the item's positions and extents.

use service::Item;
use wia::constant::{WIA_PAGE_AUTO, page_dimensions, page_size_name};
use wia::property::{
    WIA_IPS_MAX_HORIZONTAL_SIZE, WIA_IPS_MAX_VERTICAL_SIZE, WIA_IPS_PAGE_SIZE, WIA_IPS_XEXTENT,
    WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{Error, PropertyId, Result};

use super::{Wishes, read_i32};
use crate::settings::{AreaMm, PageSetting, Settings};

const MM_PER_INCH: f64 = 25.4;

/// A page or area may miss the bed by this much, in millimetres, by rounding alone.
const TOLERANCE_MM: f64 = 0.5;

/// Writes page size, positions and extents; says whether each sheet's own size is used.
pub(super) fn write(wishes: &mut Wishes<'_>, settings: &Settings) -> Result<bool> {
    let bed = bed_mm(wishes.item)?;
    let automatic = wishes.lists(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO);
    let page = match settings.page {
        PageSetting::Auto if settings.area.is_none() && automatic => {
            wishes.write(&[(WIA_IPS_PAGE_SIZE, WIA_PAGE_AUTO.into())])?;
            return Ok(true);
        }
        PageSetting::Auto => bed,
        PageSetting::Named(size) => {
            let (width, height) = page_dimensions(size)
                .ok_or_else(|| Error::invalid(format!("page size {size} has no dimensions")))?;
            let mm = |thousandths: i32| f64::from(thousandths) * MM_PER_INCH / 1000.0;
            let page = (mm(width), mm(height));
            let name = page_size_name(size).unwrap_or("of this size");
            check_fits(page, bed, &format!("page {name}"))?;
            if settings.area.is_none() && wishes.lists(WIA_IPS_PAGE_SIZE, size) {
                wishes.write(&[(WIA_IPS_PAGE_SIZE, size.into())])?;
                return Ok(false);
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
    let x = axis(wishes, WIA_IPS_XRES, area.x, area.width, bed.0)?;
    let y = axis(wishes, WIA_IPS_YRES, area.y, area.height, bed.1)?;
    wishes.write(&[
        (WIA_IPS_XPOS, x.0.into()),
        (WIA_IPS_YPOS, y.0.into()),
        (WIA_IPS_XEXTENT, x.1.into()),
        (WIA_IPS_YEXTENT, y.1.into()),
    ])?;
    Ok(false)
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

fn bed_mm(item: &dyn Item) -> Result<(f64, f64)> {
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

/// Position and extent in pixels of one axis, within the bed.
fn axis(
    wishes: &Wishes<'_>,
    resolution: PropertyId,
    start: f64,
    size: f64,
    bed: f64,
) -> Result<(i32, i32)> {
    let dpi = f64::from(read_i32(wishes.item, resolution)?.unwrap_or(0));
    let pixels = |mm: f64| (mm * dpi / MM_PER_INCH).round() as i32;
    // As the item itself rounds its bed: down, from 1/1000 inch.
    let most = (bed * dpi / MM_PER_INCH + 1e-6).floor() as i32;
    let from = pixels(start);
    let to = pixels(start + size).min(most);
    if to <= from {
        return Err(Error::invalid(format!(
            "an area of {size} mm has no pixel at {dpi} dpi"
        )));
    }
    Ok((from, to - from))
}
