//! Reading TIFF 6.0 and BigTIFF, row by row.

mod chunks;
mod codec;
mod directory;
mod pixels;

use std::fs::File;
use std::io::{Read, Seek};

use wia::Result;

use super::{ImageInfo, unsupported};
use chunks::Rows;
use directory::{Directory, Style, tag};
use pixels::Pixels;

/// The pages of a TIFF file.
#[derive(Debug)]
pub(super) struct Document {
    style: Style,
    /// Where the pages' directories are, and what the pages are like.
    pages: Vec<(u64, ImageInfo)>,
}

impl Document {
    /// Reads what the file says of its pages.
    pub(super) fn read(source: &mut (impl Read + Seek)) -> Result<Document> {
        let (style, first) = directory::header(source)?;
        let mut pages = Vec::new();
        directory::chain(source, style, first, |source, offset, directory| {
            let number = pages.len() + 1;
            let info = info(source, directory).map_err(|e| e.context(format!("page {number}")))?;
            pages.push((offset, info));
            Ok(())
        })?;
        Ok(Document { style, pages })
    }

    pub(super) fn infos(&self) -> Vec<ImageInfo> {
        self.pages.iter().map(|(_, info)| *info).collect()
    }

    /// The rows of a page that is there.
    pub(super) fn rows(&self, mut file: File, index: usize) -> Result<Rows> {
        let (offset, info) = self.pages[index];
        let mut source = std::io::BufReader::new(&mut file);
        let (directory, _) = Directory::read(&mut source, self.style, offset)?;
        let pixels = Pixels::read(&mut source, &directory)?;
        let chunks = chunks::Chunks::read(&mut source, &directory, &pixels, info)?;
        Ok(Rows::new(file, chunks, pixels))
    }
}

fn info(source: &mut (impl Read + Seek), directory: &Directory) -> Result<ImageInfo> {
    let width = directory.small(source, tag::IMAGE_WIDTH, 0)?;
    let height = directory.small(source, tag::IMAGE_LENGTH, 0)?;
    let pixels = Pixels::read(source, directory)?;
    let inch = match directory.small(source, tag::RESOLUTION_UNIT, 2)? {
        2 => Some(1.0),
        3 => Some(2.54),
        // Only the ratio.
        _ => None,
    };
    let mut dpi = |tag| -> Result<Option<f64>> {
        let dots = directory.rational(source, tag)?;
        Ok(dots.zip(inch).map(|(dots, inch)| dots * inch))
    };
    let info = ImageInfo {
        width,
        height,
        pixel: pixels.pixel(),
        x_dpi: dpi(tag::X_RESOLUTION)?,
        y_dpi: dpi(tag::Y_RESOLUTION)?,
    };
    info.check()
}
