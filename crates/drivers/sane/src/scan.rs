//! The reading side of a transfer, on the thread of SANE: page after page, a few buffers ahead.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use wia::{Error, ErrorKind};

use crate::ffi::wait_readable;
use crate::option::{FrameKind, Parameters};
use crate::scanner::Scanner;
use crate::status::SaneStatus;
use crate::stop::Stop;

/// Bytes of a buffer, rounded to whole lines.
const BUFFER: usize = 256 * 1024;
/// A line longer than this is none.
const LONGEST_LINE: usize = 1 << 26;
/// Buffers that may wait for the writing side.
pub(crate) const WAITING: usize = 2;
/// A slow device's lines go on at least so often.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// A select descriptor that says nothing for so long is not believed: the back end is read all the same.
const BELIEVED: Duration = Duration::from_millis(500);
/// The longest pause between two reads of nothing.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// What the writing side gets.
#[derive(Debug)]
pub(crate) enum Step {
    /// A frame begins; a page of three passes has three.
    Frame(Parameters),
    /// Whole lines of the frame.
    Lines(Vec<u8>),
    /// The frame is complete. What came behind its last whole line is dropped.
    FrameEnd,
    /// All frames of the page have come.
    PageEnd,
    /// The pages that were asked for have come, or there is no more paper.
    End {
        out_of_paper: bool,
    },
    Failed(Error),
    Cancelled,
}

/// What is scanned.
pub(crate) struct Scan {
    /// Pages; `None` until the paper is out.
    pub(crate) pages: Option<u32>,
    pub(crate) steps: SyncSender<Step>,
    /// Buffers that the writing side has emptied.
    pub(crate) empty: Receiver<Vec<u8>>,
    pub(crate) stop: Arc<Stop>,
}

/// The writing side listens no more, or has the end.
struct Over;

impl Scan {
    /// Scans, and leaves the device idle.
    pub(crate) fn run(&self, scanner: &mut Scanner) {
        self.stop.attach(scanner.handle().canceller());
        let last = self.pages(scanner).ok();
        // This ends every scan, also one that went well (SANE Standard 4.3.11), and it comes before anybody
        // learns of the end: the device is idle then.
        scanner.handle().cancel();
        self.stop.detach();
        if let Some(last) = last {
            // Who does not listen any more needs no end.
            let _ = self.steps.send(last);
        }
    }

    fn pages(&self, scanner: &mut Scanner) -> Result<Step, Over> {
        let mut done = 0;
        while self.pages.is_none_or(|pages| done < pages) {
            match self.page(scanner) {
                Ok(()) => self.tell(Step::PageEnd)?,
                Err(End::Over) => return Err(Over),
                Err(End::Step(end)) => return Ok(end),
            }
            done += 1;
        }
        Ok(Step::End {
            out_of_paper: false,
        })
    }

    /// One page with all its frames.
    fn page(&self, scanner: &mut Scanner) -> Result<(), End> {
        let mut passes = 0;
        loop {
            if self.stop.asked() {
                return Err(End::Step(Step::Cancelled));
            }
            match scanner.handle().start() {
                Ok(()) => {}
                Err(SaneStatus::NO_DOCS) if passes == 0 => {
                    return Err(End::Step(Step::End { out_of_paper: true }));
                }
                Err(status) => return Err(self.failed(status, "sane_start")),
            }
            let parameters = scanner.handle().parameters();
            let parameters = parameters.map_err(|s| self.failed(s, "sane_get_parameters"))?;
            let line = line_bytes(&parameters).map_err(|e| End::Step(Step::Failed(e)))?;
            self.tell(Step::Frame(parameters))?;
            self.frame(scanner, line)?;
            self.tell(Step::FrameEnd)?;
            passes += 1;
            let whole = matches!(parameters.frame, FrameKind::Gray | FrameKind::Rgb);
            if whole || parameters.last_frame {
                return Ok(());
            }
            if passes == 3 {
                let what = "a page has more than the three frames red, green and blue";
                return Err(End::Step(Step::Failed(broken(what))));
            }
        }
    }

    /// All lines of a frame.
    fn frame(&self, scanner: &mut Scanner, line: usize) -> Result<(), End> {
        let fd = scanner.handle().select_fd();
        let room = (BUFFER / line).max(1) * line;
        let mut buffer = self.buffer(room);
        let mut filled = 0;
        let mut since = Instant::now();
        let mut pause = Duration::ZERO;
        loop {
            if self.stop.asked() {
                return Err(End::Step(Step::Cancelled));
            }
            if fd.is_some() {
                wait_readable(fd, self.stop.wake(), BELIEVED);
                if self.stop.asked() {
                    return Err(End::Step(Step::Cancelled));
                }
            }
            match scanner.handle().read(&mut buffer[filled..]) {
                // Nothing yet, without a word when there will be something.
                Ok(0) => {
                    pause = (pause * 2).clamp(Duration::from_millis(1), LONGEST_PAUSE);
                    wait_readable(None, self.stop.wake(), pause);
                }
                Ok(came) => {
                    pause = Duration::ZERO;
                    filled += came;
                }
                Err(Some(SaneStatus::EOF)) => break,
                Err(Some(status)) => return Err(self.failed(status, "sane_read")),
                Err(None) => {
                    let what = "sane_read says that it gave more bytes than there was room for";
                    return Err(End::Step(Step::Failed(broken(what))));
                }
            }
            let whole = filled / line * line;
            if filled == room || whole > 0 && since.elapsed() >= LONGEST_WAIT {
                let mut next = self.buffer(room);
                next[..filled - whole].copy_from_slice(&buffer[whole..filled]);
                filled -= whole;
                buffer.truncate(whole);
                self.tell(Step::Lines(std::mem::replace(&mut buffer, next)))?;
                since = Instant::now();
            }
        }
        buffer.truncate(filled / line * line);
        if !buffer.is_empty() {
            self.tell(Step::Lines(buffer))?;
        }
        Ok(())
    }

    /// A buffer that was emptied, or a new one: there are as many as may wait, and two at work.
    fn buffer(&self, room: usize) -> Vec<u8> {
        let mut buffer = self.empty.try_recv().unwrap_or_default();
        buffer.resize(room, 0);
        buffer
    }

    fn tell(&self, step: Step) -> Result<(), Over> {
        self.steps.send(step).map_err(|_| Over)
    }

    fn failed(&self, status: SaneStatus, call: &str) -> End {
        // What a back end says that was told to stop is about that.
        End::Step(match self.stop.asked() {
            true => Step::Cancelled,
            false => Step::Failed(status.error(call)),
        })
    }
}

/// Why a page goes no further.
enum End {
    Step(Step),
    Over,
}

impl From<Over> for End {
    fn from(_: Over) -> End {
        End::Over
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
