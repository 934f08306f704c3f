//! Going on with documents that are there: ours and libtiff's, in every form.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::tiff_support;
use std::fs::File;
use std::path::Path;

use crate::tiff_support::sinks::{Failing, Failure};
use crate::tiff_support::{PIXELS, Page, assert_pages, document, text, tool};
use quire_formats::tiff::{Compression, Document, Options, Photometric, Writer, verify};
use quire_formats::{DocumentFormat, DocumentWriter, WriterOptions, open_appending};
use raster::PixelType;
use wia::ErrorKind;

const COMPRESSIONS: [Compression; 5] = [
    Compression::None,
    Compression::PackBits,
    Compression::Lzw,
    Compression::Deflate,
    Compression::G4,
];

fn first_pages() -> Vec<Page> {
    let page = |(n, pixel): (usize, &PixelType)| Page::new(*pixel, 100, 60, n as u32);
    PIXELS.iter().enumerate().map(page).collect()
}

fn open(path: &Path) -> File {
    File::options().read(true).write(true).open(path).unwrap()
}

fn options(compression: Compression) -> Options {
    Options {
        compression,
        workers: 2,
        ..Options::default()
    }
}

/// Adds pages with a writer each, as several runs of the program do.
fn append(path: &Path, options: &Options, pages: &[Page]) -> wia::Result<()> {
    let file = open(path);
    let mut writer = Writer::append(file.try_clone().unwrap(), options.clone(), &file)?;
    for page in pages {
        page.write(&mut writer, 7)?;
    }
    writer.finish()
}

#[test]
fn documents_of_libtiff_in_both_orders_and_forms() {
    let folder = tempfile::tempdir().unwrap();
    let ours = folder.path().join("ours.tiff");
    let path = folder.path().join("a.tiff");
    let old = first_pages();
    std::fs::write(&ours, document(Options::default(), &old, 10)).unwrap();
    for form in [&["-L"][..], &["-B"], &["-L", "-8"], &["-B", "-8"]] {
        let args = [form, &["-c", "lzw", text(&ours), text(&path)]].concat();
        tool("tiffcp", &args);
        let before = std::fs::read(&path).unwrap();
        let link = verify(&open(&path)).unwrap();
        let mut all = old.clone();
        for (n, compression) in COMPRESSIONS.into_iter().enumerate() {
            for photometric in [Photometric::BlackIsZero, Photometric::WhiteIsZero] {
                let pixels = match compression {
                    Compression::G4 => &[PixelType::Bw1][..],
                    _ => &PIXELS,
                };
                let page = |pixel: &PixelType| Page::new(*pixel, 90, 50, n as u32);
                let new: Vec<Page> = pixels.iter().map(page).collect();
                let options = Options {
                    photometric,
                    ..options(compression)
                };
                append(&path, &options, &new).unwrap();
                all.extend(new);
            }
        }
        let after = std::fs::read(&path).unwrap();
        let what = format!("{form:?}");
        assert_eq!(&after[..4], &before[..4], "{what}");
        let changed = (0..before.len()).filter(|at| before[*at] != after[*at]);
        assert!(changed.count() <= 8, "{what}: more than the link");
        let found = verify(&open(&path)).unwrap();
        assert!(found.damage.is_none(), "{what}");
        assert_eq!(
            (found.pages as usize, found.big, found.big_endian),
            (all.len(), link.big, link.big_endian),
            "{what}"
        );
        assert_pages(&after, &all, &what);
    }
}

