//! A little reader of TIFF directories, after TIFF 6.0 and the BigTIFF design, independent of the
//! crates that write them.

use super::Recorder;

/// Bytes that can be looked at anywhere.
pub(crate) trait Source {
    fn part(&self, at: u64, len: u64) -> Vec<u8>;
}

impl Source for [u8] {
    fn part(&self, at: u64, len: u64) -> Vec<u8> {
        self[at as usize..(at + len) as usize].to_vec()
    }
}

impl Source for Recorder {
    fn part(&self, at: u64, len: u64) -> Vec<u8> {
        Recorder::part(self, at, len)
    }
}

/// One field of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) tag: u16,
    pub(crate) kind: u16,
    /// Integers; of fractions numerator and denominator in turn.
    pub(crate) values: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ifd {
    /// Where it is, from the start of the TIFF.
    pub(crate) at: u64,
    pub(crate) fields: Vec<Field>,
    /// Where its link to the next directory is.
    pub(crate) link: u64,
}

impl Ifd {
    pub(crate) fn field(&self, tag: u16) -> Option<&Field> {
        self.fields.iter().find(|f| f.tag == tag)
    }

    pub(crate) fn values(&self, tag: u16) -> &[u64] {
        let field = self.field(tag);
        &field.unwrap_or_else(|| panic!("no tag {tag}")).values
    }

    pub(crate) fn value(&self, tag: u16) -> u64 {
        let values = self.values(tag);
        assert_eq!(values.len(), 1, "tag {tag}");
        values[0]
    }

    /// The strips, one after the other, as they stand in the file.
    pub(crate) fn data(&self, source: &(impl Source + ?Sized), base: u64) -> Vec<u8> {
        let (offsets, counts) = (self.values(273), self.values(279));
        assert_eq!(offsets.len(), counts.len());
        let strips = offsets.iter().zip(counts);
        strips
            .flat_map(|(at, len)| source.part(base + at, *len))
            .collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tiff {
    pub(crate) big: bool,
    pub(crate) pages: Vec<Ifd>,
}

struct Reader<'a, S: ?Sized> {
    source: &'a S,
    base: u64,
    big: bool,
}

impl Tiff {
    /// The directories of the TIFF that starts at `base`. Panics when it breaks a rule.
    pub(crate) fn parse(source: &(impl Source + ?Sized), base: u64) -> Tiff {
        let head = source.part(base, 4);
        assert_eq!(&head[..2], b"II", "little-endian");
        let mut reader = Reader {
            source,
            base,
            big: false,
        };
        let mut next = match &head[2..] {
            [42, 0] => reader.number(4, 4),
            [43, 0] => {
                reader.big = true;
                assert_eq!(reader.number(4, 2), 8, "size of offsets");
                assert_eq!(reader.number(6, 2), 0);
                reader.number(8, 8)
            }
            other => panic!("no TIFF: {other:?}"),
        };
        let mut pages: Vec<Ifd> = Vec::new();
        while next != 0 {
            assert!(pages.iter().all(|p| p.at != next), "a loop of directories");
            let (page, after) = reader.directory(next);
            pages.push(page);
            next = after;
        }
        Tiff {
            big: reader.big,
            pages,
        }
    }
}

impl<S: Source + ?Sized> Reader<'_, S> {
    fn number(&self, at: u64, len: u64) -> u64 {
        let bytes = self.source.part(self.base + at, len);
        bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
    }

    fn directory(&self, at: u64) -> (Ifd, u64) {
        let (head, entry, word) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        assert!(at.is_multiple_of(2), "a directory is on a word boundary");
        let count = self.number(at, head);
        let mut fields: Vec<Field> = Vec::new();
        for place in (0..count).map(|i| at + head + i * entry) {
            let tag = self.number(place, 2) as u16;
            let kind = self.number(place + 2, 2) as u16;
            let number = self.number(place + 4, word);
            let (size, per_value) = match kind {
                1 | 2 | 7 => (1, 1),
                3 => (2, 1),
                4 => (4, 1),
                5 => (4, 2),
                16 if self.big => (8, 1),
                other => panic!("tag {tag} has the type {other}"),
            };
            let from = if number * size * per_value <= word {
                place + 4 + word
            } else {
                self.number(place + 4 + word, word)
            };
            assert!(from.is_multiple_of(2), "tag {tag} is on a word boundary");
            let last = fields.last();
            assert!(last.is_none_or(|f| f.tag < tag), "tags ascend: {tag}");
            let values = (0..number * per_value).map(|v| self.number(from + v * size, size));
            fields.push(Field {
                tag,
                kind,
                values: values.collect(),
            });
        }
        let link = at + head + count * entry;
        let ifd = Ifd { at, fields, link };
        (ifd, self.number(link, word))
    }
}
