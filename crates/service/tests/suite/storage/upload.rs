//! Uploads.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use quire_service::{Device, NextStream};
use wia::category::WIA_CATEGORY_FINISHED_FILE;
use wia::{Error, ErrorKind, Result, Status};

use crate::storage::rig::*;

fn upload(device: &Arc<dyn Device>, bytes: &[u8], app: &Arc<App>) -> Result<Status> {
    let item = device.find_item("0000\\Root\\Files\\a").unwrap();
    let source = Memory(Arc::new(Mutex::new((bytes.to_vec(), 0))));
    item.transfer()
        .unwrap()
        .upload(Box::new(source), app.clone())
}

/// The driver asks for the stream as for any other, and gets the application's source.
#[test]
fn an_upload_gives_the_driver_the_source() {
    let got = Arc::new(Mutex::new(Vec::new()));
    let gets = Arc::clone(&got);
    let (driver, _, device) = Storage::with_files()
        .then(move |context| {
            let callback = context.callback.clone().unwrap();
            let NextStream::Stream(mut stream) = callback.get_next_stream("a", "")? else {
                return Err(Error::new(ErrorKind::Fail, ""));
            };
            let mut bytes = vec![0; stream.size()? as usize];
            stream.seek(SeekFrom::Start(0))?;
            assert_eq!(stream.read(&mut bytes)?, 5);
            *gets.lock().unwrap() = bytes;
            Ok(Status::Ok)
        })
        .connect();
    let app = App::new();
    assert_eq!(upload(&device, b"paper", &app).unwrap(), Status::Ok);
    assert_eq!(*got.lock().unwrap(), b"paper");
    assert_eq!(driver.lines(), ["lock", "a 0x4", "unlock"]);
    app.expect(&["end of stream", "end of transfer"]);
}

#[test]
fn an_upload_has_one_stream() {
    let (_, _, device) = Storage::with_files()
        .then(|context| {
            let callback = context.callback.clone().unwrap();
            drop(callback.get_next_stream("a", "")?);
            drop(callback.get_next_stream("a", ""));
            Ok(Status::Ok)
        })
        .connect();
    let e = upload(&device, b"", &App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("a second stream"), "{e}");
}

/// What a driver makes of what it got is in every tree.
#[test]
fn an_upload_may_make_items() {
    let storage = Storage::with_files();
    let folder = storage.root.find_child_by_name("Files").unwrap();
    let (_, service, device) = storage
        .then(move |_| {
            Storage::child(&folder, FILE, "made", WIA_CATEGORY_FINISHED_FILE);
            Ok(Status::Ok)
        })
        .connect();
    let other = service.connect().unwrap();
    assert_eq!(upload(&device, b"", &App::new()).unwrap(), Status::Ok);
    assert!(other.find_item("0000\\Root\\Files\\made").is_some());
}