#[test]
fn our_own_documents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    let pages = first_pages();
    for records in [false, true] {
        for expected_bytes in [None, Some(1 << 33)] {
            let options = Options {
                expected_bytes,
                records,
                ..options(Compression::Deflate)
            };
            std::fs::write(&path, document(options.clone(), &pages[..2], 9)).unwrap();
            append(&path, &options, &pages[2..4]).unwrap();
            append(&path, &options, &[]).unwrap();
            append(&path, &options, &pages[4..]).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            assert_pages(&bytes, &pages, &format!("{records} {expected_bytes:?}"));
            // PageNumber goes on.
            let found = tiff_support::Tiff::parse(&bytes);
            for (n, page) in found.pages.iter().enumerate() {
                assert_eq!(page.get(297).unwrap()[0], n as u64);
            }
        }
    }
    // An empty file is a new document.
    std::fs::write(&path, b"").unwrap();
    append(&path, &options(Compression::Lzw), &pages).unwrap();
    assert_pages(&std::fs::read(&path).unwrap(), &pages, "empty");
}

#[test]
fn what_is_damaged_is_refused() {
    let whole = document(options(Compression::Lzw), &first_pages(), 10);
    let file = |bytes: &[u8]| {
        use std::io::Write;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    };
    let kind = |bytes: &[u8]| {
        let file = file(bytes);
        let error = Document::append(Options::default(), &file).unwrap_err();
        assert_eq!(file.metadata().unwrap().len(), bytes.len() as u64);
        error.kind()
    };
    for part in 1..8 {
        assert_eq!(
            kind(&whole[..whole.len() * part / 8]),
            ErrorKind::InputDamaged
        );
    }
    assert_eq!(kind(b"%PDF-1.7\n"), ErrorKind::InputDamaged);
    assert_eq!(kind(b"II\x2C\0\x08\0\0\0"), ErrorKind::InputUnsupported);
    // A chain that bites its tail.
    let mut circle = whole.clone();
    let first = u32::from_le_bytes(circle[4..8].try_into().unwrap()) as usize;
    let fields = usize::from(u16::from_le_bytes(
        circle[first..first + 2].try_into().unwrap(),
    ));
    let link = first + 2 + 12 * fields;
    circle.copy_within(4..8, link);
    assert_eq!(kind(&circle), ErrorKind::InputDamaged);
}

/// Another program's document has no room for the header of a BigTIFF.
#[test]
fn a_foreign_classic_document_is_not_taken_beyond_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, path) = (folder.path().join("o.tiff"), folder.path().join("a.tiff"));
    let pages = first_pages();
    std::fs::write(&ours, document(Options::default(), &pages, 10)).unwrap();
    for form in ["-L", "-B"] {
        tool("tiffcp", &[form, "-c", "none", text(&ours), text(&path)]);
        let whole = std::fs::read(&path).unwrap();
        let options = Options {
            classic_limit: whole.len() as u64 + 9_000,
            ..Options::default()
        };
        let error = append(&path, &options, &[Page::new(PixelType::Rgb8, 100, 60, 1)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains("quire convert"), "{error}");
        assert!(std::fs::read(&path).unwrap() == whole);
    }
}

/// Our own becomes BigTIFF with every limit that falls into what is added, whatever its fields.
#[test]
fn our_own_turns_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    let pages = first_pages();
    for compression in [Compression::None, Compression::Lzw, Compression::Deflate] {
        let options = Options {
            records: compression == Compression::Lzw,
            metadata: quire_formats::Metadata {
                // Values of 3, 5 and 8 bytes: in the field of both forms, of BigTIFF, and of BigTIFF.
                software: "ab".into(),
                author: "abcd".into(),
                model: "abcdefg".into(),
                ..quire_formats::Metadata::default()
            },
            profile: Some(quire_formats::Profile::srgb()),
            ..options(compression)
        };
        let old = document(options.clone(), &pages[..4], 10);
        let mut whole = Vec::new();
        for part in 0..6 {
            std::fs::write(&path, &old).unwrap();
            let limit = match part {
                0 => u64::MAX,
                n => (old.len() + (whole.len() - old.len()) * n / 6) as u64,
            };
            let options = Options {
                classic_limit: limit,
                ..options.clone()
            };
            append(&path, &options, &pages[4..5]).unwrap();
            append(&path, &options, &pages[5..]).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let what = format!("{compression:?}, limit {limit}");
            assert_eq!(verify(&open(&path)).unwrap().big, part > 0, "{what}");
            assert_pages(&bytes, &pages, &what);
            assert!(
                bytes[16..old.len() - 600] == old[16..old.len() - 600],
                "{what}"
            );
            for page in &tiff_support::Tiff::parse(&bytes).pages {
                assert_eq!(page.text(305).as_deref(), Some("ab"), "{what}");
                assert_eq!(page.text(315).as_deref(), Some("abcd"), "{what}");
                assert_eq!(page.text(272).as_deref(), Some("abcdefg"), "{what}");
            }
            if part == 0 {
                whole = bytes;
            }
        }
    }
}

