//! Who is asked, in which order, and who is to take a message away.

use std::sync::Arc;

use wia::{Hresult, Result, Status};

use super::{AppErrorHandler, DefaultErrorHandler, ErrorHandler, StatusReport};
use crate::callback::{Answer, DeviceStatus, TransferCallback};

/// The handlers of one transfer.
pub(crate) struct Chain {
    item: String,
    /// Below the application's: the driver's extension, if it has one, and the default handler.
    below: Vec<Arc<dyn ErrorHandler>>,
    shown: Option<Shown>,
}

/// A message that stands in a window.
#[derive(Clone, Copy, PartialEq)]
struct Shown {
    by: Who,
    code: Hresult,
    percent: i32,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    Application,
    Below(usize),
}

impl Chain {
    pub(crate) fn new(item: &str, extension: Option<Arc<dyn ErrorHandler>>) -> Chain {
        let default: Arc<dyn ErrorHandler> = Arc::new(DefaultErrorHandler);
        Chain {
            item: item.to_owned(),
            below: extension.into_iter().chain([default]).collect(),
            shown: None,
        }
    }

    /// Passes a status of the device along; gives what the driver is answered.
    ///
    /// # Errors
    ///
    /// What a handler failed with, or the status itself when it is a failure that nobody takes.
    pub(crate) fn report(
        &mut self,
        callback: &dyn TransferCallback,
        status: &DeviceStatus,
        percent: i32,
    ) -> Result<Answer> {
        let code = code(status);
        let resumed = matches!(status, Ok(Status::Ok));
        if self.shown.is_some_and(|shown| shown.code != code)
            && self.clear(callback) == Answer::Cancel
        {
            return Ok(Answer::Cancel);
        }
        let Some(application) = callback.error_handler().filter(|_| !resumed) else {
            return none_handled(status);
        };
        let report = StatusReport {
            item: &self.item,
            status,
            percent,
        };
        let handlers = (0..self.below.len()).map(Who::Below);
        for who in [Who::Application].into_iter().chain(handlers) {
            match self.tell(who, application, &report)? {
                Status::NotHandled => {}
                Status::Cancelled => return Ok(Answer::Cancel),
                _ => return Ok(self.handled(callback, who, status, percent)),
            }
        }
        none_handled(status)
    }

    /// A handler has taken a status; a message stands there now when it is no failure.
    fn handled(
        &mut self,
        callback: &dyn TransferCallback,
        by: Who,
        status: &DeviceStatus,
        percent: i32,
    ) -> Answer {
        if status.is_err() {
            return Answer::Continue;
        }
        // Who was not asked before has taken a status that another one shows.
        let answer = match self.shown {
            Some(shown) if shown.by != by => self.clear(callback),
            _ => Answer::Continue,
        };
        self.shown = Some(Shown {
            by,
            code: code(status),
            percent,
        });
        answer
    }

    /// Has the message that stands there, if there is one, taken away (`WIA_STATUS_CLEAR`). A failure
    /// to do so is no reason to stop a transfer.
    pub(crate) fn clear(&mut self, callback: &dyn TransferCallback) -> Answer {
        let shown = self.shown.take();
        let (Some(shown), Some(application)) = (shown, callback.error_handler()) else {
            return Answer::Continue;
        };
        let report = StatusReport {
            item: &self.item,
            status: &Ok(Status::Clear),
            percent: shown.percent,
        };
        match self.tell(shown.by, application, &report) {
            Ok(Status::Cancelled) => Answer::Cancel,
            _ => Answer::Continue,
        }
    }

    fn tell(
        &self,
        who: Who,
        application: &dyn AppErrorHandler,
        report: &StatusReport<'_>,
    ) -> Result<Status> {
        match who {
            Who::Application => application.report_status(report),
            Who::Below(at) => match self.below.get(at) {
                Some(handler) => handler.report_status(application.window(), report),
                None => Ok(Status::NotHandled),
            },
        }
    }
}

fn code(status: &DeviceStatus) -> Hresult {
    match status {
        Ok(status) => status.hresult(),
        Err(e) => e.hresult(),
    }
}

/// A failure goes back to the driver, which returns it; anything less goes on.
fn none_handled(status: &DeviceStatus) -> Result<Answer> {
    status.clone().map(|_| Answer::Continue)
}
