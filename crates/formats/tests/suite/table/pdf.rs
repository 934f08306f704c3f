//! PDF and PDF/A, seen through Poppler and qpdf.

use std::io::Cursor;
use std::path::Path;

use quire_formats::pdf::{Conformance, Options, Writer};
use quire_formats::{DocumentWriter, Sink};
use raster::PixelType;

use crate::foreign::{Pixels, run};
use crate::sinks::Shared;
use crate::table::cells::{Fate, rows};
use crate::table::loss::assert_near;
use crate::table::pages::{Sheet, sheets};
use crate::tiff_support::Page;

#[test]
fn plain() {
    every_cell(Conformance::Pdf17);
}

#[test]
fn archival() {
    every_cell(Conformance::A2b);
}

fn every_cell(conformance: Conformance) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    for row in rows("pdf") {
        for (pixel, fate) in row.held() {
            let sheets = sheets(pixel, fate);
            let options = Options {
                compression: row.compression(),
                quality: row.quality(),
                conformance,
                ..Options::default()
            };
            let mut file = Cursor::new(Vec::new());
            write(&mut file, options.clone(), &sheets);
            let bytes = file.into_inner();
            let pipe = Shared::pipe();
            write(pipe.clone(), options, &sheets);
            assert!(bytes == pipe.bytes());
            std::fs::write(&path, bytes).unwrap();
            let said = run("qpdf", &["--check", path.to_str().unwrap()], b"");
            let said = String::from_utf8(said).unwrap();
            assert!(
                said.contains("No syntax or stream encoding errors found"),
                "{said}"
            );
            let what = format!("{conformance:?} {} {pixel:?}", row.compression);
            let encoding = match pixel {
                PixelType::Bw1 => &row.stored_as[0],
                _ => &row.stored_as[1],
            };
            if conformance == Conformance::Pdf17 {
                assert_eq!(
                    encodings(&path),
                    vec![encoding.clone(); sheets.len()],
                    "{what}"
                );
            }
            // Poppler makes 8 bits of 16, and sets up the colours of an output intent for each page, which
            // takes it long.
            let by_qpdf = pixel.bits_per_channel() == 16 || conformance == Conformance::A2b;
            let found = if by_qpdf && encoding == "image" {
                streams(&path, &sheets)
            } else {
                images(&path)
            };
            assert_eq!(found.len(), sheets.len());
            for (found, sheet) in found.iter().zip(&sheets) {
                let layout = sheet.page.layout;
                match fate {
                    Fate::Same => assert!(*found == sheet.pixels(), "{what} {layout:?}"),
                    _ => assert_near(found, &row, &sheet.page, &what),
                }
            }
        }
    }
}

fn write(sink: impl Sink, options: Options, sheets: &[Sheet]) {
    let mut writer = Writer::new(sink, options);
    for sheet in sheets {
        sheet.write(&mut writer, sheet.told).unwrap();
    }
    writer.finish().unwrap();
}

/// How Poppler says that the images are encoded.
fn encodings(path: &Path) -> Vec<String> {
    let list = run("pdfimages", &["-list", path.to_str().unwrap()], b"");
    let list = String::from_utf8(list).unwrap();
    let encoding = |line: &str| line.split_whitespace().nth(8).unwrap().to_owned();
    list.lines().skip(2).map(encoding).collect()
}

fn images(path: &Path) -> Vec<Pixels> {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("i");
    let names = [path.to_str().unwrap(), prefix.to_str().unwrap()];
    run("pdfimages", &names, b"");
    let files = std::fs::read_dir(folder.path()).unwrap();
    let mut files: Vec<_> = files.map(|f| f.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|f| Pixels::of_pnm(&std::fs::read(f).unwrap()))
        .collect()
}

/// The images as qpdf decodes their streams.
fn streams(path: &Path, sheets: &[Sheet]) -> Vec<Pixels> {
    let args = [
        "--stream-data=uncompress",
        "--newline-before-endstream",
        path.to_str().unwrap(),
        "-",
    ];
    let bytes = run("qpdf", &args, b"");
    let mut rest = &bytes[..];
    let mut found = Vec::new();
    for sheet in sheets {
        let Page { layout, data } = &sheet.page;
        let bits = layout.pixel.bits_per_channel();
        rest = behind(rest, format!("/BitsPerComponent {bits} ").as_bytes());
        rest = behind(rest, b"stream\n");
        let mut rows = rest[..data.len()].to_vec();
        rest = &rest[data.len()..];
        assert!(rest.starts_with(b"\nendstream"));
        if bits == 16 {
            rows.chunks_exact_mut(2).for_each(<[u8]>::reverse);
        }
        found.push(Pixels::of_rows(layout.pixel, layout.width, &rows));
    }
    found
}

fn behind<'a>(bytes: &'a [u8], what: &[u8]) -> &'a [u8] {
    let at = bytes.windows(what.len()).position(|w| w == what).unwrap();
    &bytes[at + what.len()..]
}
