//! Pages that are to be shown turned or mirrored: what says so stays with them.

use std::fs;
use std::path::Path;

use super::*;
use crate::documents::pdf;

/// What ImageMagick calls the orientations from 1 on.
const NAMES: [&str; 8] = [
    "TopLeft",
    "TopRight",
    "BottomRight",
    "BottomLeft",
    "LeftTop",
    "RightTop",
    "RightBottom",
    "LeftBottom",
];

/// A picture in which nothing is alike.
fn original(scratch: &Scratch) -> Vec<u8> {
    let pnm = picture("P6", 40, 24, 255, 5);
    fs::write(scratch.path("a.pnm"), &pnm).unwrap();
    pnm
}

/// Has libtiff say which way up the first page of a file is.
fn turn(path: &Path, number: usize) {
    tool("tiffset", &["-s", "274", &number.to_string()], &[path]);
}

/// The page as it is to be shown.
#[track_caller]
fn shown(path: &Path) -> Pixels {
    let path = path.to_str().unwrap();
    let args = [path, "-auto-orient", "-strip", "-depth", "8", "ppm:-"];
    Pixels::of_pnm(&tool("convert-im6.q16", &args, &[]).stdout)
}

/// The page of a PDF whose pixels are a point each: the middle of each of them.
#[track_caller]
fn drawn(path: &Path) -> Pixels {
    assert_eq!(pdf(path), 1);
    let args = ["-r", "720", "-singlefile"];
    let large = Pixels::of_pnm(&tool("pdftoppm", &args, &[path]).stdout);
    let (width, height) = (large.width / 10, large.height / 10);
    let middle = |n: usize| {
        let (x, y) = (10 * (n % width) + 5, 10 * (n / width) + 5);
        &large.bytes[3 * (y * large.width + x)..][..3]
    };
    Pixels {
        width,
        height,
        bytes: (0..width * height).flat_map(middle).copied().collect(),
        ..large
    }
}

/// The names of the pages' orientations, each with a comma behind it. What says nothing is as it is.
#[track_caller]
fn orientation(path: &Path) -> String {
    let told = tool("identify", &["-format", "%[orientation],"], &[path]).text();
    told.replace("Undefined", NAMES[0])
}

