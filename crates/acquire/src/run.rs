//! Running a plan: the transfer, the document, and what is kept whatever happens.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use formats::{DocumentFormat, Metadata, WriterOptions, open_writer, tiff};
use service::{DocumentOptions, DocumentProgress, Transfer, TransferCallback};
use wia::property::{WIA_DIP_DEV_DESC, WIA_DIP_VEND_DESC};
use wia::{Error, ErrorKind, PropertyValue, Result, Status, TransferFlags};

use crate::cancel::Cancel;
use crate::event::{Event, Observer, Outcome};
use crate::in_order::InOrder;
use crate::naming::Place;
use crate::partial::PartialFile;
use crate::plan::{Plan, TransferKind};
use crate::raw_pages::{Pages, RawPages};
use crate::report::{Reporter, Syncer};
use crate::settings::Compression;
use crate::tiff_stream::TiffStream;

/// What a finished scan leaves.
struct Kept {
    pages: u32,
    files: Vec<PathBuf>,
    /// Why something is missing from the document, apart from how the transfer ended.
    failure: Option<Error>,
}

impl Plan {
    /// Scans. Whatever happens, the pages that were completed are kept.
    pub fn run(self, observer: Arc<dyn Observer>, cancel: &Cancel) -> Outcome {
        let reporter = Arc::new(Reporter::new(Arc::clone(&observer), self.duplex));
        for change in &self.changes {
            reporter.event(&Event::Status {
                text: format!(
                    "{}: {} was asked for, the device uses {}",
                    change.property, change.wanted, change.used
                ),
            });
        }
        let result = match self.transfer {
            TransferKind::MultipageTiff => self.run_tiff(&reporter, cancel),
            TransferKind::RawPerPage => self.run_raw(&reporter, observer.as_ref(), cancel),
        };
        cancel.set_hook(None);
        let (transfer, kept) = match result {
            Ok((transfer, kept)) => (transfer, kept),
            Err(e) => {
                let kept = Kept {
                    pages: 0,
                    files: Vec::new(),
                    failure: None,
                };
                (Err(e), kept)
            }
        };
        self.outcome(transfer, kept, cancel)
    }

    /// How it all ended: never better than the worst that happened.
    fn outcome(&self, transfer: Result<Status>, kept: Kept, cancel: &Cancel) -> Outcome {
        let abandoned = matches!(&transfer, Err(e) if e.kind() == ErrorKind::Deadline);
        let stopped = |e: &Error| matches!(e.kind(), ErrorKind::Deadline | ErrorKind::Abort);
        let result = match transfer {
            // A person wanted it to end; that it ended badly then is no news.
            Err(e) if cancel.is_cancelled() && stopped(&e) => Ok(Status::Cancelled),
            Ok(Status::Cancelled) => Ok(Status::Cancelled),
            Err(e) => Err(e),
            Ok(status) => match (kept.failure, self.pages) {
                (Some(e), _) => Err(e),
                (None, _) if kept.pages == 0 => Err(Error::new(
                    ErrorKind::InvalidDriverResponse,
                    "the device reported success without a page",
                )),
                // Fewer than asked for is not everything asked for, whatever the device calls it.
                (None, Some(wanted)) if kept.pages < wanted => Ok(Status::EndOfMedia),
                (None, _) => Ok(status),
            },
        };
        Outcome {
            pages: kept.pages,
            files: kept.files,
            result,
            abandoned,
        }
    }

    /// One transfer whose stream is the document.
    fn run_tiff(
        &self,
        reporter: &Arc<Reporter>,
        cancel: &Cancel,
    ) -> Result<(Result<Status>, Kept)> {
        let progress = Arc::<DocumentProgress>::default();
        let options = DocumentOptions {
            quality: self.quality,
            metadata: self.metadata(),
            expected_bytes: self.document_bytes,
            progress: Arc::clone(&progress),
            ..DocumentOptions::default()
        };
        let transfer = self.item.transfer()?;
        transfer.set_document(options);
        if let Some(target) = self.regular_file() {
            let partial = PartialFile::create(target)?;
            let callback = Arc::new(TiffStream::to_file(
                partial.file(),
                Arc::clone(&progress),
                Arc::clone(reporter),
                cancel,
            )?);
            let result = self.download(&transfer, callback.clone(), reporter, cancel);
            let kept = keep_tiff(partial, &progress, callback.finish())?;
            return Ok((result, kept));
        }
        let sink = Box::new(self.in_order(cancel)?);
        let callback = Arc::new(TiffStream::to_sink(
            sink,
            Arc::clone(&progress),
            Arc::clone(reporter),
            cancel,
        ));
        let result = self.download(&transfer, callback.clone(), reporter, cancel);
        let kept = Kept {
            pages: progress.pages(),
            files: Vec::new(),
            failure: callback.finish().err(),
        };
        Ok((result, kept))
    }

