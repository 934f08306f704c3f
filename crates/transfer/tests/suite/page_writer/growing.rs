//! Documents with a record: how they grow into BigTIFF, and what the application is told of them
//! while they do.

use std::io::SeekFrom;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex};

use raster::{Band, PageLayout};
use wia::{ErrorKind, Result};

use crate::page_writer::support::{
    Call, Fault, Kind, Picture, Recorder, Tiff, assert_pages, context, put, recorded, sparse_file,
    tool, with_limit, write,
};
use crate::transfer::{
    DocumentOptions, DocumentProgress, TransferContext, abandon_page, begin_page, end_page, rows,
    write_page_buf_to_stream,
};

fn page(seed: u64) -> Picture {
    Picture::new(8, 100, 40, seed)
}

fn progress(context: &TransferContext) -> Arc<DocumentProgress> {
    Arc::clone(&context.record.as_ref().unwrap().options.progress)
}

/// Feeds a page of unknown height in bands of 10 rows.
fn banded(context: &mut TransferContext, stream: &mut Recorder, page: &Picture) -> Result<()> {
    let layout = PageLayout {
        width: page.width,
        height: None,
        pixel: page.pixel(),
        x_dpi: 300,
        y_dpi: 200,
    };
    begin_page(context, stream, &layout)?;
    let row = page.row_bytes();
    for band in page.rows.chunks(10 * row) {
        rows(context, stream, Band::new(band, row, row).unwrap())?;
    }
    end_page(context, stream).map(drop)
}

fn one_call(context: &mut TransferContext, stream: &mut Recorder, page: &Picture) -> Result<()> {
    put(context, page);
    write_page_buf_to_stream(context, stream)
}

type Form = fn(&mut TransferContext, &mut Recorder, &Picture) -> Result<()>;
const FORMS: [Form; 2] = [banded, one_call];

#[test]
fn the_head_has_room_for_bigtiff() {
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    let bytes = stream.bytes();
    assert_eq!(bytes[..4], *b"II\x2A\0");
    assert_eq!(bytes[8..16], [0; 8]);
    assert_eq!(Tiff::parse(&bytes[..], 0).pages[0].value(273), 16);
}

/// Where that is asked for, each page has a record that tells whether all of it is there.
#[test]
fn a_page_that_is_torn_is_known_by_its_record() {
    for form in FORMS {
        for records in [true, false] {
            let mut context = recorded(DocumentOptions {
                records,
                ..DocumentOptions::default()
            });
            let progress = progress(&context);
            let mut stream = Recorder::default();
            for n in 0..3 {
                form(&mut context, &mut stream, &page(n)).unwrap();
                assert_eq!(progress.bytes(), stream.len());
            }
            let whole = stream.bytes();
            assert_pages(&whole, &[&page(0), &page(1), &page(2)]);
            let strip = Tiff::parse(&whole[..], 0).pages[1].value(273) as usize;
            for torn in [false, true] {
                let file = tempfile::tempfile().unwrap();
                file.write_all_at(&whole, 0).unwrap();
                if torn {
                    file.write_all_at(&[0; 64], strip as u64).unwrap();
                }
                let found = formats::recover(&file).unwrap();
                let expected = if torn && records { 1 } else { 3 };
                assert_eq!(found.pages, expected, "{records} {torn}");
            }
        }
    }
}

#[test]
fn a_known_size_beyond_the_limit_is_bigtiff_from_the_start() {
    for form in FORMS {
        for (expected_bytes, big) in [
            (None, false),
            (Some(5_000_000_000), true),
            (Some(u32::MAX.into()), false),
            (Some(u64::from(u32::MAX) + 1), true),
        ] {
            let mut context = recorded(DocumentOptions {
                expected_bytes,
                ..DocumentOptions::default()
            });
            let mut stream = Recorder::default();
            for n in 0..3 {
                form(&mut context, &mut stream, &page(n)).unwrap();
                let tiff = Tiff::parse(&stream, 0);
                assert_eq!((tiff.big, tiff.pages.len() as u64), (big, n + 1));
            }
            assert_pages(&stream.bytes(), &[&page(0), &page(1), &page(2)]);
        }
    }
}

