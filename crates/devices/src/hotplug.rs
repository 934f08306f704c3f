//! Devices that come and go while somebody watches.
//!
//! What hangs on USB is looked for anew when a node of the bus appears or vanishes, and only then: to look is
//! to talk to every scanner. What is on the network is listened for again and again; one that is not heard
//! is gone when it is not heard a second time.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::io::Errno;

use crate::discovery::{self, DeviceInfo};
use crate::{Config, Interrupt};

/// A device came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there now.
    Arrived(DeviceInfo),
    /// It is not there any more.
    Left(DeviceInfo),
}

/// Where the nodes of the bus are.
const USB: &str = "/dev/bus/usb";

/// How long nothing may happen before the network is listened to again.
const PAUSE: Timespec = Timespec {
    tv_sec: 10,
    tv_nsec: 0,
};

/// How long is looked: nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a device that was plugged in has to get its name and its rights.
const SETTLE: Duration = Duration::from_secs(1);

/// Goes on where [`list`](crate::list) ended, and calls `tell` with each change until it
/// answers `false`. `known` is what is known already.
pub fn watch(config: &Config, known: Vec<DeviceInfo>, mut tell: impl FnMut(Change) -> bool) {
    let bus = Bus::open(Path::new(USB));
    let mut present = Present::new(known);
    // The bus has something to look at.
    let mut due = false;
    loop {
        let plugged = bus
            .as_ref()
            .map_or_else(|| pause(None), |bus| pause(Some(&bus.0)));
        if plugged {
            std::thread::sleep(SETTLE);
        }
        // Events that pile up are of no interest, and nodes that came are to be watched too.
        let bus_again = bus.as_ref().is_some_and(|bus| bus.watch(Path::new(USB)));
        due |= plugged && bus_again;
        for scheme in discovery::schemes(config) {
            if scheme == "sane" && !due {
                continue;
            }
            // Who did not finish has nothing to say of what is not there.
            let Ok(devices) = discovery::find_of(scheme, PATIENCE, &Interrupt::default()) else {
                continue;
            };
            if scheme == "sane" {
                due = false;
            }
            for change in present.update(scheme, devices) {
                if !tell(change) {
                    return;
                }
            }
        }
    }
}

/// Waits for the bus or the end of the pause; whether it was the bus.
fn pause(bus: Option<&OwnedFd>) -> bool {
    let mut fds: Vec<_> = bus
        .map(|fd| PollFd::new(fd, PollFlags::IN))
        .into_iter()
        .collect();
    match poll(&mut fds, Some(&PAUSE)) {
        Ok(ready) => ready > 0,
        Err(Errno::INTR) => false,
        // There is no way to wait for it: the next look is after the pause.
        Err(_) => {
            std::thread::sleep(Duration::from_secs(10));
            false
        }
    }
}

/// The folders of the bus, watched.
struct Bus(OwnedFd);

impl Bus {
    /// `None` where there is no such bus, or it cannot be watched.
    fn open(path: &Path) -> Option<Bus> {
        let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
        let bus = Bus(inotify::init(flags).ok()?);
        bus.watch(path).then_some(bus)
    }

    /// Watches the folder and those in it (again), and forgets what has happened so far.
    fn watch(&self, path: &Path) -> bool {
        let what = inotify::WatchFlags::CREATE | inotify::WatchFlags::DELETE;
        if inotify::add_watch(&self.0, path, what).is_err() {
            return false;
        }
        let folders = fs::read_dir(path).into_iter().flatten().flatten();
        for folder in folders.filter(|entry| entry.path().is_dir()) {
            // One that vanishes meanwhile is told of by the folder above.
            let _ = inotify::add_watch(&self.0, folder.path(), what);
        }
        let mut events = [0; 4096];
        while rustix::io::read(&self.0, &mut events).is_ok_and(|n| n > 0) {}
        true
    }
}

/// What is there, as far as is known.
struct Present(Vec<Known>);

struct Known {
    device: DeviceInfo,
    /// How often in turn it was not found.
    missed: u32,
}

impl Present {
    fn new(devices: Vec<DeviceInfo>) -> Present {
        let known = |device| Known { device, missed: 0 };
        // What is configured may be away, and the built-in ones never are.
        let real = devices.into_iter().filter(|d| !d.built_in && !d.away);
        Present(real.map(known).collect())
    }

    /// What changes when these are the devices of the scheme.
    fn update(&mut self, scheme: &str, found: Vec<DeviceInfo>) -> Vec<Change> {
        let patience = if scheme == "escl" { 2 } else { 1 };
        let mut changes = Vec::new();
        self.0.retain_mut(|known| {
            if known.device.kind != scheme {
                return true;
            }
            let there = found.iter().any(|device| device.uri == known.device.uri);
            known.missed = if there { 0 } else { known.missed + 1 };
            let stays = known.missed < patience;
            if !stays {
                changes.push(Change::Left(known.device.clone()));
            }
            stays
        });
        for device in found {
            if self.0.iter().all(|known| known.device.uri != device.uri) {
                changes.push(Change::Arrived(device.clone()));
                self.0.push(Known { device, missed: 0 });
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(kind: &str, name: &str) -> DeviceInfo {
        DeviceInfo {
            uri: format!("{kind}:{name}"),
            model: name.to_owned(),
            kind: kind.to_owned(),
            ..DeviceInfo::default()
        }
    }

    #[test]
    fn what_comes_and_goes_is_told_once() {
        let [a, b, c] = ["a", "b", "c"].map(|name| device("sane", name));
        let far = device("escl", "far");
        let mut present = Present::new(vec![a.clone(), far.clone()]);
        let found = vec![a.clone(), b.clone()];
        assert_eq!(
            present.update("sane", found.clone()),
            [Change::Arrived(b.clone())]
        );
        assert_eq!(present.update("sane", found), []);
        let changes = present.update("sane", vec![c.clone()]);
        assert_eq!(
            changes,
            [Change::Left(a), Change::Left(b), Change::Arrived(c)]
        );
        // One of the network may miss a question.
        assert_eq!(present.update("escl", Vec::new()), []);
        assert_eq!(present.update("escl", vec![far.clone()]), []);
        assert_eq!(present.update("escl", Vec::new()), []);
        assert_eq!(present.update("escl", Vec::new()), [Change::Left(far)]);
    }

    #[test]
    fn a_node_of_the_bus_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("001")).unwrap();
        let bus = Bus::open(folder.path()).unwrap();
        fs::write(folder.path().join("001").join("005"), "").unwrap();
        assert!(pause(Some(&bus.0)));
        assert!(bus.watch(folder.path()));
        let mut fds = [PollFd::new(&bus.0, PollFlags::IN)];
        let now = Timespec::default();
        assert_eq!(poll(&mut fds, Some(&now)), Ok(0));
        assert!(Bus::open(&folder.path().join("none")).is_none());
    }
}
