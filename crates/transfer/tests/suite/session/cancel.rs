//! Cancelling, from many threads and at awkward moments.

use std::sync::{Arc, Barrier, Mutex, OnceLock, mpsc};

use wia::{ErrorKind, Status, TransferMessage};

use crate::session::application::{Application, Sink, next, status, stream};
use crate::transfer::{Answer, NextStream, Session};

#[test]
fn from_many_threads_while_the_driver_works() {
    for _ in 0..50 {
        let (session, log) = Application::new().session();
        let start = Barrier::new(9);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    session.cancel();
                    assert!(session.is_cancelled());
                });
            }
            let mut held = stream(&session);
            start.wait();
            let mut sent = 0;
            while status(&session, sent).unwrap() == Answer::Continue {
                // Streams that were handed out go on working.
                assert_eq!(held.write(b"line").unwrap(), 4);
                sent = (sent + 1) % 100;
            }
            assert_eq!(held.write(b"line").unwrap(), 4);
        });
        // Whoever wins, from here on nobody is asked.
        let asked = log.lines().len();
        for _ in 0..3 {
            assert_eq!(status(&session, 7).unwrap(), Answer::Cancel);
        }
        assert_eq!(log.lines().len(), asked);
        assert!(matches!(next(&session).unwrap(), NextStream::Cancel));
        assert!(matches!(next(&session).unwrap(), NextStream::Cancel));
        // It went on sending.
        let e = session.finish(Ok(Status::Ok)).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        assert!(e.to_string().contains("called back after"), "{e}");
        let lines = log.lines();
        let last: Vec<&str> = lines[asked..]
            .iter()
            .map(|l| l.split(' ').next().unwrap())
            .collect();
        assert_eq!(last, ["END_OF_STREAM", "END_OF_TRANSFER"]);
    }
}

#[test]
fn from_inside_every_callback() {
    for when in [
        "GetNextStream",
        "STATUS",
        "END_OF_STREAM",
        "END_OF_TRANSFER",
    ] {
        let me: Arc<OnceLock<Arc<Session>>> = Arc::default();
        let (in_message, in_next) = (Arc::clone(&me), Arc::clone(&me));
        let cancel = move |name: &str, me: &OnceLock<Arc<Session>>| {
            if name == when {
                me.get().unwrap().cancel();
            }
        };
        let (session, log) = Application::new()
            .on_message(move |params| {
                let name = match params.message {
                    TransferMessage::Status => "STATUS",
                    TransferMessage::EndOfStream => "END_OF_STREAM",
                    TransferMessage::EndOfTransfer => "END_OF_TRANSFER",
                    other => panic!("{other:?}"),
                };
                cancel(name, &in_message);
                Ok(Answer::Continue)
            })
            .on_next_stream(move || {
                cancel("GetNextStream", &in_next);
                Ok(NextStream::Stream(Box::<Sink>::default()))
            })
            .session();
        assert!(me.set(Arc::clone(&session)).is_ok());
        // What was being answered is answered as the application said.
        let _stream = stream(&session);
        let first = status(&session, 1).unwrap();
        let second = next(&session).unwrap();
        let expected = match when {
            "GetNextStream" => (Answer::Cancel, true),
            "STATUS" | "END_OF_STREAM" => (Answer::Continue, true),
            _ => (Answer::Continue, false),
        };
        let stopped = matches!(second, NextStream::Cancel);
        assert_eq!((first, stopped), expected, "{when}");
        let result = session.finish(Ok(Status::Ok)).unwrap();
        // A cancel in END_OF_TRANSFER is too late.
        let late = when == "END_OF_TRANSFER";
        assert_eq!(
            result,
            if late { Status::Ok } else { Status::Cancelled },
            "{when}"
        );
        assert!(log.lines().last().unwrap().starts_with("END_OF_TRANSFER"));
    }
}

#[test]
fn before_the_driver_starts_nobody_is_asked_for_a_stream() {
    let (session, log) = Application::new().session();
    session.cancel();
    assert!(matches!(next(&session).unwrap(), NextStream::Cancel));
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Cancelled);
    assert_eq!(log.lines(), ["END_OF_TRANSFER 0 0"]);
}

