//! The photograph on the generated sheets: a lake, hills and a low sun, another one on every side.
//!
//! Lengths are in parts of the picture's height: `u` to the right, `v` down. Whatever depends on the
//! column alone is a table, so that a row costs a few operations a pixel.

use raster::{Converter, PixelType};

use super::ink::Row;
use super::noise::{along, between, derived, rugged, smooth};
use super::scene::{Rgb, Scene};

/// Where the water begins.
const SHORE: f32 = 0.64;

/// Times of day: the sky above, at the horizon, the light, the nearest hill.
const LIGHTS: [[Rgb; 4]; 5] = [
    [
        [0.20, 0.34, 0.55],
        [0.98, 0.80, 0.62],
        [1.0, 0.90, 0.70],
        [0.10, 0.17, 0.22],
    ],
    [
        [0.25, 0.50, 0.76],
        [0.86, 0.92, 0.94],
        [1.0, 0.98, 0.90],
        [0.12, 0.25, 0.20],
    ],
    [
        [0.20, 0.16, 0.36],
        [0.96, 0.52, 0.34],
        [1.0, 0.82, 0.52],
        [0.09, 0.08, 0.15],
    ],
    [
        [0.34, 0.45, 0.52],
        [0.90, 0.86, 0.78],
        [1.0, 0.96, 0.84],
        [0.15, 0.20, 0.20],
    ],
    [
        [0.42, 0.30, 0.46],
        [0.99, 0.74, 0.70],
        [1.0, 0.90, 0.80],
        [0.16, 0.12, 0.20],
    ],
];

const HILLS: usize = 4;
const CLOUDS: usize = 3;

/// The picture at a resolution, and its place on the page in pixels.
#[derive(Debug)]
pub(super) struct Picture {
    light: [Rgb; 4],
    seed: u64,
    x: u32,
    /// Rows of the picture.
    height: f32,
    sun_v: f32,
    /// The squared distance of each column from the sun.
    sun_away: Vec<f32>,
    clouds: Vec<Cloud>,
    /// From far to near; the last is the bank in front of the water.
    hills: Vec<Hill>,
    scene: Scene,
    pixels: Vec<u8>,
    convert: Converter,
}

#[derive(Debug)]
struct Cloud {
    middle: Vec<f32>,
    /// One over half the thickness.
    thin: Vec<f32>,
    top: f32,
    bottom: f32,
    strength: f32,
}

#[derive(Debug)]
struct Hill {
    colour: Rgb,
    mist: f32,
    crest: Vec<f32>,
    highest: f32,
    lowest: f32,
}

impl Hill {
    fn new(colour: Rgb, mist: f32, crest: Vec<f32>) -> Hill {
        let highest = crest.iter().copied().fold(f32::MAX, f32::min);
        let lowest = crest.iter().copied().fold(f32::MIN, f32::max);
        Hill {
            colour,
            mist,
            crest,
            highest,
            lowest,
        }
    }
}

