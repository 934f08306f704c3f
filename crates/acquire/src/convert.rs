//! From documents to documents: the pages of files that are there, written anew.
//!
//! A page goes as it is stored where the new document takes it so and nobody asked for another
//! compression; else it is decoded on a thread of its own while its rows are written.

mod copy;
mod plan;

use std::fs::File;
use std::path::PathBuf;

use formats::{DocumentFormat, DocumentWriter, NeedsSeek, open_writer};
use wia::{Error, ErrorKind, Result, Status};

use crate::cancel::Cancel;
use crate::document::OpenDocument;
use crate::event::Outcome;
use crate::in_order::InOrder;
use crate::naming::{Pattern, Place, resolve};
use crate::partial::PartialFile;
use crate::settings::{Compression, Output};
use plan::{Page, Plan};

/// Everything that can be asked of a conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertSettings {
    /// Files of any kind that [`formats::image::ImageFile`] reads; all their pages, in this order.
    pub inputs: Vec<PathBuf>,
    /// Where the document goes.
    pub output: Output,
    /// Its format; `None` to take it from the output's ending.
    pub format: Option<DocumentFormat>,
    /// Whether the pages are added to the document that is there, which says by itself what it is; a new one
    /// is begun where there is none.
    pub append: bool,
    /// How pages are packed. `None`: as they are, and where that cannot be, without loss where the
    /// format can.
    pub compression: Option<Compression>,
    /// Quality of JPEG data, 1 to 100. `None`: JPEG data stay as they are, and new ones get 75.
    pub quality: Option<u8>,
    /// Title of the document. `None`: that of the first page.
    pub title: Option<String>,
    /// Author of the document. `None`: that of the first page.
    pub author: Option<String>,
    /// Date of a document whose first page has none, as seconds since 1970-01-01 00:00:00 UTC.
    pub date: Option<i64>,
}

/// A page that is written. It is durable with the end of the conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertedPage {
    /// Its number, from 1.
    pub page: u32,
    /// Pages that there will be.
    pub pages: u32,
    /// Bytes of the document so far, or of the page's own file.
    pub bytes: u64,
    /// The page's own file, when there is one file a page.
    pub file: Option<PathBuf>,
}

/// Converts documents. What can be checked is checked before anything is written; whatever happens
/// then, the pages that are complete are kept. The inputs are only read.
pub fn convert(
    settings: &ConvertSettings,
    told: &mut dyn FnMut(&ConvertedPage),
    cancel: &Cancel,
) -> Outcome {
    let mut run = Run {
        told,
        cancel,
        pages: 0,
        before: 0,
        files: Vec::new(),
    };
    let result = Plan::new(settings, cancel).and_then(|plan| match &plan.place {
        Place::Files(pattern) => run.files(&plan, pattern),
        place => run.document(&plan, place),
    });
    // Of what was planned or copied when somebody stopped it, nothing is left.
    let result = result.or_else(stopped);
    Outcome {
        pages: run.pages,
        before: run.before,
        files: run.files,
        result,
        abandoned: false,
    }
}

/// A conversion under way.
struct Run<'a> {
    told: &'a mut dyn FnMut(&ConvertedPage),
    cancel: &'a Cancel,
    /// Complete pages in the output.
    pages: u32,
    /// Pages that the document had before.
    before: u32,
    files: Vec<PathBuf>,
}

