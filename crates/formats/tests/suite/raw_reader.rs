//! Reading RAW streams as other drivers write them, and broken ones.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

use crate::trials;
use proptest::prelude::*;

use quire_formats::raw::{PageEnd, RawHeader, Reader};
use raster::{Band, PageLayout, PixelType};
use wia::{Error, ErrorKind, Result};

/// A header of 2 lines of 3 pixels.
fn header(pixel: PixelType) -> RawHeader {
    RawHeader::for_page(&PageLayout {
        width: 3,
        height: Some(2),
        pixel,
        x_dpi: 100,
        y_dpi: 100,
    })
    .unwrap()
}

fn stream(header: &RawHeader, rest: &[u8]) -> Vec<u8> {
    [&header.encode(), rest].concat()
}

type Change = fn(&mut RawHeader);
type Page = (PageLayout, Vec<Vec<u8>>);

fn collect(page: &mut Option<Page>, layout: &PageLayout, band: Band<'_>) -> Result<()> {
    let (_, rows) = page.get_or_insert_with(|| (*layout, Vec::new()));
    rows.extend(band.iter().map(<[u8]>::to_vec));
    Ok(())
}

/// Reads a stream whole and byte by byte, which must give the same.
fn read(bytes: &[u8]) -> Result<(Page, PageEnd)> {
    let mut results = [bytes.len().max(1), 1].map(|size| {
        let mut reader = Reader::new();
        let mut page = None;
        for (i, piece) in bytes.chunks(size).enumerate() {
            let at = (i * size) as u64;
            reader.write_at(at, piece, &mut |l, b| collect(&mut page, l, b))?;
        }
        let end = reader.finish()?;
        Ok((page.expect("a page that ended well has rows"), end))
    });
    assert_eq!(
        results[0].as_ref().map_err(Error::to_string),
        results[1].as_ref().map_err(Error::to_string)
    );
    std::mem::replace(&mut results[0], Err(Error::invalid("taken")))
}

fn refused(bytes: &[u8], kind: ErrorKind, word: &str) {
    let e = read(bytes).unwrap_err();
    assert_eq!(e.kind(), kind, "{e}");
    assert!(e.to_string().contains(word), "{e} should name {word}");
}

fn rows(bytes: &[u8]) -> (PixelType, Vec<Vec<u8>>) {
    let ((layout, rows), end) = read(bytes).unwrap();
    assert_eq!((layout.width, end.height), (3, 2));
    (layout.pixel, rows)
}

#[test]
fn blue_green_red() {
    let mut h = header(PixelType::Rgb8);
    h.data_type = 7;
    let mut lines: Vec<u8> = (1..=24).collect();
    lines[9..12].fill(0);
    let (pixel, got) = rows(&stream(&h, &lines));
    assert_eq!(pixel, PixelType::Rgb8);
    assert_eq!(got[0], [3, 2, 1, 6, 5, 4, 9, 8, 7]);
    assert_eq!(got[1], [15, 14, 13, 18, 17, 16, 21, 20, 19]);
    let mut h = header(PixelType::Rgb16);
    h.data_type = 7;
    let lines: Vec<u8> = (1..=40).collect();
    let (pixel, got) = rows(&stream(&h, &lines));
    assert_eq!(pixel, PixelType::Rgb16);
    assert_eq!(got[0][..6], [5, 6, 3, 4, 1, 2]);
}

