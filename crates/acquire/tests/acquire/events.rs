//! What an application is told, and when.

use std::fs::File;
use std::sync::{Arc, Mutex};

use quire_acquire::{Cancel, Compression, Event, Settings, Source, plan};
use wia::{Error, ErrorKind, Status, Tymed};

use crate::documents::{gray_png, read};
use crate::rig::{Scratch, Watcher, run, scan_watched, settings};
use crate::scripted::{Call, HEIGHT, Scripted, Stop, Told, page, raw_page};

const WAYS: [Compression; 2] = [Compression::None, Compression::Deflate];

fn packed(scratch: &Scratch, compression: Compression) -> Settings {
    Settings {
        compression: Some(compression),
        ..settings(scratch.path("out.tiff"))
    }
}

/// Pages 1 to `pages` with a message in the middle of each.
fn talkative(call: &mut Call<'_>, pages: u32) -> Told {
    let bytes = |page: u32, rows: u32| u64::from(page * 10_000 + rows);
    if call.context.tymed == Tymed::File {
        for number in 1..=pages {
            let mut stream = call.stream()?;
            let page = raw_page(number);
            stream.write(&page[..700])?;
            call.progress(50, bytes(number, 15))?;
            stream.write(&page[700..])?;
            call.progress(100, bytes(number, 30))?;
        }
        return Ok(Status::Ok);
    }
    let mut stream = call.stream()?;
    for number in 1..=pages {
        if number > 1 {
            call.new_page()?;
        }
        call.progress(50, bytes(number, 15))?;
        call.tiff_rows(stream.as_mut(), number, HEIGHT)?;
    }
    Ok(Status::Ok)
}

#[test]
fn a_start_then_progress_and_each_page_once_in_order() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let watcher = Watcher::new();
        let scanner = Scripted::new(|call| talkative(call, 4));
        let outcome = scan_watched(&scanner.device(), &packed(&scratch, compression), &watcher);
        assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
        let events = watcher.events();
        let start = Event::Start {
            item: "0000\\Root\\Feeder".into(),
            pages: None,
        };
        assert_eq!(events[0], start);
        let starts = events.iter().filter(|e| matches!(e, Event::Start { .. }));
        assert_eq!(starts.count(), 1);
        let told = [1, 2, 3, 4].map(|page| (page, page, "front"));
        assert_eq!(watcher.pages(), told);
        // Progress names the page that is under way.
        let middles = events.iter().filter_map(|event| match event {
            Event::Progress {
                page,
                percent: 50,
                bytes,
            } => Some((*page, *bytes)),
            _ => None,
        });
        let wanted = [1, 2, 3, 4].map(|page| (page, u64::from(page) * 10_000 + 15));
        assert_eq!(middles.collect::<Vec<_>>(), wanted);
        // A page's own progress comes before the page, for it is told at the end.
        for number in 1..=4 {
            let at = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).unwrap();
            let progress = at(&|e| matches!(e, Event::Progress { page, .. } if *page == number));
            let page = at(&|e| matches!(e, Event::Page { page, .. } if *page == number));
            assert!(progress < page);
        }
    }
}

#[test]
fn a_page_is_told_when_it_is_in_the_file_and_not_before() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let found = Arc::new(Mutex::new(Vec::new()));
        let (seen, partial) = (Arc::clone(&found), scratch.path(".out.tiff.partial"));
        let watcher = Watcher::hooked(move |event| {
            if let Event::Page { page, bytes, .. } = event {
                let file = File::open(&partial).unwrap();
                let whole = formats::tiff::verify(&file).unwrap();
                assert!(whole.pages >= *page, "page {page} of {}", whole.pages);
                assert!(file.metadata().unwrap().len() >= *bytes);
                assert!(*bytes >= u64::from(*page) * 100);
                seen.lock().unwrap().push(*page);
            }
        });
        let scanner = Scripted::new(|call| talkative(call, 3));
        let outcome = scan_watched(&scanner.device(), &packed(&scratch, compression), &watcher);
        assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
        assert_eq!(*found.lock().unwrap(), [1, 2, 3]);
    }
}

#[test]
fn a_page_of_its_own_is_told_under_its_final_name() {
    let scratch = Scratch::new();
    let watcher = Watcher::hooked(|event| {
        if let Event::Page {
            page: number,
            bytes,
            file,
            ..
        } = event
        {
            let content = read(file.as_deref().unwrap());
            assert_eq!(content.len() as u64, *bytes);
            assert_eq!(gray_png(&content), page(*number));
        }
    });
    let each = Settings {
        compression: None,
        ..settings(scratch.path("%d.png"))
    };
    let scanner = Scripted::new(|call| talkative(call, 3));
    let outcome = scan_watched(&scanner.device(), &each, &watcher);
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
    assert_eq!(watcher.page_count(), 3);
}

