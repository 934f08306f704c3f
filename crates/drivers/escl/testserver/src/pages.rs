//! What is on the pages, and their files, made by encoders that are not the project's own.

use escl::settings::{ColorMode, ScanSettings};
use raster::PixelType;

/// Width and height in pixels of what settings ask for.
///
/// # Panics
///
/// When they tell no region and resolution.
pub fn size(settings: &ScanSettings) -> (u32, u32) {
    let region = settings.region.unwrap();
    let pixels = |length: u32, dpi: Option<u32>| (length * dpi.unwrap() / 300).max(1);
    (
        pixels(region.width, settings.x_resolution),
        pixels(region.height, settings.y_resolution),
    )
}

/// The sample at a place, of 16 bits: smooth with some noise, so that files are not small, and another one on each
/// page.
fn sample(page: u32, x: u32, y: u32, channel: u32) -> u16 {
    let value = x * 97 + y * 61 + page * 7919 + channel * 15_000;
    let noise =
        (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)).wrapping_mul(3_266_489_917);
    let fold = (value + (noise >> 20)) % 131_072;
    u16::try_from(if fold < 65_536 { fold } else { 131_071 - fold }).unwrap()
}

/// The page as canonical rows.
///
/// Sheet 1 has the pages 10 and 11, the glass has page 0.
pub fn rows(page: u32, (width, height): (u32, u32), pixel: PixelType) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        let start = rows.len();
        rows.resize(start + pixel.row_bytes(width), 0);
        let row = &mut rows[start..];
        for x in 0..width {
            for channel in 0..pixel.channels() {
                let value = sample(page, x, y, channel);
                let at = (x * pixel.channels() + channel) as usize;
                match pixel.bits_per_channel() {
                    1 if value >= 0x8000 => row[at / 8] |= 0x80 >> (at % 8),
                    8 => row[at] = (value >> 8) as u8,
                    16 => row[at * 2..][..2].copy_from_slice(&value.to_le_bytes()),
                    _ => {}
                }
            }
        }
    }
    rows
}

/// The pixels of a mode.
pub fn pixel(mode: ColorMode) -> PixelType {
    match mode {
        ColorMode::BlackAndWhite1 => PixelType::Bw1,
        ColorMode::Grayscale8 => PixelType::Gray8,
        ColorMode::Grayscale16 => PixelType::Gray16,
        ColorMode::Rgb24 => PixelType::Rgb8,
        ColorMode::Rgb48 => PixelType::Rgb16,
    }
}

/// The file of a page.
///
/// # Panics
///
/// When the settings are not complete.
pub fn encoded(settings: &ScanSettings, page: u32) -> Vec<u8> {
    let size = size(settings);
    let pixel = pixel(settings.color_mode.unwrap());
    let rows = rows(page, size, pixel);
    match settings.format.as_deref() {
        Some("image/png") => png(&rows, size, pixel),
        _ => jpeg(&rows, size, pixel),
    }
}

/// By the `png` crate.
///
/// # Panics
///
/// When the rows are not of this size.
pub fn png(rows: &[u8], (width, height): (u32, u32), pixel: PixelType) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(match pixel.channels() {
        1 => png::ColorType::Grayscale,
        _ => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::from_u8(pixel.bits_per_channel() as u8).unwrap());
    let mut rows = rows.to_vec();
    if pixel.bits_per_channel() == 16 {
        rows.chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&rows).unwrap();
    writer.finish().unwrap();
    file
}

/// By the `jpeg-encoder` crate, in full resolution of colour.
///
/// # Panics
///
/// When the rows are not of this size.
pub fn jpeg(rows: &[u8], (width, height): (u32, u32), pixel: PixelType) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    let color = match pixel.channels() {
        1 => jpeg_encoder::ColorType::Luma,
        _ => jpeg_encoder::ColorType::Rgb,
    };
    let (width, height) = (width.try_into().unwrap(), height.try_into().unwrap());
    encoder.encode(rows, width, height, color).unwrap();
    file
}
