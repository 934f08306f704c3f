//! The description in a transfer context, from the item's properties.

use items::AppItem;
use transfer::{DocumentOptions, TransferContext, TransferRecord};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_ITEM_SIZE, WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE, WIA_IPS_PHOTOMETRIC_INTERP, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{Compression, Error, Guid, Photometric, PropertyId, Result, Tymed};

/// A context with the description of the item's image and a record; no buffer, no file, no callback
/// (`img/transfer-contexts.md`).
///
/// A property that the item does not have counts as 0. Format and kind of transfer are the caller's to
/// check. Which value of 1-bit pixels is white `options` say, else `WIA_IPS_PHOTOMETRIC_INTERP`.
///
/// # Errors
///
/// `InvalidArgument` for a compression that does not exist.
pub fn describe(
    item: &AppItem,
    format: Guid,
    tymed: Tymed,
    mut options: DocumentOptions,
) -> Result<TransferContext> {
    let number = |id: PropertyId| item.opt_i32(id).unwrap_or(0);
    let compression = number(WIA_IPA_COMPRESSION);
    options.photometric = options.photometric.or_else(|| {
        item.opt_i32(WIA_IPS_PHOTOMETRIC_INTERP)
            .and_then(Photometric::from_value)
    });
    Ok(TransferContext {
        width_in_pixels: number(WIA_IPA_PIXELS_PER_LINE),
        lines: number(WIA_IPA_NUMBER_OF_LINES),
        depth: number(WIA_IPA_DEPTH),
        x_res: number(WIA_IPS_XRES),
        y_res: number(WIA_IPS_YRES),
        compression: Compression::from_value(compression).ok_or_else(|| {
            let name = item.property_name(WIA_IPA_COMPRESSION);
            Error::invalid(format!("{name}: {compression} is not valid"))
        })?,
        format,
        tymed,
        item_size: number(WIA_IPA_ITEM_SIZE),
        record: Some(TransferRecord::new(options)),
        ..TransferContext::default()
    })
}