/// At its true limit.
#[test]
fn our_own_turns_at_4_gib() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("a.tiff"), folder.path().join("b.tiff"));
    let pages = first_pages();
    std::fs::write(&path, document(options(Compression::None), &pages[..3], 10)).unwrap();
    open(&path).set_len(u64::from(u32::MAX) - 2_000).unwrap();
    append(&path, &options(Compression::None), &pages[3..]).unwrap();
    let found = verify(&open(&path)).unwrap();
    assert!(found.big && found.damage.is_none());
    assert!(found.end > u64::from(u32::MAX));
    tool("tiffcp", &["-c", "none", text(&path), text(&copy)]);
    assert_pages(&std::fs::read(&copy).unwrap(), &pages, "4 GiB");
}

/// Each call of the sink fails in turn: the old pages are there whatever happens.
#[test]
fn failing_writes_leave_the_old_pages() {
    let pages = first_pages();
    let old = document(Options::default(), &pages, 10);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &old).unwrap();
    let new = Page::new(PixelType::Gray8, 50, 40, 9);
    for failure in [Failure::Once, Failure::OnceTorn, Failure::Forever] {
        for at in 0..40 {
            let sink = Failing::new(&old, at, failure);
            let mut writer =
                Writer::append(sink, options(Compression::Lzw), file.as_file()).unwrap();
            let written = new.write(&mut writer, 10);
            let _ = writer.abandon_page();
            let _ = writer.finish();
            let sink = writer.into_parts().0;
            let ended = sink.calls <= at;
            let bytes = sink.inner.into_inner();
            let check = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(check.path(), &bytes).unwrap();
            let found = verify(check.as_file()).unwrap();
            let expected = pages.len() as u32 + u32::from(written.is_ok());
            assert!(
                found.pages >= expected.min(pages.len() as u32)
                    && found.pages <= pages.len() as u32 + 1,
                "{failure:?} {at}: {found:?}"
            );
            if ended {
                assert!(written.is_ok() && found.pages == expected);
                break;
            }
        }
    }
}

#[test]
fn by_the_format_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tiff");
    let pages = first_pages();
    std::fs::write(&path, document(Options::default(), &pages[..2], 10)).unwrap();
    let options = WriterOptions::default();
    let found = open_appending(open(&path), &options).unwrap().unwrap();
    assert_eq!((found.format, found.pages), (DocumentFormat::Tiff, 2));
    let mut writer = found.writer;
    writer.begin_page(&pages[2].layout).unwrap();
    writer.rows(pages[2].band()).unwrap();
    writer.end_page().unwrap();
    writer.finish().unwrap();
    assert_pages(&std::fs::read(&path).unwrap(), &pages[..3], "appended");
    std::fs::write(&path, b"").unwrap();
    assert!(open_appending(open(&path), &options).unwrap().is_none());
    for other in [&b"II"[..], b"BM plus something", b"\x89PNG\r\n\x1a\n"] {
        std::fs::write(&path, other).unwrap();
        let Err(error) = open_appending(open(&path), &options) else {
            unreachable!("{other:?} was taken");
        };
        assert_eq!(error.kind(), ErrorKind::InputUnsupported);
        assert_eq!(std::fs::read(&path).unwrap(), other);
    }
}
