//! What the component does.

use std::sync::Arc;

use formats::DocumentFormat;
use quire_service::{DeviceOptions, Service, UpdateFlags};
use transfer::REGION_FLAGS;
use wia::category::{WIA_CATEGORY_FEEDER, WIA_CATEGORY_FILM, WIA_CATEGORY_FLATBED};
use wia::constant::{
    WIA_DONT_USE_SEGMENTATION_FILTER, WIA_PREVIEW_SCAN, WIA_USE_SEGMENTATION_FILTER,
};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAW};
use wia::property::{
    WIA_IPA_DATATYPE, WIA_IPA_FORMAT, WIA_IPS_BRIGHTNESS, WIA_IPS_PREVIEW, WIA_IPS_XRES,
    WIA_IPS_YRES,
};
use wia::{DataType, ErrorKind, Status, TransferFlags, TransferMessage};

use crate::preview::rig::*;

#[test]
fn a_driver_without_an_image_filter_has_no_preview() {
    let rig = Rig::with(Flatbed::new(), None);
    let e = rig.preview.get_new_preview(Arc::new(App::default()));
    assert_eq!(e.unwrap_err().kind(), ErrorKind::NotImplemented);
    assert_eq!(rig.driver.scans(), 0);
}

#[test]
fn the_application_gets_the_filtered_image_by_the_drivers_filter_or_its_own() {
    for own in [true, false] {
        let driver = Flatbed {
            filter: own,
            ..Flatbed::new()
        };
        let rig = Rig::with(driver, (!own).then(by_property));
        rig.set(&[(WIA_IPS_BRIGHTNESS, 200.into())]);
        let expected = document(DocumentFormat::Raw, &brighter(glass(), 200));
        assert!(rig.look() == expected);
    }
}

#[test]
fn an_update_never_scans_and_is_the_filter_run_over_the_cut() {
    for (id, format) in [
        (WIA_IMG_FMT_RAW, DocumentFormat::Raw),
        (WIA_IMG_FMT_BMP, DocumentFormat::Bmp),
        (wia::format::WIA_IMG_FMT_TIFF, DocumentFormat::Tiff),
    ] {
        let rig = Rig::new();
        rig.set(&[(WIA_IPA_FORMAT, id.into())]);
        rig.look();
        let area = [25, 35, 131, 77];
        let child = rig.child("One", area);
        for by in [0, 300, -450] {
            child.write(&[(WIA_IPS_BRIGHTNESS, by.into())]).unwrap();
            let expected = document(format, &brighter(cut(&glass(), area), by));
            assert!(rig.update(child.as_ref()) == expected, "{format:?} {by}");
        }
        // The whole bed is the item itself; what is kept is not filtered.
        rig.set(&[(WIA_IPS_BRIGHTNESS, 100.into())]);
        let expected = document(format, &brighter(glass(), 100));
        assert!(rig.update(rig.flatbed.as_ref()) == expected, "{format:?}");
        assert_eq!(rig.driver.scans(), 1);
    }
}

