//! Every call of a place fails in turn, wholly or half-way, once or for good: for every format, for fresh
//! documents and those that pages are added to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use crate::disk::{Disk, Event, Failure};
use crate::foreign::{Pixels, run};
use crate::scenes;
use crate::scenes::{Scene, page_rows};
use crate::tiff_support::Page;
use quire_formats::tiff::Compression;
use quire_formats::{DocumentFormat, DocumentWriter, NeedsSeek, Sink, WriterOptions, open_writer};
use raster::PixelType;
use wia::ErrorKind;

/// Every how many calls one fails.
fn step() -> usize {
    match std::env::var_os("QUIRE_LONG") {
        Some(_) => 1,
        None => 5,
    }
}

#[test]
fn documents_of_many_pages() {
    let mut trials = 0;
    for (n, scene) in scenes::all().iter().enumerate() {
        let calls = scene.write(1).calls();
        assert!(calls > 20, "{}: {calls} calls", scene.name);
        for failure in Failure::ALL {
            for call in (n % step()..calls).step_by(step()) {
                let what = format!("{}, {failure:?} at call {call}", scene.name);
                fails(scene, call, failure, &what);
                trials += 1;
            }
        }
    }
    let least = if step() == 1 { 2000 } else { 400 };
    assert!(trials >= least, "{trials} trials only");
    println!("{trials} trials");
}

/// Writes with a call that fails, and looks at what stands there at once, after what the writer offers then,
/// and when pages are added later.
fn fails(scene: &Scene, call: usize, failure: Failure, what: &str) {
    let (disk, mut writer) = scene.start();
    let mut disk = disk.failing(call, failure);
    let total = scene.pages.len();
    let mut done = 0;
    while done < total {
        let page = &scene.pages[done];
        let mut begun = done;
        let written = page_rows(writer.as_mut(), page).and_then(|()| {
            begun += 1;
            writer.end_page()
        });
        let error = match written {
            // The page is complete; that it is durable nobody was told.
            Ok(_) if disk.barrier().is_err() => {
                done += 1;
                if !failure.lasts() {
                    continue;
                }
                break;
            }
            Ok(_) => {
                done += 1;
                continue;
            }
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::MediumFull, "{what}: {error}");
        assert!(disk.has_failed(), "{what}");
        killed(scene, &disk, done, begun, what);
        // It stays failed.
        assert!(writer.rows(page.band()).is_err(), "{what}");
        assert!(writer.end_page().is_err(), "{what}");
        assert!(
            failure.lasts() || begun == done || writer.finish().is_err(),
            "{what}"
        );
        killed(scene, &disk, done, begun, what);
        let abandoned = writer.abandon_page();
        killed(scene, &disk, done, begun, what);
        if failure.lasts() {
            break;
        }
        abandoned.unwrap_or_else(|e| panic!("{what}: {e}"));
    }
    match writer.finish() {
        Ok(()) => {
            let bytes = disk.bytes();
            if scene.before.len() + done > 0 {
                let found = scene.look(&bytes, what);
                assert!(
                    found >= scene.before.len() + done,
                    "{what}: {found}, {done} told"
                );
                scene.old_is_there(&bytes, what);
            } else {
                assert!(bytes.len() < 32, "{what}");
            }
        }
        Err(error) => assert!(disk.has_failed(), "{what}: {error}"),
    }
    let begun = (done + 1).min(total);
    killed(scene, &disk, done, begun, what);
    // There is room again, and somebody goes on.
    let left = scene.recovered(&disk.bytes(), done, begun, what);
    let disk = Disk::holding(&left);
    let mut writer = scene.writer(disk.clone());
    let there = match left.is_empty() {
        true => 0,
        false => scene.look(&left, what) - scene.before.len(),
    };
    for page in &scene.pages[there..] {
        page_rows(writer.as_mut(), page).unwrap();
        writer.end_page().unwrap();
    }
    writer.finish().unwrap();
    let bytes = disk.bytes();
    assert_eq!(
        scene.look(&bytes, what),
        scene.before.len() + total,
        "{what}"
    );
    scene.old_is_there(&bytes, what);
}

/// The program ends here.
fn killed(scene: &Scene, disk: &Disk, done: usize, begun: usize, what: &str) {
    let bytes = disk.bytes();
    scene.old_is_there(&bytes, what);
    scene.recovered(&bytes, done, begun, what);
}

/// A document of one page, and what foreign programs see in it.
struct OnePage {
    format: DocumentFormat,
    pixel: PixelType,
    decode: fn(&[u8]) -> Option<Pixels>,
}

/// In a RAW nobody sees anything.
const ONE_PAGE: [OnePage; 4] = [
    OnePage {
        format: DocumentFormat::Png,
        pixel: PixelType::Rgb8,
        decode: |bytes| Some(Pixels::of_pnm(&run("pngtopnm", &[], bytes))),
    },
    OnePage {
        format: DocumentFormat::Jpeg,
        pixel: PixelType::Gray8,
        decode: |bytes| {
            assert!(!run("djpeg", &[], bytes).is_empty());
            None
        },
    },
    OnePage {
        format: DocumentFormat::Bmp,
        pixel: PixelType::Rgb8,
        decode: |bytes| Some(Pixels::of_pnm(&run("bmptopnm", &["-quiet"], bytes))),
    },
    OnePage {
        format: DocumentFormat::Raw,
        pixel: PixelType::Rgb8,
        decode: |_| None,
    },
];

