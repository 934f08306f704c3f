//! What a feeder's transfer returns, and what goes wrong by plan.

use crate::rig::{Rig, Script, decode, feeder};
use minidriver::Minidriver;
use std::sync::Arc;
use transfer::{Answer, TransferContext};
use wia::event::{WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::property::{WIA_IPS_DOCUMENT_HANDLING_SELECT, WIA_IPS_PAGES};
use wia::{
    DocumentHandlingSelect, DocumentHandlingStatus, ErrorKind, Result, Status, TransferFlags,
    TransferMessage, Tymed,
};

/// The result and the number of complete pages, in both kinds of transfer; they must agree.
fn outcome(query: &str, pages: i32, duplex: bool) -> (Result<Status, ErrorKind>, usize) {
    let run = |multipage| {
        let (rig, item) = feeder(query, multipage);
        if duplex {
            rig.duplex(&item);
        }
        rig.set(&item, &[(WIA_IPS_PAGES, pages.into())]);
        let script = Script::new();
        let result = rig.acquire(&item, &script).map_err(|e| e.kind());
        let ends = script.messages(TransferMessage::Status);
        let complete = ends.iter().filter(|p| p.percent == 100).count();
        if multipage && complete > 0 {
            assert_eq!(decode::tiff(&script.bytes()[0]).len(), complete);
        }
        (result, complete)
    };
    let file = run(false);
    assert_eq!(
        file,
        run(true),
        "both kinds of transfer end in the same way"
    );
    file
}

#[test]
fn pages_0_is_until_the_feeder_is_empty() {
    assert_eq!(outcome("sheets=4", 0, false), (Ok(Status::Ok), 4));
    assert_eq!(outcome("sheets=4", 0, true), (Ok(Status::Ok), 8));
}

#[test]
fn pages_n_are_done_and_the_rest_stays_in_the_feeder() {
    assert_eq!(outcome("sheets=4", 4, false), (Ok(Status::Ok), 4));
    assert_eq!(outcome("sheets=4", 3, false), (Ok(Status::Ok), 3));
    assert_eq!(outcome("sheets=4", 3, true), (Ok(Status::Ok), 3));
    let (rig, item) = feeder("sheets=4", false);
    rig.set(&item, &[(WIA_IPS_PAGES, 3.into())]);
    assert_eq!(rig.download(&item).1.len(), 3);
    assert!(rig.status().contains(DocumentHandlingStatus::FEED_READY));
    let (result, streams) = rig.download(&item);
    assert_eq!((result.unwrap(), streams.len()), (Status::EndOfMedia, 1));
}

#[test]
fn fewer_than_n_pages_are_the_end_of_media() {
    assert_eq!(outcome("sheets=4", 5, false), (Ok(Status::EndOfMedia), 4));
    assert_eq!(outcome("sheets=1", 9, true), (Ok(Status::EndOfMedia), 2));
}

#[test]
fn no_paper_for_the_first_page_is_an_error_whatever_pages_is() {
    for pages in [0, 1, 7] {
        assert_eq!(
            outcome("sheets=0", pages, false),
            (Err(ErrorKind::PaperEmpty), 0)
        );
        assert_eq!(
            outcome("sheets=3&out=1", pages, true),
            (Err(ErrorKind::PaperEmpty), 0)
        );
    }
    // No stream is asked for in vain.
    let (rig, item) = feeder("sheets=0", false);
    let script = Script::new();
    rig.acquire(&item, &script).unwrap_err();
    assert!(script.events().is_empty());
}

#[test]
fn the_paper_is_out_before_a_sheet() {
    assert_eq!(outcome("sheets=5&out=4", 0, false), (Ok(Status::Ok), 3));
    assert_eq!(
        outcome("sheets=5&out=4", 5, false),
        (Ok(Status::EndOfMedia), 3)
    );
    let (rig, item) = feeder("sheets=5&out=4", false);
    rig.complete(&item, &Script::new());
    assert!(!rig.status().contains(DocumentHandlingStatus::FEED_READY));
    assert_eq!(
        rig.download(&item).0.unwrap_err().kind(),
        ErrorKind::PaperEmpty
    );
    rig.scanner_reload();
    assert_eq!(rig.download(&item).1.len(), 3);
}

/// Parameter, error, bits of the status.
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
        "disconnect",
        ErrorKind::Disconnected,
        DocumentHandlingStatus::empty(),
    ),
];

