use std::sync::mpsc::{self, Receiver, Sender};

use service::{
    DataCallback, DataTransferInfo, DocumentOptions, ExtendedTransferInfo, FileFate, StorageMedium,
    Stream, TransferCallback,
};
use wia::TransferFlags;

use super::*;

/// A transfer that hears a cancel only from the n-th one on.
struct Deaf {
    heard: Mutex<Sender<u32>>,
    calls: Mutex<u32>,
}

impl Deaf {
    fn new() -> (Deaf, Receiver<u32>) {
        let (heard, calls) = mpsc::channel();
        let deaf = Deaf {
            heard: Mutex::new(heard),
            calls: Mutex::new(0),
        };
        (deaf, calls)
    }
}

impl Transfer for Deaf {
    fn set_document(&self, _: DocumentOptions) {}

    fn download(&self, _: TransferFlags, _: Arc<dyn TransferCallback>) -> Result<Status> {
        unreachable!("the test downloads itself")
    }

    fn upload(&self, _: Box<dyn Stream>, _: Arc<dyn TransferCallback>) -> Result<Status> {
        unreachable!("the test downloads itself")
    }

    fn banded_data(&self, _: DataTransferInfo, _: Arc<dyn DataCallback>) -> Result<Status> {
        unreachable!("the test downloads itself")
    }

    fn file_data(
        &self,
        _: &mut StorageMedium,
        _: FileFate,
        _: Option<Arc<dyn DataCallback>>,
    ) -> Result<Status> {
        unreachable!("the test downloads itself")
    }

    fn extended_transfer_info(&self) -> ExtendedTransferInfo {
        unreachable!("nobody asks")
    }

    fn cancel(&self) {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        let _ = self.heard.lock().unwrap().send(*calls);
    }
}

#[test]
fn what_is_stopped_before_does_not_begin() {
    let (transfer, calls) = Deaf::new();
    let cancel = Cancel::default();
    cancel.clone().cancel();
    let result = cancel.watch(&transfer, || panic!("it began"));
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert!(calls.try_recv().is_err());
}

#[test]
fn a_scan_that_nobody_stops_is_not_cancelled() {
    let (transfer, calls) = Deaf::new();
    let cancel = Cancel::default();
    let result = cancel.watch(&transfer, || Ok(Status::EndOfMedia));
    assert_eq!(result.unwrap(), Status::EndOfMedia);
    drop(transfer);
    assert!(calls.recv().is_err());
    // Nor by a cancel that comes after its end.
    cancel.cancel();
    assert!(cancel.is_cancelled());
}

#[test]
fn a_cancel_that_was_not_heard_is_told_again() {
    let (transfer, calls) = Deaf::new();
    let cancel = Cancel::default();
    let result = cancel.watch(&transfer, || {
        cancel.cancel();
        // The first two were lost, whatever the reason.
        while calls.recv().unwrap() < 3 {}
        Ok(Status::Cancelled)
    });
    assert_eq!(result.unwrap(), Status::Cancelled);
}

#[test]
fn the_end_is_not_delayed_by_the_watch() {
    let begin = std::time::Instant::now();
    for _ in 0..20 {
        let (transfer, _calls) = Deaf::new();
        let cancel = Cancel::default();
        let _ = cancel.watch(&transfer, || {
            cancel.cancel();
            Ok(Status::Cancelled)
        });
    }
    assert!(begin.elapsed() < LONGEST_PAUSE);
}
