//! A look at what lies on the glass, and the regions on it.

use std::sync::Arc;

use raster::geometry::pixels_to_mm;
use service::{Device, Item, Preview};
use wia::property::{
    WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES, WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{ErrorKind, PropertyId, Result, ValidValues};

use crate::filtering;
use crate::plan::{Plan, bed_mm, choose_item, plan_of, read_i32};
use crate::settings::{AreaMm, Settings};

/// Dots an inch that are enough for a look.
const USUAL_DPI: i32 = 75;

/// Makes a plan as [`plan`](crate::plan) does, for one look at the whole of the glass or film, or at
/// `settings.area` of it. `resolution` takes the place of the settings'; without one it is 75 dots an inch
/// or the nearest that the device has. After it has run, [`Plan::preview`] knows the regions.
///
/// # Errors
///
/// As [`plan`](crate::plan).
pub fn plan_preview(
    device: &Arc<dyn Device>,
    settings: &Settings,
    resolution: Option<u32>,
) -> Result<Plan> {
    let item = choose_item(&device.root(), settings.source)?;
    let mut settings = settings.clone();
    settings.resolution = resolution.unwrap_or_else(|| usual_resolution(item.as_ref()));
    if settings.area.is_none() {
        let (width, height) = bed_mm(item.as_ref())?;
        settings.area = Some(AreaMm {
            x: 0.0,
            y: 0.0,
            width,
            height,
        });
    }
    let mut plan = plan_of(device, &settings, false)?;
    let filter = filtering::one_filter(&plan.filters);
    plan.preview = Some(plan.item.preview(Some(filter))?);
    Ok(plan)
}

/// The resolution of the device that is the nearest to the usual one.
fn usual_resolution(item: &dyn Item) -> u32 {
    let nearest = match item.attributes(WIA_IPS_XRES).map(|info| info.valid) {
        Some(ValidValues::List { values, .. }) => { values.iter() }
            .filter_map(wia::PropertyValue::as_i32)
            .min_by_key(|dpi| dpi.abs_diff(USUAL_DPI)),
        Some(ValidValues::Range { min, max, step, .. }) => {
            let step = step.max(1);
            let steps = (USUAL_DPI.clamp(min, max.max(min)) - min + step / 2) / step;
            Some((min + steps * step).min(max))
        }
        _ => None,
    };
    u32::try_from(nearest.unwrap_or(USUAL_DPI)).unwrap_or(1)
}

/// The regions of a preview that was taken, in millimetres of the glass; none of a device that looks for none.
///
/// # Errors
///
/// What [`Preview::detect_regions`] says.
pub fn regions(preview: &dyn Preview) -> Result<Vec<AreaMm>> {
    let regions = match preview.detect_regions() {
        Err(e) if e.kind() == ErrorKind::NotImplemented => Vec::new(),
        regions => regions?,
    };
    regions.iter().map(|item| area(item.as_ref())).collect()
}

fn area(item: &dyn Item) -> Result<AreaMm> {
    let read = |id: PropertyId| read_i32(item, id).map(|v| v.and_then(|v| v.try_into().ok()));
    let mm = |id: PropertyId, dpi: PropertyId| -> Result<f64> {
        Ok(pixels_to_mm(
            read(id)?.unwrap_or(0),
            read(dpi)?.unwrap_or(1).max(1),
        ))
    };
    Ok(AreaMm {
        x: mm(WIA_IPS_XPOS, WIA_IPS_XRES)?,
        y: mm(WIA_IPS_YPOS, WIA_IPS_YRES)?,
        width: mm(WIA_IPS_XEXTENT, WIA_IPS_XRES)?,
        height: mm(WIA_IPS_YEXTENT, WIA_IPS_YRES)?,
    })
}