#[test]
fn a_page_that_is_not_complete_is_never_told() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let watcher = Watcher::new();
        let scanner = Scripted::new(|call| {
            if call.context.tymed == Tymed::File {
                call.raw_page(1)?;
                call.stream()?.write(&raw_page(2)[..900])?;
            } else {
                let mut stream = call.tiff_pages(1)?;
                call.new_page()?;
                call.tiff_rows(stream.as_mut(), 2, HEIGHT - 1)?;
            }
            call.status(99)?;
            Err(Stop::Failed(Error::new(ErrorKind::PaperJam, "")))
        });
        let outcome = scan_watched(&scanner.device(), &packed(&scratch, compression), &watcher);
        assert_eq!((outcome.exit_code(), outcome.pages), (4, 1));
        assert_eq!(watcher.pages(), [(1, 1, "front")]);
    }
}

#[test]
fn pages_of_a_driver_that_counts_none_are_told_at_the_end() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| talkative(call, 3));
    crate::rig::scan(&scanner.device(), &settings(&path));
    let document = read(&path);
    let scanner = Scripted::new(move |call| {
        call.stream()?.write(&document)?;
        Ok(Status::Ok)
    });
    let watcher = Watcher::new();
    let outcome = scan_watched(&scanner.device(), &settings(&path), &watcher);
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 3));
    assert_eq!(watcher.page_count(), 3);
}

#[test]
fn both_sides_of_a_sheet() {
    for compression in WAYS {
        let scratch = Scratch::new();
        let watcher = Watcher::new();
        let duplex = Settings {
            source: Source::Duplex,
            pages: Some(3),
            ..packed(&scratch, compression)
        };
        let scanner = Scripted::new(|call| talkative(call, 3));
        let outcome = scan_watched(&scanner.device(), &duplex, &watcher);
        assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
        let sides = [(1, 1, "front"), (2, 1, "back"), (3, 2, "front")];
        assert_eq!(watcher.pages(), sides);
    }
}

#[test]
fn what_the_device_makes_of_a_value_is_told_before_it_starts() {
    let scratch = Scratch::new();
    let watcher = Watcher::new();
    // Another resolution moves the area that was asked for.
    let changed = Settings {
        source: Source::Flatbed,
        area: Some(quire_acquire::AreaMm {
            x: 0.0,
            y: 0.0,
            width: 5.0,
            height: 5.0,
        }),
        set: vec![("WIA_IPS_XRES".into(), "50".into())],
        ..packed(&scratch, Compression::None)
    };
    let scanner = Scripted::new(|call| talkative(call, 1));
    let planned = plan(&scanner.device(), &changed).unwrap();
    let changes = planned.changes.clone();
    assert!(!changes.is_empty());
    let outcome = run(planned, &watcher, &Cancel::default());
    assert_eq!(outcome.exit_code(), 0, "{:?}", outcome.result);
    let statuses = watcher.statuses();
    assert_eq!(statuses.len(), changes.len());
    for (status, change) in statuses.iter().zip(&changes) {
        assert!(status.contains(&change.property) && status.contains(&change.used));
    }
    let events = watcher.events();
    assert!(matches!(events[changes.len()], Event::Start { .. }));
}

#[test]
fn each_scan_of_a_flatbed_starts_anew() {
    let scratch = Scratch::new();
    let watcher = Watcher::new();
    let flatbed = Settings {
        source: Source::Flatbed,
        pages: Some(3),
        ..packed(&scratch, Compression::Deflate)
    };
    let scanner = Scripted::new(|call| talkative(call, 1));
    let outcome = scan_watched(&scanner.device(), &flatbed, &watcher);
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 3));
    assert_eq!(*watcher.asked.lock().unwrap(), [1, 2]);
    let pages: Vec<_> = watcher
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Start { pages, .. } => Some(format!("start of {}", pages.unwrap())),
            Event::Page { page, .. } => Some(format!("page {page}")),
            _ => None,
        })
        .collect();
    let start = "start of 3";
    // A page is durable, and told, before anybody is asked for the next.
    assert_eq!(pages, [start, "page 1", start, "page 2", start, "page 3"]);
}
