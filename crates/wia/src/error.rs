//! The one error type of the project.
//!
//! [`ErrorKind`] is the closed list of what can go wrong. One table below says for each kind its
//! COM number, the HTTP status of an eSCL server, the SANE status, the exit code of the program,
//! whose fault it is, and whether trying again can help.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::status::Hresult;

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The caller asked for something impossible.
    Caller,
    /// A person has to do something at the device.
    Person,
    /// The device failed or is away.
    Device,
    /// The driver broke a rule.
    Driver,
    /// The place that the result goes to failed.
    Output,
    /// An input file is damaged or of an unsupported kind.
    Input,
    /// Somebody else is using what was asked for.
    Neighbour,
    /// The machine, or this program.
    System,
}

/// Whether the same request can succeed if it is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Not unless the request changes.
    Never,
    /// Later, without anybody doing anything.
    Later,
    /// After a person has acted (paper, cover, disk space, cable).
    AfterAction,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $hr:literal, $name:literal, http $http:literal, sane $sane:literal, exit $exit:literal, $blame:ident, $retry:ident, $text:literal;)*) => {
        /// What went wrong: a closed list, so that every border (COM, eSCL, SANE, exit code) can be a
        /// total table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)*
        }

        impl ErrorKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$kind,)*];

            /// The COM number that this kind is shown as.
            pub const fn hresult(self) -> Hresult {
                match self { $(ErrorKind::$kind => Hresult($hr),)* }
            }

            /// The name of [`ErrorKind::hresult`] in the headers.
            pub const fn name(self) -> &'static str {
                match self { $(ErrorKind::$kind => $name,)* }
            }

            /// The HTTP status with which an eSCL server answers.
            pub const fn http_status(self) -> u16 {
                match self { $(ErrorKind::$kind => $http,)* }
            }

            /// The `SANE_Status` number.
            pub const fn sane_status(self) -> u8 {
                match self { $(ErrorKind::$kind => $sane,)* }
            }

            /// The exit code of the program `quire` when this ends a scan.
            pub const fn exit_code(self) -> u8 {
                match self { $(ErrorKind::$kind => $exit,)* }
            }

            /// Whose fault it is.
            pub const fn blame(self) -> Blame {
                match self { $(ErrorKind::$kind => Blame::$blame,)* }
            }

            /// Whether trying again can help.
            pub const fn retry(self) -> Retry {
                match self { $(ErrorKind::$kind => Retry::$retry,)* }
            }

            /// A plain sentence fragment for people, without a full stop.
            pub const fn text(self) -> &'static str {
                match self { $(ErrorKind::$kind => $text,)* }
            }
        }
    };
}

