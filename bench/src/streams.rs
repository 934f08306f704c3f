//! What a stream transfer costs beside writing the same bands to the same sink directly, in
//! instructions.

use std::io;
use std::ops::Range;
use std::process::Command;
use std::sync::Arc;

use service::{Answer, NextStream, Stream, TransferCallback, TransferParams};
use wia::{Error, Result, Status, TransferFlags};

use crate::bench::Bench;
use crate::filler::Filler;
use crate::instructions::Counter;
use crate::report::Table;

/// What this program finds in its environment when it is one of the two sides.
const ROLE: &str = "QUIRE_BENCH_STREAM";
const BANDS: u64 = 2_000;
const SIZES: [usize; 3] = [16 << 10, 64 << 10, 256 << 10];

/// Takes bytes, and looks at some of them.
struct Sink {
    sum: u64,
}

impl Stream for Sink {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.sum = self.sum.wrapping_add(u64::from(data[data.len() / 2]));
        Ok(std::hint::black_box(data).len())
    }

    fn seek(&mut self, _: io::SeekFrom) -> Result<u64> {
        Ok(self.sum)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

struct Application;

impl TransferCallback for Application {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Sink { sum: 0 })))
    }
}

/// The bytes of band `n`: pseudo-random words, as cheap as any real pixels could be made.
pub(crate) fn draw(band: &mut [u8], n: u64) {
    let mut state = n | 1;
    for word in band.chunks_exact_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word.copy_from_slice(&state.to_le_bytes());
    }
}

/// Draws bands and writes them.
pub(crate) fn write_bands(
    stream: &mut dyn Stream,
    band: &mut [u8],
    numbers: Range<u64>,
) -> Result<()> {
    for n in numbers {
        draw(band, n);
        transfer::write_all(stream, band)?;
    }
    Ok(())
}

/// Is one of the sides, if this process was started to be it.
pub(crate) fn side_if_asked() -> Option<io::Result<()>> {
    let role = std::env::var(ROLE).ok()?;
    let (side, size) = role.split_once(' ')?;
    Some(run_side(side, size.parse().ok()?).map_err(io::Error::other))
}

fn run_side(side: &str, size: usize) -> Result<()> {
    // Both open the device, so that what differs is the way of the bands.
    let device = Filler::device(BANDS, size)?;
    let item = device
        .find_item("0000\\Root\\Flatbed")
        .ok_or_else(|| Error::invalid("no item"))?;
    if side == "direct" {
        return write_bands(&mut Sink { sum: 0 }, &mut vec![0; size], 0..BANDS);
    }
    match item
        .transfer()?
        .download(TransferFlags::empty(), Arc::new(Application))?
    {
        Status::Ok => Ok(()),
        other => Err(Error::invalid(format!("the transfer ended with {other}"))),
    }
}

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let scratch = bench.scratch(1_000_000)?;
    let counter = Counter::choose(bench, scratch.path())?;
    let program = std::env::current_exe()?;
    let mut table = Table::new(
        format!(
            "stream: {BANDS} bands into a stream, instructions, {}",
            counter.name()
        ),
        &["band", "transfer M", "direct M", "ratio"],
    );
    for size in SIZES {
        let count = |side: &str| {
            let mut command = Command::new(&program);
            command.env(ROLE, format!("{side} {size}"));
            counter.count(bench, scratch.path(), &command)
        };
        let (through, direct) = (count("transfer")?, count("direct")?);
        table.row([
            format!("{} KiB", size >> 10),
            format!("{:.1}", through as f64 / 1e6),
            format!("{:.1}", direct as f64 / 1e6),
            format!("{:.4}", through as f64 / direct as f64),
        ]);
    }
    table.note("Each band is drawn anew on both sides; the transfer has its threads, its messages and its session too.");
    table.note("Goal: at most 1.03.");
    Ok(vec![table])
}