#[test]
fn an_unknown_size_grows_into_bigtiff() {
    for form in FORMS {
        for limit in (5_000..30_000).step_by(1_111) {
            let mut context = with_limit(limit);
            let progress = progress(&context);
            let mut stream = Recorder::holding(b"before");
            for n in 0..6 {
                form(&mut context, &mut stream, &page(n)).unwrap();
                let tiff = Tiff::parse(&stream, 6);
                assert_eq!(tiff.big, stream.len() - 6 > limit, "{limit} {n}");
                assert_eq!(tiff.pages.len() as u64, n + 1);
                let at = tiff.pages.last().unwrap().at as i32;
                assert_eq!(context.current_ifd_offset, at);
                assert_eq!(context.previous_ifd_offset, at);
                assert_eq!(progress.pages(), n as u32 + 1);
                assert_eq!(progress.bytes(), stream.len());
            }
            let pages: Vec<Picture> = (0..6).map(page).collect();
            assert_pages(&stream.bytes()[6..], &pages.iter().collect::<Vec<_>>());
        }
    }
}

/// What the header leads to is on the disk before the header is: else a power loss could cost all pages.
#[test]
fn the_turn_waits_for_the_disk() {
    for form in FORMS {
        let mut context = with_limit(10_000);
        let mut stream = Recorder::default();
        for n in 0..4 {
            form(&mut context, &mut stream, &page(n)).unwrap();
        }
        assert!(Tiff::parse(&stream, 0).big);
        let calls = stream.calls();
        let header = [
            Call::Barrier,
            Call::Seek(SeekFrom::Start(0)),
            Call::Write(16),
        ];
        assert_eq!(calls.windows(3).filter(|w| **w == header).count(), 1);
        let barriers = calls.iter().filter(|call| **call == Call::Barrier);
        assert_eq!(barriers.count(), 1);
    }
}

