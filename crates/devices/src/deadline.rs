//! `deadline=SECONDS`: the parameter that every device takes.

use std::time::Duration;

use wia::{Error, Result};

use crate::DeviceUri;

/// Name of the parameter.
pub(crate) const KEY: &str = "deadline";

/// Longest deadline that can be asked for, in seconds.
const LONGEST: f64 = 3600.0;

/// How long a driver may go without giving a line, if the URI says so.
///
/// # Errors
///
/// `InvalidArgument` unless it is a number of seconds above 0 and up to 3600.
pub(crate) fn parse(uri: &DeviceUri) -> Result<Option<Duration>> {
    let Some(text) = uri.param(KEY) else {
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
                "{KEY}={text}: not a number of seconds above 0 and up to {LONGEST}"
            ))
        })
}
