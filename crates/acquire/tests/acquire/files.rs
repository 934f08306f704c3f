//! Where documents go, and what is there already.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use quire_acquire::{Compression, Outcome, Settings};
use wia::{Error, ErrorKind, Status};

use crate::documents::{Gray, gray_png, gray_raw, gray_tiff, read};
use crate::rig::{Scratch, Watcher, names, refused, scan, scan_watched, settings};
use crate::scripted::{Call, HEIGHT, Scripted, Stop, Told, page, raw_header, raw_page};

fn packed(path: impl Into<std::path::PathBuf>, compression: Option<Compression>) -> Settings {
    Settings {
        compression,
        ..settings(path)
    }
}

/// Two pages, whichever way they travel.
fn two(call: &mut Call<'_>) -> Told {
    if call.context.tymed == wia::Tymed::File {
        call.raw_page(1)?;
        call.raw_page(2)?;
    } else {
        call.tiff_pages(2)?;
    }
    Ok(Status::Ok)
}

fn failed(kind: ErrorKind) -> Told {
    Err(Stop::Failed(Error::new(kind, "")))
}

#[test]
fn a_document_has_its_name_when_it_is_complete_and_not_before() {
    for compression in [Compression::None, Compression::Deflate] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        fs::write(&path, "old").unwrap();
        let (folder, old) = (scratch.path("."), path.clone());
        let scanner = Scripted::new(move |call| {
            let told = two(call)?;
            assert_eq!(names(&folder), [".out.tiff.partial", "out.tiff"]);
            assert_eq!(read(&old), b"old");
            Ok(told)
        });
        let outcome = scan(&scanner.device(), &packed(&path, Some(compression)));
        assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
        assert_eq!(gray_tiff(&path), [page(1), page(2)]);
        assert_eq!(scratch.names(), ["out.tiff"]);
    }
}

#[test]
fn each_page_has_its_name_when_it_is_complete_and_not_before() {
    let scratch = Scratch::new();
    let folder = scratch.path(".");
    let scanner = Scripted::new(move |call| {
        call.raw_page(1)?;
        assert_eq!(names(&folder), [".1.png.partial"]);
        call.raw_page(2)?;
        assert_eq!(names(&folder), [".2.png.partial", "1.png"]);
        failed(ErrorKind::PaperJam)
    });
    let outcome = scan(&scanner.device(), &packed(scratch.path("%d.png"), None));
    assert_eq!((outcome.exit_code(), outcome.pages), (4, 2));
    assert_eq!(scratch.names(), ["1.png", "2.png"]);
}

#[test]
fn a_file_is_built_beside_what_a_link_leads_to() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("far")).unwrap();
    // There is nothing yet.
    symlink("far/real.tiff", scratch.path("link.tiff")).unwrap();
    let far = scratch.path("far");
    let seen = far.clone();
    let scanner = Scripted::new(move |call| {
        let told = two(call)?;
        assert_eq!(names(&seen), [".real.tiff.partial"]);
        Ok(told)
    });
    let outcome = scan(&scanner.device(), &settings(scratch.path("link.tiff")));
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
    assert_eq!(outcome.files, [far.join("real.tiff")]);
    assert_eq!(gray_tiff(&far.join("real.tiff")), [page(1), page(2)]);
    assert!(scratch.path("link.tiff").is_symlink());
    assert_eq!(scratch.names(), ["far", "link.tiff"]);
}

/// A scan that must not begin: no paper moves, and nothing is made.
#[track_caller]
fn never_begins(settings: &Settings, code: u8, parts: &[&str]) {
    let called = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&called);
    let scanner = Scripted::new(move |_| {
        seen.store(true, Ordering::Release);
        Ok(Status::EndOfMedia)
    });
    let e = refused(&scanner.device(), settings);
    assert_eq!(e.kind().exit_code(), code, "{e}");
    for part in parts {
        assert!(e.to_string().contains(part), "{e}");
    }
    assert!(!e.to_string().contains('\n'), "{e}");
    assert!(!called.load(Ordering::Acquire));
}

#[test]
fn two_scans_into_one_file() {
    for (output, partial) in [
        ("out.tiff", ".out.tiff.partial"),
        ("%d.png", ".1.png.partial"),
    ] {
        let scratch = Scratch::new();
        let path = scratch.path(output);
        let second = path.clone();
        let scanner = Scripted::new(move |call| {
            never_begins(&packed(&second, None), 6, &[partial, "in use"]);
            two(call)
        });
        let outcome = scan(&scanner.device(), &packed(&path, None));
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
    }
}

