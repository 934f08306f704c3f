//! The file header of a bitmap that came without one.

use wia::{Error, ErrorKind, Result};

use super::FILE_HEADER;

/// Bytes of a `BITMAPINFOHEADER`.
const INFO_HEADER: usize = 40;
/// `biCompression` of pixels that have masks behind the header.
const BI_BITFIELDS: u32 = 3;

/// Makes a file (`WiaImgFmt_BMP`) of a bitmap that comes in bands (`WiaImgFmt_MEMORYBMP`): it gets its
/// `BITMAPFILEHEADER` as soon as its height is known, at the latest at its end.
///
/// What is to be written is given to a function, with the place in the file.
#[derive(Default)]
pub struct MemoryBitmap {
    bitmap: Bitmap,
    /// What was written in front.
    file_header: Option<[u8; 14]>,
}

impl MemoryBitmap {
    /// A band, `offset` bytes behind the bitmap's start.
    ///
    /// # Errors
    ///
    /// What `write` says; `InvalidDriverResponse` for a bitmap that is larger than a file of one can be.
    pub fn band(
        &mut self,
        offset: u64,
        band: &[u8],
        mut write: impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        self.bitmap.band(offset, band);
        if self.file_header.is_none() && self.bitmap.is_known() {
            self.write_file_header(&mut write)?;
        }
        write(FILE_HEADER + offset, band)
    }

    /// Puts in what was not known before, and the file header as the header is now. Without a band it does nothing.
    ///
    /// # Errors
    ///
    /// As [`MemoryBitmap::band`].
    pub fn complete(&mut self, mut write: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        if self.bitmap.end == 0 {
            return Ok(());
        }
        if let Some(height) = self.bitmap.missing_height() {
            let height = height.to_le_bytes();
            self.bitmap.band(8, &height);
            write(FILE_HEADER + 8, &height)?;
        }
        self.write_file_header(&mut write)
    }

    /// Bytes of the file so far.
    pub fn len(&self) -> u64 {
        match self.bitmap.end {
            0 => 0,
            end => FILE_HEADER + end,
        }
    }

    /// Whether no data came.
    pub fn is_empty(&self) -> bool {
        self.bitmap.end == 0
    }

    fn write_file_header(
        &mut self,
        write: &mut impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let header = self.bitmap.file_header()?;
        if self.file_header.replace(header) == Some(header) {
            return Ok(());
        }
        write(0, &header)
    }
}

/// Learns a bitmap's header from the bands that it comes in, and makes its `BITMAPFILEHEADER`.
struct Bitmap {
    info: [u8; INFO_HEADER],
    /// So many of its first bytes are known.
    known: usize,
    /// Bytes of the bitmap, without the file header.
    end: u64,
}

impl Default for Bitmap {
    fn default() -> Bitmap {
        Bitmap {
            info: [0; INFO_HEADER],
            known: 0,
            end: 0,
        }
    }
}

impl Bitmap {
    /// A band at its place.
    fn band(&mut self, offset: u64, band: &[u8]) {
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
    fn is_known(&self) -> bool {
        self.known == INFO_HEADER && self.word(8) != 0
    }

    /// `biHeight` as the lines that came make it, for a header that does not say it.
    fn missing_height(&self) -> Option<i32> {
        let line = self.line();
        if self.known < INFO_HEADER || self.word(8) != 0 || line == 0 {
            return None;
        }
        i32::try_from(self.end.saturating_sub(self.lines_start()) / line).ok()
    }

    /// `BITMAPFILEHEADER` for a bitmap of this height.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for a bitmap that would be larger than a file of one can be.
    fn file_header(&self) -> Result<[u8; 14]> {
        let start = FILE_HEADER + self.lines_start();
        let height = u64::from(self.word(8).cast_signed().unsigned_abs());
        let told = u64::from(self.word(20));
        let image = match (self.word(16), told) {
            // Compressed lines have no size of their own.
            (1 | 2, 1..) => told,
            (1 | 2, 0) => self.end.saturating_sub(self.lines_start()),
            _ => self.line().saturating_mul(height),
        };
        let total = u32::try_from(start.saturating_add(image)).map_err(|_| {
            Error::new(
                ErrorKind::InvalidDriverResponse,
                format!(
                    "the bitmap's header tells {} x {height} pixels of {} bits with {} colours, more than 4 GiB",
                    self.word(4),
                    self.word(12) >> 16,
                    self.word(32)
                ),
            )
        })?;
        // What is smaller than the whole fits as well.
        let start = start as u32;
        let mut header = [0; 14];
        header[..2].copy_from_slice(b"BM");
        header[2..6].copy_from_slice(&total.to_le_bytes());
        header[10..].copy_from_slice(&start.to_le_bytes());
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(width: u32, height: i32, depth: u16, colours: u32) -> Bitmap {
        let mut header = [0; INFO_HEADER];
        header[0] = INFO_HEADER as u8;
        header[4..8].copy_from_slice(&width.to_le_bytes());
        header[8..12].copy_from_slice(&height.to_le_bytes());
        header[14..16].copy_from_slice(&depth.to_le_bytes());
        header[32..36].copy_from_slice(&colours.to_le_bytes());
        let mut bitmap = Bitmap::default();
        bitmap.band(0, &header);
        bitmap
    }

    #[test]
    fn the_file_header_tells_size_and_start() {
        let header = bitmap(10, -5, 8, 0).file_header().unwrap();
        let start = 14 + 40 + 4 * 256_u32;
        assert_eq!(header[..2], *b"BM");
        assert_eq!(header[2..6], (start + 12 * 5).to_le_bytes());
        assert_eq!(header[10..], start.to_le_bytes());
    }

    #[test]
    fn a_header_that_no_file_can_have_is_refused_by_name() {
        for (width, height, depth, colours) in [
            (u32::MAX, i32::MIN, u16::MAX, 0),
            (0x8000_0000, 3, 24, 0),
            (1, 1, 8, u32::MAX),
        ] {
            let e = bitmap(width, height, depth, colours)
                .file_header()
                .unwrap_err();
            assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
            let told = format!("{width} x {} pixels of {depth} bits", height.unsigned_abs());
            assert!(e.to_string().contains(&told), "{e}");
        }
    }
}
