//! Every compression and format, against `tiffcp` where it has the same.

use std::io;
use std::path::{Path, PathBuf};

use crate::bench::Bench;
use crate::programs::{Pages, tiffcp};
use crate::report::{Table, mebibytes, megabytes, percent, seconds, spread};
use crate::rounds::{Measured, Side, alternate};

/// Pages of 26 MB: ten make runs of about a second or more, against which starting up is nothing.
const COLOUR: Pages = Pages {
    count: 10,
    dpi: 300,
    mode: "color",
};
/// A bilevel page is done in some milliseconds, so more of them.
const BILEVEL: Pages = Pages {
    count: 100,
    dpi: 300,
    mode: "bw",
};
/// Runs of which the fastest counts.
const RUNS: usize = 7;
/// Both stacks and one output.
const ROOM: u64 = 1_000_000_000;

/// One thing that is measured.
struct Case {
    pages: Pages,
    compression: Option<&'static str>,
    /// The name of the document or, with a place for a number, of its pages.
    output: &'static str,
    /// What makes `tiffcp` do the same: as much predicted, the same quality. (Deflate has level 6 there
    /// and 3 here: tiffcp 4.5 does not heed the level it is given.) Strips of 64 rows
    /// serve it best; the ones in which it gets the pages are not a multiple of 8 rows, as its JPEG
    /// wants them.
    tiffcp: Option<&'static [&'static str]>,
}

const CASES: [Case; 9] = [
    tiff("none", Some(&["-c", "none"])),
    tiff("packbits", Some(&["-r", "64", "-c", "packbits"])),
    tiff("lzw", Some(&["-r", "64", "-c", "lzw:2"])),
    tiff("deflate", Some(&["-r", "64", "-c", "zip:2"])),
    tiff("jpeg", Some(&["-r", "64", "-c", "jpeg:75"])),
    Case {
        pages: BILEVEL,
        ..tiff("g4", Some(&["-r", "64", "-c", "g4"]))
    },
    single("%03d.png"),
    single("%03d.jpeg"),
    single("%03d.raw"),
];

const fn tiff(compression: &'static str, tiffcp: Option<&'static [&'static str]>) -> Case {
    Case {
        pages: COLOUR,
        compression: Some(compression),
        output: "a.tiff",
        tiffcp,
    }
}

const fn single(output: &'static str) -> Case {
    Case {
        pages: COLOUR,
        compression: None,
        output,
        tiffcp: None,
    }
}

pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let scratch = bench.scratch(ROOM)?;
    let stacks = [
        Stack::make(bench, COLOUR, scratch.path().join("colour.tiff"))?,
        Stack::make(bench, BILEVEL, scratch.path().join("bilevel.tiff"))?,
    ];
    let columns = [
        "side",
        "min s",
        "pages/s",
        "raw MB/s",
        "cpu s",
        "contention %",
        "peak MiB",
        "MB written",
        "quire/tiffcp of minima",
        "by round min / median / max",
    ];
    let mut table = Table::new(
        format!(
            "codecs: A4, 300 dpi, in memory; {} colour pages, {} bilevel ones for g4",
            COLOUR.count, BILEVEL.count
        ),
        &columns,
    );
    for case in &CASES {
        let stack = match case.pages.mode {
            "bw" => &stacks[1],
            _ => &stacks[0],
        };
        let sides = case.sides(bench, scratch.path(), stack);
        let measured = alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)?;
        for side in &measured {
            table.row(row(case, stack, side, &measured));
        }
    }
    table.note("quire draws the pages too; tiffcp reads them, uncompressed, from memory.");
    table.note(
        "tiffcp's zip is at level 6 whatever it is given; quire's is at level 3. See the sizes.",
    );
    table.note("cpu is the least user and system time of a run, all threads together.");
    Ok(vec![table])
}

impl Case {
    fn sides(&self, bench: &Bench, scratch: &Path, stack: &Stack) -> Vec<Side> {
        let name = match self.compression {
            Some(compression) => format!("quire TIFF {compression}"),
            None => format!("quire {}", self.output.trim_start_matches("%03d.")),
        };
        let ours = Side::new(name, scratch, |out| {
            let output = out.join(self.output);
            bench.quire.scan(self.pages, self.compression, &output)
        });
        let theirs = self.tiffcp.map(|options| {
            Side::new(format!("tiffcp {}", options.join(" ")), scratch, |out| {
                tiffcp(
                    options,
                    std::slice::from_ref(&stack.path),
                    &out.join("a.tiff"),
                )
            })
        });
        [Some(ours), theirs].into_iter().flatten().collect()
    }
}

fn row(case: &Case, stack: &Stack, side: &Measured, all: &[Measured]) -> Vec<String> {
    let wall = side.fastest().as_secs_f64();
    let mut cells = vec![
        side.name.clone(),
        seconds(side.fastest()),
        format!("{:.1}", f64::from(case.pages.count) / wall),
        format!("{:.0}", stack.bytes as f64 / 1e6 / wall),
        seconds(side.least_cpu()),
        percent(side.fastest_run().and_then(|run| run.contention)),
        mebibytes(side.peak()),
        megabytes(side.written),
    ];
    if let [ours, theirs] = all
        && std::ptr::eq(side, theirs)
    {
        cells.push(format!("{:.2}", ours.ratio_of_minima(theirs)));
        cells.push(spread(&ours.ratios(theirs)));
    }
    cells
}

/// The pages as `tiffcp` gets them: one uncompressed TIFF.
struct Stack {
    path: PathBuf,
    /// Its size, which is that of its pixels but for some KB.
    bytes: u64,
}

impl Stack {
    fn make(bench: &Bench, pages: Pages, path: PathBuf) -> io::Result<Stack> {
        let mut scan = bench.quire.scan(pages, Some("none"), &path);
        bench.runner.run(&mut scan)?;
        let bytes = path.metadata()?.len();
        Ok(Stack { path, bytes })
    }
}
