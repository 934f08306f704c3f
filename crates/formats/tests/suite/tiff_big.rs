//! The turn to BigTIFF, at every place where it can happen.

use crate::tiff_support::{Page, Tiff, assert_pages, assert_plain, document};
use quire_formats::DocumentWriter;
use quire_formats::tiff::{Compression, Container, Options, Writer};
use raster::PixelType;
use std::io::Cursor;

fn limited(classic_limit: u64) -> Options {
    Options {
        classic_limit,
        ..Options::default()
    }
}

/// Small documents with every limit: before it the document is classic, beyond it BigTIFF, and it
/// is never classic and longer.
#[test]
fn every_limit() {
    let pages: Vec<Page> = [PixelType::Gray8, PixelType::Bw1, PixelType::Rgb16]
        .iter()
        .enumerate()
        .map(|(n, pixel)| Page::new(*pixel, 21, 9, n as u32))
        .collect();
    let classic = document(Options::default(), &pages, 4);
    assert!(!Tiff::parse(&classic).big);
    for limit in 0..classic.len() as u64 + 50 {
        let what = format!("limit {limit}");
        let bytes = document(limited(limit), &pages, 4);
        let found = Tiff::parse(&bytes);
        assert_eq!(found.big, limit < classic.len() as u64, "{what}");
        if !found.big {
            assert!(bytes == classic, "{what}");
        }
        assert_plain(&found, &pages, &what);
        if limit % 61 == 0 {
            assert_pages(&bytes, &pages, &what);
        }
    }
}

/// Pages of many strips, so that the turn falls between two strips of the same page.
#[test]
fn every_strip_of_a_page() {
    let large = |n| Page::new(PixelType::Gray8, 1_000, 700, n).unknown_height();
    let small = |n| Page::new(PixelType::Gray8, 10, 10, n);
    let pages = [small(0), large(1), large(2), small(3)];
    let whole = document(Options::default(), &pages, 70);
    assert_eq!(Tiff::parse(&whole).pages[1].strips.len(), 10);
    for limit in (0..whole.len() as u64).step_by(23_456) {
        let what = format!("limit {limit}");
        let bytes = document(limited(limit), &pages, 70);
        assert!(Tiff::parse(&bytes).big);
        assert_plain(&Tiff::parse(&bytes), &pages, &what);
        assert_pages(&bytes, &pages, &what);
        // The strips stay where they are; only directories are written again.
        assert!(bytes.len() < whole.len() + 3_000, "{what}");
    }
}

#[test]
fn compressed_pages_turn_too() {
    for compression in [
        Compression::Lzw,
        Compression::Deflate,
        Compression::PackBits,
    ] {
        let pages: Vec<Page> = (0..4)
            .map(|n| Page::new(PixelType::Rgb8, 500, 400, n))
            .collect();
        let options = Options {
            compression,
            ..Options::default()
        };
        let whole = document(options.clone(), &pages, 50);
        for part in 1..8 {
            let options = Options {
                classic_limit: whole.len() as u64 * part / 8,
                ..options.clone()
            };
            let bytes = document(options, &pages, 50);
            assert!(Tiff::parse(&bytes).big);
            assert_pages(&bytes, &pages, &format!("{compression:?}, {part}/8"));
        }
    }
}

/// More directories than are kept in memory.
#[test]
fn many_pages() {
    let page = Page::new(PixelType::Bw1, 8, 2, 1);
    let pages = vec![page; 2_000];
    let whole = document(Options::default(), &pages, 2);
    let bytes = document(limited(whole.len() as u64 - 1), &pages, 2);
    let found = Tiff::parse(&bytes);
    assert!(found.big);
    assert_plain(&found, &pages, "many pages");
    // PageNumber goes on counting.
    for (n, page) in found.pages.iter().enumerate() {
        assert_eq!(page.get(297).unwrap(), [n as u64, 0]);
    }
    assert_pages(&bytes, &pages, "many pages");
}

