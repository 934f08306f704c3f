//! A device in a host, whichever process that is at the moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use minidriver::Deadlines;
use minidriver::service_library::WAITING_EVENTS;
use service::{Capability, Device, Event, HostInfo, Item};
use wia::{Error, ErrorKind, Result};

use super::host::{Host, Limit, Listener};
use super::interrupt::Interrupt;
use super::item::RemoteItem;
use crate::host::message::{OfItem, Reply, Request};
use crate::host::wire::{EventWire, FoundWire, ItemWire};
use crate::registry;

/// Opens a device in a process of its own, for an application from before Windows Vista or a newer one.
///
/// # Errors
///
/// What the driver says; `Deadline` when it does not open the device in time; `ExceptionInDriver` when it
/// crashes; else why there is no process.
pub(crate) fn open(
    uri: &str,
    legacy: bool,
    deadlines: Deadlines,
    interrupt: &Interrupt,
) -> Result<Arc<dyn Device>> {
    let shared = Arc::new(Shared {
        uri: uri.to_owned(),
        legacy,
        deadlines,
        interrupt: interrupt.clone(),
        host: Mutex::default(),
        starting: Mutex::default(),
        kept: Mutex::default(),
        listeners: Arc::default(),
        own_filter: AtomicBool::new(false),
    });
    let (host, opened) = shared.start()?;
    *lock(&shared.host) = Some(host);
    Ok(Arc::new(RemoteDevice {
        root: Arc::new(RemoteItem::new(&shared, opened.generation, opened.root)),
        capabilities: opened.capabilities,
        layers: opened.layers,
        sandbox: opened.sandbox,
        shared,
    }))
}

