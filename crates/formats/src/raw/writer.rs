//! Writing a RAW stream.

use raster::{Band, PageLayout};
use wia::Result;

use super::RawHeader;
use crate::one_page::{OnePage, PageEncoder};
use crate::output::Output;
use crate::{DocumentFormat, Sink};

/// Lines are gathered to about so many bytes before they are written.
const GATHER: usize = 64 * 1024;

/// Writes one page as a RAW stream.
///
/// The header comes first. With an unknown height its `YExtent` and `RawDataSize` are 0 until the
/// page ends; then the header is written again, which needs a sink that can seek.
pub type Writer<S> = OnePage<S, Encoder>;

impl<S: Sink> Writer<S> {
    /// A writer whose stream begins at the end of `sink`.
    pub fn new(sink: S) -> Writer<S> {
        OnePage::with_encoder(sink, Encoder { lines: Vec::new() })
    }
}

/// Rows to lines.
#[derive(Debug)]
pub struct Encoder {
    lines: Vec<u8>,
}

impl PageEncoder for Encoder {
    const FORMAT: DocumentFormat = DocumentFormat::Raw;

    fn begin<S: Sink>(&mut self, layout: &PageLayout, out: &mut Output<S>) -> Result<()> {
        out.write(&RawHeader::for_page(layout)?.encode())
    }

    fn rows<S: Sink>(
        &mut self,
        layout: &PageLayout,
        first: u32,
        band: Band<'_>,
        out: &mut Output<S>,
    ) -> Result<()> {
        // Known to be too much before the end: better now than after an hour of scanning.
        let total = first.saturating_add(band.rows() as u32);
        RawHeader::for_page(layout)?.set_height(total)?;
        let row = layout.row_bytes();
        let stride = layout.pixel.dword_row_bytes(layout.width);
        if let Some(lines) = band.packed().filter(|_| row == stride) {
            return out.write(lines);
        }
        let padding = [0; 3];
        let padding = &padding[..stride - row];
        self.lines.clear();
        for line in band.iter() {
            self.lines.extend_from_slice(line);
            self.lines.extend_from_slice(padding);
            if self.lines.len() >= GATHER {
                out.write(&self.lines)?;
                self.lines.clear();
            }
        }
        if self.lines.is_empty() {
            return Ok(());
        }
        out.write(&self.lines)
    }

    fn end<S: Sink>(
        &mut self,
        layout: &PageLayout,
        height: u32,
        out: &mut Output<S>,
    ) -> Result<()> {
        if layout.height.is_some() {
            return Ok(());
        }
        let mut header = RawHeader::for_page(layout)?;
        header.set_height(height)?;
        out.patch(0, &header.encode())
    }
}
