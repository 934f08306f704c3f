//! Back ends that break rules, hang and crash: `backend.c`, which is a whole libsane whose faults are the names of
//! its devices. Each ends with a status that names the cause, and the next command works.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use rustix::process::Signal;

use crate::scratch::{LIMIT, Scratch, start};

/// Compiles the back end into the folder.
fn libsane(scratch: &Scratch) -> PathBuf {
    let library = scratch.path("libsane.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/quire/sane/backend.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source)
        .status();
    assert!(compiled.unwrap().success(), "backend.c");
    library
}

#[test]
fn a_signal_ends_the_wait_for_a_device_that_does_not_open() {
    let scratch = Scratch::new();
    let library = libsane(&scratch);
    for line in [
        "scan -m gray -o x.tiff -d sane:open-hang?open-deadline=600",
        "preview -o x.png -d sane:open-hang?open-deadline=600",
    ] {
        let mut command = scratch.command(line);
        command.env("QUIRE_LIBSANE", &library);
        let scan = start(command);
        let started = Instant::now();
        // It hears signals before it starts the process that its device is in.
        while scan.children().is_empty() {
            assert!(started.elapsed() < LIMIT, "no process");
            std::thread::yield_now();
        }
        scan.send(Signal::INT);
        scan.end().exits(130).says(&["cancelled"]);
    }
    assert_eq!(scratch.names(), ["libsane.so"]);
}

/// Device, exit code, a word of the message.
const FAULTS: &[(&str, i32, &str)] = &[
    ("open-crash", 8, "SIGABRT"),
    ("open-hang?open-deadline=0.5", 8, "open"),
    ("open-99", 8, "status 99"),
    ("open-busy", 6, "in use"),
    ("open-denied", 3, "group scanner"),
    ("no-such", 3, "no such device"),
    ("options-negative", 0, ""),
    ("options-endless", 0, ""),
    ("option-nameless", 0, ""),
    ("option-type", 0, ""),
    ("option-size", 0, ""),
    ("option-huge", 0, ""),
    ("option-list", 0, ""),
    ("option-null", 0, ""),
    ("reload-endless", 0, ""),
    ("line-short", 8, "lines of 100 pixels in 50 bytes"),
    ("line-negative", 8, "lines of -1 bytes"),
    ("pixels-none", 8, "lines of 0 pixels"),
    ("depth-12", 8, "12 bits"),
    ("frame-77", 8, "frame format 77"),
    ("passes-endless", 8, "two frames of red"),
    ("start-hang?first-line-deadline=0.5", 8, "first line"),
    ("start-crash?deadline=600", 8, "SIGABRT"),
    ("read-crash?deadline=600", 8, "SIGABRT"),
    ("start-99", 8, "status 99"),
    ("start-eof", 8, "SANE_STATUS_EOF"),
    ("start-inval", 8, "SANE_STATUS_INVAL"),
    ("start-cancelled", 4, "stopped at the device"),
    ("start-warming", 0, ""),
    (
        "start-warming-ever?first-line-deadline=5",
        8,
        "still warms up",
    ),
    ("read-hang?deadline=0.5", 8, "another line"),
    ("read-99", 8, "status 99"),
    ("read-nothing?deadline=0.5", 8, "another line"),
    ("read-negative", 8, "more bytes than there was room for"),
    ("read-too-much", 8, "more bytes than there was room for"),
    ("lines-fewer", 8, "after 25 of its 50 lines"),
    ("lines-nearly-all", 0, ""),
    ("line-torn", 8, "in the middle of a line"),
    ("lines-more", 8, "more than the 50 lines"),
    ("cancel-hang?deadline=0.5", 8, "another line"),
    ("close-hang?close-deadline=0.5", 0, ""),
    ("fd-closed", 0, ""),
];

#[test]
fn each_fault_ends_with_its_cause() {
    let scratch = Scratch::new();
    let library = libsane(&scratch);
    let scan = |device: &str| {
        let mut command = scratch.command("scan -m gray -o x.tiff -d");
        command.arg(format!("sane:{device}"));
        command.env("QUIRE_LIBSANE", &library);
        start(command).end()
    };
    for (device, code, word) in FAULTS {
        let ended = scan(device).exits(*code);
        if *code != 0 {
            ended.says(&[word]);
        }
        assert_eq!(scratch.path("x.tiff").exists(), *code == 0, "{device}");
        // What one back end does is over with its command.
        scan("good").exits(0);
        std::fs::remove_file(scratch.path("x.tiff")).unwrap();
    }
}

/// What a back end does right that is seldom done.
#[test]
fn choices_in_latin_1() {
    let scratch = Scratch::new();
    let library = libsane(&scratch);
    let scan = |set: &str| {
        let mut command = scratch.command("scan -m gray -o x.tiff -d sane:latin-1 --set");
        command.arg(set).env("QUIRE_LIBSANE", &library);
        start(command).end()
    };
    scan("grain=k\u{f6}rnig").exits(0);
    std::fs::remove_file(scratch.path("x.tiff")).unwrap();
    scan("grain=grob").exits(2).says(&["grob", "k\u{f6}rnig"]);
}

/// A scanner that does not speak of sources, and has a sensor for sheets.
#[test]
fn a_sheet_fed_scanner_is_a_feeder() {
    let scratch = Scratch::new();
    let library = libsane(&scratch);
    let quire = |words: &str| {
        let mut command = scratch.command(words);
        command.env("QUIRE_LIBSANE", &library);
        start(command).end()
    };
    quire("scan -d sane:sheets -m gray -o x-%d.tiff").exits(0);
    let names = ["x-1.tiff", "x-2.tiff", "x-3.tiff", "x-4.tiff"];
    assert_eq!(
        names.map(|name| scratch.path(name).exists()),
        [true, true, true, false]
    );
    let height = |name: &str| {
        let file = BufReader::new(File::open(scratch.path(name)).unwrap());
        tiff::decoder::Decoder::new(file)
            .unwrap()
            .dimensions()
            .unwrap()
            .1
    };
    assert_eq!(height("x-1.tiff"), 50);
    // A sheet ends where the paper does.
    for transfer in ["stream", "file", "memory"] {
        let short = "scan -d sane:sheets-short -m gray -o short.tiff -t";
        quire(&format!("{short} {transfer}")).exits(0);
        assert_eq!(height("short.tiff"), 25, "{transfer}");
    }
    quire("scan -d sane:sheets -m gray -o y.tiff -n 4")
        .exits(5)
        .says(&["3"]);
    quire("scan -d sane:sheets -m gray -o z.tiff -s flatbed").exits(2);
}

#[test]
fn a_search_that_fails_is_told_of() {
    let scratch = Scratch::new();
    scratch.discover(&["sane"]);
    let library = libsane(&scratch);
    let devices = |fault: &str| {
        let mut command = scratch.command("devices --wait 60");
        command.env("QUIRE_LIBSANE", &library);
        if !fault.is_empty() {
            command.env(fault, "1");
        }
        start(command).end().exits(0)
    };
    assert!(devices("").text().contains("sane:good"));
    let ended = devices("BACKEND_LISTS_NOTHING");
    ended.says(&["sane_get_devices", "SANE_STATUS_IO_ERROR"]);
}

#[test]
fn a_driver_that_crashes_is_checked_no_further() {
    let scratch = Scratch::new();
    let library = libsane(&scratch);
    let mut command = scratch.command("check sane:read-crash");
    command.env("QUIRE_LIBSANE", &library);
    start(command).end().exits(8).says(&["crashed", "SIGABRT"]);
}
