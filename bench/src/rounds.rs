//! Sides that are run in turn, so that what the machine does meanwhile meets all of them.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{Runner, Usage};
use crate::report::{Table, mebibytes, megabytes, percent, seconds, spread};

/// One of the things that are compared.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) name: String,
    command: Command,
    /// The folder that the command fills: made before a run, removed after it, neither timed.
    folder: PathBuf,
    /// How often a run may fail, and is then made again.
    patience: usize,
}

impl Side {
    /// `command` is given the folder that it may fill.
    pub(crate) fn new(
        name: impl Into<String>,
        scratch: &Path,
        command: impl FnOnce(&Path) -> Command,
    ) -> Side {
        let folder = scratch.join("out");
        Side {
            name: name.into(),
            command: command(&folder),
            folder,
            patience: 0,
        }
    }

    /// For a rival that now and then fails: so many of its runs may, and are made again.
    pub(crate) fn patient(mut self, patience: usize) -> Side {
        self.patience = patience;
        self
    }

    fn run(&mut self, runner: &Runner) -> io::Result<(Usage, u64)> {
        loop {
            fs::create_dir(&self.folder)?;
            let usage = runner.run(&mut self.command);
            let written = folder_size(&self.folder);
            fs::remove_dir_all(&self.folder)?;
            match usage {
                Err(error) if self.patience > 0 && !runner.interrupted() => {
                    self.patience -= 1;
                    let _ = writeln!(io::stderr(), "{} again, after: {error}", self.name);
                }
                usage => return Ok((usage?, written?)),
            }
        }
    }
}

/// What the measured runs of one side cost.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) runs: Vec<Usage>,
    /// Bytes in the folder at the end.
    pub(crate) written: u64,
}

impl Measured {
    pub(crate) fn fastest(&self) -> Duration {
        self.fastest_run().map_or(Duration::ZERO, |run| run.wall)
    }

    pub(crate) fn fastest_run(&self) -> Option<&Usage> {
        self.runs.iter().min_by_key(|run| run.wall)
    }

    pub(crate) fn least_cpu(&self) -> Duration {
        self.runs.iter().map(Usage::cpu).min().unwrap_or_default()
    }

    /// The highest peak of all runs, in bytes: a bound holds only if every run keeps it.
    pub(crate) fn peak(&self) -> u64 {
        self.runs.iter().map(|run| run.peak).max().unwrap_or(0)
    }

    /// Wall time of each run over that of the other side's run of the same round, sorted.
    pub(crate) fn ratios(&self, other: &Measured) -> Vec<f64> {
        let rounds = self.runs.iter().zip(&other.runs);
        let mut ratios: Vec<f64> = rounds
            .map(|(one, two)| one.wall.as_secs_f64() / two.wall.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    }

    /// The shortest wall time over that of the other side.
    pub(crate) fn ratio_of_minima(&self, other: &Measured) -> f64 {
        self.fastest().as_secs_f64() / other.fastest().as_secs_f64()
    }
}

/// Runs each side once to warm up and `runs` times measured, in turn.
pub(crate) fn alternate(
    runner: &Runner,
    runs: usize,
    mut sides: Vec<Side>,
) -> io::Result<Vec<Measured>> {
    let mut measured: Vec<Measured> = sides
        .iter()
        .map(|side| Measured {
            name: side.name.clone(),
            runs: Vec::new(),
            written: 0,
        })
        .collect();
    for round in 0..=runs {
        for (side, measured) in sides.iter_mut().zip(&mut measured) {
            let (usage, written) = side.run(runner)?;
            let mut note = "warm-up";
            if round > 0 {
                measured.runs.push(usage);
                measured.written = written;
                note = "";
            }
            let wall = usage.wall.as_secs_f64();
            let line = format!("{round}/{runs} {:<40} {wall:>8.3} s {note}", side.name);
            // Somebody may be watching; the tables go to standard output.
            let _ = writeln!(io::stderr(), "{}", line.trim_end());
        }
    }
    Ok(measured)
}

/// The bytes of the files in a folder.
fn folder_size(folder: &Path) -> io::Result<u64> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.metadata()?.len()))
        .sum()
}

/// A table of what each side costs; [`fill`] adds its rows.
pub(crate) fn costs(title: String) -> Table {
    let columns = [
        "side",
        "min s",
        "pages/s",
        "cpu s",
        "contention %",
        "peak MiB",
        "MB written",
        "quire/other of minima",
        "goal",
        "by round min / median / max",
    ];
    Table::new(title, &columns)
}

/// A row for each side, the first being quire's; `count` pages were made in each run.
pub(crate) fn fill(table: &mut Table, count: u32, measured: &[Measured], goal: f64) {
    let Some(ours) = measured.first() else { return };
    for side in measured {
        let wall = side.fastest();
        let mut cells = vec![
            side.name.clone(),
            seconds(wall),
            format!("{:.1}", f64::from(count) / wall.as_secs_f64()),
            seconds(side.least_cpu()),
            percent(side.fastest_run().and_then(|run| run.contention)),
            mebibytes(side.peak()),
            megabytes(side.written),
        ];
        if !std::ptr::eq(side, ours) {
            cells.push(format!("{:.2}", ours.ratio_of_minima(side)));
            cells.push(format!("{goal:.1}"));
            cells.push(spread(&ours.ratios(side)));
        }
        table.row(cells);
    }
}
