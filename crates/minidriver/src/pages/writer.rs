//! Documents of pages: the service's page writer, and formats of one image.

use formats::{DocumentFormat, DocumentWriter, PageDone, Spooled, bmp, jpeg, raw};
use raster::{Band, PageLayout};
use transfer::{Stream, StreamSink, TransferContext};
use wia::Result;

use super::{Halt, PageFormat, Pages, Reporter};

/// Of JPEG, for a context without a record.
const QUALITY: u8 = 75;

/// A stream for one page (`TYMED_FILE`).
pub struct SinglePage<'a> {
    /// What the stream is to hold.
    pub format: PageFormat,
    /// The transfer's context.
    pub context: &'a mut TransferContext,
    /// The stream, at the place where the document begins.
    pub stream: &'a mut dyn Stream,
}

impl SinglePage<'_> {
    /// Writes the page by its rows ([`Pages::write`]).
    ///
    /// # Errors
    ///
    /// As [`Pages::write`].
    pub fn write<P: Pages + ?Sized>(
        self,
        pages: &mut P,
        page: P::Page,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt<P::Failure>> {
        let SinglePage {
            format,
            context,
            stream,
        } = self;
        let encoders = pages.encoders();
        let write = |writer: &mut dyn DocumentWriter| {
            pages.write(page, writer, reporter)?;
            writer.finish().map_err(Halt::Stream)
        };
        // The lines of a bitmap come bottom-up: without a height it cannot begin, and the page waits in a file.
        let bitmap = |stream, container| {
            Spooled::new(
                DocumentFormat::Bmp,
                bmp::Writer::new(StreamSink(stream), container),
            )
        };
        match format {
            PageFormat::Raw => write(&mut raw::Writer::new(StreamSink(stream))),
            PageFormat::Bmp => write(&mut bitmap(stream, bmp::Container::File)),
            PageFormat::MemoryBmp => write(&mut bitmap(stream, bmp::Container::Memory)),
            PageFormat::Jpeg => {
                let options = jpeg_options(context, encoders);
                write(&mut jpeg::Writer::with_options(StreamSink(stream), options))
            }
            PageFormat::Tiff => {
                // Each stream is a document of its own.
                context.page = 0;
                write(&mut PageWriter { context, stream })
            }
        }
    }
}

fn jpeg_options(context: &TransferContext, workers: usize) -> jpeg::Options {
    let options = context.record.as_ref().map(|record| &record.options);
    jpeg::Options {
        quality: options.map_or(QUALITY, |options| options.quality),
        profile: options.and_then(|options| options.profile.clone()),
        workers,
    }
}

/// The service's page writer, as a writer of documents.
pub(super) struct PageWriter<'a> {
    pub(super) context: &'a mut TransferContext,
    pub(super) stream: &'a mut dyn Stream,
}

impl DocumentWriter for PageWriter<'_> {
    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        transfer::begin_page(self.context, self.stream, layout)
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        transfer::rows(self.context, self.stream, band)
    }

    fn end_page(&mut self) -> Result<PageDone> {
        transfer::end_page(self.context, self.stream)
    }

    fn abandon_page(&mut self) -> Result<()> {
        transfer::abandon_page(self.context, self.stream)
    }

    /// The document is complete after each page.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
