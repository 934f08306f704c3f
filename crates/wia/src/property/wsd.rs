//! Device properties of the driver for Web Services scanners (`WIA_WSD_…`), all of them strings.
//!
//! They are private to that driver: another driver can give the same numbers, which start at
//! [`WIA_PRIVATE_DEVPROP`](super::WIA_PRIVATE_DEVPROP), a meaning of its own. That is why
//! [`name`](super::name) does not know them.

use crate::value::PropertyId;

/// Name of the manufacturer.
pub const WIA_WSD_MANUFACTURER: PropertyId = PropertyId(38914);
/// Web address of the manufacturer.
pub const WIA_WSD_MANUFACTURER_URL: PropertyId = PropertyId(38915);
/// Name of the model.
pub const WIA_WSD_MODEL_NAME: PropertyId = PropertyId(38916);
/// Number of the model.
pub const WIA_WSD_MODEL_NUMBER: PropertyId = PropertyId(38917);
/// Web address of the model.
pub const WIA_WSD_MODEL_URL: PropertyId = PropertyId(38918);
/// Web address of the device's own page.
pub const WIA_WSD_PRESENTATION_URL: PropertyId = PropertyId(38919);
/// Name of the device as shown to people.
pub const WIA_WSD_FRIENDLY_NAME: PropertyId = PropertyId(38920);
/// Serial number.
pub const WIA_WSD_SERIAL_NUMBER: PropertyId = PropertyId(38921);
/// Name of the item that a push scan has data for.
pub const WIA_WSD_SCAN_AVAILABLE_ITEM: PropertyId = PropertyId(38922);

/// Every property of this module: number, header name, and the name that a property storage reports.
pub const ALL: &[(PropertyId, &str, &str)] = &[
    (
        WIA_WSD_MANUFACTURER,
        "WIA_WSD_MANUFACTURER",
        "Device manufacturer",
    ),
    (
        WIA_WSD_MANUFACTURER_URL,
        "WIA_WSD_MANUFACTURER_URL",
        "Manufacurer URL",
    ),
    (WIA_WSD_MODEL_NAME, "WIA_WSD_MODEL_NAME", "Model name"),
    (WIA_WSD_MODEL_NUMBER, "WIA_WSD_MODEL_NUMBER", "Model number"),
    (WIA_WSD_MODEL_URL, "WIA_WSD_MODEL_URL", "Model URL"),
    (
        WIA_WSD_PRESENTATION_URL,
        "WIA_WSD_PRESENTATION_URL",
        "Presentation URL",
    ),
    (
        WIA_WSD_FRIENDLY_NAME,
        "WIA_WSD_FRIENDLY_NAME",
        "Friendly name",
    ),
    (
        WIA_WSD_SERIAL_NUMBER,
        "WIA_WSD_SERIAL_NUMBER",
        "Serial number",
    ),
    (
        WIA_WSD_SCAN_AVAILABLE_ITEM,
        "WIA_WSD_SCAN_AVAILABLE_ITEM",
        "Scan Available Item",
    ),
];
