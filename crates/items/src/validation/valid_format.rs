//! The formats that are valid follow the kind of transfer (`wiasUpdateValidFormat`).

use wia::format::WIA_IMG_FMT_BMP;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_PREFERRED_FORMAT, WIA_IPA_TYMED};
use wia::{Guid, PropertyValue, Result, Tymed};

use crate::app_item::AppItem;
use crate::validation::context::{PropContext, Repair};
use crate::validation::valid_values::refusal;

/// Makes `WIA_IPA_TYMED` one of those of `formats` (the pairs that `drvGetWiaFormatInfo` gives), and
/// `WIA_IPA_FORMAT` one of the formats for it (`wiasUpdateValidFormat`). The lists of valid values
/// are made anew.
///
/// A format that is not valid any more, and that the application did not write, becomes the item's
/// preferred one (`WIA_IPA_PREFERRED_FORMAT`), else BMP, else the first.
///
/// # Errors
///
/// `InvalidArgument` when the application wrote a kind of transfer that no format has, or a format
/// that the kind of transfer does not allow.
#[doc(alias = "wiasUpdateValidFormat")]
pub fn update_valid_format(
    item: &AppItem,
    context: &mut PropContext,
    formats: &[(Guid, Tymed)],
) -> Result<()> {
    if !item.has(WIA_IPA_TYMED) || !item.has(WIA_IPA_FORMAT) {
        return Ok(());
    }
    let mut tymeds: Vec<i32> = Vec::new();
    for (_, tymed) in formats {
        if !tymeds.contains(&tymed.value()) {
            tymeds.push(tymed.value());
        }
    }
    let usual = Tymed::File.value();
    let nominal = match tymeds.first() {
        Some(first) if !tymeds.contains(&usual) => *first,
        _ => usual,
    };
    item.set_valid_list(WIA_IPA_TYMED, nominal, &tymeds)?;
    context.settle(item, WIA_IPA_TYMED, Repair::Nominal)?;

    let tymed = item.read_i32(WIA_IPA_TYMED)?;
    let mut valid: Vec<Guid> = Vec::new();
    for (format, t) in formats {
        if t.value() == tymed && !valid.contains(format) {
            valid.push(*format);
        }
    }
    let preferred = item.opt_guid(WIA_IPA_PREFERRED_FORMAT);
    let nominal = preferred
        .into_iter()
        .chain([WIA_IMG_FMT_BMP])
        .find(|f| valid.contains(f))
        .or(valid.first().copied())
        .unwrap_or(WIA_IMG_FMT_BMP);
    item.set_valid_list(WIA_IPA_FORMAT, nominal, &valid)?;
    let current = item.read_guid(WIA_IPA_FORMAT)?;
    if !valid.contains(&current) && context.was_written(WIA_IPA_FORMAT) {
        let names: Vec<String> = valid
            .iter()
            .map(|f| PropertyValue::from(*f).to_string())
            .collect();
        let tymed = Tymed::from_value(tymed).map_or("this kind of transfer", Tymed::name);
        let valid = format!("{} (with {tymed})", names.join(" "));
        return Err(refusal(item, WIA_IPA_FORMAT, &current.into(), &valid));
    }
    context.settle(item, WIA_IPA_FORMAT, Repair::Nominal)
}
