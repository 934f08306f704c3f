//! JPEG: pages of groups, decoded by other programs as if they had been encoded in one piece.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::foreign::{Pixels, drawing, pages, run};
use crate::sinks::{Shared, fails_honestly, write_page};
use crate::trials;
use proptest::prelude::*;
use quire_formats::DocumentWriter;
use quire_formats::codec::StripEncoder;
use quire_formats::codec::jpeg::{Jpeg, Tables};
use quire_formats::jpeg::Writer;
use raster::{Band, PageLayout, PixelType};
use wia::ErrorKind;

const HELD: &[PixelType] = &[PixelType::Gray8, PixelType::Rgb8];

fn layout(width: u32, height: Option<u32>, pixel: PixelType) -> PageLayout {
    PageLayout {
        width,
        height,
        pixel,
        x_dpi: 300,
        y_dpi: 150,
    }
}

fn written(page: &PageLayout, rows: &[u8], quality: u8) -> Vec<u8> {
    let sink = Shared::after(b"");
    write_page(&mut Writer::new(sink.clone(), quality), page, rows, 50).unwrap();
    sink.bytes()
}

/// The same page encoded at once.
fn in_one_piece(page: &PageLayout, rows: &[u8], quality: u8) -> Vec<u8> {
    let mut codec = Jpeg::new(page.pixel, page.width, quality, Tables::InStrips).unwrap();
    let mut stream = Vec::new();
    let row = page.row_bytes();
    codec
        .rows(Band::new(rows, row, row).unwrap(), &mut stream)
        .unwrap();
    codec.finish(&mut stream).unwrap();
    stream
}

fn djpeg(file: &[u8]) -> Pixels {
    Pixels::of_pnm(&run("djpeg", &["-strict"], file))
}

fn magick(file: &[u8]) -> Pixels {
    Pixels::of_pnm(&run("convert-im6.q16", &["jpg:-", "pnm:-"], file))
}

/// Restart markers in the order of the file.
fn restarts(file: &[u8]) -> Vec<u8> {
    file.windows(2)
        .filter(|w| w[0] == 0xFF && (0xD0..=0xD7).contains(&w[1]))
        .map(|w| w[1] & 7)
        .collect()
}

#[test]
fn many_groups_decode_as_one_image() {
    for pixel in [PixelType::Gray8, PixelType::Rgb8] {
        for quality in [40, 85, 95] {
            let page = layout(301, Some(1500), pixel);
            let rows = drawing(&page, 8);
            let file = written(&page, &rows, quality);
            // 1500 rows are 11 groups of 128 and some rows.
            let expected: Vec<u8> = (0..11).map(|i| i % 8).collect();
            assert_eq!(restarts(&file), expected);
            let whole = in_one_piece(&page, &rows, quality);
            assert!(djpeg(&file) == djpeg(&whole), "{pixel:?} {quality}");
            assert!(magick(&file) == magick(&whole), "{pixel:?} {quality}");
        }
    }
}

#[test]
fn page_ends_with_a_group() {
    let page = layout(64, Some(256), PixelType::Rgb8);
    let rows = drawing(&page, 8);
    let file = written(&page, &rows, 85);
    assert_eq!(restarts(&file), [0]);
    assert!(djpeg(&file) == djpeg(&in_one_piece(&page, &rows, 85)));
}

/// So wide that fewer rows than usual make the most blocks that a restart interval can have.
#[test]
fn widest_pages() {
    let page = layout(65_500, Some(70), PixelType::Gray8);
    let rows = drawing(&page, 8);
    let file = written(&page, &rows, 85);
    // 8188 blocks a row of blocks, 8 of them a group: 64 rows.
    assert_eq!(restarts(&file), [0]);
    assert!(djpeg(&file) == djpeg(&in_one_piece(&page, &rows, 85)));
}

#[test]
fn unknown_height_is_put_in_at_the_end() {
    let known = layout(100, Some(300), PixelType::Rgb8);
    let open = layout(100, None, PixelType::Rgb8);
    let rows = drawing(&known, 3);
    let file = written(&known, &rows, 70);
    assert_eq!(file, written(&open, &rows, 70));
    let pipe = Shared::pipe();
    write_page(&mut Writer::new(pipe.clone(), 70), &known, &rows, 9).unwrap();
    assert_eq!(file, pipe.bytes());
    let e = Writer::new(Shared::pipe(), 70)
        .begin_page(&open)
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn resolution() {
    let identify = |page: &PageLayout| {
        let file = written(page, &drawing(page, 1), 85);
        let args = ["-format", "%x %y %U", "jpg:-"];
        String::from_utf8(run("identify-im6.q16", &args, &file)).unwrap()
    };
    let page = layout(9, Some(9), PixelType::Gray8);
    assert_eq!(identify(&page), "300 150 PixelsPerInch");
    let unknown = PageLayout { y_dpi: 0, ..page };
    assert!(identify(&unknown).contains("Undefined"));
}

#[test]
fn what_a_jpeg_cannot_hold() {
    for (page, quality) in [
        (layout(65_501, Some(3), PixelType::Gray8), 85),
        (layout(3, Some(65_501), PixelType::Gray8), 85),
        (layout(3, Some(3), PixelType::Bw1), 85),
        (layout(3, Some(3), PixelType::Rgb16), 85),
        (layout(3, Some(3), PixelType::Rgb8), 0),
        (layout(3, Some(3), PixelType::Rgb8), 101),
    ] {
        let e = Writer::new(Shared::after(b""), quality)
            .begin_page(&page)
            .unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{page:?}");
        assert!(e.to_string().contains("JPEG"), "{e}");
    }
    // The height that turns out too large.
    let mut writer = Writer::new(Shared::after(b""), 85);
    writer
        .begin_page(&layout(1, None, PixelType::Gray8))
        .unwrap();
    writer.rows(Band::new(&[0; 65_500], 1, 1).unwrap()).unwrap();
    let e = writer.rows(Band::new(&[0], 1, 1).unwrap()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn failing_sinks() {
    for height in [None, Some(400)] {
        let page = layout(5, height, PixelType::Rgb8);
        fails_honestly(|sink| Writer::new(sink, 85), &page, &[9; 15 * 400]);
    }
}

proptest! {
    #![proptest_config(trials::cases(40))]

    #[test]
    fn other_programs_read_what_was_written(
        (page, rows) in pages(HELD),
        known: bool,
        quality in 1_u8..=100,
        group in 1_usize..300,
        before in 0_usize..9,
    ) {
        let before = vec![b'x'; before];
        let sink = Shared::after(&before);
        let mut writer = Writer::new(sink.clone(), quality);
        let told = PageLayout { height: page.height.filter(|_| known), ..page };
        let done = write_page(&mut writer, &told, &rows, group).unwrap();
        let bytes = sink.bytes();
        prop_assert_eq!(&bytes[..before.len()], &before[..]);
        prop_assert_eq!(sink.position(), bytes.len() as u64);
        let file = &bytes[before.len()..];
        prop_assert_eq!(done.document_bytes, file.len() as u64);
        let whole = in_one_piece(&page, &rows, quality);
        prop_assert!(djpeg(file) == djpeg(&whole));
        if quality == 100 && page.pixel == PixelType::Gray8 {
            let original = Pixels::of_rows(page.pixel, page.width, &rows);
            for (a, b) in djpeg(file).samples.iter().zip(&original.samples) {
                prop_assert!(a[0].abs_diff(b[0]) <= 3 * 257);
            }
        }
    }
}
