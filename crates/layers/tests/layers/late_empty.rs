//! `late-empty`.

use wia::{ErrorKind, Status};

use crate::page::Page;
use crate::rig::{EMPTY, READY, Setup, Step, fails, page, steps};

const ON: &str = "none,late-empty";
const OFF: &str = "none";

fn whole(mark: u8) -> [Step; 2] {
    page(Page::of(mark))
}

/// A header, and not one line.
fn no_line() -> [Step; 2] {
    [Step::Ask, Step::Pieces(Page::of(0).header(), 80)]
}

fn emptied() -> Step {
    Step::Feeder(Some(EMPTY))
}

/// How a feeder notices that it is empty, after two pages.
fn ways() -> Vec<(&'static str, Vec<Step>)> {
    let io = || fails(ErrorKind::DeviceCommunication);
    let two = |last: &[Step]| steps(&[&whole(1), &whole(2), &[emptied()], last]);
    vec![
        ("a failure instead of a page", two(&[io()])),
        (
            "a failure of another kind",
            two(&[fails(ErrorKind::General)]),
        ),
        ("a failure after asking", two(&[Step::Ask, io()])),
        (
            "a header and a failure",
            two(&steps(&[&no_line(), &[io()]])),
        ),
        ("a stream in vain", two(&[Step::Ask])),
        ("a page of no line", two(&no_line())),
    ]
}

#[test]
fn a_feeder_that_ran_empty_has_ended() {
    for (what, script) in ways() {
        let outcome = Setup::feeder().run(ON, &script);
        assert_eq!(outcome.result, Ok(Status::Ok), "{what}");
        assert_eq!(outcome.marks(), [1, 2], "{what}");
        // Nothing is left of the page that was none.
        let empty = outcome.streams.iter().skip(2).all(Vec::is_empty);
        assert!(empty, "{what}: {:?}", outcome.streams);
        let off = Setup::feeder().run(OFF, &script);
        let left = off.streams.iter().skip(2).any(|s| !s.is_empty());
        assert!(
            off.result.is_err() || left || what == "a stream in vain",
            "{what}"
        );
    }
}

#[test]
fn fewer_than_asked_for_is_the_end_of_the_paper() {
    let asked = |pages| Setup {
        pages,
        ..Setup::feeder()
    };
    for (what, script) in ways().into_iter().take(4) {
        assert_eq!(
            asked(5).run(ON, &script).result,
            Ok(Status::EndOfMedia),
            "{what}"
        );
        assert_eq!(asked(2).run(ON, &script).result, Ok(Status::Ok), "{what}");
    }
}

#[test]
fn no_page_at_all_is_an_empty_feeder() {
    let io = || fails(ErrorKind::DeviceCommunication);
    let cases = [
        vec![emptied(), io()],
        vec![emptied(), Step::Ask, io()],
        vec![emptied(), Step::Ask],
        steps(&[&[emptied()], &no_line()]),
        steps(&[&[emptied()], &no_line(), &[io()]]),
    ];
    for before in [READY, EMPTY] {
        for script in &cases {
            let setup = Setup {
                before,
                ..Setup::feeder()
            };
            let outcome = setup.run(ON, script);
            assert_eq!(outcome.result, Err(ErrorKind::PaperEmpty), "{script:?}");
        }
    }
}

/// A failure stays a failure where it is not certain that the feeder just ran empty.
#[test]
fn no_false_success() {
    use ErrorKind::{DeviceCommunication, Disconnected, General, MultiFeed, PaperJam};
    let after = |status: Option<i32>, last: &[Step]| {
        steps(&[&whole(1), &whole(2), &[Step::Feeder(status)], last])
    };
    let empty = Some(EMPTY);
    let mut cut = Page::of(3).bytes();
    cut.truncate(80 + 40 * 5);
    let cut = [Step::Ask, Step::Pieces(cut, 80)];
    let cut_in_line = [
        Step::Ask,
        Step::Pieces(Page::of(3).bytes()[..100].into(), 80),
    ];
    let io = || fails(DeviceCommunication);
    let cases = [
        (
            "paper is left",
            after(Some(READY), &[io()]),
            DeviceCommunication,
        ),
        (
            "it cannot be asked",
            after(None, &[io()]),
            DeviceCommunication,
        ),
        ("a jam", after(empty, &[fails(PaperJam)]), PaperJam),
        (
            "a double feed",
            after(empty, &[fails(MultiFeed)]),
            MultiFeed,
        ),
        (
            "the cable",
            after(empty, &[fails(Disconnected)]),
            Disconnected,
        ),
        (
            "the feeder knows of a jam",
            after(Some(0x20), &[io()]),
            DeviceCommunication,
        ),
        (
            "the feeder's cover is up",
            after(Some(0x10), &[fails(General)]),
            General,
        ),
        (
            "lines came",
            after(empty, &steps(&[&cut, &[io()]])),
            DeviceCommunication,
        ),
        (
            "a part of a line came",
            after(empty, &steps(&[&cut_in_line, &[io()]])),
            DeviceCommunication,
        ),
    ];
    for (what, script, kind) in cases {
        let outcome = Setup::feeder().run(ON, &script);
        assert_eq!(outcome.result, Err(kind), "{what}");
        assert_eq!(outcome.marks()[..2], [1, 2], "{what}");
    }
}

#[test]
fn a_status_that_does_not_change_says_nothing() {
    let script = steps(&[&whole(1), &whole(2), &[fails(ErrorKind::General)]]);
    let setup = Setup {
        before: EMPTY,
        ..Setup::feeder()
    };
    assert_eq!(setup.run(ON, &script).result, Err(ErrorKind::General));
}

#[test]
fn half_a_sheet_is_no_end() {
    let script = |sides: &[[Step; 2]]| {
        let mut script = sides.concat();
        script.extend([emptied(), fails(ErrorKind::DeviceCommunication)]);
        script
    };
    let one = script(&[whole(1), whole(2), whole(3)]);
    let outcome = Setup::duplex().run(ON, &one);
    assert_eq!(outcome.result, Err(ErrorKind::DeviceCommunication));
    let two = script(&[whole(1), whole(2)]);
    assert_eq!(Setup::duplex().run(ON, &two).result, Ok(Status::Ok));
}

#[test]
fn a_cancel_stays_a_cancel_and_an_answer_a_failure() {
    let script = &ways()[2].1;
    let cancelled = Setup {
        answers: vec![(2, "cancel")],
        ..Setup::feeder()
    };
    assert_eq!(cancelled.run(ON, script).result, Ok(Status::Cancelled));
    let failed = Setup {
        answers: vec![(2, "fail")],
        ..Setup::feeder()
    };
    assert_eq!(failed.run(ON, script).result, Err(ErrorKind::AccessDenied));
    // The device fails because it was told to stop.
    let told = steps(&[
        &whole(1),
        &[Step::Cancel, emptied(), fails(ErrorKind::General)],
    ]);
    assert_eq!(
        Setup::feeder().run(ON, &told).result,
        Err(ErrorKind::General)
    );
}

#[test]
fn the_glass_is_never_empty() {
    let script = steps(&[&whole(1), &[emptied(), fails(ErrorKind::General)]]);
    let result = Setup::flatbed().run(ON, &script).result;
    assert_eq!(result, Err(ErrorKind::General));
}
