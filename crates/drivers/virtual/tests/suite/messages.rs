//! Streams and messages of a download: how many, in which order, with which percent and bytes, and
//! streams that hold something already or are moved by the application.

use crate::rig;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::rig::{Event, Mode, Rig, Script, decode};
use transfer::Answer;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_COMPRESSION, WIA_IPA_FULL_ITEM_NAME, WIA_IPA_ITEM_NAME, WIA_IPS_PAGES,
};
use wia::{Compression, ErrorKind, Guid, Status, TransferMessage, Tymed};

const FILE_FORMATS: [Guid; 3] = [WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW, WIA_IMG_FMT_TIFF];

/// Every kind of document, with the parameters that matter to it.
const CASES: [(Guid, Tymed, &str); 7] = [
    (WIA_IMG_FMT_BMP, Tymed::File, ""),
    (WIA_IMG_FMT_RAW, Tymed::File, ""),
    (WIA_IMG_FMT_RAW, Tymed::File, "&lateheight=1"),
    (WIA_IMG_FMT_TIFF, Tymed::File, ""),
    (WIA_IMG_FMT_TIFF, Tymed::File, "&lateheight=1"),
    (WIA_IMG_FMT_TIFF, Tymed::MultipageFile, ""),
    (WIA_IMG_FMT_TIFF, Tymed::MultipageFile, "&lateheight=1"),
];

fn feeder(sheets: u32, format: Guid, tymed: Tymed, mode: Mode) -> (Rig, items::AppItem) {
    let rig = Rig::open("", &format!("sheets={sheets}"));
    let item = rig.feeder();
    rig.prepare(&item, format, tymed, 100, mode);
    (rig, item)
}

/// The one or more pages in a stream.
fn pages(format: Guid, bytes: &[u8]) -> Vec<decode::Page> {
    match format {
        WIA_IMG_FMT_BMP => vec![decode::bmp(bytes)],
        WIA_IMG_FMT_RAW => vec![decode::raw(bytes)],
        _ => decode::tiff(bytes),
    }
}

#[test]
fn file_transfers_have_a_stream_for_each_page() {
    for format in FILE_FORMATS {
        let (rig, item) = feeder(3, format, Tymed::File, Mode::Gray);
        let (result, streams) = rig.download(&item);
        assert_eq!(result.unwrap(), Status::Ok);
        assert_eq!(streams.len(), 3);
        for bytes in &streams {
            assert_eq!(pages(format, bytes).len(), 1);
        }
        assert_ne!(streams[0], streams[1]);
    }
}

#[test]
fn multipage_transfers_have_one_stream_for_all() {
    let (rig, item) = feeder(4, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, Mode::Gray);
    let (result, streams) = rig.download(&item);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(streams.len(), 1);
    assert_eq!(decode::tiff(&streams[0]).len(), 4);
}

#[test]
fn streams_are_asked_for_under_the_items_names() {
    for name in ["Flatbed", "Feeder"] {
        let rig = Rig::open("", "sheets=2");
        let item = rig.item(name);
        rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
        let script = Script::new();
        rig.complete(&item, &script);
        let expected = (
            item.read_str(WIA_IPA_ITEM_NAME).unwrap(),
            item.read_str(WIA_IPA_FULL_ITEM_NAME).unwrap(),
        );
        assert_eq!(expected.1, format!("0000\\Root\\{name}"));
        let names = script.names.lock().unwrap();
        assert!(!names.is_empty() && names.iter().all(|n| *n == expected));
    }
}

#[test]
fn a_stream_is_released_before_the_next_is_asked_for() {
    let (rig, item) = feeder(3, WIA_IMG_FMT_RAW, Tymed::File, Mode::Bw);
    let script = Script::new();
    rig.complete(&item, &script);
    let mut order = script.events();
    order.retain(|e| !matches!(e, Event::Said(_)));
    assert_eq!(
        order,
        [
            Event::AskedForStream,
            Event::Released(0),
            Event::AskedForStream,
            Event::Released(1),
            Event::AskedForStream,
            Event::Released(2),
        ]
    );
}

