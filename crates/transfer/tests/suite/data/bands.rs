//! Order, double buffering, answers.

use std::sync::mpsc;

use wia::DataMessage::{Data, DataHeader, NewPage, Status as StatusMessage, Termination};
use wia::{Error, ErrorKind, Status};

use crate::data::rig::{Application, GO, LIMIT, data, file, memory, plain};
use crate::transfer::Answer;

#[test]
fn header_before_data_new_page_between_pages_and_termination_last() {
    for buffers in [1, 2] {
        let application = Application::answering([]);
        let result = memory(buffers, &application, |callback, context| {
            // A status may come before the header.
            assert_eq!(plain(callback, StatusMessage, None)?, Answer::Continue);
            for page in 1..=2u8 {
                for band in 0..3 {
                    context.transfer_buffer.fill(page * 10 + band);
                    assert_eq!(data(callback, context, 16)?, Answer::Continue);
                }
                if page == 1 {
                    assert_eq!(callback.send_end_of_page(1)?, Answer::Continue);
                    context.offset = 0;
                }
            }
            Ok(Status::Ok)
        });
        assert_eq!(result.unwrap(), Status::Ok);
        let band = |offset, value| (Data, offset, 16, vec![value; 16]);
        let want = [
            (StatusMessage, 0, 0, vec![]),
            (DataHeader, 1000, 0, vec![]),
            band(0, 10),
            band(16, 11),
            band(32, 12),
            (NewPage, 0, 1, vec![]),
            band(0, 20),
            band(16, 21),
            band(32, 22),
            (Termination, 0, 0, vec![]),
        ];
        assert_eq!(*application.seen.lock().unwrap(), want);
    }
}

#[test]
fn the_service_flips_two_buffers_and_keeps_one() {
    for (buffers, want) in [(1, [1, 1, 1, 1]), (2, [1, 2, 1, 2])] {
        let application = Application::answering([]);
        let result = memory(buffers, &application, move |callback, context| {
            for active in want {
                assert_eq!(context.active_buffer, active);
                assert_eq!(context.transfer_buffer.number(), active as usize);
                assert_eq!(context.number_of_buffers, buffers as i32);
                data(callback, context, 16).map(drop)?;
            }
            Ok(Status::Ok)
        });
        assert_eq!(result.unwrap(), Status::Ok);
    }
}

/// With two buffers the driver has the second while the application is still inside its callback of
/// the first; with one it has not.
#[test]
fn two_buffers_are_used_at_the_same_time() {
    struct Slow(std::sync::Mutex<mpsc::Receiver<()>>);
    impl crate::transfer::DataCallback for Slow {
        fn banded_data_callback(
            &self,
            params: &crate::transfer::DataParams<'_>,
        ) -> wia::Result<Answer> {
            if params.message == Data && params.offset == 0 {
                // Until the driver has filled the other buffer.
                self.0.lock().unwrap().recv_timeout(LIMIT).unwrap();
            }
            Ok(Answer::Continue)
        }
    }
    let (filled, wait) = mpsc::channel();
    let application = std::sync::Arc::new(Slow(std::sync::Mutex::new(wait)));
    let mut context = crate::data::rig::context(true);
    context.service_buffer = true;
    context.number_of_buffers = 2;
    context.buffer_size = 16;
    let buffers = (1..=2)
        .map(|n| bands::Band::allocate(n, 16).unwrap().into())
        .collect();
    let (session, mut service) =
        crate::transfer::DataSession::new(&mut context, buffers, Some(application));
    let driver = std::thread::spawn(move || {
        let callback = context.data_callback.clone().unwrap();
        data(callback.as_ref(), &mut context, 16).map(drop).unwrap();
        context.transfer_buffer.fill(2);
        filled.send(()).unwrap();
        data(callback.as_ref(), &mut context, 16).map(drop).unwrap();
        session.close();
    });
    while service.serve(LIMIT) != crate::transfer::Heard::Returned {}
    driver.join().unwrap();
    assert_eq!(service.finish(Ok(Status::Ok)).unwrap(), Status::Ok);
}

#[test]
fn a_cancel_reaches_the_driver_and_is_the_result() {
    // The header, then the first band is refused.
    for answers in [vec![GO, Ok(Answer::Cancel)], vec![Ok(Answer::Cancel)]] {
        let application = Application::answering(answers.clone());
        let result = memory(1, &application, |callback, context| {
            assert_eq!(data(callback, context, 16)?, Answer::Cancel);
            // It has a buffer still.
            assert_eq!(context.transfer_buffer.len(), 16);
            Ok(Status::Ok)
        });
        assert_eq!(result.unwrap(), Status::Cancelled);
        let mut want = vec![DataHeader, Data, Termination];
        if answers.len() == 1 {
            want.remove(1);
        }
        assert_eq!(application.messages(), want);
    }
}

