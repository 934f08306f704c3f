//! Conversions that do not come to their end, and places for their documents.

use std::fs;
use std::path::Path;
use std::time::Instant;

use rustix::process::Signal;

use crate::documents::{self, Pixels, jpeg_pixels, png_pixels, tiff, tiff_pixels, tool};
use crate::full_disk::white_page;
use crate::scratch::{LIMIT, Scratch, start_into};

use super::*;

/// A TIFF of three pages, of which one breaks off.
fn with_damage(scratch: &Scratch, page: usize) {
    let mut files = Vec::new();
    for n in 0..3 {
        let pnm = scratch.path(format!("{n}.pnm"));
        fs::write(&pnm, picture("P6", 200, 150, 255, n as u32)).unwrap();
        let name = scratch.path(format!("{n}.tif"));
        make(&name, "pamtotiff", &["-none", "-quiet"], &pnm);
        files.push(name);
    }
    let path = scratch.path("in.tif");
    let mut paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    paths.push(&path);
    tool("tiffcp", &["-c", "zip", "-r", "16"], &paths);
    let told = tool("tiffinfo", &["-s"], &[&path]).text();
    let places: Vec<(usize, usize)> = told
        .lines()
        .filter_map(|line| line.split_once(": [")?.1.strip_suffix(']')?.split_once(','))
        .map(|(at, len)| (at.trim().parse().unwrap(), len.trim().parse().unwrap()))
        .collect();
    let (at, len) = places[places.len() / 3 * page + 4];
    let mut bytes = fs::read(&path).unwrap();
    bytes[at..at + len].fill(0);
    fs::write(&path, bytes).unwrap();
}

#[test]
fn damage_in_mid_document_keeps_the_pages_before_it() {
    let scratch = Scratch::new();
    with_damage(&scratch, 2);
    let before = fs::read(scratch.path("in.tif")).unwrap();
    // Packed anew, and as it is stored.
    for packed in ["-c lzw", "-c deflate", ""] {
        let line = format!("convert in.tif {packed} -o out.tiff");
        let ended = scratch.quire(&line).exits(9);
        ended.says(&["in.tif: page 3: ", "2 complete pages kept in out.tiff"]);
        let out = scratch.path("out.tiff");
        assert_eq!(tiff(&out).len(), 2);
        for n in 0..2 {
            let pnm = fs::read(scratch.path(format!("{n}.pnm"))).unwrap();
            assert_eq!(tiff_pixels(&out, n), Pixels::of_pnm(&pnm));
        }
    }
    let ended = scratch.quire("convert in.tif -o out.pdf").exits(9);
    ended.says(&["in.tif: page 3: ", "2 complete pages kept in out.pdf"]);
    assert_eq!(documents::pdf(&scratch.path("out.pdf")), 2);
    let ended = scratch.quire("convert in.tif -o page-%d.png").exits(9);
    ended.says(&[
        "in.tif: page 3: ",
        "2 complete pages kept in page-1.png to page-2.png",
    ]);
    assert!(!scratch.names().iter().any(|name| name.starts_with('.')));
    assert!(fs::read(scratch.path("in.tif")).unwrap() == before);

    with_damage(&scratch, 0);
    fs::write(scratch.path("old.tiff"), "old").unwrap();
    let ended = scratch.quire("convert in.tif -c lzw -o old.tiff").exits(9);
    ended.says(&["in.tif: page 1: "]);
    assert_eq!(fs::read(scratch.path("old.tiff")).unwrap(), b"old");
}

#[test]
fn an_output_that_is_in_use_or_was_left_by_a_crash_stays() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.pnm"), picture("P5", 50, 40, 255, 1)).unwrap();
    make(
        &scratch.path("a.png"),
        "pnmtopng",
        &["-quiet"],
        &scratch.path("a.pnm"),
    );
    let partial = scratch.path(".x.tiff.partial");
    fs::write(&partial, "precious").unwrap();
    scratch
        .quire("convert a.png -o x.tiff")
        .exits(7)
        .says(&[".x.tiff.partial"]);
    let file = fs::File::open(&partial).unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    scratch
        .quire("convert a.png -o x.tiff")
        .exits(6)
        .says(&[".x.tiff.partial"]);
    assert_eq!(fs::read(&partial).unwrap(), b"precious");
}

