//! `quire convert`: the pages of foreign documents, and of our own, into others.

mod append;
mod ends;
mod lossless;
mod other_formats;
mod turned;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::documents::{Pixels, jpeg_pixels, png_pixels, tiff, tiff_pixels, tool};
use crate::scratch::{Scratch, start, start_into};

/// Grain that does not repeat.
fn grain(bytes: usize, mut seed: u32) -> Vec<u8> {
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// A picture in netpbm's form: `P4` bilevel, `P5` grey, `P6` colour; 16 bits with the most of 65535.
pub(crate) fn picture(kind: &str, width: usize, height: usize, most: u32, seed: u32) -> Vec<u8> {
    let row = match kind {
        "P4" => width.div_ceil(8),
        "P5" => width,
        _ => width * 3,
    };
    let deep = if most > 255 { 2 } else { 1 };
    let mut bytes = grain(row * height * deep, seed);
    let mut header = format!("{kind}\n{width} {height}\n");
    if kind == "P4" {
        // What stands behind the end of a row is nobody's.
        let unused = (row * 8 - width) as u32;
        for row in bytes.chunks_mut(row) {
            *row.last_mut().unwrap() &= 0xFF << unused;
        }
    } else {
        header += &format!("{most}\n");
    }
    let mut file = header.into_bytes();
    file.extend(bytes);
    file
}

/// Runs a foreign program whose standard output is a file.
#[track_caller]
pub(crate) fn make(path: &Path, program: &str, args: &[&str], input: &Path) {
    let mut command = Command::new(program);
    command.args(args).arg(input).stdin(Stdio::null());
    let ended = start_into(command, fs::File::create(path).unwrap().into()).end();
    assert_eq!(ended.code, Some(0), "{program}: {}", ended.stderr);
}

/// The pictures of the table: a bilevel, a grey and a coloured one.
const KINDS: [(&str, usize, usize); 3] = [("P4", 77, 41), ("P5", 63, 90), ("P6", 130, 70)];

/// Makes the files of the table; gives name and picture of each.
fn sources(scratch: &Scratch) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (kind, width, height) in KINDS {
        let pnm = picture(kind, width, height, 255, 7);
        let original = scratch.path(format!("{kind}.pnm"));
        fs::write(&original, &pnm).unwrap();
        let plain = scratch.path(format!("{kind}.tif"));
        make(&plain, "pamtotiff", &["-none", "-quiet"], &original);
        let mut codings = vec!["none", "packbits", "lzw", "zip"];
        match kind {
            "P4" => codings.extend(["g4", "g3:1d", "g3:2d"]),
            _ => codings.extend(["lzw:2", "zip:2"]),
        }
        for coding in codings {
            let name = format!("{kind}-{}.tif", coding.replace(':', "-"));
            let path = scratch.path(&name);
            let args = ["-c", coding, "-r", "16"];
            tool("tiffcp", &args, &[&plain, &path]);
            all.push((name, pnm.clone()));
        }
        for (name, args) in [("LE", ["-B"]), ("tiles", ["-t"]), ("big", ["-8"])] {
            let name = format!("{kind}-{name}.tif");
            tool("tiffcp", &args, &[&plain, &scratch.path(&name)]);
            all.push((name, pnm.clone()));
        }
        let name = format!("{kind}.png");
        make(&scratch.path(&name), "pnmtopng", &["-quiet"], &original);
        all.push((name, pnm));
    }
    all
}

/// A page as netpbm has it; bilevel pages of PNG files too.
fn pixels(path: &Path) -> Pixels {
    match path.extension().and_then(|e| e.to_str()) {
        Some("png") => png_pixels(path),
        Some("jpg") => jpeg_pixels(path),
        _ => tiff_pixels(path, 0),
    }
}

#[test]
fn every_pair_of_formats_has_the_same_pixels() {
    let scratch = Scratch::new();
    for (name, pnm) in sources(&scratch) {
        let before = fs::read(scratch.path(&name)).unwrap();
        let mut targets = vec!["out.tiff", "out.png"];
        if !name.starts_with("P4") {
            targets.extend([
                "out.tiff -c lzw",
                "out.tiff -c packbits",
                "out.tiff -c none",
            ]);
        }
        for target in targets {
            let line = format!("convert {name} -o {target}");
            scratch.quire(&line).succeeds();
            let out = scratch.path(target.split(' ').next().unwrap());
            assert_eq!(pixels(&out), Pixels::of_pnm(&pnm), "{line}");
            fs::remove_file(out).unwrap();
        }
        assert!(fs::read(scratch.path(&name)).unwrap() == before, "{name}");
    }
}

