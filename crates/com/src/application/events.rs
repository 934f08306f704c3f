//! Who has registered for which events (`RegisterEventCallbackInterface`).
//!
//! Who registers for one device hears that device, which is opened for it unless the application has it open
//! already, and stays open until the registration is released. Who registers for all devices hears those that
//! the application has open, and of all devices that come and go.

use std::sync::{Arc, Mutex, Weak};
use std::thread;

use devices::{Change, Config, PATIENCE};
use service::{CapabilityKind, Device};
use wia::event::{WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::property::WIA_DIP_DEV_DESC;
use wia::{Error, Guid, PropertyValue, Result};

use super::session::lock;

/// An event as an application hears of it (the parameters of `ImageEventCallback`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) event: Guid,
    /// What the device calls it. May be empty.
    pub(crate) description: String,
    /// The URI of the device.
    pub(crate) device: String,
    /// `WIA_DIP_DEV_DESC`. May be empty.
    pub(crate) device_description: String,
    /// The item that it is about. May be empty.
    pub(crate) full_item_name: String,
}

/// Who is told. No lock is held meanwhile.
pub(crate) type Listener = Arc<dyn Fn(&Told) + Send + Sync>;

static HUB: Mutex<Hub> = Mutex::new(Hub {
    next: 0,
    connections: Vec::new(),
    registrations: Vec::new(),
    watched: false,
});

/// All registrations of the process.
struct Hub {
    next: u64,
    connections: Vec<Connection>,
    registrations: Vec<Registration>,
    /// A thread looks for devices that come and go.
    watched: bool,
}

/// An open device.
struct Connection {
    number: u64,
    device: Weak<dyn Device>,
    /// A thread hears its events.
    heard: bool,
}

struct Registration {
    number: u64,
    event: Guid,
    /// The connection that it is for; `None` for all.
    connection: Option<u64>,
    listener: Listener,
}

/// A registration, which ends when this is dropped.
pub(crate) struct Registered {
    number: u64,
    /// Kept open.
    device: Option<Arc<dyn Device>>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut hub = lock(&HUB);
        let ended = hub
            .registrations
            .extract_if(.., |r| r.number == self.number);
        let ended: Vec<Registration> = ended.collect();
        drop(hub);
        // Outside of the lock: either may call anything.
        drop((ended, self.device.take()));
    }
}

/// The application has opened a device: who has registered for all hears it from now on.
///
/// # Errors
///
/// `OutOfMemory` when there is no thread for it.
pub(crate) fn opened(device: &Arc<dyn Device>) -> Result<()> {
    let mut hub = lock(&HUB);
    hub.connect(device);
    let wanted = hub.registrations.iter().any(|r| r.connection.is_none());
    drop(hub);
    match wanted {
        true => hear_all(),
        false => Ok(()),
    }
}

/// Registers for an event of one device, or of all.
///
/// # Errors
///
/// `InvalidArgument` for an event that the device does not have; as [`devices::open`].
pub(crate) fn register(
    device: Option<&str>,
    event: Guid,
    listener: Listener,
) -> Result<Registered> {
    let Some(uri) = device else {
        let registered = enter(event, None, listener, None);
        if [WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED].contains(&event) {
            watch()?;
        }
        hear_all()?;
        return Ok(registered);
    };
    let known = lock(&HUB).connections.iter().find_map(|connection| {
        let device = connection.device.upgrade()?;
        (device.id() == uri).then_some((connection.number, device))
    });
    let (connection, device) = match known {
        Some(known) => known,
        None => {
            let device = devices::open(uri)?;
            (lock(&HUB).connect(&device), device)
        }
    };
    check_event(device.as_ref(), event)?;
    let registered = enter(event, Some(connection), listener, Some(device));
    hear(connection)?;
    Ok(registered)
}

