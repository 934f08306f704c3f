//! The buffer size rules: section 1.6 of the transfer's documentation.

use std::sync::{Arc, Mutex};

use crate::data::scripted::*;
use quire_service::{DataTransferInfo, ExtendedTransferInfo};
use wia::format::{WIA_IMG_FMT_BMP, WIA_IMG_FMT_RAWRGB, WIA_IMG_FMT_TIFF};
use wia::property::{
    WIA_IPA_BUFFER_SIZE, WIA_IPA_DEPTH, WIA_IPA_FORMAT, WIA_IPA_ITEM_SIZE, WIA_IPA_MIN_BUFFER_SIZE,
    WIA_IPA_NUMBER_OF_LINES, WIA_IPA_PIXELS_PER_LINE,
};
use wia::{ErrorKind, PropertyId, Result, Status, Tymed};

/// `lBufferSize` and `lNumBuffers` of a banded transfer of such an item.
fn transfer(properties: &[(PropertyId, i32)], info: DataTransferInfo) -> Result<(i32, i32)> {
    let seen = Arc::new(Mutex::new((0, 0)));
    let note = Arc::clone(&seen);
    let mut driver = Driver::new(Tymed::Callback, move |_, context| {
        let length = i32::try_from(context.transfer_buffer.len()).unwrap();
        assert_eq!(context.buffer_size, length, "all of it can be used");
        *note.lock().unwrap() = (context.buffer_size, context.number_of_buffers);
        Ok(Status::Ok)
    })
    .without(WIA_IPA_BUFFER_SIZE);
    for (id, value) in properties {
        driver = driver.set(*id, *value);
    }
    let rig = driver.connect();
    assert_eq!(rig.bands_with(info, &App::new())?, Status::Ok);
    let seen = *seen.lock().unwrap();
    Ok(seen)
}

fn asking(buffer_size: u32, double_buffer: bool) -> DataTransferInfo {
    DataTransferInfo {
        section: None,
        buffer_size,
        double_buffer,
    }
}

fn in_section(length: usize, buffer_size: u32, double_buffer: bool) -> DataTransferInfo {
    DataTransferInfo {
        section: Some(bands::Section::create(length).unwrap()),
        ..asking(buffer_size, double_buffer)
    }
}

#[test]
fn buffer_size_and_min_buffer_size_are_one_property() {
    assert_eq!(WIA_IPA_BUFFER_SIZE, WIA_IPA_MIN_BUFFER_SIZE);
    assert_eq!(WIA_IPA_BUFFER_SIZE, PropertyId(4118));
}

#[test]
fn a_smaller_request_is_raised_and_a_larger_one_granted() {
    let device = [(WIA_IPA_BUFFER_SIZE, 4096)];
    for (asked, effective) in [
        (1, 4096),
        (4095, 4096),
        (4096, 4096),
        (4097, 4097),
        // More than the advice of the extended information is harmless.
        (1_000_000, 1_000_000),
    ] {
        let size = transfer(&device, asking(asked, false)).unwrap();
        assert_eq!(size, (effective, 1), "{asked}");
    }
}

#[test]
fn a_request_of_0_is_the_devices_size() {
    let device = [(WIA_IPA_BUFFER_SIZE, 4096)];
    assert_eq!(transfer(&device, asking(0, false)).unwrap(), (4096, 1));
    assert_eq!(transfer(&device, asking(0, true)).unwrap(), (4096, 2));
}

#[test]
fn without_a_size_of_the_device_it_is_64_kib() {
    for device in [&[][..], &[(WIA_IPA_BUFFER_SIZE, 0)]] {
        assert_eq!(transfer(device, asking(0, false)).unwrap(), (65_536, 1));
        assert_eq!(transfer(device, asking(100, true)).unwrap(), (65_536, 2));
    }
}

#[test]
fn with_two_buffers_each_is_half_of_what_was_asked_or_the_devices_size() {
    let device = [(WIA_IPA_BUFFER_SIZE, 4096)];
    for (asked, half) in [
        (4096, 4096),
        (8192, 4096),
        (8199, 4096),
        (8200, 4100),
        // Rounded down to a multiple of 4.
        (8206, 4100),
        (8207, 4100),
        (8208, 4104),
    ] {
        let size = transfer(&device, asking(asked, true)).unwrap();
        assert_eq!(size, (half, 2), "{asked}");
    }
}

#[test]
fn a_header_and_a_line_always_fit() {
    let small = (WIA_IPA_BUFFER_SIZE, 1);
    // MEMORYBMP: 40 and a palette; lines are padded to four bytes.
    for (width, depth, bytes) in [(2, 24, 48), (17, 8, 1084), (17, 1, 52), (33, 1, 56)] {
        let device = [
            small,
            (WIA_IPA_PIXELS_PER_LINE, width),
            (WIA_IPA_DEPTH, depth),
        ];
        for double in [false, true] {
            let count = if double { 2 } else { 1 };
            let size = transfer(&device, asking(0, double)).unwrap();
            assert_eq!(size, (bytes, count), "{width} pixels of {depth} bits");
        }
    }
}

