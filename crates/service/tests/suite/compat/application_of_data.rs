//! An application of bands and files on a driver of streams
//! (`img/mapping-for-a-legacy-application-and-windows-vista-driver.md`).

use std::io::SeekFrom;

use quire_service::{Answer, DataTransferInfo, DriverModel, NextStream, TransferParams};
use transfer::TransferContext;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_TYMED, WIA_IPS_DOCUMENT_HANDLING_SELECT,
    WIA_IPS_PAGES,
};
use wia::{ErrorKind, Result, Status, Tymed, ValidValues};

use crate::compat::scripted::{App, Driver, Rig, bmp, failure, memory_bmp, next, say, stream};

/// A driver of streams, set to bitmaps in bands.
fn banded(script: impl Fn(&mut TransferContext) -> Result<Status> + Send + Sync + 'static) -> Rig {
    let rig = Driver::new(DriverModel::Stream, move |_, context| script(context)).connect();
    rig.write(WIA_IMG_FMT_MEMORYBMP, Tymed::Callback);
    rig
}

fn in_file(
    script: impl Fn(&mut TransferContext) -> Result<Status> + Send + Sync + 'static,
) -> (Rig, tempfile::TempDir) {
    let rig = Driver::new(DriverModel::Stream, move |_, context| script(context)).connect();
    (rig, tempfile::tempdir().unwrap())
}

/// One whole bitmap.
fn one_bitmap(context: &mut TransferContext) -> Result<Status> {
    stream(context).write(&bmp())?;
    Ok(Status::Ok)
}

#[test]
fn every_file_format_is_offered_in_bands_with_memorybmp_for_bmp() {
    let rig = banded(one_bitmap);
    let formats: Vec<_> = { rig.item.formats().unwrap().into_iter() }
        .map(|info| (info.format, info.tymed))
        .collect();
    let expected = [
        (WIA_IMG_FMT_BMP, Tymed::File),
        (WIA_IMG_FMT_JPEG, Tymed::File),
        (WIA_IMG_FMT_TIFF, Tymed::MultipageFile),
        (WIA_IMG_FMT_MEMORYBMP, Tymed::Callback),
        (WIA_IMG_FMT_JPEG, Tymed::Callback),
    ];
    assert_eq!(formats, expected);
    let streams = rig.item.stream_formats().unwrap();
    assert!(streams.iter().all(|info| info.tymed.is_file()));
}

#[test]
fn the_item_shows_what_the_application_has_chosen() {
    let rig = banded(one_bitmap);
    assert_eq!(rig.number(WIA_IPA_TYMED), 128);
    let format = rig.item.read(&[WIA_IPA_FORMAT]).unwrap().pop().flatten();
    assert_eq!(format.unwrap().as_guid(), Some(WIA_IMG_FMT_MEMORYBMP));
    assert_eq!(rig.number(WIA_IPA_ITEM_SIZE), 56);
    let Some(ValidValues::List { values, .. }) =
        rig.item.attributes(WIA_IPA_TYMED).map(|info| info.valid)
    else {
        panic!("no list");
    };
    let values: Vec<_> = values.iter().map(|v| v.as_i32().unwrap()).collect();
    assert_eq!(values, [2, 256, 128]);
    rig.write(WIA_IMG_FMT_BMP, Tymed::File);
    assert_eq!(rig.number(WIA_IPA_TYMED), 2);
    assert_eq!(rig.number(WIA_IPA_ITEM_SIZE), 70);
}

#[test]
fn saved_settings_keep_the_choice_of_bands() {
    let rig = banded(one_bitmap);
    let bands = rig.item.property_stream();
    rig.write(WIA_IMG_FMT_BMP, Tymed::File);
    let file = rig.item.property_stream();
    let chosen = || {
        let format = rig.item.read(&[WIA_IPA_FORMAT]).unwrap().pop().flatten();
        (rig.number(WIA_IPA_TYMED), format.unwrap().as_guid())
    };
    rig.item.set_property_stream(&bands).unwrap();
    assert_eq!(chosen(), (128, Some(WIA_IMG_FMT_MEMORYBMP)));
    rig.item.set_property_stream(&file).unwrap();
    assert_eq!(chosen(), (2, Some(WIA_IMG_FMT_BMP)));
}

