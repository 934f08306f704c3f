//! Running a plan: the transfer, the document, and what is kept whatever happens.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use formats::{DocumentFormat, Metadata, Profile, WriterOptions, open_writer};
use raster::PixelType;
use service::{DocumentOptions, DocumentProgress, Transfer};
use wia::property::{WIA_DIP_DEV_DESC, WIA_DIP_VEND_DESC};
use wia::{Error, ErrorKind, PropertyValue, Result, Status};

use crate::cancel::Cancel;
use crate::document::OpenDocument;
use crate::durable::DurablePages;
use crate::event::{Event, Observer, Outcome};
use crate::in_order::InOrder;
use crate::keep::{Kept, Written, keep_document, keep_finished, leave};
use crate::naming::Place;
use crate::partial::PartialFile;
use crate::plan::{Plan, TransferKind};
use crate::raw_pages::{Encoded, Pages, Pipe, RawPages, Target};
use crate::report::Reporter;
use crate::settings::{Compression, TransferMode};
use crate::tiff_stream::TiffStream;
use crate::transport::Transport;

/// Threads that compress, on machines with so many cores.
const MOST_WORKERS: usize = 4;

/// How the transfer ended, and what it left.
type Run = (Result<Status>, Kept);

/// An output that takes pages.
struct Opened {
    to: Pages,
    /// The file under construction, where it is one document.
    partial: Option<PartialFile>,
    /// Pages that the document has already.
    before: u32,
}

impl Plan {
    /// Scans. Whatever happens, the pages that were completed are kept.
    pub fn run(self, observer: Arc<dyn Observer>, cancel: &Cancel) -> Outcome {
        let reporter = Arc::new(Reporter::new(observer, self.sides));
        for change in &self.changes {
            reporter.event(&Event::Status {
                text: format!(
                    "{}: {} was asked for, the device uses {}",
                    change.property, change.wanted, change.used
                ),
            });
        }
        let run = match self.transfer {
            TransferKind::MultipageTiff => self.run_tiff(&reporter, cancel),
            TransferKind::RawPerPage | TransferKind::EncodedPerPage(_) => {
                self.run_pages(&reporter, cancel)
            }
        };
        let (transfer, kept) = run.unwrap_or_else(|e| (Err(e), Kept::default()));
        self.outcome(transfer, kept, cancel)
    }

    /// How it all ended: never better than the worst that happened.
    fn outcome(&self, transfer: Result<Status>, kept: Kept, cancel: &Cancel) -> Outcome {
        let abandoned = is_given_up(&transfer);
        let stopped = |e: &Error| matches!(e.kind(), ErrorKind::Deadline | ErrorKind::Abort);
        let transfer = match transfer {
            // A person wanted it to end; that it ended badly then is no news.
            Err(e) if cancel.is_cancelled() && stopped(&e) => Ok(Status::Cancelled),
            other => other,
        };
        let pages = kept.pages;
        let result = match (kept.lost, transfer) {
            (Some(lost), transfer) => Err(worst(lost, &transfer)),
            (None, Err(e)) => Err(e),
            (None, Ok(Status::Cancelled)) => Ok(Status::Cancelled),
            (None, Ok(status)) => match (kept.unfinished, status, self.pages) {
                (Some(e), ..) => Err(e),
                (None, Status::EndOfMedia, _) if pages == 0 => {
                    Err(Error::new(ErrorKind::PaperEmpty, ""))
                }
                (None, ..) if pages == 0 => Err(Error::new(
                    ErrorKind::InvalidDriverResponse,
                    "the device reported success without a page",
                )),
                // Fewer than asked for is not everything asked for, whatever the device calls it;
                // and the end of the paper is what was asked for when all of it was.
                (None, Status::Ok | Status::EndOfMedia, Some(wanted)) if pages < wanted => {
                    Ok(Status::EndOfMedia)
                }
                (None, Status::Ok | Status::EndOfMedia, _) => Ok(Status::Ok),
                (None, other, _) => Ok(other),
            },
        };
        Outcome {
            pages,
            before: kept.before,
            files: kept.files,
            result,
            abandoned,
        }
    }