/// Runs a transfer and looks at the stream's size at each message.
fn sizes_at_messages(rig: &Rig, item: &items::AppItem) -> (Arc<Script>, Vec<usize>) {
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sizes);
    let script = Script::plain();
    let streams = Arc::clone(&script.streams);
    let script = Arc::new(script.on_message(move |_, _| {
        let streams = streams.lock().unwrap();
        seen.lock().unwrap().push(streams.last().unwrap().len());
        Ok(Answer::Continue)
    }));
    assert_eq!(rig.acquire(item, &script).unwrap(), Status::Ok);
    let sizes = sizes.lock().unwrap().clone();
    (script, sizes)
}

#[test]
fn a_file_transfer_says_0_to_100_percent_with_the_bytes_of_each_stream() {
    for format in [WIA_IMG_FMT_RAW, WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF] {
        let (rig, item) = feeder(2, format, Tymed::File, Mode::Color);
        let (script, sizes) = sizes_at_messages(&rig, &item);
        let said = script.said();
        assert!(said.iter().all(|p| p.message == TransferMessage::Status));
        assert!(
            said.iter()
                .zip(&sizes)
                .all(|(p, size)| p.transferred_bytes == *size as u64)
        );
        let ends = said.iter().filter(|p| p.percent == 100).count();
        assert_eq!(ends, 2, "one end for each stream");
        for stream in said.split_inclusive(|p| p.percent == 100) {
            assert_eq!(stream[0].percent, 0);
            assert_eq!(stream[0].transferred_bytes, 0);
            assert!(stream.is_sorted_by_key(|p| p.percent));
            // BMP is written bottom-up, so its size stands after the first band.
            assert!(stream.is_sorted_by_key(|p| p.transferred_bytes));
            assert!(stream.len() >= 10, "only {} messages", stream.len());
        }
        let bytes = script.bytes();
        let last: Vec<usize> = said
            .iter()
            .filter(|p| p.percent == 100)
            .map(|p| p.transferred_bytes as usize)
            .collect();
        assert_eq!(last, [bytes[0].len(), bytes[1].len()]);
    }
}

#[test]
fn new_page_comes_before_the_first_byte_of_pages_2_to_n() {
    let (rig, item) = feeder(3, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, Mode::Gray);
    let (script, sizes) = sizes_at_messages(&rig, &item);
    let said = script.said();
    assert!(
        said.iter()
            .zip(&sizes)
            .all(|(p, size)| p.transferred_bytes == *size as u64)
    );
    let marks: Vec<(TransferMessage, i32, usize)> = said
        .iter()
        .zip(&sizes)
        .map(|(p, size)| (p.message, p.percent, *size))
        .filter(|(message, percent, _)| {
            *message == TransferMessage::NewPage || *percent == 100 || *percent == 0
        })
        .collect();
    let kinds: Vec<_> = marks.iter().map(|(m, p, _)| (*m, *p)).collect();
    let (status, new_page) = (TransferMessage::Status, TransferMessage::NewPage);
    assert_eq!(
        kinds,
        [
            (status, 0),
            (status, 100),
            (new_page, 0),
            (status, 100),
            (new_page, 0),
            (status, 100),
        ]
    );
    // Nothing is written between a page's end and the message; the count of bytes goes on.
    assert_eq!(marks[1].2, marks[2].2);
    assert_eq!(marks[3].2, marks[4].2);
    assert!(marks.is_sorted_by_key(|m| m.2));
    // The document is complete at each page's end: it can be read as it stands.
    let bytes = &script.bytes()[0];
    for (end, count) in [(marks[1].2, 1), (marks[3].2, 2), (marks[5].2, 3)] {
        let mut so_far = bytes[..end].to_vec();
        if count < 3 {
            cut_chain(&mut so_far, count);
        }
        assert_eq!(decode::tiff(&so_far).len(), count);
    }
}

/// Ends the chain of directories after `count` of them, as it was when they were written. The page
/// writer's documents reserve 16 bytes for their header, and are classic here.
fn cut_chain(bytes: &mut [u8], count: usize) {
    let u32_at =
        |b: &[u8], at: usize| u32::from_le_bytes(b[at..at + 4].try_into().unwrap()) as usize;
    let mut ifd = u32_at(bytes, 4);
    for _ in 1..count {
        let entries = usize::from(u16::from_le_bytes(bytes[ifd..ifd + 2].try_into().unwrap()));
        ifd = u32_at(bytes, ifd + 2 + 12 * entries);
    }
    let entries = usize::from(u16::from_le_bytes(bytes[ifd..ifd + 2].try_into().unwrap()));
    let link = ifd + 2 + 12 * entries;
    bytes[link..link + 4].fill(0);
}

