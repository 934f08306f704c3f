//! Bitmaps and RAW written in the order in which their lines lie, with the height put in at the end.
//!
//! For pages that pass through: unlike [`bmp::Writer`] this needs no height in
//! advance, because it takes the bottom line of a bitmap first.

use std::io::SeekFrom;

use raster::{Band, PageLayout, PixelType, pack};
use wia::{Error, Result};

use crate::raw::RawHeader;
use crate::{Sink, bmp};

/// Lines are gathered to about so many bytes before they are written.
const GATHER: usize = 64 * 1024;

/// Which format is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RAW. Its lines lie from top to bottom.
    Raw,
    /// A bitmap.
    Bitmap {
        /// Whether there is a file header.
        container: bmp::Container,
        /// Whether the first line is the bottom of the page.
        bottom_up: bool,
    },
}

/// Writes one page at the end of a sink that can seek.
#[derive(Debug)]
pub struct Writer<S> {
    sink: S,
    form: Form,
    layout: PageLayout,
    start: u64,
    rows: u32,
    lines: Vec<u8>,
}

impl<S: Sink> Writer<S> {
    /// Writes the header, with the height that the layout tells or none.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a page that the format cannot hold; what the sink says.
    pub fn begin(mut sink: S, form: Form, layout: &PageLayout) -> Result<Writer<S>> {
        let header = header(form, layout)?;
        let start = sink.seek(SeekFrom::End(0)).map_err(Error::from_write)?;
        sink.write_all(&header).map_err(Error::from_write)?;
        Ok(Writer {
            sink,
            form,
            layout: *layout,
            start,
            rows: 0,
            lines: Vec::new(),
        })
    }

    /// Appends canonical rows in the order of the lines.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for rows of another width; what the sink says.
    pub fn rows(&mut self, band: Band<'_>) -> Result<()> {
        let row = self.layout.row_bytes();
        if band.row_bytes() != row {
            return Err(Error::invalid(format!(
                "rows of {} bytes on a page whose rows have {row}",
                band.row_bytes()
            )));
        }
        let stride = self.layout.pixel.dword_row_bytes(self.layout.width);
        let swaps = self.form != Form::Raw && self.layout.pixel == PixelType::Rgb8;
        for line in band.iter() {
            let at = self.lines.len();
            self.lines.extend_from_slice(line);
            if swaps {
                pack::swap_red_blue(PixelType::Rgb8, &mut self.lines[at..]);
            }
            self.lines.resize(at + stride, 0);
            if self.lines.len() >= GATHER {
                self.flush()?;
            }
        }
        self.rows = self.rows.saturating_add(band.rows() as u32);
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        let result = match self.lines.is_empty() {
            true => Ok(()),
            false => self.sink.write_all(&self.lines),
        };
        self.lines.clear();
        result.map_err(Error::from_write)
    }

    /// Ends the page: corrects the header where it told another height.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a page without a row, or one that is too large; what the sink says.
    pub fn end(mut self) -> Result<()> {
        if self.rows == 0 {
            return Err(Error::invalid("a page without a row"));
        }
        if self.layout.height == Some(self.rows) {
            return Ok(());
        }
        self.layout.height = Some(self.rows);
        let header = header(self.form, &self.layout)?;
        let to = SeekFrom::Start(self.start);
        self.sink.seek(to).map_err(Error::from_write)?;
        self.sink.write_all(&header).map_err(Error::from_write)?;
        self.sink
            .seek(SeekFrom::End(0))
            .map_err(Error::from_write)?;
        Ok(())
    }
}

fn header(form: Form, layout: &PageLayout) -> Result<Vec<u8>> {
    match form {
        Form::Raw => Ok(RawHeader::for_page(layout)?.encode().to_vec()),
        Form::Bitmap {
            container,
            bottom_up,
        } => {
            let file = container == bmp::Container::File;
            let mut header = bmp::header(layout, file)?;
            if !bottom_up {
                let at = if file { 22 } else { 8 };
                let height = layout.height.unwrap_or(0) as i32;
                if let Some(place) = header.get_mut(at..at + 4) {
                    place.copy_from_slice(&height.wrapping_neg().to_le_bytes());
                }
            }
            Ok(header)
        }
    }
}