/// What a host finds that looks for the devices of a scheme. It ends with that.
///
/// # Errors
///
/// As [`open`].
pub(crate) fn discover(
    scheme: &str,
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<Vec<FoundWire>> {
    let request = Request::Discover {
        scheme: scheme.to_owned(),
        millis: u32::try_from(limit.as_millis()).unwrap_or(u32::MAX),
    };
    let limit = Limit::from(limit);
    let (host, _) = Host::start(false, limit, Box::new(drop), interrupt)?;
    let found = host.ask(request, None, limit, "find its devices");
    host.hang_up();
    match found? {
        Reply::Found(found) => Ok(found),
        other => Err(unexpected(&other)),
    }
}

/// What a host says of the device when it has opened it.
pub(crate) struct Opened {
    generation: u64,
    root: ItemWire,
    capabilities: Vec<Capability>,
    layers: Vec<String>,
    sandbox: Vec<String>,
}

/// What device, items and transfers share.
pub(crate) struct Shared {
    uri: String,
    /// The tree is that of an application from before Windows Vista.
    legacy: bool,
    pub(crate) deadlines: Deadlines,
    /// Ends whatever is waited for before a transfer.
    interrupt: Interrupt,
    host: Mutex<Option<Arc<Host>>>,
    /// Held by who starts a host.
    starting: Mutex<()>,
    kept: Mutex<Kept>,
    listeners: Arc<Mutex<Vec<SyncSender<Event>>>>,
    /// The driver has an image filter of its own.
    own_filter: AtomicBool,
}

/// What a new host has to be told so that the device is as it was.
#[derive(Default)]
struct Kept {
    /// Items that the application has made: where, with which flags, and how they are called.
    created: Vec<Created>,
    /// The last property stream of each item that was written, by full names, in the order of writing.
    streams: Vec<(String, Vec<u8>)>,
}

#[derive(Clone)]
struct Created {
    parent: String,
    full_name: String,
    flags: i32,
    creation: u32,
    name: String,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// The host that runs, or a new one that has the device as it was.
    ///
    /// # Errors
    ///
    /// As [`open`].
    pub(crate) fn host(&self) -> Result<Arc<Host>> {
        if let Some(host) = self.running() {
            return Ok(host);
        }
        let _starting = lock(&self.starting);
        // Somebody else may have started one.
        if let Some(host) = self.running() {
            return Ok(host);
        }
        let dead = lock(&self.host).take();
        if let Some(dead) = dead {
            // The device is free once the process is gone.
            dead.gone().wait(self.deadlines.close);
        }
        let (host, opened) = self.start()?;
        self.restore(&host, &opened.root)?;
        *lock(&self.host) = Some(Arc::clone(&host));
        Ok(host)
    }

    /// Whether the driver has an image filter of its own.
    pub(crate) fn has_own_filter(&self) -> bool {
        self.own_filter.load(Ordering::Relaxed)
    }

    /// The host that runs, if one does.
    pub(crate) fn running(&self) -> Option<Arc<Host>> {
        let host = lock(&self.host).clone();
        host.filter(|host| !host.is_dead())
    }

    /// Starts a host and has it open the device.
    fn start(&self) -> Result<(Arc<Host>, Opened)> {
        let limit = Limit::from(self.deadlines.open);
        let (listeners, id) = (Arc::clone(&self.listeners), self.uri.clone());
        let listener: Box<Listener> = Box::new(move |event: EventWire| {
            let event = event.of_device(&id);
            lock(&listeners).retain(|listener| {
                let sent = listener.try_send(event.clone());
                !matches!(sent, Err(TrySendError::Disconnected(_)))
            });
        });
        let in_library = registry::needs_library(&self.uri);
        let (host, section) = Host::start(in_library, limit, listener, &self.interrupt)?;
        let uri = self.uri.clone();
        let fd = Some(section.as_fd());
        let legacy = self.legacy;
        match host.ask(Request::Open { uri, legacy }, fd, limit, "open the device") {
            Ok(Reply::Opened {
                root,
                capabilities,
                layers,
                sandbox,
                own_filter,
            }) => {
                self.own_filter.store(own_filter, Ordering::Relaxed);
                let opened = Opened {
                    generation: host.generation,
                    root,
                    capabilities: capabilities.into_iter().map(Into::into).collect(),
                    layers,
                    sandbox,
                };
                Ok((host, opened))
            }
            other => {
                host.hang_up();
                other.and_then(|reply| Err(unexpected(&reply)))
            }
        }
    }

    /// Makes the items what they were in the host before. What cannot be restored is as the driver
    /// declares it.
    fn restore(&self, host: &Host, root: &ItemWire) -> Result<()> {
        let limit = self.deadlines.line;
        let ask = |request| host.ask(request, None, limit, "restore its settings");
        let find = |name: &str| -> Result<Option<u32>> {
            if name == root.full_name {
                return Ok(Some(root.number));
            }
            match ask(Request::Find(name.to_owned())) {
                Ok(Reply::Item(item)) => Ok(item.map(|item| item.number)),
                _ if host.is_dead() => Err(host.death()),
                _ => Ok(None),
            }
        };
        let kept = lock(&self.kept);
        let created = kept.created.iter().map(|made| {
            let what = OfItem::CreateChild {
                flags: made.flags,
                creation: made.creation,
                name: made.name.clone(),
            };
            (made.parent.as_str(), what)
        });
        let streams = kept.streams.iter().map(|(name, stream)| {
            let what = OfItem::SetPropertyStream(stream.clone());
            (name.as_str(), what)
        });
        for (name, what) in created.chain(streams) {
            if let Some(item) = find(name)?
                && ask(Request::Item { item, what }).is_err()
                && host.is_dead()
            {
                return Err(host.death());
            }
        }
        Ok(())
    }

    /// Keeps what an item is set to.
    pub(crate) fn keep_stream(&self, full_name: &str, stream: Vec<u8>) {
        let mut kept = lock(&self.kept);
        kept.streams.retain(|(name, _)| name != full_name);
        kept.streams.push((full_name.to_owned(), stream));
    }

    /// Keeps that the application has made an item.
    pub(crate) fn keep_created(
        &self,
        parent: &str,
        full_name: &str,
        (flags, creation, name): (i32, u32, &str),
    ) {
        lock(&self.kept).created.push(Created {
            parent: parent.to_owned(),
            full_name: full_name.to_owned(),
            flags,
            creation,
            name: name.to_owned(),
        });
    }

    /// An item is gone for good.
    pub(crate) fn forget(&self, full_name: &str) {
        let mut kept = lock(&self.kept);
        kept.streams.retain(|(name, _)| name != full_name);
        kept.created.retain(|made| made.full_name != full_name);
    }
}

impl Drop for Shared {
    /// Lets the device go in its own way, if its driver does so in time.
    fn drop(&mut self) {
        let Some(host) = lock(&self.host).take() else {
            return;
        };
        let limit = self.deadlines.close;
        if !host.is_dead() {
            let _ = host.ask(Request::Close, None, limit, "close the device");
        }
        host.hang_up();
        let gone = host.gone();
        drop(host);
        gone.wait(limit.max(Duration::from_secs(1)));
    }
}

/// A reply that is not one to what was asked.
pub(crate) fn unexpected(reply: &Reply) -> Error {
    let mut text = format!("{reply:?}");
    text.truncate(text.floor_char_boundary(80));
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("the driver host answered something else: {text}"),
    )
}

struct RemoteDevice {
    root: Arc<RemoteItem>,
    capabilities: Vec<Capability>,
    layers: Vec<String>,
    sandbox: Vec<String>,
    shared: Arc<Shared>,
}

impl Device for RemoteDevice {
    fn id(&self) -> &str {
        &self.shared.uri
    }

    fn root(&self) -> Arc<dyn Item> {
        Arc::clone(&self.root) as Arc<dyn Item>
    }

    fn find_item(&self, full_name: &str) -> Option<Arc<dyn Item>> {
        let host = self.shared.host().ok()?;
        let request = Request::Find(full_name.to_owned());
        let limit = self.shared.deadlines.line;
        match host.ask(request, None, limit, "find an item") {
            Ok(Reply::Item(item)) => {
                let found = RemoteItem::new(&self.shared, host.generation, item?);
                Some(Arc::new(found))
            }
            _ => None,
        }
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.capabilities.clone()
    }

    fn layers(&self) -> Vec<String> {
        self.layers.clone()
    }

    fn listen(&self) -> Receiver<Event> {
        let (sender, events) = sync_channel(WAITING_EVENTS);
        lock(&self.shared.listeners).push(sender);
        events
    }

    fn host(&self) -> Option<HostInfo> {
        let host = self.shared.running()?;
        Some(HostInfo {
            process: u32::try_from(host.process_id()).ok()?,
            sandbox: self.sandbox.clone(),
        })
    }
}