#[test]
fn a_known_size_is_big_from_the_start() {
    let pages = [Page::new(PixelType::Gray8, 10, 10, 0)];
    for (expected, big) in [
        (None, false),
        (Some(u64::from(u32::MAX)), false),
        (Some(u64::from(u32::MAX) + 1), true),
    ] {
        let options = Options {
            expected_bytes: expected,
            ..Options::default()
        };
        let bytes = document(options.clone(), &pages, 10);
        assert_eq!(Tiff::parse(&bytes).big, big);
        assert_pages(&bytes, &pages, "known size");
        // Not in a document that may only be classic.
        let options = Options {
            container: Container::Classic,
            ..options
        };
        assert!(!Tiff::parse(&document(options, &pages, 10)).big);
    }
}

/// A page whose size is known turns the document before its first row.
#[test]
fn a_known_page_turns_before_its_first_row() {
    let small = Page::new(PixelType::Gray8, 10, 10, 0);
    let large = Page::new(PixelType::Gray8, 1_000, 1_000, 0);
    let mut writer = Writer::new(Cursor::new(Vec::new()), limited(500_000));
    small.write(&mut writer, 10).unwrap();
    assert!(!writer.document().is_big());
    let before = writer.document().current_ifd_offset();
    writer.begin_page(&large.layout).unwrap();
    assert!(writer.document().is_big());
    assert!(writer.document().current_ifd_offset() > before);
    // Also without that page the document is good.
    writer.abandon_page().unwrap();
    small.write(&mut writer, 10).unwrap();
    writer.finish().unwrap();
    let bytes = writer.into_parts().0.into_inner();
    assert_pages(&bytes, &[small.clone(), small], "abandoned");
}

#[test]
fn a_classic_document_stays_classic_or_fails() {
    let page = Page::new(PixelType::Gray8, 100, 100, 0);
    let options = Options {
        container: Container::Classic,
        ..limited(30_000)
    };
    // Two pages fit. The third fails before its first row when its size is known, else at the
    // strip that would be too much; and nothing of it stays.
    for known in [true, false] {
        let mut writer = Writer::new(Cursor::new(Vec::new()), options.clone());
        page.write(&mut writer, 10).unwrap();
        page.write(&mut writer, 10).unwrap();
        let size = writer.sink().get_ref().len();
        let third = if known {
            page.clone()
        } else {
            page.clone().unknown_height()
        };
        let begun = writer.begin_page(&third.layout);
        let error = if known {
            begun.unwrap_err()
        } else {
            begun.unwrap();
            writer.rows(third.band()).unwrap();
            assert_eq!(
                writer
                    .rows(page.band())
                    .and(writer.end_page())
                    .map(|_| ())
                    .map_err(|e| e.kind()),
                Err(wia::ErrorKind::MediumFull)
            );
            writer.rows(third.band()).unwrap_err();
            writer.abandon_page().unwrap();
            wia::Error::new(wia::ErrorKind::MediumFull, "")
        };
        assert_eq!(error.kind(), wia::ErrorKind::MediumFull);
        assert_eq!(writer.sink().get_ref().len(), size);
        writer.finish().unwrap();
        let bytes = writer.into_parts().0.into_inner();
        assert_pages(&bytes, &[page.clone(), page.clone()], "classic");
    }
    // The limit itself is still allowed.
    let exact = document(
        Options {
            container: Container::Classic,
            ..Options::default()
        },
        std::slice::from_ref(&page),
        10,
    );
    for (limit, fits) in [(exact.len(), true), (exact.len() - 1, false)] {
        let options = Options {
            classic_limit: limit as u64,
            ..options.clone()
        };
        let mut writer = Writer::new(Cursor::new(Vec::new()), options);
        let written = page.clone().unknown_height().write(&mut writer, 10);
        assert_eq!(written.is_ok(), fits);
    }
}
