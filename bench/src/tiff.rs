//! A stack of colour pages into one uncompressed TIFF, against `tiffcp` copying the same pages.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bench::{self, Bench};
use crate::programs::{Pages, tiffcp};
use crate::report::{Table, mebibytes, megabytes, percent, quantile, seconds, spread};
use crate::rounds::{Measured, Side, alternate};

/// The stack of the project's goal: enough that starting up and the first page do not count, and below
/// the 4 GiB at which tiffcp gives up.
const STACK: Pages = Pages {
    count: 100,
    dpi: 300,
    mode: "color",
};
/// Runs of which the fastest counts.
const RUNS: usize = 7;
/// A disk's time varies more than a few runs show; these give its size.
const DISK_RUNS: usize = 3;
/// The stack is 2.61 GB: once in one file, once in a hundred, once as a side's output.
const ROOM: u64 = 3 * 2_700_000_000;
/// At most this times the wall time of tiffcp.
const GOAL: f64 = 1.3;

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let scratch = bench.scratch(ROOM)?;
    let stack = scratch.path().join("stack.tiff");
    make_stack(bench, &stack)?;
    let mut tables = vec![in_memory(bench, scratch.path(), &stack)?];
    if let Some(disk) = &bench.disk {
        tables.push(on_disk(bench, disk, &stack)?);
    }
    Ok(tables)
}

fn make_stack(bench: &Bench, stack: &Path) -> io::Result<()> {
    let mut scan = bench.quire.scan(STACK, Some("none"), stack);
    bench.runner.run(&mut scan)?;
    let listed = bench.runner.output(Command::new("tiffinfo").arg(stack))?;
    let directories = listed
        .lines()
        .filter(|line| line.contains("TIFF directory"));
    match directories.count() {
        count if count == STACK.count as usize => Ok(()),
        count => Err(io::Error::other(format!(
            "tiffinfo finds {count} pages where {} were scanned",
            STACK.count
        ))),
    }
}

fn in_memory(bench: &Bench, scratch: &Path, stack: &Path) -> io::Result<Table> {
    let singles = scratch.join("singles");
    fs::create_dir(&singles)?;
    let mut scan = bench
        .quire
        .scan(STACK, Some("none"), &singles.join("%03d.tiff"));
    bench.runner.run(&mut scan)?;
    let mut pages: Vec<PathBuf> = fs::read_dir(&singles)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    pages.sort();

    let sides = vec![
        Side::new("quire scan -c none", scratch, |out| {
            bench.quire.scan(STACK, Some("none"), &out.join("a.tiff"))
        }),
        Side::new("tiffcp -c none, 1 file of 100 pages", scratch, |out| {
            tiffcp(&["-c", "none"], &[stack.to_owned()], &out.join("a.tiff"))
        }),
        Side::new("tiffcp -c none, 100 files", scratch, |out| {
            tiffcp(&["-c", "none"], &pages, &out.join("a.tiff"))
        }),
        Side::new("dd bs=1M of the same file", scratch, |out| {
            dd(stack, &out.join("a.tiff"))
        }),
    ];
    let measured = alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)?;
    let mut table =
        table("tiff: 100 pages, A4, 300 dpi, colour, into one uncompressed TIFF in memory");
    fill(&mut table, &measured);
    table.note("tiffcp maps its inputs, so that what it has read of a file counts as its memory.");
    table.note(format!(
        "Goal: quire's minimum at most {GOAL} times tiffcp's. dd only reads and writes: the machine's limit."
    ));
    Ok(table)
}

/// The same on a disk. `quire` syncs its document before it has its name; `tiffcp` does not.
fn on_disk(bench: &Bench, disk: &Path, stack: &Path) -> io::Result<Table> {
    let scratch = bench::scratch(disk, ROOM)?;
    let place = scratch.path();
    let copy = |out: &Path| tiffcp(&["-c", "none"], &[stack.to_owned()], &out.join("a.tiff"));
    let sides = vec![
        Side::new("quire scan -c none (syncs)", place, |out| {
            bench.quire.scan(STACK, Some("none"), &out.join("a.tiff"))
        }),
        Side::new("tiffcp -c none, then sync", place, |out| {
            then_sync(&copy(out), &out.join("a.tiff"))
        }),
        Side::new("tiffcp -c none, no sync", place, copy),
    ];
    let runs = bench.runs.unwrap_or(DISK_RUNS).min(DISK_RUNS);
    let measured = alternate(&bench.runner, runs, sides)?;
    let mut table = table("tiff: the same pages onto a disk, from memory");
    fill(&mut table, &measured);
    table.note(format!("Disk: {}", disk.display()));
    Ok(table)
}

fn table(title: &str) -> Table {
    let columns = [
        "side",
        "min s",
        "median s",
        "max s",
        "user s",
        "sys s",
        "contention %",
        "peak MiB",
        "MB written",
        "pages/s",
        "quire/side of minima",
        "by round min / median / max",
    ];
    Table::new(title, &columns)
}

/// A row a side; the first side is compared with each.
fn fill(table: &mut Table, measured: &[Measured]) {
    let Some(ours) = measured.first() else { return };
    for side in measured {
        let mut runs = side.runs.clone();
        runs.sort_by_key(|run| run.wall);
        let (Some(fastest), Some(slowest)) = (runs.first(), runs.last()) else {
            continue;
        };
        let same = std::ptr::eq(side, ours);
        table.row([
            side.name.clone(),
            seconds(fastest.wall),
            seconds(quantile(&runs, 0.5).map_or(Duration::ZERO, |run| run.wall)),
            seconds(slowest.wall),
            seconds(fastest.user),
            seconds(fastest.system),
            percent(fastest.contention),
            mebibytes(side.peak()),
            megabytes(side.written),
            format!("{:.1}", f64::from(STACK.count) / fastest.wall.as_secs_f64()),
            match same {
                true => String::new(),
                false => format!("{:.2}", ours.ratio_of_minima(side)),
            },
            match same {
                true => String::new(),
                false => spread(&ours.ratios(side)),
            },
        ]);
    }
    table.note(
        "user, sys and contention are those of the fastest run; peak is the highest of all runs.",
    );
    table.note("Contention: the part of the time in which somebody waited for a processor.");
}

fn dd(from: &Path, to: &Path) -> Command {
    let mut command = Command::new("dd");
    for (key, path) in [("if=", from), ("of=", to)] {
        let mut argument = std::ffi::OsString::from(key);
        argument.push(path);
        command.arg(argument);
    }
    command.args(["bs=1M", "status=none"]);
    command
}

/// `command`, and `sync` of what it wrote, as one.
fn then_sync(command: &Command, written: &Path) -> Command {
    let mut both = Command::new("sh");
    both.args([
        "-c",
        r#"sync_this=$1; shift; "$@" && sync "$sync_this""#,
        "sh",
    ])
    .arg(written)
    .arg(command.get_program())
    .args(command.get_args());
    both
}