#[test]
fn beyond_4_gib() {
    let mut context = context(Kind::Recorded);
    let mut stream = Recorder::default();
    write(&mut context, &mut stream, &page(0));
    stream.extend_to((1 << 32) - 6_000);
    // The second fits, the third does not.
    write(&mut context, &mut stream, &page(1));
    let tiff = Tiff::parse(&stream, 0);
    assert!(!tiff.big && stream.len() < 1 << 32);
    assert_eq!(context.current_ifd_offset, -1);
    for n in 2..4 {
        write(&mut context, &mut stream, &page(n));
        assert!(stream.len() > 1 << 32);
        assert_eq!(
            (context.page, context.current_ifd_offset),
            (n as i32 + 1, -1)
        );
        assert_eq!(context.previous_ifd_offset, -1);
    }
    let tiff = Tiff::parse(&stream, 0);
    assert!(tiff.big);
    for (n, ifd) in tiff.pages.iter().enumerate() {
        assert_eq!(ifd.data(&stream, 0), page(n as u64).rows, "page {n}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.tiff");
    sparse_file(&stream, &path);
    let path = path.to_str().unwrap();
    let info = tool("tiffinfo", &[path]);
    assert_eq!(info.matches("Image Width: 100 Image Length: 40").count(), 4);
    let copy = folder.path().join("copy.tiff");
    tool("tiffcp", &["-c", "none", path, copy.to_str().unwrap()]);
    let copy = std::fs::read(copy).unwrap();
    for (n, ifd) in Tiff::parse(&copy[..], 0).pages.iter().enumerate() {
        assert_eq!(ifd.data(&copy[..], 0), page(n as u64).rows, "page {n}");
    }
}

#[test]
fn only_linked_pages_are_counted() {
    let mut context = context(Kind::Recorded);
    let progress = progress(&context);
    let mut stream = Recorder::holding(b"before");
    assert_eq!((progress.pages(), progress.bytes()), (0, 0));
    let layout = PageLayout {
        width: 100,
        height: None,
        pixel: raster::PixelType::Gray8,
        x_dpi: 300,
        y_dpi: 200,
    };
    let mut complete = 0;
    for n in 0..3 {
        begin_page(&mut context, &mut stream, &layout).unwrap();
        let band = page(n);
        rows(
            &mut context,
            &mut stream,
            Band::new(&band.rows, 100, 100).unwrap(),
        )
        .unwrap();
        assert_eq!((progress.pages(), progress.bytes()), (n as u32, complete));
        end_page(&mut context, &mut stream).unwrap();
        complete = stream.len();
        assert_eq!(
            (progress.pages(), progress.bytes()),
            (n as u32 + 1, complete)
        );

        begin_page(&mut context, &mut stream, &layout).unwrap();
        abandon_page(&mut context, &mut stream).unwrap();
        assert_eq!(
            (progress.pages(), progress.bytes()),
            (n as u32 + 1, complete)
        );
    }
}

#[test]
fn a_page_that_is_abandoned_after_the_turn_leaves_a_bigtiff_of_the_pages_before() {
    for limit in (9_000..22_000).step_by(333) {
        let mut context = with_limit(limit);
        let progress = progress(&context);
        let mut stream = Recorder::default();
        for n in 0..2 {
            one_call(&mut context, &mut stream, &page(n)).unwrap();
        }
        let layout = PageLayout {
            width: 1000,
            height: None,
            pixel: raster::PixelType::Gray8,
            x_dpi: 300,
            y_dpi: 200,
        };
        begin_page(&mut context, &mut stream, &layout).unwrap();
        // More than a strip, so that the limit is passed with the page unfinished.
        for _ in 0..30 {
            let band = Band::new(&[0x5A; 10_000], 1000, 1000).unwrap();
            rows(&mut context, &mut stream, band).unwrap();
        }
        let cut = stream.part(0, progress.bytes());
        assert!(Tiff::parse(&cut[..], 0).big);
        assert_pages(&cut, &[&page(0), &page(1)]);

        abandon_page(&mut context, &mut stream).unwrap();
        assert_eq!(stream.len(), progress.bytes());
        assert_eq!(progress.pages(), 2);
        assert_pages(&stream.bytes(), &[&page(0), &page(1)]);
        one_call(&mut context, &mut stream, &page(2)).unwrap();
        assert_pages(&stream.bytes(), &[&page(0), &page(1), &page(2)]);
    }
}

/// Asserts that the stream, cut where the application is told to, holds the linked pages.
fn assert_safe(stream: &Recorder, progress: &DocumentProgress, what: &str) {
    let linked = progress.pages() as usize;
    if linked == 0 {
        return;
    }
    let cut = stream.part(0, progress.bytes().min(stream.len()));
    let tiff = Tiff::parse(&cut[6..], 0);
    assert!(tiff.pages.len() >= linked, "{what}");
    for (n, ifd) in tiff.pages.iter().enumerate() {
        assert_eq!(
            ifd.data(&cut[6..], 0),
            page(n as u64).rows,
            "{what}, page {n}"
        );
    }
}

#[test]
fn a_driver_may_die_at_any_moment() {
    // After each call of the stream that changed something, also of one that failed. (A write is
    // done or it is not: one of half a link would have to be put right by taking the page back.)
    for form in FORMS {
        for limit in [9_000, 14_000, 17_000, 1 << 20] {
            let calls = |fail: Option<(usize, Fault)>| {
                let mut context = with_limit(limit);
                let progress = progress(&context);
                let mut stream = Recorder::holding(b"before");
                let seen = Arc::new(Mutex::new(0));
                let (watched, count) = (Arc::clone(&progress), Arc::clone(&seen));
                stream.watch(move |stream| {
                    assert_safe(
                        stream,
                        &watched,
                        &format!("limit {limit}, failing {fail:?}"),
                    );
                    *count.lock().unwrap() += 1;
                });
                if let Some((call, fault)) = fail {
                    stream.fail_after(call, fault);
                }
                for n in 0..4 {
                    if form(&mut context, &mut stream, &page(n)).is_err() {
                        // Nobody takes the page back: the driver is gone.
                        assert_safe(&stream, &progress, "after the failure");
                        break;
                    }
                }
                assert!(*seen.lock().unwrap() > 3 || fail.is_some());
                stream.calls().len()
            };
            for call in 0..calls(None) {
                calls(Some((call, Fault::Nothing)));
                calls(Some((call, Fault::Done)));
            }
        }
    }
}

#[test]
fn a_turn_that_fails_can_be_tried_again() {
    for form in FORMS {
        for fail in 0.. {
            let mut context = with_limit(11_000);
            let mut stream = Recorder::default();
            for n in 0..2 {
                form(&mut context, &mut stream, &page(n)).unwrap();
            }
            assert!(!Tiff::parse(&stream, 0).big);
            stream.calls();
            stream.fail_after(fail, Fault::ALL[fail % 4]);
            let Err(e) = form(&mut context, &mut stream, &page(2)) else {
                assert!(fail > 6);
                break;
            };
            assert_eq!(e.kind(), ErrorKind::MediumFull);
            stream.heal();
            abandon_page(&mut context, &mut stream).unwrap();
            assert_pages(&stream.bytes(), &[&page(0), &page(1)]);
            assert_eq!(progress(&context).bytes(), stream.len());
            form(&mut context, &mut stream, &page(2)).unwrap();
            assert!(Tiff::parse(&stream, 0).big);
            assert_pages(&stream.bytes(), &[&page(0), &page(1), &page(2)]);
        }
    }
}
