//! The root item.

use wia::constant::WIA_DEVICE_CONNECTED;
use wia::{Access, AccessRights, DocumentHandlingCapabilities, DocumentHandlingStatus, property};

use crate::app_item::AppItem;
use crate::declare::Declare;

/// What a driver says about its device on the root item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootInfo {
    /// What the device has and can sense.
    pub capabilities: DocumentHandlingCapabilities,
    /// Its state now; the driver brings it up to date when it is read.
    pub status: DocumentHandlingStatus,
    /// Longest time of a scan in milliseconds, where that is known.
    pub max_scan_time: Option<i32>,
    /// The device's firmware, where that is known.
    pub firmware_version: Option<String>,
    /// The item that a scan at the device's button should use: its full name, or empty.
    pub scan_available_item: Option<String>,
}

/// Declares the driver's properties of the root item of a scanner.
pub fn declare_root(item: &AppItem, info: &RootInfo) {
    let d = Declare(item);
    d.flags(
        property::WIA_IPA_ACCESS_RIGHTS,
        Access::READ,
        AccessRights::READ.bits(),
        AccessRights::RWD.bits(),
    );
    d.fixed(
        property::WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES,
        info.capabilities.bits(),
    );
    d.fixed(
        property::WIA_DPS_DOCUMENT_HANDLING_STATUS,
        info.status.bits(),
    );
    d.fixed(property::WIA_DPA_CONNECT_STATUS, WIA_DEVICE_CONNECTED);
    if let Some(time) = info.max_scan_time {
        d.fixed(property::WIA_DPS_MAX_SCAN_TIME, time);
    }
    if let Some(version) = &info.firmware_version {
        d.fixed(property::WIA_DPA_FIRMWARE_VERSION, version.as_str());
    }
    if let Some(name) = &info.scan_available_item {
        d.fixed(property::WIA_DPS_SCAN_AVAILABLE_ITEM, name.as_str());
    }
}

/// What the service knows about a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What identifies the device (`WIA_DIP_DEV_ID`).
    pub id: String,
    /// Who made it (`WIA_DIP_VEND_DESC`).
    pub vendor: String,
    /// What it is (`WIA_DIP_DEV_DESC`).
    pub description: String,
    /// What people call it (`WIA_DIP_DEV_NAME`).
    pub name: String,
    /// How it is connected (`WIA_DIP_PORT_NAME`).
    pub port: String,
    /// Version of its driver (`WIA_DIP_DRIVER_VERSION`).
    pub driver_version: String,
}

/// `WIA_DIP_DEV_TYPE` of a scanner: the type in the high word (`StiDeviceTypeScanner`).
const SCANNER: i32 = 1 << 16;

/// The version of the architecture (`WIA_DIP_WIA_VERSION`).
const WIA_VERSION: &str = "2.0";

/// Declares the service's properties of the root item (`WIA_DIP_*`) of a scanner.
pub fn declare_device_info(item: &AppItem, info: &DeviceInfo) {
    let d = Declare(item);
    for (id, text) in [
        (property::WIA_DIP_DEV_ID, &info.id),
        (property::WIA_DIP_VEND_DESC, &info.vendor),
        (property::WIA_DIP_DEV_DESC, &info.description),
        (property::WIA_DIP_DEV_NAME, &info.name),
        (property::WIA_DIP_PORT_NAME, &info.port),
        (property::WIA_DIP_DRIVER_VERSION, &info.driver_version),
    ] {
        d.fixed(id, text.as_str());
    }
    d.fixed(property::WIA_DIP_WIA_VERSION, WIA_VERSION);
    d.fixed(property::WIA_DIP_DEV_TYPE, SCANNER);
}
