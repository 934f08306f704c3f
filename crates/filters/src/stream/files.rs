//! A document that waits in a temporary file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use formats::DocumentFormat;
use formats::image::{ImageFile, ImageInfo};
use raster::{Band, PageLayout};
use tempfile::NamedTempFile;
use wia::{Error, ErrorKind, Result};

use crate::document::Out;
use crate::rows::{Page, Rest, RowFilter, RowSink};
use crate::temporary;

/// What the file is read in.
const CHUNK: usize = 64 * 1024;
/// Rows are handed on in groups of about so many bytes.
const GROUP: usize = 64 * 1024;

pub(super) struct FilePages {
    file: NamedTempFile,
    /// Pages that went through the filters.
    done: usize,
}

impl FilePages {
    pub(super) fn new() -> Result<FilePages> {
        let file = NamedTempFile::new().map_err(temporary::failed)?;
        Ok(FilePages { file, done: 0 })
    }

    /// The file for others, while all bytes of the document wait in it.
    pub(super) fn lend(&self) -> Option<File> {
        let file = self.file.as_file().try_clone();
        file.ok().filter(|_| self.done == 0)
    }

    pub(super) fn write_at(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        let file = self.file.as_file_mut();
        file.seek(SeekFrom::Start(at)).map_err(temporary::failed)?;
        file.write_all(bytes).map_err(temporary::failed)
    }

    pub(super) fn set_size(&mut self, size: u64) -> Result<()> {
        self.file.as_file().set_len(size).map_err(temporary::failed)
    }

    /// Hands on all bytes in order.
    pub(super) fn chunks(&mut self, mut to: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let file = self.file.as_file_mut();
        file.seek(SeekFrom::Start(0))
            .map_err(temporary::failed_read)?;
        let mut chunk = vec![0; CHUNK];
        let mut at = 0;
        loop {
            let read = file.read(&mut chunk).map_err(temporary::failed_read)?;
            let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(());
            };
            to(at, bytes)?;
            at += read as u64;
        }
    }

    /// The document, which is one of those that are not read band by band.
    fn image(&self) -> Result<ImageFile> {
        use DocumentFormat::{Jpeg, Png, Tiff};
        let mut start = [0; 4];
        let read = self.file.as_file().read_at(&mut start, 0);
        let start = &start[..read.map_err(temporary::failed_read)?];
        if matches!(DocumentFormat::from_start(start), Some(Tiff | Png | Jpeg)) {
            return ImageFile::open(self.file.path());
        }
        Err(Error::new(
            ErrorKind::InputUnsupported,
            "neither TIFF, PNG nor JPEG",
        ))
    }

    /// The pages that are complete while others follow. A document that cannot be read yet waits, as
    /// does one that begins with pages that there is nothing to do for.
    pub(super) fn pages(
        &mut self,
        filters: &mut [Box<dyn RowFilter>],
        out: &mut Out,
    ) -> Result<()> {
        let Ok(image) = self.image() else {
            return Ok(());
        };
        let first = image.page(0).map(layout);
        if !first.is_some_and(|layout| changes(filters, &layout)) {
            return Ok(());
        }
        self.go_through(&image, filters, out)
    }

    /// The pages that are left. `false`, and nothing done, when the document is of a kind that is not
    /// read or there is nothing to do for any page.
    pub(super) fn last_pages(
        &mut self,
        filters: &mut [Box<dyn RowFilter>],
        out: &mut Out,
    ) -> Result<bool> {
        let image = match self.image() {
            Err(e) if e.kind() == ErrorKind::InputUnsupported && self.done == 0 => {
                return Ok(false);
            }
            other => other?,
        };
        let mut layouts = image.pages().iter().map(layout);
        if self.done == 0 && !layouts.any(|layout| changes(filters, &layout)) {
            return Ok(false);
        }
        self.go_through(&image, filters, out)?;
        Ok(true)
    }

    fn go_through(
        &mut self,
        image: &ImageFile,
        filters: &mut [Box<dyn RowFilter>],
        out: &mut Out,
    ) -> Result<()> {
        while let Some(info) = image.page(self.done) {
            let layout = layout(info);
            let mut rows = image.rows(self.done)?;
            let (row, group) = (info.row_bytes(), (GROUP / info.row_bytes()).max(1));
            let mut rest = Rest { filters, last: out };
            rest.begin(&Page {
                layout,
                bottom_up: false,
            })?;
            let mut band = vec![0; row * group];
            let mut left = info.height as usize;
            while left > 0 {
                let count = group.min(left);
                for row in band.chunks_exact_mut(row).take(count) {
                    rows.next_row(row)?;
                }
                if let Some(band) = Band::new(&band[..count * row], row, row) {
                    rest.rows(band)?;
                }
                left -= count;
            }
            rest.end()?;
            self.done += 1;
        }
        Ok(())
    }
}

fn changes(filters: &[Box<dyn RowFilter>], layout: &PageLayout) -> bool {
    filters.iter().any(|filter| filter.changes(layout))
}

fn layout(info: &ImageInfo) -> PageLayout {
    let dpi = |dpi: Option<f64>| dpi.map_or(0, |dpi| dpi.round() as u32);
    PageLayout {
        width: info.width,
        height: Some(info.height),
        pixel: info.pixel,
        x_dpi: dpi(info.x_dpi),
        y_dpi: dpi(info.y_dpi),
    }
}
