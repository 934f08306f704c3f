//! Conversions and moves of rows against pixel-by-pixel references.

use proptest::prelude::*;
use quire_raster::{Converter, PixelType, pack};

const TYPES: [PixelType; 6] = [
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

fn pixel_type() -> impl Strategy<Value = PixelType> {
    prop::sample::select(&TYPES[..])
}

/// The samples of a row, as they are.
fn samples(pixel: PixelType, row: &[u8], width: u32) -> Vec<u32> {
    let bits = pixel.bits_per_channel() as usize;
    (0..(width * pixel.channels()) as usize)
        .map(|i| match bits {
            8 => row[i].into(),
            16 => u16::from_le_bytes([row[2 * i], row[2 * i + 1]]).into(),
            _ => (u32::from(row[i * bits / 8]) >> (8 - bits - i * bits % 8)) & ((1 << bits) - 1),
        })
        .collect()
}

/// What a row has to become, written down the long way.
fn reference(from: PixelType, to: PixelType, row: &[u8], width: u32, threshold: u8) -> Vec<u32> {
    let white = |p: PixelType| (1u64 << p.bits_per_channel()) - 1;
    let depth = |v: u32, from: u64, to: u64| ((u64::from(v) * to * 2 + from) / (from * 2)) as u32;
    let source = samples(from, row, width);
    // Grey is made at the larger of both depths.
    let (mut pixels, mut scale): (Vec<Vec<u32>>, u64) = (
        source
            .chunks(from.channels() as usize)
            .map(<[u32]>::to_vec)
            .collect(),
        white(from),
    );
    if white(to) > scale {
        for v in pixels.iter_mut().flatten() {
            *v = depth(*v, scale, white(to));
        }
        scale = white(to);
    }
    if from.channels() == 3 && to.channels() == 1 {
        for p in &mut pixels {
            *p = vec![(77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8];
        }
    }
    if to == PixelType::Bw1 && from != PixelType::Bw1 {
        return pixels
            .iter()
            .map(|p| u32::from(depth(p[0], scale, 255) >= threshold.into()))
            .collect();
    }
    // 16 bits go down by way of 8.
    if scale == 65535 && white(to) < 255 {
        for v in pixels.iter_mut().flatten() {
            *v = depth(*v, 65535, 255);
        }
        scale = 255;
    }
    let repeat = (to.channels() as usize) / pixels.first().map_or(1, Vec::len);
    pixels
        .iter()
        .flat_map(|p| p.repeat(repeat))
        .map(|v| depth(v, scale, white(to)))
        .collect()
}

proptest! {
    #[test]
    fn every_conversion_agrees_with_the_reference(
        from in pixel_type(), to in pixel_type(), width in 1u32..1300, threshold: u8, seed: u64,
    ) {
        let src = noise(seed, from.row_bytes(width));
        let mut dst = vec![0x5A; to.row_bytes(width) + 3];
        Converter::new(from, to, width, threshold).convert_row(&src, &mut dst);
        prop_assert_eq!(&dst[dst.len() - 3..], [0x5A; 3]);
        prop_assert_eq!(
            samples(to, &dst, width),
            reference(from, to, &src, width, threshold),
            "{:?} to {:?}", from, to
        );
        let mut cleared = dst.clone();
        pack::clear_unused_bits(to, &mut cleared, width);
        prop_assert_eq!(cleared, dst);
    }

    #[test]
    fn short_slices_are_served_as_far_as_they_reach(
        from in pixel_type(), to in pixel_type(), width in 0u32..700,
        src in 0usize..4000, dst in 0usize..4000,
    ) {
        Converter::new(from, to, width, 128).convert_row(&vec![1; src], &mut vec![0; dst]);
        pack::copy_pixels(from, &vec![1; src], dst / 3, &mut vec![0; dst], src / 3, width as usize);
        pack::crop_row(from, &vec![1; src], dst, &mut vec![0; dst / 4], width);
        pack::swap_red_blue(from, &mut vec![1; src]);
        pack::copy_rows(&vec![0; src], width as usize, &mut vec![0; dst], src / 7, dst / 9);
    }

    #[test]
    fn pixels_move_to_any_offset(
        pixel in pixel_type(), src_x in 0usize..70, dst_x in 0usize..70, count in 0usize..200,
        seed: u64,
    ) {
        let width = 300;
        let src = noise(seed, pixel.row_bytes(width));
        let mut dst = noise(!seed, pixel.row_bytes(width));
        let channels = pixel.channels() as usize;
        let from = samples(pixel, &src, width);
        let mut expected = samples(pixel, &dst, width);
        expected[dst_x * channels..(dst_x + count) * channels]
            .copy_from_slice(&from[src_x * channels..(src_x + count) * channels]);
        pack::copy_pixels(pixel, &src, src_x, &mut dst, dst_x, count);
        prop_assert_eq!(samples(pixel, &dst, width), expected);
    }
}

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed | 1;
    (0..bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

#[test]
fn a_threshold_of_zero_is_white_and_the_threshold_itself_is_white() {
    let row = [0, 127, 128, 255, 0, 0, 0, 0, 128];
    let to_bw = |threshold| {
        let mut dst = [0xFF; 2];
        Converter::new(PixelType::Gray8, PixelType::Bw1, 9, threshold).convert_row(&row, &mut dst);
        dst
    };
    assert_eq!(to_bw(128), [0b0011_0000, 0b1000_0000]);
    assert_eq!(to_bw(0), [0xFF, 0b1000_0000]);
    assert_eq!(to_bw(255), [0b0001_0000, 0]);
}

#[test]
fn rows_are_padded_and_unpadded() {
    let rows = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    let mut padded = [0xEE; 12];
    assert_eq!(pack::copy_rows(&rows, 3, &mut padded, 4, 3), 3);
    assert_eq!(padded, [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0]);
    let mut back = [0; 9];
    assert_eq!(pack::copy_rows(&padded[..11], 4, &mut back, 3, 3), 3);
    assert_eq!(back, rows);
    assert_eq!(pack::copy_rows(&rows, 3, &mut [0; 7], 4, 3), 2);
}

#[test]
fn channels_and_bytes_change_places() {
    let mut row = [1, 2, 3, 4, 5, 6];
    pack::swap_red_blue(PixelType::Rgb8, &mut row);
    assert_eq!(row, [3, 2, 1, 6, 5, 4]);
    pack::swap_red_blue(PixelType::Rgb16, &mut row);
    assert_eq!(row, [5, 4, 1, 6, 3, 2]);
    pack::swap_red_blue(PixelType::Gray8, &mut row);
    assert_eq!(row, [5, 4, 1, 6, 3, 2]);
    pack::swap_sample_bytes(&mut row);
    assert_eq!(row, [4, 5, 6, 1, 2, 3]);
    pack::invert(&mut row);
    assert_eq!(row, [251, 250, 249, 254, 253, 252]);
}
