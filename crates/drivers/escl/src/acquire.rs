//! The transfer itself (`drvAcquireItemData`): one scan job, its pages written into streams.

use std::sync::Arc;

use formats::{DocumentWriter, bmp, raw};
use items::AppItem;
use transfer::{MinidrvTransferCallback, NextStream, Stream, StreamSink, TransferContext};
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use crate::client::Reply;
use crate::counted_stream::{ByteCount, CountedStream};
use crate::device::Scanner;
use crate::feed::{Feed, Halt};
use crate::job::{PageFormat, Request};
use crate::page::{PageWriter, Reporter, copy_jpeg, discard, write_rows};

/// How a whole transfer went.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Pages that went into a stream.
    written: u32,
    /// Pages that nobody wanted.
    skipped: u32,
}

pub(crate) fn acquire(
    scanner: &Scanner,
    item: &AppItem,
    flags: TransferFlags,
    context: &mut TransferContext,
) -> Result<Status> {
    if flags.contains(TransferFlags::UPLOAD) {
        return Err(Error::invalid("nothing can be uploaded to a scanner"));
    }
    if !flags.contains(TransferFlags::DOWNLOAD) {
        return Err(Error::new(
            ErrorKind::NotImplemented,
            "this driver has streams only",
        ));
    }
    let request = Request::new(item, context, &scanner.capabilities)?;
    let callback = context
        .callback
        .clone()
        .ok_or_else(|| Error::new(ErrorKind::Pointer, "the transfer's context has no callback"))?;
    let transfer = Transfer {
        scanner,
        request: &request,
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
    let early = request.pages.is_some_and(|wanted| all < wanted);
    // A transfer of which nothing was wanted is one that went well.
    match early && tally.written > 0 {
        true => Ok(Status::EndOfMedia),
        false => Ok(Status::Ok),
    }
}

struct Transfer<'a> {
    scanner: &'a Scanner,
    request: &'a Request,
    item: &'a AppItem,
    callback: Arc<dyn MinidrvTransferCallback>,
    count: ByteCount,
}

impl Transfer<'_> {
    fn run(&self, context: &mut TransferContext) -> Result<Tally, Halt> {
        // A flatbed does not scan what nobody wants: the stream is asked for first.
        let first = match self.request.feeder {
            true => None,
            false => match self.next_stream()? {
                Some(stream) => Some(stream),
                None => return Ok(Tally::default()),
            },
        };
        let job = escl::Job::new(
            &self.scanner.root,
            &self.request.settings,
            &self.scanner.quirks,
        );
        let mut feed = Feed::new(
            (&self.scanner.client, &self.scanner.wire),
            self.scanner.deadlines,
            job,
            Arc::clone(&self.callback),
            &self.count,
        );
        let result = match self.request.multipage {
            true => self.one_document(&mut feed, first, context),
            false => self.documents(&mut feed, first, context),
        };
        feed.close();
        match result {
            // Whatever broke, it was the cancel.
            Err(Halt::Device(_)) if self.scanner.wire.is_cancelled() => Err(Halt::Cancelled),
            result => result,
        }
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

    /// Whether more pages are wanted.
    fn wants_more(&self, tally: Tally) -> bool {
        let all = tally.written + tally.skipped;
        self.request.pages.is_none_or(|wanted| all < wanted)
    }

    /// A stream for each page (`TYMED_FILE`).
    fn documents(
        &self,
        feed: &mut Feed<'_>,
        mut first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        while self.wants_more(tally) {
            let Some(page) = feed.next()? else {
                break;
            };
            let stream = match first.take() {
                Some(stream) => Some(stream),
                None => self.next_stream()?,
            };
            let Some(stream) = stream else {
                discard(feed, page)?;
                feed.done();
                tally.skipped += 1;
                continue;
            };
            let mut stream = CountedStream::new(stream, &self.count).map_err(Halt::Stream)?;
            let mut reporter = Reporter::new(self.callback.as_ref(), &self.count);
            reporter.status(0)?;
            feed.wire.came();
            self.single(feed, page, context, &mut stream, &mut reporter)?;
            reporter.status(100)?;
            feed.done();
            tally.written += 1;
            // The stream is released here, before the next is asked for.
        }
        Ok(tally)
    }

    /// One page as the whole document of a stream.
    fn single(
        &self,
        feed: &mut Feed<'_>,
        page: Reply,
        context: &mut TransferContext,
        stream: &mut dyn Stream,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        let request = self.request;
        if request.format == PageFormat::Jpeg {
            return copy_jpeg(feed, page, request, stream, reporter);
        }
        let write = |writer: &mut dyn DocumentWriter| {
            write_rows(feed, page, request, writer, reporter)?;
            writer.finish().map_err(Halt::Stream)
        };
        match request.format {
            PageFormat::Bmp => {
                let container = bmp::Container::File;
                write(&mut bmp::Writer::new(StreamSink(stream), container))
            }
            PageFormat::Tiff => {
                // Each stream is a document of its own.
                context.page = 0;
                write(&mut PageWriter { context, stream })
            }
            PageFormat::Raw | PageFormat::Jpeg => write(&mut raw::Writer::new(StreamSink(stream))),
        }
    }

    /// One stream for all pages (`TYMED_MULTIPAGE_FILE`).
    fn one_document(
        &self,
        feed: &mut Feed<'_>,
        first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        let Some(mut page) = feed.next()? else {
            return Ok(tally);
        };
        let stream = match first {
            Some(stream) => Some(stream),
            None => self.next_stream()?,
        };
        let Some(stream) = stream else {
            loop {
                discard(feed, page)?;
                feed.done();
                tally.skipped += 1;
                page = match self.wants_more(tally) {
                    true => match feed.next()? {
                        Some(page) => page,
                        None => return Ok(tally),
                    },
                    false => return Ok(tally),
                };
            }
        };
        let mut stream = CountedStream::new(stream, &self.count).map_err(Halt::Stream)?;
        let mut reporter = Reporter::new(self.callback.as_ref(), &self.count);
        reporter.status(0)?;
        feed.wire.came();
        loop {
            let mut writer = PageWriter {
                context: &mut *context,
                stream: &mut stream,
            };
            let written = write_rows(feed, page, self.request, &mut writer, &mut reporter);
            if let Err(Halt::Stream(_) | Halt::Device(_)) = &written {
                // The failure that led here is the one to tell; the finished pages are valid even when their stream
                // cannot be cut.
                drop(writer.abandon_page());
            }
            written?;
            reporter.status(100)?;
            feed.done();
            tally.written += 1;
            page = match self.wants_more(tally) {
                true => match feed.next()? {
                    Some(page) => page,
                    None => return Ok(tally),
                },
                false => return Ok(tally),
            };
            reporter.new_page()?;
            feed.wire.came();
        }
    }
}
