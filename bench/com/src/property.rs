//! What it takes to read a property.
#![expect(unsafe_code, reason = "an exported function is called")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use driver_virtual::{Options, VirtualScanner};
use items::AppItem;
use minidriver::Minidriver as _;
use wia::property::WIA_IPS_XRES;
use wia::{Error, Result};

/// Reads that are timed together.
const READS: u32 = 100_000;

/// The nanoseconds of a `wiasReadPropLong`, each of `rounds` times.
///
/// # Errors
///
/// When a read fails.
pub fn nanoseconds_of_a_read(rounds: usize) -> Result<Vec<f64>> {
    let scanner = Arc::new(VirtualScanner::new(Options::parse("", &[])?)?);
    let root = AppItem::from_driver_tree(&scanner.initialize("com")?);
    let children = root.children();
    let item = children.first().ok_or_else(|| Error::invalid("no item"))?;
    scanner.init_item_properties(item)?;
    let context = driver_com::context::of(item);
    let read = || {
        let (mut value, must) = (0, 1);
        // SAFETY: a context, and a valid pointer beside one that may be null.
        let got = unsafe {
            com::exports::properties::wiasReadPropLong(
                black_box(context),
                WIA_IPS_XRES.0,
                &raw mut value,
                std::ptr::null_mut(),
                must,
            )
        };
        (got.0, value)
    };
    if read().0 != 0 || read().1 == 0 {
        return Err(Error::invalid("the property cannot be read"));
    }
    let round = |_| {
        let start = Instant::now();
        for _ in 0..READS {
            black_box(read());
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(READS)
    };
    Ok((0..rounds).map(round).collect())
}
