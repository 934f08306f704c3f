//! Scans from the project's eSCL test server, the driver in a process of its own, against `scanimage` through
//! `sane-airscan`.

use std::fs;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use devices::Placement;
use escl_testserver::{Server, jpeg_only, office};
use service::{
    Answer, DataCallback, DataParams, DataTransferInfo, Device, NextStream, Payload, Stream,
    TransferCallback, TransferParams,
};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{Error, Result, Status, TransferFlags, Tymed};

use crate::bench::Bench;
use crate::process::interrupt;
use crate::report::{Table, milliseconds, quantile, seconds, spread};
use crate::rounds::{Measured, Side, alternate};

/// Pages of a scan whose cost is compared.
const PAGES: u32 = 10;
const RUNS: usize = 7;
/// First bands and cancels that are timed.
const TIMES: usize = 50;
/// A colour page of A4 at 300 dpi, uncompressed.
const PAGE: u64 = 26_100_000;
/// No wait of a benchmark is as long.
const LIMIT: Duration = Duration::from_secs(60);
/// Bytes a second over a network of 100 Mbit/s.
const NETWORK: u32 = 12_000_000;
/// The same of a scanner that takes about 20 s for a page of 600 dpi.
const SCANNER: u32 = 3_000_000;

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    // The quire that is measured is the driver's host too, where no other is beside this program.
    devices::set_host_program(bench.quire.path().to_owned(), vec!["driver-host".into()]);
    let costs = costs(bench)?;
    let bands = first_bands(bench.runs.unwrap_or(TIMES)).map_err(io::Error::other)?;
    Ok(vec![costs, bands, cancels(bench)?])
}

/// An office scanner whose feeder always has so many sheets.
fn server(jpeg: bool, sheets: u32) -> Server {
    let capabilities = match jpeg {
        true => jpeg_only(office()),
        false => office(),
    };
    let server = Server::start(capabilities);
    {
        let mut scanner = server.lock();
        scanner.host_of_jobs = "";
        scanner.refill = Some(sheets);
        scanner.sheets = (1..=sheets).collect();
    }
    server
}

/// Processor time of whole scans, the same pages in the same form from the same server.
fn costs(bench: &Bench) -> io::Result<Table> {
    let count = bench.pages.unwrap_or(PAGES);
    let scratch = bench.scratch(2 * PAGE * u64::from(count))?;
    let place = scratch.path();
    let runs = bench.runs.unwrap_or(RUNS);
    let columns = [
        "side",
        "min cpu s",
        "min wall s",
        "quire/other of cpu minima",
        "goal",
        "by round min / median / max",
    ];
    let title = format!("escl: {count} A4 pages of 300 dpi in colour, processor time");
    let mut table = Table::new(title, &columns);
    for (jpeg, ours, theirs) in [
        (false, "a.tiff", &["tiff", "pnm"][..]),
        (true, "a.tiff", &["tiff", "pnm"]),
        (true, "a.pdf", &["jpeg"]),
    ] {
        let server = server(jpeg, count);
        let sane = airscan(place, &server.url())?;
        let form = if jpeg { "JPEG" } else { "PNG" };
        let name = format!("{form}: quire scan into {ours}");
        let mut sides = vec![Side::new(name, place, |out| {
            let mut command = quire(bench, &server.url(), "feeder", 300);
            if ours.ends_with("tiff") {
                command.args(["-c", "none"]);
            }
            command.arg("-o").arg(out.join(ours));
            command
        })];
        for format in theirs {
            let name = format!("{form}: scanimage --batch, {format}");
            sides.push(Side::new(name, place, |out| {
                let names = out.join(format!("p%d.{format}"));
                let mut command = Command::new("scanimage");
                command
                    .args(["-d", "airscan:e0:bench", "--source", "ADF"])
                    .args(["--mode", "Color", "--resolution", "300"])
                    .args(["-x", "210", "-y", "297", "--format", format])
                    .arg(format!("--batch={}", names.display()))
                    .env("SANE_CONFIG_DIR", &sane);
                command
            }));
        }
        fill(&mut table, &alternate(&bench.runner, runs, sides)?);
        fs::remove_dir_all(&sane)?;
    }
    table.note("cpu is that of the program and of all that it has waited for: quire's with its driver host.");
    table.note("The server is in the benchmark's process and sends files that were made before.");
    Ok(table)
}

