//! `WIA_RAW_HEADER`.

use raster::{PageLayout, PixelType};
use wia::{Compression, DataType, Error, ErrorKind, Photometric, Result};

/// The order of the lines (`WIA_LINE_ORDER_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOrder {
    /// The first line is the top of the page.
    TopToBottom,
    /// The first line is the bottom of the page.
    BottomToTop,
}

/// The header of a RAW stream, field by field. All numbers are stored little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawHeader {
    /// Version of the structure, 0x00010000.
    pub version: u32,
    /// Valid bytes of the header, 80.
    pub header_size: u32,
    /// Horizontal resolution, dots an inch.
    pub x_res: u32,
    /// Vertical resolution, dots an inch.
    pub y_res: u32,
    /// Pixels of a line.
    pub x_extent: u32,
    /// Lines; 0 while unknown. Some drivers store it as a negative LONG: see [`RawHeader::height`].
    pub y_extent: u32,
    /// Bytes from one line to the next; 0 for compressed data.
    pub bytes_per_line: u32,
    /// Bits of a pixel as it is stored: of an index when there is a palette.
    pub bits_per_pixel: u32,
    /// Channels of a pixel.
    pub channels_per_pixel: u32,
    /// `WIA_DATA_*`.
    pub data_type: u32,
    /// Bits of each channel in the order of the data type.
    pub bits_per_channel: [u8; 8],
    /// `WIA_COMPRESSION_*`; 0 is none.
    pub compression: u32,
    /// `WIA_PHOTO_*`: 0 when the highest value is white, 1 when 0 is white.
    pub photometric: u32,
    /// `WIA_LINE_ORDER_*`: see [`RawHeader::order`].
    pub line_order: u32,
    /// Where the lines start: see [`RawHeader::data_start`].
    pub raw_data_offset: u32,
    /// Bytes of all lines, without header and palette; 0 while unknown.
    pub raw_data_size: u32,
    /// Where the palette starts, counted from the end of the header.
    pub palette_offset: u32,
    /// Bytes of the palette; 0 when there is none.
    pub palette_size: u32,
}

impl RawHeader {
    /// Bytes of the header.
    pub const LEN: usize = 80;
    /// The first four bytes.
    pub const TAG: [u8; 4] = *b"WRAW";
    /// The version that this module writes and reads.
    pub const VERSION: u32 = 0x0001_0000;

    /// The header of a page of canonical rows: lines padded to four bytes, top to bottom, the
    /// highest value white, `RAW_RGB` for colour. An unknown height leaves `y_extent` and
    /// `raw_data_size` 0.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when the lines are longer, or all lines together are more, than the
    /// header's 32-bit fields can tell.
    pub fn for_page(layout: &PageLayout) -> Result<RawHeader> {
        let stride = layout.pixel.dword_row_bytes(layout.width);
        let bytes_per_line = u32::try_from(stride).map_err(|_| {
            Error::invalid(format!("RAW cannot hold lines of {} pixels", layout.width))
        })?;
        let mut bits_per_channel = [0; 8];
        let channels = layout.pixel.channels();
        let bits = layout.pixel.bits_per_channel();
        bits_per_channel[..channels as usize].fill(bits as u8);
        let data_type = match layout.pixel {
            PixelType::Bw1 => DataType::Threshold,
            PixelType::Gray4 | PixelType::Gray8 | PixelType::Gray16 => DataType::Grayscale,
            PixelType::Rgb8 | PixelType::Rgb16 => DataType::RawRgb,
        };
        let mut header = RawHeader {
            version: RawHeader::VERSION,
            header_size: RawHeader::LEN as u32,
            x_res: layout.x_dpi,
            y_res: layout.y_dpi,
            x_extent: layout.width,
            y_extent: 0,
            bytes_per_line,
            bits_per_pixel: layout.pixel.bits_per_pixel(),
            channels_per_pixel: channels,
            data_type: data_type.value() as u32,
            bits_per_channel,
            compression: Compression::None.value() as u32,
            photometric: Photometric::White1.value() as u32,
            line_order: 1,
            raw_data_offset: 0,
            raw_data_size: 0,
            palette_offset: 0,
            palette_size: 0,
        };
        if let Some(height) = layout.height {
            header.set_height(height)?;
        }
        Ok(header)
    }

