//! The transfer itself (`drvAcquireItemData`): streams asked for, pages written into them.

use std::sync::{Arc, mpsc};

use items::AppItem;
use transfer::{MinidrvTransferCallback, NextStream, Stream, TransferContext};
use wia::{Error, ErrorKind, Result, Status};

use crate::apply::apply_here;
use crate::job::Job;
use crate::option::Parameters;
use crate::page::{
    ByteCount, CountedStream, Feed, Halt, PageWriter, Reporter, discard_page, out_of_order,
    write_page, write_single,
};
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
    /// Called when the feeder has said that it is empty, or that it is not.
    pub(crate) loaded: &'a dyn Fn(bool),
}

/// How a whole transfer went.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Pages that went into a stream.
    written: u32,
    /// Pages that nobody wanted.
    skipped: u32,
    out_of_paper: bool,
}

/// One transfer of an item into streams.
pub(crate) fn acquire(
    machine: &Machine<'_>,
    item: &AppItem,
    context: &mut TransferContext,
) -> Result<Status> {
    let job = Job::new(item, context)?;
    let callback = context
        .callback
        .clone()
        .ok_or_else(|| Error::new(ErrorKind::Pointer, "the transfer's context has no callback"))?;
    let transfer = Transfer {
        machine,
        job: &job,
        item,
        callback,
        count: ByteCount::default(),
    };
    let tally = match transfer.run(context) {
        Ok(tally) => tally,
        Err(Halt::Cancelled) => return Ok(Status::Cancelled),
        Err(Halt::Refused(e) | Halt::Stream(e) | Halt::Device(e)) => return Err(e),
    };
    let all = tally.written + tally.skipped;
    if tally.out_of_paper && all == 0 {
        return Err(Error::new(ErrorKind::PaperEmpty, ""));
    }
    let early = job.pages.is_some_and(|wanted| all < wanted);
    // A transfer of which nothing was wanted is one that went well.
    if early && tally.written > 0 {
        return Ok(Status::EndOfMedia);
    }
    Ok(Status::Ok)
}

struct Transfer<'a> {
    machine: &'a Machine<'a>,
    job: &'a Job,
    item: &'a AppItem,
    callback: Arc<dyn MinidrvTransferCallback>,
    count: ByteCount,
}