    /// One transfer whose stream is the document.
    fn run_tiff(&self, reporter: &Arc<Reporter>, cancel: &Cancel) -> Result<Run> {
        let progress = Arc::<DocumentProgress>::default();
        let options = DocumentOptions {
            quality: self.quality,
            metadata: self.metadata(),
            profile: self.profile(),
            expected_bytes: self.document_bytes,
            records: true,
            progress: Arc::clone(&progress),
            ..DocumentOptions::default()
        };
        let transfer = self.new_transfer()?;
        transfer.set_document(options);
        let Some(target) = self.regular_file() else {
            let sink = Box::new(self.in_order(cancel)?);
            let callback = TiffStream::to_sink(sink, progress, Arc::clone(reporter), cancel);
            return Ok(self.run_tiff_to_device(&transfer, callback, reporter, cancel));
        };
        let partial = PartialFile::create(target)?;
        let callback = Arc::new(TiffStream::to_file(
            partial.file(),
            Arc::clone(&progress),
            Arc::clone(reporter),
            cancel,
        )?);
        let transport = self.transport(transfer.as_ref(), reporter, cancel, true);
        let result = transport.run(callback.clone(), Some(partial.path()));
        let written = |reported| Written {
            pages: progress.pages(),
            before: 0,
            bytes: progress.bytes(),
            reported,
            ended_well: matches!(result, Ok(Status::Ok | Status::EndOfMedia)),
        };
        let mut kept = match callback.finish().map(written) {
            // The driver may write into the file still.
            Ok(written) if self.mode == TransferMode::File && is_given_up(&result) => {
                // Pages that nobody counted may be anywhere.
                let bytes = match written.pages {
                    0 => u64::MAX,
                    _ => written.bytes,
                };
                match partial.take_away(bytes) {
                    Ok(partial) => keep_document(partial, &written, reporter),
                    Err((partial, e)) => leave(partial, e),
                }
            }
            Ok(written) => keep_document(partial, &written, reporter),
            Err(e) => leave(partial, e),
        };
        kept.lost = kept.lost.or(callback.failure());
        Ok((result, kept))
    }

    /// A document for a device that keeps nothing of it.
    fn run_tiff_to_device(
        &self,
        transfer: &Arc<dyn Transfer>,
        callback: TiffStream,
        reporter: &Arc<Reporter>,
        cancel: &Cancel,
    ) -> Run {
        let callback = Arc::new(callback);
        let transport = self.transport(transfer.as_ref(), reporter, cancel, true);
        let result = transport.run(callback.clone(), None);
        let mut kept = Kept::default();
        match callback.finish() {
            Ok(0) => {
                let ended_well = matches!(result, Ok(Status::Ok | Status::EndOfMedia));
                kept.pages = callback.pages_told(ended_well);
                (1..=kept.pages).for_each(|page| reporter.page(page, 0, None));
            }
            Ok(pages) => kept.pages = pages,
            Err(e) => kept.lost = Some(e),
        }
        kept.lost = kept.lost.or(callback.failure());
        (result, kept)
    }

    /// One stream a page, and as many transfers as there are scans of a flatbed.
    fn run_pages(&self, reporter: &Arc<Reporter>, cancel: &Cancel) -> Result<Run> {
        let options = self.writer_options();
        let Opened {
            to,
            partial,
            before,
        } = self.open_pages(&options, reporter, cancel)?;
        let reports = Arc::clone(reporter);
        let encoded = match self.transfer {
            TransferKind::EncodedPerPage(_) => Some(Encoded {
                dpi: (self.x_dpi, self.y_dpi),
                passes: self.compression == Compression::Jpeg && self.filters.is_empty(),
            }),
            _ => None,
        };
        let (is_encoded, format) = (encoded.is_some(), self.format);
        let pages = RawPages::new(to, format, options, encoded, reports, cancel);
        let callback = Arc::new(pages);
        let mut result = Ok(Status::Ok);
        let scans = match self.side_by_side {
            true => self.pages.unwrap_or(u32::MAX),
            false => self.scans,
        };
        for scan in 1..=scans {
            if scan > 1 && !self.side_by_side {
                if callback.is_broken() {
                    break;
                }
                if !reporter.next_scan(callback.pages()) {
                    if cancel.is_cancelled() {
                        result = Ok(Status::Cancelled);
                    }
                    break;
                }
            }
            let told = scan == 1 || !self.side_by_side;
            result = self.new_transfer().and_then(|transfer| {
                if is_encoded {
                    transfer.set_document(DocumentOptions {
                        quality: self.quality,
                        metadata: self.metadata(),
                        profile: self.profile(),
                        ..DocumentOptions::default()
                    });
                }
                let transport = self.transport(transfer.as_ref(), reporter, cancel, told);
                transport.run(callback.clone(), None)
            });
            let empty = matches!(&result, Err(e) if e.kind() == ErrorKind::PaperEmpty);
            if self.side_by_side && scan > 1 && empty {
                // The sheets are through; whether they were enough is for the outcome to say.
                result = Ok(Status::Ok);
            }
            if !matches!(result, Ok(Status::Ok)) || callback.pages() < scan {
                break;
            }
        }
        let finished = callback.finish(matches!(result, Ok(Status::EndOfMedia)));
        let Some(partial) = partial else {
            let kept = Kept {
                pages: finished.pages,
                before: 0,
                files: finished.files,
                unfinished: finished.unfinished,
                lost: finished.broken.or(finished.lost),
            };
            return Ok((result, kept));
        };
        let mut kept = match finished.broken {
            Some(e) if finished.pages > 0 => leave(partial, e),
            broken => {
                let written = Written {
                    pages: finished.pages,
                    before,
                    bytes: finished.bytes,
                    reported: finished.pages,
                    ended_well: false,
                };
                let mut kept = match self.format {
                    _ if finished.pages == 0 => {
                        partial.discard();
                        Kept::default()
                    }
                    DocumentFormat::Tiff => keep_document(partial, &written, reporter),
                    _ => keep_finished(partial, &written),
                };
                kept.lost = kept.lost.or(broken).or(finished.lost);
                kept
            }
        };
        kept.unfinished = finished.unfinished.or(kept.unfinished);
        Ok((result, kept))
    }