#[test]
fn what_a_crash_left_is_never_overwritten() {
    let scratch = Scratch::new();
    for (output, left) in [
        ("out.tiff", ".out.tiff.partial"),
        ("p%d.png", ".p1.png.partial"),
        ("q%d.png", ".q2.png.partial"),
        ("r%02d.png", ".r17.png.partial"),
    ] {
        fs::write(scratch.path(left), "precious").unwrap();
        let settings = packed(scratch.path(output), None);
        never_begins(&settings, 7, &[left, "quire recover"]);
        assert_eq!(read(&scratch.path(left)), b"precious");
    }
    assert_eq!(scratch.names().len(), 4);
    // It is in nobody's way when no page gets that name.
    let one = Settings {
        pages: Some(1),
        ..packed(scratch.path("q%d.png"), None)
    };
    let scanner = Scripted::new(|call| call.raw_page(1).map(|()| Status::Ok));
    assert_eq!(scan(&scanner.device(), &one).exit_code(), 0);
}

#[test]
fn a_page_of_its_own_replaces_nothing_but_a_file() {
    for place in ["directory", "link", "FIFO"] {
        let scratch = Scratch::new();
        let in_the_way = scratch.path("p2.png");
        match place {
            "directory" => fs::create_dir(&in_the_way).unwrap(),
            "link" => symlink("/", &in_the_way).unwrap(),
            _ => assert_eq!(scratch.fifo("p2.png"), in_the_way),
        }
        never_begins(&packed(scratch.path("p%d.png"), None), 7, &["p2.png"]);
        assert_eq!(scratch.names(), ["p2.png"]);
    }
}

#[test]
fn a_page_goes_where_its_link_leads() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("far")).unwrap();
    symlink("far/two.png", scratch.path("p2.png")).unwrap();
    fs::write(scratch.path("far/.two.png.partial"), "precious").unwrap();
    let settings = packed(scratch.path("p%d.png"), None);
    never_begins(&settings, 7, &[".two.png.partial"]);
    fs::remove_file(scratch.path("far/.two.png.partial")).unwrap();
    assert_eq!(scan(&Scripted::new(two).device(), &settings).exit_code(), 0);
    assert_eq!(gray_png(&read(&scratch.path("far/two.png"))), page(2));
}

#[test]
fn no_page_replaces_another_of_its_scan() {
    for there in [true, false] {
        let scratch = Scratch::new();
        symlink("p2.png", scratch.path("p1.png")).unwrap();
        if there {
            fs::write(scratch.path("p2.png"), "old").unwrap();
        }
        let scanner = Scripted::new(two);
        let outcome = scan(&scanner.device(), &packed(scratch.path("p%d.png"), None));
        assert_eq!((outcome.exit_code(), outcome.pages), (7, 1));
        let text = outcome.error().unwrap().to_string();
        assert!(
            text.contains("p2.png") && text.contains("another page"),
            "{text}"
        );
        assert_eq!(gray_png(&read(&scratch.path("p2.png"))), page(1));
        assert_eq!(scratch.names(), ["p1.png", "p2.png"]);
    }
}

#[test]
fn a_directory_that_takes_no_files() {
    // Not even from root.
    for output in ["out.tiff", "p%d.png"] {
        let path = Path::new("/proc/self").join(output);
        never_begins(&packed(path, None), 7, &["not permitted"]);
    }
}

#[test]
fn a_name_that_ends_like_a_directorys() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("there.tiff")).unwrap();
    for name in ["new.tiff/", "new.tiff/.", "p%d.tiff/", "there.tiff/"] {
        never_begins(&settings(scratch.path(name)), 2, &[name, "directory"]);
    }
    symlink("nothing.tiff/", scratch.path("link.tiff")).unwrap();
    never_begins(
        &settings(scratch.path("link.tiff")),
        7,
        &["nothing.tiff/", "directory"],
    );
    assert_eq!(scratch.names(), ["link.tiff", "there.tiff"]);
}

#[test]
fn a_device_that_is_full_is_never_a_success() {
    let one = |settings| Settings {
        pages: Some(1),
        ..settings
    };
    let full = |format, compression| Settings {
        format: Some(format),
        ..packed("/dev/full", compression)
    };
    use quire_acquire::DocumentFormat::{Jpeg, Png, Raw, Tiff};
    for settings in [
        full(Tiff, Some(Compression::None)),
        full(Tiff, Some(Compression::Deflate)),
        full(Tiff, Some(Compression::Lzw)),
        one(full(Png, None)),
        one(full(Jpeg, None)),
        one(full(Raw, None)),
    ] {
        let outcome = scan(&Scripted::new(two).device(), &settings);
        let e = outcome.error().unwrap();
        assert_eq!((outcome.exit_code(), e.kind()), (7, ErrorKind::MediumFull));
        assert_eq!(outcome.pages, 0);
        // What happens to the device afterwards hides nothing.
        let scanner = Scripted::new(|call| {
            call.raw_page(1)?;
            failed(ErrorKind::PaperJam)
        });
        if settings.format != Some(Tiff) {
            let outcome = scan(&scanner.device(), &settings);
            assert_eq!(outcome.exit_code(), 7, "{:?}", outcome.result);
        }
    }
}

