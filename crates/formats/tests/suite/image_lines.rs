//! Bitmaps and RAW streams that were saved to a file.

use crate::foreign::{Pixels, pnm, run};
use crate::sheets::{Folder, page, pixels, read};
use quire_formats::image::ImageFile;
use quire_formats::raw::RawHeader;
use raster::PixelType;
use wia::ErrorKind;

/// Has netpbm make a bitmap.
fn bitmap(pixel: PixelType, args: &[&str]) -> (Pixels, Vec<u8>) {
    let (layout, rows) = page(37, 21, pixel);
    let bmp = run("ppmtobmp", args, &pnm(&layout, &rows));
    (Pixels::of_rows(pixel, layout.width, &rows), bmp)
}

#[test]
fn bitmaps_of_netpbm() {
    let folder = Folder::new();
    for (pixel, args, becomes) in [
        (PixelType::Bw1, &["-quiet"][..], PixelType::Bw1),
        (PixelType::Bw1, &["-quiet", "-bpp=4"], PixelType::Gray8),
        (PixelType::Gray4, &["-quiet"], PixelType::Gray8),
        (PixelType::Gray8, &["-quiet"], PixelType::Gray8),
        (PixelType::Rgb8, &["-quiet"], PixelType::Rgb8),
        (PixelType::Rgb8, &["-quiet", "-os2"], PixelType::Rgb8),
        (PixelType::Gray8, &["-quiet", "-os2"], PixelType::Gray8),
    ] {
        let (expected, bmp) = bitmap(pixel, args);
        let path = folder.write("x.bmp", &bmp);
        assert_eq!(pixels(&path), (becomes, expected), "{pixel:?} {args:?}");
    }
}

#[test]
fn bitmaps_of_imagemagick() {
    let folder = Folder::new();
    let (layout, rows) = page(37, 21, PixelType::Rgb8);
    let expected = Pixels::of_rows(layout.pixel, layout.width, &rows);
    for args in [
        &["-define", "bmp:format=bmp3"][..],
        &["-define", "bmp:format=bmp4"],
        &["-alpha", "opaque"],
        &["-units", "PixelsPerInch", "-density", "300x150"],
    ] {
        let path = folder.magick("x.bmp", &layout, &rows, args);
        assert_eq!(
            pixels(&path),
            (PixelType::Rgb8, expected.clone()),
            "{args:?}"
        );
    }
    let info = *ImageFile::open(folder.path("x.bmp"))
        .unwrap()
        .page(0)
        .unwrap();
    let dpi = [info.x_dpi.unwrap().round(), info.y_dpi.unwrap().round()];
    assert_eq!(dpi, [300.0, 150.0]);
    // Fewer bits: what ImageMagick itself reads of them.
    for args in [
        &["-define", "bmp:subtype=RGB565"][..],
        &["-define", "bmp:subtype=RGB555"],
        &["-colors", "9", "-type", "Palette"],
        &["-colors", "200", "-type", "Palette"],
    ] {
        let args = [args, &["-compress", "none"]].concat();
        let path = folder.magick("few.bmp", &layout, &rows, &args);
        let read = run(
            "convert-im6.q16",
            &[path.to_str().unwrap(), "-depth", "8", "ppm:-"],
            b"",
        );
        let (_, ours) = pixels(&path);
        for (a, b) in ours.samples.iter().zip(&Pixels::of_pnm(&read).samples) {
            assert!(
                a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 257),
                "{args:?}: {a:?} {b:?}"
            );
        }
    }
}

#[test]
fn bitmaps_from_the_top() {
    let folder = Folder::new();
    let (expected, mut bmp) = bitmap(PixelType::Rgb8, &["-quiet"]);
    let upright = folder.write("x.bmp", &bmp);
    assert_eq!(pixels(&upright).1, expected);
    bmp[22..26].copy_from_slice(&(-21_i32).to_le_bytes());
    let path = folder.write("top.bmp", &bmp);
    let flipped: Vec<_> = expected
        .samples
        .chunks(37)
        .rev()
        .flatten()
        .copied()
        .collect();
    assert_eq!(pixels(&path).1.samples, flipped);
}

#[test]
fn bitmaps_that_are_refused() {
    let folder = Folder::new();
    let (_, bmp) = bitmap(PixelType::Gray8, &["-quiet"]);
    let (layout, rows) = page(37, 21, PixelType::Gray8);
    let rle = folder.magick(
        "rle.bmp",
        &layout,
        &rows,
        &["-type", "Palette", "-compress", "RLE"],
    );
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = bmp.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        folder.write(&format!("{at}.bmp"), &changed)
    };
    let damaged = ErrorKind::InputDamaged;
    let unsupported = ErrorKind::InputUnsupported;
    for (path, kind, text) in [
        (rle, unsupported, "run lengths"),
        (changed(30, &[4]), unsupported, "JPEG in a bitmap"),
        (changed(14, &[41, 41]), unsupported, "header of 10537 bytes"),
        (changed(28, &[9]), unsupported, "9 bits"),
        (changed(18, &[0, 0]), damaged, "no size"),
        (changed(20, &[0, 0x80]), damaged, "wide"),
        (changed(22, &[0xFF; 2]), damaged, "end early"),
        (changed(21, &[0x7F]), unsupported, "rows of"),
        (changed(10, &[0xFF; 4]), damaged, "end early"),
    ] {
        let e = ImageFile::open(&path).unwrap_err();
        assert_eq!(e.kind(), kind, "{e}");
        assert!(e.to_string().contains(text), "{e}");
    }
    for len in 3..bmp.len() - 1 {
        let e = ImageFile::open(folder.write("cut.bmp", &bmp[..len])).unwrap_err();
        assert_eq!(e.kind(), damaged, "{len}: {e}");
    }
}

/// A RAW file made by hand: three lines of two pixels, blue first, from the bottom.
fn raw() -> Vec<u8> {
    let mut raw = vec![0; RawHeader::LEN];
    raw[..4].copy_from_slice(b"WRAW");
    for (at, value) in [
        (4, 0x0001_0000_u32),
        (8, 80),
        (12, 300),
        (16, 200),
        (20, 2),
        (24, 3),
        (28, 8),
        (32, 24),
        (36, 3),
        // RAWBGR
        (40, 7),
        (60, 2),
        (68, 24),
    ] {
        raw[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    raw[44..47].fill(8);
    raw.extend(1..=24);
    raw
}

#[test]
fn raw_files() {
    let folder = Folder::new();
    let file = ImageFile::open(folder.write("x.raw", &raw())).unwrap();
    let (info, rows) = read(&file, 0).unwrap();
    assert_eq!(
        (info.width, info.height, info.pixel),
        (2, 3, PixelType::Rgb8)
    );
    assert_eq!((info.x_dpi, info.y_dpi), (Some(300.0), Some(200.0)));
    let expected = [
        19, 18, 17, 22, 21, 20, 11, 10, 9, 14, 13, 12, 3, 2, 1, 6, 5, 4,
    ];
    assert_eq!(rows, expected);
    assert!(file.stored(0).unwrap().is_none());
    let whole = raw();
    for len in 4..whole.len() {
        let e = ImageFile::open(folder.write("cut.raw", &whole[..len])).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputDamaged, "{len}: {e}");
    }
    for (at, value) in [
        (4, 2_u32),
        (8, 79),
        (24, u32::MAX / 2),
        (28, 5),
        (60, 3),
        (76, 4096),
    ] {
        let mut changed = whole.clone();
        changed[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let e = ImageFile::open(folder.write("changed.raw", &changed)).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InputDamaged, "{at}: {e}");
    }
}
