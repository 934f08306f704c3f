//! temporary
use formats::{DocumentFormat, DocumentWriter, Metadata, Sink, tiff};
pub(crate) use tiff::Compression as TiffCompression;
use wia::Result;
#[derive(Clone)]
pub(crate) struct WriterOptions {
    pub compression: tiff::Compression,
    pub quality: u8,
    pub metadata: Metadata,
    pub expected_bytes: Option<u64>,
}
pub(crate) fn open_writer(
    format: DocumentFormat,
    sink: Box<dyn Sink + Send>,
    o: &WriterOptions,
) -> Result<Box<dyn DocumentWriter + Send>> {
    Ok(match format {
        DocumentFormat::Tiff => Box::new(tiff::Writer::new(
            sink,
            tiff::Options {
                compression: o.compression,
                quality: o.quality,
                metadata: o.metadata.clone(),
                expected_bytes: o.expected_bytes,
                ..Default::default()
            },
        )),
        _ => Box::new(formats::raw::Writer::new(sink)),
    })
}
