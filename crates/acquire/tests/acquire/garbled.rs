//! Drivers that write into the document by themselves, and not well.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use quire_acquire::{Compression, Outcome, Settings};
use service::Stream;
use wia::{Error, ErrorKind, Result, Status};

use crate::documents::{gray_tiff, read};
use crate::rig::{Scratch, scan, settings};
use crate::scripted::{HEIGHT, Scripted, Stop, page, seek};

const PAGES: u32 = 3;

/// A good document, as the page writer makes it.
fn document() -> Vec<u8> {
    let scratch = Scratch::new();
    let path = scratch.path("good.tiff");
    let scanner = Scripted::new(|call| call.tiff_pages(PAGES).map(|_| Status::Ok));
    assert_eq!(scan(&scanner.device(), &settings(&path)).exit_code(), 0);
    read(&path)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> usize {
    let mut number = [0; 8];
    number[..N].copy_from_slice(&bytes[at..at + N]);
    usize::try_from(u64::from_le_bytes(number)).unwrap()
}

/// Where the links of a document stand: that of the header, then those of the directories.
fn links(document: &[u8]) -> Vec<usize> {
    let mut links = vec![4];
    loop {
        let directory = number::<4>(document, *links.last().unwrap());
        if directory == 0 {
            return links;
        }
        links.push(directory + 2 + 12 * number::<2>(document, directory));
    }
}

/// Scans what a script writes behind three good pages.
fn spoiled(
    path: &Path,
    spoil: impl Fn(&mut dyn Stream) -> Result<()> + Send + Sync + 'static,
) -> Outcome {
    let scanner = Scripted::new(move |call| {
        let mut stream = call.tiff_pages(PAGES)?;
        spoil(stream.as_mut())?;
        Ok(Status::Ok)
    });
    scan(&scanner.device(), &settings(path))
}

/// What stands under the final name are the first pages, and libtiff has nothing to complain about.
#[track_caller]
fn sound(path: &Path, outcome: &Outcome) -> u32 {
    let told = &outcome.result;
    if outcome.files.is_empty() {
        assert!(!path.exists(), "{told:?}");
        assert_eq!(outcome.pages, 0, "{told:?}");
        return 0;
    }
    let pages = gray_tiff(path);
    let wanted: Vec<_> = (1..=outcome.pages).map(page).collect();
    assert_eq!(pages, wanted, "{told:?}");
    outcome.pages
}

#[test]
fn a_link_that_was_garbled_ends_the_document_there() {
    let document = document();
    let links = links(&document);
    assert_eq!(links.len(), PAGES as usize + 1);
    let end = u32::try_from(document.len()).unwrap();
    // Nowhere, into the header, into the pixels, beside a directory, beyond the end.
    for wrong in [1, 8, 24, end - 60, end - 1, end, end + 5000, u32::MAX] {
        for (before, link) in links.iter().enumerate() {
            let scratch = Scratch::new();
            let path = scratch.path("out.tiff");
            let at = *link as u64;
            let outcome = spoiled(&path, move |stream| {
                seek(stream, at)?;
                stream.write(&wrong.to_le_bytes())?;
                Ok(())
            });
            let what = format!("{wrong} in link {before}: {:?}", outcome.result);
            assert_eq!(sound(&path, &outcome) as usize, before, "{what}");
            let code = if before == PAGES as usize { 8 } else { 7 };
            assert_eq!(outcome.exit_code(), code, "{what}");
            // What cannot be read is not thrown away.
            let names = if before == 0 {
                ".out.tiff.partial"
            } else {
                "out.tiff"
            };
            assert_eq!(scratch.names(), [names], "{what}");
        }
    }
}

#[test]
fn a_chain_that_was_cut_short_is_told() {
    for (before, link) in links(&document()).into_iter().enumerate().take(3) {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let outcome = spoiled(&path, move |stream| {
            seek(stream, link as u64)?;
            stream.write(&[0; 4])?;
            Ok(())
        });
        assert_eq!(sound(&path, &outcome) as usize, before);
        assert_eq!(outcome.exit_code(), 7, "{:?}", outcome.result);
        let text = outcome.error().unwrap().to_string();
        assert!(text.contains("where 3 were written"), "{text}");
    }
}

#[test]
fn directories_in_circles_are_no_document() {
    let document = document();
    let links = links(&document);
    for (from, to) in [(1, 0), (2, 0), (3, 0), (3, 1), (3, 2)] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let (at, back) = (links[from] as u64, number::<4>(&document, links[to]) as u32);
        let outcome = spoiled(&path, move |stream| {
            seek(stream, at)?;
            stream.write(&back.to_le_bytes())?;
            Ok(())
        });
        sound(&path, &outcome);
        assert_ne!(outcome.exit_code(), 0);
    }
}

