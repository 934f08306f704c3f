//! Image filters between the driver and the application.

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use items::AppItem;
use quire_service::{Answer, ImageFilter, NextStream, Stream, TransferCallback, TransferParams};
use transfer::filter::WriteMultiple;
use wia::property::{WIA_IPS_XRES, WIA_IPS_YRES};
use wia::{Error, ErrorKind, PropertyId, Result, Status, TransferFlags, TransferMessage};

use crate::transfers::scripted::{App, FEEDER, Log, ScriptedDriver, Void, connect, stream};

/// Writes a letter before everything that it is given.
struct Letter {
    letter: u8,
    log: Log,
    /// What `apply_properties` writes.
    writes: Option<PropertyId>,
    fails: bool,
    item: Mutex<Option<AppItem>>,
    callback: Mutex<Option<Arc<dyn TransferCallback>>>,
}

fn letter(letter: u8) -> Letter {
    Letter {
        letter,
        log: Log::default(),
        writes: None,
        fails: false,
        item: Mutex::default(),
        callback: Mutex::default(),
    }
}

struct LetterStream(u8, Box<dyn Stream>);

impl Stream for LetterStream {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.1.write(&[&[self.0], data].concat())?;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.1.seek(to)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.1.set_size(size)
    }
}

impl TransferCallback for Letter {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        let callback = self.callback.lock().unwrap().clone().unwrap();
        callback.transfer_callback(params)
    }

    fn get_next_stream(&self, item: &str, full: &str) -> Result<NextStream> {
        let callback = self.callback.lock().unwrap().clone().unwrap();
        let tree = self.item.lock().unwrap().clone().unwrap();
        assert_eq!(tree.find_by_name(full).unwrap().full_name(), FEEDER);
        if self.fails {
            return Err(Error::new(ErrorKind::OutOfMemory, "too large"));
        }
        Ok(match callback.get_next_stream(item, full)? {
            NextStream::Stream(stream) => {
                NextStream::Stream(Box::new(LetterStream(self.letter, stream)))
            }
            other => other,
        })
    }
}

impl ImageFilter for Letter {
    fn name(&self) -> &str {
        "letter"
    }

    fn initialize_filter(&self, item: &AppItem, to: Arc<dyn TransferCallback>) -> Result<()> {
        self.log.add(format!("InitializeFilter {}", item.name()));
        *self.item.lock().unwrap() = Some(item.clone());
        *self.callback.lock().unwrap() = Some(to);
        Ok(())
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        let new = callback.as_ref().map_or("NULL", |_| "another");
        self.log.add(format!("SetNewCallback {new}"));
        *self.callback.lock().unwrap() = callback;
        Ok(())
    }

    fn filter_preview_image(
        &self,
        _: &AppItem,
        _: raster::Area,
        _: &mut dyn Stream,
    ) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn apply_properties(&self, write: &mut WriteMultiple<'_>) -> Result<()> {
        self.log.add("ApplyProperties");
        match self.writes {
            Some(id) => write(&[(id, 77.into())]),
            None => Ok(()),
        }
    }
}

fn one_page() -> ScriptedDriver {
    ScriptedDriver::new(|callback, _| {
        let mut page = stream(callback);
        page.write(b"page")?;
        let _ = callback.send_message(&TransferParams::status(100, 4))?;
        Ok(Status::Ok)
    })
}

#[test]
fn the_drivers_filter_comes_first_and_the_applications_in_order() {
    let mut driver = one_page();
    driver.filter = Some(Arc::new(letter(b'd')));
    let device = connect(driver);
    let transfer = device.item.transfer().unwrap();
    let filters: [Arc<dyn ImageFilter>; 2] = [Arc::new(letter(b'1')), Arc::new(letter(b'2'))];
    transfer.set_filters(filters.to_vec()).unwrap();
    let app = Arc::new(App::new());
    let result = transfer.download(TransferFlags::empty(), app.clone());
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"21dpage");
    app.log.expect(&[
        &crate::transfers::scripted::asked(),
        "STATUS 100% 7",
        "END_OF_STREAM 100% 7",
        "END_OF_TRANSFER 100% 4",
    ]);
    assert_eq!(Arc::strong_count(&app), 1);
}

#[test]
fn the_application_need_not_know_of_the_drivers_filter() {
    let mut driver = one_page();
    driver.filter = Some(Arc::new(letter(b'd')));
    let device = connect(driver);
    let app = Arc::new(App::new());
    assert_eq!(device.download(&app).unwrap(), Status::Ok);
    assert_eq!(app.made(0).bytes(), b"dpage");
}

