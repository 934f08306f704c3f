//! `quire devices`: what can be scanned from, and what happens there.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use devices::DeviceInfo;
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::{Value, json};
use service::{Device, Event};
use wia::{Error, ErrorKind};

use crate::failure::{Failure, one_line};
use crate::lowargs::DevicesArgs;
use crate::{signals, stdout};

pub(crate) fn run(args: &DevicesArgs) -> Result<u8, Failure> {
    let list = devices::list();
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
    let (sender, news) = mpsc::channel();
    let signalled = sender.clone();
    // Nobody listens any more when the program ends.
    signals::on_signals(move |_| drop(signalled.send(News::Stop)))?;
    let uris = match args.devices.as_slice() {
        [] => list.iter().map(|d| d.uri.clone()).collect(),
        some => some.to_vec(),
    };
    // They report for as long as they are open.
    let _open = open(uris, &sender)?;
    // Who sees the list knows that nothing is missed from now on.
    match args.json {
        true => stdout::write(&format!("{}\n", json(&list)))?,
        false => stdout::write(&text(&list))?,
    }
    start("stdout", move || {
        wait_for_broken_pipe();
        let _ = sender.send(News::Unread);
    })?;
    for news in news {
        match news {
            News::Stop => return Ok(ErrorKind::Abort.exit_code()),
            News::Unread => {
                let e = Error::new(ErrorKind::BrokenPipe, "").context("standard output");
                return Err(e.into());
            }
            News::Event(uri, event) => stdout::write(&line(&uri, &event, args.json))?,
        }
    }
    Ok(0)
}

/// What the watch waits for.
enum News {
    Event(String, Event),
    /// A signal.
    Stop,
    /// Nobody reads what is printed.
    Unread,
}

fn open(uris: Vec<String>, news: &Sender<News>) -> Result<Vec<Arc<dyn Device>>, Failure> {
    let mut open = Vec::new();
    for uri in uris {
        let device = devices::open(&uri)?;
        let (events, news) = (device.listen(), news.clone());
        start("events", move || {
            for event in events {
                let _ = news.send(News::Event(uri.clone(), event));
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
        text += &format!(
            "{:width$}  {} {}: {}{mark}\n",
            d.uri, d.vendor, d.model, d.description
        );
    }
    text
}
