//! The rules for streams.

use crate::transfers::scripted::*;
use quire_service::TransferParams;
use std::io::SeekFrom;
use std::sync::{Arc, Mutex};
use wia::{ErrorKind, Status};

#[test]
fn a_stream_answers_e_notimpl_to_what_downloads_do_not_use() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        assert_eq!(
            s.read(&mut [0]).unwrap_err().kind(),
            ErrorKind::NotImplemented
        );
        assert_eq!(s.size().unwrap_err().kind(), ErrorKind::NotImplemented);
        Ok(Status::Ok)
    }));
    assert_eq!(device.download(&Arc::new(App::new())).unwrap(), Status::Ok);
}

#[test]
fn only_the_newest_stream_is_alive() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut old = stream(callback);
        let mut new = stream(callback);
        assert_eq!(old.write(b"late").unwrap_err().kind(), ErrorKind::Reverted);
        assert_eq!(
            old.seek(SeekFrom::Start(0)).unwrap_err().kind(),
            ErrorKind::Reverted
        );
        assert_eq!(old.set_size(0).unwrap_err().kind(), ErrorKind::Reverted);
        assert_eq!(new.write(b"new")?, 3);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"");
    assert_eq!(app.made(1).bytes(), b"new");
}

#[test]
fn after_the_drivers_return_its_stream_is_dead() {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let device = connect(ScriptedDriver::new(move |callback, _| {
        *keep.lock().unwrap() = Some((stream(callback), Arc::clone(callback)));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    let (mut late, callback) = kept.lock().unwrap().take().unwrap();
    assert!(late.write(b"late").is_err());
    assert!(next(&callback).is_err());
    assert!(
        callback
            .send_message(&TransferParams::status(0, 0))
            .is_err()
    );
    assert_eq!(app.made(0).bytes(), b"");
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

#[test]
fn the_stream_is_released_before_its_end_of_stream() {
    let given = MemoryStream::default();
    let seen = given.clone();
    let device = connect(ScriptedDriver::new(|callback, _| {
        let _held = stream(callback);
        Ok(Status::Ok)
    }));
    let app = App::reacting(move |params| {
        assert!(seen.shared.lock().unwrap().dropped, "{params:?}");
        None
    });
    assert_eq!(
        device.download(&Arc::new(app.give(&given))).unwrap(),
        Status::Ok
    );
}

#[test]
fn a_header_can_be_written_again_in_a_stream_that_was_not_empty() {
    let given = MemoryStream::with(b"earlier", 3);
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        let start = s.seek(SeekFrom::End(0))?;
        assert_eq!(s.write(b"????")? + s.write(b"rows")?, 8);
        s.seek(SeekFrom::Start(start))?;
        assert_eq!(s.write(b"HEAD")?, 4);
        s.seek(SeekFrom::End(0))?;
        assert_eq!(s.write(b"end")?, 3);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new().give(&given));
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(given.bytes(), b"earlierHEADrowsend");
    let calls = given.shared.lock().unwrap().calls.clone();
    assert!(
        calls
            .iter()
            .all(|c| ["write", "seek", "set_size"].contains(c))
    );
}

#[test]
fn a_failed_stream_call_cannot_be_hidden() {
    let given = MemoryStream::default();
    given.shared.lock().unwrap().writes_left = Some(0);
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        assert!(s.write(b"lost").is_err());
        Ok(Status::Ok)
    }));
    let e = device
        .download(&Arc::new(App::new().give(&given)))
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::MediumFull);
}

#[test]
fn a_page_that_was_taken_back_after_a_failed_write_may_be_tried_again() {
    let given = MemoryStream::default();
    given.shared.lock().unwrap().writes_left = Some(0);
    let more = given.clone();
    let device = connect(ScriptedDriver::new(move |callback, _| {
        let mut s = stream(callback);
        assert!(s.write(b"lost").is_err());
        s.set_size(0)?;
        more.shared.lock().unwrap().writes_left = None;
        assert_eq!(s.write(b"kept")?, 4);
        Ok(Status::Ok)
    }));
    let result = device.download(&Arc::new(App::new().give(&given)));
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(given.bytes(), b"kept");
}
