//! What the compatibility layer costs a banded transfer: the virtual scanner as a driver of streams, beside
//! itself with bands of its own, in instructions.

use std::io;
use std::process::Command;
use std::sync::Arc;

use driver_virtual::{Options, VirtualScanner};
use service::{
    Answer, DataCallback, DataParams, DataTransferInfo, DeviceOptions, Payload, Service,
};
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::property::{WIA_IPA_FORMAT, WIA_IPA_TYMED, WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{Error, Result, Status, Tymed};

use crate::bench::Bench;
use crate::instructions::Counter;
use crate::report::Table;

/// What this program finds in its environment when it is one of the two sides.
const ROLE: &str = "QUIRE_BENCH_LAYER";
const SIZES: [u32; 3] = [64 << 10, 256 << 10, 1 << 20];
const DPI: i32 = 300;

/// Looks at each byte, as an application that shows them does.
struct Application;

impl DataCallback for Application {
    fn banded_data_callback(&self, params: &DataParams<'_>) -> Result<Answer> {
        if let Payload::Band(band) = params.payload {
            let sum = band.iter().fold(0_u8, |sum, byte| sum ^ byte);
            std::hint::black_box(sum);
        }
        Ok(Answer::Continue)
    }
}

/// Is one of the sides, if this process was started to be it.
pub(crate) fn side_if_asked() -> Option<io::Result<()>> {
    let role = std::env::var(ROLE).ok()?;
    let (model, size) = role.split_once(' ')?;
    Some(run_side(model, size.parse().ok()?).map_err(io::Error::other))
}

fn run_side(model: &str, buffer_size: u32) -> Result<()> {
    let options = Options::parse("", &[("model".into(), model.into())])?;
    let driver = Arc::new(VirtualScanner::new(options)?);
    let device = Service::new(driver, "layer", DeviceOptions::default()).connect()?;
    let item = device
        .find_item("0000\\Root\\Flatbed")
        .ok_or_else(|| Error::invalid("no item"))?;
    item.write(&[
        (WIA_IPA_TYMED, Tymed::Callback.value().into()),
        (WIA_IPA_FORMAT, WIA_IMG_FMT_MEMORYBMP.into()),
        (WIA_IPS_XRES, DPI.into()),
        (WIA_IPS_YRES, DPI.into()),
    ])?;
    let info = DataTransferInfo {
        section: None,
        buffer_size,
        double_buffer: false,
    };
    match item.transfer()?.banded_data(info, Arc::new(Application))? {
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
            "layer: a page in bands through the compatibility layer, instructions, {}",
            counter.name()
        ),
        &["buffer", "layer M", "native M", "ratio"],
    );
    for size in SIZES {
        let count = |model: &str| {
            let mut command = Command::new(&program);
            command.env(ROLE, format!("{model} {size}"));
            counter.count(bench, scratch.path(), &command)
        };
        let (layer, native) = (count("stream")?, count("both")?);
        table.row([
            format!("{} KiB", size >> 10),
            format!("{:.1}", layer as f64 / 1e6),
            format!("{:.1}", native as f64 / 1e6),
            format!("{:.4}", layer as f64 / native as f64),
        ]);
    }
    table.note(format!(
        "A page of the virtual flatbed, A4, {DPI} dpi, as it begins; drawing it is on both sides."
    ));
    table.note("Goal: at most 1.05.");
    Ok(vec![table])
}
