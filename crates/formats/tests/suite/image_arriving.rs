//! Images that are decoded while their bytes arrive.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{self, BufRead, Read};

use crate::foreign::{pnm, run};
use crate::sheets::page;
use quire_formats::Limits;
use quire_formats::image::{ArrivingImage, RowReader};
use raster::PixelType;
use wia::{ErrorKind, Result};

const ALL: [PixelType; 5] = [
    PixelType::Bw1,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

/// Bytes that come in pieces of some size, and then break with an error, if one is set.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    size: usize,
    breaks: bool,
}

impl Read for Pieces {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let len = piece.len().min(to.len());
        to[..len].copy_from_slice(&piece[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let end = (self.at / self.size + 1) * self.size;
        match self.bytes.get(self.at..end.min(self.bytes.len())) {
            Some(piece) if !piece.is_empty() => Ok(piece),
            _ if self.breaks => Err(io::ErrorKind::ConnectionReset.into()),
            _ => Ok(&[]),
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

/// All rows, and how it ended.
fn read(bytes: &[u8], size: usize, breaks: bool) -> (Vec<u8>, Result<()>) {
    let source = Pieces {
        bytes: bytes.to_vec(),
        at: 0,
        size,
        breaks,
    };
    let mut rows = Vec::new();
    let result = ArrivingImage::begin(Box::new(source), &Limits::DEFAULT).and_then(|mut image| {
        let mut row = vec![0; image.info().row_bytes()];
        while image.next_row(&mut row)? {
            rows.extend_from_slice(&row);
        }
        image.finish()
    });
    (rows, result)
}

/// A file of each kind with its pixels.
fn files() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut files = Vec::new();
    for pixel in ALL {
        let (page, rows) = page(77, 41, pixel);
        for interlace in [&[][..], &["-interlace"]] {
            let arguments = [&["-force"], interlace].concat();
            files.push((run("pnmtopng", &arguments, &pnm(&page, &rows)), rows.clone()));
        }
    }
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        let (page, rows) = page(77, 41, pixel);
        for kind in [&[][..], &["-progressive"]] {
            let arguments = [&["-quality", "90", "-sample", "1x1"], kind].concat();
            let file = run("cjpeg", &arguments, &pnm(&page, &rows));
            let decoded = run("djpeg", &["-pnm"], &file);
            // Behind the three lines of the header.
            let pixels = decoded.splitn(4, |b| *b == b'\n').nth(3).unwrap().to_vec();
            files.push((file, pixels));
        }
    }
    files
}

#[test]
fn in_pieces_of_any_size() {
    for (file, pixels) in files() {
        for size in [1, 7, 1000, 100_000] {
            let (rows, result) = read(&file, size, false);
            result.unwrap();
            assert!(rows == pixels, "{size}");
        }
    }
}

#[test]
fn cut_off_anywhere() {
    for (file, pixels) in files() {
        for end in (0..file.len() - 1).step_by(29) {
            let (rows, result) = read(&file[..end], 64, false);
            assert_eq!(result.unwrap_err().kind(), ErrorKind::InputDamaged, "{end}");
            assert!(pixels.starts_with(&rows), "{end}");
            let (rows, result) = read(&file[..end], 64, true);
            assert!(result.is_err() && pixels.starts_with(&rows), "{end}");
        }
    }
}

#[test]
fn other_bytes_and_headers_without_end() {
    let kind = |bytes: &[u8]| read(bytes, 64, false).1.unwrap_err().kind();
    assert_eq!(kind(b""), ErrorKind::InputDamaged);
    assert_eq!(kind(b"<html>"), ErrorKind::InputUnsupported);
    assert_eq!(kind(b"%PDF-1.4"), ErrorKind::InputUnsupported);
    // Comments and comments, and no picture.
    let mut endless = vec![0xFF, 0xD8];
    for _ in 0..300 {
        endless.extend([0xFF, 0xFE, 0xFF, 0xFF]);
        endless.resize(endless.len() + 65_533, 0);
    }
    assert_eq!(kind(&endless), ErrorKind::InputDamaged);
}
