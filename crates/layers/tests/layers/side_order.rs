//! `side-order`.

use wia::{ErrorKind, Status, TransferMessage, Tymed};

use crate::page::Page;
use crate::rig::{Outcome, Setup, Step, connect, fails, page, steps, tymeds};

const ON: &str = "none,side-order";
const OFF: &str = "none";

/// Sides by their numbers, in the order in which they come.
fn sides(numbers: &[u8]) -> Vec<Step> {
    numbers.iter().flat_map(|n| page(Page::of(*n))).collect()
}

/// The page of a number, of which only half comes.
fn half(number: u8) -> [Step; 2] {
    let bytes = Page::of(number).bytes();
    [Step::Ask, Step::Pieces(bytes[..500].to_vec(), 500)]
}

fn run(setup: &Setup, script: &[Step]) -> Outcome {
    setup.run(ON, script)
}

#[test]
fn fronts_come_first() {
    let script = sides(&[2, 1, 4, 3, 6, 5]);
    let on = run(&Setup::duplex(), &script);
    assert_eq!(
        (on.result, on.marks()),
        (Ok(Status::Ok), vec![1, 2, 3, 4, 5, 6])
    );
    for (stream, n) in on.streams.iter().zip(1..) {
        assert!(stream == &Page::of(n).bytes());
    }
    let ends = on
        .messages
        .iter()
        .filter(|m| **m == TransferMessage::EndOfStream);
    assert_eq!(ends.count(), 6);
    assert_eq!(
        Setup::duplex().run(OFF, &script).marks(),
        [2, 1, 4, 3, 6, 5]
    );
}

#[test]
fn one_side_alone_is_not_held_back() {
    let script = sides(&[1, 2, 3]);
    assert_eq!(run(&Setup::feeder(), &script).marks(), [1, 2, 3]);
    assert_eq!(run(&Setup::flatbed(), &sides(&[1])).marks(), [1]);
}

#[test]
fn a_last_side_without_another() {
    let outcome = run(&Setup::duplex(), &sides(&[2, 1, 4]));
    assert_eq!(
        (outcome.result, outcome.marks()),
        (Ok(Status::Ok), vec![1, 2, 4])
    );
    // It asked in vain.
    let script = steps(&[&sides(&[2, 1]), &[Step::Ask]]);
    let outcome = run(&Setup::duplex(), &script);
    assert_eq!((outcome.result, outcome.streams.len()), (Ok(Status::Ok), 2));
}

#[test]
fn sides_that_nobody_wants() {
    let skips = |at: &[usize]| Setup {
        answers: at.iter().map(|n| (*n, "skip")).collect(),
        ..Setup::duplex()
    };
    let script = sides(&[2, 1, 4, 3]);
    assert_eq!(run(&skips(&[0]), &script).marks(), [2, 3, 4]);
    assert_eq!(run(&skips(&[1]), &script).marks(), [1, 3, 4]);
    assert_eq!(run(&skips(&[0, 1, 2, 3]), &script).result, Ok(Status::Ok));
}

#[test]
fn a_failure_keeps_what_is_complete() {
    let jam = || fails(ErrorKind::PaperJam);
    let cases = [
        (
            "between sheets",
            steps(&[&sides(&[2, 1]), &[jam()]]),
            vec![1, 2],
        ),
        (
            "in a back",
            steps(&[&sides(&[2, 1]), &half(4), &[jam()]]),
            vec![1, 2],
        ),
        (
            "after a back",
            steps(&[&sides(&[2, 1, 4]), &[jam()]]),
            vec![1, 2, 4],
        ),
        (
            "in a front",
            steps(&[&sides(&[2, 1, 4]), &half(3), &[jam()]]),
            vec![1, 2, 4],
        ),
        (
            "before a front",
            steps(&[&sides(&[2, 1, 4]), &[Step::Ask, jam()]]),
            vec![1, 2, 4],
        ),
    ];
    for (what, script, marks) in cases {
        let outcome = run(&Setup::duplex(), &script);
        assert_eq!(outcome.result, Err(ErrorKind::PaperJam), "{what}");
        assert_eq!(outcome.marks(), marks, "{what}");
        for stream in &outcome.streams {
            assert!(stream == &Page::of(stream[80]).bytes(), "{what}");
        }
    }
}

#[test]
fn a_cancel_and_a_refusal_end_it() {
    let script = sides(&[2, 1, 4, 3]);
    for (at, result) in [
        ("cancel", Ok(Status::Cancelled)),
        ("fail", Err(ErrorKind::AccessDenied)),
    ] {
        for number in 0..4 {
            let setup = Setup {
                answers: vec![(number, at)],
                ..Setup::duplex()
            };
            let outcome = run(&setup, &script);
            assert_eq!(outcome.result, result, "{at} {number}");
            assert_eq!(outcome.streams.len(), number + 1);
        }
    }
    for message in 1..8 {
        let setup = Setup {
            cancels_at: Some(message),
            ..Setup::duplex()
        };
        let outcome = run(&setup, &script);
        // The last answers come when everything is there.
        let last = outcome.marks() == [1, 2, 3, 4];
        assert!(
            outcome.result == Ok(Status::Cancelled) || last,
            "{message}: {outcome:?}"
        );
    }
    let told = steps(&[&sides(&[2, 1, 4]), &[Step::Cancel], &sides(&[3])]);
    assert_eq!(run(&Setup::duplex(), &told).result, Ok(Status::Cancelled));
}

#[test]
fn a_document_of_several_pages_is_refused_before_paper_moves() {
    let setup = Setup::duplex().tiff();
    let outcome = run(&setup, &[Step::Ask, Step::Pieces(b"page".to_vec(), 4)]);
    assert_eq!(outcome.result, Err(ErrorKind::InvalidArgument));
    assert_eq!(outcome.streams.len(), 0);
    let device = connect(&setup, ON);
    let offered = |name: &str| tymeds(device.find_item(name).unwrap().as_ref());
    assert_eq!(offered("0000\\Root\\Feeder"), [Tymed::File]);
    let both = [Tymed::File, Tymed::MultipageFile];
    assert_eq!(offered("0000\\Root\\Flatbed"), both);
}

#[test]
fn heights_are_put_right_in_both() {
    let short = |n: u8| {
        let mut page = Page::of(n);
        page.lines.truncate(7);
        page
    };
    let script = steps(&[&page(short(2)), &page(short(1))]);
    let outcome = Setup::duplex().run("none,side-order,true-height", &script);
    let right = [short(1).right().bytes(), short(2).right().bytes()];
    assert!(outcome.streams == right);
}
