//! The steps of the drawing thread, and a person who puts right what goes wrong between them.

use transfer::{Answer, DeviceStatus, MinidrvTransferCallback, TransferParams};
use wia::Status;

use crate::counted_stream::ByteCount;
use crate::job::Job;
use crate::page::Halt;
use crate::paper::Paper;
use crate::pool::{Failure, Reader, Step};

/// The sheets of one transfer on their way to the writing side.
pub(crate) struct Feed<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) paper: &'a Paper,
    pub(crate) job: &'a Job,
    pub(crate) callback: &'a dyn MinidrvTransferCallback,
    pub(crate) count: &'a ByteCount,
}

impl Feed<'_> {
    /// The next step. That the device warms up is told on the way.
    pub(crate) fn next(&self) -> Result<Step, Halt> {
        loop {
            match self.reader.next()? {
                Step::WarmingUp(percent) => self.report(Ok(Status::WarmingUp), percent)?,
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
    pub(crate) fn recover(&self, failure: Failure) -> Result<(), Halt> {
        let Some(fault) = failure.fault.filter(|fault| fault.kind.can_be_cleared()) else {
            return Err(Halt::Device(failure));
        };
        self.paper.strike(self.job, &failure);
        if let Err(halt) = self.report(Err(failure.error.clone()), 0) {
            self.paper.fail(self.job, &failure);
            return Err(halt);
        }
        self.paper.clear(fault);
        self.reader.go_on();
        Ok(())
    }

    /// `DEVICE_STATUS`.
    fn report(&self, status: DeviceStatus, percent: i32) -> Result<(), Halt> {
        let params = TransferParams::device_status(status, percent, self.count.bytes());
        match self.callback.send_message(&params) {
            Ok(Answer::Continue) => Ok(()),
            Ok(Answer::Cancel) => Err(Halt::Cancelled),
            Err(e) => Err(Halt::Refused(e)),
        }
    }
}
