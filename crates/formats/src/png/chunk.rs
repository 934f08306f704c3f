//! The chunks of a PNG.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use raster::{PageLayout, PixelType};
use wia::{Error, Result};

use crate::date::Date;
use crate::{Metadata, Profile};

pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1A\n";

/// Appends a chunk: its length, its type, its data and the check sum of both.
pub(super) fn append(to: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    to.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = to.len();
    to.extend_from_slice(&kind);
    to.extend_from_slice(data);
    let sum = crc32fast::hash(&to[start..]);
    to.extend_from_slice(&sum.to_be_bytes());
}

/// Appends IHDR; a height that is unknown is 0.
pub(super) fn append_header(to: &mut Vec<u8>, layout: &PageLayout) {
    let colour = match layout.pixel {
        PixelType::Rgb8 | PixelType::Rgb16 => 2,
        PixelType::Bw1 | PixelType::Gray4 | PixelType::Gray8 | PixelType::Gray16 => 0,
    };
    let mut data = [0; 13];
    data[..4].copy_from_slice(&layout.width.to_be_bytes());
    data[4..8].copy_from_slice(&layout.height.unwrap_or(0).to_be_bytes());
    data[8] = layout.pixel.bits_per_channel() as u8;
    data[9] = colour;
    append(to, *b"IHDR", &data);
}

/// Appends iCCP: a name, the method (deflate), the profile.
pub(super) fn append_profile(to: &mut Vec<u8>, profile: &Profile) -> Result<()> {
    let mut deflate = ZlibEncoder::new(b"icc\0\0".to_vec(), Compression::default());
    let data = deflate
        .write_all(profile.bytes())
        .and_then(|()| deflate.finish());
    append(to, *b"iCCP", &data.map_err(Error::from_write)?);
    Ok(())
}

/// Appends pHYs when both resolutions are known. Its unit is dots a metre.
pub(super) fn append_resolution(to: &mut Vec<u8>, layout: &PageLayout) {
    if layout.x_dpi == 0 || layout.y_dpi == 0 {
        return;
    }
    let dots = |dpi: u32| {
        let dots = (u64::from(dpi) * 10_000 + 127) / 254;
        (dots.min(i32::MAX as u64) as u32).to_be_bytes()
    };
    let mut data = [0; 9];
    data[..4].copy_from_slice(&dots(layout.x_dpi));
    data[4..8].copy_from_slice(&dots(layout.y_dpi));
    data[8] = 1;
    append(to, *b"pHYs", &data);
}

/// Appends Title, Software and Source (make and model) as text, and the date as tIME.
pub(super) fn append_metadata(to: &mut Vec<u8>, metadata: &Metadata) {
    let source = [metadata.make.as_str(), metadata.model.as_str()];
    let source = source.join(" ");
    append_text(to, "Title", &metadata.title);
    append_text(to, "Software", &metadata.software);
    append_text(to, "Source", source.trim());
    if let Some(date) = metadata.date.and_then(Date::from_seconds) {
        let [high, low] = date.year.to_be_bytes();
        let data = [
            high,
            low,
            date.month,
            date.day,
            date.hour,
            date.minute,
            date.second,
        ];
        append(to, *b"tIME", &data);
    }
}

/// Appends a text: tEXt where Latin-1 can tell it, else iTXt. Control characters are left out, as
/// both chunks forbid them (a zero byte would end the text).
fn append_text(to: &mut Vec<u8>, keyword: &str, text: &str) {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.is_empty() {
        return;
    }
    let mut data = keyword.as_bytes().to_vec();
    data.push(0);
    let latin: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    match latin {
        Some(latin) => {
            data.extend_from_slice(&latin);
            append(to, *b"tEXt", &data);
        }
        None => {
            // Not compressed, no language, no translated keyword.
            data.extend_from_slice(&[0, 0, 0, 0]);
            data.extend_from_slice(text.as_bytes());
            append(to, *b"iTXt", &data);
        }
    }
}
