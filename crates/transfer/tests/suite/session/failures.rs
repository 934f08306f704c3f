//! Failures that a driver keeps to itself, and which of several is the result.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicU32, Ordering};

use raster::{Band, PageLayout, PixelType};
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{Error, ErrorKind, Hresult, Result, Status, TransferMessage};

use crate::session::application::{Application, Sink, next, status, stream};
use crate::transfer::{
    Answer, MinidrvTransferCallback, NextStream, TransferContext, TransferParams, TransferRecord,
    abandon_page, begin_page, end_page, rows,
};

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "told to fail")
}

/// An application whose streams each fail their first write, with an error that tells which.
fn failing_writes(kinds: &'static [ErrorKind]) -> Application {
    let count = AtomicU32::new(0);
    Application::new().on_next_stream(move || {
        let kind = kinds[count.fetch_add(1, Ordering::Relaxed) as usize];
        let mut failed = false;
        Ok(NextStream::Stream(Box::new(Sink {
            on_write: Some(Box::new(move |data| {
                if std::mem::replace(&mut failed, true) {
                    return Ok(data.len());
                }
                Err(error(kind))
            })),
            ..Sink::default()
        })))
    })
}

#[test]
fn a_failed_write_of_an_earlier_stream_is_not_forgiven_by_a_later_one() {
    let (session, _) = failing_writes(&[ErrorKind::MediumFull, ErrorKind::WriteFault]).session();
    assert!(stream(&session).write(b"lost").is_err());
    let mut second = stream(&session);
    second.set_size(0).unwrap();
    let e = session.finish(Ok(Status::Ok)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}

#[test]
fn of_several_failed_stream_calls_the_first_is_told() {
    let (session, _) = failing_writes(&[ErrorKind::MediumFull, ErrorKind::WriteFault]).session();
    for _ in 0..2 {
        assert!(stream(&session).write(b"lost").is_err());
    }
    let e = session.finish(Ok(Status::Ok)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}

#[test]
fn every_kind_of_stream_call_can_fail() {
    for call in ["write", "short write", "seek", "set_size after a write"] {
        let (session, _) = Application::new()
            .on_next_stream(move || {
                let mut sink = Sink::default();
                match call {
                    "write" => sink.on_write = Some(Box::new(|_| Err(error(ErrorKind::Fail)))),
                    "short write" => sink.on_write = Some(Box::new(|data| Ok(data.len() - 1))),
                    "seek" => sink.on_seek = Some(Box::new(|| Err(error(ErrorKind::Fail)))),
                    _ => {
                        sink.on_write = Some(Box::new(|_| Err(error(ErrorKind::Fail))));
                        sink.on_set_size =
                            Some(Box::new(|_| Err(error(ErrorKind::NotImplemented))));
                    }
                }
                Ok(NextStream::Stream(Box::new(sink)))
            })
            .session();
        let mut held = stream(&session);
        drop(held.write(b"four"));
        drop(held.seek(SeekFrom::End(0)));
        if call == "set_size after a write" {
            assert!(held.set_size(0).is_err());
        }
        let kind = session.finish(Ok(Status::Ok)).unwrap_err().kind();
        let expected = if call == "short write" {
            ErrorKind::MediumFull
        } else {
            ErrorKind::Fail
        };
        assert_eq!(kind, expected, "{call}");
    }
}

#[test]
fn a_set_size_that_fails_and_nothing_else_is_no_failure_of_the_transfer() {
    // Only drivers that take something back call it, and unlinked bytes harm no reader.
    let (session, _) = Application::new()
        .on_next_stream(|| {
            Ok(NextStream::Stream(Box::new(Sink {
                on_set_size: Some(Box::new(|_| Err(error(ErrorKind::NotImplemented)))),
                ..Sink::default()
            })))
        })
        .session();
    assert!(stream(&session).set_size(0).is_err());
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
}

fn flush_fails() -> Application {
    Application::new().on_message(|params| match params.message {
        TransferMessage::EndOfStream => Err(error(ErrorKind::AccessDenied)),
        _ => Ok(Answer::Continue),
    })
}

#[test]
fn after_a_cancel_a_failed_flush_is_still_the_result() {
    // The driver asks once more, as one sample does, and so ends the stream.
    let (session, _) = flush_fails().session();
    let _held = stream(&session);
    session.cancel();
    assert_eq!(status(&session, 1).unwrap(), Answer::Cancel);
    assert!(matches!(next(&session).unwrap(), NextStream::Cancel));
    let e = session.finish(Ok(Status::Cancelled)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
}

#[test]
fn after_a_cancel_the_driver_hears_of_the_cancel_and_not_of_the_flush() {
    let (session, _) = flush_fails().session();
    let _held = stream(&session);
    session.cancel();
    assert!(matches!(next(&session).unwrap(), NextStream::Cancel));
    assert_eq!(status(&session, 1).unwrap(), Answer::Cancel);
    let e = session.finish(Ok(Status::Cancelled)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::AccessDenied);
}

#[test]
fn the_drivers_failure_comes_before_that_of_the_last_flush() {
    let (session, _) = flush_fails().session();
    let _held = stream(&session);
    let e = session.finish(Err(error(ErrorKind::PaperJam))).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);
}

#[test]
fn a_status_with_an_answer_of_its_own_is_that_answer() {
    type Make = fn() -> NextStream;
    let cases: [(Make, &str, Status); 6] = [
        (
            || NextStream::Other(Status::Ok, None),
            "Missing",
            Status::Ok,
        ),
        (
            || NextStream::Other(Status::Ok, Some(Box::<Sink>::default())),
            "Stream",
            Status::Ok,
        ),
        (
            || NextStream::Other(Status::Cancelled, Some(Box::<Sink>::default())),
            "Cancel",
            Status::Cancelled,
        ),
        (
            || NextStream::Other(Status::SkipItem, None),
            "SkipItem",
            Status::Ok,
        ),
        (
            || NextStream::Other(Status::EndOfMedia, Some(Box::<Sink>::default())),
            "Other(WIA_STATUS_END_OF_MEDIA",
            Status::Ok,
        ),
        (
            || NextStream::Other(Status::Other(Hresult(0x0021_0077)), None),
            "Other(unnamed success (0x00210077)",
            Status::Ok,
        ),
    ];
    for (make, seen, result) in cases {
        let (session, log) = Application::new()
            .on_next_stream(move || Ok(make()))
            .session();
        let answer = format!("{:?}", next(&session).unwrap());
        assert!(answer.starts_with(seen), "{answer}");
        // A stream beside a status that has none is not passed on.
        assert!(!answer.contains("true"), "{answer}");
        assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), result, "{seen}");
        let ends = log
            .lines()
            .iter()
            .filter(|l| l.starts_with("END_OF_STREAM"))
            .count();
        assert_eq!(ends, usize::from(seen == "Stream"), "{seen}");
    }
}

