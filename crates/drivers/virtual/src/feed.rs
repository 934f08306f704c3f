//! The steps of the drawing thread, and a person who puts right what goes wrong between them.

use minidriver::pages::{Download, Halt};
use wia::Status;

use crate::job::Job;
use crate::paper::Paper;
use crate::pool::{Cancelled, Failure, Reader, Step};

impl From<Cancelled> for Halt<Failure> {
    fn from(_: Cancelled) -> Halt<Failure> {
        Halt::Cancelled
    }
}

/// The sheets of one transfer on their way to the writing side.
pub(crate) struct Feed<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) paper: &'a Paper,
    pub(crate) job: &'a Job,
    pub(crate) download: &'a Download<'a>,
}

impl Feed<'_> {
    /// The next step. That the device warms up is told on the way.
    pub(crate) fn next(&self) -> Result<Step, Halt<Failure>> {
        loop {
            match self.reader.next()? {
                Step::WarmingUp(percent) => {
                    self.download
                        .device_status(Ok(Status::WarmingUp), percent)?;
                }
                step => return Ok(step),
            }
        }
    }

    /// Gives a band's buffer back.
    pub(crate) fn give_back(&self, buffer: Vec<u8>) {
        self.reader.give_back(buffer);
    }

    /// Reports what came as [`Step::Failed`], if a person can put it right. When that is done the sheet
    /// is fed again; else the sheet is lost, and nothing may be called any more.
    pub(crate) fn recover(&self, failure: Failure) -> Result<(), Halt<Failure>> {
        let Some(fault) = failure.fault.filter(|fault| fault.kind.can_be_cleared()) else {
            return Err(Halt::Device(failure));
        };
        self.paper.strike(self.job, &failure);
        if let Err(interrupted) = self.download.device_status(Err(failure.error.clone()), 0) {
            self.paper.fail(self.job, &failure);
            return Err(interrupted.into());
        }
        self.paper.clear(fault);
        self.reader.go_on();
        Ok(())
    }
}
