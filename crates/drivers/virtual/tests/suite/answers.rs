//! What the driver does with each answer of the application's side: the outcome tables of
//! `GetNextStream` and `SendMessage`.

use crate::rig::{Event, Mode, Rig, Script};
use proptest::prelude::*;
use std::sync::Arc;
use transfer::{Answer, NextStream};
use wia::format::{WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::WIA_IPS_PAGES;
use wia::{Error, ErrorKind, Hresult, Result, Status, Tymed};

/// Both kinds of transfer from both sources: the item to transfer, on a device with 3 sheets.
fn every_way() -> Vec<(Rig, items::AppItem, &'static str)> {
    let way = |source: &str, tymed, format, name| {
        let rig = Rig::open("", "sheets=3");
        let item = rig.item(source);
        rig.prepare(&item, format, tymed, 75, Mode::Bw);
        (rig, item, name)
    };
    vec![
        way("Feeder", Tymed::File, WIA_IMG_FMT_RAW, "feeder, file"),
        way(
            "Feeder",
            Tymed::MultipageFile,
            WIA_IMG_FMT_TIFF,
            "feeder, multipage",
        ),
        way("Flatbed", Tymed::File, WIA_IMG_FMT_RAW, "flatbed, file"),
        way(
            "Flatbed",
            Tymed::MultipageFile,
            WIA_IMG_FMT_TIFF,
            "flatbed, multipage",
        ),
    ]
}

fn script(answer: fn() -> Option<Result<NextStream>>) -> Arc<Script> {
    Arc::new(Script::plain().on_next(move |_| answer()))
}

fn asked(script: &Script) -> usize {
    script.names.lock().unwrap().len()
}

#[test]
fn a_stream_is_transferred_into() {
    for (rig, item, way) in every_way() {
        let (result, streams) = rig.download(&item);
        assert_eq!(result.unwrap(), Status::Ok, "{way}");
        let pages = match (item.name(), way.ends_with("multipage")) {
            ("Feeder", false) => 3,
            _ => 1,
        };
        assert_eq!(streams.len(), pages, "{way}");
        assert!(streams.iter().all(|s| s.len() > 1000), "{way}");
    }
}

#[test]
fn no_stream_is_a_com_error() {
    for (rig, item, way) in every_way() {
        let script = script(|| Some(Ok(NextStream::Missing)));
        let e = rig.acquire(&item, &script).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Pointer, "{way}");
        assert_eq!(script.events(), [Event::AskedForStream], "{way}");
    }
}

#[test]
fn cancel_stops_everything() {
    for (rig, item, way) in every_way() {
        let script = script(|| Some(Ok(NextStream::Cancel)));
        assert_eq!(
            rig.acquire(&item, &script).unwrap(),
            Status::Cancelled,
            "{way}"
        );
        assert_eq!(script.events(), [Event::AskedForStream], "{way}");
    }
}

#[test]
fn skip_of_everything_is_success() {
    for (rig, item, way) in every_way() {
        let script = script(|| Some(Ok(NextStream::SkipItem)));
        assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Ok, "{way}");
        let times = if way == "feeder, file" { 3 } else { 1 };
        assert_eq!(script.events(), vec![Event::AskedForStream; times], "{way}");
        // The feeder has scanned and discarded; the flatbed has not scanned at all.
        let (result, streams) = rig.download(&item);
        match item.name() {
            "Feeder" => assert_eq!(result.unwrap_err().kind(), ErrorKind::PaperEmpty, "{way}"),
            _ => {
                let fresh = Rig::open("", "sheets=3");
                let other = fresh.item("Flatbed");
                let (format, tymed) = match way.ends_with("multipage") {
                    true => (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
                    false => (WIA_IMG_FMT_RAW, Tymed::File),
                };
                fresh.prepare(&other, format, tymed, 75, Mode::Bw);
                assert_eq!(streams, fresh.download(&other).1, "{way}");
            }
        }
    }
}

#[test]
fn skip_of_one_page_goes_on_with_the_next() {
    let rig = Rig::open("", "sheets=3");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
    let script =
        Arc::new(Script::plain().on_next(|n| (n == 1).then_some(Ok(NextStream::SkipItem))));
    assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Ok);
    let all = Rig::open("", "sheets=3");
    let other = all.feeder();
    all.prepare(&other, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
    let (_, pages) = all.download(&other);
    assert_eq!(script.bytes(), [pages[0].clone(), pages[2].clone()]);
}

#[test]
fn skipped_pages_count_among_those_asked_for() {
    let rig = Rig::open("", "sheets=3");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
    rig.set(&item, &[(WIA_IPS_PAGES, 2.into())]);
    let first_skipped =
        || Arc::new(Script::plain().on_next(|n| (n == 0).then_some(Ok(NextStream::SkipItem))));
    let script = first_skipped();
    assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Ok);
    assert_eq!(asked(&script), 2);
    let script = Script::new();
    assert_eq!(rig.acquire(&item, &script).unwrap(), Status::EndOfMedia);
}