// ---------------------------------------------- the page writer in a session

fn page_writer() -> (TransferContext, PageLayout) {
    let context = TransferContext {
        format: WIA_IMG_FMT_TIFF,
        record: Some(TransferRecord::default()),
        ..TransferContext::default()
    };
    let layout = PageLayout {
        width: 100,
        height: None,
        pixel: PixelType::Gray8,
        x_dpi: 300,
        y_dpi: 300,
    };
    (context, layout)
}

/// A stream that fails its third write.
fn fails_once() -> Application {
    Application::new().on_next_stream(|| {
        let mut writes = 0;
        Ok(NextStream::Stream(Box::new(Growing {
            fail: Box::new(move || {
                writes += 1;
                writes == 3
            }),
            len: 0,
            position: 0,
        })))
    })
}

/// A stream that only counts.
struct Growing {
    fail: Box<dyn FnMut() -> bool + Send>,
    len: u64,
    position: u64,
}

impl crate::transfer::Stream for Growing {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        if (self.fail)() {
            return Err(error(ErrorKind::MediumFull));
        }
        self.position += data.len() as u64;
        self.len = self.len.max(self.position);
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::End(_) => self.len,
            SeekFrom::Current(_) => self.position,
        };
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.len = size;
        Ok(())
    }
}

#[test]
fn a_page_that_was_taken_back_and_written_again_is_a_success() {
    let (session, _) = fails_once().session();
    let mut held = stream(&session);
    let (mut context, layout) = page_writer();
    let row = [0; 100];
    for attempt in 0..2 {
        begin_page(&mut context, held.as_mut(), &layout).unwrap();
        let band = Band::new(&row, 100, 100).unwrap();
        rows(&mut context, held.as_mut(), band).unwrap();
        match end_page(&mut context, held.as_mut()) {
            Ok(_) => assert_eq!(attempt, 1),
            Err(_) => abandon_page(&mut context, held.as_mut()).unwrap(),
        }
    }
    assert_eq!(context.page, 1);
    assert_eq!(session.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
}

#[test]
fn a_page_that_failed_and_was_left_lying_is_a_failure() {
    let (session, _) = fails_once().session();
    let mut held = stream(&session);
    let (mut context, layout) = page_writer();
    begin_page(&mut context, held.as_mut(), &layout).unwrap();
    let band = Band::new(&[0; 100], 100, 100).unwrap();
    rows(&mut context, held.as_mut(), band).unwrap();
    assert!(end_page(&mut context, held.as_mut()).is_err());
    let e = session.finish(Ok(Status::Ok)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}

#[test]
fn a_page_can_be_ended_after_a_cancel() {
    let (session, log) = Application::new()
        .on_next_stream(|| {
            Ok(NextStream::Stream(Box::new(Growing {
                fail: Box::new(|| false),
                len: 0,
                position: 0,
            })))
        })
        .session();
    let mut held = stream(&session);
    let (mut context, layout) = page_writer();
    begin_page(&mut context, held.as_mut(), &layout).unwrap();
    session.cancel();
    let band = Band::new(&[0; 100], 100, 100).unwrap();
    rows(&mut context, held.as_mut(), band).unwrap();
    end_page(&mut context, held.as_mut()).unwrap();
    assert_eq!(context.record.unwrap().options.progress.pages(), 1);
    assert_eq!(status(&session, 100).unwrap(), Answer::Cancel);
    assert_eq!(
        session.finish(Ok(Status::Cancelled)).unwrap(),
        Status::Cancelled
    );
    // The page writer itself has said nothing.
    assert_eq!(
        log.lines(),
        ["GetNextStream", "END_OF_STREAM 0 0", "END_OF_TRANSFER 0 0"]
    );
}

/// A device's status is not for the application; a failure among them ends the transfer with it.
#[test]
fn a_device_status_never_reaches_the_application() {
    let told = |device_status| TransferParams {
        message: TransferMessage::DeviceStatus,
        device_status: Some(device_status),
        ..TransferParams::status(1, 1)
    };
    let (session, log) = Application::new().session();
    let warming_up = session.send_message(&told(Ok(Status::WarmingUp)));
    assert_eq!(warming_up.unwrap(), Answer::Continue);
    let e = session.send_message(&told(Err(Error::new(ErrorKind::CoverOpen, ""))));
    assert_eq!(e.unwrap_err().kind(), ErrorKind::CoverOpen);
    // A driver that takes it for nothing does not get away with it.
    let e = session.finish(Ok(Status::Ok)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::CoverOpen);
    assert_eq!(log.lines(), ["END_OF_TRANSFER 0 0"]);
}
