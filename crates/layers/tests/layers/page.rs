//! Pages as drivers write them, made by hand from the formats' descriptions.

/// A page in grey, RAW or a bitmap whose first line is the top one.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) bitmap: bool,
    pub(crate) width: u32,
    /// The height that its header tells.
    pub(crate) told: u32,
    pub(crate) dpi: u32,
    /// Its lines, without padding.
    pub(crate) lines: Vec<Vec<u8>>,
}

/// What the items of the rig ask for.
pub(crate) const WIDTH: u32 = 40;
pub(crate) const LINES: u32 = 20;
pub(crate) const DPI: u32 = 100;

impl Page {
    /// A page that is as it was asked for, all of one grey.
    pub(crate) fn of(grey: u8) -> Page {
        Page {
            bitmap: false,
            width: WIDTH,
            told: LINES,
            dpi: DPI,
            lines: vec![vec![grey; WIDTH as usize]; LINES as usize],
        }
    }

    pub(crate) fn bitmap(mut self) -> Page {
        self.bitmap = true;
        self
    }

    /// So many lines came, each with its number.
    pub(crate) fn with_lines(mut self, lines: u32) -> Page {
        let width = self.width as usize;
        self.lines = (0..lines).map(|y| vec![y as u8; width]).collect();
        self
    }

    pub(crate) fn told(mut self, told: u32) -> Page {
        self.told = told;
        self
    }

    /// The same, with the height of the lines that came in its header.
    pub(crate) fn right(&self) -> Page {
        self.clone().told(self.lines.len() as u32)
    }

    pub(crate) fn stride(&self) -> u32 {
        self.width.next_multiple_of(4)
    }

    /// Bytes before the lines.
    pub(crate) fn header(&self) -> Vec<u8> {
        let size = self.stride() * self.told;
        if self.bitmap {
            return bitmap_header(self.width, self.told, size, self.dpi);
        }
        raw_header(self.width, self.told, self.stride(), size, self.dpi)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header();
        for line in &self.lines {
            bytes.extend_from_slice(line);
            bytes.resize(bytes.len() + self.stride() as usize - line.len(), 0);
        }
        bytes
    }
}

/// `WIA_RAW_HEADER` of the driver documentation, for 8 bits of grey.
fn raw_header(width: u32, height: u32, stride: u32, size: u32, dpi: u32) -> Vec<u8> {
    let mut header = b"WRAW".to_vec();
    let words = [
        0x0001_0000,
        80,
        dpi,
        dpi,
        width,
        height,
        stride,
        8,
        1,
        2,
        8,
        0,
        0,
        0,
        1,
        0,
        size,
        0,
        0,
    ];
    for word in words {
        header.extend_from_slice(&u32::to_le_bytes(word));
    }
    assert_eq!(header.len(), 80);
    header
}

/// `BITMAPFILEHEADER` and `BITMAPINFOHEADER` of the Windows documentation, and the palette, for 8 bits of grey
/// and lines from the top.
fn bitmap_header(width: u32, height: u32, size: u32, dpi: u32) -> Vec<u8> {
    let start = 14 + 40 + 1024;
    let metre = (f64::from(dpi) / 0.0254).round() as u32;
    let mut header = b"BM".to_vec();
    let up = height.wrapping_neg();
    let words = [
        start + size,
        0,
        start,
        40,
        width,
        up,
        1 | 8 << 16,
        0,
        size,
        metre,
        metre,
        256,
        0,
    ];
    for word in words {
        header.extend_from_slice(&word.to_le_bytes());
    }
    for grey in 0..=255_u8 {
        header.extend_from_slice(&[grey, grey, grey, 0]);
    }
    assert_eq!(header.len(), start as usize);
    header
}
