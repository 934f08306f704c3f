//! What a driver has written into a stream, as far as can be told at no cost.

use formats::raw::RawHeader;
use wia::format::{
    WIA_IMG_FMT_BMP, WIA_IMG_FMT_JPEG, WIA_IMG_FMT_MEMORYBMP, WIA_IMG_FMT_PNG, WIA_IMG_FMT_RAW,
    WIA_IMG_FMT_TIFF,
};
use wia::{Compression, Guid};

/// The file header of a bitmap.
const FILE_HEADER: usize = 14;
/// The header of a bitmap without a file header.
const INFO_HEADER: usize = 40;
/// The end of a JPEG file, and of a PNG file (`IEND` with its length and checksum).
const JPEG_END: &[u8] = &[0xFF, 0xD9];
const PNG_END: &[u8] = &[0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82];

/// The format of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Raw,
    /// A bitmap, with or without its file header.
    Bitmap,
    Tiff,
    Jpeg,
    Png,
    Other,
}

impl Kind {
    pub(crate) fn of(format: Guid) -> Kind {
        match format {
            WIA_IMG_FMT_RAW => Kind::Raw,
            WIA_IMG_FMT_BMP | WIA_IMG_FMT_MEMORYBMP => Kind::Bitmap,
            WIA_IMG_FMT_TIFF => Kind::Tiff,
            WIA_IMG_FMT_JPEG => Kind::Jpeg,
            WIA_IMG_FMT_PNG => Kind::Png,
            _ => Kind::Other,
        }
    }

    /// Whether the header is followed by lines.
    pub(crate) const fn has_lines(self) -> bool {
        matches!(self, Kind::Raw | Kind::Bitmap)
    }

    /// Bytes of a header that begins with these; `None` when there are too few to know.
    pub(crate) fn header_len(self, head: &[u8]) -> Option<usize> {
        match self {
            Kind::Raw => Some(RawHeader::LEN),
            Kind::Bitmap => file_header(head).map(|file| file + INFO_HEADER),
            _ => Some(0),
        }
    }
}

/// Bytes before the second header of a bitmap; `None` when nothing of it has come.
fn file_header(head: &[u8]) -> Option<usize> {
    match head {
        [b'B', b'M', ..] => Some(FILE_HEADER),
        [] | [b'B'] => None,
        _ => Some(0),
    }
}

/// What the header of a page with lines says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Pixels of a line.
    pub(crate) width: u32,
    /// Lines; 0 when that is left open.
    pub(crate) height: u32,
    /// Bytes of all lines; 0 when that is left open, which bitmaps may do.
    pub(crate) size: u32,
    /// Dots an inch.
    pub(crate) dpi: (u32, u32),
    /// Bytes from one line to the next.
    stride: u64,
    /// Where the lines begin.
    start: u64,
    /// Whether the height is written as a negative number.
    negative: bool,
    /// The place of the file header's size, height, size of the lines, and dots an inch.
    at: Places,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Places {
    total: Option<u64>,
    height: u64,
    size: u64,
    dpi: (u64, u64),
}

impl Told {
    fn read(kind: Kind, head: &[u8]) -> Option<Told> {
        match kind {
            Kind::Raw => Told::raw(head.get(..RawHeader::LEN)?.try_into().ok()?),
            Kind::Bitmap => Told::bitmap(head, file_header(head)?),
            _ => None,
        }
    }

    fn raw(head: &[u8; RawHeader::LEN]) -> Option<Told> {
        let header = RawHeader::decode(head).ok()?;
        let plain = header.compression == Compression::None.value() as u32;
        (plain && header.bytes_per_line > 0).then(|| Told {
            width: header.x_extent,
            height: header.height(),
            size: header.raw_data_size,
            dpi: (header.x_res, header.y_res),
            stride: header.bytes_per_line.into(),
            start: header.data_start(None),
            negative: header.y_extent.cast_signed() < 0,
            at: Places {
                total: None,
                height: 24,
                size: 68,
                dpi: (12, 16),
            },
        })
    }

