//! Which schemes there are, and what opens them.

use std::sync::Arc;

use layers::{Active, Layered};
use minidriver::{Deadlines, Minidriver};
use service::{Device, DeviceOptions, Service};
use wia::{Error, ErrorKind, Result};

use crate::{DeviceUri, Interrupt, remote};

/// Where a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// The built-in devices in this process, all others in one of their own, unless the variable
    /// `QUIRE_PLACEMENT` says `host` or `in-process` for all.
    #[default]
    Usual,
    /// In this process: for looking for faults. A driver that crashes takes the process with it.
    InProcess,
    /// In a process of its own.
    Host,
}

/// Puts all devices whose placement is the usual one here or there; for tests.
const VARIABLE: &str = "QUIRE_PLACEMENT";

/// Schemes whose drivers are of this project alone, and call no code of others.
const BUILT_IN: [&str; 2] = ["virtual", "folder"];

/// The scheme of drivers in C and C++.
const COM: &str = "com";

/// Schemes whose drivers call code of others, or talk to whatever answers.
const FOREIGN: [&str; 3] = ["sane", "escl", COM];

impl Placement {
    /// Whether a device of this scheme is to be in a process of its own.
    fn in_host(self, scheme: &str) -> bool {
        let usual = || match std::env::var(VARIABLE).as_deref() {
            Ok("host") => true,
            Ok("in-process") => false,
            _ => !BUILT_IN.contains(&scheme),
        };
        match self {
            Placement::Usual => usual(),
            Placement::InProcess => false,
            Placement::Host => true,
        }
    }
}

/// Opens a device by its URI, in a process of its own if its driver is not one of the built-in ones.
///
/// # Errors
///
/// `NoDeviceAvailable` for a scheme that does not exist and for a device that is not there;
/// `InvalidArgument` for a parameter that is wrong; `NotImplemented` for a `com:` device in a process that
/// `libwiaservc.so` does not belong to; `Deadline` and `ExceptionInDriver` when the device's process does not open it.
pub fn open(uri: &str) -> Result<Arc<dyn Device>> {
    open_with(uri, Placement::Usual)
}

/// Whether [`open_with`] has a device of this URI in a process of its own.
pub fn has_host(uri: &str, placement: Placement) -> bool {
    DeviceUri::parse(uri).is_ok_and(|uri| placement.in_host(uri.scheme()))
}

/// Whether the process of a device of this URI has to enter `libwiaservc.so`, whose core its driver calls.
pub fn needs_library(uri: &str) -> bool {
    DeviceUri::parse(uri).is_ok_and(|uri| uri.scheme() == COM)
}

/// Opens a device by its URI, in this process or in one of its own.
///
/// # Errors
///
/// As [`open`].
pub fn open_with(uri: &str, placement: Placement) -> Result<Arc<dyn Device>> {
    open_interruptibly(uri, placement, &Interrupt::default())
}

/// As [`open_with`]; another thread can end the wait for a device in a process of its own.
///
/// # Errors
///
/// As [`open`]; `Abort` after an interrupt.
pub fn open_interruptibly(
    uri: &str,
    placement: Placement,
    interrupt: &Interrupt,
) -> Result<Arc<dyn Device>> {
    open_for(uri, false, placement, interrupt)
}

/// Opens a device by its URI for an application from before Windows Vista (`IWiaDevMgr::CreateDevice`), whose
/// tree is a root and one child: [`Service::connect_legacy`].
///
/// # Errors
///
/// As [`open`].
pub fn open_legacy(uri: &str, placement: Placement) -> Result<Arc<dyn Device>> {
    open_for(uri, true, placement, &Interrupt::default())
}

fn open_for(
    uri: &str,
    legacy: bool,
    placement: Placement,
    interrupt: &Interrupt,
) -> Result<Arc<dyn Device>> {
    let parsed = DeviceUri::parse(uri)?;
    let known = [&BUILT_IN[..], &FOREIGN].concat();
    if known.contains(&parsed.scheme()) && placement.in_host(parsed.scheme()) {
        return remote::open(
            &parsed.to_string(),
            legacy,
            Deadlines::of(parsed.params())?,
            interrupt,
        );
    }
    let (driver, options) = driver_of(&parsed)?;
    let service = Service::new(driver, &parsed.to_string(), options);
    match legacy {
        true => service.connect_legacy(),
        false => service.connect(),
    }
}

