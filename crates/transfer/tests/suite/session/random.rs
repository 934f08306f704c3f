//! Random sequences of a driver's calls and an application's answers, against the model; and what
//! must hold whatever the model says.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use wia::{Error, ErrorKind, Result, Status, TransferMessage};

use crate::session::application::{Application, Log, Sink, next};
use crate::session::model::{End, Message, Model, Offer, Outcome, Reply, Step};
use crate::transfer::{Answer, MinidrvTransferCallback, NextStream, Stream, TransferParams};

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "")
}

fn reply(reply: Reply) -> Result<Answer> {
    match reply {
        Reply::Continue => Ok(Answer::Continue),
        Reply::Cancel => Ok(Answer::Cancel),
        Reply::Fail(kind) => Err(error(kind)),
    }
}

#[derive(Clone, Copy)]
struct Ready {
    message: Reply,
    flush: Reply,
    last: Reply,
    offer: Offer,
    stream: Outcome,
}

fn stream_of(ready: &Arc<Mutex<Ready>>) -> Box<dyn Stream> {
    let outcome = {
        let ready = Arc::clone(ready);
        move |whole: usize| match ready.lock().unwrap().stream {
            Outcome::Done => Ok(whole),
            Outcome::Short => Ok(whole / 2),
            Outcome::Fail(kind) => Err(error(kind)),
        }
    };
    let (write, seek, size) = (outcome.clone(), outcome.clone(), outcome);
    Box::new(Sink {
        on_write: Some(Box::new(move |data| write(data.len()))),
        on_seek: Some(Box::new(move || seek(0).map(|n| n as u64))),
        on_set_size: Some(Box::new(move |_| size(0).map(drop))),
    })
}

fn params(message: Message, percent: i32, bytes: u64) -> TransferParams {
    let (message, device_status) = match message {
        Message::Status => (TransferMessage::Status, None),
        Message::NewPage => (TransferMessage::NewPage, None),
        Message::DeviceFails => (
            TransferMessage::DeviceStatus,
            Some(Err(wia::Error::new(ErrorKind::CoverOpen, ""))),
        ),
        Message::DeviceWarmsUp => (TransferMessage::DeviceStatus, Some(Ok(Status::WarmingUp))),
        Message::EndOfStream => (TransferMessage::EndOfStream, None),
        Message::EndOfTransfer => (TransferMessage::EndOfTransfer, None),
    };
    TransferParams {
        message,
        percent,
        transferred_bytes: bytes,
        device_status,
    }
}

fn tell(log: &Log, answer: Result<String>) {
    let line = answer.unwrap_or_else(|e| format!("{:?}", e.kind()));
    log.add(format!("driver: {line}"));
}

/// Plays the steps; gives the log and the result.
fn play(steps: &[Step], end: End) -> (Vec<String>, std::result::Result<Status, ErrorKind>) {
    let ready = Arc::new(Mutex::new(Ready {
        message: Reply::Continue,
        flush: Reply::Continue,
        last: end.last,
        offer: Offer::Stream,
        stream: Outcome::Done,
    }));
    let (for_messages, for_streams) = (Arc::clone(&ready), Arc::clone(&ready));
    let (session, log) = Application::new()
        .on_message(move |params| {
            let ready = *for_messages.lock().unwrap();
            reply(match params.message {
                TransferMessage::EndOfStream => ready.flush,
                TransferMessage::EndOfTransfer => ready.last,
                _ => ready.message,
            })
        })
        .on_next_stream(move || {
            let offer = for_streams.lock().unwrap().offer;
            match offer {
                Offer::Stream => Ok(NextStream::Stream(stream_of(&for_streams))),
                Offer::Missing => Ok(NextStream::Missing),
                Offer::Skip => Ok(NextStream::SkipItem),
                Offer::Other => {
                    let stream = stream_of(&for_streams);
                    Ok(NextStream::Other(Status::Clear, Some(stream)))
                }
                Offer::Cancel => Ok(NextStream::Cancel),
                Offer::Fail(kind) => Err(error(kind)),
            }
        })
        .session();
    let mut streams: Vec<Box<dyn Stream>> = Vec::new();
    // The last stream is alive until the driver asks for another.
    let mut open = false;
    for step in steps {
        match *step {
            Step::Cancel => session.cancel(),
            Step::Next { flush, offer } => {
                {
                    let mut ready = ready.lock().unwrap();
                    (ready.flush, ready.offer) = (flush, offer);
                }
                let answer = next(&session);
                tell(
                    &log,
                    answer
                        .as_ref()
                        .map(|a| format!("{a:?}"))
                        .map_err(Error::clone),
                );
                open = false;
                if let Ok(NextStream::Stream(stream)) = answer {
                    streams.push(stream);
                    open = true;
                }
            }
            Step::Send {
                message,
                percent,
                bytes,
                reply,
            } => {
                ready.lock().unwrap().message = reply;
                let answer = session.send_message(&params(message, percent, bytes));
                tell(&log, answer.map(|a| format!("{a:?}")));
            }
            Step::Write(outcome) | Step::Seek(outcome) | Step::SetSize(outcome) => {
                ready.lock().unwrap().stream = outcome;
                let Some(stream) = streams.last_mut() else {
                    continue;
                };
                let failed = match step {
                    Step::Write(_) => stream.write(&[0; 8]).err(),
                    Step::Seek(_) => stream.seek(SeekFrom::End(0)).err(),
                    _ => stream.set_size(0).err(),
                };
                // The call reaches the application's stream, or finds it dead.
                let expected = match outcome {
                    _ if !open => Some(ErrorKind::Reverted),
                    Outcome::Fail(kind) => Some(kind),
                    Outcome::Done | Outcome::Short => None,
                };
                assert_eq!(failed.map(|e| e.kind()), expected);
            }
            Step::OldWrite => {
                ready.lock().unwrap().stream = Outcome::Done;
                let count = streams.len();
                if let Some(old) = count.checked_sub(2).and_then(|n| streams.get_mut(n)) {
                    assert_eq!(old.write(b"x").unwrap_err().kind(), ErrorKind::Reverted);
                }
            }
        }
    }
    ready.lock().unwrap().flush = end.flush;
    let result = session.finish(end.driver.map_err(error));
    for stream in &mut streams {
        assert!(stream.write(b"late").is_err());
    }
    (log.lines(), result.map_err(|e| e.kind()))
}

