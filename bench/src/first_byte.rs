//! How soon a page begins to come: from the start of the process to its first byte in a pipe.

use std::io;
use std::process::Command;
use std::time::Duration;

use crate::bench::Bench;
use crate::report::{Table, milliseconds, quantile};

/// Enough for a 95th percentile.
const RUNS: usize = 50;
/// In milliseconds.
const GOAL: u32 = 10;

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let mut version = bench.quire.command();
    version.arg("--version");
    let mut echo = Command::new("/bin/echo");
    echo.arg("x");
    let mut sides = [
        (
            "quire scan -d virtual: -s flatbed -f raw -o -",
            bench.quire.scan_to_pipe(),
        ),
        ("quire --version", version),
        ("/bin/echo", echo),
    ];
    let runs = bench.runs.unwrap_or(RUNS);
    let mut times = vec![Vec::with_capacity(runs); sides.len()];
    for round in 0..=runs {
        for ((_, command), times) in sides.iter_mut().zip(&mut times) {
            let took = bench.runner.first_byte(command)?;
            // The first round is to warm up.
            if round > 0 {
                times.push(took);
            }
        }
    }
    let mut table = Table::new(
        format!("first-byte: from just before the process is made, {runs} runs"),
        &["program", "min ms", "median ms", "p95 ms", "max ms"],
    );
    for ((name, _), mut times) in sides.into_iter().zip(times) {
        times.sort();
        let at = |share| milliseconds(quantile(&times, share).unwrap_or(Duration::ZERO));
        table.row([name.to_owned(), at(0.0), at(0.5), at(0.95), at(1.0)]);
    }
    table.note(format!(
        "Goal: {GOAL} ms. What making a process costs here is in the last row."
    ));
    Ok(vec![table])
}
