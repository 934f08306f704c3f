//! One directory: its fields, and whether its strips or tiles are where it says.

use wia::Result;

use super::reader::{Reader, damaged, unsupported};
use crate::tiff::NO_PAGE;
use crate::tiff::directory::tag;

/// More fields than any TIFF has; a classic directory can have no more.
const MOST_FIELDS: u64 = 65535;
/// Offsets and byte counts are looked at in groups of so many.
const GROUP: u64 = 4096;

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

/// How long strips or tiles are.
#[derive(Clone, Copy)]
enum Lengths {
    Told(Values),
    /// Nobody says it, but they are not compressed.
    Rows(Uncompressed),
    /// Nobody says it: up to the directory at this place. Without one behind it, it is to the end of the file, which
    /// must not move then.
    UpTo(u64),
}

/// Strips of rows as they are.
#[derive(Clone, Copy)]
struct Uncompressed {
    height: u64,
    rows: u64,
    /// Strips of a plane.
    plane: u64,
    row_bytes: u64,
}

/// The fields that say where an image's data is.
#[derive(Default)]
struct Fields {
    subfile: Option<u64>,
    width: Option<u64>,
    height: Option<u64>,
    bits: Option<Values>,
    compression: Option<u64>,
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
            tag::BITS_PER_SAMPLE => self.bits = Some(values),
            tag::COMPRESSION => self.compression = number,
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

    /// Bytes of an uncompressed row of a strip.
    fn row_bytes(&self, reader: &Reader<'_>, width: u64, planes: u64) -> Result<u64> {
        let bits = match self.bits {
            Some(bits) if bits.count > 0 => reader.number(bits.at, bits.size)?,
            _ => 1,
        };
        let samples = if planes > 1 {
            1
        } else {
            self.samples.unwrap_or(1)
        };
        Ok(width
            .saturating_mul(samples)
            .saturating_mul(bits)
            .div_ceil(8))
    }

    /// Checks that there are as many strips or tiles as the image needs, all inside the file; gives
    /// the end of the last.
    fn check_image(&self, reader: &Reader<'_>, at: u64) -> Result<u64> {
        let (width, height) = (self.width.unwrap_or(0), self.height.unwrap_or(0));
        if width == 0 || height == 0 {
            return Err(damaged(format!("the directory at {at} has no image")));
        }
        let planes = match self.planar {
            Some(2) => self.samples.unwrap_or(1).max(1),
            _ => 1,
        };
        let (kind, offsets, lengths, each) = match (self.tile_offsets, self.offsets) {
            (Some(offsets), _) => {
                let across = width.div_ceil(self.tile_width.unwrap_or(0).max(1));
                let down = height.div_ceil(self.tile_height.unwrap_or(0).max(1));
                // Old files have their tiles' sizes in the strips' field.
                let counts = self.tile_counts.or(self.counts);
                let lengths = counts.map(Lengths::Told);
                ("tiles", offsets, lengths, across.saturating_mul(down))
            }
            (None, Some(offsets)) => {
                let rows = self.rows_per_strip.unwrap_or(height).clamp(1, height);
                let plane = height.div_ceil(rows);
                let lengths = match self.counts {
                    Some(counts) => Lengths::Told(counts),
                    // Some writers of single strips leave them out.
                    None if self.compression.unwrap_or(1) == 1 => Lengths::Rows(Uncompressed {
                        height,
                        rows,
                        plane,
                        row_bytes: self.row_bytes(reader, width, planes)?,
                    }),
                    None => Lengths::UpTo(at),
                };
                ("strips", offsets, Some(lengths), plane)
            }
            (None, None) => {
                return Err(unsupported(format!(
                    "the directory at {at} has neither strips nor tiles"
                )));
            }
        };
        let wanted = each.saturating_mul(planes);
        let have = match lengths {
            Some(Lengths::Told(counts)) => counts.count.min(offsets.count),
            Some(_) => offsets.count,
            None => 0,
        };
        match lengths {
            Some(lengths) if have >= wanted => check_data(reader, kind, offsets, lengths, wanted),
            _ => Err(damaged(format!(
                "the directory at {at} has {have} {kind} where its image needs {wanted}"
            ))),
        }
    }
}

impl Uncompressed {
    /// The bytes of a strip.
    fn bytes(&self, strip: u64) -> u64 {
        let above = (strip % self.plane).saturating_mul(self.rows);
        let rows = self.height.saturating_sub(above).min(self.rows);
        rows.saturating_mul(self.row_bytes)
    }
}

/// Checks that the first `count` strips or tiles are inside the file; gives the end of the last one.
fn check_data(
    reader: &Reader<'_>,
    kind: &str,
    offsets: Values,
    lengths: Lengths,
    count: u64,
) -> Result<u64> {
    let group = |values: Values, from: u64, n: u64| {
        reader.bytes(values.at + from * values.size, n * values.size)
    };
    let mut end = 0;
    for from in (0..count).step_by(GROUP as usize) {
        let n = GROUP.min(count - from);
        let places = group(offsets, from, n)?;
        let told = match lengths {
            Lengths::Told(counts) => group(counts, from, n)?,
            _ => Vec::new(),
        };
        for (i, place) in places.chunks_exact(offsets.size as usize).enumerate() {
            let place = reader.integer(place);
            let size = match lengths {
                Lengths::Told(counts) => {
                    let size = counts.size as usize;
                    told.get(i * size..)
                        .and_then(|told| told.get(..size))
                        .map_or(0, |n| reader.integer(n))
                }
                Lengths::Rows(rows) => rows.bytes(from + i as u64),
                Lengths::UpTo(directory) if directory > place => directory - place,
                Lengths::UpTo(_) => {
                    return Err(unsupported(format!(
                        "one of its {kind} has no length and goes to the file's end: what is added there would belong to it"
                    )));
                }
            };
            if place == 0 || size == 0 {
                return Err(damaged(format!("one of its {kind} was never written")));
            }
            end = end.max(reader.named(place, size)?);
        }
    }
    Ok(end)
}