#[test]
fn faults_at_a_sheet_keep_the_pages_before_it() {
    for (fault, kind, _) in FAULTS {
        for pages in [0, 5] {
            assert_eq!(
                outcome(&format!("{fault}=3"), pages, false),
                (Err(kind), 2),
                "{fault}"
            );
            assert_eq!(
                outcome(&format!("{fault}=3"), pages, true),
                (Err(kind), 4),
                "{fault}"
            );
            assert_eq!(
                outcome(&format!("{fault}=1"), pages, true),
                (Err(kind), 0),
                "{fault}"
            );
        }
    }
}

#[test]
fn faults_name_sheet_and_line() {
    for (fault, kind, _) in FAULTS {
        let (rig, item) = feeder(&format!("{fault}=2"), false);
        let e = rig.download(&item).0.unwrap_err();
        assert_eq!(e.to_string(), format!("{} at sheet 2", kind.text()));
        let (rig, item) = feeder(&format!("{fault}=2:300"), false);
        let e = rig.download(&item).0.unwrap_err();
        assert_eq!(
            e.to_string(),
            format!("{} at sheet 2, line 300", kind.text())
        );
    }
}

#[test]
fn a_fault_before_a_sheet_asks_for_no_stream() {
    let (rig, item) = feeder("jam=3", false);
    let (_, streams) = rig.download(&item);
    assert_eq!(streams.len(), 2);
}

#[test]
fn a_fault_at_a_line_gives_the_lines_before_it() {
    // The header has 80 bytes; a grey line at 75 dpi has 620.
    for (line, good) in [
        (1, 0),
        (2, 1),
        (500, 499),
        (877, 876),
        (878, 876),
        (9999, 876),
    ] {
        for (fault, kind, _) in FAULTS {
            let (rig, item) = feeder(&format!("{fault}=2:{line}"), false);
            let (result, streams) = rig.download(&item);
            assert_eq!(result.unwrap_err().kind(), kind);
            assert_eq!(streams.len(), 2);
            assert_eq!(streams[1].len(), 80 + 620 * good, "{fault} at {line}");
        }
    }
}

#[test]
fn a_fault_inside_a_page_of_a_document_takes_the_page_back() {
    let (rig, item) = feeder("", true);
    rig.set(&item, &[(WIA_IPS_PAGES, 2.into())]);
    let (_, two_pages) = rig.download(&item);
    for (fault, kind, _) in FAULTS {
        let (rig, item) = feeder(&format!("{fault}=3:400"), true);
        let (result, streams) = rig.download(&item);
        assert_eq!(result.unwrap_err().kind(), kind);
        assert_eq!(streams, two_pages, "{fault}");
    }
    // Also the first page: nothing is left.
    let (rig, item) = feeder("jam=1:400", true);
    let (_, streams) = rig.download(&item);
    assert!(streams[0].is_empty(), "{} bytes", streams[0].len());
}

#[test]
fn in_duplex_a_line_is_one_of_the_front() {
    let (rig, item) = feeder("jam=2:100", false);
    rig.duplex(&item);
    let (_, streams) = rig.download(&item);
    assert_eq!(streams.len(), 3);
    assert_eq!(streams[2].len(), 80 + 620 * 99);
}

#[test]
fn out_of_paper_at_a_line_is_an_error() {
    let (rig, item) = feeder("out=2:300", false);
    let (result, streams) = rig.download(&item);
    let e = result.unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperEmpty);
    assert_eq!(e.to_string(), "the feeder is empty at sheet 2, line 300");
    assert_eq!(streams[1].len(), 80 + 620 * 299);
    assert!(!rig.status().contains(DocumentHandlingStatus::FEED_READY));
    let script = Script::new();
    assert_eq!(
        rig.acquire(&item, &script).unwrap_err().kind(),
        ErrorKind::PaperEmpty
    );
}

