//! Formats other than TIFF and PNG, fax codes, many pages, pipes.

use std::fs;
use std::process::Command;

use super::*;
use crate::documents::{self, pdf_images, pdf_pixels};
use crate::scratch::QUIRE;

#[test]
fn pdfs_come_in_and_go_out() {
    let scratch = Scratch::new();
    for (kind, width, height) in KINDS {
        for most in [255, 65535] {
            if kind == "P4" && most != 255 {
                continue;
            }
            let pnm = picture(kind, width, height, most, 3);
            fs::write(scratch.path("a.pnm"), &pnm).unwrap();
            let (png, original) = (scratch.path("a.png"), scratch.path("a.pnm"));
            make(&png, "pnmtopng", &["-quiet"], &original);
            let pixels = Pixels::of_pnm(&pnm);
            let lossless = if kind == "P4" { "g4" } else { "deflate" };
            for options in [
                String::new(),
                "-c none".to_owned(),
                format!("-f pdfa -c {lossless}"),
            ] {
                let line = format!("convert a.png a.png {options} -o a.pdf");
                scratch.quire(&line).succeeds();
                let document = scratch.path("a.pdf");
                assert_eq!(documents::pdf(&document), 2, "{line}");
                if most == 255 {
                    // pdfimages makes 8 bits of 16.
                    assert_eq!(pdf_pixels(&document, 1), pixels, "{kind} {line}");
                }
                for (back, options) in [("b.tiff", ""), ("c.pdf", ""), ("b-%d.png", "")] {
                    let line = format!("convert a.pdf {options} -o {back}");
                    scratch.quire(&line).succeeds();
                }
                assert_eq!(png_pixels(&scratch.path("b-2.png")), pixels, "{line}");
                assert_eq!(tiff_pixels(&scratch.path("b.tiff"), 1), pixels, "{line}");
                assert_eq!(documents::pdf(&scratch.path("c.pdf")), 2);
                let all = |name: &str| pdf_images(&scratch.path(name), &["-all"], 2);
                assert!(all("a.pdf") == all("c.pdf"), "{line}");
            }
        }
    }
}

#[test]
fn jpeg_data_of_foreign_pdfs_stay_as_they_are() {
    let scratch = Scratch::new();
    for (n, kind) in ["P5", "P6"].into_iter().enumerate() {
        fs::write(scratch.path("a.pnm"), picture(kind, 90, 70, 255, 1)).unwrap();
        let name = scratch.path(format!("{n}.jpg"));
        make(&name, "cjpeg", &["-quality", "80"], &scratch.path("a.pnm"));
    }
    let [a, b, out] = ["0.jpg", "1.jpg", "in.pdf"].map(|name| scratch.path(name));
    tool("img2pdf", &["-o", out.to_str().unwrap()], &[&a, &b]);
    scratch.quire("convert in.pdf -o page-%d.jpg").succeeds();
    scratch.quire("convert in.pdf -o out.pdf").succeeds();
    let images = pdf_images(&scratch.path("out.pdf"), &["-all"], 2);
    for (n, jpeg) in [a, b].into_iter().enumerate() {
        let jpeg = fs::read(jpeg).unwrap();
        assert!(fs::read(scratch.path(format!("page-{}.jpg", n + 1))).unwrap() == jpeg);
        assert!(images[n] == jpeg);
    }
}

#[test]
fn bmp_and_raw_come_in_and_go_out() {
    let scratch = Scratch::new();
    for (kind, width, height) in KINDS {
        let pnm = picture(kind, width, height, 255, 11);
        fs::write(scratch.path("a.pnm"), &pnm).unwrap();
        let (bmp, original) = (scratch.path("a.bmp"), scratch.path("a.pnm"));
        make(&bmp, "ppmtobmp", &["-quiet"], &original);
        let pixels = Pixels::of_pnm(&pnm);
        scratch.quire("convert a.bmp -o b.png").succeeds();
        assert_eq!(png_pixels(&scratch.path("b.png")), pixels);
        scratch.quire("convert a.bmp -o b.tiff").succeeds();
        assert_eq!(tiff_pixels(&scratch.path("b.tiff"), 0), pixels);
        scratch.quire("convert a.bmp b.png -o b-%d.raw").succeeds();
        assert_eq!(&fs::read(scratch.path("b-2.raw")).unwrap()[..4], b"WRAW");
        scratch
            .quire("convert b-1.raw b-2.raw -o c-%d.bmp")
            .succeeds();
        for n in 1..3 {
            let bmp = scratch.path(format!("c-{n}.bmp"));
            let found = Pixels::of_pnm(&tool("bmptopnm", &["-quiet"], &[&bmp]).stdout);
            // What has a palette of grey is in colour for netpbm.
            let expected = match (kind, found.kind.as_str()) {
                ("P5", "P6") => pixels.bytes.iter().flat_map(|b| [*b; 3]).collect(),
                _ => pixels.bytes.clone(),
            };
            assert!(found.bytes == expected, "{kind} {n} {found:?}");
        }
        scratch.quire("convert b-1.raw b-2.raw -o c.pdf").succeeds();
        assert_eq!(pdf_pixels(&scratch.path("c.pdf"), 0), pixels);
    }
}