#[test]
fn bmp_in_bands_and_multipage_bands_are_refused() {
    let rig = banded(one_bitmap);
    let e = rig.item.write(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_BMP.into())]);
    assert_eq!(e.unwrap_err().kind(), ErrorKind::InvalidArgument);
    let e = rig.item.write(&[(WIA_IPA_TYMED, 512.into())]);
    assert_eq!(e.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn the_driver_runs_as_for_a_stream() {
    let rig = banded(one_bitmap);
    assert_eq!(rig.bands(&App::new()), Ok(Status::Ok));
    let log = &rig.driver.log;
    log.expect(&["lock", "acquire 2 WiaImgFmt_BMP TYMED_FILE -1", "unlock"]);
}

#[test]
fn status_is_status() {
    let rig = banded(|context| {
        let _stream = stream(context);
        let _ = say(context, &TransferParams::status(30, 0))?;
        Ok(Status::Ok)
    });
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    let lines = [
        "DATA_HEADER 56 bytes, page 0",
        "STATUS 30% 4",
        "TERMINATION",
    ];
    app.log.expect(&lines);
}

#[test]
fn the_ends_of_streams_and_transfer_are_one_termination() {
    let rig = banded(one_bitmap);
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    assert_eq!(app.log.count("TERMINATION"), 1);
}

#[test]
fn warming_up_is_a_status_from_the_device() {
    for status in [
        Ok(Status::WarmingUp),
        Err(wia::Error::new(ErrorKind::WarmingUp, "")),
    ] {
        let rig = banded(move |context| {
            match say(
                context,
                &TransferParams::device_status(status.clone(), 7, 0),
            )? {
                Answer::Continue => Ok(Status::Ok),
                Answer::Cancel => Ok(Status::Cancelled),
            }
        });
        let app = App::new();
        assert_eq!(rig.bands(&app), Ok(Status::Ok));
        app.log.expect(&["STATUS 7% 1", "TERMINATION"]);
        let app = App::answering("STATUS", Ok(Answer::Cancel));
        assert_eq!(rig.bands(&app), Ok(Status::Cancelled));
    }
}

#[test]
fn other_device_statuses_go_back_to_the_driver() {
    let rig = banded(|context| {
        let calm = TransferParams::device_status(Ok(Status::Calibrating), 7, 0);
        assert_eq!(say(context, &calm), Ok(Answer::Continue));
        let jam = wia::Error::new(ErrorKind::PaperJam, "");
        let jam = TransferParams::device_status(Err(jam), 7, 0);
        Err(say(context, &jam).unwrap_err())
    });
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap_err().kind(), ErrorKind::PaperJam);
    app.log.expect(&["TERMINATION"]);
}

#[test]
fn a_driver_s_new_page_is_ignored_in_bands_and_forwarded_in_files() {
    let script = |context: &mut TransferContext| {
        let _stream = stream(context);
        let _ = say(context, &TransferParams::new_page(0, 0))?;
        Ok(Status::Ok)
    };
    let app = App::new();
    assert_eq!(banded(script).bands(&app), Ok(Status::Ok));
    app.log
        .expect(&["DATA_HEADER 56 bytes, page 0", "TERMINATION"]);
    let (rig, folder) = in_file(script);
    rig.write(WIA_IMG_FMT_TIFF, Tymed::MultipageFile);
    let app = App::new();
    let path = folder.path().join("file");
    assert_eq!(rig.file(&path, Tymed::MultipageFile, &app), Ok(Status::Ok));
    let header = "FILE_PREVIEW_DATA_HEADER 70 bytes, page 0";
    app.log
        .expect(&[header, "NEW_PAGE 0 bytes, page 1", "TERMINATION"]);
}

