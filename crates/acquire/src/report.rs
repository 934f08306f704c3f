//! Telling the observer, and telling it of a page only when the page is durable.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use service::TransferParams;
use wia::{Error, ErrorKind, Result};

use crate::event::{Event, Observer};

/// Tells the observer what happens, one call at a time.
pub(crate) struct Reporter {
    observer: Arc<dyn Observer>,
    /// Both sides of a sheet are pages.
    duplex: bool,
    one_at_a_time: Mutex<()>,
}

impl Reporter {
    pub(crate) fn new(observer: Arc<dyn Observer>, duplex: bool) -> Reporter {
        Reporter {
            observer,
            duplex,
            one_at_a_time: Mutex::new(()),
        }
    }

    pub(crate) fn event(&self, event: &Event) {
        let _turn = self
            .one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.observer.event(event);
    }

    /// A complete, durable page, numbered from 1.
    pub(crate) fn page(&self, page: u32, bytes: u64, file: Option<PathBuf>) {
        let (sheet, side) = match self.duplex {
            true if page % 2 == 0 => (page / 2, "back"),
            true => (page / 2 + 1, "front"),
            false => (page, "front"),
        };
        self.event(&Event::Page {
            page,
            sheet,
            side,
            bytes,
            file,
        });
    }

    /// A message of the driver, while `page` is under way.
    pub(crate) fn progress(&self, page: u32, params: &TransferParams) {
        self.event(&Event::Progress {
            page,
            percent: params.percent.clamp(0, 100) as u32,
            bytes: params.transferred_bytes,
        });
    }
}

/// Syncs a growing document on a thread of its own and reports each page once it is durable, so that
/// the scanner does not wait for the disk.
pub(crate) struct Syncer {
    pages: Option<Sender<(u32, u64)>>,
    thread: Option<JoinHandle<io::Result<()>>>,
    failure: Arc<Mutex<Option<Error>>>,
}

impl Syncer {
    /// A syncer for `file`.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub(crate) fn start(file: File, reporter: Arc<Reporter>) -> Result<Syncer> {
        let (pages, queue) = mpsc::channel();
        let failure = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&failure);
        let thread = thread::Builder::new()
            .name("sync".into())
            .spawn(move || {
                sync_pages(&file, &queue, &reporter).inspect_err(|e| {
                    let copy = io::Error::new(e.kind(), e.to_string());
                    *seen.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(Error::from_write(copy));
                })
            })
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))?;
        Ok(Syncer {
            pages: Some(pages),
            thread: Some(thread),
            failure,
        })
    }

    /// Page `page` is complete in the file, which has `bytes` now.
    ///
    /// # Errors
    ///
    /// When an earlier page could not be synced.
    pub(crate) fn page(&self, page: u32, bytes: u64) -> Result<()> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(e) = &*failure {
            return Err(e.clone());
        }
        if let Some(pages) = &self.pages {
            // The thread ends early only with a failure, which is told above or at the end.
            let _ = pages.send((page, bytes));
        }
        Ok(())
    }

    /// Waits until every page is durable and reported.
    ///
    /// # Errors
    ///
    /// When a page could not be synced.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.pages = None;
        match self.thread.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(e))) => Err(Error::from_write(e)),
            Some(Err(_)) => Err(Error::new(
                ErrorKind::Unexpected,
                "the syncing of the output crashed",
            )),
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        // Only without a finish before, that is after a failure which has been told already.
        drop(self.finish());
    }
}

fn sync_pages(file: &File, queue: &Receiver<(u32, u64)>, reporter: &Reporter) -> io::Result<()> {
    while let Ok(first) = queue.recv() {
        // All that is waiting becomes durable together.
        let ready: Vec<_> = std::iter::once(first).chain(queue.try_iter()).collect();
        file.sync_data()?;
        for (page, bytes) in ready {
            reporter.page(page, bytes, None);
        }
    }
    Ok(())
}
