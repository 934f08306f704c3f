//! From a cancel to the driver that hears it, and to the device that is idle, at random moments.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use driver_virtual::{Options, VirtualScanner};
use items::{AppItem, DriverItem};
use minidriver::{Capability, DriverModel, FormatInfo, Minidriver};
use service::{
    Answer, Device, DeviceOptions, NextStream, Service, Stream, TransferCallback, TransferParams,
};
use transfer::TransferContext;
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{Error, Guid, PropertyId, Result, Status, TransferFlags};

use crate::bench::Bench;
use crate::report::{Table, milliseconds, quantile};

const CANCELS: usize = 10_000;
/// A cancel comes so long after the transfer's first message, at most.
const LATEST: u64 = 3_000;

/// The virtual scanner, and when it heard of a cancel.
struct Watched {
    scanner: VirtualScanner,
    heard: Arc<Mutex<Option<Instant>>>,
}

impl Minidriver for Watched {
    fn model(&self) -> DriverModel {
        self.scanner.model()
    }

    fn initialize(&self, device_id: &str) -> Result<DriverItem> {
        self.scanner.initialize(device_id)
    }

    fn init_item_properties(&self, item: &AppItem) -> Result<()> {
        self.scanner.init_item_properties(item)
    }

    fn validate_item_properties(&self, item: &AppItem, changed: &[PropertyId]) -> Result<()> {
        self.scanner.validate_item_properties(item, changed)
    }

    fn read_item_properties(&self, item: &AppItem, ids: &[PropertyId]) -> Result<()> {
        self.scanner.read_item_properties(item, ids)
    }

    fn acquire_item_data(
        &self,
        item: &AppItem,
        flags: TransferFlags,
        context: &mut TransferContext,
    ) -> Result<Status> {
        self.scanner.acquire_item_data(item, flags, context)
    }

    fn wia_format_info(&self, item: &AppItem) -> Result<Vec<FormatInfo>> {
        self.scanner.wia_format_info(item)
    }

    fn capabilities(&self) -> Vec<Capability> {
        self.scanner.capabilities()
    }

    fn notify_pnp_event(&self, event: Guid) {
        if event == WIA_EVENT_CANCEL_IO {
            let now = Instant::now();
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.get_or_insert(now);
        }
        self.scanner.notify_pnp_event(event);
    }
}

/// An application that takes everything and keeps nothing.
struct Sink(Mutex<mpsc::Sender<()>>);

impl TransferCallback for Sink {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        let started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the first is waited for.
        let _ = started.send(());
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Nowhere(0))))
    }
}

/// Knows how long it is, and nothing else.
struct Nowhere(u64);

impl Stream for Nowhere {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0 += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: io::SeekFrom) -> Result<u64> {
        match to {
            io::SeekFrom::Start(position) => Ok(position),
            _ => Ok(self.0),
        }
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0 = size;
        Ok(())
    }
}

/// One cancel: how long until the driver heard it, and until the transfer was over. `None` when the
/// transfer was over before.
fn cancel_once(
    device: &Arc<dyn Device>,
    heard: &Mutex<Option<Instant>>,
    after: Duration,
) -> Result<Option<(Duration, Duration)>> {
    *heard.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let item = device
        .find_item("0000\\Root\\Flatbed")
        .ok_or_else(|| Error::invalid("no flatbed"))?;
    let transfer = item.transfer()?;
    let (started, start) = mpsc::channel();
    let sink = Arc::new(Sink(Mutex::new(started)));
    let running = Arc::clone(&transfer);
    let scan = thread::spawn(move || {
        let result = running.download(TransferFlags::empty(), sink);
        (result, Instant::now())
    });
    let _ = start.recv();
    thread::sleep(after);
    let asked = Instant::now();
    transfer.cancel();
    let (result, ended) = scan.join().map_err(|_| Error::invalid("a crash"))?;
    let heard = *heard.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(match (result?, heard) {
        (Status::Cancelled, Some(heard)) => Some((
            heard.saturating_duration_since(asked),
            ended.saturating_duration_since(asked),
        )),
        _ => None,
    })
}

fn measure(count: usize) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let heard = Arc::default();
    let scanner = VirtualScanner::new(Options::parse("", &[])?)?;
    let driver = Watched {
        scanner,
        heard: Arc::clone(&heard),
    };
    let device = Service::new(Arc::new(driver), "virtual:", DeviceOptions::default()).connect()?;
    let (mut notified, mut idle) = (Vec::new(), Vec::new());
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    while idle.len() < count {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let after = Duration::from_micros(random % LATEST);
        if let Some((heard, ended)) = cancel_once(&device, &heard, after)? {
            notified.push(heard);
            idle.push(ended);
        }
    }
    notified.sort();
    idle.sort();
    Ok((notified, idle))
}

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let count = bench.runs.unwrap_or(CANCELS);
    let _ = writeln!(io::stderr(), "{count} cancels");
    let (notified, idle) = measure(count).map_err(io::Error::other)?;
    let mut table = Table::new(
        format!("cancel: {count} at random moments of a flatbed scan of the virtual scanner"),
        &["until", "median ms", "p99 ms", "max ms"],
    );
    for (name, times) in [
        ("the driver is notified", notified),
        ("the device is idle", idle),
    ] {
        let at = |share| quantile(&times, share).map_or("-".to_owned(), milliseconds);
        table.row([name.to_owned(), at(0.5), at(0.99), at(1.0)]);
    }
    table.note("Goal: notified within 1 ms at the 99th percentile, idle within 20 ms.");
    Ok(vec![table])
}
