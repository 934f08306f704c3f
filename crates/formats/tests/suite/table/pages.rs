//! The pages of each cell.

use quire_formats::DocumentWriter;
use raster::{Band, PageLayout, PixelType};

use crate::foreign::Pixels;
use crate::table::cells::{Fate, lines};
use crate::tiff_support::Page;

/// A page, and how its rows come.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) page: Page,
    pub(crate) told: bool,
    band: usize,
    padding: usize,
}

/// The pages of `sizes.csv`: of runs, noise and wedges where they stay the `same`, else soft as scans are.
pub(crate) fn sheets(pixel: PixelType, fate: Fate) -> Vec<Sheet> {
    let sizes = lines(include_str!("sizes.csv"));
    sizes
        .enumerate()
        .map(|(n, fields)| {
            let number = |i: usize| fields[i].parse::<u32>().unwrap();
            let mut page = Page::new(pixel, number(0), number(1), n as u32);
            if fate == Fate::Near {
                soften(&mut page);
            }
            Sheet {
                page,
                told: match fields[4] {
                    "known" => true,
                    "unknown" => false,
                    other => panic!("{other}"),
                },
                band: number(2) as usize,
                padding: number(3) as usize,
            }
        })
        .collect()
}

/// Smooth fields with some edges, coloured but softly.
fn soften(page: &mut Page) {
    let channels = page.layout.pixel.channels() as usize;
    let width = page.layout.width as usize;
    let wave = |at: usize, length: f32| (at as f32 / length).sin();
    let across: Vec<f32> = (0..width).map(|x| wave(x, 90.0)).collect();
    for (i, byte) in page.data.iter_mut().enumerate() {
        let (x, y, c) = (i / channels % width, i / channels / width, i % channels);
        let text = x / 32 % 4 == 1 && y / 24 % 5 == 2;
        let tone = 120.0 + 60.0 * across[x] + 30.0 * wave(y, 70.0) + 15.0 * c as f32 * across[x];
        *byte = if text { 20 } else { tone as u8 };
    }
}

impl Sheet {
    pub(crate) fn layout(&self, told: bool) -> PageLayout {
        PageLayout {
            height: self.page.layout.height.filter(|_| told),
            ..self.page.layout
        }
    }

    pub(crate) fn pixels(&self) -> Pixels {
        let layout = &self.page.layout;
        Pixels::of_rows(layout.pixel, layout.width, &self.page.data)
    }

    /// Writes the page, whose height is `told` or not.
    pub(crate) fn write(&self, writer: &mut dyn DocumentWriter, told: bool) -> wia::Result<()> {
        writer.begin_page(&self.layout(told))?;
        let row = self.page.layout.row_bytes();
        let stride = row + self.padding;
        let mut padded = vec![0xA5; stride * self.band];
        for band in self.page.data.chunks(row * self.band) {
            for (to, from) in padded.chunks_mut(stride).zip(band.chunks(row)) {
                to[..row].copy_from_slice(from);
            }
            let bytes = &padded[..band.len() / row * stride];
            writer.rows(Band::new(bytes, stride, row).unwrap())?;
        }
        let done = writer.end_page()?;
        assert_eq!(Some(done.height), self.page.layout.height);
        Ok(())
    }
}
