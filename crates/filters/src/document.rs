//! Rows into the bytes of a document, in the application's stream.

use std::io::{self, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::{
    DocumentFormat, DocumentWriter, Sink, SinkAbilities, WriterOptions, bmp, in_order, open_writer,
    tiff,
};
use items::AppItem;
use raster::{Band, PixelType};
use transfer::{Stream, write_all};
use wia::property::WIA_IPA_COMPRESSION;
use wia::{Compression, Error, ErrorKind, Result};

use crate::rows::{Page, RowSink};

/// The application's stream. Clones are the same stream.
#[derive(Clone)]
pub(crate) struct Below(Arc<Mutex<Inner>>);

struct Inner {
    stream: Option<Box<dyn Stream>>,
    /// Where the document begins: at the end of what the stream held before.
    start: u64,
    end: u64,
}

impl Below {
    pub(crate) fn new(mut stream: Box<dyn Stream>) -> Result<Below> {
        let start = stream.seek(SeekFrom::End(0))?;
        Ok(Below(Arc::new(Mutex::new(Inner {
            stream: Some(stream),
            start,
            end: start,
        }))))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of the document.
    pub(crate) fn bytes(&self) -> u64 {
        let inner = self.lock();
        inner.end - inner.start
    }

    /// Writes at a position of the document.
    pub(crate) fn write_at(&self, position: u64, data: &[u8]) -> Result<()> {
        let mut inner = self.lock();
        let to = inner.start.saturating_add(position);
        inner.stream()?.seek(SeekFrom::Start(to))?;
        inner.write(to, data)
    }

    pub(crate) fn set_size(&self, size: u64) -> Result<()> {
        let mut inner = self.lock();
        let to = inner.start.saturating_add(size);
        inner.stream()?.set_size(to)?;
        inner.end = to;
        Ok(())
    }

    pub(crate) fn settle(&self) -> Result<()> {
        self.lock().stream()?.settle()
    }

    pub(crate) fn barrier(&self) -> Result<()> {
        self.lock().stream()?.barrier()
    }

    /// Releases the stream.
    pub(crate) fn release(&self) {
        let stream = self.lock().stream.take();
        drop(stream);
    }
}

impl Inner {
    fn stream(&mut self) -> Result<&mut dyn Stream> {
        match &mut self.stream {
            Some(stream) => Ok(stream.as_mut()),
            None => Err(Error::new(ErrorKind::Reverted, "the stream has ended")),
        }
    }

    fn write(&mut self, at: u64, data: &[u8]) -> Result<()> {
        write_all(self.stream()?, data)?;
        self.end = self.end.max(at + data.len() as u64);
        Ok(())
    }
}

impl Sink for Below {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let mut inner = self.lock();
        let at = inner.stream()?.seek(SeekFrom::Current(0))?;
        Ok(inner.write(at, data)?)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Ok(self.lock().stream()?.seek(to)?)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        let mut inner = self.lock();
        inner.stream()?.set_size(len)?;
        inner.end = inner.end.min(len);
        Ok(())
    }

    fn abilities(&self) -> SinkAbilities {
        SinkAbilities { seek: true }
    }

    fn barrier(&mut self) -> io::Result<()> {
        Ok(Below::barrier(self)?)
    }
}

/// Which document is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Raw,
    Bitmap,
    /// One of the formats that cannot be read band by band.
    File(DocumentFormat),
}

/// Writes rows as a document.
pub(crate) struct Out {
    below: Below,
    kind: Kind,
    /// The container of a bitmap, as the driver's header told it.
    pub(crate) container: bmp::Container,
    compression: tiff::Compression,
    page: Option<in_order::Writer<Below>>,
    document: Option<Box<dyn DocumentWriter + Send>>,
}

impl Out {
    pub(crate) fn new(below: Below, kind: Kind, item: &AppItem) -> Out {
        let compression = item.opt_i32(WIA_IPA_COMPRESSION);
        Out {
            below,
            kind,
            container: bmp::Container::File,
            compression: match compression.and_then(Compression::from_value) {
                Some(Compression::G3 | Compression::G4) => tiff::Compression::G4,
                Some(Compression::Jpeg) => tiff::Compression::Jpeg,
                _ => tiff::Compression::None,
            },
            page: None,
            document: None,
        }
    }

    /// Forgets a document that was taken back.
    pub(crate) fn forget(&mut self) {
        self.page = None;
        self.document = None;
    }

    /// Completes a document of several pages.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match self.document.take() {
            Some(mut document) => document.finish(),
            None => Ok(()),
        }
    }

    fn document(
        &mut self,
        format: DocumentFormat,
        pixel: PixelType,
    ) -> Result<&mut (dyn DocumentWriter + Send)> {
        if self.document.is_none() {
            let fits = match self.compression {
                tiff::Compression::G4 => pixel == PixelType::Bw1,
                tiff::Compression::Jpeg => matches!(pixel, PixelType::Gray8 | PixelType::Rgb8),
                _ => true,
            };
            let options = WriterOptions {
                compression: if fits {
                    self.compression
                } else {
                    tiff::Compression::None
                },
                ..WriterOptions::default()
            };
            let below = Box::new(self.below.clone());
            self.document = Some(open_writer(format, below, &options)?);
        }
        self.open_document()
    }

    fn open_document(&mut self) -> Result<&mut (dyn DocumentWriter + Send)> {
        match &mut self.document {
            Some(document) => Ok(document.as_mut()),
            None => Err(Error::new(ErrorKind::Unexpected, "no page has been begun")),
        }
    }
}

impl RowSink for Out {
    fn begin(&mut self, page: &Page) -> Result<()> {
        let form = match self.kind {
            Kind::Raw => in_order::Form::Raw,
            Kind::Bitmap => in_order::Form::Bitmap {
                container: self.container,
                bottom_up: page.bottom_up,
            },
            Kind::File(format) => {
                return self
                    .document(format, page.layout.pixel)?
                    .begin_page(&page.layout);
            }
        };
        let below = self.below.clone();
        self.page = Some(in_order::Writer::begin(below, form, &page.layout)?);
        Ok(())
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        match &mut self.page {
            Some(page) => page.rows(band),
            None => self.open_document()?.rows(band),
        }
    }

    fn end(&mut self) -> Result<()> {
        match self.page.take() {
            Some(page) => page.end(),
            None => self.open_document()?.end_page().map(drop),
        }
    }
}
