//! TIFF in all its forms, seen through libtiff.

use std::io::Cursor;

use quire_formats::DocumentWriter;
use quire_formats::tiff::{Compression, Container, Forward, Options, Photometric, Writer};
use raster::PixelType;

use crate::foreign::Pixels;
use crate::sinks::Shared;
use crate::table::cells::{Fate, Row, rows};
use crate::table::loss::assert_near;
use crate::table::pages::{Sheet, sheets};
use crate::tiff_support::{Page, Tiff, assert_pages, decode, document};

/// Beyond what a classic TIFF can be.
const BIG: Option<u64> = Some(1 << 33);

#[test]
fn classic() {
    every_cell(false, &Options::default());
}

#[test]
fn big() {
    let options = Options {
        expected_bytes: BIG,
        workers: 2,
        ..Options::default()
    };
    every_cell(false, &options);
}

#[test]
fn classic_into_a_pipe() {
    every_cell(true, &Options::default());
}

#[test]
fn big_into_a_pipe() {
    let options = Options {
        expected_bytes: BIG,
        workers: 2,
        ..Options::default()
    };
    every_cell(true, &options);
}

/// As drivers write it.
#[test]
fn plain_header() {
    let options = Options {
        container: Container::Classic,
        ..Options::default()
    };
    every_cell(false, &options);
}

#[test]
fn white_is_zero() {
    let options = Options {
        photometric: Photometric::WhiteIsZero,
        ..Options::default()
    };
    every_cell(false, &options);
}

/// Rows of a strip, of rows of 12,288 bytes.
const STRIPS: [(Compression, u32); 7] = [
    (Compression::None, 21),
    (Compression::PackBits, 21),
    (Compression::Lzw, 21),
    (Compression::Deflate, 40),
    (G3_1D, 10),
    (G3_2D, 10),
    (Compression::G4, 10),
];
const G3_1D: Compression = Compression::G3 {
    two_dimensional: false,
};
const G3_2D: Compression = Compression::G3 {
    two_dimensional: true,
};

/// Pages that end a row before, with and a row after a strip.
#[test]
fn around_the_edges_of_strips() {
    for (compression, rows) in STRIPS {
        for (pixel, width) in [(PixelType::Bw1, 98_304), (PixelType::Rgb8, 4_096)] {
            let fax = matches!(compression, Compression::G3 { .. } | Compression::G4);
            if fax && pixel != PixelType::Bw1 {
                continue;
            }
            let heights = [rows - 1, rows, rows + 1, 2 * rows, 2 * rows + 1];
            let page = |height: &u32| Page::new(pixel, width, *height, *height);
            let known = heights.iter().map(page);
            let unknown = heights.iter().map(|height| page(height).unknown_height());
            let pages: Vec<Page> = known.chain(unknown).collect();
            let options = Options {
                compression,
                ..Options::default()
            };
            let what = format!("{compression:?} {pixel:?}");
            let bytes = document(options.clone(), &pages, 7);
            for page in &Tiff::parse(&bytes).pages {
                let strips = page.long(257).div_ceil(rows) as usize;
                // Rows that are not compressed make strips as they come.
                assert!(
                    compression == Compression::None || page.strips.len() == strips,
                    "{what}"
                );
            }
            assert_pages(&bytes, &pages, &what);
            let pipe = Shared::pipe();
            let mut writer = Forward::new(pipe.clone(), options);
            for page in &pages {
                page.write(&mut writer, 50).unwrap();
            }
            writer.finish().unwrap();
            assert_pages(&pipe.bytes(), &pages, &what);
        }
    }
}

fn every_cell(pipe: bool, form: &Options) {
    for row in rows("tiff") {
        for (pixel, fate) in row.held() {
            let sheets = sheets(pixel, fate);
            let what = format!("{} {pixel:?}", row.compression);
            let options = Options {
                compression: row.compression(),
                predictor: Some(row.predictor()),
                quality: row.quality(),
                full_color: row.full_color(),
                ..form.clone()
            };
            let bytes = written(pipe, options, &sheets);
            stored_as(&bytes, &row, pixel, form.expected_bytes == BIG);
            let pages: Vec<Page> = sheets.into_iter().map(|sheet| sheet.page).collect();
            match fate {
                Fate::Same => assert_pages(&bytes, &pages, &what),
                _ => near(&bytes, &row, &pages, &what),
            }
        }
    }
}

fn written(pipe: bool, options: Options, sheets: &[Sheet]) -> Vec<u8> {
    let write = |writer: &mut dyn DocumentWriter| {
        for sheet in sheets {
            sheet.write(writer, sheet.told).unwrap();
        }
        writer.finish().unwrap();
    };
    if pipe {
        let sink = Shared::pipe();
        write(&mut Forward::new(sink.clone(), options));
        return sink.bytes();
    }
    let mut writer = Writer::new(Cursor::new(Vec::new()), options);
    write(&mut writer);
    writer.into_parts().0.into_inner()
}

/// The cell is what it is called.
fn stored_as(bytes: &[u8], row: &Row, pixel: PixelType, big: bool) {
    let tiff = Tiff::parse(bytes);
    assert_eq!(tiff.big, big);
    for page in &tiff.pages {
        assert_eq!(page.long(259).to_string(), row.stored_as[0]);
        let predicted = row.predictor() && pixel.bits_per_channel() >= 8;
        assert_eq!(page.get(317).is_some_and(|v| v == [2]), predicted);
        if row.compression() == Compression::Jpeg && pixel == PixelType::Rgb8 {
            let sampling = if row.full_color() { [1, 1] } else { [2, 2] };
            assert_eq!(page.get(530), Some(&sampling[..]));
        }
    }
}

fn near(bytes: &[u8], row: &Row, pages: &[Page], what: &str) {
    let decoded = decode(bytes);
    assert_eq!(decoded.pages.len(), pages.len(), "{what}");
    for (got, page) in decoded.pages.iter().zip(pages) {
        let layout = &page.layout;
        assert_eq!(got.long(256), layout.width, "{what}");
        let found = Pixels::of_rows(layout.pixel, layout.width, &got.pixels);
        assert_near(&found, row, page, what);
    }
}