fn fill(table: &mut Table, measured: &[Measured]) {
    let Some(ours) = measured.first() else { return };
    for side in measured {
        let mut cells = vec![
            side.name.clone(),
            seconds(side.least_cpu()),
            seconds(side.fastest()),
        ];
        if !std::ptr::eq(side, ours) {
            let ratio = ours.least_cpu().as_secs_f64() / side.least_cpu().as_secs_f64();
            cells.push(format!("{ratio:.2}"));
            cells.push("0.8".to_owned());
            let rounds = ours.runs.iter().zip(&side.runs);
            let mut ratios: Vec<f64> = rounds
                .map(|(one, two)| one.cpu().as_secs_f64() / two.cpu().as_secs_f64())
                .collect();
            ratios.sort_by(f64::total_cmp);
            cells.push(spread(&ratios));
        }
        table.row(cells);
    }
}

/// A quire that scans A4 in colour, without an output.
fn quire(bench: &Bench, url: &str, source: &str, dpi: u32) -> Command {
    let mut command = bench.quire.command();
    command
        .args(["scan", "-d", &format!("escl:{url}"), "-s", source])
        .args(["--page", "a4", "-m", "color", "-r", &dpi.to_string()])
        .arg("--no-prompt");
    command
}

/// A folder that makes SANE see the server through sane-airscan, and nothing else.
fn airscan(place: &Path, url: &str) -> io::Result<PathBuf> {
    let folder = place.join("sane.d");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("dll.conf"), "airscan\n")?;
    let devices = format!("[devices]\nbench = {url}, eSCL\n[options]\ndiscovery = disable\n");
    fs::write(folder.join("airscan.conf"), devices)?;
    Ok(folder)
}

/// Takes the time of the first line and wants no more.
#[derive(Default)]
struct First {
    at: Mutex<Option<Instant>>,
}

impl First {
    fn lines_came(&self) {
        let now = Instant::now();
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.get_or_insert(now);
    }

    fn at(&self) -> Option<Instant> {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The longest header of a page's rows.
const HEADER: usize = 1000;

impl DataCallback for First {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        match params.payload {
            // The first band can be the header alone.
            Payload::Band(band) if params.offset > 0 || band.len() > HEADER => {
                self.lines_came();
                Ok(Answer::Cancel)
            }
            _ => Ok(Answer::Continue),
        }
    }
}

/// The same for streams.
struct FirstOfStream(Arc<First>);

impl TransferCallback for FirstOfStream {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(match self.0.at() {
            Some(_) => Answer::Cancel,
            None => Answer::Continue,
        })
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        let stream = Rows {
            first: Arc::clone(&self.0),
            position: 0,
        };
        Ok(NextStream::Stream(Box::new(stream)))
    }
}

struct Rows {
    first: Arc<First>,
    position: u64,
}

