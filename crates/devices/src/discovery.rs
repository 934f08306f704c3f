//! What there is: every kind of device looked for at the same time, and no device shown twice.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use wia::{Error, ErrorKind, Result};

use crate::host::wire::FoundWire;
use crate::registry::{self, Placement};
use crate::remote::{self, Interrupt, interrupted};
use crate::{Config, DeviceUri};

/// A device that can be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What [`open`](crate::open) takes.
    pub uri: String,
    /// The name that the configuration gives it.
    pub name: Option<String>,
    /// Who makes it. May be empty.
    pub vendor: String,
    /// What it is called. May be empty.
    pub model: String,
    /// The scheme of its driver, such as `"virtual"`.
    pub kind: String,
    /// Whether it is part of this program, and never chosen unless asked for.
    pub built_in: bool,
    /// What it has, in a few words. May be empty.
    pub description: String,
    /// Where it is on the network, as `HOST:PORT`; empty for one that is not known to be there.
    pub address: String,
    /// It is in the configuration and was not found.
    pub away: bool,
}

/// How long devices are looked for, unless something else is asked for.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Looks for the devices of one scheme for about so long.
pub(crate) type Finder = fn(Duration) -> Result<Vec<DeviceInfo>>;

/// Who looks for what. Each looks in a process of its own, for it calls code of others, or hears whoever speaks.
const FINDERS: [(&str, Finder); 2] = [("escl", escl), ("sane", sane)];

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The devices, real ones first, the built-in ones last.
    pub devices: Vec<DeviceInfo>,
    /// Schemes whose devices may be missing, with the reason.
    pub unfinished: Vec<(&'static str, Error)>,
}

/// Every device that is found in this time, and those of the configuration.
///
/// A device that answers over eSCL and is listed by a SANE back end too is shown once, as the former:
/// nothing stands between then.
pub fn list(config: &Config, patience: Duration) -> Found {
    list_interruptibly(config, patience, &Interrupt::default()).unwrap_or_default()
}

/// As [`list`], until an interrupt.
///
/// # Errors
///
/// `Abort` after an interrupt.
pub fn list_interruptibly(
    config: &Config,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<Found> {
    let mut found = look(schemes(config), find_of, patience, interrupt)?;
    let mut devices = named(once(found.devices), config);
    devices.extend(built_in());
    found.devices = devices;
    Ok(found)
}

/// The schemes whose devices are looked for.
pub(crate) fn schemes(config: &Config) -> impl Iterator<Item = &'static str> {
    let all = FINDERS.iter().map(|(scheme, _)| *scheme);
    all.filter(|scheme| config.discovers(scheme))
}

/// The devices of a scheme, looked for in this process.
pub(crate) fn find_here(scheme: &str, patience: Duration) -> Result<Vec<DeviceInfo>> {
    let finder = FINDERS.iter().find(|(of, _)| *of == scheme);
    finder.map_or_else(|| Ok(Vec::new()), |(_, finder)| finder(patience))
}

/// The devices of a scheme, looked for where its drivers are.
pub(crate) fn find_of(
    scheme: &'static str,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<Vec<DeviceInfo>> {
    match registry::has_host(&format!("{scheme}:"), Placement::Usual) {
        true => {
            let found = remote::discover(scheme, patience, interrupt)?.into_iter();
            Ok(found.map(|found| from_wire(found, scheme)).collect())
        }
        false => find_here(scheme, patience),
    }
}

fn from_wire(found: FoundWire, scheme: &str) -> DeviceInfo {
    DeviceInfo {
        uri: found.uri,
        vendor: found.vendor,
        model: found.model,
        kind: scheme.to_owned(),
        description: found.description,
        address: found.address,
        ..DeviceInfo::default()
    }
}

impl From<DeviceInfo> for FoundWire {
    fn from(device: DeviceInfo) -> FoundWire {
        FoundWire {
            uri: device.uri,
            vendor: device.vendor,
            model: device.model,
            description: device.description,
            address: device.address,
        }
    }
}

