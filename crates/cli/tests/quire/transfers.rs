//! `-t`: the kind of transfer makes no difference to the document.

use std::fs;

use crate::documents::tiff;
use crate::scratch::{Scratch, start};

const KINDS: [&str; 3] = ["stream", "file", "memory"];

/// Scans with every kind of transfer, and compares what came of it, byte by byte: files, exit code and
/// what was said.
#[track_caller]
fn alike(line: &str, code: i32) {
    let of = |kind: &str| {
        let scratch = Scratch::new();
        let mut command = scratch.command(&format!("scan --no-prompt -t {kind} {line}"));
        command.env("SOURCE_DATE_EPOCH", "1700000000");
        let ended = start(command).end();
        assert_eq!(ended.code, Some(code), "-t {kind} {line}: {}", ended.stderr);
        let files = scratch.names();
        let bytes: Vec<_> = files
            .iter()
            .map(|name| fs::read(scratch.path(name)).unwrap())
            .collect();
        (ended.stderr, files, bytes)
    };
    let stream = of("stream");
    for kind in &KINDS[1..] {
        let other = of(kind);
        assert_eq!(
            (&stream.0, &stream.1),
            (&other.0, &other.1),
            "-t {kind} {line}"
        );
        assert!(stream.2 == other.2, "-t {kind} {line}: other bytes");
    }
}

#[test]
fn every_compression_and_mode_is_the_same_document() {
    for mode in ["color", "gray", "bw"] {
        for compression in ["none", "packbits", "lzw", "deflate"] {
            alike(
                &format!(
                    "-d virtual:?sheets=2 -s duplex -r 75 -m {mode} -c {compression} -o a.tiff"
                ),
                0,
            );
        }
    }
    alike(
        "-d virtual:?sheets=2 -s duplex -r 75 -m bw -c g4 -o a.tiff",
        0,
    );
    alike("-d virtual:?sheets=2 -s duplex -r 75 -c jpeg -o a.tiff", 0);
    alike(
        "-d virtual:?sheets=2 -s duplex -r 75 --depth 16 -c none -o a.tiff",
        0,
    );
}

#[test]
fn every_source_size_and_place_is_the_same() {
    for line in [
        "-d virtual: -s flatbed -r 75 -n 2 -o a.tiff",
        "-d virtual: -s flatbed -r 75 -a 10,20,30,40 -c none -o a.tiff",
        "-d virtual: -s feeder -r 75 -m gray -o %02d.png",
        "-d virtual: -s duplex -r 75 -m gray -n 3 -o %d.jpg",
        "-d virtual:?lateheight=1 -s duplex -r 75 -m gray -c none -o a.tiff",
        "-d virtual:?lateheight=1 -s duplex -r 75 -m gray -o a.tiff",
        "-d virtual: -s feeder -r 75 -m gray -n 1 -o a.raw",
        "-d virtual: -s duplex -r 75 --page a5 -m gray -c none -o a.tiff",
    ] {
        alike(line, 0);
    }
}

#[test]
fn every_early_end_keeps_the_same_pages() {
    for compression in ["none", "deflate"] {
        for (fault, code) in [
            ("jam=2", 4),
            ("jam=2:300", 4),
            ("double=3", 4),
            ("cover=2", 4),
            ("out=2", 0),
            ("disconnect=2:100", 8),
        ] {
            alike(
                &format!(
                    "-d virtual:?sheets=3&{fault} -s duplex -r 75 -m gray -c {compression} -o a.tiff"
                ),
                code,
            );
        }
        alike(
            &format!(
                "-d virtual:?sheets=2 -s duplex -n 7 -r 75 -m gray -c {compression} -o a.tiff"
            ),
            5,
        );
        alike(
            &format!("-d virtual:?sheets=0 -s feeder -r 75 -m gray -c {compression} -o a.tiff"),
            5,
        );
        alike(
            &format!("-d virtual:?jam=1 -s feeder -r 75 -m gray -c {compression} -o a.tiff"),
            4,
        );
    }
}

/// How far a cancelled scan came is chance; that its pages are complete is not.
#[test]
fn a_cancel_keeps_the_complete_pages_of_every_kind() {
    for kind in KINDS {
        for compression in ["none", "deflate"] {
            let scratch = Scratch::new();
            let mut running = scratch.start(&format!(
                "scan --json -t {kind} -d virtual:?ppm=240 -s duplex -r 75 -m gray -c {compression} -o a.tiff"
            ));
            running.wait_for_page(2);
            running.send(rustix::process::Signal::INT);
            running.end().exits(130);
            assert_eq!(scratch.names(), ["a.tiff"], "-t {kind} {compression}");
            let pages = tiff(&scratch.path("a.tiff")).len();
            assert!((2..10).contains(&pages), "-t {kind} {compression}: {pages}");
        }
    }
}

#[test]
fn a_full_device_is_told_by_every_kind() {
    for kind in KINDS {
        for compression in ["none", "deflate"] {
            let scratch = Scratch::new();
            let ended = scratch.quire(&format!(
                "scan -t {kind} -d virtual: -s duplex -r 75 -f tiff -c {compression} -o /dev/full"
            ));
            assert_eq!(
                ended.code,
                Some(7),
                "-t {kind} {compression}: {}",
                ended.stderr
            );
        }
    }
}

/// The root and one child of an older driver give what the items of a flatbed and a feeder give.
#[test]
fn an_older_tree_gives_the_same_document() {
    let of = |device: &str, line: &str| {
        let scratch = Scratch::new();
        let mut command = scratch.command(&format!("scan --no-prompt -d {device} {line}"));
        command.env("SOURCE_DATE_EPOCH", "1700000000");
        let ended = start(command).end();
        assert_eq!(ended.code, Some(0), "{device} {line}: {}", ended.stderr);
        fs::read(scratch.path("a.tiff")).unwrap()
    };
    for line in [
        "-s flatbed --page a4 -r 75 -o a.tiff",
        "-s feeder -r 75 -o a.tiff",
        "-s feeder -n 1 -r 75 -m gray -c none -o a.tiff",
        "-s duplex -r 75 -m bw -c g4 -o a.tiff",
        "-s duplex -r 75 -o a.tiff",
    ] {
        let items = of("virtual:?sheets=2", line);
        let older = of("virtual:?sheets=2&model=legacy&tree=legacy", line);
        assert!(items == older, "{line}: other bytes");
    }
}