#[test]
fn after_a_fault_the_next_transfer_goes_on_with_the_next_sheet() {
    let (rig, item) = feeder("sheets=5", false);
    let (_, all) = rig.download(&item);
    for (fault, _, bits) in FAULTS.into_iter().take(3) {
        for line in ["", ":200"] {
            let (rig, item) = feeder(&format!("sheets=5&{fault}=3{line}"), false);
            let (_, first) = rig.download(&item);
            assert_eq!(first[..2], all[..2]);
            let status = rig.status();
            assert!(
                status.contains(bits | DocumentHandlingStatus::FEED_READY),
                "{status:?}"
            );
            let (result, second) = rig.download(&item);
            assert_eq!(result.unwrap(), Status::Ok);
            assert_eq!(second, all[3..]);
            assert!(!rig.status().contains(bits), "{fault} is put right");
        }
    }
}

#[test]
fn a_status_bit_is_cleared_when_the_feeder_is_loaded() {
    let (rig, item) = feeder("double=1", false);
    rig.download(&item).0.unwrap_err();
    assert!(rig.status().contains(DocumentHandlingStatus::MULTIPLE_FEED));
    rig.scanner_reload();
    assert!(!rig.status().contains(DocumentHandlingStatus::MULTIPLE_FEED));
}

#[test]
fn after_a_disconnect_nobody_answers() {
    let (rig, item) = feeder("disconnect=2", false);
    assert_eq!(
        rig.download(&item).0.unwrap_err().kind(),
        ErrorKind::Disconnected
    );
    let offline = |e: wia::Error| assert_eq!(e.kind(), ErrorKind::Offline);
    offline(rig.download(&item).0.unwrap_err());
    offline(rig.scanner.initialize("again").unwrap_err());
    offline(rig.scanner.init_item_properties(&item).unwrap_err());
    offline(rig.scanner.read_item_properties(&item, &[]).unwrap_err());
    offline(rig.scanner.lock_device().unwrap_err());
    offline(rig.write(&item, &[(WIA_IPS_PAGES, 1.into())]).unwrap_err());
    let synchronize = wia::command::WIA_CMD_SYNCHRONIZE;
    offline(
        rig.scanner
            .device_command(&rig.root, synchronize)
            .unwrap_err(),
    );
    let flatbed = rig.flatbed();
    let script = Script::new();
    offline(rig.acquire(&flatbed, &script).unwrap_err());
}

#[test]
fn a_flatbed_has_faults_that_need_no_moving_paper() {
    let scan = |rig: &Rig| rig.download(&rig.flatbed()).0.map_err(|e| e.to_string());
    let rig = Rig::open("", "jam=1&double=1&out=1&cover=2");
    assert_eq!(scan(&rig), Ok(Status::Ok));
    assert_eq!(scan(&rig), Err("a cover is open at sheet 2".into()));
    assert!(rig.status().contains(DocumentHandlingStatus::FLAT_COVER_UP));
    assert_eq!(scan(&rig), Ok(Status::Ok));
}

#[test]
fn a_new_scanner_has_a_full_feeder() {
    let (rig, item) = feeder("sheets=2", false);
    let (_, first) = rig.download(&item);
    assert!(!rig.status().contains(DocumentHandlingStatus::FEED_READY));
    let (rig, item) = feeder("sheets=2", false);
    assert!(rig.status().contains(DocumentHandlingStatus::FEED_READY));
    assert_eq!(rig.download(&item).1, first);
    assert!(!rig.status().contains(DocumentHandlingStatus::FEED_READY));
}

#[test]
fn backs_alone() {
    let (rig, item) = feeder("sheets=3", false);
    rig.duplex(&item);
    let (_, both) = rig.download(&item);
    rig.scanner_reload();
    let back = DocumentHandlingSelect::BACK_ONLY.bits();
    rig.set(&item, &[(WIA_IPS_DOCUMENT_HANDLING_SELECT, back.into())]);
    let (_, backs) = rig.download(&item);
    assert_eq!(backs, [both[1].clone(), both[3].clone(), both[5].clone()]);
}

