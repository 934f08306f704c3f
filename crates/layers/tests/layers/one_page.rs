//! `one-page-flatbed`.

use wia::{ErrorKind, Status, TransferMessage};

use crate::page::Page;
use crate::rig::{Outcome, Setup, Step, fails, page, steps};

const ON: &str = "none,one-page-flatbed";
const OFF: &str = "none";

fn whole() -> [Step; 2] {
    page(Page::of(7))
}

fn end(status: Status) -> Step {
    Step::End(Ok(status))
}

/// The result, and the pages that came.
fn short(outcome: &Outcome) -> (Result<Status, ErrorKind>, usize) {
    (outcome.result, outcome.streams.len())
}

#[test]
fn a_driver_that_scans_the_glass_again_and_again_is_stopped_after_a_page() {
    let script = steps(&[&whole(), &whole(), &whole(), &[end(Status::Ok)]]);
    let on = Setup::flatbed().run(ON, &script);
    assert_eq!(short(&on), (Ok(Status::Ok), 1));
    assert_eq!(on.streams[0], Page::of(7).bytes());
    let off = Setup::flatbed().run(OFF, &script);
    assert_eq!(short(&off), (Ok(Status::Ok), 3));
}

#[test]
fn a_page_and_no_more_is_success() {
    for last in [fails(ErrorKind::PaperEmpty), end(Status::EndOfMedia)] {
        for setup in [Setup::flatbed(), Setup::flatbed().bmp()] {
            let mut all = Page::of(7);
            all.bitmap = setup.format == Setup::flatbed().bmp().format;
            let script = steps(&[&page(all), std::slice::from_ref(&last)]);
            let on = setup.run(ON, &script);
            assert_eq!(short(&on), (Ok(Status::Ok), 1), "{last:?}");
            let off = setup.run(OFF, &script);
            let Step::End(as_driver_says) = &last else {
                unreachable!()
            };
            assert_eq!(
                off.result,
                as_driver_says.clone().map_err(|e| e.kind()),
                "{last:?}"
            );
        }
    }
    let jpeg = [0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD9].to_vec();
    let script = [
        Step::Ask,
        Step::Pieces(jpeg, 3),
        fails(ErrorKind::PaperEmpty),
    ];
    let outcome = Setup::flatbed().jpeg().run(ON, &script);
    assert_eq!(outcome.result, Ok(Status::Ok));
}

#[test]
fn the_next_page_of_a_document_is_stopped() {
    let write = |text: &str| Step::Pieces(text.as_bytes().to_vec(), 100);
    let script = [
        Step::Ask,
        write("page one"),
        Step::NewPage,
        write("page two"),
        end(Status::Ok),
    ];
    let on = Setup::flatbed().tiff().run(ON, &script);
    assert_eq!(short(&on), (Ok(Status::Ok), 1));
    assert_eq!(on.streams[0], b"page one");
    assert!(!on.messages.contains(&TransferMessage::NewPage));
    let off = Setup::flatbed().tiff().run(OFF, &script);
    assert_eq!(off.streams[0], b"page onepage two");
    assert!(off.messages.contains(&TransferMessage::NewPage));
}

/// Whatever went wrong stays wrong.
#[test]
fn no_false_success() {
    let half = page(Page::of(7).with_lines(9));
    let jpeg = [0xFF, 0xD8, 1, 2, 3].to_vec();
    let cases: Vec<(&str, Vec<Step>, ErrorKind)> = vec![
        (
            "half a page, then empty",
            steps(&[&half, &[fails(ErrorKind::PaperEmpty)]]),
            ErrorKind::PaperEmpty,
        ),
        (
            "no page, then empty",
            vec![Step::Ask, fails(ErrorKind::PaperEmpty)],
            ErrorKind::PaperEmpty,
        ),
        (
            "not even asked",
            vec![fails(ErrorKind::PaperEmpty)],
            ErrorKind::PaperEmpty,
        ),
        (
            "a page, then a jam",
            steps(&[&whole(), &[fails(ErrorKind::PaperJam)]]),
            ErrorKind::PaperJam,
        ),
        (
            "a page, then the connection breaks",
            steps(&[&whole(), &[fails(ErrorKind::DeviceCommunication)]]),
            ErrorKind::DeviceCommunication,
        ),
        (
            "a page, then the cable is pulled",
            steps(&[&whole(), &[fails(ErrorKind::Disconnected)]]),
            ErrorKind::Disconnected,
        ),
    ];
    for (what, script, kind) in cases {
        let outcome = Setup::flatbed().run(ON, &script);
        assert_eq!(outcome.result, Err(kind), "{what}");
    }
    let script = [
        Step::Ask,
        Step::Pieces(jpeg, 3),
        fails(ErrorKind::PaperEmpty),
    ];
    let outcome = Setup::flatbed().jpeg().run(ON, &script);
    assert_eq!(outcome.result, Err(ErrorKind::PaperEmpty), "half a JPEG");
}

#[test]
fn a_cancel_stays_a_cancel() {
    let script = steps(&[&whole(), &whole(), &[end(Status::Ok)]]);
    let by_answer = Setup {
        cancels_at: Some(1),
        ..Setup::flatbed()
    };
    assert_eq!(by_answer.run(ON, &script).result, Ok(Status::Cancelled));
    let refused = Setup {
        answers: vec![(0, "cancel")],
        ..Setup::flatbed()
    };
    assert_eq!(refused.run(ON, &script).result, Ok(Status::Cancelled));
    let script = steps(&[&whole(), &[Step::Cancel], &whole()]);
    let outcome = Setup::flatbed().run(ON, &script);
    assert_eq!(outcome.result, Ok(Status::Cancelled));
    let failed = Setup {
        answers: vec![(0, "fail")],
        ..Setup::flatbed()
    };
    let result = failed.run(ON, &script).result;
    assert_eq!(result, Err(ErrorKind::AccessDenied));
}

#[test]
fn a_page_that_is_cut_short_is_not_taken_for_the_one() {
    // The driver goes on after half a page: what it does is not understood, and passes.
    let mut half = Page::of(7);
    half.lines.pop();
    let mut bytes = half.bytes();
    bytes.pop();
    let script = steps(&[
        &[Step::Ask, Step::Pieces(bytes, 1000)],
        &whole(),
        &[end(Status::Ok)],
    ]);
    assert_eq!(Setup::flatbed().run(ON, &script).streams.len(), 2);
}

#[test]
fn a_feeder_has_as_many_pages_as_it_has() {
    let script = steps(&[&whole(), &whole(), &whole(), &[end(Status::EndOfMedia)]]);
    let outcome = Setup::feeder().run(ON, &script);
    assert_eq!(short(&outcome), (Ok(Status::EndOfMedia), 3));
}
