//! What a row is.

/// The canonical form of pixels (see the crate's documentation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelType {
    /// 1 bit a pixel, 8 pixels a byte, leftmost in the highest bit, 1 = white.
    Bw1,
    /// 4-bit grey, two pixels a byte, leftmost in the high half, 15 = white.
    Gray4,
    /// 8-bit grey, 255 = white.
    Gray8,
    /// 16-bit grey, little-endian, 65535 = white.
    Gray16,
    /// 8 bits each of red, green, blue.
    Rgb8,
    /// 16 bits each of red, green, blue, little-endian.
    Rgb16,
}

impl PixelType {
    /// Bits of one pixel, all channels together (`WIA_IPA_DEPTH`).
    pub const fn bits_per_pixel(self) -> u32 {
        self.channels() * self.bits_per_channel()
    }

    /// 1 for bilevel and grey, 3 for colour (`WIA_IPA_CHANNELS_PER_PIXEL`).
    pub const fn channels(self) -> u32 {
        match self {
            PixelType::Bw1 | PixelType::Gray4 | PixelType::Gray8 | PixelType::Gray16 => 1,
            PixelType::Rgb8 | PixelType::Rgb16 => 3,
        }
    }

    /// Bits of one sample (`WIA_IPA_BITS_PER_CHANNEL`).
    pub const fn bits_per_channel(self) -> u32 {
        match self {
            PixelType::Bw1 => 1,
            PixelType::Gray4 => 4,
            PixelType::Gray8 | PixelType::Rgb8 => 8,
            PixelType::Gray16 | PixelType::Rgb16 => 16,
        }
    }

    /// Bytes of a row of `width` pixels without padding.
    pub const fn row_bytes(self, width: u32) -> usize {
        (width as u64 * self.bits_per_pixel() as u64).div_ceil(8) as usize
    }

    /// Bytes of a row of `width` pixels padded to a multiple of 4, as BMP and RAW have it.
    pub const fn dword_row_bytes(self, width: u32) -> usize {
        self.row_bytes(width).next_multiple_of(4)
    }
}

/// The shape of a page: what a writer is told before its first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLayout {
    /// Pixels of a row, at least 1.
    pub width: u32,
    /// Rows of the page; `None` when only its end will tell.
    pub height: Option<u32>,
    /// The form of the pixels.
    pub pixel: PixelType,
    /// Horizontal resolution in dots an inch; 0 when unknown.
    pub x_dpi: u32,
    /// Vertical resolution in dots an inch; 0 when unknown.
    pub y_dpi: u32,
}

impl PageLayout {
    /// Bytes of a row without padding.
    pub const fn row_bytes(&self) -> usize {
        self.pixel.row_bytes(self.width)
    }

    /// Bytes of the whole page without padding, when the height is known.
    pub const fn page_bytes(&self) -> Option<u64> {
        match self.height {
            Some(h) => Some(self.row_bytes() as u64 * h as u64),
            None => None,
        }
    }
}

/// Some whole, consecutive rows of a page, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Band<'a> {
    data: &'a [u8],
    stride: usize,
    row_bytes: usize,
    rows: usize,
}

impl<'a> Band<'a> {
    /// The rows in `data`, each `row_bytes` long, their starts `stride` bytes apart. The last row's
    /// padding may be missing. Returns `None` when `data` is no whole number of rows.
    pub fn new(data: &'a [u8], stride: usize, row_bytes: usize) -> Option<Band<'a>> {
        if row_bytes == 0 || stride < row_bytes {
            return None;
        }
        let rows = data.len().div_ceil(stride);
        let last = data.len() - rows.saturating_sub(1) * stride;
        if rows > 0 && last < row_bytes {
            return None;
        }
        Some(Band {
            data,
            stride,
            row_bytes,
            rows,
        })
    }

    /// The number of rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes between the starts of two rows.
    pub const fn stride(&self) -> usize {
        self.stride
    }

    /// Bytes of a row without its padding.
    pub const fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// The rows one after the other, without padding.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + ExactSizeIterator + use<'a> {
        let row_bytes = self.row_bytes;
        self.data
            .chunks(self.stride)
            .map(move |row| &row[..row_bytes])
    }

    /// All rows as one slice when there is no padding between them.
    pub fn packed(&self) -> Option<&'a [u8]> {
        (self.stride == self.row_bytes).then_some(self.data)
    }

    /// Rows `from..to`; clamped to the band.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Band<'a> {
        let to = to.min(self.rows);
        let from = from.min(to);
        let end = (to * self.stride).min(self.data.len());
        Band {
            data: &self.data[(from * self.stride).min(end)..end],
            rows: to - from,
            ..*self
        }
    }
}
