//! Ctrl-C, SIGTERM, and a death without warning.

use std::fs;
use std::time::Instant;

use rustix::process::Signal;

use crate::documents;
use crate::scratch::{LIMIT, Scratch};

/// Two pages a second: slow enough that the third is never done before a signal arrives.
const SLOW: &str = "scan --json -d virtual:?sheets=90&ppm=120 -s feeder -r 75 -m gray";

#[track_caller]
fn stopped_by(signal: Signal) {
    let scratch = Scratch::new();
    let mut scan = scratch.start(&format!("{SLOW} -c none -o out.tiff"));
    scan.wait_for_page(2);
    scan.send(signal);
    let ended = scan.end().exits(130);
    let events = ended.events();
    let end = events.last().unwrap();
    assert_eq!(end["code"], 130);
    let kept = end["pages"].as_u64().unwrap();
    assert!((2..90).contains(&kept), "{end}");
    assert!(
        end["message"].as_str().unwrap().starts_with("cancelled; "),
        "{end}"
    );
    let told = events.iter().filter(|e| e["event"] == "page").count();
    assert_eq!(told as u64, kept);
    assert_eq!(
        documents::tiff(&scratch.path("out.tiff")).len() as u64,
        kept
    );
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn ctrl_c_keeps_the_complete_pages() {
    stopped_by(Signal::INT);
}

#[test]
fn sigterm_does_the_same() {
    stopped_by(Signal::TERM);
}

#[test]
fn a_cancel_before_the_first_page_leaves_nothing() {
    let scratch = Scratch::new();
    // One page takes a minute.
    let line = "scan --json -d virtual:?ppm=1 -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(line);
    scan.wait_for_event(|e| e["event"] == "start");
    let before = Instant::now();
    scan.send(Signal::INT);
    scan.end().exits(130);
    assert!(
        before.elapsed() < LIMIT / 4,
        "the cancel took {:?}",
        before.elapsed()
    );
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn a_device_that_does_not_move_is_cancelled_too() {
    let scratch = Scratch::new();
    let line = "scan --json -d virtual:?stall=2:10 -s feeder -r 75 -m gray -o out.tiff";
    let mut scan = scratch.start(line);
    scan.wait_for_page(1);
    scan.send(Signal::INT);
    scan.end().exits(130);
    assert_eq!(documents::tiff(&scratch.path("out.tiff")).len(), 1);
}

#[test]
fn killed_at_once_the_partial_file_opens_as_a_tiff() {
    for options in ["-c none", "-c deflate"] {
        let scratch = Scratch::new();
        fs::write(scratch.path("out.tiff"), "older").unwrap();
        let mut scan = scratch.start(&format!("{SLOW} {options} -o out.tiff"));
        scan.wait_for_page(2);
        scan.send(Signal::KILL);
        assert_eq!(scan.end().signal, Some(Signal::KILL.as_raw()));
        assert_eq!(scratch.names(), [".out.tiff.partial", "out.tiff"]);
        assert_eq!(fs::read(scratch.path("out.tiff")).unwrap(), b"older");

        // It is never overwritten, and whoever comes next is told what to do.
        let partial = scratch.path(".out.tiff.partial");
        let before = fs::read(&partial).unwrap();
        let again = scratch.quire("scan -d virtual: -s feeder -r 75 -o out.tiff");
        again
            .exits(7)
            .says(&[".out.tiff.partial", "rename or remove"]);
        assert_eq!(fs::read(&partial).unwrap(), before);

        // As the message says: renamed, it is a document of the pages that were complete.
        fs::rename(&partial, scratch.path("out.tiff")).unwrap();
        assert!(documents::tiff(&scratch.path("out.tiff")).len() >= 2);
        let again = scratch.quire("scan -d virtual: -s feeder -n 1 -r 75 -o out.tiff");
        again.succeeds();
    }
}
