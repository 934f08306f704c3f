//! Sinks that fail, programs that are killed, documents that are made again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use crate::pdf_support;
use std::io::{self, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::pdf_support::{Page, assert_images, document, options};
use crate::sinks::Shared;
use quire_formats::pdf::{Conformance, Options, Writer, recover};
use quire_formats::tiff::Compression;
use quire_formats::{DocumentFormat, DocumentWriter, Profile, Sink, SinkAbilities};
use raster::PixelType;
use wia::ErrorKind;

fn pages() -> Vec<Page> {
    vec![
        Page::new(PixelType::Gray8, 31, 17, 72),
        // More than is gathered before it is written.
        Page::new(PixelType::Rgb8, 300, 200, 72).unknown_height(),
        Page::new(PixelType::Bw1, 20, 9, 72),
    ]
}

fn scenarios() -> Vec<(&'static str, Options)> {
    vec![
        ("plain", options(Compression::None)),
        (
            "PDF/A with a profile",
            Options {
                conformance: Conformance::A2b,
                profile: Some(Profile::srgb()),
                ..options(Compression::Deflate)
            },
        ),
    ]
}

/// A sink fails at its n-th call, for every n. After `abandon_page` the finished pages are there, and
/// when the sink works again the document can be written to its end.
#[test]
fn a_sink_that_fails_at_any_call() {
    for (name, options) in scenarios() {
        for before in [&b""[..], b"before"] {
            let whole = Shared::after(before);
            pdf_support::write(whole.clone(), options.clone(), &pages());
            assert!(whole.calls() > 20);
            for call in 0..whole.calls() {
                let what = format!("{name}, call {call}");
                let sink = Shared::after(before);
                sink.0.lock().unwrap().fail_at = Some(call);
                let mut writer = Writer::new(sink.clone(), options.clone());
                let mut failures = 0;
                for page in pages() {
                    while let Err(error) = page.write(&mut writer) {
                        failures += 1;
                        assert_eq!(error.kind(), ErrorKind::MediumFull, "{what}");
                        let done = writer.pages();
                        writer.abandon_page().unwrap();
                        assert_eq!(writer.pages(), done, "{what}");
                    }
                }
                while let Err(error) = writer.finish() {
                    failures += 1;
                    assert_eq!(error.kind(), ErrorKind::MediumFull, "{what}");
                }
                assert_eq!(failures, 1, "{what}");
                assert!(sink.bytes() == whole.bytes(), "{what}");
            }
        }
    }
}

/// One that fails for good leaves what a later [`recover`] makes a document of.
#[test]
fn a_sink_that_fails_for_good() {
    for (name, options) in scenarios() {
        let whole = Shared::after(b"");
        pdf_support::write(whole.clone(), options.clone(), &pages());
        for call in 0..whole.calls() {
            let what = format!("{name}, call {call}");
            let sink = Shared::failing_at(call);
            {
                let mut state = sink.0.lock().unwrap();
                state.bytes = io::Cursor::default();
                state.stays_broken = true;
            }
            let mut writer = Writer::new(sink.clone(), options.clone());
            let mut done = 0;
            for page in pages() {
                if page.write(&mut writer).is_err() {
                    assert!(writer.abandon_page().is_err() || call == 0, "{what}");
                    break;
                }
                done += 1;
            }
            assert!(writer.finish().is_err() || call == 0, "{what}");
            let end = if done == 3 { 3 } else { done + 1 };
            recovered(&sink.bytes(), done..=end, &whole.bytes(), &what);
        }
    }
}

/// What is in the file after any byte is recoverable, with the pages that were complete by then; a page's
/// end is its record's end.
#[test]
fn cut_at_any_byte() {
    let pages = [
        Page::new(PixelType::Gray8, 31, 17, 72),
        Page::new(PixelType::Gray8, 9, 5, 72).unknown_height(),
        Page::new(PixelType::Bw1, 20, 9, 72),
    ];
    for (name, options) in scenarios() {
        let mut ends = Vec::new();
        let sink = Shared::after(b"");
        let mut writer = Writer::new(sink.clone(), options.clone());
        for page in &pages {
            ends.push(page.write(&mut writer).unwrap().document_bytes as usize);
        }
        writer.finish().unwrap();
        let whole = sink.bytes();
        let documents: Vec<_> = (1..=3)
            .map(|n| document(options.clone(), &pages[..n]))
            .collect();
        assert!(documents[2] == whole);
        for at in 0..=whole.len() {
            let expected = ends.iter().filter(|end| **end <= at).count();
            let found = recovered(&whole[..at], expected..=expected, &whole, name);
            match expected {
                0 => assert!(found == whole[..at]),
                n => assert!(
                    ended(&found) == ended(&documents[n - 1]),
                    "{name}, byte {at}"
                ),
            }
        }
    }
}

/// Without the end of the last line, which a document may lack.
fn ended(document: &[u8]) -> &[u8] {
    document.trim_ascii_end()
}

/// Recovers these bytes; returns what became of them.
fn recovered(
    bytes: &[u8],
    pages: std::ops::RangeInclusive<usize>,
    whole: &[u8],
    what: &str,
) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let handle = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(file.path())
        .unwrap();
    let found = recover(&handle).unwrap();
    let after = std::fs::read(file.path()).unwrap();
    assert!(pages.contains(&(found.pages as usize)), "{what}: {found:?}");
    if found.pages == 0 {
        assert_eq!(found.end, 0, "{what}");
        assert_eq!(found.cut.unwrap().kind(), ErrorKind::InputDamaged, "{what}");
        assert!(after == bytes, "{what}");
    } else {
        assert_eq!(found.end, after.len() as u64, "{what}");
        if found.pages == 3 {
            assert!(
                ended(&after) == ended(whole) && found.cut.is_none(),
                "{what}: {found:?}"
            );
        }
    }
    after
}

