//! Images as sheets of paper.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use raster::{Area, Converter, PixelType, Resampler, Scale, pack};
use tempfile::TempDir;
use tiff::encoder::{Rational, TiffEncoder, colortype};
use tiff::tags::ResolutionUnit;
use wia::ErrorKind;

use super::super::tests::{all_rows, in_pieces, whole};
use super::super::{ImageStack, PaperSize, ScanRequest, Side};

/// Bytes that look random.
fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed | 1;
    (0..bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

/// A PNG of canonical 1-bit or 8-bit rows; the resolution is in dots a metre.
fn png(path: &Path, (width, height): (u32, u32), pixel: PixelType, dots: Option<u32>, rows: &[u8]) {
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, width, height);
    let (colour, depth) = match pixel {
        PixelType::Bw1 => (png::ColorType::Grayscale, png::BitDepth::One),
        PixelType::Gray8 => (png::ColorType::Grayscale, png::BitDepth::Eight),
        _ => (png::ColorType::Rgb, png::BitDepth::Eight),
    };
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_pixel_dims(dots.map(|dots| png::PixelDimensions {
        xppu: dots,
        yppu: dots,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(rows).unwrap();
    writer.finish().unwrap();
}

/// Dots a metre that PNG has for 300 dpi.
const DOTS_300: Option<u32> = Some(11_811);

/// A stack of one PNG.
fn one(size: (u32, u32), pixel: PixelType, dots: Option<u32>, rows: &[u8]) -> (TempDir, Side) {
    let folder = tempfile::tempdir().unwrap();
    png(&folder.path().join("a.png"), size, pixel, dots, rows);
    let stack = ImageStack::open(folder.path()).unwrap();
    let side = stack.sheet(0).unwrap().front;
    (folder, side)
}

#[test]
fn a_bilevel_page_comes_back_bit_by_bit() {
    let (width, height) = (83, 40);
    let mut rows = noise(1, 11 * 40);
    for row in rows.chunks_mut(11) {
        pack::clear_unused_bits(PixelType::Bw1, row, width);
    }
    let (_folder, side) = one((width, height), PixelType::Bw1, DOTS_300, &rows);
    let request = whole(&side, 300, PixelType::Bw1);
    assert_eq!(request.area, Area::of_size(width, height));
    assert_eq!(all_rows(&side, &request), rows);

    // Any threshold is good for black and white, and a cut may begin at any bit.
    let cut = ScanRequest {
        area: Area::new(13, 7, 30, 5),
        threshold: 255,
        ..request
    };
    let mut expected = vec![0; 4 * 5];
    for (row, to) in rows.chunks(11).skip(7).zip(expected.chunks_mut(4)) {
        pack::crop_row(PixelType::Bw1, row, 13, to, 30);
    }
    assert_eq!(all_rows(&side, &cut), expected);

    let colours = all_rows(&side, &whole(&side, 300, PixelType::Rgb8));
    let mut expected = vec![0; 83 * 3];
    Converter::new(PixelType::Bw1, PixelType::Rgb8, width, 0)
        .convert_row(&rows[..11], &mut expected);
    assert_eq!(colours[..83 * 3], expected);
}

#[test]
fn colours_come_back_and_the_platen_is_white() {
    let rows = noise(2, 5 * 3 * 4);
    let (_folder, side) = one((5, 4), PixelType::Rgb8, DOTS_300, &rows);
    assert_eq!(all_rows(&side, &whole(&side, 300, PixelType::Rgb8)), rows);
    let area = Area::new(3, 2, 4, 3);
    let bytes = all_rows(&side, &ScanRequest::new(300, area, PixelType::Rgb8));
    let mut expected = [0xFF; 4 * 3 * 3];
    expected[..6].copy_from_slice(&rows[(2 * 5 + 3) * 3..][..6]);
    expected[12..18].copy_from_slice(&rows[(3 * 5 + 3) * 3..][..6]);
    assert_eq!(bytes, expected);
}

#[test]
fn half_the_resolution_is_the_mean_of_four() {
    let rows: [u8; 8] = [0, 10, 100, 101, 4, 2, 200, 203];
    let (_folder, side) = one((4, 2), PixelType::Gray8, DOTS_300, &rows);
    assert_eq!(
        all_rows(&side, &whole(&side, 150, PixelType::Gray8)),
        [4, 151]
    );
    let halftone = [0b0110_0000, 0b0011_0000];
    let (_folder, side) = one((4, 2), PixelType::Bw1, DOTS_300, &halftone);
    assert_eq!(
        all_rows(&side, &whole(&side, 150, PixelType::Gray8)),
        [64, 191]
    );
    assert_eq!(
        all_rows(&side, &whole(&side, 150, PixelType::Bw1)),
        [0b0100_0000]
    );
}

#[test]
fn brightness_reaches_bilevel_images_too() {
    let (_folder, side) = one((8, 1), PixelType::Bw1, DOTS_300, &[0b1010_0000]);
    let darker = ScanRequest {
        brightness: -600,
        ..whole(&side, 300, PixelType::Bw1)
    };
    assert_eq!(all_rows(&side, &darker), [0]);
}

#[test]
fn sizes_come_from_the_resolution_or_from_300_dpi() {
    let rows = [0; 600];
    let size = |dots| {
        one((60, 10), PixelType::Gray8, dots, &rows)
            .1
            .size()
            .unwrap()
    };
    let near = |a: PaperSize, width: f64, height: f64| {
        assert!(
            (a.width - width).abs() < 1e-4 && (a.height - height).abs() < 1e-4,
            "{a:?}"
        );
    };
    near(size(DOTS_300), 0.2, 60.0 / 1800.0);
    near(size(None), 0.2, 60.0 / 1800.0);
    near(size(Some(5906)), 0.4, 60.0 / 900.0);
    // A resolution of one dot a metre is a mistake.
    near(size(Some(1)), 0.2, 60.0 / 1800.0);
}

#[test]
fn a_folder_is_a_stack_in_the_order_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let value = |v: u8| [v; 9];
    png(&at("c.PNG"), (3, 3), PixelType::Gray8, None, &value(40));
    png(&at("a.png"), (3, 3), PixelType::Gray8, None, &value(10));
    fs::write(at("notes.txt"), "not an image").unwrap();
    fs::create_dir(at("aa.png")).unwrap();
    let mut pages = TiffEncoder::new(fs::File::create(at("b.tiff")).unwrap()).unwrap();
    for v in [20, 30] {
        let mut page = pages.new_image::<colortype::Gray8>(3, 1).unwrap();
        page.resolution(ResolutionUnit::Inch, Rational { n: 1, d: 1 });
        page.x_resolution(Rational { n: 100, d: 1 });
        page.y_resolution(Rational { n: 50, d: 1 });
        page.write_data(&[v; 3]).unwrap();
    }
    let stack = ImageStack::open(folder.path()).unwrap();
    assert_eq!((stack.len(), stack.is_empty()), (4, false));
    let pixel = |side: &Side| {
        let request = ScanRequest::new(100, Area::of_size(1, 1), PixelType::Gray8);
        all_rows(side, &request)[0]
    };
    let pair = |first| {
        stack
            .sheet(first)
            .map(|s| (pixel(&s.front), pixel(&s.back)))
    };
    assert_eq!(pair(0), Some((10, 20)));
    assert_eq!(pair(2), Some((30, 40)));
    assert_eq!(pair(3), Some((40, 255)));
    assert_eq!(pair(4), None);
    let last = stack.sheet(3).unwrap();
    assert_eq!(last.back.size().unwrap(), last.front.size().unwrap());
    let largest = stack.largest().unwrap();
    assert_eq!((largest.width, largest.height), (0.03, 0.02));
    // Twice as many dots across as down: a scan is square again.
    let tiff = stack.sheet(1).unwrap().front;
    assert_eq!(tiff.size().unwrap().pixels(100, 100), (3, 2));
    assert_eq!(
        all_rows(&tiff, &whole(&tiff, 100, PixelType::Gray8)),
        [20; 6]
    );
}

#[test]
fn damaged_images_say_so_and_leave_the_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    png(&at("1.png"), (9, 9), PixelType::Gray8, None, &[7; 81]);
    png(
        &at("2.png"),
        (90, 90),
        PixelType::Gray8,
        None,
        &noise(3, 8100),
    );
    let bytes = fs::read(at("2.png")).unwrap();
    fs::write(at("2.png"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(at("3.png"), b"\x89PNG\r\n\x1A\nand nothing more").unwrap();
    fs::write(at("4.png"), b"").unwrap();
    fs::write(at("5.jpg"), b"no image at all").unwrap();
    let stack = ImageStack::open(folder.path()).unwrap();
    assert_eq!(stack.len(), 5);
    assert_eq!(stack.largest(), stack.sheet(1).unwrap().front.size().ok());

    let request = ScanRequest::new(300, Area::of_size(9, 90), PixelType::Gray8);
    let cut_off = stack.sheet(1).unwrap().front;
    let mut rows = cut_off.scan(&request).unwrap();
    let error = rows.next_rows(&mut [0; 9 * 90], 90).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputDamaged);
    assert!(error.to_string().contains("2.png"), "{error}");

    let kinds = [
        ("3.png", ErrorKind::InputDamaged),
        ("4.png", ErrorKind::InputDamaged),
        ("5.jpg", ErrorKind::InputUnsupported),
    ];
    for (i, (name, kind)) in kinds.into_iter().enumerate() {
        let side = stack.sheet(2 + i).unwrap().front;
        for error in [side.size().err(), side.scan(&request).err()] {
            let error = error.unwrap();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }
    // The blank back of the last one has no size either.
    assert!(stack.sheet(4).unwrap().back.size().is_err());
    let fine = stack.sheet(0).unwrap().front;
    assert_eq!(
        all_rows(&fine, &whole(&fine, 300, PixelType::Gray8)),
        [7; 81]
    );
}

#[test]
fn a_file_that_vanished_is_told_when_it_is_scanned() {
    let (folder, side) = one((9, 9), PixelType::Gray8, None, &[7; 81]);
    drop(folder);
    let request = whole(&side, 300, PixelType::Gray8);
    let error = side.scan(&request).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ReadFault, "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_no_device() {
    let folder = tempfile::tempdir().unwrap();
    let error = ImageStack::open(folder.path().join("away")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoDeviceAvailable);
    assert!(error.to_string().contains("away"), "{error}");
    let empty = ImageStack::open(folder.path()).unwrap();
    assert!(empty.is_empty() && empty.largest().is_none() && empty.sheet(0).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A scan is what the sampler makes of the image, in the type that was asked for, whatever the
    /// pieces, and from the bottom up too.
    #[test]
    fn scans_are_the_samplers_rows(
        own in prop::sample::select(vec![PixelType::Bw1, PixelType::Gray8, PixelType::Rgb8]),
        pixel in prop::sample::select(vec![PixelType::Bw1, PixelType::Gray16, PixelType::Rgb8]),
        (width, height) in (1u32..60, 1u32..60),
        (x_dpi, y_dpi) in (50u32..500, 50u32..500),
        (x, y, w, h) in (0u32..40, 0u32..40, 1u32..60, 1u32..60),
        (piece, padding, seed) in (1usize..9, 0usize..4, any::<u64>()),
    ) {
        let mut bytes = noise(seed, own.row_bytes(width) * height as usize);
        for row in bytes.chunks_mut(own.row_bytes(width)) {
            pack::clear_unused_bits(own, row, width);
        }
        // 10000 dots a metre are 254 dpi.
        let (_folder, side) = one((width, height), own, Some(10_000), &bytes);
        let area = Area::new(x, y, w, h);
        let request = ScanRequest { x_dpi, y_dpi, ..ScanRequest::new(1, area, pixel) };
        let same = |dpi: u32, pixels: u32| {
            (254.0 / f64::from(dpi) - 1.0).abs() * f64::from(pixels) < 0.5
        };
        let scale = |dpi: u32, pixels| match same(dpi, pixels) {
            true => Scale::ONE,
            false => Scale::between(254.0, dpi.into()).unwrap(),
        };
        let scales = (scale(x_dpi, width), scale(y_dpi, height));
        let mut sampler = Resampler::new((width, height), own, scales, area).unwrap();
        let convert = Converter::new(sampler.pixel(), pixel, w, 128);
        let mut expected = Vec::new();
        let mut sampled = vec![0; sampler.row_bytes()];
        let source = |index: u32, row: &mut [u8]| {
            row.copy_from_slice(&bytes[index as usize * row.len()..][..row.len()]);
            Ok(())
        };
        while sampler.next_row(&mut sampled, source).unwrap() {
            let mut row = vec![0; pixel.row_bytes(w)];
            convert.convert_row(&sampled, &mut row);
            expected.push(row);
        }
        let mut rows = side.scan(&request).unwrap();
        prop_assert!(in_pieces(&mut *rows, piece, padding) == expected.concat());
        for (row, expected) in (0..h).zip(&expected).rev() {
            rows.seek(row).unwrap();
            let mut bytes = vec![0; pixel.row_bytes(w)];
            prop_assert_eq!(rows.next_rows(&mut bytes, 1).unwrap(), 1);
            prop_assert_eq!(&bytes, expected);
        }
    }
}