#[test]
fn a_stop_inside_a_sheet_uses_up_the_sheet() {
    let (rig, item) = feeder("sheets=3", false);
    rig.duplex(&item);
    let (_, all) = rig.download(&item);
    rig.scanner_reload();
    rig.set(&item, &[(WIA_IPS_PAGES, 3.into())]);
    assert_eq!(rig.download(&item).1, all[..3]);
    rig.set(&item, &[(WIA_IPS_PAGES, 0.into())]);
    assert_eq!(rig.download(&item).1, all[4..]);
}

#[test]
fn a_cancel_by_answer_loses_the_sheet_that_is_in_the_feeder_and_no_other() {
    let (rig, item) = feeder("sheets=6", false);
    let (_, all) = rig.download(&item);
    rig.scanner_reload();
    // The second page's first message; the drawing is far ahead by then.
    let script = Script::plain().on_message({
        let mut streams = 0;
        move |_, p| {
            streams += i32::from(p.percent == 0);
            Ok(if streams == 2 {
                Answer::Cancel
            } else {
                Answer::Continue
            })
        }
    });
    assert_eq!(
        rig.acquire(&item, &Arc::new(script)).unwrap(),
        Status::Cancelled
    );
    assert_eq!(rig.download(&item).1, all[2..]);
}

#[test]
fn other_requests_are_refused() {
    let (rig, item) = feeder("", false);
    let script = Script::new();
    let acquire = |item: &items::AppItem, flags, context: &mut TransferContext| {
        let e = rig
            .scanner
            .acquire_item_data(item, flags, context)
            .unwrap_err();
        e.kind()
    };
    let mut context = rig.context(&item, &script);
    let upload = TransferFlags::UPLOAD;
    assert_eq!(
        acquire(&item, upload, &mut context),
        ErrorKind::InvalidArgument
    );
    let legacy = TransferFlags::empty();
    assert_eq!(
        acquire(&item, legacy, &mut context),
        ErrorKind::InvalidArgument,
        "a transfer of the older kinds without a file"
    );
    let download = TransferFlags::DOWNLOAD;
    assert_eq!(
        acquire(&rig.root, download, &mut context),
        ErrorKind::InvalidArgument
    );
    context.tymed = Tymed::MultipageFile;
    assert_eq!(
        acquire(&item, download, &mut context),
        ErrorKind::InvalidArgument
    );
    context.tymed = Tymed::Callback;
    assert_eq!(
        acquire(&item, download, &mut context),
        ErrorKind::InvalidArgument
    );
    context.tymed = Tymed::File;
    context.compression = wia::Compression::Jpeg;
    assert_eq!(
        acquire(&item, download, &mut context),
        ErrorKind::InvalidArgument
    );
    context.compression = wia::Compression::None;
    context.callback = None;
    assert_eq!(acquire(&item, download, &mut context), ErrorKind::Pointer);
    assert!(script.events().is_empty());
    // The flag for children means nothing on an item without children.
    let mut context = rig.context(&item, &script);
    let children = download | TransferFlags::ACQUIRE_CHILDREN;
    let status = rig.scanner.acquire_item_data(&item, children, &mut context);
    assert_eq!(status.unwrap(), Status::Ok);
}

/// The cable is pulled from outside: a transfer that runs fails, and so does the next until it is put in.
#[test]
fn the_service_can_pull_the_cable_and_put_it_in() {
    let (rig, item) = feeder("stall=2", false);
    let rig = Arc::new(rig);
    let inside = Arc::clone(&rig);
    // The second sheet would never come.
    let script = Script::plain().on_message(move |_, params| {
        if params.percent == 100 {
            inside
                .scanner
                .notify_pnp_event(WIA_EVENT_DEVICE_DISCONNECTED);
        }
        Ok(Answer::Continue)
    });
    let e = rig.acquire(&item, &Arc::new(script)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Disconnected);
    assert_eq!(
        rig.scanner.lock_device().unwrap_err().kind(),
        ErrorKind::Offline
    );
    rig.scanner.notify_pnp_event(WIA_EVENT_DEVICE_CONNECTED);
    rig.scanner.lock_device().unwrap();
    rig.scanner.unlock_device();
}
