//! Cancelling from outside, and drivers that do not come back.

use quire_service as service;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use crate::transfers::scripted::*;
use quire_service::{Answer, NextStream, TransferParams};
use wia::event::WIA_EVENT_CANCEL_IO;
use wia::{ErrorKind, Status, TransferFlags};

#[test]
fn cancel_notifies_the_driver_and_answers_s_false_without_asking_the_application() {
    let (notified, wait_notified) = mpsc::channel();
    let wait_notified = Mutex::new(wait_notified);
    let (started, wait_started) = mpsc::channel();
    let driver = ScriptedDriver::new(move |callback, _| {
        let mut s = stream(callback);
        started.send(()).unwrap();
        assert_eq!(
            wait_notified.lock().unwrap().recv().unwrap(),
            WIA_EVENT_CANCEL_IO
        );
        assert_eq!(s.write(b"ends normally")?, 13);
        let answer = callback.send_message(&TransferParams::status(7, 13))?;
        assert_eq!(answer, Answer::Cancel);
        assert!(matches!(next(callback)?, NextStream::Cancel));
        Ok(Status::Cancelled)
    })
    .on_event(move |event| notified.send(event).unwrap());
    let device = connect(driver);
    let app = Arc::new(App::new());
    let transfer = device.item.transfer().unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| transfer.download(TransferFlags::empty(), app.clone()));
        wait_started.recv().unwrap();
        transfer.cancel();
        assert_eq!(running.join().unwrap().unwrap(), Status::Cancelled);
    });
    app.log.expect(&[
        &format!("GetNextStream Feeder {FEEDER}"),
        "END_OF_STREAM 0% 0",
        "END_OF_TRANSFER 0% 0",
    ]);
}

#[test]
fn a_driver_that_was_told_cannot_call_it_success() {
    let me: Arc<Mutex<Option<Arc<dyn service::Transfer>>>> = Arc::default();
    let inside = Arc::clone(&me);
    let device = connect(ScriptedDriver::new(move |callback, _| {
        inside.lock().unwrap().take().unwrap().cancel();
        let answer = callback.send_message(&TransferParams::status(0, 0))?;
        assert_eq!(answer, Answer::Cancel);
        Ok(Status::EndOfMedia)
    }));
    let transfer = device.item.transfer().unwrap();
    *me.lock().unwrap() = Some(Arc::clone(&transfer));
    let result = transfer.download(TransferFlags::empty(), Arc::new(App::new()));
    assert_eq!(result.unwrap(), Status::Cancelled);
}

#[test]
fn a_cancel_after_the_drivers_last_callback_changes_nothing() {
    let me: Arc<Mutex<Option<Arc<dyn service::Transfer>>>> = Arc::default();
    let inside = Arc::clone(&me);
    let device = connect(ScriptedDriver::new(move |callback, _| {
        drop(stream(callback));
        inside.lock().unwrap().take().unwrap().cancel();
        Ok(Status::Ok)
    }));
    let transfer = device.item.transfer().unwrap();
    *me.lock().unwrap() = Some(Arc::clone(&transfer));
    let result = transfer.download(TransferFlags::empty(), Arc::new(App::new()));
    assert_eq!(result.unwrap(), Status::Ok);
}

#[test]
fn a_transfer_does_not_end_while_its_cancel_is_told() {
    let me: Arc<Mutex<Option<Arc<dyn service::Transfer>>>> = Arc::default();
    let inside = Arc::clone(&me);
    let (telling, wait_telling) = mpsc::channel();
    let wait_telling = Mutex::new(wait_telling);
    let driver = ScriptedDriver::new(move |_, _| {
        inside.lock().unwrap().take().unwrap().cancel();
        wait_telling.lock().unwrap().recv().unwrap();
        Ok(Status::Cancelled)
    });
    let log = driver.log.clone();
    let device = connect(driver.on_event(move |_| {
        telling.send(()).unwrap();
        // Time enough for a transfer that would not wait.
        let (_never, wait) = mpsc::channel::<()>();
        let _ = wait.recv_timeout(std::time::Duration::from_millis(100));
        log.add("told");
    }));
    let transfer = device.item.transfer().unwrap();
    *me.lock().unwrap() = Some(Arc::clone(&transfer));
    let result = transfer.download(TransferFlags::empty(), Arc::new(App::new()));
    assert_eq!(result.unwrap(), Status::Cancelled);
    device.driver.log.expect(&[
        "lock",
        "acquire 0000\\Root\\Feeder TransferFlags(DOWNLOAD)",
        "told",
        "unlock",
    ]);
}

/// Every other transfer is cancelled, from its last callback: the driver may be about to return when the
/// event comes. What is late would be heard by the next transfer.
#[test]
fn a_cancel_never_reaches_the_next_transfer() {
    let number = Arc::new(AtomicUsize::new(0));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let me: Arc<Mutex<Option<Arc<dyn service::Transfer>>>> = Arc::default();
    let driver = {
        let (number, me) = (Arc::clone(&number), Arc::clone(&me));
        ScriptedDriver::new(move |callback, _| {
            number.fetch_add(1, Ordering::SeqCst);
            if let Some(transfer) = me.lock().unwrap().take() {
                transfer.cancel();
            }
            for _ in 0..20 {
                std::thread::yield_now();
            }
            Ok(
                match callback.send_message(&TransferParams::status(0, 0))? {
                    Answer::Continue => Status::Ok,
                    Answer::Cancel => Status::Cancelled,
                },
            )
        })
    };
    let driver = {
        let (number, heard) = (Arc::clone(&number), Arc::clone(&heard));
        driver.on_event(move |_| heard.lock().unwrap().push(number.load(Ordering::SeqCst)))
    };
    let device = connect(driver);
    let transfer = device.item.transfer().unwrap();
    for round in 0..300 {
        let cancelled = round % 2 == 0;
        *me.lock().unwrap() = cancelled.then(|| Arc::clone(&transfer));
        let result = transfer.download(TransferFlags::empty(), Arc::new(App::new()));
        let expected = [Status::Ok, Status::Cancelled][usize::from(cancelled)];
        assert_eq!(result.unwrap(), expected);
    }
    let mut late = heard.lock().unwrap().clone();
    late.retain(|n| n % 2 == 0);
    assert_eq!(late, []);
}

