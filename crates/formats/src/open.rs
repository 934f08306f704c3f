//! A writer for any format.

use wia::{Error, ErrorKind, Result};

use crate::{DocumentFormat, DocumentWriter, Metadata, Sink, bmp, jpeg, png, raw, tiff};

/// How a document is to be written. What a format has no use for is not looked at.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    /// How the strips of a TIFF are compressed.
    pub compression: tiff::Compression,
    /// JPEG quality, 1 to 100; for JPEG, and TIFF with JPEG compression.
    pub quality: u8,
    /// What the document says about itself; for TIFF and PNG.
    pub metadata: Metadata,
    /// Bytes of the whole document when known in advance; for TIFF, which is BigTIFF from the start
    /// when they are too many.
    pub expected_bytes: Option<u64>,
}

impl Default for WriterOptions {
    /// No compression, quality 85, no metadata.
    fn default() -> WriterOptions {
        WriterOptions {
            compression: tiff::Compression::None,
            quality: 85,
            metadata: Metadata::default(),
            expected_bytes: None,
        }
    }
}

/// A writer of a document of `format` that starts at the end of `sink`, or where a sink stands that
/// cannot seek. Nothing is written before the first page.
///
/// # Errors
///
/// `NotImplemented` for a format that is known by name only ([`crate::Abilities::written`]).
pub fn open_writer(
    format: DocumentFormat,
    sink: Box<dyn Sink + Send>,
    options: &WriterOptions,
) -> Result<Box<dyn DocumentWriter + Send>> {
    Ok(match format {
        DocumentFormat::Tiff => {
            let options = tiff::Options {
                compression: options.compression,
                quality: options.quality,
                metadata: options.metadata.clone(),
                expected_bytes: options.expected_bytes,
                ..tiff::Options::default()
            };
            Box::new(tiff::Writer::new(sink, options))
        }
        DocumentFormat::Png => {
            let options = png::Options {
                metadata: options.metadata.clone(),
                ..png::Options::default()
            };
            Box::new(png::Writer::new(sink, options))
        }
        DocumentFormat::Jpeg => Box::new(jpeg::Writer::new(sink, options.quality)),
        DocumentFormat::Bmp => Box::new(bmp::Writer::new(sink, bmp::Container::File)),
        DocumentFormat::Raw => Box::new(raw::Writer::new(sink)),
        DocumentFormat::Pdf | DocumentFormat::Pdfa => {
            let name = format.name();
            return Err(Error::new(
                ErrorKind::NotImplemented,
                format!("{name} cannot be written by this version"),
            ));
        }
    })
}