impl Picture {
    /// A picture of `width` by `height` pixels for rows of type `pixel`, its left edge at page column
    /// `x`.
    pub(super) fn new(
        seed: u64,
        x: u32,
        (width, height): (u32, u32),
        wide_to_tall: f32,
        pixel: PixelType,
    ) -> Picture {
        let light = LIGHTS[(derived(seed, 0) % LIGHTS.len() as u64) as usize];
        let [_, horizon, _, near] = light;
        let step = wide_to_tall / width as f32;
        let us: Vec<f32> = (0..width).map(|i| (i as f32 + 0.5) * step).collect();
        let table = |f: &dyn Fn(f32) -> f32| us.iter().map(|u| f(*u)).collect::<Vec<f32>>();
        let sun_u = between(seed, 1, 0.25, 0.75) * wide_to_tall;
        let hills = (0..HILLS).map(|i| {
            let near_by = i as f32 / (HILLS - 1) as f32;
            let part = derived(seed, 10 + i as u64);
            let (level, height) = (0.42 + 0.16 * near_by, 0.13 - 0.07 * near_by);
            let crest = |u| level - height * rugged(part, u * (2.2 + near_by), 6, 0.46);
            Hill::new(
                mix(mix(horizon, near, 0.35), near, near_by * 0.85),
                0.75 - 0.35 * near_by,
                table(&|u| crest(u).min(SHORE - 0.004)),
            )
        });
        let bank = bank(seed, wide_to_tall);
        let front = Hill::new(near.map(|c| c * 0.45), 0.0, table(&|u| bank(u)));
        let clouds = (0..CLOUDS).map(|i| {
            let part = derived(seed, 20 + i as u64);
            let level = between(part, 0, 0.06, 0.34);
            let middle = table(&|u| level + 0.03 * rugged(part, u * 1.5, 3, 0.5));
            // Where the noise is low there is no cloud at all.
            let half = |u| 0.05 * rugged(derived(part, 1), u * 1.8, 4, 0.55) - 0.004;
            Cloud {
                middle,
                thin: table(&|u| 1.0 / half(u).max(1e-6)),
                top: level - 0.2,
                bottom: level + 0.2,
                strength: between(part, 2, 0.35, 0.8),
            }
        });
        Picture {
            light,
            seed,
            x,
            height: height as f32,
            sun_v: between(seed, 2, 0.20, 0.40),
            sun_away: table(&|u| (u - sun_u) * (u - sun_u)),
            clouds: clouds.collect(),
            hills: hills.chain([front]).collect(),
            scene: Scene::new(width as usize),
            pixels: vec![0; pixel.row_bytes(width)],
            convert: Converter::new(PixelType::Rgb16, pixel, width, 0),
        }
    }

    /// Prints row `y` of the picture on a row of paper.
    pub(super) fn print(&mut self, y: u32, row: &mut Row<'_>) {
        let v = (y as f32 + 0.5) / self.height;
        let front = self.hills.len() - 1;
        if v < SHORE {
            self.sky(v);
            self.sun(v);
            self.hills(v, 0..front);
        } else {
            self.water(v);
        }
        self.hills(v, front..front + 1);
        self.convert
            .convert_row(self.scene.pixels(), &mut self.pixels);
        let end = i64::from(self.x) + self.sun_away.len() as i64;
        let wide = row.pixel.bits_per_channel() == 16;
        let pixel_bytes = (row.pixel.bits_per_pixel() / 8) as usize;
        let (paper, cut) = row.columns(self.x.into()..end);
        // Nothing is left of it when the row begins right of the picture.
        let ink = self.pixels.get(cut * pixel_bytes..).unwrap_or_default();
        if wide {
            for (p, i) in paper
                .as_chunks_mut::<2>()
                .0
                .iter_mut()
                .zip(ink.as_chunks::<2>().0)
            {
                let product = u32::from(u16::from_le_bytes(*p)) * u32::from(u16::from_le_bytes(*i));
                *p = ((product / 65535) as u16).to_le_bytes();
            }
        } else {
            for (p, i) in paper.iter_mut().zip(ink) {
                // The nearest to p * i / 255.
                let product = u16::from(*p) * u16::from(*i) + 128;
                *p = ((product + (product >> 8)) >> 8) as u8;
            }
        }
    }

    fn sky(&mut self, v: f32) {
        let [above, horizon, light, _] = self.light;
        let ground = mix(above, horizon, smooth(v / SHORE) * 0.6 + 0.4 * v / SHORE);
        let away = (v - self.sun_v) * (v - self.sun_v);
        self.scene.fill(ground);
        // A wide glow, and a narrow one around the disc.
        self.scene.mix_in(light, &self.sun_away, |x| {
            let distance = x + away;
            0.45 / (1.0 + distance * 14.0) + 0.5 / (1.0 + distance * 400.0)
        });
        for cloud in self.clouds.iter().filter(|c| c.top < v && v < c.bottom) {
            let columns = (&cloud.middle[..], &cloud.thin[..]);
            self.scene.mix_in_both(light, columns, |middle, thin| {
                let off = (v - middle) * thin;
                (1.0 - off * off).max(0.0) * cloud.strength
            });
        }
    }

