//! The loops, with pages and applications by script.

use std::collections::VecDeque;
use std::io::{Cursor, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex};

use formats::DocumentWriter;
use items::{AppItem, DriverItem};
use raster::{Band, PageLayout, PixelType};
use transfer::{
    Answer, DocumentOptions, MinidrvTransferCallback, NextStream, Stream, TransferContext,
    TransferParams, TransferRecord,
};
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_ROOT};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF};
use wia::{Error, ErrorKind, ItemFlags, Result, Status, Tymed};

use super::stream::ByteCount;
use super::{Download, Halt, PageFormat, Pages, Reporter, Tally};

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn say(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A stream that outlasts its transfer.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Memory {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().get_ref().clone()
    }
}

impl Stream for Memory {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(self.0.lock().unwrap().write(data).unwrap())
    }
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        Ok(self.0.lock().unwrap().seek(to).unwrap())
    }
    fn set_size(&mut self, size: u64) -> Result<()> {
        let mut stream = self.0.lock().unwrap();
        stream.get_mut().resize(size as usize, 0);
        Ok(())
    }
}

/// Gives its streams one after the other; `None` skips a page.
struct Application {
    log: Log,
    streams: Mutex<VecDeque<Option<Memory>>>,
    cancels_at: i32,
}

impl MinidrvTransferCallback for Application {
    fn get_next_stream(&self, _: &str, full_item_name: &str) -> Result<NextStream> {
        self.log.say(format!("stream for {full_item_name}"));
        let next = self.streams.lock().unwrap().pop_front();
        Ok(match next {
            Some(Some(stream)) => NextStream::Stream(Box::new(stream)),
            Some(None) => NextStream::SkipItem,
            None => NextStream::Missing,
        })
    }

    fn send_message(&self, params: &TransferParams) -> Result<Answer> {
        self.log
            .say(format!("{:?} {}", params.message, params.percent));
        Ok(match params.percent == self.cancels_at {
            true => Answer::Cancel,
            false => Answer::Continue,
        })
    }
}

/// Pages of two grey rows; `false` is one whose second row does not come.
struct Script {
    log: Log,
    pages: VecDeque<bool>,
}

impl Pages for Script {
    type Page = bool;
    type Failure = &'static str;

    fn next(&mut self) -> Result<Option<bool>, Halt<&'static str>> {
        self.log.say("next");
        Ok(self.pages.pop_front())
    }

    fn write(
        &mut self,
        whole: bool,
        writer: &mut dyn DocumentWriter,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt<&'static str>> {
        let layout = PageLayout {
            width: 3,
            height: Some(2),
            pixel: PixelType::Gray8,
            x_dpi: 100,
            y_dpi: 100,
        };
        writer.begin_page(&layout).map_err(Halt::Stream)?;
        let row = Band::new(&[1, 2, 3], 3, 3).unwrap();
        writer.rows(row).map_err(Halt::Stream)?;
        reporter.part(1, Some(2))?;
        if !whole {
            return Err(Halt::Device("jam"));
        }
        writer.rows(row).map_err(Halt::Stream)?;
        writer.end_page().map_err(Halt::Stream)?;
        Ok(())
    }

    fn discard(&mut self, _: bool) -> Result<(), Halt<&'static str>> {
        self.log.say("discard");
        Ok(())
    }

    fn done(&mut self) {
        self.log.say("done");
    }
}

/// How a transfer of `pages` into `streams` went.
struct Outcome {
    result: Result<Tally, Halt<&'static str>>,
    log: Vec<String>,
}

fn transfer(
    (tymed, format): (Tymed, PageFormat),
    pages: &[bool],
    streams: &[Option<Memory>],
    cancels_at: i32,
) -> Outcome {
    let log = Log::default();
    let application = Application {
        log: log.clone(),
        streams: Mutex::new(streams.iter().cloned().collect()),
        cancels_at,
    };
    let mut context = TransferContext {
        tymed,
        format: match format {
            PageFormat::Tiff => WIA_IMG_FMT_TIFF,
            _ => WIA_IMG_FMT_BMP,
        },
        callback: Some(Arc::new(application)),
        record: Some(TransferRecord::new(DocumentOptions::default())),
        ..TransferContext::default()
    };
    let (_tree, item) = feeder();
    let download = Download::new(&item, &context).unwrap();
    let mut script = Script {
        log: log.clone(),
        pages: pages.iter().copied().collect(),
    };
    let result = download.run(&mut script, format, None, &mut context);
    Outcome {
        result,
        log: log.lines(),
    }
}

fn feeder() -> (AppItem, AppItem) {
    let flags = ItemFlags::ROOT | ItemFlags::FOLDER | ItemFlags::DEVICE;
    let root = DriverItem::new(flags, "Root", r"0000\Root", WIA_CATEGORY_ROOT).unwrap();
    let flags = ItemFlags::FOLDER | ItemFlags::FILE | ItemFlags::TRANSFER;
    DriverItem::new_child(&root, flags, "Feeder", WIA_CATEGORY_FEEDER, None).unwrap();
    let tree = AppItem::from_driver_tree(&root);
    let item = tree.children().remove(0);
    (tree, item)
}

