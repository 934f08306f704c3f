//! What filters make of pixels, against a plain computation of each.

use formats::DocumentFormat;
use formats::image::ImageFile;
use quire_filters::{Brightness, Contrast, Filter, Rotation};
use raster::{PageLayout, PixelType, PointOperation};
use wia::Orientation;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_PNG, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_BRIGHTNESS, WIA_IPS_CONTRAST, WIA_IPS_ROTATION};

use crate::parts::{document, filtered, layout, memory_bitmap, rows, tree};

const PIXELS: [PixelType; 6] = [
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

/// One pixel as bits from the left.
fn pixel(layout: &PageLayout, rows: &[Vec<u8>], x: usize, y: usize) -> Vec<bool> {
    let bits = layout.pixel.bits_per_pixel() as usize;
    let bit = |at: usize| rows[y][at / 8] >> (7 - at % 8) & 1 == 1;
    (x * bits..(x + 1) * bits).map(bit).collect()
}

/// The page turned counter-clockwise, pixel by pixel.
fn turned(old: &PageLayout, rows: &[Vec<u8>], quarters: usize) -> (PageLayout, Vec<Vec<u8>>) {
    let (w, h) = (old.width as usize, old.height.unwrap() as usize);
    let mut new = *old;
    if quarters % 2 == 1 {
        new = layout(h as u32, w as u32, old.pixel);
        (new.x_dpi, new.y_dpi) = (old.y_dpi, old.x_dpi);
    }
    let made = (0..new.height.unwrap() as usize)
        .map(|y| {
            let mut row = vec![0; new.row_bytes()];
            let mut at = 0;
            for x in 0..new.width as usize {
                let (from_x, from_y) = match quarters {
                    1 => (w - 1 - y, x),
                    2 => (w - 1 - x, h - 1 - y),
                    _ => (y, h - 1 - x),
                };
                for bit in pixel(old, rows, from_x, from_y) {
                    row[at / 8] |= u8::from(bit) << (7 - at % 8);
                    at += 1;
                }
            }
            row
        })
        .collect();
    (new, made)
}

fn turn(quarters: usize) -> Vec<Box<dyn Filter>> {
    let turns = [
        Orientation::Portrait,
        Orientation::Landscape,
        Orientation::Rot180,
        Orientation::Rot270,
    ];
    vec![Box::new(Rotation(Some(turns[quarters])))]
}

#[test]
fn a_page_is_turned_counter_clockwise_in_every_pixel_type() {
    for pixel in PIXELS {
        for (w, h) in [(1, 1), (13, 7), (8, 16), (31, 5), (1, 9)] {
            let page = layout(w, h, pixel);
            let lines = rows(&page);
            for quarters in 1..=3 {
                let got = filtered(
                    &tree(&[]),
                    turn(quarters),
                    &document(DocumentFormat::Raw, &page, &lines),
                );
                let (new, made) = turned(&page, &lines, quarters);
                let expected = document(DocumentFormat::Raw, &new, &made);
                assert!(got == expected, "{pixel:?} {w} x {h}, {quarters} quarters");
            }
        }
    }
}

#[test]
fn a_bitmap_is_turned_the_same_way() {
    for pixel in [
        PixelType::Bw1,
        PixelType::Gray4,
        PixelType::Gray8,
        PixelType::Rgb8,
    ] {
        let page = layout(13, 7, pixel);
        let lines = rows(&page);
        for quarters in 1..=3 {
            let (new, made) = turned(&page, &lines, quarters);
            let item = tree(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into())]);
            let old = document(DocumentFormat::Bmp, &page, &lines);
            let got = filtered(&item, turn(quarters), &old);
            let expected = document(DocumentFormat::Bmp, &new, &made);
            assert!(got == expected, "{pixel:?}, {quarters} quarters");

            let item = tree(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_MEMORYBMP.into())]);
            let got = filtered(&item, turn(quarters), &memory_bitmap(&page, &lines));
            assert!(got == memory_bitmap(&new, &made), "{pixel:?} in memory");
        }
    }
}

#[test]
fn a_page_that_goes_to_a_temporary_file_is_turned_the_same_way() {
    // More than is held in memory.
    let page = layout(3000, 3001, PixelType::Rgb8);
    let lines = rows(&page);
    let old = document(DocumentFormat::Raw, &page, &lines);
    let once = filtered(&tree(&[]), turn(1), &old);
    assert!(once != old);
    let back = filtered(&tree(&[]), turn(3), &once);
    assert!(back == old);
    let twice = filtered(&tree(&[]), turn(1), &once);
    let half = filtered(&tree(&[]), turn(2), &old);
    assert!(twice == half);
}

