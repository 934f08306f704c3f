//! One transfer at a time over all kinds (1.1), and the order of the calls (1.2, 1.3 step 5).

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::data::scripted::*;
use quire_service::{
    Answer, DataTransferInfo, FileFate, NextStream, TransferCallback, TransferParams,
};
use wia::property::WIA_IPA_TYMED;
use wia::{DataMessage, Error, ErrorKind, Hresult, Result, Status, TransferFlags, Tymed};

/// An application of streams that wants nothing.
struct NoStreams;

impl TransferCallback for NoStreams {
    fn transfer_callback(&self, _: &TransferParams) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::SkipItem)
    }
}

const KINDS: [Tymed; 3] = [Tymed::Callback, Tymed::MultipageFile, Tymed::File];

/// A transfer of this kind: bands, a file, or streams for the last.
fn transfer(rig: &Rig, kind: Tymed, path: &std::path::Path) -> Result<Status> {
    match kind {
        Tymed::Callback => rig
            .transfer
            .banded_data(DataTransferInfo::default(), App::new()),
        Tymed::File => rig
            .transfer
            .download(TransferFlags::empty(), Arc::new(NoStreams)),
        tymed => {
            let mut medium = medium(tymed, Some(path.into()));
            let fate = FileFate::Documented;
            rig.transfer.file_data(&mut medium, fate, None)
        }
    }
}

#[test]
fn while_one_transfer_runs_any_other_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for first in KINDS {
        let (started, go_on) = (Signal::new(), Signal::new());
        let (start, wait) = (started.clone(), go_on.clone());
        let rig = Driver::new(first, move |_, _| {
            start.give();
            wait.wait();
            Ok(Status::Ok)
        })
        .connect();
        let running = folder.path().join("running.bmp");
        let refused = folder.path().join("refused.bmp");
        fs::write(&refused, "as it was").unwrap();
        std::thread::scope(|scope| {
            let running = scope.spawn(|| transfer(&rig, first, &running));
            started.wait();
            for second in KINDS {
                let e = transfer(&rig, second, &refused).unwrap_err();
                assert_eq!(e.kind(), ErrorKind::Busy, "{first:?} {second:?}");
                assert_eq!(e.hresult(), Hresult(0x8021_0006));
            }
            // No file was touched for a transfer that was refused.
            assert_eq!(fs::read(&refused).unwrap(), b"as it was");
            go_on.give();
            assert_eq!(running.join().unwrap().unwrap(), Status::Ok);
        });
        // The device is free again, for each kind.
        for next in KINDS {
            rig.item
                .write(&[(WIA_IPA_TYMED, next.value().into())])
                .unwrap();
            go_on.give();
            let result = transfer(&rig, next, &running);
            assert_eq!(result.unwrap(), Status::Ok);
            started.wait();
        }
    }
}

#[test]
fn the_settings_are_committed_for_the_older_kinds_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    for (kind, calls) in [
        (
            Tymed::Callback,
            &["lock", "write TYMED_CALLBACK", "acquire 0", "unlock"][..],
        ),
        (
            Tymed::MultipageFile,
            &["lock", "write TYMED_MULTIPAGE_FILE", "acquire 0", "unlock"],
        ),
        // WIA_MINIDRV_TRANSFER_DOWNLOAD.
        (Tymed::File, &["lock", "acquire 2", "unlock"]),
    ] {
        let rig = Driver::new(kind, |_, _| Ok(Status::Ok)).connect();
        assert_eq!(transfer(&rig, kind, &path).unwrap(), Status::Ok);
        rig.driver.log.expect(calls);
    }
}

#[test]
fn a_device_that_cannot_be_locked_is_not_called_any_more() {
    let folder = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let mut driver = Driver::new(kind, |_, _| panic!("not locked"));
        driver.on_lock = Box::new(|| Err(Error::new(ErrorKind::DeviceLocked, "")));
        let rig = driver.connect();
        for _ in 0..2 {
            let e = transfer(&rig, kind, &folder.path().join("scan.bmp")).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::DeviceLocked);
        }
        rig.driver.log.expect(&["lock", "lock"]);
    }
}

#[test]
fn unlock_follows_settings_that_were_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, write) in [
        (Tymed::Callback, "write TYMED_CALLBACK"),
        (Tymed::MultipageFile, "write TYMED_MULTIPAGE_FILE"),
    ] {
        let mut driver = Driver::new(kind, |_, _| panic!("the settings were refused"));
        driver.on_write = Box::new(|| Err(Error::new(ErrorKind::IncorrectHardwareSetting, "")));
        let rig = driver.connect();
        let path = folder.path().join("scan.bmp");
        let e = transfer(&rig, kind, &path).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::IncorrectHardwareSetting);
        rig.driver.log.expect(&["lock", write, "unlock"]);
        assert!(!path.exists());
    }
}

