//! Each duty is able to fail: a driver for each that does everything but this.

mod data;
mod driver;
mod storage;
mod streams;

use std::collections::BTreeSet;
use std::sync::Arc;

use minidriver::{DriverModel, Minidriver};
use quire_testkit::{Faces, Outcome, check_duty, duties};

use driver::Wrong;
use storage::WrongStorage;

/// The duty that is not done, and how not.
const DEFECTS: [(&str, &str); 88] = [
    ("format.streams", "fails in RAW"),
    (
        "format.unsigned-tymed",
        "refuses each change of WIA_IPA_TYMED",
    ),
    ("format.lists", "forgets a format when it is asked for all"),
    ("format.bmp", "does not offer BMP"),
    ("format.default", "begins with TIFF"),
    ("format.preferred", "prefers a format that it does not have"),
    ("format.extension", "has one extension for all formats"),
    ("stream.one-per-image", "asks for two streams an image"),
    ("stream.one-for-all", "asks for two streams a document"),
    ("stream.released-next", "keeps its streams until it returns"),
    ("stream.released-return", "never releases a stream"),
    ("stream.append", "empties the stream first"),
    (
        "stream.position",
        "believes that the position is where it left it",
    ),
    ("stream.write-fails", "does not look whether a Write failed"),
    ("stream.seek-fails", "does not look whether a Seek failed"),
    ("stream.short-write", "does not look how much was written"),
    ("stream.calls", "asks the stream for its size"),
    ("stream.names", "says the item's full name for its name"),
    (
        "stream.two-devices",
        "cannot work while another of its kind does",
    ),
    ("next.missing", "returns S_OK without a stream"),
    ("next.cancel", "returns E_ABORT for a cancel"),
    (
        "next.cancel-later",
        "returns S_OK when it is cancelled between two images",
    ),
    ("next.skip-one", "ends when an item is skipped"),
    ("next.skip-all", "fails when all items are skipped"),
    (
        "next.other",
        "returns S_OK after an answer that it does not know",
    ),
    (
        "next.failure",
        "returns E_UNEXPECTED for any failure, as a sample does",
    ),
    ("message.cancel", "returns E_ABORT for a cancel"),
    ("message.failure", "returns S_FALSE for a failure"),
    ("message.silence", "says goodbye after a cancel"),
    ("message.percent", "begins with 1 percent and ends with 101"),
    ("message.bytes", "counts one byte too many"),
    ("message.service-only", "sends END_OF_STREAM by itself"),
    ("status.clear", "takes its message away by itself"),
    (
        "status.cancel",
        "returns E_ABORT when a person cancels while it warms up",
    ),
    (
        "status.failure",
        "does not look whether it may go on after a status",
    ),
    ("message.first", "does not begin with 0 percent"),
    ("message.last", "does not end with 100 percent"),
    ("message.new-page", "sends no NEW_PAGE"),
    ("message.no-new-page", "sends NEW_PAGE for each stream"),
    ("cancel.stops", "returns S_OK after a cancel"),
    ("cancel.sooner", "goes on to the end after a cancel"),
    ("cancel.again", "is busy for ever after a cancel"),
    ("cancel.idle", "keeps a cancel for the next transfer"),
    ("cancel.event", "does not hear WIA_EVENT_CANCEL_IO"),
    ("failure.again", "fails for ever after a failure"),
    ("feeder.all", "says END_OF_MEDIA when the feeder is empty"),
    ("feeder.count", "says END_OF_MEDIA after N pages"),
    ("feeder.short", "says S_OK after fewer than N pages"),
    ("feeder.empty", "says END_OF_MEDIA when there is no paper"),
    ("feeder.ready", "always says FEED_READY"),
    ("memory.formats", "fails in TIFF"),
    ("memory.header", "sends the header in two bands"),
    ("memory.bands", "sends empty bands"),
    ("memory.lines", "sends half lines"),
    ("memory.offsets", "leaves a gap behind the header"),
    ("memory.buffers", "works with a buffer of one size only"),
    ("memory.new-page", "sends no NEW_PAGE"),
    ("memory.messages", "says 101 percent at the end"),
    ("memory.service-only", "sends TERMINATION by itself"),
    ("memory.cancel", "returns S_OK after a cancel"),
    ("memory.failure", "returns S_OK after a failure"),
    ("memory.event", "does not hear WIA_EVENT_CANCEL_IO"),
    ("memory.again", "is busy for ever after a cancel"),
    ("memory.empty", "says END_OF_MEDIA when there is no paper"),
    ("file.formats", "fails in RAW"),
    ("file.no-callback", "needs a callback"),
    ("file.no-data", "sends the file's data too"),
    ("file.status", "says nothing of its progress"),
    ("file.item-size", "says a size that the file does not have"),
    ("file.buffer", "leaves its buffer behind"),
    ("file.cancel", "returns S_OK after a cancel"),
    ("file.failure", "returns S_OK after a failure"),
    ("upload.stored", "turns around what it gets"),
    ("upload.calls", "cuts the source"),
    ("upload.percent", "says -1 percent"),
    ("upload.empty", "crashes when there is nothing"),
    ("upload.bad", "does not look whether a Seek failed"),
    ("upload.read-fails", "takes a failed Read for the end"),
    ("tree.flags", "has a flatbed that is a storage"),
    ("tree.order", "has the flatbed after the feeder"),
    ("tree.synchronize", "has no commands"),
    ("property.required", "has no WIA_IPS_CONTRAST"),
    ("property.type", "has WIA_IPS_BRIGHTNESS as a text"),
    ("property.access", "lets WIA_IPA_ITEM_SIZE be written"),
    ("property.kind", "has a list for WIA_IPS_BRIGHTNESS"),
    ("property.value", "begins with a brightness of 5000"),
    ("property.refused", "takes any value"),
    (
        "property.resolution",
        "has the same extent at all resolutions",
    ),
];

