//! Scans into PDF and BMP, read by foreign programs.

use std::fs;

use rustix::process::Signal;

use crate::documents::{self, Pixels, tool};
use crate::scratch::Scratch;

const FEEDER: &str = "scan -d virtual:?sheets=3 -s feeder -r 75";

#[test]
fn a_pdf_has_the_pixels_of_the_tiff_in_every_mode() {
    for mode in ["bw", "gray", "color"] {
        let scratch = Scratch::new();
        let line = format!("{FEEDER} -m {mode}");
        scratch.quire(&format!("{line} -o out.tiff")).succeeds();
        let lossless = if mode == "bw" { "g4" } else { "deflate" };
        for options in [
            format!("-c {lossless}"),
            format!("-c {lossless} -f pdfa -t memory"),
            "-c none -t file".to_owned(),
        ] {
            let made = scratch.quire(&format!("{line} {options} -o out.pdf"));
            made.succeeds();
            assert_eq!(documents::pdf(&scratch.path("out.pdf")), 3);
            for page in 0..3 {
                let expected = documents::tiff_pixels(&scratch.path("out.tiff"), page);
                let mut found = documents::pdf_pixels(&scratch.path("out.pdf"), page);
                if expected.kind == "P5" && found.kind == "P6" {
                    // Grey with a profile is three equal channels there.
                    let pixels = found.bytes.chunks_exact(3);
                    assert!(pixels.clone().all(|p| p[0] == p[1] && p[1] == p[2]));
                    found.bytes = pixels.map(|p| p[0]).collect();
                    found.kind = "P5".to_owned();
                }
                assert!(found == expected, "{mode} {options} {page}: {found:?}");
            }
        }
    }
}

#[test]
fn a_pdf_is_jpeg_by_itself_and_g4_in_bw() {
    let scratch = Scratch::new();
    for (mode, start) in [("color", &b"\xFF\xD8"[..]), ("gray", b"\xFF\xD8")] {
        let line = format!("{FEEDER} -m {mode} -o out.pdf");
        scratch.quire(&line).succeeds();
        let images = documents::pdf_images(&scratch.path("out.pdf"), &["-all"], 3);
        assert_eq!(images.len(), 3);
        assert!(images.iter().all(|image| image.starts_with(start)));
    }
    let line = format!("{FEEDER} -m bw -o out.pdf");
    scratch.quire(&line).succeeds();
    let list = tool("pdfimages", &["-list"], &[&scratch.path("out.pdf")]).text();
    assert_eq!(list.matches(" ccitt ").count(), 3, "{list}");
}

#[test]
fn title_and_author_are_in_the_document() {
    let scratch = Scratch::new();
    for format in ["pdf", "pdfa"] {
        let line = format!("{FEEDER} -f {format} --title Été --author Ada -o out.pdf");
        scratch.quire(&line).succeeds();
        let told = tool("pdfinfo", &[], &[&scratch.path("out.pdf")]).text();
        assert!(told.contains("Été") && told.contains("Ada"), "{told}");
    }
    let line = format!("{FEEDER} -c none --title Letters --author Ada -o out.tiff");
    scratch.quire(&line).succeeds();
    let pages = documents::tiff(&scratch.path("out.tiff"));
    assert!(pages[0].text.contains("Artist: Ada"), "{}", pages[0].text);
    assert!(pages[0].text.contains("Letters"), "{}", pages[0].text);
}

#[test]
fn scans_carry_a_colour_profile() {
    let scratch = Scratch::new();
    for (mode, profile) in [("color", true), ("gray", true), ("bw", false)] {
        for compression in ["none", "deflate"] {
            let line = format!("{FEEDER} -m {mode} -c {compression} -o out.tiff");
            scratch.quire(&line).succeeds();
            for page in documents::tiff(&scratch.path("out.tiff")) {
                assert_eq!(page.text.contains("ICC Profile"), profile, "{line}");
            }
        }
        scratch
            .quire(&format!("{FEEDER} -m {mode} -o out.pdf"))
            .succeeds();
        let list = tool("pdfimages", &["-list"], &[&scratch.path("out.pdf")]).text();
        assert_eq!(list.contains(" icc "), profile, "{list}");
    }
}

#[test]
fn a_pdf_goes_into_a_pipe() {
    let scratch = Scratch::new();
    let ended = scratch.quire(&format!("{FEEDER} -f pdf -o -")).succeeds();
    fs::write(scratch.path("pipe.pdf"), &ended.stdout).unwrap();
    assert_eq!(documents::pdf(&scratch.path("pipe.pdf")), 3);
}

#[test]
fn one_pdf_a_page() {
    let scratch = Scratch::new();
    scratch.quire(&format!("{FEEDER} -o p%d.pdf")).succeeds();
    assert_eq!(scratch.names(), ["p1.pdf", "p2.pdf", "p3.pdf"]);
    assert_eq!(documents::pdf(&scratch.path("p3.pdf")), 1);
}

#[test]
fn a_pdf_that_is_cancelled_keeps_its_pages() {
    let scratch = Scratch::new();
    let slow = "scan --json -d virtual:?ppm=120&sheets=90 -s feeder -r 75 -m gray -o out.pdf";
    let mut scan = scratch.start(slow);
    scan.wait_for_page(2);
    scan.send(Signal::INT);
    let events = scan.end().exits(130).events();
    assert_eq!(scratch.names(), ["out.pdf"]);
    let pages = documents::pdf(&scratch.path("out.pdf"));
    assert_eq!(events.last().unwrap()["pages"], pages);
}

/// The pixels of a bitmap, by netpbm.
fn bmp_pixels(scratch: &Scratch, name: &str) -> Pixels {
    let pnm = tool("bmptopnm", &["-quiet"], &[&scratch.path(name)]).stdout;
    Pixels::of_pnm(&pnm)
}

#[test]
fn a_bmp_has_the_pixels_of_the_png() {
    let scratch = Scratch::new();
    for mode in ["bw", "gray", "color"] {
        // The feeder finds a sheet's height at its end.
        for source in ["flatbed", "feeder -n 1"] {
            let line = format!("scan -d virtual: -s {source} -r 75 -m {mode}");
            scratch.quire(&format!("{line} -o out.png")).succeeds();
            scratch.quire(&format!("{line} -o out.bmp")).succeeds();
            let png = documents::png_pixels(&scratch.path("out.png"));
            let bmp = bmp_pixels(&scratch, "out.bmp");
            assert_eq!((bmp.width, bmp.height), (png.width, png.height));
            if bmp.kind == png.kind {
                assert!(bmp == png, "{line}");
            }
            let piped = scratch.quire(&format!("{line} -f bmp -o -")).succeeds();
            assert!(piped.stdout == fs::read(scratch.path("out.bmp")).unwrap());
        }
    }
    scratch.quire(&format!("{FEEDER} -o p%d.bmp")).succeeds();
    bmp_pixels(&scratch, "p3.bmp");
    let many = scratch.quire(&format!("{FEEDER} -o out.bmp")).exits(2);
    many.says(&["BMP", "%d"]);
}
