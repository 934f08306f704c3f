//! `quire devices`: what can be scanned from, and what happens there.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use devices::{Change, Config, DeviceInfo};
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::{Value, json};
use service::{Device, Event};
use signal_hook::low_level;
use wia::event::{WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::{Error, ErrorKind, Guid};

use crate::failure::{Failure, one_line};
use crate::lowargs::{DevicesArgs, PlaceArgs};
use crate::{signals, stdout};

pub(crate) fn run(args: &DevicesArgs) -> Result<u8, Failure> {
    let config = Config::load()?;
    let patience = match args.wait {
        Some(seconds) => wait(seconds)?,
        None => devices::PATIENCE,
    };
    let found = devices::list(&config, patience);
    for (scheme, why) in &found.unfinished {
        // What was found is printed all the same.
        let _ = writeln!(
            std::io::stderr(),
            "quire: {}",
            one_line(&unfinished(scheme, why))
        );
    }
    let list = found.devices;
    if let (false, Some(device)) = (args.watch, args.devices.first()) {
        return Err(Failure::invalid(&format!(
            "devices {device}: a device can only be named with --watch (see quire --help)"
        )));
    }
    if !args.watch {
        match args.json {
            true => stdout::write_json(&json(&list))?,
            false => stdout::write(&text(&list))?,
        }
        return Ok(0);
    }
    watch(args, &config, &list)
}

/// Prints the list, then what happens, until a signal.
fn watch(args: &DevicesArgs, config: &Config, list: &[DeviceInfo]) -> Result<u8, Failure> {
    let (sender, news) = mpsc::sync_channel(WAITING);
    let output = Arc::<Output>::default();
    let (signalled, told) = (sender.clone(), Arc::clone(&output));
    signals::on_signals(move |_| {
        if told.stop() {
            low_level::exit(i32::from(ErrorKind::Abort.exit_code()));
        }
        // Where there is no room the next line is not written.
        let _ = signalled.try_send(News::Stop);
    })?;
    // They report for as long as they are open.
    let mut watched = Watched {
        place: args.place,
        news: sender.clone(),
        open: Vec::new(),
    };
    let all = args.devices.is_empty();
    let uris = match all {
        true => {
            let there = list.iter().filter(|d| !d.away);
            there.map(|d| d.uri.clone()).collect()
        }
        false => {
            let named = args.devices.iter().map(|device| config.uri(device));
            named.collect::<Result<Vec<_>, _>>()?
        }
    };
    for uri in &uris {
        watched.open(uri)?;
    }
    // Who sees the list knows that nothing of what could be opened in time is missed from now on.
    let until = all.then(|| Instant::now() + OPENED_IN);
    let (mut opening, mut early) = (uris.len(), Vec::new());
    while opening > 0 {
        let news = match until {
            Some(until) => news.recv_timeout(until.saturating_duration_since(Instant::now())),
            None => news.recv().map_err(RecvTimeoutError::from),
        };
        match news {
            Ok(News::Opened(uri, device)) => {
                opening -= 1;
                watched.opened(uri, device, all)?;
            }
            Ok(News::Stop) => return Ok(ErrorKind::Abort.exit_code()),
            Ok(other) => early.push(other),
            Err(_) => break,
        }
    }
    let text = match args.json {
        true => format!("{}\n", json(list)),
        false => text(list),
    };
    if !output.write(&text)? {
        return Ok(ErrorKind::Abort.exit_code());
    }
    if all {
        let (plugged, config, known) = (sender.clone(), config.clone(), list.to_vec());
        start("hotplug", move || {
            devices::watch(&config, known, |change| {
                plugged.send(News::Plug(change)).is_ok()
            });
        })?;
    }
    start("stdout", move || {
        wait_for_broken_pipe();
        let _ = sender.send(News::Unread);
    })?;
    for news in early.into_iter().chain(news) {
        let line = match news {
            News::Stop => break,
            News::Unread => {
                let e = Error::new(ErrorKind::BrokenPipe, "").context("standard output");
                return Err(e.into());
            }
            News::Opened(uri, device) => {
                watched.opened(uri, device, all)?;
                None
            }
            News::Event(uri, event) => {
                if event.event == WIA_EVENT_DEVICE_DISCONNECTED {
                    watched.is_gone(&uri);
                }
                Some(line(
                    &uri,
                    event.event,
                    event.full_item_name.as_deref(),
                    args.json,
                ))
            }
            News::Plug(Change::Arrived(device)) => {
                watched.open(&device.uri)?;
                Some(line(
                    &device.uri,
                    WIA_EVENT_DEVICE_CONNECTED,
                    None,
                    args.json,
                ))
            }
            News::Plug(Change::Left(device)) => {
                // Its driver may have told already.
                let told = watched.is_gone(&device.uri);
                (!told).then(|| line(&device.uri, WIA_EVENT_DEVICE_DISCONNECTED, None, args.json))
            }
        };
        if let Some(line) = line
            && !output.write(&line)?
        {
            break;
        }
        if !all && watched.open.iter().all(|device| device.gone) {
            let why = "nothing is left to watch: the devices were disconnected";
            return Err(Failure::new(ErrorKind::Offline, why));
        }
    }
    Ok(ErrorKind::Abort.exit_code())
}

/// The devices that are listened to.
struct Watched {
    place: PlaceArgs,
    news: SyncSender<News>,
    open: Vec<Open>,
}

struct Open {
    uri: String,
    gone: bool,
    /// It reports for as long as this lives.
    device: Option<Arc<dyn Device>>,
}

impl Watched {
    /// Opens a device on a thread of its own: one that hangs keeps nobody from the others. It is told of as
    /// [`News::Opened`].
    fn open(&self, uri: &str) -> Result<(), Failure> {
        let (place, news, uri) = (self.place, self.news.clone(), uri.to_owned());
        start("open", move || {
            let device = place.open(&uri).map(|device| {
                let events = device.listen();
                (device, events)
            });
            let _ = news.send(News::Opened(uri, device));
        })
    }

    /// Listens to a device from now on. One that nobody has named and that cannot be opened is told of and left
    /// out.
    fn opened(&mut self, uri: String, opened: Opened, all: bool) -> Result<(), Failure> {
        let (device, events) = match opened {
            Ok(opened) => opened,
            Err(e) if all => {
                let why = Failure::from(e);
                let _ = writeln!(std::io::stderr(), "quire: {uri}: {}", why.message());
                return Ok(());
            }
            Err(e) => return Err(e.into()),
        };
        let (news, of) = (self.news.clone(), uri.clone());
        start("events", move || {
            for event in events {
                let _ = news.send(News::Event(of.clone(), event));
            }
        })?;
        self.open.retain(|open| open.uri != uri);
        self.open.push(Open {
            uri,
            gone: false,
            device: Some(device),
        });
        Ok(())
    }

    /// A device has gone; whether that was known.
    fn is_gone(&mut self, uri: &str) -> bool {
        let Some(open) = self.open.iter_mut().find(|open| open.uri == uri) else {
            return false;
        };
        open.device = None;
        std::mem::replace(&mut open.gone, true)
    }
}

/// How long devices are looked for.
fn wait(seconds: f64) -> Result<Duration, Failure> {
    let given = Duration::try_from_secs_f64(seconds).ok();
    given
        .filter(|d| !d.is_zero() && d.as_secs() <= LONGEST_WAIT)
        .ok_or_else(|| {
            Failure::invalid(&format!(
                "--wait {seconds}: not a number of seconds above 0 and up to {LONGEST_WAIT}"
            ))
        })
}

const LONGEST_WAIT: u64 = 600;

/// What is told of a search that found nothing because it did not end well.
fn unfinished(scheme: &str, why: &Error) -> String {
    let longer = match why.kind() {
        ErrorKind::Deadline => "; --wait SECONDS waits longer",
        _ => "",
    };
    format!("{scheme}: devices may be missing: {why}{longer}")
}

/// How long the list waits for devices that are being opened; those that take longer are listened to later.
const OPENED_IN: Duration = Duration::from_secs(5);

/// Events that wait to be printed.
const WAITING: usize = 1024;

/// Standard output, and the signal that stops the watch although nobody reads.
#[derive(Default)]
struct Output {
    writing: AtomicBool,
    stopped: AtomicBool,
}

impl Output {
    /// Writes a text unless the watch was stopped; whether it was not.
    fn write(&self, text: &str) -> Result<bool, Failure> {
        // Either this sees the signal, or the signal sees this.
        self.writing.store(true, Ordering::SeqCst);
        if self.stopped.load(Ordering::SeqCst) {
            return Ok(false);
        }
        stdout::write(text)?;
        self.writing.store(false, Ordering::SeqCst);
        Ok(true)
    }

    /// Nothing more is to be written; whether something is just now, for which nobody waits.
    fn stop(&self) -> bool {
        self.stopped.store(true, Ordering::SeqCst);
        self.writing.load(Ordering::SeqCst)
    }
}

/// A device that was opened, and what it reports.
type Opened = Result<(Arc<dyn Device>, Receiver<Event>), Error>;

/// What the watch waits for.
enum News {
    /// A device, by its URI, was opened, or could not be.
    Opened(String, Opened),
    /// The URI of a device, and what it reports.
    Event(String, Event),
    /// A device came or went.
    Plug(Change),
    /// A signal.
    Stop,
    /// Nobody reads what is printed.
    Unread,
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned
        .map(drop)
        .map_err(|e| Failure::from(Error::new(ErrorKind::Unexpected, format!("no thread: {e}"))))
}

/// Returns when the reader of standard output went away; never where there can be none.
fn wait_for_broken_pipe() {
    let stdout = std::io::stdout();
    loop {
        let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            _ => return,
        }
    }
}