#[test]
fn the_first_stream_is_the_header_and_each_other_a_new_page() {
    let rig = banded(|context| {
        let _ = one_bitmap(context)?;
        one_bitmap(context)
    });
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    app.log.expect(&[
        "DATA_HEADER 56 bytes, page 0",
        "DATA 0% 0+40 status 4",
        "DATA 0% 40+16 status 4",
        "NEW_PAGE 0 bytes, page 1",
        "DATA 0% 0+40 status 4",
        "DATA 0% 40+16 status 4",
        "TERMINATION",
    ]);
    assert_eq!(app.images(), [memory_bmp(2), memory_bmp(2)]);
}

#[test]
fn the_header_says_0_for_a_size_that_is_not_known() {
    let rig = banded(one_bitmap);
    rig.item.write(&[(WIA_IPA_ITEM_SIZE, 0.into())]).unwrap();
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    assert_eq!(app.log.count("DATA_HEADER 0 bytes"), 1);
}

#[test]
fn the_file_header_is_left_out_whatever_pieces_it_comes_in() {
    for size in [1, 5, 13, 14, 15, 54, 70] {
        let rig = banded(move |context| {
            let mut stream = stream(context);
            for piece in bmp().chunks(size) {
                stream.write(piece)?;
            }
            Ok(Status::Ok)
        });
        let app = App::new();
        assert_eq!(rig.bands(&app), Ok(Status::Ok));
        assert_eq!(app.images(), [memory_bmp(2)], "{size}");
    }
}

#[test]
fn what_is_written_again_comes_at_its_place_but_not_the_file_header() {
    let rig = banded(|context| {
        let mut stream = stream(context);
        let whole = bmp();
        stream.write(&[&whole[..14], &memory_bmp(0)[..]].concat())?;
        stream.seek(SeekFrom::Start(2))?;
        stream.write(&whole[2..6])?;
        stream.seek(SeekFrom::Start(22))?;
        stream.write(&whole[22..26])?;
        stream.seek(SeekFrom::End(0))?;
        stream.set_size(70)?;
        Ok(Status::Ok)
    });
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    app.log.expect(&[
        "DATA_HEADER 56 bytes, page 0",
        "DATA 0% 0+40 status 4",
        "DATA 0% 40+16 status 4",
        "DATA 0% 8+4 status 4",
        "TERMINATION",
    ]);
    assert_eq!(app.images(), [memory_bmp(2)]);
}

#[test]
fn other_formats_come_whole_and_carry_the_last_percent() {
    let rig = banded(|context| {
        let mut stream = stream(context);
        let _ = say(context, &TransferParams::status(40, 0))?;
        stream.write(b"abc")?;
        Ok(Status::Ok)
    });
    rig.item
        .write(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_JPEG.into())])
        .unwrap();
    let app = App::new();
    assert_eq!(rig.bands(&app), Ok(Status::Ok));
    app.log.expect(&[
        "DATA_HEADER 70 bytes, page 0",
        "STATUS 40% 4",
        "DATA 40% 0+3 status 4",
        "TERMINATION",
    ]);
}

#[test]
fn a_write_larger_than_the_buffer_comes_in_several_bands() {
    let rig = banded(|context| {
        stream(context).write(&[7; 200])?;
        Ok(Status::Ok)
    });
    rig.item
        .write(&[(WIA_IPA_FORMAT, WIA_IMG_FMT_JPEG.into())])
        .unwrap();
    for double_buffer in [false, true] {
        let info = DataTransferInfo {
            double_buffer,
            ..DataTransferInfo::default()
        };
        let app = App::new();
        assert_eq!(rig.bands_by(info, &app), Ok(Status::Ok));
        assert_eq!(app.log.count("DATA 0%"), 4);
        assert_eq!(app.images(), [[7; 200]]);
    }
}

