//! Which fields a page has, in which form; what is refused; documents that are gone on with.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::tiff_support;
use crate::tiff_support::sinks::{Call, Listing};
use crate::tiff_support::{PIXELS, Page, Tiff, assert_pages, document, write_to};
use quire_formats::tiff::{Compression, Container, Document, Options, Photometric, Writer};
use quire_formats::{DocumentWriter, Metadata, Sink, SinkAbilities};
use raster::{Band, PageLayout, PixelType};
use std::io::{self, Cursor, SeekFrom};
use wia::ErrorKind;

const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;

fn metadata() -> Metadata {
    Metadata {
        author: String::new(),
        title: "Letters, 1905–1907".to_owned(),
        software: "Quire 0.1".to_owned(),
        make: "ACME".to_owned(),
        model: "S".to_owned(),
        date: Some(951_782_399),
    }
}

/// A field: its tag, its type, its values.
type Field = (u16, u16, Vec<u64>);

/// The fields of an uncompressed 8-bit colour page, without those of its strips.
fn colour_fields() -> Vec<Field> {
    vec![
        (254, LONG, vec![2]),
        (256, LONG, vec![20]),
        (257, LONG, vec![10]),
        (258, SHORT, vec![8, 8, 8]),
        (259, SHORT, vec![1]),
        (262, SHORT, vec![2]),
        (274, SHORT, vec![1]),
        (277, SHORT, vec![3]),
        (278, LONG, vec![10]),
        (282, RATIONAL, vec![300, 1]),
        (283, RATIONAL, vec![150, 1]),
        (284, SHORT, vec![1]),
        (296, SHORT, vec![2]),
        (297, SHORT, vec![0, 0]),
    ]
}

fn without_strips(fields: &[Field]) -> Vec<Field> {
    let strips = |f: &&Field| !matches!(f.0, 273 | 279);
    fields.iter().filter(strips).cloned().collect()
}

#[test]
fn the_fields_of_a_plain_page() {
    let pages = [Page::new(PixelType::Rgb8, 20, 10, 0)];
    let found = Tiff::parse(&document(Options::default(), &pages, 10));
    assert_eq!(without_strips(&found.pages[0].fields), colour_fields());
    // A classic document has one field more, which says what is the default anyway.
    let classic = Options {
        container: Container::Classic,
        ..Options::default()
    };
    let mut expected = colour_fields();
    expected.insert(6, (266, SHORT, vec![1]));
    let found = Tiff::parse(&document(classic, &pages, 10));
    assert_eq!(without_strips(&found.pages[0].fields), expected);
}

#[test]
fn the_first_directory_and_the_header() {
    let pages = [Page::new(PixelType::Gray8, 4, 4, 0)];
    let growing = document(Options::default(), &pages, 4);
    assert_eq!(growing[..4], *b"II*\0");
    assert_eq!(growing[8..16], [0; 8]);
    assert_eq!(growing[16..32], pages[0].data);
    let classic = Options {
        container: Container::Classic,
        ..Options::default()
    };
    let classic = document(classic, &pages, 4);
    assert_eq!(classic[8..24], pages[0].data);
    // The directory follows the strip, its values follow the directory.
    assert_eq!(Tiff::parse(&classic).pages[0].at, 24);
}

#[test]
fn metadata_and_numbers() {
    let pages: Vec<Page> = (0..3)
        .map(|n| Page::new(PixelType::Gray8, 9, 9, n))
        .collect();
    for (first, numbers) in [(0, [0, 1, 2]), (65_534, [65_534, 65_535, 65_535])] {
        let options = Options {
            metadata: metadata(),
            page_number: first,
            ..Options::default()
        };
        let bytes = document(options, &pages, 9);
        assert_pages(&bytes, &pages, "metadata");
        for (page, number) in Tiff::parse(&bytes).pages.iter().zip(numbers) {
            assert_eq!(page.text(269).unwrap(), "Letters, 1905–1907");
            assert_eq!(page.text(271).unwrap(), "ACME");
            assert_eq!(page.text(272).unwrap(), "S");
            assert_eq!(page.text(305).unwrap(), "Quire 0.1");
            assert_eq!(page.text(306).unwrap(), "2000:02:28 23:59:59");
            assert_eq!(page.get(297).unwrap(), [number, 0]);
        }
    }
    // What cannot be said is left out; a NUL would end a text.
    let options = Options {
        metadata: Metadata {
            make: "\0".to_owned(),
            model: "A\0B".to_owned(),
            date: Some(i64::MAX),
            ..Metadata::default()
        },
        ..Options::default()
    };
    let found = Tiff::parse(&document(options, &pages, 9));
    assert_eq!(found.pages[0].get(271), None);
    assert_eq!(found.pages[0].get(306), None);
    assert_eq!(found.pages[0].text(272).unwrap(), "AB");
}

