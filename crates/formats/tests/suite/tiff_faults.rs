//! Sinks that fail, positions that move, programs that are killed: the finished pages stay.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use crate::tiff_support::sinks::{Failing, Failure, Steps};
use crate::tiff_support::{Page, Tiff, assert_pages, assert_plain, count, document};
use quire_formats::tiff::{Compression, Container, Options, Writer};
use quire_formats::{DocumentWriter, Sink};
use raster::PixelType;
use std::cell::Cell;
use std::io::{Cursor, SeekFrom};

/// Documents that differ in everything that the order of writing depends on.
fn scenarios() -> Vec<(&'static str, Options, Vec<Page>)> {
    let small = |n: u32| Page::new(PixelType::Gray8, 31, 17, n);
    // More than one strip, so that a page can fail and grow in its middle.
    let large = |n: u32| Page::new(PixelType::Rgb8, 300, 200, n).unknown_height();
    let pages = vec![small(1), large(2), small(3)];
    let base = Options::default();
    // Where the second page's directory and the third page's strip are.
    let grown = Tiff::parse(&document(base.clone(), &pages, ROWS));
    let (directory, strip) = (grown.pages[1].at, grown.pages[2].get(273).unwrap()[0]);
    let switch = |classic_limit| Options {
        classic_limit,
        ..base.clone()
    };
    vec![
        ("growing", base.clone(), pages.clone()),
        (
            "classic",
            Options {
                container: Container::Classic,
                ..base.clone()
            },
            pages.clone(),
        ),
        (
            "big",
            Options {
                expected_bytes: Some(1 << 32),
                ..base.clone()
            },
            pages.clone(),
        ),
        ("switch before the first page", switch(10), pages.clone()),
        (
            "switch in the middle of a page",
            switch(100_000),
            pages.clone(),
        ),
        (
            "switch at the end of a page",
            switch(directory + 20),
            pages.clone(),
        ),
        ("switch between pages", switch(strip + 20), pages.clone()),
        (
            "compressed",
            Options {
                compression: Compression::Deflate,
                classic_limit: 10_000,
                ..base
            },
            pages,
        ),
    ]
}

/// Rows of a band, such that uncompressed strips have 73 rows.
const ROWS: usize = 73;

#[test]
fn every_scenario_is_what_its_name_says() {
    for (name, options, pages) in scenarios() {
        let bytes = document(options, &pages, ROWS);
        let big = !matches!(name, "growing" | "classic");
        assert_eq!(Tiff::parse(&bytes).big, big, "{name}");
        assert_pages(&bytes, &pages, name);
    }
}

/// A sink fails at its n-th call, for every n. After `abandon_page` the finished pages are there,
/// and when the sink works again the document can be written to its end.
#[test]
fn a_sink_that_fails_at_any_call() {
    for (name, options, pages) in scenarios() {
        for failure in [Failure::Once, Failure::OnceTorn, Failure::Forever] {
            for start in [&b""[..], b"thirteen ones"] {
                for n in 0.. {
                    let what = format!("{name}, {failure:?} at call {n}");
                    let sink = Failing::new(start, n, failure);
                    if !fail_once(sink, &options, &pages, &what) {
                        assert!(n > 12, "{what}: too few calls");
                        break;
                    }
                }
            }
        }
    }
}

/// Returns whether the sink failed at all.
fn fail_once(sink: Failing, options: &Options, pages: &[Page], what: &str) -> bool {
    let base = sink.inner.get_ref().len();
    let failure = sink.failure;
    let mut writer = Writer::new(sink, options.clone());
    let mut failed = false;
    let mut next = 0;
    while next < pages.len() {
        let Err(error) = pages[next].write(&mut writer, ROWS) else {
            next += 1;
            continue;
        };
        assert!(!failed || failure == Failure::Forever, "{what}: {error}");
        assert_eq!(error.kind(), wia::ErrorKind::MediumFull, "{what}");
        failed = true;
        let abandoned = writer.abandon_page();
        assert_eq!(writer.document().pages() as usize, next, "{what}");
        let bytes = writer.sink().inner.get_ref();
        if next > 0 {
            let found = Tiff::parse(&bytes[base..]);
            assert_eq!(count(&bytes[base..]), found.pages.len(), "{what}");
            if abandoned.is_ok() {
                assert_eq!(found.pages.len(), next, "{what}");
            } else {
                // The last page may have got its link before the failure.
                assert!((next..=next + 1).contains(&found.pages.len()), "{what}");
            }
            if options.compression == Compression::None {
                assert_plain(&found, &pages[..found.pages.len()], what);
            }
        } else if abandoned.is_ok() {
            assert_eq!(bytes.len(), base, "{what}");
        }
        if failure == Failure::Forever {
            return true;
        }
        abandoned.unwrap_or_else(|e| panic!("{what}: {e}"));
    }
    writer.finish().unwrap();
    let bytes = writer.into_parts().0.inner.into_inner();
    let found = Tiff::parse(&bytes[base..]);
    assert_eq!(found.pages.len(), pages.len(), "{what}");
    if options.compression == Compression::None {
        assert_plain(&found, pages, what);
    }
    failed
}

