//! Banded transfers: section 1.3 of the transfer's documentation, and what goes with it.

use std::sync::{Arc, Mutex};

use crate::data::scripted::*;
use minidriver::service_library::{ImageInformationFlags, get_image_information, send_end_of_page};
use quire_service::{Answer, Payload};
use wia::format::WIA_IMG_FMT_MEMORYBMP;
use wia::property::{WIA_IPA_ITEM_SIZE, WIA_IPA_NUMBER_OF_LINES, WIA_IPA_TYMED};
use wia::{DataMessage, Error, ErrorKind, Status, TransferStatus, Tymed};

/// `BITMAPINFOHEADER` of the flatbed's picture: 2 by 3 pixels, 24 bits, 24 bytes, 11811 and 7874 dots a
/// metre.
const HEADER: [u8; 40] = [
    40, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0x23, 0x2E, 0, 0,
    0xC2, 0x1E, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

#[test]
fn the_context_is_filled_in_before_the_driver_is_called() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        assert!(context.memory_transfer);
        assert!(context.service_buffer);
        assert_eq!(context.buffer_size, BUFFER_SIZE);
        assert_eq!(context.transfer_buffer.len(), 4096);
        assert_eq!((context.number_of_buffers, context.active_buffer), (1, 1));
        assert_eq!((context.width_in_pixels, context.lines), (2, 3));
        assert_eq!(
            (context.depth, context.x_res, context.y_res),
            (24, 300, 200)
        );
        assert_eq!(context.compression, wia::Compression::None);
        assert_eq!(context.format, WIA_IMG_FMT_MEMORYBMP);
        assert_eq!(context.tymed, Tymed::Callback);
        assert_eq!((context.offset, context.page), (0, 0));
        assert!(context.file.is_none());
        assert!(
            context.callback.is_none(),
            "that is the stream transfer's way"
        );
        assert!(context.data_callback.is_some());
        Ok(Status::Ok)
    })
    .connect();
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
}

#[test]
fn the_service_locks_commits_the_settings_acquires_and_unlocks() {
    let rig = Driver::new(Tymed::Callback, |_, _| Ok(Status::Ok)).connect();
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
    let log = &rig.driver.log;
    log.expect(&["lock", "write TYMED_CALLBACK", "acquire 0", "unlock"]);
}

#[test]
fn the_image_information_is_the_first_band_and_the_lines_follow() {
    let rig = Driver::new(Tymed::Callback, |item, context| {
        get_image_information(item, ImageInformationFlags::empty(), context)?;
        let length = context.header_size;
        let _ = send(context, DataMessage::Data, 0, 0, length)?;
        context.offset += length;
        for line in 1..=3 {
            let _ = band(context, &[line; 8])?;
        }
        Ok(Status::Ok)
    })
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        "DATA_HEADER 64 bytes, page 0",
        "DATA 0% 0+40",
        "DATA 10% 40+8",
        "DATA 10% 48+8",
        "DATA 10% 56+8",
        "TERMINATION",
    ]);
    let lines = [[1; 8], [2; 8], [3; 8]].concat();
    assert_eq!(app.image(), [&HEADER[..], &lines].concat());
}

#[test]
fn status_messages_may_come_before_the_header() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let _ = status(context, 0)?;
        done(band(context, b"data")?)
    })
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        "STATUS 0% 4",
        "DATA_HEADER 0 bytes, page 0",
        "DATA 10% 0+4",
        "TERMINATION",
    ]);
}

#[test]
fn the_header_says_format_and_size_as_they_are_at_the_first_data() {
    let seen = Arc::new(Mutex::new(None));
    let rig = Driver::new(Tymed::Callback, |_, context| {
        context.item_size = 777;
        done(band(context, b"data")?)
    })
    .connect();
    let note = Arc::clone(&seen);
    let app = App::reacting(move |params| {
        if params.message == DataMessage::DataHeader {
            assert_eq!((params.offset, params.length, params.percent), (0, 0, 0));
            let Payload::Header(header) = params.payload else {
                panic!("a header without one");
            };
            *note.lock().unwrap() = Some(header);
        }
        None
    });
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    let header = seen.lock().unwrap().unwrap();
    assert_eq!(header.format, WIA_IMG_FMT_MEMORYBMP);
    assert_eq!((header.buffer_size, header.page_count), (777, 0));
}

