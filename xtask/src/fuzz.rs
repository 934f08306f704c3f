//! Building the fuzz targets and running them.
#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use quire_hostile::{TARGETS, seeds};

/// The platform, which has to be named so that build scripts are built without the sanitizer.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// What the compiler is told: coverage for libFuzzer, the address sanitizer, and every check.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Cdebug-assertions -Coverflow-checks \
    -Ccodegen-units=16";
/// mozjpeg's symbols are linked twice, and freed memory is not to be kept for long.
const SANITIZER: &str = "detect_odr_violation=0:quarantine_size_mb=32";
/// The bounds of a run: the longest file, the largest piece of memory and all of it in MiB, and the
/// seconds that one file may take on a busy machine.
const BOUNDS: [&str; 4] = [
    "-max_len=16384",
    "-malloc_limit_mb=96",
    "-rss_limit_mb=1024",
    "-timeout=60",
];

/// What is fuzzed, and for how long.
#[derive(Debug, Parser)]
pub(crate) struct Fuzz {
    /// Names of targets [default: all]
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// How long each of them runs
    #[arg(long, value_name = "N", default_value_t = 600)]
    seconds: u64,
    /// How many run side by side [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

impl Fuzz {
    /// Builds the targets, makes their seeds, and runs them. What is found stands beside the seeds, below
    /// `target`; what was new to the coverage stays there for the next time.
    ///
    /// # Errors
    ///
    /// When there is no such target, or something cannot be built, made or run.
    pub(crate) fn run(&self, target: &Path) -> io::Result<ExitCode> {
        let names = self.names()?;
        let place = target.join("fuzz");
        let jobs = self
            .jobs
            .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
        let jobs = jobs.clamp(1, names.len());
        let rounds = names.len().div_ceil(jobs) as u64;
        println!(
            "{} targets, {} s each, {jobs} side by side: {} minutes after the build",
            names.len(),
            self.seconds,
            (rounds * self.seconds).div_ceil(60)
        );
        let programs = build(&place, &names)?;
        for (name, seed) in seeds::all()? {
            let corpus = place.join("corpus").join(name);
            fs::create_dir_all(&corpus)?;
            fs::write(corpus.join(format!("seed-{:016x}", hash(&seed))), seed)?;
        }
        let next = AtomicUsize::new(0);
        let findings = Mutex::new(BTreeMap::new());
        thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let found = one(&programs, &place, name, self.seconds);
                        if let Ok(mut findings) = findings.lock() {
                            findings.insert(*name, found);
                        }
                    }
                });
            }
        });
        let mut code = ExitCode::SUCCESS;
        for (name, found) in findings.into_inner().unwrap_or_default() {
            for file in found? {
                println!("found by {name}: {}", file.display());
                code = ExitCode::FAILURE;
            }
        }
        Ok(code)
    }

    fn names(&self) -> io::Result<Vec<&'static str>> {
        let all = TARGETS.map(|(name, _)| name);
        if let Some(other) = self.targets.iter().find(|t| !all.contains(&t.as_str())) {
            let all = all.join(", ");
            return Err(Error::other(format!(
                "no target is called {other}, but {all}"
            )));
        }
        let wanted =
            |name: &&str| self.targets.is_empty() || self.targets.iter().any(|t| t == name);
        Ok(all.into_iter().filter(wanted).collect())
    }
}

/// Builds the programs, and returns where they are. On stable Rust the sanitizer is had by
/// `RUSTC_BOOTSTRAP`.
fn build(place: &Path, names: &[&str]) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "--target", PLATFORM]);
    for name in names {
        cargo.args(["--bin", name]);
    }
    cargo
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", place)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    let done = cargo.status()?;
    if !done.success() {
        return Err(Error::other(format!("the targets cannot be built: {done}")));
    }
    Ok(place.join(PLATFORM).join("release"))
}

/// Runs a target; returns the files on which something went wrong.
fn one(programs: &Path, place: &Path, name: &str, seconds: u64) -> io::Result<Vec<PathBuf>> {
    let corpus = place.join("corpus").join(name);
    let findings = place.join("findings").join(name);
    let log = findings.with_extension("log");
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&findings)?;
    let before = files(&findings)?;
    let output = fs::File::create(&log)?;
    let done = Command::new(programs.join(name))
        .arg(&corpus)
        .args(BOUNDS)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg("-print_final_stats=1")
        .env("ASAN_OPTIONS", SANITIZER)
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    println!("{name}: {}", summary(&said, Duration::from_secs(seconds)));
    let mut found = files(&findings)?;
    found.retain(|file| !before.contains(file));
    if !done.success() && found.is_empty() {
        found.push(log);
    }
    Ok(found)
}

/// What libFuzzer says at its end.
fn summary(said: &str, wanted: Duration) -> String {
    let value = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().to_owned())
    };
    let executed = value("stat::number_of_executed_units:").unwrap_or_else(|| "?".into());
    let peak = value("stat::peak_rss_mb:").unwrap_or_else(|| "?".into());
    let whole = match said.lines().any(|line| line.starts_with("Done ")) {
        true => format!("{} s", wanted.as_secs()),
        false => "ended early".into(),
    };
    format!("{whole}, {executed} files tried, {peak} MiB at most")
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    folder.read_dir()?.map(|file| Ok(file?.path())).collect()
}

/// FNV-1a, so that the same seed has the same name.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    })
}
