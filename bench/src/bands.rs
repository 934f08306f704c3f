//! Bands to another process: a memory transfer against a bare loop over the same memory with the
//! same messages.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bands::{Band, PacketSocket, Section};
use service::{Answer, DataCallback, DataParams, DataTransferInfo, Payload};
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED};
use wia::{Error, Status, Tymed};

use crate::bench::Bench;
use crate::filler::{Filler, fill};
use crate::report::{Table, quantile, spread};

/// What this program finds in its environment when it is the application.
const ROLE: &str = "QUIRE_BENCH_BANDS";
const SIZES: [usize; 4] = [64 << 10, 256 << 10, 1 << 20, 4 << 20];
/// Bytes of one run.
const BYTES: usize = 512 << 20;
const RUNS: usize = 9;

/// How bands are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A memory transfer of the service.
    Transfer,
    /// A loop that fills and sends a packet, and waits for one.
    Bare,
    /// The same, but both sides look again and again at a counter in the memory.
    Spinning,
}

/// Is the application, if this process was started to be it.
pub(crate) fn application_if_asked() -> Option<io::Result<()>> {
    let role = std::env::var(ROLE).ok()?;
    let size = role.split_once(' ');
    let (way, size) = size?;
    let size = size.parse().ok()?;
    Some(application(way == "spin", size).map_err(io::Error::other))
}

/// Gives the memory, and reads each band.
fn application(spin: bool, size: usize) -> wia::Result<()> {
    let stdin = io::stdin();
    let fd = stdin
        .as_fd()
        .try_clone_to_owned()
        .map_err(Error::from_read)?;
    let socket = PacketSocket::from_fd(fd);
    // Two bands, and for the spinning loop a counter of each side.
    let section = Section::create(4 * size)?;
    socket.send(b"section", Some(section.as_fd()))?;
    let view = section.view()?;
    let mut packet = [0; 16];
    let mut sum = 0u64;
    if spin {
        let mut bands = section.into_bands(4, size)?;
        let bands_count = BYTES / size;
        for n in 1..=bands_count {
            wait_for(&bands[2], n as u32);
            sum = sum.wrapping_add(read(&view[(n - 1) % 2 * size..][..size]));
            publish(&mut bands[3], n as u32);
        }
        socket.send(&sum.to_le_bytes(), None)?;
        return Ok(());
    }
    while let Some(arrived) = socket.receive(&mut packet)? {
        let start = u64::from_le_bytes(packet[..8].try_into().unwrap_or_default());
        let band = view.get(start as usize..start as usize + size);
        sum = sum.wrapping_add(read(band.unwrap_or_default()));
        socket.send(&packet[..arrived.len], None)?;
    }
    std::hint::black_box(sum);
    Ok(())
}

/// Looks at every byte.
fn read(band: &[u8]) -> u64 {
    band.chunks_exact(8)
        .map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default()))
        .fold(0, u64::wrapping_add)
}

fn wait_for(counter: &Band, n: u32) {
    loop {
        let bytes: [u8; 4] = std::hint::black_box(&counter[..4])
            .try_into()
            .unwrap_or_default();
        if u32::from_le_bytes(bytes) >= n {
            return;
        }
        std::hint::spin_loop();
    }
}

fn publish(counter: &mut Band, n: u32) {
    std::hint::black_box(&mut counter[..4]).copy_from_slice(&n.to_le_bytes());
}

/// The other process, its memory and the way to it.
struct Other {
    child: Child,
    socket: PacketSocket,
    section: Option<Section>,
}

impl Other {
    fn start(way: Way, size: usize) -> wia::Result<Other> {
        let (ours, theirs) = PacketSocket::pair()?;
        let theirs = theirs
            .as_fd()
            .try_clone_to_owned()
            .map_err(Error::from_write)?;
        let role = if way == Way::Spinning {
            "spin"
        } else {
            "packets"
        };
        let program = std::env::current_exe().map_err(Error::from_read)?;
        let child = Command::new(program)
            .env(ROLE, format!("{role} {size}"))
            .stdin(Stdio::from(theirs))
            .spawn()
            .map_err(Error::from_read)?;
        let mut packet = [0; 16];
        let arrived = ours.receive(&mut packet)?;
        let fd = arrived.and_then(|packet| packet.fd);
        let fd = fd.ok_or_else(|| Error::invalid("the other process gave no memory"))?;
        Ok(Other {
            child,
            socket: ours,
            section: Some(Section::from_fd(fd)?),
        })
    }

    fn section(&mut self) -> wia::Result<Section> {
        let section = self.section.take();
        section.ok_or_else(|| Error::invalid("the section is in use"))
    }

    fn end(mut self) -> wia::Result<()> {
        drop(self.socket);
        let status = self.child.wait().map_err(Error::from_read)?;
        if status.success() {
            return Ok(());
        }
        Err(Error::invalid(format!("the other process: {status}")))
    }
}

