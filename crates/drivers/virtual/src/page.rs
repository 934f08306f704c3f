//! The writing side of one page: bands from the drawing thread into the application's stream.

use std::time::{Duration, Instant};

use formats::{DocumentWriter, PageDone, bmp, jpeg, raw};
use raster::{Band, PageLayout};
use transfer::{
    Answer, MinidrvTransferCallback, Stream, StreamSink, TransferContext, TransferParams,
};
use wia::{Error, ErrorKind, Result};

use crate::counted_stream::ByteCount;
use crate::feed::Feed;
use crate::job::PageFormat;
use crate::pool::{Cancelled, Failure, Page, Step};

/// Of JPEG, for a context without a record.
const QUALITY: u8 = 75;
/// Percent of a page between two messages.
const PERCENT_STEP: i32 = 5;
/// A slow page says something at least so often (at the next band).
const SLOWEST_MESSAGE: Duration = Duration::from_millis(200);

/// Why a transfer goes no further.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It was cancelled: by an answer or by `WIA_EVENT_CANCEL_IO`. Nothing may be called any more.
    Cancelled,
    /// A callback failed. Nothing may be called any more.
    Refused(Error),
    /// The stream failed.
    Stream(Error),
    /// The device failed.
    Device(Failure),
}

impl From<Cancelled> for Halt {
    fn from(_: Cancelled) -> Halt {
        Halt::Cancelled
    }
}

/// Where messages go, and how far the present page is.
pub(crate) struct Reporter<'a> {
    callback: &'a dyn MinidrvTransferCallback,
    count: &'a ByteCount,
    percent: i32,
    said: Instant,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(
        callback: &'a dyn MinidrvTransferCallback,
        count: &'a ByteCount,
    ) -> Reporter<'a> {
        Reporter {
            callback,
            count,
            percent: 0,
            said: Instant::now(),
        }
    }

    /// `STATUS` with so many percent of the page.
    pub(crate) fn status(&mut self, percent: i32) -> Result<(), Halt> {
        self.send(&TransferParams::status(percent, self.count.bytes()))
    }

    /// `NEW_PAGE`.
    pub(crate) fn new_page(&mut self) -> Result<(), Halt> {
        self.send(&TransferParams::new_page(0, self.count.bytes()))
    }

    /// `STATUS` when there is something new to say.
    fn rows_done(&mut self, done: u32, height: u32) -> Result<(), Halt> {
        // The end of the page is said when it is written.
        let percent = u64::from(done) * 100 / u64::from(height.max(1));
        let percent = i32::try_from(percent).unwrap_or(99).min(99);
        let due = percent >= self.percent + PERCENT_STEP || self.said.elapsed() >= SLOWEST_MESSAGE;
        // A page that is written anew stays where it was until it is there again.
        match due {
            true => self.status(percent.max(self.percent)),
            false => Ok(()),
        }
    }

    fn send(&mut self, params: &TransferParams) -> Result<(), Halt> {
        self.percent = params.percent;
        let answer = self.callback.send_message(params);
        self.said = Instant::now();
        match answer {
            Ok(Answer::Continue) => Ok(()),
            Ok(Answer::Cancel) => Err(Halt::Cancelled),
            Err(e) => Err(Halt::Refused(e)),
        }
    }
}

/// How a page goes on whose sheet had to be fed again. Before a person is asked for help the stream
/// must be as it may be left: nothing may touch it any more when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refed {
    /// The page is taken back, and written anew.
    Anew,
    /// It goes on behind the rows that it has: the same sheet gives the same rows.
    Behind,
}

