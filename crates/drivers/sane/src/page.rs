//! The writing side of one page: the lines of its frames into the application's stream.

use std::io::SeekFrom;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use formats::{DocumentFormat, DocumentWriter, PageDone, Spooled, bmp, jpeg, raw};
use raster::{Band, Converter, PageLayout, PixelType};
use transfer::{
    Answer, MinidrvTransferCallback, Stream, StreamSink, TransferContext, TransferParams,
};
use wia::{Error, Result};

use crate::frame::{Passes, Shape};
use crate::job::{Job, PageFormat};
use crate::option::{FrameKind, Parameters};
use crate::scan::{Step, broken};
use crate::thread::{self, Instance};

/// Of JPEG, for a context without a record.
const QUALITY: u8 = 75;
/// Percent of a page between two messages.
const PERCENT_STEP: i32 = 5;
/// A slow page says something at least so often (at the next lines).
const SLOWEST_MESSAGE: Duration = Duration::from_millis(200);
/// Rows of white that are added at a time.
const WHITE_ROWS: u32 = 64;

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
    Device(Error),
}

/// Steps that are asked for in advance: so many buffers wait at most, while one is written and one read.
const AHEAD: usize = 2;

/// What comes from the thread of SANE, and where its buffers go back to.
pub(crate) struct Feed {
    steps: Receiver<Step>,
    empty: Sender<Vec<u8>>,
    device: Instance,
}

impl Feed {
    /// Asks for the first steps.
    ///
    /// # Errors
    ///
    /// When there is no thread.
    pub(crate) fn new(
        steps: Receiver<Step>,
        empty: Sender<Vec<u8>>,
        device: &Instance,
    ) -> Result<Feed> {
        let feed = Feed {
            steps,
            empty,
            device: device.clone(),
        };
        for _ in 0..=AHEAD {
            feed.ask()?;
        }
        Ok(feed)
    }

    fn ask(&self) -> Result<()> {
        let device = self.device.clone();
        thread::give(move |hub| hub.advance_scan(&device))
    }

    /// The next step that is no end.
    pub(crate) fn next(&self) -> Result<Step, Halt> {
        match self.steps.recv() {
            Ok(Step::Cancelled) => Err(Halt::Cancelled),
            Ok(Step::Failed(e)) => Err(Halt::Device(e)),
            Ok(step) => {
                self.ask().map_err(Halt::Device)?;
                Ok(step)
            }
            Err(_) => Err(Halt::Device(Error::new(
                wia::ErrorKind::ExceptionInDriver,
                "the SANE driver crashed",
            ))),
        }
    }

    fn give_back(&self, buffer: Vec<u8>) {
        // When the other side has ended it needs no buffers.
        let _ = self.empty.send(buffer);
    }

    /// Ends the scan, and waits until the device is idle.
    pub(crate) fn end(self) {
        let device = self.device;
        // Without the thread nothing scans.
        drop(thread::give(move |hub| hub.end_scan(&device)));
        while self.steps.recv().is_ok() {}
    }
}

/// Bytes of a stream's document, seen while a writer holds the stream.
#[derive(Debug, Default)]
pub(crate) struct ByteCount(AtomicU64);

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
        let bytes = self.count.0.load(Ordering::Relaxed);
        self.send(&TransferParams::status(percent, bytes))
    }

    /// `NEW_PAGE`.
    pub(crate) fn new_page(&mut self) -> Result<(), Halt> {
        let bytes = self.count.0.load(Ordering::Relaxed);
        self.send(&TransferParams::new_page(0, bytes))
    }

    /// `STATUS` when there is something new to say.
    fn rows_done(&mut self, done: u32, height: Option<u32>) -> Result<(), Halt> {
        // The end of the page is said when it is written; without a height nobody knows how far it is.
        let percent = height.map_or(0, |all| u64::from(done) * 100 / u64::from(all.max(1)));
        let percent = i32::try_from(percent).unwrap_or(99).min(99);
        let due = percent >= self.percent + PERCENT_STEP || self.said.elapsed() >= SLOWEST_MESSAGE;
        match due {
            true => self.status(percent),
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

/// A stream whose document begins at the end of what it holds already.
pub(crate) struct CountedStream<'a> {
    stream: Box<dyn Stream>,
    count: &'a ByteCount,
    start: u64,
    position: u64,
}

impl<'a> CountedStream<'a> {
    /// Goes to the stream's end.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub(crate) fn new(mut stream: Box<dyn Stream>, count: &'a ByteCount) -> Result<Self> {
        let start = stream.seek(SeekFrom::End(0))?;
        count.0.store(0, Ordering::Relaxed);
        Ok(CountedStream {
            stream,
            count,
            start,
            position: start,
        })
    }
}