    fn sun(&mut self, v: f32) {
        let (radius, height) = (0.035, self.height);
        let away = (v - self.sun_v) * (v - self.sun_v);
        if away < radius * radius * 2.0 {
            self.scene.mix_in([1.0, 0.99, 0.93], &self.sun_away, |x| {
                ((radius - (x + away).sqrt()) * height + 0.5).clamp(0.0, 1.0)
            });
        }
    }

    fn hills(&mut self, v: f32, which: std::ops::Range<usize>) {
        let [_, horizon, ..] = self.light;
        let height = self.height;
        let pixel = 0.5 / height;
        let hills = self.hills.get(which).unwrap_or_default();
        // The nearest hill that hides everything behind it on this row.
        let first = hills
            .iter()
            .rposition(|h| h.lowest < v - pixel)
            .unwrap_or(0);
        for hill in hills.iter().skip(first).filter(|h| h.highest < v + pixel) {
            let depth = smooth((v - hill.highest) / (SHORE - hill.highest).max(0.01));
            let colour = mix(hill.colour, horizon, hill.mist * depth);
            self.scene.mix_in(colour, &hill.crest, |crest| {
                ((v - crest) * height + 0.5).clamp(0.0, 1.0)
            });
        }
    }

    /// The sky and the hills upside down, darker and broken by waves.
    fn water(&mut self, v: f32) {
        let depth = (v - SHORE) / (1.0 - SHORE);
        let wave = along(derived(self.seed, 30), v * (160.0 - 90.0 * depth));
        let ripple = wave * (0.004 + 0.02 * depth);
        let mirrored = (SHORE - (v - SHORE) * 1.5 + ripple).clamp(0.0, SHORE);
        self.sky(mirrored);
        self.hills(mirrored, 0..self.hills.len() - 1);
        let [above, _, light, _] = self.light;
        let shade = above.map(|c| c * 0.35);
        self.scene.mix_all(shade, 0.30 + 0.25 * depth);
        // The light on the crests of the waves, below the sun.
        let sparkle = (0.25 + 0.75 * wave).max(0.0) * 0.7 * (1.0 - 0.5 * depth);
        let spread = 60.0 - 35.0 * depth;
        self.scene.mix_in(light, &self.sun_away, |x| {
            sparkle / (1.0 + x * spread * spread)
        });
    }
}

/// The bank in front: a low rise with spruces on one side.
fn bank(seed: u64, wide: f32) -> impl Fn(f32) -> f32 {
    let part = derived(seed, 40);
    let left = derived(part, 0).is_multiple_of(2);
    let trees: Vec<(f32, f32)> = (0..11)
        .map(|i| {
            let off = between(part, 10 + i, 0.0, 0.40) * between(part, 30 + i, 0.3, 1.0);
            let tall = between(part, 50 + i, 0.18, 0.52) * (1.0 - 0.7 * off);
            (if left { off * wide } else { wide - off * wide }, tall)
        })
        .collect();
    move |u| {
        let side = if left { u / wide } else { 1.0 - u / wide };
        let ground = 0.97 - 0.10 * smooth(1.0 - side * 1.6) - 0.012 * rugged(part, u * 9.0, 4, 0.6);
        trees.iter().fold(ground, |top, (at, tall)| {
            let away = (u - at).abs() / (tall * 0.20);
            let ragged = 0.05 * rugged(derived(part, 2), u * 70.0, 3, 0.7);
            top.min(ground + 0.03 - tall * (1.0 - away) + ragged * away.min(1.0))
        })
    }
}

fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}
