//! Making a growing document durable, page by page.

use std::fs::File;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use wia::{Error, ErrorKind, Result};

use crate::report::Reporter;

/// Syncs a growing document on a thread of its own and reports each page once it is durable, so that
/// the scanner does not wait for the disk.
pub(crate) struct Syncer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    failure: Arc<Mutex<Option<Error>>>,
}

enum Job {
    /// A page by its number, which made the document so many bytes long.
    Page(u32, u64),
    /// Somebody waits until all before it is done.
    Settle(Sender<()>),
}

impl Syncer {
    /// A syncer for the pages of `file`.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub(crate) fn start(file: File, reporter: Arc<Reporter>) -> Result<Syncer> {
        Syncer::with(move || file.sync_data(), reporter)
    }

    fn with(
        sync: impl FnMut() -> io::Result<()> + Send + 'static,
        reporter: Arc<Reporter>,
    ) -> Result<Syncer> {
        let (jobs, queue) = mpsc::channel();
        let failure = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&failure);
        let thread = thread::Builder::new()
            .name("sync".into())
            .spawn(move || sync_pages(sync, &queue, &reporter, &seen))
            .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory).context("starting a thread"))?;
        Ok(Syncer {
            jobs: Some(jobs),
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
        self.check()?;
        if let Some(jobs) = &self.jobs {
            // The thread ends early only with a failure, which is told later at the latest.
            let _ = jobs.send(Job::Page(page, bytes));
        }
        Ok(())
    }

    /// Waits until every page so far is durable and reported.
    ///
    /// # Errors
    ///
    /// When a page could not be synced.
    pub(crate) fn settle(&self) -> Result<()> {
        if let Some(jobs) = &self.jobs {
            let (done, wait) = mpsc::channel();
            if jobs.send(Job::Settle(done)).is_err() || wait.recv().is_err() {
                // Without an answer the thread has ended.
                return self.check().and(Err(crashed()));
            }
        }
        self.check()
    }

    /// Waits until every page is durable and reported, and ends.
    ///
    /// # Errors
    ///
    /// When a page could not be synced.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.jobs = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            return Err(crashed());
        }
        self.check()
    }

    fn check(&self) -> Result<()> {
        lock(&self.failure).clone().map_or(Ok(()), Err)
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        // Only without a finish before, that is after a failure which has been told already.
        drop(self.finish());
    }
}

fn crashed() -> Error {
    Error::new(ErrorKind::Unexpected, "the syncing of the output crashed")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sync_pages(
    mut sync: impl FnMut() -> io::Result<()>,
    queue: &Receiver<Job>,
    reporter: &Reporter,
    failure: &Mutex<Option<Error>>,
) {
    while let Ok(first) = queue.recv() {
        // All that is waiting becomes durable together.
        let ready: Vec<_> = std::iter::once(first).chain(queue.try_iter()).collect();
        if ready.iter().any(|job| matches!(job, Job::Page(..)))
            && let Err(e) = sync()
        {
            // Known before those who wait are let go.
            *lock(failure) = Some(Error::from_write(e));
            return;
        }
        for job in ready {
            match job {
                Job::Page(page, bytes) => reporter.page(page, bytes, None),
                Job::Settle(done) => drop(done.send(())),
            }
        }
    }
}

#[cfg(test)]
mod tests;