// SANE_Status: 1 UNSUPPORTED, 2 CANCELLED, 3 DEVICE_BUSY, 4 INVAL, 5 EOF, 6 JAMMED, 7 NO_DOCS,
// 8 COVER_OPEN, 9 IO_ERROR, 10 NO_MEM, 11 ACCESS_DENIED.
kinds! {
    /// Unspecified failure (`WIA_ERROR_GENERAL_ERROR`).
    General = 0x8021_0001, "WIA_ERROR_GENERAL_ERROR", http 500, sane 9, exit 1, System, Never, "the device reported a general error";
    /// Paper is stuck in the feeder.
    PaperJam = 0x8021_0002, "WIA_ERROR_PAPER_JAM", http 503, sane 6, exit 4, Person, AfterAction, "paper jam";
    /// There is no paper for the first page.
    PaperEmpty = 0x8021_0003, "WIA_ERROR_PAPER_EMPTY", http 409, sane 7, exit 5, Person, AfterAction, "the feeder is empty";
    /// Another trouble with the paper.
    PaperProblem = 0x8021_0004, "WIA_ERROR_PAPER_PROBLEM", http 503, sane 6, exit 4, Person, AfterAction, "a problem with the paper";
    /// The device cannot be reached.
    Offline = 0x8021_0005, "WIA_ERROR_OFFLINE", http 503, sane 9, exit 3, Device, AfterAction, "the device cannot be reached";
    /// Another transfer is committed on the device.
    Busy = 0x8021_0006, "WIA_ERROR_BUSY", http 503, sane 3, exit 6, Neighbour, Later, "the device is in use";
    /// The device is not ready yet (the error form).
    WarmingUp = 0x8021_0007, "WIA_ERROR_WARMING_UP", http 503, sane 3, exit 6, Device, Later, "the device is warming up";
    /// Somebody must act at the device.
    UserIntervention = 0x8021_0008, "WIA_ERROR_USER_INTERVENTION", http 503, sane 6, exit 4, Person, AfterAction, "the device needs a person";
    /// The item vanished.
    ItemDeleted = 0x8021_0009, "WIA_ERROR_ITEM_DELETED", http 404, sane 4, exit 8, Device, Never, "the item is gone";
    /// Communication with the device failed.
    DeviceCommunication = 0x8021_000A, "WIA_ERROR_DEVICE_COMMUNICATION", http 503, sane 9, exit 8, Device, AfterAction, "communication with the device failed";
    /// The device does not know the command.
    InvalidCommand = 0x8021_000B, "WIA_ERROR_INVALID_COMMAND", http 409, sane 1, exit 2, Caller, Never, "the device does not support this command";
    /// A switch of the device is in the wrong position.
    IncorrectHardwareSetting = 0x8021_000C, "WIA_ERROR_INCORRECT_HARDWARE_SETTING", http 503, sane 4, exit 4, Person, AfterAction, "a hardware setting of the device is wrong";
    /// The device's lock could not be taken.
    DeviceLocked = 0x8021_000D, "WIA_ERROR_DEVICE_LOCKED", http 503, sane 3, exit 6, Neighbour, Later, "the device is locked";
    /// The driver crashed.
    ExceptionInDriver = 0x8021_000E, "WIA_ERROR_EXCEPTION_IN_DRIVER", http 500, sane 9, exit 8, Driver, Never, "the driver crashed";
    /// The driver answered something that it must not.
    InvalidDriverResponse = 0x8021_000F, "WIA_ERROR_INVALID_DRIVER_RESPONSE", http 500, sane 9, exit 8, Driver, Never, "the driver broke a rule";
    /// A cover is open.
    CoverOpen = 0x8021_0010, "WIA_ERROR_COVER_OPEN", http 503, sane 8, exit 4, Person, AfterAction, "a cover is open";
    /// The lamp is off.
    LampOff = 0x8021_0011, "WIA_ERROR_LAMP_OFF", http 503, sane 9, exit 4, Person, AfterAction, "the lamp is off";
    /// The destination of a push scan failed.
    Destination = 0x8021_0012, "WIA_ERROR_DESTINATION", http 503, sane 9, exit 8, Device, AfterAction, "the scan destination failed";
    /// The network device could not be reserved.
    NetworkReservationFailed = 0x8021_0013, "WIA_ERROR_NETWORK_RESERVATION_FAILED", http 503, sane 3, exit 6, Neighbour, Later, "the network device could not be reserved";
    /// More than one sheet was fed at once.
    MultiFeed = 0x8021_0014, "WIA_ERROR_MULTI_FEED", http 503, sane 6, exit 4, Person, AfterAction, "double feed: more than one sheet was taken";
    /// The endorser's counter overflowed.
    MaximumPrinterEndorserCounter = 0x8021_0015, "WIA_ERROR_MAXIMUM_PRINTER_ENDORSER_COUNTER", http 409, sane 4, exit 4, Person, AfterAction, "the endorser counter has reached its maximum";
    /// There is no such device (a failure in spite of its name; shares its number with
    /// [`ErrorKind::MaximumPrinterEndorserCounter`]).
    NoDeviceAvailable = 0x8021_0015, "WIA_S_NO_DEVICE_AVAILABLE", http 404, sane 4, exit 3, Caller, Never, "no such device";
    /// The device went away in the middle of something.
    Disconnected = 0x8021_0005, "WIA_ERROR_OFFLINE", http 503, sane 9, exit 8, Device, AfterAction, "the device was disconnected";
    /// The driver did not finish a call in time; it was abandoned and the device stays busy.
    Deadline = 0x8021_000A, "WIA_ERROR_DEVICE_COMMUNICATION", http 503, sane 9, exit 8, Driver, AfterAction, "the device did not answer in time";
    /// `E_NOTIMPL`.
    NotImplemented = 0x8000_4001, "E_NOTIMPL", http 501, sane 1, exit 2, Caller, Never, "not supported";
    /// `E_NOINTERFACE`.
    NoInterface = 0x8000_4002, "E_NOINTERFACE", http 501, sane 1, exit 2, Caller, Never, "the interface is not supported";
    /// `E_POINTER`.
    Pointer = 0x8000_4003, "E_POINTER", http 500, sane 4, exit 1, Caller, Never, "a required reference is missing";
    /// `E_ABORT`: somebody stopped it, other than by the cancel of a transfer.
    Abort = 0x8000_4004, "E_ABORT", http 503, sane 2, exit 130, Caller, Never, "stopped";
    /// `E_FAIL`.
    Fail = 0x8000_4005, "E_FAIL", http 500, sane 9, exit 1, System, Never, "failed";
    /// `E_UNEXPECTED`.
    Unexpected = 0x8000_FFFF, "E_UNEXPECTED", http 500, sane 9, exit 1, System, Never, "unexpected failure";
    /// `E_ACCESSDENIED`.
    AccessDenied = 0x8007_0005, "E_ACCESSDENIED", http 403, sane 11, exit 7, Output, AfterAction, "permission denied";
    /// `E_OUTOFMEMORY`.
    OutOfMemory = 0x8007_000E, "E_OUTOFMEMORY", http 503, sane 10, exit 1, System, Later, "out of memory";
    /// `E_INVALIDARG`.
    InvalidArgument = 0x8007_0057, "E_INVALIDARG", http 409, sane 4, exit 2, Caller, Never, "invalid value";
    /// `STG_E_MEDIUMFULL`.
    MediumFull = 0x8003_0070, "STG_E_MEDIUMFULL", http 507, sane 9, exit 7, Output, AfterAction, "no space left";
    /// `STG_E_INVALIDFUNCTION`.
    InvalidFunction = 0x8003_0001, "STG_E_INVALIDFUNCTION", http 500, sane 1, exit 1, Caller, Never, "not possible on this stream";
    /// `STG_E_REVERTED`: the stream has been closed or taken away.
    Reverted = 0x8003_0102, "STG_E_REVERTED", http 500, sane 9, exit 1, Caller, Never, "the stream is closed";
    /// Writing failed for a reason that has no kind of its own (`ERROR_WRITE_FAULT`).
    WriteFault = 0x8007_001D, "HRESULT_FROM_WIN32(ERROR_WRITE_FAULT)", http 500, sane 9, exit 7, Output, AfterAction, "the output could not be written";
    /// Reading failed for a reason that has no kind of its own (`ERROR_READ_FAULT`).
    ReadFault = 0x8007_001E, "HRESULT_FROM_WIN32(ERROR_READ_FAULT)", http 500, sane 9, exit 9, Input, AfterAction, "the input could not be read";
    /// The reader of a pipe went away (`ERROR_BROKEN_PIPE`).
    BrokenPipe = 0x8007_006D, "HRESULT_FROM_WIN32(ERROR_BROKEN_PIPE)", http 500, sane 9, exit 7, Output, Never, "the reader closed the pipe";
    /// The output's partial file is in use by another process (`ERROR_SHARING_VIOLATION`).
    OutputInUse = 0x8007_0020, "HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION)", http 503, sane 3, exit 6, Neighbour, Later, "the output is in use";
    /// An input is damaged (`ERROR_FILE_CORRUPT`).
    InputDamaged = 0x8007_0570, "HRESULT_FROM_WIN32(ERROR_FILE_CORRUPT)", http 409, sane 4, exit 9, Input, Never, "the input is damaged";
    /// An input is of a kind that this program does not read (`ERROR_NOT_SUPPORTED`).
    InputUnsupported = 0x8007_0032, "HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED)", http 409, sane 1, exit 9, Input, Never, "the input is not supported";
}

