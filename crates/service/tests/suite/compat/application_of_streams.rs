//! An application of streams on a driver of bands and files
//! (`img/mapping-for-a-vista-application-and-legacy-driver.md`).

use std::io::SeekFrom;
use std::sync::atomic::{AtomicI32, Ordering};

use quire_service::{Answer, DriverModel, NextStream, Stream};
use transfer::TransferContext;
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_TIFF};
use wia::property::{WIA_IPA_TYMED, WIA_IPS_PAGES};
use wia::{DataMessage, Error, ErrorKind, Result, Status, TransferFlags, Tymed};

use crate::compat::scripted::{App, Driver, Log, Rig, band, bmp, failure, memory_bmp, tell, write};

const ACQUIRE: &str = "acquire 0 WiaImgFmt_MEMORYBMP TYMED_CALLBACK";

fn flatbed(script: impl Fn(&mut TransferContext) -> Result<Status> + Send + Sync + 'static) -> Rig {
    Driver::new(DriverModel::Legacy, move |_, context| script(context)).connect()
}

/// One bitmap in two bands, its header saying this height.
fn bitmap(context: &mut TransferContext, height: i32) -> Result<Status> {
    let bytes = memory_bmp(height);
    for (offset, data) in [(0, &bytes[..40]), (40, &bytes[40..])] {
        if band(context, offset, data)? == Answer::Cancel {
            return Ok(Status::Cancelled);
        }
    }
    Ok(Status::Ok)
}

/// A feeder with so many sheets, one a call, that is to give `pages`.
fn feeder(sheets: i32, pages: i32, empty: fn() -> Result<Status>) -> Rig {
    let left = AtomicI32::new(sheets);
    let script = move |_: &_, context: &mut TransferContext| {
        if left.fetch_sub(1, Ordering::Relaxed) <= 0 {
            return empty();
        }
        bitmap(context, 2)
    };
    Driver::new(DriverModel::Legacy, script)
        .feeder(pages)
        .connect()
}

fn paper_empty() -> Result<Status> {
    Err(Error::new(ErrorKind::PaperEmpty, ""))
}

#[test]
fn no_bands_are_offered() {
    let formats = flatbed(|c| bitmap(c, 2)).item.stream_formats().unwrap();
    assert_eq!(formats.len(), 3);
    assert!(formats.iter().all(|info| info.tymed.is_file()));
}

#[test]
fn bmp_comes_in_bands_of_memorybmp_and_gets_its_file_header() {
    let rig = flatbed(|c| bitmap(c, 2));
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [bmp()]);
    app.log.expect(&[
        "NEXT Source 0000\\Root\\Source",
        "STATUS 10% 54",
        "STATUS 10% 70",
        "END_OF_STREAM 10% 70",
        "END_OF_TRANSFER 10% 70",
    ]);
    let acquire = format!("{ACQUIRE} -1");
    rig.driver
        .log
        .expect(&["lock", "write", &acquire, "unlock"]);
    assert_eq!(rig.number(WIA_IPA_TYMED), Tymed::File.value());
}

#[test]
fn a_height_that_is_not_known_is_put_in_at_the_end() {
    let app = App::new();
    assert_eq!(flatbed(|c| bitmap(c, 0)).download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [bmp()]);
}

#[test]
fn a_header_that_is_written_again_counts() {
    let rig = flatbed(|context| {
        let _ = bitmap(context, 0)?;
        let _ = band(context, 0, &memory_bmp(2)[..40])?;
        Ok(Status::Ok)
    });
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [bmp()]);
}

#[test]
fn another_format_comes_through_a_file() {
    let rig = flatbed(|context| {
        assert!(context.file.is_some());
        write(context, b"half ");
        assert_eq!(
            tell(context, DataMessage::Status, 0, 0),
            Ok(Answer::Continue)
        );
        write(context, b"and half");
        Ok(Status::Ok)
    });
    rig.write(WIA_IMG_FMT_JPEG, Tymed::File);
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [b"half and half"]);
    app.log.expect(&[
        "NEXT Source 0000\\Root\\Source",
        "STATUS 10% 0",
        "STATUS 100% 13",
        "END_OF_STREAM 100% 13",
        "END_OF_TRANSFER 100% 13",
    ]);
    let acquire = "acquire 0 WiaImgFmt_JPEG TYMED_FILE -1";
    rig.driver.log.expect(&["lock", "write", acquire, "unlock"]);
}