#[test]
fn a_transfer_without_data_has_no_header_but_a_termination() {
    let rig = Driver::new(Tymed::Callback, |_, _| Ok(Status::Ok)).connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    app.log.expect(&["TERMINATION"]);
}

#[test]
fn offsets_are_of_the_whole_image_and_may_go_back() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let _ = band(context, b"0000")?;
        let _ = band(context, b"line")?;
        context.offset = 0;
        done(band(context, b"head")?)
    })
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    assert_eq!(app.image(), b"headline");
}

#[test]
fn what_the_driver_passes_is_forwarded_unmodified() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let callback = context.data_callback.clone().unwrap();
        for status in [
            TransferStatus::TRANSFER_FROM_DEVICE,
            TransferStatus::PROCESSING_DATA,
            TransferStatus::all(),
        ] {
            let _ = callback.mini_drv_callback(DataMessage::Status, status, -1, 0, 0, None)?;
        }
        let _ = send(context, DataMessage::Data, 1000, i32::MAX - 4, 4)?;
        let _ = send(context, DataMessage::Data, 0, 7, 0)?;
        Ok(Status::Ok)
    })
    .connect();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    // The usual application would make room for the offset.
    struct Noting(Arc<Mutex<Vec<[i32; 4]>>>);
    impl quire_service::DataCallback for Noting {
        fn banded_data_callback(&self, p: &quire_service::DataParams<'_>) -> wia::Result<Answer> {
            let all = [p.status.bits(), p.percent, p.offset, p.length];
            self.0.lock().unwrap().push(all);
            Ok(Answer::Continue)
        }
    }
    let info = quire_service::DataTransferInfo::default();
    let result = rig.transfer.banded_data(info, Arc::new(Noting(note)));
    assert_eq!(result.unwrap(), Status::Ok);
    assert_eq!(
        *seen.lock().unwrap(),
        [
            [1, -1, 0, 0],
            [2, -1, 0, 0],
            [7, -1, 0, 0],
            [0, 0, 0, 0],
            [4, 1000, i32::MAX - 4, 4],
            [4, 0, 7, 0],
            [0, 0, 0, 0],
        ]
    );
}

#[test]
fn with_callback_each_page_is_an_image_whose_offsets_begin_at_0() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let _ = band(context, b"page 1")?;
        assert_eq!(send_end_of_page(1, context)?, Answer::Continue);
        context.offset = 0;
        let _ = band(context, b"page 2")?;
        assert_eq!(send_end_of_page(2, context)?, Answer::Continue);
        context.offset = 0;
        done(band(context, b"page 3")?)
    })
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        "DATA_HEADER 0 bytes, page 0",
        "DATA 10% 0+6",
        "NEW_PAGE 0 bytes, page 1",
        "DATA 10% 0+6",
        "NEW_PAGE 0 bytes, page 2",
        "DATA 10% 0+6",
        "TERMINATION",
    ]);
}

#[test]
fn with_multipage_callback_the_pages_are_one_document_whose_offsets_go_on() {
    let rig = Driver::new(Tymed::MultipageCallback, |_, context| {
        assert_eq!(context.tymed, Tymed::MultipageCallback);
        let _ = band(context, b"page 1")?;
        assert_eq!(send_end_of_page(1, context)?, Answer::Continue);
        done(band(context, b"page 2")?)
    })
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    app.log.expect(&[
        "DATA_HEADER 0 bytes, page 0",
        "DATA 10% 0+6",
        "NEW_PAGE 0 bytes, page 1",
        "DATA 10% 6+6",
        "TERMINATION",
    ]);
    assert_eq!(app.image(), b"page 1page 2");
}

#[test]
fn one_buffer_is_the_drivers_again_after_each_band() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        for _ in 0..3 {
            let _ = band(context, b"data")?;
            assert_eq!((context.active_buffer, context.number_of_buffers), (1, 1));
            assert_eq!(context.transfer_buffer.len(), 4096);
        }
        Ok(Status::Ok)
    })
    .connect();
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
}

