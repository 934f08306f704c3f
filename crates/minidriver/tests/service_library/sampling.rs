//! `wiasDownSampleBuffer`.

use proptest::prelude::*;
use wia::ErrorKind;

use crate::minidriver::service_library::*;
use crate::rig::refused;

/// An image whose result has a size that is asked for.
fn sized(bits: u32, from: (u32, u32), to: (u32, u32)) -> DownSampleInfo {
    DownSampleInfo {
        original_width: from.0,
        original_height: from.1,
        bits_per_pixel: bits,
        x_res: 0,
        y_res: 0,
        down_sampled_width: to.0,
        down_sampled_height: to.1,
    }
}

/// An image whose result has the size of its resolution.
fn chosen(bits: u32, from: (u32, u32), dpi: (u32, u32)) -> DownSampleInfo {
    DownSampleInfo {
        x_res: dpi.0,
        y_res: dpi.1,
        ..sized(bits, from, (0, 0))
    }
}

fn size(width: u32, height: u32, bytes: usize) -> DownSampledSize {
    DownSampledSize {
        width,
        height,
        bytes,
    }
}

#[test]
fn sizes_only() {
    for (info, expected) in [
        // The documentation's example: 600 dpi come down to 50.
        (
            chosen(24, (5100, 6600), (600, 600)),
            size(425, 550, 701_800),
        ),
        (chosen(8, (5100, 6600), (600, 600)), size(425, 550, 235_400)),
        (chosen(1, (5100, 6600), (600, 600)), size(425, 550, 30_800)),
        // Each direction by its own resolution; what is not a multiple of 50 is cut down.
        (chosen(8, (100, 100), (100, 250)), size(50, 20, 1040)),
        (chosen(8, (100, 100), (149, 299)), size(50, 20, 1040)),
        // From 99 dpi downwards nothing becomes smaller.
        (chosen(8, (100, 99), (99, 50)), size(100, 99, 9900)),
        (chosen(8, (100, 99), (1, 49)), size(100, 99, 9900)),
        // Rest columns are shared out; there is one column at least.
        (chosen(8, (25, 12), (600, 600)), size(2, 1, 4)),
        (chosen(8, (5, 12), (600, 600)), size(1, 1, 4)),
        // Asked for, in one direction or both; then the resolution does not matter.
        (sized(24, (30, 30), (7, 10)), size(7, 10, 240)),
        (sized(1, (33, 4), (33, 4)), size(33, 4, 32)),
        (
            DownSampleInfo {
                y_res: 100,
                ..sized(8, (30, 30), (7, 0))
            },
            size(7, 15, 120),
        ),
        (
            DownSampleInfo {
                x_res: 100,
                ..sized(8, (30, 30), (0, 6))
            },
            size(15, 6, 96),
        ),
    ] {
        assert_eq!(down_sampled_size(&info).unwrap(), expected, "{info:?}");
    }
}

#[test]
fn what_cannot_be_sampled() {
    for info in [
        sized(0, (4, 4), (2, 2)),
        sized(4, (4, 4), (2, 2)),
        sized(16, (4, 4), (2, 2)),
        sized(48, (4, 4), (2, 2)),
        sized(8, (0, 4), (0, 2)),
        sized(8, (4, 0), (2, 0)),
        // A resolution where it is needed.
        sized(8, (4, 4), (0, 4)),
        sized(8, (4, 4), (4, 0)),
        chosen(8, (4, 4), (0, 300)),
        chosen(8, (4, 4), (300, 0)),
    ] {
        refused(down_sampled_size(&info));
        refused(down_sample_to_vec(&info, &[0; 1000]));
    }
}

#[test]
fn nothing_becomes_larger() {
    for to in [(5, 4), (4, 5), (4, 8), (5, 0), (u32::MAX, u32::MAX)] {
        let info = DownSampleInfo {
            y_res: 50,
            ..sized(8, (4, 4), to)
        };
        let message = refused(down_sampled_size(&info));
        assert!(message.contains("more than the image has"), "{message}");
    }
}

