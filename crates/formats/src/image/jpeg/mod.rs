//! Reading JPEG: what the file says before its pixels, and the rows.
//!
//! The rows come from mozjpeg, a few at a time, or in a build without C from zune-jpeg, which decodes
//! the whole image at once.

#[cfg(feature = "mozjpeg")]
#[path = "by_mozjpeg.rs"]
mod decoder;
#[cfg(not(feature = "mozjpeg"))]
#[path = "by_zune.rs"]
mod decoder;
mod headers;

use std::fs::File;
use std::io::{self, BufRead, Cursor, Read, Seek};
use std::sync::Arc;

use wia::Result;

use super::file::Stored;
use super::section::Section;
use super::stored::{self, Said, Stretches};
use super::{ImageInfo, damaged, file, most, read_error, tiff, unsupported};
use crate::{Coding, JpegColor, Limits, Orientation, StoredPage};
use headers::Headers;

pub(super) use decoder::Decoder;

/// What colour the decoder is to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// Grey, or RGB made from whatever three components mean.
    Picture,
    /// The components as they are stored.
    Stored,
}

/// What a JPEG stream is to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) width: u32,
    pub(super) least_height: u32,
    pub(super) most_height: u32,
    /// 1 or 3.
    pub(super) channels: usize,
    pub(super) colour: Colour,
}

impl Shape {
    /// Refuses a stream of another shape before memory is taken for it.
    fn check(&self, width: u32, height: u32, components: usize) -> Result<()> {
        let heights = self.least_height..=self.most_height;
        if (width, components) == (self.width, self.channels) && heights.contains(&height) {
            return Ok(());
        }
        Err(damaged(format!(
            "a JPEG stream of {width} x {height} pixels of {components} components, not {} x {} of {}",
            self.width, self.most_height, self.channels
        )))
    }
}

/// What a JPEG file says of its image.
pub(super) fn info(file: &Arc<File>, limits: &Limits) -> Result<ImageInfo> {
    let mut source = Section::whole(file).hopping();
    let headers = Headers::read(&mut source)?;
    if headers.many_scans {
        let (width, height) = (headers.width, headers.height);
        check_held(width, height, headers.components.len(), limits)?;
    }
    let info = headers.info(limits);
    let bytes = file.metadata().map_err(read_error)?.len();
    let pixels = u64::from(info.width) * u64::from(info.height);
    limits.check_ratio(pixels * u64::from(info.pixel.channels()), bytes, most::JPEG)?;
    Ok(info)
}

/// Refuses an image whose coefficients, all held until the last scan, are too many.
pub(super) fn check_held(
    width: u32,
    height: u32,
    components: usize,
    limits: &Limits,
) -> Result<()> {
    let bytes = u64::from(width) * u64::from(height) * components as u64 * 2;
    if bytes > limits.held_bytes {
        return Err(unsupported(format!(
            "a JPEG image of {width} x {height} pixels in several scans, which takes {bytes} bytes \
             where {} are allowed",
            limits.held_bytes
        )));
    }
    Ok(())
}

/// What a JPEG file says beside its image.
pub(super) fn said(file: &Arc<File>, limits: &Limits) -> Result<Said> {
    let headers = Headers::read(&mut Section::whole(file).hopping())?;
    Ok(Said {
        profile: headers.profile(),
        metadata: headers.exif(limits).0,
    })
}

/// Which way up a JPEG stream says that it is; `None` for one that has no Exif segment, or cannot be read.
pub(crate) fn orientation(source: &mut impl BufRead) -> Option<Orientation> {
    Headers::read(source).ok()?.orientation(&Limits::DEFAULT)
}

/// The stream of a JPEG file, without what follows its end.
pub(super) fn stored(file: &Arc<File>, info: &ImageInfo, _: &Limits) -> Result<Option<Stored>> {
    let mut source = Section::whole(file).buffered();
    let headers = Headers::read(&mut source)?;
    headers::skip_image(&mut source)?;
    let bytes = source.stream_position().map_err(read_error)?;
    let page = StoredPage {
        layout: stored::layout(info, info.pixel),
        coding: Coding::Jpeg {
            tables: Vec::new(),
            color: match headers.components.len() {
                1 => JpegColor::Gray,
                _ if headers.is_rgb() => JpegColor::Rgb,
                _ => JpegColor::YCbCr,
            },
        },
        rows_per_chunk: info.height,
        chunks: 1,
        white_is_zero: false,
        big_endian: false,
        palette: None,
        profile: stored::fitting(headers.profile(), info.pixel.channels()),
        orientation: info.orientation,
    };
    Ok(Some((page, Stretches::new(file, vec![(0, bytes)]))))
}

/// The rows of a JPEG file.
pub(super) struct Rows {
    decoder: Decoder,
}

impl Rows {
    pub(super) fn new(file: &Arc<File>, expected: &ImageInfo) -> Result<Rows> {
        let shape = Shape {
            width: expected.width,
            least_height: expected.height,
            most_height: expected.height,
            channels: expected.pixel.channels() as usize,
            colour: Colour::Picture,
        };
        let decoder = Decoder::new(Box::new(Section::whole(file).buffered()), shape)?;
        Ok(Rows { decoder })
    }
}

impl file::Rows for Rows {
    fn row(&mut self, row: &mut [u8]) -> Result<()> {
        self.decoder.row(row)
    }
}

/// The rows of a JPEG stream that arrives.
pub(super) struct ArrivingRows {
    decoder: Decoder,
}

impl ArrivingRows {
    /// Reads up to the first pixel.
    pub(super) fn new(
        source: Box<dyn BufRead>,
        limits: &Limits,
    ) -> Result<(ImageInfo, ArrivingRows)> {
        let mut kept = Kept {
            source,
            bytes: Vec::new(),
            most: usize::try_from(limits.value_bytes).unwrap_or(usize::MAX),
        };
        let headers = Headers::read(&mut kept)?;
        let info = headers.info(limits).check(limits)?;
        if headers.many_scans {
            check_held(info.width, info.height, headers.components.len(), limits)?;
        }
        let shape = Shape {
            width: info.width,
            least_height: info.height,
            most_height: info.height,
            channels: info.pixel.channels() as usize,
            colour: Colour::Picture,
        };
        // The decoder reads the headers by itself.
        let all = Cursor::new(kept.bytes).chain(kept.source);
        let decoder = Decoder::new(Box::new(all), shape)?;
        Ok((info, ArrivingRows { decoder }))
    }

    /// Reads what stands behind the last row.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.decoder.finish()
    }
}

impl file::Rows for ArrivingRows {
    fn row(&mut self, row: &mut [u8]) -> Result<()> {
        self.decoder.row(row)
    }
}

/// Keeps what was read.
struct Kept {
    source: Box<dyn BufRead>,
    bytes: Vec<u8>,
    most: usize,
}

impl Read for Kept {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let buffer = self.fill_buf()?;
        let len = buffer.len().min(to.len());
        to[..len].copy_from_slice(&buffer[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl BufRead for Kept {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes.len() > self.most {
            let what = format!("more than {} bytes before the first pixel", self.most);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        // What was shown is still there.
        let shown = self.source.fill_buf().unwrap_or_default();
        self.bytes
            .extend_from_slice(&shown[..bytes.min(shown.len())]);
        self.source.consume(bytes);
    }
}
