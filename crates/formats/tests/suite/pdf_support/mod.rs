//! PDF documents made of drawings, and what foreign tools see in them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::Cursor;
use std::path::Path;

use quire_formats::pdf::{Options, Writer};
use quire_formats::tiff::Compression;
use quire_formats::{DocumentWriter, PageDone, Sink};
use raster::{Band, PageLayout, PixelType};

use crate::foreign::{Pixels, drawing, run};

/// A page and its rows.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) layout: PageLayout,
    pub(crate) rows: Vec<u8>,
    /// Whether the writer is told the height.
    pub(crate) height_known: bool,
}

impl Page {
    pub(crate) fn new(pixel: PixelType, width: u32, height: u32, dpi: u32) -> Page {
        let layout = PageLayout {
            width,
            height: Some(height),
            pixel,
            x_dpi: dpi,
            y_dpi: dpi,
        };
        Page {
            layout,
            rows: drawing(&layout, u64::from(width * 7 + height)),
            height_known: true,
        }
    }

    pub(crate) fn unknown_height(mut self) -> Page {
        self.height_known = false;
        self
    }

    pub(crate) fn pixels(&self) -> Pixels {
        Pixels::of_rows(self.layout.pixel, self.layout.width, &self.rows)
    }

    pub(crate) fn write(&self, writer: &mut dyn DocumentWriter) -> wia::Result<PageDone> {
        let mut layout = self.layout;
        if !self.height_known {
            layout.height = None;
        }
        writer.begin_page(&layout)?;
        let row = layout.row_bytes();
        for group in self.rows.chunks(row * 7) {
            writer.rows(Band::new(group, row, row).unwrap())?;
        }
        writer.end_page()
    }
}

pub(crate) fn options(compression: Compression) -> Options {
    Options {
        compression,
        ..Options::default()
    }
}

/// The document of these pages.
pub(crate) fn document(options: Options, pages: &[Page]) -> Vec<u8> {
    let mut sink = Cursor::new(Vec::new());
    write(&mut sink, options, pages);
    sink.into_inner()
}

pub(crate) fn write(sink: impl Sink, options: Options, pages: &[Page]) {
    let mut writer = Writer::new(sink, options);
    for page in pages {
        page.write(&mut writer).unwrap();
    }
    writer.finish().unwrap();
}

/// No tool has anything to say against the file; returns what `pdfinfo` says of it.
pub(crate) fn check(path: &Path) -> String {
    let name = path.to_str().unwrap();
    let said = String::from_utf8(run("qpdf", &["--check", name], b"")).unwrap();
    assert!(
        said.contains("No syntax or stream encoding errors found"),
        "{said}"
    );
    String::from_utf8(run("pdfinfo", &["-f", "1", "-l", "-1", name], b"")).unwrap()
}

pub(crate) fn page_count(path: &Path) -> usize {
    let count = run("qpdf", &["--show-npages", path.to_str().unwrap()], b"");
    String::from_utf8(count).unwrap().trim().parse().unwrap()
}

/// The images of the document, in the order of its pages.
pub(crate) fn images(path: &Path) -> Vec<Pixels> {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("i");
    let names = [path.to_str().unwrap(), prefix.to_str().unwrap()];
    run("pdfimages", &["-png", names[0], names[1]], b"");
    let mut files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    let pnm = |file: &Path| run("pngtopnm", &[file.to_str().unwrap()], b"");
    files
        .iter()
        .map(|file| Pixels::of_pnm(&pnm(file)))
        .collect()
}

/// A page as it is shown.
pub(crate) fn shown(path: &Path, number: usize, dpi: u32) -> Pixels {
    let (number, dpi) = (number.to_string(), dpi.to_string());
    let name = path.to_str().unwrap();
    let args = [
        "-f",
        &number,
        "-l",
        &number,
        "-r",
        &dpi,
        "-antialias",
        "none",
        "-png",
        "-singlefile",
        name,
        "-",
    ];
    let png = run("pdftocairo", &args, b"");
    Pixels::of_pnm(&run("pngtopnm", &[], &png))
}

/// The document holds exactly these pages; returns what `pdfinfo` says of it.
pub(crate) fn assert_images(bytes: &[u8], pages: &[Page], what: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let info = check(file.path());
    let found = images(file.path());
    assert_eq!(found.len(), pages.len(), "{what}");
    for (found, page) in found.iter().zip(pages) {
        assert!(
            *found == page.pixels(),
            "{what}: {found:?} {:?}",
            page.pixels()
        );
    }
    info
}

/// The largest difference of two pictures, and the mean one, of 255.
pub(crate) fn difference(a: &Pixels, b: &Pixels) -> (u16, f64) {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let pairs = a.samples.iter().flatten().zip(b.samples.iter().flatten());
    let all: Vec<u16> = pairs.map(|(a, b)| a.abs_diff(*b).div_ceil(257)).collect();
    let sum: u64 = all.iter().map(|d| u64::from(*d)).sum();
    (*all.iter().max().unwrap(), sum as f64 / all.len() as f64)
}