/// The driver of a device in this process, without the service: for those who try the driver itself.
///
/// # Errors
///
/// As [`open`].
pub fn open_driver(uri: &str) -> Result<Arc<dyn Minidriver>> {
    Ok(driver_of(&DeviceUri::parse(uri)?)?.0)
}

pub(crate) fn driver_of(uri: &DeviceUri) -> Result<(Arc<dyn Minidriver>, DeviceOptions)> {
    match uri.scheme() {
        "virtual" => {
            check_scanner_names(uri, &driver_virtual::Options::PARAMETERS)?;
            let service_options = service_options(uri)?;
            let options = driver_virtual::Options::parse(uri.path(), &driver_params(uri))?;
            let older = options.older_tree;
            let scanner = driver_virtual::VirtualScanner::new(options)?;
            if older {
                let scanner = driver_virtual::OlderScanner::new(scanner)?;
                return Ok((layered(uri, Arc::new(scanner))?, service_options));
            }
            Ok((layered(uri, Arc::new(scanner))?, service_options))
        }
        "folder" => {
            check_names(uri, &[])?;
            let service_options = service_options(uri)?;
            let options = driver_folder::Options::parse(uri.path())?;
            let folder = driver_folder::FolderDevice::new(&options)?;
            Ok((Arc::new(folder), service_options))
        }
        "sane" => {
            check_scanner_names(uri, &driver_sane::Options::PARAMETERS)?;
            let service_options = service_options(uri)?;
            let mut options = driver_sane::Options::parse(uri.path(), &driver_params(uri))?;
            // What is too late is said before anybody else says it.
            options.warm_up = Deadlines::of(uri.params())?.a_little_shorter().first_line;
            let device = driver_sane::SaneDevice::new(options)?;
            Ok((layered(uri, Arc::new(device))?, service_options))
        }
        "escl" => {
            check_scanner_names(uri, &driver_escl::Options::PARAMETERS)?;
            let usual = service_options(uri)?;
            let mut options = driver_escl::Options::parse(uri.path(), &own_params(uri))?;
            // The driver knows best what is late, and says it before anybody else does.
            options.deadlines = options.deadlines.a_little_shorter();
            let deadlines = Deadlines::of(uri.params())?;
            let service_options = DeviceOptions {
                line_deadline: deadlines.first_line.max(deadlines.line),
                ..usual
            };
            let scanner = driver_escl::EsclScanner::new(&options)?;
            Ok((layered(uri, Arc::new(scanner))?, service_options))
        }
        COM => {
            driver_com::library::check_entered()?;
            let options = driver_com::Options::parse(uri.path(), &driver_params(uri))?;
            let driver = driver_com::ComDriver::new(&options)?;
            Ok((layered(uri, Arc::new(driver))?, service_options(uri)?))
        }
        unknown => Err(Error::new(
            ErrorKind::NoDeviceAvailable,
            format!(
                "no device {uri}: nothing is known of {unknown}: (valid are virtual:, folder:, sane:, escl: and com:)"
            ),
        )),
    }
}

/// A scanner's driver with the layers of the URI around it.
fn layered(uri: &DeviceUri, driver: Arc<dyn Minidriver>) -> Result<Arc<dyn Minidriver>> {
    let list = uri.param(Active::PARAMETER).map(Active::parse_list);
    let active = list.transpose()?.unwrap_or_default();
    Ok(Layered::new(driver, active))
}

/// As [`check_names`], for a scanner, which has layers.
fn check_scanner_names(uri: &DeviceUri, of_driver: &[&str]) -> Result<()> {
    check_names(uri, &[of_driver, &[Active::PARAMETER]].concat())
}

/// Refuses parameters that neither the driver nor the service knows.
fn check_names(uri: &DeviceUri, of_driver: &[&str]) -> Result<()> {
    let known = [of_driver, &Deadlines::KEYS].concat();
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
    let deadlines = Deadlines::of(uri.params())?;
    Ok(DeviceOptions {
        line_deadline: deadlines.line,
        cancel_deadline: deadlines.cancel,
    })
}

/// The parameters that are left for the driver.
fn driver_params(uri: &DeviceUri) -> Vec<(String, String)> {
    let mut params = own_params(uri);
    params.retain(|(key, _)| !Deadlines::KEYS.contains(&key.as_str()));
    params
}

/// The same for a driver that has an eye on its deadlines too.
fn own_params(uri: &DeviceUri) -> Vec<(String, String)> {
    let params = uri.params().iter();
    params
        .filter(|(key, _)| key != Active::PARAMETER)
        .cloned()
        .collect()
}
