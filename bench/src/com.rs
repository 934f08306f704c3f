//! What the C ABI costs: a page into a stream through COM on both sides against one without, in instructions, and a
//! property that a driver reads, in time.

use std::io;
use std::process::Command;

use bench_com::{DPI, Side};

use crate::bench::Bench;
use crate::instructions::Counter;
use crate::report::Table;

/// What this program finds in its environment when it is one of the two sides.
const ROLE: &str = "QUIRE_BENCH_COM";
/// Times that the reads of a property are timed.
const ROUNDS: usize = 50;

/// Is one of the sides, if this process was started to be it.
pub(crate) fn side_if_asked() -> Option<io::Result<()>> {
    let side = match std::env::var(ROLE).ok()?.as_str() {
        "com" => Side::Com,
        _ => Side::Rust,
    };
    Some(bench_com::page(side).map_err(io::Error::other))
}

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    Ok(vec![transfer(bench)?, property(bench)?])
}

fn transfer(bench: &Bench) -> io::Result<Table> {
    let scratch = bench.scratch(1_000_000)?;
    let counter = Counter::choose(bench, scratch.path())?;
    let program = std::env::current_exe()?;
    let count = |side: &str| {
        let mut command = Command::new(&program);
        command.env(ROLE, side);
        counter.count(bench, scratch.path(), &command)
    };
    let (com, rust) = (count("com")?, count("rust")?);
    let mut table = Table::new(
        format!(
            "com: a page into a stream, instructions, {}",
            counter.name()
        ),
        &["COM M", "Rust M", "ratio"],
    );
    table.row([
        format!("{:.2}", com as f64 / 1e6),
        format!("{:.2}", rust as f64 / 1e6),
        format!("{:.4}", com as f64 / rust as f64),
    ]);
    table.note(format!(
        "A page of the virtual flatbed, A4, {DPI} dpi, as it begins, whole processes; drawing it is on both sides. \
         COM is between the application and the service, and between the service and the driver."
    ));
    table.note("Goal: at most 1.05.");
    Ok(table)
}

fn property(bench: &Bench) -> io::Result<Table> {
    let rounds = bench.runs.unwrap_or(ROUNDS);
    let mut times = bench_com::nanoseconds_of_a_read(rounds).map_err(io::Error::other)?;
    times.sort_by(f64::total_cmp);
    let at = |part: usize| {
        times
            .get(part)
            .map_or_else(String::new, |t| format!("{t:.1}"))
    };
    let mut table = Table::new(
        "com: wiasReadPropLong".to_owned(),
        &["min ns", "median ns", "max ns", "goal"],
    );
    let last = times.len().saturating_sub(1);
    table.row([at(0), at(last / 2), at(last), "200".to_owned()]);
    Ok(table)
}