#[test]
fn the_service_flips_two_buffers() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let mut seen = vec![context.active_buffer];
        for _ in 0..3 {
            let _ = band(context, b"data")?;
            seen.push(context.active_buffer);
        }
        assert_eq!(seen, [1, 2, 1, 2]);
        assert_eq!(context.number_of_buffers, 2);
        Ok(Status::Ok)
    })
    .connect();
    assert_eq!(rig.two_buffers(&App::new()).unwrap(), Status::Ok);
}

/// The application reads the first band until the driver has filled the second one.
#[test]
fn one_buffer_is_filled_while_the_other_is_read() {
    let filled = Signal::new();
    let fill = Arc::clone(&filled);
    let rig = Driver::new(Tymed::Callback, move |_, context| {
        let _ = band(context, b"first")?;
        context.transfer_buffer.fill(b'x');
        fill.give();
        done(band(context, b"other")?)
    })
    .connect();
    let app = App::reacting(move |params| {
        if let Payload::Band(b"first") = params.payload {
            filled.wait();
            assert_eq!(params.payload, Payload::Band(b"first"));
        }
        None
    });
    assert_eq!(rig.two_buffers(&app).unwrap(), Status::Ok);
    assert_eq!(app.image(), b"firstother");
}

#[test]
fn the_transfer_returns_what_the_driver_returns() {
    for status in [Status::Ok, Status::Cancelled, Status::EndOfMedia] {
        let rig = Driver::new(Tymed::Callback, move |_, _| Ok(status)).connect();
        let app = App::new();
        assert_eq!(rig.bands(&app).unwrap(), status);
        app.log.expect(&["TERMINATION"]);
    }
    for kind in [
        ErrorKind::PaperJam,
        ErrorKind::CoverOpen,
        ErrorKind::General,
    ] {
        let rig = Driver::new(Tymed::Callback, move |_, _| Err(Error::new(kind, "so"))).connect();
        let app = App::new();
        assert_eq!(rig.bands(&app).unwrap_err().kind(), kind);
        app.log.expect(&["TERMINATION"]);
    }
}

#[test]
fn a_driver_that_crashes_fails_its_transfer_and_no_other() {
    let first = Mutex::new(true);
    let rig = Driver::new(Tymed::Callback, move |_, context| {
        let _ = band(context, b"data")?;
        assert!(!std::mem::take(&mut *first.lock().unwrap()), "a bug");
        Ok(Status::Ok)
    });
    let rig = rig.connect();
    let app = App::new();
    let e = rig.bands(&app).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::ExceptionInDriver);
    assert!(e.to_string().contains("a bug"), "{e}");
    let lines = app.log.lines();
    assert_eq!(lines.last().unwrap(), "TERMINATION");
    assert_eq!(rig.driver.log.lines().last().unwrap(), "unlock");
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
}

/// Each rule, and what the transfer's failure says of it.
#[test]
fn a_driver_that_breaks_a_rule_fails_with_the_rule() {
    type Fault = fn(&mut transfer::TransferContext) -> wia::Result<Answer>;
    let faults: [(&str, Fault); 11] = [
        ("DATA_HEADER", |c| send(c, DataMessage::DataHeader, 0, 0, 0)),
        ("TERMINATION", |c| {
            send(c, DataMessage::Termination, 0, 0, 0)
        }),
        ("memory transfer", |c| {
            send(c, DataMessage::FilePreviewData, 0, 0, 4)
        }),
        ("memory transfer", |c| {
            send(c, DataMessage::FilePreviewDataHeader, 0, 0, 4)
        }),
        ("4097 bytes", |c| send(c, DataMessage::Data, 0, 0, 4097)),
        ("-1 bytes", |c| send(c, DataMessage::Data, 0, 0, -1)),
        ("offset -4", |c| send(c, DataMessage::Data, 0, -4, 4)),
        ("without the transfer context", |c| {
            let callback = c.data_callback.clone().unwrap();
            callback.mini_drv_callback(
                DataMessage::Data,
                TransferStatus::TRANSFER_TO_CLIENT,
                0,
                0,
                4,
                None,
            )
        }),
        ("belongs to the service", |c| {
            c.buffer_size += 1;
            band(c, b"data")
        }),
        ("belongs to the service", |c| {
            c.active_buffer = 2;
            status(c, 0)
        }),
        ("buffer of its own", |c| {
            c.transfer_buffer.driver_memory().resize(64, 0);
            band(c, b"data")
        }),
    ];
    for (rule, fault) in faults {
        let rig = Driver::new(Tymed::Callback, move |_, context| {
            // What the driver says of it does not count.
            drop(fault(context));
            Ok(Status::Ok)
        })
        .connect();
        let app = App::new();
        let e = rig.bands(&app).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse, "{rule}");
        assert!(e.to_string().contains(rule), "{e}");
        assert_eq!(app.log.lines().last().unwrap(), "TERMINATION", "{rule}");
        // The service goes on.
        assert!(rig.bands(&App::new()).is_err(), "{rule}");
    }
}