impl Transfer<'_> {
    fn run(&self, context: &mut TransferContext) -> Result<Tally, Halt> {
        // A flatbed does not scan what nobody wants: the stream is asked for first.
        let first = match self.job.source {
            SourceKind::Feeder => None,
            SourceKind::Flatbed | SourceKind::Film => match self.next_stream()? {
                Some(stream) => Some(stream),
                None => return Ok(Tally::default()),
            },
        };
        let feed = self.start()?;
        let result = match self.job.multipage {
            true => self.one_document(&feed, first, context),
            false => self.documents(&feed, first, context),
        };
        if result.is_err() {
            // Whatever it was, the device has to stop.
            self.machine.stop.ask();
        }
        feed.end();
        result
    }

    /// Lets the thread of SANE set the device and begin to scan.
    fn start(&self) -> Result<Feed, Halt> {
        let (steps, told) = mpsc::channel();
        let (empty, emptied) = mpsc::channel();
        let (pages, stop) = (self.job.pages, Arc::clone(self.machine.stop));
        let device = self.machine.device.clone();
        let (item, probed) = (self.item.clone(), self.machine.probed.clone());
        thread::give(move |hub| {
            let scanner = hub.scanner(&device);
            match scanner.and_then(|scanner| apply_here(scanner, &item, &probed)) {
                Ok(()) => hub.begin_scan(&device, Scan::new(pages, steps, emptied, stop)),
                // The writing side waits for a first step.
                Err(e) => drop(steps.send(Step::Failed(e))),
            }
        })
        .map_err(Halt::Refused)?;
        Feed::new(told, empty, self.machine.device).map_err(Halt::Refused)
    }

    /// Asks for a stream; `None` when the item is to be skipped.
    fn next_stream(&self) -> Result<Option<Box<dyn Stream>>, Halt> {
        let answer = self
            .callback
            .get_next_stream(self.item.name(), self.item.full_name())
            .map_err(Halt::Refused)?;
        match answer {
            NextStream::Stream(stream) => Ok(Some(stream)),
            NextStream::SkipItem => Ok(None),
            NextStream::Cancel => Err(Halt::Cancelled),
            NextStream::Missing => Err(Halt::Refused(Error::new(
                ErrorKind::Pointer,
                "the application gave no stream",
            ))),
            NextStream::Other(status, _) => Err(Halt::Refused(Error::new(
                ErrorKind::Unexpected,
                format!("the application answered {status} when asked for a stream"),
            ))),
        }
    }

    /// The first frame of the next page; `None` after the last.
    fn next_page(&self, feed: &Feed, tally: &mut Tally) -> Result<Option<Parameters>, Halt> {
        match feed.next()? {
            Step::Frame(parameters) => {
                (self.machine.loaded)(true);
                Ok(Some(parameters))
            }
            Step::End { out_of_paper } => {
                tally.out_of_paper = out_of_paper;
                if out_of_paper {
                    (self.machine.loaded)(false);
                }
                Ok(None)
            }
            _ => Err(out_of_order()),
        }
    }

    /// A stream for each page (`TYMED_FILE`).
    fn documents(
        &self,
        feed: &Feed,
        mut first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        while let Some(page) = self.next_page(feed, &mut tally)? {
            let stream = match first.take() {
                Some(stream) => Some(stream),
                None => self.next_stream()?,
            };
            let Some(stream) = stream else {
                discard_page(feed)?;
                tally.skipped += 1;
                continue;
            };
            let mut reporter = Reporter::new(self.callback.as_ref(), &self.count);
            let mut stream = CountedStream::new(stream, &self.count).map_err(Halt::Stream)?;
            reporter.status(0)?;
            write_single(feed, self.job, &page, context, &mut stream, &mut reporter)?;
            tally.written += 1;
            // The stream is released here, before the next is asked for.
        }
        Ok(tally)
    }

    /// One stream for all pages (`TYMED_MULTIPAGE_FILE`).
    fn one_document(
        &self,
        feed: &Feed,
        first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        let Some(mut page) = self.next_page(feed, &mut tally)? else {
            return Ok(tally);
        };
        let stream = match first {
            Some(stream) => Some(stream),
            None => self.next_stream()?,
        };
        let Some(stream) = stream else {
            loop {
                discard_page(feed)?;
                tally.skipped += 1;
                if self.next_page(feed, &mut tally)?.is_none() {
                    return Ok(tally);
                }
            }
        };
        let mut reporter = Reporter::new(self.callback.as_ref(), &self.count);
        let mut stream = CountedStream::new(stream, &self.count).map_err(Halt::Stream)?;
        reporter.status(0)?;
        loop {
            self.page_of_document(feed, &page, context, &mut stream, &mut reporter)?;
            tally.written += 1;
            page = match self.next_page(feed, &mut tally)? {
                Some(page) => page,
                None => return Ok(tally),
            };
            reporter.new_page()?;
        }
    }

    /// One page of a multipage document. When it fails on this side, what it has written is taken
    /// back, so that the stream holds the finished pages and nothing else.
    fn page_of_document(
        &self,
        feed: &Feed,
        page: &Parameters,
        context: &mut TransferContext,
        stream: &mut dyn Stream,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        let mut writer = PageWriter {
            context: &mut *context,
            stream: &mut *stream,
        };
        let written = write_page(feed, self.job, page, &mut writer, reporter);
        if let Err(Halt::Stream(_) | Halt::Device(_)) = &written {
            // The failure that led here is the one to tell; the finished pages are valid even when
            // their stream cannot be cut.
            drop(transfer::abandon_page(context, stream));
        }
        written?;
        reporter.status(100)
    }
}
