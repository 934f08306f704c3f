//! Records: comment lines from which a document can be made again when its end is missing.
//!
//! Each names its own offset and has a checksum, so that nothing else passes for one.

use std::fmt::Write;

/// What every record begins with, behind the end of a line.
pub(super) const MARK: &[u8] = b"%Quire ";
/// The longest record, in bytes.
pub(super) const LONGEST: usize = 1024;

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// The document began here, and these objects are written, from number 1 on. 0 is the offset of one
    /// that comes at the end.
    Document { id: u128, offsets: Vec<u64> },
    /// What is before this record is a document of its own, to which pages are added.
    Addition { id: u128 },
    /// A page ended here.
    Page(PageRecord),
}

/// What is said of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageRecord {
    /// Its number among those of this program, from 1.
    pub(super) number: u32,
    /// Where its bytes begin; they end where the record begins.
    pub(super) start: u64,
    /// Their checksum.
    pub(super) checksum: u32,
    /// The number of its first object.
    pub(super) first: u32,
    /// Where its objects begin; the last one is the page.
    pub(super) offsets: Vec<u64>,
    /// The record before.
    pub(super) previous: u64,
    /// The identifier of the document up to here.
    pub(super) id: u128,
}

impl Record {
    /// The line of a record that stands at `at`.
    pub(super) fn line(&self, at: u64) -> String {
        let mut line = format!("%Quire at {at} ");
        let _ = match self {
            Record::Document { id, .. } => write!(line, "document id {id:032x}"),
            Record::Addition { id } => write!(line, "addition id {id:032x}"),
            Record::Page(p) => write!(
                line,
                "page {} start {} data {:08x} first {} previous {} id {:032x}",
                p.number, p.start, p.checksum, p.first, p.previous, p.id
            ),
        };
        if let Record::Document { offsets, .. } | Record::Page(PageRecord { offsets, .. }) = self {
            line.push_str(" objects");
            for offset in offsets {
                let _ = write!(line, " {offset}");
            }
        }
        let sum = crc32fast::hash(line.as_bytes());
        let _ = writeln!(line, " sum {sum:08x}");
        line
    }

    /// Reads the record at the start of `bytes`, which stand at `at`; `None` when there is no whole one.
    pub(super) fn parse(bytes: &[u8], at: u64) -> Option<Record> {
        let end = bytes.iter().take(LONGEST).position(|b| *b == b'\n')?;
        let line = std::str::from_utf8(&bytes[..end]).ok()?;
        let (said, sum) = line.rsplit_once(" sum ")?;
        if u32::from_str_radix(sum, 16).ok()? != crc32fast::hash(said.as_bytes()) {
            return None;
        }
        let (said, objects) = said.split_once(" objects").unwrap_or((said, ""));
        let offsets = objects.split_ascii_whitespace().map(|n| n.parse().ok());
        let offsets: Vec<u64> = offsets.collect::<Option<_>>()?;
        let said = said.strip_prefix("%Quire at ")?;
        let mut words = said.split(' ');
        if words.next()?.parse() != Ok(at) {
            return None;
        }
        let kind = words.next()?;
        let mut value = |word: &str| {
            if word != "page" && words.next()? != word {
                return None;
            }
            words.next()
        };
        let hex = |text: &str| u128::from_str_radix(text, 16).ok();
        match kind {
            "document" => Some(Record::Document {
                id: hex(value("id")?)?,
                offsets,
            }),
            "addition" => Some(Record::Addition {
                id: hex(value("id")?)?,
            }),
            "page" => Some(Record::Page(PageRecord {
                number: value("page")?.parse().ok()?,
                start: value("start")?.parse().ok()?,
                checksum: u32::try_from(hex(value("data")?)?).ok()?,
                first: value("first")?.parse().ok()?,
                previous: value("previous")?.parse().ok()?,
                id: hex(value("id")?)?,
                offsets,
            })),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for record in [
            Record::Document {
                id: 7,
                offsets: vec![15, 0, 99],
            },
            Record::Addition { id: u128::MAX },
            Record::Page(PageRecord {
                number: 12_000,
                start: 1 << 40,
                checksum: 0xFFFF_FFFF,
                first: u32::MAX,
                offsets: vec![u64::MAX; 8],
                previous: u64::MAX,
                id: 1 << 127,
            }),
        ] {
            let line = record.line(77);
            assert!(line.len() < LONGEST);
            assert_eq!(Record::parse(line.as_bytes(), 77), Some(record.clone()));
            // Elsewhere it is a copy; cut or changed it is none.
            assert_eq!(Record::parse(line.as_bytes(), 78), None);
            for at in 0..line.len() - 1 {
                assert_eq!(Record::parse(&line.as_bytes()[..=at], 77), None);
                let mut changed = line.clone().into_bytes();
                changed[at] ^= 1;
                assert_eq!(Record::parse(&changed, 77), None);
            }
        }
    }
}