#[test]
fn lines_that_are_no_multiple_of_the_factor_are_refused() {
    for (lines, dpi) in [(13, 600), (11, 600), (1, 600), (7, 100), (14, 150)] {
        let info = chosen(8, (8, lines), (50, dpi));
        let message = refused(down_sampled_size(&info));
        let factor = format!("multiples of {}", dpi / 50);
        assert!(message.ends_with(&factor), "{message}");
        refused(down_sample_to_vec(&info, &[0; 1000]));
    }
    for lines in [12, 24, 36] {
        down_sampled_size(&chosen(8, (8, lines), (50, 600))).unwrap();
    }
    // The same for a height that is asked for.
    refused(down_sampled_size(&sized(8, (8, 10), (8, 3))));
    down_sampled_size(&sized(8, (8, 9), (8, 3))).unwrap();
}

#[test]
fn grey_is_averaged() {
    // Lines of 5 pixels, padded to 8 bytes; the padding must not count.
    #[rustfmt::skip]
    let source = [
        10, 20, 30, 40, 50, 99, 99, 99,
        11, 21, 31, 41, 51, 99, 99, 99,
        0, 0, 0, 255, 255, 99, 99, 99,
        0, 0, 1, 255, 255, 99, 99, 99,
    ];
    let (got, pixels) = down_sample_to_vec(&sized(8, (5, 4), (2, 2)), &source).unwrap();
    assert_eq!(got, size(2, 2, 8));
    // 15.5 and 40.5 are rounded up; 1020 / 6 and 1021 / 6 stay 170.
    #[rustfmt::skip]
    let expected = [
        16, 41, 0, 0,
        0, 170, 0, 0,
    ];
    assert_eq!(pixels, expected);
}

#[test]
fn colour_is_averaged_channel_by_channel() {
    // Two lines of 3 pixels, padded to 12 bytes.
    #[rustfmt::skip]
    let source = [
        0, 100, 200, 10, 110, 210, 90, 80, 70, 99, 99, 99,
        0, 100, 200, 10, 110, 210, 91, 81, 71, 99, 99, 99,
    ];
    let (got, pixels) = down_sample_to_vec(&sized(24, (3, 2), (1, 1)), &source).unwrap();
    assert_eq!((got, pixels), (size(1, 1, 4), vec![34, 97, 160, 0]));
    let (got, pixels) = down_sample_to_vec(&sized(24, (3, 2), (2, 1)), &source).unwrap();
    let expected = vec![0, 100, 200, 50, 95, 140, 0, 0];
    assert_eq!((got, pixels), (size(2, 1, 8), expected));
}

#[test]
fn of_black_and_white_the_middle_pixel_is_taken() {
    // 9 columns in groups of 3: columns 1, 4 and 7 of line 1 decide.
    #[rustfmt::skip]
    let source = [
        0b1111_1111, 0b1000_0000, 0, 0,
        0b0100_0001, 0b0000_0000, 0, 0,
        0b1111_1111, 0b1000_0000, 0, 0,
    ];
    let (got, pixels) = down_sample_to_vec(&sized(1, (9, 3), (3, 1)), &source).unwrap();
    assert_eq!((got, pixels), (size(3, 1, 4), vec![0b1010_0000, 0, 0, 0]));
}

#[test]
fn an_image_that_stays_as_large_stays_as_it_is() {
    let source: Vec<u8> = (0..16).map(|v| v * 15).collect();
    for (bits, width) in [(1, 32), (8, 4)] {
        let (got, pixels) =
            down_sample_to_vec(&sized(bits, (width, 4), (width, 4)), &source).unwrap();
        assert_eq!((got.bytes, &pixels), (16, &source));
    }
}

#[test]
fn a_source_that_is_too_short_is_refused() {
    // Three lines of 5 pixels of 24 bits: 16 bytes each.
    let info = sized(24, (5, 3), (1, 1));
    for bytes in [0, 1, 45, 47] {
        let message = refused(down_sample_to_vec(&info, &vec![0; bytes]));
        assert!(message.contains("valid: 48 or more"), "{message}");
    }
    for bytes in [48, 100] {
        down_sample_to_vec(&info, &vec![0; bytes]).unwrap();
    }
}

