//! Instructions instead of time: they vary by less than a tenth of a percent, so they tell differences
//! that time does not. What the kernel does is not in them.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::bench::Bench;
use crate::programs::{Pages, tiffcp};
use crate::report::Table;

/// callgrind makes programs some fifty times slower, and a page costs as many instructions as the next.
const PAGES: Pages = Pages {
    count: 3,
    dpi: 300,
    mode: "color",
};
/// Both stacks and one output.
const ROOM: u64 = 300_000_000;

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counter {
    /// The processor.
    Perf,
    /// A simulation, where the processor does not tell (in many virtual machines).
    Callgrind,
}

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let scratch = bench.scratch(ROOM)?;
    let place = scratch.path();
    let counter = Counter::choose(bench, place)?;
    let bilevel = Pages {
        mode: "bw",
        ..PAGES
    };
    let cases: [(Pages, &str, &[&str]); 6] = [
        (PAGES, "none", &["-c", "none"]),
        (PAGES, "packbits", &["-r", "64", "-c", "packbits"]),
        (PAGES, "lzw", &["-r", "64", "-c", "lzw:2"]),
        (PAGES, "deflate", &["-r", "64", "-c", "zip:2"]),
        (PAGES, "jpeg", &["-r", "64", "-c", "jpeg:75"]),
        (bilevel, "g4", &["-r", "64", "-c", "g4"]),
    ];
    let mut table = Table::new(
        format!("instructions, {}", counter.name()),
        &["case", "quire M/page", "tiffcp M/page", "ratio"],
    );
    let (stack, output) = (place.join("stack.tiff"), place.join("a.tiff"));
    for (pages, compression, options) in cases {
        let mut make = bench.quire.scan(pages, Some("none"), &stack);
        bench.runner.run(&mut make)?;
        let scan = bench.quire.scan(pages, Some(compression), &output);
        let copy = tiffcp(options, std::slice::from_ref(&stack), &output);
        let ours = counter.count(bench, place, &scan)?;
        let theirs = counter.count(bench, place, &copy)?;
        let a_page = |count: u64| format!("{:.1}", count as f64 / 1e6 / f64::from(pages.count));
        table.row([
            compression.to_owned(),
            a_page(ours),
            a_page(theirs),
            format!("{:.3}", ours as f64 / theirs as f64),
        ]);
    }
    table.note(format!(
        "{} pages, A4, 300 dpi, colour (bilevel for g4), the start of the program included.",
        PAGES.count
    ));
    table.note("tiffcp's zip is at level 6 whatever it is given; quire's is at level 3.");
    Ok(vec![table])
}

impl Counter {
    pub(crate) fn choose(bench: &Bench, place: &Path) -> io::Result<Counter> {
        let works = Counter::Perf.count(bench, place, &Command::new("true"));
        Ok(match works {
            Ok(_) => Counter::Perf,
            Err(_) => Counter::Callgrind,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Counter::Perf => "by perf stat, in the program (instructions:u)",
            Counter::Callgrind => "by callgrind (perf cannot count them here)",
        }
    }

    /// How many instructions `command` takes, all threads together.
    pub(crate) fn count(self, bench: &Bench, place: &Path, command: &Command) -> io::Result<u64> {
        let report = place.join("count");
        let mut counted = match self {
            Counter::Perf => {
                let mut perf = Command::new("perf");
                perf.args(["stat", "-x,", "-e", "instructions:u", "-o"])
                    .arg(&report)
                    .arg("--");
                perf
            }
            Counter::Callgrind => {
                let mut log = std::ffi::OsString::from("--log-file=");
                log.push(&report);
                let mut valgrind = Command::new("valgrind");
                valgrind
                    .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                    .arg(log);
                valgrind
            }
        };
        counted.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            counted.env(name, value.unwrap_or_default());
        }
        bench.runner.run(&mut counted)?;
        let text = fs::read_to_string(&report)?;
        let found = match self {
            Counter::Perf => from_perf(&text),
            Counter::Callgrind => from_callgrind(&text),
        };
        found.ok_or_else(|| io::Error::other(format!("no count of instructions in: {text}")))
    }
}

/// The first field of the line that names the event; `<not supported>` is no number.
fn from_perf(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.contains("instructions"))?;
    line.split(',').next()?.parse().ok()
}

/// `==123== Collected : 456`
fn from_callgrind(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_both_programs() {
        let perf = "# started on a day\n\n123456,,instructions:u,1000000,100.00,,\n";
        assert_eq!(from_perf(perf), Some(123_456));
        let cannot = "<not supported>,,instructions:u,0,100.00,,\n";
        assert_eq!(from_perf(cannot), None);
        let callgrind = "==7== Events    : Ir\n==7== Collected : 8901\n==7==\n";
        assert_eq!(from_callgrind(callgrind), Some(8901));
        assert_eq!(from_callgrind("==7== killed\n"), None);
    }
}