#[test]
fn standard_output_takes_what_needs_no_seek() {
    let scratch = Scratch::new();
    let pnm = picture("P6", 50, 40, 255, 1);
    fs::write(scratch.path("a.pnm"), &pnm).unwrap();
    make(
        &scratch.path("a.tif"),
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    let ended = scratch.quire("convert a.tif -f png -o -").succeeds();
    fs::write(scratch.path("b.png"), &ended.stdout).unwrap();
    assert_eq!(png_pixels(&scratch.path("b.png")), Pixels::of_pnm(&pnm));
    scratch
        .quire("convert a.tif -o /dev/null -f tiff")
        .succeeds();
    let full = scratch.quire("convert a.tif -o /dev/full -f png").exits(7);
    full.says(&["/dev/full: ", "o space left"]);

    let input = fs::OpenOptions::new()
        .append(true)
        .open(scratch.path("a.tif"))
        .unwrap();
    let ended = start_into(scratch.command("convert a.tif -f png -o -"), input.into()).end();
    ended.exits(2).says(&["standard output is an input"]);
}

#[test]
fn ctrl_c_keeps_the_pages_that_are_complete() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.pnm"), picture("P6", 600, 500, 255, 1)).unwrap();
    make(
        &scratch.path("a.tif"),
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    let mut line = "convert --json -c lzw -o out.tiff".to_owned();
    line += &" a.tif".repeat(2000);
    let mut convert = scratch.start(&line);
    convert.wait_for_page(2);
    convert.send(Signal::INT);
    let ended = convert.end().exits(130);
    let end = ended.events().pop().unwrap();
    let pages = end["pages"].as_u64().unwrap();
    assert!((2..2000).contains(&pages), "{pages}");
    assert_eq!(tiff(&scratch.path("out.tiff")).len() as u64, pages);
}

#[test]
fn ctrl_c_leaves_whole_files_and_no_other() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.pnm"), picture("P6", 600, 500, 255, 1)).unwrap();
    make(
        &scratch.path("a.tif"),
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    for ending in ["png", "jpg", "bmp", "pdf"] {
        let line = format!("convert --json -o p-%d.{ending}{}", " a.tif".repeat(900));
        let mut convert = scratch.start(&line);
        convert.wait_for_page(2);
        convert.send(Signal::INT);
        let end = convert.end().exits(130).events().pop().unwrap();
        let pages = end["pages"].as_u64().unwrap();
        assert!((2..900).contains(&pages), "{pages}");
        let mut names: Vec<_> = (1..=pages).map(|n| format!("p-{n}.{ending}")).collect();
        names.extend(["a.pnm".to_owned(), "a.tif".to_owned()]);
        names.sort();
        assert_eq!(scratch.names(), names);
        for n in 1..=pages {
            let path = scratch.path(format!("p-{n}.{ending}"));
            let whole = match ending {
                "png" => png_pixels(&path).height == 500,
                "jpg" => jpeg_pixels(&path).height == 500,
                "pdf" => n > 3 || documents::pdf(&path) == 1,
                _ => !tool("bmptopnm", &["-quiet"], &[&path]).stdout.is_empty(),
            };
            assert!(whole, "{path:?}");
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn ctrl_c_in_the_first_page_leaves_the_old_document() {
    let scratch = Scratch::new();
    // 500 MB of rows.
    white_page(&scratch.path("in.tif"), 64_000);
    for name in ["out.png", "out.tiff", "out.pdf"] {
        fs::write(scratch.path(name), "old").unwrap();
        let names = scratch.names();
        let convert = scratch.start(&format!("convert in.tif --json -c deflate -o {name}"));
        let partial = scratch.path(format!(".{name}.partial"));
        let begun = Instant::now();
        while !partial.exists() {
            assert!(begun.elapsed() < LIMIT);
        }
        convert.send(Signal::INT);
        let end = convert.end().exits(130).events().pop().unwrap();
        assert_eq!(end["pages"], 0);
        let message = end["message"].as_str().unwrap();
        let untouched = format!("cancelled; no page was complete, {name} is untouched");
        assert_eq!(message, untouched);
        assert_eq!(fs::read(scratch.path(name)).unwrap(), b"old");
        assert_eq!(scratch.names(), names);
    }
}