#[test]
fn a_driver_cannot_hide_that_the_output_is_full() {
    use quire_acquire::DocumentFormat::{Raw, Tiff};
    let ends: [fn() -> Told; 4] = [
        || Ok(Status::Ok),
        || Ok(Status::EndOfMedia),
        || failed(ErrorKind::General),
        || failed(ErrorKind::PaperJam),
    ];
    for (format, pages) in [(Tiff, None), (Raw, Some(1))] {
        for end in ends {
            let scanner = Scripted::new(move |call| {
                let mut stream = call.stream()?;
                if call.context.tymed == wia::Tymed::File {
                    assert!(stream.write(&raw_page(1)).is_err());
                    stream.set_size(0)?;
                } else {
                    assert!(call.tiff_rows(stream.as_mut(), 1, HEIGHT).is_err());
                    transfer::abandon_page(call.context, stream.as_mut())?;
                }
                end()
            });
            let full = Settings {
                format: Some(format),
                pages,
                ..packed("/dev/full", Some(Compression::None))
            };
            let outcome = scan(&scanner.device(), &full);
            let e = outcome.error().unwrap();
            assert_eq!(
                (outcome.exit_code(), e.kind()),
                (7, ErrorKind::MediumFull),
                "{e}"
            );
        }
    }
}

#[test]
fn a_device_that_keeps_nothing_gets_every_page() {
    for compression in [Compression::None, Compression::Deflate] {
        let null = Settings {
            format: Some(quire_acquire::DocumentFormat::Tiff),
            ..packed("/dev/null", Some(compression))
        };
        let watcher = Watcher::new();
        let outcome = scan_watched(&Scripted::new(two).device(), &null, &watcher);
        assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
        assert!(outcome.files.is_empty());
        assert_eq!(watcher.page_count(), 2);
    }
}

/// Scans one page into a FIFO; gives what came out of it.
fn through_a_fifo(ending: &str, script: fn(&mut Call<'_>) -> Told) -> (Outcome, Vec<u8>) {
    let scratch = Scratch::new();
    let path = scratch.fifo(&format!("out.{ending}"));
    let one = Settings {
        pages: Some(1),
        ..packed(&path, None)
    };
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut bytes = Vec::new();
            File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        });
        let outcome = scan(&Scripted::new(script).device(), &one);
        (outcome, reading.join().unwrap())
    })
}

#[test]
fn a_fifo_gets_a_page_whose_height_was_known_too_late() {
    let late = |call: &mut Call<'_>| {
        let mut stream = call.stream()?;
        stream.write(&raw_header(None).encode())?;
        stream.write(&page(1).pixels)?;
        stream.seek(std::io::SeekFrom::Start(0))?;
        stream.write(&raw_header(Some(HEIGHT)).encode())?;
        Ok(Status::Ok)
    };
    let (outcome, bytes) = through_a_fifo("png", late);
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 1));
    assert_eq!(gray_png(&bytes), page(1));
    let (outcome, bytes) = through_a_fifo("raw", late);
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 1));
    assert_eq!(gray_raw(&bytes), page(1));
}

#[test]
fn a_page_in_a_fifo_that_became_shorter_is_filled_up_with_white() {
    let (outcome, bytes) = through_a_fifo("raw", |call| {
        let mut stream = call.stream()?;
        stream.write(&raw_header(Some(HEIGHT)).encode())?;
        stream.write(page(1).row(0))?;
        stream.seek(std::io::SeekFrom::Start(0))?;
        stream.write(&raw_header(Some(1)).encode())?;
        Ok(Status::Ok)
    });
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 1));
    let Gray { height, pixels, .. } = gray_raw(&bytes);
    assert_eq!(height, HEIGHT);
    let (first, rest) = pixels.split_at(page(1).width as usize);
    assert_eq!(first, page(1).row(0));
    assert!(rest.iter().all(|white| *white == 0xFF));
}

#[test]
fn a_page_in_a_fifo_that_breaks_off_is_no_page() {
    let (outcome, _) = through_a_fifo("raw", |call| {
        let mut stream = call.stream()?;
        stream.write(&raw_header(Some(HEIGHT)).encode())?;
        stream.write(page(1).row(0))?;
        Ok(Status::Ok)
    });
    assert_eq!((outcome.exit_code(), outcome.pages), (8, 0));
}

#[test]
fn a_target_that_becomes_a_directory_leaves_the_data_and_says_where() {
    for compression in [Compression::None, Compression::Deflate] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let target = path.clone();
        let scanner = Scripted::new(move |call| {
            let _ = two(call)?;
            fs::create_dir(&target).unwrap();
            failed(ErrorKind::PaperJam)
        });
        let outcome = scan(&scanner.device(), &packed(&path, Some(compression)));
        assert_eq!((outcome.exit_code(), outcome.pages), (7, 0));
        let text = outcome.error().unwrap().to_string();
        assert!(
            text.contains(".out.tiff.partial") && text.contains("jam"),
            "{text}"
        );
        assert_eq!(
            gray_tiff(&scratch.path(".out.tiff.partial")),
            [page(1), page(2)]
        );
    }
}
