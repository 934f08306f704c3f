//! PNG and JPEG files of other programs.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::sheets;
use std::path::Path;

use crate::foreign::{Pixels, pnm, run};
use crate::sheets::{Folder, page, pixels};
use quire_formats::image::ImageFile;
use raster::PixelType;
use wia::ErrorKind;

const HELD: [PixelType; 5] = [
    PixelType::Bw1,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

#[test]
fn png_of_each_kind() {
    for pixel in HELD {
        for (width, height) in [(77, 41), (1, 1), (9, 70)] {
            for interlace in [&[][..], &["-interlace"]] {
                let folder = Folder::new();
                let (page, rows) = page(width, height, pixel);
                let file = run(
                    "pnmtopng",
                    &[&["-force"], interlace].concat(),
                    &pnm(&page, &rows),
                );
                let path = folder.write("a.png", &file);
                let expected = Pixels::of_rows(pixel, width, &rows);
                assert_eq!(pixels(&path), (pixel, expected));
            }
        }
    }
}

#[test]
fn png_palettes_and_few_shades() {
    let folder = Folder::new();
    let mut palette: Vec<u8> = (0..=255_u8)
        .flat_map(|i| [i, i / 2 + 90, 255 - i])
        .collect();
    for (bits, depth) in [
        (1, png::BitDepth::One),
        (2, png::BitDepth::Two),
        (4, png::BitDepth::Four),
        (8, png::BitDepth::Eight),
    ] {
        palette.truncate(3 << bits);
        let bytes: Vec<u8> = (0..43 * (61 * bits as usize).div_ceil(8))
            .map(|i| (i * i) as u8)
            .collect();
        let path = folder.write("palette.png", &indexed(depth, &palette, &bytes));
        assert_eq!(pixels(&path), (PixelType::Rgb8, by_netpbm(&path)), "{bits}");
        palette = (0..=255_u8)
            .rev()
            .flat_map(|i| [i, i / 2 + 90, 255 - i])
            .collect();
    }
    let (page, rows) = sheets::page(61, 43, PixelType::Gray4);
    let path = folder.write(
        "grey.png",
        &run("pnmtopng", &["-force"], &pnm(&page, &rows)),
    );
    let expected = Pixels::of_rows(PixelType::Gray4, 61, &rows);
    assert_eq!(pixels(&path), (PixelType::Gray8, expected));
    // Black and white as a palette, both ways round.
    let (_, rows) = sheets::page(61, 43, PixelType::Bw1);
    for palette in [[0, 0, 0, 255, 255, 255], [255, 255, 255, 0, 0, 0]] {
        let file = indexed(png::BitDepth::One, &palette, &rows);
        let path = folder.write("bw.png", &file);
        assert_eq!(pixels(&path), (PixelType::Bw1, by_netpbm(&path)));
    }
}

/// A PNG of 61 x 43 numbers into a palette.
fn indexed(depth: png::BitDepth, palette: &[u8], rows: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 61, 43);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(depth);
    encoder.set_palette(palette.to_vec());
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(rows).unwrap();
    writer.finish().unwrap();
    file
}

fn by_netpbm(path: &Path) -> Pixels {
    Pixels::of_pnm(&run("pngtopnm", &["-quiet"], &std::fs::read(path).unwrap()))
}

#[test]
fn png_alpha_is_left_out() {
    for pixel in [
        PixelType::Gray8,
        PixelType::Gray16,
        PixelType::Rgb8,
        PixelType::Rgb16,
    ] {
        let folder = Folder::new();
        let (page, rows) = page(31, 23, pixel);
        let depth = pixel.bits_per_channel().to_string();
        let kind = format!(
            "png:color-type={}",
            if pixel.channels() == 1 { 4 } else { 6 }
        );
        let args = ["-alpha", "set", "-channel", "A", "-evaluate", "set", "50%"];
        let args = [&args[..], &["-depth", &depth, "-define", &kind]].concat();
        let path = folder.magick("alpha.png", &page, &rows, &args);
        let expected = Pixels::of_rows(pixel, 31, &rows);
        assert_eq!(pixels(&path), (pixel, expected));
    }
}