fn line(uri: &str, event: Guid, item: Option<&str>, as_json: bool) -> String {
    let name = wia::event::name(event).map_or_else(|| event.to_string(), str::to_owned);
    if as_json {
        let line = json!({ "device": uri, "event": name, "item": item });
        return format!("{line}\n");
    }
    let text = format!("{uri}  {name}  {}", item.unwrap_or_default());
    format!("{}\n", one_line(&text))
}

fn json(devices: &[DeviceInfo]) -> Value {
    let rows = devices.iter().map(|d| {
        json!({
            "uri": d.uri,
            "name": d.name,
            "vendor": d.vendor,
            "model": d.model,
            "kind": d.kind,
            "built_in": d.built_in,
            "description": d.description,
        })
    });
    rows.collect()
}

fn text(devices: &[DeviceInfo]) -> String {
    let width = devices.iter().map(|d| d.uri.len()).max().unwrap_or(0);
    let mut text = String::new();
    for d in devices {
        let mark = if d.built_in { " [built-in]" } else { "" };
        let name = d
            .name
            .as_deref()
            .map_or(String::new(), |name| format!(" [{name}]"));
        // Some call themselves by their maker's name already.
        let who = match d.model.to_lowercase().starts_with(&d.vendor.to_lowercase()) {
            true => d.model.clone(),
            false => format!("{} {}", d.vendor, d.model),
        };
        let what = match (who.trim(), d.description.as_str()) {
            (one, "") | ("", one) => one.to_owned(),
            (who, description) => format!("{who}: {description}"),
        };
        let line = format!("{:width$}  {what}{name}{mark}", d.uri);
        text += &one_line(&line);
        text.push('\n');
    }
    text
}
