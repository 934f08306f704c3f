//! What follows the header of a RAW stream: palette and lines.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use raster::{Band, PageLayout};
use wia::{Error, Result};

use super::convert::{Form, unsupported};
use super::header::wrong;
use super::reader::{PageEnd, RowSink, broken};
use super::{LineOrder, RawHeader};

/// Rows that must be changed are handed on in groups of about so many bytes.
const GROUP: usize = 64 * 1024;
/// The longest line that is taken; twenty times the widest scanner's.
const LONGEST_LINE: u32 = 64 << 20;
/// The largest palette: 256 entries of four bytes.
const LARGEST_PALETTE: u64 = 1024;

#[derive(Debug)]
pub(super) struct Lines {
    header: RawHeader,
    data_start: u64,
    /// The next position, counted from the start of the header.
    position: u64,
    palette: Vec<u8>,
    /// Known once the palette is.
    page: Option<Page>,
}

impl Lines {
    pub(super) fn new(header: RawHeader, length: Option<u64>) -> Result<Lines> {
        let lines = Lines {
            data_start: header.data_start(length),
            position: RawHeader::LEN as u64,
            palette: Vec::new(),
            page: None,
            header,
        };
        let (_, palette_end) = lines.palette_place();
        if header.palette_size == 0 {
            // Refuse at once what will never be understood.
            Form::new(&header, &[])?;
        } else if u64::from(header.palette_size) > LARGEST_PALETTE {
            return Err(wrong(format!("PaletteSize is {}", header.palette_size)));
        } else if palette_end > lines.data_start {
            return Err(unsupported("the palette behind the lines"));
        }
        Ok(lines)
    }

    pub(super) fn layout(&self) -> Option<&PageLayout> {
        self.page.as_ref().map(|p| &p.layout)
    }

    pub(super) fn header_end(&self) -> u64 {
        u64::from(self.header.header_size)
    }

    fn palette_place(&self) -> (u64, u64) {
        let start = self.header_end() + u64::from(self.header.palette_offset);
        (start, start + u64::from(self.header.palette_size))
    }

    pub(super) fn append(&mut self, bytes: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        let bytes = self.before_data(bytes);
        if self.position < self.data_start {
            return Ok(());
        }
        let page = match &mut self.page {
            Some(page) => page,
            None => self.page.insert(Page::new(&self.header, &self.palette)?),
        };
        self.position += bytes.len() as u64;
        page.append(bytes, rows)
    }

    /// Takes what lies between the header's known fields and the lines, and returns the rest.
    fn before_data<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let gap = self.data_start.saturating_sub(self.position);
        let n = usize::try_from(gap).map_or(bytes.len(), |gap| gap.min(bytes.len()));
        let (before, rest) = bytes.split_at(n);
        let (start, end) = self.palette_place();
        let within = |at: u64| at.saturating_sub(self.position).min(n as u64) as usize;
        self.palette
            .extend_from_slice(&before[within(start)..within(end)]);
        self.position += n as u64;
        rest
    }

    pub(super) fn header_changed(
        &mut self,
        header: &RawHeader,
        rows: &mut RowSink<'_>,
    ) -> Result<()> {
        match &mut self.page {
            Some(page) => page.header_changed(header, rows),
            None => {
                self.header = *header;
                Ok(())
            }
        }
    }

    pub(super) fn finish(&self, header: &RawHeader) -> Result<PageEnd> {
        match &self.page {
            Some(page) => page.finish(header),
            None => Err(broken(format!(
                "it ended after {} bytes, before the first line",
                self.position
            ))),
        }
    }
}

#[derive(Debug)]
struct Page {
    form: Form,
    layout: PageLayout,
    /// Bytes of a stored line, without and with padding.
    line: usize,
    stride: usize,
    partial: Vec<u8>,
    converted: Vec<u8>,
    /// Whole lines that came.
    count: u32,
    bottom_up: Option<BottomUp>,
}

/// Lines that came from the bottom and wait for the top one.
#[derive(Debug)]
struct BottomUp {
    file: File,
    delivered: bool,
}

impl Page {
    fn new(header: &RawHeader, palette: &[u8]) -> Result<Page> {
        let form = Form::new(header, palette)?;
        let width = header.x_extent;
        if width == 0 {
            return Err(wrong("XExtent is 0"));
        }
        let bits = u64::from(width) * u64::from(header.bits_per_pixel);
        let line = bits.div_ceil(8);
        let stride = header.bytes_per_line;
        if u64::from(stride) < line {
            return Err(wrong(format!(
                "BytesPerLine is {stride} where a line has {line} bytes"
            )));
        }
        if stride > LONGEST_LINE || form.pixel.row_bytes(width) > LONGEST_LINE as usize {
            return Err(unsupported(format!("lines of {width} pixels")));
        }
        let bottom_up = match header.order() {
            None => return Err(wrong(format!("LineOrder is {}", header.line_order))),
            Some(LineOrder::TopToBottom) => None,
            Some(LineOrder::BottomToTop) => Some(BottomUp {
                file: tempfile::tempfile().map_err(Error::from_write)?,
                delivered: false,
            }),
        };
        Ok(Page {
            layout: PageLayout {
                width,
                height: told_height(header),
                pixel: form.pixel,
                x_dpi: header.x_res,
                y_dpi: header.y_res,
            },
            form,
            line: line as usize,
            stride: stride as usize,
            partial: Vec::new(),
            converted: Vec::new(),
            count: 0,
            bottom_up,
        })
    }

