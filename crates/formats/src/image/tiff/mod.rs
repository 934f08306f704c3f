//! Reading TIFF 6.0 and BigTIFF, row by row.

mod chunks;
mod codec;
mod directory;
mod page;
mod pixels;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use wia::Result;

use super::file::Stored;
use super::section::Section;
use super::stored::{self, Said, Stretches};
use super::{ImageInfo, damaged, read_error, unsupported};
use crate::tiff::NO_PAGE;
use crate::{Coding, Limits, Metadata, Orientation, Profile, StoredPage};
use chunks::{Chunks, Rows, Strips};
use codec::is_old_lzw;
use directory::{Directory, Style, tag};
use pixels::Pixels;

pub(super) use page::{Page, Picture, Scheme};

/// The pages of a TIFF file.
#[derive(Debug)]
pub(super) struct Document {
    style: Style,
    /// Where the pages' directories are.
    places: Vec<u64>,
}

type Source = std::io::BufReader<Section>;

impl Document {
    /// Reads what the file says of its pages.
    pub(super) fn read(file: &Arc<File>, limits: &Limits) -> Result<(Document, Vec<ImageInfo>)> {
        let mut source = Section::whole(file).hopping();
        let (style, first) = directory::header(&mut source)?;
        let (mut places, mut infos) = (Vec::new(), Vec::new());
        let each = |source: &mut Source, place, directory: &Directory| {
            if is_no_page(source, directory) {
                return Ok(());
            }
            let number = infos.len() + 1;
            let info = info(source, directory).and_then(|info| info.check(limits));
            infos.push(info.map_err(|e| e.context(format!("page {number}")))?);
            places.push(place);
            Ok(())
        };
        directory::chain(&mut source, style, first, limits, each)?;
        if infos.is_empty() {
            return Err(unsupported("a TIFF of thumbnails and masks alone"));
        }
        Ok((Document { style, places }, infos))
    }

    /// The directory of a page that is there.
    fn directory(
        &self,
        file: &Arc<File>,
        index: usize,
        limits: &Limits,
    ) -> Result<(Source, Directory)> {
        let mut source = Section::whole(file).hopping();
        let place = self.places.get(index).copied().unwrap_or_default();
        let (directory, _) = Directory::read(&mut source, self.style, place, limits)?;
        Ok((source, directory))
    }

    /// The rows of a page.
    pub(super) fn rows(
        &self,
        file: &Arc<File>,
        index: usize,
        info: &ImageInfo,
        limits: &Limits,
    ) -> Result<Rows> {
        let (mut source, directory) = self.directory(file, index, limits)?;
        let mut pixels = Pixels::read(&mut source, &directory)?;
        pixels.compression.read_tables(&mut source, &directory)?;
        let chunks = Chunks::read(&mut source, &directory, &pixels, info, limits)?;
        Ok(Rows::new(file, chunks, pixels))
    }

    /// A page as it is stored.
    pub(super) fn stored(
        &self,
        file: &Arc<File>,
        index: usize,
        info: &ImageInfo,
        limits: &Limits,
    ) -> Result<Option<Stored>> {
        let (mut source, directory) = self.directory(file, index, limits)?;
        let source = &mut source;
        let mut pixels = Pixels::read(source, &directory)?;
        pixels.compression.read_tables(source, &directory)?;
        let Some(coding) = pixels
            .compression
            .coding(pixels.photometric, pixels.samples)
        else {
            return Ok(None);
        };
        if pixels.bits < 8 && pixels.compression.difference {
            return Ok(None);
        }
        let Some((pixel, white_is_zero, palette)) = pixels.stored(source, &directory)? else {
            return Ok(None);
        };
        let chunks = Chunks::read(source, &directory, &pixels, info, limits)?;
        let Some(Strips { places, rows }) = chunks.strips(info, coding == Coding::Raw)? else {
            return Ok(None);
        };
        let end = source.seek(SeekFrom::End(0)).map_err(read_error)?;
        let beyond = |&(at, bytes): &(u64, u64)| at.checked_add(bytes).is_none_or(|to| to > end);
        if let Some(strip) = places.iter().position(beyond) {
            return Err(damaged(format!("strip {} ends early", strip + 1)));
        }
        if matches!(coding, Coding::Lzw { .. }) {
            let mut first = [0; 2];
            for (at, _) in &places {
                source.seek(SeekFrom::Start(*at)).map_err(read_error)?;
                source.read_exact(&mut first).map_err(read_error)?;
                if is_old_lzw(&first) {
                    return Ok(None);
                }
            }
        }
        let profile = stored::fitting(
            profile(source, &directory)?,
            if pixels.photometric == 3 {
                3
            } else {
                pixels.used as u32
            },
        );
        let page = StoredPage {
            layout: stored::layout(info, pixel),
            coding,
            rows_per_chunk: rows,
            chunks: places.len() as u64,
            white_is_zero,
            big_endian: pixels.bits == 16 && self.style.big_endian,
            palette,
            profile,
            orientation: info.orientation,
        };
        Ok(Some((page, Stretches::new(file, places))))
    }

