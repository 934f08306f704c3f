//! File transfers: section 1.4 of the transfer's documentation.

use std::fs;
use std::sync::Arc;

use crate::data::scripted::*;
use minidriver::service_library::{
    ImageInformationFlags, get_image_information, send_end_of_page, write_buf_to_file,
    write_page_buf_to_file,
};
use quire_service::{Answer, FileFate};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_BUFFER_SIZE, WIA_IPA_DEPTH, WIA_IPA_FILENAME_EXTENSION, WIA_IPA_FORMAT,
    WIA_IPA_ITEM_SIZE, WIA_IPA_TYMED,
};
use wia::{DataMessage, ErrorKind, Status, Tymed};

/// A folder, and the file in it.
fn place() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.bmp");
    (folder, path)
}

#[test]
fn the_context_is_filled_in_before_the_driver_is_called() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        assert!(!context.memory_transfer);
        assert!(context.file.is_some());
        assert_eq!((context.width_in_pixels, context.lines), (2, 3));
        assert_eq!(
            (context.depth, context.x_res, context.y_res),
            (24, 300, 200)
        );
        assert_eq!(context.format, WIA_IMG_FMT_BMP);
        assert_eq!(context.tymed, Tymed::File);
        assert!(
            context.callback.is_none(),
            "that is the stream transfer's way"
        );
        Ok(Status::Ok)
    })
    .connect();
    let result = rig.file(&path, Tymed::File, None);
    assert_eq!(result.unwrap(), Status::Ok);
}

#[test]
fn the_service_locks_commits_the_settings_acquires_and_unlocks() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::MultipageFile, |_, _| Ok(Status::Ok)).connect();
    let result = rig.file(&path, Tymed::MultipageFile, None);
    assert_eq!(result.unwrap(), Status::Ok);
    let log = &rig.driver.log;
    log.expect(&["lock", "write TYMED_MULTIPAGE_FILE", "acquire 0", "unlock"]);
}

#[test]
fn the_mediums_tymed_must_be_the_items() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, _| panic!("refused before")).connect();
    for tymed in [Tymed::MultipageFile, Tymed::Callback] {
        let e = rig.file(&path, tymed, None).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument);
        assert!(!path.exists(), "refused before there is a file");
    }
}

/// Section 1.8: WIA uses four values, of which two are for files.
#[test]
fn only_the_two_kinds_for_files_are_taken() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, _| Ok(Status::Ok)).connect();
    for (value, tymed, taken) in [
        (2, Tymed::File, true),
        (256, Tymed::MultipageFile, true),
        (128, Tymed::Callback, false),
        (512, Tymed::MultipageCallback, false),
    ] {
        rig.item.write(&[(WIA_IPA_TYMED, value.into())]).unwrap();
        let result = rig.file(&path, tymed, None);
        assert_eq!(result.is_ok(), taken, "{value}");
    }
    for value in [0, 1, 4, 8, 16, 32, 64] {
        rig.item.write(&[(WIA_IPA_TYMED, value.into())]).unwrap();
        let e = rig.file(&path, Tymed::File, None).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidArgument, "{value}");
    }
}

#[test]
fn without_a_name_the_service_picks_one_with_the_items_extension() {
    for (extension, ending) in [("bmp", ".bmp"), ("", "")] {
        let rig = Driver::new(Tymed::File, |_, context| {
            write(context, b"data")?;
            Ok(Status::Ok)
        })
        .set(WIA_IPA_FILENAME_EXTENSION, extension)
        .connect();
        let mut names = Vec::new();
        for _ in 0..2 {
            let mut medium = medium(Tymed::File, None);
            let fate = FileFate::Documented;
            let result = rig.transfer.file_data(&mut medium, fate, None);
            assert_eq!(result.unwrap(), Status::Ok);
            let path = medium.file_name.unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"data");
            fs::remove_file(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(name.find('.').map_or("", |dot| &name[dot..]), ending);
            names.push(name);
        }
        assert_ne!(names[0], names[1]);
    }
}

#[test]
fn a_file_of_that_name_is_replaced() {
    let (_folder, path) = place();
    fs::write(&path, [b'x'; 10_000]).unwrap();
    let rig = Driver::new(Tymed::File, |_, context| {
        write(context, b"data")?;
        Ok(Status::Ok)
    })
    .connect();
    let result = rig.file(&path, Tymed::File, None);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(fs::read(&path).unwrap(), b"data");
}

#[test]
fn a_file_that_cannot_be_made_fails_before_the_driver_is_called() {
    let (folder, _) = place();
    let rig = Driver::new(Tymed::File, |_, _| panic!("refused before")).connect();
    for path in [folder.path().to_owned(), folder.path().join("no/scan.bmp")] {
        let e = rig.file(&path, Tymed::File, None).unwrap_err();
        let name = path.display().to_string();
        assert!(e.to_string().contains(&name), "{e}");
    }
    rig.driver.log.expect(&[]);
    assert!(folder.path().exists());
}

