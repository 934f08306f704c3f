//! Moving pixels without changing them: crops, padding, channel order, inversion.
//!
//! Every function here works as far as both slices reach, and never panics.

use crate::PixelType;

/// Copies `count` pixels from pixel `src_x` of one row to pixel `dst_x` of another of the same type,
/// at any bit offset. Other pixels of `dst` keep their values.
pub fn copy_pixels(
    pixel: PixelType,
    src: &[u8],
    src_x: usize,
    dst: &mut [u8],
    dst_x: usize,
    count: usize,
) {
    let bits = pixel.bits_per_pixel() as usize;
    if bits < 8 {
        let bit = |x: usize| x.saturating_mul(bits);
        return copy_bits(src, bit(src_x), dst, bit(dst_x), bit(count));
    }
    let bytes = bits / 8;
    let from = src.get(src_x.saturating_mul(bytes)..).unwrap_or_default();
    let to = dst
        .get_mut(dst_x.saturating_mul(bytes)..)
        .unwrap_or_default();
    let pixels = count.min(from.len() / bytes).min(to.len() / bytes);
    to[..pixels * bytes].copy_from_slice(&from[..pixels * bytes]);
}

/// Copies `count` bits, counted from the highest bit of the first byte. Other bits of `dst` keep
/// their values.
pub fn copy_bits(src: &[u8], src_bit: usize, dst: &mut [u8], dst_bit: usize, count: usize) {
    let left = (src.len() * 8).saturating_sub(src_bit);
    let room = (dst.len() * 8).saturating_sub(dst_bit);
    let count = count.min(left).min(room);
    let head = ((8 - dst_bit % 8) % 8).min(count);
    let body = (count - head) / 8;
    copy_single_bits(src, src_bit, dst, dst_bit, head);
    let (from, to) = (src_bit + head, (dst_bit + head) / 8);
    copy_bytes_at_bit(src, from, dst.get_mut(to..to + body).unwrap_or_default());
    let done = head + body * 8;
    copy_single_bits(src, src_bit + done, dst, dst_bit + done, count - done);
}

/// For the few bits before and after whole bytes of the destination.
fn copy_single_bits(src: &[u8], src_bit: usize, dst: &mut [u8], dst_bit: usize, count: usize) {
    for i in 0..count {
        let (s, d) = (src_bit + i, dst_bit + i);
        let bit = src[s / 8] >> (7 - s % 8) & 1;
        let mask = 0x80 >> (d % 8);
        dst[d / 8] = if bit == 1 {
            dst[d / 8] | mask
        } else {
            dst[d / 8] & !mask
        };
    }
}

/// Fills whole bytes from any bit of the source.
fn copy_bytes_at_bit(src: &[u8], src_bit: usize, dst: &mut [u8]) {
    let src = src.get(src_bit / 8..).unwrap_or_default();
    let shift = src_bit % 8;
    if shift == 0 {
        let bytes = dst.len().min(src.len());
        dst[..bytes].copy_from_slice(&src[..bytes]);
        return;
    }
    let next = src.get(1..).unwrap_or_default();
    for ((d, a), b) in dst.iter_mut().zip(src).zip(next) {
        *d = a << shift | b >> (8 - shift);
    }
}

/// Cuts `width` pixels from pixel `x` of a row into the start of `dst`; the unused bits of the last
/// byte become 0.
pub fn crop_row(pixel: PixelType, src: &[u8], x: usize, dst: &mut [u8], width: u32) {
    copy_pixels(pixel, src, x, dst, 0, width as usize);
    clear_unused_bits(pixel, dst, width);
}

/// Makes the bits after the last pixel in a row's last byte 0, so that equal rows are equal bytes.
pub fn clear_unused_bits(pixel: PixelType, row: &mut [u8], width: u32) {
    let used = (u64::from(width) * u64::from(pixel.bits_per_pixel()) % 8) as u32;
    if used != 0
        && let Some(last) = row.get_mut(pixel.row_bytes(width) - 1)
    {
        *last &= !(0xFF >> used);
    }
}

/// Copies rows from one stride to another, `row_bytes` of each; the padding that the destination's
/// stride leaves (for example up to a multiple of 4) becomes 0. Returns the number of rows copied:
/// those that both slices hold completely, padding after the last row aside.
pub fn copy_rows(
    src: &[u8],
    src_stride: usize,
    dst: &mut [u8],
    dst_stride: usize,
    row_bytes: usize,
) -> usize {
    if row_bytes == 0 || src_stride < row_bytes || dst_stride < row_bytes {
        return 0;
    }
    let mut rows = 0;
    for (to, from) in dst.chunks_mut(dst_stride).zip(src.chunks(src_stride)) {
        if to.len() < row_bytes || from.len() < row_bytes {
            break;
        }
        let (pixels, padding) = to.split_at_mut(row_bytes);
        pixels.copy_from_slice(&from[..row_bytes]);
        padding.fill(0);
        rows += 1;
    }
    rows
}

/// Exchanges red and blue in place (RGB to BGR and back); grey rows stay as they are.
pub fn swap_red_blue(pixel: PixelType, row: &mut [u8]) {
    match pixel {
        PixelType::Rgb8 => {
            for [red, _, blue] in row.as_chunks_mut::<3>().0 {
                std::mem::swap(red, blue);
            }
        }
        PixelType::Rgb16 => {
            for [r0, r1, _, _, b0, b1] in row.as_chunks_mut::<6>().0 {
                std::mem::swap(r0, b0);
                std::mem::swap(r1, b1);
            }
        }
        _ => {}
    }
}

/// Exchanges black and white in place, in any pixel type. The unused bits of a row's last byte are
/// inverted too: [`clear_unused_bits`] where that matters.
pub fn invert(row: &mut [u8]) {
    for byte in row {
        *byte = !*byte;
    }
}

/// Exchanges the bytes of 16-bit samples in place (for big-endian files).
pub fn swap_sample_bytes(row: &mut [u8]) {
    for pair in row.as_chunks_mut::<2>().0 {
        pair.swap(0, 1);
    }
}