#[test]
fn after_the_last_callback_it_is_too_late() {
    for status in [Status::Ok, Status::EndOfMedia] {
        let (session, _) = Application::new().session();
        drop(stream(&session));
        session.cancel();
        assert_eq!(session.finish(Ok(status)).unwrap(), status);
    }
}

#[test]
fn the_end_waits_for_a_write_that_is_inside_the_application() {
    let (entered, wait_entered) = mpsc::channel();
    let (release, wait_release) = mpsc::channel::<()>();
    let wait_release = Arc::new(Mutex::new(wait_release));
    let app = Application::new();
    let log = app.log.clone();
    let (session, log) = app
        .on_next_stream(move || {
            let (entered, wait, log) = (entered.clone(), Arc::clone(&wait_release), log.clone());
            Ok(NextStream::Stream(Box::new(Sink {
                on_write: Some(Box::new(move |data| {
                    entered.send(()).unwrap();
                    wait.lock().unwrap().recv().unwrap();
                    log.add("written");
                    Ok(data.len())
                })),
                ..Sink::default()
            })))
        })
        .session();
    let mut held = stream(&session);
    std::thread::scope(|scope| {
        let driver = scope.spawn(move || held.write(b"slow").unwrap());
        wait_entered.recv().unwrap();
        let ending = scope.spawn(|| session.finish(Ok(Status::Ok)));
        release.send(()).unwrap();
        assert_eq!(driver.join().unwrap(), 4);
        assert_eq!(ending.join().unwrap().unwrap(), Status::Ok);
    });
    let lines = log.lines();
    let at = |line: &str| lines.iter().position(|l| l.starts_with(line)).unwrap();
    assert!(at("written") < at("END_OF_STREAM"));
    assert!(at("END_OF_STREAM") < at("END_OF_TRANSFER"));
}

#[test]
fn what_a_driver_keeps_is_dead_after_the_end() {
    let (session, log) = Application::new().session();
    let mut held = stream(&session);
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
    let lines = log.lines();
    assert!(held.write(b"late").is_err());
    assert!(held.seek(std::io::SeekFrom::End(0)).is_err());
    assert!(held.set_size(0).is_err());
    assert_eq!(next(&session).unwrap_err().kind(), ErrorKind::Abort);
    assert_eq!(status(&session, 1).unwrap_err().kind(), ErrorKind::Abort);
    assert_eq!(log.lines(), lines, "the application hears no more");
    drop(session);
    assert_eq!(
        held.write(b"later").unwrap_err().kind(),
        ErrorKind::Reverted
    );
}

/// A failure code always stands, also of a driver that was told to stop.
#[test]
fn the_drivers_failure_stands_after_a_cancel() {
    let (session, _) = Application::new().session();
    session.cancel();
    assert_eq!(status(&session, 1).unwrap(), Answer::Cancel);
    let jam = wia::Error::new(ErrorKind::PaperJam, "");
    let e = session.finish(Err(jam)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);
}

/// The service never truncates a stream: the application decides what becomes of a part.
#[test]
fn the_bytes_of_a_stream_stay_as_they_were_written() {
    for end in [
        Ok(Status::Cancelled),
        Err(wia::Error::new(ErrorKind::PaperJam, "")),
    ] {
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&calls);
        let (session, _) = Application::new()
            .on_next_stream(move || {
                let [write, size, seek] = [0; 3].map(|_| Arc::clone(&seen));
                Ok(NextStream::Stream(Box::new(Sink {
                    on_write: Some(Box::new(move |data| {
                        write.lock().unwrap().push(format!("write {}", data.len()));
                        Ok(data.len())
                    })),
                    on_set_size: Some(Box::new(move |_| {
                        size.lock().unwrap().push("set_size".into());
                        Ok(())
                    })),
                    on_seek: Some(Box::new(move || {
                        seek.lock().unwrap().push("seek".into());
                        Ok(0)
                    })),
                })))
            })
            .session();
        let mut held = stream(&session);
        assert_eq!(held.write(b"half of a page").unwrap(), 14);
        session.cancel();
        assert_eq!(status(&session, 1).unwrap(), Answer::Cancel);
        drop(held);
        let expected = end.clone().ok();
        assert_eq!(session.finish(end).ok(), expected);
        assert_eq!(*calls.lock().unwrap(), ["write 14"]);
    }
}
