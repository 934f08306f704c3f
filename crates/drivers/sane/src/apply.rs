//! Item properties to the device and back.

use items::{AppItem, PropContext, refusal, update_buffer_size, update_item_size};
use wia::constant::WIA_PREVIEW_SCAN;
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_DEPTH, WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE,
    WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PREVIEW, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_XRES,
    WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_YRES,
};
use wia::{DataType, DocumentHandlingSelect, Error, ErrorKind, PropertyId, Result, ValidValues};

use crate::geometry::Span;
use crate::option::{Table, Value};
use crate::probe::{Probed, name};
use crate::properties::{LEVELS, mode};
use crate::scanner::{Refused, Scanner};
use crate::settings::{Applied, Request};
use crate::source::Way;
use crate::thread::{self, Instance};
use crate::vendor;

/// Sets the device as the item says, and brings the item in line with what became of it. `changed` is what
/// an application wrote.
///
/// # Errors
///
/// `InvalidArgument` that names the property, its value and what is valid; else what the device says.
pub(crate) fn sync(
    device: &Instance,
    item: &AppItem,
    probed: &Probed,
    changed: &[PropertyId],
) -> Result<()> {
    let applied = apply(device, item, probed, changed)?;
    read_back(item, probed, &applied)
}

/// Sets the device as the item says.
///
/// # Errors
///
/// As [`sync`].
pub(crate) fn apply(
    device: &Instance,
    item: &AppItem,
    probed: &Probed,
    changed: &[PropertyId],
) -> Result<Applied> {
    let (device, item_copy, probed_copy) = (device.clone(), item.clone(), probed.clone());
    let changed = changed.to_vec();
    let done = thread::run(move |hub| {
        let scanner = hub.scanner(&device)?;
        let request = request(&item_copy, &probed_copy, scanner.table(), &changed)?;
        Ok(request.apply(scanner))
    })?;
    done.map_err(|refused| shown(item, probed, &refused))
}

/// The same on the thread of SANE, right before a scan.
///
/// # Errors
///
/// As [`sync`].
pub(crate) fn apply_here(scanner: &mut Scanner, item: &AppItem, probed: &Probed) -> Result<()> {
    let request = request(item, probed, scanner.table(), &[])?;
    let applied = request.apply(scanner).map(drop);
    applied.map_err(|refused| shown(item, probed, &refused))
}

/// Everything that the item says about a scan.
fn request(
    item: &AppItem,
    probed: &Probed,
    table: &Table,
    changed: &[PropertyId],
) -> Result<Request> {
    let mut set = way(item, probed)?.clone();
    set.extend(pixels(item, probed)?.iter().cloned());
    let dpi = (item.read_i32(WIA_IPS_XRES)?, item.read_i32(WIA_IPS_YRES)?);
    for (name, dpi) in [(&probed.resolution.x, dpi.0), (&probed.resolution.y, dpi.1)] {
        let option = name.as_ref().and_then(|name| table.get(name));
        set.extend(option.map(|o| (o.name.clone(), Value::word(o.word(f64::from(dpi))))));
    }
    for level in LEVELS {
        let value = item.opt_i32(level.id);
        set.extend(value.and_then(|value| level.wanted(table, value)));
    }
    if probed.mapped.iter().any(|n| n == name::PREVIEW) {
        let preview = item.opt_i32(WIA_IPS_PREVIEW) == Some(WIA_PREVIEW_SCAN);
        set.push((name::PREVIEW.to_owned(), Value::word(i32::from(preview))));
    }
    set.extend(vendor::wanted(item, probed, table, changed));
    let span = |position, extent| -> Result<Span> {
        Ok(Span {
            position: item.read_i32(position)?,
            extent: item.read_i32(extent)?,
        })
    };
    Ok(Request {
        set,
        resolution: probed.resolution.clone(),
        dpi,
        area: (
            span(WIA_IPS_XPOS, WIA_IPS_XEXTENT)?,
            span(WIA_IPS_YPOS, WIA_IPS_YEXTENT)?,
        ),
    })
}

/// What chooses source and sides.
fn way<'a>(item: &AppItem, probed: &'a Probed) -> Result<&'a crate::source::Choice> {
    let bits = item.opt_i32(WIA_IPS_DOCUMENT_HANDLING_SELECT).unwrap_or(0);
    let select = DocumentHandlingSelect::from_bits_retain(bits);
    let wanted = if select.contains(DocumentHandlingSelect::DUPLEX) {
        Way::Both
    } else if select.contains(DocumentHandlingSelect::BACK_ONLY) {
        Way::Back
    } else {
        Way::Front
    };
    let first = || probed.source.ways.first().map(|(_, choice)| choice);
    let only = probed.source.ways.len() == 1;
    let choice = probed.source.way(wanted);
    choice.or_else(|| first().filter(|_| only)).ok_or_else(|| {
        Error::invalid(format!(
            "WIA_IPS_DOCUMENT_HANDLING_SELECT: {bits:#x} is not valid; the device has no such sides"
        ))
    })
}

