//! The reading side of a transfer, on the thread of SANE: page after page, a few buffers ahead.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use wia::{Error, ErrorKind};

use crate::ffi::wait_readable;
use crate::option::{FrameKind, Parameters};
use crate::reader::{self, Reader};
use crate::scanner::Scanner;
use crate::status::SaneStatus;
use crate::stop::Stop;

/// Bytes of a buffer, rounded to whole lines.
const BUFFER: usize = 1024 * 1024;
/// A line longer than this is none: 3 m at 9600 dpi have 6.4 MiB in 48 bits a pixel.
const LONGEST_LINE: usize = 1 << 23;
/// A slow device's lines go on at least so often.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// A select descriptor that says nothing for so long is not believed: the back end is read all the same.
const BELIEVED: Duration = Duration::from_millis(500);
/// The pauses between reads of nothing: the first, and the longest.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// A frame of which nothing has come yet is not given up sooner than so long after its start. The reader
/// threads of many back ends (`sanei_thread`) are ended wherever they are; in their first moments that is in
/// an allocation, whose lock is never given back, and `sane_cancel` then waits for ever. Seen with the test
/// back end of SANE 1.1.1.
const SETTLE: Duration = Duration::from_millis(50);
/// Bytes at the end of a frame that are left until its reader has ended, if that has to be waited for.
const REST: usize = 4096;
/// So long at most: the test back end waits up to 200 ms before it writes.
const READER_ENDS: Duration = Duration::from_millis(500);
/// Between two questions of whether a device has warmed up.
const WARM_UP_PAUSE: Duration = Duration::from_millis(250);

/// What the writing side gets.
#[derive(Debug)]
pub(crate) enum Step {
    /// A frame begins; a page of three passes has three.
    Frame(Parameters),
    /// Whole lines of the frame; none at its end when the last ones have come before.
    Lines(Vec<u8>),
    /// The frame is complete.
    FrameEnd,
    /// All frames of the page have come.
    PageEnd,
    /// The pages that were asked for have come, or there is no more paper.
    End {
        out_of_paper: bool,
    },
    /// The device warms up; the page will begin.
    WarmingUp,
    Failed(Error),
    Cancelled,
}

/// A scan on its way. It goes on a step at a time, when the writing side asks for one: a slow application
/// slows the device down, and devices of one process take turns.
pub(crate) struct Scan {
    /// Pages; `None` until the paper is out.
    pages: Option<u32>,
    steps: Sender<Step>,
    /// Buffers that the writing side has emptied.
    empty: Receiver<Vec<u8>>,
    stop: Arc<Stop>,
    done: u32,
    at: At,
    /// When the frame began of which nothing has come yet.
    young: Option<Instant>,
    /// The back end's thread that has to be waited for.
    reader: Option<Reader>,
    /// How long the device may warm up, and since when it does.
    warm_up: Duration,
    warming: Option<Instant>,
}

/// Where a scan is.
enum At {
    /// Before the frame after so many of the page.
    Start(u32),
    Frame(Frame),
    FrameEnd(Frame),
    PageEnd,
    Over,
}

/// A frame that is being read.
struct Frame {
    /// How many frames of the page came before it.
    before: u32,
    parameters: Parameters,
    /// Bytes of a line.
    line: usize,
    fd: Option<i32>,
    buffer: Vec<u8>,
    filled: usize,
    /// Bytes that have come.
    came: u64,
}

impl Frame {
    /// Bytes that are still to come; `None` where the back end does not know how many lines there are.
    fn left(&self) -> Option<u64> {
        let lines = u64::try_from(self.parameters.lines)
            .ok()
            .filter(|n| *n > 0)?;
        let all = lines.saturating_mul(self.line as u64);
        Some(all.saturating_sub(self.came))
    }

    /// Whether the page ends with it.
    fn is_last(&self) -> bool {
        let whole = matches!(self.parameters.frame, FrameKind::Gray | FrameKind::Rgb);
        whole || self.parameters.last_frame
    }

    /// Room for whole lines.
    fn room(&self) -> usize {
        (BUFFER / self.line).max(1) * self.line
    }
}

