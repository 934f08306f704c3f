//! Pages that have a file of their own, or the output to themselves.

use std::fs::File;
use std::io::{self, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::{
    DocumentFormat, DocumentWriter, NeedsSeek, Sink, SinkAbilities, WriterOptions, open_writer,
};
use raster::PageLayout;
use wia::{Error, ErrorKind, Result};

use crate::in_order::InOrder;
use crate::naming::{Pattern, resolve};
use crate::partial::{Committed, PartialFile};

/// Where pages go that do not share a document.
pub(crate) enum Target {
    /// Each into a regular file of its own; `next` is the next page's, where there is one already.
    Files {
        pattern: Pattern,
        next: Option<PartialFile>,
    },
    /// One page into one regular file.
    File(Option<PartialFile>),
    /// One page into a pipe or device.
    InOrder(Option<Pipe>),
}

impl Target {
    /// One file a page. That of the first is made now, before paper moves.
    ///
    /// # Errors
    ///
    /// As [`PartialFile::create`].
    pub(crate) fn files(pattern: Pattern) -> Result<Target> {
        let next = PartialFile::create(&resolve(&pattern.name(1))?)?;
        Ok(Target::Files {
            pattern,
            next: Some(next),
        })
    }

    /// Opens the place of page `number`, from 1, in `format`, whose height is `told`. `None` when there is no
    /// room for another page.
    fn open(
        &mut self,
        number: u32,
        format: DocumentFormat,
        told: Option<u32>,
    ) -> Result<Option<Place>> {
        let seeks = format.abilities().needs_seek;
        Ok(match self {
            Target::Files { pattern, next } => Some(Place::File(match next.take() {
                Some(partial) => partial,
                None => PartialFile::create(&resolve(&pattern.name(number))?)?,
            })),
            Target::File(partial) => partial.take().map(Place::File),
            Target::InOrder(pipe) => match pipe.take() {
                Some(pipe) if pipe.lock().pretends_to_seek() => Some(Place::Direct(pipe)),
                Some(pipe) if told.is_some() && seeks != NeedsSeek::Always => {
                    Some(Place::Direct(pipe))
                }
                Some(pipe) => Some(Place::Spool(
                    tempfile::tempfile().map_err(Error::from_write)?,
                    pipe,
                )),
                None => None,
            },
        })
    }

    /// Removes what was made for a page that did not come.
    pub(crate) fn discard(&mut self) {
        if let Target::Files { next: partial, .. } | Target::File(partial) = self
            && let Some(partial) = partial.take()
        {
            partial.discard();
        }
    }
}

/// A pipe that its writer uses and does not keep.
#[derive(Clone)]
pub(crate) struct Pipe(Arc<Mutex<InOrder>>);

impl Pipe {
    pub(crate) fn new(pipe: InOrder) -> Pipe {
        Pipe(Arc::new(Mutex::new(pipe)))
    }

    fn lock(&self) -> MutexGuard<'_, InOrder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Pipe {
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.lock().write_all(data)
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.lock().seek(to)
    }

    fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.lock().set_len(len)
    }

    fn abilities(&self) -> SinkAbilities {
        self.lock().abilities()
    }
}

/// The place of one page.
enum Place {
    File(PartialFile),
    /// Straight into the pipe.
    Direct(Pipe),
    /// The format must go back to put in the height; a pipe cannot.
    Spool(File, Pipe),
}

impl Place {
    fn sink(&self) -> Result<Box<dyn Sink + Send>> {
        Ok(match self {
            Place::File(partial) => Box::new(partial.handle()?),
            Place::Direct(pipe) => Box::new(pipe.clone()),
            Place::Spool(file, _) => Box::new(file.try_clone().map_err(Error::from_write)?),
        })
    }
}

/// A page under way that has a place of its own.
pub(super) struct OwnPage {
    pub(super) writer: Box<dyn DocumentWriter + Send>,
    /// The height that its writer was told, which it cannot change any more.
    pub(super) promised: Option<u32>,
    place: Place,
}

impl OwnPage {
    /// Opens page `number`, from 1. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// `InvalidDriverResponse` for a second page where there is room for one; what the place says.
    pub(super) fn open(
        target: &mut Target,
        number: u32,
        told: &PageLayout,
        format: DocumentFormat,
        options: &WriterOptions,
    ) -> Result<OwnPage> {
        let place = target.open(number, format, told.height)?.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidDriverResponse,
                "the driver sent a second image where one was asked for",
            )
        })?;
        let promised = match &place {
            Place::Direct(pipe) if !pipe.lock().pretends_to_seek() => told.height,
            _ => None,
        };
        Ok(OwnPage {
            writer: open_writer(format, place.sink()?, options)?,
            promised,
            place,
        })
    }

    /// The page's final name, if it has a file of its own.
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(partial) => Some(partial.target()),
            Place::Direct(_) | Place::Spool(..) => None,
        }
    }

    /// The page is written: completes its file.
    ///
    /// # Errors
    ///
    /// What the place says while the page goes there; then nothing of it is left but in a pipe.
    pub(super) fn complete(mut self) -> Result<Option<Committed>> {
        if let Err(e) = self.writer.finish() {
            if let Place::File(partial) = self.place {
                partial.discard();
            }
            return Err(e);
        }
        match self.place {
            Place::File(partial) => Ok(Some(partial.commit())),
            Place::Direct(_) => Ok(None),
            Place::Spool(file, pipe) => pipe.lock().take(&file).map(|()| None),
        }
    }

    /// Removes what there is of the page, so that it can be written again.
    ///
    /// # Errors
    ///
    /// `InvalidFunction` when some of it is in a pipe; then no other page can be written.
    pub(super) fn take_back(self, target: &mut Target) -> Result<()> {
        drop(self.writer);
        match (self.place, target) {
            (Place::File(partial), Target::File(back) | Target::Files { next: back, .. }) => {
                match partial.file().set_len(0) {
                    Ok(()) => *back = Some(partial),
                    Err(_) => partial.discard(),
                }
                Ok(())
            }
            (Place::Spool(_, pipe), Target::InOrder(back)) => {
                *back = Some(pipe);
                Ok(())
            }
            (Place::Direct(mut pipe), Target::InOrder(back)) => {
                let seek = if pipe.abilities().seek {
                    pipe.set_len(0).and_then(|()| pipe.seek(SeekFrom::Start(0)))
                } else {
                    // Only there if nothing has been written.
                    pipe.seek(SeekFrom::Start(0))
                };
                seek.map_err(|_| {
                    Error::new(
                        ErrorKind::InvalidFunction,
                        "a page cannot be taken back out of a pipe",
                    )
                })?;
                *back = Some(pipe);
                Ok(())
            }
            // A place goes back to where it came from.
            _ => Ok(()),
        }
    }
}
