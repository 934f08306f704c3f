//! Documents that a crash has cut short, with and without page records.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::File;

use crate::tiff_support::sinks::Steps;
use crate::tiff_support::{Page, Tiff, assert_pages, count, document};
use proptest::prelude::*;
use quire_formats::DocumentWriter;
use quire_formats::tiff::{Compression, Options, Writer, recover};
use raster::PixelType;

fn pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Rgb8, 60, 40, 1),
        Page::new(PixelType::Gray8, 31, 17, 2),
        Page::new(PixelType::Bw1, 300, 40, 3).unknown_height(),
        Page::new(PixelType::Gray16, 33, 20, 4),
    ]
}

/// From the start classic or big, and with the turn in the last page.
fn forms() -> [(Option<u64>, u64); 3] {
    let three = document(options(None, u64::MAX), &pages()[..3], 7);
    let turn = three.len() as u64 + 100;
    [(None, u64::MAX), (Some(1 << 33), u64::MAX), (None, turn)]
}

fn options(expected_bytes: Option<u64>, classic_limit: u64) -> Options {
    Options {
        records: true,
        expected_bytes,
        classic_limit,
        compression: Compression::Lzw,
        ..Options::default()
    }
}

/// Recovers what is in `bytes`; the number of pages and what the file is then.
fn recovered(bytes: &[u8]) -> (u32, Vec<u8>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let open = File::options()
        .read(true)
        .write(true)
        .open(file.path())
        .unwrap();
    let found = recover(&open);
    let after = std::fs::read(file.path()).unwrap();
    match found {
        Ok(found) => {
            assert!(found.pages > 0);
            // A second time there is nothing left to do.
            let again = recover(&open).unwrap();
            assert_eq!(again.pages, found.pages);
            assert!(again.cut.is_none());
            assert!(std::fs::read(file.path()).unwrap() == after);
            (found.pages, after)
        }
        Err(e) => {
            assert_eq!(e.kind(), wia::ErrorKind::InputDamaged);
            assert!(after == bytes, "changed");
            (0, after)
        }
    }
}

#[test]
fn a_whole_document_is_not_touched() {
    for (expected, limit) in forms() {
        let bytes = document(options(expected, limit), &pages(), 7);
        let (found, after) = recovered(&bytes);
        assert_eq!(found, 4);
        assert!(after == bytes);
        assert_pages(&bytes, &pages(), "records");
    }
}

/// Killed after each write: the pages that had ended are there, and at most the one that was about
/// to.
#[test]
fn killed_at_any_step() {
    for (expected, limit) in forms() {
        let mut steps: Vec<Vec<u8>> = Vec::new();
        let sink = Steps::new(|bytes: &[u8]| {
            if steps.last().is_none_or(|last| last != bytes) {
                steps.push(bytes.to_vec());
            }
        });
        let mut writer = Writer::new(sink, options(expected, limit));
        for page in pages() {
            page.write(&mut writer, 5).unwrap();
        }
        writer.finish().unwrap();
        drop(writer);
        for bytes in steps {
            let (found, after) = recovered(&bytes);
            if found > 0 {
                assert_eq!(count(&after), found as usize);
                let plain = Tiff::parse(&after);
                assert_eq!(plain.pages.len(), found as usize);
            }
        }
    }
}

/// Where the link behind the directory of page `n` is.
fn link(bytes: &[u8], n: usize) -> std::ops::Range<usize> {
    let tiff = Tiff::parse(bytes);
    let (at, fields) = (tiff.pages[n].at as usize, tiff.pages[n].tags().len());
    let (link, size) = if tiff.big {
        (8 + 20 * fields, 8)
    } else {
        (2 + 12 * fields, 4)
    };
    at + link..at + link + size
}

/// The last page's link reached the disk, some of its bytes did not.
#[test]
fn a_torn_last_page_is_cut_off() {
    for (expected, limit) in forms() {
        let three = document(options(expected, limit), &pages()[..3], 7);
        let four = document(options(expected, limit), &pages(), 7);
        // The turn ends with a barrier.
        let turned = expected.is_none() && limit != u64::MAX;
        let start = if turned {
            four.len() - 600
        } else {
            three.len()
        };
        // A link is no part of its page: it is written with the next.
        let links = link(&four, 3);
        let torn = |at: &usize| at + 4 <= links.start || *at >= links.end;
        for at in (start..four.len() - 44).step_by(13).filter(torn) {
            let mut torn = four.clone();
            torn[at..at + 4].copy_from_slice(&[!four[at]; 4]);
            let (found, after) = recovered(&torn);
            assert_eq!(found, 3, "{at}");
            assert_pages(&after, &pages()[..3], "torn");
        }
    }
}

#[test]
fn nothing_complete_is_left_alone() {
    let one = document(options(None, u64::MAX), &pages()[..1], 7);
    for bytes in [
        &b""[..],
        b"II",
        &one[..20],
        &one[..one.len() / 2],
        b"junk junk junk",
    ] {
        assert_eq!(recovered(bytes).0, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Cut anywhere: complete pages stay, and what is left is a good document.
    #[test]
    fn cut_anywhere(part in 0.0f64..1.0, records in any::<bool>()) {
        let options = Options { records, ..options(None, u64::MAX) };
        let whole = document(options, &pages(), 7);
        let cut = &whole[..(whole.len() as f64 * part) as usize];
        let (found, after) = recovered(cut);
        if found > 0 {
            assert_pages(&after, &pages()[..found as usize], "cut");
        }
    }
}

/// A page without its record is not known to be whole: of a document with records it is no page, of another
/// it is one, and nothing behind it is touched.
#[test]
fn a_page_without_its_record() {
    for (expected, _) in [(None, 0), (Some(1 << 33), 0)] {
        for count in [1, 4] {
            let mut bytes = document(options(expected, u64::MAX), &pages()[..count], 7);
            let record = bytes.len() - 40;
            bytes[record..].fill(0);
            let (found, after) = recovered(&bytes);
            assert_eq!(found as usize, count - 1);
            if found > 0 {
                assert_pages(&after, &pages()[..count - 1], "no record");
            }
        }
        let bare = Options {
            records: false,
            ..options(expected, u64::MAX)
        };
        let mut bytes = document(bare, &pages(), 7);
        bytes.extend_from_slice(b"what another program has left here");
        let (found, after) = recovered(&bytes);
        assert_eq!(found, 4);
        assert!(after == bytes);
    }
}

/// Pages that were not made durable one by one: the first that is torn ends the document.
#[test]
fn a_torn_page_in_the_middle() {
    for (expected, limit) in [(None, u64::MAX), (Some(1 << 33), u64::MAX)] {
        let one = document(options(expected, limit), &pages()[..1], 7).len();
        let two = document(options(expected, limit), &pages()[..2], 7).len();
        let whole = document(options(expected, limit), &pages(), 7);
        let links = link(&whole, 1);
        for at in (one..two - 8).step_by(29).filter(|at| !links.contains(at)) {
            let mut torn = whole.clone();
            torn[at] ^= 0x10;
            let (found, after) = recovered(&torn);
            assert_eq!(found, 1, "{at}");
            assert_pages(&after, &pages()[..1], "torn");
        }
    }
}