impl Stream for Rows {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.position += data.len() as u64;
        if self.position > HEADER as u64 {
            self.first.lines_came();
        }
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        if let SeekFrom::Start(position) = to {
            self.position = position;
        }
        Ok(self.position)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

/// From the first byte of a page of 600 dpi to its first lines at the application.
fn first_bands(count: usize) -> Result<Table> {
    let title = format!(
        "escl: from the first byte of a colour page of 600 dpi to the application's first lines, {count} times"
    );
    let columns = [
        "page",
        "min ms",
        "median ms",
        "95 % ms",
        "longest ms",
        "goal",
    ];
    let mut table = Table::new(title, &columns);
    for (jpeg, form) in [(false, "PNG"), (true, "JPEG")] {
        for (pace, speed) in [(NETWORK, "100 Mbit/s"), (SCANNER, "a page in 20 s")] {
            let server = server(jpeg, 1);
            server.lock().pace = Some(pace);
            let uri = format!("escl:{}", server.url());
            let device = devices::open_with(&uri, Placement::Host)?;
            for (banded, way) in [(true, "memory"), (false, "stream")] {
                let mut times = Vec::new();
                for round in 0..=count {
                    let time = first_band(&server, &device, banded)?;
                    // The first round is to warm up.
                    if round > 0 {
                        times.push(time);
                    }
                }
                times.sort();
                let at = |share| quantile(&times, share).map_or_else(String::new, milliseconds);
                table.row([
                    format!("{form}, {speed}, {way} transfer"),
                    at(0.0),
                    at(0.5),
                    at(0.95),
                    at(1.0),
                    "15".to_owned(),
                ]);
            }
        }
    }
    table.note(
        "The server sends pieces of 4 KiB at this pace and notes when it sent the first one.",
    );
    Ok(table)
}

fn first_band(server: &Server, device: &Arc<dyn Device>, banded: bool) -> Result<Duration> {
    server.lock().page_begun = None;
    let item = device
        .find_item("0000\\Root\\Flatbed")
        .ok_or_else(|| Error::invalid("no flatbed"))?;
    let tymed = if banded { Tymed::Callback } else { Tymed::File };
    item.write(&[
        (WIA_IPA_TYMED, tymed.value().into()),
        (WIA_IPA_FORMAT, WIA_IMG_FMT_RAW.into()),
        (WIA_IPS_XRES, 600.into()),
        (WIA_IPS_YRES, 600.into()),
    ])?;
    let first = Arc::new(First::default());
    let transfer = item.transfer()?;
    let status = match banded {
        true => {
            let info = DataTransferInfo {
                section: None,
                buffer_size: 0,
                double_buffer: true,
            };
            transfer.banded_data(info, first.clone())?
        }
        false => {
            let callback = Arc::new(FirstOfStream(Arc::clone(&first)));
            transfer.download(TransferFlags::empty(), callback)?
        }
    };
    if status != Status::Cancelled {
        return Err(Error::invalid(format!("the transfer ended with {status}")));
    }
    let sent = server.lock().page_begun;
    let times = sent.zip(first.at());
    let (sent, came) = times.ok_or_else(|| Error::invalid("no page was sent"))?;
    Ok(came.saturating_duration_since(sent))
}

/// From Ctrl-C in the middle of a page to the answer to DELETE, and to the end of the program.
fn cancels(bench: &Bench) -> io::Result<Table> {
    let scratch = bench.scratch(8 * PAGE)?;
    let server = server(false, 1);
    server.lock().pace = Some(SCANNER);
    let (mut idle, mut ended) = (Vec::new(), Vec::new());
    for n in 0..bench.runs.unwrap_or(TIMES) {
        {
            let mut scanner = server.lock();
            (scanner.page_begun, scanner.deleted) = (None, None);
        }
        let mut command = quire(bench, &server.url(), "flatbed", 600);
        command
            .args(["-c", "none", "-o"])
            .arg(scratch.path().join("c.tiff"));
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let limit = Instant::now() + LIMIT;
        while server.lock().page_begun.is_none() && Instant::now() < limit {
            thread::sleep(Duration::from_millis(1));
        }
        // Somewhere in the page.
        thread::sleep(Duration::from_millis(20 + 37 * n as u64 % 400));
        let begun = Instant::now();
        interrupt(&child)?;
        let status = child.wait()?;
        ended.push(begun.elapsed());
        if status.code() != Some(130) {
            return Err(io::Error::other(format!(
                "a cancelled scan ended with {status}"
            )));
        }
        let deleted = server.lock().deleted;
        let deleted = deleted.ok_or_else(|| io::Error::other("the job was not deleted"))?;
        idle.push(deleted.saturating_duration_since(begun));
    }
    idle.sort();
    ended.sort();
    let title = format!(
        "escl: from Ctrl-C in the middle of a page, {} times",
        idle.len()
    );
    let columns = ["until", "median ms", "95 % ms", "longest ms", "goal"];
    let mut table = Table::new(title, &columns);
    for (name, times, goal) in [
        ("the scanner has answered DELETE", idle, "100"),
        ("the program has ended", ended, ""),
    ] {
        let at = |share| quantile(&times, share).map_or_else(String::new, milliseconds);
        table.row([name.to_owned(), at(0.5), at(0.95), at(1.0), goal.to_owned()]);
    }
    Ok(table)
}
