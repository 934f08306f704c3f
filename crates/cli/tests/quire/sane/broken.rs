//! Back ends that break rules, hang and crash: `backend.c`, which is a whole libsane whose faults are the names of
//! its devices. Each ends with a status that names the cause, and the next command works.

use std::path::PathBuf;
use std::process::Command;

use crate::scratch::{Scratch, start};

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
    ("read-hang?deadline=0.5", 8, "another line"),
    ("read-99", 8, "status 99"),
    ("read-nothing?deadline=0.5", 8, "another line"),
    ("read-negative", 8, "more bytes than there was room for"),
    ("read-too-much", 8, "more bytes than there was room for"),
    ("lines-fewer", 0, ""),
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
