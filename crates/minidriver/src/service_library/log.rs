//! A driver's log.
//!
//! It goes to [`tracing`], where the program decides what is shown. The obsolete C functions of the
//! same purpose are that crate's macros.

use std::fmt;

use wia::Error;

/// How serious a message is (`WIALOG_TRACE`, `WIALOG_WARNING`, `WIALOG_ERROR`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogKind {
    /// What the driver is doing: 1.
    Trace = 1,
    /// Something is odd: 2.
    Warning = 2,
    /// Something failed: 4.
    Error = 4,
}

/// How detailed a message is (`WIALOG_LEVEL1` to `WIALOG_LEVEL4`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogDetail {
    /// The least detail.
    Level1 = 1,
    /// A little more.
    Level2 = 2,
    /// Much.
    Level3 = 3,
    /// Everything.
    Level4 = 4,
}

/// The log of one module (`IWiaLogEx`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogInstance {
    module: String,
}

/// A log whose messages carry the module's name.
#[doc(alias = "wiasCreateLogInstance")]
pub fn create_log_instance(module: &str) -> LogInstance {
    LogInstance {
        module: module.to_owned(),
    }
}

impl LogInstance {
    /// Logs a message (`IWiaLog::Log`), written as `format_args!("{pages} pages")`. Errors and
    /// warnings have levels of that name; a trace of level 1 is an `INFO`, of levels 2 and 3 a `DEBUG`, of
    /// level 4 a `TRACE`.
    #[doc(alias = "wiasFormatArgs")]
    pub fn log(&self, kind: LogKind, detail: LogDetail, message: fmt::Arguments<'_>) {
        let module = self.module.as_str();
        match (kind, detail) {
            (LogKind::Error, _) => tracing::error!(module, "{message}"),
            (LogKind::Warning, _) => tracing::warn!(module, "{message}"),
            (LogKind::Trace, LogDetail::Level1) => tracing::info!(module, "{message}"),
            (LogKind::Trace, LogDetail::Level2 | LogDetail::Level3) => {
                tracing::debug!(module, "{message}");
            }
            (LogKind::Trace, LogDetail::Level4) => tracing::trace!(module, "{message}"),
        }
    }

    /// Logs a failure with its number (`IWiaLog::hResult`).
    #[doc(alias = "wiasPrintDebugHResult")]
    pub fn hresult(&self, error: &Error) {
        let module = self.module.as_str();
        tracing::error!(module, hresult = %error.hresult(), "{error}");
    }
}
