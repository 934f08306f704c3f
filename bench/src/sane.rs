//! Scans from SANE's test back end, its driver in a process of its own, against `scanimage`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::process::interrupt;
use crate::report::{Table, mebibytes, milliseconds, quantile};
use crate::rounds::{Side, alternate, costs, fill};

/// Pages of the project's goals. The back end's feeder holds ten sheets, so they are from its glass.
const PAGES: u32 = 100;
const RUNS: usize = 7;
/// A colour page of A4 at 300 dpi, uncompressed.
const PAGE: u64 = 26_100_000;
/// Cancels that are timed.
const CANCELS: usize = 50;
/// How many of its runs may hang: the test back end now and then locks itself up in `sane_cancel`.
const HANGS: usize = 5;
/// Seconds until that is taken for certain.
const HUNG: &str = "120";
/// Between two looks at the memory of the processes.
const LOOK: Duration = Duration::from_millis(5);

/// What the picture is.
const PICTURE: &str = "Color pattern";

/// A folder that makes SANE see its test back end and nothing else, with a glass that A4 fits on.
fn configuration(place: &Path) -> io::Result<PathBuf> {
    let folder = place.join("sane.d");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("dll.conf"), "test\n")?;
    fs::write(folder.join("test.conf"), "geometry_max 300\n")?;
    Ok(folder)
}

/// A quire that scans, without an output.
fn quire(bench: &Bench, sane: &Path, count: u32, dpi: u32) -> Command {
    let mut command = bench.quire.command();
    command
        .args(["scan", "-d", "sane:test:0", "-s", "flatbed", "--no-prompt"])
        .args([
            "-n",
            &count.to_string(),
            "-r",
            &dpi.to_string(),
            "-m",
            "color",
        ])
        .args(["--page", "a4", "--set", &format!("test-picture={PICTURE}")])
        .env("SANE_CONFIG_DIR", sane);
    command
}

/// The words of a `scanimage` that scans the same.
fn scanimage(count: u32, dpi: u32, format: &str, output: &str) -> Vec<String> {
    let numbers = [count.to_string(), dpi.to_string()];
    let [count, dpi] = &numbers;
    let words = [
        "-d",
        "test:0",
        "--source",
        "Flatbed",
        "--mode",
        "Color",
        "--resolution",
        dpi,
        "-x",
        "210",
        "-y",
        "297",
        "--test-picture",
        PICTURE,
        "--format",
        format,
        "--batch-count",
        count,
    ];
    let words = words.into_iter().map(str::to_owned);
    words.chain([format!("--batch={output}")]).collect()
}

/// Pages into one document, against pages into files; memory; cancels.
pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let count = bench.pages.unwrap_or(PAGES);
    let scratch = bench.scratch(2 * PAGE * u64::from(count))?;
    let place = scratch.path();
    let sane = configuration(place)?;
    let runs = bench.runs.unwrap_or(RUNS);
    let mut table = costs(format!(
        "sane: {count} A4 pages of 300 dpi in colour from the test back end, in memory"
    ));
    let tiff = vec![
        Side::new("quire scan -c none, one TIFF", place, |out| {
            let mut command = quire(bench, &sane, count, 300);
            command.args(["-c", "none", "-o"]).arg(out.join("a.tiff"));
            command
        }),
        Side::new("scanimage --batch, a TIFF a page", place, |out| {
            let names = out.join("p%d.tiff");
            let mut command = Command::new("timeout");
            command.args([HUNG, "scanimage"]).args(scanimage(
                count,
                300,
                "tiff",
                &names.to_string_lossy(),
            ));
            command.env("SANE_CONFIG_DIR", &sane);
            command
        })
        .patient(HANGS),
    ];
    fill(
        &mut table,
        count,
        &alternate(&bench.runner, runs, tiff)?,
        1.0,
    );
    let pdf = vec![
        Side::new("quire scan, JPEG in one PDF", place, |out| {
            let mut command = quire(bench, &sane, count, 300);
            command.arg("-o").arg(out.join("a.pdf"));
            command
        }),
        Side::new("scanimage --batch and img2pdf", place, |out| {
            let names = out.join("p%03d.jpg");
            let mut command = Command::new("timeout");
            command
                .args([
                    HUNG,
                    "sh",
                    "-c",
                    "scanimage \"$@\" && img2pdf \"$OUT\"/p*.jpg -o \"$OUT\"/a.pdf",
                    "sh",
                ])
                .args(scanimage(count, 300, "jpeg", &names.to_string_lossy()))
                .env("OUT", out)
                .env("SANE_CONFIG_DIR", &sane);
            command
        })
        .patient(HANGS),
    ];
    fill(
        &mut table,
        count,
        &alternate(&bench.runner, runs, pdf)?,
        0.7,
    );
    table.note("cpu and peak are those of the process that was started and of those that it has waited for.");
    table.note("scanimage says on standard error how far it is, which nobody reads here but the benchmark.");
    Ok(vec![
        table,
        memory(bench, place, &sane, count)?,
        cancels(bench, place, &sane)?,
    ])
}

