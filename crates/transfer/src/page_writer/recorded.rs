//! The document that a transfer's record holds, and what the application learns of it.

use std::io::{self, SeekFrom};

use formats::tiff::{self, Document};
use formats::{PageDone, Sink, SinkAbilities};
use wia::{Compression, Error, Photometric, Result};

use crate::context::{
    DocumentOptions, DocumentProgress, RecordedDocument, TransferContext, TransferRecord,
};
use crate::stream::{Stream, StreamSink};

impl TransferRecord {
    /// The document for page `page`, which has rows in `compression`: a new document for page 0,
    /// else the one that the earlier pages are in.
    pub(super) fn document<'a>(
        &'a mut self,
        compression: Compression,
        page: i32,
        stream: &'a mut dyn Stream,
    ) -> Result<(&'a mut Document, ProgressSink<'a>)> {
        if page == 0 {
            self.document = Some(RecordedDocument {
                document: Document::new(tiff_options(&self.options, compression)?),
                compression,
            });
        }
        match &mut self.document {
            Some(recorded) if page == 0 || (page > 0 && recorded.document.pages() > 0) => {
                if recorded.compression != compression {
                    return Err(Error::invalid(format!(
                        "the document takes rows for {:?} since its first page, not for {compression:?}",
                        recorded.compression
                    )));
                }
                let sink = ProgressSink::new(stream, &self.options.progress);
                Ok((&mut recorded.document, sink))
            }
            _ => Err(Error::invalid(format!(
                "lPage is {page}, but the document has no page yet"
            ))),
        }
    }

    /// The document of the page that is open.
    pub(super) fn open_document<'a>(
        &'a mut self,
        stream: &'a mut dyn Stream,
    ) -> Result<(&'a mut Document, ProgressSink<'a>)> {
        match &mut self.document {
            Some(recorded) if self.page_open => {
                let sink = ProgressSink::new(stream, &self.options.progress);
                Ok((&mut recorded.document, sink))
            }
            _ => Err(Error::invalid("no page has been begun")),
        }
    }
}

fn tiff_options(options: &DocumentOptions, compression: Compression) -> Result<tiff::Options> {
    let compression = match compression {
        Compression::None => tiff::Compression::None,
        Compression::G4 => tiff::Compression::G4,
        Compression::Jpeg => tiff::Compression::Jpeg,
        other => {
            return Err(Error::invalid(format!(
                "WIA_IPA_COMPRESSION: the page writer cannot encode {other:?}; valid: None G4 Jpeg"
            )));
        }
    };
    Ok(tiff::Options {
        compression,
        quality: options.quality,
        photometric: photometric(options.photometric),
        metadata: options.metadata.clone(),
        profile: options.profile.clone(),
        expected_bytes: options.expected_bytes,
        records: options.records,
        classic_limit: options.classic_limit,
        ..tiff::Options::default()
    })
}

/// The numbers of WIA and TIFF are opposite: `WIA_PHOTO_WHITE_1` is BlackIsZero.
pub(super) fn photometric(wia: Option<Photometric>) -> tiff::Photometric {
    match wia {
        Some(Photometric::White0) => tiff::Photometric::WhiteIsZero,
        Some(Photometric::White1) | None => tiff::Photometric::BlackIsZero,
    }
}

/// Shows in the context that a page was linked, and reports it.
pub(super) fn page_linked(context: &mut TransferContext, done: &PageDone) {
    context.page = context.page.saturating_add(1);
    let Some(record) = &context.record else {
        return;
    };
    if let Some(RecordedDocument { document, .. }) = &record.document {
        let offset = i32::try_from(document.current_ifd_offset()).unwrap_or(-1);
        context.current_ifd_offset = offset;
        context.previous_ifd_offset = offset;
        record
            .options
            .progress
            .page_linked(document.base().unwrap_or(0) + done.document_bytes);
    }
}

/// A stream as the sink of a record's document. It keeps [`DocumentProgress::bytes`] true at every
/// moment: a driver may hang or die between any two calls of the stream, also while a link is set.
pub(super) struct ProgressSink<'a> {
    stream: StreamSink<'a>,
    progress: &'a DocumentProgress,
    /// 0 until it is known.
    position: u64,
}

impl<'a> ProgressSink<'a> {
    fn new(stream: &'a mut dyn Stream, progress: &'a DocumentProgress) -> ProgressSink<'a> {
        ProgressSink {
            stream: StreamSink(stream),
            progress,
            position: 0,
        }
    }
}

impl Sink for ProgressSink<'_> {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.stream.write_all(data)?;
        self.position += data.len() as u64;
        Ok(())
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // The document goes back only to set a link or the header, which may lead to what it has
        // just written.
        if matches!(to, SeekFrom::Start(_)) {
            self.progress.linking(self.position);
        }
        self.position = self.stream.seek(to)?;
        Ok(self.position)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.stream.set_len(len)?;
        self.progress.cut(len);
        Ok(())
    }

    fn abilities(&self) -> SinkAbilities {
        self.stream.abilities()
    }

    fn barrier(&mut self) -> io::Result<()> {
        self.stream.barrier()
    }
}
