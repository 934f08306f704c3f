//! Which fields the directory of a page has.

use raster::{PageLayout, PixelType};

use super::directory::{Directory, tag};
use super::options::{Container, Options};
use crate::Metadata;

/// The Compression field's numbers.
pub(super) mod scheme {
    pub(crate) const NONE: u16 = 1;
}

/// The PhotometricInterpretation field's numbers.
pub(super) mod photometric {
    pub(crate) const WHITE_IS_ZERO: u16 = 0;
    pub(crate) const BLACK_IS_ZERO: u16 = 1;
    pub(crate) const RGB: u16 = 2;
}

/// Fields of a classic directory without metadata; always the same (see
/// [`Container::Classic`]).
const CLASSIC_FIELDS: u64 = 17;

/// The directory of page `index`; height, rows of a strip and strips are filled in at its end.
pub(super) fn page(options: &Options, index: u32, layout: &PageLayout) -> Directory {
    let mut fields = Directory::default();
    fields.long(tag::NEW_SUBFILE_TYPE, 2);
    fields.long(tag::IMAGE_WIDTH, layout.width);
    fields.long(tag::IMAGE_LENGTH, layout.height.unwrap_or(0));
    let channels = layout.pixel.channels() as u16;
    let bits = [layout.pixel.bits_per_channel() as u16; 3];
    fields.shorts(tag::BITS_PER_SAMPLE, &bits[..channels as usize]);
    fields.shorts(tag::COMPRESSION, &[scheme::NONE]);
    fields.shorts(tag::PHOTOMETRIC, &[lossless_photometric(options, layout)]);
    fields.strips();
    fields.shorts(tag::ORIENTATION, &[1]);
    fields.shorts(tag::SAMPLES_PER_PIXEL, &[channels]);
    fields.long(tag::ROWS_PER_STRIP, 0);
    // Without a resolution the pixels are said to be square, in no unit.
    let known = layout.x_dpi > 0 && layout.y_dpi > 0;
    let (x, y) = if known {
        (layout.x_dpi, layout.y_dpi)
    } else {
        (1, 1)
    };
    fields.rationals(tag::X_RESOLUTION, &[x]);
    fields.rationals(tag::Y_RESOLUTION, &[y]);
    fields.shorts(tag::PLANAR_CONFIGURATION, &[1]);
    fields.shorts(tag::RESOLUTION_UNIT, &[if known { 2 } else { 1 }]);
    let number = options.page_number.saturating_add(index);
    fields.shorts(tag::PAGE_NUMBER, &[number.min(0xFFFF) as u16, 0]);
    metadata(&mut fields, &options.metadata);
    fields
}

/// Adds the one field that a classic directory has beside the fixed ones when its compression
/// brings none: FillOrder with its default value.
pub(super) fn fill_up(fields: &mut Directory, options: &Options) {
    if options.container == Container::Classic && fields.len() < classic_fields(&options.metadata) {
        fields.shorts(tag::FILL_ORDER, &[1]);
    }
}

/// The number of fields of each directory of a classic document.
pub(super) fn classic_fields(metadata_fields: &Metadata) -> u64 {
    let mut fields = Directory::default();
    metadata(&mut fields, metadata_fields);
    CLASSIC_FIELDS + fields.len()
}

/// The meaning of the samples of a lossless page.
pub(super) fn lossless_photometric(options: &Options, layout: &PageLayout) -> u16 {
    use super::options::Photometric::{BlackIsZero, WhiteIsZero};
    match (layout.pixel, options.photometric) {
        (PixelType::Rgb8 | PixelType::Rgb16, _) => photometric::RGB,
        (_, BlackIsZero) => photometric::BLACK_IS_ZERO,
        (_, WhiteIsZero) => photometric::WHITE_IS_ZERO,
    }
}

fn metadata(fields: &mut Directory, metadata: &Metadata) {
    fields.text(tag::DOCUMENT_NAME, &metadata.title);
    fields.text(tag::MAKE, &metadata.make);
    fields.text(tag::MODEL, &metadata.model);
    fields.text(tag::SOFTWARE, &metadata.software);
    if let Some(text) = metadata.date.and_then(date_time) {
        fields.text(tag::DATE_TIME, &text);
    }
}

/// Seconds since 1970 as TIFF's "YYYY:MM:DD HH:MM:SS"; `None` outside the years 1 to 9999.
fn date_time(seconds: i64) -> Option<String> {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years are counted from March, so that the leap day is the last of its year; 719468 days lie
    // between 0000-03-01 and 1970-01-01, 146097 in 400 years.
    let days = days.checked_add(719_468)?;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march_month = (5 * day + 2) / 153;
    let day = day - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12 + 1;
    let year = era * 400 + year + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    (1..=9999)
        .contains(&year)
        .then(|| format!("{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::date_time;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970:01:01 00:00:00"),
            (-1, "1969:12:31 23:59:59"),
            (951_782_399, "2000:02:28 23:59:59"),
            (951_782_400, "2000:02:29 00:00:00"),
            (951_868_800, "2000:03:01 00:00:00"),
            (4_107_542_400, "2100:03:01 00:00:00"),
            (1_763_692_509, "2025:11:21 02:35:09"),
            (253_402_300_799, "9999:12:31 23:59:59"),
            (-62_135_596_800, "0001:01:01 00:00:00"),
        ] {
            assert_eq!(date_time(seconds).as_deref(), Some(text));
        }
        assert_eq!(date_time(253_402_300_800), None);
        assert_eq!(date_time(-62_135_596_801), None);
        assert_eq!(date_time(i64::MAX), None);
        assert_eq!(date_time(i64::MIN), None);
    }
}
