//! The benchmarks of Quire: the whole program, run as a user runs it, beside libtiff's tools.
//!
//! `cargo run --release -p quire-bench -- tiff`; what each benchmark measures, and how, is in `README.md`.
#![forbid(unsafe_code)]

mod bands;
mod bench;
mod cancels;
mod codecs;
mod com;
mod convert;
mod durable;
mod escl;
mod filler;
mod first_byte;
mod instructions;
mod layer;
mod machine;
mod memory;
mod process;
mod programs;
mod report;
mod rounds;
mod sane;
mod stack;
mod streams;
mod tiff;

use std::io::{self, Write};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use bench::Bench;
use process::Runner;
use programs::Quire;
use report::Table;

/// Benchmarks of quire
#[derive(Debug, Parser)]
#[command(name = "quire-bench")]
struct Args {
    /// Which to run
    #[arg(value_enum, default_value = "all")]
    benchmark: Which,

    /// Measured runs of each side [default: 7, first-byte 50, memory 3]
    #[arg(long)]
    runs: Option<NonZeroUsize>,

    /// The release build of quire [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    quire: Option<PathBuf>,

    /// Folder on a memory file system, with 10 GB to spare
    #[arg(long, value_name = "DIR", default_value = "/dev/shm")]
    dir: PathBuf,

    /// Pages of convert and pdf [default: 100]
    #[arg(long)]
    pages: Option<NonZeroU32>,

    /// Folder on a disk: tiff and durable measure there too what syncing costs
    #[arg(long, value_name = "DIR")]
    disk: Option<PathBuf>,

    /// Count instructions too, by perf or else callgrind (slow)
    #[arg(long)]
    instructions: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// 100 colour pages into one uncompressed TIFF, against tiffcp
    Tiff,
    /// Peak memory by page count and by compression
    Memory,
    /// From the start of the process to the first byte of a page
    FirstByte,
    /// Every compression and format, against tiffcp where it has the same
    Codecs,
    /// TIFF to TIFF by compression, against tiffcp
    Convert,
    /// JPEG files into a PDF, against img2pdf
    Pdf,
    /// A sync a page, on the disk of --disk
    Durable,
    /// A memory transfer to another process, against a bare loop
    Bands,
    /// From a cancel to the idle device
    Cancel,
    /// A stream transfer against writing directly, in instructions
    Stream,
    /// A memory transfer through the compatibility layer against one without, in instructions
    Layer,
    /// Scans from SANE's test back end, against scanimage
    Sane,
    /// Scans from the eSCL test server, against scanimage through sane-airscan
    Escl,
    /// A transfer through COM on both sides against one without, in instructions; a driver's read of a property
    Com,
    /// All of these
    All,
}

impl Which {
    /// The benchmarks that are meant, in the order in which they run.
    fn benchmarks(self) -> Vec<Benchmark> {
        match self {
            Which::Tiff => vec![tiff::run],
            Which::Memory => vec![memory::run],
            Which::FirstByte => vec![first_byte::run],
            Which::Codecs => vec![codecs::run],
            Which::Convert => vec![convert::run],
            Which::Pdf => vec![convert::pdf],
            Which::Durable => vec![durable::run],
            Which::Bands => vec![bands::run],
            Which::Cancel => vec![cancels::run],
            Which::Stream => vec![streams::run],
            Which::Layer => vec![layer::run],
            Which::Sane => vec![sane::run],
            Which::Escl => vec![escl::run],
            Which::Com => vec![com::run],
            Which::All => vec![
                tiff::run,
                memory::run,
                first_byte::run,
                codecs::run,
                convert::run,
                convert::pdf,
                durable::run,
                bands::run,
                cancels::run,
                streams::run,
                layer::run,
                sane::run,
                escl::run,
                com::run,
            ],
        }
    }
}

/// Measures, and makes tables of it.
type Benchmark = fn(&Bench) -> io::Result<Vec<Table>>;

fn main() -> ExitCode {
    let other = bands::application_if_asked()
        .or_else(streams::side_if_asked)
        .or_else(layer::side_if_asked)
        .or_else(com::side_if_asked);
    let result = match other {
        Some(result) => result,
        None => run(&Args::parse()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done when standard error cannot be written either.
            let _ = writeln!(io::stderr(), "quire-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> io::Result<()> {
    let bench = Bench {
        runner: Runner::new()?,
        quire: Quire::find(args.quire.as_deref())?,
        runs: args.runs.map(NonZeroUsize::get),
        pages: args.pages.map(NonZeroU32::get),
        dir: args.dir.clone(),
        disk: args.disk.clone(),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", machine::describe(&bench)?)?;
    out.flush()?;
    let mut benchmarks = args.benchmark.benchmarks();
    if args.instructions {
        benchmarks.push(instructions::run);
    }
    for benchmark in benchmarks {
        for table in benchmark(&bench)? {
            writeln!(out, "\n{table}")?;
        }
        out.flush()?;
    }
    Ok(())
}
