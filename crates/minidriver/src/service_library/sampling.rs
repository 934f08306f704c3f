//! Smaller copies of images: thumbnails.

use std::ops::Range;

use wia::{Error, ErrorKind, Result};

/// The resolution that images come down to when no size is asked for, in dots an inch.
const THUMBNAIL_DPI: u32 = 50;

/// An image, or a band of one, that is to become smaller (`WIAS_DOWN_SAMPLE_INFO`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownSampleInfo {
    /// Pixels of a line.
    pub original_width: u32,
    /// Lines.
    pub original_height: u32,
    /// 1, 8 or 24 bits of a pixel.
    pub bits_per_pixel: u32,
    /// Resolution across, in dots an inch.
    pub x_res: u32,
    /// Resolution along, in dots an inch.
    pub y_res: u32,
    /// Pixels of a line of the result; 0 for the width at 50 dots an inch.
    pub down_sampled_width: u32,
    /// Lines of the result; 0 for the height at 50 dots an inch.
    pub down_sampled_height: u32,
}

/// The size of a smaller image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownSampledSize {
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Bytes, with lines padded to four bytes (`ulActualSize`).
    pub bytes: usize,
}

/// The size that [`down_sample_buffer`] will make (`WIAS_GET_DOWNSAMPLED_SIZE_ONLY`).
///
/// Where it has to choose, it divides by a whole number: the resolution over 50, at least 1. Rest
/// pixels of a line are shared out among those of the result. Lines are not: an image is sampled band by
/// band, and no line of the result may need lines of two bands, so the caller pads the last band.
///
/// # Errors
///
/// `InvalidArgument` for an image without pixels, a resolution of 0 where it is needed, bits of a
/// pixel other than 1, 8 and 24, a result larger than the image, and a number of lines that is not a
/// multiple of the result's, or of the number that it is divided by.
#[doc(alias = "WIAS_GET_DOWNSAMPLED_SIZE_ONLY")]
pub fn down_sampled_size(info: &DownSampleInfo) -> Result<DownSampledSize> {
    if !matches!(info.bits_per_pixel, 1 | 8 | 24) {
        return Err(Error::invalid(format!(
            "bits of a pixel: {} is not valid; valid: 1 8 24",
            info.bits_per_pixel
        )));
    }
    let (columns, lines) = (info.original_width, info.original_height);
    if columns == 0 || lines == 0 {
        return Err(Error::invalid(format!(
            "an image of {columns} x {lines} pixels cannot be made smaller"
        )));
    }
    let width = match info.down_sampled_width {
        0 => (columns / factor(info.x_res)?).max(1),
        asked => asked,
    };
    let (height, factor) = match info.down_sampled_height {
        0 => {
            let factor = factor(info.y_res)?;
            (lines / factor, factor)
        }
        asked => (asked, lines / asked),
    };
    if width > columns || height > lines {
        return Err(Error::invalid(format!(
            "{width} x {height} pixels are more than the image has ({columns} x {lines})"
        )));
    }
    if u64::from(height) * u64::from(factor) != u64::from(lines) {
        return Err(Error::invalid(format!(
            "lines: {lines} is not valid; valid: multiples of {}",
            if info.down_sampled_height == 0 {
                factor
            } else {
                height
            }
        )));
    }
    let bytes = image_bytes(width, height, info.bits_per_pixel)?;
    Ok(DownSampledSize {
        width,
        height,
        bytes,
    })
}

/// How many pixels become one.
fn factor(resolution: u32) -> Result<u32> {
    match resolution {
        0 => Err(Error::invalid(
            "resolution: 0 is not valid; valid: 1 or more",
        )),
        dpi => Ok((dpi / THUMBNAIL_DPI).max(1)),
    }
}

/// Bytes of an image with lines padded to four bytes.
fn image_bytes(width: u32, height: u32, bits_per_pixel: u32) -> Result<usize> {
    line_bytes(width, bits_per_pixel)
        .checked_mul(u64::from(height))
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| Error::new(ErrorKind::OutOfMemory, "an image of too many bytes"))
}