fn pixels<'a>(item: &AppItem, probed: &'a Probed) -> Result<&'a crate::source::Choice> {
    let data_type = item.read_i32(WIA_IPA_DATATYPE)?;
    let depth = item.read_i32(WIA_IPA_DEPTH)?;
    let known = DataType::from_value(data_type);
    known.and_then(|known| mode(probed, known, depth)).ok_or_else(|| {
        Error::invalid(format!(
            "WIA_IPA_DATATYPE {data_type} with WIA_IPA_DEPTH {depth} is not valid for the device"
        ))
    })
}

/// A refusal of the back end in the words of properties.
fn shown(item: &AppItem, probed: &Probed, refused: &Refused) -> Error {
    let kind = refused.status.kind();
    if kind != ErrorKind::InvalidArgument {
        let what = format!("setting {} to {}", refused.name, refused.wanted);
        return refused.status.error(&what);
    }
    let own = item.property_by_name(&refused.name);
    if let Some((id, value)) = own.and_then(|id| Some((id, item.read(id)?))) {
        return refusal(item, id, &value, &refused.valid);
    }
    let id = match refused.name.as_str() {
        name::MODE => Some(WIA_IPA_DATATYPE),
        name::DEPTH => Some(WIA_IPA_DEPTH),
        other if probed.resolution.x.as_deref() == Some(other) => Some(WIA_IPS_XRES),
        other if probed.resolution.y.as_deref() == Some(other) => Some(WIA_IPS_YRES),
        "tl-x" => Some(WIA_IPS_XPOS),
        "br-x" => Some(WIA_IPS_XEXTENT),
        "tl-y" => Some(WIA_IPS_YPOS),
        "br-y" => Some(WIA_IPS_YEXTENT),
        _ => None,
    };
    let property = id.map_or_else(String::new, |id| format!("{}: ", item.property_name(id)));
    Error::invalid(format!(
        "{property}{} is not valid for the option {}; valid: {}",
        refused.wanted, refused.name, refused.valid
    ))
}

/// Brings the item in line with the device.
fn read_back(item: &AppItem, probed: &Probed, applied: &Applied) -> Result<()> {
    vendor::refresh(item, probed, &applied.table)?;
    for level in LEVELS {
        let settable = level.property(&applied.table);
        if let Some(value) = settable.filter(|_| item.has(level.id)) {
            item.write(level.id, value)?;
        }
    }
    for (id, dpi) in [(WIA_IPS_XRES, applied.dpi.0), (WIA_IPS_YRES, applied.dpi.1)] {
        if dpi > 0 && item.read_i32(id)? != dpi {
            item.write(id, dpi)?;
        }
    }
    let across = (WIA_IPS_XPOS, WIA_IPS_XEXTENT, WIA_IPA_PIXELS_PER_LINE);
    let along = (WIA_IPS_YPOS, WIA_IPS_YEXTENT, WIA_IPA_NUMBER_OF_LINES);
    let mut moved = false;
    for (ids, span) in [(across, applied.area.0), (along, applied.area.1)] {
        if let Some(span) = span {
            moved |= write_span(item, ids, span)?;
        }
    }
    if moved {
        let mut context = PropContext::new(&[], &[]);
        update_item_size(item, &mut context)?;
        let band = crate::properties::rules(probed).buffer_size;
        update_buffer_size(item, &mut context, band)?;
    }
    Ok(())
}

/// Position and extent as the device has them, within the bed as the item has it.
fn write_span(
    item: &AppItem,
    (position, extent, count): (PropertyId, PropertyId, PropertyId),
    span: Span,
) -> Result<bool> {
    let before = (item.read_i32(position)?, item.read_i32(extent)?);
    if before == (span.position, span.extent) {
        return Ok(false);
    }
    let info = item.attributes(extent).map(|info| info.valid);
    let (min, most) = match info {
        Some(ValidValues::Range { min, max, .. }) => (min, max.saturating_add(before.0)),
        _ => (1, i32::MAX),
    };
    // The bed is told in 1/1000 inch, so that the device's may be a pixel larger than the item can say.
    let size = span.extent.clamp(min.min(most), most);
    let at = span.position.clamp(0, most - size);
    item.set_valid_range(position, 0, 0, most - min, 1)?;
    item.set_valid_range(extent, min, most - at, most - at, 1)?;
    item.write(position, at)?;
    item.write(extent, size)?;
    item.write_if_present(count, size)?;
    Ok(true)
}
