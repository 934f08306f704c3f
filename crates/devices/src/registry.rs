//! Which schemes there are, and what opens them.

use std::sync::Arc;

use minidriver::Minidriver;
use service::{Device, DeviceOptions, Service};
use wia::{Error, ErrorKind, Result};

use crate::{DeviceUri, deadline};

/// Schemes of the contract that have no driver in this version.
const LATER: [&str; 3] = ["sane", "escl", "com"];

/// Opens a device by its URI.
///
/// # Errors
///
/// `NoDeviceAvailable` for a scheme that does not exist and for a device that is not there;
/// `InvalidArgument` for a parameter that is wrong; `NotImplemented` for a scheme that has no driver in
/// this version.
pub fn open(uri: &str) -> Result<Arc<dyn Device>> {
    let uri = DeviceUri::parse(uri)?;
    let (driver, options) = driver_of(&uri)?;
    Service::new(driver, &uri.to_string(), options).connect()
}

/// The driver of a device in this process, without the service: for those who try the driver itself.
///
/// # Errors
///
/// As [`open`].
pub fn open_driver(uri: &str) -> Result<Arc<dyn Minidriver>> {
    Ok(driver_of(&DeviceUri::parse(uri)?)?.0)
}

fn driver_of(uri: &DeviceUri) -> Result<(Arc<dyn Minidriver>, DeviceOptions)> {
    match uri.scheme() {
        "virtual" => {
            check_names(uri, &driver_virtual::Options::PARAMETERS)?;
            let service_options = service_options(uri)?;
            let options = driver_virtual::Options::parse(uri.path(), &driver_params(uri))?;
            let older = options.older_tree;
            let scanner = driver_virtual::VirtualScanner::new(options)?;
            if older {
                let scanner = driver_virtual::OlderScanner::new(scanner)?;
                return Ok((Arc::new(scanner), service_options));
            }
            Ok((Arc::new(scanner), service_options))
        }
        "folder" => {
            check_names(uri, &[])?;
            let service_options = service_options(uri)?;
            let options = driver_folder::Options::parse(uri.path())?;
            let folder = driver_folder::FolderDevice::new(&options)?;
            Ok((Arc::new(folder), service_options))
        }
        later if LATER.contains(&later) => Err(Error::new(
            ErrorKind::NotImplemented,
            format!("device {uri}: {later}: devices are not in this version"),
        )),
        unknown => Err(Error::new(
            ErrorKind::NoDeviceAvailable,
            format!(
                "no device {uri}: nothing is known of {unknown}: (valid are virtual: and folder:)"
            ),
        )),
    }
}

/// Refuses parameters that neither the driver nor the service knows.
fn check_names(uri: &DeviceUri, of_driver: &[&str]) -> Result<()> {
    let known = [of_driver, &[deadline::KEY]].concat();
    match uri
        .params()
        .iter()
        .find(|(key, _)| !known.contains(&key.as_str()))
    {
        None => Ok(()),
        Some((key, _)) => Err(Error::invalid(format!(
            "device {uri}: there is no parameter {key}; valid are {}",
            known.join(", ")
        ))),
    }
}

/// What the service is told about the device, whatever its driver.
fn service_options(uri: &DeviceUri) -> Result<DeviceOptions> {
    let mut options = DeviceOptions::default();
    if let Some(deadline) = deadline::parse(uri)? {
        options.line_deadline = deadline;
    }
    Ok(options)
}

/// The parameters that are left for the driver.
fn driver_params(uri: &DeviceUri) -> Vec<(String, String)> {
    uri.params()
        .iter()
        .filter(|(key, _)| key != deadline::KEY)
        .cloned()
        .collect()
}
