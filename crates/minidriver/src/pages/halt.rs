//! Why a transfer goes no further.

use wia::{Error, Result, Status};

/// Why a transfer goes no further. `F` is the device's failure.
#[derive(Debug)]
pub enum Halt<F = Error> {
    /// It was cancelled: by an answer or by `WIA_EVENT_CANCEL_IO`. Nothing may be called any more.
    Cancelled,
    /// A callback failed. Nothing may be called any more.
    Refused(Error),
    /// The stream failed.
    Stream(Error),
    /// The device failed.
    Device(F),
}

impl<F> Halt<F> {
    /// What the transfer ends with; `device` says it of the device's failure.
    ///
    /// # Errors
    ///
    /// The failure, unless it is a cancel.
    pub fn result(self, device: impl FnOnce(F) -> Error) -> Result<Status> {
        match self {
            Halt::Cancelled => Ok(Status::Cancelled),
            Halt::Refused(e) | Halt::Stream(e) => Err(e),
            Halt::Device(failure) => Err(device(failure)),
        }
    }
}

/// The application stops the transfer. Nothing may be called any more.
#[derive(Debug)]
pub enum Interrupted {
    /// By an answer.
    Cancelled,
    /// By a callback that failed.
    Refused(Error),
}

impl<F> From<Interrupted> for Halt<F> {
    fn from(interrupted: Interrupted) -> Halt<F> {
        match interrupted {
            Interrupted::Cancelled => Halt::Cancelled,
            Interrupted::Refused(e) => Halt::Refused(e),
        }
    }
}