/// A power loss leaves the last page's record, but not all of its data: the page before is the last.
#[test]
fn a_torn_last_page() {
    let options = options(Compression::None);
    let sink = Shared::after(b"");
    let mut writer = Writer::new(sink.clone(), options.clone());
    let mut ends = Vec::new();
    for page in pages() {
        ends.push(page.write(&mut writer).unwrap().document_bytes as usize);
    }
    let whole = sink.bytes();
    for at in (ends[1]..ends[2]).step_by(7) {
        let mut torn = whole.clone();
        torn[at] ^= 0x55;
        let found = recovered(&torn, 2..=2, &whole, "torn");
        assert!(found == document(options.clone(), &pages()[..2]));
        assert_images(&found, &pages()[..2], "torn");
    }
}

/// The same through the one door for all formats.
#[test]
fn recovered_like_any_document() {
    let options = options(Compression::None);
    let whole = document(options.clone(), &pages());
    let mut file = tempfile::tempfile().unwrap();
    Sink::write_all(&mut file, &whole[..whole.len() - 9]).unwrap();
    let found = quire_formats::recover(&file).unwrap();
    assert_eq!((found.format, found.pages), (DocumentFormat::Pdf, 3));
    assert_eq!(file.metadata().unwrap().len(), whole.len() as u64);
    let mut file = tempfile::tempfile().unwrap();
    Sink::write_all(&mut file, &whole[..1000]).unwrap();
    let error = quire_formats::recover(&file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputDamaged);
    assert_eq!(file.metadata().unwrap().len(), 1000);
}

/// A record inside of an image is no record: it tells of another place.
#[test]
fn records_in_pictures() {
    let options = options(Compression::None);
    let other = document(options.clone(), &pages());
    let width = other.len() as u32;
    let mut page = Page::new(PixelType::Gray8, width, 1, 72);
    page.rows = other;
    let pages = [pages()[0].clone(), page];
    let sink = Shared::after(b"");
    let mut writer = Writer::new(sink.clone(), options.clone());
    let first = pages[0].write(&mut writer).unwrap().document_bytes as usize;
    pages[1].write(&mut writer).unwrap();
    let two = sink.bytes();
    // The second page's record is missing.
    let cut = two.len() - 20;
    let found = recovered(&two[..cut], 1..=1, &two, "picture");
    assert!(found[..first] == two[..first]);
    assert_images(&found, &pages[..1], "picture");
}

#[test]
fn what_is_no_document_of_ours() {
    for bytes in [
        &b""[..],
        b"%PDF-1.7\n",
        b"\n%Quire at 1 page",
        &[0xFF; 100_000],
    ] {
        recovered(bytes, 0..=0, b"", "none");
    }
}

/// A disk of `room` bytes that can set room aside.
#[derive(Clone)]
struct Disk {
    bytes: Shared,
    room: u64,
    aside: Arc<AtomicU64>,
    largest_write: Arc<Mutex<usize>>,
}

impl Disk {
    fn new(room: u64) -> Disk {
        Disk {
            bytes: Shared::after(b""),
            room,
            aside: Arc::default(),
            largest_write: Arc::default(),
        }
    }
}

