//! The writing side: the lines of each page's frames into the application's streams.

use std::sync::mpsc::{Receiver, Sender};

use formats::DocumentWriter;
use minidriver::pages::{Download, Halt, PageFormat, Pages, Reporter};
use raster::{Band, Converter, PageLayout, PixelType};
use wia::{Error, ErrorKind, Result, Status};

use crate::frame::{Passes, Shape};
use crate::job::Job;
use crate::option::{FrameKind, Parameters};
use crate::scan::{Step, broken};
use crate::source::SourceKind;
use crate::thread::{self, Instance};

/// A page from the glass may lack one of so many lines.
const NEARLY_ALL: u32 = 20;
/// Rows of white that are added at a time.
const WHITE_ROWS: u32 = 64;

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
                ErrorKind::ExceptionInDriver,
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

/// The pages of one transfer.
pub(crate) struct Sheets<'a> {
    pub(crate) feed: Feed,
    pub(crate) job: &'a Job,
    pub(crate) download: &'a Download<'a>,
    /// Called when the feeder has said that it is empty, or that it is not.
    pub(crate) loaded: &'a dyn Fn(bool),
    /// Whether the pages have ended because there is no more paper.
    pub(crate) out_of_paper: bool,
}

impl Pages for Sheets<'_> {
    /// The first frame.
    type Page = Parameters;
    type Failure = Error;

    fn next(&mut self) -> Result<Option<Parameters>, Halt> {
        loop {
            match self.feed.next()? {
                Step::WarmingUp => self.download.device_status(Ok(Status::WarmingUp), 0)?,
                Step::Frame(parameters) => {
                    (self.loaded)(true);
                    return Ok(Some(parameters));
                }
                Step::End { out_of_paper } => {
                    self.out_of_paper = out_of_paper;
                    if out_of_paper {
                        (self.loaded)(false);
                    }
                    return Ok(None);
                }
                _ => return Err(out_of_order()),
            }
        }
    }

    fn write(
        &mut self,
        first: Parameters,
        writer: &mut dyn DocumentWriter,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), Halt> {
        let shape = Shape::new(&first).map_err(Halt::Device)?;
        let mut page = Page::begin(shape, self.job, writer, reporter)?;
        match first.frame {
            FrameKind::Pass(_) => three_passes(&self.feed, shape, &first, &mut page)?,
            _ => one_frame(&self.feed, shape, &mut page)?,
        }
        page.end()
    }

    fn discard(&mut self, _: Parameters) -> Result<(), Halt> {
        loop {
            match self.feed.next()? {
                Step::Lines(lines) => self.feed.give_back(lines),
                Step::Frame(_) | Step::FrameEnd => {}
                Step::PageEnd => return Ok(()),
                _ => return Err(out_of_order()),
            }
        }
    }
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
                page.reporter.part(0, None)?;
            }
            Step::FrameEnd => {}
            Step::PageEnd => break,
            _ => return Err(out_of_order()),
        }
    }
    let rows = passes.rows().map_err(Halt::Device)?;
    rows.map(|rows| rows.map_err(Halt::Stream))
        .try_for_each(|rows| page.rows(&rows?))
}

/// The thread of SANE broke the order of its steps.
fn out_of_order() -> Halt {
    let what = "the parts of a page came in the wrong order";
    Halt::Stream(Error::new(ErrorKind::Unexpected, what))
}

/// A page that is being written.
struct Page<'a, 'b> {
    writer: &'a mut dyn DocumentWriter,
    reporter: &'a mut Reporter<'b>,
    from: Shape,
    /// Where the device delivers other pixels than were asked for.
    converter: Option<Converter>,
    layout: PageLayout,
    /// Lines that the back end announced, where it knows.
    announced: Option<u32>,
    /// Whether the paper may be shorter than that.
    of_paper: bool,
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
        let announced = layout.height;
        let of_paper = job.source == SourceKind::Feeder;
        // Where a sheet ends is known when it has ended. The lines of a bitmap come bottom-up, so it cannot begin
        // without a height.
        if of_paper && !matches!(job.format, PageFormat::Bmp | PageFormat::MemoryBmp) {
            layout.height = None;
        }
        writer.begin_page(&layout).map_err(Halt::Stream)?;
        Ok(Page {
            writer,
            reporter,
            from,
            converter,
            layout,
            announced,
            of_paper,
            done: 0,
            converted: Vec::new(),
        })
    }

    /// Adds rows.
    fn rows(&mut self, rows: &[u8]) -> Result<(), Halt> {
        let count = u32::try_from(rows.len() / self.from.row_bytes()).unwrap_or(u32::MAX);
        let done = self.done.saturating_add(count);
        if let Some(height) = self.announced.filter(|height| done > *height) {
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
        self.reporter
            .part(done.into(), self.announced.map(u64::from))?;
        Ok(())
    }

    /// Ends the page. One from a feeder is as long as its paper. One from the glass is as long as announced: some lines
    /// that are missing are white, and where much is missing the device has failed.
    fn end(mut self) -> Result<(), Halt> {
        if self.done == 0 {
            return Err(Halt::Device(broken("a page ended before its first line")));
        }
        let announced = self.announced.unwrap_or(self.done);
        let missing = announced.saturating_sub(self.done);
        if !self.of_paper && missing > announced / NEARLY_ALL {
            let what = format!(
                "the page ended after {} of its {announced} lines",
                self.done
            );
            return Err(Halt::Device(Error::new(
                ErrorKind::DeviceCommunication,
                what,
            )));
        }
        if missing > 0 {
            tracing::warn!(
                lines = self.done,
                announced,
                "a page is shorter than announced"
            );
        }
        if let Some(height) = self.layout.height {
            self.white(height.saturating_sub(self.done))?;
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
