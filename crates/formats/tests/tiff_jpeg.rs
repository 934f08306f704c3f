//! JPEG pages: decoded by libtiff and by djpeg, compared by their noise.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod tiff_support;

use quire_formats::tiff::{Compression, Container, Options};
use raster::PixelType;
use std::io::Write;
use std::process::{Command, Stdio};
use tiff_support::{Page, Tiff, decode, document};

/// A page as scans are: smooth fields, some edges, coloured but softly.
fn scan(pixel: PixelType, width: u32, height: u32) -> Page {
    let mut page = Page::new(pixel, width, height, 0);
    let channels = pixel.channels() as usize;
    for (i, byte) in page.data.iter_mut().enumerate() {
        let (x, y) = (i / channels % width as usize, i / channels / width as usize);
        let c = i % channels;
        let text = x / 32 % 4 == 1 && y / 24 % 5 == 2;
        let tone = 128.0 + 90.0 * ((x as f64) / 90.0 + c as f64).sin() * ((y as f64) / 70.0).cos();
        *byte = if text { 20 } else { tone as u8 };
    }
    page
}

/// Peak signal-to-noise ratio in dB.
fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
    let mse = a.iter().zip(b).map(square).sum::<f64>() / a.len() as f64;
    10.0 * (255.0 * 255.0 / mse.max(1e-9)).log10()
}

fn options(quality: u8, container: Container) -> Options {
    Options {
        compression: Compression::Jpeg,
        quality,
        container,
        ..Options::default()
    }
}

#[test]
fn every_quality_and_pixel_type() {
    for container in [Container::Growing, Container::Classic] {
        for pixel in [PixelType::Gray8, PixelType::Rgb8] {
            // 700 rows are several strips; of the second page the last strip has one row.
            let pages = [
                scan(pixel, 613, 700),
                scan(pixel, 613, 1 + strip_rows(pixel, 613)).unknown_height(),
                scan(pixel, 613, 5),
            ];
            let mut last = 0;
            for (quality, least) in [(1, 10.0), (50, 31.0), (85, 35.0), (95, 39.0), (100, 42.0)] {
                let what = format!("{container:?} {pixel:?} {quality}");
                let bytes = document(options(quality, container), &pages, 33);
                assert!(bytes.len() > last, "{what}: size grows with quality");
                last = bytes.len();
                let decoded = decode(&bytes);
                assert_eq!(decoded.pages.len(), pages.len());
                for (got, page) in decoded.pages.iter().zip(&pages) {
                    assert_eq!(got.long(257), page.height());
                    let noise = psnr(&got.pixels, &page.data);
                    assert!(noise > least, "{what}: {noise} dB");
                }
            }
        }
    }
}

/// Rows that the writer puts into a strip of a JPEG page.
fn strip_rows(pixel: PixelType, width: u32) -> u32 {
    let page = scan(pixel, width, 3_000);
    let bytes = document(options(50, Container::Growing), &[page], 64);
    Tiff::parse(&bytes).pages[0].long(278)
}

#[test]
fn all_widths() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        for quality in [80, 95] {
            let pages: Vec<Page> = (1..=70)
                .map(|width| scan(pixel, width, width % 37 + 1))
                .collect();
            let bytes = document(options(quality, Container::Growing), &pages, 8);
            for (got, page) in decode(&bytes).pages.iter().zip(&pages) {
                assert_eq!(got.long(256), page.layout.width);
                assert_eq!(got.long(257), page.height());
                let noise = psnr(&got.pixels, &page.data);
                assert!(
                    noise > 24.0,
                    "{} x {}: {noise} dB",
                    page.layout.width,
                    page.height()
                );
            }
        }
    }
}

/// In a growing document the strips share the tables of JPEGTables; in a classic one each colour
/// strip is a stream of its own, which djpeg decodes alone.
#[test]
fn tables_and_strips() {
    for container in [Container::Growing, Container::Classic] {
        for pixel in [PixelType::Gray8, PixelType::Rgb8] {
            for quality in [70, 90] {
                let page = scan(pixel, 640, 500);
                let bytes = document(options(quality, container), std::slice::from_ref(&page), 50);
                let found = &Tiff::parse(&bytes).pages[0];
                assert_eq!(found.long(259), 7);
                assert!(found.strips.len() > 1);
                let colour = pixel == PixelType::Rgb8;
                assert_eq!(found.long(262), if colour { 6 } else { 1 });
                let half = if quality < 90 { 2 } else { 1 };
                let subsampling = found.get(530).map(<[u64]>::to_vec);
                assert_eq!(subsampling, colour.then(|| vec![half, half]));
                let own_tables = container == Container::Classic && colour;
                assert_eq!(found.get(347).is_none(), own_tables);
                let tables: Vec<u8> = found
                    .get(347)
                    .unwrap_or_default()
                    .iter()
                    .map(|v| *v as u8)
                    .collect();
                if !own_tables {
                    assert!(tables.starts_with(&[0xFF, 0xD8]) && tables.ends_with(&[0xFF, 0xD9]));
                }
                // JPEGTables is made so that a strip after it is a complete stream.
                let mut pixels = Vec::new();
                for strip in &found.strips {
                    let has_tables = strip.windows(2).any(|two| two == [0xFF, 0xDB]);
                    assert_eq!(has_tables, own_tables);
                    let mut stream = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(&[]).to_vec();
                    let image = if own_tables { &strip[..] } else { &strip[2..] };
                    stream.extend_from_slice(image);
                    pixels.extend(djpeg(&stream, colour));
                }
                assert!(psnr(&pixels, &page.data) > 33.0);
            }
        }
    }
}

/// The pixels of a JPEG stream, by libjpeg. A stream without JFIF header is YCbCr to djpeg.
fn djpeg(stream: &[u8], colour: bool) -> Vec<u8> {
    let mut child = Command::new("djpeg")
        .args(["-pnm"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("djpeg must be installed (libjpeg-turbo-progs)");
    child.stdin.take().unwrap().write_all(stream).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "djpeg: {errors}"
    );
    assert!(
        output
            .stdout
            .starts_with(if colour { b"P6" } else { b"P5" })
    );
    // Three lines of header: type, size, greatest value.
    let header: usize = output
        .stdout
        .split_inclusive(|b| *b == b'\n')
        .take(3)
        .map(<[u8]>::len)
        .sum();
    output.stdout[header..].to_vec()
}

#[test]
fn one_colour_is_exact() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        for value in [0, 255] {
            let mut page = scan(pixel, 100, 100);
            page.data.fill(value);
            let bytes = document(
                options(85, Container::Growing),
                std::slice::from_ref(&page),
                10,
            );
            assert!(decode(&bytes).pages[0].pixels == page.data);
        }
    }
}

/// The narrowest page has strips that are limited by JPEG's height, the widest by its width.
#[test]
fn extremes_of_size() {
    for (width, height) in [(1, 70_000), (65_500, 20)] {
        let page = scan(PixelType::Gray8, width, height);
        let bytes = document(
            options(75, Container::Growing),
            std::slice::from_ref(&page),
            999,
        );
        let decoded = decode(&bytes);
        assert!(psnr(&decoded.pages[0].pixels, &page.data) > 20.0);
    }
}
