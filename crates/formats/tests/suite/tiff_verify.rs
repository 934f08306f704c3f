//! Checking finished documents, our own and those of other writers.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::File;
use std::io::Write;

use crate::tiff_support::{Page, Tiff, count, document, text, tool};
use proptest::prelude::*;
use quire_formats::tiff::{Compression, Options, Verified, verify};
use raster::PixelType;
use wia::ErrorKind;

fn pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Rgb8, 200, 120, 1),
        Page::new(PixelType::Rgb8, 31, 17, 2),
        Page::new(PixelType::Rgb8, 300, 40, 3),
    ]
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn verified(bytes: &[u8]) -> Verified {
    verify(&file_of(bytes)).unwrap()
}

/// What a document is after its damage is cut off.
fn cut(bytes: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    std::fs::write(&path, bytes).unwrap();
    let file = File::options().read(true).write(true).open(&path).unwrap();
    verify(&file).unwrap().cut_damage(&file).unwrap();
    std::fs::read(&path).unwrap()
}

#[track_caller]
fn assert_whole(bytes: &[u8], pages: u32, what: &str) {
    let found = verified(bytes);
    assert!(found.damage.is_none(), "{what}: {:?}", found.damage);
    assert_eq!(found.pages, pages, "{what}");
    assert!(found.end <= bytes.len() as u64, "{what}");
    // Nothing of it is left behind that end but a byte of alignment.
    assert!(found.end + 8 > bytes.len() as u64, "{what}: {}", found.end);
}

#[test]
fn our_own_documents_in_both_forms() {
    for compression in [
        Compression::None,
        Compression::Deflate,
        Compression::Lzw,
        Compression::PackBits,
        Compression::Jpeg,
    ] {
        for expected_bytes in [None, Some(1 << 33)] {
            let options = Options {
                compression,
                expected_bytes,
                ..Options::default()
            };
            let bytes = document(options, &pages(), 16);
            assert_whole(&bytes, 3, &format!("{compression:?} {expected_bytes:?}"));
            assert_eq!(verified(&bytes).big, expected_bytes.is_some());
        }
    }
    assert_eq!(verified(b"").pages, 0);
    assert!(verified(b"").damage.is_none());
}

#[test]
fn documents_of_libtiff_in_both_byte_orders_with_strips_and_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.tiff"), folder.path().join("b.tiff"));
    std::fs::write(&from, document(Options::default(), &pages(), 16)).unwrap();
    for options in [
        "-L",
        "-B",
        "-L -8",
        "-B -8",
        "-B -r 1",
        "-L -t -w 16 -l 32",
        "-B -8 -t -w 64 -l 16",
        "-B -p separate",
        "-L -p separate -t -w 16 -l 16 -c lzw",
    ] {
        let mut args: Vec<_> = options.split(' ').collect();
        args.extend([text(&from), text(&to)]);
        tool("tiffcp", &args);
        let bytes = std::fs::read(&to).unwrap();
        assert_whole(&bytes, 3, options);
        assert_eq!(verified(&bytes).big, options.contains("-8"), "{options}");
        // Without its end the last page is not complete.
        let found = verified(&bytes[..bytes.len() - 9]);
        assert_eq!(
            found.damage.unwrap().kind(),
            ErrorKind::InputDamaged,
            "{options}"
        );
        assert!(found.pages < 3, "{options}");
    }
}

#[test]
fn an_unfinished_last_page_is_cut_off_and_the_others_stay() {
    for expected_bytes in [None, Some(1 << 33)] {
        let options = Options {
            expected_bytes,
            ..Options::default()
        };
        let whole = document(options.clone(), &pages(), 16);
        let two = document(options, &pages()[..2], 16).len();
        for len in [whole.len() - 1, whole.len() - 60, two + 100, two + 1] {
            let found = verified(&whole[..len]);
            assert_eq!(found.pages, 2, "{len}");
            let damage = found.damage.unwrap();
            assert_eq!(damage.kind(), ErrorKind::InputDamaged, "{damage}");
            let mended = cut(&whole[..len]);
            assert!(verified(&mended).damage.is_none());
            assert_eq!(verified(&mended).pages, 2);
            assert_eq!(count(&mended), 2);
        }
        assert_eq!(cut(&whole), whole);
    }
}