    /// Opens the output.
    fn open_pages(
        &self,
        options: &WriterOptions,
        reporter: &Arc<Reporter>,
        cancel: &Cancel,
    ) -> Result<Opened> {
        let multipage = self.format.abilities().multipage;
        let to = match (&self.place, self.regular_file()) {
            (Place::Files(pattern), _) => Pages::Each(Target::files(pattern.clone())?),
            (_, Some(target)) if multipage => {
                return self.open_document(target, options, reporter, cancel);
            }
            (_, Some(target)) => Pages::Each(Target::File(Some(PartialFile::create(target)?))),
            _ if multipage => {
                let sink = Box::new(self.in_order(cancel)?);
                Pages::Document {
                    writer: open_writer(self.format, sink, options)?,
                    durable: None,
                }
            }
            _ => {
                let pipe = Pipe::new(self.in_order(cancel)?);
                Pages::Each(Target::InOrder(Some(pipe)))
            }
        };
        Ok(Opened {
            to,
            partial: None,
            before: 0,
        })
    }

    /// Opens one document for all pages, a new one or one that is there.
    fn open_document(
        &self,
        target: &Path,
        options: &WriterOptions,
        reporter: &Arc<Reporter>,
        cancel: &Cancel,
    ) -> Result<Opened> {
        let OpenDocument {
            partial,
            writer,
            before,
        } = OpenDocument::open(target, self.format, self.before.is_some(), options, cancel)?;
        let durable = DurablePages::new(partial.handle()?, Arc::clone(reporter));
        Ok(Opened {
            to: Pages::Document {
                writer,
                durable: Some(durable),
            },
            partial: Some(partial),
            before,
        })
    }

    fn new_transfer(&self) -> Result<Arc<dyn Transfer>> {
        match &self.preview {
            Some(preview) => Ok(preview.transfer()),
            None => self.item.transfer(),
        }
    }

    fn transport<'a>(
        &'a self,
        transfer: &'a dyn Transfer,
        reporter: &'a Reporter,
        cancel: &'a Cancel,
        told: bool,
    ) -> Transport<'a> {
        Transport {
            plan: self,
            transfer,
            reporter,
            cancel,
            told,
        }
    }

    /// The target, when the output is one regular file.
    fn regular_file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(target) => Some(target),
            _ => None,
        }
    }

    fn in_order(&self, cancel: &Cancel) -> Result<InOrder> {
        match &self.place {
            Place::Null(path) | Place::Pipe(path) => InOrder::open(path, cancel),
            Place::Stdout => InOrder::stdout(cancel),
            Place::File(path) => Err(Error::invalid(format!(
                "{}: is a regular file",
                path.display()
            ))),
            Place::Files(_) => Err(Error::invalid("the output is one file a page")),
        }
    }

    fn writer_options(&self) -> WriterOptions {
        WriterOptions {
            compression: self.compression.of_writer(),
            quality: self.quality,
            metadata: self.metadata(),
            profile: self.profile(),
            workers: thread::available_parallelism()
                .map_or(1, |cores| cores.get().min(MOST_WORKERS)),
            expected_bytes: self.document_bytes,
            records: true,
            ..WriterOptions::default()
        }
    }

    /// The colours of the pages. No driver tells a profile; what scanners deliver without one is sRGB.
    fn profile(&self) -> Option<Profile> {
        match self.pixel {
            PixelType::Bw1 => None,
            PixelType::Gray4 | PixelType::Gray8 | PixelType::Gray16 => Some(Profile::gray()),
            PixelType::Rgb8 | PixelType::Rgb16 => Some(Profile::srgb()),
        }
    }

    fn metadata(&self) -> Metadata {
        let text = |id| match self.root.read(&[id]).map(|mut v| v.pop().flatten()) {
            Ok(Some(PropertyValue::Bstr(text))) => text,
            _ => String::new(),
        };
        Metadata {
            title: self.title.clone(),
            author: self.author.clone(),
            software: crate::SOFTWARE.to_owned(),
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

/// Pages that are not where they should be are the worst; why the scan ended is told with it.
fn worst(lost: Error, transfer: &Result<Status>) -> Error {
    let same = |e: &Error| {
        let (e, lost) = (e.to_string(), lost.to_string());
        lost.contains(&e) || e.contains(&lost)
    };
    let also = match transfer {
        Err(e) if !same(e) => format!("; the transfer ended with: {e}"),
        Ok(Status::Cancelled) => "; the scan was cancelled".to_owned(),
        _ => return lost,
    };
    let told = Error::new(lost.kind(), format!("{lost}{also}"));
    told.with_source(lost)
}

/// Whether the driver was given up: its thread has everything still that it was given.
fn is_given_up(result: &Result<Status>) -> bool {
    matches!(result, Err(e) if e.kind() == ErrorKind::Deadline)
}
