//! A cancel beside a driver at work, under every order in which their threads can run:
//! `RUSTFLAGS="--cfg loom" cargo test -p quire-transfer --test loom --release`.
#![cfg(loom)]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use quire_transfer::{
    Answer, MinidrvTransferCallback, NextStream, Session, Stream, TransferCallback, TransferParams,
};
use wia::{Result, Status, TransferMessage};

/// An application that wants everything, and knows when it was told the end.
struct Application {
    ended: AtomicBool,
}

impl TransferCallback for Application {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        assert!(
            !self.ended.load(Ordering::SeqCst),
            "a message after the end"
        );
        if params.message == TransferMessage::EndOfTransfer {
            self.ended.store(true, Ordering::SeqCst);
        }
        Ok(Answer::Continue)
    }

    fn get_next_stream(&self, _: &str, _: &str) -> Result<NextStream> {
        Ok(NextStream::Stream(Box::new(Nowhere)))
    }
}

struct Nowhere;

impl Stream for Nowhere {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        Ok(data.len())
    }

    fn seek(&mut self, _: std::io::SeekFrom) -> Result<u64> {
        Ok(0)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

fn application() -> Arc<Application> {
    Arc::new(Application {
        ended: AtomicBool::new(false),
    })
}

fn status(session: &Session) -> Answer {
    session
        .send_message(&TransferParams::status(50, 0))
        .unwrap()
}

/// The driver is told once and for all, and the transfer is cancelled exactly when it was told.
#[test]
fn a_cancel_is_told_for_good_or_comes_too_late() {
    loom::model(|| {
        let application = application();
        let session = Session::new(application.clone());
        let asked = Arc::new(AtomicBool::new(false));
        let (cancelling, before) = (Arc::clone(&session), Arc::clone(&asked));
        let person = thread::spawn(move || {
            cancelling.cancel();
            before.store(true, Ordering::SeqCst);
        });
        let mut told = false;
        for _ in 0..2 {
            let late = asked.load(Ordering::SeqCst);
            // A driver that was told may ask for a stream still, and send nothing.
            let cancel = match told {
                true => matches!(
                    session.get_next_stream("a", "0000\\a").unwrap(),
                    NextStream::Cancel
                ),
                false => status(&session) == Answer::Cancel,
            };
            // Never taken back, and never missed once the cancel was made.
            assert!(cancel || !(told || late));
            told |= cancel;
        }
        let result = session.finish(Ok(Status::Ok)).unwrap();
        assert_eq!(result == Status::Cancelled, told);
        person.join().unwrap();
        assert!(application.ended.load(Ordering::SeqCst));
    });
}

/// A driver that was given up goes on on its own thread: whatever it calls, nothing reaches the
/// application after the end, and nobody waits for ever.
#[test]
fn a_driver_that_was_given_up_reaches_nobody() {
    loom::model(|| {
        let application = application();
        let session = Session::new(application.clone());
        let calling = Arc::clone(&session);
        let driver = thread::spawn(move || {
            if let Ok(NextStream::Stream(mut stream)) = calling.get_next_stream("a", "0000\\a") {
                let _ = stream.write(b"late");
            }
            let _ = calling.send_message(&TransferParams::status(50, 0));
        });
        let given_up = wia::Error::new(wia::ErrorKind::Deadline, "");
        assert!(session.finish(Err(given_up)).is_err());
        assert!(application.ended.load(Ordering::SeqCst));
        driver.join().unwrap();
    });
}
