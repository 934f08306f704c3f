//! The one thread that calls SANE.
//!
//! Few back ends can be called from two threads, and some notice when the thread is another one than
//! before. So all open devices of the process belong to this thread, and everybody else gives it jobs.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wia::{Error, ErrorKind, Result};

use crate::ffi::Library;
use crate::scan::Scan;
use crate::scanner::Scanner;

/// A device that nobody has used for so long is closed, so that other programs can have it.
const IDLE: Duration = Duration::from_secs(5);

type Job = Box<dyn FnOnce(&mut Hub) + Send>;

/// One device as one owner has it. Two owners of the same name have two handles, which most back ends refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) name: String,
    number: u64,
}

impl Instance {
    pub(crate) fn new(name: String) -> Instance {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Instance {
            name,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// Where jobs go, once the thread runs.
static JOBS: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// What belongs to the thread.
#[derive(Default)]
pub(crate) struct Hub {
    library: Option<&'static Library>,
    scanners: HashMap<u64, Scanner>,
    scans: HashMap<u64, Scan>,
}

impl Hub {
    /// The library, loaded when it is first asked for.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when there is none.
    pub(crate) fn library(&mut self) -> Result<&'static Library> {
        if let Some(library) = self.library {
            return Ok(library);
        }
        let library = Library::load()?;
        self.library = Some(library);
        Ok(library)
    }

    /// A device, opened if it is not open.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` for a name that no back end knows, `Busy` when another program has it, `Offline`
    /// when it may not be opened; else what the back end says.
    pub(crate) fn scanner(&mut self, device: &Instance) -> Result<&mut Scanner> {
        let scanner = self.scanner_untouched(device)?;
        scanner.touch();
        Ok(scanner)
    }

    /// The same for a look in passing, which does not keep the device open.
    ///
    /// # Errors
    ///
    /// As [`Hub::scanner`].
    pub(crate) fn scanner_untouched(&mut self, device: &Instance) -> Result<&mut Scanner> {
        if !self.is_open(device) {
            let scanner = Scanner::open(self.library()?, &device.name)?;
            self.scanners.insert(device.number, scanner);
        }
        let scanner = self.scanners.get_mut(&device.number);
        scanner.ok_or_else(|| Error::new(ErrorKind::Unexpected, "a device is lost"))
    }

    /// Whether a device is open.
    pub(crate) fn is_open(&self, device: &Instance) -> bool {
        self.scanners.contains_key(&device.number)
    }

    /// Closes a device, if it is open.
    pub(crate) fn close(&mut self, device: &Instance) {
        self.end_scan(device);
        self.scanners.remove(&device.number);
    }

    /// Begins a scan of an open device.
    pub(crate) fn begin_scan(&mut self, device: &Instance, scan: Scan) {
        self.scans.insert(device.number, scan);
    }

    /// The next step of the scan that runs.
    pub(crate) fn advance_scan(&mut self, device: &Instance) {
        let scan = self.scans.get_mut(&device.number);
        if let Some((scan, scanner)) = scan.zip(self.scanners.get_mut(&device.number)) {
            scan.advance(scanner);
            scanner.touch();
        }
    }

    /// Ends the scan that runs.
    pub(crate) fn end_scan(&mut self, device: &Instance) {
        let scan = self.scans.remove(&device.number);
        if let Some((mut scan, scanner)) = scan.zip(self.scanners.get_mut(&device.number)) {
            scan.end(scanner);
            scanner.touch();
        }
    }

    fn close_idle(&mut self) {
        let scans = &self.scans;
        let used =
            |number: &u64, scanner: &Scanner| scans.contains_key(number) || scanner.unused() < IDLE;
        self.scanners
            .retain(|number, scanner| used(number, scanner));
    }
}

/// Runs a job on the thread of SANE and waits for it.
///
/// # Errors
///
/// `ExceptionInDriver` when the job crashed; `OutOfMemory` when there is no thread; else what it says.
pub(crate) fn run<T: Send + 'static>(
    job: impl FnOnce(&mut Hub) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (tell, told) = mpsc::sync_channel(1);
    give(move |hub| {
        // Whoever asked may be gone.
        let _ = tell.send(job(hub));
    })?;
    let crashed = |_| Error::new(ErrorKind::ExceptionInDriver, "the SANE driver crashed");
    told.recv().map_err(crashed)?
}

/// Runs a job on the thread of SANE, and waits for it so long at most.
pub(crate) fn run_at_most(limit: Duration, job: impl FnOnce(&mut Hub) + Send + 'static) {
    let (tell, told) = mpsc::sync_channel(1);
    let given = give(move |hub| {
        job(hub);
        let _ = tell.send(());
    });
    // Without the thread nothing is open.
    if given.is_ok() {
        let _ = told.recv_timeout(limit);
    }
}

/// Gives the thread a job and does not wait.
///
/// # Errors
///
/// `OutOfMemory` when there is no thread.
pub(crate) fn give(job: impl FnOnce(&mut Hub) + Send + 'static) -> Result<()> {
    let mut jobs = JOBS.lock().unwrap_or_else(PoisonError::into_inner);
    let sender = match jobs.as_ref() {
        Some(sender) => sender,
        None => {
            let (sender, receiver) = mpsc::channel();
            let serve = move || serve(&receiver);
            { thread::Builder::new().name("sane".into()).spawn(serve) }
                .map_err(|e| Error::from_io(e, ErrorKind::OutOfMemory))?;
            jobs.insert(sender)
        }
    };
    let gone = |_| Error::new(ErrorKind::ExceptionInDriver, "the thread of SANE has ended");
    sender.send(Box::new(job)).map_err(gone)
}

fn serve(jobs: &Receiver<Job>) {
    let mut hub = Hub::default();
    loop {
        let waiting = !hub.scanners.is_empty();
        let job = match waiting {
            true => jobs.recv_timeout(IDLE),
            false => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match job {
            // A job that crashes has told nobody; its devices may be in any state.
            Ok(job) => {
                if catch_unwind(AssertUnwindSafe(|| job(&mut hub))).is_err() {
                    hub.scans.clear();
                    hub.scanners.clear();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        hub.close_idle();
    }
}