#[test]
fn fax_codes_of_group_3_in_one_dimension_and_in_two() {
    let scratch = Scratch::new();
    let (_, width, height) = KINDS[0];
    let pnm = picture("P4", width, height, 255, 9);
    fs::write(scratch.path("a.pnm"), &pnm).unwrap();
    let args = ["-none", "-quiet"];
    let (plain, original) = (scratch.path("none.tif"), scratch.path("a.pnm"));
    make(&plain, "pamtotiff", &args, &original);
    for (name, coding) in [("g31.tif", "g3:1d"), ("g32.tif", "g3:2d"), ("g4.tif", "g4")] {
        tool("tiffcp", &["-c", coding], &[&plain, &scratch.path(name)]);
    }
    for input in ["none.tif", "g31.tif", "g32.tif", "g4.tif"] {
        for (name, two) in [("g3", false), ("g3-2d", true), ("g3:2d", true)] {
            let line = format!("convert {input} -c {name} -o out.tiff");
            scratch.quire(&line).succeeds();
            let out = scratch.path("out.tiff");
            let text = &tiff(&out)[0].text;
            assert!(text.contains("CCITT Group 3"), "{line}: {text}");
            assert_eq!(text.contains("2-d encoding"), two, "{line}: {text}");
            assert_eq!(tiff_pixels(&out, 0), Pixels::of_pnm(&pnm), "{line}");
        }
    }
    let scan = "scan -d virtual:?sheets=2 -s feeder -r 75 -m bw";
    scratch.quire(&format!("{scan} -o g4.tiff")).succeeds();
    scratch
        .quire(&format!("{scan} -c g3-2d -o g3.tiff"))
        .succeeds();
    let found = tiff(&scratch.path("g3.tiff"));
    assert!(found[1].text.contains("2-d encoding"), "{}", found[1].text);
    for page in 0..2 {
        let [a, b] = ["g3.tiff", "g4.tiff"].map(|name| tiff_pixels(&scratch.path(name), page));
        assert_eq!(a, b);
    }
    for name in ["g3", "g3-2d"] {
        scratch
            .quire(&format!("convert none.tif -c {name} -o out.pdf"))
            .exits(2)
            .says(&[name, "PDF"]);
        scratch
            .quire(&format!("scan -d virtual: -m gray -c {name} -o out.tiff"))
            .exits(2)
            .says(&[name, "gray"]);
    }
}

#[test]
fn every_format_of_one_image_takes_a_file_a_page() {
    let scratch = Scratch::new();
    let all: Vec<_> = (0..12)
        .map(|n| picture("P6", 40 + n, 30, 255, n as u32))
        .collect();
    let mut line = "convert".to_owned();
    for (n, pnm) in all.iter().enumerate() {
        fs::write(scratch.path("a.pnm"), pnm).unwrap();
        let name = scratch.path(format!("{n}.tif"));
        make(
            &name,
            "pamtotiff",
            &["-none", "-quiet"],
            &scratch.path("a.pnm"),
        );
        line += &format!(" {n}.tif");
    }
    scratch.quire(&format!("{line} -o in.tiff")).succeeds();
    for ending in ["png", "jpg", "bmp", "raw", "pdf"] {
        let line = format!("convert in.tiff -q 95 -o p-%02d.{ending}");
        scratch.quire(&line).succeeds();
        for (n, pnm) in all.iter().enumerate() {
            let name = format!("p-{:02}.{ending}", n + 1);
            let path = scratch.path(&name);
            let expected = Pixels::of_pnm(pnm);
            let found = match ending {
                "png" => png_pixels(&path),
                "jpg" => jpeg_pixels(&path),
                "bmp" => Pixels::of_pnm(&tool("bmptopnm", &["-quiet"], &[&path]).stdout),
                "pdf" => pdf_pixels(&path, 0),
                _ => {
                    scratch
                        .quire(&format!("convert {name} -o r.png"))
                        .succeeds();
                    png_pixels(&scratch.path("r.png"))
                }
            };
            match ending {
                "jpg" => assert_eq!((found.width, found.height), (expected.width, 30)),
                _ => assert_eq!(found, expected, "{name}"),
            }
        }
    }
}

