//! Bitmaps: header bytes, and every page read by other programs.

use crate::foreign::{Pixels, pages, run};
use crate::sinks::{Shared, fails_honestly, write_page};
use crate::{foreign, trials};
use proptest::prelude::*;
use quire_formats::DocumentWriter;
use quire_formats::bmp::{self, Container, Sizes, Writer};
use raster::{Band, PageLayout, PixelType};
use wia::ErrorKind;

const HELD: &[PixelType] = &[
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Rgb8,
];

fn layout(width: u32, height: Option<u32>, pixel: PixelType) -> PageLayout {
    PageLayout {
        width,
        height,
        pixel,
        x_dpi: 300,
        y_dpi: 150,
    }
}

#[test]
fn every_byte_of_a_small_bitmap() {
    let sink = Shared::after(b"-");
    let page = layout(2, Some(2), PixelType::Rgb8);
    let rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    write_page(
        &mut Writer::new(sink.clone(), Container::File),
        &page,
        &rows,
        1,
    )
    .unwrap();
    #[rustfmt::skip]
    let expected = [
        b'B', b'M',
        70, 0, 0, 0,            // bfSize
        0, 0, 0, 0,
        54, 0, 0, 0,            // bfOffBits
        40, 0, 0, 0,            // biSize
        2, 0, 0, 0,             // biWidth
        2, 0, 0, 0,             // biHeight, positive: bottom-up
        1, 0, 24, 0,            // biPlanes, biBitCount
        0, 0, 0, 0,             // BI_RGB
        16, 0, 0, 0,            // biSizeImage
        0x23, 0x2E, 0, 0,       // 11811 dots a metre
        0x12, 0x17, 0, 0,       // 5906
        0, 0, 0, 0, 0, 0, 0, 0,
        9, 8, 7, 12, 11, 10, 0, 0,
        3, 2, 1, 6, 5, 4, 0, 0,
    ];
    assert_eq!(sink.bytes()[1..], expected);
    assert_eq!(sink.position(), 71);
    let memory = Shared::after(b"");
    write_page(
        &mut Writer::new(memory.clone(), Container::Memory),
        &page,
        &rows,
        2,
    )
    .unwrap();
    assert_eq!(memory.bytes(), expected[14..]);
}

/// The numbers that the documentation of `wiasGetImageInformation` gives for each depth.
#[test]
fn sizes_of_the_parts() {
    for (pixel, palette, line) in [
        (PixelType::Bw1, 8, 4),
        (PixelType::Gray4, 64, 8),
        (PixelType::Gray8, 1024, 12),
        (PixelType::Rgb8, 0, 28),
    ] {
        for (file, head) in [(true, 54), (false, 40)] {
            let header = head + palette;
            let page = layout(9, Some(5), pixel);
            let expected = Sizes {
                header,
                line,
                image: line * 5,
                total: header + line * 5,
            };
            assert_eq!(bmp::sizes(&page, file).unwrap(), expected);
            let bytes = bmp::header(&page, file).unwrap();
            assert_eq!(bytes.len(), header as usize);
            // An unknown height leaves it and both sizes 0.
            let open = bmp::header(&layout(9, None, pixel), file).unwrap();
            let info = head as usize - 40;
            let mut zeroed = bytes.clone();
            zeroed[info + 8..info + 12].fill(0);
            zeroed[info + 20..info + 24].fill(0);
            if file {
                zeroed[2..6].fill(0);
            }
            assert_eq!(open, zeroed);
        }
    }
    let palette = bmp::header(&layout(9, Some(1), PixelType::Bw1), false).unwrap();
    assert_eq!(palette[40..], [0, 0, 0, 0, 255, 255, 255, 0]);
}

#[test]
fn what_a_bitmap_cannot_hold() {
    let mut writer = Writer::new(Shared::after(b""), Container::File);
    for page in [
        layout(9, None, PixelType::Gray8),
        layout(9, Some(3), PixelType::Gray16),
        layout(9, Some(3), PixelType::Rgb16),
        layout(0, Some(3), PixelType::Gray8),
        layout(65536, Some(65536), PixelType::Gray8),
        layout(u32::MAX, Some(u32::MAX), PixelType::Rgb8),
        layout(1, Some(u32::MAX), PixelType::Bw1),
        layout(u32::MAX, Some(1), PixelType::Bw1),
    ] {
        let e = writer.begin_page(&page).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{page:?}");
        assert!(e.to_string().starts_with("BMP "), "{e}");
        writer.abandon_page().unwrap();
    }
    let mut writer = Writer::new(Shared::pipe(), Container::File);
    let e = writer
        .begin_page(&layout(9, Some(3), PixelType::Gray8))
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn failing_sinks() {
    let page = layout(5, Some(40), PixelType::Rgb8);
    let make = |sink| Writer::new(sink, Container::File);
    fails_honestly(make, &page, &[9; 15 * 40]);
}

#[test]
fn bands_larger_than_a_gathering() {
    let page = layout(500, Some(600), PixelType::Rgb8);
    let rows = foreign::drawing(&page, 3);
    let sink = Shared::after(b"");
    let mut writer = Writer::new(sink.clone(), Container::File);
    writer.begin_page(&page).unwrap();
    let (first, second) = rows.split_at(1500 * 401);
    writer.rows(Band::new(first, 1500, 1500).unwrap()).unwrap();
    writer.rows(Band::new(second, 1500, 1500).unwrap()).unwrap();
    writer.end_page().unwrap();
    let read = Pixels::of_pnm(&run("bmptopnm", &["-quiet"], &sink.bytes()));
    assert_eq!(read, Pixels::of_rows(page.pixel, page.width, &rows));
}

proptest! {
    #![proptest_config(trials::cases(40))]

    #[test]
    fn other_programs_read_the_same(
        (page, rows) in pages(HELD),
        group in 1_usize..50,
        before in 0_usize..9,
    ) {
        let before = vec![b'x'; before];
        let sink = Shared::after(&before);
        let mut writer = Writer::new(sink.clone(), Container::File);
        let done = write_page(&mut writer, &page, &rows, group).unwrap();
        let bytes = sink.bytes();
        prop_assert_eq!(&bytes[..before.len()], &before[..]);
        let file = &bytes[before.len()..];
        prop_assert_eq!(done.document_bytes, file.len() as u64);
        let expected = Pixels::of_rows(page.pixel, page.width, &rows);
        prop_assert_eq!(&Pixels::of_pnm(&run("bmptopnm", &["-quiet"], file)), &expected);
        prop_assert_eq!(&Pixels::of_pnm(&run("convert-im6.q16", &["bmp:-", "ppm:-"], file)), &expected);
    }
}
