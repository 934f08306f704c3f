//! The child: hears requests, and answers each on a thread of its own.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use bands::{PacketSocket, Section};
use minidriver::Minidriver;
use service::{Device, DeviceOptions, Item, Preview, Service, Transfer};
use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;
use wia::{Error, ErrorKind, Result};

use super::channel::Channel;
use super::link::Link;
use super::message::{Answered, FromHost, OfItem, OfPreview, Reply, Request, ToHost};
use super::pool::Pool;
use super::sandbox;
use super::wire::{ErrorWire, ItemWire};
use crate::DeviceUri;
use crate::{discovery, registry};

mod asked;

/// How long a host whose application has gone may take to release its device.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The host's own service waits so long: it is the application's process that ends a host which hangs.
const PATIENT: Duration = Duration::from_secs(100_000);

/// Serves the application at the other end of `socket`, with one device, until it has gone. The process
/// belongs to the device from then on: it is what [`open`](crate::open) starts.
///
/// # Errors
///
/// `InvalidDriverResponse` when the other side speaks another protocol.
pub fn serve(socket: OwnedFd) -> Result<()> {
    let channel = Arc::new(Channel::in_host(PacketSocket::from_fd(socket)));
    match channel.greet() {
        // Whoever has started this has gone already.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => return Ok(()),
        greeted => greeted?,
    }
    channel.hear_greeting(None)?;
    let server = Arc::new(Server {
        channel,
        state: Mutex::default(),
    });
    let heard = server.hear();
    server.end();
    heard
}

/// [`serve`] with the socket that the process has as its standard input, as a program does that is nothing
/// but a driver host.
///
/// # Errors
///
/// As [`serve`]; when the standard input is none.
pub fn serve_standard_input() -> Result<()> {
    let failed = |e: std::io::Error| {
        Error::from_io(e, ErrorKind::Unexpected).context("starting a driver host")
    };
    let socket = std::io::stdin().as_fd().try_clone_to_owned();
    let nothing = File::open("/dev/null").map_err(failed)?;
    // Beyond a limit on the size of files a write fails, and ends nobody.
    flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    // What the driver starts gets no end of it.
    rustix::stdio::dup2_stdin(nothing).map_err(|e| failed(e.into()))?;
    serve(socket.map_err(failed)?)?;
    end_group();
    Ok(())
}

/// What a program does that is nothing but a driver host: [`serve_standard_input`], in the core of the library
/// `libwiaservc.so` where the driver is one that calls it (`in_library`). The exit code.
///
/// A library that is missing is told to whoever opens the device.
///
/// # Errors
///
/// As [`serve_standard_input`].
pub fn serve_program(in_library: bool) -> Result<u8> {
    if in_library && let Ok(core) = driver_com::library::core() {
        let code = core.serve_driver_host()?;
        return Ok(u8::try_from(code).unwrap_or(1));
    }
    serve_standard_input()?;
    Ok(0)
}

/// Ends this process and whatever the driver has started, if they are a group of their own. To return would
/// be to run the last words of the driver's libraries, which may hang with nobody left to end them.
fn end_group() {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
    if getpgrp() == getpid() {
        let _ = kill_current_process_group(Signal::KILL);
    }
}

/// The host of one device.
struct Server {
    channel: Arc<Channel>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    device: Option<Arc<dyn Device>>,
    driver: Option<Arc<dyn Minidriver>>,
    pool: Option<Arc<Pool>>,
    items: HashMap<u32, Arc<dyn Item>>,
    /// The last number that was given to an item.
    last: u32,
    running: HashMap<u64, Running>,
    previews: HashMap<u32, Arc<dyn Preview>>,
    /// What the driver is kept from.
    sandbox: Vec<String>,
}

/// A transfer that has begun.
struct Running {
    link: Arc<Link>,
    answers: Sender<Result<Answered, ErrorWire>>,
    /// Once there is one.
    transfer: Option<Arc<dyn Transfer>>,
}

