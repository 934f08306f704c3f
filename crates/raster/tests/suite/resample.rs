//! The area sampler against the plain formula.

use proptest::prelude::*;
use quire_raster::{Area, Converter, PixelType, Resampler, Scale, pack};

struct Picture {
    width: u32,
    height: u32,
    pixel: PixelType,
    bytes: Vec<u8>,
}

impl Picture {
    fn noise(width: u32, height: u32, pixel: PixelType, seed: u64) -> Picture {
        let mut state = seed | 1;
        let bytes = (0..pixel.row_bytes(width) * height as usize)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 24) as u8
            })
            .collect();
        Picture {
            width,
            height,
            pixel,
            bytes,
        }
    }

    fn row(&self, y: u32) -> &[u8] {
        let bytes = self.pixel.row_bytes(self.width);
        &self.bytes[y as usize * bytes..][..bytes]
    }

    /// Samples of a pixel; white beyond the picture.
    fn at(&self, x: u64, y: u64) -> Vec<u128> {
        let channels = self.pixel.channels() as usize;
        let wide = self.pixel.bits_per_channel() == 16;
        if x >= self.width.into() || y >= self.height.into() {
            return vec![if wide { 65535 } else { 255 }; channels];
        }
        let (row, x) = (self.row(y as u32), x as usize);
        (0..channels)
            .map(|c| match self.pixel {
                PixelType::Bw1 => u128::from(row[x / 8] >> (7 - x % 8) & 1) * 255,
                PixelType::Gray4 => u128::from(row[x / 2] >> (4 - x % 2 * 4) & 15) * 17,
                _ if wide => {
                    let i = 2 * (x * channels + c);
                    u16::from_le_bytes([row[i], row[i + 1]]).into()
                }
                _ => row[x * channels + c].into(),
            })
            .collect()
    }

    /// One output pixel: the sum over every source pixel of its covered part, divided at the end.
    fn sampled(&self, scale: (Scale, Scale), x: u64, y: u64) -> Vec<u128> {
        let covered = |p: u64, s: Scale, i: u64| {
            let (size, parts) = (u64::from(s.source()), u64::from(s.target()));
            let (from, to) = (
                (p * parts).max(i * size),
                ((p + 1) * parts).min((i + 1) * size),
            );
            u128::from(to.saturating_sub(from))
        };
        let range = |s: Scale, i: u64| {
            let (size, parts) = (u64::from(s.source()), u64::from(s.target()));
            i * size / parts..((i + 1) * size).div_ceil(parts)
        };
        let mut total = vec![0; self.pixel.channels() as usize];
        for row in range(scale.1, y) {
            for column in range(scale.0, x) {
                let weight = covered(row, scale.1, y) * covered(column, scale.0, x);
                for (t, v) in total.iter_mut().zip(self.at(column, row)) {
                    *t += v * weight;
                }
            }
        }
        let all = u128::from(scale.0.source()) * u128::from(scale.1.source());
        total.iter().map(|t| (2 * t + all) / (2 * all)).collect()
    }

    fn resample(&self, scale: (Scale, Scale), area: Area) -> (PixelType, Vec<Vec<u8>>) {
        let mut sampler =
            Resampler::new((self.width, self.height), self.pixel, scale, area).unwrap();
        let mut asked = None;
        let mut rows = Vec::new();
        loop {
            let mut row = vec![0x5A; sampler.row_bytes()];
            let more = sampler
                .next_row(&mut row, |y, row| {
                    assert!(asked < Some(y), "row {y} asked again or backwards");
                    asked = Some(y);
                    row.copy_from_slice(self.row(y));
                    Ok(())
                })
                .unwrap();
            if !more {
                break;
            }
            rows.push(row);
        }
        assert_eq!(rows.len(), area.height as usize);
        assert_eq!(sampler.rows_left(), 0);
        (sampler.pixel(), rows)
    }
}

fn values(pixel: PixelType, row: &[u8]) -> Vec<u128> {
    if pixel.bits_per_channel() == 16 {
        row.as_chunks::<2>()
            .0
            .iter()
            .map(|p| u16::from_le_bytes(*p).into())
            .collect()
    } else {
        row.iter().map(|v| (*v).into()).collect()
    }
}

