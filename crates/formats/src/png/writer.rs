//! The PNG writer.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use raster::{Band, PageLayout, PixelType};
use wia::{Error, Result};

use super::chunk;
use super::filter::Filters;
use crate::one_page::{OnePage, PageEncoder};
use crate::output::Output;
use crate::{DocumentFormat, Metadata, Profile, Sink};

/// The data of one IDAT chunk.
const CHUNK: usize = 64 * 1024;
/// The largest width and height that the format allows.
const LARGEST: u32 = i32::MAX as u32;

/// How a PNG is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// The effort of deflate: 0 (none) to 9 (most). More than 9 is 9.
    pub level: u32,
    /// What the image says about itself.
    pub metadata: Metadata,
    /// The colour profile of an image with as many channels as it has; not of a bilevel one.
    pub profile: Option<Profile>,
}

impl Default for Options {
    /// Level 3, where deflate gains most for its time on scanned pages; no metadata, no profile.
    fn default() -> Options {
        Options {
            level: 3,
            metadata: Metadata::default(),
            profile: None,
        }
    }
}

/// Writes one page as a PNG, in the order of the file.
///
/// With an unknown height the first chunk is written again at the end, which needs a sink that can
/// seek.
pub type Writer<S> = OnePage<S, Encoder>;

impl<S: Sink> Writer<S> {
    /// A writer whose image begins at the end of `sink`.
    pub fn new(sink: S, options: Options) -> Writer<S> {
        let encoder = Encoder {
            options,
            page: None,
        };
        OnePage::with_encoder(sink, encoder)
    }
}

/// Rows to compressed chunks.
#[derive(Debug)]
pub struct Encoder {
    options: Options,
    page: Option<Page>,
}

#[derive(Debug)]
struct Page {
    filters: Filters,
    deflate: ZlibEncoder<Vec<u8>>,
    /// A row with its samples in the order of the file.
    row: Vec<u8>,
    chunk: Vec<u8>,
}

impl PageEncoder for Encoder {
    const FORMAT: DocumentFormat = DocumentFormat::Png;

    fn begin<S: Sink>(&mut self, layout: &PageLayout, out: &mut Output<S>) -> Result<()> {
        if layout.width > LARGEST || layout.height.is_some_and(|h| h > LARGEST) {
            return Err(too_large());
        }
        let mut head = chunk::SIGNATURE.to_vec();
        chunk::append_header(&mut head, layout);
        if let Some(profile) = &self.options.profile
            && profile.fits(layout.pixel)
        {
            chunk::append_profile(&mut head, profile)?;
        }
        chunk::append_resolution(&mut head, layout);
        chunk::append_metadata(&mut head, &self.options.metadata);
        out.write(&head)?;
        let level = Compression::new(self.options.level.min(9));
        self.page = Some(Page {
            filters: Filters::new(layout.row_bytes(), layout.pixel.bits_per_pixel()),
            deflate: ZlibEncoder::new(Vec::with_capacity(2 * CHUNK), level),
            row: Vec::new(),
            chunk: Vec::with_capacity(CHUNK + 12),
        });
        Ok(())
    }

    fn rows<S: Sink>(
        &mut self,
        layout: &PageLayout,
        first: u32,
        band: Band<'_>,
        out: &mut Output<S>,
    ) -> Result<()> {
        if u64::from(first) + band.rows() as u64 > u64::from(LARGEST) {
            return Err(too_large());
        }
        let Some(page) = &mut self.page else {
            return Ok(());
        };
        let swap = matches!(layout.pixel, PixelType::Gray16 | PixelType::Rgb16);
        for row in band.iter() {
            let mut row = row;
            if swap {
                page.row.clear();
                page.row.extend_from_slice(row);
                page.row.chunks_exact_mut(2).for_each(<[u8]>::reverse);
                row = &page.row;
            }
            let (kind, filtered) = page.filters.filter(row);
            page.deflate.write_all(&[kind]).map_err(Error::from_write)?;
            page.deflate
                .write_all(filtered)
                .map_err(Error::from_write)?;
            write_chunks(&mut page.chunk, page.deflate.get_mut(), CHUNK, out)?;
        }
        Ok(())
    }

    fn end<S: Sink>(
        &mut self,
        layout: &PageLayout,
        height: u32,
        out: &mut Output<S>,
    ) -> Result<()> {
        let Some(mut page) = self.page.take() else {
            return Ok(());
        };
        let mut rest = page.deflate.finish().map_err(Error::from_write)?;
        write_chunks(&mut page.chunk, &mut rest, 1, out)?;
        page.chunk.clear();
        chunk::append(&mut page.chunk, *b"IEND", &[]);
        out.write(&page.chunk)?;
        if layout.height.is_some() {
            return Ok(());
        }
        let mut header = Vec::new();
        let layout = PageLayout {
            height: Some(height),
            ..*layout
        };
        chunk::append_header(&mut header, &layout);
        out.patch(chunk::SIGNATURE.len() as u64, &header)
    }
}

/// Writes what is compressed as IDAT chunks, while there are at least `least` bytes of it.
fn write_chunks<S: Sink>(
    chunk: &mut Vec<u8>,
    compressed: &mut Vec<u8>,
    least: usize,
    out: &mut Output<S>,
) -> Result<()> {
    if compressed.len() < least {
        return Ok(());
    }
    let mut done = 0;
    while compressed.len() - done >= least {
        let end = compressed.len().min(done + CHUNK);
        chunk.clear();
        chunk::append(chunk, *b"IDAT", &compressed[done..end]);
        out.write(chunk)?;
        done = end;
    }
    compressed.drain(..done);
    Ok(())
}

fn too_large() -> Error {
    Error::invalid("PNG cannot hold 2^31 columns or rows")
}
