//! From one pixel type to another, row by row.
//!
//! * **Colour to grey**: ITU-R BT.601 luma, `(77 R + 150 G + 29 B + 128) / 256`, the same weights at 8
//!   and at 16 bits. A pixel of equal channels keeps its value.
//! * **8 to 16 bits**: `v * 257`, so that 0 and white stay what they are. **16 to 8 bits**: the nearest
//!   of the 256 values, `round(v / 257)`. **4 bits**: `v * 17` and `round(v / 17)`.
//! * **To bilevel**: a grey pixel of 8 bits that is **at least** the threshold is white
//!   (`WIA_IPS_THRESHOLD`, 0..=255; 0 makes everything white). 16 bits are rounded to 8 first.
//! * **From bilevel**: black is 0 and white the largest value.
//!
//! Where no step leads straight from one type to the other, the pixels pass through at most two types
//! between, in pieces that stay in the processor's first cache.

use crate::PixelType;
use crate::pack::clear_unused_bits;

/// Converts rows of a fixed width between two pixel types without allocating.
#[derive(Clone, Debug)]
pub struct Converter {
    from: PixelType,
    to: PixelType,
    width: u32,
    threshold: u8,
    route: Route,
}

#[derive(Clone, Copy, Debug)]
enum Route {
    Copy,
    One(Step),
    Two(Step, PixelType, Step),
    Three(Step, PixelType, Step, PixelType, Step),
}

/// Converts as many pixels as both slices hold. The last argument is the threshold.
type Step = fn(&[u8], &mut [u8], u8);

/// Pixels that take a route of several steps at a time; a multiple of 8.
const PIECE: usize = 512;

impl Converter {
    /// A converter for rows of `width` pixels. `threshold` matters only when `to` is
    /// [`PixelType::Bw1`].
    pub fn new(from: PixelType, to: PixelType, width: u32, threshold: u8) -> Converter {
        let route = if from == to {
            Route::Copy
        } else {
            let (a, first) = step_towards(from, to);
            let (b, second) = step_towards(a, to);
            let (_, third) = step_towards(b, to);
            match (a == to, b == to) {
                (true, _) => Route::One(first),
                (_, true) => Route::Two(first, a, second),
                _ => Route::Three(first, a, second, b, third),
            }
        };
        Converter {
            from,
            to,
            width,
            threshold,
            route,
        }
    }

    /// The type of the source rows.
    pub const fn from(&self) -> PixelType {
        self.from
    }

    /// The type of the rows that come out.
    pub const fn to(&self) -> PixelType {
        self.to
    }

    /// Whether rows only are copied.
    pub const fn is_copy(&self) -> bool {
        matches!(self.route, Route::Copy)
    }

    /// Converts one row. Bytes of `dst` behind the row's last stay as they are; unused bits of its
    /// last byte become 0. Of slices shorter than a row as much is converted as they hold.
    pub fn convert_row(&self, src: &[u8], dst: &mut [u8]) {
        let src = &src[..src.len().min(self.from.row_bytes(self.width))];
        let dst_bytes = dst.len().min(self.to.row_bytes(self.width));
        let dst = &mut dst[..dst_bytes];
        match self.route {
            Route::Copy => {
                let bytes = src.len().min(dst.len());
                dst[..bytes].copy_from_slice(&src[..bytes]);
            }
            Route::One(step) => step(src, dst, self.threshold),
            Route::Two(first, middle, second) => {
                let mut scratch = [0; PIECE * 6];
                self.in_pieces(src, dst, |src, dst, pixels| {
                    let between = &mut scratch[..middle.row_bytes(pixels)];
                    first(src, between, self.threshold);
                    second(between, dst, self.threshold);
                });
            }
            Route::Three(first, early, second, late, third) => {
                let (mut scratch, mut other) = ([0; PIECE * 6], [0; PIECE * 6]);
                self.in_pieces(src, dst, |src, dst, pixels| {
                    let a = &mut scratch[..early.row_bytes(pixels)];
                    let b = &mut other[..late.row_bytes(pixels)];
                    first(src, a, self.threshold);
                    second(a, b, self.threshold);
                    third(b, dst, self.threshold);
                });
            }
        }
        clear_unused_bits(self.to, dst, self.width);
    }

    /// Calls `convert` with matching pieces of both rows and the number of pixels in them.
    fn in_pieces(
        &self,
        src: &[u8],
        dst: &mut [u8],
        mut convert: impl FnMut(&[u8], &mut [u8], u32),
    ) {
        // PIECE is a multiple of 8, so that every piece begins on a byte in every type.
        let src_pieces = src.chunks(self.from.row_bytes(PIECE as u32));
        let dst_pieces = dst.chunks_mut(self.to.row_bytes(PIECE as u32));
        let mut left = self.width;
        for (src, dst) in src_pieces.zip(dst_pieces) {
            let pixels = left.min(PIECE as u32);
            left -= pixels;
            convert(src, dst, pixels);
        }
    }
}

/// The next type on the way from one type to another, and the step that leads there. For a type that
/// has arrived the answer is never used.
fn step_towards(from: PixelType, to: PixelType) -> (PixelType, Step) {
    use PixelType::{Bw1, Gray4, Gray8, Gray16, Rgb8, Rgb16};
    match (from, to) {
        (Bw1, _) => (Gray8, bw1_to_gray8),
        (Gray4, _) => (Gray8, gray4_to_gray8),
        (Gray8, Bw1) => (Bw1, gray8_to_bw1),
        (Gray8, Gray4) => (Gray4, gray8_to_gray4),
        (Gray8, Gray16) => (Gray16, widen),
        (Gray8, _) => (Rgb8, gray8_to_rgb8),
        (Gray16, Rgb16) => (Rgb16, gray16_to_rgb16),
        (Gray16, _) => (Gray8, narrow),
        (Rgb8, Rgb16 | Gray16) => (Rgb16, widen),
        (Rgb8, _) => (Gray8, rgb8_to_gray8),
        (Rgb16, Rgb8) => (Rgb8, narrow),
        (Rgb16, _) => (Gray16, rgb16_to_gray16),
    }
}

