//! The default handler: the codes of the page "WIA Device Messages", in the application's window.

use wia::{Error, ErrorKind, Result, Status};

use super::{ErrorHandler, Reply, StatusReport, Window};
use crate::callback::DeviceStatus;

/// The handler of last resort, which knows the codes that every device may have.
///
/// Without a window a failure comes back at once, for nobody can be asked, and the rest goes on.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultErrorHandler;

/// What a device is doing, while a person waits.
const STATUSES: [(Status, &str); 4] = [
    (Status::WarmingUp, "the device is warming up"),
    (Status::Calibrating, "the device is calibrating itself"),
    (
        Status::ReservingNetworkDevice,
        "the network device is being reserved",
    ),
    (
        Status::NetworkDeviceReserved,
        "the network device is reserved",
    ),
];

/// What a person can put right, and how.
const FAILURES: [(ErrorKind, &str); 7] = [
    (ErrorKind::PaperJam, "clear it"),
    (ErrorKind::DeviceLocked, "unlock it"),
    (
        ErrorKind::NetworkReservationFailed,
        "wait until nobody uses it",
    ),
    (ErrorKind::CoverOpen, "close it"),
    (ErrorKind::LampOff, "switch it on"),
    (ErrorKind::Destination, "put it right"),
    (ErrorKind::PaperEmpty, "load paper"),
];

impl ErrorHandler for DefaultErrorHandler {
    fn report_status(
        &self,
        window: Option<&dyn Window>,
        report: &StatusReport<'_>,
    ) -> Result<Status> {
        match report.status {
            // The service says so by CLEAR; one page has S_OK for it.
            Ok(Status::Clear | Status::Ok) => {
                Ok(cancelled_unless(window.is_none_or(Window::clear)))
            }
            Ok(status) => match message(*status) {
                Some(text) => {
                    let wanted = window.is_none_or(|window| window.show(text, report.percent));
                    Ok(cancelled_unless(wanted))
                }
                None => Ok(Status::NotHandled),
            },
            Err(e) => match remedy(e) {
                Some(remedy) => ask_for_help(window, e, remedy),
                None => Ok(Status::NotHandled),
            },
        }
    }

    fn status_description(&self, _: &str, status: &DeviceStatus) -> Option<String> {
        match status {
            Ok(status) => message(*status).map(str::to_owned),
            Err(e) => remedy(e).map(|remedy| format!("{e}: {remedy}")),
        }
    }
}

/// Asks a person in `window` to put a failure right, as the default handler does: `remedy` says how.
///
/// # Errors
///
/// The failure itself, when there is no window or the answer is to stop.
pub fn ask_for_help(window: Option<&dyn Window>, failure: &Error, remedy: &str) -> Result<Status> {
    match window.map(|window| window.ask(&format!("{failure}: {remedy}"))) {
        Some(Reply::GoOn) => Ok(Status::Ok),
        Some(Reply::Cancel) => Ok(Status::Cancelled),
        Some(Reply::Stop) | None => Err(failure.clone()),
    }
}

fn cancelled_unless(wanted: bool) -> Status {
    if wanted {
        Status::Ok
    } else {
        Status::Cancelled
    }
}

fn message(status: Status) -> Option<&'static str> {
    let known = STATUSES.iter().find(|(known, _)| *known == status);
    known.map(|(_, text)| *text)
}

/// A driver's private code is not one of these, whatever kind it is sorted under.
fn remedy(e: &Error) -> Option<&'static str> {
    let known = FAILURES
        .iter()
        .find(|(kind, _)| kind.hresult() == e.hresult());
    known.map(|(_, remedy)| *remedy)
}
