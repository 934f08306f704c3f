//! Cutting and filtering a preview.

use std::sync::Arc;

use formats::DocumentFormat;
use items::AppItem;
use quire_filters::{Brightness, Filters};
use raster::{Area, PixelType, PointOperation};
use transfer::{Answer, ImageFilter, NextStream};
use wia::category::{WIA_CATEGORY_FINISHED_FILE, WIA_CATEGORY_FLATBED, WIA_CATEGORY_FOLDER};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_GIF};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPS_MAX_HORIZONTAL_SIZE, WIA_IPS_MAX_VERTICAL_SIZE,
    WIA_IPS_MIN_HORIZONTAL_SIZE, WIA_IPS_MIN_VERTICAL_SIZE, WIA_IPS_XEXTENT, WIA_IPS_XPOS,
    WIA_IPS_YEXTENT, WIA_IPS_YPOS,
};
use wia::{ErrorKind, PropertyId, PropertyValue};

use crate::contract::{self, brighter, filter, with_category};
use crate::parts::{App, FLATBED, document, layout, rows, stream_of, tree};

#[test]
fn the_rectangle_of_the_child_is_cut_and_filtered() {
    for (format, id) in [
        (DocumentFormat::Raw, wia::format::WIA_IMG_FMT_RAW),
        (DocumentFormat::Bmp, WIA_IMG_FMT_BMP),
        (DocumentFormat::Tiff, wia::format::WIA_IMG_FMT_TIFF),
        (DocumentFormat::Png, wia::format::WIA_IMG_FMT_PNG),
    ] {
        let page = layout(40, 30, PixelType::Gray8);
        let lines = rows(&page);
        let root = tree(&[
            (WIA_IPA_FORMAT, id.into()),
            (WIA_IPS_XPOS, 105.into()),
            (WIA_IPS_YPOS, 207.into()),
            (WIA_IPS_XEXTENT, 11.into()),
            (WIA_IPS_YEXTENT, 13.into()),
        ]);
        let child = root.find_by_name(FLATBED).unwrap();
        let filter = Filters::new(vec![Box::new(Brightness(Some(90)))]);
        let app = Arc::new(App::default());
        filter.initialize_filter(&root, app.clone()).unwrap();
        let mut input = stream_of(&document(format, &page, &lines));
        // The image shows the bed from 100, 200 on.
        let extents = Area::new(100, 200, 40, 30);
        let answer = filter.filter_preview_image(&child, extents, &mut input);
        assert_eq!(answer.unwrap(), Answer::Continue);
        let mut cut = layout(11, 13, PixelType::Gray8);
        (cut.x_dpi, cut.y_dpi) = (page.x_dpi, page.y_dpi);
        let made: Vec<_> = (7..20)
            .map(|y| {
                let mut row = lines[y][5..16].to_vec();
                PointOperation::new(90, 0, PixelType::Gray8).apply(&mut row);
                row
            })
            .collect();
        assert!(app.bytes() == document(format, &cut, &made), "{format:?}");
        let told = app.told.lock().unwrap();
        assert!(told.iter().all(|line| line.starts_with("Status")) && !told.is_empty());

        let outside = Area::new(0, 0, 40, 30);
        let e = filter
            .filter_preview_image(&child, outside, &mut input)
            .unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        let e = filter
            .filter_preview_image(&root, extents, &mut input)
            .unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        filter.set_new_callback(None).unwrap();
        let e = filter
            .filter_preview_image(&child, extents, &mut input)
            .unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Unexpected);
    }
}

pub(crate) const BED: Area = Area::new(0, 0, 20, 30);

/// A flatbed of 20 by 30 pixels whose selection is a part of it.
pub(crate) fn bed(more: &[(PropertyId, PropertyValue)]) -> AppItem {
    let mut values = vec![
        (WIA_IPS_XPOS, 5.into()),
        (WIA_IPS_YPOS, 6.into()),
        (WIA_IPS_XEXTENT, 7.into()),
        (WIA_IPS_YEXTENT, 8.into()),
    ];
    for value in more {
        values.retain(|(id, _)| *id != value.0);
        values.push(value.clone());
    }
    tree(&values)
}

#[track_caller]
fn refused(root: &AppItem, item: &AppItem, extents: Area) -> ErrorKind {
    let app = contract::App::default();
    let filter = filter(brighter(), root, &app);
    let mut input = stream_of(&contract::page());
    let e = filter.filter_preview_image(item, extents, &mut input);
    assert!(app.lines().is_empty(), "nobody is asked for a stream");
    e.unwrap_err().kind()
}

#[test]
fn filter_preview_image_is_e_invalidarg_for_roots_folders_and_finished_files() {
    let root = bed(&[]);
    assert_eq!(refused(&root, &root, BED), ErrorKind::InvalidArgument);
    for category in [WIA_CATEGORY_FOLDER, WIA_CATEGORY_FINISHED_FILE] {
        let root = with_category(category);
        let item = root.find_by_name(FLATBED).unwrap();
        assert_eq!(refused(&root, &item, BED), ErrorKind::InvalidArgument);
    }
    // It is the category that counts.
    let root = with_category(WIA_CATEGORY_FLATBED);
    let item = root.find_by_name(FLATBED).unwrap();
    let filter = filter(brighter(), &root, &contract::App::default());
    let answer = filter.filter_preview_image(&item, BED, &mut stream_of(&contract::page()));
    assert_eq!(answer, Ok(Answer::Continue));
}