/// `bClassDrvAllocBuf`: the driver allocates exactly when `WIA_IPA_ITEM_SIZE` is 0.
#[test]
fn who_allocates_and_how_much() {
    // Item size, buffer size, and what the service allocates; 54 + 8 is a header and a line.
    let rows: [(Option<i32>, Option<i32>, Option<i32>); 8] = [
        (Some(0), Some(4096), None),
        (None, Some(4096), None),
        (Some(78), Some(4096), Some(4096)),
        (Some(78), Some(0), Some(78)),
        (Some(78), None, Some(78)),
        (Some(10), None, Some(62)),
        (Some(78), Some(1), Some(62)),
        (Some(1_000_000), Some(4096), Some(4096)),
    ];
    for (item_size, buffer_size, allocated) in rows {
        let (_folder, path) = place();
        let mut driver = Driver::new(Tymed::File, move |_, context| {
            assert_eq!(context.service_buffer, allocated.is_some());
            assert_eq!(context.buffer_size, allocated.unwrap_or(0));
            let length = usize::try_from(context.buffer_size).unwrap();
            assert_eq!(context.transfer_buffer.len(), length);
            let count = i32::from(allocated.is_some());
            assert_eq!(
                (context.number_of_buffers, context.active_buffer),
                (count, count)
            );
            Ok(Status::Ok)
        })
        .without(WIA_IPA_ITEM_SIZE)
        .without(WIA_IPA_BUFFER_SIZE);
        for (id, value) in [
            (WIA_IPA_ITEM_SIZE, item_size),
            (WIA_IPA_BUFFER_SIZE, buffer_size),
        ] {
            if let Some(value) = value {
                driver = driver.set(id, value);
            }
        }
        let result = driver.connect().file(&path, Tymed::File, None);
        let row = (item_size, buffer_size);
        assert_eq!(result.ok(), Some(Status::Ok), "{row:?}");
    }
}

/// The header from the image information, then the lines, from a buffer of either's.
#[test]
fn header_and_bands_are_written_with_either_buffer() {
    let header = [
        b'B', b'M', 78, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1,
        0, 24, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0x23, 0x2E, 0, 0, 0xC2, 0x1E, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0,
    ];
    let expected = [&header[..], &[1; 8], &[2; 8], &[3; 8]].concat();
    for item_size in [0, 78] {
        let (_folder, path) = place();
        let rig = Driver::new(Tymed::File, |item, context| {
            if !context.service_buffer {
                context.transfer_buffer.driver_memory().resize(64, 0);
                context.buffer_size = 64;
            }
            get_image_information(item, ImageInformationFlags::empty(), context)?;
            assert_eq!(context.item_size, 78);
            context.item_size = context.header_size;
            write_buf_to_file(context)?;
            for line in 1..=3 {
                context.transfer_buffer[..8].fill(line);
                context.item_size = 8;
                write_buf_to_file(context)?;
            }
            if !context.service_buffer {
                context.transfer_buffer.driver_memory().clear();
                context.buffer_size = 0;
            }
            Ok(Status::Ok)
        })
        .set(WIA_IPA_ITEM_SIZE, item_size)
        .connect();
        let result = rig.file(&path, Tymed::File, None);
        assert_eq!(result.unwrap(), Status::Ok);
        assert_eq!(fs::read(&path).unwrap(), expected);
    }
}

#[test]
fn without_a_callback_the_driver_has_none() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        assert!(context.data_callback.is_none());
        assert_eq!(send_end_of_page(1, context)?, Answer::Continue);
        Ok(Status::Ok)
    })
    .connect();
    let result = rig.file(&path, Tymed::File, None);
    assert_eq!(result.unwrap(), Status::Ok);
}

#[test]
fn status_and_pages_are_told_and_termination_is_last() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        write(context, b"data")?;
        let _ = status(context, 50)?;
        let _ = send_end_of_page(1, context)?;
        done(status(context, 100)?)
    })
    .connect();
    let app = App::new();
    let result = rig.file(&path, Tymed::File, Some(&app));
    assert_eq!(result.unwrap(), Status::Ok);
    app.log.expect(&[
        "STATUS 50% 4",
        "NEW_PAGE 0 bytes, page 1",
        "STATUS 100% 4",
        "TERMINATION",
    ]);
    assert_eq!(Arc::strong_count(&app), 1, "the callback is released");
}

#[test]
fn termination_comes_after_every_end() {
    let (_folder, path) = place();
    for end in [Ok(Status::Ok), Ok(Status::Cancelled), Err(fail())] {
        let expected = end.clone().ok();
        let rig = Driver::new(Tymed::File, move |_, _| end.clone()).connect();
        let app = App::new();
        let result = rig.file(&path, Tymed::File, Some(&app));
        assert_eq!(result.ok(), expected);
        app.log.expect(&["TERMINATION"]);
    }
}

#[test]
fn there_is_no_data_in_a_file_transfer() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        *context.transfer_buffer.driver_memory() = b"data".to_vec();
        context.buffer_size = 4;
        done(send(context, DataMessage::Data, 0, 0, 4)?)
    })
    .connect();
    let e = rig.file(&path, Tymed::File, Some(&App::new())).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("IT_MSG_DATA"), "{e}");
}

