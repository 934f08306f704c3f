//! Which devices there are, and how they are opened.

use std::sync::Arc;

use devices::{Config, DeviceInfo, PATIENCE, Placement};
use service::Device;
use wia::{Error, ErrorKind, Result};

use super::events;
use super::handle::Handle;
use super::session::Session;

/// `WIA_DEVINFO_ENUM_ALL` and `WIA_DEVINFO_ENUM_LOCAL`.
const ALL: i32 = 0xF;
const LOCAL: i32 = 0x10;

/// `StiDeviceTypeDefault` and `StiDeviceTypeScanner`: any device, and scanners. There are no others here.
const SCANNERS: [i32; 2] = [0, 1];

/// Every device that is found in two seconds, real ones first, and those of the user's configuration
/// (`EnumDeviceInfo`); with `WIA_DEVINFO_ENUM_LOCAL` none of the network.
///
/// # Errors
///
/// `InvalidArgument` for flags that mean nothing.
pub(crate) fn found_devices(flags: i32) -> Result<Vec<DeviceInfo>> {
    if flags & !(ALL | LOCAL) != 0 {
        return Err(Error::invalid(format!(
            "lFlags {flags:#x}; valid are WIA_DEVINFO_ENUM_ALL (0xf) and WIA_DEVINFO_ENUM_LOCAL (0x10)"
        )));
    }
    let mut found = devices::list(&config(), PATIENCE).devices;
    if flags & LOCAL != 0 {
        found.retain(|device| device.kind != "escl");
    }
    Ok(found)
}

/// The device that a person would choose in a dialog: the default of the user's configuration, else the first that is
/// found and is not part of this library.
///
/// # Errors
///
/// `NoDeviceAvailable` when there is none, and for types of devices other than scanners.
pub(crate) fn chosen_device(device_type: i32) -> Result<String> {
    let none = |why: &str| Error::new(ErrorKind::NoDeviceAvailable, why);
    if !SCANNERS.contains(&device_type) {
        return Err(none(&format!(
            "no device of type {device_type}: all are scanners (1)"
        )));
    }
    let config = config();
    if let Some(default) = &config.default {
        return config.uri(default);
    }
    let mut found = devices::list(&config, PATIENCE).devices.into_iter();
    let device = found.find(|device| !device.built_in && !device.away);
    device
        .map(|device| device.uri)
        .ok_or_else(|| none("no device was found"))
}

/// Opens a device for an application of streams, by its id (`WIA_DIP_DEV_ID`: its URI) or its name in the user's
/// configuration.
///
/// # Errors
///
/// `InvalidArgument` without an id; as [`devices::open`].
pub(crate) fn open(id: &str) -> Result<Handle> {
    opened(devices::open(&uri(id)?)?)
}

/// The same for an application from before Windows Vista.
///
/// # Errors
///
/// As [`open`].
pub(crate) fn open_legacy(id: &str) -> Result<Handle> {
    opened(devices::open_legacy(&uri(id)?, Placement::Usual)?)
}

fn opened(device: Arc<dyn Device>) -> Result<Handle> {
    events::opened(&device)?;
    Ok(Handle::root(&Session::new(device)))
}

/// The URI behind a device's id.
///
/// # Errors
///
/// `InvalidArgument` without one; `NoDeviceAvailable` for a name that no device has.
pub(crate) fn uri(id: &str) -> Result<String> {
    if id.is_empty() {
        return Err(Error::invalid("bstrDeviceID is empty"));
    }
    config().uri(id)
}

/// The user's configuration; an empty one where it cannot be read.
pub(crate) fn config() -> Config {
    Config::load().unwrap_or_else(|e| {
        tracing::warn!("{e}");
        Config::default()
    })
}
