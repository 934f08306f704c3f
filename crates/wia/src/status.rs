//! Status codes that are not failures.
//!
//! COM calls everything with a clear top bit a success, and that is the trap of the original
//! interface: a cancelled transfer (`S_FALSE`), a skipped item and an early end of the paper are
//! all "successes". Here they are variants that a caller has to match; there is deliberately no
//! `is_ok`.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// A raw COM status number. The top bit set means failure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hresult(pub u32);

impl Hresult {
    /// Whether the top bit is set (`FAILED` of the COM headers).
    pub const fn is_failure(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }

    /// `HRESULT_FROM_WIN32`: 0 stays 0, a code up to 16 bits becomes `0x8007_xxxx`.
    pub const fn from_win32(code: u16) -> Hresult {
        if code == 0 {
            Hresult(0)
        } else {
            Hresult(0x8007_0000 | code as u32)
        }
    }
}

impl Hresult {
    /// The header name of a code that WIA uses.
    ///
    /// `0x80210015` has two names; `WIA_ERROR_MAXIMUM_PRINTER_ENDORSER_COUNTER` is given rather than
    /// `WIA_S_NO_DEVICE_AVAILABLE`.
    pub fn name(&self) -> Option<&'static str> {
        let status = Status::NAMED.iter().find(|s| s.hresult() == *self);
        let error = ErrorKind::ALL.iter().find(|k| k.hresult() == *self);
        status.map(|s| s.name()).or(error.map(|k| k.name()))
    }
}

impl fmt::Display for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}

impl fmt::Debug for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How something ended, or what a device reports, short of a failure.
///
/// Published on the pages "WIA Error Codes" and "WIA Device Messages".
///
/// There is nothing to ask whether a status is a success: every use is a match, and the compiler
/// asks for the cases that are easily forgotten.
///
/// ```
/// use quire_wia::{Hresult, Status};
///
/// fn tell(code: Hresult) -> &'static str {
///     match Status::from_hresult(code) {
///         Ok(Status::Ok) => "all pages are there",
///         Ok(Status::EndOfMedia) => "fewer pages than asked for",
///         Ok(Status::Cancelled) => "cancelled",
///         Ok(_) => "a report, not an end",
///         Err(_) => "failed",
///     }
/// }
///
/// assert_eq!(tell(Hresult(0)), "all pages are there");
/// assert_eq!(tell(Hresult(1)), "cancelled");
/// assert_eq!(tell(Hresult(0x8021_0002)), "failed");
/// ```
///
/// ```
/// let _ = quire_wia::Status::Cancelled.hresult();
/// ```
///
/// ```compile_fail,E0599
/// let _ = quire_wia::Status::Cancelled.is_ok();
/// ```
#[must_use = "cancelled, skipped and early ends are not plain success"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `S_OK`: everything asked for is done.
    Ok,
    /// `S_FALSE`: the transfer was cancelled.
    Cancelled,
    /// `WIA_STATUS_END_OF_MEDIA`: fewer pages than asked for, each of them complete.
    EndOfMedia,
    /// `WIA_STATUS_WARMING_UP`: progress report of a device.
    WarmingUp,
    /// `WIA_STATUS_CALIBRATING`: progress report of a device.
    Calibrating,
    /// `WIA_STATUS_RESERVING_NETWORK_DEVICE`: progress report of a device.
    ReservingNetworkDevice,
    /// `WIA_STATUS_NETWORK_DEVICE_RESERVED`: progress report of a device.
    NetworkDeviceReserved,
    /// `WIA_STATUS_CLEAR`: an error handler may dismiss its dialog.
    Clear,
    /// `WIA_STATUS_SKIP_ITEM`: the application does not want this item.
    SkipItem,
    /// `WIA_STATUS_NOT_HANDLED`: an error handler passes the status on.
    NotHandled,
    /// `WIA_S_CHANGE_DEVICE`: the user wants another device.
    ChangeDevice,
    /// Any other code with a clear top bit. Never built for a number that has a name above.
    Other(Hresult),
}

impl Status {
    /// Every named status.
    pub const NAMED: [Status; 11] = [
        Status::Ok,
        Status::Cancelled,
        Status::EndOfMedia,
        Status::WarmingUp,
        Status::Calibrating,
        Status::ReservingNetworkDevice,
        Status::NetworkDeviceReserved,
        Status::Clear,
        Status::SkipItem,
        Status::NotHandled,
        Status::ChangeDevice,
    ];

    /// The COM number.
    pub const fn hresult(self) -> Hresult {
        Hresult(match self {
            Status::Ok => 0,
            Status::Cancelled => 1,
            Status::EndOfMedia => 0x0021_0001,
            Status::WarmingUp => 0x0021_0002,
            Status::Calibrating => 0x0021_0003,
            Status::ReservingNetworkDevice => 0x0021_0006,
            Status::NetworkDeviceReserved => 0x0021_0007,
            Status::Clear => 0x0021_0008,
            Status::SkipItem => 0x0021_0009,
            Status::NotHandled => 0x0021_000A,
            Status::ChangeDevice => 0x0021_000B,
            Status::Other(h) => return h,
        })
    }

    /// The name in the headers, or `"unnamed success"`.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Ok => "S_OK",
            Status::Cancelled => "S_FALSE",
            Status::EndOfMedia => "WIA_STATUS_END_OF_MEDIA",
            Status::WarmingUp => "WIA_STATUS_WARMING_UP",
            Status::Calibrating => "WIA_STATUS_CALIBRATING",
            Status::ReservingNetworkDevice => "WIA_STATUS_RESERVING_NETWORK_DEVICE",
            Status::NetworkDeviceReserved => "WIA_STATUS_NETWORK_DEVICE_RESERVED",
            Status::Clear => "WIA_STATUS_CLEAR",
            Status::SkipItem => "WIA_STATUS_SKIP_ITEM",
            Status::NotHandled => "WIA_STATUS_NOT_HANDLED",
            Status::ChangeDevice => "WIA_S_CHANGE_DEVICE",
            Status::Other(_) => "unnamed success",
        }
    }

    /// Sorts a raw number into a status or an error.
    ///
    /// # Errors
    ///
    /// The number's [`Error`] when its top bit is set.
    pub fn from_hresult(code: Hresult) -> Result<Status, Error> {
        if code.is_failure() {
            return Err(Error::new(ErrorKind::from_hresult(code), "").with_code(code));
        }
        Ok(Status::NAMED
            .into_iter()
            .find(|s| s.hresult() == code)
            .unwrap_or(Status::Other(code)))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.hresult())
    }
}
