//! What is done to the samples of lossless strips before they are compressed.

use raster::{Band, PixelType};
use wia::Result;

use super::StripEncoder;

/// What is prepared at once, in bytes (or one row where that is longer).
const PIECE: usize = 32 * 1024;

/// Inverts samples, or replaces them by their horizontal differences (TIFF 6.0, section 14), or
/// both, before another encoder gets them.
#[derive(Debug)]
pub struct Prepared<E> {
    inner: E,
    pixel: PixelType,
    invert: bool,
    predict: bool,
    /// 16-bit samples get their high byte first.
    swap: bool,
    scratch: Vec<u8>,
}

impl<E: StripEncoder> Prepared<E> {
    /// Rows of `pixel` for `inner`. Differences are only made of 8- and 16-bit samples, whatever
    /// `predict` says.
    pub fn new(inner: E, pixel: PixelType, invert: bool, predict: bool) -> Prepared<E> {
        Prepared {
            inner,
            pixel,
            invert,
            predict: predict && pixel.bits_per_channel() >= 8,
            swap: false,
            scratch: Vec::new(),
        }
    }

    /// The same with the high byte first in 16-bit samples, as `MM` files have them.
    #[must_use]
    pub fn big_endian(mut self) -> Prepared<E> {
        self.swap = self.pixel.bits_per_channel() == 16;
        self
    }

    /// Whether rows pass as they are.
    fn passes(&self) -> bool {
        !self.predict && !self.invert && !self.swap
    }

    fn row(&mut self, row: &[u8]) {
        let mask = if self.invert { 0xFF } else { 0 };
        if !self.predict {
            self.scratch.extend(row.iter().map(|byte| byte ^ mask));
            return;
        }
        let step = self.pixel.channels() as usize * self.pixel.bits_per_channel() as usize / 8;
        let (first, rest) = row.split_at(step.min(row.len()));
        self.scratch.extend(first.iter().map(|byte| byte ^ mask));
        if self.pixel.bits_per_channel() == 8 {
            let pairs = rest.iter().zip(row);
            self.scratch
                .extend(pairs.map(|(a, b)| (a ^ mask).wrapping_sub(b ^ mask)));
        } else {
            let mask = u16::from_le_bytes([mask; 2]);
            let from = self.scratch.len();
            self.scratch.resize(from + rest.len(), 0);
            let target = self.scratch[from..].as_chunks_mut::<2>().0;
            let pairs = rest.as_chunks().0.iter().zip(row.as_chunks().0);
            for (difference, (a, b)) in target.iter_mut().zip(pairs) {
                let (a, b) = (u16::from_le_bytes(*a), u16::from_le_bytes(*b));
                *difference = (a ^ mask).wrapping_sub(b ^ mask).to_le_bytes();
            }
        }
    }
}

impl<E: StripEncoder> StripEncoder for Prepared<E> {
    fn rows(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        if self.passes() {
            return self.inner.rows(band, out);
        }
        let bytes = band.row_bytes();
        let some = (PIECE / bytes).max(1);
        for from in (0..band.rows()).step_by(some) {
            self.scratch.clear();
            for row in band.slice(from, from + some).iter() {
                self.row(row);
            }
            if self.swap {
                for sample in self.scratch.as_chunks_mut::<2>().0 {
                    sample.swap(0, 1);
                }
            }
            if let Some(piece) = Band::new(&self.scratch, bytes, bytes) {
                self.inner.rows(piece, out)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.inner.finish(out)
    }

    fn strip(&mut self, band: Band<'_>, out: &mut Vec<u8>) -> Result<()> {
        if self.passes() {
            return self.inner.strip(band, out);
        }
        self.rows(band, out)?;
        self.finish(out)
    }
}
