//! Cutting and filtering a preview.

use std::sync::Arc;

use formats::DocumentFormat;
use quire_filters::{Brightness, Filters};
use raster::{Area, PixelType, PointOperation};
use transfer::{Answer, ImageFilter};
use wia::ErrorKind;
use wia::format::WIA_IMG_FMT_BMP;
use wia::property::{WIA_IPA_FORMAT, WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_YEXTENT, WIA_IPS_YPOS};

use crate::parts::{App, FLATBED, document, layout, rows, stream_of, tree};

#[test]
fn the_rectangle_of_the_child_is_cut_and_filtered() {
    for (format, id) in [
        (DocumentFormat::Raw, wia::format::WIA_IMG_FMT_RAW),
        (DocumentFormat::Bmp, WIA_IMG_FMT_BMP),
        (DocumentFormat::Tiff, wia::format::WIA_IMG_FMT_TIFF),
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