#[test]
fn jpeg_comes_close_and_says_what_it_cannot_hold() {
    let scratch = Scratch::new();
    let smooth: Vec<u8> = (0..64 * 64).map(|i| (i % 64 + i / 64) as u8).collect();
    let mut pnm = b"P5\n64 64\n255\n".to_vec();
    pnm.extend(&smooth);
    fs::write(scratch.path("a.pgm"), &pnm).unwrap();
    make(
        &scratch.path("a.png"),
        "pnmtopng",
        &["-quiet"],
        &scratch.path("a.pgm"),
    );
    scratch.quire("convert a.png -q 95 -o a.jpg").succeeds();
    let found = jpeg_pixels(&scratch.path("a.jpg"));
    assert_eq!((found.width, found.height), (64, 64));
    let far = found
        .bytes
        .iter()
        .zip(&smooth)
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(far < Some(8), "{far:?}");

    for (kind, most, what) in [("P4", 255, "bw"), ("P5", 65535, "16-bit")] {
        fs::write(scratch.path("b.pnm"), picture(kind, 40, 30, most, 1)).unwrap();
        make(
            &scratch.path("b.png"),
            "pnmtopng",
            &["-quiet"],
            &scratch.path("b.pnm"),
        );
        for target in ["b.jpg", "b.tiff -c jpeg"] {
            let ended = scratch.quire(&format!("convert a.png b.png -o {target}"));
            let parts = ["b.png: ", "cannot hold", what];
            let ended = ended.exits(2);
            match target {
                // Two pages are the first thing that is wrong.
                "b.jpg" => ended.says(&["JPEG holds one page", "%d"]),
                _ => ended.says(&parts),
            };
            scratch
                .quire("convert b.png -o b.jpg")
                .exits(2)
                .says(&parts);
        }
    }
    assert!(
        !scratch
            .names()
            .iter()
            .any(|n| n.starts_with("b.jpg") || n.ends_with(".partial"))
    );
}

#[test]
fn sixteen_bits_stay_sixteen_bits() {
    let scratch = Scratch::new();
    for kind in ["P5", "P6"] {
        let pnm = picture(kind, 33, 21, 65535, 3);
        fs::write(scratch.path("a.pnm"), &pnm).unwrap();
        make(
            &scratch.path("a.png"),
            "pnmtopng",
            &["-quiet"],
            &scratch.path("a.pnm"),
        );
        scratch.quire("convert a.png -o a.tiff").succeeds();
        scratch.quire("convert a.tiff -o b.png").succeeds();
        assert_eq!(png_pixels(&scratch.path("b.png")), Pixels::of_pnm(&pnm));
        assert_eq!(tiff(&scratch.path("a.tiff"))[0].bits, 16);
    }
}

#[test]
fn all_pages_of_all_inputs_come_in_order_each_as_it_is() {
    let scratch = Scratch::new();
    let all = sources(&scratch);
    let names: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
    scratch
        .quire(&format!("convert {} -o one.tif", names.join(" ")))
        .succeeds();
    scratch
        .quire("convert one.tif P5.png -o two.tiff")
        .succeeds();
    let pages = tiff(&scratch.path("two.tiff"));
    assert_eq!(pages.len(), all.len() + 1);
    for (index, (name, pnm)) in all.iter().enumerate() {
        let found = tiff_pixels(&scratch.path("two.tiff"), index);
        assert_eq!(found, Pixels::of_pnm(pnm), "{name}");
    }
    let line = "convert two.tiff -o page-%03d.png --json";
    let events = scratch.quire(line).exits(0).events();
    assert_eq!(events.len(), pages.len() + 1);
    for (index, (name, pnm)) in all.iter().enumerate() {
        let file = format!("page-{:03}.png", index + 1);
        assert_eq!(
            png_pixels(&scratch.path(&file)),
            Pixels::of_pnm(pnm),
            "{name}"
        );
        let event = &events[index];
        assert_eq!(event["event"], "page");
        assert_eq!(event["page"], index as u64 + 1);
        assert_eq!(event["file"], file.as_str());
    }
    assert_eq!(events.last().unwrap()["pages"], pages.len() as u64);
}