/// # Errors
///
/// `InvalidArgument` for an event that neither the device nor the service reports.
fn check_event(device: &dyn Device, event: Guid) -> Result<()> {
    let of_service = [WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED];
    let capabilities = device.capabilities();
    let mut events = capabilities
        .iter()
        .filter(|c| matches!(c.kind, CapabilityKind::Event { .. }));
    if of_service.contains(&event) || events.any(|c| c.id == event) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{} reports no event {event}: see IWiaItem2::EnumDeviceCapabilities",
        device.id()
    )))
}

fn enter(
    event: Guid,
    connection: Option<u64>,
    listener: Listener,
    device: Option<Arc<dyn Device>>,
) -> Registered {
    let mut hub = lock(&HUB);
    let number = hub.number();
    hub.registrations.push(Registration {
        number,
        event,
        connection,
        listener,
    });
    Registered { number, device }
}

impl Hub {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn connect(&mut self, device: &Arc<dyn Device>) -> u64 {
        self.connections.retain(|c| c.device.strong_count() > 0);
        let number = self.number();
        self.connections.push(Connection {
            number,
            device: Arc::downgrade(device),
            heard: false,
        });
        number
    }
}

/// Hears every device that is open.
fn hear_all() -> Result<()> {
    let all: Vec<u64> = lock(&HUB).connections.iter().map(|c| c.number).collect();
    all.into_iter().try_for_each(hear)
}

/// Has a thread tell the events of a device, until it is closed.
fn hear(number: u64) -> Result<()> {
    let mut hub = lock(&HUB);
    let mut connections = hub.connections.iter_mut();
    let Some(connection) = connections.find(|c| c.number == number && !c.heard) else {
        return Ok(());
    };
    let Some(device) = connection.device.upgrade() else {
        return Ok(());
    };
    connection.heard = true;
    drop(hub);
    let events = device.listen();
    let told = described(device.as_ref());
    let capabilities = device.capabilities();
    // The thread must not keep the device open.
    drop(device);
    spawn("events of a device", move || {
        for event in events {
            let capability = capabilities.iter().find(|c| c.id == event.event);
            tell(
                Some(number),
                &Told {
                    event: event.event,
                    description: capability.map_or_else(String::new, |c| c.name.to_string()),
                    full_item_name: event.full_item_name.unwrap_or_default(),
                    ..told.clone()
                },
            );
        }
    })
}

/// What is told with every event of a device.
fn described(device: &dyn Device) -> Told {
    let values = device.root().read(&[WIA_DIP_DEV_DESC]).unwrap_or_default();
    let description = match values.into_iter().next() {
        Some(Some(PropertyValue::Bstr(text))) => text,
        _ => String::new(),
    };
    Told {
        device: device.id().to_owned(),
        device_description: description,
        ..Told::default()
    }
}

fn tell(connection: Option<u64>, told: &Told) {
    let hub = lock(&HUB);
    let who = hub.registrations.iter().filter(|r| {
        r.event == told.event && (r.connection.is_none() || r.connection == connection)
    });
    let listeners: Vec<Listener> = who.map(|r| Arc::clone(&r.listener)).collect();
    drop(hub);
    for listener in listeners {
        listener(told);
    }
}

/// Has a thread tell which devices come and go.
fn watch() -> Result<()> {
    if std::mem::replace(&mut lock(&HUB).watched, true) {
        return Ok(());
    }
    spawn("devices that come and go", || {
        let config = Config::load().unwrap_or_default();
        let known = devices::list(&config, PATIENCE).devices;
        devices::watch(&config, known, |change| {
            let (event, device) = match change {
                Change::Arrived(device) => (WIA_EVENT_DEVICE_CONNECTED, device),
                Change::Left(device) => (WIA_EVENT_DEVICE_DISCONNECTED, device),
            };
            tell(
                None,
                &Told {
                    event,
                    device: device.uri,
                    device_description: device.description,
                    ..Told::default()
                },
            );
            true
        });
    })
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned
        .map(drop)
        .map_err(|e| Error::from_io(e, wia::ErrorKind::OutOfMemory).context("starting a thread"))
}