    /// What is said of a page.
    pub(super) fn said(&self, file: &Arc<File>, index: usize, limits: &Limits) -> Result<Said> {
        let (mut source, directory) = self.directory(file, index, limits)?;
        Ok(Said {
            metadata: metadata(&mut source, &directory)?,
            profile: profile(&mut source, &directory)?,
        })
    }
}

fn profile(source: &mut Source, directory: &Directory) -> Result<Option<Profile>> {
    let bytes = directory.bytes(source, tag::ICC_PROFILE)?;
    // Pages are good without it.
    Ok(Profile::parse(&bytes).ok())
}

fn metadata(source: &mut (impl Read + Seek), directory: &Directory) -> Result<Metadata> {
    let mut text = |tag| directory.text(source, tag);
    Ok(Metadata {
        title: text(tag::DOCUMENT_NAME)?,
        author: text(tag::ARTIST)?,
        software: text(tag::SOFTWARE)?,
        make: text(tag::MAKE)?,
        model: text(tag::MODEL)?,
        date: stored::date_time(&text(tag::DATE_TIME)?),
    })
}

/// What the directory of an Exif segment says, and its dots an inch.
pub(super) fn exif(bytes: &[u8], limits: &Limits) -> Result<(Metadata, Option<(f64, f64)>)> {
    let mut source = std::io::Cursor::new(bytes);
    let (style, first) = directory::header(&mut source)?;
    let (directory, _) = Directory::read(&mut source, style, first, limits)?;
    let (x_dpi, y_dpi) = resolution(&mut source, &directory)?;
    Ok((metadata(&mut source, &directory)?, x_dpi.zip(y_dpi)))
}

/// Whether it is a smaller version of another page, or a mask: what [`crate::tiff::verify`] does not count.
fn is_no_page(source: &mut Source, directory: &Directory) -> bool {
    let kind = directory.number(source, tag::NEW_SUBFILE_TYPE);
    kind.ok().flatten().unwrap_or(0) & NO_PAGE != 0
}

fn info(source: &mut (impl Read + Seek), directory: &Directory) -> Result<ImageInfo> {
    let width = directory.small(source, tag::IMAGE_WIDTH, 0)?;
    let height = directory.small(source, tag::IMAGE_LENGTH, 0)?;
    let pixels = Pixels::read(source, directory)?;
    let (x_dpi, y_dpi) = resolution(source, directory)?;
    Ok(ImageInfo {
        width,
        height,
        pixel: pixels.pixel(),
        x_dpi,
        y_dpi,
        orientation: orientation(source, directory),
    })
}

/// Which way up the directory of an Exif segment says the image is.
pub(super) fn exif_orientation(bytes: &[u8], limits: &Limits) -> Result<Orientation> {
    let mut source = std::io::Cursor::new(bytes);
    let (style, first) = directory::header(&mut source)?;
    let (directory, _) = Directory::read(&mut source, style, first, limits)?;
    Ok(orientation(&mut source, &directory))
}

/// Pages are good without it, and with numbers that say nothing.
fn orientation(source: &mut (impl Read + Seek), directory: &Directory) -> Orientation {
    let number = directory.number(source, tag::ORIENTATION).ok().flatten();
    number
        .and_then(Orientation::from_number)
        .unwrap_or_default()
}

/// Dots an inch.
fn resolution(
    source: &mut (impl Read + Seek),
    directory: &Directory,
) -> Result<(Option<f64>, Option<f64>)> {
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
    Ok((dpi(tag::X_RESOLUTION)?, dpi(tag::Y_RESOLUTION)?))
}
