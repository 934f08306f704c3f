//! The transfer itself (`drvAcquireItemData`): one scan job, its pages written into streams.

use formats::DocumentWriter;
use items::AppItem;
use minidriver::pages::{Download, Halt, PageFormat, Pages, Reporter, SinglePage, Tally};
use transfer::TransferContext;
use wia::{Error, ErrorKind, Result, Status, TransferFlags};

use crate::client::Reply;
use crate::device::Scanner;
use crate::feed::Feed;
use crate::job::Request;
use crate::page::{copy_jpeg, discard, write_rows};

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
    let download = Download::new(item, context)?;
    match run(scanner, &request, &download, context) {
        Ok(tally) => Ok(tally.status(request.pages)),
        Err(halt) => halt.result(|e| e),
    }
}

fn run(
    scanner: &Scanner,
    request: &Request,
    download: &Download<'_>,
    context: &mut TransferContext,
) -> Result<Tally, Halt> {
    // A flatbed does not scan what nobody wants: the stream is asked for first.
    let first = match request.feeder {
        true => None,
        false => match download.next_stream()? {
            Some(stream) => Some(stream),
            None => return Ok(Tally::default()),
        },
    };
    let job = escl::Job::new(&scanner.root, &request.settings, &scanner.quirks);
    let mut images = Images {
        feed: Feed::new(
            (&scanner.client, &scanner.wire),
            scanner.deadlines,
            job,
            download,
        ),
        request,
        done: 0,
    };
    let result = download.run(&mut images, request.format, first, context);
    images.feed.close();
    match result {
        // Whatever broke, it was the cancel.
        Err(Halt::Device(_)) if scanner.wire.is_cancelled() => Err(Halt::Cancelled),
        result => result,
    }
}

/// The pages of a job, which come as images.
struct Images<'a> {
    feed: Feed<'a>,
    request: &'a Request,
    /// Pages that have come whole.
    done: u32,
}

impl Pages for Images<'_> {
    type Page = Reply;
    type Failure = Error;

    fn next(&mut self) -> Result<Option<Reply>, Halt> {
        match self.request.pages {
            Some(wanted) if self.done >= wanted => Ok(None),
            _ => self.feed.next(),
        }
    }

    fn write(
        &mut self,
        page: Reply,
        writer: &mut dyn DocumentWriter,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        // The time of the application is not the scanner's.
        self.feed.wire.came();
        write_rows(&mut self.feed, page, self.request, writer, reporter)
    }

    /// JPEG goes on as it comes.
    fn write_single(
        &mut self,
        page: Reply,
        document: SinglePage<'_>,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        if document.format != PageFormat::Jpeg {
            return document.write(self, page, reporter);
        }
        self.feed.wire.came();
        copy_jpeg(
            &mut self.feed,
            page,
            self.request,
            document.stream,
            reporter,
        )
    }

    fn discard(&mut self, page: Reply) -> Result<(), Halt> {
        self.feed.wire.came();
        discard(&mut self.feed, page)
    }

    fn done(&mut self) {
        self.feed.done();
        self.done += 1;
    }
}