#[test]
fn whatever_the_application_sets_the_drivers_filter_runs() {
    for own in [vec![], vec![Arc::new(letter(b'1')) as Arc<dyn ImageFilter>]] {
        let mut driver = one_page();
        driver.filter = Some(Arc::new(letter(b'd')));
        let device = connect(driver);
        let transfer = device.item.transfer().unwrap();
        let before = "1".repeat(own.len());
        transfer.set_filters(own).unwrap();
        let app = Arc::new(App::new());
        let result = transfer.download(TransferFlags::empty(), app.clone());
        assert_eq!(result.unwrap(), Status::Ok);
        assert_eq!(app.made(0).bytes(), format!("{before}dpage").as_bytes());
    }
}

/// The filter and the driver write into one log.
fn one_log() -> ScriptedDriver {
    let mut driver = one_page();
    driver.filter = Some(Arc::new(Letter {
        log: driver.log.clone(),
        ..letter(b'd')
    }));
    driver
}

#[test]
fn initialize_filter_comes_before_the_driver_and_set_new_callback_null_is_the_end() {
    let device = connect(one_log());
    assert_eq!(device.download(&Arc::new(App::new())).unwrap(), Status::Ok);
    let acquire = format!("acquire {FEEDER} {:?}", TransferFlags::DOWNLOAD);
    device.driver.log.expect(&[
        "InitializeFilter Feeder",
        "lock",
        &acquire,
        "unlock",
        "ApplyProperties",
        "SetNewCallback NULL",
    ]);
}

#[test]
fn initialize_filter_gets_the_folder_of_which_items_are_transferred() {
    let device = connect(one_log());
    let transfer = device.device.root().transfer().unwrap();
    let app = Arc::new(App::new());
    let flags = TransferFlags::ACQUIRE_CHILDREN;
    let result = transfer.download(flags, app.clone());
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(device.driver.log.lines()[0], "InitializeFilter Root");
    assert_eq!(app.made(0).bytes(), b"dpage");
}

#[test]
fn an_upload_is_not_filtered() {
    let device = connect(one_log());
    let transfer = device.item.transfer().unwrap();
    let result = transfer.upload(Box::new(Void), Arc::new(App::new()));
    assert_eq!(result.unwrap(), Status::Ok);
    let acquire = format!("acquire {FEEDER} {:?}", TransferFlags::UPLOAD);
    device.driver.log.expect(&["lock", &acquire, "unlock"]);
}

#[test]
fn a_filter_that_fails_is_named_and_the_page_is_there() {
    let mut driver = one_page();
    driver.filter = Some(Arc::new(Letter {
        fails: true,
        ..letter(b'd')
    }));
    let device = connect(driver);
    let app = Arc::new(App::new());
    let e = device.download(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::OutOfMemory);
    assert!(e.to_string().contains("image filter letter"), "{e}");
    assert_eq!(app.made(0).bytes(), b"page");
}

#[test]
fn properties_are_written_back_after_a_transfer_that_went_well() {
    for (fails, expected) in [(false, 77), (true, 300)] {
        let mut driver = one_page();
        driver.filter = Some(Arc::new(Letter {
            writes: Some(WIA_IPS_XRES),
            ..letter(b'd')
        }));
        let device = connect(driver);
        let app = match fails {
            false => App::new(),
            true => App::reacting(|params| {
                let stop = params.message == TransferMessage::Status;
                stop.then_some(Ok(Answer::Cancel))
            }),
        };
        let _ = device.download(&Arc::new(app));
        let values = device.item.read(&[WIA_IPS_XRES, WIA_IPS_YRES]).unwrap();
        assert_eq!(values[0].as_ref().unwrap().as_i32(), Some(expected));
        assert_eq!(values[1].as_ref().unwrap().as_i32(), Some(300));
    }
}

#[test]
fn the_transfer_of_a_filter_that_may_not_write_is_no_success() {
    let mut driver = one_page();
    driver.filter = Some(Arc::new(Letter {
        writes: Some(wia::property::WIA_IPA_ITEM_NAME),
        ..letter(b'd')
    }));
    let device = connect(driver);
    let e = device.download(&Arc::new(App::new())).unwrap_err();
    assert!(e.to_string().contains("ApplyProperties"), "{e}");
}