#[test]
fn preview_bands_come_beside_the_file() {
    for item_size in [0, 78] {
        let (_folder, path) = place();
        let rig = Driver::new(Tymed::File, |_, context| {
            write(context, b"file")?;
            if !context.service_buffer {
                context.buffer_size = 4;
            }
            let _ = send(context, DataMessage::FilePreviewDataHeader, 0, 0, 8)?;
            for offset in [0, 4] {
                context.transfer_buffer[..4].copy_from_slice(b"view");
                let _ = send(context, DataMessage::FilePreviewData, 30, offset, 4)?;
            }
            Ok(Status::Ok)
        })
        .set(WIA_IPA_ITEM_SIZE, item_size)
        .connect();
        let app = App::new();
        let result = rig.file(&path, Tymed::File, Some(&app));
        assert_eq!(result.unwrap(), Status::Ok);
        app.log.expect(&[
            "FILE_PREVIEW_DATA_HEADER 8 bytes, page 0",
            "FILE_PREVIEW_DATA 30% 0+4",
            "FILE_PREVIEW_DATA 30% 4+4",
            "TERMINATION",
        ]);
        assert_eq!(fs::read(&path).unwrap(), b"file");
    }
}

#[test]
fn the_service_links_the_pages_of_a_multipage_tiff() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::MultipageFile, |_, context| {
        for page in 0..2 {
            assert_eq!(context.page, page);
            *context.transfer_buffer.driver_memory() = vec![page as u8; 6];
            context.item_size = 6;
            write_page_buf_to_file(context)?;
        }
        Ok(Status::Ok)
    })
    .set(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF)
    .set(WIA_IPA_DEPTH, 8)
    .connect();
    let result = rig.file(&path, Tymed::MultipageFile, None);
    assert_eq!(result.unwrap(), Status::Ok);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes[..4], *b"II*\0");
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let next = |ifd: usize| word(ifd + 2 + 12 * usize::from(bytes[ifd]));
    let first = word(4);
    let second = next(first);
    assert!(second > first);
    assert_eq!(next(second), 0);
}

#[test]
fn of_tymed_file_with_several_pages_the_driver_decides_what_the_file_holds() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        write(context, b"page 1")?;
        write(context, b"page 2")?;
        Ok(Status::Ok)
    })
    .connect();
    let result = rig.file(&path, Tymed::File, None);
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(fs::read(&path).unwrap(), b"page 1page 2");
}

#[test]
fn a_driver_that_takes_the_file_away_fails() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        context.file = None;
        Ok(Status::Ok)
    })
    .connect();
    let e = rig.file(&path, Tymed::File, None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(!path.exists());
}

#[test]
fn a_driver_that_changes_what_is_the_services_fails() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::File, |_, context| {
        context.service_buffer = true;
        Ok(Status::Ok)
    })
    .connect();
    let e = rig.file(&path, Tymed::File, None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
    assert!(e.to_string().contains("belongs to the service"), "{e}");
    assert!(!path.exists());
}

/// The service opens the file, and it alone closes it.
#[test]
fn the_file_is_open_while_the_driver_works_and_closed_afterwards() {
    let (_folder, path) = place();
    let open = |path: &std::path::Path| {
        let mut fds = fs::read_dir("/proc/self/fd").unwrap();
        fds.any(|fd| fs::read_link(fd.unwrap().path()).is_ok_and(|target| target == path))
    };
    for end in [Ok(Status::Ok), Ok(Status::Cancelled)] {
        let inside = path.clone();
        let rig = Driver::new(Tymed::File, move |_, _| {
            assert!(open(&inside));
            end.clone()
        })
        .connect();
        assert!(rig.file(&path, Tymed::File, None).is_ok());
        assert!(path.exists() && !open(&path));
    }
}

#[test]
fn a_file_of_the_services_choice_goes_the_way_of_any_other() {
    for (end, kept) in [(Ok(Status::Cancelled), true), (Err(fail()), false)] {
        let rig = Driver::new(Tymed::File, move |_, _| end.clone()).connect();
        let mut medium = medium(Tymed::File, None);
        let fate = FileFate::Documented;
        let result = rig.transfer.file_data(&mut medium, fate, None);
        assert_eq!(result.is_ok(), kept);
        let path = medium.file_name.unwrap();
        assert_eq!(path.exists(), kept);
        drop(fs::remove_file(path));
    }
}

/// Section 3.4: the page writer links pages, and says nothing to the application.
#[test]
fn a_page_that_is_written_is_no_new_page_for_the_application() {
    let (_folder, path) = place();
    let rig = Driver::new(Tymed::MultipageFile, |_, context| {
        for _ in 0..2 {
            *context.transfer_buffer.driver_memory() = vec![7; 6];
            context.item_size = 6;
            write_page_buf_to_file(context)?;
        }
        Ok(Status::Ok)
    })
    .set(WIA_IPA_FORMAT, WIA_IMG_FMT_TIFF)
    .set(WIA_IPA_DEPTH, 8)
    .connect();
    let app = App::new();
    let result = rig.file(&path, Tymed::MultipageFile, Some(&app));
    assert_eq!(result.unwrap(), Status::Ok);
    app.log.expect(&["TERMINATION"]);
}
