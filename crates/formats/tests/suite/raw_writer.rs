//! RAW streams: the header's bytes, writing, and reading back what was written.

use crate::sinks::{Shared, fails_honestly, write_page};
use crate::trials;
use proptest::prelude::*;
use quire_formats::raw::{LineOrder, RawHeader, Reader, Writer};
use quire_formats::{DocumentWriter, PageDone};
use raster::{Band, PageLayout, PixelType};
use wia::ErrorKind;

fn layout(width: u32, height: Option<u32>, pixel: PixelType) -> PageLayout {
    PageLayout {
        width,
        height,
        pixel,
        x_dpi: 300,
        y_dpi: 600,
    }
}

/// The bytes that the driver documentation's table of the structure demands.
#[test]
fn header_bytes() {
    let header = RawHeader::for_page(&layout(10, Some(3), PixelType::Rgb8)).unwrap();
    #[rustfmt::skip]
    let expected = [
        b'W', b'R', b'A', b'W',
        0, 0, 1, 0,         // Version
        80, 0, 0, 0,        // HeaderSize
        0x2C, 1, 0, 0,      // XRes
        0x58, 2, 0, 0,      // YRes
        10, 0, 0, 0,        // XExtent
        3, 0, 0, 0,         // YExtent
        32, 0, 0, 0,        // BytesPerLine
        24, 0, 0, 0,        // BitsPerPixel
        3, 0, 0, 0,         // ChannelsPerPixel
        6, 0, 0, 0,         // DataType RAW_RGB
        8, 8, 8, 0, 0, 0, 0, 0,
        0, 0, 0, 0,         // Compression
        0, 0, 0, 0,         // PhotometricInterp WHITE_1
        1, 0, 0, 0,         // LineOrder TOP_TO_BOTTOM
        0, 0, 0, 0,         // RawDataOffset, from the end of the header
        96, 0, 0, 0,        // RawDataSize
        0, 0, 0, 0,
        0, 0, 0, 0,
    ];
    assert_eq!(header.encode(), expected);
    assert_eq!(RawHeader::decode(&expected).unwrap(), header);
    assert_eq!(header.order(), Some(LineOrder::TopToBottom));
}

#[test]
fn header_of_each_pixel_type() {
    let expect = [
        (PixelType::Bw1, 4, 1, 1, 0, vec![1]),
        (PixelType::Gray4, 8, 4, 1, 2, vec![4]),
        (PixelType::Gray8, 12, 8, 1, 2, vec![8]),
        (PixelType::Gray16, 20, 16, 1, 2, vec![16]),
        (PixelType::Rgb8, 28, 24, 3, 6, vec![8, 8, 8]),
        (PixelType::Rgb16, 56, 48, 3, 6, vec![16, 16, 16]),
    ];
    for (pixel, stride, depth, channels, data_type, bits) in expect {
        let header = RawHeader::for_page(&layout(9, None, pixel)).unwrap();
        assert_eq!(header.bytes_per_line, stride, "{pixel:?}");
        assert_eq!(header.bits_per_pixel, depth);
        assert_eq!(header.channels_per_pixel, channels);
        assert_eq!(header.data_type, data_type);
        assert_eq!(header.bits_per_channel[..bits.len()], bits);
        assert_eq!((header.y_extent, header.raw_data_size), (0, 0));
    }
}

#[test]
fn header_refuses_what_is_none() {
    let good = RawHeader::for_page(&layout(10, Some(3), PixelType::Gray8))
        .unwrap()
        .encode();
    for (at, value, word) in [(0, b'X', "tag"), (4, 2, "Version"), (8, 79, "HeaderSize")] {
        let mut bytes = good;
        bytes[at] = value;
        let e = RawHeader::decode(&bytes).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        assert!(e.to_string().contains(word), "{e}");
    }
}

/// The rule for the two readings of `RawDataOffset`, one row a case.
#[test]
fn where_the_lines_start() {
    let start = |offset, size, palette, length| {
        let mut header = RawHeader::for_page(&layout(10, None, PixelType::Gray8)).unwrap();
        header.raw_data_offset = offset;
        header.raw_data_size = size;
        header.palette_size = palette;
        header.data_start(length)
    };
    // Less than the header: from its end.
    assert_eq!(start(0, 0, 0, None), 80);
    assert_eq!(start(8, 0, 8, None), 88);
    assert_eq!(start(8, 100, 8, Some(108)), 88);
    // The stream's length decides.
    assert_eq!(start(80, 100, 0, Some(180)), 80);
    assert_eq!(start(80, 100, 0, Some(260)), 160);
    assert_eq!(start(80, 100, 16, Some(276)), 160);
    assert_eq!(start(1104, 100, 1024, Some(1204)), 1104);
    assert_eq!(start(1104, 100, 1024, Some(1284)), 1184);
    // A length that decides nothing.
    assert_eq!(start(80, 100, 0, Some(9)), 80);
    assert_eq!(start(80, 0, 0, Some(160)), 80);
    // Exactly the header, or header and palette: from the start of the stream.
    assert_eq!(start(80, 0, 0, None), 80);
    assert_eq!(start(80, 0, 1024, None), 80);
    assert_eq!(start(1104, 0, 1024, None), 1104);
    // Anything else: from the end of the header.
    assert_eq!(start(1024, 0, 1024, None), 1104);
    assert_eq!(start(100, 0, 0, None), 180);
}

