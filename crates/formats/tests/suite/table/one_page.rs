//! The formats of one page.

use std::path::PathBuf;

use quire_formats::{DocumentFormat, NeedsSeek, open_writer};

use crate::foreign::{Pixels, run};
use crate::sinks::Shared;
use crate::table::cells::{Fate, Row, rows};
use crate::table::loss::assert_near;
use crate::table::pages::{Sheet, sheets};
use crate::tiff_support::Page;

#[test]
fn png() {
    every_cell(DocumentFormat::Png, "png", |files| {
        let names: Vec<&str> = files.iter().map(|f| f.to_str().unwrap()).collect();
        let said = String::from_utf8(run("pngcheck", &names, b"")).unwrap();
        assert_eq!(said.matches("OK:").count(), files.len(), "{said}");
        let read = |name: &&str| Pixels::of_pnm(&run("pngtopnm", &["-quiet", name], b""));
        names.iter().map(read).collect()
    });
}

#[test]
fn jpeg() {
    every_cell(DocumentFormat::Jpeg, "jpeg", |files| {
        let names: Vec<&str> = files.iter().map(|f| f.to_str().unwrap()).collect();
        let args = [&["-c"], &names[..]].concat();
        let said = String::from_utf8(run("jpeginfo", &args, b"")).unwrap();
        assert_eq!(said.matches(" OK").count(), files.len(), "{said}");
        let read = |name: &&str| Pixels::of_pnm(&run("djpeg", &["-strict", name], b""));
        names.iter().map(read).collect()
    });
}

#[test]
fn bmp() {
    every_cell(DocumentFormat::Bmp, "bmp", |files| {
        let name = |file: &PathBuf| file.to_str().unwrap().to_owned();
        let read = |file: &PathBuf| Pixels::of_pnm(&run("bmptopnm", &["-quiet", &name(file)], b""));
        files.iter().map(read).collect()
    });
}

/// No foreign program reads it, so it is taken apart here as its documentation says.
#[test]
fn raw() {
    every_cell(DocumentFormat::Raw, "raw", |files| {
        files
            .iter()
            .map(|file| of_raw(&std::fs::read(file).unwrap()))
            .collect()
    });
}

/// `WIA_RAW_HEADER`, then lines that begin at whole 32-bit words.
fn of_raw(bytes: &[u8]) -> Pixels {
    let long = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(&bytes[..4], b"WRAW");
    assert_eq!((long(4), long(8)), (0x0001_0000, 80), "version and size");
    let (width, height, line, depth) = (long(20), long(24), long(28), long(32));
    let pixel = match (depth, long(36), long(40)) {
        (1, 1, 0) => raster::PixelType::Bw1,
        (4, 1, 2) => raster::PixelType::Gray4,
        (8, 1, 2) => raster::PixelType::Gray8,
        (16, 1, 2) => raster::PixelType::Gray16,
        (24, 3, 6) => raster::PixelType::Rgb8,
        (48, 3, 6) => raster::PixelType::Rgb16,
        other => panic!("{other:?}"),
    };
    assert_eq!(line, (width * depth).div_ceil(32) * 4);
    assert_eq!(
        (long(52), long(56), long(60)),
        (0, 0, 1),
        "no compression, white is 1, top-down"
    );
    assert_eq!((long(64), long(68)), (0, line * height));
    let lines = &bytes[80..];
    assert_eq!(lines.len() as u32, line * height);
    let used = (width * depth).div_ceil(8) as usize;
    let rows: Vec<u8> = lines
        .chunks(line as usize)
        .flat_map(|l| &l[..used])
        .copied()
        .collect();
    Pixels::of_rows(pixel, width, &rows)
}

/// Writes the documents of each cell and compares what `read` finds in them.
fn every_cell(format: DocumentFormat, name: &str, read: impl Fn(&[PathBuf]) -> Vec<Pixels>) {
    let folder = tempfile::tempdir().unwrap();
    for row in rows(name) {
        for (pixel, fate) in row.held() {
            let sheets = sheets(pixel, fate);
            let mut files = Vec::new();
            for (n, sheet) in sheets.iter().enumerate() {
                let file = folder.path().join(format!("{n:02}"));
                std::fs::write(&file, document(format, &row, sheet)).unwrap();
                files.push(file);
            }
            let found = read(&files);
            assert_eq!(found.len(), sheets.len());
            for (found, sheet) in found.iter().zip(&sheets) {
                let Page { layout, .. } = &sheet.page;
                let what = format!("{name} {}", row.compression);
                match fate {
                    Fate::Same => assert!(*found == sheet.pixels(), "{what} {layout:?}"),
                    _ => assert_near(found, &row, &sheet.page, &what),
                }
            }
        }
    }
}

/// The document of a page, which is the same whether its height is known, and in a pipe that takes it.
fn document(format: DocumentFormat, row: &Row, sheet: &Sheet) -> Vec<u8> {
    let written = |sink: Shared, told| {
        let mut writer = open_writer(format, Box::new(sink.clone()), &row.options()).unwrap();
        sheet.write(&mut *writer, told).unwrap();
        writer.finish().unwrap();
        sink.bytes()
    };
    let known = written(Shared::after(b""), true);
    assert!(known == written(Shared::after(b""), false), "{format:?}");
    if format.abilities().needs_seek != NeedsSeek::Always {
        assert!(known == written(Shared::pipe(), true), "{format:?}");
    }
    known
}