#[test]
fn filter_preview_image_is_e_invalidarg_for_an_empty_rectangle() {
    for (id, value) in [
        (WIA_IPS_XEXTENT, 0),
        (WIA_IPS_YEXTENT, 0),
        (WIA_IPS_XEXTENT, -3),
        (WIA_IPS_YEXTENT, -3),
    ] {
        let root = bed(&[(id, value.into())]);
        let item = root.find_by_name(FLATBED).unwrap();
        assert_eq!(refused(&root, &item, BED), ErrorKind::InvalidArgument);
    }
    let root = bed(&[]);
    let item = root.find_by_name(FLATBED).unwrap();
    for extents in [
        Area::new(0, 0, 0, 0),
        Area::new(5, 6, 0, 8),
        Area::new(5, 6, 7, 0),
    ] {
        assert_eq!(refused(&root, &item, extents), ErrorKind::InvalidArgument);
    }
}

/// They are 1/1000 inch, the rectangle is pixels; the sample compares them.
#[test]
fn filter_preview_image_does_not_compare_pixels_with_the_sizes_of_the_bed() {
    let root = bed(&[
        (WIA_IPS_MIN_HORIZONTAL_SIZE, 1000.into()),
        (WIA_IPS_MIN_VERTICAL_SIZE, 1000.into()),
        (WIA_IPS_MAX_HORIZONTAL_SIZE, 2.into()),
        (WIA_IPS_MAX_VERTICAL_SIZE, 2.into()),
    ]);
    let item = root.find_by_name(FLATBED).unwrap();
    let filter = filter(brighter(), &root, &contract::App::default());
    let answer = filter.filter_preview_image(&item, BED, &mut stream_of(&contract::page()));
    assert_eq!(answer, Ok(Answer::Continue));
}

#[test]
fn filter_preview_image_asks_the_callback_for_the_stream_and_sends_status() {
    let (app, root) = (contract::App::default(), bed(&[]));
    let item = root.find_by_name(FLATBED).unwrap();
    let filter = filter(brighter(), &root, &app);
    let mut input = stream_of(&contract::page());
    let answer = filter.filter_preview_image(&item, BED, &mut input);
    assert_eq!(answer, Ok(Answer::Continue));
    let told = app.lines();
    assert_eq!(told[0], format!("GetNextStream Flatbed {FLATBED}"));
    let said = told.iter().filter(|line| line.starts_with("Status"));
    assert!(said.count() >= 2, "{told:?}");
    for next in [NextStream::Cancel, NextStream::SkipItem] {
        let expected = match next {
            NextStream::Cancel => Answer::Cancel,
            _ => Answer::Continue,
        };
        *app.0.next.lock().unwrap() = Some(Ok(next));
        let answer = filter.filter_preview_image(&item, BED, &mut input);
        assert_eq!(answer, Ok(expected));
    }
    *app.0.answer.lock().unwrap() = Some(Ok(Answer::Cancel));
    let answer = filter.filter_preview_image(&item, BED, &mut input);
    assert_eq!(answer, Ok(Answer::Cancel));
}

#[test]
fn filter_preview_image_refuses_a_format_that_it_cannot_cut() {
    let root = bed(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_GIF.into())]);
    let item = root.find_by_name(FLATBED).unwrap();
    let filter = filter(brighter(), &root, &contract::App::default());
    let e = filter.filter_preview_image(&item, BED, &mut stream_of(b"GIF89a"));
    assert_eq!(e.unwrap_err().kind(), ErrorKind::InputUnsupported);
}

/// JPEG is made anew, so that pixels are near, not the same.
#[test]
fn filter_preview_image_cuts_jpeg_too() {
    let page = layout(20, 30, PixelType::Gray8);
    let flat = vec![vec![90; 20]; 30];
    let root = bed(&[(WIA_IPA_FORMAT, wia::format::WIA_IMG_FMT_JPEG.into())]);
    let item = root.find_by_name(FLATBED).unwrap();
    let app = Arc::new(App::default());
    let filter = Filters::new(vec![Box::new(Brightness(Some(150)))]);
    filter.initialize_filter(&root, app.clone()).unwrap();
    let mut input = stream_of(&document(DocumentFormat::Jpeg, &page, &flat));
    let answer = filter.filter_preview_image(&item, BED, &mut input);
    assert_eq!(answer, Ok(Answer::Continue));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), app.bytes()).unwrap();
    let image = formats::image::ImageFile::open(file.path()).unwrap();
    let cut = image.page(0).unwrap();
    assert_eq!((cut.width, cut.height), (7, 8));
}
