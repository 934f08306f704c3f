//! The statuses of SANE, and what each is here.

use std::fmt;

use wia::{Error, ErrorKind};

/// A `SANE_Status` other than `SANE_STATUS_GOOD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SaneStatus(pub(crate) i32);

macro_rules! statuses {
    ($($name:ident = $number:literal, $kind:ident;)*) => {
        impl SaneStatus {
            /// What kind of failure it is. A number that SANE does not have is the back end's fault.
            pub(crate) const fn kind(self) -> ErrorKind {
                match self.0 {
                    $($number => ErrorKind::$kind,)*
                    _ => ErrorKind::InvalidDriverResponse,
                }
            }

            /// Its name in `sane.h`.
            pub(crate) const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(concat!("SANE_STATUS_", stringify!($name))),)*
                    _ => None,
                }
            }
        }
    };
}

// `sane.h`; the last two are of later versions, and some back ends return them already. An end of file
// is the end of a frame where one is read, and makes no sense anywhere else.
statuses! {
    UNSUPPORTED = 1, InvalidCommand;
    CANCELLED = 2, Abort;
    DEVICE_BUSY = 3, Busy;
    INVAL = 4, InvalidArgument;
    EOF = 5, InvalidDriverResponse;
    JAMMED = 6, PaperJam;
    NO_DOCS = 7, PaperEmpty;
    COVER_OPEN = 8, CoverOpen;
    IO_ERROR = 9, DeviceCommunication;
    NO_MEM = 10, OutOfMemory;
    ACCESS_DENIED = 11, Offline;
    WARMING_UP = 12, WarmingUp;
    HW_LOCKED = 13, IncorrectHardwareSetting;
}

impl SaneStatus {
    pub(crate) const UNSUPPORTED: SaneStatus = SaneStatus(1);
    pub(crate) const INVAL: SaneStatus = SaneStatus(4);
    pub(crate) const EOF: SaneStatus = SaneStatus(5);
    pub(crate) const NO_DOCS: SaneStatus = SaneStatus(7);
    pub(crate) const IO_ERROR: SaneStatus = SaneStatus(9);
    pub(crate) const ACCESS_DENIED: SaneStatus = SaneStatus(11);
    pub(crate) const WARMING_UP: SaneStatus = SaneStatus(12);

    /// The error of a call that was asked for something, such as a value for an option.
    pub(crate) fn error(self, call: &str) -> Error {
        self.error_of_kind(self.kind(), call)
    }

    /// The error of a call that nobody gave anything that could be wrong, such as `sane_start`. What it does not
    /// like is the device's own, and a scan that ends as cancelled was ended by a person at the device.
    pub(crate) fn of_device(self, call: &str) -> Error {
        let kind = match self.kind() {
            ErrorKind::InvalidArgument | ErrorKind::InvalidCommand => {
                ErrorKind::DeviceCommunication
            }
            ErrorKind::Abort => ErrorKind::UserIntervention,
            kind => kind,
        };
        self.error_of_kind(kind, call)
    }

    fn error_of_kind(self, kind: ErrorKind, call: &str) -> Error {
        let text = match (self.0, kind) {
            (2, ErrorKind::UserIntervention) => "the scan was stopped at the device",
            _ => kind.text(),
        };
        Error::new(kind, format!("{text}: {call}: {self}"))
    }
}

impl fmt::Display for SaneStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "status {}, which SANE does not have", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SANE_Status` of `sane/sane.h`, with the kinds by hand.
    const TABLE: [(i32, &str, ErrorKind); 13] = [
        (1, "SANE_STATUS_UNSUPPORTED", ErrorKind::InvalidCommand),
        (2, "SANE_STATUS_CANCELLED", ErrorKind::Abort),
        (3, "SANE_STATUS_DEVICE_BUSY", ErrorKind::Busy),
        (4, "SANE_STATUS_INVAL", ErrorKind::InvalidArgument),
        (5, "SANE_STATUS_EOF", ErrorKind::InvalidDriverResponse),
        (6, "SANE_STATUS_JAMMED", ErrorKind::PaperJam),
        (7, "SANE_STATUS_NO_DOCS", ErrorKind::PaperEmpty),
        (8, "SANE_STATUS_COVER_OPEN", ErrorKind::CoverOpen),
        (9, "SANE_STATUS_IO_ERROR", ErrorKind::DeviceCommunication),
        (10, "SANE_STATUS_NO_MEM", ErrorKind::OutOfMemory),
        (11, "SANE_STATUS_ACCESS_DENIED", ErrorKind::Offline),
        (12, "SANE_STATUS_WARMING_UP", ErrorKind::WarmingUp),
        (
            13,
            "SANE_STATUS_HW_LOCKED",
            ErrorKind::IncorrectHardwareSetting,
        ),
    ];

    #[test]
    fn each_status_has_its_kind() {
        for (number, name, kind) in TABLE {
            let status = SaneStatus(number);
            assert_eq!(status.name(), Some(name));
            assert_eq!(status.kind(), kind, "{name}");
            assert_eq!(status.error("sane_read").kind(), kind);
        }
        for number in [-1, 0, 14, 99, i32::MIN, i32::MAX] {
            let e = SaneStatus(number).error("sane_read");
            assert_eq!(e.kind(), ErrorKind::InvalidDriverResponse);
            assert!(e.to_string().contains(&number.to_string()), "{e}");
        }
    }

    /// Exit codes by hand, from the program's contract: nobody made a mistake in typing, and nobody pressed Ctrl-C.
    #[test]
    fn what_the_device_does_by_itself() {
        for (number, code) in [
            (1, 8),
            (2, 4),
            (3, 6),
            (4, 8),
            (6, 4),
            (9, 8),
            (10, 1),
            (11, 3),
            (99, 8),
        ] {
            let e = SaneStatus(number).of_device("sane_start");
            assert_eq!(e.kind().exit_code(), code, "{e}");
            assert!(e.to_string().contains("sane_start"), "{e}");
        }
    }

    /// Going out again, as the server's side of SANE does, the number is the same where the kind tells it.
    #[test]
    fn most_kinds_lead_back() {
        for (number, name, kind) in TABLE
            .into_iter()
            .filter(|(n, _, _)| !matches!(n, 5 | 11 | 12 | 13))
        {
            assert_eq!(i32::from(kind.sane_status()), number, "{name}");
        }
    }
}
