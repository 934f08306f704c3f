//! The pages that are converted: those of the virtual scanner under grain that does not repeat.
//!
//! The scanner's own grain is a tile, which deflate finds again; no paper is like that.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use formats::image::ImageFile;
use formats::{DocumentWriter, jpeg, tiff};
use raster::{Band, PageLayout, PixelType};

use crate::bench::Bench;
use crate::programs::{Pages, tiffcp};

/// Different sheets under the grain.
const SHEETS: u32 = 5;
/// Rows of a strip.
const STRIP: &str = "64";
/// Darker than that is ink.
const INK: u8 = 128;

/// What the pages become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Colour,
    Bilevel,
}

/// Sheets to put grain on.
#[derive(Debug)]
pub(crate) struct Sheets {
    file: ImageFile,
    path: PathBuf,
}

impl Sheets {
    /// Scans the sheets, A4 in colour.
    pub(crate) fn scan(bench: &Bench, place: &Path, dpi: u32) -> io::Result<Sheets> {
        let path = place.join("sheets.tiff");
        let pages = Pages {
            count: SHEETS,
            dpi,
            mode: "color",
        };
        bench
            .runner
            .run(&mut bench.quire.scan(pages, Some("none"), &path))?;
        let file = ImageFile::open(&path).map_err(io::Error::from)?;
        Ok(Sheets { file, path })
    }

    /// An uncompressed TIFF of `count` pages in strips of 64 rows.
    pub(crate) fn stack(
        &self,
        bench: &Bench,
        kind: Kind,
        count: u32,
        path: &Path,
    ) -> io::Result<()> {
        let other = path.with_extension("other");
        let mut writer = tiff::Writer::new(File::create(&other)?, tiff::Options::default());
        for page in 0..count {
            self.page(page, kind, &mut writer)?;
        }
        writer.finish().map_err(io::Error::from)?;
        let strips = ["-c", "none", "-r", STRIP];
        bench
            .runner
            .run(&mut tiffcp(&strips, std::slice::from_ref(&other), path))?;
        fs::remove_file(other)
    }

    /// So many JPEG files.
    pub(crate) fn jpegs(&self, count: u32, folder: &Path) -> io::Result<Vec<PathBuf>> {
        const QUALITY: u8 = 75;
        fs::create_dir(folder)?;
        (0..count)
            .map(|page| {
                let path = folder.join(format!("{page:04}.jpg"));
                let mut writer = jpeg::Writer::new(File::create(&path)?, QUALITY);
                self.page(page, Kind::Colour, &mut writer)?;
                writer.finish().map_err(io::Error::from)?;
                Ok(path)
            })
            .collect()
    }

    fn page(&self, page: u32, kind: Kind, writer: &mut dyn DocumentWriter) -> io::Result<()> {
        let index = page as usize % self.file.page_count();
        let Some(info) = self.file.page(index) else {
            return Err(io::Error::other("no sheet"));
        };
        let dpi = |dpi: Option<f64>| dpi.map_or(0, |dpi| dpi as u32);
        let layout = PageLayout {
            width: info.width,
            height: Some(info.height),
            pixel: match kind {
                Kind::Colour => PixelType::Rgb8,
                Kind::Bilevel => PixelType::Bw1,
            },
            x_dpi: dpi(info.x_dpi),
            y_dpi: dpi(info.y_dpi),
        };
        let mut rows = self.file.rows(index).map_err(io::Error::from)?;
        let mut row = vec![0; info.row_bytes()];
        let mut bits = vec![0; layout.row_bytes()];
        let mut grain = Grain::new(page, row.len());
        writer.begin_page(&layout).map_err(io::Error::from)?;
        while rows.next_row(&mut row).map_err(io::Error::from)? {
            grain.lay_over(&mut row);
            let done = match kind {
                Kind::Colour => &row,
                Kind::Bilevel => {
                    threshold(&row, &mut bits);
                    &bits
                }
            };
            if let Some(band) = Band::new(done, done.len(), done.len()) {
                writer.rows(band).map_err(io::Error::from)?;
            }
        }
        writer.end_page().map_err(io::Error::from)?;
        Ok(())
    }
}

impl Drop for Sheets {
    fn drop(&mut self) {
        // The folder that it is in goes as well.
        let _ = fs::remove_file(&self.path);
    }
}

/// Bilevel pixels of a row in colour, by its green.
fn threshold(row: &[u8], bits: &mut [u8]) {
    for (byte, pixels) in bits.iter_mut().zip(row.chunks(8 * 3)) {
        let each = pixels.chunks_exact(3).enumerate();
        *byte = each.fold(0, |byte, (n, pixel)| match pixel {
            [_, green, _] if *green >= INK => byte | 0x80 >> n,
            _ => byte,
        });
    }
}

/// Noise in which neighbours are alike, as a sensor's is after its lens: half the sum of the four random
/// numbers of -3 to 3 around a pixel.
struct Grain {
    state: u64,
    above: Vec<i8>,
    here: Vec<i8>,
}

impl Grain {
    fn new(page: u32, row_bytes: usize) -> Grain {
        Grain {
            state: u64::from(page) << 32 | 0x9E37_79B9,
            above: vec![0; row_bytes],
            here: vec![0; row_bytes],
        }
    }

    fn lay_over(&mut self, row: &mut [u8]) {
        std::mem::swap(&mut self.above, &mut self.here);
        for eight in self.here.chunks_mut(8) {
            // xorshift64.
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            for (number, byte) in eight.iter_mut().zip(self.state.to_le_bytes()) {
                *number = (byte % 7) as i8 - 3;
            }
        }
        let left = |row: &[i8], x: usize| x.checked_sub(3).map_or(0, |x| row[x]);
        for (x, sample) in row.iter_mut().enumerate() {
            let sum = self.here[x] + self.above[x] + left(&self.here, x) + left(&self.above, x);
            *sample = sample.saturating_add_signed(sum / 2);
        }
    }
}

/// How far the pixels of the first pages of two files are from each other, in decibels.
pub(crate) fn psnr(one: &Path, two: &Path) -> io::Result<f64> {
    let open = |path| ImageFile::open(path).map_err(io::Error::from);
    let (one, two) = (open(one)?, open(two)?);
    let bytes = one.page(0).map_or(0, formats::image::ImageInfo::row_bytes);
    let same = one.page(0).map(|p| (p.width, p.height)) == two.page(0).map(|p| (p.width, p.height));
    if !same {
        return Err(io::Error::other("the pages have not the same size"));
    }
    let (mut a, mut b) = (vec![0; bytes], vec![0; bytes]);
    let mut rows = one.rows(0).map_err(io::Error::from)?;
    let mut others = two.rows(0).map_err(io::Error::from)?;
    let (mut sum, mut count) = (0_u64, 0_u64);
    while rows.next_row(&mut a).map_err(io::Error::from)?
        && others.next_row(&mut b).map_err(io::Error::from)?
    {
        let squares = a
            .iter()
            .zip(&b)
            .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2));
        sum += squares.sum::<u64>();
        count += bytes as u64;
    }
    let mean = sum as f64 / count as f64;
    Ok(10.0 * (255.0 * 255.0 / mean).log10())
}
