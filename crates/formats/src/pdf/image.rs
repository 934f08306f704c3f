//! From rows to the data of an image.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression as Level;
use flate2::write::ZlibEncoder;
use raster::{Band, PageLayout, PixelType};
use wia::{Error, ErrorKind, Result};

use super::Options;
use super::body::Body;
use crate::codec::{Deflate, G4, StripEncoder};
use crate::png::Filters;
use crate::tiff::Compression;
use crate::{DocumentWriter, Sink, SinkAbilities, jpeg};

/// The encoder of a page's image.
#[derive(Debug)]
pub(super) enum Image {
    Plain(PixelType),
    Deflate(Box<Deflated>),
    Fax(G4),
    Jpeg(Box<Jpeg>),
}

impl Image {
    pub(super) fn new(options: &Options, layout: &PageLayout) -> Result<Image> {
        let bilevel = layout.pixel == PixelType::Bw1;
        match options.compression {
            Compression::None => Ok(Image::Plain(layout.pixel)),
            Compression::Deflate => Ok(Image::Deflate(Box::new(Deflated::new(layout)))),
            Compression::G4 if !bilevel => Err(Error::invalid("G4 holds only bilevel pages")),
            Compression::Jpeg if !bilevel => Ok(Image::Jpeg(Box::new(Jpeg::new(options, layout)?))),
            Compression::G4 | Compression::Jpeg => Ok(Image::Fax(G4::new(layout.width))),
            other => Err(Error::invalid(format!(
                "PDF pages are not compressed, or by deflate, G4 or JPEG, not by {other:?}"
            ))),
        }
    }

    /// The entries of the image's dictionary that say how it is compressed.
    pub(super) fn filter(&self, layout: &PageLayout) -> String {
        match self {
            Image::Plain(_) => String::new(),
            Image::Deflate(deflated) => {
                let predictor = if deflated.filters.is_some() { 15 } else { 1 };
                flate(layout, predictor)
            }
            Image::Fax(_) => {
                let columns = layout.width;
                format!("/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns {columns}>>")
            }
            Image::Jpeg(_) => "/Filter/DCTDecode".to_owned(),
        }
    }

    pub(super) fn rows<S: Sink>(&mut self, band: Band<'_>, body: &mut Body<S>) -> Result<()> {
        match self {
            Image::Plain(pixel) => {
                for row in band.iter() {
                    append(body.pending(), *pixel, row);
                    body.settle()?;
                }
                Ok(())
            }
            Image::Deflate(deflated) => deflated.rows(band, body),
            Image::Fax(g4) => {
                for from in 0..band.rows() {
                    g4.rows(band.slice(from, from + 1), body.pending())?;
                    body.settle()?;
                }
                Ok(())
            }
            Image::Jpeg(jpeg) => {
                jpeg.writer.rows(band)?;
                jpeg.take(body)
            }
        }
    }

    pub(super) fn finish<S: Sink>(self, body: &mut Body<S>) -> Result<()> {
        match self {
            Image::Plain(_) => Ok(()),
            Image::Deflate(deflated) => body.push(deflated.stream.finish().map_err(failed)?),
            Image::Fax(mut g4) => g4.finish(body.pending()),
            Image::Jpeg(jpeg) => jpeg.finish(body),
        }
    }
}

/// The filter of deflated images.
pub(super) fn flate(layout: &PageLayout, predictor: u32) -> String {
    let mut out = "/Filter/FlateDecode".to_owned();
    if predictor > 1 {
        out += &format!(
            "/DecodeParms<</Predictor {predictor}/Colors {}/BitsPerComponent {}/Columns {}>>",
            layout.pixel.channels(),
            layout.pixel.bits_per_channel(),
            layout.width
        );
    }
    out
}

/// Appends a row with its samples in the order of the file.
fn append(to: &mut Vec<u8>, pixel: PixelType, row: &[u8]) {
    if pixel.bits_per_channel() == 16 {
        to.extend(row.chunks_exact(2).flat_map(|s| [s[1], s[0]]));
    } else {
        to.extend_from_slice(row);
    }
}

