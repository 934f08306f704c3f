//! The hand-over under every order in which its threads can run:
//! `RUSTFLAGS="--cfg loom" cargo test -p quire-bands --test loom --release`.
#![cfg(loom)]

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use quire_bands::{Next, Reader, Stopped, handover};

/// A band. It is moved from thread to thread: what Rust's types rule out needs no model.
type Cell = Box<u32>;

fn bands(count: usize) -> Vec<Cell> {
    (0..count).map(|_| Box::new(0)).collect()
}

/// Every order in which the threads are torn away from each other at most three times at a point
/// where they need not wait.
fn model(check: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(check);
}

/// Without a timeout: loom has no clock.
fn next<R: Clone>(reader: &Reader<Cell, u32, R>) -> Next<Cell, u32> {
    reader.next(Duration::MAX)
}

#[test]
fn every_band_arrives_once_in_order_and_unharmed() {
    for count in [1, 2] {
        model(move || {
            let (filler, reader) = handover::<_, _, ()>(bands(count));
            let driver = thread::spawn(move || {
                for n in 1..=3 {
                    let mut band = filler.band().unwrap();
                    *band = n;
                    filler.send(n, Some(band)).unwrap();
                }
                filler.settle().unwrap();
            });
            for n in 1..=3 {
                match next(&reader) {
                    Next::Message(message, Some(band)) => {
                        assert_eq!((message, *band), (n, n));
                        reader.answer(Some(band), None);
                    }
                    other => panic!("{n}: {other:?}"),
                }
            }
            assert!(matches!(next(&reader), Next::Ended));
            driver.join().unwrap();
        });
    }
}

#[test]
fn a_refusal_is_told_and_nothing_is_read_after_it() {
    model(|| {
        let (filler, reader) = handover::<_, _, &str>(bands(2));
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let driver = thread::spawn(move || {
            loop {
                let refused = match filler.band() {
                    Err(refused) => refused,
                    Ok(band) => match filler.send(0, Some(band)) {
                        Ok(()) => {
                            count.fetch_add(1, Ordering::Relaxed);
                            continue;
                        }
                        Err((refused, band)) => {
                            assert!(band.is_some());
                            refused
                        }
                    },
                };
                assert_eq!(refused, Stopped::Refused("cancel"));
                assert_eq!(filler.settle(), Err(Stopped::Refused("cancel")));
                return;
            }
        });
        match next(&reader) {
            Next::Message(0, Some(band)) => {
                reader.answer(Some(band), Some("cancel"));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(next(&reader), Next::Ended));
        driver.join().unwrap();
        // Two bands can be on their way before the answer to the first.
        assert!((1..=2).contains(&sent.load(Ordering::Relaxed)));
    });
}

#[test]
fn a_reader_that_goes_leaves_nobody_waiting() {
    model(|| {
        let (filler, reader) = handover::<_, u32, ()>(bands(1));
        let driver = thread::spawn(move || {
            let mut sent = 0;
            while let Ok(band) = filler.band() {
                if filler.send(sent, Some(band)).is_err() {
                    break;
                }
                sent += 1;
            }
            assert_eq!(filler.settle(), Err(Stopped::Gone));
            sent
        });
        if let Next::Message(_, band) = next(&reader) {
            reader.answer(band, None);
        }
        drop(reader);
        assert!((1..=3).contains(&driver.join().unwrap()));
    });
}

#[test]
fn a_message_alone_waits_for_its_answer_when_asked_to() {
    model(|| {
        let (filler, reader) = handover::<Cell, _, ()>(bands(0));
        let answered = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&answered);
        let driver = thread::spawn(move || {
            filler.send(1, None).unwrap();
            filler.settle().unwrap();
            assert_eq!(seen.load(Ordering::Relaxed), 1);
        });
        assert!(matches!(next(&reader), Next::Message(1, None)));
        answered.store(1, Ordering::Relaxed);
        reader.answer(None, None);
        assert!(matches!(next(&reader), Next::Ended));
        driver.join().unwrap();
    });
}