const TYPES: [PixelType; 6] = [
    PixelType::Bw1,
    PixelType::Gray4,
    PixelType::Gray8,
    PixelType::Gray16,
    PixelType::Rgb8,
    PixelType::Rgb16,
];

fn resolutions() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![
        prop::sample::select(vec![
            (300.0, 150.0),
            (150.0, 300.0),
            (300.0, 75.0),
            (300.0, 200.0)
        ]),
        (20u32..600, 20u32..600).prop_map(|(a, b)| (a.into(), b.into())),
        (20.0..600.0f64, 20.0..600.0f64),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn agrees_with_the_plain_formula(
        pixel in prop::sample::select(&TYPES[..]),
        (width, height) in (1u32..40, 1u32..40),
        (x_dpi, y_dpi) in (resolutions(), resolutions()),
        area in (0u32..30, 0u32..30, 1u32..40, 1u32..40),
        seed: u64,
    ) {
        let picture = Picture::noise(width, height, pixel, seed);
        let scale = (
            Scale::between(x_dpi.0, x_dpi.1).unwrap(),
            Scale::between(y_dpi.0, y_dpi.1).unwrap(),
        );
        prop_assume!(!(scale.0.is_one() && scale.1.is_one()));
        let area = Area::new(area.0, area.1, area.2, area.3);
        let (sampled, rows) = picture.resample(scale, area);
        for (y, row) in (u64::from(area.y)..).zip(&rows) {
            let expected: Vec<u128> = (u64::from(area.x)..area.right())
                .flat_map(|x| picture.sampled(scale, x, y))
                .collect();
            prop_assert_eq!(values(sampled, row), expected, "row {}", y);
        }
    }

    #[test]
    fn scale_one_copies_bit_by_bit(
        pixel in prop::sample::select(&TYPES[..]),
        (width, height) in (1u32..70, 1u32..20),
        area in (0u32..80, 0u32..25, 1u32..90, 1u32..30),
        seed: u64,
    ) {
        let picture = Picture::noise(width, height, pixel, seed);
        let area = Area::new(area.0, area.1, area.2, area.3);
        let (copied, rows) = picture.resample((Scale::ONE, Scale::ONE), area);
        prop_assert_eq!(copied, pixel);
        for (y, row) in (area.y..).zip(&rows) {
            // White, with the row laid over it.
            let all = Area::of_size(width.max(area.x + area.width), 1);
            let mut paper = vec![0xFF; pixel.row_bytes(all.width)];
            if y < height {
                pack::copy_pixels(pixel, picture.row(y), 0, &mut paper, 0, width as usize);
            }
            let mut expected = vec![0; pixel.row_bytes(area.width)];
            pack::crop_row(pixel, &paper, area.x as usize, &mut expected, area.width);
            prop_assert_eq!(row, &expected, "row {}", y);
        }
    }

    /// Where the boxes tile the source, the mean of the output is the mean of the source, but for the
    /// rounding of each pixel.
    #[test]
    fn the_mean_is_kept(
        pixel in prop::sample::select(vec![PixelType::Gray8, PixelType::Gray16]),
        (a, b) in (1u32..12, 1u32..12), (across, down) in (1u32..6, 1u32..6), seed: u64,
    ) {
        let scale = Scale::between(a.into(), b.into()).unwrap();
        prop_assume!(!scale.is_one());
        let picture = Picture::noise(scale.source() * across, scale.source() * down, pixel, seed);
        let area = Area::of_size(scale.target() * across, scale.target() * down);
        let (_, rows) = picture.resample((scale, scale), area);
        let mean = |values: Vec<u128>| values.iter().sum::<u128>() as f64 / values.len() as f64;
        let before = mean(values(pixel, &picture.bytes));
        let after = mean(values(pixel, &rows.concat()));
        prop_assert!((before - after).abs() <= 0.5, "{} and {}", before, after);
    }
}

#[test]
fn a_flat_field_stays_flat_at_any_ratio() {
    for (source, target) in [
        (300.0, 151.3),
        (72.009, 300.0),
        (600.0, 1.0),
        (65535.0, 32767.0),
    ] {
        let scale = Scale::between(source, target).unwrap();
        let mut picture = Picture::noise(700, 700, PixelType::Rgb16, 1);
        picture.bytes.fill(0xFF);
        let area = Area::of_size(
            scale.target_pixels(700).min(50),
            scale.target_pixels(700).min(50),
        );
        let (_, rows) = picture.resample((scale, scale), area);
        assert!(
            rows.concat().iter().all(|v| *v == 0xFF),
            "{source} to {target}"
        );
    }
}

