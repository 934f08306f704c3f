//! Which fields the directory of a page has.

use raster::{PageLayout, PixelType};

use super::directory::{Directory, tag};
use super::options::{Container, Options};
use crate::date::Date;
use crate::{ColorSpace, Metadata};

/// Fields of a classic directory without metadata; always the same (see
/// [`Container::Classic`]).
const CLASSIC_FIELDS: u64 = 17;

/// The directory of page `index` but for what its compression brings; height, rows of a strip and
/// strips are filled in at its end.
pub(super) fn page(options: &Options, index: u32, layout: &PageLayout) -> Directory {
    let mut fields = Directory::default();
    fields.long(tag::NEW_SUBFILE_TYPE, 2);
    fields.long(tag::IMAGE_WIDTH, layout.width);
    fields.long(tag::IMAGE_LENGTH, layout.height.unwrap_or(0));
    let channels = layout.pixel.channels() as u16;
    let bits = [layout.pixel.bits_per_channel() as u16; 3];
    fields.shorts(tag::BITS_PER_SAMPLE, &bits[..channels as usize]);
    fields.strips();
    fields.shorts(tag::ORIENTATION, &[options.orientation.number().into()]);
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
    if let Some(profile) = &options.profile
        && options.container == Container::Growing
        && layout.pixel != PixelType::Bw1
        && (profile.space() == ColorSpace::Rgb) == (channels == 3)
    {
        fields.undefined(tag::ICC_PROFILE, profile.bytes());
    }
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

fn metadata(fields: &mut Directory, metadata: &Metadata) {
    fields.text(tag::DOCUMENT_NAME, &metadata.title);
    fields.text(tag::MAKE, &metadata.make);
    fields.text(tag::MODEL, &metadata.model);
    fields.text(tag::SOFTWARE, &metadata.software);
    fields.text(tag::ARTIST, &metadata.author);
    if let Some(text) = metadata.date.and_then(date_time) {
        fields.text(tag::DATE_TIME, &text);
    }
}

/// Seconds since 1970 as TIFF's "YYYY:MM:DD HH:MM:SS"; `None` outside the years 1 to 9999.
fn date_time(seconds: i64) -> Option<String> {
    Date::from_seconds(seconds).map(|d| {
        format!(
            "{:04}:{:02}:{:02} {:02}:{:02}:{:02}",
            d.year, d.month, d.day, d.hour, d.minute, d.second
        )
    })
}
