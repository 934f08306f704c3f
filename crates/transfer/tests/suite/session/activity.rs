//! The clock that tells a hung driver from a slow application.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use wia::{Status, TransferMessage};

use crate::session::application::{Application, Sink, next, status, stream};
use crate::transfer::{Activity, Answer, NextStream, Session, TransferParams};

/// The clock counts milliseconds.
const GRAIN: Duration = Duration::from_millis(1);

fn silence(session: &Session) -> Duration {
    match session.activity() {
        Activity::InDriver(silence) => silence,
        Activity::InApplication => panic!("the driver is at work"),
    }
}

/// Lets time go by without giving it away.
fn wait(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn silence_begins_with_the_session() {
    let before = Instant::now();
    let (session, _) = Application::new().session();
    let after = Instant::now();
    wait(GRAIN * 5);
    let low = after.elapsed();
    let silence = silence(&session);
    assert!(low <= silence && silence <= before.elapsed(), "{silence:?}");
}

#[test]
fn silence_begins_anew_with_every_call() {
    let (session, _) = Application::new().session();
    let mut held = stream(&session);
    let mut calls: Vec<Box<dyn FnMut()>> = vec![
        Box::new(|| drop(held.write(b"a line"))),
        Box::new(|| assert_eq!(status(&session, 1).unwrap(), Answer::Continue)),
        Box::new(|| drop(stream(&session))),
    ];
    for call in &mut calls {
        wait(GRAIN * 5);
        assert!(silence(&session) >= GRAIN * 4);
        let start = Instant::now();
        call();
        assert!(silence(&session) <= start.elapsed() + GRAIN);
    }
}

#[test]
fn answers_that_ask_nobody_count_as_calls_too() {
    let (session, _) = Application::new().session();
    session.cancel();
    wait(GRAIN * 5);
    let start = Instant::now();
    assert_eq!(status(&session, 1).unwrap(), Answer::Cancel);
    assert!(silence(&session) <= start.elapsed() + GRAIN);
}

/// What the clock says inside each call of the application.
#[test]
fn inside_the_application_nothing_counts_against_the_driver() {
    let me: Arc<OnceLock<Arc<Session>>> = Arc::default();
    let look = {
        let me = Arc::clone(&me);
        move || assert_eq!(me.get().unwrap().activity(), Activity::InApplication)
    };
    let (in_message, in_next, in_write, in_seek, in_size) =
        (look.clone(), look.clone(), look.clone(), look.clone(), look);
    let calls = Arc::new(Mutex::new((in_write, in_seek, in_size)));
    let (session, log) = Application::new()
        .on_message(move |_| {
            in_message();
            Ok(Answer::Continue)
        })
        .on_next_stream(move || {
            in_next();
            let (write, seek, size) = calls.lock().unwrap().clone();
            Ok(NextStream::Stream(Box::new(Sink {
                on_write: Some(Box::new(move |data| {
                    write();
                    Ok(data.len())
                })),
                on_seek: Some(Box::new(move || {
                    seek();
                    Ok(0)
                })),
                on_set_size: Some(Box::new(move |_| {
                    size();
                    Ok(())
                })),
            })))
        })
        .session();
    assert!(me.set(Arc::clone(&session)).is_ok());
    for _ in 0..2 {
        let mut stream = stream(&session);
        assert_eq!(stream.write(b"x").unwrap(), 1);
        stream.seek(std::io::SeekFrom::End(0)).unwrap();
        stream.set_size(0).unwrap();
        assert_eq!(status(&session, 1).unwrap(), Answer::Continue);
        assert!(matches!(session.activity(), Activity::InDriver(_)));
    }
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
    assert_eq!(log.lines().len(), 7);
}

#[test]
fn a_watcher_sees_a_slow_application_without_waiting_for_it() {
    let (entered, wait_entered) = mpsc::channel();
    let (release, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let (session, _) = Application::new()
        .on_message(move |_| {
            entered.send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
            Ok(Answer::Continue)
        })
        .session();
    std::thread::scope(|scope| {
        let driver = scope.spawn(|| status(&session, 1).unwrap());
        wait_entered.recv().unwrap();
        let seen = session.activity();
        release.send(()).unwrap();
        assert_eq!(driver.join().unwrap(), Answer::Continue);
        assert_eq!(seen, Activity::InApplication);
    });
    assert!(matches!(session.activity(), Activity::InDriver(_)));
}

#[test]
fn an_application_that_panics_does_not_stop_the_clock() {
    let (session, log) = Application::new()
        .on_message(|params| match params.message {
            TransferMessage::Status => panic!("the application has a fault"),
            _ => Ok(Answer::Continue),
        })
        .session();
    let mut held = stream(&session);
    let result = catch_unwind(AssertUnwindSafe(|| status(&session, 1)));
    assert!(result.is_err());
    assert!(matches!(session.activity(), Activity::InDriver(_)));
    // The session goes on.
    assert_eq!(held.write(b"x").unwrap(), 1);
    let params = TransferParams::new_page(0, 1);
    assert_eq!(send(&session, &params), Answer::Continue);
    assert!(matches!(next(&session).unwrap(), NextStream::Stream(_)));
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
    let ends = |name: &str| log.lines().iter().filter(|l| l.starts_with(name)).count();
    assert_eq!((ends("END_OF_STREAM"), ends("END_OF_TRANSFER")), (2, 1));
}

fn send(session: &Session, params: &TransferParams) -> Answer {
    use crate::transfer::MinidrvTransferCallback;
    session.send_message(params).unwrap()
}
