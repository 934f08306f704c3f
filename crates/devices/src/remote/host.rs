//! The application's end of a driver host: requests, their replies, and the end of a host that hangs or
//! dies.

use std::collections::HashMap;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bands::{PacketSocket, Section, View};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use wia::{Error, ErrorKind, Result};

use super::interrupt::Interrupt;
use super::process::{Process, ending};
use crate::host::channel::{Channel, PACKET};
use crate::host::message::{Call, FromHost, Piece, Reply, Request, ToHost};
use crate::host::pool::{BAND, BANDS};
use crate::host::wire::EventWire;

/// Calls that may wait for a transfer: more than a host has credit for is a flood.
const WAITING_CALLS: usize = 64;

/// Bytes of the longest event: many may wait.
const LONGEST_EVENT: usize = 4096;

/// How long a host may let its queue be full: it hears whatever its driver does.
const HEARS: Duration = Duration::from_secs(2);

/// A time that several steps share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    whole: Duration,
    until: Instant,
}

impl Limit {
    fn left(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

impl From<Duration> for Limit {
    /// It begins now.
    fn from(whole: Duration) -> Limit {
        Limit {
            whole,
            until: Instant::now() + whole,
        }
    }
}

/// Bytes of the longest message of this kind. Calls and events wait for whoever is slow.
const fn longest(message: &FromHost) -> usize {
    match message {
        FromHost::Reply { .. } => usize::MAX,
        FromHost::Call { .. } => PACKET,
        FromHost::Event(_) => LONGEST_EVENT,
    }
}

/// What somebody who waits is told.
pub(crate) enum Incoming {
    Reply(Result<Reply>),
    Call(Call),
    /// Look up: a cancel was asked for.
    Woken,
}

/// Takes what a driver reports.
pub(crate) type Listener = dyn Fn(EventWire) + Send + Sync;

/// One process with one device.
pub(crate) struct Host {
    channel: Channel,
    process: Process,
    /// The bands that the host writes.
    view: View,
    waiting: Mutex<Waiting>,
    /// Why it is of no use any more.
    death: OnceLock<Error>,
    gone: Arc<Gone>,
    /// Which of the hosts of this program it is: numbers of items are those of one host.
    pub(crate) generation: u64,
}

/// Whether the process has been waited for.
#[derive(Default)]
pub(crate) struct Gone {
    gone: Mutex<bool>,
    went: Condvar,
}

impl Gone {
    fn tell(&self) {
        *self.gone.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.went.notify_all();
    }

    /// Waits for it; whether it was, in this time.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.went.wait_timeout_while(gone, limit, |gone| !*gone);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[derive(Default)]
struct Waiting {
    last: u64,
    by_id: HashMap<u64, SyncSender<Incoming>>,
    /// It has gone: nobody is answered any more.
    closed: bool,
}

impl Host {
    /// Starts a host and shakes hands with it; `in_library` as in [`Process::start`]. The section of its bands is
    /// yet to be sent.
    ///
    /// # Errors
    ///
    /// When it cannot be started or is of another version; `Deadline` when it says nothing in time; `Abort` when
    /// that was interrupted.
    pub(crate) fn start(
        in_library: bool,
        limit: Limit,
        listener: Box<Listener>,
        interrupt: &Interrupt,
    ) -> Result<(Arc<Host>, Section)> {
        let (process, socket) = Process::start(in_library)?;
        Host::of(process, socket, limit, listener, interrupt)
    }

    /// The same with a process that runs, at the other end of `socket`.
    pub(super) fn of(
        process: Process,
        socket: PacketSocket,
        limit: Limit,
        listener: Box<Listener>,
        interrupt: &Interrupt,
    ) -> Result<(Arc<Host>, Section)> {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let section = Section::create(BANDS * BAND)?;
        let view = section.view()?;
        // A host that does not read is one that hangs.
        set_socket_timeout(socket.as_fd(), Timeout::Send, Some(HEARS)).map_err(|e| {
            Error::from_io(e.into(), ErrorKind::Unexpected).context("the time of a socket")
        })?;
        let host = Arc::new(Host {
            channel: Channel::to_host(socket, process.watched()),
            process,
            view,
            waiting: Mutex::default(),
            death: OnceLock::new(),
            gone: Arc::default(),
            generation: LAST.fetch_add(1, Ordering::Relaxed) + 1,
        });
        let greeted = interrupt.minds(&host).and_then(|()| {
            match host.channel.greet() {
                Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e),
                // One that has ended already is told of by what it does not say.
                _ => host.channel.hear_greeting(Some(limit.until)),
            }
        });
        if let Err(e) = greeted {
            let how = ending(host.process.end());
            if let Some(death) = host.death.get() {
                return Err(death.clone());
            }
            return Err(match e.kind() {
                ErrorKind::Deadline => too_late("answer", limit.whole),
                ErrorKind::Abort => e,
                _ => e.context(format!("a driver host, which {how}")),
            });
        }
        let reading = Arc::clone(&host);
        let read = move || {
            reading.read(&listener);
            let gone = Arc::clone(&reading.gone);
            // Perhaps the last one: then everything is closed before it is told.
            drop(reading);
            gone.tell();
        };
        let spawned = thread::Builder::new()
            .name("driver host".into())
            .spawn(read);
        if let Err(e) = spawned {
            host.process.end();
            return Err(Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"));
        }
        Ok((host, section))
    }

    /// Hears the host until it has gone, and buries it.
    fn read(&self, listener: &Listener) {
        let why = loop {
            let message = match self.channel.receive::<FromHost>() {
                Ok(Some(said)) if said.len > longest(&said.message) => {
                    break Some(Error::new(
                        ErrorKind::InvalidDriverResponse,
                        format!("the driver host sends a message of {} bytes", said.len),
                    ));
                }
                Ok(Some(said)) => said.message,
                Ok(None) => break None,
                Err(e) => break Some(e),
            };
            match message {
                FromHost::Reply { id, reply } => {
                    let waits = self.lock().by_id.remove(&id);
                    let reply = Incoming::Reply(reply.map_err(Into::into));
                    if is_flood(waits, reply) {
                        break Some(flooded());
                    }
                }
                FromHost::Call { transfer, call } => {
                    let waits = self.lock().by_id.get(&transfer).cloned();
                    if is_flood(waits, Incoming::Call(call)) {
                        break Some(flooded());
                    }
                }
                FromHost::Event(event) => listener(event),
            }
        };
        if let Some(why) = why {
            // The first reason counts.
            let _ = self.death.set(why);
        }
        // Nobody waits for room in a queue that is not read any more.
        self.channel.hang_up();
        let how = ending(self.process.end());
        self.death.get_or_init(|| {
            Error::new(
                ErrorKind::ExceptionInDriver,
                format!("the driver crashed: its process {how}"),
            )
        });
        let mut waiting = self.lock();
        waiting.closed = true;
        // They find why in `death`.
        waiting.by_id.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host's process, for those who look at it from outside.
    pub(crate) const fn process_id(&self) -> i32 {
        self.process.id()
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.death.get().is_some()
    }

    /// Why it is dead.
    pub(crate) fn death(&self) -> Error {
        self.death.get().cloned().unwrap_or_else(|| {
            Error::new(
                ErrorKind::ExceptionInDriver,
                "the driver's process has gone",
            )
        })
    }

    /// Ends a host for a reason: everybody who waits for it is told.
    pub(crate) fn give_up(&self, why: Error) {
        // The first reason counts.
        let _ = self.death.set(why);
        self.hang_up();
    }

    /// Ends the process. The reading thread buries it.
    pub(crate) fn hang_up(&self) {
        self.process.kill();
        // Also where something of it lives on with its end of the socket.
        self.channel.hang_up();
    }

    /// Tells when the process has been waited for.
    pub(crate) fn gone(&self) -> Arc<Gone> {
        Arc::clone(&self.gone)
    }

    /// Sends a message. A host that takes none is given up.
    ///
    /// # Errors
    ///
    /// Why the host is dead.
    pub(crate) fn send(&self, message: &ToHost, fd: Option<BorrowedFd<'_>>) -> Result<()> {
        // Where it is too long nothing is sent.
        let bytes = self.channel.encode(message)?;
        self.channel.send_encoded(&bytes, fd).map_err(|e| {
            match e.kind() {
                ErrorKind::BrokenPipe => {}
                ErrorKind::OutOfMemory => self.give_up(e),
                _ => self.give_up(Error::new(
                    ErrorKind::Deadline,
                    "the driver's process did not hear what it was told and was ended",
                )),
            }
            // The reading thread may be about to find out how it ended.
            self.gone.wait(Duration::from_secs(1));
            self.death()
        })
    }

    /// Sends a request; its number, and where the reply comes. The other end is this host's alone, so that its
    /// death is heard there at once.
    ///
    /// # Errors
    ///
    /// Why the host is dead.
    pub(crate) fn begin(
        &self,
        request: Request,
        fd: Option<BorrowedFd<'_>>,
    ) -> Result<(u64, Receiver<Incoming>)> {
        let (sender, receiver) = sync_channel(WAITING_CALLS);
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(self.death());
        }
        waiting.last += 1;
        let id = waiting.last;
        waiting.by_id.insert(id, sender);
        drop(waiting);
        let sent = self.send(&ToHost::Request { id, request }, fd);
        sent.inspect_err(|_| self.forget(id))?;
        Ok((id, receiver))
    }

    /// Makes whoever waits for this reply look up.
    pub(crate) fn wake(&self, id: u64) {
        if let Some(waits) = self.lock().by_id.get(&id) {
            // Full of calls: the next cancel gets through.
            let _ = waits.try_send(Incoming::Woken);
        }
    }

    /// Nobody waits for this reply any more.
    pub(crate) fn forget(&self, id: u64) {
        self.lock().by_id.remove(&id);
    }

    /// Asks for something and waits for the reply, at most so long: a host that takes longer is given up.
    ///
    /// # Errors
    ///
    /// What the host replies; `Deadline` that says what was not done in time; why it died.
    pub(crate) fn ask(
        &self,
        request: Request,
        fd: Option<BorrowedFd<'_>>,
        limit: impl Into<Limit>,
        doing: &str,
    ) -> Result<Reply> {
        let limit = limit.into();
        let (_, replied) = self.begin(request, fd)?;
        match replied.recv_timeout(limit.left()) {
            Ok(Incoming::Reply(reply)) => reply,
            Ok(Incoming::Call(_) | Incoming::Woken) => Err(Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver host calls back where there is no transfer",
            )),
            Err(RecvTimeoutError::Timeout) => {
                self.give_up(too_late(doing, limit.whole));
                Err(self.death())
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.death()),
        }
    }

    /// The bytes of a piece.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for a band that there is not.
    pub(crate) fn piece(&self, piece: Piece) -> Result<&[u8]> {
        let band = usize::from(piece.band)
            .checked_sub(1)
            .filter(|n| *n < BANDS);
        let len = usize::try_from(piece.len).ok().filter(|len| *len <= BAND);
        band.zip(len)
            .and_then(|(band, len)| self.view.get(band * BAND..band * BAND + len))
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidDriverResponse,
                    format!("{} bytes of band {}", piece.len, piece.band),
                )
            })
    }
}

/// Tells somebody who waits, if there is one; whether there was no room for it.
fn is_flood(waits: Option<SyncSender<Incoming>>, incoming: Incoming) -> bool {
    // Who does not wait any more has been told why.
    waits.is_some_and(|waits| matches!(waits.try_send(incoming), Err(TrySendError::Full(_))))
}

fn flooded() -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        "the driver host sends without waiting for answers",
    )
}

/// What is said of a host that was given up.
pub(crate) fn too_late(doing: &str, limit: Duration) -> Error {
    Error::new(
        ErrorKind::Deadline,
        format!(
            "the driver did not {doing} within {} s; its process was ended",
            limit.as_secs_f64()
        ),
    )
}