/// A whole bitmap with its file header, in a file.
#[test]
fn a_bitmap_that_is_not_offered_in_bands_comes_through_a_file() {
    let driver = Driver::new(DriverModel::Legacy, |_, context| {
        write(context, &bmp()[..40]);
        write(context, &bmp()[40..]);
        Ok(Status::Ok)
    });
    let rig = driver.formats(&[(WIA_IMG_FMT_BMP, Tymed::File)]).connect();
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [bmp()]);
    let acquire = "acquire 0 WiaImgFmt_BMP TYMED_FILE -1";
    rig.driver.log.expect(&["lock", "write", acquire, "unlock"]);
}

#[test]
fn a_feeder_of_another_format_gives_a_file_a_page() {
    let pages = AtomicI32::new(0);
    let driver = Driver::new(DriverModel::Legacy, move |_, context| {
        let page = pages.fetch_add(1, Ordering::Relaxed);
        if page == 2 {
            return paper_empty();
        }
        write(context, format!("page {page}").as_bytes());
        Ok(Status::Ok)
    });
    let rig = driver.feeder(0).connect();
    rig.write(WIA_IMG_FMT_JPEG, Tymed::File);
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images()[..2], [b"page 0", b"page 1"]);
    let acquire = "acquire 0 WiaImgFmt_JPEG TYMED_FILE 1";
    assert_eq!(rig.driver.log.count(acquire), 3);
}

#[test]
fn a_folder_of_an_older_driver_is_walked_by_the_layer() {
    let driver = Driver::new(DriverModel::Legacy, |item, context| {
        assert!(context.callback.is_none() && context.data_callback.is_some());
        assert!(["One", "Two"].contains(&item.name()));
        bitmap(context, 2)
    });
    let rig = driver.folder().connect();
    let app = App::new();
    let flags = TransferFlags::ACQUIRE_CHILDREN;
    assert_eq!(rig.transfer.download(flags, app.clone()), Ok(Status::Ok));
    assert_eq!(app.images(), [bmp(), bmp()]);
    let lines = app.log.lines();
    let asked: Vec<_> = lines.iter().filter(|l| l.starts_with("NEXT")).collect();
    let names = [
        "NEXT One 0000\\Root\\Source\\One",
        "NEXT Two 0000\\Root\\Source\\Two",
    ];
    assert_eq!(asked, names);
    assert_eq!(app.log.count("END_OF_STREAM"), 2);
    assert_eq!(app.log.count("END_OF_TRANSFER"), 1);
    // One transfer of the device, and a call for each item.
    let acquire = &format!("{ACQUIRE} -1");
    let calls = ["lock", "write", acquire, "write", acquire, "unlock"];
    rig.driver.log.expect(&calls);
}

/// A stream that writes down its calls.
struct Overheard(Log, u64);

impl Stream for Overheard {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.0.add(format!("Write {}", data.len()));
        self.1 += data.len() as u64;
        Ok(data.len())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.add(format!("Seek {to:?}"));
        if let SeekFrom::Start(at) = to {
            self.1 = at;
        }
        Ok(self.1)
    }

    fn set_size(&mut self, _: u64) -> Result<()> {
        Ok(())
    }
}

/// The file header goes out as soon as the height is known, the bands at 14 bytes behind their offset.
#[test]
fn each_band_is_a_seek_a_write_and_a_status() {
    let rig = flatbed(|c| bitmap(c, 2));
    let app = App::new();
    let stream = Box::new(Overheard(app.log.clone(), 0));
    app.give(NextStream::Stream(stream));
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    app.log.expect(&[
        "NEXT Source 0000\\Root\\Source",
        "Seek End(0)",
        "Seek Start(0)",
        "Write 14",
        "Seek Start(14)",
        "Write 40",
        "STATUS 10% 54",
        "Seek Start(54)",
        "Write 16",
        "STATUS 10% 70",
        "Seek End(0)",
        "END_OF_STREAM 10% 70",
        "END_OF_TRANSFER 10% 70",
    ]);
}

/// With a height of 0 the bands come first; header and height are written when all is there.
#[test]
fn an_unknown_height_waits_until_the_end_and_is_then_written_with_the_file_header() {
    let rig = flatbed(|c| bitmap(c, 0));
    let app = App::new();
    app.give(NextStream::Stream(Box::new(Overheard(app.log.clone(), 0))));
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    app.log.expect(&[
        "NEXT Source 0000\\Root\\Source",
        "Seek End(0)",
        "Seek Start(14)",
        "Write 40",
        "STATUS 10% 54",
        "Seek Start(54)",
        "Write 16",
        "STATUS 10% 70",
        "Seek Start(22)",
        "Write 4",
        "Seek Start(0)",
        "Write 14",
        "Seek End(0)",
        "END_OF_STREAM 10% 70",
        "END_OF_TRANSFER 10% 70",
    ]);
}

