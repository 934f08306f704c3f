//! Image files for folders of sheets, made when a test runs.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use formats::{DocumentFormat, DocumentWriter, WriterOptions, open_writer, tiff};
use raster::{Band, PageLayout, PixelType};

use super::decode::Page;

/// A page whose pixels tell which it is: a pattern made from `seed`.
pub(crate) fn page(seed: u8, width: u32, height: u32, pixel: PixelType, dpi: u32) -> Page {
    let row_bytes = pixel.row_bytes(width);
    let mut rows = Vec::with_capacity(row_bytes * height as usize);
    let mut state = u32::from(seed).wrapping_mul(2_654_435_761) | 1;
    for _ in 0..height {
        let start = rows.len();
        rows.extend((0..row_bytes).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        }));
        raster::pack::clear_unused_bits(pixel, &mut rows[start..], width);
    }
    Page {
        width,
        height,
        pixel,
        dpi: (dpi, dpi),
        rows,
    }
}

/// A page of one grey, which survives JPEG.
pub(crate) fn flat(value: u8, width: u32, height: u32, dpi: u32) -> Page {
    Page {
        width,
        height,
        pixel: PixelType::Gray8,
        dpi: (dpi, dpi),
        rows: vec![value; (width * height) as usize],
    }
}

fn write_page(writer: &mut dyn DocumentWriter, page: &Page) {
    let row = page.pixel.row_bytes(page.width);
    let layout = PageLayout {
        width: page.width,
        height: Some(page.height),
        pixel: page.pixel,
        x_dpi: page.dpi.0,
        y_dpi: page.dpi.1,
    };
    writer.begin_page(&layout).unwrap();
    writer
        .rows(Band::new(&page.rows, row, row).unwrap())
        .unwrap();
    writer.end_page().unwrap();
}

/// Writes an image file, its format by the ending of its name.
pub(crate) fn write(path: &Path, pages: &[Page]) {
    let ending = path.extension().unwrap().to_str().unwrap();
    let format = DocumentFormat::from_ending(ending).unwrap();
    let bilevel = pages[0].pixel == PixelType::Bw1;
    let options = WriterOptions {
        compression: if bilevel {
            tiff::Compression::G4
        } else {
            tiff::Compression::None
        },
        ..WriterOptions::default()
    };
    let sink = Box::new(File::create(path).unwrap());
    let mut writer = open_writer(format, sink, &options).unwrap();
    for page in pages {
        write_page(writer.as_mut(), page);
    }
    writer.finish().unwrap();
}

/// A pipe that nobody writes to: reading it would never end.
pub(crate) fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
