//! Strips on several threads.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};

use raster::Band;
use wia::{Error, ErrorKind, Result};

use super::StripEncoder;

/// Compresses strips on threads of its own, each with an encoder, and gives them back in their order.
/// The bytes are those that one encoder would make.
///
/// Twice as many strips as threads are under way at most; their buffers are used again. The threads
/// end with it. A single encoder works on the thread of its caller.
pub struct Ordered {
    /// The only encoder.
    here: Option<Box<dyn StripEncoder>>,
    /// Strip n is the work of worker n modulo their number.
    workers: Vec<Worker>,
    sent: usize,
    taken: usize,
    /// Buffers of rows and of output that are free.
    rows: Vec<Vec<u8>>,
    outputs: Vec<Vec<u8>>,
}

struct Worker {
    /// Gone when it is to end.
    jobs: Option<Sender<Job>>,
    done: Receiver<Result<Job>>,
    thread: Option<JoinHandle<()>>,
}

struct Job {
    rows: Vec<u8>,
    row_bytes: usize,
    output: Vec<u8>,
}

impl Ordered {
    /// Starts a thread for each of `encoders` where there are several; all make the same of the same
    /// strip.
    ///
    /// # Errors
    ///
    /// When the system has no more threads.
    pub fn new(mut encoders: Vec<Box<dyn StripEncoder>>) -> Result<Ordered> {
        let here = (encoders.len() < 2).then(|| encoders.pop()).flatten();
        Ok(Ordered {
            here,
            workers: encoders
                .into_iter()
                .map(Worker::start)
                .collect::<Result<_>>()?,
            sent: 0,
            taken: 0,
            rows: Vec::new(),
            outputs: Vec::new(),
        })
    }

    /// An empty buffer for the rows of a strip.
    pub fn buffer(&mut self) -> Vec<u8> {
        self.rows.pop().unwrap_or_default()
    }

    /// Takes the rows of the next strip, without padding. Calls `each` with the strips that are
    /// complete, in their order; waits for one when too many are under way.
    ///
    /// # Errors
    ///
    /// What an encoder says of an earlier strip, or `each`; `Fail` when a thread has panicked. After
    /// an error it is not to be used any more.
    pub fn submit(
        &mut self,
        rows: Vec<u8>,
        row_bytes: usize,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut job = Job {
            rows,
            row_bytes,
            output: self.outputs.pop().unwrap_or_default(),
        };
        if let Some(encoder) = &mut self.here {
            compress(encoder, &mut job)?;
            each(&job.output)?;
            self.reuse(job);
            return Ok(());
        }
        while self.sent - self.taken >= 2 * self.workers.len() {
            self.take(true, each)?;
        }
        let worker = self.sent % self.workers.len();
        let jobs = self.workers[worker].jobs.as_ref();
        if jobs.and_then(|jobs| jobs.send(job).ok()).is_none() {
            // It has ended with an earlier strip, in whose place that is told.
            self.finish(each)?;
            return Err(lost());
        }
        self.sent += 1;
        while self.taken < self.sent && self.take(false, each)? {}
        Ok(())
    }

    /// Calls `each` with all strips that are left.
    ///
    /// # Errors
    ///
    /// As [`Ordered::submit`].
    pub fn finish(&mut self, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        while self.taken < self.sent {
            self.take(true, each)?;
        }
        Ok(())
    }

    /// Gives the next strip to `each` if it is complete, or waits until it is.
    fn take(&mut self, wait: bool, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        let worker = self.taken % self.workers.len();
        let done = &self.workers[worker].done;
        let job = if wait {
            done.recv().map_err(|_| lost())?
        } else {
            match done.try_recv() {
                Err(TryRecvError::Empty) => return Ok(false),
                job => job.map_err(|_| lost())?,
            }
        };
        let job = job?;
        self.taken += 1;
        each(&job.output)?;
        self.reuse(job);
        Ok(true)
    }

    fn reuse(&mut self, mut job: Job) {
        job.rows.clear();
        job.output.clear();
        self.rows.push(job.rows);
        self.outputs.push(job.output);
    }
}

impl Worker {
    fn start(mut encoder: Box<dyn StripEncoder>) -> Result<Worker> {
        let (jobs, todo) = channel::<Job>();
        let (finished, done) = channel();
        let work = move || {
            for mut job in todo {
                let result = compress(&mut encoder, &mut job).map(|()| job);
                let failed = result.is_err();
                if finished.send(result).is_err() || failed {
                    return;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("strips".to_owned())
            .spawn(work)
            .map_err(|e| Error::new(ErrorKind::Fail, "no thread for strips").with_source(e))?;
        Ok(Worker {
            jobs: Some(jobs),
            done,
            thread: Some(thread),
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Of a panic its strip has told.
            let _ = thread.join();
        }
    }
}

fn compress(encoder: &mut dyn StripEncoder, job: &mut Job) -> Result<()> {
    match Band::new(&job.rows, job.row_bytes, job.row_bytes) {
        Some(strip) => encoder.strip(strip, &mut job.output),
        None => Err(Error::invalid("a strip has whole rows")),
    }
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Fail,
        "a thread that compresses strips has failed",
    )
}

impl fmt::Debug for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ordered")
            .field("workers", &self.workers.len())
            .field("under_way", &(self.sent - self.taken))
            .finish_non_exhaustive()
    }
}
