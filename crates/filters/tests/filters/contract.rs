//! The contract of `IWiaImageFilter` and its `IWiaTransferCallback`, row by row, of the filter of this
//! house alone: without the guard that a transfer puts around it.

use std::io::{Cursor, SeekFrom};
use std::sync::{Arc, Mutex};

use formats::DocumentFormat;
use items::{AppItem, DriverItem};
use quire_filters::{Brightness, Filter, Filters, Rotation};
use raster::PixelType;
use transfer::{Answer, ImageFilter, NextStream, Stream, TransferCallback, TransferParams};
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER, WIA_CATEGORY_ROOT};
use wia::format::WIA_IMG_FMT_RAW;
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS};
use wia::{
    Access, Error, ErrorKind, Guid, ItemFlags, PropertyInfo, Result, Status, TransferMessage,
    ValidValues,
};

use crate::parts::{FLATBED, document, filtered, layout, rows, stream_of, tree};
use crate::preview::{BED, bed};

/// An application that writes every call down, also those of its streams.
#[derive(Clone, Default)]
pub(crate) struct App(pub(crate) Arc<Inner>);

#[derive(Default)]
pub(crate) struct Inner {
    log: Mutex<Vec<String>>,
    stream: Mutex<Cursor<Vec<u8>>>,
    /// Instead of a stream.
    pub(crate) next: Mutex<Option<Result<NextStream>>>,
    pub(crate) answer: Mutex<Option<Result<Answer>>>,
    writes_fail: Mutex<bool>,
}

impl App {
    fn log(&self, line: impl Into<String>) {
        self.0.log.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.log.lock().unwrap())
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.stream.lock().unwrap().get_ref().clone()
    }

    fn callback(&self) -> Arc<dyn TransferCallback> {
        Arc::new(self.clone())
    }
}

impl TransferCallback for App {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let (percent, bytes) = (params.percent, params.transferred_bytes);
        self.log(format!("{:?} {percent}% {bytes}", params.message));
        let answer = self.0.answer.lock().unwrap().clone();
        answer.unwrap_or(Ok(Answer::Continue))
    }

    fn get_next_stream(&self, name: &str, full_name: &str) -> Result<NextStream> {
        self.log(format!("GetNextStream {name} {full_name}"));
        if let Some(next) = self.0.next.lock().unwrap().take() {
            return next;
        }
        *self.0.stream.lock().unwrap() = Cursor::default();
        Ok(NextStream::Stream(Box::new(Below(self.clone()))))
    }
}

struct Below(App);

impl Stream for Below {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        if *self.0.0.writes_fail.lock().unwrap() {
            return Err(Error::new(
                ErrorKind::MediumFull,
                "the application's stream",
            ));
        }
        self.0.log("Write");
        std::io::Write::write_all(&mut *self.0.0.stream.lock().unwrap(), data).unwrap();
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(std::io::Seek::seek(&mut *self.0.0.stream.lock().unwrap(), to).unwrap())
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut stream = self.0.0.stream.lock().unwrap();
        stream.get_mut().resize(size as usize, 0);
        Ok(())
    }
}

impl Drop for Below {
    fn drop(&mut self) {
        self.0.log("Release");
    }
}

fn turn() -> Vec<Box<dyn Filter>> {
    vec![Box::new(Rotation(Some(wia::Orientation::Rot180)))]
}

pub(crate) fn brighter() -> Vec<Box<dyn Filter>> {
    vec![Box::new(Brightness(Some(150)))]
}

/// A filter, initialized with a root.
pub(crate) fn filter(list: Vec<Box<dyn Filter>>, root: &AppItem, app: &App) -> Filters {
    let filter = Filters::new(list);
    filter.initialize_filter(root, app.callback()).unwrap();
    filter
}