impl Stream for CountedStream<'_> {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let taken = self.stream.write(data)?;
        self.position = self.position.saturating_add(taken as u64);
        let bytes = self.position.saturating_sub(self.start);
        self.count.0.fetch_max(bytes, Ordering::Relaxed);
        Ok(taken)
    }

    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.position = self.stream.seek(to)?;
        Ok(self.position)
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        self.stream.set_size(size)?;
        let bytes = size.saturating_sub(self.start);
        self.count.0.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        self.stream.settle()
    }

    fn barrier(&mut self) -> Result<()> {
        self.stream.barrier()
    }
}

/// Writes the page whose first frame has begun with `first`, up to its end.
pub(crate) fn write_page(
    feed: &Feed,
    job: &Job,
    first: &Parameters,
    writer: &mut dyn DocumentWriter,
    reporter: &mut Reporter<'_>,
) -> Result<(), Halt> {
    let shape = Shape::new(first).map_err(Halt::Device)?;
    let mut page = Page::begin(shape, job, writer, reporter)?;
    match first.frame {
        FrameKind::Pass(_) => three_passes(feed, shape, first, &mut page)?,
        _ => one_frame(feed, shape, &mut page)?,
    }
    page.end()
}

fn one_frame(feed: &Feed, shape: Shape, page: &mut Page<'_, '_>) -> Result<(), Halt> {
    loop {
        match feed.next()? {
            Step::Lines(lines) => {
                let rows = shape.rows(lines);
                page.rows(&rows)?;
                feed.give_back(rows);
            }
            Step::FrameEnd => {}
            Step::PageEnd => return Ok(()),
            _ => return Err(out_of_order()),
        }
    }
}

fn three_passes(
    feed: &Feed,
    shape: Shape,
    first: &Parameters,
    page: &mut Page<'_, '_>,
) -> Result<(), Halt> {
    let mut passes = Passes::new(shape).map_err(Halt::Stream)?;
    passes.begin(first).map_err(Halt::Device)?;
    loop {
        match feed.next()? {
            Step::Frame(parameters) => passes.begin(&parameters).map_err(Halt::Device)?,
            Step::Lines(lines) => {
                passes.lines(&lines).map_err(Halt::Stream)?;
                feed.give_back(lines);
                page.reporter.rows_done(0, None)?;
            }
            Step::FrameEnd => {}
            Step::PageEnd => break,
            _ => return Err(out_of_order()),
        }
    }
    if !passes.complete() {
        let e = broken("a page lacks one of its three passes");
        return Err(Halt::Device(e));
    }
    passes.rows(|rows| page.rows(&rows))
}

impl From<Error> for Halt {
    fn from(e: Error) -> Halt {
        Halt::Stream(e)
    }
}

/// Reads the page whose first frame has begun up to its end, and drops it.
pub(crate) fn discard_page(feed: &Feed) -> Result<(), Halt> {
    loop {
        match feed.next()? {
            Step::Lines(lines) => feed.give_back(lines),
            Step::Frame(_) | Step::FrameEnd => {}
            Step::PageEnd => return Ok(()),
            _ => return Err(out_of_order()),
        }
    }
}

/// The thread of SANE broke the order of its steps.
pub(crate) fn out_of_order() -> Halt {
    let what = "the parts of a page came in the wrong order";
    Halt::Stream(Error::new(wia::ErrorKind::Unexpected, what))
}

/// A page that is being written.
struct Page<'a, 'b> {
    writer: &'a mut dyn DocumentWriter,
    reporter: &'a mut Reporter<'b>,
    from: Shape,
    /// Where the device delivers other pixels than were asked for.
    converter: Option<Converter>,
    layout: PageLayout,
    done: u32,
    converted: Vec<u8>,
}

