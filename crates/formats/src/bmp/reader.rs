//! Reading a bitmap while it is being written.

use raster::{Band, PageLayout, PixelType, pack};
use wia::{Error, ErrorKind, Result};

use super::{Container, FILE_HEADER, INFO_HEADER};

/// The largest headers with a palette that are read.
const LARGEST_HEADER: u32 = 64 * 1024;
/// The longest line that is taken.
const LONGEST_LINE: usize = 64 << 20;
/// Lines that must be changed are handed on in groups of about so many bytes.
const GROUP: usize = 64 * 1024;

/// What the header of a bitmap says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// The page; its height is `None` while the header does not tell it.
    pub layout: PageLayout,
    /// Whether the first line is the bottom of the page.
    pub bottom_up: bool,
    /// Whether there is a file header.
    pub container: Container,
}

/// Takes the bytes of a bitmap in the order in which they lie and hands on its lines as canonical rows,
/// **in the order of the file**: from the bottom, unless [`Description::bottom_up`] is false.
///
/// Bytes come in pieces of any size; the header may be written again at any time with another height.
/// Memory is bounded by a line and the header. 1, 4 and 8 bits with a palette of greys from black to
/// white or white to black, and 24 bits, without compression.
#[derive(Debug, Default)]
pub struct Reader {
    head: Vec<u8>,
    /// The next position to be appended at.
    end: u64,
    lines: Option<Lines>,
}

#[derive(Debug)]
struct Lines {
    description: Description,
    data_start: u64,
    invert: bool,
    stride: usize,
    partial: Vec<u8>,
    converted: Vec<u8>,
    count: u32,
}

/// Where whole lines go.
pub type LineSink<'a> = dyn FnMut(&Description, Band<'_>) -> Result<()> + 'a;

impl Reader {
    /// A reader at the start of a bitmap.
    pub fn new() -> Reader {
        Reader::default()
    }

    /// What the header says, once it has arrived with its palette.
    pub fn description(&self) -> Option<&Description> {
        self.lines.as_ref().map(|lines| &lines.description)
    }

    /// Takes `bytes` that were written at `position`, counted from the start of the bitmap, and calls
    /// `sink` with the lines that became whole.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for a header that is wrong or is changed in more than its height, for a
    /// gap, for a second writing of the lines, for more lines than the height; `InputUnsupported` for
    /// other kinds of bitmaps; what `sink` says.
    pub fn write_at(&mut self, position: u64, bytes: &[u8], sink: &mut LineSink<'_>) -> Result<()> {
        let Some(back) = self.end.checked_sub(position) else {
            let end = self.end;
            return Err(broken(format!(
                "bytes were written at {position} while the bitmap ended at {end}"
            )));
        };
        let old = usize::try_from(back).map_or(bytes.len(), |back| back.min(bytes.len()));
        let (again, new) = bytes.split_at(old);
        self.rewrite(position, again)?;
        self.append(new, sink)
    }

    fn rewrite(&mut self, position: u64, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let from = usize::try_from(position).unwrap_or(usize::MAX);
        let Some(place) = from
            .checked_add(bytes.len())
            .and_then(|to| self.head.get_mut(from..to))
        else {
            return Err(broken("lines were written a second time"));
        };
        place.copy_from_slice(bytes);
        let Some(lines) = &mut self.lines else {
            return Ok(());
        };
        let Some(now) = Lines::of(&self.head)? else {
            return Ok(());
        };
        let (old, new) = (lines.description.layout, now.description.layout);
        let same_order = lines.description.bottom_up == now.description.bottom_up;
        if !same_order
            || (old.width, old.pixel, lines.data_start) != (new.width, new.pixel, now.data_start)
        {
            return Err(broken("the header was changed in more than its height"));
        }
        lines.description.layout.height = new.height;
        Ok(())
    }

    fn append(&mut self, mut bytes: &[u8], sink: &mut LineSink<'_>) -> Result<()> {
        while self.lines.is_none() && !bytes.is_empty() {
            // A byte at a time is good enough for a header.
            let (first, rest) = bytes.split_at(1);
            self.head.extend_from_slice(first);
            self.end += 1;
            bytes = rest;
            self.lines = Lines::of(&self.head)?;
        }
        if let Some(lines) = &mut self.lines {
            self.end += bytes.len() as u64;
            lines.append(bytes, sink)?;
        }
        Ok(())
    }

    /// Ends the bitmap; gives its height.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` when the header or a line is incomplete, or the height is not the
    /// number of lines that came.
    pub fn finish(&self) -> Result<u32> {
        let Some(lines) = &self.lines else {
            return Err(broken("it ended in the header"));
        };
        let (count, height) = (lines.count, lines.description.layout.height);
        if !lines.partial.is_empty() || count == 0 || height != Some(count) {
            let height = height.unwrap_or(0);
            return Err(broken(format!("it ended after {count} of {height} lines")));
        }
        Ok(count)
    }
}