#[test]
fn what_the_document_says_is_carried_over() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.pnm"), picture("P6", 50, 40, 255, 1)).unwrap();
    make(
        &scratch.path("a.tif"),
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    for (tag, value) in [
        ("DocumentName", "Minutes"),
        ("Make", "Maker"),
        ("Model", "Model 7"),
        ("Software", "Scanner 1.0"),
        ("DateTime", "2001:02:03 04:05:06"),
        ("XResolution", "200"),
        ("YResolution", "100"),
        ("ResolutionUnit", "2"),
    ] {
        tool("tiffset", &["-s", tag, value], &[&scratch.path("a.tif")]);
    }
    for options in ["", "-c lzw"] {
        scratch
            .quire(&format!("convert a.tif {options} -o b.tiff"))
            .succeeds();
        let page = &tiff(&scratch.path("b.tiff"))[0];
        assert_eq!(page.dpi, (200.0, 100.0));
        for part in [
            "DocumentName: Minutes",
            "Make: Maker",
            "Model: Model 7",
            "Software: Scanner 1.0",
            "DateTime: 2001:02:03 04:05:06",
        ] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
    }
    let mut command = scratch.command("convert a.tif -o b.tiff --author Me --title");
    command.arg("Other words");
    start(command).end().succeeds();
    let text = &tiff(&scratch.path("b.tiff"))[0].text;
    assert!(text.contains("DocumentName: Other words"), "{text}");
}

#[test]
fn mistakes_are_told_before_anything_is_written() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.pnm"), picture("P5", 50, 40, 255, 1)).unwrap();
    make(
        &scratch.path("a.png"),
        "pnmtopng",
        &["-quiet"],
        &scratch.path("a.pnm"),
    );
    fs::create_dir(scratch.path("folder")).unwrap();
    fs::write(scratch.path("note.txt"), "no picture").unwrap();
    fs::write(scratch.path("empty.tif"), "").unwrap();
    fs::hard_link(scratch.path("a.png"), scratch.path("b.png")).unwrap();
    std::os::unix::fs::symlink("a.png", scratch.path("c.png")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        scratch.path("fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let names = scratch.names();
    for (line, code, parts) in [
        ("convert -o x.tiff", 2, vec!["<IN>"]),
        ("convert a.png", 2, vec!["--output"]),
        ("convert a.png -o x.doc", 2, vec!["x.doc", "-f"]),
        ("convert a.png -o -", 2, vec!["-f"]),
        ("convert a.png -o x.tiff -q 0", 2, vec!["--quality"]),
        (
            "convert a.png a.png -o x.png",
            2,
            vec!["PNG holds one page", "there are 2"],
        ),
        ("convert a.png -c lzw -o x.png", 2, vec!["lzw", "PNG"]),
        ("convert a.png -c g4 -o x.tiff", 2, vec!["a.png", "g4"]),
        ("convert a.png -o a.png", 2, vec!["a.png", "is an input"]),
        ("convert a.png -o b.png", 2, vec!["b.png", "is an input"]),
        ("convert a.png -o c.png", 2, vec!["a.png", "is an input"]),
        (
            "convert missing.tif -o x.tiff",
            9,
            vec!["missing.tif: No such file"],
        ),
        (
            "convert folder -o x.tiff",
            9,
            vec!["folder", "regular file"],
        ),
        ("convert fifo -o x.tiff", 9, vec!["fifo", "regular file"]),
        ("convert a.png note.txt -o x.tiff", 9, vec!["note.txt: "]),
        ("convert a.png empty.tif -o x.tiff", 9, vec!["empty.tif: "]),
        ("convert a.png -o folder", 2, vec!["folder"]),
        ("convert a.png -o nowhere/x.tiff", 7, vec!["nowhere"]),
    ] {
        scratch.quire(line).exits(code).says(&parts);
        assert_eq!(scratch.names(), names, "{line}");
    }
    let events = scratch.quire("convert a.png --json -o").exits(2).events();
    assert_eq!(events[0]["code"], 2);
}