#[test]
fn unlock_follows_every_end() {
    let folder = tempfile::tempdir().unwrap();
    type End = fn() -> Result<Status>;
    let ends: [End; 4] = [
        || Ok(Status::Ok),
        || Ok(Status::Cancelled),
        || Err(fail()),
        || panic!("a driver's bug"),
    ];
    for kind in KINDS {
        for end in ends {
            let rig = Driver::new(kind, move |_, _| end()).connect();
            drop(transfer(&rig, kind, &folder.path().join("scan.bmp")));
            assert_eq!(rig.driver.log.lines().last().unwrap(), "unlock");
        }
    }
}

/// Section 2.1: in a stream transfer the members for bands and files are unused.
#[test]
fn the_context_of_a_stream_has_neither_buffer_nor_file() {
    let rig = Driver::new(Tymed::File, |_, context| {
        assert_eq!((context.width_in_pixels, context.lines), (2, 3));
        assert_eq!(context.tymed, Tymed::File);
        assert!(context.callback.is_some() && context.data_callback.is_none());
        assert!(!context.memory_transfer && !context.service_buffer);
        assert!(context.file.is_none() && context.transfer_buffer.is_empty());
        assert_eq!((context.buffer_size, context.number_of_buffers), (0, 0));
        Ok(Status::Ok)
    })
    .connect();
    let result = transfer(&rig, Tymed::File, std::path::Path::new("unused"));
    assert_eq!(result.unwrap(), Status::Ok);
}

/// A crash while the device is locked is known at once, and the device is free again.
#[test]
fn a_driver_that_crashes_in_its_lock_fails_the_transfer() {
    for kind in [Tymed::Callback, Tymed::File] {
        let folder = tempfile::tempdir().unwrap();
        let mut driver = Driver::new(kind, |_, _| Ok(Status::Ok));
        driver.on_lock = Box::new(|| panic!("as the test wants"));
        // Were it not known, this would be waited for in vain.
        let rig = driver.connect_with(quire_service::DeviceOptions {
            line_deadline: std::time::Duration::from_secs(600),
            ..quire_service::DeviceOptions::default()
        });
        for _ in 0..2 {
            let e = transfer(&rig, kind, &folder.path().join("file")).unwrap_err();
            assert_eq!(e.kind(), wia::ErrorKind::ExceptionInDriver);
            assert!(e.to_string().contains("as the test wants"), "{e}");
        }
    }
}

/// With two buffers a driver can have returned while its application still has a band: the device is free
/// then, and the end of that transfer is not the end of the next.
#[test]
fn a_transfer_that_ends_late_takes_nothing_from_the_next() {
    let (reading, read_on) = (Signal::new(), Signal::new());
    let (started, cancelled) = (Signal::new(), Signal::new());
    let (start, told) = (started.clone(), cancelled.clone());
    let first = AtomicBool::new(true);
    let mut driver = Driver::new(Tymed::Callback, move |_, context| {
        if first.swap(false, Ordering::SeqCst) {
            return band(context, b"data").and_then(done);
        }
        start.give();
        told.wait();
        Ok(Status::Ok)
    });
    driver.on_event = Box::new(move |_| cancelled.give());
    let rig = driver.connect_with(quire_service::DeviceOptions {
        line_deadline: std::time::Duration::from_secs(5),
        ..quire_service::DeviceOptions::default()
    });
    let (reads, wait) = (reading.clone(), read_on.clone());
    let slow = App::reacting(move |params| {
        if params.message == DataMessage::Data {
            reads.give();
            wait.wait();
        }
        None
    });
    std::thread::scope(|scope| {
        let late = scope.spawn(|| rig.two_buffers(&slow));
        reading.wait();
        let next = scope.spawn(|| {
            loop {
                match rig.bands(&App::new()) {
                    Err(e) if e.kind() == ErrorKind::Busy => std::thread::yield_now(),
                    result => return result,
                }
            }
        });
        started.wait();
        read_on.give();
        assert_eq!(late.join().unwrap().unwrap(), Status::Ok);
        rig.transfer.cancel();
        assert_eq!(next.join().unwrap().unwrap(), Status::Ok);
    });
}