/// The grey of a colour, at 8 or 16 bits.
const fn luma(red: u32, green: u32, blue: u32) -> u32 {
    (77 * red + 150 * green + 29 * blue + 128) >> 8
}

fn rgb8_to_gray8(src: &[u8], dst: &mut [u8], _: u8) {
    for ([r, g, b], d) in src.as_chunks::<3>().0.iter().zip(dst) {
        *d = luma((*r).into(), (*g).into(), (*b).into()) as u8;
    }
}

fn rgb16_to_gray16(src: &[u8], dst: &mut [u8], _: u8) {
    let sample = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]));
    let pixels = src.as_chunks::<6>().0.iter();
    for (&[r0, r1, g0, g1, b0, b1], d) in pixels.zip(dst.as_chunks_mut::<2>().0) {
        let grey = luma(sample(r0, r1), sample(g0, g1), sample(b0, b1));
        *d = (grey as u16).to_le_bytes();
    }
}

fn gray8_to_rgb8(src: &[u8], dst: &mut [u8], _: u8) {
    for (v, d) in src.iter().zip(dst.as_chunks_mut::<3>().0) {
        *d = [*v; 3];
    }
}

fn gray16_to_rgb16(src: &[u8], dst: &mut [u8], _: u8) {
    let pixels = src.as_chunks::<2>().0.iter();
    for (&[low, high], d) in pixels.zip(dst.as_chunks_mut::<6>().0) {
        *d = [low, high, low, high, low, high];
    }
}

/// Samples of 8 bits to 16: `v * 257` is the byte twice.
fn widen(src: &[u8], dst: &mut [u8], _: u8) {
    for (v, d) in src.iter().zip(dst.as_chunks_mut::<2>().0) {
        *d = [*v; 2];
    }
}

/// Samples of 16 bits to 8.
fn narrow(src: &[u8], dst: &mut [u8], _: u8) {
    for (pair, d) in src.as_chunks::<2>().0.iter().zip(dst) {
        *d = narrow_sample(u16::from_le_bytes(*pair));
    }
}

/// `round(v / 257)` without a division; a test goes through all values.
const fn narrow_sample(v: u16) -> u8 {
    ((v as u32 * 255 + 32_895) >> 16) as u8
}

fn gray8_to_bw1(src: &[u8], dst: &mut [u8], threshold: u8) {
    let (eights, rest) = src.as_chunks::<8>();
    for (pixels, d) in eights.iter().zip(dst.iter_mut()) {
        let white = pixels.map(|v| u8::from(v >= threshold));
        // The product gathers the lowest bit of each byte in the highest byte, first pixel on top;
        // no two of its terms meet, so nothing carries.
        *d = (u64::from_le_bytes(white).wrapping_mul(0x8040_2010_0804_0201) >> 56) as u8;
    }
    if let (false, Some(d)) = (rest.is_empty(), dst.get_mut(eights.len())) {
        *d = rest.iter().enumerate().fold(0, |byte, (i, v)| {
            byte | u8::from(*v >= threshold) << (7 - i)
        });
    }
}

fn bw1_to_gray8(src: &[u8], dst: &mut [u8], _: u8) {
    static EIGHTS: [[u8; 8]; 256] = {
        let mut table = [[0; 8]; 256];
        let mut i = 0;
        while i < 256 * 8 {
            if (i / 8) >> (7 - i % 8) & 1 == 1 {
                table[i / 8][i % 8] = 255;
            }
            i += 1;
        }
        table
    };
    for (byte, d) in src.iter().zip(dst.chunks_mut(8)) {
        d.copy_from_slice(&EIGHTS[usize::from(*byte)][..d.len()]);
    }
}

fn gray8_to_gray4(src: &[u8], dst: &mut [u8], _: u8) {
    // round(v / 17), exact for all 256 values.
    let four = |v: u8| ((u32::from(v) * 15 + 135) >> 8) as u8;
    for (pixels, d) in src.chunks(2).zip(dst) {
        *d = match *pixels {
            [left, right] => four(left) << 4 | four(right),
            [left] => four(left) << 4,
            _ => 0,
        };
    }
}

fn gray4_to_gray8(src: &[u8], dst: &mut [u8], _: u8) {
    for (byte, d) in src.iter().zip(dst.chunks_mut(2)) {
        let pair = [(byte >> 4) * 17, (byte & 15) * 17];
        d.copy_from_slice(&pair[..d.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_to_eight_is_the_nearest_value() {
        for v in 0..=65535u16 {
            let nearest = (f64::from(v) / 257.0).round() as u8;
            assert_eq!(narrow_sample(v), nearest, "{v}");
        }
    }

    #[test]
    fn eight_to_four_is_the_nearest_value() {
        for v in 0..=255u8 {
            let mut four = [0];
            gray8_to_gray4(&[v], &mut four, 0);
            assert_eq!(four[0] >> 4, (f64::from(v) / 17.0).round() as u8, "{v}");
        }
    }

    #[test]
    fn luma_keeps_grey_and_orders_colours() {
        for v in 0..=255 {
            assert_eq!(luma(v, v, v), v);
        }
        assert_eq!(luma(65535, 65535, 65535), 65535);
        assert_eq!(
            [luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255)],
            [77, 149, 29]
        );
    }
}