#[test]
fn two_identical_scanners_transfer_at_the_same_time() {
    let barrier = Arc::new(Barrier::new(2));
    let transfer = |barrier: Arc<Barrier>| {
        let (rig, item) = feeder(2, WIA_IMG_FMT_RAW, Tymed::File, Mode::Gray);
        // Each waits in the middle of its first page for the other.
        let script = Arc::new(Script::plain().on_message(move |n, _| {
            if n == 3 {
                barrier.wait();
            }
            Ok(Answer::Continue)
        }));
        rig.complete(&item, &script);
        script.bytes()
    };
    let other = Arc::clone(&barrier);
    let other = thread::spawn(move || transfer(other));
    let (one, two) = (transfer(barrier), other.join().unwrap());
    assert_eq!(one.len(), 2);
    assert_eq!(one, two);
}

#[test]
fn a_stream_that_holds_something_is_appended_to() {
    for (format, tymed, query) in CASES {
        let rig = Rig::open("", &format!("sheets=2{query}"));
        let item = rig.feeder();
        rig.prepare(&item, format, tymed, 100, Mode::Color);
        let script = Arc::new(Script::plain().before(b"something, of 24 bytes!!"));
        rig.complete(&item, &script);
        rig.scanner_reload();
        let (_, plain) = rig.download(&item);
        let appended = script.bytes();
        assert_eq!(appended.len(), plain.len());
        for (appended, plain) in appended.iter().zip(&plain) {
            assert_eq!(&appended[..24], b"something, of 24 bytes!!");
            assert_eq!(&appended[24..], plain);
        }
        let last = script.said().into_iter().next_back().unwrap();
        assert_eq!(last.transferred_bytes as usize, plain.last().unwrap().len());
    }
}

#[test]
fn a_stream_that_is_moved_by_callbacks_holds_the_same() {
    for (format, tymed, query) in CASES {
        let rig = Rig::open("", &format!("sheets=2{query}"));
        let item = rig.feeder();
        rig.prepare(&item, format, tymed, 75, Mode::Gray);
        let script = Script::plain();
        let streams = Arc::clone(&script.streams);
        let script = Arc::new(script.on_message(move |n, _| {
            let streams = streams.lock().unwrap();
            let positions = [0, 3, 1 << 33, 80, 1000];
            streams
                .last()
                .unwrap()
                .move_to(positions[n % positions.len()]);
            Ok(Answer::Continue)
        }));
        rig.complete(&item, &script);
        rig.scanner_reload();
        assert_eq!(script.bytes(), rig.download(&item).1);
    }
}

/// `Read`, `Stat` and the like make the test's stream panic.
#[test]
fn only_write_seek_and_set_size_are_called() {
    for (format, tymed, query) in CASES {
        let rig = Rig::open("", &format!("sheets=2{query}"));
        let item = rig.feeder();
        rig.prepare(&item, format, tymed, 75, Mode::Bw);
        let script = Script::new();
        rig.complete(&item, &script);
        let streams = script.streams.lock().unwrap();
        assert!(streams.iter().all(|s| s.calls() > 0));
    }
}

#[test]
fn any_call_of_a_stream_that_fails_fails_the_transfer() {
    for (format, tymed, query) in CASES {
        let rig = Rig::open("", &format!("sheets=1{query}"));
        let item = rig.feeder();
        rig.prepare(&item, format, tymed, 75, Mode::Bw);
        let script = Script::new();
        rig.complete(&item, &script);
        let calls = script.streams.lock().unwrap()[0].calls();
        for call in 0..calls {
            rig.scanner_reload();
            let script = Arc::new(Script::plain().fails_at(call));
            let e = rig.acquire(&item, &script).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::WriteFault, "call {call} of {calls}");
            let complete = script.said().iter().any(|p| p.percent == 100);
            assert!(!complete, "call {call} of {calls}");
        }
    }
}