impl Run<'_> {
    /// All pages into one document.
    fn document(&mut self, plan: &Plan, place: &Place) -> Result<Status> {
        let (mut writer, partial, mut spool) = match place {
            Place::File(target) => {
                let open = OpenDocument::open(
                    target,
                    plan.format,
                    plan.append,
                    &plan.options,
                    self.cancel,
                )?;
                self.before = open.before;
                (open.writer, Some(open.partial), None)
            }
            place => {
                let (writer, spool) = self.open(plan, place)?;
                (writer, None, spool)
            }
        };
        let mut ended = Ok(Status::Ok);
        for page in plan.pages() {
            let copied = copy::page(writer.as_mut(), plan, &page, self.cancel);
            let copied = copied.and_then(|done| match &mut spool {
                Some(spool) => {
                    writer.finish()?;
                    spool.to.take(&spool.file).map(|()| done)
                }
                None => Ok(done),
            });
            match copied {
                Ok(done) => self.told(plan, done.document_bytes, None),
                Err(e) => {
                    // Bytes behind the last page harm no reader.
                    drop(writer.abandon_page());
                    ended = stopped(e);
                    break;
                }
            }
        }
        let Some(partial) = partial else {
            if self.pages > 0 && spool.is_none() {
                let finished = writer.finish();
                // What went wrong first is why the ending is missing.
                return ended.and_then(|status| finished.map(|()| status));
            }
            return ended;
        };
        if self.pages == 0 {
            partial.discard();
            return ended;
        }
        if let Err(e) = writer.finish() {
            self.pages = 0;
            return Err(partial.leave(e));
        }
        drop(writer);
        let kept = self.keep(partial);
        if self.files.is_empty() {
            self.pages = 0;
        }
        kept?;
        ended
    }

    /// Each page into a file of its own.
    fn files(&mut self, plan: &Plan, pattern: &Pattern) -> Result<Status> {
        for page in plan.pages() {
            if self.cancel.is_cancelled() {
                return Ok(Status::Cancelled);
            }
            let target = resolve(&pattern.name(self.pages.saturating_add(1)))?;
            // Links can lead from two names to one file.
            if target.exists() && self.files.contains(&target) {
                let taken = format!("{}: is the file of another page already", target.display());
                return Err(Error::new(ErrorKind::WriteFault, taken));
            }
            let partial = PartialFile::create(&target)?;
            let options = plan.options_of(&page)?;
            let written = open_writer(plan.format, Box::new(partial.handle()?), &options).and_then(
                |mut writer| {
                    let done = copy::page(writer.as_mut(), plan, &page, self.cancel)?;
                    writer.finish()?;
                    Ok(done)
                },
            );
            match written {
                Ok(done) => {
                    self.keep(partial)?;
                    self.told(plan, done.document_bytes, Some(target));
                }
                Err(e) => {
                    partial.discard();
                    return stopped(e).map_err(|e| match e.kind().blame() {
                        wia::Blame::Output => e.context(target.display()),
                        _ => e,
                    });
                }
            }
        }
        Ok(Status::Ok)
    }

    /// Opens a place that takes bytes in order. What a format cannot write in order waits in a temporary
    /// file, as it does in a scan.
    fn open(
        &self,
        plan: &Plan,
        place: &Place,
    ) -> Result<(Box<dyn DocumentWriter + Send>, Option<Spool>)> {
        let to = match place {
            Place::Null(path) | Place::Pipe(path) => InOrder::open(path, self.cancel)?,
            _ => InOrder::stdout(self.cancel)?,
        };
        if to.pretends_to_seek() || plan.format.abilities().needs_seek != NeedsSeek::Always {
            let writer = open_writer(plan.format, Box::new(to), &plan.options)?;
            return Ok((writer, None));
        }
        let file = tempfile::tempfile().map_err(Error::from_write)?;
        let sink = file.try_clone().map_err(Error::from_write)?;
        let writer = open_writer(plan.format, Box::new(sink), &plan.options)?;
        Ok((writer, Some(Spool { file, to })))
    }

    /// Gives a complete file its name.
    fn keep(&mut self, partial: PartialFile) -> Result<()> {
        let committed = partial.commit();
        self.files.extend(committed.file);
        committed.result
    }

    fn told(&mut self, plan: &Plan, bytes: u64, file: Option<PathBuf>) {
        self.pages = self.pages.saturating_add(1);
        (self.told)(&ConvertedPage {
            page: self.pages,
            pages: plan.page_count,
            bytes,
            file,
        });
    }
}

/// A document of one page on its way.
struct Spool {
    file: File,
    to: InOrder,
}

/// A cancel is no failure.
fn stopped(e: Error) -> Result<Status> {
    match e.kind() {
        ErrorKind::Abort => Ok(Status::Cancelled),
        _ => Err(e),
    }
}

/// The error of an input: named with file and page, and never one of the output's.
fn of_input(e: Error, page: &Page<'_>) -> Error {
    let path = page.input.path().display().to_string();
    let text = e.to_string();
    let text = text.strip_prefix(&format!("{path}: ")).unwrap_or(&text);
    let place = match page.input.page_count() {
        1 => path,
        _ => format!("{path}: page {}", page.index + 1),
    };
    let kind = match e.kind() {
        ErrorKind::Abort => return e,
        kind if kind.blame() == wia::Blame::Input => kind,
        ErrorKind::OutOfMemory => ErrorKind::OutOfMemory,
        _ => ErrorKind::ReadFault,
    };
    Error::new(kind, format!("{place}: {text}")).with_source(e)
}