    /// Sets `y_extent` and `raw_data_size` for `height` uncompressed lines.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` when that is 4 GiB or more.
    pub fn set_height(&mut self, height: u32) -> Result<()> {
        let bytes = u64::from(self.bytes_per_line) * u64::from(height);
        let too_big = |_| Error::invalid(format!("RAW cannot hold a page of {bytes} bytes"));
        self.raw_data_size = u32::try_from(bytes).map_err(too_big)?;
        self.y_extent = height;
        Ok(())
    }

    /// The number of lines: the absolute value of `y_extent` read as a LONG. 0 is unknown.
    pub const fn height(&self) -> u32 {
        (self.y_extent as i32).unsigned_abs()
    }

    /// The order of the lines; `None` for a number that is no `WIA_LINE_ORDER_*`.
    pub const fn order(&self) -> Option<LineOrder> {
        match self.line_order {
            1 => Some(LineOrder::TopToBottom),
            2 => Some(LineOrder::BottomToTop),
            _ => None,
        }
    }

    /// The position of the first line in the stream.
    ///
    /// Writers disagree whether `raw_data_offset` counts from the start of the stream or from the
    /// end of the header. The rule, first match wins: less than the header is relative to its end;
    /// what fits the stream's `length` and `raw_data_size` when both are known; exactly the header,
    /// or header and palette, is absolute; anything else is relative. This crate writes it relative.
    pub fn data_start(&self, length: Option<u64>) -> u64 {
        let header = u64::from(self.header_size);
        let offset = u64::from(self.raw_data_offset);
        let palette = u64::from(self.palette_size);
        let relative = header + offset;
        if offset < header {
            return relative;
        }
        if let (Some(length), true) = (length, self.raw_data_size != 0) {
            let size = u64::from(self.raw_data_size);
            let relative_end = relative + size;
            if relative_end == length || length.checked_sub(palette) == Some(relative_end) {
                return relative;
            }
            if offset + size == length {
                return offset;
            }
        }
        if offset == header || offset == header + palette {
            return offset;
        }
        relative
    }

    /// The 80 bytes.
    pub fn encode(&self) -> [u8; RawHeader::LEN] {
        let mut bytes = [0; RawHeader::LEN];
        bytes[..4].copy_from_slice(&RawHeader::TAG);
        for (at, value) in self.words() {
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        bytes[44..52].copy_from_slice(&self.bits_per_channel);
        bytes
    }

    fn words(&self) -> [(usize, u32); 17] {
        [
            (4, self.version),
            (8, self.header_size),
            (12, self.x_res),
            (16, self.y_res),
            (20, self.x_extent),
            (24, self.y_extent),
            (28, self.bytes_per_line),
            (32, self.bits_per_pixel),
            (36, self.channels_per_pixel),
            (40, self.data_type),
            (52, self.compression),
            (56, self.photometric),
            (60, self.line_order),
            (64, self.raw_data_offset),
            (68, self.raw_data_size),
            (72, self.palette_offset),
            (76, self.palette_size),
        ]
    }

    /// Reads the 80 bytes; checks the tag, the version and the header's size, and nothing else.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` that names the field.
    pub fn decode(bytes: &[u8; RawHeader::LEN]) -> Result<RawHeader> {
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        if bytes[..4] != RawHeader::TAG {
            return Err(wrong(format!(
                "the stream starts with {:02X?} instead of the tag WRAW",
                &bytes[..4]
            )));
        }
        let mut bits_per_channel = [0; 8];
        bits_per_channel.copy_from_slice(&bytes[44..52]);
        let header = RawHeader {
            version: word(4),
            header_size: word(8),
            x_res: word(12),
            y_res: word(16),
            x_extent: word(20),
            y_extent: word(24),
            bytes_per_line: word(28),
            bits_per_pixel: word(32),
            channels_per_pixel: word(36),
            data_type: word(40),
            bits_per_channel,
            compression: word(52),
            photometric: word(56),
            line_order: word(60),
            raw_data_offset: word(64),
            raw_data_size: word(68),
            palette_offset: word(72),
            palette_size: word(76),
        };
        if header.version != RawHeader::VERSION {
            return Err(wrong(format!("Version is 0x{:08X}", header.version)));
        }
        if (header.header_size as usize) < RawHeader::LEN {
            return Err(wrong(format!("HeaderSize is {}", header.header_size)));
        }
        Ok(header)
    }
}

/// The error for a header that breaks a rule.
pub(super) fn wrong(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("the RAW header is wrong: {what}"),
    )
}