impl Scan {
    /// A scan that begins with its first step.
    pub(crate) fn new(
        pages: Option<u32>,
        warm_up: Duration,
        steps: Sender<Step>,
        empty: Receiver<Vec<u8>>,
        stop: Arc<Stop>,
    ) -> Scan {
        Scan {
            pages,
            steps,
            empty,
            stop,
            done: 0,
            at: At::Start(0),
            young: None,
            reader: None,
            warm_up,
            warming: None,
        }
    }

    /// One step. At the end the device is idle before anybody learns of it.
    pub(crate) fn advance(&mut self, scanner: &mut Scanner) {
        if matches!(self.at, At::Over) {
            return;
        }
        let stop = Arc::clone(&self.stop);
        let attached = stop.attach(scanner.handle().canceller());
        let step = self.step(scanner);
        drop(attached);
        let step = step.unwrap_or_else(|end| {
            self.end(scanner);
            end
        });
        // Who does not listen any more ends the scan.
        let _ = self.steps.send(step);
    }

    /// Leaves the device idle.
    pub(crate) fn end(&mut self, scanner: &mut Scanner) {
        if matches!(std::mem::replace(&mut self.at, At::Over), At::Over) {
            return;
        }
        if let Some(begun) = self.young.take() {
            thread::sleep(SETTLE.saturating_sub(begun.elapsed()));
        }
        if let Some(reader) = self.reader.take() {
            reader.wait_for_rest(SETTLE);
        }
        // This ends every scan, also one that went well (SANE Standard 4.3.11).
        scanner.handle().cancel();
    }

    /// The next step; as an error the last one.
    fn step(&mut self, scanner: &mut Scanner) -> Result<Step, Step> {
        if self.stop.asked() {
            return Err(Step::Cancelled);
        }
        match std::mem::replace(&mut self.at, At::PageEnd) {
            At::Start(before) => self.start(scanner, before),
            At::Frame(frame) => self.lines(scanner, frame),
            At::FrameEnd(frame) => {
                self.at = match frame.is_last() {
                    true => At::PageEnd,
                    false => At::Start(frame.before + 1),
                };
                Ok(Step::FrameEnd)
            }
            At::PageEnd | At::Over => {
                self.done += 1;
                self.at = At::Start(0);
                Ok(Step::PageEnd)
            }
        }
    }

    /// Begins a frame.
    fn start(&mut self, scanner: &mut Scanner, before: u32) -> Result<Step, Step> {
        if before == 0 && self.pages.is_some_and(|pages| self.done >= pages) {
            return Err(Step::End {
                out_of_paper: false,
            });
        }
        if before == 3 {
            let what = "a page has more than the three frames red, green and blue";
            return Err(Step::Failed(broken(what)));
        }
        let threads = scanner.reader_is_ended_anywhere().then(reader::threads);
        match scanner.handle().start() {
            Ok(()) => self.warming = None,
            Err(SaneStatus::WARMING_UP) if before == 0 => return self.warming_up(),
            Err(SaneStatus::NO_DOCS) if before == 0 => {
                return Err(Step::End { out_of_paper: true });
            }
            Err(status) => return Err(self.failed(status, "sane_start")),
        }
        self.young = Some(Instant::now());
        self.reader = threads.map(|before| Reader::since(&before));
        let parameters = scanner.handle().parameters();
        let parameters = parameters.map_err(|s| self.failed(s, "sane_get_parameters"))?;
        let line = line_bytes(&parameters).map_err(Step::Failed)?;
        let fd = scanner.handle().select_fd();
        if fd.is_some() {
            // What waits here needs not wait in the back end too. One that cannot do that blocks, and is stopped
            // by `sane_cancel` alone.
            let _ = scanner.handle().set_non_blocking();
        }
        self.at = At::Frame(Frame {
            before,
            parameters,
            line,
            fd,
            buffer: Vec::new(),
            filled: 0,
            came: 0,
        });
        Ok(Step::Frame(parameters))
    }

    /// Waits a moment for the lamp.
    fn warming_up(&mut self) -> Result<Step, Step> {
        let since = *self.warming.get_or_insert_with(Instant::now);
        let left = self.warm_up.saturating_sub(since.elapsed());
        if left.is_zero() {
            let what = format!("the device still warms up after {:?}", self.warm_up);
            return Err(Step::Failed(Error::new(ErrorKind::Deadline, what)));
        }
        wait_readable(None, self.stop.wake(), WARM_UP_PAUSE.min(left));
        self.at = At::Start(0);
        Ok(Step::WarmingUp)
    }