    fn bitmap(head: &[u8], file: usize) -> Option<Told> {
        let info = head.get(file..file + INFO_HEADER)?;
        let bits = word(info, 12) >> 16;
        let (width, height) = (word(info, 4), word(info, 8).cast_signed());
        let plain = word(info, 16) == 0 && matches!(bits, 1 | 4 | 8 | 24 | 32);
        if !plain || width == 0 || width > i32::MAX as u32 {
            return None;
        }
        let colours = match (bits, word(info, 32)) {
            (24 | 32, used) => used,
            (_, 0) => 1 << bits,
            (_, used) => used,
        };
        let after = file as u64 + u64::from(word(info, 0)) + 4 * u64::from(colours.min(256));
        let start = match file {
            0 => after,
            _ => u64::from(word(head, 10)).max(after),
        };
        let file = file as u64;
        Some(Told {
            width,
            height: height.unsigned_abs(),
            size: word(info, 20),
            dpi: (dpi(word(info, 24)), dpi(word(info, 28))),
            stride: (u64::from(width) * u64::from(bits)).div_ceil(32) * 4,
            start,
            negative: height < 0,
            at: Places {
                total: (file > 0).then_some(2),
                height: file + 8,
                size: file + 20,
                dpi: (file + 24, file + 28),
            },
        })
    }

    /// The bytes of a document with so many lines.
    pub(crate) fn end(&self, lines: u32) -> u64 {
        self.start + self.stride * u64::from(lines)
    }

    /// What to write where so that the header tells so many lines; `None` for more than it can tell.
    pub(crate) fn with_height(&self, lines: u32) -> Option<Vec<(u64, [u8; 4])>> {
        let size = u32::try_from(self.stride * u64::from(lines)).ok()?;
        let total = u32::try_from(self.end(lines)).ok()?;
        let height = i32::try_from(lines).ok()?;
        let height = if self.negative { -height } else { height };
        let mut words = vec![
            (self.at.height, height.to_le_bytes()),
            (self.at.size, size.to_le_bytes()),
        ];
        words.extend(self.at.total.map(|at| (at, total.to_le_bytes())));
        Some(words)
    }

    /// The same for a height that the end of the page will tell. A bitmap whose first line is the top one
    /// says so by its height alone.
    pub(crate) fn with_open_height(&self, kind: Kind) -> Vec<(u64, [u8; 4])> {
        let height = match (kind, self.negative) {
            (Kind::Bitmap, true) => -i32::MAX,
            _ => 0,
        };
        vec![
            (self.at.height, height.to_le_bytes()),
            (self.at.size, [0; 4]),
        ]
    }

    /// The same for another resolution.
    pub(crate) fn with_dpi(&self, kind: Kind, dpi: (u32, u32)) -> Vec<(u64, [u8; 4])> {
        let number = |dpi: u32| match kind {
            Kind::Bitmap => dots_a_metre(dpi),
            _ => dpi,
        };
        vec![
            (self.at.dpi.0, number(dpi.0).to_le_bytes()),
            (self.at.dpi.1, number(dpi.1).to_le_bytes()),
        ]
    }
}

/// What came of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// Not a byte.
    Nothing,
    /// A header, or a part of it.
    NoLine,
    /// Whole lines, so many.
    Lines(u32),
    /// As much as an encoded page has: its end is there.
    Encoded,
    /// Lines that were not written in their order.
    Scattered,
    /// Something unfinished, or something that cannot be told.
    Unknown,
}

/// Looks at what is written, and where. Positions are counted from the start of the document.
#[derive(Debug)]
pub(crate) struct Watch {
    kind: Kind,
    head: Vec<u8>,
    told: Option<Told>,
    tail: Vec<u8>,
    end: u64,
    /// Something was written elsewhere than behind the rest or into the header.
    scattered: bool,
    failed: bool,
}

impl Watch {
    pub(crate) const fn new(kind: Kind) -> Watch {
        Watch {
            kind,
            head: Vec::new(),
            told: None,
            tail: Vec::new(),
            end: 0,
            scattered: false,
            failed: false,
        }
    }