#[test]
fn resolutions() {
    let folder = Folder::new();
    let (page, rows) = page(31, 23, PixelType::Gray8);
    for name in ["a.png", "a.jpg"] {
        for (unit, dots, dpi) in [
            ("PixelsPerInch", "300x600", Some((300.0, 600.0))),
            ("PixelsPerCentimeter", "100x100", Some((254.0, 254.0))),
            ("Undefined", "300x300", None),
        ] {
            let args = ["-units", unit, "-density", dots];
            let path = folder.magick(name, &page, &rows, &args);
            let file = ImageFile::open(&path).unwrap();
            let info = *file.page(0).unwrap();
            let near = |got: Option<f64>, want: Option<f64>| match (got, want) {
                (Some(got), Some(want)) => (got - want).abs() < 0.02,
                (got, want) => got == want,
            };
            assert!(near(info.x_dpi, dpi.map(|d| d.0)), "{name} {unit} {info:?}");
            assert!(near(info.y_dpi, dpi.map(|d| d.1)), "{name} {unit} {info:?}");
        }
    }
}

#[test]
fn jpeg_as_djpeg_has_it() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        for (width, height) in [(160, 100), (1, 1), (77, 41)] {
            for args in [
                &["-quality", "90"][..],
                &["-quality", "50", "-progressive"],
                &["-sample", "1x1"],
                &["-sample", "2x1", "-restart", "1B"],
                &["-rgb"],
            ] {
                if pixel == PixelType::Gray8 && args[0] == "-rgb" {
                    continue;
                }
                let folder = Folder::new();
                let (page, rows) = page(width, height, pixel);
                let file = run("cjpeg", args, &pnm(&page, &rows));
                let path = folder.write("a.jpg", &file);
                let (got, read) = pixels(&path);
                let expected = Pixels::of_pnm(&run("djpeg", &[], &file));
                assert_eq!((got, read.width, read.height), (pixel, width, height));
                let differences = read.samples.iter().zip(&expected.samples);
                let most = differences
                    .flat_map(|(a, b)| (0..3).map(|i| a[i].abs_diff(b[i])))
                    .max()
                    .unwrap();
                // The decoder in Rust rounds and upsamples in its own way.
                let allowed = if cfg!(feature = "mozjpeg") {
                    0
                } else {
                    90 * 257
                };
                assert!(most <= allowed, "{args:?} {width}: {}", most / 257);
            }
        }
    }
}

#[test]
fn what_is_not_supported_says_so() {
    let folder = Folder::new();
    let (page, rows) = page(20, 10, PixelType::Rgb8);
    let cmyk = folder.magick("cmyk.jpg", &page, &rows, &["-colorspace", "CMYK"]);
    let arithmetic = folder.write("a.jpg", &run("cjpeg", &["-arithmetic"], &pnm(&page, &rows)));
    let gif = folder.magick("a.gif", &page, &rows, &[]);
    for (path, word) in [
        (cmyk, "4 components"),
        (arithmetic, "process 9"),
        (gif, "no PNG, JPEG, TIFF, PDF, BMP or RAW"),
        (
            folder.write("note.txt", b"A text."),
            "no PNG, JPEG, TIFF, PDF, BMP or RAW",
        ),
    ] {
        let e = ImageFile::open(&path).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputUnsupported, "{e}");
        let text = e.to_string();
        assert!(text.contains(word), "{text}");
        assert!(text.contains(path.to_str().unwrap()), "{text}");
    }
    let e = ImageFile::open(folder.path("none.png")).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ReadFault);
    let e = ImageFile::open(folder.write("empty.png", b"")).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InputDamaged);
}
