//! How long a device may take, by phase: parameters that every device takes, in seconds.

use std::time::Duration;

use wia::{Error, Result};

/// How long a driver may take for what.
///
/// In the process of the application the service minds `line` and `cancel`. Of a device in another process all
/// are minded by the application's clock; what the application takes for itself does not count. A driver can
/// mind them too, to say itself what was late.
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
    /// To release the device, or what it does for the transfer (`close-deadline`, 5 s).
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

/// Longest deadline that can be asked for, in seconds.
const LONGEST: f64 = 3600.0;

impl Deadlines {
    /// The names of the parameters.
    pub const KEYS: [&str; 5] = [
        "deadline",
        "open-deadline",
        "first-line-deadline",
        "cancel-deadline",
        "close-deadline",
    ];

    /// What the parameters of a device URI say, else the usual ones. Other parameters are ignored.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` unless each is a number of seconds above 0 and up to 3600.
    pub fn of(params: &[(String, String)]) -> Result<Deadlines> {
        let given = |key: &str| params.iter().find(|(name, _)| name == key);
        let seconds = |key| given(key).map(|(_, text)| parse(key, text)).transpose();
        let usual = Deadlines::default();
        let line = seconds("deadline")?;
        let first_line = seconds("first-line-deadline")?.or(line);
        Ok(Deadlines {
            open: seconds("open-deadline")?.unwrap_or(usual.open),
            first_line: first_line.unwrap_or(usual.first_line),
            line: line.unwrap_or(usual.line),
            cancel: seconds("cancel-deadline")?.unwrap_or(usual.cancel),
            close: seconds("close-deadline")?.unwrap_or(usual.close),
        })
    }

    /// The same, shorter by a tenth or two seconds: for a driver whose caller has these deadlines too, so that it is
    /// the driver who says what was late.
    #[must_use]
    pub fn a_little_shorter(self) -> Deadlines {
        let shorter = |time: Duration| time - (time / 10).min(Duration::from_secs(2));
        Deadlines {
            open: shorter(self.open),
            first_line: shorter(self.first_line),
            line: shorter(self.line),
            cancel: shorter(self.cancel),
            close: shorter(self.close),
        }
    }
}

fn parse(key: &str, text: &str) -> Result<Duration> {
    text.parse::<f64>()
        .ok()
        .filter(|seconds| *seconds > 0.0 && *seconds <= LONGEST)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|deadline| !deadline.is_zero())
        .ok_or_else(|| {
            Error::invalid(format!(
                "{key}={text}: not a number of seconds above 0 and up to {LONGEST}"
            ))
        })
}
