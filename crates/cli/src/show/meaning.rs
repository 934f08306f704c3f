//! What the numbers of properties mean, in the words of the field.

use wia::constant::page_size_name;
use wia::property as p;
use wia::{
    AccessRights, Compression, DataType, DocumentHandlingCapabilities, DocumentHandlingSelect,
    DocumentHandlingStatus, Intent, ItemFlags, Orientation, Photometric, PropertyId, Tymed,
};

/// The word for one choice of a property, such as `COLOR` for `WIA_IPA_DATATYPE` 3.
pub(crate) fn choice(id: PropertyId, value: i32) -> Option<&'static str> {
    let (name, prefix) = match id {
        p::WIA_IPA_DATATYPE => (DataType::from_value(value)?.name(), "WIA_DATA_"),
        p::WIA_IPA_COMPRESSION => (Compression::from_value(value)?.name(), "WIA_COMPRESSION_"),
        p::WIA_IPA_TYMED => (Tymed::from_value(value)?.name(), "TYMED_"),
        p::WIA_IPS_PHOTOMETRIC_INTERP => (Photometric::from_value(value)?.name(), "WIA_PHOTO_"),
        p::WIA_IPS_ORIENTATION | p::WIA_IPS_ROTATION => {
            (Orientation::from_value(value)?.name(), "")
        }
        p::WIA_IPS_PAGE_SIZE => (page_size_name(value)?, ""),
        _ => return None,
    };
    Some(name.strip_prefix(prefix).unwrap_or(name))
}

/// The words for the bits of a property, such as `FRONT_ONLY`; `None` for one that is no set of bits.
pub(crate) fn bits(id: PropertyId, value: i32) -> Option<Vec<&'static str>> {
    macro_rules! names {
        ($flags:ty) => {
            <$flags>::from_bits_retain(value)
                .iter_names()
                .map(|(name, _)| name)
                .collect()
        };
    }
    Some(match id {
        p::WIA_IPA_ITEM_FLAGS => names!(ItemFlags),
        p::WIA_IPA_ACCESS_RIGHTS => names!(AccessRights),
        p::WIA_IPS_CUR_INTENT => names!(Intent),
        p::WIA_IPS_DOCUMENT_HANDLING_SELECT => names!(DocumentHandlingSelect),
        p::WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES => names!(DocumentHandlingCapabilities),
        p::WIA_DPS_DOCUMENT_HANDLING_STATUS => names!(DocumentHandlingStatus),
        _ => return None,
    })
}
