//! A driver and an application that speak COM: the virtual scanner behind `IWiaMiniDrv`, and an application with an
//! `IWiaTransferCallback` and an `IStream` of its own. They do what their counterparts in Rust do, which are here too, so
//! that what differs is the border.

mod application;
mod driver;
mod property;

use std::sync::Arc;

use driver_com::ComDriver;
use driver_virtual::{Options, VirtualScanner};
use service::{Device, DeviceOptions, Item, Service};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{Error, Result, Status, Tymed};

pub use property::nanoseconds_of_a_read;

/// Of the page.
pub const DPI: i32 = 300;

/// Which border a transfer crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// COM between application and service, and between service and driver.
    Com,
    /// None.
    Rust,
}

/// A page of the virtual scanner's glass into a stream, whose bytes are looked at.
///
/// # Errors
///
/// Why there is no page.
pub fn page(side: Side) -> Result<()> {
    let scanner = Arc::new(VirtualScanner::new(Options::parse("", &[])?)?);
    let service = match side {
        Side::Com => {
            let options = driver_com::Options::parse("virtual", &[])?;
            let driver = ComDriver::of_object(driver::object(scanner), &options)?;
            Service::new(Arc::new(driver), "com", DeviceOptions::default())
        }
        Side::Rust => Service::new(scanner, "rust", DeviceOptions::default()),
    };
    let device: Arc<dyn Device> = service.connect()?;
    let item = flatbed(&device)?;
    item.write(&[
        (WIA_IPA_TYMED, Tymed::File.value().into()),
        (WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into()),
        (WIA_IPS_XRES, DPI.into()),
        (WIA_IPS_YRES, DPI.into()),
    ])?;
    let status = match side {
        Side::Com => application::download_by_com(&device, &item)?,
        Side::Rust => application::download(&item)?,
    };
    match status {
        Status::Ok => Ok(()),
        other => Err(Error::invalid(format!("the transfer ended with {other}"))),
    }
}

fn flatbed(device: &Arc<dyn Device>) -> Result<Arc<dyn Item>> {
    let found = device.find_item("0000\\Root\\Flatbed");
    found.ok_or_else(|| Error::invalid("no flatbed"))
}
