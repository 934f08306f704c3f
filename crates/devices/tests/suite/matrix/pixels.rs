//! What image filters make of pixels, computed for each by the published formula.

use std::io::{Cursor, Write as _};
use std::process::{Command, Stdio};

use tiff::decoder::{Decoder, DecodingResult};

use crate::matrix::cell::Cell;

/// The driver's filter makes pages brighter, the application's then flattens them.
pub(crate) const BRIGHTNESS: i32 = 200;
pub(crate) const CONTRAST: i32 = -250;

/// What the pixels of a filtered transfer are to be, beside those of the same one without filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// There is no transfer.
    None,
    /// No filter runs: the same bytes.
    Scanned,
    /// Each sample by the formula, and the same headers.
    Exact,
    /// By the formula, but for what it costs to compress a page again.
    Lossy,
}

impl Pixels {
    pub(crate) fn parse(name: &str) -> Pixels {
        match name {
            "-" => Pixels::None,
            "scanned" => Pixels::Scanned,
            "exact" => Pixels::Exact,
            "lossy" => Pixels::Lossy,
            other => panic!("pixels: {other}"),
        }
    }

    /// Fails when `filtered` is not what `scanned` is to become.
    pub(crate) fn judge(self, cell: &Cell, scanned: &[Vec<u8>], filtered: &[Vec<u8>]) {
        let name = format!("{}, {}: {self:?}", cell.kind, cell.format);
        assert_eq!(scanned.len(), filtered.len(), "{name}");
        assert_eq!(scanned.is_empty(), self == Pixels::None, "{name}");
        for (old, new) in scanned.iter().zip(filtered) {
            let right = match self {
                Pixels::None | Pixels::Scanned => old == new,
                Pixels::Exact => is_exact(cell, old, new),
                Pixels::Lossy => is_near(&expected(&djpeg(old)), &djpeg(new)),
            };
            assert!(right, "{name}");
        }
    }
}

/// Both filters, one after the other: with a sample as 0 to 1, `(v - 1/2) * slope + 1/2 + brightness`,
/// rounded and clamped; the slope of a negative contrast is `1 + contrast`.
fn expected(samples: &[u8]) -> Vec<u8> {
    let rounded = |v: f64| (v * 255.0).round().clamp(0.0, 255.0) / 255.0;
    let table: Vec<u8> = (0..=255_u8)
        .map(|v| {
            let brighter = rounded(f64::from(v) / 255.0 + f64::from(BRIGHTNESS) / 1000.0);
            let slope = 1.0 + f64::from(CONTRAST) / 1000.0;
            let flatter = rounded((brighter - 0.5) * slope + 0.5);
            (flatter * 255.0).round() as u8
        })
        .collect();
    samples.iter().map(|v| table[usize::from(*v)]).collect()
}

fn is_exact(cell: &Cell, old: &[u8], new: &[u8]) -> bool {
    // The lines have no padding: samples are all that follows.
    let header = match (cell.format, cell.kind()) {
        ("RAW", _) => 80,
        ("BMP", "banded") => 40,
        ("BMP", _) => 14 + 40,
        _ => {
            let old = tiff_pages(old);
            let expected: Vec<_> = old.iter().map(|page| expected(page)).collect();
            return !old.is_empty() && tiff_pages(new) == expected;
        }
    };
    new.len() > header
        && new[..header] == old[..header]
        && new[header..] == expected(&old[header..])
}

/// How many pages of a TIFF there are, each with the pixels of the page of `whole` in its place.
pub(crate) fn same_pages(document: &[u8], whole: &[u8]) -> u32 {
    let (pages, whole) = (tiff_pages(document), tiff_pages(whole));
    let same = pages.iter().zip(&whole).take_while(|(a, b)| a == b);
    u32::try_from(same.count()).unwrap()
}

/// The samples of each page, by another reader than ours.
fn tiff_pages(document: &[u8]) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let Ok(mut decoder) = Decoder::new(Cursor::new(document)) else {
        return pages;
    };
    while let Ok(DecodingResult::U8(samples)) = decoder.read_image() {
        pages.push(samples);
        if !decoder.more_images() || decoder.next_image().is_err() {
            break;
        }
    }
    pages
}

fn djpeg(image: &[u8]) -> Vec<u8> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(image).unwrap();
    let mut command = Command::new("djpeg");
    command.args(["-strict", "-pnm"]).arg(file.path());
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// Within three of 255 on average.
fn is_near(expected: &[u8], got: &[u8]) -> bool {
    let apart = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b));
    let sum: u64 = expected.iter().zip(got).map(apart).sum();
    expected.len() == got.len() && sum < 3 * expected.len() as u64
}