#[test]
fn brightness_and_contrast_follow_the_properties_or_the_value() {
    let tests: [(i32, i32); 4] = [(120, 0), (0, -300), (-77, 450), (1000, 1000)];
    for pixel in [
        PixelType::Gray8,
        PixelType::Gray16,
        PixelType::Rgb8,
        PixelType::Rgb16,
    ] {
        let page = layout(33, 9, pixel);
        let lines = rows(&page);
        let old = document(DocumentFormat::Raw, &page, &lines);
        for (brightness, contrast) in tests {
            let mut made = lines.clone();
            for row in &mut made {
                PointOperation::new(brightness, 0, pixel).apply(row);
                PointOperation::new(0, contrast, pixel).apply(row);
            }
            let expected = document(DocumentFormat::Raw, &page, &made);
            let by_value: Vec<Box<dyn Filter>> = vec![
                Box::new(Brightness(Some(brightness))),
                Box::new(Contrast(Some(contrast))),
            ];
            // An explicit value counts more than the item's.
            let item = tree(&[
                (WIA_IPS_BRIGHTNESS, 999.into()),
                (WIA_IPS_CONTRAST, 999.into()),
            ]);
            assert!(
                filtered(&item, by_value, &old) == expected,
                "{pixel:?} by value"
            );
            let by_property: Vec<Box<dyn Filter>> =
                vec![Box::new(Brightness(None)), Box::new(Contrast(None))];
            let item = tree(&[
                (WIA_IPS_BRIGHTNESS, brightness.into()),
                (WIA_IPS_CONTRAST, contrast.into()),
            ]);
            assert!(
                filtered(&item, by_property, &old) == expected,
                "{pixel:?} by property"
            );
        }
    }
}

#[test]
fn four_bits_are_changed_as_eight_would_be() {
    let page = layout(5, 3, PixelType::Gray4);
    let lines = rows(&page);
    let old = document(DocumentFormat::Raw, &page, &lines);
    let got = filtered(&tree(&[]), vec![Box::new(Brightness(Some(200)))], &old);
    // A fifth of the scale is three steps of fifteen.
    let up = |v: u8| (v + 3).min(15);
    for (row, line) in got[80..].chunks_exact(4).zip(&lines) {
        let samples = |bytes: &[u8]| [bytes[0] >> 4, bytes[0] & 15, bytes[1] >> 4, bytes[1] & 15];
        assert_eq!(samples(row), samples(line).map(up));
    }
}

#[test]
fn rotation_reads_the_property_of_the_item_that_is_transferred() {
    let page = layout(4, 2, PixelType::Gray8);
    let lines = rows(&page);
    let old = document(DocumentFormat::Raw, &page, &lines);
    for value in 0..=3 {
        let item = tree(&[(WIA_IPS_ROTATION, value.into())]);
        let got = filtered(&item, vec![Box::new(Rotation(None))], &old);
        let expected = match value {
            0 => old.clone(),
            quarters => {
                let (new, made) = turned(&page, &lines, quarters as usize);
                document(DocumentFormat::Raw, &new, &made)
            }
        };
        assert!(got == expected, "{value}");
    }
}

#[test]
fn a_tiff_of_several_pages_and_a_png_are_turned() {
    let page = layout(9, 4, PixelType::Rgb8);
    let lines = rows(&page);
    let (new, made) = turned(&page, &lines, 1);
    for (format, id) in [
        (DocumentFormat::Tiff, WIA_IMG_FMT_TIFF),
        (DocumentFormat::Png, WIA_IMG_FMT_PNG),
    ] {
        let item = tree(&[(WIA_IPA_FORMAT, id.into())]);
        let got = filtered(&item, turn(1), &document(format, &page, &lines));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), got).unwrap();
        let image = ImageFile::open(file.path()).unwrap();
        assert_eq!(image.page_count(), 1);
        let info = image.page(0).unwrap();
        assert_eq!((info.width, info.height), (new.width, new.height.unwrap()));
        let mut reader = image.rows(0).unwrap();
        let mut row = vec![0; new.row_bytes()];
        for line in &made {
            assert!(reader.next_row(&mut row).unwrap());
            assert_eq!(&row, line, "{format:?}");
        }
    }
}