#[test]
fn unknown_height_is_put_in_at_the_end() {
    let sink = Shared::after(b"older");
    let mut writer = Writer::new(sink.clone());
    let page = layout(3, None, PixelType::Gray8);
    writer.begin_page(&page).unwrap();
    assert_eq!(sink.bytes()[5 + 24..5 + 28], [0; 4]);
    assert_eq!(sink.bytes()[5 + 68..5 + 72], [0; 4]);
    writer
        .rows(Band::new(&[1, 2, 3, 4, 5, 6], 3, 3).unwrap())
        .unwrap();
    let done = writer.end_page().unwrap();
    let expected = PageDone {
        height: 2,
        document_bytes: 88,
    };
    assert_eq!(done, expected);
    writer.finish().unwrap();
    let bytes = sink.bytes();
    assert_eq!(bytes[..5], *b"older");
    assert_eq!(bytes[5 + 24..5 + 28], [2, 0, 0, 0]);
    assert_eq!(bytes[5 + 68..5 + 72], [8, 0, 0, 0]);
    assert_eq!(bytes[85..], [1, 2, 3, 0, 4, 5, 6, 0]);
    assert_eq!(sink.position(), bytes.len() as u64);
}

#[test]
fn pipe_takes_known_heights_only() {
    let sink = Shared::pipe();
    let mut writer = Writer::new(sink.clone());
    let e = writer
        .begin_page(&layout(3, None, PixelType::Gray8))
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(sink.bytes().is_empty());
    let page = layout(4, Some(2), PixelType::Gray8);
    write_page(&mut writer, &page, &[7; 8], 1).unwrap();
    assert_eq!(sink.bytes().len(), 88);
}

#[test]
fn order_of_calls() {
    let page = layout(4, Some(2), PixelType::Gray8);
    let band = Band::new(&[7; 4], 4, 4).unwrap();
    let invalid = |r: wia::Result<()>| {
        assert_eq!(r.unwrap_err().kind(), ErrorKind::InvalidArgument);
    };
    let mut writer = Writer::new(Shared::after(b""));
    invalid(writer.rows(band));
    invalid(writer.finish());
    writer.abandon_page().unwrap();
    writer.begin_page(&page).unwrap();
    invalid(writer.begin_page(&page));
    writer.rows(band).unwrap();
    invalid(writer.finish());
    // One row is missing.
    invalid(writer.end_page().map(|_| ()));
    writer.abandon_page().unwrap();
    writer.begin_page(&page).unwrap();
    // Too many rows, and rows of another width.
    invalid(writer.rows(Band::new(&[7; 12], 4, 4).unwrap()));
    writer.abandon_page().unwrap();
    writer.begin_page(&page).unwrap();
    invalid(writer.rows(Band::new(&[7; 3], 3, 3).unwrap()));
    writer.abandon_page().unwrap();
    // No row at all.
    writer
        .begin_page(&layout(4, None, PixelType::Gray8))
        .unwrap();
    invalid(writer.end_page().map(|_| ()));
    writer.abandon_page().unwrap();
    writer.begin_page(&page).unwrap();
    writer.rows(band).unwrap();
    writer.rows(band).unwrap();
    writer.end_page().unwrap();
    // A second page.
    invalid(writer.begin_page(&page));
    writer.finish().unwrap();
}

#[test]
fn page_of_4_gib_is_refused() {
    let mut writer = Writer::new(Shared::after(b""));
    let e = writer
        .begin_page(&layout(65536, Some(65536), PixelType::Gray8))
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    let mut header = RawHeader::for_page(&layout(65536, None, PixelType::Gray8)).unwrap();
    assert!(header.set_height(65535).is_ok());
    assert!(header.set_height(65536).is_err());
}

#[test]
fn failing_sinks() {
    for height in [None, Some(40)] {
        let page = layout(5, height, PixelType::Rgb8);
        fails_honestly(Writer::new, &page, &[9; 15 * 40]);
    }
}

fn pixel_types() -> impl Strategy<Value = PixelType> {
    use PixelType::*;
    prop::sample::select(vec![Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16])
}

proptest! {
    #![proptest_config(trials::cases(200))]

    /// What is written is read back, whatever the pieces are.
    #[test]
    fn write_then_read(
        pixel in pixel_types(),
        width in 1_u32..70,
        height in 1_u32..40,
        known: bool,
        group in 1_usize..9,
        padding in 0_usize..5,
        seed in prop::collection::vec(any::<u8>(), 1..300),
        cuts in prop::collection::vec(1_usize..200, 1..20),
    ) {
        let page = layout(width, known.then_some(height), pixel);
        let row = page.row_bytes();
        let rows: Vec<u8> = seed.iter().copied().cycle().take(row * height as usize).collect();
        let sink = Shared::after(b"xyz");
        let mut writer = Writer::new(sink.clone());
        writer.begin_page(&page).unwrap();
        for group in rows.chunks(row * group) {
            let padded: Vec<u8> = group
                .chunks(row)
                .flat_map(|r| r.iter().copied().chain(std::iter::repeat_n(0xEE, padding)))
                .collect();
            writer.rows(Band::new(&padded, row + padding, row).unwrap()).unwrap();
        }
        let done = writer.end_page().unwrap();
        writer.finish().unwrap();
        let stream = sink.bytes().split_off(3);
        prop_assert_eq!(done.document_bytes, stream.len() as u64);

        let mut reader = Reader::new();
        let mut read = Vec::new();
        let mut take = |l: &PageLayout, band: Band<'_>| {
            assert_eq!(*l, PageLayout { height: Some(height), ..page });
            band.iter().for_each(|r| read.extend_from_slice(r));
            Ok(())
        };
        let mut at = 0;
        for cut in cuts.iter().copied().cycle() {
            let end = (at + cut).min(stream.len());
            reader.write_at(at as u64, &stream[at..end], &mut take).unwrap();
            at = end;
            if at == stream.len() {
                break;
            }
        }
        prop_assert_eq!(reader.finish().unwrap().height, height);
        prop_assert_eq!(read, rows);
    }
}