/// Deflate, of samples of whole bytes after PNG's filters.
#[derive(Debug)]
pub(super) struct Deflated {
    stream: ZlibEncoder<Vec<u8>>,
    pixel: PixelType,
    filters: Option<Filters>,
    row: Vec<u8>,
}

impl Deflated {
    fn new(layout: &PageLayout) -> Deflated {
        let filtered = layout.pixel.bits_per_channel() >= 8;
        let bits = layout.pixel.bits_per_pixel();
        Deflated {
            stream: ZlibEncoder::new(Vec::new(), Level::new(Deflate::LEVEL)),
            pixel: layout.pixel,
            filters: filtered.then(|| Filters::new(layout.row_bytes(), bits)),
            row: Vec::new(),
        }
    }

    fn rows<S: Sink>(&mut self, band: Band<'_>, body: &mut Body<S>) -> Result<()> {
        for row in band.iter() {
            self.row.clear();
            append(&mut self.row, self.pixel, row);
            match &mut self.filters {
                None => self.stream.write_all(&self.row),
                Some(filters) => {
                    let (kind, filtered) = filters.filter(&self.row);
                    let kind = self.stream.write_all(&[kind]);
                    kind.and_then(|()| self.stream.write_all(filtered))
                }
            }
            .map_err(failed)?;
            body.push(self.stream.get_ref())?;
            self.stream.get_mut().clear();
        }
        Ok(())
    }
}

fn failed(e: io::Error) -> Error {
    Error::new(ErrorKind::Fail, "deflate").with_source(e)
}

/// A JPEG file. Its height stands before its data, so one whose height is not known goes through a
/// temporary file without a name.
#[derive(Debug)]
pub(super) struct Jpeg {
    writer: jpeg::Writer<Place>,
    place: Place,
}

impl Jpeg {
    fn new(options: &Options, layout: &PageLayout) -> Result<Jpeg> {
        let place = match layout.height {
            Some(_) => Place::Memory(Arc::default()),
            None => Place::File(Arc::new(tempfile::tempfile().map_err(temporary)?)),
        };
        let options = jpeg::Options {
            quality: options.quality,
            profile: None,
            workers: options.workers,
        };
        let mut writer = jpeg::Writer::with_options(place.clone(), options);
        writer.begin_page(layout)?;
        Ok(Jpeg { writer, place })
    }

    /// Moves what is done to the body.
    fn take<S: Sink>(&mut self, body: &mut Body<S>) -> Result<()> {
        if let Place::Memory(bytes) = &self.place {
            let mut bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
            body.push(&*bytes)?;
            bytes.clear();
        }
        Ok(())
    }

    fn finish<S: Sink>(mut self, body: &mut Body<S>) -> Result<()> {
        self.writer.end_page()?;
        self.take(body)?;
        if let Place::File(file) = &self.place {
            let mut file = &**file;
            file.seek(SeekFrom::Start(0)).map_err(temporary)?;
            let mut piece = vec![0; 64 * 1024];
            loop {
                let n = file.read(&mut piece).map_err(temporary)?;
                if n == 0 {
                    break;
                }
                body.push(&piece[..n])?;
            }
        }
        Ok(())
    }
}

/// The error for a failure of the temporary file.
fn temporary(e: io::Error) -> Error {
    Error::from_write(e).context("temporary file of the PDF writer")
}

/// Where the JPEG writer writes to.
#[derive(Clone, Debug)]
enum Place {
    Memory(Arc<Mutex<Vec<u8>>>),
    File(Arc<File>),
}

impl Sink for Place {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        match self {
            Place::Memory(bytes) => {
                let mut bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
                bytes.extend_from_slice(data);
                Ok(())
            }
            Place::File(file) => io::Write::write_all(&mut &**file, data),
        }
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            // The bytes are taken away meanwhile: it is a pipe.
            Place::Memory(_) => Ok(0),
            Place::File(file) => io::Seek::seek(&mut &**file, to),
        }
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        match self {
            Place::Memory(_) => Ok(()),
            Place::File(file) => file.set_len(len),
        }
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities {
            seek: matches!(self, Place::File(_)),
        }
    }
}