    /// Bytes of the document.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    /// A call of the stream failed.
    pub(crate) fn failed(&mut self) {
        self.failed = true;
    }

    pub(crate) fn written(&mut self, at: u64, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let (end, header) = (at + data.len() as u64, RawHeader::LEN as u64);
        if self.kind.has_lines() && at < header {
            self.keep_head(at as usize, data);
        }
        let in_header = self.kind.has_lines() && self.told.is_some_and(|told| end <= told.start);
        self.scattered |= at != self.end && !(in_header && at < self.end);
        if matches!(self.kind, Kind::Jpeg | Kind::Png) && !self.scattered {
            let keep = data.len().min(PNG_END.len());
            self.tail.extend_from_slice(&data[data.len() - keep..]);
            let drop = self.tail.len().saturating_sub(PNG_END.len());
            self.tail.drain(..drop);
        }
        self.end = self.end.max(end);
    }

    fn keep_head(&mut self, at: usize, data: &[u8]) {
        let data = &data[..data.len().min(RawHeader::LEN - at)];
        let end = at + data.len();
        if self.head.len() < end {
            self.head.resize(end, 0);
        }
        self.head[at..end].copy_from_slice(data);
        self.told = Told::read(self.kind, &self.head);
    }

    /// The document was cut.
    pub(crate) fn cut(&mut self, size: u64) {
        if size == 0 {
            *self = Watch::new(self.kind);
            return;
        }
        if size < self.end {
            self.tail.clear();
            self.head
                .truncate(usize::try_from(size).unwrap_or(usize::MAX));
            self.told = Told::read(self.kind, &self.head);
        }
        self.end = size;
    }

    /// What the header says, once it is there.
    pub(crate) const fn told(&self) -> Option<Told> {
        self.told
    }

    pub(crate) fn came(&self) -> Came {
        if self.failed {
            return Came::Unknown;
        }
        if self.end == 0 {
            return Came::Nothing;
        }
        match (self.kind, self.told) {
            (Kind::Raw | Kind::Bitmap, _) if self.scattered => Came::Scattered,
            (Kind::Raw | Kind::Bitmap, Some(told)) => lines(&told, self.end),
            (Kind::Raw | Kind::Bitmap, None) if self.end < RawHeader::LEN as u64 => Came::NoLine,
            (Kind::Jpeg | Kind::Png, _) if self.scattered => Came::Unknown,
            (Kind::Jpeg, _) if self.tail.ends_with(JPEG_END) => Came::Encoded,
            (Kind::Png, _) if self.tail.ends_with(PNG_END) => Came::Encoded,
            _ => Came::Unknown,
        }
    }

    /// Whether a page came, where the driver says that it is complete.
    pub(crate) fn is_page(&self) -> bool {
        match self.came() {
            Came::Lines(_) | Came::Encoded | Came::Scattered => true,
            Came::Unknown => !self.kind.has_lines() && !self.failed,
            Came::Nothing | Came::NoLine => false,
        }
    }

    /// Whether a whole page came, as its header told it.
    pub(crate) fn is_whole(&self) -> bool {
        match self.came() {
            Came::Lines(lines) => self.told.is_some_and(|told| told.height == lines),
            Came::Encoded => true,
            _ => false,
        }
    }
}

fn lines(told: &Told, end: u64) -> Came {
    let Some(bytes) = end.checked_sub(told.start).filter(|bytes| *bytes > 0) else {
        return Came::NoLine;
    };
    match u32::try_from(bytes / told.stride) {
        Ok(lines) if bytes % told.stride == 0 => Came::Lines(lines),
        _ => Came::Unknown,
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
    u32::from_le_bytes(word.unwrap_or_default())
}

fn dpi(dots_a_metre: u32) -> u32 {
    ((u64::from(dots_a_metre) * 254 + 5000) / 10_000) as u32
}

fn dots_a_metre(dpi: u32) -> u32 {
    ((u64::from(dpi) * 10_000 + 127) / 254) as u32
}
