//! One directory: its fields, and whether its strips or tiles are where it says.

use wia::Result;

use super::reader::{Reader, damaged, unsupported};
use crate::tiff::directory::tag;

/// More fields than any TIFF has; a classic directory can have no more.
const MOST_FIELDS: u64 = 65535;
/// Offsets and byte counts are looked at in groups of so many.
const GROUP: u64 = 4096;

/// Bits of `NewSubfileType`: a smaller version of another page, and a mask.
const NO_PAGE: u64 = 1 | 4;

/// A directory whose image is complete.
pub(super) struct Directory {
    /// Whether it is a page, and no thumbnail or mask.
    pub(super) is_page: bool,
    /// The end of everything that it names.
    pub(super) end: u64,
    /// Where its link stands.
    pub(super) link: u64,
    /// The next directory; 0 after the last.
    pub(super) next: u64,
}

/// Values of a field: how large each is, how many, and where.
#[derive(Clone, Copy)]
struct Values {
    size: u64,
    count: u64,
    at: u64,
}

/// The fields that say where an image's data is.
#[derive(Default)]
struct Fields {
    subfile: Option<u64>,
    width: Option<u64>,
    height: Option<u64>,
    samples: Option<u64>,
    planar: Option<u64>,
    rows_per_strip: Option<u64>,
    tile_width: Option<u64>,
    tile_height: Option<u64>,
    offsets: Option<Values>,
    counts: Option<Values>,
    tile_offsets: Option<Values>,
    tile_counts: Option<Values>,
}

/// Checks the directory at `at`.
///
/// # Errors
///
/// `InputDamaged` when anything that it names is not there; `InputUnsupported` when it has neither
/// strips nor tiles.
pub(super) fn check_directory(reader: &Reader<'_>, at: u64) -> Result<Directory> {
    let (count_size, entry_size) = if reader.is_big() { (8, 20) } else { (2, 12) };
    let count = reader.number(at, count_size)?;
    if count > MOST_FIELDS {
        return Err(damaged(format!("the directory at {at} has {count} fields")));
    }
    let first = at + count_size;
    let entries = reader.bytes(first, count * entry_size + reader.word())?;
    let (entries, next) = entries.split_at((count * entry_size) as usize);
    let link = first + entries.len() as u64;
    reader.named(at, link - at)?;
    if !reader.keeps_free(link) {
        reader.named(link, reader.word())?;
    }

    let mut end = link + reader.word();
    let mut fields = Fields::default();
    for (i, entry) in entries.chunks_exact(entry_size as usize).enumerate() {
        let place = first + i as u64 * entry_size;
        end = end.max(fields.take(reader, entry, place)?);
    }
    end = end.max(fields.check_image(reader, at)?);
    Ok(Directory {
        is_page: fields.subfile.unwrap_or(0) & NO_PAGE == 0,
        end,
        link,
        next: reader.integer(next),
    })
}

impl Fields {
    /// Takes a directory's entry, which stands at `place`; gives the end of its values.
    fn take(&mut self, reader: &Reader<'_>, entry: &[u8], place: u64) -> Result<u64> {
        let size = match reader.integer(&entry[2..4]) {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            // A type of the future: who does not know it leaves the field alone.
            _ => return Ok(place),
        };
        let word = reader.word();
        let (count, value) = entry[4..].split_at(word as usize);
        let count = reader.integer(count);
        let bytes = count
            .checked_mul(size)
            .ok_or_else(|| damaged(format!("the field at {place} has {count} values")))?;
        let at = if bytes <= word {
            place + 4 + word
        } else {
            reader.integer(value)
        };
        let end = reader.named(at, bytes)?;
        let values = Values { size, count, at };
        // The fields with one number have it in place.
        let number = Some(reader.integer(&value[..size.min(word) as usize]));
        match reader.integer(&entry[..2]) as u16 {
            tag::NEW_SUBFILE_TYPE => self.subfile = number,
            tag::IMAGE_WIDTH => self.width = number,
            tag::IMAGE_LENGTH => self.height = number,
            tag::SAMPLES_PER_PIXEL => self.samples = number,
            tag::PLANAR_CONFIGURATION => self.planar = number,
            tag::ROWS_PER_STRIP => self.rows_per_strip = number,
            tag::TILE_WIDTH => self.tile_width = number,
            tag::TILE_LENGTH => self.tile_height = number,
            tag::STRIP_OFFSETS => self.offsets = Some(values),
            tag::STRIP_BYTE_COUNTS => self.counts = Some(values),
            tag::TILE_OFFSETS => self.tile_offsets = Some(values),
            tag::TILE_BYTE_COUNTS => self.tile_counts = Some(values),
            _ => {}
        }
        Ok(end)
    }

    /// Checks that there are as many strips or tiles as the image needs, all inside the file; gives
    /// the end of the last.
    fn check_image(&self, reader: &Reader<'_>, at: u64) -> Result<u64> {
        let (width, height) = (self.width.unwrap_or(0), self.height.unwrap_or(0));
        if width == 0 || height == 0 {
            return Err(damaged(format!("the directory at {at} has no image")));
        }
        let (kind, offsets, counts, each) = match (self.tile_offsets, self.offsets) {
            (Some(offsets), _) => {
                let across = width.div_ceil(self.tile_width.unwrap_or(0).max(1));
                let down = height.div_ceil(self.tile_height.unwrap_or(0).max(1));
                // Old files have their tiles' sizes in the strips' field.
                let counts = self.tile_counts.or(self.counts);
                ("tiles", offsets, counts, across.saturating_mul(down))
            }
            (None, Some(offsets)) => {
                let rows = self.rows_per_strip.unwrap_or(height).clamp(1, height);
                ("strips", offsets, self.counts, height.div_ceil(rows))
            }
            (None, None) => {
                return Err(unsupported(format!(
                    "the directory at {at} has neither strips nor tiles"
                )));
            }
        };
        let planes = match self.planar {
            Some(2) => self.samples.unwrap_or(1).max(1),
            _ => 1,
        };
        let wanted = each.saturating_mul(planes);
        let have = counts.map_or(0, |counts| counts.count.min(offsets.count));
        match counts {
            Some(counts) if have >= wanted => check_data(reader, kind, offsets, counts, wanted),
            _ => Err(damaged(format!(
                "the directory at {at} has {have} {kind} where its image needs {wanted}"
            ))),
        }
    }
}

/// Checks that the first `count` strips or tiles are inside the file; gives the end of the last one.
fn check_data(
    reader: &Reader<'_>,
    kind: &str,
    offsets: Values,
    counts: Values,
    count: u64,
) -> Result<u64> {
    let group = |values: Values, from: u64, n: u64| {
        reader.bytes(values.at + from * values.size, n * values.size)
    };
    let mut end = 0;
    for from in (0..count).step_by(GROUP as usize) {
        let n = GROUP.min(count - from);
        let (places, sizes) = (group(offsets, from, n)?, group(counts, from, n)?);
        let places = places.chunks_exact(offsets.size as usize);
        let sizes = sizes.chunks_exact(counts.size as usize);
        for (place, size) in places.zip(sizes) {
            let (place, size) = (reader.integer(place), reader.integer(size));
            if place == 0 || size == 0 {
                return Err(damaged(format!("one of its {kind} was never written")));
            }
            end = end.max(reader.named(place, size)?);
        }
    }
    Ok(end)
}
