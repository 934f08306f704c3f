//! Paper: a warm white with a fine grain.
//!
//! The grain is a square tile that meets itself at every edge. It is made once a scan, in the scan's
//! pixel type and turned so that column 0 of the scan is column 0 of the tile; a row of paper is then
//! a few copies.

use raster::{Converter, PixelType};

use super::noise::{derived, unit};

/// Paper without grain, 16 bits a channel.
pub(super) const PAPER: [u16; 3] = [251 * 257, 249 * 257, 244 * 257];

/// Pixels of the tile, each way, and a multiple of 8.
const SIZE: usize = 256;

/// What the grain is made of: the distance of its points in thousandths of an inch, and how far they
/// stand out, in 16-bit steps.
const LAYERS: [(f32, f32); 2] = [(5.0, 900.0), (45.0, 330.0)];

#[derive(Debug)]
pub(super) struct Paper {
    pixels: Vec<u8>,
    row_bytes: usize,
}

impl Paper {
    /// Paper for rows of `pixel` (8 or 16 bits a channel) that begin at column `x` of the page.
    pub(super) fn new(seed: u64, (x_dpi, y_dpi): (u32, u32), x: u32, pixel: PixelType) -> Paper {
        let mut heights = vec![0.0; SIZE * SIZE];
        for (part, (pitch, depth)) in (0..).zip(LAYERS) {
            add_layer(
                &mut heights,
                derived(seed, part),
                (x_dpi, y_dpi),
                pitch,
                depth,
            );
        }
        let row_bytes = pixel.row_bytes(SIZE as u32);
        let mut pixels = vec![0; row_bytes * SIZE];
        let convert = Converter::new(PixelType::Rgb16, pixel, SIZE as u32, 0);
        let mut colours = vec![0; SIZE * 6];
        let turn = x as usize % SIZE;
        for (heights, row) in heights
            .chunks_exact_mut(SIZE)
            .zip(pixels.chunks_exact_mut(row_bytes))
        {
            heights.rotate_left(turn);
            for (height, colour) in heights.iter().zip(colours.as_chunks_mut::<6>().0) {
                let [r, g, b] = PAPER.map(|c| ((f32::from(c) + height) as u16).to_le_bytes());
                *colour = [r[0], r[1], g[0], g[1], b[0], b[1]];
            }
            convert.convert_row(&colours, row);
        }
        Paper { pixels, row_bytes }
    }

    /// Row `y` of the page.
    pub(super) fn row(&self, y: u32, dst: &mut [u8]) {
        let start = y as usize % SIZE * self.row_bytes;
        let tile = self
            .pixels
            .get(start..start + self.row_bytes)
            .unwrap_or_default();
        for part in dst.chunks_mut(self.row_bytes) {
            part.copy_from_slice(&tile[..part.len()]);
        }
    }
}

/// Adds smooth noise with one free value about every `pitch` thousandths of an inch.
fn add_layer(heights: &mut [f32], seed: u64, (x_dpi, y_dpi): (u32, u32), pitch: f32, depth: f32) {
    // Pixels between two points; where points are denser than pixels each pixel is one point, less
    // deep because it stands for the mean of several.
    let pixels = |dpi: u32| pitch * dpi as f32 / 1000.0;
    let points = |dpi: u32| ((SIZE as f32 / pixels(dpi).max(1.0)) as usize).max(1);
    let (columns, rows) = (points(x_dpi), points(y_dpi));
    let depth = depth * pixels(x_dpi).clamp(0.2, 1.0) * pixels(y_dpi).clamp(0.2, 1.0);
    let row_of_points = |row: usize| -> Vec<f32> {
        let seed = derived(seed, (row % rows) as u64);
        let points: Vec<f32> = (0..columns)
            .map(|i| (unit(derived(seed, i as u64)) * 2.0 - 1.0) * depth)
            .collect();
        let step = columns as f32 / SIZE as f32;
        (0..SIZE)
            .map(|x| {
                let at = x as f32 * step;
                let cell = at as usize;
                let (a, b) = (points[cell % columns], points[(cell + 1) % columns]);
                a + (b - a) * (at - cell as f32)
            })
            .collect()
    };
    let step = rows as f32 / SIZE as f32;
    let mut cell = 0;
    let (mut above, mut below) = (row_of_points(0), row_of_points(1));
    for (y, line) in heights.chunks_exact_mut(SIZE).enumerate() {
        let at = y as f32 * step;
        if at as usize != cell {
            cell = at as usize;
            above = std::mem::replace(&mut below, row_of_points(cell + 1));
        }
        let t = at - cell as f32;
        for ((height, a), b) in line.iter_mut().zip(&above).zip(&below) {
            *height += a + (b - a) * t;
        }
    }
}