    fn append(&mut self, mut bytes: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        if !self.partial.is_empty() {
            let n = bytes.len().min(self.stride - self.partial.len());
            self.partial.extend_from_slice(&bytes[..n]);
            bytes = &bytes[n..];
            if self.partial.len() < self.stride {
                return Ok(());
            }
            let line = std::mem::take(&mut self.partial);
            let result = self.whole(&line, rows);
            self.partial = line;
            self.partial.clear();
            result?;
        }
        let whole = bytes.len() - bytes.len() % self.stride;
        if whole > 0 {
            self.whole(&bytes[..whole], rows)?;
        }
        self.partial.extend_from_slice(&bytes[whole..]);
        Ok(())
    }

    /// Takes whole lines.
    fn whole(&mut self, lines: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        let most = self.layout.height.unwrap_or(u32::MAX);
        let total = u64::from(self.count) + (lines.len() / self.stride) as u64;
        self.count = match u32::try_from(total) {
            Ok(total) if total <= most => total,
            _ => return Err(broken(format!("it has more than {most} lines"))),
        };
        match &mut self.bottom_up {
            None => self.hand_on(lines, rows),
            Some(kept) => {
                kept.file.write_all(lines).map_err(Error::from_write)?;
                if self.layout.height == Some(self.count) {
                    self.deliver_reversed(rows)?;
                }
                Ok(())
            }
        }
    }

    fn hand_on(&mut self, lines: &[u8], rows: &mut RowSink<'_>) -> Result<()> {
        let Some(band) = Band::new(lines, self.stride, self.line) else {
            return Ok(());
        };
        if self.form.is_direct() {
            return rows(&self.layout, band);
        }
        let row_bytes = self.layout.row_bytes();
        let group = (GROUP / row_bytes).max(1);
        for from in (0..band.rows()).step_by(group) {
            self.converted.clear();
            for line in band.slice(from, from + group).iter() {
                let width = self.layout.width;
                self.form.convert(width, line, &mut self.converted);
            }
            if let Some(band) = Band::new(&self.converted, row_bytes, row_bytes) {
                rows(&self.layout, band)?;
            }
        }
        Ok(())
    }

    /// Hands on the kept lines, the last one first.
    fn deliver_reversed(&mut self, rows: &mut RowSink<'_>) -> Result<()> {
        let group = (GROUP / self.stride).max(1);
        let mut left = self.count as usize;
        while left > 0 {
            let n = group.min(left);
            left -= n;
            let mut lines = vec![0; n * self.stride];
            if let Some(kept) = &mut self.bottom_up {
                let at = left as u64 * self.stride as u64;
                let file = &mut kept.file;
                file.seek(SeekFrom::Start(at)).map_err(Error::from_read)?;
                file.read_exact(&mut lines).map_err(Error::from_read)?;
                kept.delivered = true;
            }
            let mut reversed = Vec::with_capacity(lines.len());
            for line in lines.chunks_exact(self.stride).rev() {
                reversed.extend_from_slice(line);
            }
            self.hand_on(&reversed, rows)?;
        }
        Ok(())
    }

    fn header_changed(&mut self, header: &RawHeader, rows: &mut RowSink<'_>) -> Result<()> {
        let waits = self.bottom_up.as_ref().is_some_and(|kept| !kept.delivered);
        if header.height() == 0 && header.raw_data_size == 0 && self.bottom_up.is_none() {
            // There may be more lines than it told before.
            self.layout.height = None;
        }
        if waits && self.partial.is_empty() && told_height(header) == Some(self.count) {
            self.layout.height = Some(self.count);
            return self.deliver_reversed(rows);
        }
        Ok(())
    }

    fn finish(&self, header: &RawHeader) -> Result<PageEnd> {
        let (count, height) = (self.count, header.height());
        let bytes = u64::from(count) * self.stride as u64 + self.partial.len() as u64;
        let told = header.raw_data_size;
        if count == 0 || height != count || u64::from(told) != bytes {
            return Err(broken(format!(
                "the page ended after {count} of {height} lines, {bytes} of {told} bytes"
            )));
        }
        match &self.bottom_up {
            Some(kept) if !kept.delivered => Err(broken(format!(
                "the height {height} does not fit the {count} lines that came from the bottom"
            ))),
            _ => Ok(PageEnd { height }),
        }
    }
}

/// The height that a header tells for certain: together with a data size that fits it.
fn told_height(header: &RawHeader) -> Option<u32> {
    let height = header.height();
    let bytes = u64::from(height) * u64::from(header.bytes_per_line);
    (height != 0 && bytes == u64::from(header.raw_data_size)).then_some(height)
}
