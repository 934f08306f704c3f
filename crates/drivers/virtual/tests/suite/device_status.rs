//! What the scanner reports in the middle of a transfer, and how it goes on when it was put right.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::rig::{Mode, Rig, Script, feeder, none_handled, options};
use items::AppItem;
use minidriver::Minidriver;
use transfer::{Answer, NextStream, TransferParams};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::WIA_DPS_DOCUMENT_HANDLING_STATUS;
use wia::{DocumentHandlingStatus, Error, ErrorKind, Guid, Result, Status, TransferMessage, Tymed};

/// Parameter, error and bit of the status of what a person can put right.
const FAULTS: [(&str, ErrorKind, DocumentHandlingStatus); 4] = [
    (
        "jam",
        ErrorKind::PaperJam,
        DocumentHandlingStatus::PAPER_JAM,
    ),
    (
        "double",
        ErrorKind::MultiFeed,
        DocumentHandlingStatus::MULTIPLE_FEED,
    ),
    (
        "cover",
        ErrorKind::CoverOpen,
        DocumentHandlingStatus::PATH_COVER_UP,
    ),
    (
        "out",
        ErrorKind::PaperEmpty,
        DocumentHandlingStatus::empty(),
    ),
];

/// Every device status is answered with `Continue`: it was put right.
fn helper() -> Arc<Script> {
    Arc::new(Script::plain().on_message(|_, _| Ok(Answer::Continue)))
}

/// The failures that were reported.
fn failures(script: &Script) -> Vec<Error> {
    let told = script.messages(TransferMessage::DeviceStatus).into_iter();
    told.filter_map(|params| params.device_status?.err())
        .collect()
}

/// A feeder of four sheets in this format, with these faults.
fn in_format(query: &str, (format, tymed): (Guid, Tymed)) -> (Rig, AppItem) {
    let rig = Rig::open("", &format!("sheets=4&{query}"));
    let item = rig.feeder();
    rig.prepare(&item, format, tymed, 75, Mode::Gray);
    (rig, item)
}

const KINDS: [(Guid, Tymed); 5] = [
    (WIA_IMG_FMT_RAW, Tymed::File),
    (WIA_IMG_FMT_BMP, Tymed::File),
    (WIA_IMG_FMT_JPEG, Tymed::File),
    (WIA_IMG_FMT_TIFF, Tymed::File),
    (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
];

#[test]
fn a_fault_that_was_put_right_leaves_no_trace() {
    for kind in KINDS {
        for duplex in [false, true] {
            for late in ["", "&lateheight=1"] {
                let run = |query: &str| {
                    let (rig, item) = in_format(query, kind);
                    if duplex {
                        rig.duplex(&item);
                    }
                    let script = helper();
                    rig.complete(&item, &script);
                    (script.bytes(), failures(&script))
                };
                let (whole, none) = run(&format!("seed=1{late}"));
                assert!(none.is_empty());
                for (fault, error, _) in FAULTS {
                    for place in ["2:1", "2:300", "4:9999"] {
                        let (streams, told) = run(&format!("seed=1{late}&{fault}={place}"));
                        assert!(streams == whole, "{kind:?} {fault}={place}{late}");
                        assert_eq!(told.len(), 1);
                        assert_eq!(told[0].kind(), error);
                    }
                }
                let (streams, told) = run(&format!("seed=1{late}&jam=1,3,4&cover=3&double=3:9"));
                assert!(streams == whole, "{kind:?}{late}");
                let kinds: Vec<_> = told.iter().map(Error::kind).collect();
                let wanted = [
                    ErrorKind::PaperJam,
                    ErrorKind::PaperJam,
                    ErrorKind::CoverOpen,
                    ErrorKind::MultiFeed,
                    ErrorKind::PaperJam,
                ];
                assert_eq!(kinds, wanted, "in the order of the plan, each once");
            }
        }
    }
}

#[test]
fn the_status_says_what_and_where_and_the_percent_does_not_fall() {
    let (rig, item) = feeder("sheets=3&jam=2:400", true);
    let script = helper();
    rig.complete(&item, &script);
    assert_eq!(
        failures(&script)[0].to_string(),
        "paper jam at sheet 2, line 400"
    );
    let mut before = 0;
    for params in script.said() {
        match params.message {
            TransferMessage::Status => {
                assert!(params.percent >= before);
                before = params.percent;
            }
            TransferMessage::NewPage => before = 0,
            _ => {}
        }
    }
}

/// `WIA_DPS_DOCUMENT_HANDLING_STATUS` while a person is asked, and afterwards.
#[test]
fn the_devices_status_shows_the_trouble_until_it_is_put_right() {
    for (fault, _, bit) in FAULTS {
        let (rig, item) = feeder(&format!("sheets=3&{fault}=2:9"), false);
        let asked: Arc<Mutex<Vec<DocumentHandlingStatus>>> = Arc::default();
        let (seen, scanner, root) = (asked.clone(), rig.scanner.clone(), rig.root.clone());
        let script = Arc::new(Script::plain().on_message(move |_, params| {
            if params.message == TransferMessage::DeviceStatus {
                let id = WIA_DPS_DOCUMENT_HANDLING_STATUS;
                scanner.read_item_properties(&root, &[id]).unwrap();
                let bits = root.read_i32(id).unwrap();
                let status = DocumentHandlingStatus::from_bits_retain(bits);
                seen.lock().unwrap().push(status);
            }
            Ok(Answer::Continue)
        }));
        rig.complete(&item, &script);
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].contains(bit), "{fault}: {:?}", asked[0]);
        assert!(bit.is_empty() || !rig.status().intersects(bit), "{fault}");
    }
}

