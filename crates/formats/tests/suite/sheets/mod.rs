//! Image files made by other programs, and reading them.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test binary uses its part, and fails by panicking"
)]

use std::path::{Path, PathBuf};

use quire_formats::image::{ImageFile, ImageInfo};
use raster::{PageLayout, PixelType};

use crate::foreign::{Pixels, drawing, pnm, run, run_talking};

/// A folder for files.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Has ImageMagick make `name` of a page.
    pub fn magick(&self, name: &str, page: &PageLayout, rows: &[u8], args: &[&str]) -> PathBuf {
        let path = self.path(name);
        let mut all = vec!["pnm:-"];
        all.extend(args);
        all.push(path.to_str().unwrap());
        run("convert-im6.q16", &all, &pnm(page, rows));
        path
    }

    /// Has libtiff copy a file, which may change all but the pixels.
    pub fn tiffcp(&self, from: &Path, name: &str, args: &[&str]) -> PathBuf {
        let path = self.path(name);
        let mut all = args.to_vec();
        all.extend([from.to_str().unwrap(), path.to_str().unwrap()]);
        run_talking("tiffcp", &all, b"");
        path
    }
}

pub fn layout(width: u32, height: u32, pixel: PixelType) -> PageLayout {
    PageLayout {
        width,
        height: Some(height),
        pixel,
        x_dpi: 0,
        y_dpi: 0,
    }
}

/// A page and its rows.
pub fn page(width: u32, height: u32, pixel: PixelType) -> (PageLayout, Vec<u8>) {
    let layout = layout(width, height, pixel);
    let rows = drawing(&layout, 4);
    (layout, rows)
}

/// All rows of a page of a file.
pub fn read(file: &ImageFile, index: usize) -> wia::Result<(ImageInfo, Vec<u8>)> {
    let info = *file.page(index).unwrap();
    let mut rows = file.rows(index)?;
    let mut row = vec![0; info.row_bytes()];
    let mut all = Vec::new();
    while rows.next_row(&mut row)? {
        all.extend_from_slice(&row);
    }
    assert_eq!(all.len(), info.row_bytes() * info.height as usize);
    assert!(!rows.next_row(&mut row).unwrap());
    Ok((info, all))
}

/// The pixels of the first page.
pub fn pixels(path: &Path) -> (PixelType, Pixels) {
    let file = ImageFile::open(path).unwrap();
    let (info, rows) = read(&file, 0).unwrap();
    (info.pixel, Pixels::of_rows(info.pixel, info.width, &rows))
}