fn options() -> WriterOptions {
    WriterOptions {
        compression: Compression::Deflate,
        ..WriterOptions::default()
    }
}

fn open(format: DocumentFormat, disk: &Disk) -> Box<dyn DocumentWriter + Send> {
    open_writer(format, Box::new(disk.clone()), &options()).unwrap()
}

/// What came of the calls on a page, the document's end included.
fn write(writer: &mut dyn DocumentWriter, pages: &[Page]) -> wia::Result<()> {
    for page in pages {
        page_rows(writer, page)?;
        writer.end_page()?;
    }
    writer.finish()
}

#[test]
fn documents_of_one_page() {
    for one in &ONE_PAGE {
        for (pipe, known) in [(false, true), (false, false), (true, true)] {
            if pipe && one.format.abilities().needs_seek == NeedsSeek::Always {
                continue;
            }
            let mut page = Page::new(one.pixel, 301, 240, 7);
            page.layout.y_dpi = page.layout.x_dpi;
            let page = if known { page } else { page.unknown_height() };
            let pixels = Pixels::of_rows(one.pixel, 301, &page.data);
            let pages = [page];
            let place = || {
                if pipe {
                    Disk::pipe()
                } else {
                    Disk::holding(b"before")
                }
            };
            let whole = place();
            write(open(one.format, &whole).as_mut(), &pages).unwrap();
            let start = if pipe { 0 } else { 6 };
            if let Some(found) = (one.decode)(&whole.bytes()[start..]) {
                assert!(found == pixels, "{}", one.format.name());
            }
            for failure in Failure::ALL {
                for call in 0..whole.calls() {
                    let name = one.format.name();
                    let what = format!("{name}, pipe {pipe}, {known}, {failure:?} at {call}");
                    let disk = place().failing(call, failure);
                    let mut writer = open(one.format, &disk);
                    let error = write(writer.as_mut(), &pages).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::MediumFull, "{what}: {error}");
                    goes_on(writer.as_mut(), &pages, &disk, &whole.bytes(), &what);
                }
            }
        }
    }
}

/// After a failure: nothing succeeds but taking the page back; then either the place is as it was and
/// the document can be made, or it never says that it was.
fn goes_on(writer: &mut dyn DocumentWriter, pages: &[Page], disk: &Disk, whole: &[u8], what: &str) {
    assert!(writer.rows(pages[0].band()).is_err(), "{what}");
    assert!(writer.end_page().is_err(), "{what}");
    assert!(writer.finish().is_err(), "{what}");
    let _ = writer.abandon_page();
    disk.heal();
    let taken_back = writer.abandon_page();
    let again = write(writer, pages);
    let same = disk.bytes() == whole;
    assert_eq!(
        again.is_ok(),
        same,
        "{what}: {taken_back:?}, then {again:?}"
    );
    assert!(disk.0.lock().unwrap().pipe || again.is_ok(), "{what}");
}

/// Into a pipe nothing can be taken back: either the document ends with the pages that were told, or
/// nothing succeeds any more.
#[test]
fn documents_of_many_pages_into_a_pipe() {
    for scene in scenes::all() {
        let format = match scene.name.as_str() {
            "TIFF" => DocumentFormat::Tiff,
            "PDF" => DocumentFormat::Pdf,
            "PDF/A" => DocumentFormat::Pdfa,
            _ => continue,
        };
        let whole = Disk::pipe();
        write(open(format, &whole).as_mut(), &scene.pages).unwrap();
        assert_eq!(scene.look(&whole.bytes(), &scene.name), 3);
        for failure in Failure::ALL {
            for call in 0..whole.calls() {
                let what = format!("{} into a pipe, {failure:?} at {call}", scene.name);
                let disk = Disk::pipe().failing(call, failure);
                let mut writer = open(format, &disk);
                let told = scene
                    .pages
                    .iter()
                    .map_while(|page| {
                        page_rows(writer.as_mut(), page)
                            .and_then(|()| writer.end_page())
                            .ok()
                    })
                    .count();
                assert!(
                    told < 3 || !disk.has_failed() || writer.finish().is_err(),
                    "{what}"
                );
                let _ = writer.abandon_page();
                disk.heal();
                let _ = writer.abandon_page();
                let finished = writer.finish();
                let bytes = disk.bytes();
                if finished.is_ok() && !bytes.is_empty() {
                    assert_eq!(scene.look(&bytes, &what), told, "{what}");
                }
                let again = write(writer.as_mut(), &scene.pages);
                assert!(
                    again.is_err() || scene.look(&disk.bytes(), &what) == 3,
                    "{what}"
                );
            }
        }
    }
}

/// The notes of a test are no calls.
#[test]
fn a_disk_is_as_a_test_wants() {
    let mut disk = Disk::default().failing(1, Failure::OnceShort);
    disk.note(Event::Ending);
    disk.write_all(b"ab").unwrap();
    assert!(disk.write_all(b"cdef").is_err());
    disk.write_all(b"g").unwrap();
    assert_eq!(disk.bytes(), b"abcdg");
}