    /// How many bytes can be read now. What ends a frame also ends the back end's thread, which is waited for.
    fn allowed(&mut self, frame: &Frame) -> usize {
        let room = frame.buffer.len() - frame.filled;
        let Some(reader) = &self.reader else {
            return room;
        };
        let left = frame
            .left()
            .map(|left| usize::try_from(left).unwrap_or(usize::MAX));
        match left {
            Some(left) if left > REST => room.min(left - REST),
            Some(_) => {
                reader.wait_for_end(READER_ENDS, || self.stop.asked());
                self.reader = None;
                room
            }
            None => {
                reader.wait_for_rest(READER_ENDS);
                room
            }
        }
    }

    /// Some whole lines of a frame, or its end.
    fn lines(&mut self, scanner: &mut Scanner, mut frame: Frame) -> Result<Step, Step> {
        let room = frame.room();
        if frame.buffer.is_empty() {
            frame.buffer = self.buffer(room);
        }
        let begun = Instant::now();
        let mut pause = Duration::ZERO;
        loop {
            if frame.fd.is_some() {
                wait_readable(frame.fd, self.stop.wake(), BELIEVED);
            }
            if self.stop.asked() {
                return Err(Step::Cancelled);
            }
            let end = frame.filled + self.allowed(&frame);
            match scanner.handle().read(&mut frame.buffer[frame.filled..end]) {
                // Nothing yet, without a word when there will be something.
                Ok(0) => {
                    pause = (pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
                    wait_readable(None, self.stop.wake(), pause);
                }
                Ok(came) => {
                    pause = Duration::ZERO;
                    self.young = None;
                    frame.filled += came;
                    frame.came = frame.came.saturating_add(came as u64);
                }
                Err(Some(SaneStatus::EOF)) if !frame.filled.is_multiple_of(frame.line) => {
                    let what = "a frame ended in the middle of a line";
                    return Err(Step::Failed(broken(what)));
                }
                Err(Some(SaneStatus::EOF)) => {
                    let mut lines = std::mem::take(&mut frame.buffer);
                    lines.truncate(frame.filled);
                    self.at = At::FrameEnd(frame);
                    return Ok(Step::Lines(lines));
                }
                Err(Some(status)) => return Err(self.failed(status, "sane_read")),
                Err(None) => {
                    let what = "sane_read says that it gave more bytes than there was room for";
                    return Err(Step::Failed(broken(what)));
                }
            }
            let whole = frame.filled / frame.line * frame.line;
            if frame.filled == room || whole > 0 && begun.elapsed() >= LONGEST_WAIT {
                let mut next = self.buffer(room);
                next[..frame.filled - whole].copy_from_slice(&frame.buffer[whole..frame.filled]);
                frame.filled -= whole;
                let mut lines = std::mem::replace(&mut frame.buffer, next);
                lines.truncate(whole);
                self.at = At::Frame(frame);
                return Ok(Step::Lines(lines));
            }
        }
    }

    /// A buffer that was emptied, or a new one.
    fn buffer(&self, room: usize) -> Vec<u8> {
        let mut buffer = self.empty.try_recv().unwrap_or_default();
        buffer.resize(room, 0);
        buffer
    }

    fn failed(&self, status: SaneStatus, call: &str) -> Step {
        // What a back end says that was told to stop is about that.
        match self.stop.asked() {
            true => Step::Cancelled,
            false => Step::Failed(status.of_device(call)),
        }
    }
}

/// Bytes of a line, checked.
fn line_bytes(parameters: &Parameters) -> Result<usize, Error> {
    let bytes = usize::try_from(parameters.bytes_per_line).unwrap_or(0);
    if bytes == 0 || bytes > LONGEST_LINE {
        let what = format!("lines of {} bytes", parameters.bytes_per_line);
        return Err(broken(&what));
    }
    Ok(bytes)
}

/// The back end broke a rule.
pub(crate) fn broken(what: &str) -> Error {
    let kind = ErrorKind::InvalidDriverResponse;
    Error::new(kind, format!("the SANE back end broke a rule: {what}"))
}