#[test]
fn tiff_and_pdf_keep_it() {
    let scratch = Scratch::new();
    original(&scratch);
    let [input, tif, back, document, plain] =
        ["a.tif", "x.tif", "y.tif", "x.pdf", "b.tif"].map(|name| scratch.path(name));
    make(
        &plain,
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    for (number, name) in (1..).zip(NAMES) {
        fs::copy(&plain, &input).unwrap();
        turn(&input, number);
        let wanted = shown(&input);
        // As it is stored, and compressed anew.
        for options in ["", "-c lzw"] {
            let line = |line: &str| {
                scratch
                    .quire(&format!("convert {line} {options}"))
                    .succeeds()
            };
            line("a.tif -o x.tif");
            assert_eq!(orientation(&tif), format!("{name},"));
            assert_eq!(shown(&tif), wanted, "{name}");
            line("b.tif -o y.tif");
            line("a.tif --append -o y.tif");
            assert_eq!(orientation(&back), format!("TopLeft,{name},"));
            let piped = line("a.tif b.tif -f tiff -o -").stdout;
            fs::write(&back, piped).unwrap();
            assert_eq!(orientation(&back), format!("{name},TopLeft,"));
            fs::remove_file(&tif).unwrap();
            fs::remove_file(&back).unwrap();
        }
        for options in ["-c none", "-c deflate", "-f pdfa -c deflate"] {
            scratch
                .quire(&format!("convert a.tif {options} -o x.pdf"))
                .succeeds();
            assert_eq!(drawn(&document), wanted, "{name} {options}");
            scratch.quire("convert x.pdf -o y.tif").succeeds();
            assert_eq!(orientation(&back), format!("{name},"));
            assert_eq!(shown(&back), wanted, "{name} {options}");
            fs::remove_file(&document).unwrap();
            fs::remove_file(&back).unwrap();
        }
    }
}

/// The resolution along rows becomes that along columns.
#[test]
fn a_turned_page_of_a_pdf_has_its_true_size() {
    let scratch = Scratch::new();
    original(&scratch);
    let input = scratch.path("a.tif");
    make(
        &input,
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    for (tag, dpi) in [("282", "144"), ("283", "72"), ("296", "2"), ("274", "6")] {
        tool("tiffset", &["-s", tag, dpi], &[&input]);
    }
    scratch.quire("convert a.tif -o x.pdf").succeeds();
    let told = tool("pdfinfo", &[], &[&scratch.path("x.pdf")]).text();
    assert!(told.contains("24 x 20 pts"), "{told}");
    scratch.quire("convert x.pdf -o y.tif").succeeds();
    assert_eq!(tiff(&scratch.path("y.tif"))[0].dpi, (144.0, 72.0));
}

#[test]
fn formats_that_cannot_say_it_refuse() {
    let scratch = Scratch::new();
    original(&scratch);
    let input = scratch.path("a.tif");
    make(
        &input,
        "pamtotiff",
        &["-none", "-quiet"],
        &scratch.path("a.pnm"),
    );
    scratch.quire("convert a.tif a.tif -o both.tif").succeeds();
    turn(&input, 6);
    for (ending, name) in [("png", "PNG"), ("bmp", "BMP"), ("raw", "RAW")] {
        let why =
            format!("is turned (orientation 6), which {name} cannot say: convert into TIFF or PDF");
        let ended = scratch.quire(&format!("convert a.tif -o x.{ending}"));
        assert_eq!(ended.code, Some(9), "{}", ended.stderr);
        assert!(
            ended.stderr.contains(&format!("a.tif: {why}")),
            "{}",
            ended.stderr
        );
        // Nothing is written before all pages are looked at.
        turn(&scratch.path("both.tif"), 6);
        let ended = scratch.quire(&format!("convert both.tif -o x-%d.{ending}"));
        assert_eq!(ended.code, Some(9), "{}", ended.stderr);
        assert!(
            ended.stderr.contains(&format!("both.tif: page 1: {why}")),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(scratch.names(), ["a.pnm", "a.tif", "both.tif"]);
    turn(&input, 1);
    scratch.quire("convert a.tif -o x.png").succeeds();
}

/// A JPEG file, and the same with an Exif segment behind its JFIF segment.
fn jpegs(scratch: &Scratch, number: u8) -> (Vec<u8>, Vec<u8>) {
    let path = scratch.path("plain.jpg");
    make(
        &path,
        "cjpeg",
        &["-quality", "90", "-sample", "1x1"],
        &scratch.path("a.pnm"),
    );
    let plain = fs::read(path).unwrap();
    assert_eq!(plain[..6], *b"\xFF\xD8\xFF\xE0\0\x10");
    let mut exif = b"\xFF\xE1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([number, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(exif.len(), 36);
    let turned = [&plain[..20], &exif, &plain[20..]].concat();
    (plain, turned)
}

#[test]
fn jpeg_files_say_it_by_exif() {
    let scratch = Scratch::new();
    original(&scratch);
    let [input, tif, document, back] =
        ["a.jpg", "x.tif", "x.pdf", "y.jpg"].map(|name| scratch.path(name));
    for (number, name) in (1_u8..).zip(NAMES) {
        let (plain, turned) = jpegs(&scratch, number);
        fs::write(&input, &turned).unwrap();
        let wanted = shown(&input);
        scratch.quire("convert a.jpg -o x.tif").succeeds();
        assert_eq!(orientation(&tif), format!("{name},"));
        // libtiff turns YCbCr by itself, and ImageMagick once more: the pixels are looked at in a PDF.
        for from in ["x.tif", "a.jpg"] {
            scratch
                .quire(&format!("convert {from} -o x.pdf"))
                .succeeds();
            assert_eq!(drawn(&document), wanted, "{name} {from}");
        }
        // The data are the same wherever they come from.
        for from in ["a.jpg", "x.tif", "x.pdf"] {
            scratch
                .quire(&format!("convert {from} -o y.jpg"))
                .succeeds();
            assert!(fs::read(&back).unwrap() == turned, "{name} {from}");
            fs::remove_file(&back).unwrap();
        }
        for path in [&tif, &document] {
            fs::remove_file(path).unwrap();
        }
        // New data, and such as do not say it themselves.
        scratch.quire("convert a.jpg -q 100 -o y.jpg").succeeds();
        assert_eq!(orientation(&back), format!("{name},"));
        fs::remove_file(&back).unwrap();
        scratch.quire("convert plain.jpg -o x.tif").succeeds();
        turn(&tif, usize::from(number));
        scratch.quire("convert x.tif -o y.jpg").succeeds();
        assert_eq!(orientation(&back), format!("{name},"));
        assert_eq!(shown(&back), wanted, "{name}");
        assert_eq!(jpeg_pixels(&back), jpeg_pixels(&scratch.path("plain.jpg")));
        assert_eq!(fs::read(&back).unwrap() == plain, number == 1);
        fs::remove_file(&back).unwrap();
        fs::remove_file(&tif).unwrap();
    }
}

/// The document's word counts, not that of the data in it.
#[test]
fn data_that_say_something_else_are_written_anew() {
    let scratch = Scratch::new();
    original(&scratch);
    let (_, turned) = jpegs(&scratch, 6);
    fs::write(scratch.path("a.jpg"), turned).unwrap();
    let [tif, back] = ["x.tif", "y.jpg"].map(|name| scratch.path(name));
    for (number, name) in [(1, "TopLeft"), (3, "BottomRight")] {
        scratch.quire("convert a.jpg -o x.tif").succeeds();
        turn(&tif, number);
        scratch.quire("convert x.tif -o y.jpg").succeeds();
        assert_eq!(orientation(&back), format!("{name},"));
        fs::remove_file(&tif).unwrap();
        fs::remove_file(&back).unwrap();
    }
}
