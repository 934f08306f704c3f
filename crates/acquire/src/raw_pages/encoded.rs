//! Pages that the driver delivers as image files: they wait in a temporary file, and are taken as they
//! are where the document can hold them so, else row by row.

use std::fs::File;
use std::os::unix::fs::FileExt;

use formats::image::ImageFile;
use formats::{Coding, Limits, PageDone};
use raster::{Band, PageLayout};
use wia::{Error, ErrorKind, Result};

use super::{OpenPage, State, by_driver};
use crate::report::Reporter;

/// Bytes of rows that are handed on at once.
const BAND: usize = 256 * 1024;

/// What is known of pages that come as image files.
pub(crate) struct Encoded {
    /// Their resolution where they do not tell it.
    pub(crate) dpi: (u32, u32),
    /// Whether JPEG data go into the document as they are.
    pub(crate) passes: bool,
}

impl State {
    /// Takes bytes of the driver's stream.
    pub(super) fn spool(&mut self, position: u64, data: &[u8]) -> Result<()> {
        let page = self.page.get_or_insert_default();
        let file = match &page.spool {
            Some(file) => Ok(file),
            None => tempfile::tempfile().map(|file| &*page.spool.insert(file)),
        };
        let written = file
            .and_then(|file| file.write_all_at(data, position))
            .map_err(|e| Error::from_write(e).context("a temporary file for a page"));
        page.len = page.len.max(position.saturating_add(data.len() as u64));
        self.failure = written.clone().err();
        written
    }

    /// The driver's stream has ended: what it holds becomes pages, or is nothing.
    pub(super) fn end_encoded(&mut self, page: OpenPage, reporter: &Reporter) -> Result<()> {
        let taken = match page.spool {
            Some(file) => self.take_image(file, reporter),
            None => {
                self.untouched = true;
                let why = "the stream of a page is empty";
                Err(Error::new(ErrorKind::InputDamaged, why))
            }
        };
        match taken {
            // Whether that is a failure is for the end of the transfer to say: a cancel leaves such a
            // page, too.
            Err(e) if e.kind() == ErrorKind::InputDamaged => {
                self.unfinished = Some(Error::new(
                    ErrorKind::InvalidDriverResponse,
                    format!("the driver's page is not complete: {e}"),
                ));
                Ok(())
            }
            taken => taken.map_err(by_driver).inspect_err(|e| self.note(e)),
        }
    }

    fn take_image(&mut self, file: File, reporter: &Reporter) -> Result<()> {
        let is_jpeg = is_jpeg(&file)?;
        let image = ImageFile::of(file, "the device's image", Limits::DEFAULT)?;
        for index in 0..image.page_count() {
            let mut page = OpenPage::default();
            match self.take_page(&image, index, is_jpeg, &mut page) {
                Ok(done) => self.keep_page(page.own, done.document_bytes, reporter)?,
                Err(e) => {
                    drop(self.take_back(&mut page));
                    return Err(e);
                }
            }
        }
        Ok(())
    }

    fn take_page(
        &mut self,
        image: &ImageFile,
        index: usize,
        is_jpeg: bool,
        page: &mut OpenPage,
    ) -> Result<PageDone> {
        let Some((encoded, info)) = self.encoded.as_ref().zip(image.page(index)) else {
            return Err(Error::new(ErrorKind::Unexpected, "no page"));
        };
        let dpi = |told: Option<f64>, planned| told.map_or(planned, |dpi| dpi.round() as u32);
        let layout = PageLayout {
            width: info.width,
            height: Some(info.height),
            pixel: info.pixel,
            x_dpi: dpi(info.x_dpi, encoded.dpi.0),
            y_dpi: dpi(info.y_dpi, encoded.dpi.1),
        };
        let passes = encoded.passes && is_jpeg;
        self.open_place(page, &layout)?;
        page.layout = Some(layout);
        let stored = match passes {
            true => image.stored(index)?,
            false => None,
        };
        if let Some((mut stored, mut chunks)) = stored
            && matches!(stored.coding, Coding::Jpeg { .. })
        {
            stored.layout = layout;
            match self.writer(page)?.stored_page(&stored, chunks.as_mut()) {
                Err(e) if e.kind() == ErrorKind::NotImplemented => {}
                done => return done,
            }
        }
        let mut rows = image.rows(index)?;
        let writer = self.writer(page)?;
        writer.begin_page(&layout)?;
        let row_bytes = layout.row_bytes();
        let at_once = (BAND / row_bytes).max(1);
        let mut band = vec![0; at_once * row_bytes];
        let mut left = info.height as usize;
        while left > 0 {
            let band = &mut band[..left.min(at_once) * row_bytes];
            for row in band.chunks_exact_mut(row_bytes) {
                if !rows.next_row(row)? {
                    return Err(Error::new(ErrorKind::InputDamaged, "the data end early"));
                }
                left -= 1;
            }
            if let Some(band) = Band::new(band, row_bytes, row_bytes) {
                writer.rows(band)?;
            }
        }
        writer.end_page()
    }
}

/// Whether the file is JPEG. Data that are taken as they are must come to their end: nobody looks at them
/// again.
fn is_jpeg(file: &File) -> Result<bool> {
    // A driver may fill up what it writes at once.
    const MOST_PADDING: u64 = 4096;
    let len = file.metadata().map_err(Error::from_read)?.len();
    let mut start = [0; 3];
    let most = len.min(3) as usize;
    file.read_exact_at(&mut start[..most], 0)
        .map_err(Error::from_read)?;
    if start != [0xFF, 0xD8, 0xFF] {
        return Ok(false);
    }
    let padding = len.min(MOST_PADDING);
    let mut end = vec![0; padding as usize];
    file.read_exact_at(&mut end, len - padding)
        .map_err(Error::from_read)?;
    if end.windows(2).any(|marker| marker == [0xFF, 0xD9]) {
        return Ok(true);
    }
    Err(Error::new(
        ErrorKind::InputDamaged,
        "the JPEG data end early",
    ))
}