/// How devices of a scheme are looked for.
type Find = fn(&'static str, Duration, &Interrupt) -> Result<Vec<DeviceInfo>>;

/// What is found when all have returned, or the time is over.
///
/// # Errors
///
/// `Abort` after an interrupt.
fn look(
    schemes: impl Iterator<Item = &'static str>,
    find: Find,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<Found> {
    let until = Instant::now() + patience;
    let (sender, finds) = mpsc::channel();
    let mut looking = Vec::new();
    let mut found = Found::default();
    for scheme in schemes {
        let (sender, interrupt) = (sender.clone(), interrupt.clone());
        // Whoever comes too late finds nobody who listens.
        let look = move || drop(sender.send((scheme, find(scheme, patience, &interrupt))));
        match thread::Builder::new().name("discovery".into()).spawn(look) {
            Ok(_) => looking.push(scheme),
            Err(e) => {
                let e = Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread");
                found.unfinished.push((scheme, e));
            }
        }
    }
    drop(sender);
    // What ends at the last moment has told why.
    let mut until = until + GRACE;
    let mut was_interrupted = false;
    loop {
        if !was_interrupted && interrupt.is_interrupted() {
            was_interrupted = true;
            until = until.min(Instant::now() + ENDING);
        }
        let left = until.saturating_duration_since(Instant::now());
        let (scheme, some) = match finds.recv_timeout(left.min(HEARING)) {
            Ok(found) => found,
            Err(RecvTimeoutError::Timeout) if !left.is_zero() => continue,
            Err(_) => break,
        };
        looking.retain(|s| *s != scheme);
        match some {
            Ok(devices) => found.devices.extend(devices),
            Err(e) => found.unfinished.push((scheme, e)),
        }
    }
    if interrupt.is_interrupted() {
        return Err(interrupted());
    }
    let late = || Error::new(ErrorKind::Deadline, "the search took too long");
    found
        .unfinished
        .extend(looking.into_iter().map(|scheme| (scheme, late())));
    // In the same order each time, whoever was first.
    found.devices.sort_by(|a, b| a.uri.cmp(&b.uri));
    found.unfinished.sort_by_key(|(scheme, _)| *scheme);
    Ok(found)
}

/// How much later than its time a search may tell that its time is over.
const GRACE: Duration = Duration::from_millis(50);
/// How soon an interrupt is heard.
const HEARING: Duration = Duration::from_millis(50);
/// How long the end of the processes is waited for that an interrupt kills.
const ENDING: Duration = Duration::from_secs(1);

/// Each device once.
fn once(mut devices: Vec<DeviceInfo>) -> Vec<DeviceInfo> {
    devices.dedup_by(|a, b| a.uri == b.uri);
    let direct: Vec<_> = devices
        .iter()
        .filter(|d| d.kind == "escl")
        .cloned()
        .collect();
    devices.retain(|device| !direct.iter().any(|d| is_detour(device, d)));
    devices
}

/// Whether `device` is a SANE back end's way to the eSCL device `direct`.
fn is_detour(device: &DeviceInfo, direct: &DeviceInfo) -> bool {
    let Some(name) = device.uri.strip_prefix("sane:") else {
        return false;
    };
    // `airscan:e0:NAME` and `escl:URL` are how the two back ends of driverless scanners name theirs.
    if !["airscan:", "escl:"]
        .iter()
        .any(|back_end| name.starts_with(back_end))
    {
        return false;
    }
    let place = authority(name);
    let same_place = !direct.address.is_empty() && place.as_ref() == Some(&direct.address);
    // `airscan:e0:NAME`: the name has what the scanner calls itself.
    let theirs = words(name.splitn(3, ':').nth(2).unwrap_or_default());
    let ours = words(&full_name(direct));
    same_place || (!ours.is_empty() && (theirs == ours || words(&device.model) == ours))
}

/// Vendor and model, where the model does not begin with the vendor already.
fn full_name(device: &DeviceInfo) -> String {
    match words(&device.model).starts_with(&words(&device.vendor)) {
        true => device.model.clone(),
        false => format!("{} {}", device.vendor, device.model),
    }
}

/// The words of a name, in small letters.
fn words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Host and port of a URL that a name ends with.
fn authority(name: &str) -> Option<String> {
    let (before, rest) = name.split_once("://")?;
    let place = rest.split(['/', '?']).next()?;
    let port = if before.ends_with("https") { 443 } else { 80 };
    // The brackets of an IPv6 address have colons in them.
    let has_port = place
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'));
    Some(match has_port {
        true => place.to_owned(),
        false => format!("{place}:{port}"),
    })
}

/// The same devices with the names of the configuration, and those that it has besides, which may be away.
fn named(mut devices: Vec<DeviceInfo>, config: &Config) -> Vec<DeviceInfo> {
    let mut missing = BTreeMap::new();
    for (name, preset) in &config.devices {
        let Some(uri) = preset.device.as_deref() else {
            continue;
        };
        let place = authority(uri);
        let is_it = |d: &DeviceInfo| {
            d.uri == uri || (d.kind == "escl" && place.as_ref() == Some(&d.address))
        };
        match devices.iter_mut().find(|d| is_it(d)) {
            Some(device) => device.name = Some(name.clone()),
            None => drop(missing.insert(uri.to_owned(), name.clone())),
        }
    }
    devices.extend(missing.into_iter().map(|(uri, name)| DeviceInfo {
        kind: DeviceUri::parse(&uri).map_or_else(|_| String::new(), |u| u.scheme().to_owned()),
        description: "configured".to_owned(),
        name: Some(name),
        away: true,
        uri,
        ..DeviceInfo::default()
    }));
    devices
}

/// The devices at this machine that SANE's back ends find. A machine without SANE has none, and that is
/// nothing to tell. The back ends take the time that they take.
fn sane(_: Duration) -> Result<Vec<DeviceInfo>> {
    let found = driver_sane::discover()?.into_iter();
    let shown = found.map(|scanner| DeviceInfo {
        uri: format!("sane:{}", scanner.path),
        vendor: scanner.vendor,
        model: scanner.model,
        kind: "sane".to_owned(),
        description: scanner.description,
        ..DeviceInfo::default()
    });
    Ok(shown.collect())
}

/// The scanners on the network.
fn escl(patience: Duration) -> Result<Vec<DeviceInfo>> {
    let scanners = driver_escl::discover(patience).into_iter();
    let info = |scanner: driver_escl::Discovered| DeviceInfo {
        uri: format!("escl:{}", scanner.path),
        vendor: scanner.vendor,
        model: scanner.model,
        kind: "escl".to_owned(),
        description: scanner.description,
        address: scanner.authority,
        ..DeviceInfo::default()
    };
    Ok(scanners.map(info).collect())
}

fn built_in() -> impl Iterator<Item = DeviceInfo> {
    driver_virtual::discover()
        .into_iter()
        .map(|scanner| DeviceInfo {
            uri: format!("virtual:{}", scanner.path),
            vendor: scanner.vendor,
            model: scanner.model,
            kind: "virtual".to_owned(),
            built_in: true,
            description: scanner.description,
            ..DeviceInfo::default()
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn device(uri: &str, vendor: &str, model: &str, address: &str) -> DeviceInfo {
        DeviceInfo {
            uri: uri.to_owned(),
            vendor: vendor.to_owned(),
            model: model.to_owned(),
            kind: DeviceUri::parse(uri).unwrap().scheme().to_owned(),
            address: address.to_owned(),
            ..DeviceInfo::default()
        }
    }

    #[test]
    fn a_device_that_is_found_twice_is_shown_once() {
        let escl = device(
            "escl:http://10.0.0.9/eSCL",
            "ACME",
            "ACME Laser 5",
            "10.0.0.9:80",
        );
        let others = [
            device("sane:airscan:e0:ACME Laser 5", "eSCL", "ACME Laser 5", ""),
            device(
                "sane:escl:http://10.0.0.9:80",
                "ESCL",
                "flatbed scanner",
                "",
            ),
        ];
        let kept = [
            device("sane:airscan:w0:ACME Laser 50", "WSD", "ACME Laser 50", ""),
            device(
                "sane:escl:http://110.0.0.9:80",
                "ESCL",
                "flatbed scanner",
                "",
            ),
            device("sane:acme:libusb:001:005", "ACME", "Laser 5", ""),
            device("sane:airscan:e1:ACME Laser 7", "eSCL", "ACME Laser 7", ""),
        ];
        let all = [&[escl.clone(), escl.clone()], &others[..], &kept[..]].concat();
        assert_eq!(once(all), [&[escl], &kept[..]].concat());
        assert_eq!(once(others.to_vec()), others);
    }

    #[test]
    fn who_looks_too_long_is_told_and_not_waited_for() {
        let find: Find = |scheme, _, _| match scheme {
            "quick" => Ok(vec![
                device("sane:b", "", "", ""),
                device("sane:a", "", "", ""),
            ]),
            "fails" => Err(Error::new(ErrorKind::Fail, "no bus")),
            _ => loop {
                thread::park();
            },
        };
        let found = look(
            ["never", "quick", "fails"].into_iter(),
            find,
            Duration::from_millis(300),
            &Interrupt::default(),
        );
        let found = found.unwrap();
        let uris: Vec<_> = found.devices.iter().map(|d| d.uri.as_str()).collect();
        assert_eq!(uris, ["sane:a", "sane:b"]);
        let told: Vec<_> = found
            .unfinished
            .iter()
            .map(|(s, e)| (*s, e.kind()))
            .collect();
        assert_eq!(
            told,
            [("fails", ErrorKind::Fail), ("never", ErrorKind::Deadline)]
        );
    }

    #[test]
    fn an_interrupt_ends_the_search() {
        let find: Find = |_, _, _| loop {
            thread::park();
        };
        for early in [true, false] {
            let interrupt = Interrupt::default();
            let from_outside = interrupt.clone();
            let interrupting = thread::spawn(move || from_outside.interrupt());
            if early {
                interrupting.join().unwrap();
            }
            let hour = Duration::from_secs(3600);
            let found = look(["never"].into_iter(), find, hour, &interrupt);
            assert_eq!(found.unwrap_err().kind(), ErrorKind::Abort);
        }
    }

    #[test]
    fn the_configuration_gives_names_and_devices() {
        let text =
            "[devices.desk]\nuri = \"sane:a\"\n[devices.far]\nuri = \"escl:http://b/eSCL\"\n";
        let config = Config::parse(Path::new("config.toml"), text).unwrap();
        let devices = named(vec![device("sane:a", "ACME", "1", "")], &config);
        let told: Vec<_> = devices
            .iter()
            .map(|d| (d.uri.as_str(), d.name.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("sane:a", Some("desk")),
                ("escl:http://b/eSCL", Some("far"))
            ]
        );
        assert_eq!(devices[1].kind, "escl");
    }
}