    /// One RAW stream a page, and as many transfers as there are scans of a flatbed.
    fn run_raw(
        &self,
        reporter: &Arc<Reporter>,
        observer: &dyn Observer,
        cancel: &Cancel,
    ) -> Result<(Result<Status>, Kept)> {
        let options = WriterOptions {
            compression: match self.compression {
                Compression::None | Compression::G3 => tiff::Compression::None,
                Compression::PackBits => tiff::Compression::PackBits,
                Compression::Lzw => tiff::Compression::Lzw,
                Compression::Deflate => tiff::Compression::Deflate,
                Compression::G4 => tiff::Compression::G4,
                Compression::Jpeg => tiff::Compression::Jpeg,
            },
            quality: self.quality,
            metadata: self.metadata(),
            expected_bytes: self.document_bytes,
        };
        let mut document = None;
        let to = match (&self.place, self.regular_file()) {
            (Place::Files(pattern), _) => Pages::Files(pattern.clone()),
            (_, Some(target)) => {
                let partial = PartialFile::create(target)?;
                if self.format == DocumentFormat::Tiff {
                    let sink = Box::new(partial.handle()?);
                    let syncer = Syncer::start(partial.handle()?, Arc::clone(reporter))?;
                    document = Some(partial);
                    Pages::Document {
                        writer: open_writer(self.format, sink, &options)?,
                        syncer: Some(syncer),
                    }
                } else {
                    Pages::File(Some(partial))
                }
            }
            _ if self.format.abilities().multipage => Pages::Document {
                writer: open_writer(self.format, Box::new(self.in_order(cancel)?), &options)?,
                syncer: None,
            },
            _ => Pages::InOrder(Some(Box::new(self.in_order(cancel)?))),
        };
        let reports = Arc::clone(reporter);
        let callback = Arc::new(RawPages::new(to, self.format, options, reports, cancel));
        let mut result = Ok(Status::Ok);
        for scan in 1..=self.scans {
            if scan > 1 && !observer.next_scan(callback.pages()) {
                break;
            }
            if cancel.is_cancelled() {
                result = Ok(Status::Cancelled);
                break;
            }
            result = self
                .item
                .transfer()
                .and_then(|transfer| self.download(&transfer, callback.clone(), reporter, cancel));
            if !matches!(result, Ok(Status::Ok)) || callback.pages() < scan {
                break;
            }
        }
        let pages = callback.pages();
        let finished = callback.finish();
        let mut kept = match finished {
            Ok((pages, files, failure)) => Kept {
                pages,
                files,
                failure,
            },
            Err(e) => Kept {
                pages,
                files: Vec::new(),
                failure: Some(e),
            },
        };
        if let Some(partial) = document {
            let synced = kept.failure.take();
            kept = keep_document(partial, pages, synced)?;
        }
        Ok((result, kept))
    }

    /// Runs the transfer.
    fn download(
        &self,
        transfer: &Arc<dyn Transfer>,
        callback: Arc<dyn TransferCallback>,
        reporter: &Arc<Reporter>,
        cancel: &Cancel,
    ) -> Result<Status> {
        reporter.event(&Event::Start {
            item: self.item_name.clone(),
            pages: self.pages,
        });
        let hooked = Arc::clone(transfer);
        cancel.set_hook(Some(Box::new(move || hooked.cancel())));
        let result = transfer.download(TransferFlags::empty(), callback);
        cancel.set_hook(None);
        result
    }

    /// The target, when the output is one regular file.
    fn regular_file(&self) -> Option<&std::path::Path> {
        match &self.place {
            Place::File(target) => Some(target),
            _ => None,
        }
    }

    fn in_order(&self, cancel: &Cancel) -> Result<InOrder> {
        match &self.place {
            Place::Device(path) | Place::Fifo(path) => InOrder::open(path, cancel),
            Place::Stdout => InOrder::stdout(cancel),
            Place::File(path) => Err(Error::invalid(format!(
                "{}: is a regular file",
                path.display()
            ))),
            Place::Files(_) => Err(Error::invalid("the output is one file a page")),
        }
    }

    fn metadata(&self) -> Metadata {
        let text = |id| match self.root.read(&[id]).map(|mut v| v.pop().flatten()) {
            Ok(Some(PropertyValue::Bstr(text))) => text,
            _ => String::new(),
        };
        Metadata {
            title: String::new(),
            software: concat!("Quire ", env!("CARGO_PKG_VERSION")).to_owned(),
            make: text(WIA_DIP_VEND_DESC),
            model: text(WIA_DIP_DEV_DESC),
            date: self.date.or_else(|| {
                let now = std::time::SystemTime::now();
                let since = now.duration_since(std::time::UNIX_EPOCH).ok()?;
                i64::try_from(since.as_secs()).ok()
            }),
        }
    }
}

/// Cuts off what is no complete page, checks the document, and gives it its name.
fn keep_tiff(
    partial: PartialFile,
    progress: &DocumentProgress,
    synced: Result<()>,
) -> Result<Kept> {
    // A driver with a TIFF encoder of its own reports no pages: then the links tell.
    let linked = progress.pages();
    if linked > 0 {
        cut(partial.file(), progress.bytes())?;
    }
    keep_document(partial, linked, synced.err())
}

fn keep_document(partial: PartialFile, pages: u32, synced: Option<Error>) -> Result<Kept> {
    let kept = |pages, files, failure| Kept {
        pages,
        files,
        failure,
    };
    let counted = tiff::verify(partial.file());
    let found = match &counted {
        Ok(found) => found.pages,
        Err(_) if pages == 0 => 0,
        Err(e) => {
            let e = e.clone().context(partial.target().display());
            return Ok(kept(0, Vec::new(), Some(e)));
        }
    };
    if found == 0 {
        partial.discard();
        return Ok(kept(0, Vec::new(), synced));
    }
    let failure = synced.or_else(|| {
        (pages != 0 && pages != found).then(|| {
            Error::new(
                ErrorKind::WriteFault,
                format!("the document holds {found} pages, {pages} were written"),
            )
        })
    });
    let target = partial.target().to_owned();
    match partial.commit() {
        Ok(file) => Ok(kept(found, vec![file], failure)),
        Err(e) => Ok(kept(
            0,
            Vec::new(),
            Some(failure.unwrap_or(e).context(target.display())),
        )),
    }
}

fn cut(file: &File, bytes: u64) -> Result<()> {
    let len = file.metadata().map_err(Error::from_write)?.len();
    if len > bytes {
        file.set_len(bytes).map_err(Error::from_write)?;
    }
    Ok(())
}