/// Abandoning fails as well, at its own n-th call; the retry of the page puts things right.
#[test]
fn abandoning_may_fail_too() {
    for (name, options, pages) in scenarios() {
        let total = {
            let mut writer = Writer::new(
                Failing::new(b"", usize::MAX, Failure::Once),
                options.clone(),
            );
            for page in &pages {
                page.write(&mut writer, ROWS).unwrap();
            }
            writer.sink().calls
        };
        for n in 0..total {
            for later in 0..4 {
                let what = format!("{name}, call {n} and {later} later");
                let sink = Failing::new(b"", n, Failure::OnceTorn);
                let mut writer = Writer::new(sink, options.clone());
                for page in &pages {
                    while page.write(&mut writer, ROWS).is_err() {
                        // Twice, so that the first may fail.
                        writer.sink_mut().at = writer.sink().calls + later;
                        let _ = writer.abandon_page();
                        writer.sink_mut().at = usize::MAX;
                        writer.abandon_page().unwrap();
                    }
                }
                writer.finish().unwrap();
                let bytes = writer.into_parts().0.inner.into_inner();
                let found = Tiff::parse(&bytes);
                assert_eq!(found.pages.len(), pages.len(), "{what}");
                if options.compression == Compression::None {
                    assert_plain(&found, &pages, &what);
                }
            }
        }
    }
}

/// What is in the sink after each single step is a TIFF with the pages linked by then.
#[test]
fn killed_at_any_step() {
    for (name, options, pages) in scenarios() {
        // How many pages must be there, and may be there.
        let (done, begun) = (Cell::new(0), Cell::new(0));
        let mut last = Vec::new();
        let mut looked = 0;
        let look = |bytes: &[u8]| {
            if bytes == last {
                return;
            }
            last = bytes.to_vec();
            looked += 1;
            if bytes.len() < 8 {
                assert!(bytes.is_empty() && done.get() == 0);
                return;
            }
            let found = Tiff::parse(bytes);
            let pages = found.pages.len();
            assert!(
                (done.get()..=begun.get()).contains(&pages),
                "{name}: {pages}"
            );
            if pages > 0 {
                assert_eq!(count(bytes), pages, "{name}");
            }
        };
        let mut writer = Writer::new(Steps::new(look), options);
        for page in &pages {
            writer.begin_page(&page.layout).unwrap();
            for from in (0..page.band().rows()).step_by(ROWS) {
                writer.rows(page.band().slice(from, from + ROWS)).unwrap();
            }
            begun.set(begun.get() + 1);
            writer.end_page().unwrap();
            done.set(begun.get());
        }
        drop(writer);
        assert!(looked > 9, "{name}");
    }
}

/// Between any two calls the position is somewhere else, and somebody appends to the sink.
#[test]
fn position_and_end_moved_by_others() {
    for (name, options, pages) in scenarios() {
        for junk in [0, 1, 2, 7] {
            let mut writer = Writer::new(Cursor::new(vec![7; junk]), options.clone());
            let mut turn = 0;
            let mut disturb = |writer: &mut Writer<Cursor<Vec<u8>>>| {
                turn += 1;
                let sink = writer.sink_mut();
                let end = sink.seek(SeekFrom::End(0)).unwrap();
                if turn % 3 == 0 {
                    Sink::write_all(sink, &vec![0xEE; junk]).unwrap();
                }
                sink.seek(SeekFrom::Start(end * turn % (end + 1))).unwrap();
            };
            for (n, page) in pages.iter().enumerate() {
                let what = format!("{name}, junk {junk}, page {n}");
                disturb(&mut writer);
                writer.begin_page(&page.layout).unwrap();
                for from in (0..page.band().rows()).step_by(11) {
                    disturb(&mut writer);
                    writer.rows(page.band().slice(from, from + 11)).unwrap();
                }
                disturb(&mut writer);
                let done = writer.end_page().unwrap();
                let bytes = writer.sink().get_ref();
                let base = writer.document().base().unwrap();
                assert_eq!(writer.sink().position(), bytes.len() as u64, "{what}");
                assert_eq!(done.document_bytes, bytes.len() as u64 - base, "{what}");
                assert_eq!(done.height, page.height());
            }
            disturb(&mut writer);
            writer.finish().unwrap();
            let base = writer.document().base().unwrap() as usize;
            assert!(base >= junk);
            let bytes = writer.into_parts().0.into_inner();
            assert_pages(&bytes[base..], &pages, &format!("{name}, junk {junk}"));
        }
    }
}

/// Bytes of the document that vanish are noticed, not papered over.
#[test]
fn a_sink_that_becomes_shorter() {
    let page = Page::new(PixelType::Gray8, 31, 17, 1);
    let mut writer = Writer::new(Cursor::new(Vec::new()), Options::default());
    page.write(&mut writer, 5).unwrap();
    writer.sink_mut().set_len(100).unwrap();
    let error = page.write(&mut writer, 5).unwrap_err();
    assert_eq!(error.kind(), wia::ErrorKind::WriteFault);
}