#[test]
fn a_multipage_format_is_one_file_of_all_pages() {
    let driver = Driver::new(DriverModel::Legacy, |_, context| {
        write(context, b"all pages");
        Ok(Status::EndOfMedia)
    });
    let rig = driver.feeder(4).connect();
    rig.write(WIA_IMG_FMT_TIFF, Tymed::MultipageFile);
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::EndOfMedia));
    assert_eq!(app.images(), [b"all pages"]);
    let acquire = "acquire 0 WiaImgFmt_TIFF TYMED_MULTIPAGE_FILE 4";
    rig.driver.log.expect(&["lock", "write", acquire, "unlock"]);
}

#[test]
fn what_has_no_place_in_a_stream_is_ignored() {
    let rig = flatbed(|context| {
        for message in [
            DataMessage::DataHeader,
            DataMessage::NewPage,
            DataMessage::Termination,
            DataMessage::FilePreviewData,
            DataMessage::FilePreviewDataHeader,
        ] {
            assert_eq!(tell(context, message, 0, 4), Ok(Answer::Continue));
        }
        bitmap(context, 2)
    });
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.log.count("STATUS"), 2);
    assert_eq!(app.log.count("NEW_PAGE"), 0);
}

#[test]
fn data_of_a_file_transfer_is_ignored() {
    let rig = flatbed(|context| {
        assert_eq!(tell(context, DataMessage::Data, 0, 4), Ok(Answer::Continue));
        write(context, b"file");
        Ok(Status::Ok)
    });
    rig.write(WIA_IMG_FMT_JPEG, Tymed::File);
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [b"file"]);
}

#[test]
fn a_feeder_is_called_a_page_at_a_time() {
    let rig = feeder(3, 2, paper_empty);
    let app = App::new();
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(app.images(), [bmp(), bmp()]);
    let acquire = &format!("{ACQUIRE} 1");
    rig.driver
        .log
        .expect(&["lock", "write", acquire, "write", acquire, "unlock"]);
    assert_eq!(rig.number(WIA_IPS_PAGES), 2);
    assert_eq!(app.log.count("NEXT"), 2);
    assert_eq!(app.log.count("END_OF_STREAM"), 2);
    assert_eq!(app.log.count("END_OF_TRANSFER"), 1);
}

#[test]
fn an_empty_feeder_after_a_page_ends_well_or_early() {
    for (pages, status) in [(0, Status::Ok), (3, Status::EndOfMedia)] {
        for empty in [paper_empty, || Ok(Status::EndOfMedia)] {
            let rig = feeder(2, pages, empty);
            let app = App::new();
            assert_eq!(rig.download(&app), Ok(status));
            assert_eq!(app.images()[..2], [bmp(), bmp()]);
            assert_eq!(rig.number(WIA_IPS_PAGES), pages);
        }
    }
}

/// What ends in the middle of a page has lost one: it is no end of the paper.
#[test]
fn paper_that_ends_within_a_page_is_a_failure() {
    for (format, pages) in [
        (WIA_IMG_FMT_BMP, 0),
        (WIA_IMG_FMT_BMP, 3),
        (WIA_IMG_FMT_JPEG, 0),
    ] {
        let calls = AtomicI32::new(0);
        let script = move |_: &_, context: &mut TransferContext| {
            let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
            match (format, first) {
                (WIA_IMG_FMT_BMP, true) => return bitmap(context, 2),
                (WIA_IMG_FMT_BMP, false) => drop(band(context, 0, &memory_bmp(2)[..48])?),
                _ => write(context, b"file"),
            }
            if first { Ok(Status::Ok) } else { paper_empty() }
        };
        let driver = Driver::new(DriverModel::Legacy, script);
        let rig = driver.feeder(pages).connect();
        rig.write(format, Tymed::File);
        let e = rig.download(&App::new()).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::PaperEmpty, "{format}");
    }
}

#[test]
fn an_empty_feeder_before_the_first_page_is_passed_on() {
    for pages in [0, 1, 3] {
        let e = feeder(0, pages, paper_empty).download(&App::new());
        assert_eq!(e.unwrap_err().kind(), ErrorKind::PaperEmpty);
    }
}

#[test]
fn a_page_that_nobody_wants_is_scanned_and_dropped_on_a_feeder() {
    let rig = feeder(2, 0, paper_empty);
    let app = App::giving(vec![Ok(NextStream::SkipItem)]);
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    assert_eq!(rig.driver.log.count("acquire"), 3);
    assert_eq!(app.images()[0], bmp());
}

