//! The context as the service fills it in before the driver is called
//! (`img/transfer-contexts.md`).

use ::transfer::{TransferContext, TransferRecord};
use wia::constant::{WIA_COMPRESSION_NONE, WIA_PHOTO_WHITE_0, WIA_PHOTO_WHITE_1};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_NUMBER_OF_LINES,
    WIA_IPA_PIXELS_PER_LINE, WIA_IPA_TYMED, WIA_IPS_PHOTOMETRIC_INTERP, WIA_IPS_XRES, WIA_IPS_YRES,
};
use wia::{Compression, Error, Guid, Photometric, PropertyId, Result, Tymed};

use super::LocalTransfer;

impl LocalTransfer {
    /// The description from the item's properties, and a record; no buffer, no file, no callback.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a `WIA_IPA_TYMED` that is not one of the two for this kind of transfer,
    /// or a compression that does not exist.
    pub(super) fn context(&self, kind: &str, valid: [Tymed; 2]) -> Result<TransferContext> {
        let number = |id: PropertyId| self.item.read_i32(id).unwrap_or(0);
        let tymed = number(WIA_IPA_TYMED);
        let tymed = Tymed::from_value(tymed)
            .filter(|t| valid.contains(t))
            .ok_or_else(|| {
                let [one, other] = valid.map(|t| format!("{} ({})", t.value(), t.name()));
                Error::invalid(format!(
                    "WIA_IPA_TYMED: {tymed} is not valid for a {kind} transfer; valid: {one} {other}"
                ))
            })?;
        let compression = self
            .item
            .read_i32(WIA_IPA_COMPRESSION)
            .unwrap_or(WIA_COMPRESSION_NONE);
        let mut options = self.options();
        if options.photometric.is_none() {
            options.photometric = match self.item.read_i32(WIA_IPS_PHOTOMETRIC_INTERP) {
                Ok(WIA_PHOTO_WHITE_1) => Some(Photometric::White1),
                Ok(WIA_PHOTO_WHITE_0) => Some(Photometric::White0),
                _ => None,
            };
        }
        Ok(TransferContext {
            width_in_pixels: number(WIA_IPA_PIXELS_PER_LINE),
            lines: number(WIA_IPA_NUMBER_OF_LINES),
            depth: number(WIA_IPA_DEPTH),
            x_res: number(WIA_IPS_XRES),
            y_res: number(WIA_IPS_YRES),
            compression: Compression::from_value(compression).ok_or_else(|| {
                Error::invalid(format!("WIA_IPA_COMPRESSION: {compression} is not valid"))
            })?,
            format: self.item.read_guid(WIA_IPA_FORMAT).unwrap_or(Guid::NULL),
            tymed,
            item_size: number(WIA_IPA_ITEM_SIZE),
            record: Some(TransferRecord::new(options)),
            ..TransferContext::default()
        })
    }
}
