//! The drawing thread: sheets become bands of rows, at the device's pace and with its faults.

use std::time::{Duration, Instant};

use crate::faults::{Fault, FaultKind};
use crate::job::Job;
use crate::pool::{Drawer, Failure, Page, Step, Stopped, band_rows};
use crate::sheet::{RowSource, Side};

/// How often a device that warms up says how far it is, at least and at most.
const WARM_UP_STEP: Duration = Duration::from_millis(100);
const WARM_UP_STEPS: u32 = 20;
/// The longest that a device with a pace takes for a band.
const LONGEST_BAND: Duration = Duration::from_millis(100);

/// A side that is to be scanned.
#[derive(Debug)]
pub(crate) struct Target {
    /// The sheet, from 1.
    pub(crate) sheet: u32,
    /// What is on it.
    pub(crate) side: Side,
    /// What goes wrong with this side, one after the other.
    pub(crate) faults: Vec<Fault>,
}

/// How fast the device is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Before the first line.
    pub(crate) warm_up: Duration,
    /// From the first line of a page to its last.
    pub(crate) page: Option<Duration>,
}

impl Pace {
    /// A pace of `ppm` pages a minute.
    pub(crate) fn new(warm_up: Duration, ppm: Option<u32>) -> Pace {
        Pace {
            warm_up,
            page: ppm.map(|n| Duration::from_secs(60) / n.max(1)),
        }
    }
}

/// Draws every target. The last step is [`Step::End`] or [`Step::Failed`]; there is none when the
/// transfer was stopped.
pub(crate) fn draw(
    drawer: &Drawer<'_>,
    job: &Job,
    pace: Pace,
    targets: impl Iterator<Item = Target>,
) -> Result<(), Stopped> {
    let mut free_at = Instant::now() + pace.warm_up;
    warm_up(drawer, pace.warm_up)?;
    for target in targets {
        let mut faults = target.faults.into_iter();
        let mut page = DrawnPage {
            drawer,
            fault: None,
            sheet: target.sheet,
            told: false,
            began: free_at,
            takes: pace.page,
        };
        loop {
            page.fault = faults.next();
            page.began = free_at.max(Instant::now());
            match page.draw(job, &target.side)? {
                Outcome::Complete => break drawer.send(Step::PageEnd)?,
                Outcome::Failed(failure) => drawer.send(Step::Failed(failure))?,
            }
            // Then the sheet is fed again.
            drawer.wait_for_help()?;
        }
        free_at = page.began + pace.page.unwrap_or_default();
    }
    drawer.send(Step::End)
}

/// Waits for the lamp, and says how far it is meanwhile.
fn warm_up(drawer: &Drawer<'_>, takes: Duration) -> Result<(), Stopped> {
    let began = Instant::now();
    if takes.is_zero() {
        return Ok(());
    }
    let steps = takes.div_duration_f64(WARM_UP_STEP).ceil();
    // The cast saturates.
    let steps = (steps as u32).clamp(1, WARM_UP_STEPS);
    for step in 0..steps {
        let percent = i32::try_from(step * 100 / steps).unwrap_or(0);
        drawer.send(Step::WarmingUp(percent))?;
        drawer.pause_until(began + takes * (step + 1) / steps)?;
    }
    Ok(())
}

enum Outcome {
    Complete,
    Failed(Failure),
}

struct DrawnPage<'a> {
    drawer: &'a Drawer<'a>,
    sheet: u32,
    fault: Option<Fault>,
    /// Its start was sent.
    told: bool,
    began: Instant,
    takes: Option<Duration>,
}

impl DrawnPage<'_> {
    fn draw(&mut self, job: &Job, side: &Side) -> Result<Outcome, Stopped> {
        if let Some(fault) = self.fault.filter(|f| f.line.is_none()) {
            return self.strike(fault);
        }
        let opened = job.request(side).and_then(|request| side.scan(&request));
        let mut rows = match opened {
            Ok(rows) => rows,
            Err(error) => return Ok(self.unreadable(error)),
        };
        let layout = rows.layout();
        let height = rows.rows_left();
        self.drawer
            .send(match std::mem::replace(&mut self.told, true) {
                true => Step::Again,
                false => Step::Page(Page {
                    sheet: self.sheet,
                    layout,
                    height,
                }),
            })?;
        // The rows before the line that does not come; a line past the end is the last one.
        let good_rows = match self.fault.and_then(|f| f.line) {
            Some(line) => line.min(height) - 1,
            None => height,
        };
        if let Some(failed) = self.bands(rows.as_mut(), good_rows, height)? {
            return Ok(failed);
        }
        match self.fault {
            Some(fault) => self.strike(fault),
            None => Ok(Outcome::Complete),
        }
    }

    /// Sends the first `good_rows` of `height` rows.
    fn bands(
        &self,
        rows: &mut dyn RowSource,
        good_rows: u32,
        height: u32,
    ) -> Result<Option<Outcome>, Stopped> {
        let stride = rows.layout().row_bytes();
        let most = band_rows(stride, height).min(self.rows_in_time(height));
        let mut done = 0;
        while done < good_rows {
            let wanted = most.min((good_rows - done) as usize);
            let mut buffer = self.drawer.buffer(wanted * stride)?;
            let filled = match rows.next_rows(&mut buffer, wanted) {
                Ok(0) => break,
                Ok(filled) => filled,
                Err(error) => return Ok(Some(self.unreadable(error))),
            };
            buffer.truncate(filled * stride);
            // No more than `wanted`, which fits.
            done += u32::try_from(filled).unwrap_or(u32::MAX);
            if let Some(takes) = self.takes {
                let part = f64::from(done) / f64::from(height);
                self.drawer.pause_until(self.began + takes.mul_f64(part))?;
            }
            self.drawer.send(Step::Band(buffer))?;
        }
        Ok(None)
    }

    /// Rows that come in [`LONGEST_BAND`] at the page's pace: a slow device shows its progress.
    fn rows_in_time(&self, height: u32) -> usize {
        let Some(takes) = self.takes else {
            return usize::MAX;
        };
        // A page's time is never 0: there is an end to what a minute can be divided into.
        let part = LONGEST_BAND.as_secs_f64() / takes.as_secs_f64();
        // The cast saturates.
        ((f64::from(height) * part) as usize).max(1)
    }

    fn strike(&self, fault: Fault) -> Result<Outcome, Stopped> {
        match fault.error() {
            Some(error) => Ok(Outcome::Failed(Failure {
                sheet: self.sheet,
                error,
                fault: Some(fault),
            })),
            None => {
                debug_assert_eq!(fault.kind, FaultKind::Stall);
                Err(self.drawer.stall())
            }
        }
    }

    fn unreadable(&self, error: wia::Error) -> Outcome {
        Outcome::Failed(Failure {
            sheet: self.sheet,
            error: error.context(format!("sheet {}", self.sheet)),
            fault: None,
        })
    }
}
