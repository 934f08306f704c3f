//! A reader of TIFF directories in both forms, strict about what the writer promises.

/// A field's values: integers, the bytes of texts, or numerators and denominators in turn.
pub(crate) type Values = Vec<u64>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ifd {
    pub(crate) at: u64,
    pub(crate) fields: Vec<(u16, u16, Values)>,
    /// The strips' bytes as they stand in the file.
    pub(crate) strips: Vec<Vec<u8>>,
    /// The strips' bytes in order, WhiteIsZero turned into BlackIsZero. The pixels, when there is no
    /// compression.
    pub(crate) pixels: Vec<u8>,
}

impl Ifd {
    pub(crate) fn get(&self, tag: u16) -> Option<&[u64]> {
        let field = self.fields.iter().find(|f| f.0 == tag);
        field.map(|f| f.2.as_slice())
    }

    pub(crate) fn long(&self, tag: u16) -> u32 {
        self.get(tag).unwrap_or_else(|| panic!("no tag {tag}"))[0] as u32
    }

    pub(crate) fn text(&self, tag: u16) -> Option<String> {
        let bytes: Vec<u8> = self.get(tag)?.iter().map(|v| *v as u8).collect();
        let (last, text) = bytes.split_last().unwrap();
        assert_eq!(*last, 0);
        Some(String::from_utf8(text.to_vec()).unwrap())
    }

    pub(crate) fn tags(&self) -> Vec<u16> {
        self.fields.iter().map(|f| f.0).collect()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Tiff {
    pub(crate) big: bool,
    pub(crate) pages: Vec<Ifd>,
}

fn number(bytes: &[u8], at: u64, len: u64) -> u64 {
    let at = at as usize;
    let bytes = &bytes[at..at + len as usize];
    bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

impl Tiff {
    /// All pages of the document in `bytes`. Panics when it is not a valid TIFF.
    pub(crate) fn parse(bytes: &[u8]) -> Tiff {
        assert_eq!(&bytes[..2], b"II");
        let big = match number(bytes, 2, 2) {
            42 => false,
            43 => {
                assert_eq!(number(bytes, 4, 4), 8);
                true
            }
            other => panic!("magic {other}"),
        };
        let mut next = if big {
            number(bytes, 8, 8)
        } else {
            number(bytes, 4, 4)
        };
        let mut pages = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while next != 0 {
            assert!(seen.insert(next), "a loop of directories");
            let (page, following) = ifd(bytes, next, big);
            pages.push(page);
            next = following;
        }
        Tiff { big, pages }
    }
}

fn ifd(bytes: &[u8], at: u64, big: bool) -> (Ifd, u64) {
    assert_eq!(
        at % if big { 8 } else { 2 },
        0,
        "alignment of the directory"
    );
    let (head, entry, word) = if big { (8, 20, 8) } else { (2, 12, 4) };
    let count = number(bytes, at, head);
    let mut page = Ifd {
        at,
        ..Ifd::default()
    };
    for i in 0..count {
        let e = at + head + i * entry;
        let (tag, kind) = (number(bytes, e, 2) as u16, number(bytes, e + 2, 2) as u16);
        let values = number(bytes, e + 4, word);
        let (size, per) = match kind {
            1 | 2 | 7 => (1, 1),
            3 => (2, 1),
            4 => (4, 1),
            5 => (4, 2),
            16 if big => (8, 1),
            other => panic!("type {other} of tag {tag}"),
        };
        let inline = values * size * per <= word;
        let from = if inline {
            e + 4 + word
        } else {
            number(bytes, e + 4 + word, word)
        };
        assert!(from % 2 == 0, "alignment of tag {tag}");
        let list = (0..values * per).map(|v| number(bytes, from + v * size, size));
        if let Some((last, ..)) = page.fields.last() {
            assert!(*last < tag, "order of tags");
        }
        page.fields.push((tag, kind, list.collect()));
    }
    let next = number(bytes, at + head + count * entry, word);
    let offsets = page.get(273).unwrap().to_vec();
    let counts = page.get(279).unwrap().to_vec();
    assert_eq!(offsets.len(), counts.len());
    let rows = page.long(257).div_ceil(page.long(278));
    let planes = if page.get(284) == Some(&[2]) {
        page.long(277)
    } else {
        1
    };
    assert_eq!(offsets.len() as u32, rows * planes, "number of strips");
    let invert = page.long(262) == 0;
    for (offset, len) in offsets.iter().zip(&counts) {
        let strip = &bytes[*offset as usize..(*offset + *len) as usize];
        page.strips.push(strip.to_vec());
        page.pixels
            .extend(strip.iter().map(|b| if invert { !b } else { *b }));
    }
    (page, next)
}