#[test]
fn a_destination_that_is_too_short_is_refused() {
    let info = sized(8, (10, 4), (5, 2));
    let source = [7; 48];
    for bytes in [0, 10, 15] {
        let mut destination = vec![0xEE; bytes];
        let message = refused(down_sample_buffer(&info, &source, &mut destination));
        assert!(message.contains("valid: 16 or more"), "{message}");
        assert_eq!(destination, vec![0xEE; bytes]);
    }
}

#[test]
fn a_destination_of_the_caller_may_be_longer() {
    let info = sized(8, (10, 4), (5, 2));
    let mut destination = [0xEE; 20];
    let got = down_sample_buffer(&info, &[7; 48], &mut destination).unwrap();
    assert_eq!(got.bytes, 16);
    #[rustfmt::skip]
    let expected = [
        7, 7, 7, 7, 7, 0, 0, 0,
        7, 7, 7, 7, 7, 0, 0, 0,
        0xEE, 0xEE, 0xEE, 0xEE,
    ];
    assert_eq!(destination, expected);
}

#[test]
fn huge_numbers_are_refused_without_harm() {
    let huge = sized(24, (u32::MAX, u32::MAX), (u32::MAX, u32::MAX));
    let kind = down_sampled_size(&huge).map(|_| ()).unwrap_err().kind();
    assert!(matches!(
        kind,
        ErrorKind::OutOfMemory | ErrorKind::InvalidArgument
    ));
    assert!(down_sample_to_vec(&huge, &[0; 10]).is_err());
    let tall = sized(1, (1, u32::MAX), (1, u32::MAX));
    refused(down_sample_to_vec(&tall, &[0; 10]));
}

proptest! {
    #[test]
    fn an_image_of_one_colour_keeps_it(
        (bits, colour) in prop_oneof![
            any::<bool>().prop_map(|b| (1, [if b { 0xFF } else { 0 }; 3])),
            any::<u8>().prop_map(|v| (8, [v; 3])),
            any::<[u8; 3]>().prop_map(|v| (24, v)),
        ],
        width in 1_u32..60,
        height in 1_u32..6,
        factor in 1_u32..6,
        narrow in 1_u32..60,
    ) {
        let from = (width, height * factor);
        let to = (narrow.min(width), height);
        let channels = if bits == 24 { 3 } else { 1 };
        let bytes = (width * bits).div_ceil(8) as usize;
        let stride = bytes.next_multiple_of(4);
        let mut source = vec![0x55; stride * from.1 as usize];
        for line in source.chunks_exact_mut(stride) {
            for (i, b) in line[..bytes].iter_mut().enumerate() {
                *b = colour[i % channels];
            }
        }
        let (got, pixels) = down_sample_to_vec(&sized(bits, from, to), &source).unwrap();
        prop_assert_eq!((got.width, got.height), to);
        let used = to.0 * bits;
        for line in pixels.chunks_exact(pixels.len() / height as usize) {
            for (i, b) in line.iter().enumerate() {
                let left = used.saturating_sub(8 * i as u32).min(8);
                let mask = !(0xFF_u32 >> left) as u8;
                prop_assert_eq!(*b, colour[i % channels] & mask);
            }
        }
    }

    #[test]
    fn an_average_lies_between_the_extremes(
        width in 1_u32..40,
        height in 1_u32..5,
        factor in 1_u32..5,
        narrow in 1_u32..40,
        seed in any::<u64>(),
    ) {
        let from = (width, height * factor);
        let stride = width.next_multiple_of(4) as usize;
        let mut state = seed;
        let source: Vec<u8> = (0..stride * from.1 as usize)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                64 + (state >> 58) as u8
            })
            .collect();
        let to = (narrow.min(width), height);
        let (got, pixels) = down_sample_to_vec(&sized(8, from, to), &source).unwrap();
        for line in pixels.chunks_exact(got.bytes / height as usize) {
            let (used, padding) = line.split_at(to.0 as usize);
            prop_assert!(used.iter().all(|v| (64..128).contains(v)), "{:?}", used);
            prop_assert!(padding.iter().all(|v| *v == 0));
        }
    }
}
