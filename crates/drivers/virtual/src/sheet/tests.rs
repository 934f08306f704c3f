//! Generated and blank sheets, seen through scans.

use std::process::Command;

use proptest::prelude::*;
use raster::{Area, Converter, PixelType, pack};
use wia::ErrorKind;

use super::{GeneratedStack, PaperSize, RowSource, ScanRequest, Side};

const TYPES: [PixelType; 6] = [
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

pub(super) fn all_rows(side: &Side, request: &ScanRequest) -> Vec<u8> {
    let mut rows = side.scan(request).unwrap();
    let layout = rows.layout();
    let mut bytes = vec![0; layout.page_bytes().unwrap() as usize];
    let height = layout.height.unwrap() as usize;
    assert_eq!(rows.next_rows(&mut bytes, height + 5).unwrap(), height);
    assert_eq!(rows.rows_left(), 0);
    assert_eq!(rows.next_rows(&mut bytes, 1).unwrap(), 0);
    bytes
}

pub(super) fn whole(side: &Side, dpi: u32, pixel: PixelType) -> ScanRequest {
    let (width, height) = side.size().unwrap().pixels(dpi, dpi);
    ScanRequest::new(dpi, Area::of_size(width, height), pixel)
}

/// All rows, a few at a time and with padding, which is checked and left out.
pub(super) fn in_pieces(rows: &mut dyn RowSource, piece: usize, padding: usize) -> Vec<u8> {
    let row_bytes = rows.layout().row_bytes();
    let stride = row_bytes + padding;
    let mut buffer = vec![0x5A; stride * piece];
    let mut bytes = Vec::new();
    loop {
        let count = rows.fill(&mut buffer, stride, piece).unwrap();
        if count == 0 {
            return bytes;
        }
        for row in buffer.chunks(stride).take(count) {
            bytes.extend_from_slice(&row[..row_bytes]);
            assert!(row[row_bytes..].iter().all(|b| *b == 0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A crop is the crop of the whole, whatever the pieces.
    #[test]
    fn crops_and_pieces_change_nothing(
        pixel in prop::sample::select(&TYPES[..]),
        (x_dpi, y_dpi) in (10u32..110, 10u32..110),
        (x, y, width, height) in (0u32..1000, 0u32..1300, 1u32..500, 1u32..200),
        (piece, padding) in (1usize..40, 0usize..4),
        (seed, sheet, back) in (any::<u64>(), 1u32..2000, any::<bool>()),
        (threshold, brightness, contrast) in
            (any::<u8>(), prop_oneof![Just(0), -500..500i32], prop_oneof![Just(0), -500..500i32]),
    ) {
        let sheet = GeneratedStack::new(seed).sheet(sheet);
        let side = if back { sheet.back } else { sheet.front };
        let request = ScanRequest {
            x_dpi,
            y_dpi,
            area: Area::new(x, y, width, height),
            pixel,
            threshold,
            brightness,
            contrast,
        };
        let all = ScanRequest {
            area: Area::of_size(x + width, y + height),
            ..request
        };
        let all_bytes = all_rows(&side, &all);
        let mut expected = vec![0; pixel.row_bytes(width) * height as usize];
        let cropped = expected.chunks_mut(pixel.row_bytes(width));
        for (row, to) in all_bytes.chunks(pixel.row_bytes(x + width)).skip(y as usize).zip(cropped) {
            pack::crop_row(pixel, row, x as usize, to, width);
        }
        let mut rows = side.scan(&request).unwrap();
        prop_assert_eq!(rows.layout().width, width);
        prop_assert!(in_pieces(&mut *rows, piece, padding) == expected, "not the crop");
        // From the bottom up, a row at a time.
        let mut upwards = Vec::new();
        for row in (0..height).rev() {
            rows.seek(row).unwrap();
            prop_assert_eq!(rows.rows_left(), height - row);
            let mut bytes = vec![0; pixel.row_bytes(width)];
            prop_assert_eq!(rows.next_rows(&mut bytes, 1).unwrap(), 1);
            upwards.push(bytes);
        }
        upwards.reverse();
        prop_assert!(upwards.concat() == expected, "not the same upwards");
    }

    #[test]
    fn no_request_panics(
        pixel in prop::sample::select(&TYPES[..]),
        (x_dpi, y_dpi) in (1u32..5_000, 1u32..5_000),
        (x, y) in (any::<u32>(), 0u32..60_000),
        (width, height) in (0u32..300, 0u32..3),
    ) {
        let area = Area::new(if x % 2 == 0 { x } else { x % 40_000 }, y, width, height);
        let request = ScanRequest { x_dpi, y_dpi, ..ScanRequest::new(1, area, pixel) };
        let scan = GeneratedStack::new(1).sheet(1).front.scan(&request);
        let inside = 1..=ScanRequest::MAX_DPI;
        let possible = inside.contains(&x_dpi)
            && inside.contains(&y_dpi)
            && !area.is_empty()
            && area.right() <= u32::MAX.into();
        prop_assert_eq!(scan.is_ok(), possible);
        if let Ok(mut rows) = scan {
            let bytes = in_pieces(&mut *rows, 2, 0);
            prop_assert_eq!(bytes.len(), pixel.row_bytes(width) * height as usize);
        }
    }
}

/// Strips of a page, most of which miss most of what is on it.
#[test]
fn strips_side_by_side_are_the_page() {
    let side = GeneratedStack::new(5).sheet(3).back;
    for pixel in [PixelType::Rgb8, PixelType::Gray16, PixelType::Bw1] {
        let request = whole(&side, 50, pixel);
        let Area { width, height, .. } = request.area;
        let mut joined = vec![0; pixel.row_bytes(width) * height as usize];
        for x in (0..width).step_by(17) {
            let strip = ScanRequest {
                area: Area::new(x, 0, 17.min(width - x), height),
                ..request
            };
            let columns = strip.area.width;
            let bytes = all_rows(&side, &strip);
            let rows = bytes.chunks(pixel.row_bytes(columns));
            for (from, to) in rows.zip(joined.chunks_mut(pixel.row_bytes(width))) {
                pack::copy_pixels(pixel, from, 0, to, x as usize, columns as usize);
            }
        }
        assert!(joined == all_rows(&side, &request), "{pixel:?}");
    }
}

#[test]
fn every_side_is_another_and_the_same_again() {
    let scan = |seed, sheet, back: bool| {
        let sheet = GeneratedStack::new(seed).sheet(sheet);
        let side = if back { sheet.back } else { sheet.front };
        all_rows(&side, &whole(&side, 40, PixelType::Gray8))
    };
    let sides = [
        scan(7, 1, false),
        scan(7, 1, true),
        scan(7, 2, false),
        scan(8, 1, false),
    ];
    for (i, a) in sides.iter().enumerate() {
        for b in &sides[i + 1..] {
            assert!(a != b);
        }
    }
    assert!(scan(7, 1, true) == sides[1]);
}

/// The page must not change unnoticed: whoever keeps a scan of it compares with it later.
#[test]
fn the_page_is_the_one_of_the_last_version() {
    let side = GeneratedStack::new(7).sheet(17).front;
    let fnv = |pixel| {
        all_rows(&side, &whole(&side, 60, pixel))
            .iter()
            .fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
            })
    };
    assert_eq!(
        [PixelType::Rgb16, PixelType::Gray8, PixelType::Bw1].map(fnv),
        [
            11_761_399_189_813_214_348,
            5_365_512_125_853_501_570,
            11_900_703_132_079_427_598,
        ],
    );
}

#[test]
fn every_resolution_shows_the_same_page() {
    let side = GeneratedStack::new(3).sheet(5).front;
    // Means over squares of a fifth of an inch.
    let squares = |dpi: u32| {
        let area = Area::of_size(dpi * 8, dpi * 55 / 5);
        let bytes = all_rows(&side, &ScanRequest::new(dpi, area, PixelType::Gray8));
        let cell = (dpi / 5) as usize;
        let mut means = vec![0.0; 40 * 55];
        for (y, row) in bytes.chunks(area.width as usize).enumerate() {
            for (x, v) in row.iter().enumerate() {
                means[y / cell * 40 + x / cell] += f64::from(*v) / (cell * cell) as f64;
            }
        }
        means
    };
    let fine = squares(300);
    for dpi in [75, 100, 200] {
        for (i, (a, b)) in fine.iter().zip(squares(dpi)).enumerate() {
            let (x, y) = (i % 40, i / 40);
            // Bars and fields end on whole pixels, half a pixel off at most.
            let edge = if (7..=10).contains(&y) { 40.0 } else { 25.0 };
            assert!(
                (a - b).abs() < edge,
                "{dpi} dpi, square {x}, {y}: {a} and {b}"
            );
        }
        let all = |m: &[f64]| m.iter().sum::<f64>() / m.len() as f64;
        assert!((all(&fine) - all(&squares(dpi))).abs() < 1.0);
    }
}

#[test]
fn grey_is_the_grey_of_the_colours() {
    let side = GeneratedStack::new(4).sheet(2).back;
    let colours = all_rows(&side, &whole(&side, 70, PixelType::Rgb8));
    let greys = all_rows(&side, &whole(&side, 70, PixelType::Gray8));
    let pixels = greys.len() as u32;
    let mut converted = vec![0; greys.len()];
    Converter::new(PixelType::Rgb8, PixelType::Gray8, pixels, 0)
        .convert_row(&colours, &mut converted);
    for (i, (a, b)) in greys.iter().zip(&converted).enumerate() {
        assert!(a.abs_diff(*b) <= 2, "pixel {i}: {a} and {b}");
    }
}

#[test]
fn sixteen_bits_are_sixteen_bits_and_agree_with_eight() {
    let side = GeneratedStack::new(4).sheet(2).front;
    let wide = all_rows(&side, &whole(&side, 60, PixelType::Gray16));
    let pairs = wide.as_chunks::<2>().0;
    let repeated = pairs.iter().filter(|p| p[0] == p[1]).count();
    assert!(repeated < pairs.len() / 4, "{repeated} of {}", pairs.len());
    let narrow = all_rows(&side, &whole(&side, 60, PixelType::Gray8));
    for (pair, v) in pairs.iter().zip(narrow) {
        assert!(pair[1].abs_diff(v) <= 2);
    }
}

#[test]
fn the_wedge_has_sixteen_exact_steps_and_one_without() {
    let side = GeneratedStack::new(1).sheet(1).front;
    let row_at = |thousandths: u32, pixel| {
        let area = Area::new(96, thousandths * 150 / 1000, 1050, 1);
        all_rows(&side, &ScanRequest::new(150, area, pixel))
    };
    let steps = row_at(9_900, PixelType::Rgb8);
    let step = 1050.0 / 16.0;
    for i in 0..16u8 {
        let x = (step * (f64::from(i) + 0.5)) as usize * 3;
        assert_eq!(steps[x..x + 3], [i * 17; 3]);
    }
    let ramp = row_at(10_400, PixelType::Gray16);
    let ramp: Vec<u16> = ramp
        .as_chunks::<2>()
        .0
        .iter()
        .map(|p| u16::from_le_bytes(*p))
        .collect();
    assert_eq!((ramp[0], ramp[1049]), (0, 65535));
    assert!(ramp.windows(2).all(|w| w[0] < w[1]));
}

#[test]
fn beyond_the_paper_is_white() {
    let side = GeneratedStack::new(1).sheet(1).front;
    let (width, height) = side.size().unwrap().pixels(50, 50);
    let area = Area::new(width - 2, height - 2, 5, 4);
    let bytes = all_rows(&side, &ScanRequest::new(50, area, PixelType::Rgb8));
    for (i, pixel) in bytes.chunks(3).enumerate() {
        let paper = i % 5 < 2 && i / 5 < 2;
        assert_eq!(pixel == [255; 3], !paper, "pixel {i}: {pixel:?}");
    }
}

#[test]
fn blank_sides_are_white_and_adjusted() {
    let side = Side::blank(PaperSize::A4);
    assert_eq!(side.size().unwrap().thousandths(), (8268, 11693));
    assert_eq!(side.size().unwrap().pixels(300, 150), (2480, 1754));
    for pixel in TYPES {
        let mut white = vec![0xFF; pixel.row_bytes(13)];
        pack::clear_unused_bits(pixel, &mut white, 13);
        let request = ScanRequest::new(300, Area::of_size(13, 1), pixel);
        assert_eq!(all_rows(&side, &request), white);
    }
    let darker = ScanRequest {
        brightness: -500,
        ..ScanRequest::new(300, Area::of_size(2, 1), PixelType::Gray8)
    };
    assert_eq!(all_rows(&side, &darker), [128, 128]);
}

#[test]
fn requests_out_of_range_are_refused() {
    let side = Side::blank(PaperSize::A4);
    let fine = ScanRequest::new(300, Area::of_size(10, 10), PixelType::Gray8);
    let wrong = [
        ScanRequest { x_dpi: 0, ..fine },
        ScanRequest {
            y_dpi: 99_999,
            ..fine
        },
        ScanRequest {
            area: Area::of_size(0, 5),
            ..fine
        },
        ScanRequest {
            area: Area::of_size(5, 0),
            ..fine
        },
        ScanRequest {
            area: Area::new(u32::MAX, 0, 5, 5),
            ..fine
        },
        ScanRequest {
            area: Area::of_size(u32::MAX, 5),
            ..fine
        },
    ];
    for request in wrong {
        let error = side.scan(&request).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
}

#[test]
fn buffers_smaller_than_a_row_get_nothing() {
    let side = Side::blank(PaperSize::A4);
    let request = ScanRequest::new(300, Area::of_size(10, 3), PixelType::Gray8);
    let mut rows = side.scan(&request).unwrap();
    assert_eq!(rows.fill(&mut [0; 9], 10, 5).unwrap(), 0);
    assert_eq!(rows.fill(&mut [0; 90], 9, 5).unwrap(), 0);
    assert_eq!(rows.fill(&mut [], 10, 5).unwrap(), 0);
    // The padding after the last row may be missing.
    assert_eq!(rows.fill(&mut [0; 22], 12, 5).unwrap(), 2);
    assert_eq!(rows.rows_left(), 1);
}

/// A foreign program reads from every mode which sheet and side it is.
#[test]
fn zbarimg_reads_the_bar_code() {
    let folder = tempfile::tempdir().unwrap();
    let modes = [
        (PixelType::Rgb8, "P6", "\n255"),
        (PixelType::Gray8, "P5", "\n255"),
        (PixelType::Bw1, "P4", ""),
    ];
    let mut files = Vec::new();
    let mut expected = Vec::new();
    for (seed, number, back, code) in [
        (7, 17, false, "QUIRE-7-017-F"),
        (0, 1, true, "QUIRE-0-001-B"),
        (u64::MAX, 1234, true, "QUIRE-18446744073709551615-1234-B"),
    ] {
        for dpi in [150, 300] {
            for (pixel, magic, white) in modes {
                let sheet = GeneratedStack::new(seed).sheet(number);
                let side = if back { sheet.back } else { sheet.front };
                // The upper third is enough, and takes less time.
                let mut request = whole(&side, dpi, pixel);
                request.area.height /= 3;
                let mut bytes = all_rows(&side, &request);
                if pixel == PixelType::Bw1 {
                    pack::invert(&mut bytes);
                }
                let Area { width, height, .. } = request.area;
                let mut file = format!("{magic}\n{width} {height}{white}\n").into_bytes();
                file.extend(bytes);
                let path = folder.path().join(format!("{:02}.pnm", files.len()));
                std::fs::write(&path, file).unwrap();
                files.push(path);
                expected.push(format!("CODE-128:{code}"));
            }
        }
    }
    let output = Command::new("zbarimg").arg("-q").args(&files).output();
    let output = output.expect("zbarimg is needed (Debian package zbar-tools)");
    let found = String::from_utf8(output.stdout).unwrap();
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}
