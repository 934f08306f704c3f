//! Names of USB devices that stay.
//!
//! Many back ends name a device by its numbers on the bus, such as `genesys:libusb:001:004`, which are others each time
//! that it is plugged in. It is told under what it says of itself instead, as the kernel has it in sysfs:
//! `genesys:usb-id:04a9:2213:KDBA04311` with vendor, product and serial number, or `genesys:usb-id:04a9:2213@1-2.3`
//! with the port that it hangs on, where it has no serial number, or another one has the same. When it is opened the
//! back end gets the numbers that it has then.

use std::fs;
use std::path::Path;

use wia::{Error, ErrorKind, Result};

/// Where the kernel tells of the devices on the bus (`sysfs-bus-usb` in its documentation).
const BUS: &str = "/sys/bus/usb/devices";
/// Stands before the numbers of bus and device in a name of SANE.
const NUMBERS: &str = ":libusb:";
/// Stands before what stays.
const STAYS: &str = ":usb-id:";

/// A name that stays, of a device that SANE calls `name`: the same where it has no numbers.
pub(crate) fn lasting(name: &str) -> String {
    lasting_at(&devices(Path::new(BUS)), name).unwrap_or_else(|| name.to_owned())
}

/// What SANE calls the device now.
///
/// # Errors
///
/// `NoDeviceAvailable` when no device, or more than one, is what the name says.
pub(crate) fn present(name: &str) -> Result<String> {
    match name.split_once(STAYS) {
        None => Ok(name.to_owned()),
        Some((back_end, id)) => present_at(&devices(Path::new(BUS)), back_end, id).map_err(|why| {
            let what =
                format!("sane:{name}: no such device: {why}; quire devices lists what there is");
            Error::new(ErrorKind::NoDeviceAvailable, what)
        }),
    }
}

/// A device on the bus.
struct Device {
    /// Its place, such as `1-2.3`.
    port: String,
    /// Of bus and device, as libusb's names have them.
    numbers: String,
    /// Of vendor and product.
    id: String,
    /// Where it has one that can stand in a name.
    serial: Option<String>,
}