#[test]
fn the_callback_is_released_when_the_transfer_has_ended() {
    let rig = Driver::new(Tymed::Callback, |_, context| done(band(context, b"data")?)).connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    assert_eq!(Arc::strong_count(&app), 1);
}

/// Section 1.8: WIA uses four values, of which two are for bands.
#[test]
fn only_the_two_kinds_for_bands_are_taken() {
    let rig = Driver::new(Tymed::Callback, |_, _| Ok(Status::Ok)).connect();
    for (tymed, taken) in [
        (0, false),
        (1, false),
        (2, false),
        (4, false),
        (8, false),
        (16, false),
        (32, false),
        (64, false),
        (128, true),
        (256, false),
        (512, true),
    ] {
        rig.item.write(&[(WIA_IPA_TYMED, tymed.into())]).unwrap();
        let result = rig.bands(&App::new());
        assert_eq!(result.is_ok(), taken, "{tymed}");
        if let Err(e) = result {
            assert_eq!(e.kind(), ErrorKind::InvalidArgument);
            assert!(e.to_string().contains("WIA_IPA_TYMED"), "{e}");
        }
    }
}

#[test]
fn an_unknown_height_and_size_are_passed_on_as_0() {
    let rig = Driver::new(Tymed::Callback, |item, context| {
        assert_eq!((context.lines, context.item_size), (0, 0));
        get_image_information(item, ImageInformationFlags::empty(), context)?;
        assert_eq!((context.item_size, context.image_size), (0, 0));
        assert_eq!(context.transfer_buffer[8..12], [0; 4], "biHeight");
        done(band(context, b"data")?)
    })
    .set(WIA_IPA_NUMBER_OF_LINES, 0)
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    assert_eq!(app.log.lines()[0], "DATA_HEADER 0 bytes, page 0");
}

#[test]
fn what_the_item_size_says_is_in_the_context() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        assert_eq!(context.item_size, 12345);
        Ok(Status::Ok)
    })
    .set(WIA_IPA_ITEM_SIZE, 12345)
    .connect();
    assert_eq!(rig.bands(&App::new()).unwrap(), Status::Ok);
}

/// Section 1.7: what is outside of `IT_STATUS_MASK` is an `HRESULT`, which the service does not touch.
#[test]
fn a_status_outside_of_the_mask_is_forwarded() {
    let jam = 0x8021_0002_u32.cast_signed();
    let rig = Driver::new(Tymed::Callback, move |_, context| {
        let callback = context.data_callback.clone().unwrap();
        let status = TransferStatus::from_bits_retain(jam);
        done(callback.mini_drv_callback(DataMessage::Status, status, 0, 0, 0, None)?)
    })
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    app.log
        .expect(&[&format!("STATUS 0% {jam}"), "TERMINATION"]);
}

/// Section 3.3: the header goes first with a height of 0, and again at offset 0 when the height is known.
#[test]
fn a_height_that_is_known_late_is_in_the_header_at_the_end() {
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let mut provisional = HEADER;
        provisional[8] = 0;
        let _ = band(context, &provisional)?;
        for line in 1..=3 {
            let _ = band(context, &[line; 8])?;
        }
        context.offset = 0;
        done(band(context, &HEADER)?)
    })
    .set(WIA_IPA_NUMBER_OF_LINES, 0)
    .connect();
    let app = App::new();
    assert_eq!(rig.bands(&app).unwrap(), Status::Ok);
    let lines = [[1; 8], [2; 8], [3; 8]].concat();
    assert_eq!(app.image(), [&HEADER[..], &lines].concat());
}