const SINGLE: (Tymed, PageFormat) = (Tymed::File, PageFormat::Bmp);
const MULTIPAGE: (Tymed, PageFormat) = (Tymed::MultipageFile, PageFormat::Tiff);
const FOR_FEEDER: &str = r"stream for 0000\Root\Feeder";

#[test]
fn a_stream_for_each_page() {
    let (one, three) = (Memory::default(), Memory::default());
    let streams = [Some(one.clone()), None, Some(three.clone())];
    let outcome = transfer(SINGLE, &[true; 3], &streams, -1);
    let tally = outcome.result.unwrap();
    assert_eq!((tally.written, tally.skipped), (2, 1));
    #[rustfmt::skip]
    assert_eq!(outcome.log, [
        "next", FOR_FEEDER, "Status 0", "Status 50", "Status 100", "done",
        "next", FOR_FEEDER, "discard", "done",
        "next", FOR_FEEDER, "Status 0", "Status 50", "Status 100", "done",
        "next",
    ]);
    // File header, information header, 256 colours, and two rows of four bytes.
    assert_eq!(one.bytes().len(), 14 + 40 + 1024 + 8);
    assert!(one.bytes().starts_with(b"BM"));
    assert_eq!(one.bytes(), three.bytes());
}

#[test]
fn one_stream_for_all_pages() {
    let outcome = transfer(MULTIPAGE, &[true; 2], &[Some(Memory::default())], -1);
    assert_eq!(outcome.result.unwrap().written, 2);
    #[rustfmt::skip]
    assert_eq!(outcome.log, [
        "next", FOR_FEEDER, "Status 0", "Status 50", "Status 100", "done",
        "next", "NewPage 0", "Status 50", "Status 100", "done",
        "next",
    ]);
}

#[test]
fn a_page_that_breaks_off_leaves_the_ones_before() {
    let (whole, broken) = (Memory::default(), Memory::default());
    let outcome = transfer(MULTIPAGE, &[true], &[Some(whole.clone())], -1);
    assert_eq!(outcome.result.unwrap().written, 1);
    let outcome = transfer(MULTIPAGE, &[true, false], &[Some(broken.clone())], -1);
    assert!(matches!(outcome.result, Err(Halt::Device("jam"))));
    assert_eq!(whole.bytes(), broken.bytes());
    assert!(whole.bytes().starts_with(b"II"));
}

#[test]
fn a_document_that_nobody_wants() {
    let outcome = transfer(MULTIPAGE, &[true; 2], &[None], -1);
    let tally = outcome.result.unwrap();
    assert_eq!((tally.written, tally.skipped), (0, 2));
    let expected = [
        "next", FOR_FEEDER, "discard", "done", "next", "discard", "done", "next",
    ];
    assert_eq!(outcome.log, expected);
}

#[test]
fn the_application_s_answers() {
    for kind in [SINGLE, MULTIPAGE] {
        // After a cancel nothing is called.
        let outcome = transfer(kind, &[true], &[Some(Memory::default())], 50);
        assert!(matches!(outcome.result, Err(Halt::Cancelled)));
        assert_eq!(outcome.log, ["next", FOR_FEEDER, "Status 0", "Status 50"]);
        let outcome = transfer(kind, &[true], &[], -1);
        let Err(Halt::Refused(e)) = outcome.result else {
            panic!("no stream is no success")
        };
        assert_eq!(e.kind(), ErrorKind::Pointer);
    }
}

#[test]
fn what_a_transfer_ends_with() {
    for (written, skipped, wanted, status) in [
        (0, 0, None, Status::Ok),
        (3, 1, None, Status::Ok),
        (3, 1, Some(4), Status::Ok),
        (2, 1, Some(4), Status::EndOfMedia),
        (0, 1, Some(4), Status::Ok),
        (0, 0, Some(1), Status::Ok),
    ] {
        assert_eq!(Tally { written, skipped }.status(wanted), status);
    }
    let e = || Error::new(ErrorKind::PaperJam, "");
    let ends = |halt: Halt| halt.result(|e| e).map_err(|e| e.kind());
    assert_eq!(ends(Halt::Cancelled), Ok(Status::Cancelled));
    assert_eq!(ends(Halt::Refused(e())), Err(ErrorKind::PaperJam));
    assert_eq!(ends(Halt::Stream(e())), Err(ErrorKind::PaperJam));
    assert_eq!(ends(Halt::Device(e())), Err(ErrorKind::PaperJam));
}

/// Where more than 200 ms pass between two lines of this test it is said again how far the page is.
#[test]
fn progress_never_goes_back_and_does_not_end_by_itself() {
    let application = Application {
        log: Log::default(),
        streams: Mutex::default(),
        cancels_at: -1,
    };
    let count = ByteCount::default();
    let mut reporter = Reporter::new(&application, &count);
    for (done, all) in [
        (5, Some(100)),
        (40, Some(100)),
        (0, None),
        (7, Some(100)),
        (44, Some(100)),
        (u64::MAX, Some(3)),
        (1, Some(0)),
    ] {
        reporter.part(done, all).unwrap();
    }
    let mut said = application.log.lines();
    said.dedup();
    said.retain(|said| said != "Status 44");
    assert_eq!(said, ["Status 5", "Status 40", "Status 99"]);
}