#[test]
fn a_late_height_is_put_into_the_header_at_the_pages_end() {
    let rig = Rig::open("", "sheets=1&lateheight=1");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    let heights = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heights);
    let script = Script::plain();
    let streams = Arc::clone(&script.streams);
    let script = Arc::new(script.on_message(move |_, _| {
        let bytes = streams.lock().unwrap()[0].bytes();
        if let Some(height) = bytes.get(24..28) {
            let height = u32::from_le_bytes(height.try_into().unwrap());
            seen.lock().unwrap().push(height);
        }
        Ok(Answer::Continue)
    }));
    rig.complete(&item, &script);
    let heights = heights.lock().unwrap();
    let (last, before) = heights.split_last().unwrap();
    assert!(!before.is_empty() && before.iter().all(|h| *h == 0));
    assert_eq!(*last, 877);
    let plain = Rig::open("", "sheets=1");
    let item = plain.feeder();
    plain.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Gray);
    assert_eq!(script.bytes(), plain.download(&item).1);
}

#[test]
fn a_late_height_is_nothing_to_a_bitmap() {
    let rig = Rig::open("", "sheets=1&lateheight=1");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_BMP, Tymed::File, 75, Mode::Gray);
    assert_eq!(decode::bmp(&rig.download(&item).1[0]).height, 877);
}

#[test]
fn a_full_stream_is_a_failure_and_finished_pages_stay() {
    let (rig, item) = feeder(3, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, Mode::Gray);
    let (_, whole) = rig.download(&item);
    rig.scanner_reload();
    let script = Arc::new(Script::plain().capacity(whole[0].len() / 2));
    let e = rig.acquire(&item, &script).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
    let kept = &script.bytes()[0];
    assert_eq!(decode::tiff(kept), decode::tiff(&whole[0])[..1]);
    assert_eq!(script.streams.lock().unwrap()[0].set_sizes(), 1);
    assert_eq!(script.messages(TransferMessage::NewPage).len(), 1);

    let (rig, item) = feeder(3, WIA_IMG_FMT_RAW, Tymed::File, Mode::Gray);
    let script = Arc::new(Script::plain().capacity(100_000));
    assert_eq!(
        rig.acquire(&item, &script).unwrap_err().kind(),
        ErrorKind::MediumFull
    );
    assert_eq!(script.bytes().len(), 1);
}

#[test]
fn a_flatbed_gives_one_page_of_a_document() {
    let rig = Rig::open("", "");
    let item = rig.flatbed();
    rig.prepare(&item, WIA_IMG_FMT_TIFF, Tymed::MultipageFile, 75, Mode::Bw);
    let g4 = Compression::G4.value();
    rig.set(&item, &[(WIA_IPA_COMPRESSION, g4.into())]);
    let (result, streams) = rig.download(&item);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(decode::tiff(&streams[0]).len(), 1);
    assert!(!item.has(WIA_IPS_PAGES));
}

#[test]
fn a_device_warms_up_before_the_first_line() {
    let mut options = rig::options("", "sheets=1").unwrap();
    options.warm_up = Duration::from_millis(80);
    let rig = Rig::new(options);
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
    let began = Instant::now();
    rig.complete(&item, &Script::new());
    assert!(began.elapsed() >= Duration::from_millis(80));
}

#[test]
fn a_slow_device_says_how_far_it_is() {
    // A page takes 2 s: so do its messages, from the first to the last.
    let rig = Rig::open("", "sheets=1&ppm=30");
    let item = rig.feeder();
    rig.prepare(&item, WIA_IMG_FMT_RAW, Tymed::File, 75, Mode::Bw);
    let moments = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&moments);
    let script = Arc::new(Script::plain().on_message(move |_, _| {
        seen.lock().unwrap().push(Instant::now());
        Ok(Answer::Continue)
    }));
    rig.complete(&item, &script);
    let moments = moments.lock().unwrap();
    assert!(moments.len() >= 20, "only {} messages", moments.len());
    let whole = *moments.last().unwrap() - moments[0];
    assert!(whole >= Duration::from_millis(1800), "{whole:?}");
}
