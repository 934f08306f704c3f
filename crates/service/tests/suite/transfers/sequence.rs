//! Who calls whom, in which order, and what `Download` gives (stream downloads, step by step).

use crate::transfers::scripted::*;
use quire_service::{Answer, TransferParams};
use std::io::SeekFrom;
use std::sync::Arc;
use transfer::TransferContext;
use wia::format::WIA_IMG_FMT_TIFF;
use wia::{Error, ErrorKind, Hresult, Status, TransferFlags, TransferMessage, Tymed};

#[test]
fn lock_acquire_unlock_and_no_write_of_properties() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    assert_eq!(device.download(&Arc::new(App::new())).unwrap(), Status::Ok);
    device.driver.log.expect(&[
        "lock",
        "acquire 0000\\Root\\Feeder TransferFlags(DOWNLOAD)",
        "unlock",
    ]);
}

#[test]
fn unlock_follows_a_failure_and_a_crash() {
    let device = connect(ScriptedDriver::new(|_, _| {
        Err(Error::new(ErrorKind::PaperJam, ""))
    }));
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::PaperJam);
    assert_eq!(device.driver.log.lines().last().unwrap(), "unlock");

    let device = connect(ScriptedDriver::new(|_, _| panic!("out of cheese")));
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert!(e.to_string().contains("out of cheese"), "{e}");
    assert_eq!(device.driver.log.lines().last().unwrap(), "unlock");
    // The device lives on.
    assert_eq!(
        device.download(&Arc::new(App::new())).unwrap_err().kind(),
        ErrorKind::ExceptionInDriver
    );
}

#[test]
fn a_stream_carries_the_names_of_the_item_that_is_transferred() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        drop(stream(callback));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

#[test]
fn data_and_status_reach_the_application_as_they_are() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let mut s = stream(callback);
        for (percent, bytes) in [(0, 0), (40, 4), (-1, 8), (100, 10)] {
            assert_eq!(
                callback.send_message(&TransferParams::status(percent, bytes))?,
                Answer::Continue
            );
        }
        s.seek(SeekFrom::End(0))?;
        assert_eq!(s.write(b"0123456789")?, 10);
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"0123456789");
    app.log.expect(&[
        &asked(),
        "STATUS 0% 0",
        "STATUS 40% 4",
        "STATUS -1% 8",
        "STATUS 100% 10",
        "END_OF_STREAM 100% 10",
        "END_OF_TRANSFER 100% 10",
    ]);
}

#[test]
fn end_of_stream_comes_with_the_next_request_and_for_the_last_with_the_return() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        drop(stream(callback));
        drop(stream(callback));
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        &asked(),
        "END_OF_STREAM 0% 0",
        &asked(),
        "END_OF_STREAM 0% 0",
        END,
    ]);
}

#[test]
fn the_last_end_of_stream_and_end_of_transfer_come_after_the_drivers_return() {
    let driver = ScriptedDriver::new(|callback, _| {
        let _held = stream(callback);
        Ok(Status::Ok)
    });
    let log = driver.log.clone();
    let device = connect(driver);
    let ended = Arc::new(App::reacting(move |params| {
        assert_eq!(log.lines().last().unwrap(), "unlock", "{params:?}");
        None
    }));
    assert_eq!(device.download(&ended).unwrap(), Status::Ok);
    ended.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

#[test]
fn a_crash_ends_stream_and_transfer_for_the_application() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        let _held = stream(callback);
        panic!("out of cheese")
    }));
    let app = Arc::new(App::new());
    let e = device.download(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
}

#[test]
fn a_driver_may_not_send_the_services_messages() {
    for message in [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer] {
        let device = connect(ScriptedDriver::new(move |callback, _| {
            drop(stream(callback));
            let params = TransferParams {
                message,
                ..TransferParams::status(0, 0)
            };
            callback.send_message(&params).unwrap_err();
            // A driver that hides it does not get away with it.
            Ok(Status::Ok)
        }));
        let app = Arc::new(App::new());
        let e = device.download(&app).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        app.log.expect(&[&asked(), "END_OF_STREAM 0% 0", END]);
    }
}

#[test]
fn download_gives_the_drivers_status() {
    let other = Status::Other(Hresult(0x0021_0077));
    for (driver, result) in [
        (Status::Ok, Status::Ok),
        (Status::EndOfMedia, Status::EndOfMedia),
        (Status::Cancelled, Status::Cancelled),
        // The last item was skipped: nothing special.
        (Status::SkipItem, Status::Ok),
        (other, other),
    ] {
        let device = connect(ScriptedDriver::new(move |_, _| Ok(driver)));
        let app = Arc::new(App::new());
        assert_eq!(device.download(&app).unwrap(), result);
        app.log.expect(&[END]);
    }
}

#[test]
fn download_gives_the_drivers_failure_with_its_own_code() {
    let code = Hresult(0x8021_4242);
    let device = connect(ScriptedDriver::new(move |_, _| {
        Err(Error::new(ErrorKind::Fail, "private").with_code(code))
    }));
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert_eq!(e.hresult(), code);
}

#[test]
fn the_children_flag_on_an_item_that_is_no_folder_is_ignored() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    let app = Arc::new(App::new());
    let transfer = device.item.transfer().unwrap();
    let result = transfer.download(TransferFlags::ACQUIRE_CHILDREN, app);
    assert_eq!(result.unwrap(), Status::Ok);
    let acquire = "acquire 0000\\Root\\Feeder TransferFlags(DOWNLOAD)";
    device.driver.log.expect(&["lock", acquire, "unlock"]);
}

/// `MINIDRV_TRANSFER_CONTEXT`: the members that are the service's stay as they were.
#[test]
fn a_driver_that_changes_a_member_of_the_service_fails_with_its_name() {
    type Change = fn(&mut TransferContext);
    let changes: [(&str, Change); 6] = [
        ("guidFormatID", |c| c.format = WIA_IMG_FMT_TIFF),
        ("tymed", |c| c.tymed = Tymed::MultipageFile),
        ("bTransferDataCB", |c| c.memory_transfer = true),
        ("bClassDrvAllocBuf", |c| c.service_buffer = true),
        ("lNumBuffers", |c| c.number_of_buffers = 2),
        ("pIWiaMiniDrvCallBack", |c| c.callback = None),
    ];
    for (member, change) in changes {
        let device = connect(ScriptedDriver::new(move |_, context| {
            change(context);
            Ok(Status::Ok)
        }));
        let e = device.download(&Arc::new(App::new())).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
        let text = e.to_string();
        assert!(text.contains(&format!("changed {member} ")), "{text}");
        // The next one gets a context of its own.
        assert!(device.download(&Arc::new(App::new())).is_err());
    }
}

/// What is the driver's own in a stream transfer may change.
#[test]
fn a_driver_may_use_a_buffer_of_its_own() {
    let device = connect(ScriptedDriver::new(|_, context| {
        context.transfer_buffer = vec![0; 64].into();
        context.buffer_size = 64;
        context.item_size = 64;
        Ok(Status::Ok)
    }));
    assert_eq!(device.download(&Arc::new(App::new())).unwrap(), Status::Ok);
}
