//! `%d` in the output: one file a page.

use crate::documents::{jpeg_pixels, png_pixels, tiff};
use crate::scratch::Scratch;

const THREE: &str = "scan -d virtual:?sheets=3 -s feeder -r 75";

#[test]
fn pages_are_numbered_from_one() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{THREE} -m gray -o p%d.png"))
        .succeeds();
    assert_eq!(scratch.names(), ["p1.png", "p2.png", "p3.png"]);
    for name in scratch.names() {
        assert_eq!(png_pixels(&scratch.path(name)).kind, "P5");
    }
}

#[test]
fn numbers_can_have_zeros() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{THREE} -o 100%%-%03d.jpg"))
        .succeeds();
    assert_eq!(
        scratch.names(),
        ["100%-001.jpg", "100%-002.jpg", "100%-003.jpg"]
    );
    for name in scratch.names() {
        assert_eq!(jpeg_pixels(&scratch.path(name)).kind, "P6");
    }
}

#[test]
fn a_pattern_splits_a_tiff_too() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{THREE} -m bw -o %d.tif"))
        .succeeds();
    assert_eq!(scratch.names(), ["1.tif", "2.tif", "3.tif"]);
    for name in scratch.names() {
        assert_eq!(tiff(&scratch.path(name)).len(), 1);
    }
}

#[test]
fn raw_pages_have_a_header_each() {
    let scratch = Scratch::new();
    scratch.quire(&format!("{THREE} -o %d.raw")).succeeds();
    for name in scratch.names() {
        let bytes = std::fs::read(scratch.path(name)).unwrap();
        assert_eq!(&bytes[..4], b"WRAW");
    }
}

#[test]
fn two_numbers_are_a_mistake() {
    let scratch = Scratch::new();
    scratch
        .quire(&format!("{THREE} -o %d-%d.png"))
        .exits(2)
        .says(&["%d-%d.png"]);
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn a_page_whose_partial_file_is_left_over_ends_the_scan_before_it_is_overwritten() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path(".p2.png.partial"), "precious").unwrap();
    let ended = scratch.quire(&format!("{THREE} -o p%d.png")).exits(7);
    ended.says(&[".p2.png.partial"]);
    assert_eq!(
        std::fs::read(scratch.path(".p2.png.partial")).unwrap(),
        b"precious"
    );
}