impl Device {
    /// `None` for what is no device, such as an interface of one.
    fn read(folder: &Path) -> Option<Device> {
        let text = |name: &str| {
            let text = fs::read_to_string(folder.join(name)).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let number = |name: &str| text(name)?.parse::<u32>().ok();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        Some(Device {
            port: folder.file_name()?.to_str()?.to_owned(),
            numbers: format!("{:03}:{:03}", number("busnum")?, number("devnum")?),
            id: format!("{}:{}", text("idVendor")?, text("idProduct")?),
            serial: text("serial").filter(|serial| serial.bytes().all(plain)),
        })
    }

    /// What it says of itself, with its serial number.
    fn by_serial(&self) -> Option<String> {
        let serial = self.serial.as_ref()?;
        Some(format!("{}:{serial}", self.id))
    }

    fn by_port(&self) -> String {
        format!("{}@{}", self.id, self.port)
    }
}

fn devices(bus: &Path) -> Vec<Device> {
    let folders = fs::read_dir(bus).into_iter().flatten().flatten();
    folders
        .filter_map(|folder| Device::read(&folder.path()))
        .collect()
}

/// `None` where there is nothing better than the name.
fn lasting_at(bus: &[Device], name: &str) -> Option<String> {
    // Of a server's device the numbers are the server's: `net:HOST:genesys:libusb:001:004`.
    let (back_end, numbers) = name
        .split_once(NUMBERS)
        .filter(|(back_end, _)| !back_end.contains(':'))?;
    let device = bus.iter().find(|device| device.numbers == numbers)?;
    let same = |serial: &String| {
        let like = bus
            .iter()
            .filter(|d| d.by_serial().as_ref() == Some(serial));
        like.count() == 1
    };
    let id = device.by_serial().filter(same);
    let id = id.unwrap_or_else(|| device.by_port());
    Some(format!("{back_end}{STAYS}{id}"))
}

fn present_at(bus: &[Device], back_end: &str, id: &str) -> std::result::Result<String, String> {
    let is_it = |d: &&Device| d.by_serial().as_deref() == Some(id) || d.by_port() == id;
    let found: Vec<_> = bus.iter().filter(is_it).collect();
    match found.as_slice() {
        [device] => Ok(format!("{back_end}{NUMBERS}{}", device.numbers)),
        [] => Err(format!("{id} is not on USB")),
        several => Err(format!("{} devices on USB are {id}", several.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bus as sysfs shows it: port, bus, device, product, serial number.
    fn bus(rows: &[(&str, &str, &str, &str, Option<&str>)]) -> Vec<Device> {
        let place = tempfile::tempdir().unwrap();
        for (port, bus, device, product, serial) in rows {
            let folder = place.path().join(port);
            fs::create_dir(&folder).unwrap();
            let write = |name: &str, text: &str| {
                fs::write(folder.join(name), format!("{text}\n")).unwrap();
            };
            write("busnum", bus);
            write("devnum", device);
            write("idVendor", "04a9");
            write("idProduct", product);
            if let Some(serial) = serial {
                write("serial", serial);
            }
        }
        // An interface has no numbers.
        fs::create_dir(place.path().join("1-2:1.0")).unwrap();
        devices(place.path())
    }

    #[test]
    fn names_stay_when_numbers_change() {
        let before = bus(&[
            ("1-2", "1", "4", "2213", Some("KDBA04311")),
            ("1-3", "1", "5", "190f", None),
            ("3-1.4", "3", "12", "1909", Some("a/b c")),
        ]);
        let after = bus(&[
            ("1-2", "1", "9", "190f", Some("other")),
            ("2-1", "2", "117", "2213", Some("KDBA04311")),
            ("1-3", "1", "8", "190f", None),
            ("3-1.4", "3", "2", "1909", Some("a/b c")),
        ]);
        for (name, stays, later) in [
            (
                "genesys:libusb:001:004",
                "genesys:usb-id:04a9:2213:KDBA04311",
                "genesys:libusb:002:117",
            ),
            (
                "pixma:libusb:001:005",
                "pixma:usb-id:04a9:190f@1-3",
                "pixma:libusb:001:008",
            ),
            // The serial number could not stand in a name.
            (
                "a:libusb:003:012",
                "a:usb-id:04a9:1909@3-1.4",
                "a:libusb:003:002",
            ),
        ] {
            assert_eq!(lasting_at(&before, name).as_deref(), Some(stays));
            let (back_end, id) = stays.split_once(STAYS).unwrap();
            assert_eq!(present_at(&before, back_end, id).as_deref(), Ok(name));
            assert_eq!(present_at(&after, back_end, id).as_deref(), Ok(later));
        }
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_chosen() {
        let twins = bus(&[
            ("1-1", "1", "4", "2213", Some("0001")),
            ("1-2", "1", "5", "2213", Some("0001")),
        ]);
        assert_eq!(lasting_at(&twins, "net:host:x:libusb:001:005"), None);
        let name = lasting_at(&twins, "x:libusb:001:005");
        assert_eq!(name.as_deref(), Some("x:usb-id:04a9:2213@1-2"));
        let e = present_at(&twins, "x", "04a9:2213:0001").unwrap_err();
        assert!(e.contains("2 devices"), "{e}");
        for id in ["04a9:2213:0002", "04a9:2213@1-3", "04a9:2213", ""] {
            assert!(present_at(&twins, "x", id).is_err(), "{id}");
        }
    }

    #[test]
    fn other_names_are_as_they_are() {
        for name in [
            "test:0",
            "pixma:04A91909_1234",
            "epkowa:usb:001:004",
            "net:host:genesys:libusb:250:250",
            "genesys:libusb:250:250",
        ] {
            assert_eq!(lasting(name), name);
            assert_eq!(present(name).unwrap(), name);
        }
        let e = present("genesys:usb-id:ffff:ffff:none").unwrap_err();
        assert_eq!(e.kind(), ErrorKind::NoDeviceAvailable);
        assert!(e.to_string().contains("ffff:ffff:none"), "{e}");
    }
}
