//! The device is unplugged: whoever notices, everybody learns of it.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::transfers::scripted::*;
use quire_service::{Answer, DeviceOptions, TransferParams};
use wia::event::{WIA_EVENT_DEVICE_CONNECTED, WIA_EVENT_DEVICE_DISCONNECTED};
use wia::property::WIA_IPS_XRES;
use wia::{Error, ErrorKind, ItemFlags, Status, TransferFlags, TransferMessage};

fn message(percent: i32) -> TransferParams {
    TransferParams {
        message: TransferMessage::Status,
        percent,
        transferred_bytes: 0,
        device_status: None,
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Disconnected, "")
}

/// The driver is told while its transfer runs, and fails it.
#[test]
fn the_driver_is_told_fails_its_transfer_and_every_item_is_disconnected() {
    for result in [Err(gone()), Ok(Status::Cancelled)] {
        let (tell, told) = mpsc::channel();
        let (started, starts) = mpsc::channel();
        let told = Mutex::new(told);
        let driver = ScriptedDriver::new(move |_, _| {
            started.send(()).unwrap();
            let event = told.lock().unwrap().recv().unwrap();
            assert_eq!(event, WIA_EVENT_DEVICE_DISCONNECTED);
            result.clone()
        })
        .on_event(move |event| tell.send(event).unwrap());
        let device = connect(driver);
        let other = device.service.connect().unwrap();
        let listeners = [device.device.listen(), other.listen()];
        let service = device.service.clone();
        let unplug = std::thread::spawn(move || {
            starts.recv().unwrap();
            service.disconnected();
        });
        let e = device.download(&Arc::new(App::new())).unwrap_err();
        unplug.join().unwrap();
        // Nobody cancels by pulling the cable.
        assert_eq!(e.kind(), ErrorKind::Disconnected);
        for listener in listeners {
            let event = listener.recv().unwrap();
            assert_eq!(event.event, WIA_EVENT_DEVICE_DISCONNECTED);
            assert!(listener.try_recv().is_err(), "it is told once");
        }
        let theirs = other.find_item(FEEDER).unwrap();
        for item in [&device.device.root(), &device.item, &other.root(), &theirs] {
            assert!(item.flags().contains(ItemFlags::DISCONNECTED));
        }
        assert_eq!(device.driver.log.lines().last().unwrap(), "unlock");
    }
}

/// What was read before can be read still; everything else would need the device.
#[test]
fn a_disconnected_item_has_its_values_and_nothing_else() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    let transfer = device.item.transfer().unwrap();
    device.service.disconnected();
    let item = &device.item;
    let values = item.read(&[WIA_IPS_XRES]).unwrap();
    assert_eq!(values, [Some(300.into())]);
    let stream = item.property_stream();
    let offline = [
        item.write(&[(WIA_IPS_XRES, 100.into())]),
        item.set_property_stream(&stream),
        item.formats().map(drop),
        item.transfer().map(drop),
        transfer
            .download(TransferFlags::empty(), Arc::new(App::new()))
            .map(drop),
    ];
    for result in offline {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Offline);
    }
    device.driver.log.expect(&[]);
}

/// A driver that finds out by itself says so by its failure.
#[test]
fn a_transfer_that_fails_so_disconnects_the_device() {
    let device = connect(ScriptedDriver::new(|_, _| Err(gone())));
    let listener = device.device.listen();
    device.download(&Arc::new(App::new())).unwrap_err();
    assert!(device.item.flags().contains(ItemFlags::DISCONNECTED));
    assert_eq!(
        listener.try_recv().unwrap().event,
        WIA_EVENT_DEVICE_DISCONNECTED
    );
    assert!(listener.try_recv().is_err());
}

/// The status alone says less: a scanner that was switched off can be switched on again.
#[test]
fn a_device_that_is_offline_is_not_disconnected() {
    let device = connect(ScriptedDriver::new(|_, _| {
        Err(Error::new(ErrorKind::Offline, ""))
    }));
    for _ in 0..2 {
        let e = device.download(&Arc::new(App::new())).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Offline);
    }
    assert!(!device.item.flags().contains(ItemFlags::DISCONNECTED));
}

#[test]
fn a_new_connection_has_new_items() {
    let (tell, told) = mpsc::channel();
    let driver =
        ScriptedDriver::new(|_, _| Ok(Status::Ok)).on_event(move |event| tell.send(event).unwrap());
    let device = connect(driver);
    device.service.disconnected();
    assert_eq!(told.recv().unwrap(), WIA_EVENT_DEVICE_DISCONNECTED);
    let listener = device.device.listen();
    device.service.connected();
    assert_eq!(told.recv().unwrap(), WIA_EVENT_DEVICE_CONNECTED);
    assert_eq!(
        listener.try_recv().unwrap().event,
        WIA_EVENT_DEVICE_CONNECTED
    );
    let again = device.service.connect().unwrap();
    let item = again.find_item(FEEDER).unwrap();
    assert!(!item.flags().contains(ItemFlags::DISCONNECTED));
    let transfer = item.transfer().unwrap();
    let app = Arc::new(App::new());
    let status = transfer.download(TransferFlags::empty(), app).unwrap();
    assert_eq!(status, Status::Ok);
    assert!(device.item.flags().contains(ItemFlags::DISCONNECTED));
}

/// A driver that hangs at a device that is not there has the time of a cancel, not that of a line.
#[test]
fn a_driver_that_does_not_notice_is_given_up() {
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let (started, starts) = mpsc::channel();
    let driver = ScriptedDriver::new(move |_, _| {
        started.send(()).unwrap();
        let _ = released.lock().unwrap().recv();
        Ok(Status::Ok)
    });
    let options = DeviceOptions {
        cancel_deadline: Duration::from_millis(1),
        ..DeviceOptions::default()
    };
    let device = connect_with(driver, options);
    let service = device.service.clone();
    let unplug = std::thread::spawn(move || {
        starts.recv().unwrap();
        service.disconnected();
    });
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    unplug.join().unwrap();
    assert_eq!(e.kind(), ErrorKind::Deadline);
    drop(release);
}

/// A driver that had given everything before has a success.
#[test]
fn a_transfer_that_was_complete_stands() {
    let device = connect(ScriptedDriver::new(|callback, _| {
        assert_eq!(callback.send_message(&message(100))?, Answer::Continue);
        Ok(Status::Ok)
    }));
    let service = device.service.clone();
    let app = App::reacting(move |_| {
        service.disconnected();
        None
    });
    assert_eq!(device.download(&Arc::new(app)).unwrap(), Status::Ok);
}
