//! Folders of images that the virtual scanner takes for sheets.

use std::fs;
use std::path::Path;

/// Dots an inch of the images, and of scans that copy them exactly.
pub(crate) const DPI: u32 = 100;

/// Grey values of the test picture at a place; `seed` tells one sheet from the other.
pub(crate) fn gray(seed: u32, x: u32, y: u32) -> u8 {
    (x * 3 + y * 5 + seed * 41 + (x / 10 + y / 10) % 2 * 60) as u8
}

/// All grey values of a picture, row by row.
pub(crate) fn gray_bytes(seed: u32, width: u32, height: u32) -> Vec<u8> {
    (0..height)
        .flat_map(|y| (0..width).map(move |x| gray(seed, x, y)))
        .collect()
}

/// Writes a grey PNG of [`DPI`].
pub(crate) fn write_png(path: &Path, seed: u32, width: u32, height: u32) {
    const METRES_PER_INCH: f64 = 0.0254;
    let mut encoder = png::Encoder::new(fs::File::create(path).unwrap(), width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let per_metre = (f64::from(DPI) / METRES_PER_INCH).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().unwrap();
    let bytes = gray_bytes(seed, width, height);
    writer.write_image_data(&bytes).unwrap();
    writer.finish().unwrap();
}

/// Makes a folder of `count` grey sheets, `01.png` and so on, each a little longer than the last.
pub(crate) fn folder(path: &Path, count: u32) {
    fs::create_dir(path).unwrap();
    for n in 1..=count {
        let (width, height) = size(n);
        write_png(&path.join(format!("{n:02}.png")), n, width, height);
    }
}

/// Pixels of sheet `n` of [`folder`].
pub(crate) fn size(n: u32) -> (u32, u32) {
    (200, 250 + 10 * n)
}
