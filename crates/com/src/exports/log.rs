//! A driver's log.

use std::ffi::{CStr, c_char};

use abi::interfaces::{IWiaLog, IWiaLog_Impl, IWiaLogEx, IWiaLogEx_Impl};
use abi::{BSTR, HRESULT};
use bridge::{guard, status, text};
use minidriver::service_library::{LogDetail, LogInstance, LogKind, create_log_instance};
use wia::Error;
use windows_core::implement;

use super::arguments::out;

/// What the log calls its driver: in a process there is one.
const MODULE: &str = "driver";

/// Makes a log. Which module it is for does not matter: a driver has its process to itself.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn wiasCreateLogInstance(
    _pModuleHandle: *const u8,
    ppIWiaLogEx: *mut Option<IWiaLogEx>,
) -> HRESULT {
    guard(|| {
        // SAFETY: the caller's promise.
        let to = unsafe { out(ppIWiaLogEx, None)? };
        to.set(Some(Log(create_log_instance(MODULE)).into()));
        Ok(())
    })
}

/// A line of UTF-8 into the log (`wiasDebugTrace`, `wiasDebugError`, which the header formats).
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WiaDebugPrint(level: i32, text: *const c_char) {
    let _ = guard(|| {
        if text.is_null() {
            return Err(Error::invalid("text is a null pointer"));
        }
        // SAFETY: the caller's promise.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        create_log_instance(MODULE).log(kind(level), LogDetail::Level2, format_args!("{text}"));
        Ok(())
    });
}

/// What of the flags counts: the most serious.
fn kind(flags: i32) -> LogKind {
    match flags {
        f if f & LogKind::Error as i32 != 0 => LogKind::Error,
        f if f & LogKind::Warning as i32 != 0 => LogKind::Warning,
        _ => LogKind::Trace,
    }
}

fn detail(level: i32) -> LogDetail {
    match level {
        4.. => LogDetail::Level4,
        3 => LogDetail::Level3,
        2 => LogDetail::Level2,
        _ => LogDetail::Level1,
    }
}

#[implement(IWiaLogEx, IWiaLog)]
struct Log(LogInstance);

impl Log {
    /// # Safety
    ///
    /// `message` is null or a string.
    unsafe fn write(&self, flags: i32, level: i32, message: BSTR) -> HRESULT {
        guard(|| {
            // SAFETY: the caller's promise is the same.
            let message = unsafe { text(message) };
            self.0
                .log(kind(flags), detail(level), format_args!("{message}"));
            Ok(())
        })
    }

    /// A failure is logged; a success says nothing.
    fn result(&self, result: HRESULT) -> HRESULT {
        guard(|| {
            if let Err(error) = status(result) {
                self.0.hresult(&error);
            }
            Ok(())
        })
    }
}

impl IWiaLogEx_Impl for Log_Impl {
    unsafe fn InitializeLogEx(&self, _instance: *mut u8) -> HRESULT {
        guard(|| Ok(()))
    }

    unsafe fn hResult(&self, result: HRESULT) -> HRESULT {
        self.result(result)
    }

    unsafe fn Log(&self, flags: i32, _resource: i32, level: i32, message: BSTR) -> HRESULT {
        // SAFETY: the caller gives null or a string.
        unsafe { self.write(flags, level, message) }
    }

    unsafe fn hResultEx(&self, _method: i32, result: HRESULT) -> HRESULT {
        self.result(result)
    }

    unsafe fn LogEx(
        &self,
        _method: i32,
        flags: i32,
        _resource: i32,
        level: i32,
        message: BSTR,
    ) -> HRESULT {
        // SAFETY: the caller gives null or a string.
        unsafe { self.write(flags, level, message) }
    }
}

impl IWiaLog_Impl for Log_Impl {
    unsafe fn InitializeLog(&self, _instance: i32) -> HRESULT {
        guard(|| Ok(()))
    }

    unsafe fn hResult(&self, result: HRESULT) -> HRESULT {
        self.result(result)
    }

    unsafe fn Log(&self, flags: i32, _resource: i32, level: i32, message: BSTR) -> HRESULT {
        // SAFETY: the caller gives null or a string.
        unsafe { self.write(flags, level, message) }
    }
}
