//! What it costs that every page is durable before the next is asked for, on a disk.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::bench::{self, Bench};
use crate::programs::Pages;
use crate::report::{Table, megabytes, seconds, spread};
use crate::rounds::{Side, alternate};

/// Pages of 26 MB.
const PAGES: Pages = Pages {
    count: 20,
    dpi: 300,
    mode: "color",
};
/// A disk's time varies more than a few runs show; these give its size.
const RUNS: usize = 3;
/// One output at a time, and the pages in memory.
const ROOM: u64 = 1_200_000_000;
/// At most this times the time of the same bytes with as many syncs.
const GOAL: f64 = 1.0;

/// Nothing without `--disk`: syncing costs nothing in memory.
pub(crate) fn run(bench: &Bench) -> io::Result<Vec<Table>> {
    let Some(disk) = &bench.disk else {
        return Ok(Vec::new());
    };
    let scratch = bench::scratch(disk, ROOM)?;
    let memory = bench.scratch(ROOM)?;
    let input = memory.path().join("pages.tiff");
    bench
        .runner
        .run(&mut bench.quire.scan(PAGES, Some("none"), &input))?;
    let place = scratch.path();
    let scan = |name: &str, dir: &Path| {
        Side::new(name, dir, |out| {
            bench.quire.scan(PAGES, Some("none"), &out.join("a.tiff"))
        })
    };
    let sides = vec![
        scan("quire scan, a sync a page", place),
        Side::new("dd of the same bytes, as many syncs", place, |out| {
            synced(&input, &out.join("a.tiff"))
        }),
        scan("quire scan into memory", memory.path()),
    ];
    let measured = alternate(&bench.runner, bench.runs.unwrap_or(RUNS), sides)?;
    let mut table = Table::new(
        format!(
            "durable: {} A4 pages of 300 dpi colour onto a disk",
            PAGES.count
        ),
        &[
            "side",
            "min s",
            "MB written",
            "quire/dd of minima",
            "by round min / median / max",
        ],
    );
    let [ours, theirs, memory] = measured.as_slice() else {
        return Ok(Vec::new());
    };
    table.row([
        ours.name.clone(),
        seconds(ours.fastest()),
        megabytes(ours.written),
    ]);
    table.row([
        theirs.name.clone(),
        seconds(theirs.fastest()),
        megabytes(theirs.written),
        format!("{:.2}", ours.ratio_of_minima(theirs)),
        spread(&ours.ratios(theirs)),
    ]);
    table.row([
        memory.name.clone(),
        seconds(memory.fastest()),
        megabytes(memory.written),
    ]);
    table.note(format!(
        "Goal: {GOAL:.1}, beside the time that drawing the pages takes, which the last line shows. Disk: {}",
        disk.display()
    ));
    Ok(vec![table])
}

/// The bytes of `from` in as many parts as there are pages, each synced.
fn synced(from: &Path, to: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            r#"size=$(stat -c %s "$1"); part=$(( (size + $3 - 1) / $3 )); n=0
            while [ $n -lt "$3" ]; do
                dd if="$1" of="$2" bs=$part skip=$n seek=$n count=1 conv=notrunc,fdatasync status=none || exit
                n=$((n + 1))
            done"#,
            "sh",
        ])
        .arg(from)
        .arg(to)
        .arg(PAGES.count.to_string());
    command
}