#[test]
fn a_cancel_inside_a_write_is_told_with_the_next_call() {
    let rig = banded(|context| {
        let mut stream = stream(context);
        assert_eq!(stream.write(&bmp()), Ok(70));
        assert_eq!(stream.write(&[0; 20]), Ok(20));
        assert_eq!(stream.seek(SeekFrom::End(0)), Ok(90));
        assert_eq!(stream.settle(), Ok(()));
        let status = TransferParams::status(50, 0);
        assert_eq!(say(context, &status), Ok(Answer::Cancel));
        assert!(matches!(next(context), Ok(NextStream::Cancel)));
        Ok(Status::Cancelled)
    });
    let app = App::answering("DATA 0%", Ok(Answer::Cancel));
    assert_eq!(rig.bands(&app), Ok(Status::Cancelled));
    app.log.expect(&[
        "DATA_HEADER 56 bytes, page 0",
        "DATA 0% 0+40 status 4",
        "TERMINATION",
    ]);
}

#[test]
fn a_cancel_counts_also_when_the_driver_asks_nothing_more() {
    let app = App::answering("DATA 0%", Ok(Answer::Cancel));
    assert_eq!(banded(one_bitmap).bands(&app), Ok(Status::Cancelled));
}

#[test]
fn a_failure_is_told_at_every_call_and_is_the_result() {
    let rig = banded(|context| {
        let mut stream = stream(context);
        assert_eq!(stream.write(&bmp()).unwrap_err().kind(), failure().kind());
        assert_eq!(stream.write(&[0]).unwrap_err().kind(), failure().kind());
        let status = TransferParams::status(50, 0);
        let e = say(context, &status).unwrap_err();
        assert_eq!(e.kind(), failure().kind());
        Ok(Status::Ok)
    });
    let app = App::answering("DATA 0%", Err(failure()));
    assert_eq!(rig.bands(&app).unwrap_err().kind(), failure().kind());
}

#[test]
fn a_file_is_the_stream_and_its_data_sends_nothing() {
    let (rig, folder) = in_file(one_bitmap);
    let app = App::new();
    let path = folder.path().join("file");
    assert_eq!(rig.file(&path, Tymed::File, &app), Ok(Status::Ok));
    app.log
        .expect(&["FILE_PREVIEW_DATA_HEADER 70 bytes, page 0", "TERMINATION"]);
    assert_eq!(std::fs::read(path).unwrap(), bmp());
}

#[test]
fn a_second_stream_of_a_file_is_a_general_error_and_the_file_goes() {
    let (rig, folder) = in_file(|context| {
        let _ = one_bitmap(context)?;
        next(context).map(|_| Status::Ok)
    });
    let path = folder.path().join("file");
    let e = rig.file(&path, Tymed::File, &App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::General);
    assert!(!path.exists());
}

#[test]
fn more_than_one_page_in_a_file_is_refused_before_the_device_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let rig = Driver::new(DriverModel::Stream, |_, c| one_bitmap(c))
        .feeder(2)
        .connect();
    let e = rig.file(&path, Tymed::File, &App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    assert!(e.to_string().contains("WIA_IPS_PAGES: 2"), "{e}");
    rig.driver.log.expect(&[]);
    assert!(!path.exists());
}

#[test]
fn two_sides_in_a_file_are_refused_before_the_device_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let driver = Driver::new(DriverModel::Stream, |_, c| one_bitmap(c)).feeder(1);
    let rig = driver.set(WIA_IPS_DOCUMENT_HANDLING_SELECT, 4).connect();
    let e = rig.file(&path, Tymed::File, &App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
    rig.driver.log.expect(&[]);
    assert!(!path.exists());
}

#[test]
fn all_pages_in_a_file_are_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let rig = Driver::new(DriverModel::Stream, |_, c| one_bitmap(c))
        .feeder(0)
        .connect();
    assert_eq!(rig.file(&path, Tymed::File, &App::new()), Ok(Status::Ok));
    let log = &rig.driver.log;
    log.expect(&["lock", "acquire 2 WiaImgFmt_BMP TYMED_FILE 1", "unlock"]);
    assert_eq!(rig.number(WIA_IPS_PAGES), 0);
}

#[test]
fn a_crash_of_the_driver_is_its_failure() {
    let rig = banded(|_| panic!("as the test wants"));
    let e = rig.bands(&App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
}
