//! `--filter`: what it makes of pages, and what it refuses.

use std::fs;

use crate::documents::png_pixels;
use crate::outputs::with_small_disk;
use crate::scratch::{QUIRE, Scratch};

const SCAN: &str = "scan -d virtual: -s flatbed -r 75 -m gray";

#[test]
fn a_quarter_turn_is_counter_clockwise() {
    let scratch = Scratch::new();
    scratch.quire(&format!("{SCAN} -o plain.png")).exits(0);
    scratch
        .quire(&format!("{SCAN} --filter rotation=90 -o turned.png"))
        .exits(0);
    let old = png_pixels(&scratch.path("plain.png"));
    let new = png_pixels(&scratch.path("turned.png"));
    let (w, h) = (old.width, old.height);
    assert_eq!((new.width, new.height), (h, w));
    for y in 0..h {
        for x in 0..w {
            assert_eq!(
                new.bytes[(w - 1 - x) * h + y],
                old.bytes[y * w + x],
                "{x},{y}"
            );
        }
    }
}

#[test]
fn filters_run_in_the_order_given_whichever_transfer_carries_the_pages() {
    let list = "--filter contrast=400 --filter rotation=180 --filter brightness=-150";
    for output in ["a.tiff -c none", "a.tiff -c deflate", "%d.png", "%d.raw"] {
        let of = |kind: &str| {
            let scratch = Scratch::new();
            let line =
                format!("scan -d virtual:?sheets=2 -s duplex -r 75 -t {kind} {list} -o {output}");
            let mut command = scratch.command(&line);
            command.env("SOURCE_DATE_EPOCH", "1700000000");
            let ended = crate::scratch::start(command).end();
            assert_eq!(ended.code, Some(0), "{line}: {}", ended.stderr);
            let names = scratch.names();
            let bytes: Vec<_> = names
                .iter()
                .map(|name| fs::read(scratch.path(name)).unwrap())
                .collect();
            (names, bytes)
        };
        let stream = of("stream");
        assert!(!stream.0.is_empty());
        assert!(stream == of("file"), "-t file {output}");
        assert!(stream == of("memory"), "-t memory {output}");
    }
    let scratch = Scratch::new();
    let first = "--filter contrast=900 --filter brightness=300";
    let last = "--filter brightness=300 --filter contrast=900";
    scratch
        .quire(&format!("{SCAN} {first} -o first.png"))
        .exits(0);
    scratch
        .quire(&format!("{SCAN} {last} -o last.png"))
        .exits(0);
    let pixels = |name: &str| png_pixels(&scratch.path(name));
    assert_ne!(pixels("first.png"), pixels("last.png"));
}

#[test]
fn check_shows_the_filters_and_the_size_that_they_make() {
    let scratch = Scratch::new();
    let line = "scan -d virtual: -s flatbed --page 100x50 -r 300 -o a.tiff --check";
    let filters = "--filter rotation=270 --filter brightness";
    let text = scratch.quire(&format!("{line} {filters}")).exits(0).text();
    assert!(
        text.contains("filters   rotation=270, brightness\n"),
        "{text}"
    );
    let json = |filters: &str| {
        let ended = scratch.quire(&format!("{line} {filters} --json"));
        ended.exits(0).json()
    };
    let (plain, turned) = (json(""), json(filters));
    assert_eq!(
        turned["filters"],
        serde_json::json!(["rotation=270", "brightness"])
    );
    assert_eq!(turned["width"], plain["height"]);
    assert_eq!(turned["height"], plain["width"]);
    assert_ne!(turned["width"], turned["height"]);
}

