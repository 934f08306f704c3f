//! `quire devices`: what can be scanned from, and what happens there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use devices::{Config, DeviceInfo};
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::{Value, json};
use service::{Device, Event};
use signal_hook::low_level;
use wia::event::WIA_EVENT_DEVICE_DISCONNECTED;
use wia::{Error, ErrorKind};

use crate::failure::{Failure, one_line};
use crate::lowargs::{DevicesArgs, PlaceArgs};
use crate::{signals, stdout};

pub(crate) fn run(args: &DevicesArgs) -> Result<u8, Failure> {
    let config = Config::load()?;
    let list = devices::list(&config);
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
    let uris = match args.devices.as_slice() {
        [] => list.iter().map(|d| d.uri.clone()).collect(),
        some => some
            .iter()
            .map(|d| config.uri(d))
            .collect::<Result<_, _>>()?,
    };
    // They report for as long as they are open.
    let open = open(uris, args.place, &sender)?;
    let mut gone = vec![false; open.len()];
    // Who sees the list knows that nothing is missed from now on.
    let list = match args.json {
        true => format!("{}\n", json(&list)),
        false => text(&list),
    };
    if !output.write(&list)? {
        return Ok(ErrorKind::Abort.exit_code());
    }
    start("stdout", move || {
        wait_for_broken_pipe();
        let _ = sender.send(News::Unread);
    })?;
    for news in news {
        match news {
            News::Stop => break,
            News::Unread => {
                let e = Error::new(ErrorKind::BrokenPipe, "").context("standard output");
                return Err(e.into());
            }
            News::Event(device, uri, event) => {
                if !output.write(&line(&uri, &event, args.json))? {
                    break;
                }
                if let Some(gone) = gone.get_mut(device) {
                    *gone |= event.event == WIA_EVENT_DEVICE_DISCONNECTED;
                }
                if gone.iter().all(|gone| *gone) {
                    let why = "nothing is left to watch: the devices were disconnected";
                    return Err(Failure::new(ErrorKind::Offline, why));
                }
            }
        }
    }
    Ok(ErrorKind::Abort.exit_code())
}

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

/// What the watch waits for.
enum News {
    /// The number of the device, its URI, and what it reports.
    Event(usize, String, Event),
    /// A signal.
    Stop,
    /// Nobody reads what is printed.
    Unread,
}

fn open(
    uris: Vec<String>,
    place: PlaceArgs,
    news: &SyncSender<News>,
) -> Result<Vec<Arc<dyn Device>>, Failure> {
    let mut open = Vec::new();
    for (number, uri) in uris.into_iter().enumerate() {
        let device = place.open(&uri)?;
        let (events, news) = (device.listen(), news.clone());
        start("events", move || {
            for event in events {
                let _ = news.send(News::Event(number, uri.clone(), event));
            }
        })?;
        open.push(device);
    }
    Ok(open)
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

fn line(uri: &str, event: &Event, as_json: bool) -> String {
    let name = wia::event::name(event.event).map_or_else(|| event.event.to_string(), str::to_owned);
    let item = event.full_item_name.as_deref();
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
        let who = format!("{} {}", d.vendor, d.model);
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
