//! Which devices SANE knows of.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use wia::{ErrorKind, Result};

use crate::ffi::FoundDevice;
use crate::{thread, usb};

/// A device that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// The part of its URI after `sane:`; on USB a name that stays when it is plugged in again.
    pub path: String,
    /// Who makes it.
    pub vendor: String,
    /// What it is called.
    pub model: String,
    /// What it is, such as "flatbed scanner".
    pub description: String,
}

/// Those that were found, by their names that stay.
static FOUND: Mutex<Option<HashMap<String, FoundDevice>>> = Mutex::new(None);

/// The devices at this machine that SANE's back ends find; none where SANE is not installed. Devices of the
/// network are found by their own protocols; a SANE server's are opened by name.
///
/// # Errors
///
/// What SANE says.
pub fn discover() -> Result<Vec<Discovered>> {
    let found = thread::run(|hub| {
        let library = match hub.library() {
            Err(e) if e.kind() == ErrorKind::NoDeviceAvailable => return Ok(Vec::new()),
            library => library?,
        };
        let devices = library.devices(true);
        devices.map_err(|status| status.of_device("sane_get_devices"))
    })?;
    let by_name = found.iter().map(|d| (usb::lasting(&d.name), d.clone()));
    *FOUND.lock().unwrap_or_else(PoisonError::into_inner) = Some(by_name.collect());
    let shown = found.into_iter().map(|device| Discovered {
        path: usb::lasting(&device.name),
        vendor: device.vendor,
        model: device.model,
        description: device.kind,
    });
    Ok(shown.collect())
}

/// Vendor and model of a device, as far as they are known without a search: else its back end stands for
/// the vendor, and its name for the model.
pub(crate) fn vendor_and_model(name: &str) -> (String, String) {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    match found
        .as_ref()
        .and_then(|found| found.get(&usb::lasting(name)))
    {
        Some(device) => (device.vendor.clone(), device.model.clone()),
        None => {
            let back_end = name.split(':').next().unwrap_or_default();
            (format!("SANE {back_end}"), name.to_owned())
        }
    }
}

/// What a device calls itself, such as "flatbed scanner"; empty where that is not known without a search.
pub(crate) fn type_of(name: &str) -> String {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let device = { found.as_ref() }.and_then(|found| found.get(&usb::lasting(name)));
    device.map_or_else(String::new, |device| device.kind.clone())
}
