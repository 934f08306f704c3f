//! The transfer itself (`drvAcquireItemData`): streams asked for, pages written into them.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use items::AppItem;
use minidriver::pages::{Download, Halt, Tally};
use transfer::TransferContext;
use wia::{Error, ErrorKind, Result, Status};

use crate::apply::apply_here;
use crate::job::Job;
use crate::page::{Feed, Sheets};
use crate::probe::Probed;
use crate::scan::{Scan, Step};
use crate::source::SourceKind;
use crate::stop::Stop;
use crate::thread::{self, Instance};

/// What a transfer needs of its device.
pub(crate) struct Machine<'a> {
    pub(crate) device: &'a Instance,
    pub(crate) probed: &'a Probed,
    pub(crate) stop: &'a Arc<Stop>,
    /// How long the device may warm up before a page.
    pub(crate) warm_up: Duration,
    /// Called when the feeder has said that it is empty, or that it is not.
    pub(crate) loaded: &'a dyn Fn(bool),
}

/// One transfer of an item into streams.
pub(crate) fn acquire(
    machine: &Machine<'_>,
    item: &AppItem,
    context: &mut TransferContext,
) -> Result<Status> {
    let job = Job::new(item, context)?;
    let download = Download::new(item, context)?;
    match run(machine, &job, item, &download, context) {
        Ok(tally) => Ok(tally.status(job.pages)),
        Err(halt) => halt.result(|e| e),
    }
}

fn run(
    machine: &Machine<'_>,
    job: &Job,
    item: &AppItem,
    download: &Download<'_>,
    context: &mut TransferContext,
) -> Result<Tally, Halt> {
    // A flatbed does not scan what nobody wants: the stream is asked for first.
    let first = match job.source {
        SourceKind::Feeder => None,
        SourceKind::Flatbed | SourceKind::Film => match download.next_stream()? {
            Some(stream) => Some(stream),
            None => return Ok(Tally::default()),
        },
    };
    let mut sheets = Sheets {
        feed: start(machine, job, item)?,
        job,
        download,
        loaded: machine.loaded,
        out_of_paper: false,
    };
    let result = download.run(&mut sheets, job.format, first, context);
    if result.is_err() {
        // Whatever it was, the device has to stop.
        machine.stop.ask();
    }
    sheets.feed.end();
    let tally = result?;
    match sheets.out_of_paper && tally.all() == 0 {
        true => Err(Halt::Device(Error::new(ErrorKind::PaperEmpty, ""))),
        false => Ok(tally),
    }
}

/// Lets the thread of SANE set the device and begin to scan.
fn start(machine: &Machine<'_>, job: &Job, item: &AppItem) -> Result<Feed, Halt> {
    let (steps, told) = mpsc::channel();
    let (empty, emptied) = mpsc::channel();
    let (pages, stop) = (job.pages, Arc::clone(machine.stop));
    let warm_up = machine.warm_up;
    let device = machine.device.clone();
    let (item, probed) = (item.clone(), machine.probed.clone());
    thread::give(move |hub| {
        let scanner = hub.scanner(&device);
        match scanner.and_then(|scanner| apply_here(scanner, &item, &probed)) {
            Ok(()) => hub.begin_scan(&device, Scan::new(pages, warm_up, steps, emptied, stop)),
            // The writing side waits for a first step.
            Err(e) => drop(steps.send(Step::Failed(e))),
        }
    })
    .map_err(Halt::Refused)?;
    Feed::new(told, empty, machine.device).map_err(Halt::Refused)
}
