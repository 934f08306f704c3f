//! How long a device may take, by phase: parameters that every device takes, in seconds.

use std::time::Duration;

use wia::{Error, Result};

use crate::DeviceUri;

/// How long a driver may take for what.
///
/// In this process the service minds `line` and `cancel`. Of a device in another process all are minded by
/// this one's clock; what the application takes for itself does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// To open the device (`open-deadline`, 30 s).
    pub open: Duration,
    /// From the beginning of a transfer until its first line (`first-line-deadline`, 120 s; where only
    /// `deadline` is given, that).
    pub first_line: Duration,
    /// From one sign of life to the next (`deadline`, 60 s), and for every request that is no transfer.
    pub line: Duration,
    /// To stop after a cancel (`cancel-deadline`, 5 s).
    pub cancel: Duration,
    /// To release the device (`close-deadline`, 5 s).
    pub close: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            open: Duration::from_secs(30),
            first_line: Duration::from_secs(120),
            line: Duration::from_secs(60),
            cancel: Duration::from_secs(5),
            close: Duration::from_secs(5),
        }
    }
}

/// Names of the parameters.
pub(crate) const KEYS: [&str; 5] = [
    "deadline",
    "open-deadline",
    "first-line-deadline",
    "cancel-deadline",
    "close-deadline",
];

/// Longest deadline that can be asked for, in seconds.
const LONGEST: f64 = 3600.0;

impl Deadlines {
    /// What the URI says, else the usual ones.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` unless each is a number of seconds above 0 and up to 3600.
    pub fn of(uri: &DeviceUri) -> Result<Deadlines> {
        let usual = Deadlines::default();
        let line = parse(uri, "deadline")?;
        let first_line = parse(uri, "first-line-deadline")?.or(line);
        let or =
            |key, usual: Duration| -> Result<Duration> { Ok(parse(uri, key)?.unwrap_or(usual)) };
        Ok(Deadlines {
            open: or("open-deadline", usual.open)?,
            first_line: first_line.unwrap_or(usual.first_line),
            line: line.unwrap_or(usual.line),
            cancel: or("cancel-deadline", usual.cancel)?,
            close: or("close-deadline", usual.close)?,
        })
    }
}

fn parse(uri: &DeviceUri, key: &str) -> Result<Option<Duration>> {
    let Some(text) = uri.param(key) else {
        return Ok(None);
    };
    text.parse::<f64>()
        .ok()
        .filter(|seconds| *seconds > 0.0 && *seconds <= LONGEST)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|deadline| !deadline.is_zero())
        .map(Some)
        .ok_or_else(|| {
            Error::invalid(format!(
                "{key}={text}: not a number of seconds above 0 and up to {LONGEST}"
            ))
        })
}