/// The application's callback: a message to its process for each band, and its answer.
struct Messages {
    socket: PacketSocket,
    size: u64,
    bands: Mutex<u64>,
}

impl DataCallback for Messages {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> wia::Result<Answer> {
        if let Payload::Band(_) = params.payload {
            let mut bands = self.bands.lock().map_err(|_| Error::invalid("a crash"))?;
            exchange(&self.socket, *bands % 2 * self.size)?;
            *bands += 1;
        }
        Ok(Answer::Continue)
    }
}

fn exchange(socket: &PacketSocket, start: u64) -> wia::Result<()> {
    socket.send(&start.to_le_bytes(), None)?;
    answered(socket)
}

fn answered(socket: &PacketSocket) -> wia::Result<()> {
    let arrived = socket.receive(&mut [0; 16])?;
    arrived
        .map(drop)
        .ok_or_else(|| Error::invalid("the other process has gone"))
}

/// One run; the time of the bands alone.
fn run_once(way: Way, size: usize) -> wia::Result<Duration> {
    let mut other = Other::start(way, size)?;
    let section = other.section()?;
    let bands = (BYTES / size) as u64;
    let time = match way {
        Way::Transfer => {
            let device = Filler::device(bands, size)?;
            let item = device
                .find_item("0000\\Root\\Flatbed")
                .ok_or_else(|| Error::invalid("no item"))?;
            item.write(&[
                (WIA_IPA_TYMED, Tymed::Callback.value().into()),
                (WIA_IPA_FORMAT, WIA_IMG_FMT_MEMORYBMP.into()),
            ])?;
            let info = DataTransferInfo {
                section: Some(section),
                buffer_size: u32::try_from(2 * size).unwrap_or(u32::MAX),
                double_buffer: true,
            };
            let (socket, stand_in) = PacketSocket::pair()?;
            drop(stand_in);
            let messages = Messages {
                socket: std::mem::replace(&mut other.socket, socket),
                size: size as u64,
                bands: Mutex::new(0),
            };
            let start = Instant::now();
            match item.transfer()?.banded_data(info, Arc::new(messages))? {
                Status::Ok => start.elapsed(),
                other => return Err(Error::invalid(format!("the transfer ended with {other}"))),
            }
        }
        Way::Bare => {
            let mut memory = section.into_bands(2, size)?;
            let start = Instant::now();
            for n in 0..bands {
                fill(&mut memory[(n % 2) as usize], n);
                // The one before is read while this one is filled.
                if n > 0 {
                    answered(&other.socket)?;
                }
                other
                    .socket
                    .send(&(n % 2 * size as u64).to_le_bytes(), None)?;
            }
            answered(&other.socket)?;
            start.elapsed()
        }
        Way::Spinning => {
            let mut memory = section.into_bands(4, size)?;
            let start = Instant::now();
            for n in 1..=bands as u32 {
                if n > 2 {
                    wait_for(&memory[3], n - 2);
                }
                fill(&mut memory[((n - 1) % 2) as usize], u64::from(n));
                publish(&mut memory[2], n);
            }
            answered(&other.socket)?;
            start.elapsed()
        }
    };
    other.end()?;
    Ok(time)
}

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let runs = bench.runs.unwrap_or(RUNS);
    let mut table = Table::new(
        "bands: a memory transfer to another process, two buffers",
        &[
            "band",
            "transfer MB/s",
            "bare loop MB/s",
            "spinning MB/s",
            "transfer/bare of maxima",
            "by round min / median / max",
        ],
    );
    for size in SIZES {
        let ways = [Way::Transfer, Way::Bare, Way::Spinning];
        let mut times = [const { Vec::new() }; 3];
        for round in 0..=runs {
            for (way, times) in ways.iter().zip(&mut times) {
                let time = run_once(*way, size).map_err(io::Error::other)?;
                if round > 0 {
                    times.push(time.as_secs_f64());
                }
            }
        }
        let _ = writeln!(io::stderr(), "bands of {} KiB", size >> 10);
        let [transfer, bare, spinning] = times;
        let mut ratios: Vec<f64> = bare.iter().zip(&transfer).map(|(b, t)| b / t).collect();
        ratios.sort_by(f64::total_cmp);
        let best = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            BYTES as f64 / quantile(&times, 0.0).unwrap_or(f64::NAN) / 1e6
        };
        let (transfer, bare, spinning) = (best(transfer), best(bare), best(spinning));
        table.row([
            format!("{} KiB", size >> 10),
            format!("{transfer:.0}"),
            format!("{bare:.0}"),
            format!("{spinning:.0}"),
            format!("{:.2}", transfer / bare),
            spread(&ratios),
        ]);
    }
    table.note("One message each way a band, both sides sleep until it comes; each band is filled and read.");
    table.note("Goal: the transfer has at least 0.8 of the bare loop's throughput.");
    Ok(vec![table])
}
