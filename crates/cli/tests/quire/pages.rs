//! Pixels: what comes out is what lies on the scanner's paper.

use std::fs;
use std::process::Command;

use crate::documents::{Pixels, jpeg_pixels, png_pixels, tiff, tiff_pixels, tool};
use crate::scratch::{Scratch, start};
use crate::sheets::{DPI, folder, gray_bytes, size};

/// The pixels of sheet `n` of the test folder.
fn sheet(n: u32) -> Pixels {
    let (width, height) = size(n);
    Pixels {
        kind: "P5".to_owned(),
        width: width as usize,
        height: height as usize,
        bytes: gray_bytes(n, width, height),
    }
}

#[test]
fn a_feeder_gives_every_sheet_in_order_at_its_own_size() {
    for compression in ["none", "packbits", "lzw", "deflate"] {
        let scratch = Scratch::new();
        folder(&scratch.path("pages"), 4);
        let line = format!(
            "scan -d virtual:pages -s feeder -r {DPI} -m gray -c {compression} -o out.tiff"
        );
        scratch.quire(&line).succeeds();
        let out = scratch.path("out.tiff");
        let pages = tiff(&out);
        assert_eq!(pages.len(), 4);
        for (n, page) in (1..).zip(&pages) {
            assert_eq!((page.width, page.height), size(n), "{compression}");
            assert_eq!(page.dpi, (100.0, 100.0));
            assert_eq!((page.bits, page.samples), (8, 1));
            assert_eq!(
                tiff_pixels(&out, n as usize - 1),
                sheet(n),
                "{compression}, page {n}"
            );
        }
    }
}

#[test]
fn one_file_a_page_holds_the_same_pixels() {
    let scratch = Scratch::new();
    folder(&scratch.path("pages"), 2);
    let line = format!("scan -d virtual:pages -s feeder -r {DPI} -m gray -o %d.png");
    scratch.quire(&line).succeeds();
    for n in [1, 2] {
        assert_eq!(png_pixels(&scratch.path(format!("{n}.png"))), sheet(n));
    }
}

#[test]
fn in_duplex_two_images_are_the_sides_of_a_sheet_and_a_last_back_is_blank() {
    let scratch = Scratch::new();
    folder(&scratch.path("pages"), 3);
    let line = format!("scan -d virtual:pages -s duplex -r {DPI} -m gray -o out.tiff");
    scratch.quire(&line).succeeds();
    let out = scratch.path("out.tiff");
    assert_eq!(tiff(&out).len(), 4);
    for n in 1..=3 {
        assert_eq!(tiff_pixels(&out, n as usize - 1), sheet(n));
    }
    let blank = tiff_pixels(&out, 3);
    assert!(blank.bytes.iter().all(|b| *b == blank.bytes[0] && *b > 200));
}

#[test]
fn the_flatbed_takes_the_next_image_at_each_scan() {
    let scratch = Scratch::new();
    folder(&scratch.path("pages"), 2);
    let line = format!("scan -d virtual:pages -s flatbed -r {DPI} -m gray -n 3 -o out.tiff");
    scratch.quire(&line).succeeds();
    let out = scratch.path("out.tiff");
    assert_eq!(tiff(&out).len(), 3);
    // The bed takes the largest image; a smaller one lies at its top left.
    for (index, n) in [(0, 1), (1, 2), (2, 1)] {
        let (found, expected) = (tiff_pixels(&out, index), sheet(n));
        let rows = found
            .bytes
            .chunks(found.width)
            .zip(expected.bytes.chunks(expected.width));
        for (row, (found, expected)) in rows.enumerate() {
            assert_eq!(
                &found[..expected.len()],
                expected,
                "scan {index}, row {row}"
            );
        }
    }
}

#[test]
fn bilevel_originals_stay_as_they_are() {
    let scratch = Scratch::new();
    let pages = scratch.path("pages");
    fs::create_dir(&pages).unwrap();
    let original = bilevel_tiff(&scratch, "pages/letter.tif");
    for compression in ["g4", "none", "deflate", "packbits", "lzw"] {
        let line =
            format!("scan -d virtual:pages -s feeder -r 300 -m bw -c {compression} -o out.tiff");
        scratch.quire(&line).succeeds();
        let out = scratch.path("out.tiff");
        assert_eq!(tiff(&out)[0].dpi, (300.0, 300.0));
        let found = tiff_pixels(&out, 0);
        assert_eq!(found.kind, "P4");
        assert_eq!(found, original, "{compression}");
    }
}

