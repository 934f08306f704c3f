//! The paper in the device: what is in the feeder and on the glass, and what has become of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wia::{DocumentHandlingStatus, Error, ErrorKind, Result};

use crate::draw::Target;
use crate::faults::{Fault, FaultKind, FaultPlan};
use crate::job::{Job, Sides, Source};
use crate::options::{Options, Sheets};
use crate::pool::Failure;
use crate::sheet::{GeneratedStack, ImageStack, PaperSize, Side};

/// The paper of one device. A new device has a full feeder.
#[derive(Debug)]
pub(crate) struct Paper {
    stack: Arc<Stack>,
    faults: FaultPlan,
    state: Mutex<State>,
}

#[derive(Debug)]
enum Stack {
    /// The scanner's own sheets, so many of them.
    Generated(GeneratedStack, u32),
    /// The images of a folder, at most so many sheets.
    Images(ImageStack, Option<u32>),
}

/// What has happened since the feeder was loaded.
#[derive(Clone, Debug, Default)]
struct State {
    /// Sheets that are through the feeder.
    fed: u32,
    /// Images of a folder that were on them.
    images_fed: usize,
    /// The front of the next sheet was scanned by a transfer for that side alone.
    half: bool,
    /// The feeder found out in the middle of a sheet that the paper is out.
    ran_out: bool,
    /// Scans of the glass.
    glass: u32,
    /// What the last transfer ended with.
    trouble: DocumentHandlingStatus,
    /// Faults that were put right: each happens once.
    cleared: Vec<Fault>,
    /// The cable is pulled.
    offline: bool,
}

impl State {
    /// Another sheet is through.
    fn feed_one(&mut self, sides: Sides) {
        self.half = false;
        self.fed = self.fed.saturating_add(1);
        self.images_fed += images_on_a_sheet(sides);
    }
}

impl Stack {
    /// Sheets that the feeder can still give.
    fn sheets_left(&self, state: &State, sides: Sides, faults: &FaultPlan) -> u32 {
        if state.ran_out {
            return 0;
        }
        let left = match self {
            Stack::Generated(_, count) => count.saturating_sub(state.fed),
            Stack::Images(stack, limit) => {
                let on_sheets = stack.len().saturating_sub(state.images_fed);
                let sheets = on_sheets.div_ceil(images_on_a_sheet(sides));
                let most = limit.map_or(u32::MAX, |n| n.saturating_sub(state.fed));
                u32::try_from(sheets).unwrap_or(u32::MAX).min(most)
            }
        };
        let total = state.fed.saturating_add(left);
        faults.sheets_before_end(total).saturating_sub(state.fed)
    }

    /// The sides of the sheet after `sheet` others with `images` images on them.
    fn sheet(&self, sheet: u32, images: usize, sides: Sides) -> Vec<Side> {
        let (front, back) = match self {
            Stack::Generated(stack, _) => {
                let sheet = stack.sheet(sheet.saturating_add(1));
                (sheet.front, sheet.back)
            }
            Stack::Images(stack, _) => match stack.sheet(images) {
                Some(sheet) => (sheet.front, sheet.back),
                None => return Vec::new(),
            },
        };
        match sides {
            Sides::Front => vec![front],
            Sides::Back => vec![back],
            Sides::Both => vec![front, back],
        }
    }

    /// What the `scan`-th scan of the glass sees, counted from 0.
    fn on_glass(&self, scan: u32) -> Option<Side> {
        match self {
            Stack::Generated(stack, _) => Some(stack.sheet(scan.saturating_add(1)).front),
            Stack::Images(stack, _) => {
                let at = (scan as usize).checked_rem(stack.len())?;
                stack.sheet(at).map(|sheet| sheet.front)
            }
        }
    }
}

/// In duplex a sheet holds two images of a folder.
fn images_on_a_sheet(sides: Sides) -> usize {
    match sides {
        Sides::Front => 1,
        Sides::Back | Sides::Both => 2,
    }
}