#[test]
fn the_line_is_padded_also_where_the_format_does_not() {
    for (format, bytes) in [
        (WIA_IMG_FMT_TIFF, 52),
        (WIA_IMG_FMT_RAWRGB, 52),
        (WIA_IMG_FMT_BMP, 54 + 52),
    ] {
        let rig = Driver::new(Tymed::Callback, move |_, context| {
            assert_eq!(context.buffer_size, bytes);
            Ok(Status::Ok)
        })
        .set(WIA_IPA_BUFFER_SIZE, 1)
        .set(WIA_IPA_FORMAT, format)
        .set(WIA_IPA_PIXELS_PER_LINE, 17);
        let result = rig.connect().bands(&App::new());
        assert_eq!(result.unwrap(), Status::Ok);
    }
}

#[test]
fn bands_are_whole_lines() {
    // A driver's own sum, from what the service says: lines = lBufferSize / cbWidthInBytes.
    let rig = Driver::new(Tymed::Callback, |item, context| {
        let flags = minidriver::service_library::ImageInformationFlags::empty();
        minidriver::service_library::get_image_information(item, flags, context)?;
        assert_eq!(context.width_in_bytes, 308);
        assert_eq!(context.buffer_size / context.width_in_bytes, 13);
        Ok(Status::Ok)
    })
    .set(WIA_IPA_PIXELS_PER_LINE, 102);
    let result = rig.connect().bands(&App::new());
    assert_eq!(result.unwrap(), Status::Ok);
}

#[test]
fn an_image_of_more_than_2_gib_is_refused() {
    let device = [
        (WIA_IPA_PIXELS_PER_LINE, 30_000),
        (WIA_IPA_NUMBER_OF_LINES, 30_000),
    ];
    let e = transfer(&device, asking(0, false)).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_band_of_more_than_a_long_says_is_refused() {
    let device = [(WIA_IPA_BUFFER_SIZE, 4096)];
    let e = transfer(&device, asking(0x8000_0000, false)).unwrap_err();
    assert!(
        matches!(
            e.kind(),
            ErrorKind::InvalidArgument | ErrorKind::OutOfMemory
        ),
        "{e}"
    );
}

#[test]
fn a_section_is_the_buffer_and_is_not_enlarged() {
    let device = [(WIA_IPA_BUFFER_SIZE, 4096)];
    for (length, asked, double, effective) in [
        (4096, 4096, false, Some((4096, 1))),
        (10_000, 5000, false, Some((5000, 1))),
        (10_000, 10_000, false, Some((10_000, 1))),
        (8192, 8192, true, Some((4096, 2))),
        (8207, 8207, true, Some((4100, 2))),
        // Too small for a band, or for two.
        (4096, 4095, false, None),
        (4096, 0, false, None),
        (8192, 8191, true, None),
        (4096, 4096, true, None),
        // More than it has.
        (4096, 4097, false, None),
        (10_000, u32::MAX, true, None),
    ] {
        let info = in_section(length, asked, double);
        match (transfer(&device, info), effective) {
            (Ok(size), Some(effective)) => assert_eq!(size, effective, "{length} {asked}"),
            (Err(e), None) => {
                assert_eq!(e.kind(), ErrorKind::InvalidArgument);
                assert!(e.to_string().contains("ulBufferSize"), "{e}");
            }
            (result, _) => panic!("{length} {asked} {double}: {result:?}"),
        }
    }
}

/// The application reads the bands where they lie, through a mapping of its own.
#[test]
fn bands_lie_in_the_applications_section() {
    let section = bands::Section::create(8192).unwrap();
    let view = section.view().unwrap();
    let rig = Driver::new(Tymed::Callback, |_, context| {
        let _ = band(context, b"one")?;
        done(band(context, b"two")?)
    })
    .connect();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let app = App::reacting(move |params| {
        if params.message == wia::DataMessage::Data {
            let halves = [&view[..3], &view[4096..4099]];
            note.lock().unwrap().push(halves.map(<[u8]>::to_vec));
        }
        None
    });
    let info = DataTransferInfo {
        section: Some(section),
        ..asking(8192, true)
    };
    assert_eq!(rig.bands_with(info, &app).unwrap(), Status::Ok);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0][0], b"one");
    assert_eq!(seen[1], [b"one".to_vec(), b"two".to_vec()]);
}

#[test]
fn the_extended_information() {
    for (buffer_size, item_size, expected) in [
        (Some(4096), 0, [4096, 4096, 16_384]),
        (Some(4096), 100_000, [4096, 4096, 100_000]),
        // Never less than the smallest.
        (Some(4096), 100, [4096, 4096, 4096]),
        (Some(0), 0, [65_536, 65_536, 262_144]),
        (None, 0, [65_536, 65_536, 262_144]),
        (Some(i32::MAX), 0, [0x7FFF_FFFF, 0x7FFF_FFFF, u32::MAX]),
    ] {
        let mut driver = Driver::new(Tymed::Callback, |_, _| Ok(Status::Ok))
            .without(WIA_IPA_BUFFER_SIZE)
            .set(WIA_IPA_ITEM_SIZE, item_size);
        if let Some(size) = buffer_size {
            driver = driver.set(WIA_IPA_BUFFER_SIZE, size);
        }
        let [min_buffer_size, optimal_buffer_size, max_buffer_size] = expected;
        assert_eq!(
            driver.connect().transfer.extended_transfer_info(),
            ExtendedTransferInfo {
                min_buffer_size,
                optimal_buffer_size,
                max_buffer_size,
            }
        );
    }
}