#[test]
fn bilevel_halves_to_grey() {
    // Two rows of four pixels: a 2 by 2 block with one white pixel, and one with three.
    let mut sampler = Resampler::new(
        (4, 2),
        PixelType::Bw1,
        (
            Scale::between(2.0, 1.0).unwrap(),
            Scale::between(2.0, 1.0).unwrap(),
        ),
        Area::of_size(2, 1),
    )
    .unwrap();
    let mut grey = [0; 2];
    let source = |y: u32, row: &mut [u8]| {
        row[0] = if y == 0 { 0b0111_0000 } else { 0b0001_0000 };
        Ok(())
    };
    assert!(sampler.next_row(&mut grey, source).unwrap());
    assert_eq!(sampler.pixel(), PixelType::Gray8);
    assert_eq!(grey, [64, 191]);
    assert!(!sampler.next_row(&mut grey, source).unwrap());
}

#[test]
fn rows_that_the_area_does_not_touch_are_not_asked_for() {
    let mut sampler = Resampler::new(
        (10, 1000),
        PixelType::Gray8,
        (Scale::ONE, Scale::between(2.0, 1.0).unwrap()),
        Area::new(0, 100, 10, 2),
    )
    .unwrap();
    let mut asked = Vec::new();
    let mut row = [0; 10];
    while sampler
        .next_row(&mut row, |y, _| {
            asked.push(y);
            Ok(())
        })
        .unwrap()
    {}
    assert_eq!(asked, [200, 201, 202, 203]);
}

#[test]
fn rows_that_are_left_out_change_nothing() {
    let picture = Picture::noise(40, 40, PixelType::Gray16, 3);
    let scale = Scale::between(3.0, 2.0).unwrap();
    let area = Area::new(1, 2, 20, 20);
    let (_, all) = picture.resample((scale, scale), area);
    let mut sampler = Resampler::new((40, 40), PixelType::Gray16, (scale, scale), area).unwrap();
    for row in [0, 1, 7, 8, 19] {
        let mut sampled = vec![0; sampler.row_bytes()];
        sampler.skip_to(row);
        let source = |y: u32, row: &mut [u8]| {
            row.copy_from_slice(picture.row(y));
            Ok(())
        };
        assert!(sampler.next_row(&mut sampled, source).unwrap());
        assert_eq!(sampled, all[row as usize], "row {row}");
    }
    sampler.skip_to(3);
    assert_eq!(sampler.rows_left(), 0);
}

#[test]
fn errors_of_the_source_come_through_and_empty_areas_are_refused() {
    let new = |size, area| Resampler::new(size, PixelType::Gray8, (Scale::ONE, Scale::ONE), area);
    let mut sampler = new((5, 5), Area::of_size(5, 5)).unwrap();
    let broken =
        |_: u32, _: &mut [u8]| Err(wia::Error::new(wia::ErrorKind::InputDamaged, "cut off"));
    let error = sampler.next_row(&mut [0; 5], broken).unwrap_err();
    assert_eq!(error.kind(), wia::ErrorKind::InputDamaged);
    for (size, area) in [
        ((0, 5), Area::of_size(5, 5)),
        ((5, 0), Area::of_size(5, 5)),
        ((5, 5), Area::of_size(0, 5)),
        ((5, 5), Area::of_size(5, 0)),
    ] {
        let error = new(size, area).unwrap_err();
        assert_eq!(error.kind(), wia::ErrorKind::InvalidArgument);
    }
}

#[test]
fn unpacking_agrees_with_the_converter() {
    // Grey made by sampling at one to one along one axis is the converter's grey.
    let picture = Picture::noise(64, 4, PixelType::Gray4, 9);
    let scale = (Scale::ONE, Scale::between(1.0, 2.0).unwrap());
    let (_, rows) = picture.resample(scale, Area::of_size(64, 8));
    let mut expected = [0; 64];
    Converter::new(PixelType::Gray4, PixelType::Gray8, 64, 0)
        .convert_row(picture.row(3), &mut expected);
    assert_eq!(rows[6], expected);
    assert_eq!(rows[7], expected);
}