/// Answers the device's statuses; the rest goes on.
fn answering(answer: impl Fn(&TransferParams) -> Result<Answer> + Send + 'static) -> Arc<Script> {
    Arc::new(
        Script::plain().on_message(move |_, params| match params.message {
            TransferMessage::DeviceStatus => answer(params),
            _ => Ok(Answer::Continue),
        }),
    )
}

#[test]
fn a_cancel_cancels_and_loses_the_sheet_that_is_in_the_feeder() {
    let (rig, item) = feeder("sheets=5", false);
    let (_, all) = rig.download(&item);
    for multipage in [false, true] {
        for place in ["3", "3:200"] {
            let (rig, item) = feeder(&format!("sheets=5&jam={place}"), multipage);
            let script = answering(|_| Ok(Answer::Cancel));
            assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Cancelled);
            let (result, rest) = rig.download(&item);
            assert_eq!(result.unwrap(), Status::Ok);
            if !multipage {
                assert_eq!(rest, all[3..]);
            }
        }
    }
}

#[test]
fn a_failure_is_returned_as_it_is() {
    for multipage in [false, true] {
        for place in ["3", "3:200"] {
            let (rig, item) = feeder(&format!("jam={place}"), multipage);
            let other = Error::new(ErrorKind::UserIntervention, "nobody is there");
            let answered = other.clone();
            let script = answering(move |_| Err(answered.clone()));
            assert_eq!(rig.acquire(&item, &script).unwrap_err(), other);
        }
    }
}

#[test]
fn what_nobody_can_put_right_is_not_asked_about() {
    let (rig, item) = feeder("disconnect=2", false);
    let script = helper();
    let e = rig.acquire(&item, &script).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Disconnected);
    assert!(failures(&script).is_empty());
}

/// A feeder that is empty where the table of results has a code of its own for it.
#[test]
fn the_regular_end_of_the_paper_is_no_trouble() {
    for query in ["sheets=2", "sheets=5&out=3"] {
        let (rig, item) = feeder(query, false);
        let script = helper();
        rig.complete(&item, &script);
        assert_eq!(script.bytes().len(), 2);
        assert!(failures(&script).is_empty());
    }
}

#[test]
fn a_cover_can_be_closed_over_a_flatbed_too() {
    let run = |query| {
        let rig = Rig::open("", query);
        let item = rig.flatbed();
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
        let script = helper();
        rig.complete(&item, &script);
        (script.bytes(), failures(&script).len())
    };
    let (whole, _) = run("seed=1");
    for query in ["seed=1&cover=1", "seed=1&cover=1:100"] {
        let (streams, told) = run(query);
        assert!(streams == whole, "{query}");
        assert_eq!(told, 1);
    }
}

#[test]
fn a_page_that_nobody_wants_is_fed_again_as_well() {
    for multipage in [false, true] {
        let (rig, item) = feeder("sheets=3&jam=2:100,3", multipage);
        let script = Script::plain().on_next(|_| Some(Ok(NextStream::SkipItem)));
        let script = Arc::new(script.on_message(|_, _| Ok(Answer::Continue)));
        rig.complete(&item, &script);
        assert_eq!(failures(&script).len(), 2);
    }
}

#[test]
fn a_fault_happens_once_until_the_feeder_is_loaded() {
    let (rig, item) = feeder("sheets=3&jam=2", false);
    // It is put right, and then nobody wants the sheet any more.
    let script = Script::plain().on_next(|n| (n == 1).then_some(Ok(NextStream::Cancel)));
    let script = Arc::new(script.on_message(|_, _| Ok(Answer::Continue)));
    assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Cancelled);
    assert_eq!(failures(&script).len(), 1);
    assert_eq!(rig.download(&item).0.unwrap(), Status::Ok);
    rig.scanner_reload();
    let e = rig.download(&item).0.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);
}

fn warm_up(milliseconds: u64) -> (Rig, AppItem) {
    let mut options = options("", "sheets=1").unwrap();
    options.warm_up = Duration::from_millis(milliseconds);
    let rig = Rig::new(options);
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    (rig, item)
}

#[test]
fn warming_up_is_told_with_a_growing_percent() {
    let (rig, item) = warm_up(350);
    let script = Script::new();
    rig.complete(&item, &script);
    let told = script.messages(TransferMessage::DeviceStatus);
    let warming = Some(Ok(Status::WarmingUp));
    assert!(told.iter().all(|params| params.device_status == warming));
    let percent: Vec<_> = told.iter().map(|params| params.percent).collect();
    assert_eq!(percent, [0, 25, 50, 75]);
    // Each is one of its own, before anything else.
    let first: BTreeSet<_> = script.said()[..4].iter().map(|p| p.percent).collect();
    assert_eq!(first.len(), 4);
}

#[test]
fn a_cancel_while_it_warms_up_moves_no_paper() {
    let (rig, item) = warm_up(3_600_000);
    let script = answering(|_| Ok(Answer::Cancel));
    assert_eq!(rig.acquire(&item, &script).unwrap(), Status::Cancelled);
    assert!(script.bytes().is_empty());
    assert!(rig.status().contains(DocumentHandlingStatus::FEED_READY));
}

/// What the rules of the other tests rely on.
#[test]
fn without_handlers_the_failure_is_the_result() {
    let (rig, item) = feeder("jam=2", false);
    let script = Arc::new(Script::plain().on_message(|_, params| none_handled(params)));
    let e = rig.acquire(&item, &script).unwrap_err();
    assert_eq!(e.to_string(), "paper jam at sheet 2");
}