#[test]
fn bytes_behind_the_last_page_are_cut_off() {
    let good = document();
    for garbage in [1, 3, 4096, 100_000] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let outcome = spoiled(&path, move |stream| {
            stream.write(&vec![0x2A; garbage])?;
            Ok(())
        });
        assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
        assert_eq!(sound(&path, &outcome), PAGES);
        assert_eq!(read(&path), good);
    }
}

#[test]
fn bytes_between_two_pages_harm_neither() {
    for garbage in [1, 2, 3, 4099] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let scanner = Scripted::new(move |call| {
            let mut stream = call.stream()?;
            for number in 1..=PAGES {
                call.tiff_rows(stream.as_mut(), number, HEIGHT)?;
                stream.write(&vec![0x2A; garbage])?;
                // And it leaves the position where no page is.
                seek(stream.as_mut(), 3)?;
            }
            Ok(Status::Ok)
        });
        let outcome = scan(&scanner.device(), &settings(&path));
        assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
        assert_eq!(sound(&path, &outcome), PAGES);
    }
}

#[test]
fn bytes_far_behind_the_end_are_cut_off_too() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let outcome = spoiled(&path, |stream| {
        seek(stream, 1 << 33)?;
        stream.write(b"far")?;
        Ok(())
    });
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
    assert_eq!(read(&path), document());
}

#[test]
fn a_document_that_its_driver_cut_keeps_what_is_whole() {
    // Of the record behind the last page, which is no part of it.
    const RECORD: usize = 40;
    let good = document().len();
    for len in [0, 4, 8, 100, good / 3, good / 2, good - RECORD - 1] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let outcome = spoiled(&path, move |stream| stream.set_size(len as u64));
        assert!(sound(&path, &outcome) < PAGES);
        assert_ne!(outcome.exit_code(), 0, "{len}: {:?}", outcome.result);
    }
}

/// A driver that makes the document by itself, and ends as it is told.
fn by_itself(path: &Path, bytes: Vec<u8>, ends_well: bool) -> Outcome {
    let bytes = Arc::new(bytes);
    let scanner = Scripted::new(move |call| {
        let mut stream = call.stream()?;
        for part in bytes.chunks(1000) {
            stream.write(part)?;
            call.status(50)?;
        }
        match ends_well {
            true => Ok(Status::Ok),
            false => Err(Stop::Failed(Error::new(ErrorKind::PaperJam, ""))),
        }
    });
    scan(&scanner.device(), &settings(path))
}

#[test]
fn a_document_that_its_driver_made_is_taken_as_it_is() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let outcome = by_itself(&path, document(), true);
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
    assert_eq!(sound(&path, &outcome), PAGES);
}

#[test]
fn a_document_that_ends_anywhere_has_its_complete_pages() {
    let good = document();
    for len in (1..good.len()).step_by(101) {
        for ends_well in [true, false] {
            let scratch = Scratch::new();
            let path = scratch.path("out.tiff");
            let outcome = by_itself(&path, good[..len].to_vec(), ends_well);
            let pages = sound(&path, &outcome);
            assert!(pages < PAGES);
            let code = if ends_well { 8 } else { 4 };
            assert_eq!(outcome.exit_code(), code, "{len}: {:?}", outcome.result);
            // Where the driver says that all is well, somebody may want to look at it.
            let left = match (pages, ends_well) {
                (0, true) => vec![".out.tiff.partial"],
                (0, false) => vec![],
                _ => vec!["out.tiff"],
            };
            assert_eq!(scratch.names(), left, "{len}");
        }
    }
}

#[test]
fn something_else_than_a_tiff_is_never_named_one() {
    for bytes in [
        &b"\x89PNG\r\n\x1A\n"[..],
        b"II",
        b"II*\0",
        b"II*\0\0\0\0\0",
        &[0; 500],
    ] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        fs::write(&path, "old").unwrap();
        let outcome = by_itself(&path, bytes.to_vec(), true);
        assert_eq!(outcome.exit_code(), 8, "{:?}", outcome.result);
        assert_eq!(outcome.pages, 0);
        assert_eq!(read(&path), b"old");
    }
}

#[test]
fn other_compressions_are_as_safe() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| {
        let mut stream = call.tiff_pages(2)?;
        stream.write(&[0x11; 999])?;
        Err(Stop::Failed(Error::new(ErrorKind::PaperJam, "")))
    });
    let jpeg = Settings {
        compression: Some(Compression::Jpeg),
        ..settings(&path)
    };
    let outcome = scan(&scanner.device(), &jpeg);
    assert_eq!((outcome.exit_code(), outcome.pages), (4, 2));
    assert_eq!(crate::documents::tiff_pages(&path), 2);
}