#[test]
fn a_page_that_nobody_wants_is_not_scanned_on_a_flatbed() {
    let rig = flatbed(|c| bitmap(c, 2));
    let app = App::giving(vec![Ok(NextStream::SkipItem)]);
    assert_eq!(rig.download(&app), Ok(Status::Ok));
    rig.driver.log.expect(&["lock", "unlock"]);
}

#[test]
fn a_cancel_or_failure_instead_of_a_stream_costs_no_scan() {
    let rig = flatbed(|c| bitmap(c, 2));
    let app = App::giving(vec![Ok(NextStream::Cancel)]);
    assert_eq!(rig.download(&app), Ok(Status::Cancelled));
    let app = App::giving(vec![Err(failure())]);
    assert_eq!(rig.download(&app).unwrap_err().kind(), failure().kind());
    let app = App::giving(vec![Ok(NextStream::Missing)]);
    assert_eq!(rig.download(&app).unwrap_err().kind(), ErrorKind::Pointer);
    rig.driver.log.expect(&["lock", "unlock"].repeat(3));
}

#[test]
fn the_application_s_answer_is_the_driver_s() {
    let rig = flatbed(|context| {
        let bytes = memory_bmp(2);
        assert_eq!(band(context, 0, &bytes[..40]), Ok(Answer::Cancel));
        assert_eq!(band(context, 40, &bytes[40..]), Ok(Answer::Cancel));
        Ok(Status::Cancelled)
    });
    let app = App::answering("STATUS", Ok(Answer::Cancel));
    assert_eq!(rig.download(&app), Ok(Status::Cancelled));
    let rig = flatbed(|context| {
        let e = band(context, 0, &memory_bmp(2)[..40]).unwrap_err();
        assert_eq!(e.kind(), failure().kind());
        Ok(Status::Ok)
    });
    let app = App::answering("STATUS", Err(failure()));
    assert_eq!(rig.download(&app).unwrap_err().kind(), failure().kind());
}

#[test]
fn a_cancel_after_the_whole_file_is_the_result() {
    let rig = flatbed(|context| {
        write(context, b"file");
        Ok(Status::Ok)
    });
    rig.write(WIA_IMG_FMT_JPEG, Tymed::File);
    let app = App::answering("STATUS 100%", Ok(Answer::Cancel));
    assert_eq!(rig.download(&app), Ok(Status::Cancelled));
}

#[test]
fn cancel_of_the_transfer_is_told_by_the_driver_s_callback() {
    let rig = std::sync::Arc::new(std::sync::OnceLock::<Rig>::new());
    let inside = std::sync::Arc::clone(&rig);
    let made = flatbed(move |context| {
        let bytes = memory_bmp(2);
        assert_eq!(band(context, 0, &bytes[..40]), Ok(Answer::Continue));
        inside.get().unwrap().transfer.cancel();
        assert_eq!(band(context, 40, &bytes[40..]), Ok(Answer::Cancel));
        Ok(Status::Ok)
    });
    let rig = rig.get_or_init(|| made);
    assert_eq!(rig.download(&App::new()), Ok(Status::Cancelled));
}

#[test]
fn complete_pages_of_a_file_arrive_also_when_the_paper_jams() {
    let rig = flatbed(|context| {
        write(context, b"two pages");
        Err(Error::new(ErrorKind::PaperJam, ""))
    });
    rig.write(WIA_IMG_FMT_TIFF, Tymed::MultipageFile);
    let app = App::new();
    assert_eq!(rig.download(&app).unwrap_err().kind(), ErrorKind::PaperJam);
    assert_eq!(app.images(), [b"two pages"]);
    rig.write(WIA_IMG_FMT_JPEG, Tymed::File);
    let app = App::new();
    assert_eq!(rig.download(&app).unwrap_err().kind(), ErrorKind::PaperJam);
    assert_eq!(app.images(), [b""]);
}

#[test]
fn a_band_that_does_not_fit_and_a_changed_member_are_named() {
    let rig = flatbed(|context| {
        let e = tell(context, DataMessage::Data, 0, 1 << 20).unwrap_err();
        assert!(e.to_string().contains("a band of 1048576 bytes"), "{e}");
        Ok(Status::Ok)
    });
    let e = rig.download(&App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    let rig = flatbed(|context| {
        context.format = WIA_IMG_FMT_BMP;
        bitmap(context, 2)
    });
    let e = rig.download(&App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
}

#[test]
fn a_crash_of_the_driver_leaves_its_settings_as_they_were() {
    let rig = flatbed(|_| panic!("as the test wants"));
    let e = rig.download(&App::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert_eq!(rig.number(WIA_IPA_TYMED), Tymed::File.value());
}
