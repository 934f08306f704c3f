//! The driver's image filter between two generations: an older application need not know of it either
//! (`img/data-transfer-between-legacy-application-and-windows-vista-driver.md`).

use std::io::SeekFrom;
use std::sync::{Arc, Mutex};

use items::AppItem;
use quire_service::{
    Answer, DriverModel, ImageFilter, NextStream, Stream, TransferCallback, TransferParams,
};
use raster::Area;
use transfer::TransferContext;
use transfer::filter::WriteMultiple;
use wia::format::{WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP};
use wia::property::{WIA_IPS_PAGES, WIA_IPS_XRES};
use wia::{Result, Status, Tymed};

use crate::compat::scripted::{App, Driver, Log, Rig, band, bmp, memory_bmp, say, stream};

/// Inverts the pixels of the bitmaps here, and writes a resolution back.
#[derive(Default)]
struct Inverter {
    log: Log,
    below: Mutex<Option<Arc<dyn TransferCallback>>>,
}

impl Inverter {
    fn below(&self) -> Arc<dyn TransferCallback> {
        self.below.lock().unwrap().clone().unwrap()
    }
}

struct Inverting(Box<dyn Stream>, u64);

impl Stream for Inverting {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let at = |n: usize| self.1 + n as u64;
        let inverted = data.iter().enumerate();
        let inverted = inverted.map(|(n, b)| if at(n) < 54 { *b } else { !b });
        let taken = self.0.write(&inverted.collect::<Vec<_>>())?;
        self.1 += taken as u64;
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.1 = self.0.seek(to)?;
        Ok(self.1)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.0.set_size(size)
    }
}

impl TransferCallback for Inverter {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.below().transfer_callback(params)
    }

    fn get_next_stream(&self, item: &str, full: &str) -> Result<NextStream> {
        Ok(match self.below().get_next_stream(item, full)? {
            NextStream::Stream(stream) => NextStream::Stream(Box::new(Inverting(stream, 0))),
            other => other,
        })
    }
}

impl ImageFilter for Inverter {
    fn initialize_filter(&self, item: &AppItem, to: Arc<dyn TransferCallback>) -> Result<()> {
        self.log.add(format!("initialize {}", item.name()));
        self.set_new_callback(Some(to))
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        *self.below.lock().unwrap() = callback;
        Ok(())
    }

    fn filter_preview_image(&self, _: &AppItem, _: Area, _: &mut dyn Stream) -> Result<Answer> {
        Ok(Answer::Continue)
    }

    fn apply_properties(&self, write: &mut WriteMultiple<'_>) -> Result<()> {
        self.log.add("apply");
        write(&[(WIA_IPS_XRES, 77.into())])
    }
}

fn inverted(mut bitmap: Vec<u8>, from: usize) -> Vec<u8> {
    bitmap[from..].iter_mut().for_each(|byte| *byte = !*byte);
    bitmap
}

fn newer(script: fn(&mut TransferContext) -> Result<Status>) -> (Rig, Arc<Inverter>) {
    let filter = Arc::new(Inverter::default());
    let driver = Driver::new(DriverModel::Stream, move |_, context| script(context));
    (driver.filter(filter.clone()).connect(), filter)
}

fn one_bitmap(context: &mut TransferContext) -> Result<Status> {
    let mut stream = stream(context);
    for piece in bmp().chunks(30) {
        stream.write(piece)?;
    }
    Ok(match say(context, &TransferParams::status(100, 70))? {
        Answer::Continue => Status::Ok,
        Answer::Cancel => Status::Cancelled,
    })
}

#[test]
fn the_drivers_filter_always_runs_for_an_older_application_of_bands() {
    let (rig, filter) = newer(one_bitmap);
    rig.write(WIA_IMG_FMT_MEMORYBMP, Tymed::Callback);
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [inverted(memory_bmp(2), 40)]);
    filter.log.expect(&["initialize Source", "apply"]);
}

#[test]
fn the_drivers_filter_always_runs_for_an_older_application_of_files() {
    let (rig, filter) = newer(one_bitmap);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert_eq!(rig.file(&path, Tymed::File, &App::new()), Ok(Status::Ok));
    assert_eq!(std::fs::read(path).unwrap(), inverted(bmp(), 54));
    filter.log.expect(&["initialize Source", "apply"]);
}

#[test]
fn the_drivers_filter_runs_for_an_application_of_streams_on_an_older_driver() {
    let filter = Arc::new(Inverter::default());
    let driver = Driver::new(DriverModel::Legacy, |_, context| {
        let bytes = memory_bmp(2);
        let _ = band(context, 0, &bytes[..40])?;
        let _ = band(context, 40, &bytes[40..])?;
        Ok(Status::Ok)
    });
    let rig = driver.filter(filter.clone()).connect();
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [inverted(bmp(), 54)]);
    filter.log.expect(&["initialize Source", "apply"]);
}

#[test]
fn apply_properties_is_heard_after_a_transfer_that_went_well_for_an_older_application_too() {
    let folder = tempfile::tempdir().unwrap();
    let filter = Arc::new(Inverter::default());
    let driver = Driver::new(DriverModel::Stream, |_, context| one_bitmap(context));
    // What the layer itself changes for the transfer is put back before.
    let rig = driver.feeder(0).filter(filter).connect();
    let path = folder.path().join("file");
    assert_eq!(rig.file(&path, Tymed::File, &App::new()), Ok(Status::Ok));
    assert_eq!(rig.number(WIA_IPS_XRES), 77);
    assert_eq!(rig.number(WIA_IPS_PAGES), 0);

    let (rig, filter) = newer(one_bitmap);
    rig.write(WIA_IMG_FMT_JPEG, Tymed::Callback);
    let app = App::answering("STATUS", Ok(Answer::Cancel));
    assert_eq!(rig.bands(&app), Ok(Status::Cancelled));
    filter.log.expect(&["initialize Source"]);
    assert_eq!(rig.number(WIA_IPS_XRES), 300);
}