#[test]
fn unknown_resolution() {
    for (x, y) in [(0, 0), (300, 0), (0, 300)] {
        let mut page = Page::new(PixelType::Gray8, 9, 9, 0);
        (page.layout.x_dpi, page.layout.y_dpi) = (x, y);
        let bytes = document(Options::default(), std::slice::from_ref(&page), 9);
        let found = &Tiff::parse(&bytes).pages[0];
        assert_eq!(found.long(296), 1);
        assert_eq!(
            (found.get(282).unwrap(), found.get(283).unwrap()),
            (&[1, 1][..], &[1, 1][..])
        );
        assert_pages(&bytes, &[page], "no resolution");
    }
}

/// Compression, photometric interpretation, predictor: the fields that differ.
#[test]
fn the_fields_of_compressions() {
    use Compression::{Deflate, G4, Jpeg, Lzw, None, PackBits};
    use PixelType::{Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16};
    let cases = [
        (None, Bw1, 1, [1, 0], false),
        (None, Gray4, 1, [1, 0], false),
        (None, Gray16, 1, [1, 0], false),
        (None, Rgb16, 1, [2, 2], false),
        (PackBits, Gray8, 32773, [1, 0], false),
        (PackBits, Rgb8, 32773, [2, 2], false),
        (Lzw, Bw1, 5, [1, 0], false),
        (Lzw, Gray8, 5, [1, 0], true),
        (Lzw, Rgb16, 5, [2, 2], true),
        (Deflate, Gray4, 8, [1, 0], false),
        (Deflate, Gray16, 8, [1, 0], true),
        (Deflate, Rgb8, 8, [2, 2], true),
        (G4, Bw1, 4, [0, 0], false),
        (Jpeg, Gray8, 7, [1, 1], false),
        (Jpeg, Rgb8, 7, [6, 6], false),
    ];
    let photometrics = [Photometric::BlackIsZero, Photometric::WhiteIsZero];
    for (compression, pixel, number, photometric, predicts) in cases {
        for (asked, expected) in photometrics.into_iter().zip(photometric) {
            for predictor in [Some(true), Some(false), Option::None] {
                let options = Options {
                    compression,
                    photometric: asked,
                    predictor,
                    ..Options::default()
                };
                let page = Page::new(pixel, 20, 10, 0);
                let found = Tiff::parse(&document(options, &[page], 10));
                let found = &found.pages[0];
                assert_eq!((found.long(259), found.long(262)), (number, expected));
                let field = found.get(317).map(|v| v[0]);
                let expected = match predictor {
                    Some(false) => &[][..],
                    Some(true) => &[2],
                    Option::None => &[1, 2],
                };
                assert_eq!(field.is_some(), predicts && !expected.is_empty());
                assert!(field.is_none_or(|field| expected.contains(&field)));
            }
        }
    }
}

#[test]
fn layouts_that_a_compression_cannot_hold() {
    for (compression, pixels) in [
        (Compression::G4, &PIXELS[1..]),
        (
            Compression::Jpeg,
            &[
                PixelType::Bw1,
                PixelType::Gray4,
                PixelType::Gray16,
                PixelType::Rgb16,
            ][..],
        ),
    ] {
        for pixel in pixels {
            let options = Options {
                compression,
                ..Options::default()
            };
            refused(options, Page::new(*pixel, 9, 9, 0).layout);
        }
    }
    let jpeg = |quality| Options {
        compression: Compression::Jpeg,
        quality,
        ..Options::default()
    };
    let layout = Page::new(PixelType::Gray8, 9, 9, 0).layout;
    refused(jpeg(0), layout);
    refused(jpeg(101), layout);
    refused(
        jpeg(85),
        PageLayout {
            width: 65_501,
            ..layout
        },
    );
    refused(Options::default(), PageLayout { width: 0, ..layout });
    refused(
        Options::default(),
        PageLayout {
            height: Some(0),
            ..layout
        },
    );
}