fn line_bytes(width: u32, bits_per_pixel: u32) -> u64 {
    (u64::from(width) * u64::from(bits_per_pixel)).div_ceil(32) * 4
}

/// Makes an image smaller, into a buffer of the caller. The first `bytes` of it are written.
///
/// Lines are padded to four bytes on both sides. A pixel of 8 or 24 bits is the average of those that it
/// stands for, channel by channel; one of 1 bit is the middle one of them.
///
/// # Errors
///
/// As [`down_sampled_size`], and `InvalidArgument` for a source or destination that is too short.
#[doc(alias = "wiasDownSampleBuffer")]
pub fn down_sample_buffer(
    info: &DownSampleInfo,
    source: &[u8],
    destination: &mut [u8],
) -> Result<DownSampledSize> {
    let size = down_sampled_size(info)?;
    let needed = image_bytes(
        info.original_width,
        info.original_height,
        info.bits_per_pixel,
    )?;
    if source.len() < needed {
        return Err(Error::invalid(format!(
            "the source has {} bytes; valid: {needed} or more",
            source.len()
        )));
    }
    let room = destination.len();
    let Some(destination) = destination.get_mut(..size.bytes) else {
        return Err(Error::invalid(format!(
            "the destination has {room} bytes; valid: {} or more",
            size.bytes
        )));
    };
    destination.fill(0);
    let from = needed / info.original_height as usize;
    let to = size.bytes / size.height as usize;
    let group = (info.original_height / size.height) as usize;
    for (lines, out) in source[..needed]
        .chunks_exact(from * group)
        .zip(destination.chunks_exact_mut(to))
    {
        match info.bits_per_pixel {
            1 => {
                let middle = group / 2 * from;
                pick_line(info, size.width, &lines[middle..middle + from], out);
            }
            bits => average_lines(info, size.width, bits as usize / 8, lines, from, out),
        }
    }
    Ok(size)
}

/// As [`down_sample_buffer`], into a buffer that is made for it (`pDestBuffer` NULL).
///
/// # Errors
///
/// As [`down_sample_buffer`].
#[doc(alias = "wiasDownSampleBuffer")]
pub fn down_sample_to_vec(
    info: &DownSampleInfo,
    source: &[u8],
) -> Result<(DownSampledSize, Vec<u8>)> {
    // The result is no larger than the source, which exists: its size cannot exhaust the memory.
    let bytes = down_sampled_size(info)?.bytes.min(source.len());
    let mut pixels = vec![0; bytes];
    let size = down_sample_buffer(info, source, &mut pixels)?;
    Ok((size, pixels))
}

/// The columns of the image that pixel `x` of `width` stands for.
fn columns(info: &DownSampleInfo, width: u32, x: u32) -> Range<usize> {
    let edge = |x: u32| (u64::from(x) * u64::from(info.original_width) / u64::from(width)) as usize;
    edge(x)..edge(x + 1)
}

fn pick_line(info: &DownSampleInfo, width: u32, line: &[u8], out: &mut [u8]) {
    for x in 0..width {
        let from = columns(info, width, x);
        let middle = from.start + from.len() / 2;
        let bit = line[middle / 8] >> (7 - middle % 8) & 1;
        out[x as usize / 8] |= bit << (7 - x % 8);
    }
}

fn average_lines(
    info: &DownSampleInfo,
    width: u32,
    channels: usize,
    lines: &[u8],
    stride: usize,
    out: &mut [u8],
) {
    for x in 0..width {
        let from = columns(info, width, x);
        let bytes = from.start * channels..from.end * channels;
        let count = (from.len() * (lines.len() / stride)) as u64;
        let place = &mut out[x as usize * channels..][..channels];
        for (channel, place) in place.iter_mut().enumerate() {
            let sum: u64 = lines
                .chunks_exact(stride)
                .flat_map(|line| line[bytes.clone()].iter().skip(channel).step_by(channels))
                .map(|v| u64::from(*v))
                .sum();
            *place = ((sum + count / 2) / count) as u8;
        }
    }
}
