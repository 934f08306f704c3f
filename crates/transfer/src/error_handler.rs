//! What becomes of a device's status: the chain of error handlers.
//!
//! A driver sends `WIA_TRANSFER_MSG_DEVICE_STATUS` when its device warms up, jams or needs a person. The
//! application's callback never sees it. It goes to the first handler that takes it: the
//! application's ([`AppErrorHandler`]), then the driver's extension ([`ErrorHandler`]), then the
//! [`DefaultErrorHandler`]. What that one answers is what the driver gets.

mod chain;
mod default;

use wia::{Result, Status};

pub(crate) use chain::Chain;
pub use default::{DefaultErrorHandler, ask_for_help};

use crate::callback::DeviceStatus;

/// What a handler is told (`ReportStatus`).
#[derive(Clone, Copy, Debug)]
pub struct StatusReport<'a> {
    /// The full name of the item that is transferred.
    pub item: &'a str,
    /// What the device reports, with the driver's sentence about it. `WIA_STATUS_CLEAR` comes from the
    /// service, to the handler that shows a message: it takes the message away.
    pub status: &'a DeviceStatus,
    /// How far it is, 0..=100, as the driver said it.
    pub percent: i32,
}

/// Where an application wants to see what a handler says (the `HWND` of `GetWindow`).
///
/// The calls come one at a time, on the driver's thread, and are the application's time.
pub trait Window: Send + Sync {
    /// Asks a person to put something right and waits for the answer (a modal dialog). A window that
    /// belongs to a scan which can be cancelled ends the wait then.
    fn ask(&self, text: &str) -> Reply;

    /// Shows a message, or how far it is by now, and does not wait (a modeless dialog). `false` when a
    /// person has cancelled.
    fn show(&self, text: &str, percent: i32) -> bool;

    /// Takes the message away. `false` when a person had cancelled.
    fn clear(&self) -> bool;
}

/// What a person says who was asked to put something right.
#[must_use = "who stops must be obeyed"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done: the transfer goes on.
    GoOn,
    /// It is not: the transfer fails with what was to be put right.
    Stop,
    /// Cancel the transfer.
    Cancel,
}

/// The application's handler (`IWiaAppErrorHandler`), part of its callback.
///
/// Without one no handler runs at all, neither the driver's nor the default one.
pub trait AppErrorHandler: Send + Sync {
    /// Where the other handlers show what they have to say (`GetWindow`); without one they show nothing.
    fn window(&self) -> Option<&dyn Window> {
        None
    }

    /// The device reports a status (`ReportStatus`). The answers are those of
    /// [`ErrorHandler::report_status`].
    ///
    /// # Errors
    ///
    /// As [`ErrorHandler::report_status`].
    fn report_status(&self, report: &StatusReport<'_>) -> Result<Status> {
        let _ = report;
        Ok(Status::NotHandled)
    }
}

/// A driver's own handler, or the default one (`IWiaErrorHandler`).
pub trait ErrorHandler: Send + Sync {
    /// The device reports a status (`ReportStatus`). A status that is no failure is shown without
    /// waiting, a failure is asked about; without a window nothing is shown. A handler takes a code
    /// always or never.
    ///
    /// - `Status::Ok`: handled, the transfer goes on. So does any other success but these two:
    /// - `Status::NotHandled`: the next handler is asked;
    /// - `Status::Cancelled`: a person has cancelled the transfer.
    ///
    /// # Errors
    ///
    /// The status itself, or another failure: it cannot be put right, or a person does not want to. The
    /// driver gets it, and the transfer fails with it.
    fn report_status(
        &self,
        window: Option<&dyn Window>,
        report: &StatusReport<'_>,
    ) -> Result<Status>;

    /// A sentence about each status that this handler takes (`GetStatusDescription`); `None` for the
    /// others, which is `WIA_STATUS_NOT_HANDLED`.
    fn status_description(&self, item: &str, status: &DeviceStatus) -> Option<String>;
}
