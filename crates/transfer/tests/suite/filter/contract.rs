//! What passes through a filter that does everything right.

use std::sync::Arc;

use quire_transfer::{Answer, MinidrvTransferCallback, NextStream, TransferParams};
use wia::{Error, ErrorKind, Status, TransferMessage};

use crate::filter::parts::{App, PAGE, Wrong, inverted, inverter, pages, run};

#[test]
fn every_message_arrives_once_and_in_order() {
    for holds in [false, true] {
        let app = Arc::new(App::plain());
        let filter = inverter(Wrong::Nothing, holds);
        let result = run(&[&filter], &app, |session, _| pages(session, 2));
        assert_eq!(result.unwrap(), Status::Ok);
        let page: &[&str] = match holds {
            false => &[
                "GetNextStream Feeder 0000\\Root\\Feeder",
                "Status 30% 4",
                "Status 60% 8",
                "Status 90% 13",
                "released",
                "EndOfStream 90% 13",
            ],
            // The bytes are those that reached the application.
            true => &[
                "GetNextStream Feeder 0000\\Root\\Feeder",
                "Status 30% 0",
                "Status 60% 0",
                "Status 90% 0",
                "released",
                "EndOfStream 90% 13",
            ],
        };
        let mut expected = [page, page].concat();
        let end = app.log.lines().pop().unwrap();
        assert!(end.starts_with("EndOfTransfer"), "{end}");
        expected.push(&end);
        assert_eq!(app.log.lines(), expected);
        assert_eq!(app.pages(), [inverted(PAGE), inverted(PAGE)]);
    }
}

#[test]
fn two_filters_undo_each_other() {
    let app = Arc::new(App::plain());
    let (one, other) = (
        inverter(Wrong::Nothing, true),
        inverter(Wrong::Nothing, false),
    );
    let result = run(&[&one, &other], &app, |session, _| pages(session, 1));
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(app.pages(), [PAGE]);
}

#[test]
fn cancel_skip_and_failure_of_get_next_stream_pass_through() {
    let with = |answer: fn() -> NextStream| {
        let app = Arc::new(App {
            gives: Box::new(move || Some(Ok(answer()))),
            ..App::plain()
        });
        let filter = inverter(Wrong::Nothing, false);
        let mut seen = String::new();
        let result = run(&[&filter], &app, |session, _| {
            let answer = session.get_next_stream("Feeder", "0000\\Root\\Feeder")?;
            seen = format!("{answer:?}");
            pages(session, 1)
        });
        (seen, result)
    };
    let (seen, result) = with(|| NextStream::Cancel);
    assert_eq!(
        (seen.as_str(), result.unwrap()),
        ("Cancel", Status::Cancelled)
    );
    let (seen, result) = with(|| NextStream::SkipItem);
    assert_eq!((seen.as_str(), result.unwrap()), ("SkipItem", Status::Ok));
    let (seen, result) = with(|| NextStream::Missing);
    assert_eq!(seen, "Missing");
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Unexpected);
    let (seen, _) = with(|| NextStream::Other(Status::EndOfMedia, None));
    assert!(seen.starts_with("Other"), "{seen}");

    let app = Arc::new(App {
        gives: Box::new(|| Some(Err(Error::new(ErrorKind::AccessDenied, "no")))),
        ..App::plain()
    });
    let filter = inverter(Wrong::Nothing, false);
    let result = run(&[&filter], &app, |session, _| pages(session, 1));
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AccessDenied);
}

#[test]
fn a_cancel_is_passed_up_and_what_is_held_is_dropped() {
    let app = Arc::new(App {
        answer: Box::new(|p| match p.message {
            TransferMessage::Status if p.percent == 60 => Ok(Answer::Cancel),
            _ => Ok(Answer::Continue),
        }),
        ..App::plain()
    });
    let filter = inverter(Wrong::Nothing, true);
    let result = run(&[&filter], &app, |session, _| pages(session, 2));
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(app.pages(), [b""]);
    assert!(app.log.lines().iter().any(|l| l.starts_with("EndOfStream")));
}

#[test]
fn a_cancel_from_outside_drops_what_is_held() {
    let app = Arc::new(App::plain());
    let filter = inverter(Wrong::Nothing, true);
    let result = run(&[&filter], &app, |session, chain| {
        let NextStream::Stream(mut stream) = session.get_next_stream("Feeder", "F")? else {
            panic!("no stream");
        };
        stream.write(PAGE)?;
        session.cancel();
        chain.cancel();
        assert_eq!(
            session.send_message(&TransferParams::status(50, 5))?,
            Answer::Cancel
        );
        Ok(Status::Cancelled)
    });
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(app.pages(), [b""]);
}

#[test]
fn a_failure_of_the_application_passes_through_and_is_not_the_filters() {
    let app = Arc::new(App {
        answer: Box::new(|_| Err(Error::new(ErrorKind::MediumFull, "the application's"))),
        ..App::plain()
    });
    let filter = inverter(Wrong::Nothing, false);
    let e = run(&[&filter], &app, |session, _| pages(session, 1)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
    assert!(!e.to_string().contains("filter"), "{e}");
}

#[test]
fn a_panic_of_the_application_is_not_the_filters() {
    let app = Arc::new(App {
        answer: Box::new(|_| panic!("the application's own panic")),
        ..App::plain()
    });
    let filter = inverter(Wrong::Nothing, false);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(&[&filter], &app, |session, _| pages(session, 1))
    }));
    let text = *caught.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(text, "the application's own panic");
}

#[test]
fn a_filter_forgets_the_application_when_the_transfer_is_over() {
    let app = Arc::new(App::plain());
    let filter = inverter(Wrong::Nothing, false);
    let result = run(&[&filter], &app, |session, _| pages(session, 1));
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(Arc::strong_count(&app), 1);
}
