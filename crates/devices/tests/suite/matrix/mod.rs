//! The matrix of transfers: every kind, format and way to end, on the virtual scanner with both its
//! faces, against a table written by hand.

mod application;
mod cell;
mod pixels;
mod scanner;
mod table;

use std::thread;

use application::{run, whole};
use cell::{Cell, FAILURES, kind_of, without_filter};
use table::{Row, filtered, rows};

/// The application's kind of transfer, the driver's generation where it is not the application's, and
/// whether there are filters.
const KINDS: [&str; 24] = [
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
    "banded+filter",
    "banded-multi+filter",
    "file+filter",
    "file-multi+filter",
    "stream+filter",
    "one-stream+filter",
    "banded@stream+filter",
    "banded-multi@stream+filter",
    "file@stream+filter",
    "file-multi@stream+filter",
    "stream@legacy+filter",
    "one-stream@legacy+filter",
];
const FORMATS: [&str; 4] = ["BMP", "RAW", "TIFF", "JPEG"];
const CASES: [&str; 21] = [
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
    "two-pages",
    "both-sides",
    "other-tymed",
    "other-format",
    "other-bitmap",
    "one-page-format",
];

/// Whether there is such a cell.
fn exists(kind: &str, format: &str, case: &str) -> bool {
    let multi = matches!(kind_of(kind), "banded-multi" | "file-multi" | "one-stream");
    let streams = matches!(kind_of(kind), "stream" | "one-stream");
    let of_kind = match case {
        // Only streams are asked for.
        "stream-refused" | "skip" => streams,
        // A file of one image cannot have too few.
        "short-media" => kind_of(kind) != "file",
        // Elsewhere they are pages like others, or the driver's affair.
        "both-sides" => without_filter(kind) == "file@stream",
        "other-bitmap" => format == "BMP",
        "one-page-format" => multi,
        _ => true,
    };
    // Only TIFF holds several pages.
    of_kind && (!multi || format == "TIFF")
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

/// The most specific row; there must be just one.
fn expected<'a>(rows: &'a [Row], kind: &str, format: &str, case: &str) -> &'a Row {
    let fits = |row: &&Row| row.matches(kind, format, case);
    let least = rows.iter().filter(fits).map(|row| row.distance(kind)).min();
    let least = least.unwrap_or_else(|| panic!("no row for {kind}, {format}, {case}"));
    let nearest = |row: &&Row| row.distance(kind) == least;
    let mut best = rows.iter().filter(fits).filter(nearest);
    let row = best.next().unwrap();
    assert!(
        best.next().is_none(),
        "two rows for {kind}, {format}, {case}"
    );
    row
}

/// The cells of a kind and format that are not as the table says.
fn wrong(rows: &[Row], kind: &'static str, format: &'static str) -> Vec<String> {
    let whole = whole(kind, format, filtered(without_filter(kind), format));
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

#[test]
fn filtered_images_are_the_same_bytes_whichever_kind_carries_them() {
    let images = |kind, format| whole(kind, format, filtered(without_filter(kind), format));
    for format in ["BMP", "RAW", "TIFF"] {
        let streams = images("stream+filter", format);
        assert_eq!(streams.len(), 3);
        assert!(
            images("stream@legacy+filter", format) == streams,
            "{format}"
        );
        // A file of one image is that of the first page.
        assert!(
            images("file@stream+filter", format) == streams[..1],
            "{format}"
        );
        // A bitmap in bands has no file header.
        let header = if format == "BMP" { 14 } else { 0 };
        let in_bands: Vec<_> = streams
            .iter()
            .map(|image| image[header..].to_vec())
            .collect();
        assert!(
            images("banded@stream+filter", format) == in_bands,
            "{format}"
        );
    }
    let document = images("one-stream+filter", "TIFF");
    assert_eq!(document.len(), 1);
    for kind in ["one-stream@legacy+filter", "file-multi@stream+filter"] {
        assert!(images(kind, "TIFF") == document, "{kind}");
    }
}
