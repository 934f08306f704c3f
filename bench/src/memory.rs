//! Peak memory: it must not grow with the pages.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::bench::Bench;
use crate::programs::Pages;
use crate::report::{Table, mebibytes};
use crate::rounds::{Side, alternate};

/// Grey pages of 2.2 MB, so that a thousand of them fit into memory as a file.
const GREY: Pages = Pages {
    count: 100,
    dpi: 150,
    mode: "gray",
};
/// Ten times as many: what is kept for each page would show.
const MANY: u32 = 1000;
/// The stack of the project's goal.
const COLOUR: Pages = Pages {
    count: 100,
    dpi: 300,
    mode: "color",
};
/// Enough that every buffer of an encoder has been filled.
const FEW: u32 = 10;
/// A peak hardly varies; three runs show whether it does.
const RUNS: usize = 3;
/// One output at a time.
const ROOM: u64 = 2_700_000_000;

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let scratch = bench.scratch(ROOM)?;
    let place = scratch.path();
    let scan = |pages: Pages, compression: Option<&'static str>, name: &'static str| {
        let kind = match compression {
            Some(compression) => format!("TIFF {compression}"),
            None => format!("a {} file each", ending(name)),
        };
        let label = format!(
            "{:>4} pages, {} dpi {}, {kind}",
            pages.count, pages.dpi, pages.mode
        );
        Side::new(label, place, |out| {
            bench.quire.scan(pages, compression, &out.join(name))
        })
    };
    let few = |mode| Pages {
        count: FEW,
        mode,
        ..COLOUR
    };
    let sides = vec![
        Side::new("quire --version", place, |_| version(bench)),
        scan(GREY, Some("none"), "a.tiff"),
        scan(
            Pages {
                count: MANY,
                ..GREY
            },
            Some("none"),
            "a.tiff",
        ),
        scan(COLOUR, Some("none"), "a.tiff"),
        scan(few("color"), Some("none"), "a.tiff"),
        scan(few("color"), Some("packbits"), "a.tiff"),
        scan(few("color"), Some("lzw"), "a.tiff"),
        scan(few("color"), Some("deflate"), "a.tiff"),
        scan(few("color"), Some("jpeg"), "a.tiff"),
        scan(few("bw"), Some("g4"), "a.tiff"),
        scan(few("color"), None, "%02d.png"),
        scan(few("color"), None, "%02d.jpeg"),
        scan(few("color"), None, "%02d.raw"),
    ];
    let mut table = Table::new(
        "memory: peak of resident memory",
        &["scan", "min MiB", "max MiB"],
    );
    for side in alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)? {
        let least = side.runs.iter().map(|run| run.peak).min().unwrap_or(0);
        table.row([side.name.clone(), mebibytes(least), mebibytes(side.peak())]);
    }
    table.note(format!(
        "Goal: at most 40 MiB, and no more for {MANY} pages than for {}. Files in memory do not count.",
        GREY.count
    ));
    drop(scratch);
    Ok(vec![table, conversions(bench)?])
}

/// Documents of few and of many pages, converted.
fn conversions(bench: &Bench) -> io::Result<Table> {
    let scratch = bench.scratch(2 * ROOM)?;
    let place = scratch.path();
    let large = Pages {
        count: FEW,
        dpi: 600,
        mode: "color",
    };
    let inputs = [
        (Pages { count: FEW, ..GREY }, "few.tiff"),
        (
            Pages {
                count: MANY,
                ..GREY
            },
            "many.tiff",
        ),
        (large, "large.tiff"),
    ];
    let mut sides = Vec::new();
    for (pages, name) in inputs {
        let input = place.join(name);
        bench
            .runner
            .run(&mut bench.quire.scan(pages, Some("none"), &input))?;
        for (compression, output) in [
            ("none", "a.tiff"),
            ("lzw", "a.tiff"),
            ("deflate", "a.tiff"),
            ("jpeg", "a.tiff"),
            ("deflate", "a.pdf"),
            ("jpeg", "a.pdf"),
        ] {
            let label = format!(
                "{:>4} pages, {} dpi {}, {} {compression}",
                pages.count,
                pages.dpi,
                pages.mode,
                ending(output)
            );
            sides.push(Side::new(label, place, |out| {
                let mut command = bench.quire.command();
                command.args(["convert", "-c", compression]);
                command.arg(&input).arg("-o").arg(out.join(output));
                command
            }));
        }
    }
    let mut table = Table::new(
        "memory: peak of resident memory of conversions from uncompressed TIFF",
        &["conversion", "min MiB", "max MiB"],
    );
    for side in alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)? {
        let least = side.runs.iter().map(|run| run.peak).min().unwrap_or(0);
        table.row([side.name.clone(), mebibytes(least), mebibytes(side.peak())]);
    }
    table.note(format!(
        "Goal: at most 40 MiB, and for {MANY} pages no more than 2 MiB above those for {FEW}."
    ));
    Ok(table)
}

/// What the program needs before it does anything.
fn version(bench: &Bench) -> Command {
    let mut command = bench.quire.command();
    command.arg("--version");
    command
}

fn ending(name: &str) -> &str {
    let path = Path::new(name);
    path.extension().and_then(|e| e.to_str()).unwrap_or(name)
}
