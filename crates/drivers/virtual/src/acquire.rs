//! The transfer itself (`drvAcquireItemData`): streams asked for, pages written into them.

use std::sync::Arc;
use std::thread;

use items::AppItem;
use transfer::{DataStreams, MinidrvTransferCallback, NextStream, Stream, TransferContext};
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use crate::children::acquire_children;
use crate::counted_stream::{ByteCount, CountedStream};
use crate::draw::{Pace, draw};
use crate::feed::Feed;
use crate::job::{Job, Source};
use crate::page::{
    Halt, PageWriter, Refed, Reporter, discard_page, out_of_order, write_page, write_single,
};
use crate::paper::Paper;
use crate::pool::{Drawer, Handover, Page, Reader, Step};

/// What a transfer needs of its device.
#[derive(Clone, Copy)]
pub(crate) struct Machine<'a> {
    pub(crate) paper: &'a Paper,
    pub(crate) pace: Pace,
    pub(crate) late_height: bool,
    /// Where a cancel arrives.
    pub(crate) handover: &'a Handover,
}

/// How a whole transfer went.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Pages that went into a stream.
    written: u32,
    /// Pages that nobody wanted.
    skipped: u32,
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
    let callback = context
        .callback
        .clone()
        .ok_or_else(|| Error::new(ErrorKind::Pointer, "the transfer's context has no callback"))?;
    machine.paper.begin_transfer(job)?;
    let transfer = Transfer {
        machine,
        job,
        item,
        callback,
        count: ByteCount::default(),
    };
    let tally = match transfer.run(context) {
        Ok(tally) => tally,
        Err(Halt::Cancelled) => return Ok(Status::Cancelled),
        Err(Halt::Refused(e) | Halt::Stream(e)) => return Err(e),
        Err(Halt::Device(failure)) => {
            machine.paper.fail(job, &failure);
            return Err(failure.error);
        }
    };
    let all = tally.written + tally.skipped;
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
            Source::Feeder => None,
            Source::Flatbed => match self.next_stream()? {
                Some(stream) => Some(stream),
                None => return Ok(Tally::default()),
            },
        };
        let targets = self.machine.paper.targets(self.job);
        let handover = self.machine.handover;
        thread::scope(|scope| {
            let drawer = Drawer::new(handover);
            let (job, pace) = (self.job, self.machine.pace);
            let drawing = thread::Builder::new()
                .name("draw".into())
                // When it is stopped there is nobody left to tell.
                .spawn_scoped(scope, move || drop(draw(&drawer, job, pace, targets)))
                .map_err(|e| Halt::Refused(Error::from_io(e, ErrorKind::OutOfMemory)))?;
            let feed = Feed {
                reader: Reader::new(handover),
                paper: self.machine.paper,
                job: self.job,
                callback: self.callback.as_ref(),
                count: &self.count,
            };
            let result = if self.job.multipage {
                self.one_document(&feed, first, context)
            } else {
                self.documents(&feed, first, context)
            };
            // This stops the drawing thread. Should it have died, then `result` says so already.
            drop(feed);
            drop(drawing.join());
            result
        })
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

    /// The next page; `None` after the last.
    fn next_page(&self, feed: &Feed<'_>) -> Result<Option<Page>, Halt> {
        loop {
            match feed.next()? {
                Step::Page(page) => {
                    // From here on the sheet is through, whatever becomes of its page.
                    self.machine.paper.feed(self.job, page.sheet);
                    return Ok(Some(page));
                }
                Step::End => return Ok(None),
                Step::Failed(failure) => feed.recover(failure)?,
                Step::Band(_) | Step::PageEnd | Step::Again | Step::WarmingUp(_) => {
                    return Err(out_of_order());
                }
            }
        }
    }

    /// A stream for each page (`TYMED_FILE`).
    fn documents(
        &self,
        feed: &Feed<'_>,
        mut first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        while let Some(page) = self.next_page(feed)? {
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
            write_single(
                feed,
                &page,
                self.machine.late_height,
                self.job.format,
                context,
                &mut stream,
                &mut reporter,
            )?;
            tally.written += 1;
            // The stream is released here, before the next is asked for.
        }
        Ok(tally)
    }

    /// One stream for all pages (`TYMED_MULTIPAGE_FILE`).
    fn one_document(
        &self,
        feed: &Feed<'_>,
        first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        let Some(mut page) = self.next_page(feed)? else {
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
                if self.next_page(feed)?.is_none() {
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
            page = match self.next_page(feed)? {
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
        feed: &Feed<'_>,
        page: &Page,
        context: &mut TransferContext,
        stream: &mut dyn Stream,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        let mut writer = PageWriter {
            context: &mut *context,
            stream: &mut *stream,
        };
        let late = self.machine.late_height;
        let written = write_page(feed, page, late, Refed::Anew, &mut writer, reporter);
        if let Err(Halt::Stream(_) | Halt::Device(_)) = &written {
            // The failure that led here is the one to tell; the finished pages are valid even when
            // their stream cannot be cut.
            drop(transfer::abandon_page(context, stream));
        }
        written?;
        reporter.status(100)
    }
}