#[test]
fn pipes_take_what_needs_no_seek() {
    let scratch = Scratch::new();
    let pnm = picture("P6", 130, 70, 255, 1);
    fs::write(scratch.path("a.pnm"), &pnm).unwrap();
    let args = ["-none", "-quiet"];
    make(
        &scratch.path("a.tif"),
        "pamtotiff",
        &args,
        &scratch.path("a.pnm"),
    );
    let pixels = Pixels::of_pnm(&pnm);
    for (options, name) in [
        ("-f tiff", "out.tiff"),
        ("-f tiff -c lzw", "out.tiff"),
        ("-f pdf", "out.pdf"),
        ("-f pdfa -c deflate", "out.pdf"),
    ] {
        let line = format!("convert a.tif a.tif {options} -o -");
        let ended = scratch.quire(&line).succeeds();
        let path = scratch.path(name);
        fs::write(&path, &ended.stdout).unwrap();
        assert_eq!(documents::pages(&path), 2, "{line}");
        let found = match name {
            "out.pdf" => pdf_pixels(&path, 1),
            _ => tiff_pixels(&path, 1),
        };
        assert_eq!(found, pixels, "{line}");
    }
    for format in ["jpeg", "raw", "bmp"] {
        let line = format!("convert a.tif -f {format} -o");
        let piped = scratch.quire(&format!("{line} -")).succeeds().stdout;
        scratch.quire(&format!("{line} file")).succeeds();
        assert!(fs::read(scratch.path("file")).unwrap() == piped, "{format}");
    }
    let two = scratch.quire("convert a.tif a.tif -f bmp -o -").exits(2);
    two.says(&["BMP", "one page"]);
    // The reader takes a little and goes.
    let script = format!(
        "set -o pipefail; {QUIRE} convert {} -f tiff -c none -o - | head -c 100 >/dev/null",
        "a.tif ".repeat(50)
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(scratch.dir());
    start(command).end().exits(7).says(&["pipe"]);
}

#[test]
fn an_input_is_a_file_and_not_a_pipe() {
    let scratch = Scratch::new();
    let pnm = picture("P5", 50, 40, 255, 1);
    fs::write(scratch.path("a.pnm"), &pnm).unwrap();
    make(
        &scratch.path("a.png"),
        "pnmtopng",
        &["-quiet"],
        &scratch.path("a.pnm"),
    );
    let bash = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", script]).current_dir(scratch.dir());
        start(command).end()
    };
    let line = format!("{QUIRE} convert /dev/stdin -o b.png");
    bash(&format!("{line} < a.png")).succeeds();
    assert_eq!(png_pixels(&scratch.path("b.png")), Pixels::of_pnm(&pnm));
    fs::remove_file(scratch.path("b.png")).unwrap();
    let piped = bash(&format!("cat a.png | {line}")).exits(9);
    piped.says(&["/dev/stdin", "regular file"]);
    let dash = bash(&format!("cat a.png | {QUIRE} convert - -o b.png")).exits(9);
    dash.says(&["-: No such file"]);
    assert_eq!(scratch.names(), ["a.png", "a.pnm"]);
}

#[test]
fn wrong_usage_is_told_in_a_line() {
    let scratch = Scratch::new();
    fs::write(scratch.path("a.pnm"), picture("P5", 50, 40, 255, 1)).unwrap();
    make(
        &scratch.path("a.png"),
        "pnmtopng",
        &["-quiet"],
        &scratch.path("a.pnm"),
    );
    let names = scratch.names();
    for (line, parts) in [
        ("", ["<IN>", "--output"]),
        ("a.png -o", ["--output", "value"]),
        ("a.png -o x.tiff -q 101", ["--quality", "101"]),
        ("a.png -o x.tiff -q best", ["--quality", "best"]),
        ("a.png -o x.tiff -c zip", ["zip", "deflate"]),
        ("a.png -o x.tiff -c g3:1d", ["g3:1d", "g3-2d"]),
        ("a.png -o x.tiff -f gif", ["gif", "tiff"]),
        ("a.png -o x.tiff -r 300", ["-r", ""]),
        ("a.png -o x.tiff --check", ["--check", ""]),
        ("a.png -o x.tiff --title", ["--title", "value"]),
        ("a.png -o x-%d-%d.png", ["x-%d-%d.png", "one %d"]),
        ("a.png -o x-%3d.png", ["x-%3d.png", "%03d"]),
        ("a.png -o x/", ["x/", "directory"]),
        ("a.png -o x", ["x", "-f"]),
        ("a.png -c jpeg -o x.png", ["jpeg", "PNG"]),
        ("a.png -c none -o x.jpg", ["none", "JPEG"]),
        ("a.png -c packbits -o x.pdf", ["packbits", "PDF"]),
    ] {
        let ended = scratch.quire(&format!("convert {line}")).exits(2);
        assert_eq!(ended.text(), "", "{line}");
        ended.says(&parts);
        assert_eq!(scratch.names(), names, "{line}");
    }
}