/// Drivers with the compatibility layer between them and the application: the duty, the defect, and what it
/// is there. What the layer makes up for (a wrong status after a cancel) is none.
const BEHIND_THE_LAYER: [(DriverModel, &str, &str, &str); 20] = {
    use DriverModel::{Legacy, Stream};
    [
        (Legacy, "format.streams", "file.formats", "fails in RAW"),
        (
            Legacy,
            "stream.one-per-image",
            "memory.offsets",
            "leaves a gap behind the header",
        ),
        (
            Legacy,
            "stream.two-devices",
            "stream.two-devices",
            "cannot work while another of its kind does",
        ),
        (
            Legacy,
            "message.percent",
            "memory.messages",
            "says 101 percent at the end",
        ),
        (
            Legacy,
            "message.silence",
            "message.silence",
            "says goodbye after a cancel",
        ),
        (
            Legacy,
            "cancel.sooner",
            "cancel.sooner",
            "goes on to the end after a cancel",
        ),
        (
            Legacy,
            "cancel.event",
            "cancel.event",
            "does not hear WIA_EVENT_CANCEL_IO",
        ),
        (
            Legacy,
            "cancel.again",
            "cancel.again",
            "is busy for ever after a cancel",
        ),
        (
            Legacy,
            "failure.again",
            "failure.again",
            "fails for ever after a failure",
        ),
        (
            Legacy,
            "feeder.empty",
            "feeder.empty",
            "says END_OF_MEDIA when there is no paper",
        ),
        (Stream, "memory.formats", "format.streams", "fails in RAW"),
        (
            Stream,
            "memory.messages",
            "message.percent",
            "ends with 101 percent",
        ),
        (
            Stream,
            "memory.cancel",
            "message.silence",
            "says goodbye after a cancel",
        ),
        (
            Stream,
            "memory.event",
            "cancel.event",
            "does not hear WIA_EVENT_CANCEL_IO",
        ),
        (
            Stream,
            "memory.again",
            "cancel.again",
            "is busy for ever after a cancel",
        ),
        (
            Stream,
            "memory.empty",
            "feeder.empty",
            "says END_OF_MEDIA when there is no paper",
        ),
        (Stream, "file.formats", "format.streams", "fails in RAW"),
        (
            Stream,
            "file.status",
            "file.status",
            "says nothing of its progress",
        ),
        (
            Stream,
            "file.cancel",
            "message.silence",
            "says goodbye after a cancel",
        ),
        (
            Stream,
            "file.failure",
            "message.silence",
            "says goodbye after a failure",
        ),
    ]
};

#[test]
fn there_is_a_wrong_driver_for_each_duty() {
    let wrong: BTreeSet<&str> = DEFECTS.iter().map(|(duty, _)| *duty).collect();
    let all: BTreeSet<&str> = duties().iter().map(|duty| duty.id).collect();
    assert_eq!(wrong, all);
    assert_eq!(duties().len(), all.len(), "two duties have one name");
}

#[test]
fn each_duty_finds_its_wrong_driver() {
    let unseen: Vec<_> = { DEFECTS.into_iter() }
        .filter_map(|(id, how)| unseen(DriverModel::Both, id, id, how))
        .collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[test]
fn duties_find_wrong_drivers_behind_the_compatibility_layer() {
    let unseen: Vec<_> = { BEHIND_THE_LAYER.into_iter() }
        .filter_map(|(model, id, defect, how)| unseen(model, id, defect, how))
        .collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

/// What became of the duty if it did not find the defect.
fn unseen(model: DriverModel, id: &str, defect: &'static str, how: &str) -> Option<String> {
    let duty = duties().iter().find(|duty| duty.id == id).unwrap();
    let open = || -> wia::Result<Arc<dyn Minidriver>> {
        Ok(match defect.starts_with("upload.") {
            true => Arc::new(WrongStorage::new(defect)),
            false => Arc::new(Wrong::new(defect, model)?),
        })
    };
    match check_duty(duty, &open, Faces::Both).unwrap().outcome {
        Outcome::Fail(_) => None,
        other => Some(format!("{id}: a driver that {how}: {other:?}")),
    }
}

#[test]
fn a_failed_upload_must_not_leave_data() {
    let how = "keeps what came of a failed upload";
    assert_eq!(
        unseen(DriverModel::Both, "upload.bad", "upload.keeps", how),
        None
    );
}

#[test]
fn a_crash_fails_the_duty_and_nothing_else() {
    let open = || -> wia::Result<Arc<dyn Minidriver>> {
        Ok(Arc::new(Wrong::new("crash", DriverModel::Both)?))
    };
    let outcome = |id: &str| {
        let duty = duties().iter().find(|duty| duty.id == id).unwrap();
        check_duty(duty, &open, Faces::Both).unwrap().outcome
    };
    let failed = outcome("stream.names");
    let why = failed.why();
    assert!(why.contains("the driver crashed"), "{why}");
    assert!(why.contains("as this one does"), "{why}");
    assert!(!why.contains('\n'), "{why}");
    assert_eq!(outcome("property.type"), Outcome::Pass);
}
