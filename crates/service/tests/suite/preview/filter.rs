//! How the component calls the image filter (`IWiaPreview`, `IWiaImageFilter`).

use std::sync::{Arc, Mutex};

use filters::{Brightness, Filters};
use formats::DocumentFormat;
use items::AppItem;
use quire_service::{
    Answer, ImageFilter, NextStream, Stream, TransferCallback, TransferParams, UpdateFlags,
};
use raster::Area;
use transfer::filter::WriteMultiple;
use wia::constant::WIA_PREVIEW_SCAN;
use wia::format::WIA_IMG_FMT_TIFF;
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_PREVIEW};
use wia::{Error, ErrorKind, Result, Status};

use crate::preview::rig::*;

/// Brightness, which writes its calls down.
struct Overheard {
    filter: Filters,
    log: Mutex<Vec<String>>,
    /// Answers so instead of filtering a preview.
    instead: Mutex<Option<Result<Answer>>>,
}

impl Overheard {
    fn new() -> Arc<Overheard> {
        Arc::new(Overheard {
            filter: Filters::new(vec![Box::new(Brightness(None))]),
            log: Mutex::default(),
            instead: Mutex::default(),
        })
    }

    fn log(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

impl TransferCallback for Overheard {
    fn transfer_callback(&self, params: &TransferParams) -> Result<Answer> {
        self.log(format!("TransferCallback {:?}", params.message));
        self.filter.transfer_callback(params)
    }

    fn get_next_stream(&self, name: &str, full_name: &str) -> Result<NextStream> {
        self.log(format!("GetNextStream {name}"));
        self.filter.get_next_stream(name, full_name)
    }
}

impl ImageFilter for Overheard {
    fn initialize_filter(&self, item: &AppItem, to: Arc<dyn TransferCallback>) -> Result<()> {
        self.log(format!("InitializeFilter {}", item.name()));
        self.filter.initialize_filter(item, to)
    }

    fn set_new_callback(&self, callback: Option<Arc<dyn TransferCallback>>) -> Result<()> {
        let new = callback.as_ref().map_or("NULL", |_| "another");
        self.log(format!("SetNewCallback {new}"));
        self.filter.set_new_callback(callback)
    }

    fn filter_preview_image(
        &self,
        child: &AppItem,
        extents: Area,
        input: &mut dyn Stream,
    ) -> Result<Answer> {
        let preview = child.read_i32(WIA_IPS_PREVIEW)?;
        let Area {
            x,
            y,
            width,
            height,
        } = extents;
        let name = child.name();
        self.log(format!(
            "FilterPreviewImage {name} of {x} {y} {width} {height}, WIA_IPS_PREVIEW {preview}"
        ));
        match self.instead.lock().unwrap().take() {
            Some(answer) => answer,
            None => self.filter.filter_preview_image(child, extents, input),
        }
    }

    fn apply_properties(&self, _: &mut WriteMultiple<'_>) -> Result<()> {
        self.log("ApplyProperties");
        Ok(())
    }
}

fn overheard() -> (Rig, Arc<Overheard>) {
    let filter = Overheard::new();
    (Rig::with(Flatbed::new(), Some(filter.clone())), filter)
}

const UPDATE: [&str; 3] = [
    "SetNewCallback another",
    "FilterPreviewImage One of 0 0 300 400, WIA_IPS_PREVIEW 1",
    "SetNewCallback NULL",
];

#[test]
fn get_new_preview_initializes_the_filter_and_runs_it_as_a_download_does() {
    let (rig, filter) = overheard();
    rig.look();
    let expected = [
        "InitializeFilter Flatbed",
        "GetNextStream Flatbed",
        "TransferCallback Status",
        "TransferCallback EndOfStream",
        "TransferCallback EndOfTransfer",
        "ApplyProperties",
        "SetNewCallback NULL",
    ];
    assert_eq!(filter.lines(), expected);
}

#[test]
fn update_preview_gives_the_same_filter_its_callback_and_takes_it_back_with_null() {
    let (rig, filter) = overheard();
    rig.look();
    let child = rig.child("One", [10, 20, 30, 40]);
    for _ in 0..2 {
        filter.lines();
        rig.update(child.as_ref());
        assert_eq!(filter.lines(), UPDATE);
    }
}

#[test]
fn the_callback_is_taken_back_also_when_the_filter_cancels_or_fails() {
    let (rig, filter) = overheard();
    rig.look();
    let child = rig.child("One", [10, 20, 30, 40]);
    for (answer, expected) in [
        (Ok(Answer::Cancel), Ok(Status::Cancelled)),
        (
            Err(Error::new(ErrorKind::OutOfMemory, "")),
            Err(ErrorKind::OutOfMemory),
        ),
    ] {
        filter.lines();
        *filter.instead.lock().unwrap() = Some(answer);
        let app = Arc::new(App::default());
        let flags = UpdateFlags::empty();
        let result = rig
            .preview
            .update_preview(child.as_ref(), flags, app.clone());
        assert_eq!(result.map_err(|e| e.kind()), expected);
        assert_eq!(filter.lines(), UPDATE);
        assert_eq!(Arc::strong_count(&app), 1);
        assert_eq!(number(&child, WIA_IPS_PREVIEW), 0);
    }
}

#[test]
fn preview_is_1_during_an_update_and_restored_unless_it_was_set() {
    let (rig, filter) = overheard();
    rig.look();
    let child = rig.child("One", [10, 20, 30, 40]);
    for before in [0, WIA_PREVIEW_SCAN] {
        child.write(&[(WIA_IPS_PREVIEW, before.into())]).unwrap();
        filter.lines();
        rig.update(child.as_ref());
        assert_eq!(filter.lines(), UPDATE);
        assert_eq!(number(&child, WIA_IPS_PREVIEW), before);
    }
}

/// The application's documentation has the filter's stream for an update, the driver's its
/// `FilterPreviewImage`: the first is for the image that is not cut.
#[test]
fn the_original_image_goes_through_a_stream_of_the_filter() {
    let (rig, filter) = overheard();
    rig.set(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF.into())]);
    rig.look();
    let child = rig.child("One", [0, 0, WIDTH as i32, HEIGHT as i32]);
    filter.lines();
    let app = Arc::new(App::default());
    let flags = UpdateFlags::RETURN_ORIGINAL_IMAGE;
    let result = rig
        .preview
        .update_preview(child.as_ref(), flags, app.clone());
    assert_eq!(result, Ok(Status::Ok));
    assert!(app.bytes() == document(DocumentFormat::Tiff, &glass()));
    let expected = [
        "SetNewCallback another",
        "GetNextStream One",
        "TransferCallback EndOfStream",
        "SetNewCallback NULL",
    ];
    assert_eq!(filter.lines(), expected);
}