impl Paper {
    /// The paper that the options describe.
    ///
    /// # Errors
    ///
    /// `NoDeviceAvailable` when the folder of images cannot be read.
    pub(crate) fn new(options: &Options) -> Result<Paper> {
        let stack = match &options.sheets {
            Sheets::BuiltIn(count) => Stack::Generated(GeneratedStack::new(options.seed), *count),
            Sheets::Folder { path, limit } => Stack::Images(ImageStack::open(path)?, *limit),
        };
        Ok(Paper {
            stack: Arc::new(stack),
            faults: options.faults.clone(),
            state: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The largest width and the largest height of a folder's images; `None` for built-in sheets
    /// and where no image can be read.
    pub(crate) fn largest(&self) -> Option<PaperSize> {
        match self.stack.as_ref() {
            Stack::Generated(..) => None,
            Stack::Images(stack, _) => stack.largest(),
        }
    }

    /// Whether anybody answers.
    ///
    /// # Errors
    ///
    /// `Offline` once the cable has been pulled.
    pub(crate) fn check_online(&self) -> Result<()> {
        if self.lock().offline {
            return Err(Error::new(
                ErrorKind::Offline,
                "the virtual scanner was disconnected",
            ));
        }
        Ok(())
    }

    /// The cable is put in or pulled.
    pub(crate) fn plug(&self, online: bool) {
        self.lock().offline = !online;
    }

    /// A transfer begins: somebody has put the last trouble right.
    ///
    /// # Errors
    ///
    /// `Offline` as [`Paper::check_online`]; `PaperEmpty` for an empty feeder, `NoDeviceAvailable` for
    /// a glass without anything to put on it.
    pub(crate) fn begin_transfer(&self, job: &Job) -> Result<()> {
        self.check_online()?;
        let mut state = self.lock();
        state.trouble = DocumentHandlingStatus::empty();
        if state.half && job.source == Source::Feeder && !job.side_by_side {
            // Nobody wanted its back.
            state.feed_one(job.sides);
        }
        match job.source {
            Source::Feeder if self.stack.sheets_left(&state, job.sides, &self.faults) == 0 => {
                Err(Error::new(ErrorKind::PaperEmpty, ""))
            }
            Source::Flatbed if self.stack.on_glass(state.glass).is_none() => Err(Error::new(
                ErrorKind::NoDeviceAvailable,
                "there is no image to put on the flatbed: the folder holds no PNG, JPEG, TIFF, PDF, BMP or RAW",
            )),
            Source::Feeder | Source::Flatbed => Ok(()),
        }
    }

    /// A call that begins with a front: the back that nobody wanted goes through with its sheet.
    pub(crate) fn finish_sheet(&self) {
        let mut state = self.lock();
        if state.half {
            state.feed_one(Sides::Both);
        }
    }

    /// The sides that a transfer scans, from the paper as it is now. Nothing is fed by this.
    pub(crate) fn targets(&self, job: &Job) -> Targets {
        let state = self.lock().clone();
        Targets {
            stack: Arc::clone(&self.stack),
            faults: self.faults.clone(),
            source: job.source,
            sides: job.sides,
            sheets_left: self.stack.sheets_left(&state, job.sides, &self.faults),
            pages_left: job.pages.unwrap_or(u32::MAX),
            half: state.half,
            state,
            sheet: Vec::new(),
        }
    }

    /// A page of this sheet (from 1) has come: the sheet is through, whatever becomes of its page.
    pub(crate) fn feed(&self, job: &Job, sheet: u32) {
        let mut state = self.lock();
        match job.source {
            Source::Flatbed if job.sheet_stays => {}
            Source::Flatbed => state.glass = state.glass.max(sheet),
            Source::Feeder if job.side_by_side && sheet > state.fed && !state.half => {
                state.half = true;
            }
            Source::Feeder if sheet > state.fed => {
                state.half = false;
                let sheets = (sheet - state.fed) as usize;
                state.images_fed += sheets * images_on_a_sheet(job.sides);
                state.fed = sheet;
            }
            Source::Feeder => {}
        }
    }

    /// A transfer failed at a sheet, which is lost by it.
    pub(crate) fn fail(&self, job: &Job, failure: &Failure) {
        let mut whole = job.clone();
        whole.side_by_side = false;
        self.feed(&whole, failure.sheet);
        self.strike(job, failure);
        let fault = failure.fault.map(|fault| fault.kind);
        let mut state = self.lock();
        state.ran_out |= fault == Some(FaultKind::Out);
        state.offline |= fault == Some(FaultKind::Disconnect);
    }

    /// Something went wrong, as the device's status shows.
    pub(crate) fn strike(&self, job: &Job, failure: &Failure) {
        self.lock().trouble = match failure.fault.map(|fault| fault.kind) {
            Some(FaultKind::Jam) => DocumentHandlingStatus::PAPER_JAM,
            Some(FaultKind::Double) => DocumentHandlingStatus::MULTIPLE_FEED,
            Some(FaultKind::Cover) if job.source == Source::Flatbed => {
                DocumentHandlingStatus::FLAT_COVER_UP
            }
            Some(FaultKind::Cover) => DocumentHandlingStatus::PATH_COVER_UP,
            Some(FaultKind::Out | FaultKind::Disconnect | FaultKind::Stall) | None => {
                DocumentHandlingStatus::empty()
            }
        };
    }

    /// Somebody has put a fault right in the middle of a transfer. It does not happen again before
    /// the feeder is loaded.
    pub(crate) fn clear(&self, fault: Fault) {
        let mut state = self.lock();
        state.trouble = DocumentHandlingStatus::empty();
        state.cleared.push(fault);
    }

    /// Fills the feeder again and clears every trouble but a pulled cable.
    pub(crate) fn load(&self) {
        let mut state = self.lock();
        *state = State {
            glass: state.glass,
            offline: state.offline,
            ..State::default()
        };
    }

    /// `WIA_DPS_DOCUMENT_HANDLING_STATUS`, of a device with these sources.
    pub(crate) fn status(
        &self,
        flatbed: bool,
        feeder: bool,
        duplex: bool,
    ) -> DocumentHandlingStatus {
        let state = self.lock().clone();
        let mut status = state.trouble;
        if feeder && self.stack.sheets_left(&state, Sides::Front, &self.faults) > 0 {
            status |= DocumentHandlingStatus::FEED_READY;
            status.set(DocumentHandlingStatus::DUP_READY, duplex);
        }
        status.set(DocumentHandlingStatus::FLAT_READY, flatbed);
        status
    }
}

/// The sides that one transfer scans, in order.
#[derive(Debug)]
pub(crate) struct Targets {
    stack: Arc<Stack>,
    faults: FaultPlan,
    source: Source,
    sides: Sides,
    sheets_left: u32,
    pages_left: u32,
    state: State,
    /// Only the back of the first sheet is left.
    half: bool,
    /// The rest of the sheet that is in the feeder.
    sheet: Vec<Side>,
}

impl Iterator for Targets {
    type Item = Target;

    fn next(&mut self) -> Option<Target> {
        self.pages_left = self.pages_left.checked_sub(1)?;
        match self.source {
            Source::Flatbed => {
                let side = self.stack.on_glass(self.state.glass)?;
                let sheet = self.state.glass.saturating_add(1);
                let mut faults = self.faults_at(sheet);
                faults.retain(|fault| fault.kind.on_flatbed());
                Some(Target {
                    sheet,
                    side,
                    faults,
                })
            }
            Source::Feeder => self.next_of_feeder(),
        }
    }
}

impl Targets {
    fn faults_at(&self, sheet: u32) -> Vec<Fault> {
        let faults = self.faults.all_at(sheet);
        faults
            .filter(|fault| !self.state.cleared.contains(fault))
            .collect()
    }

    fn next_of_feeder(&mut self) -> Option<Target> {
        let mut faults = Vec::new();
        if self.sheet.is_empty() {
            self.sheets_left = self.sheets_left.checked_sub(1)?;
            let state = &mut self.state;
            self.sheet = self.stack.sheet(state.fed, state.images_fed, self.sides);
            self.sheet.reverse();
            state.fed = state.fed.saturating_add(1);
            state.images_fed += images_on_a_sheet(self.sides);
            if std::mem::take(&mut self.half) {
                self.sheet.truncate(1);
            } else {
                // Things go wrong with the side that comes first.
                let sheet = state.fed;
                faults = self.faults_at(sheet);
            }
        }
        Some(Target {
            sheet: self.state.fed,
            side: self.sheet.pop()?,
            faults,
        })
    }
}
