//! Events that a driver reports.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wia::{Error, Guid, Result};

use crate::driver::{Capability, CapabilityKind};

/// How many events wait for a listener that does not fetch them; further ones pass it by.
pub const WAITING_EVENTS: usize = 1024;

/// Something that happened at a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The device, as the service named it to the driver.
    pub device_id: String,
    /// A `WIA_EVENT_*` value or one of the driver's own.
    pub event: Guid,
    /// The item that it is about (`WIA_IPA_FULL_ITEM_NAME`).
    pub full_item_name: Option<String>,
}

/// The service's end: a device whose driver may report events, until this is dropped.
///
/// A driver knows its device's id ([`Minidriver::initialize`](crate::Minidriver::initialize)) and
/// nothing else of the service, so the devices that are open stand in one list of the process. The
/// service opens a port before it initialises the driver, and gives each listener a receiver;
/// [`queue_event`] puts an event into all of them and returns. The order of events is kept, and no code
/// of a listener runs on the driver's thread.
#[derive(Debug)]
pub struct EventPort {
    number: u64,
}

/// The open ports of the process.
static PORTS: Mutex<Ports> = Mutex::new(Ports {
    next: 0,
    open: Vec::new(),
});

struct Ports {
    next: u64,
    open: Vec<Port>,
}

struct Port {
    number: u64,
    device_id: String,
    events: Vec<Guid>,
    listeners: Vec<SyncSender<Event>>,
    service: Option<Arc<dyn Fn(Guid) + Send + Sync>>,
}

impl Port {
    fn send(&mut self, event: Guid, full_item_name: Option<&str>) {
        let sent = Event {
            device_id: self.device_id.clone(),
            event,
            full_item_name: full_item_name.map(str::to_owned),
        };
        self.listeners.retain(|listener| {
            let full = listener.try_send(sent.clone());
            !matches!(full, Err(TrySendError::Disconnected(_)))
        });
    }
}

fn ports() -> MutexGuard<'static, Ports> {
    PORTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl EventPort {
    /// Lets the driver of `device_id` report the events among `capabilities` (what its
    /// [`capabilities`](crate::Minidriver::capabilities) says). Several ports may have one id.
    pub fn open(device_id: &str, capabilities: &[Capability]) -> EventPort {
        let event = |c: &&Capability| matches!(c.kind, CapabilityKind::Event { .. });
        let mut ports = ports();
        let number = ports.next;
        ports.next += 1;
        ports.open.push(Port {
            number,
            device_id: device_id.to_owned(),
            events: capabilities.iter().filter(event).map(|c| c.id).collect(),
            listeners: Vec::new(),
            service: None,
        });
        EventPort { number }
    }

    /// One more listener. It gets the events from now on; dropping the receiver ends that, and the
    /// receiver ends when the port is dropped.
    pub fn listen(&self) -> Receiver<Event> {
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        let mut ports = ports();
        if let Some(port) = ports.open.iter_mut().find(|p| p.number == self.number) {
            port.listeners.push(sender);
        }
        receiver
    }

    /// What the service does about an event of the driver, before anybody else hears of it. It runs on
    /// the driver's thread.
    pub fn when_reported(&self, hook: impl Fn(Guid) + Send + Sync + 'static) {
        if let Some(port) = ports().open.iter_mut().find(|p| p.number == self.number) {
            port.service = Some(Arc::new(hook));
        }
    }

    /// An event that the service itself reports to those that listen to this port, whatever the
    /// driver's capabilities are.
    pub fn report(&self, event: Guid) {
        if let Some(port) = ports().open.iter_mut().find(|p| p.number == self.number) {
            port.send(event, None);
        }
    }
}

impl Drop for EventPort {
    fn drop(&mut self) {
        ports().open.retain(|p| p.number != self.number);
    }
}

/// Reports an event of a device to all that listen, and does not wait for them. `device_id` is what
/// the driver was initialised with.
///
/// # Errors
///
/// `InvalidArgument` for a device that is not open, and for an event that the driver's
/// [`capabilities`](crate::Minidriver::capabilities) do not report.
#[doc(alias = "wiasQueueEvent")]
pub fn queue_event(device_id: &str, event: Guid, full_item_name: Option<&str>) -> Result<()> {
    let mut known = false;
    let mut reporting = Vec::new();
    for port in &ports().open {
        known |= port.device_id == device_id;
        if port.device_id == device_id && port.events.contains(&event) {
            reporting.push((port.number, port.service.clone()));
        }
    }
    if !known {
        return Err(Error::invalid(format!(
            "event {event}: device {device_id:?} is not open"
        )));
    }
    if reporting.is_empty() {
        return Err(Error::invalid(format!(
            "event {event} of device {device_id:?}: its driver does not report it among its capabilities"
        )));
    }
    // Without the lock: it may report something itself.
    for (_, service) in &reporting {
        if let Some(service) = service {
            service(event);
        }
    }
    for port in &mut ports().open {
        if reporting.iter().any(|(number, _)| *number == port.number) {
            port.send(event, full_item_name);
        }
    }
    Ok(())
}

/// Whether anybody listens to the events of a device: a driver that has to ask its device for them can
/// spare itself the trouble. Who stopped listening is noticed at the next event.
pub fn events_are_listened_to(device_id: &str) -> bool {
    let ports = ports();
    let mut of_device = ports.open.iter().filter(|p| p.device_id == device_id);
    of_device.any(|port| !port.listeners.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{
        Capability, CapabilityKind, EventPort, events_are_listened_to, ports, queue_event,
    };
    use wia::event::WIA_EVENT_SCAN_IMAGE;

    #[test]
    fn a_listener_that_is_gone_leaves_the_list() {
        let scan = Capability {
            id: WIA_EVENT_SCAN_IMAGE,
            kind: CapabilityKind::Event { action: true },
            name: "".into(),
            description: "".into(),
        };
        let port = EventPort::open("gone", &[scan]);
        let listeners = || {
            let ports = ports();
            let port = ports.open.iter().find(|p| p.number == port.number);
            port.map(|p| p.listeners.len())
        };
        assert!(!events_are_listened_to("gone"));
        let kept = port.listen();
        assert!(events_are_listened_to("gone"));
        drop(port.listen());
        assert_eq!(listeners(), Some(2));
        queue_event("gone", WIA_EVENT_SCAN_IMAGE, None).unwrap();
        assert_eq!(listeners(), Some(1));
        assert!(kept.try_recv().is_ok());
    }
}