impl Sink for Disk {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let mut largest = self.largest_write.lock().unwrap();
        *largest = data.len().max(*largest);
        drop(largest);
        let end = self.bytes.position() + data.len() as u64;
        if end > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.write_all(data)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.aside.store(0, Ordering::Relaxed);
        self.bytes.set_len(len)
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }

    fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        let end = self.bytes.bytes().len() as u64 + bytes;
        if end > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.aside.store(end, Ordering::Relaxed);
        Ok(())
    }
}

/// Wherever the disk is full: the pages that were told complete get their ending, and no room stays set
/// aside.
#[test]
fn a_full_disk_does_not_cost_finished_pages() {
    let options = options(Compression::None);
    let pages: Vec<Page> = (0..70)
        .map(|i| Page::new(PixelType::Gray8, 40 + i, 9, 72))
        .collect();
    let all = document(options.clone(), &pages).len() as u64;
    for room in (0..all + 20_000).step_by(997) {
        let disk = Disk::new(room);
        let mut writer = Writer::new(disk.clone(), options.clone());
        let mut done = 0;
        for page in &pages {
            match page.write(&mut writer) {
                Ok(_) => done += 1,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::MediumFull);
                    writer.abandon_page().unwrap();
                    break;
                }
            }
        }
        writer.finish().unwrap();
        let bytes = disk.bytes.bytes();
        assert_eq!(disk.aside.load(Ordering::Relaxed), 0);
        match done {
            0 => assert!(bytes.is_empty()),
            n => assert!(bytes == document(options.clone(), &pages[..n])),
        }
        assert!(done > 0 || room < 20_000);
    }
}

/// A sink that counts and forgets.
struct Nowhere(u64);

impl Sink for Nowhere {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        // What is kept by the writer is what is written at once, and the encoder's state.
        if data.len() > 256 * 1024 {
            return Err(io::Error::other(format!("{} bytes at once", data.len())));
        }
        self.0 += data.len() as u64;
        Ok(())
    }

    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(self.0)
    }

    fn set_len(&mut self, _: u64) -> io::Result<()> {
        panic!("nothing failed");
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: false }
    }
}

#[test]
fn pieces_stay_small() {
    for compression in [Compression::None, Compression::Deflate, Compression::Jpeg] {
        let page = Page::new(PixelType::Rgb8, 1000, 1500, 72);
        let pages = [page.clone(), page.unknown_height()];
        pdf_support::write(Nowhere(0), options(compression), &pages);
    }
}

/// What stands before the first page is looked at as well: it was not durable before that page was.
#[test]
fn a_torn_beginning() {
    let options = options(Compression::None);
    let whole = document(options.clone(), &pages());
    let mark = whole.windows(9).position(|w| w == b"%Quire at").unwrap();
    for at in (0..mark).step_by(11) {
        let mut torn = whole.clone();
        torn[at] ^= 0x55;
        torn.truncate(whole.len() - 30);
        let file = tempfile::tempfile().unwrap();
        Sink::write_all(&mut file.try_clone().unwrap(), &torn).unwrap();
        let found = recover(&file).unwrap();
        assert_eq!((found.pages, found.end), (0, 0), "{at}: {found:?}");
    }
}

/// Pages that were not made durable one by one: the first that is torn ends the document, and a record that
/// is lost hides none that stand before it.
#[test]
fn a_torn_page_in_the_middle() {
    let options = options(Compression::None);
    let sink = Shared::after(b"");
    let mut writer = Writer::new(sink.clone(), options.clone());
    let mut ends = Vec::new();
    for page in pages() {
        ends.push(page.write(&mut writer).unwrap().document_bytes as usize);
    }
    let whole = sink.bytes();
    let one = document(options, &pages()[..1]);
    for at in (ends[0]..ends[1]).step_by(1001).chain([ends[1] - 20]) {
        let mut torn = whole.clone();
        torn[at] ^= 0x55;
        assert!(recovered(&torn, 1..=1, &whole, "middle") == one, "{at}");
    }
}

/// The trailer has reached the disk, the tree of the pages before it has not.
#[test]
fn a_torn_ending() {
    let options = options(Compression::None);
    let whole = document(options, &pages());
    let node = whole
        .windows(12)
        .rposition(|w| w == b"/Type/Pages/")
        .unwrap();
    for at in [node, node + 30, whole.len() - 400] {
        let mut torn = whole.clone();
        torn[at..at + 8].fill(0);
        assert!(recovered(&torn, 3..=3, &whole, "ending") == whole, "{at}");
    }
}
