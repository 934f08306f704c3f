//! `quire convert` against `tiffcp` and `img2pdf` on the same files.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::Bench;
use crate::programs::tiffcp;
use crate::report::Table;
use crate::rounds::{Side, alternate, costs, fill};
use crate::stack::{Kind, Sheets, psnr};

/// Pages of the project's goals.
const PAGES: u32 = 100;
const DPI: u32 = 300;
/// Runs of which the fastest counts.
const RUNS: usize = 7;
/// A colour page, its strips and directory, with some to spare.
const PAGE: u64 = 26_500_000;

/// A compression, what makes tiffcp do the same, and the ratio that is the goal.
struct Case {
    kind: Kind,
    compression: &'static str,
    tiffcp: &'static [&'static str],
    goal: f64,
}

const CASES: [Case; 5] = [
    case(Kind::Colour, "none", &["-c", "none"], 1.0),
    case(Kind::Colour, "lzw", &["-c", "lzw", "-r", "64"], 0.8),
    case(Kind::Colour, "deflate", &["-c", "zip", "-r", "64"], 0.5),
    case(Kind::Colour, "jpeg", &["-c", "jpeg:75", "-r", "64"], 0.8),
    case(Kind::Bilevel, "g4", &["-c", "g4"], 0.7),
];

const fn case(
    kind: Kind,
    compression: &'static str,
    tiffcp: &'static [&'static str],
    goal: f64,
) -> Case {
    Case {
        kind,
        compression,
        tiffcp,
        goal,
    }
}

/// TIFF to TIFF, by compression.
pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let count = bench.pages.unwrap_or(PAGES);
    // The input, one output, and the input once more while it is made.
    let scratch = bench.scratch(2 * PAGE * u64::from(count) + 40 * PAGE)?;
    let place = scratch.path();
    let sheets = Sheets::scan(bench, place, DPI)?;
    let colour = place.join("colour.tiff");
    let bilevel = place.join("bilevel.tiff");
    sheets.stack(bench, Kind::Colour, count, &colour)?;
    sheets.stack(bench, Kind::Bilevel, count, &bilevel)?;
    let mut table = costs(format!(
        "convert: {count} A4 pages of 300 dpi, uncompressed in strips of 64 rows, in memory"
    ));
    for case in &CASES {
        let input = match case.kind {
            Kind::Colour => &colour,
            Kind::Bilevel => &bilevel,
        };
        let sides = vec![
            Side::new(
                format!("quire convert -c {}", case.compression),
                place,
                |out| convert(bench, case, input, &out.join("a.tiff")),
            ),
            Side::new(format!("tiffcp {}", case.tiffcp.join(" ")), place, |out| {
                tiffcp(
                    case.tiffcp,
                    std::slice::from_ref(input),
                    &out.join("a.tiff"),
                )
            }),
        ];
        let measured = alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)?;
        fill(&mut table, count, &measured, case.goal);
    }
    table.note("Pages are those of the virtual scanner under noise that does not repeat.");
    table.note(quality(bench, place, &sheets)?);
    notes(&mut table);
    Ok(vec![table])
}

/// JPEG files to a PDF.
pub(crate) fn pdf(bench: &Bench) -> io::Result<Vec<Table>> {
    const GOAL: f64 = 0.5;
    let count = bench.pages.unwrap_or(PAGES);
    let scratch = bench.scratch(40 * PAGE + 4_000_000 * u64::from(count))?;
    let place = scratch.path();
    let files = Sheets::scan(bench, place, DPI)?.jpegs(count, &place.join("jpegs"))?;
    let side = |name, mut command: Command| {
        command.args(&files);
        Side::new(name, place, move |out| {
            command.arg("-o").arg(out.join("a.pdf"));
            command
        })
    };
    let mut ours = bench.quire.command();
    ours.arg("convert");
    let sides = vec![
        side("quire convert", ours),
        side("img2pdf", Command::new("img2pdf")),
    ];
    let measured = alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)?;
    let mut table = costs(format!(
        "pdf: {count} JPEG files, A4, 300 dpi, colour, into a PDF in memory"
    ));
    fill(&mut table, count, &measured, GOAL);
    table.note("Goal of the peak: 24 MiB.");
    notes(&mut table);
    Ok(vec![table])
}

fn convert(bench: &Bench, case: &Case, input: &Path, output: &Path) -> Command {
    let mut command = bench.quire.command();
    command
        .args(["convert", "-c", case.compression])
        .arg(input)
        .arg("-o")
        .arg(output);
    command
}

/// The quality of one page in JPEG by both.
fn quality(bench: &Bench, place: &Path, sheets: &Sheets) -> io::Result<String> {
    let page = place.join("page.tiff");
    sheets.stack(bench, Kind::Colour, 1, &page)?;
    let Some(case) = CASES.iter().find(|case| case.compression == "jpeg") else {
        return Ok(String::new());
    };
    let (ours, theirs) = (place.join("ours.tiff"), place.join("theirs.tiff"));
    bench.runner.run(&mut convert(bench, case, &page, &ours))?;
    let inputs: [PathBuf; 1] = [page.clone()];
    bench
        .runner
        .run(&mut tiffcp(case.tiffcp, &inputs, &theirs))?;
    Ok(format!(
        "JPEG of one page: quire {:.2} dB, tiffcp {:.2} dB (PSNR).",
        psnr(&page, &ours)?,
        psnr(&page, &theirs)?
    ))
}

fn notes(table: &mut Table) {
    table.note("cpu is the least user and system time of a run, all threads together.");
    table.note(
        "quire syncs its document before it has its name (nothing in memory); the others do not.",
    );
}
