//! Pages as their files store them.

use std::fs::File;
use std::sync::Arc;

use raster::{PageLayout, PixelType};
use wia::Result;

use super::ImageInfo;
use crate::{Chunk, ChunkSource, ColorSpace, Metadata, Profile};

/// Chunks that are stretches of a file: places and lengths.
pub(super) struct Stretches {
    file: Arc<File>,
    left: std::vec::IntoIter<(u64, u64)>,
}

impl Stretches {
    pub(super) fn new(file: &Arc<File>, places: Vec<(u64, u64)>) -> Box<Stretches> {
        Box::new(Stretches {
            file: Arc::clone(file),
            left: places.into_iter(),
        })
    }
}

impl ChunkSource for Stretches {
    fn next(&mut self) -> Result<Option<Chunk<'_>>> {
        Ok(self.left.next().map(|(at, bytes)| Chunk::InFile {
            file: &self.file,
            at,
            bytes,
        }))
    }
}

/// The layout of a page whose stored pixels are of `pixel`.
pub(super) fn layout(info: &ImageInfo, pixel: PixelType) -> PageLayout {
    let dpi = |dpi: Option<f64>| dpi.map_or(0, |dpi| dpi.round() as u32);
    PageLayout {
        width: info.width,
        height: Some(info.height),
        pixel,
        x_dpi: dpi(info.x_dpi),
        y_dpi: dpi(info.y_dpi),
    }
}

/// The profile, when it is for as many channels as the picture has.
pub(super) fn fitting(profile: Option<Profile>, channels: u32) -> Option<Profile> {
    let space = if channels == 1 {
        ColorSpace::Gray
    } else {
        ColorSpace::Rgb
    };
    profile.filter(|profile| profile.space() == space)
}

/// What a file says beside its pixels.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) metadata: Metadata,
    pub(super) profile: Option<Profile>,
}

/// Seconds since 1970 of a day of the calendar; `None` for days and times that are none.
pub(super) fn seconds([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of = |month| match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let real = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !real {
        return None;
    }
    let before = year - 1;
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    let days = years + (1..month).map(days_of).sum::<i64>() + day - 1;
    // 719162 days lie between 0001-01-01 and 1970-01-01.
    Some(((days - 719_162) * 24 + hour) * 3600 + minute * 60 + second)
}

/// Seconds since 1970 of "YYYY:MM:DD HH:MM:SS", as TIFF and Exif have it.
pub(super) fn date_time(text: &str) -> Option<i64> {
    let numbers: Vec<i64> = text
        .trim()
        .split([':', ' '])
        .map(|n| n.parse().ok())
        .collect::<Option<_>>()?;
    seconds(numbers.try_into().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{date_time, seconds};

    #[test]
    fn dates() {
        assert_eq!(date_time("1970:01:01 00:00:00"), Some(0));
        assert_eq!(date_time("2000:02:29 00:00:00"), Some(951_782_400));
        assert_eq!(date_time("2100:03:01 00:00:00"), Some(4_107_542_400));
        assert_eq!(date_time("9999:12:31 23:59:59"), Some(253_402_300_799));
        for wrong in [
            "",
            "2001:02:29 00:00:00",
            "2001:13:01 00:00:00",
            "2001:01:01",
        ] {
            assert_eq!(date_time(wrong), None, "{wrong}");
        }
        assert_eq!(seconds([i64::MAX, 1, 1, 0, 0, 0]), None);
    }
}
