use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::event::{Event, Observer};
use crate::report::Sides;

#[derive(Default)]
struct Log(Mutex<Vec<u32>>);

impl Observer for Log {
    fn event(&self, event: &Event) {
        match event {
            Event::Page { page: 13, .. } => panic!("an observer that fails"),
            Event::Page { page, bytes, .. } => {
                assert_eq!(u64::from(*page) * 10, *bytes);
                self.0.lock().unwrap().push(*page);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn reporter() -> (Arc<Log>, Arc<Reporter>) {
    let log = Arc::new(Log::default());
    let reporter = Reporter::new(log.clone(), Sides::Front);
    (log, Arc::new(reporter))
}

#[test]
fn a_page_is_told_after_it_was_synced_and_in_order() {
    let (log, reporter) = reporter();
    let (go, wait) = mpsc::channel::<()>();
    let syncs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&syncs);
    let sync = move || {
        wait.recv().unwrap();
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let mut syncer = Syncer::with(sync, reporter).unwrap();
    for page in 1..=5 {
        syncer.page(page, u64::from(page) * 10).unwrap();
    }
    assert!(log.0.lock().unwrap().is_empty(), "nothing is durable yet");
    for _ in 0..5 {
        go.send(()).unwrap();
    }
    syncer.finish().unwrap();
    assert_eq!(*log.0.lock().unwrap(), [1, 2, 3, 4, 5]);
    // The first alone or with others, but never one for each that waited.
    assert!((1..=2).contains(&syncs.load(Ordering::Relaxed)));
}

#[test]
fn settling_waits_for_the_pages_before() {
    let (log, reporter) = reporter();
    let syncer = Syncer::with(|| Ok(()), reporter).unwrap();
    syncer.settle().unwrap();
    for page in 1..=20 {
        if page != 13 {
            syncer.page(page, u64::from(page) * 10).unwrap();
            syncer.settle().unwrap();
            assert_eq!(log.0.lock().unwrap().last(), Some(&page));
        }
    }
}

#[test]
fn a_failure_is_told_again_and_again_and_no_page_after_it() {
    let (log, reporter) = reporter();
    let mut left = 2;
    let sync = move || match left {
        0 => Err(io::Error::from(io::ErrorKind::StorageFull)),
        _ => {
            left -= 1;
            Ok(())
        }
    };
    let mut syncer = Syncer::with(sync, reporter).unwrap();
    for page in 1..=2 {
        syncer.page(page, u64::from(page) * 10).unwrap();
        syncer.settle().unwrap();
    }
    syncer.page(3, 30).unwrap();
    assert_eq!(syncer.settle().unwrap_err().kind(), ErrorKind::MediumFull);
    let e = syncer.page(4, 40).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
    assert_eq!(syncer.settle().unwrap_err().kind(), ErrorKind::MediumFull);
    assert_eq!(syncer.finish().unwrap_err().kind(), ErrorKind::MediumFull);
    assert_eq!(*log.0.lock().unwrap(), [1, 2]);
}

#[test]
fn an_observer_that_panics_is_a_failure_and_no_hang() {
    let (_log, reporter) = reporter();
    let mut syncer = Syncer::with(|| Ok(()), reporter).unwrap();
    syncer.page(13, 130).unwrap();
    assert_eq!(syncer.settle().unwrap_err().kind(), ErrorKind::Unexpected);
    assert_eq!(syncer.finish().unwrap_err().kind(), ErrorKind::Unexpected);
}
