//! Documents, read by foreign programs. A warning of theirs is a failure.

use std::path::Path;
use std::process::Command;

use crate::scratch::{Ended, start};

/// Runs a foreign program; it must succeed and have nothing to say.
#[track_caller]
pub(crate) fn tool(program: &str, args: &[&str], paths: &[&Path]) -> Ended {
    let mut command = Command::new(program);
    command.args(args).args(paths);
    start(command).succeeds_quietly(program)
}

impl crate::scratch::Running {
    #[track_caller]
    fn succeeds_quietly(self, program: &str) -> Ended {
        let ended = self.end();
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (Some(0), ""),
            "{program}"
        );
        ended
    }
}

/// A page of a TIFF as `tiffinfo` tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TiffPage {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dpi: (f64, f64),
    pub(crate) bits: u32,
    pub(crate) samples: u32,
    pub(crate) compression: String,
    pub(crate) text: String,
}

/// The pages of a TIFF. `tiffinfo` reads the directories and the data, `tiffcp` decodes every strip.
#[track_caller]
pub(crate) fn tiff(path: &Path) -> Vec<TiffPage> {
    let told = tool("tiffinfo", &["-D"], &[path]).text();
    let copy = path.with_extension("copy-of-tiffcp");
    tool("tiffcp", &["-c", "none"], &[path, &copy]);
    std::fs::remove_file(copy).unwrap();
    directories(&told).into_iter().map(page).collect()
}

fn directories(told: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in told.lines() {
        if line.starts_with("TIFF Directory at") {
            texts.push(String::new());
        } else if let Some(text) = texts.last_mut() {
            *text += line.trim();
            text.push('\n');
        }
    }
    texts
}

#[track_caller]
fn page(text: String) -> TiffPage {
    let after = |label: &str| {
        text.split_once(label)
            .unwrap_or_else(|| panic!("no {label:?} in {text}"))
            .1
            .trim_start()
            .split([' ', ',', '\n'])
            .next()
            .unwrap()
            .to_owned()
    };
    let number = |label: &str| after(label).parse().unwrap();
    TiffPage {
        width: number("Image Width:"),
        height: number("Image Length:"),
        dpi: resolution(&text),
        bits: number("Bits/Sample:"),
        samples: number("Samples/Pixel:"),
        compression: text
            .split_once("Compression Scheme: ")
            .unwrap()
            .1
            .lines()
            .next()
            .unwrap()
            .to_owned(),
        text,
    }
}

/// From `Resolution: 300, 300 pixels/inch`; 0 when there is none.
fn resolution(text: &str) -> (f64, f64) {
    let told = text.split_once("Resolution: ");
    let Some((numbers, _)) = told.and_then(|(_, rest)| rest.split_once(" pixels/inch")) else {
        return (0.0, 0.0);
    };
    let (x, y) = numbers.split_once(", ").unwrap();
    (x.parse().unwrap(), y.parse().unwrap())
}

/// Pixels as netpbm gives them: the header's words and the bytes behind them.
#[derive(PartialEq)]
pub(crate) struct Pixels {
    pub(crate) kind: String,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bytes: Vec<u8>,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} x {}", self.kind, self.width, self.height)
    }
}

impl Pixels {
    /// Reads PBM, PGM or PPM, the binary kinds.
    #[track_caller]
    pub(crate) fn of_pnm(file: &[u8]) -> Pixels {
        let mut words = Vec::new();
        let mut at = 0;
        let count = |words: &[String]| {
            if words.first().is_some_and(|w| w == "P4") {
                3
            } else {
                4
            }
        };
        while words.len() < count(&words) {
            let start = at
                + file[at..]
                    .iter()
                    .position(|b| !b.is_ascii_whitespace())
                    .unwrap();
            let end = start
                + file[start..]
                    .iter()
                    .position(u8::is_ascii_whitespace)
                    .unwrap();
            words.push(String::from_utf8(file[start..end].to_vec()).unwrap());
            at = end;
        }
        Pixels {
            kind: words[0].clone(),
            width: words[1].parse().unwrap(),
            height: words[2].parse().unwrap(),
            bytes: file[at + 1..].to_vec(),
        }
    }
}

/// The pixels of page `index` (from 0) of a TIFF, by `tifftopnm`.
#[track_caller]
pub(crate) fn tiff_pixels(path: &Path, index: usize) -> Pixels {
    let single = path.with_extension(format!("page-{index}"));
    let source = format!("{},{index}", path.display());
    tool("tiffcp", &["-c", "none", &source], &[&single]);
    let pnm = tool("tifftopnm", &["-quiet", "-byrow"], &[&single]).stdout;
    std::fs::remove_file(single).unwrap();
    Pixels::of_pnm(&pnm)
}

/// The pixels of a PNG, which `pngcheck` has found to be right.
#[track_caller]
pub(crate) fn png_pixels(path: &Path) -> Pixels {
    tool("pngcheck", &["-q"], &[path]);
    Pixels::of_pnm(&tool("pngtopnm", &["-quiet"], &[path]).stdout)
}

/// The pixels of a JPEG, by `djpeg`.
#[track_caller]
pub(crate) fn jpeg_pixels(path: &Path) -> Pixels {
    Pixels::of_pnm(&tool("djpeg", &["-strict", "-pnm"], &[path]).stdout)
}

/// The pages of a TIFF or PDF, which foreign programs have found to be right.
#[track_caller]
pub(crate) fn pages(path: &Path) -> usize {
    if path.extension().is_some_and(|ending| ending == "pdf") {
        return pdf(path);
    }
    tiff(path).len()
}

/// The pages of a PDF, which `qpdf` has found to be right.
#[track_caller]
pub(crate) fn pdf(path: &Path) -> usize {
    tool("qpdf", &["--check"], &[path]);
    let text = tool("qpdf", &["--show-npages"], &[path]).text();
    text.trim().parse().unwrap()
}

/// The images of the first pages of a PDF, one a page: as netpbm has them, or with `-all` as files of the kind
/// that they are in it.
#[track_caller]
pub(crate) fn pdf_images(path: &Path, options: &[&str], pages: usize) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let last = pages.to_string();
    let options = [options, &["-l", &last]].concat();
    let root = folder.path().join("page");
    tool("pdfimages", &options, &[path, &root]);
    let mut files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

/// The pixels of page `index` (from 0) of a PDF, by `pdfimages`.
#[track_caller]
pub(crate) fn pdf_pixels(path: &Path, index: usize) -> Pixels {
    let folder = tempfile::tempdir().unwrap();
    let page = (index + 1).to_string();
    let root = folder.path().join("page");
    tool(
        "pdfimages",
        &["-png", "-f", &page, "-l", &page],
        &[path, &root],
    );
    png_pixels(&folder.path().join("page-000.png"))
}
