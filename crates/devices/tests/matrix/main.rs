//! The matrix of transfers: every kind, format and way to end, on the virtual scanner with both its
//! faces, against a table written by hand.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod application;
mod scanner;
mod table;

use std::thread;

use application::{Cell, FAILURES, run, whole};
use table::{Row, rows};

/// The application's kind of transfer, and the driver's generation where it is not the application's.
const KINDS: [&str; 12] = [
    "banded",
    "banded-multi",
    "file",
    "file-multi",
    "stream",
    "one-stream",
    "banded@stream",
    "banded-multi@stream",
    "file@stream",
    "file-multi@stream",
    "stream@legacy",
    "one-stream@legacy",
];
const FORMATS: [&str; 4] = ["BMP", "RAW", "TIFF", "JPEG"];
const CASES: [&str; 15] = [
    "complete",
    "unknown-height",
    "short-media",
    "answer-cancel",
    "stream-refused",
    "asked-to-cancel",
    "device-button",
    "skip",
    "answer-failure",
    "jam",
    "double-feed",
    "cover-open",
    "unplugged",
    "stall",
    "empty",
];

/// Whether there is such a cell.
fn exists(kind: &str, format: &str, case: &str) -> bool {
    let kind = kind.split('@').next().unwrap_or(kind);
    let multi = matches!(kind, "banded-multi" | "file-multi" | "one-stream");
    let streams = matches!(kind, "stream" | "one-stream");
    // Only TIFF holds several pages; only streams are asked for; a file of one image cannot have too
    // few.
    (!multi || format == "TIFF")
        && (streams || !matches!(case, "stream-refused" | "skip"))
        && (kind != "file" || case != "short-media")
}

/// What is run in one go: each kind with each of its formats.
fn columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pairs = KINDS
        .iter()
        .flat_map(|kind| FORMATS.iter().map(move |format| (*kind, *format)));
    pairs.filter(|(kind, format)| exists(kind, format, "complete"))
}

fn cells_of(
    kind: &'static str,
    format: &'static str,
) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let failures = FAILURES.iter().map(|(case, _)| *case);
    let cases = CASES.into_iter().chain(failures);
    cases
        .map(move |case| (kind, format, case))
        .filter(|(kind, format, case)| exists(kind, format, case))
}

fn cells() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    columns().flat_map(|(kind, format)| cells_of(kind, format))
}

/// The row with the fewest wildcards; there must be just one.
fn expected<'a>(rows: &'a [Row], kind: &str, format: &str, case: &str) -> &'a Row {
    let fits = |row: &&Row| row.matches(kind, format, case);
    let fewest = rows.iter().filter(fits).map(Row::wildcards).min();
    let fewest = fewest.unwrap_or_else(|| panic!("no row for {kind}, {format}, {case}"));
    let mut best = rows.iter().filter(fits).filter(|r| r.wildcards() == fewest);
    let row = best.next().unwrap();
    assert!(
        best.next().is_none(),
        "two rows for {kind}, {format}, {case}"
    );
    row
}

/// The cells of a kind and format that are not as the table says.
fn wrong(rows: &[Row], kind: &'static str, format: &'static str) -> Vec<String> {
    let whole = whole(kind, format);
    let mut wrong = Vec::new();
    for (kind, format, case) in cells_of(kind, format) {
        let row = expected(rows, kind, format, case);
        let got = run(&Cell { kind, format, case }, &whole);
        if got != row.outcome {
            wrong.push(format!(
                "{kind}, {format}, {case} ({}):\n  got  {got:?}\n  want {:?}",
                row.section, row.outcome
            ));
        }
    }
    wrong
}

#[test]
fn every_cell_is_as_the_table_says() {
    let rows = &rows();
    let wrong: Vec<String> = thread::scope(|scope| {
        let columns: Vec<_> = columns()
            .map(|(kind, format)| scope.spawn(move || wrong(rows, kind, format)))
            .collect();
        let ended = columns.into_iter().map(|column| column.join().unwrap());
        ended.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_is_used() {
    let rows = rows();
    let used: Vec<*const Row> = cells()
        .map(|(kind, format, case)| std::ptr::from_ref(expected(&rows, kind, format, case)))
        .collect();
    for row in &rows {
        assert!(used.contains(&std::ptr::from_ref(row)), "{row:?}");
    }
}
