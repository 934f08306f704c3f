//! `true-resolution`.

use wia::{ErrorKind, Status};

use crate::page::{DPI, LINES, Page, WIDTH};
use crate::rig::{Outcome, Setup, Step, fails, page, steps};

const ON: &str = "none,true-resolution";
const SAY: &str = "none,true-resolution:say";
const OFF: &str = "none";

/// A value for a pixel of the page that was asked for.
fn value(x: u32, y: u32) -> u8 {
    ((x * 7 + y * 13) % 251) as u8
}

/// The page that was asked for.
fn wanted() -> Page {
    scaled(|x, y| (x, y), WIDTH, LINES)
}

/// A page whose pixel is one of the page that was asked for.
fn scaled(at: fn(u32, u32) -> (u32, u32), width: u32, height: u32) -> Page {
    let line = |y| {
        (0..width)
            .map(|x| {
                let (x, y) = at(x, y);
                value(x, y)
            })
            .collect()
    };
    Page {
        width,
        told: height,
        lines: (0..height).map(line).collect(),
        ..Page::of(0)
    }
}

/// The same at 200 dpi, though it says 100: each pixel is four.
fn doubled() -> Page {
    scaled(|x, y| (x / 2, y / 2), WIDTH * 2, LINES * 2)
}

/// The same at 50 dpi: one pixel of four.
fn halved() -> Page {
    scaled(|x, y| (2 * x, 2 * y), WIDTH / 2, LINES / 2)
}

/// What becomes of [`halved`]: each pixel is four.
fn blocks() -> Page {
    scaled(|x, y| (x / 2 * 2, y / 2 * 2), WIDTH, LINES)
}

fn run(page_in: &Page, layers: &str) -> Outcome {
    let setup = match page_in.bitmap {
        true => Setup::flatbed().bmp(),
        false => Setup::flatbed(),
    };
    setup.run(layers, &page(page_in.clone()))
}

#[test]
fn a_page_in_another_resolution_is_rescaled() {
    for (came, right) in [(doubled(), wanted()), (halved(), blocks())] {
        for bitmap in [false, true] {
            let (mut came, mut right) = (came.clone(), right.clone());
            (came.bitmap, right.bitmap) = (bitmap, bitmap);
            let on = run(&came, ON);
            assert_eq!(on.result, Ok(Status::Ok));
            assert!(
                on.streams == [right.bytes()],
                "{} pixels, bitmap: {bitmap}",
                came.width
            );
            assert!(run(&came, OFF).streams == [came.bytes()]);
        }
    }
}

#[test]
fn in_pieces_of_any_size_and_with_a_height_that_comes_last() {
    for size in [1, 79, 80, 81, 1000, 100_000] {
        let script = [Step::Ask, Step::Pieces(doubled().bytes(), size)];
        let on = Setup::flatbed().run(ON, &script);
        assert!(on.streams == [wanted().bytes()], "{size}");
    }
    // Without the other layer nobody writes the height.
    let open = doubled().told(0);
    let both = "none,true-resolution,true-height";
    assert!(run(&open, both).streams == [wanted().bytes()]);
}

#[test]
fn both_mistakes_at_once() {
    let mut short = doubled();
    short.lines.truncate(30);
    let mut right = wanted();
    right.lines.truncate(15);
    let both = "none,true-resolution,true-height";
    assert!(run(&short, both).streams == [right.right().bytes()]);
    // Alone it is a page that is not whole.
    assert_eq!(
        run(&short, ON).result,
        Err(ErrorKind::InvalidDriverResponse)
    );
}

#[test]
fn the_true_resolution_is_told_instead() {
    for bitmap in [false, true] {
        let mut came = doubled();
        came.bitmap = bitmap;
        let mut right = came.clone();
        right.dpi = 2 * DPI;
        assert!(run(&came, SAY).streams == [right.bytes()]);
        for size in [1, 80, 1000] {
            let setup = if bitmap {
                Setup::flatbed().bmp()
            } else {
                Setup::flatbed()
            };
            let script = [Step::Ask, Step::Pieces(came.bytes(), size)];
            assert!(setup.run(SAY, &script).streams == [right.bytes()], "{size}");
        }
        // It says so already.
        assert!(run(&right, SAY).streams == [right.bytes()]);
    }
}

#[test]
fn a_header_that_tells_the_truth_is_believed() {
    // 80 dpi is none of the list.
    let came = Page {
        width: 32,
        told: 16,
        dpi: 80,
        lines: vec![vec![9; 32]; 16],
        ..Page::of(0)
    };
    let right = Page::of(9);
    assert!(run(&came, ON).streams == [right.bytes()]);
    let silent = Page { dpi: DPI, ..came };
    assert!(run(&silent, ON).streams == [silent.bytes()]);
}

/// Pages that are no other resolution of the device pass as they are.
#[test]
fn other_sizes_pass() {
    let of = |width: u32, height: u32| Page {
        width,
        told: height,
        lines: vec![vec![9; width as usize]; height as usize],
        ..Page::of(0)
    };
    let pages = [
        Page::of(9),
        // Rounded to whole words.
        of(WIDTH - 1, LINES),
        // Turned.
        of(LINES, WIDTH),
        // Of one side only.
        of(2 * WIDTH, LINES),
        of(WIDTH, 2 * LINES),
        // 90 dpi.
        of(36, 18),
    ];
    for page in pages {
        let outcome = run(&page, ON);
        assert!(
            outcome.streams == [page.bytes()],
            "{} x {}",
            page.width,
            page.told
        );
        assert_eq!(outcome.writes[0].len(), 2);
    }
}

#[test]
fn sheets_of_their_own_size_are_what_they_are() {
    let setup = Setup {
        auto: true,
        ..Setup::feeder()
    };
    let small = halved();
    assert!(setup.run(ON, &page(small.clone())).streams == [small.bytes()]);
    // But for those whose header says it.
    let said = Page {
        dpi: DPI / 2,
        ..small
    };
    assert!(setup.run(ON, &page(said)).streams == [blocks().bytes()]);
}

#[test]
fn no_false_success() {
    let mut half = doubled();
    half.lines.truncate(10);
    let script = steps(&[&page(half), &[fails(ErrorKind::PaperJam)]]);
    let outcome = Setup::flatbed().run(ON, &script);
    assert_eq!(outcome.result, Err(ErrorKind::PaperJam));
    // What is there promises more than there is.
    let stream = &outcome.streams[0];
    let told = u32::from_le_bytes(stream[24..28].try_into().unwrap());
    let lines = (stream.len() - 80) / WIDTH as usize;
    assert!(lines < told as usize, "{lines} of {told}");
}