/// Writes the page whose start was just read, up to its end.
pub(crate) fn write_page(
    feed: &Feed<'_>,
    page: &Page,
    late_height: bool,
    refed: Refed,
    writer: &mut dyn DocumentWriter,
    reporter: &mut Reporter<'_>,
) -> Result<(), Halt> {
    let mut layout = page.layout;
    if late_height {
        layout.height = None;
    }
    writer.begin_page(&layout).map_err(Halt::Stream)?;
    let row_bytes = layout.row_bytes();
    // Rows of the page, and rows that came since its sheet was fed.
    let (mut done, mut came) = (0, 0);
    loop {
        match feed.next()? {
            Step::Band(rows) => {
                let had = (done - came).min(rows.len() / row_bytes.max(1));
                let new = rows.get(had * row_bytes..).unwrap_or_default();
                came += had;
                if !new.is_empty() {
                    let band = Band::new(new, row_bytes, row_bytes).ok_or_else(out_of_order)?;
                    writer.rows(band).map_err(Halt::Stream)?;
                    done += band.rows();
                    came += band.rows();
                }
                feed.give_back(rows);
                let done = u32::try_from(done).unwrap_or(u32::MAX);
                reporter.rows_done(done, page.height)?;
            }
            Step::PageEnd => break,
            Step::Failed(failure) => {
                if refed == Refed::Anew {
                    // The finished pages are valid even when their stream cannot be cut.
                    drop(writer.abandon_page());
                }
                feed.recover(failure)?;
            }
            Step::Again => {
                came = 0;
                if refed == Refed::Anew {
                    done = 0;
                    writer.begin_page(&layout).map_err(Halt::Stream)?;
                }
            }
            Step::Page(_) | Step::End | Step::WarmingUp(_) => return Err(out_of_order()),
        }
    }
    writer.end_page().map_err(Halt::Stream)?;
    Ok(())
}

/// Reads the page whose start was just read up to its end, and drops it.
pub(crate) fn discard_page(feed: &Feed<'_>) -> Result<(), Halt> {
    loop {
        match feed.next()? {
            Step::Band(rows) => feed.give_back(rows),
            Step::PageEnd => return Ok(()),
            Step::Failed(failure) => feed.recover(failure)?,
            Step::Again => {}
            Step::Page(_) | Step::End | Step::WarmingUp(_) => return Err(out_of_order()),
        }
    }
}

/// The drawing thread broke the order of its steps.
pub(crate) fn out_of_order() -> Halt {
    Halt::Stream(Error::new(
        ErrorKind::Unexpected,
        "the bands of a page came in the wrong order",
    ))
}

/// Writes one page as the whole document of a stream (`TYMED_FILE`).
pub(crate) fn write_single(
    feed: &Feed<'_>,
    page: &Page,
    late_height: bool,
    format: PageFormat,
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    reporter: &mut Reporter<'_>,
) -> Result<(), Halt> {
    let finish = |writer: &mut dyn DocumentWriter, late: bool, reporter: &mut Reporter<'_>| {
        let refed = match format {
            PageFormat::Tiff => Refed::Anew,
            _ => Refed::Behind,
        };
        write_page(feed, page, late, refed, writer, reporter)?;
        writer.finish().map_err(Halt::Stream)?;
        reporter.status(100)
    };
    match format {
        PageFormat::Raw => {
            let mut writer = raw::Writer::new(StreamSink(stream));
            finish(&mut writer, late_height, reporter)
        }
        // Its lines come bottom-up, so it cannot begin without the height.
        PageFormat::Bmp | PageFormat::MemoryBmp => {
            let container = match format {
                PageFormat::MemoryBmp => bmp::Container::Memory,
                _ => bmp::Container::File,
            };
            let mut writer = bmp::Writer::new(StreamSink(stream), container);
            finish(&mut writer, false, reporter)
        }
        PageFormat::Jpeg => {
            let record = context.record.as_ref();
            let quality = record.map_or(QUALITY, |record| record.options.quality);
            let options = jpeg::Options {
                quality,
                profile: record.and_then(|record| record.options.profile.clone()),
                workers: 1,
            };
            let mut writer = jpeg::Writer::with_options(StreamSink(stream), options);
            finish(&mut writer, late_height, reporter)
        }
        PageFormat::Tiff => {
            // Each stream is a document of its own.
            context.page = 0;
            finish(&mut PageWriter { context, stream }, late_height, reporter)
        }
    }
}

/// The service's page writer, as a writer of documents.
pub(crate) struct PageWriter<'a> {
    pub(crate) context: &'a mut TransferContext,
    pub(crate) stream: &'a mut dyn Stream,
}

impl DocumentWriter for PageWriter<'_> {
    fn begin_page(&mut self, layout: &PageLayout) -> Result<()> {
        transfer::begin_page(self.context, self.stream, layout)
    }

    fn rows(&mut self, band: Band<'_>) -> Result<()> {
        transfer::rows(self.context, self.stream, band)
    }

    fn end_page(&mut self) -> Result<PageDone> {
        transfer::end_page(self.context, self.stream)
    }

    fn abandon_page(&mut self) -> Result<()> {
        transfer::abandon_page(self.context, self.stream)
    }

    /// The document is complete after each page.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
