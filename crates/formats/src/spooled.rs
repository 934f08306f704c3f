//! Pages whose height a format must know first, while nobody does.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

use raster::{Band, PageLayout};
use wia::{Error, Result};

use crate::stored::{ChunkSource, StoredPage};
use crate::{DocumentFormat, DocumentWriter, PageDone, PageOptions};

/// Bytes that are read back at once.
const PIECE: usize = 256 * 1024;

/// A writer for pages of unknown height around one that must know it. Such a page waits in a temporary
/// file without a name; others pass.
#[derive(Debug)]
pub struct Spooled<W> {
    format: DocumentFormat,
    writer: W,
    page: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    layout: PageLayout,
    rows: u32,
    file: BufWriter<File>,
}

impl<W: DocumentWriter> Spooled<W> {
    /// Wraps the writer of `format`.
    pub fn new(format: DocumentFormat, writer: W) -> Spooled<W> {
        Spooled {
            format,
            writer,
            page: None,
        }
    }

    /// Writes the page that has waited.
    fn write(&mut self, page: Waiting) -> Result<PageDone> {
        let layout = PageLayout {
            height: Some(page.rows),
            ..page.layout
        };
        if page.rows == 0 {
            return Err(Error::invalid("a page without a row"));
        }
        let mut file = page
            .file
            .into_inner()
            .map_err(|e| Error::from_write(e.into_error()))?;
        file.rewind().map_err(Error::from_read)?;
        self.writer.begin_page(&layout)?;
        let row = layout.row_bytes();
        let at_once = (PIECE / row).max(1);
        let mut rows = vec![0; at_once * row];
        let mut left = page.rows as usize;
        while left > 0 {
            let piece = &mut rows[..left.min(at_once) * row];
            file.read_exact(piece).map_err(Error::from_read)?;
            let band = Band::new(piece, row, row).ok_or_else(|| Error::invalid("no band"))?;
            left -= band.rows();
            self.writer.rows(band)?;
        }
        self.writer.end_page()
    }
}

impl<W: DocumentWriter> DocumentWriter for Spooled<W> {
    fn set_page_options(&mut self, options: &PageOptions) {
        self.writer.set_page_options(options);
    }

    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        if self.page.is_some() {
            return Err(Error::invalid("the page before is not ended"));
        }
        if layout.height.is_some() {
            return self.writer.begin_page(layout);
        }
        let one_row = PageLayout {
            height: Some(1),
            ..*layout
        };
        self.format.check_layout(&one_row, true)?;
        let file = tempfile::tempfile().map_err(Error::from_write)?;
        self.page = Some(Waiting {
            layout: *layout,
            rows: 0,
            file: BufWriter::with_capacity(PIECE, file),
        });
        Ok(())
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        let Some(page) = &mut self.page else {
            return self.writer.rows(band);
        };
        let row = page.layout.row_bytes();
        if band.row_bytes() != row {
            return Err(Error::invalid(format!(
                "rows of {} bytes on a page whose rows have {row}",
                band.row_bytes()
            )));
        }
        let rows = u32::try_from(band.rows()).ok();
        page.rows = rows
            .and_then(|rows| page.rows.checked_add(rows))
            .ok_or_else(|| Error::invalid("too many rows"))?;
        let written: io::Result<()> = band.iter().try_for_each(|row| page.file.write_all(row));
        written.map_err(Error::from_write)
    }

    fn end_page(&mut self) -> Result<PageDone> {
        match self.page.take() {
            Some(page) => self.write(page),
            None => self.writer.end_page(),
        }
    }

    fn stored_page(&mut self, page: &StoredPage, chunks: &mut dyn ChunkSource) -> Result<PageDone> {
        self.writer.stored_page(page, chunks)
    }

    fn abandon_page(&mut self) -> Result<()> {
        self.page = None;
        self.writer.abandon_page()
    }

    fn finish(&mut self) -> Result<()> {
        match self.page {
            Some(_) => Err(Error::invalid("the document's page is not complete")),
            None => self.writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use raster::PixelType;

    use super::*;
    use crate::bmp;

    fn bitmap(height: Option<u32>, bands: &[usize]) -> Vec<u8> {
        let mut sink = io::Cursor::new(Vec::new());
        let bmp = bmp::Writer::new(&mut sink, bmp::Container::File);
        let mut writer = Spooled::new(DocumentFormat::Bmp, bmp);
        let layout = PageLayout {
            width: 5,
            height,
            pixel: PixelType::Rgb8,
            x_dpi: 100,
            y_dpi: 100,
        };
        writer.begin_page(&layout).unwrap();
        let pixels: Vec<u8> = (0..15 * 7).collect();
        let mut at = 0;
        for rows in bands {
            let band = Band::new(&pixels[at..at + rows * 15], 15, 15).unwrap();
            writer.rows(band).unwrap();
            at += rows * 15;
        }
        assert_eq!(writer.end_page().unwrap().height, 7);
        writer.finish().unwrap();
        sink.into_inner()
    }

    #[test]
    fn a_page_that_waited_is_the_same() {
        assert!(bitmap(None, &[3, 0, 4]) == bitmap(Some(7), &[7]));
    }

    #[test]
    fn what_the_format_cannot_hold_does_not_wait() {
        let mut sink = io::Cursor::new(Vec::new());
        let bmp = bmp::Writer::new(&mut sink, bmp::Container::File);
        let mut writer = Spooled::new(DocumentFormat::Bmp, bmp);
        let deep = PageLayout {
            width: 5,
            height: None,
            pixel: PixelType::Rgb16,
            x_dpi: 100,
            y_dpi: 100,
        };
        assert!(writer.begin_page(&deep).is_err());
        let page = PageLayout {
            pixel: PixelType::Gray8,
            ..deep
        };
        writer.begin_page(&page).unwrap();
        assert!(writer.finish().is_err());
        assert!(writer.end_page().is_err());
        writer.abandon_page().unwrap();
        assert!(sink.into_inner().is_empty());
    }
}
