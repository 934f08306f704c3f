//! Filters that break a rule, fail or panic: each is named with its rule, the pages come through.

use std::sync::Arc;

use quire_transfer::{Answer, NextStream};
use wia::{ErrorKind, Status, TransferMessage};

use crate::filter::parts::{App, At, PAGE, Wrong, inverted, inverter, pages, run};

/// What a transfer of two pages through such a filter ends with, and the pages.
#[track_caller]
fn transfer(wrong: Wrong, holds: bool, app: App) -> (String, Vec<Vec<u8>>, Vec<String>) {
    let app = Arc::new(app);
    let filter = inverter(wrong, holds);
    let e = run(&[&filter], &app, |session, _| pages(session, 2)).unwrap_err();
    let text = e.to_string();
    assert!(text.contains("image filter inverter"), "{wrong:?}: {text}");
    (text, app.pages(), app.log.lines())
}

/// The same messages as without a filter, whatever it does.
#[track_caller]
fn all_messages(lines: &[String]) {
    let words: Vec<_> = lines.iter().filter_map(|l| l.split(' ').next()).collect();
    let page = [
        "GetNextStream",
        "Status",
        "Status",
        "Status",
        "released",
        "EndOfStream",
    ];
    let expected: Vec<_> = page
        .into_iter()
        .chain(page)
        .chain(["EndOfTransfer"])
        .collect();
    assert_eq!(words, expected);
}

#[test]
fn a_message_that_is_swallowed_renamed_or_repeated_arrives_as_it_was() {
    use TransferMessage::{EndOfStream, EndOfTransfer, Status};
    for message in [Status, EndOfStream, EndOfTransfer] {
        for (wrong, rule) in [
            (Wrong::Swallow(message), "every message is passed"),
            (Wrong::Rename(message), "lMessage is not changed"),
            (Wrong::Twice(message), "passed to the callback below once"),
        ] {
            let (text, got, lines) = transfer(wrong, false, App::plain());
            assert!(text.contains(rule), "{wrong:?}: {text}");
            assert_eq!(got, [inverted(PAGE), inverted(PAGE)], "{wrong:?}");
            assert!(!text.contains("unfiltered"), "{wrong:?}: {text}");
            all_messages(&lines);
        }
    }
}

#[test]
fn a_write_after_end_of_stream_reaches_nobody() {
    let (text, got, lines) = transfer(Wrong::WriteAfterEnd, false, App::plain());
    assert!(
        text.contains("nothing is written after END_OF_STREAM"),
        "{text}"
    );
    assert_eq!(got, [inverted(PAGE), inverted(PAGE)]);
    all_messages(&lines);
}

#[test]
fn a_page_that_is_not_flushed_comes_through_unfiltered() {
    for wrong in [Wrong::LoseAll, Wrong::WriteAfterEnd] {
        let (text, got, lines) = transfer(wrong, true, App::plain());
        assert!(text.contains("END_OF_STREAM"), "{text}");
        assert!(text.contains("the page is unfiltered: image"), "{text}");
        assert_eq!(got, [PAGE, PAGE], "{wrong:?}");
        all_messages(&lines);
    }
}

#[test]
fn a_stream_that_is_not_asked_for_or_not_handed_on() {
    for (wrong, rule) in [
        (
            Wrong::NeverAsk,
            "GetNextStream is passed to the callback below",
        ),
        (Wrong::KeepStream, "is wrapped and handed on"),
    ] {
        let (text, got, lines) = transfer(wrong, false, App::plain());
        assert!(text.contains(rule), "{text}");
        let unasked = matches!(wrong, Wrong::NeverAsk);
        assert!(text.contains("the page is unfiltered") || unasked, "{text}");
        assert_eq!(got, [PAGE, PAGE], "{wrong:?}");
        all_messages(&lines);
    }
    let (text, got, lines) = transfer(Wrong::AskTwice, false, App::plain());
    assert!(text.contains("once"), "{text}");
    assert_eq!(got, [inverted(PAGE), inverted(PAGE)]);
    all_messages(&lines);
}

#[test]
fn a_cancel_or_skip_that_is_hidden_counts_all_the_same() {
    let app = Arc::new(App {
        answer: Box::new(|_| Ok(Answer::Cancel)),
        ..App::plain()
    });
    let filter = inverter(Wrong::HideCancel, false);
    let result = run(&[&filter], &app, |session, chain| {
        let result = pages(session, 1);
        let text = chain.failure().unwrap().to_string();
        assert!(text.contains("is passed through"), "{text}");
        result
    });
    assert_eq!(result.unwrap(), Status::Cancelled);

    let skips = App {
        gives: Box::new(|| Some(Ok(NextStream::SkipItem))),
        ..App::plain()
    };
    let (text, got, _) = transfer(Wrong::HideSkip, false, skips);
    assert!(text.contains("is passed through"), "{text}");
    assert!(got.is_empty());
}

