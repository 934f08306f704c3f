//! A writer for any format.

use std::fs::File;
use std::os::unix::fs::FileExt;

use wia::{Error, ErrorKind, Result};

use crate::{
    DocumentFormat, DocumentWriter, Metadata, Profile, Sink, Spooled, bmp, jpeg, pdf, png, raw,
    tiff,
};

/// How a document is to be written. What a format has no use for is not looked at.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    /// How the strips of a TIFF and the images of a PDF are compressed.
    pub compression: tiff::Compression,
    /// JPEG quality, 1 to 100; for JPEG, and TIFF and PDF with JPEG compression.
    pub quality: u8,
    /// JPEG in TIFF has colour in full resolution at every quality ([`tiff::Options::full_color`]).
    pub full_color: bool,
    /// What the document says about itself; for TIFF, PDF and PNG.
    pub metadata: Metadata,
    /// The colour profile of pages with as many channels as it has; not of bilevel pages.
    pub profile: Option<Profile>,
    /// Threads that compress; 1 for none beside the caller's.
    pub workers: usize,
    /// Leaves what [`crate::recover`] needs to check the last page after a crash; for TIFF.
    pub records: bool,
    /// Bytes of the whole document when known in advance; for TIFF, which is BigTIFF from the start
    /// when they are too many.
    pub expected_bytes: Option<u64>,
}

/// A document that is gone on with.
pub struct Appending {
    /// What it is; a PDF is PDF/A when it says so, of whatever part.
    pub format: DocumentFormat,
    /// Its writer.
    pub writer: Box<dyn DocumentWriter + Send>,
    /// Pages that it has already.
    pub pages: u32,
}

impl Default for WriterOptions {
    /// No compression, quality 85, full colour, no metadata, no profile, one thread, no
    /// records.
    fn default() -> WriterOptions {
        WriterOptions {
            compression: tiff::Compression::None,
            quality: 85,
            full_color: true,
            metadata: Metadata::default(),
            profile: None,
            workers: 1,
            records: false,
            expected_bytes: None,
        }
    }
}

/// A writer of a document of `format` that starts at the end of `sink`, or where a sink stands that
/// cannot seek. Nothing is written before the first page. A page of unknown height waits in a temporary
/// file where the format must know it ([`crate::Abilities::needs_height`]).
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
            let options = tiff_options(options);
            if sink.abilities().seek {
                Box::new(tiff::Writer::new(sink, options))
            } else {
                Box::new(tiff::Forward::new(sink, options))
            }
        }
        DocumentFormat::Png => {
            let options = png::Options {
                metadata: options.metadata.clone(),
                profile: options.profile.clone(),
                ..png::Options::default()
            };
            Box::new(png::Writer::new(sink, options))
        }
        DocumentFormat::Jpeg => {
            let options = jpeg::Options {
                quality: options.quality,
                profile: options.profile.clone(),
                workers: options.workers,
            };
            Box::new(jpeg::Writer::with_options(sink, options))
        }
        DocumentFormat::Bmp => {
            let writer = bmp::Writer::new(sink, bmp::Container::File);
            Box::new(Spooled::new(format, writer))
        }
        DocumentFormat::Raw => Box::new(raw::Writer::new(sink)),
        DocumentFormat::Pdf => Box::new(pdf::Writer::new(sink, pdf_options(options))),
        DocumentFormat::Pdfa => {
            let options = pdf::Options {
                conformance: pdf::Conformance::A2b,
                ..pdf_options(options)
            };
            Box::new(pdf::Writer::new(sink, options))
        }
    })
}

/// A writer that goes on with the document in `file`, what that is, and its pages. The file is read for
/// it, and nothing is written before the first page; while one is under way a TIFF holds its
/// old pages; a PDF has no end then, until [`DocumentWriter::finish`] or [`crate::recover`]. `None` for an empty file, with which any document can be begun.
///
/// # Errors
///
/// `InputDamaged` for a document that is not whole; `InputUnsupported` for another format, or a form of
/// it that is not known; `ReadFault`.
pub fn open_appending(file: File, options: &WriterOptions) -> Result<Option<Appending>> {
    let mut start = [0; 4];
    let format = match file.read_exact_at(&mut start, 0) {
        Ok(()) => DocumentFormat::from_start(&start),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            let empty = file.metadata().map_err(Error::from_read)?.len() == 0;
            if empty {
                return Ok(None);
            }
            None
        }
        Err(e) => return Err(Error::from_read(e)),
    };
    match format {
        Some(format @ DocumentFormat::Tiff) => {
            let document = tiff::Document::append(tiff_options(options), &file)?;
            let pages = document.pages();
            let writer = Box::new(tiff::Writer::from_parts(file, document));
            Ok(Some(Appending {
                format,
                writer,
                pages,
            }))
        }
        Some(DocumentFormat::Pdf) => {
            let sink = file.try_clone().map_err(Error::from_read)?;
            let (writer, pages) = pdf::Writer::append(sink, &file, pdf_options(options))?;
            let format = match writer.conformance() {
                pdf::Conformance::Pdf17 => DocumentFormat::Pdf,
                pdf::Conformance::A2b => DocumentFormat::Pdfa,
            };
            let writer = Box::new(writer);
            Ok(Some(Appending {
                format,
                writer,
                pages,
            }))
        }
        _ => Err(Error::new(
            ErrorKind::InputUnsupported,
            "only a TIFF or a PDF can be gone on with",
        )),
    }
}

fn tiff_options(options: &WriterOptions) -> tiff::Options {
    tiff::Options {
        compression: options.compression,
        quality: options.quality,
        full_color: options.full_color,
        metadata: options.metadata.clone(),
        profile: options.profile.clone(),
        workers: options.workers,
        records: options.records,
        expected_bytes: options.expected_bytes,
        ..tiff::Options::default()
    }
}

fn pdf_options(options: &WriterOptions) -> pdf::Options {
    pdf::Options {
        compression: options.compression,
        quality: options.quality,
        metadata: options.metadata.clone(),
        profile: options.profile.clone(),
        workers: options.workers,
        conformance: pdf::Conformance::Pdf17,
    }
}