/// The page is refused, nothing is written, and a page that fits is taken afterwards.
fn refused(options: Options, layout: PageLayout) {
    let mut writer = Writer::new(Cursor::new(Vec::new()), options);
    let error = writer.begin_page(&layout).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{layout:?}");
    assert!(writer.sink().get_ref().is_empty());
    writer.finish().unwrap();
}

#[test]
fn calls_out_of_order() {
    let page = Page::new(PixelType::Gray8, 9, 9, 0);
    let invalid = |result: wia::Result<()>| {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument);
    };
    let mut writer = Writer::new(Cursor::new(Vec::new()), Options::default());
    invalid(writer.rows(page.band()));
    invalid(writer.end_page().map(|_| ()));
    writer.abandon_page().unwrap();
    writer.begin_page(&page.layout).unwrap();
    invalid(writer.begin_page(&page.layout));
    invalid(writer.end_page().map(|_| ()));
    invalid(writer.finish());
    let narrow = [0; 8];
    invalid(writer.rows(Band::new(&narrow, 8, 8).unwrap()));
    writer.rows(page.band().slice(0, 4)).unwrap();
    invalid(writer.end_page().map(|_| ()));
    invalid(writer.rows(page.band()));
    // None of that did harm.
    writer.rows(page.band().slice(4, 9)).unwrap();
    invalid(writer.rows(page.band().slice(0, 1)));
    writer.end_page().unwrap();
    writer.finish().unwrap();
    assert_pages(writer.sink().get_ref(), &[page], "out of order");
}

/// A document without a page leaves the sink as it was.
#[test]
fn no_page() {
    let mut writer = Writer::new(Cursor::new(b"before".to_vec()), Options::default());
    writer.finish().unwrap();
    assert_eq!(writer.document().base(), None);
    assert_eq!(writer.into_parts().0.into_inner(), b"before");
}

#[test]
fn a_sink_without_seek() {
    struct Pipe;
    impl Sink for Pipe {
        fn write_all(&mut self, _: &[u8]) -> io::Result<()> {
            panic!("nothing must be written");
        }
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            panic!("nor sought");
        }
        fn set_len(&mut self, _: u64) -> io::Result<()> {
            panic!("nor cut");
        }
        fn abilities(&self) -> SinkAbilities {
            SinkAbilities { seek: false }
        }
    }
    let mut writer = Writer::new(Pipe, Options::default());
    let layout = Page::new(PixelType::Gray8, 9, 9, 0).layout;
    let error = writer.begin_page(&layout).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidFunction);
}

/// Whole strips of packed bands are written as they come, one write for each band.
#[test]
fn bands_pass_in_one_piece() {
    let page = Page::new(PixelType::Rgb8, 2_000, 400, 0);
    let sink = Listing::default();
    let calls = sink.calls.clone();
    write_to(sink, Options::default(), std::slice::from_ref(&page), 40);
    let writes: Vec<usize> = calls
        .borrow()
        .iter()
        .filter_map(|call| match call {
            Call::Write(bytes) => Some(*bytes),
            _ => None,
        })
        .collect();
    // Header, ten bands, directory, link.
    assert_eq!(writes.len(), 13);
    assert!(writes[1..11].iter().all(|bytes| *bytes == 40 * 6_000));
    assert!(!calls.borrow().iter().any(|c| matches!(c, Call::SetLen(_))));
}

/// Strips have a sensible size however the rows come.
#[test]
fn strip_sizes() {
    for (width, height) in [(100, 3_000), (7_000, 300), (70_000, 20), (300_000, 3)] {
        for band in [1, 2, 3, 7, 16, 100, 4_096] {
            let page = Page::new(PixelType::Gray8, width, height, 0).unknown_height();
            let bytes = document(Options::default(), std::slice::from_ref(&page), band);
            let found = &Tiff::parse(&bytes).pages[0];
            assert!(found.pixels == page.data);
            for strip in found.strips.iter().rev().skip(1) {
                let one_row = strip.len() == width as usize;
                let fits = (64 << 10..=256 << 10).contains(&strip.len());
                assert!(fits || one_row, "{} at {width}, {band}", strip.len());
            }
        }
    }
}