#[test]
fn a_filter_without_a_value_takes_that_of_the_property_from_the_device() {
    let scratch = Scratch::new();
    let of = |rest: &str| {
        scratch.quire(&format!("{SCAN} -o a.png {rest}")).exits(0);
        let pixels = png_pixels(&scratch.path("a.png")).bytes;
        fs::remove_file(scratch.path("a.png")).unwrap();
        pixels
    };
    for (property, filter) in [
        ("WIA_IPS_BRIGHTNESS", "brightness"),
        ("WIA_IPS_CONTRAST", "contrast"),
    ] {
        // Once, and not by the device as well.
        let explicit = of(&format!("--filter {filter}=300"));
        for filters in [
            format!("--filter {filter}"),
            format!("--filter {filter} --filter {filter}"),
        ] {
            let taken = of(&format!("--set {property}=300 {filters}"));
            assert!(taken == explicit, "{filters}");
        }
        // With a value of its own both are done.
        let both = of(&format!("--set {property}=300 --filter {filter}=300"));
        assert!(both != explicit, "{filter}");
    }
    let line = format!("{SCAN} -o a.png --set WIA_IPS_BRIGHTNESS=300 --filter brightness --check");
    let text = scratch.quire(&line).exits(0).text();
    assert!(text.contains(" brightness=300\n"), "{text}");
}

#[test]
fn unknown_filters_and_values_exit_2_and_name_what_is_valid() {
    for (filter, says) in [
        ("deskew", "brightness contrast rotation"),
        ("", "brightness contrast rotation"),
        ("brightness=1001", "-1000 to 1000"),
        ("contrast=", "-1000 to 1000"),
        ("contrast=high", "-1000 to 1000"),
        ("rotation=45", "0, 90, 180 or 270"),
        ("rotation=", "0, 90, 180 or 270"),
    ] {
        let scratch = Scratch::new();
        let line = format!("{SCAN} -o a.png --filter={filter}");
        scratch.quire(&line).exits(2).says(&["--filter", says]);
        assert!(scratch.names().is_empty());
    }
    let scratch = Scratch::new();
    scratch
        .quire("scan -d virtual: -s flatbed -m bw -o a.png --filter brightness=5")
        .exits(2)
        .says(&["filter brightness", "gray or color"]);
}

#[test]
fn complete_pages_are_kept_when_a_jam_ends_a_filtered_scan() {
    let scratch = Scratch::new();
    let line = "scan --no-prompt -d virtual:?jam=3 -s feeder -r 75 --filter rotation=90 -o a.tiff";
    scratch.quire(line).exits(4);
    assert_eq!(crate::documents::tiff(&scratch.path("a.tiff")).len(), 2);
}

/// A scan of a page of 35 MB whose temporary files have so much space.
fn with_small_tmp(scratch: &Scratch, size: &str, rest: &str) -> crate::scratch::Ended {
    // Whose size comes at its end.
    let scan = "scan -d virtual:?lateheight=1 -s flatbed -r 600 -m gray -o a.raw";
    let script = format!("TMPDIR=$PWD/small {QUIRE} {scan} {rest}");
    with_small_disk(scratch, size, &script)
}

#[test]
fn a_page_passes_without_temporary_files_whenever_its_size_is_known() {
    for rest in ["", "--page A4", "-d virtual:"] {
        let scratch = Scratch::new();
        let filter = format!("{rest} --filter brightness=100");
        with_small_tmp(&scratch, "64k", &filter).exits(0);
    }
}

#[test]
fn a_quarter_turn_needs_temporary_space_for_a_page_and_no_more() {
    // What is kept until it goes to a file is no page either.
    let scratch = Scratch::new();
    with_small_tmp(&scratch, "64m", "--filter rotation=90").exits(0);
}

#[test]
fn without_temporary_space_the_page_is_unfiltered_and_the_place_is_named() {
    for page in ["auto", "A4"] {
        let scratch = Scratch::new();
        let rest = format!("--page {page} --filter rotation=180");
        let ended = with_small_tmp(&scratch, "30m", &rest).exits(7);
        ended.says(&[
            "the page is unfiltered",
            "a temporary file for the filter in ",
            "/small",
        ]);
        let plain = Scratch::new();
        let scan = "scan -d virtual: -s flatbed -r 600 -m gray -o a.raw";
        plain.quire(&format!("{scan} --page {page}")).exits(0);
        let read = |scratch: &Scratch| fs::read(scratch.path("a.raw")).unwrap();
        assert!(read(&scratch) == read(&plain), "{page}");
    }
}
