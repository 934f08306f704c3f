//! The transfer itself (`drvAcquireItemData`): streams asked for, pages written into them.

use std::thread;

use items::AppItem;
use minidriver::pages::{Download, Halt, Tally};
use transfer::{DataStreams, TransferContext};
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use crate::children::acquire_children;
use crate::draw::{Pace, draw};
use crate::feed::Feed;
use crate::job::{Job, Source};
use crate::page::Sheets;
use crate::paper::Paper;
use crate::pool::{Drawer, Failure, Handover, Reader};

/// What a transfer needs of its device.
#[derive(Clone, Copy)]
pub(crate) struct Machine<'a> {
    pub(crate) paper: &'a Paper,
    pub(crate) pace: Pace,
    pub(crate) late_height: bool,
    /// Where a cancel arrives.
    pub(crate) handover: &'a Handover,
}

pub(crate) fn acquire(
    machine: &Machine<'_>,
    item: &AppItem,
    flags: TransferFlags,
    context: &mut TransferContext,
) -> Result<Status> {
    if flags.contains(TransferFlags::UPLOAD) {
        return Err(Error::invalid("nothing can be uploaded to a scanner"));
    }
    if flags.contains(TransferFlags::DOWNLOAD) {
        if flags.contains(TransferFlags::ACQUIRE_CHILDREN) {
            return acquire_children(machine, item, context);
        }
        return download(machine, &Job::new(item, context)?, item, context);
    }
    let (bands, place) = match context.memory_transfer {
        true => (
            context.data_callback.is_some(),
            !context.transfer_buffer.is_empty(),
        ),
        false => (true, context.file.is_some()),
    };
    if !bands || !place {
        return Err(Error::invalid(
            "the transfer's context has no callback, buffer or file to transfer to",
        ));
    }
    // The older kinds of transfer: the same, into streams of our own that fill bands or the file.
    let streams = DataStreams::new(context);
    context.callback = Some(streams.clone());
    let result = Job::new(item, context)
        .and_then(|job| job.for_one_file(context))
        .and_then(|job| download(machine, &job, item, context));
    context.callback = None;
    streams.finish(context, result)
}

/// One transfer of an item into streams.
pub(crate) fn download(
    machine: &Machine<'_>,
    job: &Job,
    item: &AppItem,
    context: &mut TransferContext,
) -> Result<Status> {
    let download = Download::new(item, context)?;
    machine.paper.begin_transfer(job)?;
    match run(machine, job, &download, context) {
        Ok(tally) => Ok(tally.status(job.pages)),
        Err(halt) => halt.result(|failure| {
            machine.paper.fail(job, &failure);
            failure.error
        }),
    }
}

fn run(
    machine: &Machine<'_>,
    job: &Job,
    download: &Download<'_>,
    context: &mut TransferContext,
) -> Result<Tally, Halt<Failure>> {
    // A flatbed does not scan what nobody wants: the stream is asked for first.
    let first = match job.source {
        Source::Feeder => None,
        Source::Flatbed => match download.next_stream()? {
            Some(stream) => Some(stream),
            None => return Ok(Tally::default()),
        },
    };
    let targets = machine.paper.targets(job);
    let (handover, pace) = (machine.handover, machine.pace);
    thread::scope(|scope| {
        let drawer = Drawer::new(handover);
        let drawing = thread::Builder::new()
            .name("draw".into())
            // When it is stopped there is nobody left to tell.
            .spawn_scoped(scope, move || drop(draw(&drawer, job, pace, targets)))
            .map_err(|e| Halt::Refused(Error::from_io(e, ErrorKind::OutOfMemory)))?;
        let mut sheets = Sheets {
            feed: Feed {
                reader: Reader::new(handover),
                paper: machine.paper,
                job,
                download,
            },
            late_height: machine.late_height,
        };
        let result = download.run(&mut sheets, job.format, first, context);
        // This stops the drawing thread. Should it have died, then `result` says so already.
        drop(sheets);
        drop(drawing.join());
        result
    })
}
