//! Other people's programs, and pixels in a form in which they can be compared.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test binary uses its part, and fails by panicking"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use raster::{PageLayout, PixelType};

/// Runs a program with `input` and returns what it wrote. It must be there, succeed, and have
/// nothing to say.
pub fn run(program: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let (output, complaints) = run_talking(program, args, input);
    assert_eq!(complaints, "", "{program} complains");
    output
}

/// As [`run`], for programs that always talk.
pub fn run_talking(program: &str, args: &[&str], input: &[u8]) -> (Vec<u8>, String) {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{program} cannot be run: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} failed: {complaints}");
    feeder.join().unwrap().unwrap();
    (output.stdout, complaints)
}

/// Pixels as red, green and blue of 16 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub samples: Vec<[u16; 3]>,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let some = &self.samples[..self.samples.len().min(40)];
        write!(f, "{} x {}: {some:?}...", self.width, self.height)
    }
}

impl Pixels {
    /// The pixels of canonical rows.
    pub fn of_rows(pixel: PixelType, width: u32, rows: &[u8]) -> Pixels {
        let row_bytes = pixel.row_bytes(width);
        assert_eq!(rows.len() % row_bytes, 0);
        let mut samples = Vec::new();
        for row in rows.chunks(row_bytes) {
            for x in 0..width as usize {
                samples.push(pixel_at(pixel, row, x));
            }
        }
        Pixels {
            width,
            height: (rows.len() / row_bytes) as u32,
            samples,
        }
    }

    /// The pixels of a PBM, PGM or PPM file.
    pub fn of_pnm(bytes: &[u8]) -> Pixels {
        let kind = bytes[1];
        let words = if kind == b'4' { 2 } else { 3 };
        let mut at = 2;
        let mut numbers = Vec::new();
        while numbers.len() < words {
            let word: Vec<u8> = bytes[at..]
                .iter()
                .copied()
                .skip_while(u8::is_ascii_whitespace)
                .take_while(u8::is_ascii_digit)
                .collect();
            at += bytes[at..]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count()
                + word.len();
            numbers.push(String::from_utf8(word).unwrap().parse::<u32>().unwrap());
        }
        let data = &bytes[at + 1..];
        let (width, height) = (numbers[0], numbers[1]);
        let count = (width * height) as usize;
        let samples = if kind == b'4' {
            let row = width.div_ceil(8) as usize;
            data.chunks(row)
                .flat_map(|row| (0..width as usize).map(|x| bit(row, x)))
                .map(|black| [if black { 0 } else { 65535 }; 3])
                .collect()
        } else {
            let max = numbers[2];
            let size = if max > 255 { 2 } else { 1 };
            let values: Vec<u16> = data
                .chunks_exact(size)
                .map(|v| v.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
                .map(|v| ((v * 65535 + max / 2) / max) as u16)
                .collect();
            match kind {
                b'5' => values.iter().map(|&v| [v; 3]).collect(),
                b'6' => values.chunks_exact(3).map(|v| [v[0], v[1], v[2]]).collect(),
                other => panic!("P{} is no kind of PNM", char::from(other)),
            }
        };
        let pixels: Pixels = Pixels {
            width,
            height,
            samples,
        };
        assert_eq!(pixels.samples.len(), count);
        pixels
    }
}

fn bit(row: &[u8], x: usize) -> bool {
    row[x / 8] & (0x80 >> (x % 8)) != 0
}

fn pixel_at(pixel: PixelType, row: &[u8], x: usize) -> [u16; 3] {
    let byte = |i: usize| u16::from(row[i]) * 257;
    let word = |i: usize| u16::from_le_bytes([row[2 * i], row[2 * i + 1]]);
    match pixel {
        PixelType::Bw1 => [if bit(row, x) { 65535 } else { 0 }; 3],
        PixelType::Gray4 => [u16::from(row[x / 2] >> (4 - x % 2 * 4) & 15) * 4369; 3],
        PixelType::Gray8 => [byte(x); 3],
        PixelType::Gray16 => [word(x); 3],
        PixelType::Rgb8 => [byte(3 * x), byte(3 * x + 1), byte(3 * x + 2)],
        PixelType::Rgb16 => [word(3 * x), word(3 * x + 1), word(3 * x + 2)],
    }
}

/// Pages of the given pixel types with rows that are partly smooth and partly noise.
pub fn pages(pixels: &'static [PixelType]) -> impl Strategy<Value = (PageLayout, Vec<u8>)> {
    let size = prop_oneof![1_u32..20, 1_u32..200];
    let dpi = prop::sample::select(vec![0_u32, 72, 300, 1200]);
    (
        prop::sample::select(pixels),
        size.clone(),
        size,
        (dpi.clone(), dpi),
        any::<u64>(),
    )
        .prop_map(|(pixel, width, height, (x_dpi, y_dpi), seed)| {
            let layout = PageLayout {
                width,
                height: Some(height),
                pixel,
                x_dpi,
                y_dpi,
            };
            (layout, drawing(&layout, seed))
        })
}

/// The rows of a page: a slope, blank stretches, noise.
pub fn drawing(layout: &PageLayout, seed: u64) -> Vec<u8> {
    let row = layout.row_bytes();
    let mut state = seed | 1;
    let mut noise = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let mut rows = Vec::new();
    for y in 0..layout.height.unwrap_or(1) as usize {
        match y / 3 % 4 {
            0 => rows.extend((0..row).map(|x| (x * 3 + y * 5) as u8)),
            1 => rows.extend((0..row).map(|_| noise())),
            2 => rows.extend(std::iter::repeat_n(0xFF, row)),
            _ => rows.extend((0..row).map(|x| ((x / 3 + y) as u8).wrapping_add(noise() % 3))),
        }
    }
    rows
}

/// A page of canonical rows as PBM, PGM or PPM. Gray4 becomes a PGM of 16 shades.
pub fn pnm(layout: &PageLayout, rows: &[u8]) -> Vec<u8> {
    let (width, height) = (layout.width, layout.height.unwrap());
    let (kind, max) = match layout.pixel {
        PixelType::Bw1 => (4, ""),
        PixelType::Gray4 => (5, "15\n"),
        PixelType::Gray8 => (5, "255\n"),
        PixelType::Gray16 => (5, "65535\n"),
        PixelType::Rgb8 => (6, "255\n"),
        PixelType::Rgb16 => (6, "65535\n"),
    };
    let mut file = format!("P{kind}\n{width} {height}\n{max}").into_bytes();
    match layout.pixel {
        PixelType::Bw1 => file.extend(rows.iter().map(|b| !b)),
        PixelType::Gray4 => {
            for row in rows.chunks(layout.row_bytes()) {
                let half = |x: usize| row[x / 2] >> (4 - x % 2 * 4) & 15;
                file.extend((0..width as usize).map(half));
            }
        }
        PixelType::Gray8 | PixelType::Rgb8 => file.extend_from_slice(rows),
        PixelType::Gray16 | PixelType::Rgb16 => {
            file.extend(rows.chunks(2).flat_map(|s| [s[1], s[0]]));
        }
    }
    file
}
