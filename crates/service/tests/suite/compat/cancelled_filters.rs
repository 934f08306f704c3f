//! What image filters hold when a device is cancelled, between the two generations.

use std::sync::Arc;

use filters::{Brightness, Filter, Filters, Rotation};
use quire_service::DriverModel;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_MEMORYBMP};
use wia::{Orientation, Status, Tymed};

use crate::compat::scripted::{App, Driver, Rig, band, bmp, memory_bmp, stream};

/// A driver of streams whose device is cancelled after the first of two lines.
fn half_of_a_stream() -> Rig {
    let driver = Driver::new(DriverModel::Stream, |_, context| {
        stream(context).write(&bmp()[..54 + 8])?;
        Ok(Status::Cancelled)
    });
    driver.connect()
}

/// The same of bands.
fn half_in_bands() -> Rig {
    let driver = Driver::new(DriverModel::Legacy, |_, context| {
        let _ = band(context, 0, &memory_bmp(2)[..40 + 8])?;
        Ok(Status::Cancelled)
    });
    driver.connect()
}

/// A filter that passes lines on at once, or one that holds the page.
fn filter(rig: &Rig, holds: bool) {
    let filter: Box<dyn Filter> = match holds {
        false => Box::new(Brightness(Some(100))),
        true => Box::new(Rotation(Some(Orientation::Rot180))),
    };
    let filters = Filters::new(vec![filter]);
    rig.transfer.set_filters(vec![Arc::new(filters)]).unwrap();
}

#[test]
fn what_a_filter_holds_of_a_stream_is_dropped_when_the_device_cancels() {
    for rig in [half_of_a_stream, half_in_bands] {
        for holds in [false, true] {
            let (rig, app) = (rig(), App::new());
            filter(&rig, holds);
            assert_eq!(rig.download(&app), Ok(Status::Cancelled));
            assert_eq!(app.images()[0].is_empty(), holds);
        }
    }
}

#[test]
fn what_a_filter_holds_of_bands_is_dropped_when_the_device_cancels() {
    for holds in [false, true] {
        let (rig, app) = (half_of_a_stream(), App::new());
        rig.write(WIA_IMG_FMT_MEMORYBMP, Tymed::Callback);
        filter(&rig, holds);
        assert_eq!(rig.bands(&app), Ok(Status::Cancelled));
        assert_eq!(app.images()[0].is_empty(), holds);
    }
}

#[test]
fn what_a_filter_holds_of_a_file_is_dropped_when_the_device_cancels() {
    for holds in [false, true] {
        let (rig, app) = (half_of_a_stream(), App::new());
        rig.write(WIA_IMG_FMT_BMP, Tymed::File);
        filter(&rig, holds);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        let result = rig.file(&path, Tymed::File, &app);
        assert_eq!(result, Ok(Status::Cancelled));
        assert_eq!(std::fs::read(path).unwrap().is_empty(), holds);
    }
}