impl ErrorKind {
    /// The kind that a raw failure number stands for; [`ErrorKind::Fail`] for a number that no kind
    /// has (an [`Error`] keeps the number itself). Where two kinds share a number the first of the
    /// table is given.
    pub fn from_hresult(code: Hresult) -> ErrorKind {
        ErrorKind::ALL
            .iter()
            .copied()
            .find(|k| k.hresult() == code)
            .unwrap_or(ErrorKind::Fail)
    }

    /// Whether a multipage file is kept by the documented table of file transfers, and a page batch
    /// counts as recoverable: jam, empty feeder, paper problem.
    pub const fn is_paper_trouble(self) -> bool {
        matches!(
            self,
            ErrorKind::PaperJam | ErrorKind::PaperEmpty | ErrorKind::PaperProblem
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

type Cause = dyn std::error::Error + Send + Sync;

/// A failure: its kind, what it was about, and what caused it.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    code: Option<Hresult>,
    source: Option<Arc<Cause>>,
}

/// The result of everything in this project that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind with a message that names what it was about. An empty message shows the
    /// kind's own text.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            code: None,
            source: None,
        }
    }

    /// Short for [`ErrorKind::InvalidArgument`].
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::InvalidArgument, message)
    }

    /// What a caught panic of `who` is: [`ErrorKind::ExceptionInDriver`].
    pub fn crashed(who: &str, panic: &(dyn Any + Send)) -> Error {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Error::new(
            ErrorKind::ExceptionInDriver,
            format!("{who} crashed: {}", text.unwrap_or("no message")),
        )
    }

    /// Keeps a raw number that the kind does not tell (private codes of a driver).
    #[must_use]
    pub fn with_code(mut self, code: Hresult) -> Error {
        self.code = (code != self.kind.hresult()).then_some(code);
        self
    }

    /// Puts the message into other words.
    #[must_use]
    pub fn reworded(mut self, reword: impl FnOnce(&str) -> String) -> Error {
        self.message = reword(&self.message);
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        self.source = Some(Arc::new(source));
        self
    }

    /// Puts `context: ` before the message.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Error {
        self.message = if self.message.is_empty() {
            format!("{context}: {}", self.kind.text())
        } else {
            format!("{context}: {}", self.message)
        };
        self
    }

    /// What kind of failure it is.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The COM number: a driver's own when it had one, else the kind's.
    pub fn hresult(&self) -> Hresult {
        self.code.unwrap_or(self.kind.hresult())
    }

    /// The error for a failed write to an output.
    pub fn from_write(e: std::io::Error) -> Error {
        Error::from_io(e, ErrorKind::WriteFault)
    }

    /// The error for a failed read of an input.
    pub fn from_read(e: std::io::Error) -> Error {
        Error::from_io(e, ErrorKind::ReadFault)
    }

    /// Unwraps an [`Error`] that travelled through `std::io`, else sorts by the I/O kind, `other`
    /// being the kind for everything without one of its own.
    pub fn from_io(e: std::io::Error, other: ErrorKind) -> Error {
        use std::io::ErrorKind as Io;
        if e.get_ref().is_some_and(Cause::is::<Error>) {
            let text = e.to_string();
            return match e.into_inner().map(Cause::downcast::<Error>) {
                Some(Ok(inner)) => *inner,
                _ => Error::new(other, text),
            };
        }
        let kind = match e.kind() {
            Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge => ErrorKind::MediumFull,
            Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::AccessDenied,
            Io::BrokenPipe => ErrorKind::BrokenPipe,
            Io::OutOfMemory => ErrorKind::OutOfMemory,
            Io::InvalidData | Io::UnexpectedEof if other == ErrorKind::ReadFault => {
                ErrorKind::InputDamaged
            }
            _ => other,
        };
        let message = e.to_string();
        Error::new(kind, message).with_source(e)
    }
}

/// Two errors are equal when they say the same; what caused them is not looked at.
impl PartialEq for Error {
    fn eq(&self, other: &Error) -> bool {
        (self.kind, self.code, &self.message) == (other.kind, other.code, &other.message)
    }
}

impl From<Error> for std::io::Error {
    fn from(e: Error) -> std::io::Error {
        std::io::Error::other(e)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            f.write_str(self.kind.text())?;
        } else {
            f.write_str(&self.message)?;
        }
        match self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|s| s as &(dyn std::error::Error + 'static))
    }
}