#[test]
fn with_two_buffers_a_cancel_comes_at_one_of_the_next_calls() {
    let application = Application::answering([GO, Ok(Answer::Cancel)]);
    let result = memory(2, &application, |callback, context| {
        for calls in 1.. {
            if data(callback, context, 16)? == Answer::Cancel {
                assert!(calls <= 3);
                return Ok(Status::Cancelled);
            }
        }
        Ok(Status::Ok)
    });
    assert_eq!(result.unwrap(), Status::Cancelled);
    assert_eq!(application.messages(), [DataHeader, Data, Termination]);
}

#[test]
fn a_cancel_answered_to_the_last_band_counts() {
    for buffers in [1, 2] {
        let application = Application::answering([GO, GO, Ok(Answer::Cancel)]);
        let result = memory(buffers, &application, |callback, context| {
            for _ in 0..2 {
                data(callback, context, 16).map(drop)?;
            }
            Ok(Status::Ok)
        });
        assert_eq!(result.unwrap(), Status::Cancelled, "{buffers}");
    }
}

#[test]
fn a_failure_of_the_application_is_the_result_whatever_the_driver_says() {
    for status in [Ok(Status::Ok), Err(Error::invalid("the driver's own"))] {
        let mine = Error::new(ErrorKind::MediumFull, "no room");
        let application = Application::answering([GO, Err(mine)]);
        let result = memory(1, &application, move |callback, context| {
            let e = data(callback, context, 16).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::MediumFull);
            status
        });
        assert_eq!(result.unwrap_err().kind(), ErrorKind::MediumFull);
        assert_eq!(application.messages().last(), Some(&Termination));
    }
}

#[test]
fn what_is_answered_to_termination_changes_nothing() {
    for answer in [Ok(Answer::Cancel), Err(Error::invalid("late"))] {
        let application = Application::answering([answer]);
        let result = memory(1, &application, |_, _| Ok(Status::EndOfMedia));
        assert_eq!(result.unwrap(), Status::EndOfMedia);
        assert_eq!(application.messages(), [Termination]);
    }
}

#[test]
fn the_drivers_result_is_the_result() {
    for result in [
        Ok(Status::Ok),
        Ok(Status::EndOfMedia),
        Ok(Status::Cancelled),
        Err(ErrorKind::PaperJam),
    ] {
        let says = result.map_err(|kind| Error::new(kind, ""));
        let application = Application::answering([]);
        let got = memory(2, &application, move |_, _| says);
        assert_eq!(got.map_err(|e| e.kind()), result);
    }
}

#[test]
fn offsets_and_percent_are_forwarded_as_they_are() {
    let application = Application::answering([]);
    let result = memory(1, &application, |callback, context| {
        for offset in [40, 0, 1_000_000] {
            context.offset = offset;
            data(callback, context, 3).map(drop)?;
        }
        Ok(Status::Ok)
    });
    assert_eq!(result.unwrap(), Status::Ok);
    let seen = application.seen.lock().unwrap();
    let offsets: Vec<_> = seen
        .iter()
        .filter(|s| s.0 == Data)
        .map(|s| (s.1, s.2))
        .collect();
    assert_eq!(offsets, [(40, 3), (0, 3), (1_000_000, 3)]);
}

#[test]
fn a_file_transfer_reports_status_pages_and_previews() {
    use wia::DataMessage::{FilePreviewData, FilePreviewDataHeader};
    let application = Application::answering([]);
    let result = file(&application, |callback, context| {
        context.transfer_buffer.driver_memory().resize(8, 5);
        context.buffer_size = 8;
        plain(callback, FilePreviewDataHeader, None).map(drop)?;
        let preview = callback.mini_drv_callback(
            FilePreviewData,
            wia::TransferStatus::empty(),
            0,
            2,
            6,
            Some(context),
        );
        assert_eq!(preview?, Answer::Continue);
        // The driver's buffer is the driver's again.
        assert_eq!(*context.transfer_buffer, [5; 8]);
        plain(callback, StatusMessage, None).map(drop)?;
        callback.send_end_of_page(1).map(drop)?;
        context.transfer_buffer.driver_memory().clear();
        context.buffer_size = 0;
        Ok(Status::Ok)
    });
    assert_eq!(result.unwrap(), Status::Ok);
    let seen = application.seen.lock().unwrap();
    assert_eq!(
        *seen,
        [
            (FilePreviewDataHeader, 0, 0, vec![]),
            (FilePreviewData, 2, 6, vec![5; 6]),
            (StatusMessage, 0, 0, vec![]),
            (NewPage, 0, 1, vec![]),
            (Termination, 0, 0, vec![]),
        ]
    );
}