/// Makes a bilevel TIFF of 300 dpi with libtiff's and netpbm's tools; gives its pixels.
fn bilevel_tiff(scratch: &Scratch, name: &str) -> Pixels {
    let (width, height) = (601_usize, 402_usize);
    let mut pbm = format!("P1\n{width} {height}\n");
    for y in 0..height {
        for x in 0..width {
            let dark =
                (x * x / 64 + y * 3).is_multiple_of(5) || (x / 40 + y / 30).is_multiple_of(3);
            pbm.push(if dark { '1' } else { '0' });
        }
        pbm.push('\n');
    }
    fs::write(scratch.path("letter.pbm"), pbm).unwrap();
    let script = "pnmtotiff -quiet -g4 -xresolution 300 -yresolution 300 letter.pbm > \"$1\"";
    let mut command = Command::new("bash");
    command
        .args(["-c", script, "bash", name])
        .current_dir(scratch.dir());
    start(command).end().exits(0);
    Pixels::of_pnm(&tool("tifftopnm", &["-quiet", "-byrow"], &[&scratch.path(name)]).stdout)
}

#[test]
fn colour_and_depth_are_as_asked_for() {
    let scratch = Scratch::new();
    for (options, bits, samples) in [
        ("-m color", 8, 3),
        ("-m color --depth 16", 16, 3),
        ("-m gray", 8, 1),
        ("-m gray --depth 16", 16, 1),
        ("-m bw", 1, 1),
    ] {
        for compression in ["none", "deflate"] {
            let line = format!(
                "scan -d virtual:?sheets=2 -s feeder -r 75 {options} -c {compression} -o out.tiff"
            );
            scratch.quire(&line).succeeds();
            for page in tiff(&scratch.path("out.tiff")) {
                assert_eq!((page.bits, page.samples), (bits, samples), "{options}");
            }
        }
    }
}

#[test]
fn compressions_are_as_asked_for_and_agree() {
    let scratch = Scratch::new();
    let mut all = Vec::new();
    for (name, scheme) in [
        ("none", "None"),
        ("packbits", "PackBits"),
        ("lzw", "LZW"),
        ("deflate", "AdobeDeflate"),
    ] {
        let line = format!("scan -d virtual: -s flatbed -r 75 -c {name} -o out.tiff");
        scratch.quire(&line).succeeds();
        let pages = tiff(&scratch.path("out.tiff"));
        assert_eq!(pages[0].compression, scheme);
        all.push(tiff_pixels(&scratch.path("out.tiff"), 0));
    }
    assert!(all.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn defaults_are_deflate_and_for_bw_g4() {
    let scratch = Scratch::new();
    for (mode, scheme) in [
        ("color", "AdobeDeflate"),
        ("gray", "AdobeDeflate"),
        ("bw", "CCITT Group 4"),
    ] {
        scratch
            .quire(&format!(
                "scan -d virtual: -s flatbed -r 75 -m {mode} -o out.tiff"
            ))
            .succeeds();
        assert_eq!(
            tiff(&scratch.path("out.tiff"))[0].compression,
            scheme,
            "{mode}"
        );
    }
}

#[test]
fn jpeg_is_near_the_original_and_quality_changes_its_size() {
    let scratch = Scratch::new();
    scratch
        .quire("scan -d virtual: -s flatbed -r 75 -o out.png")
        .succeeds();
    let original = png_pixels(&scratch.path("out.png"));
    let mut sizes = Vec::new();
    for quality in [20, 75, 95] {
        let line = format!("scan -d virtual: -s flatbed -r 75 -q {quality} -o out.jpg");
        scratch.quire(&line).succeeds();
        let found = jpeg_pixels(&scratch.path("out.jpg"));
        assert_eq!(
            (found.width, found.height),
            (original.width, original.height)
        );
        let far: u64 = found
            .bytes
            .iter()
            .zip(&original.bytes)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        let mean = far as f64 / found.bytes.len() as f64;
        assert!(mean < 12.0, "quality {quality}: mean difference {mean}");
        sizes.push(fs::metadata(scratch.path("out.jpg")).unwrap().len());
    }
    assert!(sizes.is_sorted(), "{sizes:?}");

    let line = "scan -d virtual: -s flatbed -r 75 -c jpeg -o out.tiff";
    scratch.quire(line).succeeds();
    assert_eq!(tiff(&scratch.path("out.tiff"))[0].compression, "JPEG");
}

/// What `zbarimg` reads on the pages of an image, a line each.
pub(crate) fn bar_code(path: &std::path::Path) -> String {
    tool("zbarimg", &["--quiet", "--raw", "--nodbus"], &[path])
        .text()
        .trim()
        .to_owned()
}

#[test]
fn each_built_in_page_says_which_sheet_and_side_it_is() {
    let scratch = Scratch::new();
    let line = "scan -d virtual:?sheets=17 -s duplex -r 150 -m gray -o %02d.png";
    scratch.quire(line).succeeds();
    let seen: Vec<_> = scratch
        .names()
        .iter()
        .map(|name| bar_code(&scratch.path(name)))
        .collect();
    let expected: Vec<_> = (1..=17)
        .flat_map(|sheet| ["F", "B"].map(|side| format!("QUIRE-0-{sheet:03}-{side}")))
        .collect();
    assert_eq!(seen, expected);
}