impl Lines {
    /// The lines that follow a header; `None` when it is not complete.
    fn of(head: &[u8]) -> Result<Option<Lines>> {
        let container = match head {
            [b'B', b'M', ..] => Container::File,
            [b'B'] | [] => return Ok(None),
            _ => Container::Memory,
        };
        let base = match container {
            Container::File => FILE_HEADER,
            Container::Memory => 0,
        };
        let Some(info) = head.get(base..base + INFO_HEADER) else {
            return Ok(None);
        };
        let info_size = word(info, 0);
        let bits = half(info, 14);
        let (width, height) = (word(info, 4), word(info, 8) as i32);
        if info_size < INFO_HEADER as u32 || info_size > LARGEST_HEADER {
            return Err(unsupported(format!("a header of {info_size} bytes")));
        }
        if word(info, 16) != 0 {
            return Err(unsupported("compression"));
        }
        let pixel = match bits {
            1 => PixelType::Bw1,
            4 => PixelType::Gray4,
            8 => PixelType::Gray8,
            24 => PixelType::Rgb8,
            _ => return Err(unsupported(format!("{bits} bits a pixel"))),
        };
        let entries = match (pixel, word(info, 32)) {
            (PixelType::Rgb8, used) => used.min(256),
            (_, 0) => 1 << bits,
            (_, used) if used == 1 << bits => used,
            (_, used) => return Err(unsupported(format!("a palette of {used} colours"))),
        };
        let palette = base as u64 + u64::from(info_size);
        let after = palette + 4 * u64::from(entries);
        let data_start = match container {
            Container::File => u64::from(word(head, 10)).max(after),
            Container::Memory => after,
        };
        if data_start > u64::from(LARGEST_HEADER) {
            return Err(unsupported(format!("{data_start} bytes before the lines")));
        }
        if (head.len() as u64) < data_start {
            return Ok(None);
        }
        let invert = match pixel {
            PixelType::Rgb8 => false,
            _ => is_inverted(&head[palette as usize..after as usize])?,
        };
        let row = (u64::from(width) * u64::from(pixel.bits_per_pixel())).div_ceil(8);
        if width == 0 || row > LONGEST_LINE as u64 {
            return Err(unsupported(format!("lines of {width} pixels")));
        }
        let layout = PageLayout {
            width,
            height: Some(height.unsigned_abs()).filter(|h| *h > 0),
            pixel,
            x_dpi: dpi(word(info, 24)),
            y_dpi: dpi(word(info, 28)),
        };
        Ok(Some(Lines {
            description: Description {
                layout,
                bottom_up: height >= 0,
                container,
            },
            data_start,
            invert,
            stride: pixel.dword_row_bytes(width),
            partial: Vec::new(),
            converted: Vec::new(),
            count: 0,
        }))
    }

    fn append(&mut self, mut bytes: &[u8], sink: &mut LineSink<'_>) -> Result<()> {
        if !self.partial.is_empty() {
            let n = bytes.len().min(self.stride - self.partial.len());
            self.partial.extend_from_slice(&bytes[..n]);
            bytes = &bytes[n..];
            if self.partial.len() < self.stride {
                return Ok(());
            }
            let line = std::mem::take(&mut self.partial);
            self.whole(&line, sink)?;
        }
        let whole = bytes.len() - bytes.len() % self.stride;
        let group = (GROUP / self.stride).max(1) * self.stride;
        for lines in bytes[..whole].chunks(group) {
            self.whole(lines, sink)?;
        }
        self.partial.extend_from_slice(&bytes[whole..]);
        Ok(())
    }

    fn whole(&mut self, lines: &[u8], sink: &mut LineSink<'_>) -> Result<()> {
        let layout = self.description.layout;
        let most = layout.height.unwrap_or(i32::MAX as u32);
        let total = u64::from(self.count) + (lines.len() / self.stride) as u64;
        self.count = match u32::try_from(total) {
            Ok(total) if total <= most => total,
            _ => return Err(broken(format!("it has more than {most} lines"))),
        };
        self.converted.clear();
        let row = layout.row_bytes();
        for line in lines.chunks_exact(self.stride) {
            self.converted.extend_from_slice(&line[..row]);
        }
        for line in self.converted.chunks_exact_mut(row) {
            if self.invert {
                pack::invert(line);
            }
            pack::swap_red_blue(layout.pixel, line);
        }
        match Band::new(&self.converted, row, row) {
            Some(band) => sink(&self.description, band),
            None => Ok(()),
        }
    }
}

/// Whether a palette goes from white to black instead of from black to white.
fn is_inverted(palette: &[u8]) -> Result<bool> {
    let entries = palette.as_chunks::<4>().0;
    let last = entries.len().saturating_sub(1);
    let grey = |at: usize| (at * 255 / last.max(1)) as u8;
    let is = |grey_of: &dyn Fn(usize) -> u8| {
        let mut all = entries.iter().enumerate();
        all.all(|(at, [b, g, r, _])| [*b, *g, *r] == [grey_of(at); 3])
    };
    match () {
        () if is(&grey) => Ok(false),
        () if is(&|at| 255 - grey(at)) => Ok(true),
        () => Err(unsupported("a palette of colours")),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
    u32::from_le_bytes(word.unwrap_or_default())
}

fn half(bytes: &[u8], at: usize) -> u16 {
    let half = bytes.get(at..at + 2).and_then(|b| b.try_into().ok());
    u16::from_le_bytes(half.unwrap_or_default())
}

fn dpi(dots_a_metre: u32) -> u32 {
    ((u64::from(dots_a_metre) * 254 + 5000) / 10_000) as u32
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InvalidDriverResponse,
        format!("the bitmap is wrong: {what}"),
    )
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::InputUnsupported,
        format!("{what} in a bitmap: not supported"),
    )
}