#[test]
fn cancel_without_a_transfer_has_no_effect() {
    let device = connect(
        ScriptedDriver::new(|_, _| Ok(Status::Ok)).on_event(|_| panic!("nobody is transferring")),
    );
    let transfer = device.item.transfer().unwrap();
    transfer.cancel();
    let app = Arc::new(App::new());
    assert_eq!(
        transfer.download(TransferFlags::empty(), app).unwrap(),
        Status::Ok
    );
    transfer.cancel();
}

/// A driver that hangs until the test lets it go, and what it finds out afterwards.
fn hanging() -> (ScriptedDriver, mpsc::Sender<()>, mpsc::Receiver<bool>) {
    let (let_go, wait) = mpsc::channel::<()>();
    let (report, reported) = mpsc::channel();
    let wait = Mutex::new(wait);
    let driver = ScriptedDriver::new(move |callback, _| {
        let mut s = stream(callback);
        assert_eq!(s.write(b"first line")?, 10);
        // A test that ends drops the sender.
        let _ = wait.lock().unwrap().recv();
        let dead = s.write(b"late").is_err()
            && next(callback).is_err()
            && callback
                .send_message(&TransferParams::status(1, 1))
                .is_err();
        report.send(dead).unwrap();
        Ok(Status::Ok)
    });
    (driver, let_go, reported)
}

#[test]
fn a_silent_driver_is_given_up_at_its_deadline_and_the_device_stays_busy() {
    let (driver, let_go, reported) = hanging();
    // Enough for its first line on a busy machine.
    let device = connect_with(driver, impatient(2000));
    let app = Arc::new(App::new());
    let e = device.download(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    app.log.expect(&[
        &format!("GetNextStream Feeder {FEEDER}"),
        "END_OF_STREAM 0% 0",
        "END_OF_TRANSFER 0% 0",
    ]);
    assert_eq!(app.made(0).bytes(), b"first line");

    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(
        e.kind(),
        ErrorKind::Busy,
        "the abandoned driver has the device"
    );

    let_go.send(()).unwrap();
    assert!(
        reported.recv().unwrap(),
        "callback and stream were taken away"
    );
    assert_eq!(app.made(0).bytes(), b"first line");
    drop(let_go);
    // The device becomes free when the driver's thread has really ended.
    loop {
        match device.download(&Arc::new(App::new())) {
            Err(e) if e.kind() == ErrorKind::Busy => std::thread::yield_now(),
            other => {
                assert_eq!(other.unwrap(), Status::Ok);
                break;
            }
        }
    }
}

#[test]
fn a_driver_that_ignores_a_cancel_is_given_up() {
    let (driver, _let_go, _reported) = hanging();
    let options = service::DeviceOptions {
        cancel_deadline: std::time::Duration::from_millis(300),
        ..service::DeviceOptions::default()
    };
    let device = connect_with(driver, options);
    let app = Arc::new(App::new());
    let transfer = device.item.transfer().unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| transfer.download(TransferFlags::empty(), app.clone()));
        while app.log.lines().is_empty() {
            std::thread::yield_now();
        }
        transfer.cancel();
        let e = running.join().unwrap().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Deadline);
        assert!(e.to_string().contains("of being told to"), "{e}");
    });
}

#[test]
fn time_in_the_application_does_not_count_against_the_driver() {
    let deadline = std::time::Duration::from_secs(2);
    let device = connect_with(
        ScriptedDriver::new(|callback, _| {
            let answer = callback.send_message(&TransferParams::status(0, 0))?;
            assert_eq!(answer, Answer::Continue);
            Ok(Status::Ok)
        }),
        impatient(deadline.as_millis() as u64),
    );
    let (_never, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let app = Arc::new(App::reacting(move |params| {
        if params.message == wia::TransferMessage::Status {
            // Longer than the deadline.
            let _ = wait.lock().unwrap().recv_timeout(deadline * 3 / 2);
        }
        None
    }));
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
}

/// A crash is a failure, also in a call of which nobody waits for the result.
#[test]
fn a_driver_that_crashes_when_it_is_told_fails_its_transfer() {
    let (tell, told) = mpsc::channel();
    let told = Mutex::new(told);
    let running: Arc<Mutex<Option<Arc<dyn service::Transfer>>>> = Arc::default();
    let inside = Arc::clone(&running);
    let driver = ScriptedDriver::new(move |_, _| {
        inside.lock().unwrap().clone().unwrap().cancel();
        told.lock().unwrap().recv().unwrap();
        Ok(Status::Ok)
    })
    .on_event(move |_| {
        tell.send(()).unwrap();
        panic!("a crash in notify_pnp_event");
    });
    let device = connect(driver);
    let transfer = device.item.transfer().unwrap();
    *running.lock().unwrap() = Some(Arc::clone(&transfer));
    let e = transfer
        .download(TransferFlags::empty(), Arc::new(App::new()))
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert!(e.to_string().contains("a crash in notify"), "{e}");
}
