//! The file header of a bitmap that came without one.

/// Bytes of a `BITMAPINFOHEADER`.
const INFO_HEADER: usize = 40;
/// `biCompression` of pixels that have masks behind the header.
const BI_BITFIELDS: u32 = 3;

/// Learns a bitmap's header from the bands that it comes in, and makes its `BITMAPFILEHEADER`.
pub(super) struct Bitmap {
    info: [u8; INFO_HEADER],
    /// So many of its first bytes are known.
    known: usize,
    /// Bytes of the bitmap, without the file header.
    pub(super) end: u64,
}

impl Bitmap {
    pub(super) const fn new() -> Bitmap {
        Bitmap {
            info: [0; INFO_HEADER],
            known: 0,
            end: 0,
        }
    }

    /// A band at its place.
    pub(super) fn band(&mut self, offset: u64, band: &[u8]) {
        self.end = self.end.max(offset + band.len() as u64);
        let Some(at) = usize::try_from(offset).ok().filter(|at| *at <= self.known) else {
            return;
        };
        let length = band.len().min(INFO_HEADER.saturating_sub(at));
        if let Some(place) = self.info.get_mut(at..at + length) {
            place.copy_from_slice(&band[..length]);
            self.known = self.known.max(at + length);
        }
    }

    fn word(&self, at: usize) -> u32 {
        let bytes = self.info.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes)
    }

    /// Where the lines start: behind header, masks and palette.
    fn lines_start(&self) -> u64 {
        let depth = self.word(12) >> 16;
        let colours = match self.word(32) {
            0 if depth <= 8 => 1 << depth,
            n => u64::from(n),
        };
        let masks = if self.word(16) == BI_BITFIELDS && self.word(0) == INFO_HEADER as u32 {
            12
        } else {
            0
        };
        u64::from(self.word(0)) + masks + 4 * colours
    }

    fn line(&self) -> u64 {
        (u64::from(self.word(4)) * u64::from(self.word(12) >> 16)).div_ceil(32) * 4
    }

    /// Whether the header is there and says the height.
    pub(super) fn is_known(&self) -> bool {
        self.known == INFO_HEADER && self.word(8) != 0
    }

    /// `biHeight` as the lines that came make it, for a header that does not say it.
    pub(super) fn missing_height(&self) -> Option<i32> {
        let line = self.line();
        if self.known < INFO_HEADER || self.word(8) != 0 || line == 0 {
            return None;
        }
        i32::try_from(self.end.saturating_sub(self.lines_start()) / line).ok()
    }

    /// `BITMAPFILEHEADER` for a bitmap of this height.
    pub(super) fn file_header(&self) -> [u8; 14] {
        let start = super::FILE_HEADER + self.lines_start();
        let height = u64::from(self.word(8).cast_signed().unsigned_abs());
        let told = u64::from(self.word(20));
        let image = match (self.word(16), told) {
            // Compressed lines have no size of their own.
            (1 | 2, 1..) => told,
            (1 | 2, 0) => self.end.saturating_sub(self.lines_start()),
            _ => self.line() * height,
        };
        let long = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        let mut header = [0; 14];
        header[..2].copy_from_slice(b"BM");
        header[2..6].copy_from_slice(&long(start + image));
        header[10..].copy_from_slice(&long(start));
        header
    }
}