/// The memory of all processes of a scan together, by document.
fn memory(bench: &Bench, place: &Path, sane: &Path, count: u32) -> io::Result<Table> {
    let mut table = Table::new(
        "sane: proportional memory of all processes of a scan together (PSS), highest of many looks",
        &["document", "peak MiB", "goal"],
    );
    for (name, options, file) in [
        ("TIFF, uncompressed", &["-c", "none"][..], "m.tiff"),
        ("TIFF, deflate", &["-c", "deflate"], "m.tiff"),
        ("PDF, JPEG", &[], "m.pdf"),
    ] {
        let output = place.join(file);
        let mut command = quire(bench, sane, count, 300);
        command.args(options).arg("-o").arg(&output);
        let peak = peak_of_all(&mut command)?;
        fs::remove_file(&output)?;
        table.row([name.to_owned(), mebibytes(peak), "48".to_owned()]);
    }
    Ok(table)
}

/// The highest sum of the PSS of a program and all that it has started, in bytes.
fn peak_of_all(command: &mut Command) -> io::Result<u64> {
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let sum = family(child.id()).into_iter().filter_map(pss).sum();
        peak = peak.max(sum);
        thread::sleep(LOOK);
    };
    match status.success() {
        true => Ok(peak),
        false => Err(io::Error::other(format!("{command:?}: {status}"))),
    }
}

/// A process and its descendants.
fn family(of: u32) -> Vec<u32> {
    let mut all = vec![of];
    let mut next = 0;
    while let Some(&process) = all.get(next) {
        next += 1;
        let threads = fs::read_dir(format!("/proc/{process}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            // Whoever has ended meanwhile has no memory any more.
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
    }
    all
}

fn pss(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// From Ctrl-C to the end of the program, whose device is released by then.
fn cancels(bench: &Bench, place: &Path, sane: &Path) -> io::Result<Table> {
    let mut times = Vec::new();
    for n in 0..bench.runs.unwrap_or(CANCELS) {
        let output = place.join("c.tiff");
        let mut command = quire(bench, sane, 1000, 300);
        command.args(["-c", "none", "-o"]).arg(&output);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        // Somewhere in the first pages.
        thread::sleep(Duration::from_millis(150 + 7 * n as u64 % 200));
        let begun = Instant::now();
        interrupt(&child)?;
        let status = child.wait()?;
        times.push(begun.elapsed());
        if status.code() != Some(130) {
            return Err(io::Error::other(format!(
                "a cancelled scan ended with {status}"
            )));
        }
        for name in ["c.tiff", ".c.tiff.partial"] {
            // Which one there is depends on the pages that were complete.
            let _ = fs::remove_file(place.join(name));
        }
    }
    times.sort();
    let mut table = Table::new(
        format!(
            "sane: from Ctrl-C to the end of the program, {} times",
            times.len()
        ),
        &["", "median ms", "95 % ms", "longest ms", "goal"],
    );
    let at = |share| quantile(&times, share).map_or_else(String::new, milliseconds);
    table.row([
        "quire scan".to_owned(),
        at(0.5),
        at(0.95),
        at(1.0),
        "100".to_owned(),
    ]);
    Ok(table)
}