#[test]
fn an_update_of_a_preview_of_a_part_counts_from_its_corner() {
    let rig = Rig::new();
    let values = RECTANGLE
        .into_iter()
        .zip([20, 30, 200, 300].map(Into::into));
    rig.set(&values.collect::<Vec<_>>());
    rig.look();
    let child = rig.child("One", [40, 60, 50, 70]);
    let expected = document(DocumentFormat::Raw, &cut(&glass(), [40, 60, 50, 70]));
    assert!(rig.update(child.as_ref()) == expected);
    let outside = rig.child("Two", [0, 0, 50, 70]);
    let e = rig.preview.update_preview(
        outside.as_ref(),
        UpdateFlags::empty(),
        Arc::new(App::default()),
    );
    assert_eq!(e.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn preview_is_1_during_the_call_and_restored_unless_it_was_set() {
    let rig = Rig::new();
    rig.look();
    assert_eq!(number(&rig.flatbed, WIA_IPS_PREVIEW), 0);
    rig.set(&[(WIA_IPS_PREVIEW, WIA_PREVIEW_SCAN.into())]);
    rig.look();
    assert_eq!(number(&rig.flatbed, WIA_IPS_PREVIEW), WIA_PREVIEW_SCAN);
    assert_eq!(*rig.driver.scans.lock().unwrap(), [1, 1]);
    // A failure restores it, too, and leaves no preview.
    let driver = Flatbed {
        fails: true,
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    let e = rig.preview.get_new_preview(Arc::new(App::default()));
    assert_eq!(e.unwrap_err().kind(), ErrorKind::CoverOpen);
    assert_eq!(number(&rig.flatbed, WIA_IPS_PREVIEW), 0);
    let e = rig.refused(rig.flatbed.as_ref(), UpdateFlags::empty());
    assert_eq!(e.kind(), ErrorKind::Unexpected);
}

#[test]
fn updates_and_regions_need_a_preview() {
    let rig = Rig::new();
    for cleared in [false, true] {
        if cleared {
            rig.look();
            rig.preview.clear();
        }
        let e = rig.refused(rig.flatbed.as_ref(), UpdateFlags::empty());
        assert_eq!(e.kind(), ErrorKind::Unexpected);
        let Err(e) = rig.preview.detect_regions() else {
            unreachable!("there is no preview");
        };
        assert_eq!(e.kind(), ErrorKind::Unexpected);
    }
}

#[test]
fn an_update_is_of_the_item_or_a_child_with_the_same_format_and_resolution() {
    let rig = Rig::new();
    rig.look();
    let child = rig.child("One", [0, 0, 50, 70]);
    let no = UpdateFlags::empty();
    for values in [
        [(WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into())],
        [(WIA_IPS_XRES, 200.into())],
        [(WIA_IPS_YRES, 200.into())],
    ] {
        let other = rig.child("Other", [0, 0, 50, 70]);
        other.write(&values).unwrap();
        let e = rig.refused(other.as_ref(), no);
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert!(e.to_string().contains("WIA_IP"), "{e}");
        other.delete().unwrap();
    }
    let root = rig.device.root();
    let e = rig.refused(root.as_ref(), no);
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    rig.update(child.as_ref());
}

#[test]
fn the_original_image_comes_whole_for_an_item_with_its_rectangle_filtered() {
    let rig = Rig::new();
    rig.look();
    let flags = UpdateFlags::RETURN_ORIGINAL_IMAGE;
    let whole = rig.child("Whole", [0, 0, WIDTH as i32, HEIGHT as i32]);
    whole.write(&[(WIA_IPS_BRIGHTNESS, 250.into())]).unwrap();
    let app = Arc::new(App::default());
    let status = rig
        .preview
        .update_preview(whole.as_ref(), flags, app.clone());
    assert_eq!(status.unwrap(), Status::Ok);
    let expected = document(DocumentFormat::Raw, &brighter(glass(), 250));
    assert!(app.bytes() == expected);
    let end = [TransferMessage::EndOfStream, TransferMessage::EndOfTransfer];
    assert_eq!(*app.told.lock().unwrap(), end);
    let part = rig.child("Part", [0, 0, 50, 70]);
    let e = rig.refused(part.as_ref(), flags);
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn regions_become_children_and_those_of_an_earlier_run_go() {
    let rig = Rig::new();
    rig.look();
    let own = rig.child("Mine", [0, 0, 50, 70]);
    for _ in 0..2 {
        assert_eq!(rig.regions(), found());
        let children = rig.flatbed.children();
        let names: Vec<_> = children.iter().map(|item| item.name()).collect();
        assert_eq!(names, ["Mine", "Region1", "Region2"]);
    }
    let region = &rig.flatbed.children()[1];
    assert_eq!(region.flags(), REGION_FLAGS);
    assert_eq!(
        number(region, WIA_IPA_DATATYPE),
        DataType::Grayscale.value()
    );
    // A region can be looked at, and scanned.
    let expected = document(DocumentFormat::Raw, &cut(&glass(), THINGS[0]));
    assert!(rig.update(region.as_ref()) == expected);
    let app = Arc::new(App::default());
    let transfer = region.transfer().unwrap();
    let status = transfer.download(TransferFlags::empty(), app.clone());
    assert_eq!(status.unwrap(), Status::Ok);
    assert!(app.bytes() == expected);
    // The application may delete them itself.
    region.delete().unwrap();
    own.delete().unwrap();
    assert_eq!(rig.regions(), found());
}

#[test]
fn the_settings_of_the_preview_are_restored_before_regions_are_looked_for() {
    let rig = Rig::new();
    rig.set(&[(WIA_IPS_BRIGHTNESS, 50.into())]);
    rig.look();
    rig.set(&[(WIA_IPS_XRES, 200.into()), (WIA_IPS_BRIGHTNESS, 900.into())]);
    assert_eq!(rig.regions(), found());
    assert_eq!(number(&rig.flatbed, WIA_IPS_XRES), 100);
    assert_eq!(number(&rig.flatbed, WIA_IPS_BRIGHTNESS), 50);
}

#[test]
fn a_driver_may_bring_a_segmentation_filter_or_the_regions_themselves() {
    let driver = Flatbed {
        own_segmentation: true,
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    rig.look();
    for _ in 0..2 {
        assert_eq!(rig.regions(), [("Corner".to_owned(), [0, 0, 10, 10])]);
    }
    let driver = Flatbed {
        segmentation: Some(WIA_DONT_USE_SEGMENTATION_FILTER),
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    rig.look();
    rig.child("Frame", [0, 0, 50, 70]);
    assert_eq!(rig.regions(), [("Frame".to_owned(), [0, 0, 50, 70])]);
    let driver = Flatbed {
        segmentation: None,
        ..Flatbed::new()
    };
    let rig = Rig::with(driver, Some(by_property()));
    rig.look();
    let Err(e) = rig.preview.detect_regions() else {
        unreachable!("it has no regions");
    };
    assert_eq!(e.kind(), ErrorKind::NotImplemented);
}

/// With its own filter an item of another category would have regions, and a feeder's sheet is no bed.
#[test]
fn only_flatbed_and_film_items_have_regions() {
    for (category, has) in [
        (WIA_CATEGORY_FLATBED, true),
        (WIA_CATEGORY_FILM, true),
        (WIA_CATEGORY_FEEDER, false),
    ] {
        for segmentation in [Some(WIA_USE_SEGMENTATION_FILTER), None] {
            let driver = Flatbed {
                own_segmentation: true,
                segmentation,
                ..Flatbed::called_a(category)
            };
            let rig = Rig::with(driver, Some(by_property()));
            rig.look();
            let result = rig.preview.detect_regions();
            let kind = result.map(drop).map_err(|e| e.kind());
            let expected = if has {
                Ok(())
            } else {
                Err(ErrorKind::NotImplemented)
            };
            assert_eq!(kind, expected, "{category} {segmentation:?}");
        }
    }
}

#[test]
fn an_older_application_has_neither_preview_nor_regions() {
    let service = Service::new(Arc::new(Flatbed::new()), "older", DeviceOptions::default());
    let device = service.connect_legacy().unwrap();
    let child = device.root().children().remove(0);
    let e = child.preview(Some(by_property())).map(drop).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotImplemented);
}