#[test]
fn without_a_complete_page_nothing_is_cut() {
    let bytes = document(Options::default(), &pages()[..1], 16);
    let file = file_of(&bytes[..bytes.len() / 2]);
    let found = verify(&file).unwrap();
    assert_eq!(found.pages, 0);
    let e = found.cut_damage(&file).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn what_is_no_tiff() {
    let kinds = |bytes: &[u8]| verified(bytes).damage.unwrap().kind();
    assert_eq!(kinds(b"I"), ErrorKind::InputDamaged);
    assert_eq!(kinds(b"WRAW and so on"), ErrorKind::InputDamaged);
    assert_eq!(
        kinds(b"II\x2A\0\xFF\xFF\xFF\xFF"),
        ErrorKind::InputDamaged,
        "a link to nowhere"
    );
    assert_eq!(kinds(b"II\x63\0\0\0\0\0"), ErrorKind::InputUnsupported);
    assert_eq!(
        kinds(b"II\x2B\0\x10\0\0\0\0\0\0\0\0\0\0\0"),
        ErrorKind::InputUnsupported,
        "offsets of 16 bytes"
    );
}

/// Writes a 32-bit number.
fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// Where the link of a directory of our own classic documents stands.
fn link_of(bytes: &[u8], directory: usize) -> usize {
    let fields = u16::from_le_bytes([bytes[directory], bytes[directory + 1]]);
    directory + 2 + 12 * usize::from(fields)
}

#[test]
fn directories_that_go_in_circles() {
    let good = document(Options::default(), &pages(), 16);
    let at: Vec<_> = Tiff::parse(&good)
        .pages
        .iter()
        .map(|p| p.at as usize)
        .collect();
    for to in 0..3 {
        let mut bytes = good.clone();
        put(&mut bytes, link_of(&good, at[2]), at[to] as u32);
        let found = verified(&bytes);
        assert!(found.damage.unwrap().to_string().contains("circles"));
        assert_eq!(found.pages, 0);
    }
}

/// The place of a field's value in the entry of one of our own classic directories.
fn value_of(bytes: &[u8], directory: usize, tag: u16) -> usize {
    let fields = u16::from_le_bytes([bytes[directory], bytes[directory + 1]]);
    (0..usize::from(fields))
        .map(|i| directory + 2 + 12 * i)
        .find(|at| bytes[*at..at + 2] == tag.to_le_bytes())
        .unwrap()
        + 8
}

#[test]
fn thumbnails_and_masks_are_no_pages() {
    let good = document(Options::default(), &pages(), 16);
    let second = Tiff::parse(&good).pages[1].at as usize;
    for (subfile, pages) in [(0, 3), (2, 3), (1, 2), (4, 2), (3, 2)] {
        let mut bytes = good.clone();
        put(&mut bytes, value_of(&good, second, 254), subfile);
        assert_whole(&bytes, pages, &format!("NewSubfileType {subfile}"));
    }
}

/// What is read of each is more than its pixels.
#[test]
fn thousands_of_small_pages() {
    let pages: Vec<_> = (0..4000)
        .map(|n| Page::new(PixelType::Gray8, 1, 1, n))
        .collect();
    let bytes = document(Options::default(), &pages, 1);
    assert_whole(&bytes, 4000, "small pages");
}

/// To end the chain there, or to go on from it, would change the image.
#[test]
fn a_link_that_is_also_the_data_of_a_page() {
    let mut bytes = document(Options::default(), &pages(), 16);
    let pages = Tiff::parse(&bytes).pages;
    let at = |page: usize| pages[page].at as usize;
    let link = link_of(&bytes, at(2));
    let strip = value_of(&bytes, at(1), 273);
    let size = 31 * 17 * 3;
    put(&mut bytes, strip, link as u32 + 2 - size);
    let found = verified(&bytes);
    assert_eq!(found.pages, 0);
    let damage = found.damage.unwrap();
    assert_eq!(damage.kind(), ErrorKind::InputDamaged);
    assert!(damage.to_string().contains("are also the link"), "{damage}");
}

#[test]
fn a_strip_that_was_never_written_is_missing() {
    let good = document(Options::default(), &pages(), 16);
    let second = Tiff::parse(&good).pages[1].at as usize;
    for tag in [273, 279] {
        let mut bytes = good.clone();
        put(&mut bytes, value_of(&good, second, tag), 0);
        let found = verified(&bytes);
        assert_eq!(found.pages, 1);
        assert!(found.damage.unwrap().to_string().contains("never written"));
    }
    // More rows than the strips hold.
    let mut bytes = good.clone();
    put(&mut bytes, value_of(&good, second, 257), 100_000);
    assert_eq!(verified(&bytes).pages, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a file holds, the answer comes soon, and what is left after a cut is whole.
    #[test]
    fn any_damage(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        big in any::<bool>(),
        len in any::<prop::sample::Index>(),
    ) {
        let options = Options { expected_bytes: big.then_some(1 << 33), ..Options::default() };
        let pages: Vec<_> = (0..3).map(|n| Page::new(PixelType::Gray8, 9, 7, n)).collect();
        let mut bytes = document(options, &pages, 3);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if len.index(4) == 0 {
            bytes.truncate(len.index(bytes.len()));
        }
        let found = verified(&bytes);
        prop_assert!(found.end <= bytes.len().max(16) as u64 || found.pages == 0);
        if found.damage.is_some() && found.pages > 0 {
            let mended = verified(&cut(&bytes));
            prop_assert!(mended.damage.is_none(), "{:?}", mended.damage);
            prop_assert_eq!(mended.pages, found.pages);
        }
    }
}