/// Where a filter fails or panics, and what comes through then: pages of one that writes at once and of
/// one that holds them back. `None` is a page that cannot be saved, which ends the transfer.
type Row = (At, &'static str, [Option<[bool; 2]>; 2]);

const FILTERED: bool = true;
const PLAIN: bool = false;

#[rustfmt::skip]
const FAILURES: [Row; 8] = [
    (At::Initialize,            "InitializeFilter", [Some([PLAIN, PLAIN]),       Some([PLAIN, PLAIN])]),
    (At::NextStream,            "GetNextStream",    [Some([PLAIN, PLAIN]),       Some([PLAIN, PLAIN])]),
    (At::NextStreamAfterAsking, "GetNextStream",    [Some([PLAIN, PLAIN]),       Some([PLAIN, PLAIN])]),
    (At::FirstWrite,            "Write",            [Some([PLAIN, PLAIN]),       Some([PLAIN, PLAIN])]),
    (At::SecondWrite,           "Write",            [None,                       Some([PLAIN, PLAIN])]),
    (At::Seek,                  "Seek",             [Some([PLAIN, PLAIN]),       Some([PLAIN, PLAIN])]),
    (At::Status,                "TransferCallback", [Some([FILTERED, FILTERED]), Some([FILTERED, FILTERED])]),
    (At::Flush,                 "TransferCallback", [Some([FILTERED, FILTERED]), Some([PLAIN, PLAIN])]),
];

#[test]
fn a_filter_that_fails_is_named_and_the_page_comes_through_where_that_is_possible() {
    for (at, call, rows) in FAILURES {
        for (holds, row) in [false, true].into_iter().zip(rows) {
            let (text, got, _) = transfer(Wrong::Fail(at), holds, App::plain());
            assert!(text.contains(call), "{at:?}: {text}");
            assert!(text.contains("own failure"), "{at:?}: {text}");
            match row {
                Some(row) => assert_eq!(got, row.map(page), "{at:?} {holds}"),
                None => assert_eq!(got.len(), 1, "{at:?} {holds}"),
            }
        }
    }
}

#[test]
fn a_filter_that_panics_is_named_and_the_page_comes_through_where_that_is_possible() {
    for (at, call, rows) in FAILURES {
        for (holds, row) in [false, true].into_iter().zip(rows) {
            let (text, got, _) = transfer(Wrong::Panic(at), holds, App::plain());
            assert!(text.contains(call), "{at:?}: {text}");
            assert!(text.contains("crashed"), "{at:?}: {text}");
            let row = match (at, holds) {
                // What has crashed is not called again: the page is begun, or not yet.
                (At::Status, false) => None,
                (At::Status, true) => Some([PLAIN, PLAIN]),
                (At::Flush, false) => Some([FILTERED, PLAIN]),
                _ => row,
            };
            match row {
                Some(row) => assert_eq!(got, row.map(page), "{at:?} {holds}"),
                None => assert_eq!(got.len(), 1, "{at:?} {holds}"),
            }
        }
    }
}

fn page(filtered: bool) -> Vec<u8> {
    match filtered {
        true => inverted(PAGE),
        false => PAGE.to_vec(),
    }
}

#[test]
fn a_failure_after_the_last_message_was_passed_on_is_the_result() {
    let app = Arc::new(App::plain());
    let filter = inverter(Wrong::Fail(At::FlushAfterTelling), false);
    let e = run(&[&filter], &app, |session, _| pages(session, 1)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::OutOfMemory);
    assert_eq!(app.pages(), [inverted(PAGE)]);
    let (text, got, _) = transfer(Wrong::Panic(At::Release), false, App::plain());
    assert!(text.contains("Release"), "{text}");
    assert_eq!(got.first(), Some(&inverted(PAGE)));
}

#[test]
fn what_the_stream_held_before_stays_when_a_page_comes_through() {
    for wrong in [
        Wrong::Fail(At::FirstWrite),
        Wrong::Fail(At::SecondWrite),
        Wrong::LoseAll,
        Wrong::Panic(At::NextStreamAfterAsking),
    ] {
        let app = App {
            before: b"before ".to_vec(),
            ..App::plain()
        };
        let (_, got, _) = transfer(wrong, true, app);
        assert_eq!(
            got,
            [b"before one-two-three", b"before one-two-three"],
            "{wrong:?}"
        );
    }
}

#[test]
fn the_other_filter_of_a_chain_goes_on() {
    for order in [0, 1] {
        let app = Arc::new(App::plain());
        let (good, bad) = (
            inverter(Wrong::Nothing, false),
            inverter(Wrong::Fail(At::FirstWrite), false),
        );
        let list = if order == 0 {
            [&good, &bad]
        } else {
            [&bad, &good]
        };
        let e = run(&list, &app, |session, _| pages(session, 2)).unwrap_err();
        assert!(
            e.to_string().contains("image filter inverter: ") || e.to_string().contains("Write")
        );
        assert_eq!(app.pages(), [inverted(PAGE), inverted(PAGE)]);
    }
}
