//! The loops over the pages of a transfer: a stream for each, or one for all.

use std::sync::Arc;

use formats::DocumentWriter;
use items::AppItem;
use transfer::{
    DeviceStatus, MinidrvTransferCallback, NextStream, Stream, TransferContext, TransferParams,
};
use wia::{Error, ErrorKind, Result, Status, Tymed};

use super::reporter::send;
use super::stream::{ByteCount, CountedStream};
use super::writer::PageWriter;
use super::{Halt, Interrupted, PageFormat, Pages, Reporter, SinglePage};

/// How a whole transfer went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pages that went into a stream.
    pub written: u32,
    /// Pages that nobody wanted.
    pub skipped: u32,
}

impl Tally {
    /// What a transfer of so many pages ends with when no more come; `wanted` is `None` for all that there are.
    pub fn status(self, wanted: Option<u32>) -> Status {
        let early = wanted.is_some_and(|wanted| self.all() < wanted);
        // A transfer of which nothing was wanted is one that went well.
        match early && self.written > 0 {
            true => Status::EndOfMedia,
            false => Status::Ok,
        }
    }

    /// Pages that have come.
    pub fn all(self) -> u32 {
        self.written + self.skipped
    }
}

/// The transfer of an item into the application's streams.
pub struct Download<'a> {
    item: &'a AppItem,
    callback: Arc<dyn MinidrvTransferCallback>,
    /// Of the present document.
    count: ByteCount,
}

impl<'a> Download<'a> {
    /// A transfer of `item` with the context's callback.
    ///
    /// # Errors
    ///
    /// `Pointer` for a context without one.
    pub fn new(item: &'a AppItem, context: &TransferContext) -> Result<Download<'a>> {
        let callback = context.callback.clone().ok_or_else(|| {
            Error::new(ErrorKind::Pointer, "the transfer's context has no callback")
        })?;
        Ok(Download {
            item,
            callback,
            count: ByteCount::default(),
        })
    }

    /// Asks for a stream; `None` when the item is to be skipped. A source of one page asks before it scans,
    /// for nothing is scanned that nobody wants; a feeder's streams are asked for when their pages are there.
    ///
    /// # Errors
    ///
    /// The application's answer; `Pointer` or `Unexpected` for one that makes no sense.
    pub fn next_stream(&self) -> Result<Option<Box<dyn Stream>>, Interrupted> {
        let refused = |kind, what: String| Err(Interrupted::Refused(Error::new(kind, what)));
        let (name, full_name) = (self.item.name(), self.item.full_name());
        match self.callback.get_next_stream(name, full_name) {
            Ok(NextStream::Stream(stream)) => Ok(Some(stream)),
            Ok(NextStream::SkipItem) => Ok(None),
            Ok(NextStream::Cancel) => Err(Interrupted::Cancelled),
            Ok(NextStream::Missing) => {
                let what = "the application gave no stream";
                refused(ErrorKind::Pointer, what.to_owned())
            }
            Ok(NextStream::Other(status, _)) => {
                let what = format!("the application answered {status} when asked for a stream");
                refused(ErrorKind::Unexpected, what)
            }
            Err(e) => Err(Interrupted::Refused(e)),
        }
    }

    /// `DEVICE_STATUS`; `percent` of the way to its end where that is known.
    ///
    /// # Errors
    ///
    /// The application's answer.
    pub fn device_status(&self, status: DeviceStatus, percent: i32) -> Result<(), Interrupted> {
        let params = TransferParams::device_status(status, percent, self.count.bytes());
        send(self.callback.as_ref(), &params)
    }

    /// Writes all pages: into one stream with `TYMED_MULTIPAGE_FILE`, which makes them TIFF, else each into its
    /// own in `format`. `first` is a stream that was asked for before.
    ///
    /// # Errors
    ///
    /// What stops the transfer. The finished pages are in their streams; one for all holds nothing else, when
    /// it was the device or the stream that failed.
    pub fn run<P: Pages>(
        &self,
        pages: &mut P,
        format: PageFormat,
        first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt<P::Failure>> {
        match context.tymed {
            Tymed::MultipageFile => self.one_document(pages, first, context),
            _ => self.documents(pages, format, first, context),
        }
    }

    /// A stream for each page.
    fn documents<P: Pages>(
        &self,
        pages: &mut P,
        format: PageFormat,
        mut first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt<P::Failure>> {
        let mut tally = Tally::default();
        while let Some(page) = pages.next()? {
            match self.this_or_next(first.take())? {
                None => {
                    pages.discard(page)?;
                    tally.skipped += 1;
                }
                Some(stream) => {
                    let (mut stream, mut reporter) = self.begin::<P::Failure>(stream)?;
                    let document = SinglePage {
                        format,
                        context: &mut *context,
                        stream: &mut stream,
                    };
                    pages.write_single(page, document, &mut reporter)?;
                    reporter.status(100)?;
                    tally.written += 1;
                    // The stream is released here, before the next is asked for.
                }
            }
            pages.done();
        }
        Ok(tally)
    }

    /// One stream for all pages.
    fn one_document<P: Pages>(
        &self,
        pages: &mut P,
        first: Option<Box<dyn Stream>>,
        context: &mut TransferContext,
    ) -> Result<Tally, Halt<P::Failure>> {
        let mut tally = Tally::default();
        let Some(mut page) = pages.next()? else {
            return Ok(tally);
        };
        let Some(stream) = self.this_or_next(first)? else {
            loop {
                pages.discard(page)?;
                pages.done();
                tally.skipped += 1;
                page = match pages.next()? {
                    Some(page) => page,
                    None => return Ok(tally),
                };
            }
        };
        let (mut stream, mut reporter) = self.begin::<P::Failure>(stream)?;
        loop {
            let mut writer = PageWriter {
                context: &mut *context,
                stream: &mut stream,
            };
            let written = pages.write(page, &mut writer, &mut reporter);
            if let Err(Halt::Stream(_) | Halt::Device(_)) = &written {
                // The failure that led here is the one to tell; the finished pages are valid even when
                // their stream cannot be cut.
                drop(writer.abandon_page());
            }
            written?;
            reporter.status(100)?;
            tally.written += 1;
            pages.done();
            page = match pages.next()? {
                Some(page) => page,
                None => return Ok(tally),
            };
            reporter.new_page()?;
        }
    }

    fn this_or_next(
        &self,
        this: Option<Box<dyn Stream>>,
    ) -> Result<Option<Box<dyn Stream>>, Interrupted> {
        match this {
            Some(stream) => Ok(Some(stream)),
            None => self.next_stream(),
        }
    }

    /// A document begins at the stream's end.
    fn begin<F>(
        &self,
        stream: Box<dyn Stream>,
    ) -> Result<(CountedStream<'_>, Reporter<'_>), Halt<F>> {
        let stream = CountedStream::new(stream, &self.count).map_err(Halt::Stream)?;
        let mut reporter = Reporter::new(self.callback.as_ref(), &self.count);
        reporter.status(0)?;
        Ok((stream, reporter))
    }
}
