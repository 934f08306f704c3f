//! `true-height`.

use formats::raw;
use wia::{ErrorKind, Status};

use crate::page::{LINES, Page};
use crate::rig::{Setup, Step, fails, page, steps};

const ON: &str = "none,true-height";
const OFF: &str = "none";

/// Pages whose header is wrong.
fn wrong() -> Vec<Page> {
    let page = || Page::of(0);
    vec![
        page().with_lines(13),
        page().with_lines(1),
        page().with_lines(LINES + 9),
        page().with_lines(13).told(0),
        page().with_lines(13).bitmap(),
        page().with_lines(LINES + 9).bitmap(),
    ]
}

fn setup(page: &Page) -> Setup {
    match page.bitmap {
        true => Setup::feeder().bmp(),
        false => Setup::feeder(),
    }
}

#[test]
fn the_header_tells_the_lines_that_came() {
    for wrong in wrong() {
        let setup = setup(&wrong);
        let (told, lines) = (wrong.told, wrong.lines.len());
        // Two pages: one whose end is the next, and one that ends with the transfer.
        let script = steps(&[&page(wrong.clone()), &page(wrong.clone())]);
        let on = setup.run(ON, &script);
        assert_eq!(on.result, Ok(Status::Ok));
        let right = wrong.right().bytes();
        for stream in &on.streams {
            let equal = stream == &right;
            assert!(equal, "{told} told, {lines} came, bitmap: {}", wrong.bitmap);
        }
        let off = setup.run(OFF, &script);
        assert_eq!(off.streams, [wrong.bytes(), wrong.bytes()]);
    }
}

#[test]
fn in_pieces_of_any_size() {
    for wrong in wrong() {
        for size in [1, 3, 79, 80, 81, 500, 100_000] {
            let script = [Step::Ask, Step::Pieces(wrong.bytes(), size)];
            let on = setup(&wrong).run(ON, &script);
            let equal = on.streams == [wrong.right().bytes()];
            assert!(equal, "{size}: {} told", wrong.told);
        }
    }
}

/// An application that reads while the page comes is told before there are too many lines.
#[test]
fn more_lines_than_were_told_can_be_read() {
    let long = Page::of(0).with_lines(LINES + 9);
    for size in [1, 80, 100_000] {
        let script = [Step::Ask, Step::Pieces(long.bytes(), size)];
        let outcome = Setup::feeder().run(ON, &script);
        let mut reader = raw::Reader::new();
        let mut rows = Vec::new();
        for (at, bytes) in &outcome.writes[0] {
            let read = reader.write_at(*at, bytes, &mut |_, band| {
                rows.extend(band.iter().map(<[u8]>::to_vec));
                Ok(())
            });
            read.unwrap();
        }
        assert_eq!(reader.finish().unwrap().height, LINES + 9);
        assert_eq!(rows, long.lines);
    }
}

#[test]
fn a_page_that_is_not_whole_stays_unfinished() {
    let short = Page::of(0).with_lines(13);
    let mut cut = short.bytes();
    cut.pop();
    // A line is not complete.
    let script = [Step::Ask, Step::Pieces(cut.clone(), 1000)];
    assert_eq!(Setup::feeder().run(ON, &script).streams, [cut]);
    // The driver failed.
    let kinds = [
        ErrorKind::PaperJam,
        ErrorKind::Disconnected,
        ErrorKind::General,
    ];
    for kind in kinds {
        let script = steps(&[&page(short.clone()), &[fails(kind)]]);
        let outcome = Setup::feeder().run(ON, &script);
        assert_eq!(outcome.result, Err(kind));
        assert_eq!(outcome.streams, [short.bytes()]);
    }
    // It was cancelled, by somebody here or by the device.
    let told = steps(&[
        &page(short.clone()),
        &[Step::Cancel, Step::End(Ok(Status::Cancelled))],
    ]);
    let device = steps(&[&page(short.clone()), &[Step::End(Ok(Status::Cancelled))]]);
    for script in [told, device] {
        let outcome = Setup::feeder().run(ON, &script);
        assert_eq!(outcome.result, Ok(Status::Cancelled));
        assert_eq!(outcome.streams, [short.bytes()]);
    }
    let refused = Setup {
        cancels_at: Some(1),
        ..Setup::feeder()
    };
    let outcome = refused.run(ON, &page(short.clone()));
    assert_eq!(outcome.streams, [short.bytes()]);
}

#[test]
fn no_line_is_no_page() {
    let header = Page::of(0).header();
    let script = [Step::Ask, Step::Pieces(header.clone(), 80)];
    assert_eq!(Setup::feeder().run(ON, &script).streams, [header]);
}

#[test]
fn what_has_no_lines_passes() {
    let bytes: Vec<u8> = (0..200_u8).collect();
    for setup in [Setup::feeder().jpeg(), Setup::feeder().tiff()] {
        let script = [Step::Ask, Step::Pieces(bytes.clone(), 7)];
        let outcome = setup.run(ON, &script);
        assert_eq!(outcome.streams, std::slice::from_ref(&bytes));
        assert_eq!(outcome.writes[0].len(), 200_usize.div_ceil(7));
    }
}
