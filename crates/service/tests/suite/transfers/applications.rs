//! Several applications and several devices.

use crate::transfers::scripted::*;
use minidriver::Minidriver;
use quire_service::{DeviceOptions, Service};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use wia::{ErrorKind, Hresult, Status, TransferFlags};

#[test]
fn a_second_transfer_gets_busy_and_the_device_is_free_afterwards() {
    let (started, wait_started) = mpsc::channel();
    let (go_on, wait_go_on) = mpsc::channel();
    let wait_go_on = Mutex::new(wait_go_on);
    let device = connect(ScriptedDriver::new(move |_, _| {
        started.send(()).unwrap();
        wait_go_on.lock().unwrap().recv().unwrap();
        Ok(Status::Ok)
    }));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| device.download(&Arc::new(App::new())));
        wait_started.recv().unwrap();
        let other = device.service.connect();
        assert_eq!(other.err().unwrap().kind(), ErrorKind::Busy);
        let e = device.download(&Arc::new(App::new())).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Busy);
        assert_eq!(e.hresult(), Hresult(0x8021_0006));
        go_on.send(()).unwrap();
        assert_eq!(first.join().unwrap().unwrap(), Status::Ok);
    });
    go_on.send(()).unwrap();
    let again = device.download(&Arc::new(App::new()));
    assert_eq!(again.unwrap(), Status::Ok);
}

#[test]
fn two_devices_transfer_at_the_same_time() {
    let barrier = Arc::new(std::sync::Barrier::new(2));
    let device = |barrier: Arc<std::sync::Barrier>| {
        connect(ScriptedDriver::new(move |_, _| {
            barrier.wait();
            Ok(Status::Ok)
        }))
    };
    let (one, two) = (device(Arc::clone(&barrier)), device(barrier));
    std::thread::scope(|scope| {
        let one = scope.spawn(move || one.download(&Arc::new(App::new())));
        assert_eq!(two.download(&Arc::new(App::new())).unwrap(), Status::Ok);
        assert_eq!(one.join().unwrap().unwrap(), Status::Ok);
    });
}

#[test]
fn every_application_has_properties_of_its_own() {
    let device = connect(ScriptedDriver::new(|_, _| Ok(Status::Ok)));
    let other = device.service.connect().unwrap().find_item(FEEDER).unwrap();
    let xres = wia::property::WIA_IPS_XRES;
    other.write(&[(xres, 600.into())]).unwrap();
    assert_eq!(device.item.read(&[xres]).unwrap(), [Some(300.into())]);
    assert_eq!(other.read(&[xres]).unwrap(), [Some(600.into())]);
    assert!(device.driver.device_error_string(1).is_none());
}

#[test]
fn tymed_may_be_written_with_an_unsigned_type() {
    let device = connect(ScriptedDriver::new(|_, context| {
        assert_eq!(context.tymed, wia::Tymed::MultipageFile);
        Ok(Status::Ok)
    }));
    let unsigned = wia::PropertyValue::UI4(wia::Tymed::MultipageFile.value().unsigned_abs());
    let tymed = wia::property::WIA_IPA_TYMED;
    device.item.write(&[(tymed, unsigned)]).unwrap();
    assert_eq!(device.item.read(&[tymed]).unwrap(), [Some(256.into())]);
    let result = device.download(&Arc::new(App::new()));
    assert_eq!(result.unwrap(), Status::Ok);
}

#[test]
fn a_new_service_over_the_driver_transfers_after_one_that_went_in_mid_transfer() {
    let (started, wait_started) = mpsc::channel();
    let (go_on, wait_go_on) = mpsc::channel();
    let wait_go_on = Mutex::new(wait_go_on);
    let Connected {
        service,
        driver,
        device,
        item,
    } = connect(ScriptedDriver::new(move |callback, _| {
        let mut s = stream(callback);
        started.send(()).unwrap();
        wait_go_on.lock().unwrap().recv().unwrap();
        s.write(b"page")?;
        Ok(Status::Ok)
    }));
    let app = Arc::new(App::new());
    let first = app.clone();
    let running = std::thread::spawn(move || {
        let transfer = item.transfer().unwrap();
        drop(item);
        transfer.download(TransferFlags::empty(), first)
    });
    wait_started.recv().unwrap();
    // The application lets go of everything, and the service goes.
    drop((service, device));
    go_on.send(()).unwrap();
    assert_eq!(running.join().unwrap().unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"page");

    let again = Service::new(driver, "scripted", DeviceOptions::default());
    let item = again.connect().unwrap().find_item(FEEDER).unwrap();
    go_on.send(()).unwrap();
    let transfer = item.transfer().unwrap();
    let result = transfer.download(TransferFlags::empty(), Arc::new(App::new()));
    assert_eq!(result.unwrap(), Status::Ok);
}