impl Server {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears the application until it has gone.
    fn hear(self: &Arc<Server>) -> Result<()> {
        while let Some(received) = self.channel.receive::<ToHost>()? {
            match received.message {
                ToHost::Request { id, request } => self.begin(id, request, received.fd)?,
                ToHost::Answer { transfer, answer } => {
                    if let Some(running) = self.lock().running.get(&transfer) {
                        // A transfer that does not wait any more has ended.
                        drop(running.answers.send(answer));
                    }
                }
                ToHost::Credit { band } => {
                    if let Some(pool) = &self.lock().pool {
                        pool.credit(band);
                    }
                }
                ToHost::Failed {
                    transfer,
                    epoch,
                    error,
                } => {
                    if let Some(running) = self.lock().running.get(&transfer) {
                        running.link.failed(epoch, error.into());
                    }
                }
                ToHost::Cancel { transfer } => self.cancel(transfer),
                ToHost::Release { item } => {
                    let item = self.lock().items.remove(&item);
                    // Without the lock: whatever it holds may be large.
                    drop(item);
                }
            }
        }
        Ok(())
    }

    /// Starts a request on a thread.
    fn begin(self: &Arc<Server>, id: u64, request: Request, fd: Option<OwnedFd>) -> Result<()> {
        if let Request::Item {
            what:
                OfItem::Download { .. }
                | OfItem::Upload { .. }
                | OfItem::Bands { .. }
                | OfItem::File { .. },
            ..
        }
        | Request::Preview {
            what: OfPreview::New { .. } | OfPreview::Update { .. },
            ..
        } = &request
        {
            // Before it runs, so that a cancel finds it.
            self.prepare(id);
        }
        // Of this thread, before it starts any other.
        match &request {
            Request::Open { uri, .. } => self.lock().sandbox = sandbox::enter(uri),
            Request::Discover { scheme, .. } => drop(sandbox::enter(&format!("{scheme}:"))),
            _ => {}
        }
        let server = Arc::clone(self);
        let run = move || {
            let reply = catch_unwind(AssertUnwindSafe(|| server.reply(id, request, fd)))
                .unwrap_or_else(|panic| Err(Error::crashed("the driver", panic.as_ref())));
            server.lock().running.remove(&id);
            server.answer(id, reply);
        };
        thread::Builder::new()
            .name("request".into())
            .spawn(run)
            .map(drop)
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))
    }

    /// Sends a reply. One that is too long is a failure, for somebody waits.
    fn answer(&self, id: u64, reply: Result<Reply>) {
        let say = |reply: Result<Reply>| {
            let reply = reply.map_err(Into::into);
            self.channel.send(&FromHost::Reply { id, reply }, None)
        };
        if let Err(e) = say(reply)
            && e.kind() == ErrorKind::OutOfMemory
        {
            // Nobody waits for it when this fails.
            let _ = say(Err(e));
        }
    }

    /// Makes a transfer known.
    fn prepare(&self, id: u64) {
        let mut state = self.lock();
        let Some(pool) = state.pool.clone() else {
            return;
        };
        let (answers, answered) = channel();
        let link = Link::new(Arc::clone(&self.channel), pool, id, answered);
        let running = Running {
            link,
            answers,
            transfer: None,
        };
        state.running.insert(id, running);
    }

    fn cancel(&self, id: u64) {
        let running = self.lock();
        let transfer = running.running.get(&id).and_then(|r| r.transfer.clone());
        drop(running);
        if let Some(transfer) = transfer {
            // It may wait for a callback, whose answer comes through here.
            let cancel = move || transfer.cancel();
            let _ = thread::Builder::new().name("cancel".into()).spawn(cancel);
        }
    }

    fn reply(self: &Arc<Server>, id: u64, request: Request, fd: Option<OwnedFd>) -> Result<Reply> {
        match request {
            Request::Open { uri, legacy } => self.open(&uri, legacy, fd),
            Request::Discover { scheme, millis } => {
                let patience = Duration::from_millis(millis.into());
                let found = discovery::find_here(&scheme, patience)?.into_iter();
                Ok(Reply::Found(found.map(Into::into).collect()))
            }
            Request::Close => {
                self.release();
                Ok(Reply::Done)
            }
            Request::Find(name) => {
                let found = self.device()?.find_item(&name);
                Ok(Reply::Item(found.map(|item| self.number(&item))))
            }
            Request::Item { item, what } => {
                let item = self.lock().items.get(&item).cloned();
                let item = item.ok_or_else(|| Error::new(ErrorKind::ItemDeleted, ""))?;
                self.of_item(id, &item, what, fd)
            }
            Request::Preview { preview, what } => self.of_preview(id, preview, what),
        }
    }

    fn open(self: &Arc<Server>, uri: &str, legacy: bool, fd: Option<OwnedFd>) -> Result<Reply> {
        let section = fd.ok_or_else(|| Error::new(ErrorKind::Unexpected, "no section of bands"))?;
        let pool = Pool::new(Section::from_fd(section)?)?;
        let (driver, _) = registry::driver_of(&DeviceUri::parse(uri)?)?;
        let options = DeviceOptions {
            line_deadline: PATIENT,
            cancel_deadline: PATIENT,
        };
        let service = Service::new(Arc::clone(&driver), uri, options);
        let device = match legacy {
            true => service.connect_legacy()?,
            false => service.connect()?,
        };
        let events = device.listen();
        let channel = Arc::clone(&self.channel);
        let forward = move || {
            for event in events {
                if channel.send(&FromHost::Event(event.into()), None).is_err() {
                    return;
                }
            }
        };
        let spawned = thread::Builder::new().name("events".into()).spawn(forward);
        spawned
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))?;
        let own_filter = driver.image_filter().is_some();
        let mut state = self.lock();
        state.driver = Some(driver);
        state.pool = Some(Arc::new(pool));
        state.device = Some(Arc::clone(&device));
        let sandbox = state.sandbox.clone();
        drop(state);
        Ok(Reply::Opened {
            root: self.number(&device.root()),
            capabilities: device.capabilities().into_iter().map(Into::into).collect(),
            layers: device.layers(),
            own_filter,
            sandbox,
        })
    }

    fn device(&self) -> Result<Arc<dyn Device>> {
        let device = self.lock().device.clone();
        device.ok_or_else(|| Error::new(ErrorKind::Unexpected, "the device is not open"))
    }

    /// Gives an item a number.
    fn number(&self, item: &Arc<dyn Item>) -> ItemWire {
        let mut state = self.lock();
        state.last = state.last.wrapping_add(1);
        let number = state.last;
        state.items.insert(number, Arc::clone(item));
        drop(state);
        ItemWire::of(number, item.as_ref())
    }

    /// Lets the device go: what still runs is told to stop.
    fn release(&self) {
        let mut state = self.lock();
        let running: Vec<_> = state.running.drain().map(|(_, running)| running).collect();
        let items: Vec<_> = state.items.drain().collect();
        let previews: Vec<_> = state.previews.drain().collect();
        let (device, driver) = (state.device.take(), state.driver.take());
        if let Some(pool) = &state.pool {
            pool.end();
        }
        drop(state);
        for transfer in running.iter().filter_map(|r| r.transfer.as_ref()) {
            transfer.cancel();
        }
        drop((running, items, previews, device, driver));
    }

    /// The application has gone: releases the device, if the driver lets it.
    fn end(self: &Arc<Server>) {
        let server = Arc::clone(self);
        let (done, released) = channel::<()>();
        let release = move || {
            server.release();
            drop(done);
        };
        if thread::Builder::new().spawn(release).is_ok() {
            // It ends by being dropped, or not in time.
            let _ = released.recv_timeout(LAST_WORDS);
        }
    }
}
