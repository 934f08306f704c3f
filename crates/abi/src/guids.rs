//! Identifiers of classes and of the property set.

use windows_core::GUID;

/// The class of the device manager with `IWiaDevMgr2`.
pub const CLSID_WIA_DEV_MGR2: GUID = GUID::from_u128(0xB6C292BC_7C88_41EE_8B54_8EC92617E599);
/// The class of the device manager with `IWiaDevMgr`.
pub const CLSID_WIA_DEV_MGR: GUID = GUID::from_u128(0xA1F4E726_8CF1_11D1_BF92_0060081ED811);
/// The class of the segmentation filter for drivers without one of their own.
pub const CLSID_WIA_DEFAULT_SEG_FILTER: GUID =
    GUID::from_u128(0xD4F4D30B_0B29_4508_8922_0C5797D42765);
/// No identifier.
pub const GUID_NULL: GUID = GUID::zeroed();

/// The identifier as C has it.
pub const fn guid(id: wia::Guid) -> GUID {
    GUID::from_u128(id.0)
}

/// The identifier as the rest of Quire has it.
pub const fn wia_guid(id: GUID) -> wia::Guid {
    wia::Guid(id.to_u128())
}
