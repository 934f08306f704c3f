//! Documents of one stream, made by the page writer.

use std::fs;

use quire_acquire::Settings;
use wia::{Error, ErrorKind, Status};

use crate::documents::{gray_tiff, read};
use crate::rig::{Scratch, scan, settings};
use crate::scripted::{Call, HEIGHT, Scripted, Stop, Told, page};

/// How a driver leaves a transfer, and the exit code of that.
type Ending = (fn() -> Told, u8);

fn failed(kind: ErrorKind) -> Told {
    Err(Stop::Failed(Error::new(kind, "")))
}

const ENDINGS: &[Ending] = &[
    (|| failed(ErrorKind::PaperJam), 4),
    (|| failed(ErrorKind::MultiFeed), 4),
    (|| failed(ErrorKind::CoverOpen), 4),
    (|| failed(ErrorKind::PaperEmpty), 5),
    (|| failed(ErrorKind::Disconnected), 8),
    (|| failed(ErrorKind::InputDamaged), 9),
    (|| failed(ErrorKind::General), 1),
    (|| Ok(Status::Cancelled), 130),
    (|| panic!("a driver that crashes"), 8),
    // Success with an unfinished page is none.
    (|| Ok(Status::Ok), 8),
    (|| Ok(Status::EndOfMedia), 8),
];

/// A scanner that fails in page `last`, of which so many rows arrive.
fn ends_in(last: u32, rows: u32, ending: fn() -> Told) -> Scripted {
    Scripted::new(move |call| {
        let mut stream = call.tiff_pages(last - 1)?;
        if last > 1 {
            call.new_page()?;
        }
        call.tiff_rows(stream.as_mut(), last, rows)?;
        ending()
    })
}

#[test]
fn pages_of_one_stream_keep_their_order_and_their_pixels() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| call.tiff_pages(5).map(|_| Status::Ok));
    let outcome = scan(&scanner.device(), &settings(&path));
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 5));
    assert_eq!(outcome.files, std::slice::from_ref(&path));
    let pages: Vec<_> = (1..=5).map(page).collect();
    assert_eq!(gray_tiff(&path), pages);
    assert_eq!(scratch.names(), ["out.tiff"]);
}

#[test]
fn whatever_happens_in_a_page_those_before_it_are_kept() {
    for (ending, code) in ENDINGS {
        for rows in [0, 1, HEIGHT - 1] {
            let scratch = Scratch::new();
            let path = scratch.path("out.tiff");
            let outcome = scan(&ends_in(3, rows, *ending).device(), &settings(&path));
            let told = &outcome.result;
            assert_eq!(outcome.exit_code(), *code, "{told:?}");
            assert_eq!(outcome.pages, 2, "{told:?}");
            assert_eq!(outcome.files, std::slice::from_ref(&path));
            assert_eq!(gray_tiff(&path), [page(1), page(2)], "{told:?}");
            assert_eq!(scratch.names(), ["out.tiff"], "{told:?}");
        }
    }
}

#[test]
fn whatever_happens_in_the_first_page_leaves_the_old_document_as_it_was() {
    for (ending, code) in ENDINGS {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        fs::write(&path, "old").unwrap();
        let outcome = scan(&ends_in(1, 7, *ending).device(), &settings(&path));
        assert_eq!(outcome.exit_code(), *code, "{:?}", outcome.result);
        assert_eq!(outcome.pages, 0);
        assert!(outcome.files.is_empty());
        assert_eq!(read(&path), b"old");
        assert_eq!(scratch.names(), ["out.tiff"]);
    }
}

#[test]
fn a_page_that_was_complete_before_the_failure_is_kept() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| {
        call.tiff_pages(2)?;
        failed(ErrorKind::PaperJam)
    });
    let outcome = scan(&scanner.device(), &settings(&path));
    assert_eq!((outcome.exit_code(), outcome.pages), (4, 2));
    assert_eq!(gray_tiff(&path), [page(1), page(2)]);
}

#[test]
fn a_page_that_was_taken_back_can_be_sent_again() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| {
        let mut stream = call.tiff_pages(1)?;
        call.tiff_rows(stream.as_mut(), 9, HEIGHT / 2)?;
        transfer::abandon_page(call.context, stream.as_mut())?;
        call.tiff_rows(stream.as_mut(), 2, HEIGHT)?;
        Ok(Status::Ok)
    });
    let outcome = scan(&scanner.device(), &settings(&path));
    assert_eq!((outcome.exit_code(), outcome.pages), (0, 2));
    assert_eq!(gray_tiff(&path), [page(1), page(2)]);
}

#[test]
fn success_without_a_page_is_none() {
    type Script = fn(&mut Call<'_>) -> Told;
    let scripts: &[(Script, u8)] = &[
        (|_| Ok(Status::Ok), 8),
        (|_| Ok(Status::SkipItem), 8),
        (|_| Ok(Status::EndOfMedia), 5),
        (|call| call.stream().map(|_| Status::Ok), 8),
        (|call| call.stream().map(|_| Status::EndOfMedia), 5),
        (|call| call.status(100).map(|()| Status::Ok), 8),
        (|call| call.new_page().map(|()| Status::Ok), 8),
    ];
    for (number, (script, code)) in scripts.iter().enumerate() {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let outcome = scan(&Scripted::new(script).device(), &settings(&path));
        assert_eq!(outcome.exit_code(), *code, "{number}: {:?}", outcome.result);
        assert_eq!(outcome.pages, 0);
        assert_eq!(scratch.names(), [""; 0], "{number}");
    }
}

#[test]
fn fewer_pages_than_asked_for_are_no_success() {
    for status in [Status::Ok, Status::EndOfMedia] {
        let scratch = Scratch::new();
        let path = scratch.path("out.tiff");
        let scanner = Scripted::new(move |call| call.tiff_pages(2).map(|_| status));
        let three = Settings {
            pages: Some(3),
            ..settings(&path)
        };
        let outcome = scan(&scanner.device(), &three);
        assert_eq!((outcome.exit_code(), outcome.pages), (5, 2));
        assert_eq!(gray_tiff(&path), [page(1), page(2)]);
    }
}

#[test]
fn a_second_stream_of_one_document_ends_the_scan() {
    let scratch = Scratch::new();
    let path = scratch.path("out.tiff");
    let scanner = Scripted::new(|call| {
        call.tiff_pages(2)?;
        let mut stream = call.stream()?;
        call.tiff_rows(stream.as_mut(), 3, HEIGHT)?;
        Ok(Status::Ok)
    });
    let outcome = scan(&scanner.device(), &settings(&path));
    assert_eq!((outcome.exit_code(), outcome.pages), (8, 2));
    assert_eq!(gray_tiff(&path), [page(1), page(2)]);
}