#[test]
fn another_success_is_unexpected() {
    for (rig, item, way) in every_way() {
        let script = script(|| Some(Ok(NextStream::Other(Status::Other(Hresult(7)), None))));
        let e = rig.acquire(&item, &script).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Unexpected, "{way}");
        assert_eq!(script.events(), [Event::AskedForStream], "{way}");
    }
}

#[test]
fn a_failure_is_returned_as_it_is() {
    for (rig, item, way) in every_way() {
        let failure =
            || Error::new(ErrorKind::Destination, "no room").with_code(Hresult(0x8004_1234));
        let script = Arc::new(Script::plain().on_next(move |_| Some(Err(failure()))));
        let e = rig.acquire(&item, &script).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Destination, "{way}");
        assert_eq!(e.hresult(), Hresult(0x8004_1234), "{way}");
        assert_eq!(script.events(), [Event::AskedForStream], "{way}");
    }
}

#[test]
fn an_answer_at_a_later_stream_counts_as_well() {
    type Answering = fn() -> Result<NextStream>;
    let answers: [(Answering, Result<Status, ErrorKind>); 4] = [
        (|| Ok(NextStream::Cancel), Ok(Status::Cancelled)),
        (|| Ok(NextStream::Missing), Err(ErrorKind::Pointer)),
        (
            || Ok(NextStream::Other(Status::EndOfMedia, None)),
            Err(ErrorKind::Unexpected),
        ),
        (
            || Err(Error::new(ErrorKind::MediumFull, "")),
            Err(ErrorKind::MediumFull),
        ),
    ];
    for (answer, expected) in answers {
        let rig = Rig::open("", "sheets=3");
        let item = rig.feeder();
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
        let script = Arc::new(Script::plain().on_next(move |n| (n == 2).then(answer)));
        let result = rig.acquire(&item, &script).map_err(|e| e.kind());
        assert_eq!(result, expected);
        assert_eq!(script.events().last(), Some(&Event::AskedForStream));
        assert_eq!(script.bytes().len(), 2);
        // Each refused sheet is through the feeder all the same.
        assert_eq!(
            rig.download(&item).0.unwrap_err().kind(),
            ErrorKind::PaperEmpty
        );
    }
}

/// A number of messages, then `answer`; says what the transfer gave and how many messages there were.
fn answer_at(
    way: usize,
    number: usize,
    answer: fn() -> Result<Answer>,
) -> (Result<Status>, Arc<Script>) {
    let (rig, item, _) = every_way().swap_remove(way);
    let script = Arc::new(Script::plain().on_message(move |n, _| {
        if n == number {
            answer()
        } else {
            Ok(Answer::Continue)
        }
    }));
    (rig.acquire(&item, &script), script)
}

#[test]
fn cancel_at_any_message_ends_the_transfer_at_once() {
    for way in 0..4 {
        let (result, script) = answer_at(way, usize::MAX, || Ok(Answer::Continue));
        assert_eq!(result.unwrap(), Status::Ok);
        let messages = script.said().len();
        for number in 0..messages {
            let (result, script) = answer_at(way, number, || Ok(Answer::Cancel));
            assert_eq!(result.unwrap(), Status::Cancelled);
            // The rig panics on a call after this; the release is all that may follow.
            assert_eq!(script.said().len(), number + 1);
            assert!(matches!(
                script.events()[..],
                [.., Event::Said(_), Event::Released(_)]
            ));
        }
    }
}

#[test]
fn a_failure_at_any_message_is_returned() {
    for way in 0..4 {
        for number in [0, 1, 5, 12] {
            let (result, script) = answer_at(way, number, || {
                Err(Error::new(ErrorKind::BrokenPipe, "gone"))
            });
            assert_eq!(result.unwrap_err().kind(), ErrorKind::BrokenPipe);
            assert_eq!(script.said().len(), number + 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is answered, the device is idle and usable afterwards.
    #[test]
    fn any_sequence_of_answers_leaves_the_device_usable(
        way in 0usize..4,
        at in 0usize..40,
        kind in 0usize..3,
        next in prop::collection::vec(0usize..6, 3),
    ) {
        let (rig, item, _) = every_way().swap_remove(way);
        let script = Script::plain()
            .on_next(move |n| match next.get(n).copied().unwrap_or(0) {
                1 => Some(Ok(NextStream::SkipItem)),
                2 => Some(Ok(NextStream::Cancel)),
                3 => Some(Ok(NextStream::Missing)),
                _ => None,
            })
            .on_message(move |n, _| match kind {
                _ if n != at => Ok(Answer::Continue),
                0 => Ok(Answer::Continue),
                1 => Ok(Answer::Cancel),
                _ => Err(Error::new(ErrorKind::Fail, "")),
            });
        let script = Arc::new(script);
        let _ = rig.acquire(&item, &script);
        rig.scanner_reload();
        let (result, _) = rig.download(&item);
        prop_assert_eq!(result.unwrap(), Status::Ok);
    }
}