fn kind() -> impl Strategy<Value = ErrorKind> {
    prop::sample::select(
        &[
            ErrorKind::AccessDenied,
            ErrorKind::MediumFull,
            ErrorKind::Fail,
        ][..],
    )
}

fn a_reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        12 => Just(Reply::Continue),
        1 => Just(Reply::Cancel),
        1 => kind().prop_map(Reply::Fail),
    ]
}

fn an_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Done),
        1 => Just(Outcome::Short),
        1 => kind().prop_map(Outcome::Fail),
    ]
}

fn a_step() -> impl Strategy<Value = Step> {
    let offer = prop_oneof![
        8 => Just(Offer::Stream),
        1 => Just(Offer::Missing),
        2 => Just(Offer::Skip),
        1 => Just(Offer::Other),
        1 => Just(Offer::Cancel),
        1 => kind().prop_map(Offer::Fail),
    ];
    let message = prop_oneof![
        12 => Just(Message::Status),
        4 => Just(Message::NewPage),
        1 => Just(Message::DeviceFails),
        2 => Just(Message::DeviceWarmsUp),
        1 => Just(Message::EndOfStream),
        1 => Just(Message::EndOfTransfer),
    ];
    prop_oneof![
        6 => (a_reply(), offer).prop_map(|(flush, offer)| Step::Next { flush, offer }),
        6 => (message, -1..101_i32, any::<u32>(), a_reply()).prop_map(
            |(message, percent, bytes, reply)| Step::Send {
                message,
                percent,
                bytes: bytes.into(),
                reply,
            }
        ),
        3 => an_outcome().prop_map(Step::Write),
        2 => an_outcome().prop_map(Step::Seek),
        2 => an_outcome().prop_map(Step::SetSize),
        1 => Just(Step::OldWrite),
        1 => Just(Step::Cancel),
    ]
}

fn an_end() -> impl Strategy<Value = End> {
    let statuses = [
        Status::Ok,
        Status::EndOfMedia,
        Status::Cancelled,
        Status::SkipItem,
    ];
    let driver = prop_oneof![
        4 => prop::sample::select(statuses.to_vec()).prop_map(Ok),
        1 => Just(Err(ErrorKind::PaperJam)),
    ];
    (driver, a_reply(), a_reply()).prop_map(|(driver, flush, last)| End {
        driver,
        flush,
        last,
    })
}

/// What holds for every log.
fn check_rules(log: &[String]) {
    let starts = |line: &String, name: &str| line.starts_with(name);
    let count = |name: &str| log.iter().filter(|l| starts(l, name)).count();
    assert_eq!(count("END_OF_TRANSFER"), 1);
    assert!(starts(log.last().unwrap(), "END_OF_TRANSFER"));
    assert_eq!(count("END_OF_STREAM"), count("driver: Stream"));
    let mut open = false;
    for line in log {
        match line.split(' ').next().unwrap() {
            "END_OF_STREAM" => assert!(std::mem::take(&mut open), "{log:?}"),
            "GetNextStream" | "END_OF_TRANSFER" => assert!(!open, "{log:?}"),
            _ => open |= line == "driver: Stream",
        }
    }
    // After an answer that ends all the driver gets no other, and the application is only told
    // of the ends.
    let goes_on = |line: &String| {
        let harmless = ["Stream", "Missing", "SkipItem", "Other", "Continue"];
        let said = line.strip_prefix("driver: ");
        said.is_none_or(|said| harmless.iter().any(|h| said.starts_with(h)))
    };
    if let Some(first) = log.iter().position(|line| !goes_on(line)) {
        for line in &log[first..] {
            let end = starts(line, "END_OF_STREAM") || starts(line, "END_OF_TRANSFER");
            assert!(end || *line == log[first], "{log:?}");
        }
    }
}

/// How many sequences are tried; `./test --long` tries more.
fn cases() -> u32 {
    match std::env::var_os("QUIRE_LONG") {
        Some(_) => 400_000,
        None => 4_000,
    }
}

proptest! {
    #![proptest_config(Config {
        cases: cases(),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1871),
        ..Config::default()
    })]

    #[test]
    fn any_calls_and_answers(steps in prop::collection::vec(a_step(), 0..25), end in an_end()) {
        let mut model = Model::default();
        steps.iter().for_each(|step| model.step(*step));
        let expected = model.end(end);
        let (log, result) = play(&steps, end);
        check_rules(&log);
        prop_assert_eq!(&log, &model.log);
        prop_assert_eq!(result, expected);
    }
}