impl<'a, 'b> Page<'a, 'b> {
    fn begin(
        from: Shape,
        job: &Job,
        writer: &'a mut dyn DocumentWriter,
        reporter: &'a mut Reporter<'b>,
    ) -> Result<Page<'a, 'b>, Halt> {
        let mut layout = from.layout(job.x_dpi, job.y_dpi);
        let converter = (from.pixel != job.pixel)
            .then(|| Converter::new(from.pixel, job.pixel, layout.width, job.threshold));
        layout.pixel = job.pixel;
        writer.begin_page(&layout).map_err(Halt::Stream)?;
        Ok(Page {
            writer,
            reporter,
            from,
            converter,
            layout,
            done: 0,
            converted: Vec::new(),
        })
    }

    /// Adds rows.
    fn rows(&mut self, rows: &[u8]) -> Result<(), Halt> {
        let count = u32::try_from(rows.len() / self.from.row_bytes()).unwrap_or(u32::MAX);
        let done = self.done.saturating_add(count);
        if let Some(height) = self.layout.height.filter(|height| done > *height) {
            let what = format!("it sent more than the {height} lines that it announced");
            return Err(Halt::Device(broken(&what)));
        }
        let to = self.layout.row_bytes();
        let rows = match &self.converter {
            None => rows,
            Some(converter) => {
                self.converted.resize(count as usize * to, 0);
                let from = rows.chunks_exact(self.from.row_bytes());
                for (from, to) in from.zip(self.converted.chunks_exact_mut(to)) {
                    converter.convert_row(from, to);
                }
                &self.converted
            }
        };
        if let Some(band) = Band::new(rows, to, to).filter(|band| band.rows() > 0) {
            self.writer.rows(band).map_err(Halt::Stream)?;
        }
        self.done = done;
        self.reporter.rows_done(done, self.layout.height)
    }

    /// Ends the page. One that is shorter than announced, as paper often is, is white from there on.
    fn end(mut self) -> Result<(), Halt> {
        if self.done == 0 {
            return Err(Halt::Device(broken("a page ended before its first line")));
        }
        if let Some(height) = self.layout.height.filter(|height| *height > self.done) {
            tracing::warn!(
                lines = self.done,
                announced = height,
                "a page is shorter than announced"
            );
            self.white(height - self.done)?;
        }
        self.writer.end_page().map_err(Halt::Stream)?;
        Ok(())
    }

    fn white(&mut self, mut left: u32) -> Result<(), Halt> {
        let row = self.layout.row_bytes();
        let mut white = vec![0xFF; row * left.min(WHITE_ROWS) as usize];
        if self.layout.pixel == PixelType::Bw1 {
            for row in white.chunks_exact_mut(row) {
                raster::pack::clear_unused_bits(PixelType::Bw1, row, self.layout.width);
            }
        }
        while left > 0 {
            let some = left.min(WHITE_ROWS);
            let band =
                Band::new(&white[..row * some as usize], row, row).ok_or_else(out_of_order)?;
            self.writer.rows(band).map_err(Halt::Stream)?;
            left -= some;
        }
        Ok(())
    }
}

/// Writes one page as the whole document of a stream (`TYMED_FILE`).
pub(crate) fn write_single(
    feed: &Feed,
    job: &Job,
    first: &Parameters,
    context: &mut TransferContext,
    stream: &mut dyn Stream,
    reporter: &mut Reporter<'_>,
) -> Result<(), Halt> {
    let finish = |writer: &mut dyn DocumentWriter, reporter: &mut Reporter<'_>| {
        write_page(feed, job, first, writer, reporter)?;
        writer.finish().map_err(Halt::Stream)?;
        reporter.status(100)
    };
    match job.format {
        PageFormat::Raw => finish(&mut raw::Writer::new(StreamSink(stream)), reporter),
        // Its lines come bottom-up, so it cannot begin without the height: such a page waits in a file.
        PageFormat::Bmp => {
            let writer = bmp::Writer::new(StreamSink(stream), bmp::Container::File);
            finish(&mut Spooled::new(DocumentFormat::Bmp, writer), reporter)
        }
        PageFormat::Jpeg => {
            let record = context.record.as_ref();
            let options = jpeg::Options {
                quality: record.map_or(QUALITY, |record| record.options.quality),
                profile: record.and_then(|record| record.options.profile.clone()),
                workers: 1,
            };
            finish(
                &mut jpeg::Writer::with_options(StreamSink(stream), options),
                reporter,
            )
        }
        PageFormat::Tiff => {
            // Each stream is a document of its own.
            context.page = 0;
            finish(&mut PageWriter { context, stream }, reporter)
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