fn stream(filter: &Filters) -> Box<dyn Stream> {
    match filter.get_next_stream("Flatbed", FLATBED) {
        Ok(NextStream::Stream(stream)) => stream,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn page() -> Vec<u8> {
    let page = layout(20, 30, PixelType::Gray8);
    document(DocumentFormat::Raw, &page, &rows(&page))
}

fn message(message: TransferMessage) -> TransferParams {
    TransferParams {
        message,
        ..TransferParams::status(42, 4711)
    }
}

const MESSAGES: [TransferMessage; 5] = [
    TransferMessage::Status,
    TransferMessage::DeviceStatus,
    TransferMessage::NewPage,
    TransferMessage::EndOfStream,
    TransferMessage::EndOfTransfer,
];

#[test]
fn initialize_filter_keeps_both_and_does_nothing_else() {
    let app = App::default();
    // A folder is allowed: the root is one.
    let filter = filter(turn(), &tree(&[]), &app);
    assert!(app.lines().is_empty());
    // Both are kept: the item is found, the callback is asked.
    drop(stream(&filter));
    assert_eq!(app.lines()[0], format!("GetNextStream Flatbed {FLATBED}"));
}

#[test]
fn get_next_stream_delegates_and_wraps_the_stream() {
    let (app, root) = (App::default(), tree(&[]));
    let filter = filter(brighter(), &root, &app);
    stream(&filter).write(&page()).unwrap();
    let told = filter.transfer_callback(&message(TransferMessage::EndOfStream));
    assert_eq!(told, Ok(Answer::Continue));
    assert!(app.bytes() == filtered(&root, brighter(), &page()) && app.bytes() != page());
}

/// The sample looks for the missing stream first, and makes `E_UNEXPECTED` of a cancel without one.
#[test]
fn get_next_stream_passes_s_false_skip_and_failures_through_before_it_looks_for_a_stream() {
    for (next, seen) in [
        (Ok(NextStream::Cancel), "Ok(Cancel)"),
        (Ok(NextStream::SkipItem), "Ok(SkipItem)"),
        (Ok(NextStream::Missing), "Ok(Missing)"),
        (
            Ok(NextStream::Other(Status::EndOfMedia, None)),
            "Ok(Other(WIA_STATUS_END_OF_MEDIA",
        ),
        (
            Err(Error::new(ErrorKind::AccessDenied, "")),
            "Err(Error { kind: AccessDenied",
        ),
    ] {
        let app = App::default();
        let filter = filter(turn(), &tree(&[]), &app);
        *app.0.next.lock().unwrap() = Some(next);
        let got = format!("{:?}", filter.get_next_stream("Flatbed", FLATBED));
        assert!(got.starts_with(seen), "{got}");
    }
}

#[test]
fn get_next_stream_releases_the_stream_before_it_asks() {
    let app = App::default();
    let filter = filter(turn(), &tree(&[]), &app);
    drop(stream(&filter));
    app.lines();
    drop(stream(&filter));
    let asked = format!("GetNextStream Flatbed {FLATBED}");
    assert_eq!(app.lines(), ["Release", &asked]);
}

#[test]
fn stored_files_and_folders_get_the_application_s_stream_unfiltered() {
    for category in [WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FOLDER] {
        let app = App::default();
        let filter = filter(turn(), &with_category(category), &app);
        stream(&filter).write(&page()).unwrap();
        // Nothing waits for the end, so it is the stream itself.
        assert!(app.bytes() == page(), "{category}");
        assert_eq!(app.lines()[1..], ["Write", "Release"]);
    }
}

#[test]
fn write_takes_the_whole_image_at_once_or_byte_by_byte_and_a_header_again() {
    let root = tree(&[]);
    let expected = filtered(&root, brighter(), &page());
    let whole = page();
    for size in [1, 79, 80, 81, whole.len()] {
        let app = App::default();
        let filter = filter(brighter(), &root, &app);
        let mut stream = stream(&filter);
        for piece in whole.chunks(size) {
            assert_eq!(stream.write(piece), Ok(piece.len()));
        }
        stream.seek(SeekFrom::Start(0)).unwrap();
        stream.write(&whole[..80]).unwrap();
        drop(stream);
        let end = message(TransferMessage::EndOfStream);
        assert_eq!(filter.transfer_callback(&end), Ok(Answer::Continue));
        assert!(app.bytes() == expected, "{size}");
    }
}

#[test]
fn transfer_callback_delegates_every_message_and_its_answer_and_changes_only_the_bytes() {
    for answer in [
        Ok(Answer::Continue),
        Ok(Answer::Cancel),
        Err(Error::new(ErrorKind::AccessDenied, "the application's")),
    ] {
        for with_stream in [false, true] {
            for what in MESSAGES {
                let app = App::default();
                let filter = filter(turn(), &tree(&[]), &app);
                if with_stream {
                    drop(stream(&filter));
                }
                app.lines();
                *app.0.answer.lock().unwrap() = Some(answer.clone());
                assert_eq!(filter.transfer_callback(&message(what)), answer);
                // Nothing has reached the application's stream yet.
                let bytes = if with_stream { 0 } else { 4711 };
                let lines = app.lines();
                let lines: Vec<_> = lines.iter().filter(|line| *line != "Release").collect();
                assert_eq!(lines, [&format!("{what:?} 42% {bytes}")]);
            }
        }
    }
}

#[test]
fn transfer_callback_says_the_bytes_that_have_reached_the_application() {
    let app = App::default();
    let filter = filter(turn(), &tree(&[]), &app);
    let whole = page();
    stream(&filter).write(&whole).unwrap();
    let status = message(TransferMessage::Status);
    assert_eq!(filter.transfer_callback(&status), Ok(Answer::Continue));
    let end = message(TransferMessage::EndOfStream);
    assert_eq!(filter.transfer_callback(&end), Ok(Answer::Continue));
    let told = app.lines();
    assert!(told.contains(&"Status 42% 0".to_owned()), "{told:?}");
    let all = format!("EndOfStream 42% {}", whole.len());
    assert_eq!(told.last(), Some(&all));
}

#[test]
fn end_of_stream_flushes_and_releases_before_it_is_delegated_and_drops_the_filtering_stream() {
    let app = App::default();
    let filter = filter(turn(), &tree(&[]), &app);
    let mut written = stream(&filter);
    written.write(&page()).unwrap();
    assert!(!app.lines().contains(&"Write".to_owned()), "it is held");
    let end = message(TransferMessage::EndOfStream);
    assert_eq!(filter.transfer_callback(&end), Ok(Answer::Continue));
    let mut told = app.lines();
    told.dedup();
    let size = page().len();
    assert_eq!(
        told,
        ["Write", "Release", &format!("EndOfStream 42% {size}")]
    );
    // The next message is of no stream.
    let end = message(TransferMessage::EndOfTransfer);
    assert_eq!(filter.transfer_callback(&end), Ok(Answer::Continue));
    assert_eq!(app.lines(), ["EndOfTransfer 42% 4711"]);
}

#[test]
fn a_failure_to_flush_is_returned_after_delegation_and_the_first_failure_wins() {
    for answer in [None, Some(Err(Error::new(ErrorKind::AccessDenied, "")))] {
        let app = App::default();
        let filter = filter(turn(), &tree(&[]), &app);
        stream(&filter).write(&page()).unwrap();
        *app.0.writes_fail.lock().unwrap() = true;
        *app.0.answer.lock().unwrap() = answer;
        let end = message(TransferMessage::EndOfStream);
        let e = filter.transfer_callback(&end).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::MediumFull);
        assert_eq!(app.lines().pop().unwrap(), "EndOfStream 42% 0");
    }
}

#[test]
fn set_new_callback_releases_the_old_one_and_with_null_only_releases() {
    let (old, new) = (App::default(), App::default());
    let filter = filter(turn(), &tree(&[]), &old);
    assert_eq!(Arc::strong_count(&old.0), 2);
    filter.set_new_callback(Some(new.callback())).unwrap();
    assert_eq!(Arc::strong_count(&old.0), 1);
    drop(stream(&filter));
    assert!(old.lines().is_empty() && !new.lines().is_empty());
    filter.set_new_callback(None).unwrap();
    assert_eq!(Arc::strong_count(&new.0), 1);
    assert_eq!(new.lines(), ["Release"]);
}

#[test]
fn without_a_callback_every_call_is_e_unexpected() {
    let root = bed(&[]);
    let child = root.find_by_name(FLATBED).unwrap();
    let released = filter(turn(), &root, &App::default());
    released.set_new_callback(None).unwrap();
    for filter in [released, Filters::new(turn())] {
        let e = filter.get_next_stream("Flatbed", FLATBED).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Unexpected);
        for what in MESSAGES {
            let e = filter.transfer_callback(&message(what)).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Unexpected);
        }
        let mut input = stream_of(&page());
        let e = filter.filter_preview_image(&child, BED, &mut input);
        assert_eq!(e.unwrap_err().kind(), ErrorKind::Unexpected);
    }
}

