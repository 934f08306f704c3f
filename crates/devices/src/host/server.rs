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
use filters::Filters;
use minidriver::Minidriver;
use service::{
    CreationFlags, DataTransferInfo, Device, DeviceOptions, DocumentProgress, Item, Preview,
    Service, Transfer, UpdateFlags,
};
use wia::{Error, ErrorKind, Guid, ItemFlags, PropertyId, Result, Status, TransferFlags};

use super::channel::Channel;
use super::link::{FarCallback, FarData, FarSource, Link};
use super::message::{Answered, FromHost, OfItem, OfPreview, Reply, Request, ToHost, TreeItem};
use super::pool::Pool;
use super::sandbox;
use super::wire::{self, ErrorWire, ItemWire, PropertyWire, ValueWire};
use crate::DeviceUri;
use crate::{discovery, registry};

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
    let channel = Arc::new(Channel::new(PacketSocket::from_fd(socket)));
    match channel.greet() {
        // Whoever has started this has gone already.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => return Ok(()),
        greeted => greeted?,
    }
    channel.hear_greeting()?;
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
        Error::from_io(e, ErrorKind::Unexpected).context("the standard input of a driver host")
    };
    let socket = std::io::stdin().as_fd().try_clone_to_owned();
    let nothing = File::open("/dev/null").map_err(failed)?;
    // What the driver starts gets no end of it.
    rustix::stdio::dup2_stdin(nothing).map_err(|e| failed(e.into()))?;
    serve(socket.map_err(failed)?)?;
    end_group();
    Ok(())
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
        while let Some((message, fd)) = self.channel.receive::<ToHost>()? {
            match message {
                ToHost::Request { id, request } => self.begin(id, request, fd)?,
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
            Request::Open { uri } => self.lock().sandbox = sandbox::enter(uri),
            Request::Discover(scheme) => drop(sandbox::enter(&format!("{scheme}:"))),
            _ => {}
        }
        let server = Arc::clone(self);
        let run = move || {
            let reply = catch_unwind(AssertUnwindSafe(|| server.reply(id, request, fd)))
                .unwrap_or_else(|panic| Err(Error::crashed("the driver", panic.as_ref())));
            server.lock().running.remove(&id);
            let reply = reply.map_err(Into::into);
            // Nobody waits for it when this fails.
            let _ = server.channel.send(&FromHost::Reply { id, reply }, None);
        };
        thread::Builder::new()
            .name("request".into())
            .spawn(run)
            .map(drop)
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))
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
            Request::Open { uri } => self.open(&uri, fd),
            Request::Discover(scheme) => {
                let found = discovery::find_here(&scheme)?.into_iter();
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

    fn open(self: &Arc<Server>, uri: &str, fd: Option<OwnedFd>) -> Result<Reply> {
        let section = fd.ok_or_else(|| Error::new(ErrorKind::Unexpected, "no section of bands"))?;
        let pool = Pool::new(Section::from_fd(section)?)?;
        let (driver, _) = registry::driver_of(&DeviceUri::parse(uri)?)?;
        let options = DeviceOptions {
            line_deadline: PATIENT,
            cancel_deadline: PATIENT,
        };
        let device = Service::new(Arc::clone(&driver), uri, options).connect()?;
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

    fn of_item(
        self: &Arc<Server>,
        id: u64,
        item: &Arc<dyn Item>,
        what: OfItem,
        fd: Option<OwnedFd>,
    ) -> Result<Reply> {
        Ok(match what {
            OfItem::Flags => Reply::Number(item.flags().bits().cast_unsigned()),
            OfItem::Children => {
                let children = item.children();
                Reply::Items(children.iter().map(|child| self.number(child)).collect())
            }
            OfItem::CreateChild {
                flags,
                creation,
                name,
            } => {
                let flags = ItemFlags::from_bits_retain(flags);
                let creation = CreationFlags::from_bits_retain(creation);
                let child = item.create_child(flags, creation, &name)?;
                Reply::Item(Some(self.number(&child)))
            }
            OfItem::Delete => item.delete().map(|()| Reply::Done)?,
            OfItem::Command(command) => item.device_command(Guid(command)).map(|()| Reply::Done)?,
            OfItem::Properties => {
                Reply::Numbers(item.properties().into_iter().map(|id| id.0).collect())
            }
            OfItem::Read(ids) => {
                let ids: Vec<_> = ids.into_iter().map(PropertyId).collect();
                let values = item.read(&ids)?.into_iter();
                Reply::Values(values.map(|v| v.map(ValueWire::from)).collect())
            }
            OfItem::Write(values) => {
                let values: Vec<_> = values
                    .into_iter()
                    .map(|(id, value)| (PropertyId(id), value.into()))
                    .collect();
                item.write(&values)?;
                Reply::Bytes(item.property_stream())
            }
            OfItem::Attributes(id) => {
                Reply::Attributes(item.attributes(PropertyId(id)).map(Into::into))
            }
            OfItem::PropertyName(id) => Reply::Text(item.property_name(PropertyId(id))),
            OfItem::PropertyByName(name) => Reply::Id(item.property_by_name(&name).map(|id| id.0)),
            OfItem::PropertyStream => Reply::Bytes(item.property_stream()),
            OfItem::SetPropertyStream(bytes) => {
                item.set_property_stream(&bytes)?;
                Reply::Bytes(item.property_stream())
            }
            OfItem::Formats => {
                Reply::Formats(item.formats()?.into_iter().map(Into::into).collect())
            }
            OfItem::Transfer => item.transfer().map(|_| Reply::Done)?,
            OfItem::Preview => {
                // The application's own filter is at its side. This one cuts rectangles out.
                let cut = Arc::new(Filters::new(Vec::new()));
                let preview = item.preview(Some(cut))?;
                let mut state = self.lock();
                state.last = state.last.wrapping_add(1);
                let number = state.last;
                state.previews.insert(number, preview);
                Reply::Number(number)
            }
            OfItem::ExtendedTransferInfo => {
                let info = item.transfer()?.extended_transfer_info();
                Reply::Sizes([
                    info.min_buffer_size,
                    info.optimal_buffer_size,
                    info.max_buffer_size,
                ])
            }
            OfItem::Tree => self.tree()?,
            OfItem::Download {
                flags,
                document,
                heard,
            } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let callback = Arc::new(FarCallback::new(link, heard));
                ended(transfer.download(TransferFlags::from_bits_retain(flags), callback)?)
            }
            OfItem::Upload { document, heard } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let callback = Arc::new(FarCallback::new(Arc::clone(&link), heard));
                ended(transfer.upload(Box::new(FarSource(link)), callback)?)
            }
            OfItem::Bands {
                document,
                buffer_size,
                double_buffer,
            } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let info = DataTransferInfo {
                    section: None,
                    buffer_size,
                    double_buffer,
                };
                ended(transfer.banded_data(info, Arc::new(FarData(link)))?)
            }
            OfItem::File { document, tymed } => {
                let (link, transfer) = self.transfer(id, item, document)?;
                let file = fd.ok_or_else(|| Error::new(ErrorKind::Unexpected, "no file"))?;
                let callback = Some(Arc::new(FarData(link)) as _);
                ended(transfer.open_file_data(wire::tymed(tymed)?, File::from(file), callback)?)
            }
        })
    }

    /// Something of a preview.
    fn of_preview(self: &Arc<Server>, id: u64, number: u32, what: OfPreview) -> Result<Reply> {
        let preview = self.lock().previews.get(&number).cloned();
        let preview =
            preview.ok_or_else(|| Error::new(ErrorKind::Unexpected, "there is no preview yet"))?;
        Ok(match what {
            OfPreview::New { document, heard } => {
                let link = self.prepared(id, &preview.transfer(), document)?;
                ended(preview.get_new_preview(Arc::new(FarCallback::new(link, heard)))?)
            }
            OfPreview::Update {
                child,
                flags,
                document,
                heard,
            } => {
                let link = self.prepared(id, &preview.transfer(), document)?;
                let callback = Arc::new(FarCallback::new(link, heard));
                let found = self.device()?.find_item(&child);
                let child = found.ok_or_else(|| {
                    Error::new(ErrorKind::ItemDeleted, format!("{child}: the item is gone"))
                })?;
                let flags = UpdateFlags::from_bits_retain(flags);
                ended(preview.update_preview(child.as_ref(), flags, callback)?)
            }
            OfPreview::Regions => {
                let regions = preview.detect_regions()?;
                Reply::Items(regions.iter().map(|item| self.number(item)).collect())
            }
            OfPreview::Clear => {
                preview.clear();
                Reply::Done
            }
            OfPreview::Release => {
                self.lock().previews.remove(&number);
                Reply::Done
            }
        })
    }

    /// A transfer of the item, which a cancel finds from now on.
    fn transfer(
        &self,
        id: u64,
        item: &Arc<dyn Item>,
        document: wire::DocumentWire,
    ) -> Result<(Arc<Link>, Arc<dyn Transfer>)> {
        let transfer = item.transfer()?;
        let link = self.prepared(id, &transfer, document)?;
        Ok((link, transfer))
    }

    /// Makes a transfer ready to run, and to be found by a cancel.
    fn prepared(
        &self,
        id: u64,
        transfer: &Arc<dyn Transfer>,
        document: wire::DocumentWire,
    ) -> Result<Arc<Link>> {
        let mut state = self.lock();
        let running = state.running.get_mut(&id);
        let running =
            running.ok_or_else(|| Error::new(ErrorKind::Unexpected, "the device is not open"))?;
        running.transfer = Some(Arc::clone(transfer));
        let link = Arc::clone(&running.link);
        drop(state);
        let told = Arc::clone(&link);
        let progress = DocumentProgress::watched(move |pages, bytes| told.progress(pages, bytes));
        transfer.set_document(document.options(progress)?);
        Ok(link)
    }

    /// The whole tree with all values.
    fn tree(&self) -> Result<Reply> {
        let mut items: Vec<TreeItem> = Vec::new();
        let mut rest = vec![(None, self.device()?.root())];
        while let Some((parent, item)) = rest.pop() {
            let ids = item.properties();
            let values = ids.iter().copied().zip(item.read(&ids)?);
            let properties = values.filter_map(|(id, value)| {
                Some(PropertyWire {
                    id: id.0,
                    value: value?.into(),
                    attributes: item.attributes(id)?.into(),
                })
            });
            let number = u32::try_from(items.len()).unwrap_or(u32::MAX);
            items.push(TreeItem {
                name: item.name(),
                full_name: item.full_name(),
                flags: item.flags().bits(),
                category: item.category().0,
                parent,
                properties: properties.collect(),
            });
            // The last one comes first from the end.
            let below = item.children().into_iter().rev();
            rest.extend(below.map(|child| (Some(number), child)));
        }
        let driver = self.lock().driver.clone();
        Ok(Reply::Tree {
            items,
            headers_are_final: driver.is_some_and(|d| d.headers_are_final()),
        })
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

fn ended(status: Status) -> Reply {
    Reply::Ended {
        status: status.hresult().0,
    }
}