/// Rows with padding between them give the same document.
#[test]
fn padded_bands() {
    for (pixel, compression) in [
        (PixelType::Bw1, Compression::None),
        (PixelType::Bw1, Compression::G4),
        (PixelType::Rgb8, Compression::None),
        (PixelType::Rgb8, Compression::Deflate),
        (PixelType::Rgb8, Compression::Lzw),
        (PixelType::Rgb8, Compression::Jpeg),
    ] {
        let page = Page::new(pixel, 333, 100, 0);
        let options = Options {
            compression,
            ..Options::default()
        };
        let row = page.layout.row_bytes();
        let stride = row + 5;
        let padded: Vec<u8> = page
            .data
            .chunks(row)
            .flat_map(|row| row.iter().copied().chain([0xAB; 5]))
            .collect();
        let mut writer = Writer::new(Cursor::new(Vec::new()), options.clone());
        writer.begin_page(&page.layout).unwrap();
        for band in padded.chunks(stride * 9) {
            writer.rows(Band::new(band, stride, row).unwrap()).unwrap();
        }
        writer.end_page().unwrap();
        let bytes = writer.into_parts().0.into_inner();
        let packed = document(options, std::slice::from_ref(&page), 9);
        assert!(bytes == packed, "{pixel:?} {compression:?}");
    }
}

/// A classic document that is gone on with from its last offset alone, page by page, is the same
/// byte for byte as one that is written at once: whatever the pages are.
#[test]
fn going_on_without_a_record() {
    let pages: Vec<(Compression, Page)> = [
        (Compression::None, PixelType::Rgb8),
        (Compression::G4, PixelType::Bw1),
        (Compression::Jpeg, PixelType::Rgb8),
        (Compression::Jpeg, PixelType::Gray8),
        (Compression::Lzw, PixelType::Gray16),
        (Compression::Deflate, PixelType::Gray4),
        (Compression::PackBits, PixelType::Bw1),
        (Compression::None, PixelType::Gray8),
    ]
    .into_iter()
    .enumerate()
    .map(|(n, (compression, pixel))| (compression, Page::new(pixel, 90, 70, n as u32)))
    .collect();
    for metadata in [Metadata::default(), metadata()] {
        let options = |compression| Options {
            compression,
            container: Container::Classic,
            metadata: metadata.clone(),
            quality: 95,
            ..Options::default()
        };
        let mut sink = Cursor::new(Vec::new());
        let mut members = (0u32, 0u64);
        for (compression, page) in &pages {
            let options = options(*compression);
            let mut document = match members {
                (0, _) => Document::new(options),
                (index, offset) => Document::resume_classic(options, index, offset).unwrap(),
            };
            document.begin_page(&mut sink, &page.layout).unwrap();
            document.rows(&mut sink, page.band()).unwrap();
            let done = document.end_page(&mut sink).unwrap();
            assert_eq!(done.document_bytes, sink.get_ref().len() as u64);
            assert_eq!(document.pages(), members.0 + 1);
            assert_eq!(
                document.previous_ifd_offset(),
                document.current_ifd_offset()
            );
            members = (document.pages(), document.current_ifd_offset());
            // Somebody else uses the stream.
            sink.set_position(members.1 % 50);
        }
        let found = Tiff::parse(sink.get_ref());
        assert_eq!(found.pages.len(), pages.len());
        assert_eq!(found.pages.last().unwrap().at, members.1);
        for (n, page) in found.pages.iter().enumerate() {
            assert_eq!(page.get(297).unwrap(), [n as u64, 0]);
            assert_eq!(page.fields.len(), found.pages[0].fields.len());
        }
        tiff_support::decode(sink.get_ref());
    }
}

#[test]
fn going_on_where_nothing_can_be() {
    for (index, offset) in [(0, 8), (1, 0), (1, 7), (1, 9), (1, 1 << 32)] {
        let error = Document::resume_classic(Options::default(), index, offset).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}
