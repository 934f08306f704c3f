//! The virtual scanner does every duty, with each of its faces and sources.

use std::sync::Arc;
use std::time::Duration;

use driver_virtual::{Options, VirtualScanner};
use minidriver::{DriverModel, Minidriver};
use quire_testkit::{Faces, Outcome, Report, check};

fn report(faces: Faces, change: fn(&mut Options)) -> Report {
    let open = || -> wia::Result<Arc<dyn Minidriver>> {
        let mut options = Options::parse("", &[("sheets".into(), "3".into())])?;
        // So that it has something to report.
        options.warm_up = Duration::from_millis(1);
        change(&mut options);
        Ok(Arc::new(VirtualScanner::new(options)?))
    };
    let report = check(&open, faces).unwrap();
    assert_eq!(report.failed(), 0, "{report}");
    report
}

/// The duties that did not apply, but those of storage.
fn left_out(report: &Report) -> Vec<&'static str> {
    let rows = report.rows().iter();
    rows.filter(|row| matches!(row.outcome, Outcome::NotApplicable(_)))
        .map(|row| row.duty.id)
        .filter(|id| !id.starts_with("upload."))
        .collect()
}

#[test]
fn both_sources_with_both_faces() {
    assert_eq!(left_out(&report(Faces::Both, |_| {})), [""; 0]);
}

#[test]
fn a_feeder_alone() {
    let report = report(Faces::Both, |options| options.flatbed = None);
    assert_eq!(left_out(&report), [""; 0]);
}

#[test]
fn a_flatbed_alone() {
    let report = report(Faces::Both, |options| options.feeder = None);
    let of_several_pages = [
        "stream.released-next",
        "next.cancel-later",
        "next.skip-one",
        "message.new-page",
    ];
    let of_feeders = [
        "feeder.all",
        "feeder.count",
        "feeder.short",
        "feeder.empty",
        "feeder.ready",
        "memory.empty",
    ];
    let expected: Vec<_> = { of_several_pages.iter().chain(&of_feeders) }
        .copied()
        .collect();
    let mut left_out = left_out(&report);
    left_out.sort_by_key(|id| expected.iter().position(|e| e == id));
    assert_eq!(left_out, expected);
}

#[test]
fn a_driver_of_streams() {
    let left_out = left_out(&report(Faces::Streams, |_| {}));
    let older = |id: &&str| id.starts_with("memory.") || id.starts_with("file.");
    assert!(left_out.iter().all(older), "{left_out:?}");
    assert_eq!(left_out.len(), 22);
}

#[test]
fn an_older_driver() {
    let report = report(Faces::Older, |_| {});
    let rows = report.rows().iter();
    let older =
        rows.filter(|row| row.duty.id.starts_with("memory.") || row.duty.id.starts_with("file."));
    assert!(older.clone().all(|row| row.outcome == Outcome::Pass));
    assert_eq!(older.count(), 22);
}

#[test]
fn bands_and_files_through_the_compatibility_layer() {
    let report = report(Faces::Both, |options| options.model = DriverModel::Legacy);
    let expected = ["status.cancel", "status.failure", "message.new-page"];
    assert_eq!(left_out(&report), expected);
}

#[test]
fn streams_through_the_compatibility_layer() {
    let report = report(Faces::Both, |options| options.model = DriverModel::Stream);
    assert_eq!(left_out(&report), [""; 0]);
}

#[test]
fn a_height_that_is_known_at_the_end() {
    let report = report(Faces::Both, |options| options.quirks.late_height = true);
    assert_eq!(left_out(&report), [""; 0]);
}

#[test]
fn an_empty_feeder_is_no_failure() {
    let report = report(Faces::Both, |options| {
        options.flatbed = None;
        options.sheets = driver_virtual::Sheets::BuiltIn(0);
    });
    assert!(report.not_applicable() > 40, "{report}");
}

#[test]
fn a_driver_that_cannot_be_opened() {
    let gone = || Err(wia::Error::new(wia::ErrorKind::Offline, "gone"));
    let e = check(&gone, Faces::Both).unwrap_err();
    assert_eq!(e.kind(), wia::ErrorKind::Offline);
}