/// A tree whose one item, of this category, is called as the flatbed.
pub(crate) fn with_category(category: Guid) -> AppItem {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", "0000\\Root", WIA_CATEGORY_ROOT).unwrap();
    let flags = ItemFlags::FILE | ItemFlags::TRANSFER;
    DriverItem::new_child(&root, flags, "Flatbed", category, None).unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let info = || PropertyInfo {
        access: Access::RW,
        valid: ValidValues::None,
    };
    let item = tree.find_by_name(FLATBED).unwrap();
    item.declare(WIA_IPA_FORMAT, WIA_IMG_FMT_RAW, info());
    for (id, value) in [
        (WIA_IPS_XPOS, 5),
        (WIA_IPS_YPOS, 6),
        (WIA_IPS_XEXTENT, 7),
        (WIA_IPS_YEXTENT, 8),
    ] {
        item.declare(id, value, info());
    }
    tree
}

#[test]
fn apply_properties_writes_nothing_without_need() {
    let filter = filter(turn(), &tree(&[]), &App::default());
    let written = filter.apply_properties(&mut |_| panic!("there is nothing to write"));
    assert_eq!(written, Ok(()));
}

#[test]
fn several_filters_of_one_kind_live_side_by_side() {
    let (one, other) = (App::default(), App::default());
    let root = tree(&[]);
    let (first, second) = (filter(turn(), &root, &one), filter(turn(), &root, &other));
    let (mut of_first, mut of_second) = (stream(&first), stream(&second));
    for piece in page().chunks(50) {
        of_first.write(piece).unwrap();
        of_second.write(piece).unwrap();
    }
    for filter in [&first, &second] {
        let end = message(TransferMessage::EndOfStream);
        assert_eq!(filter.transfer_callback(&end), Ok(Answer::Continue));
    }
    let expected = filtered(&root, turn(), &page());
    assert!(one.bytes() == expected && other.bytes() == expected);
}