#[test]
fn colour_without_an_order_is_red_first() {
    let mut h = header(PixelType::Rgb8);
    h.data_type = 3;
    let lines: Vec<u8> = (1..=24).collect();
    assert_eq!(rows(&stream(&h, &lines)).1[0], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn zero_is_white() {
    let mut h = header(PixelType::Bw1);
    h.photometric = 1;
    let got = rows(&stream(&h, &[0b0100_0000, 0, 0, 0, 0b1110_0000, 0, 0, 0]));
    assert_eq!(got.0, PixelType::Bw1);
    assert_eq!(got.1[0][0] & 0xE0, 0b1010_0000);
    assert_eq!(got.1[1][0] & 0xE0, 0);
    let mut h = header(PixelType::Gray8);
    h.photometric = 1;
    assert_eq!(
        rows(&stream(&h, &[0, 1, 255, 9, 5, 6, 7, 9])).1,
        [[255, 254, 0], [250, 249, 248]]
    );
    let mut h = header(PixelType::Gray16);
    h.photometric = 1;
    let got = rows(&stream(
        &h,
        &[0x34, 0x12, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0],
    ));
    assert_eq!(got.1[0][..2], [0xCB, 0xED]);
}

#[test]
fn a_dithered_and_a_grey_bit() {
    for data_type in [0, 1, 2] {
        let mut h = header(PixelType::Bw1);
        h.data_type = data_type;
        assert_eq!(
            rows(&stream(&h, &[0x40, 0, 0, 0, 0xE0, 0, 0, 0])).1[0],
            [0x40]
        );
    }
}

#[test]
fn bottom_up() {
    let mut h = header(PixelType::Gray8);
    h.line_order = 2;
    let got = rows(&stream(&h, &[1, 2, 3, 0, 4, 5, 6, 0]));
    assert_eq!(got.1, [[4, 5, 6], [1, 2, 3]]);
    // A signed height, as a sample driver stores it, is only a height.
    h.y_extent = (-2_i32) as u32;
    let got = rows(&stream(&h, &[1, 2, 3, 0, 4, 5, 6, 0]));
    assert_eq!(got.1, [[4, 5, 6], [1, 2, 3]]);
}

#[test]
fn bottom_up_of_unknown_height() {
    let mut h = header(PixelType::Gray8);
    h.line_order = 2;
    (h.y_extent, h.raw_data_size) = (0, 0);
    let count = 40_000_u32;
    let mut reader = Reader::new();
    let mut page = None;
    let lines: Vec<u8> = (0..count).flat_map(u32::to_le_bytes).collect();
    for (i, piece) in stream(&h, &lines).chunks(999).enumerate() {
        let at = i as u64 * 999;
        reader
            .write_at(at, piece, &mut |_, _| panic!("the top is not known yet"))
            .unwrap();
    }
    assert!(reader.finish().is_err());
    h.set_height(count).unwrap();
    reader
        .write_at(0, &h.encode(), &mut |l, b| collect(&mut page, l, b))
        .unwrap();
    assert_eq!(reader.finish().unwrap().height, count);
    let (layout, rows) = page.unwrap();
    assert_eq!(layout.height, Some(count));
    assert_eq!(rows.len(), count as usize);
    for (row, i) in rows.iter().zip((0..count).rev()) {
        assert_eq!(row[..], i.to_le_bytes()[..3]);
    }
}

#[test]
fn palettes() {
    // Two colours of three bytes, before the lines; the offset counts from the header's end.
    let mut h = header(PixelType::Bw1);
    h.data_type = 6;
    h.channels_per_pixel = 3;
    h.bits_per_channel = [8, 8, 8, 0, 0, 0, 0, 0];
    h.palette_size = 6;
    h.raw_data_offset = 6;
    let body = [
        1,
        2,
        3,
        200,
        100,
        50,
        0b0100_0000,
        0,
        0,
        0,
        0b1000_0000,
        0,
        0,
        0,
    ];
    let got = rows(&stream(&h, &body));
    assert_eq!(got.0, PixelType::Rgb8);
    assert_eq!(got.1[0], [1, 2, 3, 200, 100, 50, 1, 2, 3]);
    assert_eq!(got.1[1], [200, 100, 50, 1, 2, 3, 1, 2, 3]);
    h.data_type = 7;
    assert_eq!(rows(&stream(&h, &body)).1[0][..3], [3, 2, 1]);
    // The same, counted from the start of the stream.
    h.raw_data_offset = 86;
    assert_eq!(rows(&stream(&h, &body)).1[0][..3], [3, 2, 1]);
    // Black and white as a bitmap has it, the wrong way round.
    h.palette_size = 8;
    h.raw_data_offset = 8;
    let body = [255, 255, 255, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0x80, 0, 0, 0];
    let got = rows(&stream(&h, &body));
    assert_eq!((got.0, got.1[0][0] & 0xE0), (PixelType::Bw1, 0b1010_0000));
    // A grey ramp of 16 entries of one byte.
    let mut h = header(PixelType::Gray4);
    h.bits_per_channel[0] = 8;
    h.palette_size = 16;
    h.raw_data_offset = 16;
    let mut body: Vec<u8> = (0..16).map(|i| i * 2).collect();
    body.extend([0x1F, 0x20, 0, 0, 0xA0, 0x50, 0, 0]);
    let got = rows(&stream(&h, &body));
    assert_eq!(
        got,
        (PixelType::Gray8, vec![vec![2, 30, 4], vec![20, 0, 10]])
    );
}

#[test]
fn not_supported() {
    let changes: [(Change, &str); 6] = [
        (|h| h.compression = 4, "compression 4"),
        (|h| h.data_type = 8, "data type 8"),
        (|h| h.data_type = 0, "data type 0"),
        (|h| h.x_extent = 0x7FFF_FFFF, "pixels"),
        (|h| h.palette_size = 256, "palette"),
        (|h| (h.palette_size, h.raw_data_offset) = (7, 7), "palette"),
    ];
    for (change, word) in changes {
        let mut h = header(PixelType::Gray8);
        change(&mut h);
        if h.x_extent > 3 {
            h.bytes_per_line = 0x8000_0000;
        }
        refused(&stream(&h, &[0; 16]), ErrorKind::InputUnsupported, word);
    }
}

#[test]
fn wrong_headers() {
    let changes: [(Change, &str); 7] = [
        (|h| h.x_extent = 0, "XExtent"),
        (|h| h.bytes_per_line = 2, "BytesPerLine is 2"),
        (|h| h.bytes_per_line = 0, "BytesPerLine is 0"),
        (|h| h.line_order = 3, "LineOrder is 3"),
        (|h| h.photometric = 7, "PhotometricInterp is 7"),
        (|h| h.bits_per_channel[0] = 7, "8 bits a pixel"),
        (|h| h.palette_size = 9999, "PaletteSize is 9999"),
    ];
    for (change, word) in changes {
        let mut h = header(PixelType::Gray8);
        change(&mut h);
        refused(&stream(&h, &[0; 8]), ErrorKind::InvalidDriverResponse, word);
    }
}

#[test]
fn longer_headers_are_skipped() {
    let mut h = header(PixelType::Gray8);
    h.header_size = 90;
    let mut rest = vec![0xEE; 10];
    rest.extend([1, 2, 3, 0, 4, 5, 6, 0]);
    assert_eq!(rows(&stream(&h, &rest)).1, [[1, 2, 3], [4, 5, 6]]);
}

#[test]
fn short_and_long_pages() {
    let h = header(PixelType::Gray8);
    let whole = stream(&h, &[1, 2, 3, 0, 4, 5, 6, 0]);
    for (len, word) in [
        (0, "0 of 80"),
        (79, "79 of 80"),
        (80, "0 of 2 lines, 0 of 8 bytes"),
        (84, "1 of 2 lines, 4 of 8 bytes"),
        (86, "1 of 2 lines, 6 of 8 bytes"),
        (87, "1 of 2 lines, 7 of 8 bytes"),
    ] {
        refused(&whole[..len], ErrorKind::InvalidDriverResponse, word);
    }
    let longer = [&whole[..], &[0; 4]].concat();
    refused(
        &longer,
        ErrorKind::InvalidDriverResponse,
        "more than 2 lines",
    );
    let longer = [&whole[..], &[0; 3]].concat();
    refused(&longer, ErrorKind::InvalidDriverResponse, "11 of 8 bytes");
    // A header that still tells nothing at the end.
    let mut open = h;
    (open.y_extent, open.raw_data_size) = (0, 0);
    let e = stream(&open, &whole[80..]);
    refused(
        &e,
        ErrorKind::InvalidDriverResponse,
        "2 of 0 lines, 8 of 0 bytes",
    );
    // A height without its data size, and the other way round.
    let mut half = h;
    half.raw_data_size = 0;
    refused(
        &stream(&half, &whole[80..]),
        ErrorKind::InvalidDriverResponse,
        "8 of 0 bytes",
    );
    let mut half = h;
    half.y_extent = 0;
    refused(
        &stream(&half, &whole[80..]),
        ErrorKind::InvalidDriverResponse,
        "2 of 0 lines",
    );
}

#[test]
fn the_header_may_change_in_its_height_only() {
    let h = header(PixelType::Gray8);
    let mut open = h;
    (open.y_extent, open.raw_data_size) = (0, 0);
    let start = |reader: &mut Reader| {
        let bytes = stream(&open, &[1, 2, 3, 0, 4, 5, 6, 0]);
        reader.write_at(0, &bytes, &mut |l, _| {
            assert_eq!(l.height, None);
            Ok(())
        })
    };
    // Whole, and field by field.
    let pieces = [
        vec![(0, 80)],
        vec![(24, 28), (68, 72)],
        vec![(68, 80), (20, 30)],
    ];
    for pieces in pieces {
        let mut reader = Reader::new();
        start(&mut reader).unwrap();
        for piece in pieces {
            let (start, end) = piece;
            let bytes = &h.encode()[start..end];
            reader
                .write_at(start as u64, bytes, &mut |_, _| Ok(()))
                .unwrap();
        }
        assert_eq!(reader.finish().unwrap().height, 2);
        assert_eq!(reader.header(), Some(h));
    }
    for at in (0..80).filter(|at| !(24..28).contains(at) && !(68..72).contains(at)) {
        let mut reader = Reader::new();
        start(&mut reader).unwrap();
        let mut bytes = h.encode();
        bytes[at] ^= 1;
        let e = reader.write_at(0, &bytes, &mut |_, _| Ok(())).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        assert!(e.to_string().contains(&format!("byte {at} ")), "{e}");
        // The error stays.
        assert!(reader.write_at(88, &[0; 4], &mut |_, _| Ok(())).is_err());
        assert!(reader.finish().is_err());
    }
}

#[test]
fn writing_elsewhere() {
    let whole = stream(&header(PixelType::Gray8), &[1, 2, 3, 0, 4, 5, 6, 0]);
    for (at, len) in [(84_u64, 4_usize), (80, 1), (76, 8), (89, 1), (u64::MAX, 1)] {
        let mut reader = Reader::new();
        reader.write_at(0, &whole, &mut |_, _| Ok(())).unwrap();
        let e = reader
            .write_at(at, &vec![0; len], &mut |_, _| Ok(()))
            .unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse, "{at}");
    }
    // A header that is begun again before it was complete is one header.
    let mut reader = Reader::new();
    let mut page = None;
    reader.write_at(0, &[0; 40], &mut |_, _| Ok(())).unwrap();
    reader
        .write_at(0, &whole, &mut |l, b| collect(&mut page, l, b))
        .unwrap();
    assert_eq!(reader.finish().unwrap().height, 2);
    assert_eq!(page.unwrap().1, [[1, 2, 3], [4, 5, 6]]);
}

#[test]
fn whole_lines_are_not_copied() {
    let whole = stream(&header(PixelType::Gray8), &[1, 2, 3, 0, 4, 5, 6, 0]);
    let mut reader = Reader::new();
    let mut seen = 0;
    reader
        .write_at(0, &whole, &mut |_, band| {
            assert_eq!((band.rows(), band.stride(), band.row_bytes()), (2, 4, 3));
            let first = band.iter().next().unwrap();
            assert!(std::ptr::eq(first.as_ptr(), whole[80..].as_ptr()));
            seen += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, 1);
}

#[test]
fn the_taker_can_stop_it() {
    let whole = stream(&header(PixelType::Gray8), &[1, 2, 3, 0, 4, 5, 6, 0]);
    let mut reader = Reader::new();
    let stop = |_: &PageLayout, _: Band<'_>| Err(Error::new(ErrorKind::MediumFull, ""));
    let e = reader.write_at(0, &whole, &mut { stop }).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
    assert_eq!(reader.finish().unwrap_err().kind(), ErrorKind::MediumFull);
}

proptest! {
    #![proptest_config(trials::cases(500))]

    /// No bytes make it panic, and none make a page of other numbers than the header's.
    #[test]
    fn any_bytes(
        fields in prop::collection::vec((0_usize..20, prop_oneof![0_u32..40, any::<u32>()]), 0..6),
        pixel in prop::sample::select(vec![PixelType::Bw1, PixelType::Gray8, PixelType::Rgb16]),
        body in prop::collection::vec(any::<u8>(), 0..400),
        again in prop::option::of((0_u64..100, prop::collection::vec(any::<u8>(), 0..90))),
    ) {
        let mut bytes = stream(&header(pixel), &body);
        for (word, value) in fields {
            bytes[word * 4..word * 4 + 4].copy_from_slice(&value.to_le_bytes());
        }
        let mut reader = Reader::with_length(bytes.len() as u64);
        let mut count = 0;
        let mut take = |l: &PageLayout, band: Band<'_>| {
            assert_eq!(band.row_bytes(), l.row_bytes());
            count += band.rows();
            Ok(())
        };
        let mut result = reader.write_at(0, &bytes, &mut take);
        if let (Ok(()), Some((at, bytes))) = (&result, again) {
            result = reader.write_at(at, &bytes, &mut take);
        }
        if let Ok(end) = reader.finish() {
            prop_assert!(result.is_ok());
            prop_assert_eq!(end.height as usize, count);
        }
    }
}
